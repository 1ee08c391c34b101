// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Statement} from "../../../contracts/interfaces/IBalanceSheet.sol";
import {IBalanceSheet} from "../../../contracts/interfaces/IBalanceSheet.sol";
import {IReserveShared} from "../../../contracts/interfaces/IReserveShared.sol";
import {vm} from "../../contracts/Vm.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @notice A holding goes unpriced for an hour, and for good. Whatever it is, who is free of debt leaves, and who has plUSD redeems.
contract SystemUnpricedTest is SystemWorld {
    function setUp() public override {
        super.setUp();
        _issue(alice, USDC, 3_000_000);
        _borrow(whale, ETH, 6_000_000e18, 5_000);
        _stake(whale, 1_000_000e18);
        vm.prank(whale);
        dollar.transfer(carol, 1_000_000e18);
        _give(bob, ETH, _tok(ETH, 10));
        vm.prank(bob);
        engine.deposit(ETH, _tok(ETH, 10), bob);
        _pass(2 hours);
        _look();
        oracle.record(31);
    }

    function _recorded() private {
        _pass(1 hours);
        oracle.record(31);
    }

    function test_unpricedForAnHour() public {
        Statement memory s = _statement();
        uint256 off = rebalancer.offTarget();
        feeds[ETH].setDead(true);
        _recorded();
        _look();
        Statement memory t = _statement();
        require(!t.fullyPriced && t.reserve < s.reserve - 2_900_000e18, "it counts nothing");
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.NotFullyPriced.selector, ETH));
        sheet.settleDeficit();
        // Weights keep it at its last good high: nothing else is sold for its sake.
        require(rebalancer.offTarget() == off, "weights stay");
        // Whoever redeems in kind is paid with it at its highest, at whatever b is.
        uint256 held = tokens[ETH].balanceOf(carol);
        vm.prank(carol);
        reserve.redeemInKind(100_000e18, 0, 0, carol);
        require(tokens[ETH].balanceOf(carol) > held, "his part of it");
        // Free of debt: leaves. In debt: repays. Both without a price.
        vm.prank(bob);
        engine.withdraw(ETH, ALL, bob, bob);
        vm.prank(whale);
        engine.repay(1_000_000e18, whale);
        feeds[ETH].setDead(false);
        _pass(0);
        _look();
        vm.expectRevert(IBalanceSheet.NoDeficit.selector);
        sheet.settleDeficit();
    }

    /// @dev A deficit that only its absence makes is not settled before it has decayed; when it has, it is, twice looked at.
    function test_unpricedForGood() public {
        // Leaves equity of 4 million, of which ether is 3: the others fall as well.
        _price(STETH, 480e8);
        _price(BTC, 4_000e8);
        _look();
        feeds[ETH].setDead(true);
        for (uint256 i; i < 11; ++i) {
            _recorded();
            vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.NotFullyPriced.selector, ETH));
            sheet.settleDeficit();
        }
        for (uint256 i; i < 2; ++i) _recorded();
        sheet.refresh();
        Statement memory s = _statement();
        require(s.fullyPriced && s.reserve > 0, "decayed: it counts 0, for certain");
        // The account whose only collateral it is: nothing priced is left, the debt is written off.
        uint256 debt = engine.debtOf(whale);
        require(_absorb(whale) >= debt, "written off");
        int256 equity = _statement().midEquity;
        require(equity < 0, "now there is a deficit");
        uint256 b = _backing();
        sheet.settleDeficit();
        _pass(2 hours);
        uint256 burned = sheet.settleDeficit();
        require(burned == (uint256(-equity) < 1_000_000e18 ? uint256(-equity) : 1_000_000e18), "the Backstop pays");
        _near(_backing(), b, 1e12, "b knew");
        // The feed comes back: what was absorbed for nothing is the reserve's gain.
        feeds[ETH].setDead(false);
        _pass(0);
        require(_statement().midEquity > 6_000_000e18, "6,000 ether and the seed's");
        require(_backing() == WAD, "backed again");
    }

    /// @dev A stable that is not live cannot be issued against or redeemed; the others can.
    function test_oneStableOfTwo() public {
        feeds[USDC].setDead(true);
        bytes4 refusal = _refusal(alice, address(reserve), abi.encodeCall(reserve.redeem, (USDC, 1e18, 0, alice)));
        require(refusal == IReserveShared.PriceUnusable.selector, "no price, no redemption for it");
        // Backing has to do without three million of it.
        require(_backing() == WAD && _redeem(alice, DAI, 1_000e18) != 0, "the other one");
    }
}
