// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Claim, ExitTerms, IBackstop} from "../../../contracts/interfaces/IBackstop.sol";
import {vm} from "../../contracts/Vm.sol";
import {BackstopFixture} from "./BackstopFixture.sol";

/// @notice The third moment is nobody's choice: it is fixed by the second, lasts for two hours, and anyone has the claim paid, to the claimant.
contract ExitWindowTest is BackstopFixture {
    address private constant STRANGER = address(0x57A);

    function setUp() public override {
        super.setUp();
        _twoStake();
    }

    // ---- anyone has it paid

    function test_anyoneHasAClaimPaid() public {
        _claimAll(ALICE);
        _mark(ALICE);
        _settle(ALICE);
        vm.prank(STRANGER);
        require(backstop.exit(ALICE, ALICE) == 100e18, "paid");
        require(dollar.balanceOf(ALICE) == 100e18 && dollar.balanceOf(STRANGER) == 0, "paid to somebody else");
        require(backstop.claimOf(ALICE).units == 0 && backstop.balanceOf(ALICE) == 0, "something is left");
        require(backstop.maxRedeem(ALICE) == 0, "more may leave");
        bytes memory none = abi.encodeWithSelector(IBackstop.NoClaim.selector, ALICE);
        _call(STRANGER, abi.encodeCall(backstop.exit, (ALICE, ALICE)), none, "paid twice");
    }

    /// @dev Shares besides the claim are none of a stranger's business, nor what the claimant allowed or was released before.
    function test_aStrangerPaysTheClaimAndNothingElse() public {
        _claim(ALICE, 40e24);
        _mark(ALICE);
        _settle(ALICE);
        vm.prank(STRANGER);
        require(backstop.exit(ALICE, ALICE) == 40e18, "paid");
        require(backstop.balanceOf(ALICE) == 60e24, "other shares left as well");
    }

    function test_onlyTheClaimantSendsItElsewhere() public {
        _claimAll(ALICE);
        _mark(ALICE);
        _settle(ALICE);
        address[3] memory receivers = [STRANGER, BOB, address(backstop)];
        for (uint256 i; i < 3; ++i) {
            bytes memory no = abi.encodeWithSelector(IBackstop.ReceiverNotClaimant.selector, ALICE, receivers[i]);
            _call(STRANGER, abi.encodeCall(backstop.exit, (ALICE, receivers[i])), no, "sent elsewhere");
        }
        // Not by whom she lets spend her shares either.
        vm.prank(ALICE);
        backstop.approve(BOB, type(uint256).max);
        bytes memory reason = abi.encodeWithSelector(IBackstop.ReceiverNotClaimant.selector, ALICE, BOB);
        _call(BOB, abi.encodeCall(backstop.exit, (ALICE, BOB)), reason, "sent to who may spend shares");
        vm.prank(ALICE);
        backstop.exit(ALICE, CAROL);
        require(dollar.balanceOf(CAROL) == 100e18, "the claimant herself could not");
    }

    function test_aStrangerIsBoundToTheSameTimes() public {
        _claimAll(ALICE);
        bytes memory data = abi.encodeCall(backstop.exit, (ALICE, ALICE));
        _call(STRANGER, data, abi.encodeWithSelector(IBackstop.NotDue.selector, ALICE), "before it was due");
        _mark(ALICE);
        uint256 opens = T0 + DELAY + SETTLE;
        _at(opens - 1);
        _call(
            STRANGER,
            data,
            abi.encodeWithSelector(IBackstop.TooEarly.selector, opens - 1, opens),
            "a second too early"
        );
        uint256 state = vm.snapshotState();
        _at(opens + EXIT_WINDOW);
        vm.prank(STRANGER);
        require(backstop.exit(ALICE, ALICE) == 100e18, "in the last second");
        vm.revertToState(state);
        _at(opens + EXIT_WINDOW + 1);
        bytes memory lapsed = abi.encodeWithSelector(IBackstop.ClaimLapsed.selector, opens + EXIT_WINDOW);
        _call(STRANGER, data, lapsed, "a second too late");
        _call(ALICE, data, lapsed, "the claimant a second too late");
        _call(ALICE, abi.encodeCall(backstop.release, ()), lapsed, "released a second too late");
    }

    /// @dev Whoever calls: the least of the three moments.
    function test_aStrangerPaysTheLeastPriceToo() public {
        _claimAll(ALICE);
        sheet.setEquity(-40e18);
        _mark(ALICE);
        sheet.setEquity(0);
        _settle(ALICE);
        vm.prank(STRANGER);
        // A tenth of everything was gone at the second moment.
        require(backstop.exit(ALICE, ALICE) == 90e18, "not the least price");
        require(_streaming() == 10e18, "what is left over does not stream");
    }

    function test_aStrangerIsRefusedAsTheClaimantIs() public {
        _claimAll(ALICE);
        _mark(ALICE);
        _settle(ALICE);
        bytes memory data = abi.encodeCall(backstop.exit, (ALICE, ALICE));
        sheet.setUnpriced(true);
        _call(STRANGER, data, abi.encodeWithSelector(IBackstop.NotFullyPriced.selector), "unpriced");
        sheet.setUnpriced(false);
        sheet.setRequired(301e18);
        _call(STRANGER, data, abi.encodeWithSelector(IBackstop.CapitalShort.selector), "while capital is short");
        // Refused for as long as its window lasts, a claim starts over.
        _wait(EXIT_WINDOW + 1);
        sheet.setRequired(0);
        bytes memory lapsed = abi.encodeWithSelector(IBackstop.ClaimLapsed.selector, clock - 1);
        _call(STRANGER, data, lapsed, "a refused claim waits");
        backstop.restake(ALICE);
        require(backstop.balanceOf(ALICE) == 100e24, "not staked again");
    }

    // ---- what a keeper has to know

    function test_aClaimTellsItsNextMoment() public {
        require(backstop.claimOf(ALICE).opensAt == 0 && backstop.claimOf(ALICE).closesAt == 0, "without a claim");
        _claimAll(ALICE);
        Claim memory c = backstop.claimOf(ALICE);
        require(c.opensAt == T0 + DELAY && c.closesAt == T0 + DELAY + WINDOW, "second moment");
        _at(T0 + DELAY + 1 hours);
        backstop.markDue(ALICE);
        c = backstop.claimOf(ALICE);
        require(c.opensAt == clock + SETTLE && c.closesAt == clock + SETTLE + EXIT_WINDOW, "third moment");
        _settle(ALICE);
        _exit(ALICE);
        require(backstop.claimOf(ALICE).opensAt == 0 && backstop.claimOf(ALICE).closesAt == 0, "after it was paid");
    }

    // ---- taking a claim back

    function test_betweenTheSecondAndTheThirdMomentAClaimIsTakenBack() public {
        _claimAll(ALICE);
        bytes memory data = abi.encodeCall(backstop.restake, (ALICE));
        uint256 closes = T0 + DELAY + WINDOW;
        // Otherwise claims could be made and taken back in one transaction, each of them lowering headroom.
        _call(ALICE, data, abi.encodeWithSelector(IBackstop.ClaimRunning.selector, closes), "at once");
        _at(T0 + DELAY);
        _call(ALICE, data, abi.encodeWithSelector(IBackstop.ClaimRunning.selector, closes), "before it was due");
        sheet.setEquity(-40e18);
        backstop.markDue(ALICE);
        closes = T0 + DELAY + SETTLE + EXIT_WINDOW;
        bytes memory running = abi.encodeWithSelector(IBackstop.ClaimRunning.selector, closes);
        _call(BOB, data, running, "by somebody else");
        sheet.setEquity(0);
        _at(T0 + DELAY + SETTLE);
        _call(ALICE, data, running, "at the third moment");
        _at(T0 + DELAY + SETTLE - 1);
        vm.prank(ALICE);
        // The dip at the second moment was over: nobody lost anything, and she need not either.
        require(backstop.restake(ALICE) == 100e24, "shares");
        require(_coolingPool() == 0 && _active() == 400e18 && _streaming() == 0, "pools");
        require(backstop.maxRedeem(ALICE) == 0, "may leave");
    }

    // ---- windows that change

    function test_windowsApplyToClaimsThatRun() public {
        _claimAll(ALICE);
        backstop.setExitTerms(ExitTerms(DELAY, SETTLE, 1 days, 10 minutes, STREAM));
        require(backstop.claimOf(ALICE).closesAt == T0 + DELAY + 1 days, "second window");
        _mark(ALICE);
        _settle(ALICE);
        uint256 opens = clock;
        _at(opens + 10 minutes + 1);
        bytes memory data = abi.encodeCall(backstop.exit, (ALICE, ALICE));
        bytes memory lapsed = abi.encodeWithSelector(IBackstop.ClaimLapsed.selector, opens + 10 minutes);
        _call(ALICE, data, lapsed, "the window of its time");
        backstop.setExitTerms(ExitTerms(DELAY, SETTLE, 1 days, 12 hours, STREAM));
        require(backstop.claimOf(ALICE).closesAt == opens + 12 hours, "third window");
        require(_exit(ALICE) == 100e18, "paid");
    }

    // ---- rolling claims

    /// @dev Tries, and undoes it.
    function probe(address who) external {
        vm.prank(who);
        backstop.exit(who, who);
        revert("open");
    }

    function _isOpen(address who) private returns (bool) {
        try this.probe(who) {
            return false;
        } catch (bytes memory answer) {
            return keccak256(answer) == keccak256(abi.encodeWithSignature("Error(string)", "open"));
        }
    }

    /// @dev Somebody who wants to be able to leave as often as possible and never does, with nobody else there to have him paid: he claims, is due at once, waits for
    /// the window to pass, stakes again and claims in the same second. For half a year, looked at every ten minutes.
    function _openShare(ExitTerms memory terms, uint256 period) private returns (uint256 bps) {
        backstop.setExitTerms(terms);
        uint256 open;
        uint256 steps = period / 10 minutes;
        _claimAll(ALICE);
        for (uint256 i; i < steps; ++i) {
            _wait(10 minutes);
            Claim memory c = backstop.claimOf(ALICE);
            if (clock > c.closesAt) {
                backstop.restake(ALICE);
                _claimAll(ALICE);
            } else if (c.dueAt == 0 && clock >= c.opensAt) {
                backstop.markDue(ALICE);
            } else if (_isOpen(ALICE)) {
                ++open;
            }
        }
        return (open * 10_000) / steps;
    }

    /// @dev 2 hours of 7 days and 8 hours: 1.1%. With the window of 2 days that the second moment has it would be 22%.
    function test_anExitIsOpenForAHundredthOfTheTimeAtMost() public {
        uint256 share = _openShare(_terms(), 180 days);
        // Both ends of the window count, and he loses a step each time.
        uint256 bound = ((EXIT_WINDOW + 10 minutes) * 10_000) / (DELAY + SETTLE + EXIT_WINDOW);
        require(share > 50, "nothing was open");
        require(share <= bound && share <= 130, "open for longer than the window's part of a cycle");
    }

    /// @dev With a delay of three days, the case of 38% with two days to choose from: 2.5%.
    function test_alsoWithAShorterDelay() public {
        uint256 share = _openShare(ExitTerms(3 days, SETTLE, WINDOW, EXIT_WINDOW, STREAM), 90 days);
        uint256 bound = ((EXIT_WINDOW + 10 minutes) * 10_000) / (3 days + SETTLE + EXIT_WINDOW);
        require(share > 150 && share <= bound && share <= 280, "not the window's part of a cycle");
    }

    /// @dev Where somebody pays claims as they open, none is ever open for longer than it takes him; here the ten minutes between two looks.
    function test_whoIsPaidAtOnceHasNoOption() public {
        uint256 open;
        uint256 paid;
        _claimAll(ALICE);
        for (uint256 i; i < 6_000; ++i) {
            _wait(10 minutes);
            Claim memory c = backstop.claimOf(ALICE);
            if (c.dueAt == 0 && clock >= c.opensAt) backstop.markDue(ALICE);
            if (c.dueAt == 0 || clock < c.opensAt) continue;
            vm.prank(STRANGER);
            backstop.exit(ALICE, ALICE);
            ++paid;
            if (_isOpen(ALICE)) ++open;
            // And again.
            vm.prank(ALICE);
            backstop.deposit(100e18, ALICE);
            _claimAll(ALICE);
        }
        require(paid == 5 && open == 0, "something stayed open");
    }
}
