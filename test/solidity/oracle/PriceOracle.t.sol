// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {MockV3Aggregator} from "@chainlink/contracts/src/v0.8/shared/mocks/MockV3Aggregator.sol";

import {FeedConfig, IPriceOracle, Price, PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {OracleFixture} from "../../contracts/oracle/OracleFixture.sol";
import {vm} from "../../contracts/Vm.sol";

/// @notice What counts as a good answer, and what becomes of good ones.
contract PriceOracleTest is OracleFixture {
    // ---- one source

    function test_livePriceIsTheAnswerPlusMinusItsDeviation() public view {
        requirePrice(ETH, PriceStatus.Live, 1_990e18, 2_000e18, 2_010e18, "live");
        (uint256 primary, bool live) = oracle.primaryPrice(ETH);
        require(primary == 2_000e18 && live, "primaryPrice");
        require(oracle.isLive(ETH), "isLive");
    }

    function testFuzz_lowIsRoundedDownHighUpMidBetween(uint256 raw, uint16 deviation) public {
        // Band 1 .. 1,000,000 USD at 18 decimals: every residue occurs.
        raw = 1e18 + (raw % 999_000e18);
        deviation = deviation % 1_001;
        MockV3Aggregator fine = new MockV3Aggregator(18, int256(raw));
        FeedConfig memory c = config(address(fine));
        c.deviation = deviation;
        oracle.listFeed(1, c);
        Price memory p = oracle.price(1);
        require(p.low * 10_000 <= raw * (10_000 - deviation), "low too high");
        require((p.low + 1) * 10_000 > raw * (10_000 - deviation), "low too low");
        require(p.high * 10_000 >= raw * (10_000 + deviation), "high too low");
        require((p.high - 1) * 10_000 < raw * (10_000 + deviation), "high too high");
        require(p.mid == (p.low + p.high) / 2, "mid");
    }

    function test_staleOneSecondAfterTheHeartbeat() public {
        vm.warp(START + HEARTBEAT);
        requirePrice(ETH, PriceStatus.Live, 1_990e18, 2_000e18, 2_010e18, "at the heartbeat");
        vm.warp(START + HEARTBEAT + 1);
        requireUnpriced(ETH, "stale");
    }

    function test_zeroAnswer() public {
        feed.updateAnswer(0);
        requireUnpriced(ETH, "zero");
    }

    function test_negativeAnswer() public {
        feed.updateAnswer(-1);
        requireUnpriced(ETH, "-1");
        feed.updateAnswer(-2_000e8);
        requireUnpriced(ETH, "-2000");
        feed.updateAnswer(type(int256).min);
        requireUnpriced(ETH, "int256.min");
    }

    function test_belowTheBand() public {
        // The bounds are stored as floats rounded inwards: what counts is what feedConfig says.
        uint256 minimum = oracle.feedConfig(ETH, false).minPrice;
        require(minimum >= 0.5e18 && minimum < 0.50002e18, "rounded inwards, by little");
        feed.updateAnswer(int256((minimum - 1) / 1e10 + 1));
        require(oracle.isLive(ETH), "lowest allowed");
        feed.updateAnswer(int256((minimum - 1) / 1e10));
        requireUnpriced(ETH, "below");
    }

    function test_aboveTheBand() public {
        uint256 maximum = oracle.feedConfig(ETH, false).maxPrice;
        require(maximum <= 1_000_000e18 && maximum > 999_950e18, "rounded inwards, by little");
        feed.updateAnswer(int256(maximum / 1e10));
        require(oracle.isLive(ETH), "highest allowed");
        feed.updateAnswer(int256(maximum / 1e10 + 1));
        requireUnpriced(ETH, "above");
    }

    function test_absurdlyLargeAnswersDoNotOverflow() public {
        int256[4] memory values = [type(int256).max, int256(1 << 128), int256((1 << 128) - 1), int256(1 << 200)];
        for (uint256 i; i < values.length; ++i) {
            feed.updateAnswer(values[i]);
            requireUnpriced(ETH, "absurd");
        }
    }

    /// @dev 2**192 * 1e10 wraps around 2**256 to a harmless number if nobody looks.
    function test_anAnswerThatWrapsIntoTheBandIsRefused() public {
        uint256 inverseFriendly = type(uint256).max / 1e10 + 1 + 2_000e8;
        feed.updateAnswer(int256(inverseFriendly));
        requireUnpriced(ETH, "wrapped");
    }

    function test_neverUpdated() public {
        answer(feed, 2_000e8, 0);
        requireUnpriced(ETH, "updatedAt 0");
    }

    function test_neverUpdatedCountsNotEvenWhereTheClockIsYoung() public {
        vm.warp(100);
        manager = Deploy.accessManager(address(this));
        oracle = Deploy.priceOracle(address(manager), address(0), 0, DECAY);
        feed.updateAnswer(2_000e8);
        oracle.listFeed(ETH, config(address(feed)));
        answer(feed, 2_000e8, 0);
        requireUnpriced(ETH, "updatedAt 0 within the heartbeat");
    }

    function test_answerFromTheFuture() public {
        answer(feed, 2_000e8, START + 1);
        requireUnpriced(ETH, "future");
        answer(feed, 2_000e8, type(uint256).max);
        requireUnpriced(ETH, "far future");
    }

    function test_unknownAsset() public {
        bytes memory reason = abi.encodeWithSelector(IPriceOracle.AssetUnknown.selector, 1);
        expectRevert(reason);
        oracle.price(1);
        expectRevert(reason);
        oracle.primaryPrice(1);
        expectRevert(reason);
        oracle.isLive(1);
        expectRevert(reason);
        oracle.maxSpread(1);
        expectRevert(reason);
        oracle.prices(3);
        expectRevert(reason);
        oracle.record(3);
        expectRevert(abi.encodeWithSelector(IPriceOracle.AssetUnknown.selector, type(uint256).max));
        oracle.price(type(uint256).max);
        require(oracle.feedConfig(1, false).feed == address(0), "no feed, no config");
    }

    // ---- decimals

    function testFuzz_everyNumberOfDecimalsGivesTheSamePrice(uint256 whole) public {
        whole = 1 + (whole % 999_000);
        uint8[6] memory decimals = [0, 2, 6, 8, 18, 24];
        for (uint256 i; i < decimals.length; ++i) {
            oracle.listFeed(
                i + 1,
                config(address(new MockV3Aggregator(decimals[i], int256(whole * 10 ** decimals[i]))))
            );
            (uint256 primary, ) = oracle.primaryPrice(i + 1);
            require(primary == whole * 1e18, "scaled wrongly");
        }
    }

    function test_decimalsBeyond18AreRoundedDown() public {
        MockV3Aggregator fine = new MockV3Aggregator(24, 2_000e24 + 999_999);
        oracle.listFeed(1, config(address(fine)));
        (uint256 primary, ) = oracle.primaryPrice(1);
        require(primary == 2_000e18, "not rounded down");
        fine.updateAnswer(999_999);
        requireUnpriced(1, "rounded to zero");
    }

    // ---- two sources

    function _second(int256 value, uint16 deviation, uint256 limit) private returns (MockV3Aggregator second) {
        second = new MockV3Aggregator(18, 2_000e18);
        FeedConfig memory c = config(address(second));
        c.deviation = deviation;
        oracle.setSecondFeed(ETH, c, 100, limit);
        second.updateAnswer(value);
    }

    function test_twoSourcesTheLowestLowAndTheHighestHigh() public {
        MockV3Aggregator second = _second(2_020e18, 100, 200);
        requirePrice(ETH, PriceStatus.Live, 1_990e18, (1_990e18 + 2_040.2e18) / 2, 2_040.2e18, "second higher");
        second.updateAnswer(1_980e18);
        requirePrice(ETH, PriceStatus.Live, 1_960.2e18, (1_960.2e18 + 2_010e18) / 2, 2_010e18, "second lower");
    }

    function test_oneSourceInsideTheOthersSides() public {
        _second(2_001e18, 0, 200);
        requirePrice(ETH, PriceStatus.Live, 1_990e18, 2_000e18, 2_010e18, "inside");
    }

    function test_disagreeingBeyondTheLimitOfTheLowerAnswer() public {
        MockV3Aggregator second = _second(2_040e18, 0, 200);
        require(oracle.price(ETH).status == PriceStatus.Live, "at the limit");
        second.updateAnswer(2_040e18 + 1);
        requirePrice(ETH, PriceStatus.Disagreeing, 1_990e18, 2_040e18 + 1, 2_040e18 + 1, "above the limit");
        // 2% of the lower: 2000 is 2% above 1960.784...
        second.updateAnswer(1_960_784313725490196079);
        require(oracle.price(ETH).status == PriceStatus.Live, "lower, at the limit");
        second.updateAnswer(1_960_784313725490196078);
        requirePrice(ETH, PriceStatus.Disagreeing, 1_960_784313725490196078, 2_000e18, 2_010e18, "lower, beyond");
        require(oracle.isLive(ETH), "disagreeing is live");
    }

    function test_secondAloneServes() public {
        MockV3Aggregator second = _second(2_020e18, 100, 200);
        feed.updateAnswer(0);
        requirePrice(ETH, PriceStatus.Live, 1_999.8e18, 2_020e18, 2_040.2e18, "second alone");
        require(oracle.isLive(ETH), "isLive");
        (uint256 primary, bool live) = oracle.primaryPrice(ETH);
        require(primary == 0 && !live, "primaryPrice ignores the second");
        // However far it is from what the dead one said.
        second.updateAnswer(3_000e18);
        require(oracle.price(ETH).status == PriceStatus.Live, "far from the dead one");
    }

    function test_primaryAloneServes() public {
        MockV3Aggregator second = _second(2_020e18, 100, 200);
        second.updateAnswer(-1);
        requirePrice(ETH, PriceStatus.Live, 1_990e18, 2_000e18, 2_010e18, "primary alone");
        require(oracle.isLive(ETH), "isLive");
        feed.updateAnswer(0);
        requireUnpriced(ETH, "both dead");
    }

    // ---- maxSpread

    function testFuzz_noLivePriceExceedsMaxSpread(
        uint256 a,
        uint256 b,
        uint16 deviation,
        uint16 deviation2,
        uint16 limit,
        uint256 minPrice,
        uint8 which
    ) public {
        // Down to the smallest prices, where rounding weighs most.
        minPrice = 1e9 + (minPrice % (which & 1 == 0 ? 100 : 1e24));
        FeedConfig memory c = FeedConfig(address(0), HEARTBEAT, deviation % 1_001, minPrice, 1e27);
        MockV3Aggregator first = new MockV3Aggregator(18, 1e26);
        c.feed = address(first);
        oracle.listFeed(1, c);
        uint256 floor = oracle.feedConfig(1, false).minPrice;
        uint256 lim = 1 + (limit % 2_000);
        a = floor + (a % (which & 2 == 0 ? 3 : 1e26));
        first.updateAnswer(int256(a));
        _requireSpread(1);

        first.updateAnswer(1e26);
        MockV3Aggregator second = new MockV3Aggregator(18, 1e26);
        c.feed = address(second);
        c.deviation = deviation2 % 1_001;
        oracle.setSecondFeed(1, c, 0, lim);
        // At the limit, at most.
        uint256 widest = (a * lim) / 10_000;
        b = a + (which & 4 == 0 ? widest : b % (widest + 1));
        if (which & 8 == 0) (a, b) = (b, a);
        first.updateAnswer(int256(a));
        second.updateAnswer(int256(b));
        require(oracle.price(1).status == PriceStatus.Live, "meant to agree");
        _requireSpread(1);
        first.updateAnswer(0);
        _requireSpread(1);
    }

    function _requireSpread(uint256 asset) private view {
        Price memory p = oracle.price(asset);
        require(p.high * 1e18 <= oracle.maxSpread(asset) * p.mid, "spread beyond its bound");
    }

    function test_maxSpreadIsTight() public {
        // One source: 1 + deviation, and a hair for rounding.
        require(oracle.maxSpread(ETH) >= 1.005e18 && oracle.maxSpread(ETH) <= 1.005e18 + 10, "one source");
        // Two: 2% apart, 0.5% and 1%: H = 1.02 * 1.005 or 1.01, 1 - D = 0.99.
        MockV3Aggregator second = _second(2_040e18, 0, 200);
        FeedConfig memory c = config(address(second));
        second.updateAnswer(2_000e18);
        c.deviation = 100;
        oracle.setSecondFeed(ETH, c, 100, 200);
        uint256 h = 1.02e18 * 1.005;
        uint256 expected = (2e18 * h) / (h + 0.99e18);
        require(oracle.maxSpread(ETH) >= expected && oracle.maxSpread(ETH) <= expected + 10, "two sources");
        // It is reached: the wider source 2% below the narrower one.
        second.updateAnswer(2_000e18);
        feed.updateAnswer(2_040e8);
        Price memory p = oracle.price(ETH);
        require(p.high * 1e18 > (oracle.maxSpread(ETH) - 20) * p.mid, "not reached");
    }

    // ---- batch

    function test_pricesInAscendingOrder() public {
        for (uint256 i = 1; i < 16; ++i) {
            oracle.listFeed(i, config(address(new MockV3Aggregator(8, int256(i * 10e8)))));
        }
        Price[] memory all = oracle.prices(0xffff);
        require(all.length == 16, "length");
        for (uint256 i; i < 16; ++i) {
            require(keccak256(abi.encode(all[i])) == keccak256(abi.encode(oracle.price(i))), "differs from price()");
        }
        Price[] memory some = oracle.prices((1 << 3) | (1 << 15));
        require(some.length == 2 && some[0].mid == 30e18 && some[1].mid == 150e18, "chosen ones");
        require(oracle.prices(0).length == 0, "none");
    }

    function test_oneDeadFeedDoesNotSpoilTheBatch() public {
        oracle.listFeed(1, config(address(new MockV3Aggregator(8, 10e8))));
        vm.etch(address(feed), "");
        Price[] memory both = oracle.prices(3);
        require(both[0].status == PriceStatus.Unpriced && both[1].status == PriceStatus.Live, "batch spoiled");
    }

    function test_maskBeyondItsAssets() public {
        oracle.listFeed(16, config(address(feed)));
        require(oracle.price(16).status == PriceStatus.Live, "asset 16 by itself");
        expectRevert(abi.encodeWithSelector(IPriceOracle.AssetOutOfRange.selector, 16));
        oracle.prices((1 << 16) | 1);
        expectRevert(abi.encodeWithSelector(IPriceOracle.AssetOutOfRange.selector, 255));
        oracle.record(1 << 255);
    }

    // ---- record

    function test_recordStoresTheHighOfWhatIsLive() public {
        MockV3Aggregator other = new MockV3Aggregator(8, 10e8);
        oracle.listFeed(1, config(address(other)));
        vm.warp(START + 60);
        feed.updateAnswer(2_100e8);
        other.updateAnswer(0);
        vm.prank(address(0xbeef));
        oracle.record(3);
        (uint256 stored, uint256 since, ) = oracle.lastGood(ETH);
        require(stored == 2_110.5e18 && since == START + 60, "live one");
        (stored, since, ) = oracle.lastGood(1);
        require(stored == 10.05e18 && since == START, "dead one keeps its listing's record");
    }

    function test_recordTakesTheHigherWhileSourcesDisagree() public {
        _second(3_000e18, 0, 200);
        oracle.record(1);
        (uint256 stored, , ) = oracle.lastGood(ETH);
        require(stored == 3_000e18, "higher of the two");
    }

    // ---- many at once

    function testFuzz_primaryPricesAreThoseOfEachInAscendingOrder(uint16 mask, uint16 dead) public {
        for (uint256 asset = 1; asset < 16; ++asset) {
            MockV3Aggregator each = new MockV3Aggregator(8, int256(100e8 + asset * 1e8));
            oracle.listFeed(asset, config(address(each)));
            if ((dead >> asset) & 1 == 1) each.updateAnswer(0);
        }
        uint256[] memory answers = oracle.primaryPrices(mask);
        uint256 next;
        for (uint256 asset = 0; asset < 16; ++asset) {
            if ((mask >> asset) & 1 == 0) continue;
            uint256 expected = asset == 0 ? 2_000e18 : 100e18 + asset * 1e18;
            if (asset != 0 && (dead >> asset) & 1 == 1) expected = 0;
            require(answers[next++] == expected, "answer");
        }
        require(next == answers.length, "length");
    }

    function test_primaryPricesIgnoreASecondSource() public {
        MockV3Aggregator second = new MockV3Aggregator(8, 2_000e8);
        oracle.setSecondFeed(ETH, config(address(second)), 100, 100);
        feed.updateAnswer(0);
        require(oracle.isLive(ETH), "live by the second");
        require(oracle.primaryPrices(1)[0] == 0, "not by the first");
    }

    function test_primaryPricesRefuseWhatIsNotThere() public {
        vm.expectRevert(abi.encodeWithSelector(IPriceOracle.AssetUnknown.selector, 3));
        oracle.primaryPrices(9);
        vm.expectRevert(abi.encodeWithSelector(IPriceOracle.AssetOutOfRange.selector, 17));
        oracle.primaryPrices((1 << 17) | 1);
        require(oracle.primaryPrices(0).length == 0, "nothing asked");
    }
}
