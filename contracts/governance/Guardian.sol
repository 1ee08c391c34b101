// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {ICreditEngine} from "../interfaces/ICreditEngine.sol";
import {IGuardian} from "../interfaces/IGuardian.sol";
import {IPlimsollDollar} from "../interfaces/IPlimsollDollar.sol";
import {IReserve} from "../interfaces/IReserve.sol";
import {VaultTerms} from "../interfaces/IReserveVaults.sol";
import {IRisk} from "../interfaces/IRisk.sol";
import {HaircutBounds} from "../interfaces/IRiskModel.sol";

/// @title The guardian: a holder, for a term, who can only tighten
/// @notice See IGuardian.
/// @dev Holds the roles `guardian` and `limits` in the authority and cancels in the timelock. Those roles would allow more: what makes this safe is that this
/// code, which nobody can change, has no function for it.
contract Guardian is IGuardian {
    /// @inheritdoc IGuardian
    uint256 public constant override LONGEST_TERM = 180 days;

    ICreditEngine private immutable ENGINE;
    IReserve private immutable RESERVE;
    IPlimsollDollar private immutable DOLLAR;
    TimelockController private immutable TIMELOCK;

    /// @dev One slot: `[holder 160 | expires at 64]`.
    address private _holder;
    uint64 private _expiresAt;

    modifier onlyHolder() {
        require(msg.sender == _holder, NotHolder(msg.sender));
        require(block.timestamp < _expiresAt, TermExpired(_expiresAt));
        _;
    }

    modifier onlyTimelock() {
        require(msg.sender == address(TIMELOCK), NotTimelock(msg.sender));
        _;
    }

    /// @param term From the deployment on. {s}
    constructor(TimelockController timelock_, ICreditEngine engine_, IReserve reserve_, address holder_, uint256 term) {
        (TIMELOCK, ENGINE, RESERVE) = (timelock_, engine_, reserve_);
        DOLLAR = IPlimsollDollar(engine_.dollar());
        _appoint(holder_, block.timestamp + term);
    }

    // ---- the holder: tightening

    /// @inheritdoc IGuardian
    function pauseCredit(uint256 asset, uint256 pauses) external onlyHolder {
        ENGINE.pause(asset, pauses);
    }

    /// @inheritdoc IGuardian
    function pauseReserve(uint256 asset, uint256 pauses) external onlyHolder {
        RESERVE.pause(asset, pauses);
    }

    /// @inheritdoc IGuardian
    function lowerAssetCap(uint256 asset, uint256 cap) external onlyHolder {
        _requireLower("assetCap", cap, ENGINE.assetInfo(asset).governedCap);
        ENGINE.setAssetCap(asset, cap);
    }

    /// @inheritdoc IGuardian
    function lowerDebtCeiling(uint256 ceiling) external onlyHolder {
        (uint256 minimumDebt, uint256 inForce) = ENGINE.debtLimits();
        _requireLower("debtCeiling", ceiling, inForce);
        ENGINE.setDebtLimits(minimumDebt, ceiling);
    }

    /// @inheritdoc IGuardian
    function lowerFacilitatorCap(address facilitator, uint256 cap) external onlyHolder {
        // The cap of one that is not listed is 0, and nothing is lower: none gets listed.
        _requireLower("facilitatorCap", cap, DOLLAR.cap(facilitator));
        DOLLAR.setFacilitator(facilitator, cap);
    }

    /// @inheritdoc IGuardian
    function lowerFlashMintCap(uint256 cap) external onlyHolder {
        // Nothing can be borrowed while one is open, and nothing is lower.
        _requireLower("flashMintCap", cap, DOLLAR.maxFlashLoan(address(DOLLAR)));
        DOLLAR.setFlashMintCap(cap);
    }

    /// @inheritdoc IGuardian
    function raiseHaircut(uint256 asset, uint256 minInitial) external onlyHolder {
        // The model may be another one by now.
        IRisk model = IRisk(ENGINE.riskModel());
        (HaircutBounds memory clamps, uint256 volatilityFloor, uint256 horizon) = model.assetParameters(asset);
        require(minInitial > clamps.minInitial, NotTighter("minInitial", minInitial, clamps.minInitial));
        // More than the asset's highest would be no haircut at all.
        require(minInitial <= clamps.maxInitial, NotTighter("maxInitial", minInitial, clamps.maxInitial));
        // The cast is safe: not above maxInitial.
        clamps.minInitial = uint16(minInitial);
        model.setAssetParameters(asset, clamps, volatilityFloor, horizon);
    }

    /// @inheritdoc IGuardian
    function lowerVaultCaps(address vault, uint256 absoluteCap, uint16 relativeCap) external onlyHolder {
        VaultTerms memory terms = RESERVE.vaultInfo(vault).terms;
        require(absoluteCap <= terms.absoluteCap, NotTighter("absoluteCap", absoluteCap, terms.absoluteCap));
        require(relativeCap <= terms.relativeCap, NotTighter("relativeCap", relativeCap, terms.relativeCap));
        require(
            absoluteCap < terms.absoluteCap || relativeCap < terms.relativeCap,
            NotTighter("vaultCaps", absoluteCap, terms.absoluteCap)
        );
        (terms.absoluteCap, terms.relativeCap) = (absoluteCap, relativeCap);
        RESERVE.setVaultTerms(vault, terms);
    }

    /// @inheritdoc IGuardian
    function cancel(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor,
        bytes32 salt
    ) external onlyHolder returns (bytes32 id) {
        id = TIMELOCK.hashOperationBatch(targets, values, payloads, predecessor, salt);
        // Somebody who may propose may have scheduled a single call, which has another number.
        if (targets.length == 1 && !TIMELOCK.isOperationPending(id)) {
            id = TIMELOCK.hashOperation(targets[0], values[0], payloads[0], predecessor, salt);
        }
        require(_concernsOthers(targets), ConcernsGuardian(id));
        TIMELOCK.cancel(id);
        emit OperationCancelled(id);
    }

    function _concernsOthers(address[] calldata targets) private view returns (bool) {
        for (uint256 i = 0; i < targets.length; ++i) {
            if (targets[i] != address(this)) return true;
        }
        return false;
    }

    function _requireLower(bytes32 parameter, uint256 value, uint256 inForce) private pure {
        require(value < inForce, NotTighter(parameter, value, inForce));
    }

    // ---- the timelock: the term

    /// @inheritdoc IGuardian
    function appoint(address holder_, uint256 expiresAt_) external onlyTimelock {
        _appoint(holder_, expiresAt_);
    }

    /// @inheritdoc IGuardian
    function dismiss() external onlyTimelock {
        emit Dismissed(_holder);
        (_holder, _expiresAt) = (address(0), 0);
    }

    function _appoint(address holder_, uint256 expiresAt_) private {
        require(holder_ != address(0), ZeroAddress());
        uint256 term = expiresAt_ > block.timestamp ? expiresAt_ - block.timestamp : 0;
        require(term != 0 && term <= LONGEST_TERM, TermOutOfBounds(term, 1, LONGEST_TERM));
        // The cast is safe: half a year from now.
        (_holder, _expiresAt) = (holder_, uint64(expiresAt_));
        emit Appointed(holder_, expiresAt_);
    }

    // ---- views

    /// @inheritdoc IGuardian
    function holder() external view returns (address) {
        return _holder;
    }

    /// @inheritdoc IGuardian
    function expiresAt() external view returns (uint256) {
        return _expiresAt;
    }

    /// @inheritdoc IGuardian
    function active() external view returns (bool) {
        return block.timestamp < _expiresAt;
    }

    /// @inheritdoc IGuardian
    function timelock() external view returns (address) {
        return address(TIMELOCK);
    }

    /// @inheritdoc IGuardian
    function engine() external view returns (address) {
        return address(ENGINE);
    }

    /// @inheritdoc IGuardian
    function reserve() external view returns (address) {
        return address(RESERVE);
    }
}
