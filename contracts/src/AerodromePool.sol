// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ERC20} from "./ERC20.sol";
import {IERC20} from "./Interfaces.sol";
import {SafeTransfer} from "./SafeTransfer.sol";

interface IAerodromeFees {
    function getFee(address pool, bool stable) external view returns (uint256);
    function isPaused() external view returns (bool);
}

/// A volatile (constant product) pool at Aerodrome's interface, with an
/// observation of the reserves every half hour for quote(). Written for the dev
/// world: fees stay in the reserves, as in Uniswap v2, and there are no stable
/// pools. Stands behind minimal proxies, so all state is set by initialize.
contract AerodromePool is ERC20 {
    struct Observation {
        uint256 timestamp;
        uint256 reserve0Cumulative;
        uint256 reserve1Cumulative;
    }

    event Mint(address indexed sender, uint256 amount0, uint256 amount1);
    event Burn(address indexed sender, address indexed to, uint256 amount0, uint256 amount1);
    event Swap(
        address indexed sender,
        address indexed to,
        uint256 amount0In,
        uint256 amount1In,
        uint256 amount0Out,
        uint256 amount1Out
    );
    event Sync(uint256 reserve0, uint256 reserve1);

    error FactoryAlreadySet();
    error InsufficientInputAmount();
    error InsufficientLiquidity();
    error InsufficientLiquidityBurned();
    error InsufficientLiquidityMinted();
    error InsufficientOutputAmount();
    error InvalidTo();
    error IsPaused();
    error K();

    uint256 public constant periodSize = 1800;
    uint256 internal constant MINIMUM_LIQUIDITY = 1000;

    address public factory;
    address public token0;
    address public token1;
    bool public constant stable = false;
    uint256 public reserve0;
    uint256 public reserve1;
    uint256 public blockTimestampLast;
    uint256 public reserve0CumulativeLast;
    uint256 public reserve1CumulativeLast;
    Observation[] public observations;
    bool private entered;

    constructor() ERC20("", "") {
        factory = address(1); // the bare code is nobody's pool
    }

    modifier nonReentrant() {
        require(!entered, "ReentrancyGuard: reentrant call");
        entered = true;
        _;
        entered = false;
    }

    function initialize(address token0_, address token1_) external {
        if (factory != address(0)) revert FactoryAlreadySet();
        factory = msg.sender;
        (token0, token1) = (token0_, token1_);
        string memory pair = string.concat(IERC20(token0_).symbol(), "/", IERC20(token1_).symbol());
        name = string.concat("VolatileV2 AMM - ", pair);
        symbol = string.concat("vAMMV2-", pair);
        observations.push(Observation(block.timestamp, 0, 0));
    }

    // --- reads

    function metadata()
        external
        view
        returns (uint256 dec0, uint256 dec1, uint256 r0, uint256 r1, bool st, address t0, address t1)
    {
        (dec0, dec1) = (10 ** IERC20(token0).decimals(), 10 ** IERC20(token1).decimals());
        return (dec0, dec1, reserve0, reserve1, stable, token0, token1);
    }

    function tokens() external view returns (address, address) {
        return (token0, token1);
    }

    function getReserves() public view returns (uint256 _reserve0, uint256 _reserve1, uint256 _blockTimestampLast) {
        return (reserve0, reserve1, blockTimestampLast);
    }

    /// Output for amountIn of tokenIn at the present reserves, fee included.
    function getAmountOut(uint256 amountIn, address tokenIn) public view returns (uint256) {
        amountIn -= (amountIn * IAerodromeFees(factory).getFee(address(this), stable)) / 10000;
        return _amountOut(amountIn, tokenIn, reserve0, reserve1);
    }

    function observationLength() external view returns (uint256) {
        return observations.length;
    }

    function lastObservation() public view returns (Observation memory) {
        return observations[observations.length - 1];
    }

    /// Reserves times seconds, up to this second.
    function currentCumulativePrices()
        public
        view
        returns (uint256 reserve0Cumulative, uint256 reserve1Cumulative, uint256 blockTimestamp)
    {
        uint256 elapsed = block.timestamp - blockTimestampLast;
        return
            (
                reserve0CumulativeLast + reserve0 * elapsed,
                reserve1CumulativeLast + reserve1 * elapsed,
                block.timestamp
            );
    }

    /// The mean output for amountIn over the last granularity observations, at
    /// time-weighted reserves and without the fee. Reverts when there are fewer.
    function quote(address tokenIn, uint256 amountIn, uint256 granularity) external view returns (uint256 amountOut) {
        uint256 last = observations.length - 1;
        for (uint256 i = last - granularity; i < last; i++) {
            Observation storage a = observations[i];
            Observation storage b = observations[i + 1];
            uint256 elapsed = b.timestamp - a.timestamp;
            amountOut += _amountOut(
                amountIn,
                tokenIn,
                (b.reserve0Cumulative - a.reserve0Cumulative) / elapsed,
                (b.reserve1Cumulative - a.reserve1Cumulative) / elapsed
            );
        }
        return amountOut / granularity;
    }

    // --- liquidity and swaps: tokens are sent first, then one of these is called

    function mint(address to) external nonReentrant returns (uint256 liquidity) {
        uint256 amount0 = IERC20(token0).balanceOf(address(this)) - reserve0;
        uint256 amount1 = IERC20(token1).balanceOf(address(this)) - reserve1;
        if (totalSupply == 0) {
            liquidity = _sqrt(amount0 * amount1);
            if (liquidity <= MINIMUM_LIQUIDITY) revert InsufficientLiquidityMinted();
            liquidity -= MINIMUM_LIQUIDITY;
            _mint(address(1), MINIMUM_LIQUIDITY); // for ever: the first share price cannot be inflated
        } else {
            liquidity = _min((amount0 * totalSupply) / reserve0, (amount1 * totalSupply) / reserve1);
            if (liquidity == 0) revert InsufficientLiquidityMinted();
        }
        _mint(to, liquidity);
        _update();
        emit Mint(msg.sender, amount0, amount1);
    }

    function burn(address to) external nonReentrant returns (uint256 amount0, uint256 amount1) {
        uint256 liquidity = balanceOf[address(this)];
        amount0 = (liquidity * reserve0) / totalSupply;
        amount1 = (liquidity * reserve1) / totalSupply;
        if (amount0 == 0 || amount1 == 0) revert InsufficientLiquidityBurned();
        _burn(address(this), liquidity);
        SafeTransfer.safeTransfer(token0, to, amount0);
        SafeTransfer.safeTransfer(token1, to, amount1);
        _update();
        emit Burn(msg.sender, to, amount0, amount1);
    }

    /// Pays out, then demands that what came in beforehand covers it. No flash
    /// swaps: data must be empty.
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external nonReentrant {
        if (IAerodromeFees(factory).isPaused()) revert IsPaused();
        if (amount0Out == 0 && amount1Out == 0) revert InsufficientOutputAmount();
        (uint256 r0, uint256 r1) = (reserve0, reserve1);
        if (amount0Out >= r0 || amount1Out >= r1) revert InsufficientLiquidity();
        if (to == token0 || to == token1) revert InvalidTo();
        require(data.length == 0, "NO_FLASH_SWAPS");
        if (amount0Out != 0) SafeTransfer.safeTransfer(token0, to, amount0Out);
        if (amount1Out != 0) SafeTransfer.safeTransfer(token1, to, amount1Out);
        uint256 in0 = IERC20(token0).balanceOf(address(this)) + amount0Out - r0;
        uint256 in1 = IERC20(token1).balanceOf(address(this)) + amount1Out - r1;
        if (in0 == 0 && in1 == 0) revert InsufficientInputAmount();
        if (_afterFee(r0 + in0 - amount0Out, in0) * _afterFee(r1 + in1 - amount1Out, in1) < r0 * r1) revert K();
        emit Swap(msg.sender, to, in0, in1, amount0Out, amount1Out);
        _update();
    }

    /// A new reserve without the fee on what came in.
    function _afterFee(uint256 reserve, uint256 amountIn) private view returns (uint256) {
        return reserve - (amountIn * IAerodromeFees(factory).getFee(address(this), stable)) / 10000;
    }

    function _update() private {
        (uint256 c0, uint256 c1,) = currentCumulativePrices();
        (reserve0CumulativeLast, reserve1CumulativeLast) = (c0, c1);
        if (block.timestamp - lastObservation().timestamp > periodSize) {
            observations.push(Observation(block.timestamp, c0, c1));
        }
        reserve0 = IERC20(token0).balanceOf(address(this));
        reserve1 = IERC20(token1).balanceOf(address(this));
        blockTimestampLast = block.timestamp;
        emit Sync(reserve0, reserve1);
    }

    function _amountOut(uint256 amountIn, address tokenIn, uint256 r0, uint256 r1) private view returns (uint256) {
        (uint256 rIn, uint256 rOut) = tokenIn == token0 ? (r0, r1) : (r1, r0);
        return (amountIn * rOut) / (rIn + amountIn);
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    function _sqrt(uint256 x) private pure returns (uint256 y) {
        if (x == 0) return 0;
        y = x;
        uint256 z = x / 2 + 1;
        while (z < y) {
            y = z;
            z = (x / z + z) / 2;
        }
    }
}
