// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AuctionTerms, IRebalancer, OpenAuction} from "../../../contracts/interfaces/IRebalancer.sol";
import {DOLLAR} from "../../../contracts/interfaces/IReserveSeams.sol";
import {vm} from "../../contracts/Vm.sol";
import {AuctionWorld} from "./AuctionWorld.sol";

/// @dev Several auctions at once. Ether and bitcoin are 100,000 USD too much each, USDC lacks 150,000 and USDT 50,000: what the four auctions of these pairs have for sale is 300,000, what has
/// to be sold 200,000.
contract AuctionPairsTest is AuctionWorld {
    function setUp() public override {
        super.setUp();
        _setWeights(4_000, 1_000, 3_500, 1_500);
        tokens[USDT].mint(address(bidder), 1e30);
        // It pays out of what it has.
        bidder.setTrade(address(tokens[ETH]), address(tokens[USDT]));
    }

    function _openFour() private returns (uint256 value) {
        for (uint256 pair; pair < 4; ++pair) {
            (uint256 sold, uint256 bought) = _pair(pair);
            value += (rebalancer.open(sold, bought) * prices[sold]) / UNIT;
        }
    }

    function _pair(uint256 i) private pure returns (uint256 sold, uint256 bought) {
        return (i % 2 == 0 ? ETH : BTC, i < 2 ? USDC : USDT);
    }

    // ---- both targets

    function test_theLotsOverlapTheFillsDoNot() public {
        require(_openFour() == 300_000e18, "for sale");
        _pass(900);
        (uint256 first, ) = bidder.fill(ETH, USDT, ALL, false);
        require(first == 25 * UNIT, "all that USDT lacks");
        (uint256 second, ) = bidder.fill(ETH, USDC, ALL, false);
        require(second == 25 * UNIT, "no more than ether's own target leaves, of a lot of 50");
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NothingToFill.selector, BTC, USDT));
        bidder.fill(BTC, USDT, ALL, false);
        (uint256 third, ) = bidder.fill(BTC, USDC, ALL, false);
        require(third == (5 * UNIT) / 2, "the rest");
        require(_value(ETH) == 400_000e18 && _value(BTC) == 100_000e18, "sold to both targets");
        require(_value(USDC) == 350_000e18 && _value(USDT) == 150_000e18, "bought to both targets");
    }

    /// @dev Whatever the order, the moments and the sizes.
    function testFuzz_noneOfThemPassesATarget(uint256 seed) public {
        _move(USDC, 0.95e18 + (seed % 0.1e18));
        _move(ETH, 1_900e18 + ((seed >> 32) % 300e18));
        for (uint256 pair; pair < 4; ++pair) {
            (uint256 sold, uint256 bought) = _pair(pair);
            try rebalancer.open(sold, bought) {} catch {}
        }
        for (uint256 i; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            (uint256 sold, uint256 bought) = _pair(seed % 4);
            _pass((seed >> 8) % 150);
            uint256 amount = (seed >> 64) % 2 == 0 ? ALL : (seed >> 72) % (30 * UNIT);
            try bidder.fill(sold, bought, amount, false) {
                _requireWithinTargets(sold, bought);
            } catch {}
        }
    }

    function _requireWithinTargets(uint256 sold, uint256 bought) private view {
        (, uint256[16] memory targets, ) = rebalancer.weights();
        uint256 nav = _nav();
        // But for a ledger unit.
        require((_value(sold) + 40_000e10) * 10_000 >= nav * targets[sold], "sold below its target");
        require(_value(bought) * 10_000 <= nav * targets[bought] + 2e14, "bought above its target");
    }

    // ---- one budget

    /// @dev 1% below mid on 200,000 would be 2,000; 5 bps of a million are 500, for all four together. 30,000 at a time: 300, 200, and nothing any more.
    function test_theBudgetIsOne() public {
        AuctionTerms memory t = _auctionTerms();
        t.dailyLoss = 5;
        rebalancer.setTerms(t, _deriskTerms());
        _openFour();
        _pass(1_800);
        uint256[4] memory lost = [uint256(300e18), 200e18, 0, 0];
        for (uint256 pair; pair < 4; ++pair) {
            (uint256 sold, uint256 bought) = _pair(pair);
            uint256 before = _nav();
            bidder.fill(sold, bought, (30_000e18 * UNIT) / prices[sold], false);
            _near(before - _nav(), lost[pair], 1e18, "what is left of the budget");
        }
        require(rebalancer.lossBudget() < 1e18, "empty for all");
        for (uint256 pair; pair < 4; ++pair) {
            (uint256 sold, uint256 bought) = _pair(pair);
            uint256 before = _nav();
            try bidder.fill(sold, bought, ALL, false) {} catch {}
            require(_nav() + 1e18 >= before, "at mid");
        }
    }

    /// @dev Lots are bounded by depth one by one: two of them have twice a tenth of ether's depth. What that may cost is the slippage of both, out of one budget.
    function test_severalLotsTakeSeveralPartsOfTheDepth() public {
        risk.setDepth(ETH, 100 * UNIT);
        uint256 lots = rebalancer.open(ETH, USDC) + rebalancer.open(ETH, USDT);
        require(lots > 19 * UNIT && lots <= 20 * UNIT, "a tenth each");
        _pass(1_800);
        uint256 before = _nav();
        bidder.fill(ETH, USDC, ALL, false);
        bidder.fill(ETH, USDT, ALL, false);
        uint256 lost = before - _nav();
        require(lost > 380e18 && lost <= 400e18, "1% of 40,000");
    }

    // ---- there and back

    /// @dev Ether for USDC and USDC for ether run at once; only one of them can be filled at any price.
    function testFuzz_neverBothWays(uint256 price, uint256 passed) public {
        tokens[ETH].mint(address(bidder), 1e30);
        bidder.setTrade(address(tokens[USDC]), address(tokens[ETH]));
        rebalancer.open(ETH, USDC);
        _hold(USDC, 450_000 * UNIT);
        _move(ETH, 1_000e18);
        rebalancer.open(USDC, ETH);
        require(rebalancer.auctions().length == 2, "both run");
        _move(ETH, 500e18 + (price % 3_000e18));
        _pass(passed % 1_801);
        (, uint256 there) = rebalancer.quoteFill(ETH, USDC, ALL);
        (, uint256 back) = rebalancer.quoteFill(USDC, ETH, ALL);
        require(there == 0 || back == 0, "both ways");
        if (there == 0 && back == 0) return;
        (uint256 sold, uint256 bought) = there != 0 ? (ETH, USDC) : (USDC, ETH);
        try bidder.fill(sold, bought, ALL, false) {} catch {}
        // Nor after it: no more than a ledger unit of ether.
        (, back) = rebalancer.quoteFill(bought, sold, ALL);
        require((back * prices[bought]) / UNIT <= 1e15, "and back");
    }

    // ---- the list

    function test_listsAllThatAreNotClosed() public {
        require(rebalancer.auctions().length == 0, "none");
        uint256 second = rebalancer.open(BTC, USDT);
        _pass(100);
        uint256 first = rebalancer.open(ETH, USDC);
        _supply(960_000e18);
        sheet.refresh();
        uint256 third = rebalancer.open(BTC, DOLLAR);
        // The first is over, and nobody closed it.
        _pass(1_701);
        OpenAuction[] memory all = rebalancer.auctions();
        require(all.length == 3, "three");
        _requireListed(all[0], ETH, USDC, first, T0 + 100);
        _requireListed(all[1], BTC, USDT, second, T0);
        _requireListed(all[2], BTC, DOLLAR, third, T0 + 100);
        rebalancer.close(BTC, USDT);
        require(rebalancer.auctions().length == 2, "two");
    }

    function _requireListed(
        OpenAuction memory a,
        uint256 sold,
        uint256 bought,
        uint256 left,
        uint256 startedAt
    ) private pure {
        require(a.sold == sold && a.bought == bought && a.left == left, "which");
        require(a.startedAt == startedAt && a.endsAt == startedAt + 1_800 && a.scale == 10_000, "when");
    }

    function test_whatIsPaidInIsNamed() public {
        rebalancer.open(ETH, USDC);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NoAuction.selector, ETH, USDT));
        bidder.fill(ETH, USDT, ALL, false);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NoAuction.selector, ETH, DOLLAR));
        rebalancer.close(ETH, DOLLAR);
        require(rebalancer.auction(ETH, USDT).startedAt == 0, "none of this pair");
    }
}
