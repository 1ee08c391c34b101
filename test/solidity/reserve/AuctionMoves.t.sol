// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IRebalancer} from "../../../contracts/interfaces/IRebalancer.sol";
import {PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {vm} from "../../contracts/Vm.sol";
import {AuctionWorld} from "./AuctionWorld.sol";

/// @dev The oracle moves by 20% while an auction runs: price and bounds follow, the direction never turns.
contract AuctionMovesTest is AuctionWorld {
    function test_downByAFifthTheNeedShrinks() public {
        rebalancer.open(ETH, USDC);
        _pass(900);
        // Ether 400,000 of 900,000: 40,000 above its target; USDC 70,000 below.
        _move(ETH, 1_600e18);
        (uint256 paid, uint256 maximum) = rebalancer.quoteFill(ETH, USDC, ALL);
        require(maximum == 25 * UNIT && paid == 40_000 * UNIT, "bounds and price of now");
        bidder.fill(ETH, USDC, ALL, false);
        require(_value(ETH) * 10_000 == _nav() * 4_000, "at its target");
    }

    function test_downByMoreThereIsNoNeedAndItCanBeClosed() public {
        rebalancer.open(ETH, USDC);
        _pass(900);
        // Ether 320,000 of 820,000 is below 40%.
        _move(ETH, 1_280e18);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NothingToFill.selector, ETH, USDC));
        bidder.fill(ETH, USDC, ALL, false);
        require(reserve.cash(ETH) == 250 * UNIT, "nothing was sold below its target");
        rebalancer.close(ETH, USDC);
        // It was no lack of bidders: the next lot is not smaller.
        _move(ETH, 2_000e18);
        require(rebalancer.open(ETH, USDC) == 50 * UNIT, "the same lot");
    }

    function test_upByAFifthNoMoreThanTheLotGoes() public {
        rebalancer.open(ETH, USDC);
        _pass(900);
        _move(ETH, 2_400e18);
        // Ether 600,000 of 1,100,000: 160,000 above; USDC 130,000 below, 54 ether; the lot is 50.
        (uint256 amount, uint256 paid) = bidder.fill(ETH, USDC, ALL, false);
        require(amount == 50 * UNIT && paid == 120_000 * UNIT, "at the new price");
        require(_value(USDC) <= (_nav() * 3_000) / 10_000, "not above its target");
    }

    function test_theBoughtAssetFalls() public {
        rebalancer.open(ETH, USDC);
        _pass(900);
        _move(USDC, 0.8e18);
        // USDC 160,000 of 960,000: 128,000 below; ether 116,000 above. 50 ether are the lot.
        (, uint256 paid) = bidder.fill(ETH, USDC, ALL, false);
        require(paid == 125_000 * UNIT, "more of it is paid");
    }

    /// @dev Prices move by up to 20% either way between any two fills: no fill ever goes past a target, bitcoin and USDT counted as at the opening, nor costs more than
    /// the budget of now. `AuctionRest` has what bitcoin's own moves can do.
    function testFuzz_movesWithinAnAuction(uint256 seed) public {
        rebalancer.open(ETH, USDC);
        for (uint256 i; i < 5; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _move(ETH, (prices[ETH] * (8_000 + (seed % 4_001))) / 10_000);
            _move(BTC, (prices[BTC] * (8_000 + ((seed >> 32) % 4_001))) / 10_000);
            _pass(300);
            uint256 before = _nav();
            bool over = _value(ETH) * 10_000 > _whole() * 4_000;
            uint256 budget = rebalancer.lossBudget();
            try bidder.fill(ETH, USDC, (seed >> 64) % (50 * UNIT), false) {
                require(over, "sold what was not overweight");
                uint256 nav = _whole();
                require(_nav() + budget >= before, "lost more than the budget");
                require((_value(ETH) + 1e14) * 10_000 >= nav * 4_000, "sold below the target");
                require(_value(USDC) * 10_000 <= (nav + 1e14) * 3_000 + 1e18, "bought above the target");
            } catch {}
        }
    }

    /// @dev Ether and USDC as they are; bitcoin for 200,000 and USDT for 100,000, as they were. {USD}
    function _whole() private view returns (uint256) {
        return _value(ETH) + _value(USDC) + 300_000e18;
    }

    function test_unpricedStopsItsOwnAuctionsOnly() public {
        _setWeights(4_000, 1_000, 4_000, 1_000);
        rebalancer.open(ETH, USDC);
        rebalancer.open(BTC, USDC);
        oracle.setDead(ETH, 1_000e18, 2_000e18);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.PriceUnusable.selector, ETH, uint256(PriceStatus.Unpriced)));
        bidder.fill(ETH, USDC, ALL, false);
        // In time it can be neither filled nor closed: it may be back.
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.PriceUnusable.selector, ETH, uint256(PriceStatus.Unpriced)));
        rebalancer.close(ETH, USDC);
        // It counts at its undecayed last good high: bitcoin is overweight by no more than before.
        (, uint256 maximum) = rebalancer.quoteFill(BTC, USDC, ALL);
        require(maximum >= (5 * UNIT) / 2 - UNIT / 20 && maximum <= (5 * UNIT) / 2, "as before");
        _pass(900);
        bidder.setTrade(address(tokens[BTC]), address(tokens[USDC]));
        bidder.fill(BTC, USDC, ALL, false);
        oracle.set(ETH, 1_900e18, 2_100e18, PriceStatus.Disagreeing);
        vm.expectRevert(
            abi.encodeWithSelector(IRebalancer.PriceUnusable.selector, ETH, uint256(PriceStatus.Disagreeing))
        );
        bidder.fill(ETH, USDC, ALL, false);
        _pass(1_801);
        rebalancer.close(ETH, USDC);
    }
}
