// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {UniswapV3Pool} from "./UniswapV3Pool.sol";

/// Makes and finds pools at Uniswap v3's interface.
contract UniswapV3Factory {
    event PoolCreated(
        address indexed token0, address indexed token1, uint24 indexed fee, int24 tickSpacing, address pool
    );

    address public immutable owner;
    /// The zero address when there is no such pool; either order of tokens.
    mapping(address => mapping(address => mapping(uint24 => address))) public getPool;

    constructor(address owner_) {
        owner = owner_;
    }

    /// 0 for a fee that no pool may have.
    function feeAmountTickSpacing(uint24 fee) public pure returns (int24) {
        if (fee == 100) return 1;
        if (fee == 500) return 10;
        if (fee == 3000) return 60;
        if (fee == 10000) return 200;
        return 0;
    }

    function createPool(address tokenA, address tokenB, uint24 fee) external returns (address pool) {
        require(tokenA != tokenB);
        (address token0, address token1) = tokenA < tokenB ? (tokenA, tokenB) : (tokenB, tokenA);
        int24 tickSpacing = feeAmountTickSpacing(fee);
        require(token0 != address(0) && tickSpacing != 0 && getPool[token0][token1][fee] == address(0));
        bytes32 salt = keccak256(abi.encode(token0, token1, fee));
        pool = address(new UniswapV3Pool{salt: salt}(token0, token1, fee, tickSpacing));
        getPool[token0][token1][fee] = pool;
        getPool[token1][token0][fee] = pool;
        emit PoolCreated(token0, token1, fee, tickSpacing, pool);
    }
}
