// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AuctionTerms} from "../../../contracts/interfaces/IRebalancer.sol";
import {AuctionWorld} from "./AuctionWorld.sol";

/// @dev What auctions may lose against the oracle: 20 bps of a million, 2,000 USD a day.
contract AuctionBudgetTest is AuctionWorld {
    function test_lossesAreTakenFromItAndBooked() public {
        require(rebalancer.lossBudget() == 2_000e18, "full");
        uint256 headroom = _headroom();
        rebalancer.open(ETH, USDC);
        _pass(1_800);
        bidder.fill(ETH, USDC, 20 * UNIT, false);
        // 40,000 USD of ether for 39,600.
        _near(rebalancer.lossBudget(), 1_600e18, 1e18, "1% lost");
        (uint256 losses, , ) = sheet.surplusLedger();
        require(losses == 400e18 && _headroom() == headroom - 400e18, "booked");
    }

    /// @dev Whoever exhausts it gets the budget, once; auctions go on at mid.
    function test_exhaustedItIsTheMidPrice() public {
        AuctionTerms memory t = _auctionTerms();
        t.dailyLoss = 5;
        rebalancer.setTerms(t, _deriskTerms());
        rebalancer.open(ETH, USDC);
        _pass(1_800);
        // 500 USD of it: gone at 50,000 USD of ether; the rest of the lot pays mid.
        uint256 before = _nav();
        bidder.fill(ETH, USDC, 25 * UNIT, false);
        _near(before - _nav(), 500e18, 1e18, "the budget");
        _near(rebalancer.lossBudget(), 0, 1e18, "empty");
        before = _nav();
        (uint256 amount, uint256 paid) = bidder.fill(ETH, USDC, 24 * UNIT, false);
        require(amount == 24 * UNIT && paid >= 48_000 * UNIT - UNIT, "at mid");
        require(before - _nav() <= 1e18, "nothing more is lost");
    }

    function test_onePartOfTwentyFourIsBackEachHour() public {
        rebalancer.open(ETH, USDC);
        _pass(1_800);
        bidder.fill(ETH, USDC, 40 * UNIT, false);
        uint256 left = rebalancer.lossBudget();
        _near(left, 1_200e18, 2e18, "800 used");
        _pass(1 hours);
        _near(rebalancer.lossBudget(), left + uint256(2_000e18) / 24, 1e18, "an hour");
        _pass(1 days);
        _near(rebalancer.lossBudget(), 2_000e18, 2e18, "no more than full");
    }

    function test_aGainReplenishesNothingAndCostsNothing() public {
        rebalancer.open(ETH, USDC);
        bidder.fill(ETH, USDC, 20 * UNIT, false);
        require(
            rebalancer.lossBudget() >= 2_000e18 && rebalancer.lossBudget() < 2_002e18,
            "the same part of a bit more"
        );
        (uint256 losses, , ) = sheet.surplusLedger();
        require(losses == 0, "no loss");
    }

    /// @dev With an empty budget de-risking goes on: it is only dearer for bidders.
    function test_anEmptyBudgetDoesNotStopDerisking() public {
        AuctionTerms memory t = _auctionTerms();
        t.dailyLoss = 0;
        rebalancer.setTerms(t, _deriskTerms());
        // Capital 60,000 + 0 against 25% of ether: the risky targets have to come down.
        dollar.mint(address(this), 940_000e18);
        _pass(1 days);
        uint256 scale = rebalancer.adjust();
        require(scale == 8_000, "a fifth a day");
        require(rebalancer.lossBudget() == 0, "nothing may be lost");
        rebalancer.open(ETH, USDC);
        _pass(1_800);
        uint256 before = _nav();
        bidder.fill(ETH, USDC, ALL, false);
        require(_nav() >= before && reserve.cash(ETH) < 210 * UNIT, "sold, at mid");
    }

    /// @dev Whatever is filled whenever, what is lost in a day is at most the budget plus what came back meanwhile.
    function testFuzz_boundedLoss(uint256 seed) public {
        uint256 first = _nav();
        uint256 lost;
        for (uint256 i; i < 24; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            // Somebody keeps moving the target to have something to trade.
            if (seed & 1 == 1) _setWeights(2_000 + ((seed >> 8) % 3_000), 2_000, 5_000 - ((seed >> 8) % 3_000), 1_000);
            try rebalancer.open(ETH, USDC) {} catch {}
            _pass(1_800);
            uint256 before = _nav();
            try bidder.fill(ETH, USDC, (seed >> 16) % (100 * UNIT), false) {} catch {}
            uint256 nav = _nav();
            if (nav < before) lost += before - nav;
            _pass(1_800);
        }
        require(lost <= 2 * ((first * 20) / 10_000) + 1e18, "more than two budgets in a day");
    }
}
