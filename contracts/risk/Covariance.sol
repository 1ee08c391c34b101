// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title An exponentially weighted covariance matrix of up to 16 assets, packed
/// @notice Entry (i, j), j <= i, is number `i (i + 1) / 2 + j`; four entries of 64 bits share a slot, the first in the highest bits. So n assets
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

    uint256 private constant SLOTS = 34;
    uint256 private constant LANE = type(uint64).max;
    uint256 private constant HALF = 0x8000000000000000;

    struct Matrix {
        uint256[SLOTS] words;
    }

    /// @notice Number of entry (i, j), in either order.
    function indexOf(uint256 i, uint256 j) internal pure returns (uint256) {
        unchecked {
            // Of 16 assets.
            return i < j ? (j * (j + 1)) / 2 + i : (i * (i + 1)) / 2 + j;
        }
    }

    /// @notice Entry number `index`, given the word that it is in.
    function entryOf(uint256 word, uint256 index) internal pure returns (int256 entry) {
        assembly ("memory-safe") {
            // The lane, brought to the low end, with its sign carried up.
            entry := signextend(7, shr(shl(6, sub(3, and(index, 3))), word))
        }
    }

    /// @notice Entry (i, j), in either order. Daily, 56 bits after the point.
    function entryAt(Matrix storage matrix, uint256 i, uint256 j) internal view returns (int256) {
        uint256 index = indexOf(i, j);
        return entryOf(matrix.words[index >> 2], index);
    }

    /// @notice `C_ij <- keep C_ij + g_i g_j`, rounded to nearest; a frozen asset's own variance stays.
    /// @param factors g of assets 0 to n - 1, n > 0; 0 for one that is not there or not observed; |g| < 2**64.
    /// @param keep What an entry keeps of itself, at most 1.
    /// @param frozen Bit i is set when the variance of asset i stays as it is.
    /// @return variances The new diagonal.
    function update(
        Matrix storage matrix,
        int256[] memory factors,
        uint256 keep,
        uint256 frozen
    ) internal returns (uint256[] memory variances) {
        uint256 count = factors.length;
        uint256[] memory kept;
        if (frozen != 0) kept = _diagonal(matrix, count);
        variances = new uint256[](count);
        // Assembly, as this is most of what an observation computes: 136 entries for 16 assets. A plain version in the tests says the
        // same. Nothing overflows: an entry is below 2**63, keep at most 2**64, so a product below 2**127, as are those of factors; by
        // the cap on what is observed an entry stays below 2**7 with 56 bits, and fits its lane.
        assembly ("memory-safe") {
            // All slots in memory beyond what is allocated, and as much room again: an entry is eight bytes there, one after another.
            let size := shl(5, shr(3, add(mul(count, add(count, 1)), 6)))
            let from := mload(0x40)
            let to := add(from, size)
            for {
                let at := 0
            } lt(at, size) {
                at := add(at, 0x20)
            } {
                mstore(add(from, at), sload(add(matrix.slot, shr(5, at))))
            }
            let first := add(factors, 0x20)
            let end := add(first, shl(5, count))
            let entry := from
            let value := 0
            for {
                let row := first
            } lt(row, end) {
                row := add(row, 0x20)
            } {
                let factor := mload(row)
                for {
                    let at := first
                } iszero(gt(at, row)) {
                    at := add(at, 0x20)
                } {
                    // The shift leaves the entry of the eight bytes read with its sign.
                    value := sar(
                        KEEP_FRACTION,
                        add(add(mul(sar(192, mload(entry)), keep), mul(factor, mload(at))), HALF)
                    )
                    // What this writes behind the entry is overwritten by the next ones.
                    mstore(add(entry, size), shl(192, value))
                    entry := add(entry, 8)
                }
                // The last of a row is the diagonal, the variance; never negative, as a sum of squares.
                mstore(add(row, sub(variances, factors)), value)
            }
            // The last write also zeroed what follows the last entry in its slot: assets that are not there.
            for {
                let at := 0
            } lt(at, size) {
                at := add(at, 0x20)
            } {
                sstore(add(matrix.slot, shr(5, at)), mload(add(to, at)))
            }
        }
        for (uint256 i = 0; frozen >> i != 0; ++i) {
            if ((frozen >> i) & 1 == 0) continue;
            variances[i] = kept[i];
            // The cast is safe: it was an entry before.
            _set(matrix, indexOf(i, i), int256(kept[i]));
        }
    }

    /// @notice Room for the rows that `times` reads.
    function newRows() internal pure returns (uint256 rows) {
        assembly ("memory-safe") {
            rows := mload(0x40)
            mstore(0x40, add(rows, shl(5, SLOTS)))
        }
    }

    /// @notice Row i up to the diagonal: `sum over j < i of C_ij x_j`, and the variance `C_ii`. Called for ever larger i.
    /// @param vector x, with more than i entries below 2**128.
    /// @param rows From `newRows`: the slots that were read, where they stand in the matrix.
    /// @param loaded Slots below this were read, or are not needed any more; 0 at first.
    /// @return sum 56 bits after the point more than x.
    /// @return variance 56 bits after the point.
    /// @return nowLoaded `loaded` of the next call.
    function times(
        Matrix storage matrix,
        uint256[] memory vector,
        uint256 i,
        uint256 rows,
        uint256 loaded
    ) internal view returns (int256 sum, uint256 variance, uint256 nowLoaded) {
        // Assembly for the reason given in `update`; `PortfolioRisk.components` adds up to the same plainly.
        assembly ("memory-safe") {
            let index := shr(1, mul(i, add(i, 1)))
            nowLoaded := add(shr(2, add(index, i)), 1)
            // The larger of the row's first slot and `loaded`.
            let slot := shr(2, index)
            slot := xor(slot, mul(xor(slot, loaded), gt(loaded, slot)))
            for {} lt(slot, nowLoaded) {
                slot := add(slot, 1)
            } {
                mstore(add(rows, shl(5, slot)), sload(add(matrix.slot, slot)))
            }
            // An entry is the upper eight bytes of the word that is read at it; the shift leaves its sign.
            let entry := add(rows, shl(3, index))
            let at := add(vector, 0x20)
            let end := add(at, shl(5, i))
            // Four at a time, the odd ones first: a loop costs as much as what it does.
            if and(i, 1) {
                sum := mul(sar(192, mload(entry)), mload(at))
                entry := add(entry, 8)
                at := add(at, 0x20)
            }
            if and(i, 2) {
                sum := add(sum, mul(sar(192, mload(entry)), mload(at)))
                sum := add(sum, mul(sar(192, mload(add(entry, 8))), mload(add(at, 0x20))))
                entry := add(entry, 16)
                at := add(at, 0x40)
            }
            for {} lt(at, end) {} {
                sum := add(sum, mul(sar(192, mload(entry)), mload(at)))
                sum := add(sum, mul(sar(192, mload(add(entry, 8))), mload(add(at, 0x20))))
                sum := add(sum, mul(sar(192, mload(add(entry, 16))), mload(add(at, 0x40))))
                sum := add(sum, mul(sar(192, mload(add(entry, 24))), mload(add(at, 0x60))))
                entry := add(entry, 32)
                at := add(at, 0x80)
            }
            variance := shr(192, mload(entry))
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
        uint256 shift = (3 - (index & 3)) << 6;
        uint256 word = matrix.words[index >> 2];
        matrix.words[index >> 2] = (word & ~(LANE << shift)) | ((uint256(entry) & LANE) << shift);
    }
}
