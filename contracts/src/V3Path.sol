// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// A v3 path: token (20 bytes), then fee (3) and token (20) for every pool.
library V3Path {
    function pools(bytes memory path) internal pure returns (uint256) {
        require(path.length >= 43 && (path.length - 20) % 23 == 0, "slice_outOfBounds");
        return (path.length - 20) / 23;
    }

    /// The i-th pool of a path that pools() has accepted.
    function at(bytes memory path, uint256 i) internal pure returns (address tokenIn, uint24 fee, address tokenOut) {
        assembly ("memory-safe") {
            let p := add(add(path, 0x20), mul(i, 23))
            tokenIn := shr(96, mload(p))
            fee := shr(232, mload(add(p, 20)))
            tokenOut := shr(96, mload(add(p, 23)))
        }
    }
}
