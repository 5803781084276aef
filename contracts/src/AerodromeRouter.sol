// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AerodromePool} from "./AerodromePool.sol";
import {AerodromePoolFactory} from "./AerodromePoolFactory.sol";
import {Clones} from "./Clones.sol";
import {IERC20, IWETH} from "./Interfaces.sol";

/// Routes swaps at Aerodrome's interface. Its traps are kept: getAmountsOut
/// answers 0 for a pool that does not exist, and poolFor an address.
contract AerodromeRouter {
    struct Route {
        address from;
        address to;
        bool stable;
        address factory;
    }

    error ETHTransferFailed();
    error Expired();
    error InsufficientAmount();
    error InsufficientAmountA();
    error InsufficientAmountADesired();
    error InsufficientAmountB();
    error InsufficientAmountBDesired();
    error InsufficientLiquidity();
    error InsufficientOutputAmount();
    error InvalidAmountInForETHDeposit();
    error InvalidPath();
    error OnlyWETH();
    error PoolDoesNotExist();
    error PoolFactoryDoesNotExist();
    error SameAddresses();
    error TransferFailed();
    error ZeroAddress();

    address public immutable defaultFactory;
    IWETH public immutable weth;

    constructor(address factory, address weth_) {
        defaultFactory = factory;
        weth = IWETH(weth_);
    }

    modifier ensure(uint256 deadline) {
        if (deadline < block.timestamp) revert Expired();
        _;
    }

    receive() external payable {
        if (msg.sender != address(weth)) revert OnlyWETH();
    }

    // --- reads

    function sortTokens(address tokenA, address tokenB) public pure returns (address token0, address token1) {
        if (tokenA == tokenB) revert SameAddresses();
        (token0, token1) = tokenA < tokenB ? (tokenA, tokenB) : (tokenB, tokenA);
        if (token0 == address(0)) revert ZeroAddress();
    }

    /// Where the pool is or would be; factory 0 means the default one.
    function poolFor(address tokenA, address tokenB, bool stable, address factory) public view returns (address) {
        address f = _factory(factory);
        (address token0, address token1) = sortTokens(tokenA, tokenB);
        bytes32 salt = keccak256(abi.encodePacked(token0, token1, stable));
        return Clones.predict(AerodromePoolFactory(f).implementation(), salt, f);
    }

    /// In the order of the arguments; reverts without a reason for no pool.
    function getReserves(address tokenA, address tokenB, bool stable, address factory)
        public
        view
        returns (uint256 reserveA, uint256 reserveB)
    {
        (address token0,) = sortTokens(tokenA, tokenB);
        (uint256 r0, uint256 r1,) = AerodromePool(poolFor(tokenA, tokenB, stable, factory)).getReserves();
        return tokenA == token0 ? (r0, r1) : (r1, r0);
    }

    /// amounts[0] is amountIn; a missing pool leaves 0 from there on.
    function getAmountsOut(uint256 amountIn, Route[] memory routes) public view returns (uint256[] memory amounts) {
        if (routes.length == 0) revert InvalidPath();
        amounts = new uint256[](routes.length + 1);
        amounts[0] = amountIn;
        for (uint256 i; i < routes.length; i++) {
            Route memory r = routes[i];
            address pool = poolFor(r.from, r.to, r.stable, r.factory);
            if (AerodromePoolFactory(_factory(r.factory)).isPool(pool)) {
                amounts[i + 1] = AerodromePool(pool).getAmountOut(amounts[i], r.from);
            }
        }
    }

    // --- liquidity

    function addLiquidity(
        address tokenA,
        address tokenB,
        bool stable,
        uint256 amountADesired,
        uint256 amountBDesired,
        uint256 amountAMin,
        uint256 amountBMin,
        address to,
        uint256 deadline
    ) external ensure(deadline) returns (uint256 amountA, uint256 amountB, uint256 liquidity) {
        address pool;
        (amountA, amountB, pool) =
            _prepare(tokenA, tokenB, stable, amountADesired, amountBDesired, amountAMin, amountBMin);
        _pull(tokenA, msg.sender, pool, amountA);
        _pull(tokenB, msg.sender, pool, amountB);
        liquidity = AerodromePool(pool).mint(to);
    }

    function addLiquidityETH(
        address token,
        bool stable,
        uint256 amountTokenDesired,
        uint256 amountTokenMin,
        uint256 amountETHMin,
        address to,
        uint256 deadline
    ) external payable ensure(deadline) returns (uint256 amountToken, uint256 amountETH, uint256 liquidity) {
        address pool;
        (amountToken, amountETH, pool) = _prepare(
            token, address(weth), stable, amountTokenDesired, msg.value, amountTokenMin, amountETHMin
        );
        _pull(token, msg.sender, pool, amountToken);
        weth.deposit{value: amountETH}();
        if (!weth.transfer(pool, amountETH)) revert TransferFailed();
        liquidity = AerodromePool(pool).mint(to);
        if (msg.value > amountETH) _sendETH(msg.sender, msg.value - amountETH);
    }

    // --- swaps

    function swapExactTokensForTokens(
        uint256 amountIn,
        uint256 amountOutMin,
        Route[] calldata routes,
        address to,
        uint256 deadline
    ) external ensure(deadline) returns (uint256[] memory amounts) {
        amounts = _amounts(amountIn, amountOutMin, routes);
        _pull(routes[0].from, msg.sender, _firstPool(routes), amountIn);
        _swap(amounts, routes, to);
    }

    function swapExactETHForTokens(uint256 amountOutMin, Route[] calldata routes, address to, uint256 deadline)
        external
        payable
        ensure(deadline)
        returns (uint256[] memory amounts)
    {
        if (routes.length == 0 || routes[0].from != address(weth)) revert InvalidPath();
        amounts = _amounts(msg.value, amountOutMin, routes);
        weth.deposit{value: msg.value}();
        if (!weth.transfer(_firstPool(routes), msg.value)) revert TransferFailed();
        _swap(amounts, routes, to);
    }

    function swapExactTokensForETH(
        uint256 amountIn,
        uint256 amountOutMin,
        Route[] calldata routes,
        address to,
        uint256 deadline
    ) external ensure(deadline) returns (uint256[] memory amounts) {
        if (routes.length == 0 || routes[routes.length - 1].to != address(weth)) revert InvalidPath();
        amounts = _amounts(amountIn, amountOutMin, routes);
        _pull(routes[0].from, msg.sender, _firstPool(routes), amountIn);
        _swap(amounts, routes, address(this));
        uint256 out = amounts[amounts.length - 1];
        weth.withdraw(out);
        _sendETH(to, out);
    }

    // --- inside

    function _factory(address factory) private view returns (address) {
        if (factory == address(0)) return defaultFactory;
        if (factory != defaultFactory) revert PoolFactoryDoesNotExist();
        return factory;
    }

    function _firstPool(Route[] calldata routes) private view returns (address) {
        return poolFor(routes[0].from, routes[0].to, routes[0].stable, routes[0].factory);
    }

    function _amounts(uint256 amountIn, uint256 amountOutMin, Route[] calldata routes)
        private
        view
        returns (uint256[] memory amounts)
    {
        amounts = getAmountsOut(amountIn, routes);
        if (amounts[amounts.length - 1] < amountOutMin) revert InsufficientOutputAmount();
    }

    function _swap(uint256[] memory amounts, Route[] calldata routes, address to) private {
        for (uint256 i; i < routes.length; i++) {
            Route calldata r = routes[i];
            (address token0,) = sortTokens(r.from, r.to);
            (uint256 out0, uint256 out1) =
                r.from == token0 ? (uint256(0), amounts[i + 1]) : (amounts[i + 1], uint256(0));
            address next = i + 1 == routes.length
                ? to
                : poolFor(routes[i + 1].from, routes[i + 1].to, routes[i + 1].stable, routes[i + 1].factory);
            AerodromePool(poolFor(r.from, r.to, r.stable, r.factory)).swap(out0, out1, next, "");
        }
    }

    function _prepare(
        address tokenA,
        address tokenB,
        bool stable,
        uint256 desiredA,
        uint256 desiredB,
        uint256 minA,
        uint256 minB
    ) private returns (uint256 amountA, uint256 amountB, address pool) {
        if (desiredA < minA) revert InsufficientAmountADesired();
        if (desiredB < minB) revert InsufficientAmountBDesired();
        pool = AerodromePoolFactory(defaultFactory).getPool(tokenA, tokenB, stable);
        if (pool == address(0)) pool = AerodromePoolFactory(defaultFactory).createPool(tokenA, tokenB, stable);
        (uint256 rA, uint256 rB) = getReserves(tokenA, tokenB, stable, defaultFactory);
        (amountA, amountB) = _fit(rA, rB, desiredA, desiredB);
        if (amountA < minA) revert InsufficientAmountA();
        if (amountB < minB) revert InsufficientAmountB();
    }

    /// The largest amounts within the desired ones that keep the pool's price.
    function _fit(uint256 rA, uint256 rB, uint256 desiredA, uint256 desiredB)
        private
        pure
        returns (uint256, uint256)
    {
        if (desiredA == 0 || desiredB == 0) revert InsufficientAmount();
        if (rA == 0 && rB == 0) return (desiredA, desiredB);
        uint256 fitB = (desiredA * rB) / rA;
        return fitB <= desiredB ? (desiredA, fitB) : ((desiredB * rA) / rB, desiredB);
    }

    function _pull(address token, address from, address to, uint256 amount) private {
        if (!IERC20(token).transferFrom(from, to, amount)) revert TransferFailed();
    }

    function _sendETH(address to, uint256 amount) private {
        (bool ok,) = to.call{value: amount}("");
        if (!ok) revert ETHTransferFailed();
    }
}
