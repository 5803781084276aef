// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ERC20} from "./ERC20.sol";

/// The dev world's DIEM: an ERC-20 with staking inside. Staking needs no
/// approval and moves the tokens to this contract, so balanceOf falls; every
/// initiateUnstake adds to the one cooling amount and starts its 24 hours anew.
contract DIEM is ERC20 {
    struct StakedInfo {
        uint256 amountStaked;
        uint256 coolDownEnd; // unix seconds
        uint256 coolDownAmount;
    }

    event Staked(address indexed user, uint256 amount);
    event UnstakeInitiated(address indexed user, uint256 amount);
    event Unstaked(address indexed user, uint256 amount);

    uint256 public constant cooldownDuration = 1 days;

    address public immutable minter;
    uint256 public totalStaked;
    mapping(address => StakedInfo) public stakedInfos;

    /// @param minter_ the staking contract, which alone may mint and burn
    /// @param holder receives the initial supply, which may be 0
    constructor(address minter_, address holder, uint256 supply) ERC20("Diem", "DIEM") {
        minter = minter_;
        if (supply != 0) _mint(holder, supply);
    }

    modifier onlyMinter() {
        require(msg.sender == minter, "ONLY_MINTER");
        _;
    }

    function mint(address to, uint256 amount) external onlyMinter {
        _mint(to, amount);
    }

    function burn(address from, uint256 amount) external onlyMinter {
        _burn(from, amount);
    }

    function stake(uint256 amount) external {
        require(amount != 0, "STAKE_ZERO");
        _transfer(msg.sender, address(this), amount);
        stakedInfos[msg.sender].amountStaked += amount;
        totalStaked += amount;
        emit Staked(msg.sender, amount);
    }

    function initiateUnstake(uint256 amount) external {
        StakedInfo storage info = stakedInfos[msg.sender];
        require(amount != 0, "UNSTAKE_ZERO");
        require(amount <= info.amountStaked, "INSUFFICIENT_BALANCE");
        info.amountStaked -= amount;
        info.coolDownAmount += amount;
        info.coolDownEnd = block.timestamp + cooldownDuration;
        totalStaked -= amount;
        emit UnstakeInitiated(msg.sender, amount);
    }

    function unstake() external {
        StakedInfo storage info = stakedInfos[msg.sender];
        uint256 amount = info.coolDownAmount;
        require(amount != 0, "NOTHING_TO_UNSTAKE");
        require(block.timestamp >= info.coolDownEnd, "COOLDOWN_NOT_OVER");
        info.coolDownAmount = 0;
        info.coolDownEnd = 0;
        _transfer(address(this), msg.sender, amount);
        emit Unstaked(msg.sender, amount);
    }
}
