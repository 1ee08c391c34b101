// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AuctionWorld} from "./AuctionWorld.sol";

/// @dev Nobody bids for a day.
contract AuctionIdleTest is AuctionWorld {
    function test_comesBackSmallerAndGrowsWhenSomebodyBids() public {
        uint256 lot = rebalancer.open(ETH, USDC);
        uint256 first = lot;
        // Every half an hour of a day somebody tries again; each lot is half the one before, down to the minimum lot.
        for (uint256 i; i < 47; ++i) {
            _pass(1_801);
            uint256 next = rebalancer.open(ETH, USDC);
            // Half of it, in whole bps of the full lot.
            require((next <= lot / 2 && next * 100 >= lot * 49) || next == UNIT / 2, "half of it");
            require(next >= UNIT / 2, "no less than 1,000 USD");
            lot = next;
        }
        require(lot == UNIT / 2, "at the minimum by then");
        // What is held is still there, and statements are taken as ever.
        require(reserve.cash(ETH) == 250 * UNIT, "held");
        sheet.refresh();
        require(_statement().fullyPriced && _statement().reserve == 1_000_000e18, "counted");
        // A bidder: each lot is twice the one before again.
        uint256 grown;
        for (uint256 i; i < 30 && rebalancer.offTarget() != 0; ++i) {
            _pass(900);
            (uint256 amount, ) = bidder.fill(ETH, USDC, ALL, false);
            require(amount != 0, "filled");
            if (rebalancer.offTarget() == 0) break;
            uint256 next = rebalancer.open(ETH, USDC);
            if (next > lot) ++grown;
            lot = next;
        }
        require(rebalancer.offTarget() == 0 && grown >= 3, "back on target");
        require(lot < first, "by smaller ones");
    }

    function test_closedInTimeHalvesJustTheSame() public {
        rebalancer.open(ETH, USDC);
        _pass(1_801);
        rebalancer.close(ETH, USDC);
        require(rebalancer.open(ETH, USDC) == 25 * UNIT, "half");
        _pass(900);
        bidder.fill(ETH, USDC, 5 * UNIT, false);
        _pass(1_000);
        rebalancer.close(ETH, USDC);
        // 90,000 USD are still too much; all of it may go, as somebody was there.
        require(rebalancer.open(ETH, USDC) == 45 * UNIT, "full");
    }

    function test_oneAssetNobodyWantsDoesNotStopAnother() public {
        _setWeights(4_000, 1_000, 4_000, 1_000);
        for (uint256 i; i < 5; ++i) {
            rebalancer.open(ETH, USDC);
            _pass(1_801);
            rebalancer.close(ETH, USDC);
        }
        require(rebalancer.open(BTC, USDC) == (5 * UNIT) / 2, "bitcoin's lot is whole");
    }
}
