// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {HaircutBounds} from "../interfaces/IRiskModel.sol";

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
