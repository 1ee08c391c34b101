// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {MockV3Aggregator} from "@chainlink/contracts/src/v0.8/shared/mocks/MockV3Aggregator.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {FeedConfig, IPriceOracle, PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {HostileFeed, Mood} from "../../contracts/oracle/HostileFeed.sol";
import {OracleFixture} from "../../contracts/oracle/OracleFixture.sol";
import {vm} from "../../contracts/Vm.sol";

/// @notice Listing, activation checks, limits and who may do it.
contract PriceOracleConfigTest is OracleFixture {
    event FeedSet(uint256 indexed asset, address indexed feed, bool indexed second, FeedConfig config);

    // ---- listing

    function test_listingStoresTheConfigurationAndTheLastGoodHigh() public view {
        FeedConfig memory c = oracle.feedConfig(ETH, false);
        require(c.feed == address(feed) && c.heartbeat == HEARTBEAT && c.deviation == DEVIATION, "config");
        (uint256 stored, uint256 since, ) = oracle.lastGood(ETH);
        require(stored == 2_010e18 && since == START, "last good high");
        require(oracle.feedConfig(ETH, true).feed == address(0), "no second source");
        require(oracle.disagreementLimit(ETH) == 0, "no limit");
    }

    function test_listingTwice() public {
        expectRevert(abi.encodeWithSelector(IPriceOracle.AssetAlreadyListed.selector, ETH));
        oracle.listFeed(ETH, config(address(feed)));
    }

    function test_assetNumbersEndAt255() public {
        oracle.listFeed(255, config(address(feed)));
        require(oracle.isLive(255), "255");
        expectRevert(abi.encodeWithSelector(IPriceOracle.AssetOutOfRange.selector, 256));
        oracle.listFeed(256, config(address(feed)));
    }

    function test_listingRequiresALiveAnswer() public {
        MockV3Aggregator other = new MockV3Aggregator(8, 0);
        bytes memory notLive = abi.encodeWithSelector(IPriceOracle.FeedNotLive.selector, 1, address(other));
        expectRevert(notLive);
        oracle.listFeed(1, config(address(other)));
        answer(other, 2_000e8, START - HEARTBEAT - 1);
        expectRevert(notLive);
        oracle.listFeed(1, config(address(other)));
        answer(other, 2_000e8, START - HEARTBEAT);
        oracle.listFeed(1, config(address(other)));
    }

    function test_aBandThatExcludesThePresentPriceIsRefused() public {
        FeedConfig memory c = config(address(feed));
        bytes memory notLive = abi.encodeWithSelector(IPriceOracle.FeedNotLive.selector, ETH, address(feed));
        c.minPrice = 2_001e18;
        expectRevert(notLive);
        oracle.migrateFeed(ETH, c, 100);
        c.minPrice = 1e18;
        c.maxPrice = 1_999e18;
        expectRevert(notLive);
        oracle.migrateFeed(ETH, c, 100);
        c.maxPrice = 2_001e18;
        oracle.migrateFeed(ETH, c, 0);
        require(oracle.feedConfig(ETH, false).maxPrice <= 2_001e18, "band changed");
    }

    function test_feedWithoutCode() public {
        expectRevert(abi.encodeWithSelector(IPriceOracle.FeedHasNoCode.selector, address(0xdead)));
        oracle.listFeed(1, config(address(0xdead)));
    }

    function test_tooManyDecimals() public {
        MockV3Aggregator other = new MockV3Aggregator(25, 2_000e25);
        expectRevert(abi.encodeWithSelector(IPriceOracle.FeedDecimalsUnsupported.selector, address(other), 25));
        oracle.listFeed(1, config(address(other)));
    }

    // ---- limits

    function _requireRefused(FeedConfig memory c, bytes32 field, uint256 value, uint256 min, uint256 max) private {
        bytes memory reason = abi.encodeWithSelector(IPriceOracle.FeedConfigInvalid.selector, field, value, min, max);
        expectRevert(reason);
        oracle.listFeed(1, c);
        expectRevert(reason);
        oracle.migrateFeed(ETH, c, 100);
        expectRevert(reason);
        oracle.setSecondFeed(ETH, c, 100, 100);
    }

    function test_limitsOfASource() public {
        FeedConfig memory c = config(address(feed));
        c.heartbeat = 1 minutes - 1;
        _requireRefused(c, "heartbeat", 1 minutes - 1, 1 minutes, 8 days);
        c.heartbeat = 8 days + 1;
        _requireRefused(c, "heartbeat", 8 days + 1, 1 minutes, 8 days);
        c = config(address(feed));
        c.deviation = 1_001;
        _requireRefused(c, "deviation", 1_001, 0, 1_000);
        c = config(address(feed));
        c.minPrice = 0;
        _requireRefused(c, "minPrice", 0, 1e9, 2 ** 100 - 1);
        c.minPrice = 2 ** 100;
        _requireRefused(c, "minPrice", 2 ** 100, 1e9, 2 ** 100 - 1);
        c = config(address(feed));
        c.maxPrice = 2 ** 100;
        _requireRefused(c, "maxPrice", 2 ** 100, 1e9, 2 ** 100 - 1);
        // An empty band, before and after rounding inwards.
        c.minPrice = 2_048e18;
        c.maxPrice = 1_024e18;
        uint256 max = c.maxPrice - (c.maxPrice % (1 << 54));
        uint256 min = c.minPrice + (1 << 55) - (c.minPrice % (1 << 55));
        _requireRefused(c, "maxPrice", max, min + 1, 2 ** 100 - 1);
    }

    function test_extremesOfASourceAreAllowed() public {
        oracle.listFeed(1, FeedConfig(address(feed), 1 minutes, 0, 1e9, 2 ** 100 - 1));
        oracle.listFeed(2, FeedConfig(address(feed), 8 days, 1_000, 1e9, 2 ** 100 - 1));
        require(oracle.price(1).high == 2_000e18 && oracle.price(2).high == 2_200e18, "extremes");
    }

    function test_limitsOfTheSecondSource() public {
        MockV3Aggregator second = new MockV3Aggregator(18, 2_000e18);
        FeedConfig memory c = config(address(second));
        expectRevert(_invalid("disagreementLimit", 0, 1, 2_000));
        oracle.setSecondFeed(ETH, c, 100, 0);
        expectRevert(_invalid("disagreementLimit", 2_001, 1, 2_000));
        oracle.setSecondFeed(ETH, c, 100, 2_001);
        oracle.setSecondFeed(ETH, c, 100, 2_000);
        require(oracle.disagreementLimit(ETH) == 2_000, "limit");
    }

    function test_limitsOfTheDecay() public {
        expectRevert(_invalid("decay", 1 hours - 1, 1 hours, 7 days));
        oracle.setDecay(1 hours - 1);
        expectRevert(_invalid("decay", 7 days + 1, 1 hours, 7 days));
        oracle.setDecay(7 days + 1);
        expectRevert(_invalid("decay", 0, 1 hours, 7 days));
        Deploy.priceOracle(address(manager), address(0), 0, 0);
    }

    function _invalid(bytes32 field, uint256 value, uint256 min, uint256 max) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPriceOracle.FeedConfigInvalid.selector, field, value, min, max);
    }

    // ---- migration

    function _mismatch(uint256 newPrice, uint256 anchor, uint256 tolerance) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPriceOracle.FeedActivationMismatch.selector, ETH, newPrice, anchor, tolerance);
    }

    function test_migrationNearTheLivePrice() public {
        MockV3Aggregator next = new MockV3Aggregator(18, 2_020e18 + 1);
        expectRevert(_mismatch(2_020e18 + 1, 2_000e18, 100));
        oracle.migrateFeed(ETH, config(address(next)), 100);
        next.updateAnswer(1_980e18 - 1);
        expectRevert(_mismatch(1_980e18 - 1, 2_000e18, 100));
        oracle.migrateFeed(ETH, config(address(next)), 100);
        next.updateAnswer(1_980e18);
        vm.warp(START + 10);
        next.updateAnswer(2_020e18);
        oracle.migrateFeed(ETH, config(address(next)), 100);
        requirePrice(ETH, PriceStatus.Live, 2_009.9e18, 2_020e18, 2_030.1e18, "migrated");
        require(oracle.feedConfig(ETH, false).feed == address(next), "feed");
        (uint256 stored, uint256 since, ) = oracle.lastGood(ETH);
        require(stored == 2_030.1e18 && since == START + 10, "recorded");
    }

    /// @dev A rate taken for a price: 1.12 USD instead of 2200, or a feed of other decimals.
    function test_aWronglyComposedFeedIsFoundOut() public {
        MockV3Aggregator wrong = new MockV3Aggregator(8, 1.12e8);
        expectRevert(_mismatch(1.12e18, 2_000e18, 1_000));
        oracle.migrateFeed(ETH, config(address(wrong)), 1_000);
        expectRevert(_mismatch(1.12e18, 2_000e18, 1_000));
        oracle.setSecondFeed(ETH, config(address(wrong)), 1_000, 2_000);
    }

    function test_toleranceIsLimitedWhileThePriceIsLive() public {
        MockV3Aggregator next = new MockV3Aggregator(18, 2_000e18);
        expectRevert(_invalid("tolerance", 1_001, 0, 1_000));
        oracle.migrateFeed(ETH, config(address(next)), 1_001);
        oracle.migrateFeed(ETH, config(address(next)), 1_000);
    }

    function test_migrationFromADeadFeedComparesWithTheUndecayedLastGoodHigh() public {
        vm.warp(START + 30 days);
        feed.updateAnswer(0);
        oracle.record(1);
        vm.warp(START + 31 days);
        require(oracle.price(ETH).high == 0, "decayed");
        MockV3Aggregator next = new MockV3Aggregator(18, 3_015e18 + 1);
        expectRevert(_invalid("tolerance", 5_001, 0, 5_000));
        oracle.migrateFeed(ETH, config(address(next)), 5_001);
        expectRevert(_mismatch(3_015e18 + 1, 2_010e18, 5_000));
        oracle.migrateFeed(ETH, config(address(next)), 5_000);
        next.updateAnswer(1_005e18);
        expectRevert(_mismatch(1_005e18, 2_010e18, 4_999));
        oracle.migrateFeed(ETH, config(address(next)), 4_999);
        oracle.migrateFeed(ETH, config(address(next)), 5_000);
        require(oracle.price(ETH).status == PriceStatus.Live, "live again");
    }

    function test_migrationFromAStaleFeedComparesWithItsAnswer() public {
        vm.warp(START + 20 minutes);
        feed.updateAnswer(1_000e8);
        vm.warp(START + 2 days);
        MockV3Aggregator next = new MockV3Aggregator(18, 1_600e18);
        expectRevert(_mismatch(1_600e18, 1_005e18, 5_000));
        oracle.migrateFeed(ETH, config(address(next)), 5_000);
    }

    function test_migrationUnknownAsset() public {
        expectRevert(abi.encodeWithSelector(IPriceOracle.AssetUnknown.selector, 1));
        oracle.migrateFeed(1, config(address(feed)), 100);
        expectRevert(abi.encodeWithSelector(IPriceOracle.AssetUnknown.selector, 1));
        oracle.setSecondFeed(1, config(address(feed)), 100, 100);
        expectRevert(abi.encodeWithSelector(IPriceOracle.AssetUnknown.selector, 1));
        oracle.removeSecondFeed(1);
    }

    function test_migrationToADeadFeed() public {
        HostileFeed next = new HostileFeed(8, 2_000e8);
        next.setMood(Mood.Reverts);
        expectRevert(abi.encodeWithSelector(IPriceOracle.FeedNotLive.selector, ETH, address(next)));
        oracle.migrateFeed(ETH, config(address(next)), 1_000);
    }

    // ---- second source

    function test_secondSourceIsKeptByAMigrationAndGoneWhenRemoved() public {
        MockV3Aggregator second = new MockV3Aggregator(18, 2_000e18);
        oracle.setSecondFeed(ETH, config(address(second)), 100, 200);
        require(oracle.feedConfig(ETH, true).feed == address(second), "second");
        MockV3Aggregator next = new MockV3Aggregator(8, 2_000e8);
        oracle.migrateFeed(ETH, config(address(next)), 100);
        next.updateAnswer(0);
        require(oracle.isLive(ETH), "the second serves after a migration");
        oracle.removeSecondFeed(ETH);
        require(!oracle.isLive(ETH), "removed");
        require(oracle.feedConfig(ETH, true).feed == address(0), "config removed");
        require(oracle.disagreementLimit(ETH) == 0, "limit removed");
        // Again: nothing happens.
        oracle.removeSecondFeed(ETH);
        require(oracle.feedConfig(ETH, false).feed == address(next), "primary untouched");
    }

    function test_secondSourceIsCheckedLikeAMigration() public {
        MockV3Aggregator second = new MockV3Aggregator(18, 2_021e18);
        expectRevert(_mismatch(2_021e18, 2_000e18, 100));
        oracle.setSecondFeed(ETH, config(address(second)), 100, 200);
        second.updateAnswer(0);
        expectRevert(abi.encodeWithSelector(IPriceOracle.FeedNotLive.selector, ETH, address(second)));
        oracle.setSecondFeed(ETH, config(address(second)), 100, 200);
        second.updateAnswer(2_010e18);
        vm.warp(START + 5);
        oracle.setSecondFeed(ETH, config(address(second)), 100, 200);
        (uint256 stored, uint256 since, ) = oracle.lastGood(ETH);
        require(stored == 2_020.05e18 && since == START + 5, "recorded");
    }

    /// @dev A primary that has gone wrong is replaced by one that agrees with the second source, though the mid is far away.
    function test_theWrongOneOfTwoDisagreeingSourcesCanBeReplaced() public {
        MockV3Aggregator second = new MockV3Aggregator(18, 2_000e18);
        oracle.setSecondFeed(ETH, config(address(second)), 100, 200);
        feed.updateAnswer(3_000e8);
        require(oracle.price(ETH).status == PriceStatus.Disagreeing, "meant to disagree");
        MockV3Aggregator next = new MockV3Aggregator(18, 2_100e18);
        expectRevert(_mismatch(2_100e18, 2_000e18, 200));
        oracle.migrateFeed(ETH, config(address(next)), 200);
        expectRevert(_invalid("tolerance", 1_001, 0, 1_000));
        oracle.migrateFeed(ETH, config(address(next)), 1_001);
        next.updateAnswer(2_010e18);
        oracle.migrateFeed(ETH, config(address(next)), 200);
        require(oracle.price(ETH).status == PriceStatus.Live, "agree again");
    }

    // ---- authority

    function test_onlyTheAuthorityConfigures() public {
        address stranger = address(0xbad);
        bytes memory reason = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        vm.startPrank(stranger);
        expectRevert(reason);
        oracle.listFeed(1, config(address(feed)));
        expectRevert(reason);
        oracle.migrateFeed(ETH, config(address(feed)), 100);
        expectRevert(reason);
        oracle.setSecondFeed(ETH, config(address(feed)), 100, 100);
        expectRevert(reason);
        oracle.removeSecondFeed(ETH);
        expectRevert(reason);
        oracle.setDecay(1 days);
        vm.stopPrank();
    }
}
