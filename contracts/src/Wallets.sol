// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC1271} from "./Interfaces.sol";

/// A contract wallet with one key as its owner (ERC-1271). It also does what the
/// owner tells it to, so that it can buy and stake.
contract OwnerWallet is IERC1271 {
    address public immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    receive() external payable {}

    function execute(address to, uint256 value, bytes calldata data) external payable returns (bytes memory) {
        require(msg.sender == owner, "only the owner");
        (bool ok, bytes memory answer) = to.call{value: value}(data);
        if (!ok) {
            assembly {
                revert(add(answer, 32), mload(answer))
            }
        }
        return answer;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        if (signature.length != 65) return 0xffffffff;
        address signer = ecrecover(hash, uint8(signature[64]), bytes32(signature[0:32]), bytes32(signature[32:64]));
        return signer != address(0) && signer == owner ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// Makes OwnerWallets at addresses that are known before (EIP-1014).
contract OwnerWalletFactory {
    function create(address owner, bytes32 salt) external returns (address) {
        return address(new OwnerWallet{salt: salt}(owner));
    }

    function addressOf(address owner, bytes32 salt) external view returns (address) {
        bytes32 code = keccak256(abi.encodePacked(type(OwnerWallet).creationCode, abi.encode(owner)));
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), address(this), salt, code)))));
    }
}

/// A wallet that answers every question in one of the ways in which hostile or
/// careless ones do.
contract HostileWallet {
    enum Answer {
        Always, // the magic value, whoever asks: a wallet may be so careless
        Echo, // its input, as the precompile at 0x04 does
        True, // 1
        Short, // 4 bytes
        Dirty, // the magic value, and a bit behind it
        Long, // the magic value in 64 bytes
        Nothing,
        Revert, // with the magic value as its reason
        GasBomb,
        ReturnBomb, // a megabyte
        RevertBomb,
        MemoryBomb,
        Write // changes state, which a static call forbids
    }

    Answer public immutable answer;
    uint256 private counter;

    constructor(Answer answer_) {
        answer = answer_;
    }

    fallback() external {
        Answer a = answer;
        bytes32 magic = bytes32(IERC1271.isValidSignature.selector);
        if (a == Answer.GasBomb) {
            while (true) {}
        }
        if (a == Answer.Write) counter++;
        uint8 kind = uint8(a);
        assembly {
            mstore(0, magic)
            mstore(32, magic)
            switch kind
            case 1 {
                calldatacopy(0, 0, calldatasize())
                return(0, calldatasize())
            }
            case 2 {
                mstore(0, 1)
                return(0, 32)
            }
            case 3 { return(0, 4) }
            case 4 {
                mstore8(31, 1)
                return(0, 32)
            }
            case 5 { return(0, 64) }
            case 6 { return(0, 0) }
            case 7 { revert(0, 32) }
            case 9 { return(0, 1000000) }
            case 10 { revert(0, 1000000) }
            case 11 {
                mstore(4000000000, 1)
                return(0, 32)
            }
            default { return(0, 32) }
        }
    }
}
