// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title A contract account whose owner signs for it (ERC-1271)
contract SignatureWallet is IERC1271 {
    address public immutable owner;
    bool public frozen;

    constructor(address owner_) {
        owner = owner_;
    }

    function setFrozen(bool frozen_) external {
        frozen = frozen_;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        bool good = !frozen && ECDSA.recoverCalldata(hash, signature) == owner;
        return good ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}
