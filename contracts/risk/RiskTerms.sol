// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {DepthScale} from "./DepthScale.sol";
import {Valuation} from "./Valuation.sol";

/// @notice The three parameters of an asset that move: in force, or aimed at.
/// @param initial Initial haircut h. bps
/// @param maintenance Maintenance haircut m. bps
/// @param mark Depth, on `DepthScale`.
struct Terms {
    uint256 initial;
    uint256 maintenance;
    uint256 mark;
}

/// @notice The most that terms may have moved over some span of time.
/// @param initialFall bps
/// @param maintenanceRise bps
/// @param depthFall Marks of `DepthScale`.
/// @param gap The initial haircut is at least this much above the maintenance haircut. bps
struct Moves {
    uint256 initialFall;
    uint256 maintenanceRise;
    uint256 depthFall;
    uint256 gap;
}

/// @title How terms are packed, and how they move
/// @dev An asset has a *lane* of 64 bits, four to a slot:
///
///     [ listed 1 | delisted 1 | ramping 1 | unitDecimals 5 | initial 14 | maintenance 14 | mark 27 ]   63 of 64 bits
///
/// and, beside it, an *aim* of 55 bits with the fields of the same name in the same places, four to a slot:
///
///     [ start 36 | aim 55 | aim 55 | aim 55 | aim 55 ]                                              256 of 256 bits
///
/// A lane without `ramping` holds what is in force; one with it holds what was in force at the group's `start`, from where
/// it moves towards the aim.
library RiskTerms {
    /// @dev A lane is 2**6 bits wide.
    uint256 private constant LANE_WIDTH_LOG2 = 6;
    uint256 private constant LANE_MASK = (1 << 64) - 1;
    uint256 private constant AIM_BITS = 55;
    uint256 internal constant AIM_MASK = (1 << 55) - 1;
    uint256 private constant START_SHIFT = 220;

    uint256 internal constant RAMPING = 1 << 60;
    uint256 internal constant DELISTED = 1 << 61;
    uint256 internal constant LISTED = 1 << 62;

    uint256 private constant MARK_MASK = (1 << DepthScale.BITS) - 1;
    uint256 private constant HAIRCUT_MASK = (1 << 14) - 1;
    uint256 private constant MAINTENANCE_SHIFT = 27;
    uint256 private constant INITIAL_SHIFT = 41;
    uint256 private constant UNIT_SHIFT = 55;
    uint256 private constant UNIT_MASK = (1 << 5) - 1;

    // ---- packing

    /// @notice The terms of a lane or an aim.
    function unpack(uint256 word) internal pure returns (Terms memory) {
        return Terms(initialOf(word), maintenanceOf(word), markOf(word));
    }

    /// @notice Terms as an aim, which is also the low part of a lane.
    function pack(Terms memory terms) internal pure returns (uint256) {
        return (terms.initial << INITIAL_SHIFT) | (terms.maintenance << MAINTENANCE_SHIFT) | terms.mark;
    }

    /// @notice The flags of a newly listed lane.
    function listed(uint256 unitDecimals) internal pure returns (uint256) {
        return LISTED | (unitDecimals << UNIT_SHIFT);
    }

    function initialOf(uint256 word) internal pure returns (uint256) {
        return (word >> INITIAL_SHIFT) & HAIRCUT_MASK;
    }

    function maintenanceOf(uint256 word) internal pure returns (uint256) {
        return (word >> MAINTENANCE_SHIFT) & HAIRCUT_MASK;
    }

    function markOf(uint256 word) internal pure returns (uint256) {
        return word & MARK_MASK;
    }

    function unitDecimalsOf(uint256 lane) internal pure returns (uint256) {
        return (lane >> UNIT_SHIFT) & UNIT_MASK;
    }

    /// @notice Lane `index` (0..3) of a slot of lanes.
    function laneAt(uint256 lanes, uint256 index) internal pure returns (uint256) {
        return (lanes >> (index << LANE_WIDTH_LOG2)) & LANE_MASK;
    }

    /// @notice `lanes` with lane `index` replaced.
    function withLane(uint256 lanes, uint256 index, uint256 lane) internal pure returns (uint256) {
        uint256 shift = index << LANE_WIDTH_LOG2;
        return (lanes & ~(LANE_MASK << shift)) | (lane << shift);
    }

    /// @notice Aim `index` (0..3) of a slot of aims.
    function aimAt(uint256 aims, uint256 index) internal pure returns (uint256) {
        return (aims >> (index * AIM_BITS)) & AIM_MASK;
    }

    /// @notice `aims` with aim `index` replaced.
    function withAim(uint256 aims, uint256 index, uint256 aim) internal pure returns (uint256) {
        uint256 shift = index * AIM_BITS;
        return (aims & ~(AIM_MASK << shift)) | (aim << shift);
    }

    /// @notice When the ramps of a slot of aims started. (unix seconds)
    function startOf(uint256 aims) internal pure returns (uint256) {
        return aims >> START_SHIFT;
    }

    /// @notice `aims` with their start replaced. (unix seconds, below 2**36)
    function withStart(uint256 aims, uint256 start) internal pure returns (uint256) {
        return (aims & ((1 << START_SHIFT) - 1)) | (start << START_SHIFT);
    }

    // ---- movement

    /// @notice Where terms that started at `from` are on their way to `to`.
    /// @dev Against borrowers (m up, X down) only as far as `moves` allows. `from` is on the slow side of `to` throughout:
    /// `turned` jumps to the other side at once.
    function moved(Terms memory from, Terms memory to, Moves memory moves) internal pure returns (Terms memory current) {
        current.maintenance = Math.min(to.maintenance, from.maintenance + moves.maintenanceRise);
        current.mark = Math.max(to.mark, Math.saturatingSub(from.mark, moves.depthFall));
        // The gap is kept above the maintenance haircut of this very moment, so a limit for borrowing can never exceed
        // the one for liquidation, however the two haircuts ramp.
        current.initial = Math.max(
            Math.max(to.initial, Math.saturatingSub(from.initial, moves.initialFall)),
            floorOf(current.maintenance, moves.gap)
        );
    }

    /// @notice Where terms in force, `current`, continue from when the aim becomes `to`: m falls, X and h rise at once.
    function turned(Terms memory current, Terms memory to) internal pure returns (Terms memory from) {
        from.maintenance = Math.min(current.maintenance, to.maintenance);
        from.mark = Math.max(current.mark, to.mark);
        from.initial = Math.max(current.initial, to.initial);
    }

    /// @notice The least initial haircut beside a maintenance haircut: the gap above it, but no more than all. bps
    function floorOf(uint256 maintenance, uint256 gap) internal pure returns (uint256) {
        return Math.min(Valuation.BPS, maintenance + gap);
    }

    /// @notice Whether terms have arrived: time alone will not move them any more.
    function arrived(Terms memory current, Terms memory to, uint256 gap) internal pure returns (bool) {
        return current.maintenance == to.maintenance && current.mark == to.mark
            && current.initial == Math.max(to.initial, floorOf(to.maintenance, gap));
    }
}
