// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {FullMath} from "./FullMath.sol";
import {IUniswapV3MintCallback} from "./FullRangePool.sol";
import {SafeTransfer} from "./SafeTransfer.sol";
import {SlipstreamFactory} from "./SlipstreamFactory.sol";
import {SlipstreamPool} from "./SlipstreamPool.sol";

/// Opens a Slipstream pool and fills it, in one call. It has no counterpart on
/// the live chain: the dev world uses it to prepare its exchanges.
contract SlipstreamLiquidity is IUniswapV3MintCallback {
    uint256 private constant Q96 = 2 ** 96;

    SlipstreamFactory public immutable factory;

    constructor(address factory_) {
        factory = SlipstreamFactory(factory_);
    }

    /// Adds up to amount0 and amount1 of the caller's tokens, which are in their
    /// pool's order and for which this contract needs approvals. A pool that is
    /// new gets their ratio as price, and an oracle that remembers.
    function add(address token0, address token1, int24 tickSpacing, uint256 amount0, uint256 amount1)
        external
        returns (address at, uint128 liquidity)
    {
        at = factory.getPool(token0, token1, tickSpacing);
        if (at == address(0)) {
            uint160 first = uint160(_sqrt(FullMath.mulDiv(amount1, Q96, amount0)) * 2 ** 48);
            at = factory.createPool(token0, token1, tickSpacing, first);
            SlipstreamPool(at).increaseObservationCardinalityNext(1000);
        }
        (uint160 price,,,,,) = SlipstreamPool(at).slot0();
        uint256 by0 = FullMath.mulDiv(amount0, price, Q96);
        uint256 by1 = FullMath.mulDiv(amount1, Q96, price);
        liquidity = uint128(by0 < by1 ? by0 : by1);
        int24 edge = (887272 / tickSpacing) * tickSpacing;
        SlipstreamPool(at).mint(msg.sender, -edge, edge, liquidity, abi.encode(msg.sender));
    }

    function uniswapV3MintCallback(uint256 amount0Owed, uint256 amount1Owed, bytes calldata data) external {
        require(factory.isPool(msg.sender));
        address payer = abi.decode(data, (address));
        SafeTransfer.safeTransferFrom(SlipstreamPool(msg.sender).token0(), payer, msg.sender, amount0Owed);
        SafeTransfer.safeTransferFrom(SlipstreamPool(msg.sender).token1(), payer, msg.sender, amount1Owed);
    }

    function _sqrt(uint256 x) private pure returns (uint256 y) {
        y = x;
        for (uint256 z = x / 2 + 1; z < y; z = (x / z + z) / 2) {
            y = z;
        }
    }
}
