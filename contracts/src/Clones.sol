// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// Minimal proxies after ERC-1167, at addresses known in advance (CREATE2).
library Clones {
    function initCode(address implementation) internal pure returns (bytes memory) {
        return abi.encodePacked(
            hex"3d602d80600a3d3981f3363d3d373d3d3d363d73", implementation, hex"5af43d82803e903d91602b57fd5bf3"
        );
    }

    function create(address implementation, bytes32 salt) internal returns (address clone) {
        bytes memory code = initCode(implementation);
        assembly ("memory-safe") {
            clone := create2(0, add(code, 0x20), mload(code), salt)
        }
        require(clone != address(0), "CREATE2_FAILED");
    }

    function predict(address implementation, bytes32 salt, address deployer) internal pure returns (address) {
        bytes32 codeHash = keccak256(initCode(implementation));
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", deployer, salt, codeHash)))));
    }
}
