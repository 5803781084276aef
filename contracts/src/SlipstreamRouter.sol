// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IUniswapV3SwapCallback} from "./FullRangePool.sol";
import {IERC20, IWETH} from "./Interfaces.sol";
import {SafeTransfer} from "./SafeTransfer.sol";
import {SlipstreamFactory} from "./SlipstreamFactory.sol";
import {SlipstreamPool} from "./SlipstreamPool.sol";
import {V3Path} from "./V3Path.sol";

/// Routes swaps at the interface of Slipstream's SwapRouter. Its traps are kept:
/// pools are named by an int24 tickSpacing, the deadline is within the structs,
/// ether sent along pays for a WETH input, and what stays here is anybody's.
contract SlipstreamRouter is IUniswapV3SwapCallback {
    struct ExactInputSingleParams {
        address tokenIn;
        address tokenOut;
        int24 tickSpacing;
        address recipient;
        uint256 deadline;
        uint256 amountIn;
        uint256 amountOutMinimum;
        uint160 sqrtPriceLimitX96;
    }

    struct ExactInputParams {
        bytes path;
        address recipient;
        uint256 deadline;
        uint256 amountIn;
        uint256 amountOutMinimum;
    }

    struct Payment {
        address tokenIn;
        address tokenOut;
        int24 tickSpacing;
        address payer;
    }

    uint160 private constant MIN_PRICE_LIMIT = 4295128740;
    uint160 private constant MAX_PRICE_LIMIT = 1461446703485210103287273052203988822378723970341;

    address public immutable factory;
    address public immutable WETH9;

    constructor(address factory_, address weth9) {
        factory = factory_;
        WETH9 = weth9;
    }

    modifier checkDeadline(uint256 deadline) {
        require(block.timestamp <= deadline, "Transaction too old");
        _;
    }

    receive() external payable {
        require(msg.sender == WETH9, "Not WETH9");
    }

    function multicall(bytes[] calldata data) external payable returns (bytes[] memory results) {
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

    function exactInputSingle(ExactInputSingleParams calldata p)
        external
        payable
        checkDeadline(p.deadline)
        returns (uint256 amountOut)
    {
        address to = p.recipient == address(0) ? address(this) : p.recipient;
        amountOut =
            _swap(Payment(p.tokenIn, p.tokenOut, p.tickSpacing, msg.sender), to, p.amountIn, p.sqrtPriceLimitX96);
        require(amountOut >= p.amountOutMinimum, "Too little received");
    }

    function exactInput(ExactInputParams calldata p)
        external
        payable
        checkDeadline(p.deadline)
        returns (uint256 amount)
    {
        uint256 hops = V3Path.pools(p.path);
        amount = p.amountIn;
        address payer = msg.sender;
        for (uint256 i; i < hops; i++) {
            (address tokenIn, uint24 spacing, address tokenOut) = V3Path.at(p.path, i);
            address to = i + 1 == hops && p.recipient != address(0) ? p.recipient : address(this);
            amount = _swap(Payment(tokenIn, tokenOut, int24(spacing), payer), to, amount, 0);
            payer = address(this);
        }
        require(amount >= p.amountOutMinimum, "Too little received");
    }

    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external {
        require(amount0Delta > 0 || amount1Delta > 0);
        Payment memory p = abi.decode(data, (Payment));
        require(msg.sender == SlipstreamFactory(factory).getPool(p.tokenIn, p.tokenOut, p.tickSpacing));
        _pay(p.tokenIn, p.payer, msg.sender, uint256(amount0Delta > 0 ? amount0Delta : amount1Delta));
    }

    function refundETH() external payable {
        if (address(this).balance != 0) SafeTransfer.safeTransferETH(msg.sender, address(this).balance);
    }

    function _swap(Payment memory p, address recipient, uint256 amountIn, uint160 limit)
        private
        returns (uint256 amountOut)
    {
        bool zeroForOne = p.tokenIn < p.tokenOut;
        address pool = SlipstreamFactory(factory).getPool(p.tokenIn, p.tokenOut, p.tickSpacing);
        if (limit == 0) limit = zeroForOne ? MIN_PRICE_LIMIT : MAX_PRICE_LIMIT;
        (int256 amount0, int256 amount1) =
            SlipstreamPool(pool).swap(recipient, zeroForOne, int256(amountIn), limit, abi.encode(p));
        return uint256(-(zeroForOne ? amount1 : amount0));
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
