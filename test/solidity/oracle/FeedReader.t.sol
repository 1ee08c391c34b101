// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FeedConfig} from "../../../contracts/interfaces/IPriceOracle.sol";
import {FeedSlot, FeedSlots} from "../../../contracts/oracle/FeedSlot.sol";
import {FeedReaderHarness} from "../../contracts/oracle/FeedReaderHarness.sol";
import {HostileFeed, Mood} from "../../contracts/oracle/HostileFeed.sol";
import {vm} from "../../contracts/Vm.sol";

/// @notice The assembly feed call against the plain one, and the packing of a source.
contract FeedReaderTest {
    FeedReaderHarness private reader;
    HostileFeed private feed;

    function setUp() public {
        reader = new FeedReaderHarness();
        feed = new HostileFeed(8, 2_000e8);
    }

    function _requireSame(address target) private view {
        (bool ok, int256 answer, uint256 startedAt, uint256 updatedAt) = reader.fast(target);
        (bool ok2, int256 answer2, uint256 startedAt2, uint256 updatedAt2) = reader.plain(target);
        require(ok == ok2, "ok");
        require(answer == answer2, "answer");
        require(startedAt == startedAt2, "startedAt");
        require(updatedAt == updatedAt2, "updatedAt");
        require(reader.keepsMemory(target), "memory");
    }

    function testFuzz_sameAsThePlainCall(
        uint8 mood,
        int256 answer,
        uint256 startedAt,
        uint256 updatedAt,
        uint256 length
    ) public {
        feed.setAnswer(answer, startedAt, updatedAt);
        feed.setLength(length % 200);
        feed.setMood(Mood(mood % (uint8(type(Mood).max) + 1)));
        _requireSame(address(feed));
    }

    function test_sameForEveryMoodAndLength() public {
        for (uint8 mood; mood <= uint8(type(Mood).max); ++mood) {
            feed.setMood(Mood(mood));
            _requireSame(address(feed));
        }
        feed.setMood(Mood.Short);
        for (uint256 length = 150; length <= 170; ++length) {
            feed.setLength(length);
            _requireSame(address(feed));
        }
    }

    function test_sameForAddressesThatAreNoFeeds() public view {
        _requireSame(address(0));
        _requireSame(address(0xdead));
        _requireSame(address(reader));
        for (uint160 precompile = 1; precompile <= 17; ++precompile) _requireSame(address(precompile));
    }

    function test_theRequiredGasPaysForTheAllowance() public view {
        (uint256 feedGas, uint256 requiredGas) = reader.constants();
        // After two cold accesses and some opcodes, 63/64 of the rest must reach the allowance.
        uint256 rest = requiredGas - 6_000;
        require(rest - rest / 64 >= feedGas, "too little");
    }

    // ---- packing

    function testFuzz_slotKeepsEveryField(
        address source,
        uint24 heartbeat,
        uint16 deviation,
        uint8 decimals,
        uint128 minPrice,
        uint128 maxPrice,
        bool second
    ) public view {
        decimals = decimals % 25;
        FeedConfig memory c = FeedConfig(source, heartbeat, deviation, minPrice, maxPrice);
        FeedSlot slot = this.pack(c, decimals).withSecond(!second).withSecond(second);
        require(slot.feed() == source, "feed");
        require(slot.heartbeat() == heartbeat, "heartbeat");
        require(slot.deviation() == deviation, "deviation");
        require(slot.decimals() == decimals, "decimals");
        require(slot.hasSecond() == second, "hasSecond");
        // Inwards, and by less than 2**-15 of the value.
        require(slot.minPrice() >= minPrice && slot.minPrice() - minPrice <= minPrice >> 15, "min");
        require(slot.maxPrice() <= maxPrice && maxPrice - slot.maxPrice() <= maxPrice >> 15, "max");
        FeedConfig memory back = slot.unpack();
        require(back.feed == source && back.heartbeat == heartbeat && back.deviation == deviation, "unpack");
        require(back.minPrice == slot.minPrice() && back.maxPrice == slot.maxPrice(), "unpack: band");
    }

    function pack(FeedConfig calldata c, uint256 decimals) external pure returns (FeedSlot) {
        return FeedSlots.pack(c, decimals);
    }
}
