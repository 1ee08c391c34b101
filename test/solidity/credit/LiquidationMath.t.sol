// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Exposure, LiquidationMath, Slice} from "../../../contracts/credit/LiquidationMath.sol";
import {LiquidationParameters} from "../../../contracts/interfaces/ICreditEngine.sol";

/// @notice What every slice must satisfy, whatever the exposure and the parameters. Exact values are compared in
/// `test/unit/credit/liquidation-model.test.ts`; here the fuzzer looks for an exposure that breaks a property.
contract LiquidationMathTest {
    uint256 private constant WAD = 1e18;
    uint256 private constant BPS = 1e4;
    /// @dev {USD} 18 decimals: 1e15 USD
    uint256 private constant LARGEST = 1e33;

    struct Seeds {
        uint256 value;
        uint256 priced;
        uint256 unpriced;
        uint256 debt;
        uint256 minimum;
        uint256 parameters;
    }

    // ---------------------------------------------------------------- slices

    function testFuzz_sliceProperties(Seeds memory seeds) public pure {
        (Exposure memory e, LiquidationParameters memory p, uint256 minimum) = _case(seeds);
        bool insolvent = LiquidationMath.isInsolvent(e);
        uint256 byHealth = LiquidationMath.capByHealth(e);
        uint256 byValue = LiquidationMath.capByValue(e, p);
        uint256 cap = Math.min(byHealth, byValue);
        Slice memory s = LiquidationMath.slice(e, p, cap, insolvent, minimum);

        require(s.fraction <= WAD, "more than all");
        require(s.repay <= e.debt, "pays more than is owed");
        require(s.insolvent == insolvent, "insolvency lost");
        // Against the taker: never less than f V / (1 + l), except where the whole debt was paid.
        require(
            s.repay * (WAD + s.incentive) >= e.value * s.fraction || (insolvent && s.repay == e.debt),
            "pays too little"
        );
        // ... and by no more than rounding: a part in 1e18 of V, and a wei.
        require(s.repay * (WAD + s.incentive) <= e.value * (s.fraction + 1) + WAD + s.incentive, "pays too much");
        if (insolvent) {
            require(s.incentive == uint256(p.minIncentive) * 1e14, "an insolvent account pays more than lmin");
            require(s.fraction == WAD, "something priced is left to an insolvent account");
            require(s.repay == e.debt || s.repay <= e.value, "pays more than it is worth");
            return;
        }
        _checkSolvent(e, p, minimum, s);
    }

    function _checkSolvent(
        Exposure memory e,
        LiquidationParameters memory p,
        uint256 minimum,
        Slice memory s
    ) private pure {
        require(s.incentive <= uint256(p.maxIncentive) * 1e14, "above lmax");
        // (1 + l) M_s D <= V M
        require(
            _lessOrEqual((WAD + s.incentive) * e.priced, e.debt, e.value * e.limit, WAD),
            "the cap by health is broken"
        );
        if (e.value >= e.debt) {
            require((WAD + s.incentive) * e.debt <= e.value * WAD, "the cap by value is broken");
        } else {
            require(s.incentive <= uint256(p.minIncentive) * 1e14, "above lmin with V < D");
        }
        // (M - f M_s) / (D - repay) >= M / D, with everything times 1e18.
        require(
            _lessOrEqual(e.limit * WAD, e.debt - s.repay, e.limit * WAD - e.priced * s.fraction, e.debt),
            "health fell"
        );
        uint256 left = e.debt - s.repay;
        require(left == 0 || left >= minimum || s.fraction == WAD, "a debt below the minimum is left");
        if (e.value >= e.debt) require(s.fraction < WAD || left == 0, "bad debt though V >= D");
    }

    /// @dev Smaller payments buy no more than their worth, and never the whole for a part of it.
    function testFuzz_fractionForIsRoundedAgainstTheTaker(uint256 value, uint256 repay, uint256 incentive) public pure {
        value = 1 + (value % LARGEST);
        repay = repay % LARGEST;
        incentive = incentive % 0.25e18;
        uint256 f = LiquidationMath.fractionFor(value, repay, incentive);
        require(f <= WAD, "more than all");
        require(f * value <= repay * (WAD + incentive), "takes more than was paid for");
        if (f < WAD) require((f + 1) * value > repay * (WAD + incentive), "not the largest fraction");
    }

    // ---------------------------------------------------------------- insolvency

    /// @dev All priced: insolvent means that V < D. Nothing unpriced can blur it.
    function testFuzz_allPricedInsolvencyIsValueBelowDebt(Seeds memory seeds) public pure {
        seeds.unpriced = 0;
        (Exposure memory e, , ) = _case(seeds);
        e.limit = e.priced;
        if (e.debt <= e.limit) e.debt = e.limit + 1;
        require(LiquidationMath.isInsolvent(e) == (e.value < e.debt), "insolvent");
    }

    function testFuzz_capsAreZeroExactlyAtInsolvency(Seeds memory seeds) public pure {
        (Exposure memory e, , ) = _case(seeds);
        if (e.priced == 0) {
            require(LiquidationMath.capByHealth(e) == type(uint256).max, "a cap without priced limit");
        } else if (LiquidationMath.isInsolvent(e)) {
            require(LiquidationMath.capByHealth(e) == 0, "a cap above 0 for an insolvent exposure");
        }
    }

    // ---------------------------------------------------------------- incentive

    function testFuzz_curveFallsWithHealthWithinBounds(uint256 a, uint256 b, uint256 parameters) public pure {
        LiquidationParameters memory p = _parameters(parameters);
        a = a % 1.2e18;
        b = b % 1.2e18;
        if (a > b) (a, b) = (b, a);
        uint256 worse = LiquidationMath.incentiveCurve(a, p);
        uint256 better = LiquidationMath.incentiveCurve(b, p);
        require(worse >= better, "a lower health earns less");
        require(better >= uint256(p.minIncentive) * 1e14, "below lmin");
        require(worse <= uint256(p.maxIncentive) * 1e14, "above lmax");
        uint256 full = uint256(p.fullIncentiveHealth) * 1e14;
        require(LiquidationMath.incentiveCurve(WAD, p) == uint256(p.minIncentive) * 1e14, "not lmin at 1");
        require(LiquidationMath.incentiveCurve(full, p) == uint256(p.maxIncentive) * 1e14, "not lmax when full");
    }

    // ---------------------------------------------------------------- corners

    function test_corners() public pure {
        LiquidationParameters memory p = LiquidationParameters(10_500, 200, 1_000, 9_000, 9_700, 1_000);
        uint256[6] memory values = [uint256(0), 1, 1e9, 1e18, 1e24, LARGEST];
        for (uint256 v; v < 6; ++v) {
            for (uint256 d; d < 6; ++d) {
                uint256 debt = values[d] == 0 ? 2 : values[d];
                // M just below D, M of nothing, and both with nothing priced towards it.
                _slice(Exposure(values[v], debt - 1, debt - 1, debt), p);
                _slice(Exposure(values[v], 0, debt - 1, debt), p);
                _slice(Exposure(values[v], 0, 0, debt), p);
                _slice(Exposure(values[v], 1, debt - 1 == 0 ? 1 : debt - 1, debt), p);
            }
        }
    }

    function _slice(Exposure memory e, LiquidationParameters memory p) private pure {
        if (e.limit >= e.debt) return;
        uint256 cap = Math.min(LiquidationMath.capByHealth(e), LiquidationMath.capByValue(e, p));
        bool insolvent = LiquidationMath.isInsolvent(e);
        Slice memory s = LiquidationMath.slice(e, p, cap, insolvent, 100e18);
        require(s.repay <= e.debt && s.fraction <= WAD, "a corner is out of bounds");
        if (!insolvent) _checkSolvent(e, p, 100e18, s);
    }

    // ---------------------------------------------------------------- cases

    /// @dev An exposure with D > M. M_s goes above V too: such collateral cannot be listed, but the arithmetic must not care.
    function _case(
        Seeds memory seeds
    ) private pure returns (Exposure memory e, LiquidationParameters memory p, uint256 minimum) {
        p = _parameters(seeds.parameters);
        minimum = 1e18 + (seeds.minimum % 100_000e18);
        e.value = _amount(seeds.value);
        e.priced = seeds.priced % 8 == 0 ? _amount(seeds.priced) : (e.value * (seeds.priced % BPS)) / BPS;
        uint256 more = seeds.unpriced % 2 == 0 ? 0 : _amount(seeds.unpriced);
        e.limit = e.priced + more;
        // Just below health 1, or anywhere.
        e.debt = e.limit + 1 + (seeds.debt % 4 == 0 ? 0 : _amount(seeds.debt >> 8) % (e.limit + e.value + 1));
    }

    /// @dev Anything that governance can set.
    function _parameters(uint256 seed) private pure returns (LiquidationParameters memory p) {
        p.targetHealth = uint16(10_000 + (seed % 5_001));
        p.minIncentive = uint16((seed >> 16) % 2_501);
        p.maxIncentive = uint16(p.minIncentive + ((seed >> 32) % (2_501 - p.minIncentive)));
        p.fullIncentiveHealth = uint16(5_000 + ((seed >> 48) % 5_000));
        p.absorbHealth = uint16((seed >> 64) % 10_001);
        p.tipShare = uint16((seed >> 80) % 5_001);
    }

    /// @dev Any order of magnitude up to 1e15 USD, 0 included.
    function _amount(uint256 seed) private pure returns (uint256) {
        return (seed >> 8) % (1 + (LARGEST >> (seed % 111)));
    }

    /// @dev a * b <= c * d in full width.
    function _lessOrEqual(uint256 a, uint256 b, uint256 c, uint256 d) private pure returns (bool) {
        (uint256 highLeft, uint256 lowLeft) = Math.mul512(a, b);
        (uint256 highRight, uint256 lowRight) = Math.mul512(c, d);
        return highLeft < highRight || (highLeft == highRight && lowLeft <= lowRight);
    }
}
