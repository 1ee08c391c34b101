// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AuctionTerms, IRebalancer} from "../../../contracts/interfaces/IRebalancer.sol";
import {DOLLAR} from "../../../contracts/interfaces/IReserveSeams.sol";
import {vm} from "../../contracts/Vm.sol";
import {AuctionWorld} from "./AuctionWorld.sol";

/// @dev A fill prices the two assets that it is about; what else is held, bitcoin and USDT for 300,000 of a million, counts at the mids of the last opening for half an
/// hour. If it moved by D meanwhile, a fill goes past a target t by at most t D / everything, and no further than its lot.
contract AuctionRestTest is AuctionWorld {
    function _open() private {
        rebalancer.open(ETH, USDC);
        _pass(900);
    }

    /// @dev Bitcoin and USDT. 18 decimals
    function _moveRest(uint256 factor) private {
        _move(BTC, (prices[BTC] * factor) / WAD);
        _move(USDT, (prices[USDT] * factor) / WAD);
    }

    /// @dev Of everything, at the prices of now. {1e-6}
    function _weight(uint256 asset) private view returns (uint256) {
        return (_value(asset) * 1e6) / _nav();
    }

    // ---- the bound

    /// @dev All is 1,060,000 and counts as 1,000,000: ether ends 2.26% too low, 40% * 60,000 / 1,060,000, and the reserve loses nothing by it.
    function test_theRestRisesByAFifth() public {
        _open();
        _moveRest(1.2e18);
        uint256 before = _nav();
        bidder.fill(ETH, USDC, ALL, false);
        require(_weight(ETH) == 377_358 && _weight(USDC) == 283_018, "past its target by 22,642");
        require(_nav() >= before, "at mid");
    }

    /// @dev All is 940,000 and counts as 1,000,000: USDC ends 1.91% too high, 30% * 60,000 / 940,000. Ether stops above its target.
    function test_theRestFallsByAFifth() public {
        _open();
        _moveRest(0.8e18);
        bidder.fill(ETH, USDC, ALL, false);
        require(_weight(USDC) == 319_148 && _weight(ETH) == 425_531, "past its target by 19,148");
        // The next opening sees that it is too much, and buys no more of it.
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NotUnderweight.selector, USDC, 3_191, 3_000));
        rebalancer.open(ETH, USDC);
    }

    /// @dev However the rest moves, by any price of it up to a fifth, and whatever is filled when: the bound holds, nothing is lost beyond the budget.
    function testFuzz_pastATargetByNoMoreThanTheRestMoved(uint256 seed) public {
        rebalancer.open(ETH, USDC);
        uint256 kept = _value(BTC) + _value(USDT);
        for (uint256 i; i < 4; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _move(BTC, (40_000e18 * (8_000 + (seed % 4_001))) / 10_000);
            _move(USDT, (1e18 * (8_000 + ((seed >> 32) % 4_001))) / 10_000);
            _move(ETH, (2_000e18 * (8_000 + ((seed >> 64) % 4_001))) / 10_000);
            _pass(seed % 451);
            uint256 before = _nav();
            uint256 budget = rebalancer.lossBudget();
            (bool filled, ) = address(bidder).call(
                abi.encodeCall(bidder.fill, (ETH, USDC, (seed >> 96) % (50 * UNIT), false))
            );
            if (filled) _checkBound(before, budget, kept);
        }
    }

    function _checkBound(uint256 before, uint256 budget, uint256 kept) private view {
        uint256 rest = _value(BTC) + _value(USDT);
        uint256 moved = rest > kept ? rest - kept : kept - rest;
        uint256 nav = _nav();
        require(nav + budget >= before, "lost more than the budget");
        require(_value(ETH) + (moved * 4_000) / 10_000 + 1e14 >= (nav * 4_000) / 10_000, "sold beyond the bound");
        require(_value(USDC) <= ((nav + moved) * 3_000) / 10_000 + 1e14, "bought beyond the bound");
    }

    // ---- what is exact

    /// @dev Half of everything is redeemed in kind while an auction runs: amounts are live, and so are the bounds.
    function test_halfOfTheReserveIsRedeemedInside() public {
        _open();
        for (uint256 asset; asset < 4; ++asset) reserve.setCash(asset, reserve.cash(asset) / 2);
        // 125 ether of a whole of 500,000: 50,000 above its target, USDC as much below.
        (uint256 amount, ) = bidder.fill(ETH, USDC, ALL, false);
        require(amount == 25 * UNIT, "half of the lot");
        require(_weight(ETH) == 400_000 && _weight(USDC) == 300_000, "at both targets");
    }

    /// @dev Another auction turns bitcoin into USDC meanwhile, absorption brings more ether and bitcoin in: at the prices of the opening nothing is off by a unit.
    function test_whateverElseMovesAmounts() public {
        _setWeights(4_000, 1_000, 4_000, 1_000);
        rebalancer.open(ETH, USDC);
        rebalancer.open(BTC, USDC);
        _pass(900);
        bidder.setTrade(address(tokens[BTC]), address(tokens[USDC]));
        bidder.fill(BTC, USDC, ALL, false);
        _hold(ETH, 270 * UNIT);
        _hold(BTC, reserve.cash(BTC) + UNIT);
        bidder.setTrade(address(tokens[ETH]), address(tokens[USDC]));
        bidder.fill(ETH, USDC, ALL, false);
        // 1,080,000 in all; the lot of 50 ether ends before ether's target of 432,000 does.
        require(_value(ETH) == 440_000e18 && _value(USDC) == 400_000e18, "by the lot");
        require(_value(USDC) * 10 <= _nav() * 4, "not above its target");
    }

    /// @dev What was not there at the opening has no mid from it, also where an earlier one knew it: it is priced now.
    function test_whatArrivesLaterCountsAtTodaysPrice() public {
        rebalancer.open(ETH, USDC);
        _pass(1_801);
        reserve.setCash(USDT, 0);
        // 70,000 USD are missing to USDC's target; half of it, as nobody wanted the one before.
        require(rebalancer.open(ETH, USDC) == 17_5000_0000, "the lot");
        _pass(900);
        _move(USDT, 1.1e18);
        reserve.setCash(USDT, 250_000 * UNIT);
        // All is 1,175,000: ether is 30,000 above its target.
        require(_most() == 15 * UNIT, "at the price of now");
    }

    function _most() private view returns (uint256 most) {
        (, most) = rebalancer.quoteFill(ETH, USDC, ALL);
    }

    /// @dev An opening prices everything for all that run.
    function test_anotherOpeningTellsTheMids() public {
        _open();
        _move(BTC, 48_000e18);
        require(_most() == 50 * UNIT, "as of the opening");
        // Bitcoin is 23% now. All is 1,040,000: ether is 84,000 above its target.
        rebalancer.open(BTC, USDC);
        require(_most() == 42 * UNIT, "as of the other one");
    }

    function test_afterHalfAnHourEverythingIsPriced() public {
        AuctionTerms memory t = _auctionTerms();
        t.duration = 1 days;
        rebalancer.setTerms(t, _deriskTerms());
        rebalancer.open(ETH, USDC);
        _move(BTC, 48_000e18);
        _pass(30 minutes);
        uint256 young = _most();
        _pass(1);
        require(_most() < 42 * UNIT && young > 49 * UNIT, "at the prices of now");
    }

    // ---- others' feeds

    /// @dev A feed that dies, or traps whoever asks it, does not even change what can be filled for half an hour.
    function test_otherFeedsAreNotAsked() public {
        _open();
        uint256 most = _most();
        oracle.setTrapped(BTC, true);
        oracle.setDead(USDT, 0, 5e18);
        require(_most() == most, "the same");
        (uint256 amount, ) = bidder.fill(ETH, USDC, ALL, false);
        require(amount == 50 * UNIT, "filled");
    }

    /// @dev Without a price at the opening it counts at its last good high, as ever.
    function test_unpricedAtTheOpening() public {
        oracle.setDead(USDT, 0, 1.5e18);
        _open();
        // All is 1,050,000: ether is 80,000 above its target.
        require(_most() == 40 * UNIT, "undecayed");
    }

    // ---- the budget

    /// @dev 5 bps of 850,000 are 425 USD, whatever the 1,000,000 of the opening: the budget is of live values once the two assets' own part does not do.
    function test_aFallenRestLowersTheBudget() public {
        AuctionTerms memory t = _auctionTerms();
        t.dailyLoss = 5;
        rebalancer.setTerms(t, _deriskTerms());
        rebalancer.open(ETH, USDC);
        _pass(1_800);
        _moveRest(0.5e18);
        require(rebalancer.lossBudget() == 425e18, "of what there is");
        uint256 before = _nav();
        // 1% of 90,000 would be 900.
        bidder.fill(ETH, USDC, 45 * UNIT, false);
        _near(before - _nav(), 425e18, 1e14, "the budget");
        require(rebalancer.lossBudget() < 1e18, "empty");
    }

    /// @dev Ether and USDC are 700,000 of 5,900,000. A small pair slows the budget's return down for nobody: then all of it is priced.
    function test_aSmallPairReplenishesLikeAnyOther() public {
        _setWeights(400, 400, 700, 8_500);
        _hold(USDT, 5_000_000 * UNIT);
        rebalancer.open(ETH, USDC);
        _pass(1_800);
        bidder.fill(ETH, USDC, 100 * UNIT, false);
        _pass(1_800);
        rebalancer.open(ETH, USDC);
        _pass(1_800);
        // 2,000 used, and a twenty-fourth of 11,800 is back.
        uint256 budget = rebalancer.lossBudget();
        _near(budget, 10_290e18, 5e18, "an hour's part is back");
        bidder.fill(ETH, USDC, 5 * UNIT, false);
        _near(rebalancer.lossBudget(), budget - 100e18, 1e18, "less what was lost, no more");
    }

    // ---- plUSD

    /// @dev The same bound where plUSD is bought: sold down to 40% of what all counted as.
    function test_boughtInDollars() public {
        _supply(960_000e18);
        dollar.transfer(address(bidder), 500_000e18);
        sheet.refresh();
        rebalancer.open(ETH, DOLLAR);
        _pass(900);
        _moveRest(1.2e18);
        bidder.fill(ETH, DOLLAR, ALL, false);
        // 333,333 of 893,333 left: 2.69% too low, 40% * 60,000 / 893,333.
        _near(_weight(ETH), 373_134, 1, "past its target by 26,866");
    }
}
