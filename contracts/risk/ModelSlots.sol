// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {HaircutBounds, Paces} from "../interfaces/IRiskModel.sol";

/// @notice How haircuts move and are measured, and when they last were, in one slot. From the low end:
/// `[maintenance rise 16 | initial fall 16 | depth fall 16 | min gap 16 | paced since 40 | tau 32 | interval 24 | z 24 | maintenance share 16 | observed at 40 |
/// unpriced 16]`, units as in `Paces` and `ModelParameters`, times in unix seconds.
type ModelSlot is uint256;

using ModelSlots for ModelSlot global;

/// @title Packing of `ModelSlot`, the only place that knows its layout
library ModelSlots {
    uint256 private constant PACES_MASK = (1 << 104) - 1;
    uint256 private constant INITIAL_FALL = 16;
    uint256 private constant DEPTH_FALL = 32;
    uint256 private constant MIN_GAP = 48;
    uint256 private constant PACED_SINCE = 64;
    uint256 private constant TAU = 104;
    uint256 private constant INTERVAL = 136;
    uint256 private constant Z = 160;
    uint256 private constant MAINTENANCE_SHARE = 184;
    uint256 private constant PARAMETERS_MASK = ((1 << 96) - 1) << TAU;
    uint256 private constant OBSERVED_AT = 200;
    uint256 private constant UNPRICED = 240;

    function maintenanceRise(ModelSlot slot) internal pure returns (uint256) {
        return ModelSlot.unwrap(slot) & 0xffff;
    }

    function initialFall(ModelSlot slot) internal pure returns (uint256) {
        return (ModelSlot.unwrap(slot) >> INITIAL_FALL) & 0xffff;
    }

    function depthFall(ModelSlot slot) internal pure returns (uint256) {
        return (ModelSlot.unwrap(slot) >> DEPTH_FALL) & 0xffff;
    }

    function minGap(ModelSlot slot) internal pure returns (uint256) {
        return (ModelSlot.unwrap(slot) >> MIN_GAP) & 0xffff;
    }

    /// @notice When the paces were set.
    function pacedSince(ModelSlot slot) internal pure returns (uint256) {
        return (ModelSlot.unwrap(slot) >> PACED_SINCE) & 0xffffffffff;
    }

    function tau(ModelSlot slot) internal pure returns (uint256) {
        return (ModelSlot.unwrap(slot) >> TAU) & 0xffffffff;
    }

    function interval(ModelSlot slot) internal pure returns (uint256) {
        return (ModelSlot.unwrap(slot) >> INTERVAL) & 0xffffff;
    }

    function z(ModelSlot slot) internal pure returns (uint256) {
        return (ModelSlot.unwrap(slot) >> Z) & 0xffffff;
    }

    function maintenanceShare(ModelSlot slot) internal pure returns (uint256) {
        return (ModelSlot.unwrap(slot) >> MAINTENANCE_SHARE) & 0xffff;
    }

    function observedAt(ModelSlot slot) internal pure returns (uint256) {
        return (ModelSlot.unwrap(slot) >> OBSERVED_AT) & 0xffffffffff;
    }

    /// @notice Bit i: asset i had no price at the last observation.
    function unpriced(ModelSlot slot) internal pure returns (uint256) {
        return ModelSlot.unwrap(slot) >> UNPRICED;
    }

    /// @notice The slot with other paces, in force from now on.
    function withPaces(ModelSlot slot, Paces memory paces) internal view returns (ModelSlot) {
        return
            ModelSlot.wrap(
                (ModelSlot.unwrap(slot) & ~PACES_MASK) |
                    uint256(paces.maintenanceRise) |
                    (uint256(paces.initialFall) << INITIAL_FALL) |
                    (uint256(paces.depthFall) << DEPTH_FALL) |
                    (uint256(paces.minGap) << MIN_GAP) |
                    (block.timestamp << PACED_SINCE)
            );
    }

    /// @notice The slot with other parameters, as wide as in `ModelParameters`.
    function withParameters(
        ModelSlot slot,
        uint256 tau_,
        uint256 interval_,
        uint256 z_,
        uint256 maintenanceShare_
    ) internal pure returns (ModelSlot) {
        return
            ModelSlot.wrap(
                (ModelSlot.unwrap(slot) & ~PARAMETERS_MASK) |
                    (tau_ << TAU) |
                    (interval_ << INTERVAL) |
                    (z_ << Z) |
                    (maintenanceShare_ << MAINTENANCE_SHARE)
            );
    }

    /// @notice The slot after an observation.
    /// @param time When, below 2**40.
    /// @param unpriced_ A mask of 16 bits.
    function withObservation(ModelSlot slot, uint256 time, uint256 unpriced_) internal pure returns (ModelSlot) {
        return
            ModelSlot.wrap(
                (ModelSlot.unwrap(slot) & (PACES_MASK | PARAMETERS_MASK)) |
                    (time << OBSERVED_AT) |
                    (unpriced_ << UNPRICED)
            );
    }
}

/// @notice All that a value at risk needs beside the covariance matrix, in one slot. From the low end:
/// `[volatility floor 10 x 16 assets | scale 48 | guard 14 | listed 16]`, floors in {1e-4}
type PortfolioSlot is uint256;

using PortfolioSlots for PortfolioSlot global;

/// @title Packing of `PortfolioSlot`, the only place that knows its layout
library PortfolioSlots {
    uint256 private constant FLOOR_BITS = 10;
    uint256 private constant FLOOR_MASK = (1 << FLOOR_BITS) - 1;
    uint256 private constant SCALE = 160;
    uint256 private constant SCALE_MASK = (1 << 48) - 1;
    uint256 private constant GUARD = 208;
    uint256 private constant GUARD_MASK = (1 << 14) - 1;
    uint256 private constant LISTED = 222;
    uint256 private constant LISTED_MASK = (1 << 16) - 1;

    /// @notice Volatility floor of an asset. {1e-4 a day}
    function floorOf(PortfolioSlot slot, uint256 asset) internal pure returns (uint256) {
        unchecked {
            // At most 15 * 10.
            return (PortfolioSlot.unwrap(slot) >> (asset * FLOOR_BITS)) & FLOOR_MASK;
        }
    }

    /// @notice Standard deviations times the root of the horizon in days, 40 bits after the point.
    function scale(PortfolioSlot slot) internal pure returns (uint256) {
        return (PortfolioSlot.unwrap(slot) >> SCALE) & SCALE_MASK;
    }

    /// @notice g. bps
    function guard(PortfolioSlot slot) internal pure returns (uint256) {
        return (PortfolioSlot.unwrap(slot) >> GUARD) & GUARD_MASK;
    }

    /// @notice Bit i is set when asset i is listed.
    function listed(PortfolioSlot slot) internal pure returns (uint256) {
        return (PortfolioSlot.unwrap(slot) >> LISTED) & LISTED_MASK;
    }

    /// @notice The slot with another floor of an asset, below 2**10.
    function withFloor(PortfolioSlot slot, uint256 asset, uint256 floor) internal pure returns (PortfolioSlot) {
        uint256 shift = asset * FLOOR_BITS;
        return PortfolioSlot.wrap((PortfolioSlot.unwrap(slot) & ~(FLOOR_MASK << shift)) | (floor << shift));
    }

    /// @notice The slot with an asset marked as listed.
    function withListed(PortfolioSlot slot, uint256 asset) internal pure returns (PortfolioSlot) {
        return PortfolioSlot.wrap(PortfolioSlot.unwrap(slot) | (1 << (LISTED + asset)));
    }

    /// @notice The slot with another measure of risk. The caller has checked that both fit.
    function withMeasure(PortfolioSlot slot, uint256 scale_, uint256 guard_) internal pure returns (PortfolioSlot) {
        uint256 kept = PortfolioSlot.unwrap(slot) & ~((SCALE_MASK << SCALE) | (GUARD_MASK << GUARD));
        return PortfolioSlot.wrap(kept | (scale_ << SCALE) | (guard_ << GUARD));
    }
}

/// @notice How far an asset's haircuts may go and how long it takes to sell it, in 64 bits, four to a slot. From the low end:
/// `[min initial 14 | max initial 14 | min maintenance 14 | max maintenance 14 | horizon 8]`, bps and {h}. Upper bits are ignored.
type ShapeLane is uint256;

using ShapeLanes for ShapeLane global;

/// @title Packing of `ShapeLane`, the only place that knows its layout
library ShapeLanes {
    uint256 private constant HAIRCUT_MASK = (1 << 14) - 1;
    uint256 private constant MAX_INITIAL = 14;
    uint256 private constant MIN_MAINTENANCE = 28;
    uint256 private constant MAX_MAINTENANCE = 42;
    uint256 private constant HORIZON = 56;

    function pack(HaircutBounds memory clamps, uint256 horizon_) internal pure returns (ShapeLane) {
        return
            ShapeLane.wrap(
                uint256(clamps.minInitial) |
                    (uint256(clamps.maxInitial) << MAX_INITIAL) |
                    (uint256(clamps.minMaintenance) << MIN_MAINTENANCE) |
                    (uint256(clamps.maxMaintenance) << MAX_MAINTENANCE) |
                    (horizon_ << HORIZON)
            );
    }

    function minInitial(ShapeLane lane) internal pure returns (uint256) {
        return ShapeLane.unwrap(lane) & HAIRCUT_MASK;
    }

    function maxInitial(ShapeLane lane) internal pure returns (uint256) {
        return (ShapeLane.unwrap(lane) >> MAX_INITIAL) & HAIRCUT_MASK;
    }

    function minMaintenance(ShapeLane lane) internal pure returns (uint256) {
        return (ShapeLane.unwrap(lane) >> MIN_MAINTENANCE) & HAIRCUT_MASK;
    }

    function maxMaintenance(ShapeLane lane) internal pure returns (uint256) {
        return (ShapeLane.unwrap(lane) >> MAX_MAINTENANCE) & HAIRCUT_MASK;
    }

    /// @notice {h}
    function horizon(ShapeLane lane) internal pure returns (uint256) {
        return (ShapeLane.unwrap(lane) >> HORIZON) & 0xff;
    }
}
