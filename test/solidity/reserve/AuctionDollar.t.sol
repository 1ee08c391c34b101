// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IRebalancer} from "../../../contracts/interfaces/IRebalancer.sol";
import {DOLLAR} from "../../../contracts/interfaces/IReserveSeams.sol";
import {PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {vm} from "../../contracts/Vm.sol";
import {AuctionWorld} from "./AuctionWorld.sol";

/// @dev plUSD as what is bought: burned, counts min(1, b), against no less than the high, and only while capital is short.
contract AuctionDollarTest is AuctionWorld {
    /// @dev Equity 40,000 of a million: less than 100,000, 25% of ether's 400,000.
    function _short() private {
        _supply(960_000e18);
        dollar.transfer(address(bidder), 500_000e18);
        sheet.refresh();
        require(sheet.capitalShort(), "short");
    }

    function test_notWhileCapitalIsEnough() public {
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.DollarNotBought.selector));
        rebalancer.open(ETH, DOLLAR);
        // Nor on a statement that is merely old: anybody could wait for that.
        _pass(2 days);
        require(sheet.capitalShort(), "stale");
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.DollarNotBought.selector));
        rebalancer.open(ETH, DOLLAR);
    }

    function test_burnsAndNeverCosts() public {
        _short();
        oracle.set(ETH, 1_980e18, 2_020e18, PriceStatus.Live);
        uint256 lot = rebalancer.open(ETH, DOLLAR);
        // 100,000 / (1 - 40%), at 2,000 each.
        require(lot == (250 * UNIT) / 3, "all that is overweight");
        _pass(1_800);
        uint256 supply = dollar.totalSupply();
        (uint256 amount, uint256 paid) = bidder.fill(ETH, DOLLAR, 10 * UNIT, false);
        // 1% below mid would be 1,980: the high it is.
        require(amount == 10 * UNIT && paid == 20_200e18, "at the high");
        require(dollar.totalSupply() == supply - paid, "burned");
        require(rebalancer.lossBudget() >= 1_900e18, "no loss");
    }

    function test_withBackingBelowOneMoreOfItIsPaid() public {
        _short();
        rebalancer.open(ETH, DOLLAR);
        _pass(900);
        reserve.setBacking(0.8e18);
        (, uint256 paid) = bidder.fill(ETH, DOLLAR, 10 * UNIT, false);
        require(paid == 25_000e18, "each counts 0.8");
        reserve.setBacking(0);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.DollarNotBought.selector));
        bidder.fill(ETH, DOLLAR, 10 * UNIT, false);
    }

    function test_neverBelowTheTargetOfWhatIsSold() public {
        _short();
        rebalancer.open(ETH, DOLLAR);
        _pass(900);
        bidder.fill(ETH, DOLLAR, ALL, false);
        // What is burned shrinks the whole: 166,667 of 500,000 have to go, not 100,000.
        require(_value(ETH) * 10_000 >= _nav() * 4_000, "below its target");
        _near((_value(ETH) * 1_000_000) / _nav(), 400_000, 1, "at it");
    }

    function test_fillsEndWhenCapitalIsBack() public {
        _short();
        rebalancer.open(ETH, DOLLAR);
        _pass(900);
        uint256 all = dollar.balanceOf(address(this));
        dollar.approve(address(pools), all);
        pools.stake(all);
        sheet.refresh();
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.DollarNotBought.selector));
        bidder.fill(ETH, DOLLAR, 10 * UNIT, false);
        rebalancer.close(ETH, DOLLAR);
        require(rebalancer.auction(ETH, DOLLAR).startedAt == 0, "closed");
    }
}
