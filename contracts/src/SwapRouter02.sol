// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IUniswapV3SwapCallback} from "./FullRangePool.sol";
import {IERC20, IWETH} from "./Interfaces.sol";
import {SafeTransfer} from "./SafeTransfer.sol";
import {UniswapV3Factory} from "./UniswapV3Factory.sol";
import {UniswapV3Pool} from "./UniswapV3Pool.sol";
import {V3Path} from "./V3Path.sol";

/// Routes swaps at the interface of Uniswap's SwapRouter02, v3 part. Its traps
/// are kept: exactInput(Single) has no deadline (multicall has one), ether sent
/// along pays for a WETH input, amountIn 0 means "what the router holds",
/// recipients 1 and 2 mean the caller and the router, and what stays in the
/// router is anybody's.
contract SwapRouter02 is IUniswapV3SwapCallback {
    struct ExactInputSingleParams {
        address tokenIn;
        address tokenOut;
        uint24 fee;
        address recipient;
        uint256 amountIn;
        uint256 amountOutMinimum;
        uint160 sqrtPriceLimitX96;
    }

    struct ExactInputParams {
        bytes path;
        address recipient;
        uint256 amountIn;
        uint256 amountOutMinimum;
    }

    struct Payment {
        address tokenIn;
        address tokenOut;
        uint24 fee;
        address payer;
    }

    uint256 private constant CONTRACT_BALANCE = 0;
    uint160 private constant MIN_PRICE_LIMIT = 4295128740;
    uint160 private constant MAX_PRICE_LIMIT = 1461446703485210103287273052203988822378723970341;

    address public immutable factory;
    address public immutable WETH9;

    constructor(address factory_, address weth9) {
        factory = factory_;
        WETH9 = weth9;
    }

    receive() external payable {
        require(msg.sender == WETH9, "Not WETH9");
    }

    // --- several calls at once

    function multicall(uint256 deadline, bytes[] calldata data) external payable returns (bytes[] memory) {
        require(block.timestamp <= deadline, "Transaction too old");
        return multicall(data);
    }

    function multicall(bytes32 previousBlockhash, bytes[] calldata data) external payable returns (bytes[] memory) {
        require(blockhash(block.number - 1) == previousBlockhash, "Blockhash");
        return multicall(data);
    }

    function multicall(bytes[] calldata data) public payable returns (bytes[] memory results) {
        results = new bytes[](data.length);
        for (uint256 i; i < data.length; i++) {
            (bool ok, bytes memory answer) = address(this).delegatecall(data[i]);
            if (!ok) {
                assembly ("memory-safe") {
                    revert(add(answer, 0x20), mload(answer))
                }
            }
            results[i] = answer;
        }
    }

    // --- swaps

    function exactInputSingle(ExactInputSingleParams calldata p) external payable returns (uint256 amountOut) {
        (uint256 amountIn, address payer) = _source(p.tokenIn, p.amountIn);
        amountOut = _swap(
            Payment(p.tokenIn, p.tokenOut, p.fee, payer), _recipient(p.recipient), amountIn, p.sqrtPriceLimitX96
        );
        require(amountOut >= p.amountOutMinimum, "Too little received");
    }

    function exactInput(ExactInputParams calldata p) external payable returns (uint256 amount) {
        uint256 hops = V3Path.pools(p.path);
        (address first,,) = V3Path.at(p.path, 0);
        address payer;
        (amount, payer) = _source(first, p.amountIn);
        for (uint256 i; i < hops; i++) {
            (address tokenIn, uint24 fee, address tokenOut) = V3Path.at(p.path, i);
            address to = i + 1 == hops ? _recipient(p.recipient) : address(this);
            amount = _swap(Payment(tokenIn, tokenOut, fee, payer), to, amount, 0);
            payer = address(this);
        }
        require(amount >= p.amountOutMinimum, "Too little received");
    }

    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external {
        require(amount0Delta > 0 || amount1Delta > 0);
        Payment memory p = abi.decode(data, (Payment));
        require(msg.sender == UniswapV3Factory(factory).getPool(p.tokenIn, p.tokenOut, p.fee));
        _pay(p.tokenIn, p.payer, msg.sender, uint256(amount0Delta > 0 ? amount0Delta : amount1Delta));
    }

    // --- what is in the router

    function unwrapWETH9(uint256 amountMinimum, address recipient) public payable {
        uint256 balance = IWETH(WETH9).balanceOf(address(this));
        require(balance >= amountMinimum, "Insufficient WETH9");
        if (balance == 0) return;
        IWETH(WETH9).withdraw(balance);
        SafeTransfer.safeTransferETH(recipient, balance);
    }

    function unwrapWETH9(uint256 amountMinimum) external payable {
        unwrapWETH9(amountMinimum, msg.sender);
    }

    function sweepToken(address token, uint256 amountMinimum, address recipient) public payable {
        uint256 balance = IERC20(token).balanceOf(address(this));
        require(balance >= amountMinimum, "Insufficient token");
        if (balance != 0) SafeTransfer.safeTransfer(token, recipient, balance);
    }

    function sweepToken(address token, uint256 amountMinimum) external payable {
        sweepToken(token, amountMinimum, msg.sender);
    }

    function refundETH() external payable {
        if (address(this).balance != 0) SafeTransfer.safeTransferETH(msg.sender, address(this).balance);
    }

    function wrapETH(uint256 value) external payable {
        IWETH(WETH9).deposit{value: value}();
    }

    function pull(address token, uint256 value) external payable {
        SafeTransfer.safeTransferFrom(token, msg.sender, address(this), value);
    }

    // --- inside

    function _swap(Payment memory p, address recipient, uint256 amountIn, uint160 limit)
        private
        returns (uint256 amountOut)
    {
        bool zeroForOne = p.tokenIn < p.tokenOut;
        address pool = UniswapV3Factory(factory).getPool(p.tokenIn, p.tokenOut, p.fee);
        if (limit == 0) limit = zeroForOne ? MIN_PRICE_LIMIT : MAX_PRICE_LIMIT;
        (int256 amount0, int256 amount1) =
            UniswapV3Pool(pool).swap(recipient, zeroForOne, int256(amountIn), limit, abi.encode(p));
        return uint256(-(zeroForOne ? amount1 : amount0));
    }

    function _source(address token, uint256 amountIn) private view returns (uint256, address) {
        if (amountIn != CONTRACT_BALANCE) return (amountIn, msg.sender);
        return (IERC20(token).balanceOf(address(this)), address(this));
    }

    function _recipient(address recipient) private view returns (address) {
        if (recipient == address(1)) return msg.sender;
        if (recipient == address(2)) return address(this);
        return recipient;
    }

    function _pay(address token, address payer, address to, uint256 value) private {
        if (token == WETH9 && address(this).balance >= value) {
            IWETH(WETH9).deposit{value: value}();
            SafeTransfer.safeTransfer(WETH9, to, value);
        } else if (payer == address(this)) {
            SafeTransfer.safeTransfer(token, to, value);
        } else {
            SafeTransfer.safeTransferFrom(token, payer, to, value);
        }
    }
}
