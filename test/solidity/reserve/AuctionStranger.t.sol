// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IRebalancer} from "../../../contracts/interfaces/IRebalancer.sol";
import {TestToken} from "../../contracts/TestToken.sol";
import {vm} from "../../contracts/Vm.sol";
import {AuctionWorld} from "./AuctionWorld.sol";

/// @title A token that does not come in
contract PausedToken is TestToken {
    error EnforcedPause();

    constructor() TestToken("PSD", 18) {}

    function _update(address from, address to, uint256 amount) internal override {
        require(from == address(0), EnforcedPause());
        super._update(from, to, amount);
    }
}

/// @dev What somebody can do by opening auctions: whatever he likes, as early as he likes, in front of everybody.
contract AuctionStrangerTest is AuctionWorld {
    function setUp() public override {
        super.setUp();
        tokens[USDT].mint(address(bidder), 1e30);
        bidder.setTrade(address(tokens[ETH]), address(tokens[USDT]));
    }

    // ---- occupying

    /// @dev Ether for a token that is paused, each half hour of a day, nobody can pay in it. With one auction an asset nothing was sold in that day; now ether goes for the other stable at once.
    function test_aPausedTokenOccupiesItsOwnPairOnly() public {
        _setWeights(4_000, 2_000, 2_500, 1_500);
        PausedToken paused = new PausedToken();
        reserve.setToken(USDC, address(paused), 1e10);
        paused.mint(address(bidder), 1e30);
        vm.prank(address(bidder));
        paused.approve(address(reserve), ALL);
        uint256 sold;
        for (uint256 turn; turn < 48; ++turn) {
            try rebalancer.open(ETH, USDC) {} catch {}
            try rebalancer.open(ETH, USDT) {} catch {}
            _pass(900);
            if (turn == 0) {
                vm.expectRevert(abi.encodeWithSelector(PausedToken.EnforcedPause.selector));
                bidder.fill(ETH, USDC, UNIT, false);
            }
            try bidder.fill(ETH, USDT, ALL, false) returns (uint256 amount, uint256) {
                require(turn == 0, "in the first half hour");
                sold += amount;
            } catch {}
            _pass(901);
        }
        require(sold == 25 * UNIT, "all that the other lacks, 50,000 USD");
        require(_value(USDT) == 150_000e18, "at its target");
    }

    /// @dev 100,000 USD of ether too much; 98,500 are missing of USDC, and 1,500 of USDT. Whoever opened for USDT sold 1,500 in half an hour, if anybody bid at all.
    function test_aThinPairOccupiesItselfOnly() public {
        _hold(USDC, 201_500 * UNIT);
        _hold(USDT, 98_500 * UNIT);
        require(rebalancer.open(ETH, USDT) == (UNIT * 3) / 4, "1,500 USD");
        uint256 lot = rebalancer.open(ETH, USDC);
        require(lot == (UNIT * 4_925) / 100, "98,500 USD");
        _pass(900);
        (uint256 amount, ) = bidder.fill(ETH, USDC, ALL, false);
        require(amount == lot && rebalancer.offTarget() == 0, "inside all bands in the first half hour");
    }

    // ---- closing early

    /// @dev He takes the need away for a moment, closes, gives it back and opens again: the price goes on where it was, and does not begin anew.
    function test_closingForAMomentDoesNotRestartThePrice() public {
        rebalancer.open(ETH, USDC);
        _pass(1_200);
        (uint256 paid, ) = rebalancer.quoteFill(ETH, USDC, UNIT);
        require(paid < 2_000 * UNIT, "a third below mid by now");
        uint256 startedAt = rebalancer.auction(ETH, USDC).startedAt;
        uint256 held = reserve.cash(USDC);
        reserve.setCash(USDC, held * 3);
        rebalancer.close(ETH, USDC);
        require(rebalancer.auctions().length == 0, "closed");
        reserve.setCash(USDC, held);
        rebalancer.open(ETH, USDC);
        require(rebalancer.auction(ETH, USDC).startedAt == startedAt, "as if it had never been closed");
        (uint256 again, ) = rebalancer.quoteFill(ETH, USDC, UNIT);
        require(again == paid, "at the same price");
        // Once its time is over the next one begins at its own.
        reserve.setCash(USDC, held * 3);
        rebalancer.close(ETH, USDC);
        _pass(601);
        reserve.setCash(USDC, held);
        rebalancer.open(ETH, USDC);
        require(rebalancer.auction(ETH, USDC).startedAt == block.timestamp, "a new one");
        (paid, ) = rebalancer.quoteFill(ETH, USDC, UNIT);
        require(paid == 2_020 * UNIT, "1% above mid");
    }

    /// @dev What ended because it was filled is another matter: the next one begins at its own price.
    function test_whatWasFilledBeginsAnew() public {
        rebalancer.open(ETH, USDC);
        _pass(1_200);
        bidder.fill(ETH, USDC, ALL, false);
        _hold(ETH, 300 * UNIT);
        rebalancer.open(ETH, USDC);
        require(rebalancer.auction(ETH, USDC).startedAt == block.timestamp, "a new one");
    }

    // ---- opening early

    /// @dev While hardly anything can be paid out: 1 ether of a lot of 50. As soon as there is more, the small one makes way.
    function test_openedWhileLittleIsSellableItMakesWay() public {
        reserve.setCash(ETH, UNIT);
        reserve.setVaulted(ETH, 249 * UNIT);
        require(rebalancer.open(ETH, USDC) == UNIT, "2,000 USD");
        _pass(600);
        reserve.setCash(ETH, 250 * UNIT);
        reserve.setVaulted(ETH, 0);
        require(rebalancer.open(ETH, USDC) == 50 * UNIT, "all of it");
        (uint256 paid, ) = rebalancer.quoteFill(ETH, USDC, 10 * UNIT);
        require(paid == 20_200 * UNIT, "from the first price on");
        require(rebalancer.auction(ETH, USDC).scale == 10_000, "it had no time to be filled");
    }

    /// @dev So what he can hold up is three quarters of a lot, for half an hour. Nor does one start anew because a part of it was sold.
    function testFuzz_aRunningAuctionIsNoLessThanAQuarter(uint256 cash) public {
        cash = UNIT / 2 + (cash % (249 * UNIT));
        reserve.setCash(ETH, cash);
        reserve.setVaulted(ETH, 250 * UNIT - cash);
        uint256 lot = rebalancer.open(ETH, USDC);
        reserve.setCash(ETH, 250 * UNIT);
        reserve.setVaulted(ETH, 0);
        _pass(900);
        if (lot * 4 > 50 * UNIT) {
            vm.expectRevert(abi.encodeWithSelector(IRebalancer.AuctionRunning.selector, ETH, USDC, T0 + 1_800));
            rebalancer.open(ETH, USDC);
        } else {
            require(rebalancer.open(ETH, USDC) == 50 * UNIT, "made way");
        }
    }

    function test_aPartThatWasSoldIsNoReasonToStartAnew() public {
        rebalancer.open(ETH, USDC);
        _pass(900);
        bidder.fill(ETH, USDC, 49 * UNIT, false);
        // 1 ether is left of the lot, and no more is needed.
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NotOverweight.selector, ETH, 4_020, 4_100));
        rebalancer.open(ETH, USDC);
    }

    // ---- making lots small

    /// @dev He opens each half hour what nobody bids for: that pair's lots halve, no other's.
    function test_halvesThatPairOnly() public {
        _setWeights(4_000, 2_000, 2_500, 1_500);
        rebalancer.open(ETH, USDT);
        bidder.fill(ETH, USDT, UNIT, false);
        for (uint256 i; i < 6; ++i) {
            rebalancer.open(ETH, USDC);
            _pass(1_801);
        }
        require(rebalancer.open(ETH, USDC) == UNIT / 2, "the minimum, 1,000 USD");
        // 48,000 USD are missing of USDT, or a bit less: what was filled was paid with a premium.
        require(rebalancer.open(ETH, USDT) > (UNIT * 239) / 10, "whole");
        require(rebalancer.auction(ETH, USDT).scale == 10_000, "of its own");
    }

    /// @dev Each day without an auction of the pair doubles it again, so what he did long ago is forgotten: after fourteen days at the latest.
    function test_aPairThatIsLeftAloneComesBack() public {
        for (uint256 i; i < 6; ++i) {
            rebalancer.open(ETH, USDC);
            _pass(1_801);
        }
        rebalancer.open(ETH, USDC);
        require(rebalancer.auction(ETH, USDC).scale == 156, "a sixty-fourth");
        _pass(1_801);
        rebalancer.close(ETH, USDC);
        _pass(3 days);
        // 78, doubled three times.
        rebalancer.open(ETH, USDC);
        require(rebalancer.auction(ETH, USDC).scale == 624, "three days later");
        _pass(14 days + 1_801);
        rebalancer.open(ETH, USDC);
        require(rebalancer.auction(ETH, USDC).scale == 10_000, "whole");
    }

    /// @dev A bidder need not wait: each fill doubles it, and it is opened again in the same block.
    function test_aBidderBringsItBackInABlock() public {
        for (uint256 i; i < 40; ++i) {
            rebalancer.open(ETH, USDC);
            _pass(1_801);
        }
        uint256 opened;
        while (rebalancer.offTarget() != 0) {
            rebalancer.open(ETH, USDC);
            bidder.fill(ETH, USDC, ALL, false);
            ++opened;
        }
        // Seven of 1,000 USD, while the scale grows from a basis point, and then twice as much each time.
        require(opened <= 20 && _value(ETH) <= 411_000e18, "back in a block");
    }
}
