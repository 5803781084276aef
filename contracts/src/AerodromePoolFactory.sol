// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AerodromePool} from "./AerodromePool.sol";
import {Clones} from "./Clones.sol";

/// Makes and finds pools at Aerodrome's interface.
contract AerodromePoolFactory {
    event PoolCreated(address indexed token0, address indexed token1, bool indexed stable, address pool, uint256);
    event SetCustomFee(address indexed pool, uint256 fee);

    error FeeTooHigh();
    error InvalidPool();
    error NotFeeManager();
    error NotPauser();
    error PoolAlreadyExists();
    error SameAddress();
    error StablePoolsNotSimulated();
    error ZeroAddress();

    uint256 public constant MAX_FEE = 300; // basis points
    uint256 public constant ZERO_FEE_INDICATOR = 420; // a custom fee of this means none
    uint256 public constant stableFee = 5;
    uint256 public constant volatileFee = 30;

    address public immutable implementation;
    address public pauser;
    address public feeManager;
    bool public isPaused;
    address[] public allPools;
    mapping(address => bool) public isPool;
    mapping(address => uint256) public customFee;
    mapping(address => mapping(address => mapping(bool => address))) private pools;

    /// @param implementation_ an AerodromePool; @param owner pauses and sets fees
    constructor(address implementation_, address owner) {
        implementation = implementation_;
        pauser = owner;
        feeManager = owner;
    }

    function allPoolsLength() external view returns (uint256) {
        return allPools.length;
    }

    /// The zero address when there is no such pool.
    function getPool(address tokenA, address tokenB, bool stable) external view returns (address) {
        return pools[tokenA][tokenB][stable];
    }

    /// The same with the fee written as 0 (volatile) or 1 (stable).
    function getPool(address tokenA, address tokenB, uint24 fee) external view returns (address) {
        return fee > 1 ? address(0) : pools[tokenA][tokenB][fee == 1];
    }

    /// In basis points.
    function getFee(address pool, bool stable) external view returns (uint256) {
        uint256 fee = customFee[pool];
        if (fee == ZERO_FEE_INDICATOR) return 0;
        if (fee != 0) return fee;
        return stable ? stableFee : volatileFee;
    }

    function createPool(address tokenA, address tokenB, bool stable) external returns (address pool) {
        if (stable) revert StablePoolsNotSimulated();
        if (tokenA == tokenB) revert SameAddress();
        (address token0, address token1) = tokenA < tokenB ? (tokenA, tokenB) : (tokenB, tokenA);
        if (token0 == address(0)) revert ZeroAddress();
        if (pools[token0][token1][stable] != address(0)) revert PoolAlreadyExists();
        pool = Clones.create(implementation, keccak256(abi.encodePacked(token0, token1, stable)));
        AerodromePool(pool).initialize(token0, token1);
        pools[token0][token1][stable] = pool;
        pools[token1][token0][stable] = pool;
        isPool[pool] = true;
        allPools.push(pool);
        emit PoolCreated(token0, token1, stable, pool, allPools.length);
    }

    function setCustomFee(address pool, uint256 fee) external {
        if (msg.sender != feeManager) revert NotFeeManager();
        if (fee > MAX_FEE && fee != ZERO_FEE_INDICATOR) revert FeeTooHigh();
        if (!isPool[pool]) revert InvalidPool();
        customFee[pool] = fee;
        emit SetCustomFee(pool, fee);
    }

    function setPauseState(bool paused) external {
        if (msg.sender != pauser) revert NotPauser();
        isPaused = paused;
    }
}
