// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {FullRangePool} from "./FullRangePool.sol";

interface ISlipstreamFees {
    function getSwapFee(address pool) external view returns (uint24);
}

/// A pool at Slipstream's interface; see FullRangePool for what is simplified.
/// Its traps are kept: slot0 has six members, where Uniswap's has seven, and the
/// fee is the factory's to change.
contract SlipstreamPool is FullRangePool {
    constructor(address token0_, address token1_, int24 tickSpacing_)
        FullRangePool(token0_, token1_, tickSpacing_)
    {}

    function fee() public view override returns (uint24) {
        return ISlipstreamFees(factory).getSwapFee(address(this));
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
            s.unlocked
        );
    }
}
