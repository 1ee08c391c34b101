// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Valuation} from "../../../contracts/risk/Valuation.sol";

contract ValuationTest {
    uint256 private constant WAD = 1e18;

    /// @dev Draws inside the documented ranges, small numbers as often as large ones.
    function _draw(uint256 seed, uint256 bits) private pure returns (uint256) {
        uint256 shift = (seed >> 200) % (bits + 1);
        return (seed & ((1 << bits) - 1)) >> shift;
    }

    struct Case {
        uint256 price;
        uint256 balance;
        uint256 depth;
        uint256 unit;
        uint256 haircut;
    }

    function _case(uint256[5] memory seeds) private pure returns (Case memory c) {
        c.price = _draw(seeds[0], 100);
        c.balance = _draw(seeds[1], 64);
        c.depth = _draw(seeds[2], 75);
        c.unit = 10 ** (seeds[3] % 19);
        c.haircut = seeds[4] % 10_001;
    }

    // ---- worked examples

    function test_sellingTheDepthItselfHalvesThePrice() public pure {
        assert(Valuation.adjustedAmount(1e8, 1e8) == 5e7);
        // 3 tokens at 2,000 USD into a depth of 6 tokens: 6,000 * 6 / 9 = 4,000 USD; a quarter off: 3,000 USD.
        assert(Valuation.adjustedAmount(3e8, 6e8) == 2e8);
        assert(Valuation.adjustedValue(2_000 * WAD, 3e8, 6e8, 1e8) == 4_000 * WAD);
        assert(Valuation.limitTerm(2_000 * WAD, 3e8, 6e8, 1e8, 2_500) == 3_000 * WAD);
        assert(Valuation.plainValue(2_000 * WAD, 3e8, 1e8) == 6_000 * WAD);
    }

    function test_everythingRoundsDown() public pure {
        // 10 * 7 / 17 = 4.1...; at a price of 3 a unit 12.3...; less 1 bps 12.3...; less 5,000 bps 6.1...
        assert(Valuation.adjustedAmount(10, 7) == 4);
        assert(Valuation.adjustedValue(3, 10, 7, 1) == 12);
        assert(Valuation.limitTerm(3, 10, 7, 1, 1) == 12);
        assert(Valuation.limitTerm(3, 10, 7, 1, 5_000) == 6);
        assert(Valuation.plainValue(19, 1, 10) == 1);
    }

    function test_oneDivisionOnly() public pure {
        // The amount is 9 / 6 = 1.5, worth 9, half of it 4.5 -> 4. Rounding the amount first would give 1 * 6 / 2 = 3.
        assert(Valuation.limitTerm(6, 3, 3, 1, 5_000) == 4);
    }

    function test_zerosCountZeroAndDivideNothing() public pure {
        assert(Valuation.adjustedAmount(0, 0) == 0);
        assert(Valuation.adjustedAmount(5, 0) == 0);
        assert(Valuation.adjustedAmount(0, 5) == 0);
        assert(Valuation.adjustedValue(WAD, 0, 0, 1) == 0);
        assert(Valuation.adjustedValue(WAD, 5, 0, 1) == 0);
        assert(Valuation.limitTerm(WAD, 0, 0, 1, 0) == 0);
        assert(Valuation.limitTerm(WAD, 5, 0, 1, 0) == 0);
        assert(Valuation.limitTerm(0, 5, 5, 1, 0) == 0);
        assert(Valuation.limitTerm(WAD, 5, 5, 1, 10_000) == 0);
    }

    function test_theLargestInputsDoNotOverflow() public pure {
        (uint256 price, uint256 balance, uint256 depth) = ((1 << 100) - 1, (1 << 64) - 1, (1 << 75) - 1);
        assert(balance == Valuation.MAX_BALANCE && depth == Valuation.MAX_DEPTH);
        uint256 exact = Math.mulDiv(price * balance, depth, depth + balance);
        assert(Valuation.limitTerm(price, balance, depth, 1, 0) == exact);
        assert(Valuation.adjustedValue(price, balance, depth, 1) == exact);
        assert(Valuation.adjustedValue(price, balance, depth, 1e18) == exact / 1e18);
    }

    // ---- against plain 512-bit arithmetic

    function testFuzz_agreesWithWideArithmetic(uint256[5] memory seeds) public pure {
        Case memory c = _case(seeds);
        if (c.depth == 0) return;
        uint256 sum = c.depth + c.balance;
        assert(Valuation.adjustedAmount(c.balance, c.depth) == Math.mulDiv(c.balance, c.depth, sum));
        assert(
            Valuation.adjustedValue(c.price, c.balance, c.depth, c.unit)
                == Math.mulDiv(c.price * c.balance, c.depth, sum * c.unit)
        );
        assert(
            Valuation.limitTerm(c.price, c.balance, c.depth, c.unit, c.haircut)
                == Math.mulDiv(c.price * c.balance, c.depth * (10_000 - c.haircut), sum * c.unit * 10_000)
        );
        assert(Valuation.plainValue(c.price, c.balance, c.unit) == Math.mulDiv(c.price, c.balance, c.unit));
    }

    // ---- properties

    function testFuzz_neverAbovePriceTimesAmount(uint256[5] memory seeds) public pure {
        Case memory c = _case(seeds);
        uint256 plain = Valuation.plainValue(c.price, c.balance, c.unit);
        uint256 adjusted = Valuation.adjustedValue(c.price, c.balance, c.depth, c.unit);
        assert(adjusted <= plain);
        assert(Valuation.limitTerm(c.price, c.balance, c.depth, c.unit, c.haircut) <= adjusted);
        // Nor above what the whole depth would bring.
        assert(adjusted <= (c.price * c.depth) / c.unit);
        assert(Valuation.adjustedAmount(c.balance, c.depth) <= Math.min(c.balance, c.depth));
    }

    function testFuzz_monotoneInEveryInput(uint256[5] memory seeds, uint256 more) public pure {
        Case memory c = _case(seeds);
        uint256 term = Valuation.limitTerm(c.price, c.balance, c.depth, c.unit, c.haircut);
        uint256 raised = Math.min(c.balance + _draw(more, 64), Valuation.MAX_BALANCE);
        assert(Valuation.limitTerm(c.price, raised, c.depth, c.unit, c.haircut) >= term);
        raised = Math.min(c.depth + _draw(more, 75), Valuation.MAX_DEPTH);
        assert(Valuation.limitTerm(c.price, c.balance, raised, c.unit, c.haircut) >= term);
        raised = Math.min(c.price + _draw(more, 100), (1 << 100) - 1);
        assert(Valuation.limitTerm(raised, c.balance, c.depth, c.unit, c.haircut) >= term);
        raised = Math.min(c.haircut + (more % 10_001), 10_000);
        assert(Valuation.limitTerm(c.price, c.balance, c.depth, c.unit, raised) <= term);
    }

    /// @dev Selling in two halves on two accounts gains, but one account never gets more by holding it all at once: the
    /// value of a sum is at most the sum of the values (up to the rounding of the two parts).
    function testFuzz_subadditive(uint256[5] memory seeds, uint256 second) public pure {
        Case memory c = _case(seeds);
        second = _draw(second, 63);
        uint256 first = c.balance >> 1;
        uint256 whole = Valuation.adjustedValue(c.price, first + second, c.depth, c.unit);
        uint256 parts = Valuation.adjustedValue(c.price, first, c.depth, c.unit)
            + Valuation.adjustedValue(c.price, second, c.depth, c.unit);
        assert(whole <= parts + 1);
    }
}
