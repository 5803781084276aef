// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

interface IERC1822 {
    function proxiableUUID() external view returns (bytes32);
}

/// The implementation's side of an EIP-1822 (UUPS) proxy: the owner can replace
/// the code.
abstract contract UUPS {
    event Upgraded(address indexed implementation);

    string public constant UPGRADE_INTERFACE_VERSION = "5.0.0";

    bytes32 private constant SLOT = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    address private immutable self = address(this);

    error UUPSUnauthorizedCallContext();
    error UUPSUnsupportedProxiableUUID(bytes32 slot);

    /// The slot that holds the implementation; only the bare code answers.
    function proxiableUUID() external view returns (bytes32) {
        if (address(this) != self) revert UUPSUnauthorizedCallContext();
        return SLOT;
    }

    function upgradeToAndCall(address implementation, bytes calldata data) external payable {
        if (address(this) == self) revert UUPSUnauthorizedCallContext();
        _authorizeUpgrade();
        bytes32 slot = IERC1822(implementation).proxiableUUID();
        if (slot != SLOT) revert UUPSUnsupportedProxiableUUID(slot);
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

    function _authorizeUpgrade() internal view virtual;
}
