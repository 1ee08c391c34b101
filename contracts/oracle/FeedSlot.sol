// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FeedConfig} from "../interfaces/IPriceOracle.sol";
import {PackedFloat} from "../libraries/PackedFloat.sol";

/// @notice One source of a price in one storage slot; zero where there is none. From the low end:
/// `[feed 160 | heartbeat 24 | deviation 16 | decimals 5 | has a second source 1 | unused 2 | min float 24 | max float 24]`
type FeedSlot is uint256;

using FeedSlots for FeedSlot global;

/// @title Packing of `FeedSlot`, the only place that knows its layout
library FeedSlots {
    uint256 private constant HEARTBEAT = 160;
    uint256 private constant DEVIATION = 184;
    uint256 private constant DECIMALS = 200;
    uint256 private constant HAS_SECOND = 205;
    uint256 private constant MIN = 208;
    uint256 private constant MAX = 232;

    /// @dev Mantissa of the band's floats: a relative error below 2**-15.
    uint256 private constant MANTISSA = 16;
    uint256 private constant FLOAT = 24;

    /// @notice Packs a source. The band is rounded inwards: a stored band never admits an answer that the given one refuses.
    /// @dev The caller has checked that everything fits (deviation by its type).
    function pack(FeedConfig calldata config, uint256 feedDecimals) internal pure returns (FeedSlot) {
        return
            FeedSlot.wrap(
                uint256(uint160(config.feed)) |
                    (uint256(config.heartbeat) << HEARTBEAT) |
                    (uint256(config.deviation) << DEVIATION) |
                    (feedDecimals << DECIMALS) |
                    (PackedFloat.packUp(config.minPrice, MANTISSA, FLOAT) << MIN) |
                    (PackedFloat.packDown(config.maxPrice, MANTISSA, FLOAT) << MAX)
            );
    }

    /// @notice The configuration in force, the band as stored.
    function unpack(FeedSlot slot) internal pure returns (FeedConfig memory) {
        return
            FeedConfig({
                feed: slot.feed(),
                heartbeat: uint24(slot.heartbeat()),
                deviation: uint16(slot.deviation()),
                minPrice: slot.minPrice(),
                maxPrice: slot.maxPrice()
            });
    }

    /// @notice The same source, marked as having a second one beside it or not.
    function withSecond(FeedSlot slot, bool second) internal pure returns (FeedSlot) {
        uint256 flag = 1 << HAS_SECOND;
        uint256 raw = FeedSlot.unwrap(slot);
        return FeedSlot.wrap(second ? raw | flag : raw & ~flag);
    }

    function exists(FeedSlot slot) internal pure returns (bool) {
        return FeedSlot.unwrap(slot) != 0;
    }

    function feed(FeedSlot slot) internal pure returns (address) {
        return address(uint160(FeedSlot.unwrap(slot)));
    }

    /// @dev {s}
    function heartbeat(FeedSlot slot) internal pure returns (uint256) {
        return (FeedSlot.unwrap(slot) >> HEARTBEAT) & 0xffffff;
    }

    /// @dev bps
    function deviation(FeedSlot slot) internal pure returns (uint256) {
        return (FeedSlot.unwrap(slot) >> DEVIATION) & 0xffff;
    }

    function decimals(FeedSlot slot) internal pure returns (uint256) {
        return (FeedSlot.unwrap(slot) >> DECIMALS) & 0x1f;
    }

    function hasSecond(FeedSlot slot) internal pure returns (bool) {
        return (FeedSlot.unwrap(slot) >> HAS_SECOND) & 1 != 0;
    }

    /// @dev {USD/tok} 18 decimals
    function minPrice(FeedSlot slot) internal pure returns (uint256) {
        return PackedFloat.unpack((FeedSlot.unwrap(slot) >> MIN) & 0xffffff, MANTISSA);
    }

    /// @dev {USD/tok} 18 decimals
    function maxPrice(FeedSlot slot) internal pure returns (uint256) {
        return PackedFloat.unpack(FeedSlot.unwrap(slot) >> MAX, MANTISSA);
    }
}
