// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

import {LiquidationParameters} from "../interfaces/ICreditEngine.sol";

/// @notice What liquidation looks at. All {USD} with 18 decimals (debt: {plUSD}, counted at 1 USD).
/// @param value V: priced collateral at mid, without liquidity discount.
/// @param priced M_s: the priced collateral's part of the maintenance limit.
/// @param limit M: the whole maintenance limit, decaying unpriced collateral included.
/// @param debt D.
struct Exposure {
    uint256 value;
    uint256 priced;
    uint256 limit;
    uint256 debt;
}

/// @notice A slice: which part of every priced asset goes, for how much debt.
/// @param fraction f, at most 1. 18 decimals
/// @param incentive l. 18 decimals
/// @param repay `f V / (1 + l)`, at most D. {plUSD}, rounded up
/// @param insolvent The priced collateral cannot pay its part of the debt.
struct Slice {
    uint256 fraction;
    uint256 incentive;
    uint256 repay;
    bool insolvent;
}

/// @title Sizes of liquidation slices
/// @notice DESIGN section 3, "Account". Pure arithmetic, so that it can be held against an independent model.
/// @dev RANGES. Every amount of an exposure is below MAX_VALUE = 2^120 (1.3e18 USD), which `check` establishes once; D > M, and D > 0.
/// Then the largest product, V * M * 1e18 aside (it goes through mulDiv), is V * f < 2^180: nothing overflows, and `unchecked` is safe.
/// No divisor is 0 where `rawDiv`, which does not look, divides: D, a full health below 1, 1 + l and bps are positive.
library LiquidationMath {
    using FixedPointMathLib for uint256;

    /// @notice An amount is beyond the range of the arithmetic. {USD}
    error ExposureTooLarge(uint256 value, uint256 limit, uint256 debt);

    uint256 private constant MAX_VALUE = 1 << 120;
    /// @dev Times WAD it has less than 256 bits.
    uint256 private constant MAX_PLAIN = 1 << 196;
    uint256 internal constant WAD = 1e18;
    uint256 internal constant BPS = 1e4;
    uint256 private constant WAD_PER_BPS = 1e14;

    /// @notice Reverts unless the exposure is within the range that everything here relies on. (M_s <= M)
    function check(Exposure memory e) internal pure {
        require((e.value | e.limit | e.debt) < MAX_VALUE, ExposureTooLarge(e.value, e.limit, e.debt));
    }

    /// @notice Whether the priced collateral cannot pay its share of the debt: `V M < M_s D`, or, where nothing priced counts
    /// towards M, `V < D` with nothing else counting either.
    function isInsolvent(Exposure memory e) internal pure returns (bool) {
        unchecked {
            if (e.priced == 0) return e.value < e.debt && e.limit == 0;
            return e.value * e.limit < e.priced * e.debt;
        }
    }

    /// @notice The largest incentive that does not lower a solvent account's health: `(1 + l) M_s D <= V M`.
    /// @dev Rounded down, for the account; no limit when nothing priced counts towards M; 0 for an insolvent exposure.
    function capByHealth(Exposure memory e) internal pure returns (uint256) {
        unchecked {
            if (e.priced == 0) return type(uint256).max;
            uint256 due = e.priced * e.debt;
            uint256 have = e.value * e.limit;
            if (have < due) return 0;
            uint256 gain = have - due;
            // A product of amounts below 3e11 USD fits; others go the long way.
            return gain < MAX_PLAIN ? (gain * WAD).rawDiv(due) : Math.mulDiv(gain, WAD, due);
        }
    }

    /// @notice The largest incentive that leaves no debt behind: `V / D - 1` where V >= D, else lmin.
    /// @dev Rounded down, for the account.
    function capByValue(Exposure memory e, LiquidationParameters memory p) internal pure returns (uint256) {
        unchecked {
            if (e.value < e.debt) return uint256(p.minIncentive) * WAD_PER_BPS;
            return ((e.value - e.debt) * WAD).rawDiv(e.debt);
        }
    }

    /// @notice lmin at health 1, lmax at `fullIncentiveHealth` and below, linear between. 18 decimals
    function incentiveCurve(uint256 health, LiquidationParameters memory p) internal pure returns (uint256) {
        unchecked {
            uint256 low = uint256(p.minIncentive) * WAD_PER_BPS;
            uint256 high = uint256(p.maxIncentive) * WAD_PER_BPS;
            uint256 full = uint256(p.fullIncentiveHealth) * WAD_PER_BPS;
            if (health >= WAD) return low;
            if (health <= full) return high;
            return low + ((high - low) * (WAD - health)).rawDiv(WAD - full);
        }
    }

    /// @notice The largest slice of an exposure with D > M.
    /// @param cap Upper limit of the incentive (see `capByHealth`, `capByValue`); ignored when insolvent.
    /// @param insolvent Judged by the caller: on absorption the slice may be of a subset, insolvency is of the whole.
    /// @param minimumDebt No smaller debt is left, except 0 or where nothing priced is left to pay it. {plUSD}
    function slice(
        Exposure memory e,
        LiquidationParameters memory p,
        uint256 cap,
        bool insolvent,
        uint256 minimumDebt
    ) internal pure returns (Slice memory s) {
        unchecked {
            s.insolvent = insolvent;
            if (insolvent) {
                s.incentive = uint256(p.minIncentive) * WAD_PER_BPS;
                s.fraction = WAD;
                s.repay = _price(e.value, s.incentive);
                if (s.repay > e.debt) s.repay = e.debt;
                return s;
            }

            s.incentive = incentiveCurve((e.limit * WAD).rawDiv(e.debt), p);
            if (s.incentive > cap) s.incentive = cap;

            // f = (H D - M) / (H V / (1 + l) - M_s), by which health after the slice is H. The denominator is positive because
            // (1 + l) M_s D <= V M < V D makes V / (1 + l) > M_s, and H >= 1. Rounded down: the account keeps more.
            uint256 wanted = (uint256(p.targetHealth) * e.debt).rawDiv(BPS) - e.limit;
            uint256 gained = (uint256(p.targetHealth) * e.value * WAD).rawDiv(WAD + s.incentive).rawDiv(BPS);
            gained = gained > e.priced ? gained - e.priced : 0;
            s.fraction = wanted >= gained ? WAD : (wanted * WAD).rawDiv(gained);
            s.repay = _priceOf(e.value, s.fraction, s.incentive);

            if (s.repay >= e.debt || e.debt - s.repay < minimumDebt) {
                // All of the debt goes, for no more than its worth plus the incentive; where even everything does not pay it
                // (part of the limit is unpriced collateral), everything priced goes.
                uint256 all = _price(e.value, s.incentive);
                if (all > e.debt) {
                    s.fraction = fractionFor(e.value, e.debt, s.incentive);
                    s.repay = e.debt;
                } else {
                    s.fraction = WAD;
                    s.repay = all;
                }
            }
        }
    }

    /// @notice The fraction of `value` that `repay` buys: `repay (1 + l) / V`, at most 1, rounded down. 18 decimals
    function fractionFor(uint256 value, uint256 repay, uint256 incentive) internal pure returns (uint256 f) {
        unchecked {
            f = (repay * (WAD + incentive)) / value;
            if (f > WAD) f = WAD;
        }
    }

    /// @dev What is paid for all of `value`, rounded up: against the taker.
    function _price(uint256 value, uint256 incentive) private pure returns (uint256) {
        unchecked {
            return (value * WAD + WAD + incentive - 1).rawDiv(WAD + incentive);
        }
    }

    /// @dev What is paid for a fraction of `value`, rounded up: against the taker.
    function _priceOf(uint256 value, uint256 fraction, uint256 incentive) private pure returns (uint256) {
        unchecked {
            return (value * fraction + WAD + incentive - 1).rawDiv(WAD + incentive);
        }
    }
}
