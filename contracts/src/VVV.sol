// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ERC20} from "./ERC20.sol";

/// The dev world's VVV: a plain ERC-20 whose owner, the staking contract, mints
/// the emissions.
contract VVV is ERC20 {
    error OwnableUnauthorizedAccount(address account);

    address public immutable owner;

    /// @param owner_ the staking contract, which alone may mint
    /// @param holder receives the whole initial supply
    constructor(address owner_, address holder, uint256 supply) ERC20("Venice Token", "VVV") {
        owner = owner_;
        _mint(holder, supply);
    }

    function mint(address to, uint256 amount) external {
        if (msg.sender != owner) revert OwnableUnauthorizedAccount(msg.sender);
        _mint(to, amount);
    }
}
