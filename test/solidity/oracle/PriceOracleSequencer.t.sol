// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IPriceOracle, PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {HostileFeed, Mood} from "../../contracts/oracle/HostileFeed.sol";
import {OracleFixture} from "../../contracts/oracle/OracleFixture.sol";
import {vm} from "../../contracts/Vm.sol";

/// @notice On a rollup: nothing is priced while the sequencer is down, just back, or of unknown status.
contract PriceOracleSequencerTest is OracleFixture {
    uint256 private constant GRACE = 1 hours;

    HostileFeed private sequencer;

    function setUp() public override {
        super.setUp();
        sequencer = new HostileFeed(0, 0);
        sequencer.setAnswer(0, START - GRACE, START);
        oracle = Deploy.priceOracle(address(manager), address(sequencer), GRACE, DECAY);
        oracle.listFeed(ETH, config(address(feed)));
    }

    function _requireRefused(bytes memory reason) private {
        expectRevert(reason);
        oracle.price(ETH);
        expectRevert(reason);
        oracle.prices(1);
        expectRevert(reason);
        oracle.listFeed(1, config(address(feed)));
        expectRevert(reason);
        oracle.migrateFeed(ETH, config(address(feed)), 100);
        expectRevert(reason);
        oracle.setSecondFeed(ETH, config(address(feed)), 100, 100);
        // These ignore the sequencer.
        require(oracle.isLive(ETH), "isLive");
        (uint256 primary, bool live) = oracle.primaryPrice(ETH);
        require(primary == 2_000e18 && live, "primaryPrice");
        // This one does nothing.
        (uint256 high_, uint256 since, ) = oracle.lastGood(ETH);
        vm.warp(block.timestamp + 1);
        oracle.record(1);
        (uint256 high2, uint256 since2, ) = oracle.lastGood(ETH);
        require(high_ == high2 && since == since2, "recorded");
        vm.warp(block.timestamp - 1);
    }

    function _down(uint256 since) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPriceOracle.SequencerDown.selector, since);
    }

    function test_upForLong() public view {
        requirePrice(ETH, PriceStatus.Live, 1_990e18, 2_000e18, 2_010e18, "up");
        require(oracle.prices(1).length == 1, "batch");
    }

    function test_down() public {
        sequencer.setAnswer(1, START - 5, START);
        _requireRefused(_down(START - 5));
    }

    function test_gracePeriod() public {
        sequencer.setAnswer(0, START - 5, START);
        _requireRefused(abi.encodeWithSelector(IPriceOracle.SequencerGracePeriod.selector, START - 5 + GRACE));
        vm.warp(START - 5 + GRACE - 1);
        expectRevert(abi.encodeWithSelector(IPriceOracle.SequencerGracePeriod.selector, START - 5 + GRACE));
        oracle.price(ETH);
        vm.warp(START - 5 + GRACE);
        require(oracle.price(ETH).status == PriceStatus.Live, "grace period over");
        oracle.record(1);
        (, uint256 since, ) = oracle.lastGood(ETH);
        require(since == block.timestamp, "records again");
    }

    function test_notInitialised() public {
        sequencer.setAnswer(0, 0, START);
        _requireRefused(_down(0));
    }

    function test_unreadableStatusCountsAsDown() public {
        sequencer.setAnswer(2, START - GRACE, START);
        _requireRefused(_down(0));
        sequencer.setAnswer(-1, START - GRACE, START);
        _requireRefused(_down(0));
        sequencer.setAnswer(0, START + 10, START);
        _requireRefused(_down(0));
        sequencer.setAnswer(0, type(uint256).max, START);
        _requireRefused(_down(0));
        sequencer.setAnswer(0, START - GRACE, START);
        Mood[4] memory moods = [Mood.Reverts, Mood.RevertsWithBomb, Mood.EatsGas, Mood.Short];
        for (uint256 i; i < moods.length; ++i) {
            sequencer.setMood(moods[i]);
            _requireRefused(_down(0));
        }
        vm.etch(address(sequencer), "");
        _requireRefused(_down(0));
    }

    function test_unknownAssetIsUnknownWhateverTheSequencer() public {
        sequencer.setAnswer(1, START - 5, START);
        expectRevert(abi.encodeWithSelector(IPriceOracle.AssetUnknown.selector, 1));
        oracle.record(2);
    }

    function test_theSequencerIsAskedOncePerBatch() public {
        for (uint256 i = 1; i < 16; ++i) oracle.listFeed(i, config(address(feed)));
        // Honest, and some 100k gas a time.
        sequencer.setMood(Mood.ReturnBomb);
        uint256 before = gasleft();
        sequencer.latestRoundData();
        uint256 status = before - gasleft();
        require(status > 90_000, "meant to be dear");
        before = gasleft();
        oracle.prices(0xffff);
        require(before - gasleft() < 2 * status, "asked more than once");
    }

    // ---- decay

    function test_decayStartsNoEarlierThanTheEndOfTheGracePeriod() public {
        vm.warp(START + HEARTBEAT + 1 hours);
        uint256 expected = 2_010e18 - (2_010e18 * uint256(1 hours)) / DECAY;
        require(oracle.price(ETH).high == expected, "without outage");
        // An outage that ended now: nobody could act until the grace period is over.
        uint256 back = START + HEARTBEAT + 1 hours;
        sequencer.setAnswer(0, back, back);
        vm.warp(back + GRACE);
        require(oracle.price(ETH).high == 2_010e18, "starts afresh");
        vm.warp(back + GRACE + DECAY / 2);
        require(oracle.price(ETH).high == 1_005e18, "half");
        vm.warp(back + GRACE + DECAY);
        require(oracle.price(ETH).high == 0, "over");
    }

    function test_aDeathIsNotSeenWhileTheSequencerIsDownAndDecaysFromTheEndOfTheGracePeriod() public {
        feed.updateAnswer(0);
        sequencer.setAnswer(1, START - 5, START);
        oracle.record(1);
        (, , uint256 dead) = oracle.lastGood(ETH);
        require(dead == 0, "seen while down");
        sequencer.setAnswer(0, START - GRACE, START);
        oracle.record(1);
        (, , dead) = oracle.lastGood(ETH);
        require(dead == START, "seen");
        // Down and back later: nobody could act before the grace period was over.
        uint256 back = START + DECAY / 2;
        sequencer.setAnswer(0, back, back);
        vm.warp(back + GRACE);
        require(oracle.price(ETH).high == 2_010e18, "starts afresh");
        vm.warp(back + GRACE + DECAY / 2);
        require(oracle.price(ETH).high == 1_005e18, "half");
    }

    function test_removalOfTheSecondSourceNeedsNoSequencer() public {
        oracle.setSecondFeed(ETH, config(address(feed)), 100, 100);
        sequencer.setAnswer(1, START - 5, START);
        oracle.removeSecondFeed(ETH);
        require(oracle.feedConfig(ETH, true).feed == address(0), "removed");
    }

    // ---- construction

    function test_limitsOfTheGracePeriod() public {
        bytes4 invalid = IPriceOracle.FeedConfigInvalid.selector;
        expectRevert(abi.encodeWithSelector(invalid, bytes32("gracePeriod"), 59, 60, 1 days));
        Deploy.priceOracle(address(manager), address(sequencer), 59, DECAY);
        expectRevert(abi.encodeWithSelector(invalid, bytes32("gracePeriod"), 1 days + 1, 60, 1 days));
        Deploy.priceOracle(address(manager), address(sequencer), 1 days + 1, DECAY);
        expectRevert(abi.encodeWithSelector(IPriceOracle.FeedHasNoCode.selector, address(0xdead)));
        Deploy.priceOracle(address(manager), address(0xdead), GRACE, DECAY);
        require(oracle.gracePeriod() == GRACE && oracle.sequencerFeed() == address(sequencer), "immutables");
    }
}
