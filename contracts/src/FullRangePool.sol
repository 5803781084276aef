// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {FullMath} from "./FullMath.sol";
import {IERC20} from "./Interfaces.sol";
import {SafeTransfer} from "./SafeTransfer.sol";

interface IUniswapV3SwapCallback {
    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external;
}

interface IUniswapV3MintCallback {
    function uniswapV3MintCallback(uint256 amount0Owed, uint256 amount1Owed, bytes calldata data) external;
}

/// A pool of concentrated liquidity whose liquidity always spans every price,
/// so that no tick is ever crossed: what Uniswap v3 and Slipstream have in
/// common. Written for the dev world: exact-input swaps only, the liquidity and
/// the fees stay in for good, the oracle keeps ticks but no liquidity, and the
/// tick is right to within one at a boundary.
abstract contract FullRangePool {
    struct State {
        uint160 sqrtPriceX96;
        int24 tick;
        uint16 observationIndex;
        uint16 observationCardinality;
        uint16 observationCardinalityNext;
        bool unlocked;
    }

    struct Observation {
        uint32 blockTimestamp;
        int56 tickCumulative; // ticks times seconds since the pool's start
        uint160 secondsPerLiquidityCumulativeX128; // always 0 here
        bool initialized;
    }

    event Initialize(uint160 sqrtPriceX96, int24 tick);
    event Mint(
        address sender,
        address indexed owner,
        int24 indexed tickLower,
        int24 indexed tickUpper,
        uint128 amount,
        uint256 amount0,
        uint256 amount1
    );
    event IncreaseObservationCardinalityNext(
        uint16 observationCardinalityNextOld, uint16 observationCardinalityNextNew
    );
    event Swap(
        address indexed sender,
        address indexed recipient,
        int256 amount0,
        int256 amount1,
        uint160 sqrtPriceX96,
        uint128 liquidity,
        int24 tick
    );

    error ExactOutputNotSimulated();
    error OnlyFullRange();

    uint160 private constant MIN_SQRT_RATIO = 4295128739;
    uint160 private constant MAX_SQRT_RATIO = 1461446703485210103287273052203988822378723970342;
    int24 private constant MAX_TICK = 887272;
    uint256 private constant Q96 = 2 ** 96;
    uint256 private constant FEE_UNITS = 1e6;

    address public immutable factory;
    address public immutable token0;
    address public immutable token1;
    int24 public immutable tickSpacing;

    State internal state;
    uint128 public liquidity;
    Observation[65535] public observations;

    constructor(address token0_, address token1_, int24 tickSpacing_) {
        factory = msg.sender;
        (token0, token1, tickSpacing) = (token0_, token1_, tickSpacing_);
    }

    modifier lock() {
        require(state.unlocked, "LOK");
        state.unlocked = false;
        _;
        state.unlocked = true;
    }

    /// In hundredths of a basis point.
    function fee() public view virtual returns (uint24);

    /// Sets the price, once: sqrt(token1 / token0) * 2^96, in wei.
    function initialize(uint160 sqrtPriceX96) external {
        require(state.sqrtPriceX96 == 0, "AI");
        require(sqrtPriceX96 >= MIN_SQRT_RATIO && sqrtPriceX96 < MAX_SQRT_RATIO, "R");
        int24 tick = _tickAt(sqrtPriceX96);
        observations[0] = Observation(uint32(block.timestamp), 0, 0, true);
        state = State(sqrtPriceX96, tick, 0, 1, 1, true);
        emit Initialize(sqrtPriceX96, tick);
    }

    // --- the oracle

    /// Has the oracle remember more of the past from now on; anyone may pay for
    /// it. New pools remember only their newest observation.
    function increaseObservationCardinalityNext(uint16 observationCardinalityNext) external lock {
        uint16 old = state.observationCardinalityNext;
        if (observationCardinalityNext <= old) return;
        state.observationCardinalityNext = observationCardinalityNext;
        emit IncreaseObservationCardinalityNext(old, observationCardinalityNext);
    }

    /// Ticks times seconds, up to so many seconds ago; the mean tick between two
    /// moments is their difference by the seconds between them. Reverts with OLD
    /// for what is older than the oldest observation.
    function observe(uint32[] calldata secondsAgos)
        external
        view
        returns (int56[] memory tickCumulatives, uint160[] memory secondsPerLiquidityCumulativeX128s)
    {
        tickCumulatives = new int56[](secondsAgos.length);
        secondsPerLiquidityCumulativeX128s = new uint160[](secondsAgos.length);
        for (uint256 i; i < secondsAgos.length; i++) {
            tickCumulatives[i] = _cumulativeAt(uint32(block.timestamp) - secondsAgos[i]);
        }
    }

    function _cumulativeAt(uint32 target) private view returns (int56) {
        uint16 index = state.observationIndex;
        Observation memory later = observations[index];
        if (later.blockTimestamp <= target) {
            return later.tickCumulative + int56(state.tick) * int56(uint56(target - later.blockTimestamp));
        }
        for (uint256 n = 1; n < state.observationCardinality; n++) {
            index = index == 0 ? state.observationCardinality - 1 : index - 1;
            Observation memory earlier = observations[index];
            if (!earlier.initialized) break;
            if (earlier.blockTimestamp <= target) {
                int56 span = int56(uint56(later.blockTimestamp - earlier.blockTimestamp));
                int56 part = int56(uint56(target - earlier.blockTimestamp));
                return earlier.tickCumulative + ((later.tickCumulative - earlier.tickCumulative) / span) * part;
            }
            later = earlier;
        }
        revert("OLD");
    }

    /// Notes the tick that held until now: once a second, before it changes.
    function _observe() private {
        Observation memory last = observations[state.observationIndex];
        if (last.blockTimestamp == uint32(block.timestamp)) return;
        uint16 index = state.observationIndex;
        if (index + 1 == state.observationCardinality) {
            state.observationCardinality = state.observationCardinalityNext;
        }
        index = (index + 1) % state.observationCardinality;
        int56 elapsed = int56(uint56(uint32(block.timestamp) - last.blockTimestamp));
        observations[index] =
            Observation(uint32(block.timestamp), last.tickCumulative + int56(state.tick) * elapsed, 0, true);
        state.observationIndex = index;
    }

    // --- liquidity and swaps

    /// Adds liquidity over the full range; the caller pays in its
    /// uniswapV3MintCallback.
    function mint(address recipient, int24 tickLower, int24 tickUpper, uint128 amount, bytes calldata data)
        external
        lock
        returns (uint256 amount0, uint256 amount1)
    {
        require(amount > 0);
        int24 edge = (MAX_TICK / tickSpacing) * tickSpacing;
        if (tickLower != -edge || tickUpper != edge) revert OnlyFullRange();
        uint160 price = state.sqrtPriceX96;
        amount0 = FullMath.mulDivUp(amount, Q96, price);
        amount1 = FullMath.mulDivUp(amount, price, Q96);
        liquidity += amount;
        (uint256 before0, uint256 before1) = (_balance(token0), _balance(token1));
        IUniswapV3MintCallback(msg.sender).uniswapV3MintCallback(amount0, amount1, data);
        require(before0 + amount0 <= _balance(token0), "M0");
        require(before1 + amount1 <= _balance(token1), "M1");
        emit Mint(msg.sender, recipient, tickLower, tickUpper, amount, amount0, amount1);
    }

    /// Swaps amountSpecified (> 0) of the input, or less if the price limit is
    /// reached; the caller pays in its uniswapV3SwapCallback. Deltas are the
    /// pool's: positive came in, negative went out.
    function swap(
        address recipient,
        bool zeroForOne,
        int256 amountSpecified,
        uint160 sqrtPriceLimitX96,
        bytes calldata data
    ) external returns (int256 amount0, int256 amount1) {
        require(amountSpecified != 0, "AS");
        if (amountSpecified < 0) revert ExactOutputNotSimulated();
        uint160 price = state.sqrtPriceX96;
        require(state.unlocked, "LOK");
        require(
            zeroForOne
                ? sqrtPriceLimitX96 < price && sqrtPriceLimitX96 > MIN_SQRT_RATIO
                : sqrtPriceLimitX96 > price && sqrtPriceLimitX96 < MAX_SQRT_RATIO,
            "SPL"
        );
        state.unlocked = false;
        _observe();
        (uint160 next, uint256 amountIn, uint256 amountOut) =
            _step(price, zeroForOne, uint256(amountSpecified), sqrtPriceLimitX96);
        state.sqrtPriceX96 = next;
        state.tick = _tickAt(next);
        (amount0, amount1) =
            zeroForOne ? (int256(amountIn), -int256(amountOut)) : (-int256(amountOut), int256(amountIn));
        if (amountOut != 0) SafeTransfer.safeTransfer(zeroForOne ? token1 : token0, recipient, amountOut);
        address tokenIn = zeroForOne ? token0 : token1;
        uint256 before = _balance(tokenIn);
        IUniswapV3SwapCallback(msg.sender).uniswapV3SwapCallback(amount0, amount1, data);
        require(before + amountIn <= _balance(tokenIn), "IIA");
        emit Swap(msg.sender, recipient, amount0, amount1, next, liquidity, state.tick);
        state.unlocked = true;
    }

    /// One step within a range of constant liquidity: the price after it, the
    /// input with its fee, and the output. Rounding is always the pool's way.
    function _step(uint160 price, bool zeroForOne, uint256 amount, uint160 limit)
        private
        view
        returns (uint160 next, uint256 amountIn, uint256 amountOut)
    {
        uint256 l = liquidity;
        if (l == 0) return (limit, 0, 0);
        uint256 pips = fee();
        uint256 net = FullMath.mulDiv(amount, FEE_UNITS - pips, FEE_UNITS);
        uint256 toLimit = zeroForOne ? _amount0(limit, price, l, true) : _amount1(price, limit, l, true);
        if (net >= toLimit) {
            next = limit;
            amountIn = toLimit + FullMath.mulDivUp(toLimit, pips, FEE_UNITS - pips);
        } else {
            next = zeroForOne
                ? uint160(FullMath.mulDivUp(l * Q96, price, l * Q96 + net * price))
                : uint160(price + (net * Q96) / l);
            amountIn = amount;
        }
        amountOut = zeroForOne ? _amount1(next, price, l, false) : _amount0(price, next, l, false);
    }

    /// token0 between two prices: l * (upper - lower) / (upper * lower).
    function _amount0(uint160 lower, uint160 upper, uint256 l, bool up) private pure returns (uint256) {
        uint256 width = upper - lower;
        return up
            ? _divUp(FullMath.mulDivUp(l * Q96, width, upper), lower)
            : FullMath.mulDiv(l * Q96, width, upper) / lower;
    }

    /// token1 between two prices: l * (upper - lower).
    function _amount1(uint160 lower, uint160 upper, uint256 l, bool up) private pure returns (uint256) {
        return up ? FullMath.mulDivUp(l, upper - lower, Q96) : FullMath.mulDiv(l, upper - lower, Q96);
    }

    function _divUp(uint256 a, uint256 b) private pure returns (uint256) {
        return a / b + (a % b == 0 ? 0 : 1);
    }

    /// log base 1.0001 of the price, from a binary logarithm with 64 fractional
    /// bits: tick = floor(2 * log2(sqrtPrice) / log2(1.0001)).
    function _tickAt(uint160 sqrtPriceX96) private pure returns (int24) {
        uint256 msb;
        for (uint256 x = sqrtPriceX96; x > 1; x >>= 1) {
            msb++;
        }
        uint256 m = msb >= 127 ? sqrtPriceX96 >> (msb - 127) : uint256(sqrtPriceX96) << (127 - msb);
        int256 log2 = (int256(msb) - 96) << 64;
        for (uint256 bit = 63; bit < 64; bit--) {
            m = (m * m) >> 127;
            if (m >> 128 != 0) {
                m >>= 1;
                log2 |= int256(1) << bit;
            }
            if (bit == 0) break;
        }
        // 2 / log2(1.0001) with 64 fractional bits
        int256 ticks = log2 * 255738958999603826347141;
        return int24(ticks >> 128);
    }

    function _balance(address token) private view returns (uint256) {
        return IERC20(token).balanceOf(address(this));
    }
}
