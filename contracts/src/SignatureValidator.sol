// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC1271} from "./Interfaces.sol";

/// Asks a contract wallet whether a signature is its own. It is never deployed:
/// an eth_call without a recipient runs the constructor, which answers one byte,
/// 1 or 0 (the deployless call of ERC-6492).
///
/// A wallet that does not exist yet, or has to be prepared, comes with a factory
/// and the call that makes it; the effects last as long as the eth_call. It does
/// not recover keys: who calls it does that before, with rules of its own. So
/// there is no zero address and no short signature that could pass, and nothing
/// that a wallet answers leaves this call, however long it is.
contract SignatureValidator {
    constructor(address wallet, bytes32 hash, bytes memory signature, address factory, bytes memory prepare) {
        bool valid = accepts(wallet, hash, signature);
        if (!valid && factory != address(0)) {
            bool prepared;
            assembly {
                prepared := call(gas(), factory, 0, add(prepare, 32), mload(prepare), 0, 0)
            }
            valid = prepared && accepts(wallet, hash, signature);
        }
        assembly {
            mstore8(0, valid)
            return(0, 1)
        }
    }

    /// The answer must be the magic value in exactly 32 bytes (ERC-1271): a
    /// wallet without code answers none, and one that echoes its input more.
    function accepts(address wallet, bytes32 hash, bytes memory signature) private view returns (bool valid) {
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (hash, signature));
        bytes32 magic = bytes32(IERC1271.isValidSignature.selector);
        assembly {
            valid := staticcall(gas(), wallet, add(question, 32), mload(question), 0, 32)
            valid := and(valid, and(eq(returndatasize(), 32), eq(mload(0), magic)))
        }
    }
}
