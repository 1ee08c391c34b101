// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {HaircutBounds, IRiskRamps, IRiskValuation, Paces, RiskTargets} from "../interfaces/IRiskModel.sol";
import {DepthScale} from "./DepthScale.sol";
import {ModelSlot} from "./ModelSlots.sol";
import {RampStorage} from "./RampStorage.sol";
import {RiskTerms} from "./RiskTerms.sol";
import {Valuation} from "./Valuation.sol";

/// @title Haircuts and depths: what they are, how assets are listed and turned towards new values, within which limits
/// @dev Executed by the risk model's extension: nothing here is called often.
abstract contract RampGovernance is RampStorage, IRiskRamps {
    // ---- immutable limits

    /// @notice The most decimals of a ledger unit.
    uint256 public constant MAX_UNIT_DECIMALS = 18;
    /// @notice The lowest maintenance haircut that an asset's bounds may allow. bps
    uint256 public constant MIN_MAINTENANCE = 100;
    /// @notice Limits of `Paces.maintenanceRise`. bps a day
    uint256 public constant MIN_MAINTENANCE_RISE = 10;
    uint256 public constant MAX_MAINTENANCE_RISE = 2_000;
    /// @notice Limits of `Paces.initialFall`. bps a day
    uint256 public constant MIN_INITIAL_FALL = 1;
    uint256 public constant MAX_INITIAL_FALL = 2_000;
    /// @notice Limits of `Paces.depthFall`. bps a day
    uint256 public constant MIN_DEPTH_FALL = 10;
    uint256 public constant MAX_DEPTH_FALL = 5_000;
    /// @notice Limits of `Paces.minGap`. bps
    uint256 public constant MIN_GAP = 50;
    uint256 public constant MAX_GAP = 2_000;

    // ---- views

    /// @inheritdoc IRiskRamps
    function oracle() external view returns (address) {
        return ORACLE;
    }

    /// @inheritdoc IRiskRamps
    function haircuts(uint256 asset) external view returns (uint256 initial, uint256 maintenance) {
        (uint256 terms, ) = _inForce(asset, _listedLane(asset));
        return (RiskTerms.initialOf(terms), RiskTerms.maintenanceOf(terms));
    }

    /// @inheritdoc IRiskRamps
    function depths(uint256 asset) external view returns (uint256 borrowDepth, uint256 maintenanceDepth) {
        (uint256 terms, uint256 borrowMark) = _inForce(asset, _listedLane(asset));
        return (DepthScale.toDepth(borrowMark), DepthScale.toDepth(RiskTerms.markOf(terms)));
    }

    /// @inheritdoc IRiskRamps
    function targets(uint256 asset) external view returns (RiskTargets memory) {
        _listedLane(asset);
        uint256 aim = _aim(asset);
        // Casts are safe: haircuts are at most 10,000.
        return
            RiskTargets(
                uint16(RiskTerms.initialOf(aim)),
                uint16(RiskTerms.maintenanceOf(aim)),
                DepthScale.toDepth(RiskTerms.markOf(aim))
            );
    }

    /// @inheritdoc IRiskRamps
    function bounds(uint256 asset) external view returns (HaircutBounds memory) {
        _listedLane(asset);
        return _bounds[asset];
    }

    /// @inheritdoc IRiskRamps
    function paces() external view returns (Paces memory) {
        ModelSlot model = _model;
        // Casts are safe: 16 bits each.
        return
            Paces(
                uint16(model.maintenanceRise()),
                uint16(model.initialFall()),
                uint16(model.depthFall()),
                uint16(model.minGap())
            );
    }

    /// @inheritdoc IRiskRamps
    function unitDecimals(uint256 asset) external view returns (uint256) {
        return RiskTerms.unitDecimalsOf(_listedLane(asset));
    }

    /// @inheritdoc IRiskRamps
    function listedMask() external view returns (uint256) {
        return _flagMask(RiskTerms.LISTED);
    }

    /// @inheritdoc IRiskRamps
    function delistedMask() external view returns (uint256) {
        return _flagMask(RiskTerms.DELISTED);
    }

    // ---- governance

    /// @inheritdoc IRiskRamps
    function delist(uint256 asset) external restricted {
        uint256 lane = _activeLane(asset);
        emit AssetDelisted(asset);
        // h may be aimed above the asset's bounds here: nothing at all is lent against it any more.
        uint256 to = RiskTerms.pack(Valuation.BPS, _bounds[asset].maxMaintenance, RiskTerms.markOf(_aim(asset)));
        _turn(asset, lane | RiskTerms.DELISTED, to);
    }

    /// @inheritdoc IRiskRamps
    function setPaces(Paces calldata paces_) external restricted {
        // What has moved so far moved at the old paces; from now on all of it moves at the new ones.
        for (uint256 group = 0; group < GROUPS; ++group) {
            (uint256 lanes, uint256 aims) = (_lanes[group], _aims[group]);
            if (lanes != 0) _aimGroup(group, lanes, aims, aims, _model, paces_.minGap);
        }
        _setPaces(paces_);
    }

    // ---- internals

    function _flagMask(uint256 flag) private view returns (uint256 mask) {
        for (uint256 asset = 0; asset <= MAX_ASSET; ++asset) {
            if (_laneOf(asset) & flag != 0) mask |= 1 << asset;
        }
    }

    function _within(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum) internal pure {
        require(value >= minimum && value <= maximum, ParameterOutOfBounds(parameter, value, minimum, maximum));
    }

    /// @dev Checks an order of limits: `outer.min <= inner.min <= inner.max <= outer.max`, for both haircuts. bps
    function _requireNested(HaircutBounds memory inner, HaircutBounds memory outer) internal pure {
        _within("minInitial", inner.minInitial, outer.minInitial, outer.maxInitial);
        _within("maxInitial", inner.maxInitial, inner.minInitial, outer.maxInitial);
        _within("minMaintenance", inner.minMaintenance, outer.minMaintenance, outer.maxMaintenance);
        _within("maxMaintenance", inner.maxMaintenance, inner.minMaintenance, outer.maxMaintenance);
    }

    /// @dev A listed asset's lane, unless it is delisted.
    function _activeLane(uint256 asset) internal view returns (uint256 lane) {
        lane = _listedLane(asset);
        require(lane & RiskTerms.DELISTED == 0, IRiskValuation.AssetIsDelisted(asset));
    }

    /// @dev Checks what can be checked of a new asset before anything is stored.
    function _requireListable(uint256 asset, uint256 unitDecimals_, HaircutBounds calldata bounds_) internal view {
        require(asset <= MAX_ASSET, AssetNumberTooLarge(asset, MAX_ASSET));
        require(_laneOf(asset) == 0, AssetListedAlready(asset));
        require(unitDecimals_ <= MAX_UNIT_DECIMALS, UnitDecimalsTooLarge(unitDecimals_, MAX_UNIT_DECIMALS));
        uint16 all = uint16(Valuation.BPS);
        _requireNested(bounds_, HaircutBounds(0, all, uint16(MIN_MAINTENANCE), all));
        _requirePriced(asset);
    }

    /// @dev Lists an asset that `_requireListable` let pass, with `terms` in force at once: nobody holds it yet.
    function _list(uint256 asset, uint256 unitDecimals_, HaircutBounds calldata bounds_, uint256 terms) internal {
        _bounds[asset] = bounds_;
        emit AssetListed(asset, unitDecimals_, bounds_);
        _turn(asset, RiskTerms.listed(unitDecimals_) | terms, terms);
    }

    function _boundsOf(uint256 asset) internal view returns (HaircutBounds memory) {
        return _bounds[asset];
    }

    /// @dev Turns one asset towards `to`.
    /// @param lane The asset's lane with the flags it shall have, and the terms it has.
    function _turn(uint256 asset, uint256 lane, uint256 to) internal {
        (uint256 group, uint256 index) = (asset >> 2, asset & 3);
        uint256 aims = _aims[group];
        uint256 aimed = RiskTerms.withAim(aims, index, to);
        ModelSlot model = _model;
        _aimGroup(group, RiskTerms.withLane(_lanes[group], index, lane), aims, aimed, model, model.minGap());
        emit TargetsSet(
            asset,
            RiskTerms.initialOf(to),
            RiskTerms.maintenanceOf(to),
            DepthScale.toDepth(RiskTerms.markOf(to))
        );
    }

    function _setPaces(Paces memory paces_) internal {
        _within("maintenanceRise", paces_.maintenanceRise, MIN_MAINTENANCE_RISE, MAX_MAINTENANCE_RISE);
        _within("initialFall", paces_.initialFall, MIN_INITIAL_FALL, MAX_INITIAL_FALL);
        _within("depthFall", paces_.depthFall, MIN_DEPTH_FALL, MAX_DEPTH_FALL);
        _within("minGap", paces_.minGap, MIN_GAP, MAX_GAP);
        _model = _model.withPaces(paces_);
        emit PacesSet(paces_);
    }
}
