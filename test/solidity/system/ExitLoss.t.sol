// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBalanceSheet} from "../../../contracts/interfaces/IBalanceSheet.sol";
import {IBackstop} from "../../../contracts/interfaces/IBackstop.sol";
import {vm} from "../../contracts/Vm.sol";
import {StakedLoanWorld} from "./StakedLoanWorld.sol";

/// @notice Leaving the Backstop between a loss and its booking, and what a loss does to those who stay: from the crash to b.
/// @dev alice and carol stake 150,000 each. At 800 the ether is worth 960,000: the account is insolvent by 240,000.
contract SystemExitLossTest is StakedLoanWorld {
    function setUp() public override {
        super.setUp();
        _lendAndStake(150_000e18, 800_000e18);
    }

    function _exit(address who) private returns (bytes4) {
        return _refusal(who, address(backstop), abi.encodeCall(backstop.exit, (who, who)));
    }

    function _crash() private returns (uint256 deficit) {
        _price(ETH, 800e8);
        _absorb(whale);
        require(engine.debtOf(whale) == 0, "taken over");
        int256 equity = _statement().midEquity;
        require(equity < -20_000e18 && equity > -60_000e18, "208,000 less 240,000");
        return uint256(-equity);
    }

    /// @dev Absorbed at a loss: two looks, N apart, and the Backstop pays the smaller of both; nobody else does.
    function test_fromTheCrashToTheBurn() public {
        uint256 deficit = _crash();
        require(_headroom() == 0, "the loss took the headroom at once");
        require(_backing() == WAD, "the Backstop stands in front of the holders");
        sheet.settleDeficit();
        uint256 allowedAt = clock + 2 hours;
        _pass(1 hours);
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.DeficitTooYoung.selector, allowedAt));
        sheet.settleDeficit();
        _pass(1 hours);
        uint256 supply = dollar.totalSupply();
        uint256 burned = sheet.settleDeficit();
        require(burned == deficit && dollar.totalSupply() == supply - burned, "burned");
        _near(uint256(_statement().midEquity + 1e18), 1e18, 1e12, "made good at mid");
        require(backstop.convertToAssets(backstop.balanceOf(alice)) < 150_000e18 - deficit / 2 + 2, "half each");
        require(_backing() == WAD, "holders lost nothing");
    }

    /// @dev What the Backstop cannot pay lowers b, for everybody alike.
    function test_whatTheBackstopCannotPayLowersBacking() public {
        _price(ETH, 300e8);
        _absorb(whale);
        uint256 b = _backing();
        uint256 deficit = uint256(-_statement().midEquity);
        require(deficit > 300_000e18 && b < 0.75e18, "more than is staked");
        sheet.settleDeficit();
        _pass(2 hours);
        uint256 burned = sheet.settleDeficit();
        require(burned == 300_000e18 && backstop.epoch() == 2, "all of it, and a new epoch");
        // b counted the Backstop as burned before it was.
        _near(_backing(), b, 1e10, "b said so from the first moment");
        require(
            _refusal(bob, address(reserve), abi.encodeCall(reserve.redeem, (USDC, 1e18, 0, bob))) != 0,
            "in kind only"
        );
        require(backstop.balanceOf(alice) == 0, "her shares are void");
    }

    /// @dev She claims as soon as she sees the price fall, before anything is booked or absorbed.
    function test_claimAtTheCrashPaysTheLossAll() public {
        _price(ETH, 800e8);
        _claim(alice);
        _crash();
        _pass(3 days);
        backstop.markDue(alice);
        _pass(6 hours);
        // Meanwhile capital is short: bob redeems, others pay in.
        require(_exit(alice) == IBackstop.CapitalShort.selector, "not while capital is short");
        _recapitalise();
        uint256 stay = backstop.convertToAssets(backstop.balanceOf(carol));
        require(_exit(alice) == 0, "leaves");
        // Nobody settled: the deficit was taken off her claim live, at the moments at which it stood.
        require(_balance(alice) < 150_000e18 - 10_000e18, "her part of the loss stays");
        require(backstop.convertToAssets(backstop.balanceOf(carol)) >= stay, "carol lost nothing by it");
    }

    /// @dev She was due already when the price fell: the third moment sees it.
    function test_releaseSeesALossOfThisMinute() public {
        _claim(alice);
        _pass(3 days);
        backstop.markDue(alice);
        _pass(6 hours);
        _look();
        _crash();
        // Those who leave pay for the deficit at low prices, the larger one.
        uint256 deficit = uint256(-_statement().equity);
        require(_exit(alice) == IBackstop.CapitalShort.selector, "short");
        // Fresh stake of bob's lifts capital above what is required, though not equity: she may go, and pays.
        _stake(bob, 700_000e18);
        require(_exit(alice) == 0, "covered by bob");
        uint256 part = (150_000e18 * deficit) / 1_000_000e18;
        _near(_balance(alice), 150_000e18 - part, 1e18, "less her part of the deficit");
    }

    /// @dev A holding without a price: nobody leaves, nothing is settled.
    function test_nobodyLeavesOnAGuess() public {
        _claim(alice);
        _pass(3 days);
        backstop.markDue(alice);
        _pass(6 hours);
        feeds[ETH].setDead(true);
        require(_exit(alice) == IBackstop.NotFullyPriced.selector, "unpriced");
        feeds[ETH].setDead(false);
        _look();
        require(_exit(alice) == 0 && _balance(alice) == 150_000e18, "priced again, nothing was lost");
    }

    function _recapitalise() private {
        _give(address(this), USDC, _tok(USDC, 500_000));
        reserve.fund(USDC, _tok(USDC, 500_000));
    }
}
