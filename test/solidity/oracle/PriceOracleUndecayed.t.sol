// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {MockV3Aggregator} from "@chainlink/contracts/src/v0.8/shared/mocks/MockV3Aggregator.sol";

import {IPriceOracle} from "../../../contracts/interfaces/IPriceOracle.sol";
import {PriceOracle} from "../../../contracts/oracle/PriceOracle.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {OracleFixture} from "../../contracts/oracle/OracleFixture.sol";
import {vm} from "../../contracts/Vm.sol";

/// @notice `undecayedHigh`: the high while there is one, then the last good one for ever
contract PriceOracleUndecayedTest is OracleFixture {
    uint256 private constant HIGH = 2_010e18;

    function _is(uint256 expected, string memory what) private view {
        require(oracle.undecayedHigh(ETH) == expected, what);
    }

    function testFuzz_isTheHighWhileLive(uint256 price) public {
        price = 1e8 + (price % 900_000e8);
        feed.updateAnswer(int256(price));
        _is(oracle.price(ETH).high, "live");
        _is(high(price * 1e10, DEVIATION), "the feed's own");
    }

    /// @dev A stale answer says what it last was, however old, and whatever was recorded before it.
    function test_staysWhenAnAnswerGoesStale() public {
        feed.updateAnswer(2_400e8);
        vm.warp(START + HEARTBEAT + DECAY / 2);
        require(oracle.price(ETH).high < 2_000e18, "decays");
        _is(2_412e18, "half decayed");
        vm.warp(START + 1_000 days);
        require(oracle.price(ETH).high == 0, "decayed");
        _is(2_412e18, "long after");
    }

    function test_isTheRecordedOneWhenAFeedDies() public {
        feed.updateAnswer(2_400e8);
        oracle.record(1);
        feed.updateAnswer(0);
        _is(2_412e18, "dead");
        oracle.record(1);
        vm.warp(START + 10 * DECAY);
        require(oracle.price(ETH).high == 0, "decayed");
        _is(2_412e18, "long after");
    }

    /// @dev The later of both: a record of before the feed's last answer does not count.
    function test_theLaterOfRecordAndAnswer() public {
        feed.updateAnswer(2_400e8);
        oracle.record(1);
        vm.warp(START + 10 minutes);
        feed.updateAnswer(1_000e8);
        vm.warp(START + 10 days);
        _is(1_005e18, "the later, though lower");
    }

    function test_isTheHigherOfTwoSources() public {
        MockV3Aggregator second = new MockV3Aggregator(8, 2_000e8);
        oracle.setSecondFeed(ETH, config(address(second)), 100, 500);
        second.updateAnswer(2_300e8);
        _is(high(2_300e18, DEVIATION), "disagreeing");
        feed.updateAnswer(0);
        _is(high(2_300e18, DEVIATION), "one is dead");
        second.updateAnswer(0);
        _is(HIGH, "both are dead: as recorded when the second was set");
    }

    function test_refusesAsPriceDoes() public {
        expectRevert(abi.encodeWithSelector(IPriceOracle.AssetUnknown.selector, 7));
        oracle.undecayedHigh(7);
        MockV3Aggregator sequencer = new MockV3Aggregator(0, 0);
        sequencer.updateRoundData(1, 0, START - 1 days, START - 1 days);
        PriceOracle rollup = Deploy.priceOracle(address(manager), address(sequencer), 1 hours, DECAY);
        rollup.listFeed(ETH, config(address(feed)));
        require(rollup.undecayedHigh(ETH) == HIGH, "up");
        sequencer.updateRoundData(2, 1, START, START);
        expectRevert(abi.encodeWithSelector(IPriceOracle.SequencerDown.selector, START));
        rollup.undecayedHigh(ETH);
    }
}
