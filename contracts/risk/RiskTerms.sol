// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {DepthScale} from "./DepthScale.sol";
import {Valuation} from "./Valuation.sol";

/// @notice The most that terms may have moved over some span of time, each where its field stands in a word.
/// @param initialFall bps, `RiskTerms.asInitial`
/// @param maintenanceRise bps, `RiskTerms.asMaintenance`
/// @param depthFall Marks of `DepthScale`.
/// @param gap The initial haircut is at least this much above the maintenance haircut. bps, `RiskTerms.asInitial`
struct Moves {
    uint256 initialFall;
    uint256 maintenanceRise;
    uint256 depthFall;
    uint256 gap;
}

/// @title The three parameters of an asset that move: how they are packed, and how they move
/// @notice *Terms* are the initial haircut h {bps}, the maintenance haircut m {bps} and the depth X (a mark of `DepthScale`), in force or
/// aimed at, packed into one word; what else a word holds is ignored.
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
    uint256 internal constant LANE_BITS = 64;
    /// @dev A lane is 2**6 bits wide.
    uint256 private constant LANE_WIDTH_LOG2 = 6;
    uint256 private constant LANE_MASK = (1 << 64) - 1;
    uint256 internal constant AIM_BITS = 55;
    uint256 internal constant AIM_MASK = (1 << 55) - 1;
    uint256 private constant START_SHIFT = 220;

    uint256 internal constant RAMPING = 1 << 60;
    uint256 internal constant DELISTED = 1 << 61;
    uint256 internal constant LISTED = 1 << 62;

    uint256 private constant MARK_MASK = (1 << DepthScale.BITS) - 1;
    uint256 private constant HAIRCUT_MASK = (1 << 14) - 1;
    uint256 private constant MAINTENANCE_SHIFT = 27;
    uint256 private constant INITIAL_SHIFT = 41;
    /// @dev The three fields in place.
    uint256 private constant MARK = MARK_MASK;
    uint256 private constant MAINTENANCE = HAIRCUT_MASK << MAINTENANCE_SHIFT;
    uint256 private constant INITIAL = HAIRCUT_MASK << INITIAL_SHIFT;
    uint256 private constant ALL = Valuation.BPS << INITIAL_SHIFT;
    uint256 private constant UNIT_SHIFT = 55;
    uint256 private constant UNIT_MASK = (1 << 5) - 1;

    // ---- packing

    /// @notice Terms in one word: an aim, which is also the low part of a lane.
    /// @param initial bps
    /// @param maintenance bps
    /// @param mark Of `DepthScale`.
    function pack(uint256 initial, uint256 maintenance, uint256 mark) internal pure returns (uint256) {
        return (initial << INITIAL_SHIFT) | (maintenance << MAINTENANCE_SHIFT) | mark;
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
        return (aims >> _shiftOf(index)) & AIM_MASK;
    }

    /// @notice `aims` with aim `index` replaced.
    function withAim(uint256 aims, uint256 index, uint256 aim) internal pure returns (uint256) {
        uint256 shift = _shiftOf(index);
        return (aims & ~(AIM_MASK << shift)) | (aim << shift);
    }

    /// @notice `aims` with the haircuts of aim `index` replaced, its depth kept.
    function withHaircuts(
        uint256 aims,
        uint256 index,
        uint256 initial,
        uint256 maintenance
    ) internal pure returns (uint256) {
        uint256 shift = _shiftOf(index);
        return (aims & ~((AIM_MASK & ~MARK_MASK) << shift)) | (pack(initial, maintenance, 0) << shift);
    }

    /// @notice When the ramps of a slot of aims started. (unix seconds)
    function startOf(uint256 aims) internal pure returns (uint256) {
        return aims >> START_SHIFT;
    }

    /// @notice `aims` with their start replaced. (unix seconds, below 2**36)
    function withStart(uint256 aims, uint256 start) internal pure returns (uint256) {
        return (aims & ((1 << START_SHIFT) - 1)) | (start << START_SHIFT);
    }

    // ---- movement, each field where it stands in the word; minima and maxima written out, as calls would cost more

    /// @notice Haircuts, or differences of haircuts, where the initial haircut stands in a word. bps
    function asInitial(uint256 haircut) internal pure returns (uint256) {
        return haircut << INITIAL_SHIFT;
    }

    /// @notice Haircuts, or differences of haircuts, where the maintenance haircut stands in a word. bps
    function asMaintenance(uint256 haircut) internal pure returns (uint256) {
        return haircut << MAINTENANCE_SHIFT;
    }

    /// @notice Where terms that started at `from` are on their way to `to`.
    /// @dev Against borrowers (m up, X down) only as far as `moves` allows. `from` is on the slow side of `to` throughout:
    /// `turned` jumps to the other side at once.
    function moved(uint256 from, uint256 to, Moves memory moves) internal pure returns (uint256) {
        unchecked {
            // No move exceeds 2**16 bps a day over 2**64 seconds, or 2**36 marks a day: in place, they stay far below 2**256.
            uint256 maintenance = (from & MAINTENANCE) + moves.maintenanceRise;
            uint256 aim = to & MAINTENANCE;
            if (maintenance > aim) maintenance = aim;

            uint256 initial = from & INITIAL;
            uint256 fall = moves.initialFall;
            initial = initial > fall ? initial - fall : 0;
            aim = to & INITIAL;
            if (initial < aim) initial = aim;
            // The gap is kept above the maintenance haircut of this very moment, so a limit for borrowing can never exceed
            // the one for liquidation, however the two haircuts ramp.
            uint256 least = _floorOf(maintenance, moves.gap);
            if (initial < least) initial = least;

            uint256 mark = from & MARK;
            fall = moves.depthFall;
            mark = mark > fall ? mark - fall : 0;
            aim = to & MARK;
            if (mark < aim) mark = aim;
            return initial | maintenance | mark;
        }
    }

    /// @notice A lane whose terms in force are `current` when its aim becomes `to`: m falls, X and h rise at once, and h keeps `gap`
    /// above m. It is marked as ramping if time alone will move it further.
    /// @param lane What flags it has; its terms and whether it ramped are ignored.
    /// @param gap `asInitial`.
    function turned(uint256 lane, uint256 current, uint256 to, uint256 gap) internal pure returns (uint256) {
        lane &= ~(AIM_MASK | RAMPING);
        uint256 aim = to & MAINTENANCE;
        uint256 maintenance = current & MAINTENANCE;
        if (maintenance > aim) maintenance = aim;
        else if (maintenance < aim) lane |= RAMPING;
        uint256 least = _floorOf(maintenance, gap);
        aim = to & INITIAL;
        if (aim < least) aim = least;
        uint256 initial = current & INITIAL;
        if (initial < aim) initial = aim;
        else if (initial > aim) lane |= RAMPING;
        aim = to & MARK;
        uint256 mark = current & MARK;
        if (mark < aim) mark = aim;
        else if (mark > aim) lane |= RAMPING;
        return lane | initial | maintenance | mark;
    }

    /// @dev The least initial haircut above a maintenance haircut: by the gap, but no more than all. All in place.
    function _floorOf(uint256 maintenance, uint256 gap) private pure returns (uint256 least) {
        unchecked {
            // Below 2**15 << 41: a field of 14 bits, and a gap that governance keeps below 2**14.
            least = (maintenance << (INITIAL_SHIFT - MAINTENANCE_SHIFT)) + gap;
            if (least > ALL) least = ALL;
        }
    }

    function _shiftOf(uint256 index) private pure returns (uint256) {
        unchecked {
            // At most 3 * 55.
            return index * AIM_BITS;
        }
    }
}
