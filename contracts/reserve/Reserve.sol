// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

import {Extended} from "../libraries/Extended.sol";
import {InKind} from "./InKind.sol";
import {ReserveConfig, ReserveGovernance} from "./ReserveGovernance.sol";
import {ReserveStorage} from "./ReserveStorage.sol";
import {Taking} from "./Taking.sol";
import {VaultViews} from "./VaultViews.sol";

/// @title Plimsoll's own assets
/// @notice See IReserve for what it promises. Here is what is called often or by other modules: issue and redeem in Market, redemption in kind in
/// InKind, absorption, payments and fills in Taking, what vaults there are in VaultViews, on top of ReserveValue (what is owned) and ReserveStorage (layout, lock). Moves of vaults and governance are executed by
/// ReserveExtension, on this contract's storage.
contract Reserve is ReserveStorage, Taking, InKind, VaultViews, Multicall, Extended {
    /// @param extension A ReserveExtension built with the same authority, token and engine.
    constructor(
        ReserveConfig memory c,
        address extension
    )
        AccessManaged(c.authority)
        ReserveStorage(c.dollar, c.engine)
        Extended(extension, abi.encodeCall(ReserveGovernance.initialize, (c)))
    {}
}
