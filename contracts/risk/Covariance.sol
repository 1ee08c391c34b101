// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title An exponentially weighted covariance matrix of up to 16 assets, packed
/// @notice Entry (i, j), j <= i, is number `i (i + 1) / 2 + j`; four entries of 64 bits share a slot, lowest first. So n assets
/// take `n (n + 1) / 8` slots: 9 for 8 assets, 34 for 16.
/// @dev NUMBERS. An entry is a daily (co)variance, a signed number with 56 bits after the point: steps of 1.4e-17, below 128. Update factors
/// `g` have 60 bits after the point, `keep` has 64, so that both products of an update have 120.
/// POSITIVE SEMI-DEFINITE. `update` is a convex combination of the matrix, its own diagonal and `g g'`, `seed` a congruence
/// plus a variance: both keep it so, but for the rounding of each entry to its nearest step.
library Covariance {
    /// @notice Bits after the point of an entry.
    uint256 internal constant FRACTION = 56;
    /// @notice Bits after the point of an update factor.
    uint256 internal constant FACTOR_FRACTION = 60;
    /// @notice Bits after the point of what an entry keeps.
    uint256 internal constant KEEP_FRACTION = 64;
    /// @notice The largest daily variance that an observation or a seed may bring: below 2**7, with room for rounding.
    uint256 internal constant MAX_VARIANCE = 90;

    /// @notice Zeros that follow the factors of an update: how many rows the last slot may run into.
    uint256 internal constant SPARE = 3;

    uint256 private constant SLOTS = 34;
    uint256 private constant LANE = 0xffffffffffffffff;
    uint256 private constant HALF = 0x8000000000000000;

    struct Matrix {
        uint256[SLOTS] words;
    }

    /// @notice Number of entry (i, j), in either order.
    function indexOf(uint256 i, uint256 j) internal pure returns (uint256) {
        unchecked {
            return i < j ? (j * (j + 1)) / 2 + i : (i * (i + 1)) / 2 + j;
        }
    }

    /// @notice Entry `index` of a word, which holds the lane `index & 3` of it.
    function entryOf(uint256 word, uint256 index) internal pure returns (int256 entry) {
        assembly ("memory-safe") {
            // The lane, brought to the low end, with its sign carried up.
            entry := signextend(7, shr(shl(6, and(index, 3)), word))
        }
    }

    /// @notice Entry (i, j), in either order. Daily, 56 bits after the point.
    function entryAt(Matrix storage matrix, uint256 i, uint256 j) internal view returns (int256) {
        uint256 index = indexOf(i, j);
        return entryOf(matrix.words[index >> 2], index);
    }

    /// @notice `C_ij <- keep C_ij + g_i g_j`, rounded to nearest; a frozen asset's own variance stays.
    /// @param factors g of assets 0 to n - 1, n > 0, and three zeros; 0 for one that is not there or not observed; |g| < 2**64.
    /// @param keep What an entry keeps of itself, at most 1.
    /// @param frozen Bit i is set when the variance of asset i stays as it is.
    /// @return variances The new diagonal.
    function update(
        Matrix storage matrix,
        int256[] memory factors,
        uint256 keep,
        uint256 frozen
    ) internal returns (uint256[] memory variances) {
        uint256 count = factors.length - SPARE;
        uint256[] memory kept;
        if (frozen != 0) kept = _diagonal(matrix, count);
        // Room for the rows that the last slot runs into: at most three.
        variances = new uint256[](count + SPARE);
        // Assembly, as this is most of what an observation computes: 136 entries for 16 assets. A plain version in the tests says the
        // same. Nothing overflows: an entry is below 2**63, keep at most 2**64, so a product below 2**127, as are those of factors; by
        // the cap on what is observed an entry stays below 2**7 with 56 bits, and fits its lane.
        assembly ("memory-safe") {
            // On to the next entry: along the row up to its diagonal, the variance, then to the start of the next row.
            function step(at, row, first, toVariance, entry) -> nextAt, nextRow {
                switch eq(at, row)
                case 0 {
                    nextAt := add(at, 0x20)
                    nextRow := row
                }
                default {
                    mstore(add(row, toVariance), entry)
                    nextAt := first
                    nextRow := add(row, 0x20)
                }
            }
            // The entry's row and column are told by where their factors are; behind the last factor stand three zeros.
            let first := add(factors, 0x20)
            let end := add(first, shl(5, count))
            let toVariance := sub(variances, factors)
            let row := first
            let at := first
            for {
                let slot := matrix.slot
            } lt(row, end) {
                slot := add(slot, 1)
            } {
                let word := sload(slot)
                let entry := sar(
                    KEEP_FRACTION,
                    add(add(mul(signextend(7, word), keep), mul(mload(row), mload(at))), HALF)
                )
                let next := and(entry, LANE)
                at, row := step(at, row, first, toVariance, entry)
                entry := sar(
                    KEEP_FRACTION,
                    add(add(mul(signextend(7, shr(64, word)), keep), mul(mload(row), mload(at))), HALF)
                )
                next := or(next, shl(64, and(entry, LANE)))
                at, row := step(at, row, first, toVariance, entry)
                entry := sar(
                    KEEP_FRACTION,
                    add(add(mul(signextend(7, shr(128, word)), keep), mul(mload(row), mload(at))), HALF)
                )
                next := or(next, shl(128, and(entry, LANE)))
                at, row := step(at, row, first, toVariance, entry)
                entry := sar(KEEP_FRACTION, add(add(mul(sar(192, word), keep), mul(mload(row), mload(at))), HALF))
                next := or(next, shl(192, entry))
                at, row := step(at, row, first, toVariance, entry)
                sstore(slot, next)
            }
            mstore(variances, count)
        }
        for (uint256 i = 0; frozen >> i != 0; ++i) {
            if ((frozen >> i) & 1 == 0) continue;
            variances[i] = kept[i];
            // The cast is safe: it was an entry before.
            _set(matrix, indexOf(i, i), int256(kept[i]));
        }
    }

    function _diagonal(Matrix storage matrix, uint256 count) private view returns (uint256[] memory variances) {
        variances = new uint256[](count);
        // A variance is never negative.
        for (uint256 i = 0; i < count; ++i) variances[i] = uint256(entryAt(matrix, i, i));
    }

    /// @notice Gives an asset the row `C w` and the variance `w' C w + residual`: its return is a combination of the others' and
    /// something of its own.
    /// @param weights w, by asset number, 18 decimals, each below 2**68; 0 for the asset itself.
    /// @param residual 56 bits after the point.
    /// @return variance The asset's, 56 bits after the point; not stored when above `MAX_VARIANCE`, the caller refuses that.
    function seed(
        Matrix storage matrix,
        uint256 asset,
        int256[] memory weights,
        uint256 residual
    ) internal returns (uint256 variance) {
        // Nothing overflows: entries are below 2**63, weights below 2**68, and there are at most 16 of them.
        int256[] memory row = new int256[](weights.length);
        int256 sum;
        for (uint256 i = 0; i < weights.length; ++i) {
            for (uint256 j = 0; j < weights.length; ++j) {
                if (weights[j] != 0) row[i] += entryAt(matrix, i, j) * weights[j];
            }
            sum += row[i] * weights[i];
        }
        // Negative by rounding at most.
        variance = residual + (sum > 0 ? uint256(sum) / 1e36 : 0);
        // Otherwise no covariance is out of range either: its square is at most the product of the variances.
        if (variance > MAX_VARIANCE << FRACTION) return variance;
        for (uint256 i = 0; i < weights.length; ++i) {
            if (i != asset) _set(matrix, indexOf(i, asset), row[i] / 1e18);
        }
        // The cast is safe: at most 90 with 56 bits.
        _set(matrix, indexOf(asset, asset), int256(variance));
    }

    function _set(Matrix storage matrix, uint256 index, int256 entry) private {
        uint256 shift = (index & 3) << 6;
        uint256 word = matrix.words[index >> 2];
        matrix.words[index >> 2] = (word & ~(LANE << shift)) | ((uint256(entry) & LANE) << shift);
    }
}
