// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {SlipstreamPool} from "./SlipstreamPool.sol";

/// Makes and finds pools at Slipstream's interface: by tick spacing, not by fee.
contract SlipstreamFactory {
    event PoolCreated(address indexed token0, address indexed token1, int24 indexed tickSpacing, address pool);

    address public immutable owner;
    mapping(address => bool) public isPool;
    /// The zero address when there is no such pool; either order of tokens.
    mapping(address => mapping(address => mapping(int24 => address))) public getPool;
    mapping(address => uint24) private customFee;

    constructor(address owner_) {
        owner = owner_;
    }

    /// 0 for a spacing that no pool may have.
    function tickSpacingToFee(int24 tickSpacing) public pure returns (uint24) {
        if (tickSpacing == 1) return 100;
        if (tickSpacing == 50) return 500;
        if (tickSpacing == 100) return 500;
        if (tickSpacing == 200) return 3000;
        if (tickSpacing == 2000) return 10000;
        return 0;
    }

    /// In hundredths of a basis point; asked by the pool at every swap.
    function getSwapFee(address pool) external view returns (uint24) {
        uint24 fee = customFee[pool];
        return fee != 0 ? fee : tickSpacingToFee(SlipstreamPool(pool).tickSpacing());
    }

    /// Stands for the live factory's fee modules. In hundredths of a basis point.
    function setCustomFee(address pool, uint24 fee) external {
        require(msg.sender == owner && isPool[pool] && fee <= 30_000);
        customFee[pool] = fee;
    }

    function createPool(address tokenA, address tokenB, int24 tickSpacing, uint160 sqrtPriceX96)
        external
        returns (address pool)
    {
        require(tokenA != tokenB);
        (address token0, address token1) = tokenA < tokenB ? (tokenA, tokenB) : (tokenB, tokenA);
        require(token0 != address(0) && tickSpacingToFee(tickSpacing) != 0);
        require(getPool[token0][token1][tickSpacing] == address(0));
        bytes32 salt = keccak256(abi.encode(token0, token1, tickSpacing));
        pool = address(new SlipstreamPool{salt: salt}(token0, token1, tickSpacing));
        SlipstreamPool(pool).initialize(sqrtPriceX96);
        isPool[pool] = true;
        getPool[token0][token1][tickSpacing] = pool;
        getPool[token1][token0][tickSpacing] = pool;
        emit PoolCreated(token0, token1, tickSpacing, pool);
    }
}
