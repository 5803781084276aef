// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {FullMath} from "./FullMath.sol";
import {IUniswapV3MintCallback} from "./FullRangePool.sol";
import {SafeTransfer} from "./SafeTransfer.sol";
import {UniswapV3Factory} from "./UniswapV3Factory.sol";
import {UniswapV3Pool} from "./UniswapV3Pool.sol";

/// Opens a v3 pool and fills it, in one call. It has no counterpart on the live
/// chain: the dev world uses it to prepare its exchanges.
contract UniswapV3Liquidity is IUniswapV3MintCallback {
    struct Payment {
        address token0;
        address token1;
        uint24 fee;
        address payer;
    }

    uint256 private constant Q96 = 2 ** 96;

    UniswapV3Factory public immutable factory;

    constructor(address factory_) {
        factory = UniswapV3Factory(factory_);
    }

    /// Adds up to amountA and amountB of the caller's tokens, for which this
    /// contract needs approvals. A pool that is new gets their ratio as price,
    /// and an oracle that remembers.
    function add(address tokenA, address tokenB, uint24 fee, uint256 amountA, uint256 amountB)
        external
        returns (address pool, uint128 liquidity)
    {
        (Payment memory p, uint256 amount0, uint256 amount1) = tokenA < tokenB
            ? (Payment(tokenA, tokenB, fee, msg.sender), amountA, amountB)
            : (Payment(tokenB, tokenA, fee, msg.sender), amountB, amountA);
        pool = factory.getPool(p.token0, p.token1, fee);
        if (pool == address(0)) pool = factory.createPool(p.token0, p.token1, fee);
        (uint160 price,,,,,,) = UniswapV3Pool(pool).slot0();
        if (price == 0) {
            price = uint160(_sqrt(FullMath.mulDiv(amount1, Q96, amount0)) * 2 ** 48);
            UniswapV3Pool(pool).initialize(price);
            UniswapV3Pool(pool).increaseObservationCardinalityNext(1000);
        }
        liquidity = _liquidity(price, amount0, amount1);
        int24 edge = (887272 / UniswapV3Pool(pool).tickSpacing()) * UniswapV3Pool(pool).tickSpacing();
        UniswapV3Pool(pool).mint(msg.sender, -edge, edge, liquidity, abi.encode(p));
    }

    function uniswapV3MintCallback(uint256 amount0Owed, uint256 amount1Owed, bytes calldata data) external {
        Payment memory p = abi.decode(data, (Payment));
        require(msg.sender == factory.getPool(p.token0, p.token1, p.fee));
        SafeTransfer.safeTransferFrom(p.token0, p.payer, msg.sender, amount0Owed);
        SafeTransfer.safeTransferFrom(p.token1, p.payer, msg.sender, amount1Owed);
    }

    /// The most liquidity whose cost, rounded up, stays within both amounts.
    function _liquidity(uint160 price, uint256 amount0, uint256 amount1) private pure returns (uint128) {
        uint256 by0 = FullMath.mulDiv(amount0, price, Q96);
        uint256 by1 = FullMath.mulDiv(amount1, Q96, price);
        uint256 l = by0 < by1 ? by0 : by1;
        require(l <= type(uint128).max, "TOO_MUCH");
        return uint128(l);
    }

    function _sqrt(uint256 x) private pure returns (uint256 y) {
        y = x;
        for (uint256 z = x / 2 + 1; z < y; z = (x / z + z) / 2) {
            y = z;
        }
    }
}
