// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {FullRangePool} from "./FullRangePool.sol";

/// A pool at Uniswap v3's interface; see FullRangePool for what is simplified.
contract UniswapV3Pool is FullRangePool {
    uint24 private immutable fee_;

    constructor(address token0_, address token1_, uint24 pips, int24 tickSpacing_)
        FullRangePool(token0_, token1_, tickSpacing_)
    {
        fee_ = pips;
    }

    function fee() public view override returns (uint24) {
        return fee_;
    }

    function slot0()
        external
        view
        returns (
            uint160 sqrtPriceX96,
            int24 tick,
            uint16 observationIndex,
            uint16 observationCardinality,
            uint16 observationCardinalityNext,
            uint8 feeProtocol,
            bool unlocked
        )
    {
        State memory s = state;
        return (
            s.sqrtPriceX96,
            s.tick,
            s.observationIndex,
            s.observationCardinality,
            s.observationCardinalityNext,
            0,
            s.unlocked
        );
    }
}
