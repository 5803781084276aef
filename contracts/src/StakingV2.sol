// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20, IMintable, IDIEM} from "./Interfaces.sol";
import {DiemCurve} from "./DiemCurve.sol";
import {UUPS} from "./UUPS.sol";

/// The dev world's VVV staking, which is the sVVV token too, behind a proxy.
/// balanceOf counts what is locked against DIEM and leaves out what is cooling
/// down; sVVV cannot be transferred, but anybody may stake for anybody.
contract StakingV2 is IERC20, DiemCurve, UUPS {
    struct Stake {
        uint256 rewardDebt; // rewards already paid on the present balance
        uint256 cooldownEnd; // unix seconds
        uint256 cooldownAmount;
    }

    struct LockedStake {
        uint256 sVVVLockedAmount;
        uint256 outstandingDiemAmount;
    }

    event Staked(address indexed user, uint256 amount);
    event UnstakeInitiated(address indexed user, uint256 amount);
    event UnstakeFinalized(address indexed user, uint256 amount);
    event Claimed(address indexed user, uint256 amount);
    event DiemMinted(uint256 sVVVLocked, uint256 diemMinted);
    event DiemBurned(uint256 diemBurned, uint256 sVVVUnlocked);
    event EmissionRateUpdated(uint256 emissionRatePerSecond);

    error OwnableUnauthorizedAccount(address account);
    error ERC20InvalidReceiver(address receiver);

    string public constant name = "Staked VVV";
    string public constant symbol = "sVVV";
    uint8 public constant decimals = 18;
    uint256 public constant ACC_REWARD_SCALE = 1e18;

    address public owner;
    address public venice;
    address public diem;
    address public treasury;
    address public oracle;

    uint256 public totalSupply;
    uint256 public totalLockedStakedVVV;
    uint256 public cooldownDuration;
    uint256 public emissionRatePerSecond;
    uint256 public veniceEmissionsPercentage; // 1e18 = 100 %
    uint256 public veniceEmissionsPercentageWhenLocked;
    uint256 public accRewardPerShare;
    uint256 public accRewardPerShareLocked;
    uint256 public lastRewardTimestamp;

    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    mapping(address => Stake) public stakes;
    mapping(address => LockedStake) public lockedStakes;

    /// The bare code belongs to nobody and cannot be initialized.
    constructor() {
        venice = address(this);
    }

    modifier onlyOwner() {
        if (msg.sender != owner) revert OwnableUnauthorizedAccount(msg.sender);
        _;
    }

    /// Called once, by the proxy's constructor.
    function initialize(
        address venice_,
        address diem_,
        address owner_,
        address treasury_,
        address oracle_,
        uint256 emissionRatePerSecond_
    ) external {
        require(venice == address(0) && venice_ != address(0), "ALREADY_INITIALIZED");
        venice = venice_;
        diem = diem_;
        owner = owner_;
        treasury = treasury_;
        oracle = oracle_;
        emissionRatePerSecond = emissionRatePerSecond_;
        cooldownDuration = 7 days;
        veniceEmissionsPercentageWhenLocked = 0.2e18;
        lastRewardTimestamp = block.timestamp;
    }

    // --- reads

    function balanceOfUnlocked(address account) public view returns (uint256) {
        return balanceOf[account] - lockedStakes[account].sVVVLockedAmount;
    }

    function getVenicePercentage() external view returns (uint256) {
        return veniceEmissionsPercentage;
    }

    /// DIEM wei that locking sVVV wei mints now.
    function getDiemAmountOut(uint256 sVVVAmount) public view returns (uint256) {
        return _amountOut(sVVVAmount, IERC20(diem).totalSupply());
    }

    /// VVV wei that claim would pay now.
    function pendingRewards(address account) external view returns (uint256) {
        (uint256 free, uint256 locked,) = _accrued();
        return _due(account, free, locked);
    }

    // --- staking

    /// Pulls VVV from the caller and credits sVVV to recipient.
    function stake(address recipient, uint256 amount) external {
        require(amount != 0, "STAKE_ZERO");
        _settle(recipient);
        require(IERC20(venice).transferFrom(msg.sender, address(this), amount), "TRANSFER_FAILED");
        _credit(recipient, amount);
    }

    /// Burns unlocked sVVV at once; the VVV follows after the cool-down, of
    /// which an account has one at a time.
    function initiateUnstake(uint256 amount) external {
        Stake storage s = stakes[msg.sender];
        require(amount != 0, "UNSTAKE_ZERO");
        require(s.cooldownAmount == 0, "COOLDOWN_IN_PROGRESS");
        require(amount <= balanceOfUnlocked(msg.sender), "INSUFFICIENT_BALANCE");
        _settle(msg.sender);
        balanceOf[msg.sender] -= amount;
        totalSupply -= amount;
        s.cooldownAmount = amount;
        s.cooldownEnd = block.timestamp + cooldownDuration;
        _rebase(msg.sender);
        emit Transfer(msg.sender, address(0), amount);
        emit UnstakeInitiated(msg.sender, amount);
    }

    function finalizeUnstake() external {
        Stake storage s = stakes[msg.sender];
        uint256 amount = s.cooldownAmount;
        require(amount != 0, "NOTHING_TO_UNSTAKE");
        require(block.timestamp >= s.cooldownEnd, "COOLDOWN_NOT_OVER");
        s.cooldownAmount = 0;
        s.cooldownEnd = 0;
        require(IERC20(venice).transfer(msg.sender, amount), "TRANSFER_FAILED");
        emit UnstakeFinalized(msg.sender, amount);
    }

    function claim() external {
        _settle(msg.sender);
    }

    function claimAndStake() external {
        uint256 amount = _take(msg.sender);
        require(amount != 0, "STAKE_ZERO");
        IMintable(venice).mint(address(this), amount);
        emit Claimed(msg.sender, amount);
        _credit(msg.sender, amount);
    }

    // --- DIEM

    /// Locks sVVV and mints DIEM to the caller, at least minDiemAmountOut.
    function mintDiem(uint256 sVVVAmountToLock, uint256 minDiemAmountOut) external {
        require(sVVVAmountToLock != 0, "STAKE_ZERO");
        require(sVVVAmountToLock <= balanceOfUnlocked(msg.sender), "INSUFFICIENT_BALANCE");
        uint256 out = getDiemAmountOut(sVVVAmountToLock);
        require(out != 0 && out >= minDiemAmountOut, "INSUFFICIENT_OUTPUT");
        _settle(msg.sender);
        LockedStake storage l = lockedStakes[msg.sender];
        l.sVVVLockedAmount += sVVVAmountToLock;
        l.outstandingDiemAmount += out;
        totalLockedStakedVVV += sVVVAmountToLock;
        _rebase(msg.sender);
        IDIEM(diem).mint(msg.sender, out);
        emit DiemMinted(sVVVAmountToLock, out);
    }

    /// Burns DIEM of the caller and unlocks its sVVV in proportion.
    function burnDiem(uint256 amount) external {
        LockedStake storage l = lockedStakes[msg.sender];
        require(amount != 0 && amount <= l.outstandingDiemAmount, "INSUFFICIENT_BALANCE");
        _settle(msg.sender);
        uint256 unlocked = (l.sVVVLockedAmount * amount) / l.outstandingDiemAmount;
        l.sVVVLockedAmount -= unlocked;
        l.outstandingDiemAmount -= amount;
        totalLockedStakedVVV -= unlocked;
        _rebase(msg.sender);
        IDIEM(diem).burn(msg.sender, amount);
        emit DiemBurned(amount, unlocked);
    }

    // --- the ERC-20 surface that sVVV only seems to have

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    function transfer(address, uint256) external pure returns (bool) {
        revert("NOT_TRANSFERRABLE");
    }

    function transferFrom(address, address, uint256) external pure returns (bool) {
        revert("NOT_TRANSFERRABLE");
    }

    // --- the owner's

    function setCooldownDuration(uint256 duration) external onlyOwner {
        cooldownDuration = duration;
    }

    function setEmissionRate(uint256 ratePerSecond) external onlyOwner {
        _accrue();
        emissionRatePerSecond = ratePerSecond;
        emit EmissionRateUpdated(ratePerSecond);
    }

    function setTreasury(address treasury_) external onlyOwner {
        _accrue();
        treasury = treasury_;
    }

    function setVeniceEmissionsPercentage(uint256 percentage) external onlyOwner {
        require(percentage <= WAD, "PERCENTAGE_TOO_HIGH");
        _accrue();
        veniceEmissionsPercentage = percentage;
    }

    function setVeniceEmissionsPercentageWhenLocked(uint256 percentage) external onlyOwner {
        require(percentage <= WAD, "PERCENTAGE_TOO_HIGH");
        _accrue();
        veniceEmissionsPercentageWhenLocked = percentage;
    }

    function setDiemMintCurve(uint256[256] calldata supplies, uint256[256] calldata rates) external onlyOwner {
        _setCurve(supplies, rates);
    }

    function transferOwnership(address owner_) external onlyOwner {
        owner = owner_;
    }

    function _authorizeUpgrade() internal view override onlyOwner {}

    // --- rewards

    /// The accumulators as of now, and the treasury's part since the last time.
    /// A locked share earns less; the difference goes to the treasury.
    function _accrued() private view returns (uint256 free, uint256 locked, uint256 toTreasury) {
        (free, locked) = (accRewardPerShare, accRewardPerShareLocked);
        uint256 emitted = emissionRatePerSecond * (block.timestamp - lastRewardTimestamp);
        if (emitted == 0 || totalSupply == 0) return (free, locked, 0);
        uint256 perShare = (emitted * ACC_REWARD_SCALE) / totalSupply;
        uint256 perFree = (perShare * (WAD - veniceEmissionsPercentage)) / WAD;
        uint256 perLocked = (perShare * (WAD - veniceEmissionsPercentageWhenLocked)) / WAD;
        uint256 toStakers = (totalSupply - totalLockedStakedVVV) * perFree + totalLockedStakedVVV * perLocked;
        toTreasury = emitted - (toStakers + ACC_REWARD_SCALE - 1) / ACC_REWARD_SCALE;
        return (free + perFree, locked + perLocked, toTreasury);
    }

    function _accrue() private {
        uint256 toTreasury;
        (accRewardPerShare, accRewardPerShareLocked, toTreasury) = _accrued();
        lastRewardTimestamp = block.timestamp;
        if (toTreasury != 0 && treasury != address(0)) IMintable(venice).mint(treasury, toTreasury);
    }

    /// All that account's present balance would have earned, times the scale.
    function _earned(address account, uint256 free, uint256 locked) private view returns (uint256) {
        uint256 lockedAmount = lockedStakes[account].sVVVLockedAmount;
        return (balanceOf[account] - lockedAmount) * free + lockedAmount * locked;
    }

    /// What is earned and not paid. It is rounded down, and a debt up, so that
    /// no sequence of calls draws more than the emission.
    function _due(address account, uint256 free, uint256 locked) private view returns (uint256) {
        uint256 earned = _earned(account, free, locked) / ACC_REWARD_SCALE;
        uint256 debt = stakes[account].rewardDebt;
        return earned > debt ? earned - debt : 0;
    }

    /// What account has earned and not been paid; counts as paid from here on.
    function _take(address account) private returns (uint256 amount) {
        _accrue();
        amount = _due(account, accRewardPerShare, accRewardPerShareLocked);
        _rebase(account);
    }

    /// Pays account what it has earned; whoever then changes its stake calls _rebase.
    function _settle(address account) private {
        uint256 amount = _take(account);
        if (amount == 0) return;
        IMintable(venice).mint(account, amount);
        emit Claimed(account, amount);
    }

    function _rebase(address account) private {
        uint256 earned = _earned(account, accRewardPerShare, accRewardPerShareLocked);
        stakes[account].rewardDebt = (earned + ACC_REWARD_SCALE - 1) / ACC_REWARD_SCALE;
    }

    function _credit(address recipient, uint256 amount) private {
        if (recipient == address(0)) revert ERC20InvalidReceiver(recipient);
        balanceOf[recipient] += amount;
        totalSupply += amount;
        _rebase(recipient);
        emit Transfer(address(0), recipient, amount);
        emit Staked(recipient, amount);
    }
}
