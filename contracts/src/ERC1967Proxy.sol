// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// A proxy that keeps its implementation in the EIP-1967 slot and delegates
/// every call to it.
contract ERC1967Proxy {
    event Upgraded(address indexed implementation);

    // keccak256("eip1967.proxy.implementation") - 1
    bytes32 private constant SLOT = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

    /// @param data is called on the implementation, in the proxy's storage
    constructor(address implementation, bytes memory data) payable {
        require(implementation.code.length != 0, "NO_IMPLEMENTATION");
        assembly {
            sstore(SLOT, implementation)
        }
        emit Upgraded(implementation);
        if (data.length == 0) return;
        (bool ok, bytes memory answer) = implementation.delegatecall(data);
        if (!ok) {
            assembly {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }

    fallback() external payable {
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), sload(SLOT), 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch ok
            case 0 { revert(0, returndatasize()) }
            default { return(0, returndatasize()) }
        }
    }
}
