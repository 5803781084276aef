// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IUniswapV3SwapCallback} from "./FullRangePool.sol";
import {SlipstreamFactory} from "./SlipstreamFactory.sol";
import {SlipstreamPool} from "./SlipstreamPool.sol";
import {V3Path} from "./V3Path.sol";

/// Quotes at the interface of Slipstream's QuoterV2: it really swaps and reverts
/// in the callback, so it is not a view and is meant for eth_call.
contract SlipstreamQuoter is IUniswapV3SwapCallback {
    struct QuoteExactInputSingleParams {
        address tokenIn;
        address tokenOut;
        uint256 amountIn;
        int24 tickSpacing;
        uint160 sqrtPriceLimitX96;
    }

    uint160 private constant MIN_PRICE_LIMIT = 4295128740;
    uint160 private constant MAX_PRICE_LIMIT = 1461446703485210103287273052203988822378723970341;

    address public immutable factory;
    address public immutable WETH9;

    constructor(address factory_, address weth9) {
        factory = factory_;
        WETH9 = weth9;
    }

    function quoteExactInputSingle(QuoteExactInputSingleParams memory p)
        public
        returns (uint256 amountOut, uint160 sqrtPriceX96After, uint32 initializedTicksCrossed, uint256 gasEstimate)
    {
        bool zeroForOne = p.tokenIn < p.tokenOut;
        address pool = SlipstreamFactory(factory).getPool(p.tokenIn, p.tokenOut, p.tickSpacing);
        uint160 limit = p.sqrtPriceLimitX96;
        if (limit == 0) limit = zeroForOne ? MIN_PRICE_LIMIT : MAX_PRICE_LIMIT;
        uint256 gasBefore = gasleft();
        try SlipstreamPool(pool).swap(address(this), zeroForOne, int256(p.amountIn), limit, abi.encode(zeroForOne)) {
            revert("Unexpected success");
        } catch (bytes memory reason) {
            gasEstimate = gasBefore - gasleft();
            (amountOut, sqrtPriceX96After) = _decode(reason);
            initializedTicksCrossed = 0; // these pools have none
        }
    }

    function quoteExactInput(bytes memory path, uint256 amountIn)
        external
        returns (
            uint256 amountOut,
            uint160[] memory sqrtPriceX96AfterList,
            uint32[] memory initializedTicksCrossedList,
            uint256 gasEstimate
        )
    {
        uint256 hops = V3Path.pools(path);
        sqrtPriceX96AfterList = new uint160[](hops);
        initializedTicksCrossedList = new uint32[](hops);
        amountOut = amountIn;
        for (uint256 i; i < hops; i++) {
            QuoteExactInputSingleParams memory p;
            uint24 spacing;
            (p.tokenIn, spacing, p.tokenOut) = V3Path.at(path, i);
            p.tickSpacing = int24(spacing);
            p.amountIn = amountOut;
            uint256 gas;
            (amountOut, sqrtPriceX96AfterList[i], initializedTicksCrossedList[i], gas) = quoteExactInputSingle(p);
            gasEstimate += gas;
        }
    }

    /// Reverts with what the swap would give: the output and the price after it.
    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external view {
        require(amount0Delta > 0 || amount1Delta > 0);
        uint256 out = uint256(-(abi.decode(data, (bool)) ? amount1Delta : amount0Delta));
        (uint160 price,,,,,) = SlipstreamPool(msg.sender).slot0();
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore(p, out)
            mstore(add(p, 0x20), price)
            revert(p, 0x40)
        }
    }

    /// Anything but the callback's two words is the pool's own refusal.
    function _decode(bytes memory reason) private pure returns (uint256, uint160) {
        if (reason.length == 64) return abi.decode(reason, (uint256, uint160));
        if (reason.length < 68) revert("Unexpected error");
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }
}
