// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

import {MemoryArray} from "../libraries/MemoryArray.sol";
import {Covariance} from "./Covariance.sol";
import {HaircutFormula} from "./HaircutFormula.sol";
import {PortfolioSlot} from "./ModelSlots.sol";

/// @title Value at risk of a portfolio under a covariance matrix
/// @notice `(1-g) z sqrt(hor E'C^E) + g sum_i z sqrt(hor) vol_i E_i`, C^ the matrix with floored variances.
/// @dev RANGES. Exposures are brought below 2**88 by a common shift, rounded up; entries are below 2**63: `E'C^E` with up to 16 assets is below
/// 2**(88 + 88 + 63 + 8) = 2**247, its root, with 28 bits after the point, below 2**124.
library PortfolioRisk {
    using Covariance for Covariance.Matrix;
    using MemoryArray for uint256[];

    uint256 private constant EXPOSURE_BITS = 88;
    uint256 private constant BPS = 10_000;
    /// @dev Bits after the point of a volatility here.
    uint256 private constant VOLATILITY_FRACTION = 60;
    /// @dev From the root of a variance (28 bits) to a volatility.
    uint256 private constant ROOT_TO_VOLATILITY = VOLATILITY_FRACTION - Covariance.FRACTION / 2;
    /// @dev Bits after the point of a scale.
    uint256 internal constant SCALE_FRACTION = 40;
    /// @dev Unit of a volatility times a scale times bps.
    uint256 private constant UNIT = BPS << (VOLATILITY_FRACTION + SCALE_FRACTION);

    /// @notice z times the root of the horizon in days, as `PortfolioSlot` keeps it: below 2**48.
    /// @param z {1e-6} below 2**24
    /// @param horizon {h} below 2**10
    function scaleOf(uint256 z, uint256 horizon) internal pure returns (uint256) {
        // Rounded up twice; the roots' relative error is below 2**-100.
        uint256 root = FixedPointMathLib.sqrt((horizon << 200) / 24) + 1;
        return Math.ceilDiv(z * root, 1e6 << (100 - SCALE_FRACTION));
    }

    /// @notice Value at risk. {USD} 18 decimals, rounded up
    /// @param exposures By asset number, at most 16, each below 2**128; overwritten. {USD} 18 decimals
    /// @param bits All bits that any exposure has.
    /// @param terms Volatility floors and how much of a loss to cover.
    function valueAtRisk(
        Covariance.Matrix storage matrix,
        PortfolioSlot terms,
        uint256[] memory exposures,
        uint256 bits
    ) internal view returns (uint256) {
        uint256 shift = _shiftDown(exposures, bits);
        unchecked {
            int256 variance;
            uint256 undiversified;
            uint256 rows = Covariance.newRows();
            uint256 loaded;
            for (uint256 i = 0; i < exposures.length; ++i) {
                uint256 exposure = exposures.get(i);
                if (exposure == 0) continue;
                int256 others;
                uint256 own;
                (others, own, loaded) = matrix.times(exposures, i, rows, loaded);
                own = HaircutFormula.floored(own, terms.floorOf(i));
                // Casts are safe: see RANGES.
                variance += int256(exposure) * (int256(own * exposure) + 2 * others);
                undiversified += _volatility(own) * exposure;
            }
            uint256 guard = terms.guard();
            uint256 mixed = (BPS - guard) * (_root(variance) << ROOT_TO_VOLATILITY) + guard * undiversified;
            return ((mixed * terms.scale() + UNIT - 1) / UNIT) << shift;
        }
    }

    /// @notice What each exposure adds to the value at risk, rounded toward 0. {USD} 18 decimals
    function components(
        Covariance.Matrix storage matrix,
        PortfolioSlot terms,
        uint256[] memory exposures,
        uint256 bits
    ) internal view returns (int256[] memory parts) {
        uint256 count = exposures.length;
        uint256 shift = _shiftDown(exposures, bits);
        uint256 guard = terms.guard();
        parts = new int256[](count);
        uint256[] memory volatilities = new uint256[](count);
        int256 variance;
        // First C^E, then each asset's share of the root of E'C^E.
        for (uint256 i = 0; i < count; ++i) {
            for (uint256 j = 0; j < count; ++j) {
                int256 entry = matrix.entryAt(i, j);
                if (i == j) {
                    uint256 own = HaircutFormula.floored(uint256(entry), terms.floorOf(i));
                    volatilities[i] = _volatility(own);
                    entry = int256(own);
                }
                parts[i] += entry * int256(exposures[j]);
            }
            variance += parts[i] * int256(exposures[i]);
        }
        int256 root = int256(_root(variance));
        int256 scale = int256(terms.scale());
        for (uint256 i = 0; i < count; ++i) {
            int256 share = root == 0 ? int256(0) : (parts[i] * int256(exposures[i])) / root;
            int256 mixed =
                share * int256((BPS - guard) << ROOT_TO_VOLATILITY) + int256(guard * volatilities[i] * exposures[i]);
            parts[i] = ((mixed * scale) / int256(UNIT)) * int256(1 << shift);
        }
    }

    /// @dev 60 bits after the point.
    function _volatility(uint256 variance) private pure returns (uint256) {
        return FixedPointMathLib.sqrt(variance << 64);
    }

    /// @dev The root of a variance that is negative by rounding at most.
    function _root(int256 variance) private pure returns (uint256) {
        return variance > 0 ? FixedPointMathLib.sqrt(uint256(variance)) : 0;
    }

    /// @dev Brings all exposures below 2**88, rounded up.
    function _shiftDown(uint256[] memory exposures, uint256 bits) private pure returns (uint256 shift) {
        if (bits >> EXPOSURE_BITS == 0) return 0;
        unchecked {
            // One more than needed, for rounding up may carry into the next bit.
            shift = Math.log2(bits) + 2 - EXPOSURE_BITS;
            uint256 carry = (1 << shift) - 1;
            for (uint256 i = 0; i < exposures.length; ++i) exposures[i] = (exposures[i] + carry) >> shift;
        }
    }
}
