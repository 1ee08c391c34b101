// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {ReserveGovernance} from "./ReserveGovernance.sol";
import {ReserveStorage} from "./ReserveStorage.sol";
import {VaultMoves} from "./VaultMoves.sol";

/// @title The part of the reserve that is executed by `delegatecall`
/// @notice Works on the reserve's storage. Called directly, it works on its own empty storage and means nothing.
contract ReserveExtension is ReserveStorage, VaultMoves, ReserveGovernance {
    constructor(
        address authority,
        address dollar,
        address engine
    ) AccessManaged(authority) ReserveStorage(dollar, engine) {}
}
