// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {HaircutBounds, IRiskValuation} from "../interfaces/IRiskModel.sol";
import {DepthScale} from "./DepthScale.sol";
import {ModelSlot} from "./ModelSlots.sol";
import {Moves, RiskTerms} from "./RiskTerms.sol";
import {Valuation} from "./Valuation.sol";

/// @title Haircuts and depths: how they are stored and how they move
/// @dev The risk model and its extension inherit this first and nothing with storage before it, so both see the same slots. Where values
/// move to is decided by whoever calls `_aimGroup` or `_retarget`.
/// RAMPS. Movement is counted in whole steps of one clock per pace: between two moments a maintenance
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
    /// @dev The largest asset number.
    uint256 internal constant MAX_ASSET = 15;
    uint256 internal constant GROUPS = 4;

    address internal immutable ORACLE;

    // ---- storage

    /// @dev Assets `4 g .. 4 g + 3` in slot g, see `RiskTerms`. All that is read while nothing ramps.
    uint256[GROUPS] internal _lanes;
    /// @dev Aims and start of the ramps of assets `4 g .. 4 g + 3` in slot g, see `RiskTerms`.
    uint256[GROUPS] internal _aims;
    /// @dev The paces, and what `MeasurementStorage` keeps beside them, as an observation needs both.
    ModelSlot internal _model;
    mapping(uint256 asset => HaircutBounds) internal _bounds;

    /// @dev Whoever inherits it sets the paces before anything is listed.
    constructor(address oracle_) {
        ORACLE = oracle_;
    }

    // ---- internals: reading

    /// @dev {ledger/tok}
    function _unit(uint256 lane) internal pure returns (uint256) {
        unchecked {
            // Five bits: at most 10**31.
            return 10 ** RiskTerms.unitDecimalsOf(lane);
        }
    }

    /// @dev 0 when not listed. `asset` must be in range.
    function _laneOf(uint256 asset) internal view returns (uint256) {
        uint256 lanes;
        // `_lanes[asset >> 2]` without the check of the index, as every valuation of a holding starts here.
        assembly ("memory-safe") {
            lanes := sload(add(_lanes.slot, shr(2, asset)))
        }
        return RiskTerms.laneAt(lanes, asset & 3);
    }

    function _listedLane(uint256 asset) internal view returns (uint256 lane) {
        lane = asset > MAX_ASSET ? 0 : _laneOf(asset);
        if (lane == 0) revert IRiskValuation.AssetNotListed(asset);
    }

    /// @dev The terms that an asset is heading for.
    function _aim(uint256 asset) internal view returns (uint256) {
        return RiskTerms.aimAt(_aims[asset >> 2], asset & 3);
    }

    /// @dev The terms in force now, with the depth for maintenance, and the mark of the depth for borrowing, which is the
    /// one aimed at: the depth for maintenance rises at once and falls slowly, so it is never the smaller of the two.
    function _inForce(uint256 asset, uint256 lane) internal view returns (uint256 terms, uint256 borrowMark) {
        if (lane & RiskTerms.RAMPING == 0) return (lane, RiskTerms.markOf(lane));
        (terms, borrowMark) = _ramped(asset, lane);
    }

    /// @dev `_inForce` of a lane that is ramping.
    function _ramped(uint256 asset, uint256 lane) internal view returns (uint256 terms, uint256 borrowMark) {
        uint256 aims = _aims[asset >> 2];
        uint256 to = RiskTerms.aimAt(aims, asset & 3);
        terms = RiskTerms.moved(lane, to, _movesSince(RiskTerms.startOf(aims), _model));
        borrowMark = RiskTerms.markOf(to);
    }

    /// @dev The most that has moved from `start` until now.
    function _movesSince(uint256 start, ModelSlot model) private view returns (Moves memory) {
        unchecked {
            // A start is never before `since`, which `setPaces` and the construction alone set, but for a group without
            // assets, whose result nobody uses. Each product is below 2**16 * 2**20 * 2**40.
            uint256 since = model.pacedSince();
            uint256 earlier = start - since;
            uint256 later = block.timestamp - since;
            uint256 marks = model.depthFall() * DepthScale.OCTAVE;
            uint256 fall = model.initialFall();
            uint256 rise = model.maintenanceRise();
            return
                Moves({
                    initialFall: RiskTerms.asInitial((fall * later) / 1 days - (fall * earlier) / 1 days),
                    maintenanceRise: RiskTerms.asMaintenance((rise * later) / 1 days - (rise * earlier) / 1 days),
                    depthFall: (marks * later) / (Valuation.BPS * 1 days) -
                        (marks * earlier) / (Valuation.BPS * 1 days),
                    gap: RiskTerms.asInitial(model.minGap())
                });
        }
    }

    // ---- internals: writing

    /// @dev Turns a whole group of assets towards the aims in `aimed`, unless it is on its way there already.
    function _retarget(uint256 group, uint256 lanes, uint256 aims, uint256 aimed, ModelSlot model) internal {
        if (aimed != aims) _aimGroup(group, lanes, aims, aimed, model, model.minGap());
    }

    /// @dev Turns a group, which shares its time of start, from `aims` to `aimed` and starts it anew from now. An asset whose
    /// aim does not change is brought up to now without changing any value in force: what it has reached is on the slow
    /// side of its aim, so `turned` leaves it, and only a larger gap can lift its initial haircut.
    /// @param model With the paces until now.
    /// @param gap The gap from now on.
    function _aimGroup(
        uint256 group,
        uint256 lanes,
        uint256 aims,
        uint256 aimed,
        ModelSlot model,
        uint256 gap
    ) internal {
        Moves memory moves = _movesSince(RiskTerms.startOf(aims), model);
        gap = RiskTerms.asInitial(gap);
        _aims[group] = RiskTerms.withStart(aimed, block.timestamp);
        uint256 turned;
        unchecked {
            // At most four lanes.
            for (uint256 shift = 0; shift < 256; shift += RiskTerms.LANE_BITS) {
                uint256 lane = RiskTerms.laneAt(lanes, 0);
                if (lane != 0) {
                    // What is beside an aim in its word is ignored.
                    uint256 current = lane;
                    if (lane & RiskTerms.RAMPING != 0) current = RiskTerms.moved(lane, aims, moves);
                    turned |= RiskTerms.turned(lane, current, aimed, gap) << shift;
                }
                lanes >>= RiskTerms.LANE_BITS;
                aims >>= RiskTerms.AIM_BITS;
                aimed >>= RiskTerms.AIM_BITS;
            }
        }
        _lanes[group] = turned;
    }

    /// @dev Ignores the sequencer.
    function _requirePriced(uint256 asset) internal view {
        require(IPriceOracle(ORACLE).isLive(asset), IPriceOracle.AssetUnpriced(asset));
    }
}
