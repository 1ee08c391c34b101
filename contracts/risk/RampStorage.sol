// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {HaircutBounds, IRiskModel, Paces} from "../interfaces/IRiskModel.sol";
import {DepthScale} from "./DepthScale.sol";
import {Moves, RiskTerms} from "./RiskTerms.sol";
import {Valuation} from "./Valuation.sol";

/// @title Haircuts and depths: how they are stored and how they move
/// @dev The risk model and its extension inherit this first and nothing with storage before it, so both see the same slots. Where values
/// move to is decided by whoever calls `_turn` or `_retarget`.
/// RAMPS. Movement is counted in whole steps of one clock per pace, that of `_clock`: between two moments a maintenance
/// haircut may rise by `steps(later) - steps(earlier)` bps, where `steps(t) = floor(pace * (t - since) / 1 day)` and
/// `since` is when the paces were last set. Such differences add up exactly, whatever the moments between: bringing a
/// group's starts up to now as often as anyone likes neither slows a ramp, by dropping fractions of a step, nor hurries
/// it, by rounding them up, and changes no value in force. The same holds for initial haircuts and, counted in marks of
/// `DepthScale`, for depths. Over any span a value moves by less than one step more than pace times span.
///
/// GAP. The initial haircut stored is the one in force, gap included: so it falls at its pace also after the maintenance
/// haircut or the gap that held it up went down at once.
/// ROUNDING. Depths are stored rounded down.
abstract contract RampStorage is AccessManaged {
    // ---- immutable limits

    /// @notice The largest asset number.
    uint256 public constant MAX_ASSET = 15;
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

    uint256 internal constant GROUPS = 4;

    address internal immutable ORACLE;

    // ---- storage

    /// @notice The paces and when they were set. One slot: 16 + 16 + 16 + 16 + 64 bits.
    struct Clock {
        uint16 maintenanceRise;
        uint16 initialFall;
        uint16 depthFall;
        uint16 minGap;
        uint64 since;
    }

    /// @dev Assets `4 g .. 4 g + 3` in slot g, see `RiskTerms`. All that is read while nothing ramps.
    uint256[GROUPS] internal _lanes;
    /// @dev Aims and start of the ramps of assets `4 g .. 4 g + 3` in slot g, see `RiskTerms`.
    uint256[GROUPS] internal _aims;
    Clock internal _clock;
    mapping(uint256 asset => HaircutBounds) internal _bounds;

    constructor(address oracle_, Paces memory paces_) {
        ORACLE = oracle_;
        _setClock(paces_);
    }

    // ---- internals: reading

    /// @dev {ledger/tok}
    function _unit(uint256 lane) internal pure returns (uint256) {
        unchecked {
            return 10 ** RiskTerms.unitDecimalsOf(lane);
        }
    }

    /// @dev 0 when not listed. `asset` must be in range.
    function _laneOf(uint256 asset) internal view returns (uint256) {
        return RiskTerms.laneAt(_lanes[asset >> 2], asset & 3);
    }

    function _listedLane(uint256 asset) internal view returns (uint256 lane) {
        if (asset <= MAX_ASSET) lane = _laneOf(asset);
        require(lane != 0, IRiskModel.AssetNotListed(asset));
    }

    /// @dev The terms that an asset is heading for.
    function _aim(uint256 asset) internal view returns (uint256) {
        return RiskTerms.aimAt(_aims[asset >> 2], asset & 3);
    }

    /// @dev The terms in force now, with the depth for maintenance, and the mark of the depth for borrowing, which is the
    /// one aimed at: the depth for maintenance rises at once and falls slowly, so it is never the smaller of the two.
    function _inForce(uint256 asset, uint256 lane) internal view returns (uint256 terms, uint256 borrowMark) {
        if (lane & RiskTerms.RAMPING == 0) return (lane, RiskTerms.markOf(lane));
        uint256 aims = _aims[asset >> 2];
        uint256 to = RiskTerms.aimAt(aims, asset & 3);
        terms = RiskTerms.moved(lane, to, _movesSince(RiskTerms.startOf(aims), _clock));
        borrowMark = RiskTerms.markOf(to);
    }

    /// @dev The most that has moved from `start` until now.
    function _movesSince(uint256 start, Clock memory clock) private view returns (Moves memory) {
        unchecked {
            // A start is never before `since`, which `setPaces` and the constructor alone set, but for a group without
            // assets, whose result nobody uses. Each product is below 2**16 * 2**20 * 2**64.
            uint256 earlier = start - clock.since;
            uint256 later = block.timestamp - clock.since;
            uint256 marks = uint256(clock.depthFall) * DepthScale.OCTAVE;
            uint256 fall = clock.initialFall;
            uint256 rise = clock.maintenanceRise;
            return
                Moves({
                    initialFall: (fall * later) / 1 days - (fall * earlier) / 1 days,
                    maintenanceRise: (rise * later) / 1 days - (rise * earlier) / 1 days,
                    depthFall: (marks * later) / (Valuation.BPS * 1 days) -
                        (marks * earlier) / (Valuation.BPS * 1 days),
                    gap: clock.minGap
                });
        }
    }

    // ---- internals: writing

    function _within(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum) internal pure {
        require(
            value >= minimum && value <= maximum,
            IRiskModel.ParameterOutOfBounds(parameter, value, minimum, maximum)
        );
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
        require(lane & RiskTerms.DELISTED == 0, IRiskModel.AssetIsDelisted(asset));
    }

    /// @dev Checks what can be checked of a new asset before anything is stored.
    function _requireListable(uint256 asset, uint256 unitDecimals_, HaircutBounds calldata bounds_) internal view {
        require(asset <= MAX_ASSET, IRiskModel.AssetNumberTooLarge(asset, MAX_ASSET));
        require(_laneOf(asset) == 0, IRiskModel.AssetListedAlready(asset));
        require(unitDecimals_ <= MAX_UNIT_DECIMALS, IRiskModel.UnitDecimalsTooLarge(unitDecimals_, MAX_UNIT_DECIMALS));
        uint16 all = uint16(Valuation.BPS);
        _requireNested(bounds_, HaircutBounds(0, all, uint16(MIN_MAINTENANCE), all));
        _requirePriced(asset);
    }

    /// @dev Lists an asset that `_requireListable` let pass, with `terms` in force at once: nobody holds it yet.
    function _list(uint256 asset, uint256 unitDecimals_, HaircutBounds calldata bounds_, uint256 terms) internal {
        _bounds[asset] = bounds_;
        emit IRiskModel.AssetListed(asset, unitDecimals_, bounds_);
        _turn(asset, RiskTerms.listed(unitDecimals_) | terms, terms);
    }

    function _boundsOf(uint256 asset) internal view returns (HaircutBounds memory) {
        return _bounds[asset];
    }

    /// @dev `lane` with the terms `current`, marked as ramping unless they have arrived at `to`.
    function _laneWith(uint256 lane, uint256 current, uint256 to, uint256 gap) private pure returns (uint256) {
        lane = (lane & ~(RiskTerms.AIM_MASK | RiskTerms.RAMPING)) | current;
        return RiskTerms.arrived(current, to, gap) ? lane : lane | RiskTerms.RAMPING;
    }

    /// @dev Turns one asset towards `to`.
    /// @param lane The asset's lane with the flags it shall have, and the terms it has.
    function _turn(uint256 asset, uint256 lane, uint256 to) internal {
        (uint256 group, uint256 index) = (asset >> 2, asset & 3);
        uint256 aims = _aims[group];
        uint256 aimed = RiskTerms.withAim(aims, index, to);
        Clock memory clock = _clock;
        _aimGroup(group, RiskTerms.withLane(_lanes[group], index, lane), aims, aimed, clock, clock.minGap);
        emit IRiskModel.TargetsSet(
            asset,
            RiskTerms.initialOf(to),
            RiskTerms.maintenanceOf(to),
            DepthScale.toDepth(RiskTerms.markOf(to))
        );
    }

    /// @dev Turns a whole group of assets towards the aims in `aimed`, unless it is on its way there already.
    function _retarget(uint256 group, uint256 lanes, uint256 aims, uint256 aimed, Clock memory clock) internal {
        if (aimed != aims) _aimGroup(group, lanes, aims, aimed, clock, clock.minGap);
    }

    /// @dev Turns a group, which shares its time of start, from `aims` to `aimed` and starts it anew from now. An asset whose
    /// aim does not change is brought up to now without changing any value in force: what it has reached is on the slow
    /// side of its aim, so `turned` leaves it, and only a larger gap can lift its initial haircut.
    /// @param clock The paces until now.
    /// @param gap The gap from now on.
    function _aimGroup(
        uint256 group,
        uint256 lanes,
        uint256 aims,
        uint256 aimed,
        Clock memory clock,
        uint256 gap
    ) internal {
        Moves memory moves = _movesSince(RiskTerms.startOf(aims), clock);
        uint256 turned;
        for (uint256 index = 0; index < 4; ++index) {
            uint256 lane = RiskTerms.laneAt(lanes, index);
            if (lane == 0) continue;
            uint256 current = lane;
            if (lane & RiskTerms.RAMPING != 0) current = RiskTerms.moved(lane, RiskTerms.aimAt(aims, index), moves);
            uint256 to = RiskTerms.aimAt(aimed, index);
            current = RiskTerms.turned(current, to, gap);
            turned |= _laneWith(lane, current, to, gap) << (index << 6);
        }
        _lanes[group] = turned;
        _aims[group] = RiskTerms.withStart(aimed, block.timestamp);
    }

    function _setClock(Paces memory paces_) internal {
        _within("maintenanceRise", paces_.maintenanceRise, MIN_MAINTENANCE_RISE, MAX_MAINTENANCE_RISE);
        _within("initialFall", paces_.initialFall, MIN_INITIAL_FALL, MAX_INITIAL_FALL);
        _within("depthFall", paces_.depthFall, MIN_DEPTH_FALL, MAX_DEPTH_FALL);
        _within("minGap", paces_.minGap, MIN_GAP, MAX_GAP);
        _clock = Clock(
            paces_.maintenanceRise,
            paces_.initialFall,
            paces_.depthFall,
            paces_.minGap,
            uint64(block.timestamp)
        );
        emit IRiskModel.PacesSet(paces_);
    }

    /// @dev Ignores the sequencer.
    function _requirePriced(uint256 asset) internal view {
        require(IPriceOracle(ORACLE).isLive(asset), IPriceOracle.AssetUnpriced(asset));
    }
}
