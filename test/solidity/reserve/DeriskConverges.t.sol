// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {DeriskWorld} from "./DeriskWorld.sol";

/// @dev De-risking and its own auctions: the scale does not chase what its fills do. Bidders take everything at the worst price that there is for the reserve.
contract DeriskConvergesTest is DeriskWorld {
    /// @dev What happened on a path.
    struct Path {
        uint256 turns; // of the scale
        uint256 aimMoved; // sum of |change| of the aim, bps
        uint256 traded; // {USD}
        uint256 lost; // {USD}
        bool rising;
        uint256 scale;
        uint256 aim;
    }

    /// @dev Half a day: the scale moves, whatever is outside its band is auctioned, and filled at the end of the auction.
    function _step(Path memory p) private {
        uint256 end = time + 12 hours;
        uint256 aim = _aim();
        p.aimMoved += aim > p.aim ? aim - p.aim : p.aim - aim;
        p.aim = aim;
        uint256 scale = rebalancer.adjust();
        require(scale <= p.scale + 1_001 && p.scale <= scale + 1_001, "more than its pace");
        if (scale != p.scale) {
            bool rising = scale > p.scale;
            if (rising != p.rising) ++p.turns;
            p.rising = rising;
            // Never away from the aim, and upward never but from a margin below, or on the way.
            require(rising ? scale <= aim : scale >= aim, "past the aim");
        }
        p.scale = scale;
        uint256[2] memory passes = [uint256(1), 0];
        for (uint256 i; i < 2; ++i) {
            for (uint256 sold; sold < 4; ++sold) {
                for (uint256 bought; bought < 4; ++bought) {
                    // Risky ones first; then whatever else is over.
                    if (sold != bought && (sold < 2 ? uint256(1) : 0) == passes[i]) _trade(p, sold, bought);
                }
            }
        }
        _pass(end - time);
    }

    function _trade(Path memory p, uint256 sold, uint256 bought) private {
        try rebalancer.open(sold, bought) {} catch {
            return;
        }
        _pass(1_800);
        bidder.setTrade(address(tokens[sold]), address(tokens[bought]));
        uint256 before = _nav();
        try bidder.fill(sold, bought, ALL, true) returns (uint256 amount, uint256) {
            p.traded += (amount * prices[sold]) / UNIT;
            uint256 nav = _nav();
            if (nav < before) p.lost += before - nav;
        } catch {}
        _pass(1);
        try rebalancer.close(sold, bought) {} catch {}
    }

    /// @dev Prices that stand still: one way, to the aim, and then nothing any more.
    function test_atStillPricesItEnds() public {
        _supply(931_250e18);
        Path memory p;
        (p.scale, p.aim) = (10_000, _aim());
        for (uint256 i; i < 16; ++i) _step(p);
        require(p.turns <= 1 && !p.rising, "down only");
        // Fills cost something, so the aim is a little lower than at first; the scale stands at it.
        require(p.scale >= p.aim && p.scale - p.aim <= 500, "at the aim");
        require(p.aim > 4_000 && p.aim <= 5_000, "about half");
        uint256 traded = p.traded;
        uint256 scale = p.scale;
        for (uint256 i; i < 20; ++i) _step(p);
        require(p.scale + 100 >= scale && p.scale <= scale, "stands");
        require(p.traded - traded <= 20_000e18, "nothing is traded back and forth");
        require(p.lost * 100 <= p.traded, "1% of what was traded at most");
    }

    /// @dev Prices at random: turns only as often as the aim itself moves by the margin; losses bounded by the budget.
    /// hardhat-config: fuzz.runs = 12
    function testFuzz_turnsAndCostAreBounded(uint256 seed) public {
        _supply(880_000e18 + (seed % 60_000e18));
        Path memory p;
        (p.scale, p.aim) = (10_000, _aim());
        uint256 steps = 20;
        for (uint256 i; i < steps; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            // Up to 6% either way in half a day, ether and bitcoin together for the most part.
            _move(ETH, (prices[ETH] * (9_400 + (seed % 1_201))) / 10_000);
            _move(BTC, (prices[BTC] * (9_600 + ((seed >> 64) % 801))) / 10_000);
            _step(p);
        }
        // A turn upward needs the aim to have risen past the margin (500) since the scale stood at it, and every second turn is one.
        require(p.turns <= 2 + (2 * p.aimMoved) / 500, "oscillates");
        require(p.lost <= (steps / 2 + 1) * 2_600e18, "more than the budget of each day");
        require(p.lost * 100 <= (p.traded * 101) / 100 + 1e18, "more than the slippage");
    }
}
