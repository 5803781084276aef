// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "./Interfaces.sol";

/// Token calls that take "no answer" for success and anything but true for
/// failure, with the reasons that the live routers give.
library SafeTransfer {
    function safeTransferFrom(address token, address from, address to, uint256 value) internal {
        require(_try(token, abi.encodeCall(IERC20.transferFrom, (from, to, value))), "STF");
    }

    function safeTransfer(address token, address to, uint256 value) internal {
        require(_try(token, abi.encodeCall(IERC20.transfer, (to, value))), "ST");
    }

    function safeTransferETH(address to, uint256 value) internal {
        (bool ok,) = to.call{value: value}("");
        require(ok, "STE");
    }

    function _try(address token, bytes memory data) private returns (bool) {
        (bool ok, bytes memory answer) = token.call(data);
        return ok && (answer.length == 0 || abi.decode(answer, (bool)));
    }
}
