// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {MockV3Aggregator} from "@chainlink/contracts/src/v0.8/shared/mocks/MockV3Aggregator.sol";

import {IPriceOracle, Price, PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {OracleFixture} from "../../contracts/oracle/OracleFixture.sol";
import {vm} from "../../contracts/Vm.sol";

/// @notice The last good high of an unpriced asset, and how it falls.
contract PriceOracleDecayTest is OracleFixture {
    uint256 private constant HIGH = 2_010e18;

    function _high(string memory what) private view returns (uint256) {
        Price memory p = oracle.price(ETH);
        require(p.status == PriceStatus.Unpriced && p.low == 0 && p.mid == 0, what);
        return p.high;
    }

    function test_aStaleAnswerDecaysFromItsHeartbeat() public {
        uint256 end = START + HEARTBEAT;
        vm.warp(end + 1);
        require(_high("stale") == (HIGH * (DECAY - 1) + DECAY - 1) / DECAY, "no jump when it goes stale");
        vm.warp(end + DECAY / 2);
        require(_high("half") == HIGH / 2, "half");
        vm.warp(end + DECAY - 1);
        require(_high("last second") == (HIGH + DECAY - 1) / DECAY, "rounded up");
        vm.warp(end + DECAY);
        require(_high("over") == 0, "over");
        vm.warp(end + 1_000 days);
        require(_high("long over") == 0, "long over");
    }

    function _deadSince(uint256 asset) private view returns (uint256 since) {
        (, , since) = oracle.lastGood(asset);
    }

    /// @dev The feed lived for long after the last record: nothing has decayed when it dies.
    function test_aDeadFeedDecaysFromWhenItIsSeen() public {
        vm.warp(START + 30 minutes);
        feed.updateAnswer(2_400e8);
        oracle.record(1);
        uint256 death = START + 100 * DECAY;
        vm.warp(death);
        feed.updateAnswer(0);
        require(_high("dead") == 2_412e18, "decayed while it lived");
        vm.warp(death + 2 * DECAY);
        require(_high("unseen") == 2_412e18, "decayed unseen");
        vm.prank(address(0xbeef));
        oracle.record(1);
        require(_deadSince(ETH) == death + 2 * DECAY, "deadSince");
        require(_high("seen") == 2_412e18, "the record itself moved the price");
        vm.warp(death + 2 * DECAY + DECAY / 3);
        require(_high("a third") == 1_608e18, "a third");
        // Seen again: nothing changes.
        oracle.record(1);
        require(_deadSince(ETH) == death + 2 * DECAY, "the decay started anew");
        vm.warp(death + 3 * DECAY);
        require(_high("over") == 0, "over");
        oracle.record(1);
        require(_high("over for good") == 0, "revived");
    }

    function test_aLiveRecordForgetsAnEarlierDeath() public {
        feed.updateAnswer(-1);
        oracle.record(1);
        vm.warp(START + DECAY / 2);
        require(_high("half") == HIGH / 2, "half");
        feed.updateAnswer(2_000e8);
        oracle.record(1);
        (uint256 stored, uint256 since, uint256 dead) = oracle.lastGood(ETH);
        require(stored == HIGH && since == block.timestamp && dead == 0, "not forgotten");
        vm.warp(START + 10 * DECAY);
        feed.updateAnswer(0);
        require(_high("second death") == HIGH, "the first death counted for the second");
        oracle.record(1);
        vm.warp(START + 10 * DECAY + DECAY / 2);
        require(_high("second decay") == HIGH / 2, "second decay");
    }

    function test_aMigrationForgetsAnEarlierDeath() public {
        feed.updateAnswer(0);
        oracle.record(1);
        MockV3Aggregator next = new MockV3Aggregator(8, 2_000e8);
        oracle.migrateFeed(ETH, config(address(next)), 100);
        require(_deadSince(ETH) == 0, "not forgotten");
    }

    function test_aStaleAnswerNeedsNoWitness() public {
        vm.warp(START + HEARTBEAT + DECAY / 2);
        require(_high("unseen") == HIGH / 2, "unseen");
        oracle.record(1);
        require(_deadSince(ETH) == 0, "its age tells");
        require(_high("seen") == HIGH / 2, "seen");
    }

    /// @dev One source is stale since long ago, the other lived until a moment ago: the age of the stale one tells nothing.
    function test_aSecondSourceThatDiesOutrightBesideAStaleOne() public {
        MockV3Aggregator second = new MockV3Aggregator(18, 2_000e18);
        oracle.setSecondFeed(ETH, config(address(second)), 100, 200);
        uint256 death = START + HEARTBEAT + 2 * DECAY;
        vm.warp(death);
        second.updateAnswer(2_000e18);
        require(oracle.isLive(ETH), "meant to live by its second source");
        second.updateAnswer(0);
        require(_high("dead") == HIGH, "decayed by the other's age");
        oracle.record(1);
        require(_deadSince(ETH) == death, "deadSince");
        vm.warp(death + DECAY / 2);
        require(_high("half") == HIGH / 2, "half");
        // The first one lives once more, unrecorded, and goes stale again: that death is another one.
        feed.updateAnswer(2_000e8);
        vm.warp(death + 2 * DECAY);
        require(_high("another") == HIGH, "the earlier witness counted for a later death");
        oracle.record(1);
        require(_deadSince(ETH) == death + 2 * DECAY, "seen anew");
    }

    function test_whatIsDeadIsSeenAndWhatLivesIsStored() public {
        MockV3Aggregator other = new MockV3Aggregator(8, 10e8);
        oracle.listFeed(1, config(address(other)));
        vm.etch(address(other), "");
        vm.warp(START + 60);
        feed.updateAnswer(2_100e8);
        oracle.record(3);
        (uint256 stored, uint256 since, uint256 dead) = oracle.lastGood(ETH);
        require(stored == 2_110.5e18 && since == START + 60 && dead == 0, "live one");
        (stored, since, dead) = oracle.lastGood(1);
        require(stored == 10.05e18 && since == START && dead == START + 60, "dead one");
    }

    function test_anOutOfBandAnswerIsNoLastGood() public {
        feed.updateAnswer(1_000_001e8);
        require(_high("above") == HIGH, "the record, not the answer");
        oracle.record(1);
        vm.warp(START + HEARTBEAT + 1);
        require(_high("above and stale") < HIGH, "the record, decaying");
    }

    function test_theLaterOfRecordAndStaleAnswer() public {
        // Recorded at START + 50 min; the answer of START + 55 min is good until START + 115 min: later.
        vm.warp(START + 50 minutes);
        feed.updateAnswer(2_400e8);
        oracle.record(1);
        vm.warp(START + 55 minutes);
        feed.updateAnswer(1_000e8);
        vm.warp(START + 115 minutes + DECAY / 2);
        require(_high("stale later") == 1_005e18 / 2, "the stale answer");
        // The same feed now gives an old answer, good until before the record.
        answer(feed, 1_000e8, START - 20 minutes);
        vm.warp(START + 50 minutes + DECAY / 2);
        require(_high("record later") == 2_412e18 / 2, "the record");
    }

    function test_theLaterOfTwoStaleSources() public {
        MockV3Aggregator second = new MockV3Aggregator(18, 2_000e18);
        oracle.setSecondFeed(ETH, config(address(second)), 100, 200);
        vm.warp(START + 30 minutes);
        second.updateAnswer(1_600e18);
        uint256 until = START + 30 minutes + HEARTBEAT;
        vm.warp(until + DECAY / 2);
        require(_high("second later") == 804e18, "the second source's");
        vm.warp(until);
        feed.updateAnswer(1_800e8);
        vm.warp(until + HEARTBEAT + DECAY / 2);
        require(_high("first later") == 904.5e18, "the first source's");
        // Equally late: the higher.
        answer(second, 3_000e18, until);
        require(_high("both") == 1_507.5e18, "the higher of equals");
    }

    function testFuzz_neverRisesWhileNothingChanges(uint256 t1, uint256 t2, uint256 price, bool recorded) public {
        price = 1e8 + (price % 999_000e8);
        feed.updateAnswer(int256(price));
        oracle.record(1);
        uint256 top = high(price * 1e10, DEVIATION);
        if (recorded) {
            feed.updateAnswer(-1);
            oracle.record(1);
        }
        uint256 from = recorded ? START : START + HEARTBEAT + 1;
        t1 = t1 % (2 * DECAY);
        t2 = t1 + (t2 % (2 * DECAY));
        vm.warp(from + t1);
        uint256 earlier = _high("t1");
        vm.warp(from + t2);
        uint256 later = _high("t2");
        require(earlier <= top, "above the last good high");
        require(later <= earlier, "rose");
        if (t2 < DECAY - 1) require(later > 0, "over too early");
        if (t2 >= DECAY) require(later == 0, "not over");
    }

    // ---- changes of the duration

    function test_aShorterDecayMovesNoRunningOne() public {
        vm.warp(START + HEARTBEAT + DECAY / 2);
        uint256 before = _high("before");
        require(before == HIGH / 2, "half");
        oracle.setDecay(1 hours);
        require(oracle.decay() == 1 hours, "decay()");
        require(_high("after") == before, "the change moved a price");
        vm.warp(START + HEARTBEAT + DECAY - 1);
        require(_high("running") > 0, "the running one goes on as it began");
        // The next one is short.
        feed.updateAnswer(2_000e8);
        uint256 end = START + HEARTBEAT + DECAY - 1 + HEARTBEAT;
        vm.warp(end + 30 minutes);
        require(_high("next") == HIGH / 2, "next half");
        vm.warp(end + 1 hours);
        require(_high("next over") == 0, "next over");
    }

    function test_aLongerDecayRevivesNothing() public {
        vm.warp(START + HEARTBEAT + DECAY);
        require(_high("over") == 0, "over");
        oracle.setDecay(7 days);
        require(_high("after") == 0, "revived");
        // Nor does a second change: by then even the longest has run out.
        uint256 allowedAt = START + HEARTBEAT + DECAY + 7 days;
        vm.warp(allowedAt - 1);
        expectRevert(abi.encodeWithSelector(IPriceOracle.DecayChangedRecently.selector, allowedAt));
        oracle.setDecay(2 days);
        vm.warp(allowedAt);
        oracle.setDecay(2 days);
        require(_high("again") == 0, "revived by the second change");
    }

    function testFuzz_noChangeOfTheDecayMovesAPrice(uint256 wait, uint256 wait2, uint256 d1, uint256 d2) public {
        vm.warp(START + HEARTBEAT + 1 + (wait % 10 days));
        uint256 before = _high("before");
        oracle.setDecay(1 hours + (d1 % (7 days - 1 hours)));
        require(_high("first") == before, "first change");
        vm.warp(block.timestamp + 7 days + (wait2 % 10 days));
        before = _high("later");
        oracle.setDecay(1 hours + (d2 % (7 days - 1 hours)));
        require(_high("second") == before, "second change");
    }

    function test_removingTheOnlyLiveSourceStartsTheDecayNow() public {
        MockV3Aggregator second = new MockV3Aggregator(18, 2_000e18);
        oracle.setSecondFeed(ETH, config(address(second)), 100, 200);
        vm.warp(START + 2 hours);
        second.updateAnswer(1_900e18);
        oracle.removeSecondFeed(ETH);
        require(_high("removed") == 1_909.5e18, "not recorded at removal");
    }
}
