// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {IAuthority} from "../interfaces/IAuthority.sol";
import {PlimsollTimelock} from "./PlimsollTimelock.sol";

/// @title The one authority over all contracts of the protocol
/// @notice See IAuthority.
/// @dev AccessManager with four doors closed once it is sealed: each of them would let a single vote take the delay away from all later decisions.
/// @custom:bound-of labelRole a name
/// @custom:bound-of grantRole once sealed: to others than timelock and guardian only with an execution delay >= {NOTICE} s
/// @custom:bound-of revokeRole none; users hold no role
/// @custom:bound-of setRoleAdmin none; whoever may grant is bound like the admin
/// @custom:bound-of setRoleGuardian none; concerns operations scheduled here, of which the timelock has none
/// @custom:bound-of setGrantDelay none
/// @custom:bound-of setTargetFunctionRole once sealed: not to everybody
/// @custom:bound-of setTargetAdminDelay none
/// @custom:bound-of setTargetClosed stops what needs a role at that contract; users need none
/// @custom:bound-of updateAuthority once sealed: never
contract Authority is IAuthority, AccessManager {
    /// @inheritdoc IAuthority
    uint256 public constant override NOTICE = 2 days;

    /// @inheritdoc IAuthority
    address public timelock;
    /// @inheritdoc IAuthority
    address public guardian;

    /// @param admin Sets the protocol up, seals, and renounces.
    constructor(address admin) AccessManager(admin) {}

    /// @inheritdoc IAuthority
    function seal(address timelock_, address guardian_) external onlyAuthorized {
        require(timelock == address(0), SealedAlready());
        // What it can never be below, not what it happens to be.
        uint256 delay = PlimsollTimelock(payable(timelock_)).MIN_DELAY();
        require(delay >= NOTICE, TimelockTooFast(timelock_, delay, NOTICE));
        (timelock, guardian) = (timelock_, guardian_);
        emit Sealed(timelock_, guardian_);
    }

    /// @dev Also how the execution delay of somebody who has the role already is changed.
    function _grantRole(
        uint64 roleId,
        address account,
        uint32 grantDelay,
        uint32 executionDelay
    ) internal override returns (bool) {
        if (_isSealed() && account != timelock && account != guardian) {
            require(executionDelay >= NOTICE, NoticeTooShort(roleId, account, executionDelay, NOTICE));
        }
        return super._grantRole(roleId, account, grantDelay, executionDelay);
    }

    function _setTargetFunctionRole(address target, bytes4 selector, uint64 roleId) internal override {
        require(roleId != PUBLIC_ROLE || !_isSealed(), FunctionNotPublic(target, selector));
        super._setTargetFunctionRole(target, selector, roleId);
    }

    /// @inheritdoc IAccessManager
    function updateAuthority(address target, address newAuthority) public override(AccessManager, IAccessManager) {
        require(!_isSealed(), AuthorityIsFinal(target));
        super.updateAuthority(target, newAuthority);
    }

    /// @inheritdoc IAccessManager
    /// @dev Contracts take whatever this one calls, another authority for themselves too, also from within a batch of theirs. Nobody needs it: who has to wait
    /// calls the contract itself once the time has come.
    function execute(
        address target,
        bytes calldata data
    ) public payable override(AccessManager, IAccessManager) returns (uint32) {
        require(!_isSealed(), NotThroughAuthority(target));
        return super.execute(target, data);
    }

    function _isSealed() private view returns (bool) {
        return timelock != address(0);
    }
}
