// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Claim, ExitTerms, IBackstop} from "../../../contracts/interfaces/IBackstop.sol";
import {vm} from "../../contracts/Vm.sol";
import {BackstopFixture} from "./BackstopFixture.sol";

/// @notice The three moments: their order, their times, who may call them, and what they ask of the balance sheet.
contract ExitTest is BackstopFixture {
    function setUp() public override {
        super.setUp();
        _twoStake();
    }

    // ---- the way out

    function test_threeMoments() public {
        uint256 assets = _claim(ALICE, 40e24);
        require(assets == 40e18, "what cools");
        require(backstop.balanceOf(ALICE) == 60e24 && backstop.totalSupply() == 360e24, "shares were not burned");
        require(_active() == 360e18 && _coolingPool() == 40e18, "pools");
        Claim memory c = backstop.claimOf(ALICE);
        require(c.units == 40e18 && c.least == 1e27 && c.claimedAt == T0 && c.dueAt == 0, "claim");
        require(sheet.cooled() == 40e18 && sheet.cooldowns() == 1, "the sheet was not told");

        _mark(ALICE);
        require(backstop.claimOf(ALICE).dueAt == T0 + DELAY, "due");
        _settle(ALICE);
        vm.prank(ALICE);
        uint256 shares = backstop.release();
        require(shares == 40e24 && backstop.balanceOf(ALICE) == 100e24, "released");
        require(_coolingPool() == 0 && _active() == 400e18, "pools after the release");
        require(backstop.maxRedeem(ALICE) == 40e24 && backstop.maxWithdraw(ALICE) == 40e18, "what may leave");
        require(backstop.claimOf(ALICE).units == 0, "the claim is still there");
        vm.prank(ALICE);
        require(backstop.redeem(40e24, CAROL, ALICE) == 40e18, "paid");
        require(dollar.balanceOf(CAROL) == 40e18 && backstop.balanceOf(ALICE) == 60e24, "balances");
    }

    function test_exitIsReleaseAndRedeemInOne() public {
        require(_leave(ALICE) == 100e18, "paid");
        require(dollar.balanceOf(ALICE) == 100e18 && backstop.balanceOf(ALICE) == 0, "balances");
        require(backstop.maxRedeem(ALICE) == 0, "more may leave");
        // Told once: at the claim. What left was no capital in between.
        require(sheet.cooldowns() == 1, "the sheet was told again");
    }

    function test_noMomentBeforeItsTime() public {
        _claim(ALICE, 40e24);
        _at(T0 + DELAY - 1);
        bytes memory early = abi.encodeWithSelector(IBackstop.TooEarly.selector, T0 + DELAY - 1, T0 + DELAY);
        _call(BOB, abi.encodeCall(backstop.markDue, (ALICE)), early, "marked early");
        bytes memory notDue = abi.encodeWithSelector(IBackstop.NotDue.selector, ALICE);
        _at(T0 + DELAY);
        _call(ALICE, abi.encodeCall(backstop.release, ()), notDue, "released without the second moment");
        vm.prank(BOB); // anyone
        backstop.markDue(ALICE);
        _call(
            BOB,
            abi.encodeCall(backstop.markDue, (ALICE)),
            abi.encodeWithSelector(IBackstop.AlreadyDue.selector, T0 + DELAY),
            "marked twice"
        );
        _at(T0 + DELAY + SETTLE - 1);
        early = abi.encodeWithSelector(IBackstop.TooEarly.selector, T0 + DELAY + SETTLE - 1, T0 + DELAY + SETTLE);
        _call(ALICE, abi.encodeCall(backstop.release, ()), early, "released early");
        _call(ALICE, abi.encodeCall(backstop.exit, (ALICE, ALICE)), early, "left early");
        _at(T0 + DELAY + SETTLE);
        _exit(ALICE);
    }

    /// @dev Somebody else's release would stake the shares again, and the claimant would have to begin anew.
    function test_nobodyElseCanRelease() public {
        _claim(ALICE, 40e24);
        _mark(ALICE);
        _settle(ALICE);
        bytes memory none = abi.encodeWithSelector(IBackstop.NoClaim.selector, BOB);
        _call(BOB, abi.encodeCall(backstop.release, ()), none, "released without a claim");
        _call(BOB, abi.encodeCall(backstop.exit, (BOB, BOB)), none, "left without a claim");
        _call(BOB, abi.encodeCall(backstop.exit, (BOB, ALICE)), none, "sent his own, without a claim");
        bytes memory running = abi.encodeWithSelector(
            IBackstop.ClaimRunning.selector,
            T0 + DELAY + SETTLE + EXIT_WINDOW
        );
        _call(BOB, abi.encodeCall(backstop.restake, (ALICE)), running, "re-staked before it lapsed");
        require(_exit(ALICE) == 40e18, "the claimant was kept");
    }

    function test_releasedSharesLeaveInTheirBlockOrAreStakedAgain() public {
        _claim(ALICE, 40e24);
        _mark(ALICE);
        _settle(ALICE);
        vm.prank(ALICE);
        backstop.release();
        _wait(1);
        require(backstop.maxRedeem(ALICE) == 0 && backstop.maxWithdraw(ALICE) == 0, "may leave a block later");
        _call(
            ALICE,
            abi.encodeCall(backstop.redeem, (40e24, ALICE, ALICE)),
            abi.encodeWithSelector(IBackstop.ExceededMaxRedeem.selector, ALICE, 40e24, 0),
            "left a block later"
        );
        require(backstop.balanceOf(ALICE) == 100e24, "not staked again");
    }

    function test_releasedSharesThatAreGivenAwayStay() public {
        _claimAll(ALICE);
        _mark(ALICE);
        _settle(ALICE);
        vm.prank(ALICE);
        backstop.release();
        vm.prank(ALICE);
        backstop.transfer(CAROL, 70e24);
        require(backstop.maxRedeem(CAROL) == 0, "the receiver may leave");
        require(backstop.maxRedeem(ALICE) == 30e24, "more may leave than is held");
    }

    // ---- one claim at a time

    function test_oneClaimAtATime() public {
        _claim(ALICE, 40e24);
        bytes memory exists = abi.encodeWithSelector(IBackstop.ClaimExists.selector, ALICE);
        _call(ALICE, abi.encodeCall(backstop.claim, (1e24)), exists, "a second claim");
        _mark(ALICE);
        _settle(ALICE);
        _exit(ALICE);
        require(_claim(ALICE, 60e24) == 60e18, "no claim after the first was paid");
    }

    function test_nothingIsNoClaim() public {
        bytes memory zero = abi.encodeWithSelector(IBackstop.ZeroAmount.selector);
        _call(ALICE, abi.encodeCall(backstop.claim, (0)), zero, "nothing");
        // Less than 1e-18 plUSD.
        _call(ALICE, abi.encodeCall(backstop.claim, (999_999)), zero, "next to nothing");
        _call(CAROL, abi.encodeCall(backstop.deposit, (0, CAROL)), zero, "a deposit of nothing");
        _call(CAROL, abi.encodeCall(backstop.mint, (0, CAROL)), zero, "a mint of nothing");
    }

    function test_aNewClaimForgetsWhatWasReleased() public {
        _claim(ALICE, 40e24);
        _mark(ALICE);
        _settle(ALICE);
        vm.prank(ALICE);
        backstop.release();
        _claim(ALICE, 10e24);
        require(backstop.maxRedeem(ALICE) == 0, "may still leave");
    }

    // ---- lapse

    function test_aClaimThatWasNeverMarkedLapses() public {
        _claim(ALICE, 40e24);
        uint256 closes = T0 + DELAY + WINDOW;
        _at(closes);
        bytes memory running = abi.encodeWithSelector(IBackstop.ClaimRunning.selector, closes);
        _call(BOB, abi.encodeCall(backstop.restake, (ALICE)), running, "re-staked in the last second");
        _at(closes + 1);
        bytes memory lapsed = abi.encodeWithSelector(IBackstop.ClaimLapsed.selector, closes);
        _call(BOB, abi.encodeCall(backstop.markDue, (ALICE)), lapsed, "marked after it lapsed");
        vm.prank(BOB);
        require(backstop.restake(ALICE) == 40e24, "shares");
        require(backstop.balanceOf(ALICE) == 100e24 && _coolingPool() == 0 && _active() == 400e18, "pools");
        require(backstop.claimOf(ALICE).units == 0, "the claim is still there");
        bytes memory none = abi.encodeWithSelector(IBackstop.NoClaim.selector, ALICE);
        _call(BOB, abi.encodeCall(backstop.restake, (ALICE)), none, "re-staked twice");
        require(backstop.maxRedeem(ALICE) == 0, "may leave");
    }

    function test_aClaimThatWasNotReleasedLapses() public {
        _claim(ALICE, 40e24);
        _mark(ALICE);
        uint256 closes = T0 + DELAY + SETTLE + EXIT_WINDOW;
        _at(closes + 1);
        bytes memory lapsed = abi.encodeWithSelector(IBackstop.ClaimLapsed.selector, closes);
        _call(ALICE, abi.encodeCall(backstop.release, ()), lapsed, "released after it lapsed");
        _call(ALICE, abi.encodeCall(backstop.exit, (ALICE, ALICE)), lapsed, "left after it lapsed");
        backstop.restake(ALICE);
        require(backstop.balanceOf(ALICE) == 100e24, "not staked again");
    }

    /// @dev At the price of that moment: what the active pool earned meanwhile is not the lapsed claim's.
    function test_aLapsedClaimStakesAtThePriceOfThatMoment() public {
        _claim(ALICE, 100e24);
        reserve.distribute(300e18);
        _at(T0 + DELAY + WINDOW + 1);
        require(_active() == 600e18, "the surplus did not come in");
        uint256 shares = backstop.restake(ALICE);
        _near(shares, 50e24, 1e7, "not the price of that moment");
        _near(backstop.convertToAssets(shares), 100e18, 1, "worth something else than what cooled");
    }

    // ---- what the balance sheet says

    function test_noMomentWhileSomethingIsUnpriced() public {
        bytes memory reason = abi.encodeWithSelector(IBackstop.NotFullyPriced.selector);
        sheet.setUnpriced(true);
        _call(ALICE, abi.encodeCall(backstop.claim, (40e24)), reason, "claimed");
        sheet.setUnpriced(false);
        _claim(ALICE, 40e24);
        _at(T0 + DELAY);
        sheet.setUnpriced(true);
        _call(ALICE, abi.encodeCall(backstop.markDue, (ALICE)), reason, "marked");
        sheet.setUnpriced(false);
        backstop.markDue(ALICE);
        _settle(ALICE);
        sheet.setUnpriced(true);
        _call(ALICE, abi.encodeCall(backstop.release, ()), reason, "released");
        sheet.setUnpriced(false);
        vm.prank(ALICE);
        backstop.release();
        sheet.setUnpriced(true);
        _call(ALICE, abi.encodeCall(backstop.redeem, (1, ALICE, ALICE)), reason, "left");
    }

    function test_nobodyLeavesWhileCapitalIsShort() public {
        // The whole stake counts before the claim, none of what cools after it.
        sheet.setRequired(310e18);
        _claimAll(ALICE);
        _mark(ALICE);
        _settle(ALICE);
        bytes memory short = abi.encodeWithSelector(IBackstop.CapitalShort.selector);
        _call(ALICE, abi.encodeCall(backstop.exit, (ALICE, ALICE)), short, "left");
        _call(ALICE, abi.encodeCall(backstop.release, ()), short, "released");
        sheet.setEquity(10e18);
        require(_exit(ALICE) == 100e18, "kept though capital is enough");
    }

    /// @dev Released shares are capital until they leave. Who borrows on them in between cannot take them out.
    function test_whatWasReleasedAndBorrowedOnCannotLeave() public {
        sheet.setRequired(300e18);
        _claimAll(ALICE);
        _mark(ALICE);
        _settle(ALICE);
        vm.prank(ALICE);
        backstop.release();
        require(sheet.refresh() == 100e18, "released shares are capital");
        sheet.borrow(100e18);
        bytes memory short = abi.encodeWithSelector(IBackstop.CapitalShort.selector);
        _call(ALICE, abi.encodeCall(backstop.redeem, (100e24, ALICE, ALICE)), short, "redeemed");
        _call(ALICE, abi.encodeCall(backstop.withdraw, (1, ALICE, ALICE)), short, "withdrew");
        sheet.setRequired(300e18);
        vm.prank(ALICE);
        backstop.redeem(100e24, ALICE, ALICE);
    }

    /// @dev The other way round: a statement between release and leaving has counted them, so leaving takes its headroom back.
    function test_leavingLowersTheHeadroomThatTheReleaseGave() public {
        sheet.setRequired(300e18);
        _claimAll(ALICE);
        _mark(ALICE);
        _settle(ALICE);
        vm.prank(ALICE);
        backstop.release();
        sheet.refresh();
        vm.prank(ALICE);
        backstop.redeem(100e24, ALICE, ALICE);
        require(sheet.headroom() == 0, "headroom is left that nothing stands behind");
        require(sheet.capital() >= int256(sheet.required()), "capital is short");
    }

    function test_leavingIsRefusedIfTheDeficitGrewSinceTheRelease() public {
        _claimAll(ALICE);
        _mark(ALICE);
        _settle(ALICE);
        sheet.setEquity(-8e18);
        vm.prank(ALICE);
        backstop.release();
        sheet.setEquity(-8e18 - 1);
        bytes memory grew = abi.encodeWithSelector(IBackstop.DeficitGrew.selector, 8e18, 8e18 + 1);
        _call(ALICE, abi.encodeCall(backstop.redeem, (1e24, ALICE, ALICE)), grew, "redeemed");
        sheet.setEquity(-8e18);
        vm.prank(ALICE);
        backstop.redeem(1e24, ALICE, ALICE);
    }

    // ---- terms that change

    function test_runningClaimsKeepTheLongerOfBothDelays() public {
        _claim(ALICE, 40e24);
        backstop.setExitTerms(ExitTerms(1 days, 2 hours, WINDOW, EXIT_WINDOW, STREAM));
        _at(T0 + DELAY - 1);
        bytes memory early = abi.encodeWithSelector(IBackstop.TooEarly.selector, T0 + DELAY - 1, T0 + DELAY);
        _call(ALICE, abi.encodeCall(backstop.markDue, (ALICE)), early, "shortened");
        _mark(ALICE);
        _at(T0 + DELAY + SETTLE - 1);
        early = abi.encodeWithSelector(IBackstop.TooEarly.selector, T0 + DELAY + SETTLE - 1, T0 + DELAY + SETTLE);
        _call(ALICE, abi.encodeCall(backstop.release, ()), early, "shortened");
        backstop.setExitTerms(ExitTerms(1 days, SETTLE + 1, WINDOW, EXIT_WINDOW, STREAM));
        _at(T0 + DELAY + SETTLE);
        early = abi.encodeWithSelector(IBackstop.TooEarly.selector, T0 + DELAY + SETTLE, T0 + DELAY + SETTLE + 1);
        _call(ALICE, abi.encodeCall(backstop.release, ()), early, "not lengthened");
        _at(T0 + DELAY + SETTLE + 1);
        require(_exit(ALICE) == 40e18, "paid");
    }

    function test_aNewClaimGoesByTheNewTerms() public {
        backstop.setExitTerms(ExitTerms(1 days, 2 hours, WINDOW, EXIT_WINDOW, STREAM));
        _claim(ALICE, 40e24);
        _at(T0 + 1 days);
        backstop.markDue(ALICE);
        _at(T0 + 1 days + 2 hours);
        require(_exit(ALICE) == 40e18, "paid");
    }
}
