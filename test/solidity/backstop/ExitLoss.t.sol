// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBackstop} from "../../../contracts/interfaces/IBackstop.sol";
import {vm} from "../../contracts/Vm.sol";
import {BackstopFixture} from "./BackstopFixture.sol";

/// @notice Losses on the way out: whoever cools bears them, booked or not, and leaving between a loss and its booking does not pay.
contract ExitLossTest is BackstopFixture {
    uint256 private constant STAKE = 1_000e18;

    function setUp() public override {
        super.setUp();
        _stake(ALICE, STAKE);
        _stake(BOB, STAKE);
    }

    // ---- the least of three moments

    /// @dev A deficit that is there at one of the moments only. The claimant is paid as if it had been burned then.
    function testFuzz_theLeastOfThreeMoments(uint256 first, uint256 second, uint256 third) public {
        first = first % (3 * STAKE);
        second = second % (3 * STAKE);
        // As much as the others' stake covers: with more nobody leaves.
        third = third % STAKE;
        sheet.setEquity(-int256(first));
        _claimAll(ALICE);
        sheet.setEquity(-int256(second));
        _mark(ALICE);
        sheet.setEquity(-int256(third));
        _settle(ALICE);
        uint256 paid = _exit(ALICE);
        uint256 worst = first > second ? first : second;
        worst = worst > third ? worst : third;
        // Alice and Bob have half of everything each.
        uint256 due = worst >= 2 * STAKE ? 0 : STAKE - worst / 2;
        require(paid <= due, "paid more than the least of the three moments");
        require(paid + 4 >= due, "paid less than the least of the three moments");
        require(_all() + paid == 2 * STAKE, "something was lost");
    }

    /// @dev The plan: see a loss, leave before it is booked, let the others pay. At whatever moment the loss comes.
    function testFuzz_leavingBetweenLossAndBookingDoesNotPay(uint256 loss, uint256 moment, uint256 part) public {
        loss = 1 + (loss % (2 * STAKE - 2));
        part = 1e6 + (part % (STAKE * 1e6 - 1e6));
        if (moment % 3 == 0) sheet.setEquity(-int256(loss));
        uint256 claimed = _claim(ALICE, part);
        if (moment % 3 == 1) sheet.setEquity(-int256(loss));
        _mark(ALICE);
        if (moment % 3 == 2) sheet.setEquity(-int256(loss));
        _settle(ALICE);
        if (loss > _active()) {
            // More than those who stay can bear: nobody leaves.
            vm.prank(ALICE);
            bytes memory short = abi.encodeWithSelector(IBackstop.CapitalShort.selector);
            _reverts(abi.encodeCall(backstop.exit, (ALICE, ALICE)), short, "left the others with more than they have");
            return;
        }
        uint256 paid = _exit(ALICE);
        sheet.settle(loss);
        // What staying would have cost: the same part of everything.
        uint256 stayed = claimed - (claimed * loss) / (2 * STAKE);
        require(paid <= stayed, "leaving paid");
        require(sheet.equity() == 0, "the loss was not covered");
        uint256 bob = backstop.convertToAssets(backstop.balanceOf(BOB));
        // What Alice left behind is streaming, and was burned first: the others pay what they would have paid with her.
        require(bob + 10 >= STAKE - loss / 2, "the others paid for who left");
    }

    /// @dev The same with a loss that is booked on the way.
    function testFuzz_coolingSharesBearBookedLossesAlike(uint256 loss, uint256 moment) public {
        loss = loss % (2 * STAKE - 1e16);
        sheet.setEquity(-int256(loss));
        if (moment % 3 == 0) sheet.settle(loss);
        _claimAll(ALICE);
        if (moment % 3 == 1) sheet.settle(loss);
        _mark(ALICE);
        if (moment % 3 == 2) sheet.settle(loss);
        _settle(ALICE);
        uint256 paid = _exit(ALICE);
        uint256 bob = backstop.convertToAssets(backstop.balanceOf(BOB));
        require(paid <= bob, "who cooled lost less than who stayed");
        require(paid + 10 >= STAKE - loss / 2, "who cooled lost more than half");
        require(paid + _all() + loss == 2 * STAKE, "something was lost");
    }

    // ---- earning

    function test_coolingSharesEarnNothing() public {
        _claimAll(ALICE);
        reserve.distribute(500e18);
        _mark(ALICE);
        _settle(ALICE);
        uint256 paid = _exit(ALICE);
        require(paid <= STAKE && paid + 2 >= STAKE, "who cooled was paid a surplus");
        require(_active() + paid == 2 * STAKE + 500e18, "who stayed was not");
    }

    /// @dev What the least price leaves over belongs to those who stay, but nobody can stake just for that moment.
    function test_whatIsLeftOverIsStreamed() public {
        _claimAll(ALICE);
        sheet.setEquity(-int256(STAKE));
        _mark(ALICE);
        // A dip that was over before it was booked.
        sheet.setEquity(0);
        _settle(ALICE);
        uint256 shares = _stake(CAROL, 10 * STAKE);
        require(_exit(ALICE) == STAKE / 2, "paid");
        require(_streaming() == STAKE / 2, "what is left over does not stream");
        require(backstop.convertToAssets(shares) <= 10 * STAKE, "who came for that moment gained");
        uint256 before = _active();
        _wait(STREAM);
        require(_active() == before + STAKE / 2, "it did not come in");
    }

    /// @dev A surplus that still streams is burned first, so a deficit it covers costs nobody anything.
    function test_aDeficitThatTheStreamCoversCostsNobody() public {
        _claimAll(ALICE);
        reserve.distribute(100e18);
        sheet.setEquity(-100e18);
        _mark(ALICE);
        _at(T0 + DELAY + SETTLE);
        // By now it has come in: there is nothing left that burns first.
        require(_streaming() == 0, "still streaming");
        sheet.setEquity(0);
        reserve.distribute(100e18);
        sheet.setEquity(-100e18);
        uint256 paid = _exit(ALICE);
        // At the second moment the stream was over as well: 100 of 2,100 were gone then.
        _near(paid, STAKE - (100e18 * STAKE) / (2 * STAKE + 100e18), 2, "the least of the moments");
    }

    function test_onlyWhatExceedsTheStreamCountsAtOnce() public {
        reserve.distribute(100e18);
        sheet.setEquity(-100e18);
        _claimAll(ALICE);
        require(backstop.claimOf(ALICE).least == 1e27, "a deficit that the stream covers was counted");
        sheet.setEquity(-101e18);
        _claimAll(BOB);
        _near(backstop.claimOf(BOB).least, 1e27 - 1e27 / 2_000, 1, "what exceeds it was not");
    }

    // ---- nobody is punished for others

    /// @dev Claims of several people at several prices of a unit: each gets what its units are worth.
    function testFuzz_claimsMadeAfterALossAreNotTouchedByIt(uint256 loss, uint256 amount) public {
        loss = loss % (2 * STAKE - 1e16);
        amount = 1e6 + (amount % 1e27);
        _claimAll(ALICE);
        sheet.setEquity(-int256(loss));
        sheet.settle(loss);
        _stake(CAROL, amount);
        uint256 worth = backstop.convertToAssets(backstop.balanceOf(CAROL));
        uint256 cooling = _claimAll(CAROL);
        require(cooling == worth, "what cools");
        _mark(ALICE);
        backstop.markDue(CAROL);
        _settle(ALICE);
        uint256 alice = _exit(ALICE);
        uint256 carol = _exit(CAROL);
        require(alice <= STAKE - loss / 2, "the loss was left to others");
        require(alice + 10 >= STAKE - loss / 2, "who came later was paid from what was there");
        // A share or a unit after a loss is worth up to 1e5 times less; rounding is no more than the smallest part of it.
        require(carol <= amount && carol + 10 >= cooling, "who came after the loss bore it");
        require(_coolingPool() <= 10, "something is left cooling");
    }

    function test_theLastOneOutLeavesNothingBehind() public {
        _claimAll(ALICE);
        _claimAll(BOB);
        sheet.setEquity(-333e18);
        sheet.settle(333e18);
        _mark(ALICE);
        backstop.markDue(BOB);
        _settle(ALICE);
        uint256 paid = _exit(ALICE) + _exit(BOB);
        require(_coolingPool() == 0 && backstop.totalSupply() == 0, "something is left");
        require(paid + _all() == 2 * STAKE - 333e18 && _all() <= 4, "more than rounding is left");
        // And it starts over.
        require(_stake(CAROL, 5e18) >= 1e24, "nothing can be staked any more");
    }
}
