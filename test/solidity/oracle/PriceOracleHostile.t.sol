// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {MockV3Aggregator} from "@chainlink/contracts/src/v0.8/shared/mocks/MockV3Aggregator.sol";

import {FeedConfig, IPriceOracle, Price, PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {FeedReader} from "../../../contracts/oracle/FeedReader.sol";
import {HostileFeed, Mood} from "../../contracts/oracle/HostileFeed.sol";
import {OracleFixture} from "../../contracts/oracle/OracleFixture.sol";
import {vm} from "../../contracts/Vm.sol";

/// @notice Feeds that do their worst: the asset becomes unpriced, at a bounded cost, and nothing else happens.
contract PriceOracleHostileTest is OracleFixture {
    uint256 private constant BAD = 1;

    HostileFeed private hostile;

    function setUp() public override {
        super.setUp();
        hostile = new HostileFeed(8, 2_000e8);
        oracle.listFeed(BAD, config(address(hostile)));
    }

    function test_revertingFeed() public {
        hostile.setMood(Mood.Reverts);
        requireUnpriced(BAD, "reverts");
    }

    function test_revertDataOfAnyLengthIsNoAnswer() public {
        hostile.setMood(Mood.RevertsWithBomb);
        requireUnpriced(BAD, "reverts with 200 kB");
    }

    function test_feedThatEatsAllGas() public {
        hostile.setMood(Mood.EatsGas);
        requireUnpriced(BAD, "eats gas");
        uint256 before = gasleft();
        oracle.price(BAD);
        uint256 used = before - gasleft();
        require(used > FeedReader.FEED_GAS, "the double does not eat its gas");
        require(used < FeedReader.FEED_GAS + 20_000, "more than the allowance was eaten");
    }

    function test_gasEaterBesideALiveSource() public {
        oracle.setSecondFeed(ETH, config(address(hostile)), 100, 200);
        hostile.setMood(Mood.EatsGas);
        requirePrice(ETH, PriceStatus.Live, 1_990e18, 2_000e18, 2_010e18, "second eats gas");
        Price[] memory both = oracle.prices(3);
        require(both[0].status == PriceStatus.Live && both[1].status == PriceStatus.Unpriced, "batch");
    }

    function test_sixteenGasEatersFitATransaction() public {
        for (uint256 i = 2; i < 16; ++i) oracle.listFeed(i, config(address(hostile)));
        for (uint256 i = 1; i < 16; ++i) oracle.setSecondFeed(i, config(address(hostile)), 100, 200);
        hostile.setMood(Mood.EatsGas);
        // EIP-7825 caps a transaction at 16,777,216.
        Price[] memory all = oracle.prices{gas: 8_000_000}(0xffff);
        require(all[0].status == PriceStatus.Live && all[15].status == PriceStatus.Unpriced, "statuses");
    }

    function test_returnBombIsNotCopied() public {
        hostile.setMood(Mood.ReturnBomb);
        uint256 before = gasleft();
        bool ok = _rawCall(address(hostile));
        uint256 own = before - gasleft();
        require(ok, "the double does not return");
        before = gasleft();
        Price memory p = oracle.price(BAD);
        uint256 used = before - gasleft();
        // Its first five words are a good answer.
        require(p.status == PriceStatus.Live && p.mid == 2_000e18, "first words");
        // Copying 200 kB costs some 110k more.
        require(used < own + 20_000, "copied");
    }

    /// @dev A call that copies nothing.
    function _rawCall(address target) private view returns (bool ok) {
        assembly ("memory-safe") {
            mstore(0, 0xfeaf968c)
            ok := staticcall(gas(), target, 0x1c, 4, 0, 0)
        }
    }

    function test_shortReturnData() public {
        hostile.setMood(Mood.Short);
        uint256[6] memory lengths = [uint256(0), 1, 32, 96, 128, 159];
        for (uint256 i; i < lengths.length; ++i) {
            hostile.setLength(lengths[i]);
            requireUnpriced(BAD, "short");
        }
        hostile.setLength(160);
        require(oracle.isLive(BAD), "just enough");
        hostile.setLength(192);
        require(oracle.isLive(BAD), "more than enough");
    }

    function test_feedWithoutCode() public {
        vm.etch(address(hostile), "");
        requireUnpriced(BAD, "no code");
    }

    function test_roundNumbersAreIgnored() public {
        // Decoding them as uint80 would revert.
        hostile.setMood(Mood.DirtyRounds);
        require(oracle.price(BAD).status == PriceStatus.Live, "dirty rounds");
    }

    // ---- starved calls

    function test_starvedCallReverts() public {
        try oracle.price{gas: 150_000}(ETH) {
            revert("a starved call went through");
        } catch (bytes memory reason) {
            require(bytes4(reason) == IPriceOracle.InsufficientGas.selector, "other error");
        }
        try oracle.isLive{gas: 150_000}(ETH) {
            revert("a starved isLive went through");
        } catch (bytes memory reason) {
            require(bytes4(reason) == IPriceOracle.InsufficientGas.selector, "isLive: other error");
        }
        try oracle.record{gas: 150_000}(1) {
            revert("a starved record went through");
        } catch (bytes memory reason) {
            require(bytes4(reason) == IPriceOracle.InsufficientGas.selector, "record: other error");
        }
        try oracle.primaryPrice{gas: 150_000}(ETH) {
            revert("a starved primaryPrice went through");
        } catch (bytes memory reason) {
            require(bytes4(reason) == IPriceOracle.InsufficientGas.selector, "primaryPrice: other error");
        }
    }

    /// @dev Whatever gas the call comes with: either it reverts, or it tells the truth. The feed is live exactly when it gets its full
    /// allowance (less what its own dispatch takes before it looks), so that a single missing unit would show.
    function test_atEveryGasLimitTheAnswerIsTrueOrNone() public {
        hostile.setNeeded(FeedReader.FEED_GAS - 400);
        hostile.setMood(Mood.NeedsFullGas);
        uint256 served;
        for (uint256 limit = 1_000; limit < 700_000; limit += limit > 195_000 && limit < 235_000 ? 61 : 4_999) {
            try oracle.price{gas: limit}(BAD) returns (Price memory p) {
                require(p.status == PriceStatus.Live, "faked a dead feed");
                ++served;
            } catch {
                require(limit < 240_000, "refused with plenty of gas");
            }
        }
        require(served > 90, "hardly ever served");
    }

    function test_atEveryGasLimitTheSecondSourceIsAskedToo() public {
        hostile.setNeeded(FeedReader.FEED_GAS - 400);
        oracle.setSecondFeed(ETH, config(address(hostile)), 100, 200);
        hostile.setAnswer(2_010e8, START, START);
        hostile.setMood(Mood.NeedsFullGas);
        for (uint256 limit = 200_000; limit < 260_000; limit += 97) {
            try oracle.price{gas: limit}(ETH) returns (Price memory p) {
                require(p.status == PriceStatus.Live && p.high == 2_020.05e18, "second source starved");
            } catch {}
        }
        // The first source eats what it gets: the second's allowance must still be whole.
        HostileFeed eater = new HostileFeed(8, 2_010e8);
        FeedConfig memory c = config(address(eater));
        oracle.listFeed(2, c);
        oracle.setSecondFeed(2, config(address(hostile)), 100, 200);
        eater.setMood(Mood.EatsGas);
        uint256 served;
        for (uint256 limit = 380_000; limit < 460_000; limit += 97) {
            try oracle.price{gas: limit}(2) returns (Price memory p) {
                require(p.status == PriceStatus.Live && p.high == 2_020.05e18, "second source starved by the first");
                ++served;
            } catch {}
        }
        require(served > 100, "hardly ever served");
    }
}
