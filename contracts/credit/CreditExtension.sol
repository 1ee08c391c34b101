// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {CreditAccess} from "./CreditAccess.sol";
import {CreditGovernance} from "./CreditGovernance.sol";
import {CreditStorage} from "./CreditStorage.sol";
import {StableRepayment} from "./StableRepayment.sol";

/// @title The part of the credit engine that is executed by `delegatecall`
/// @notice The engine's code is larger than one contract may be. What is seldom called lives here, at an address that is fixed when the
/// engine is built, and works on the engine's storage. Called directly, it works on its own empty storage and means nothing.
contract CreditExtension is CreditStorage, StableRepayment, CreditAccess, CreditGovernance {
    constructor(address authority, address dollar_) AccessManaged(authority) CreditStorage(dollar_) {}
}
