// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Depths on a scale of equal relative steps
/// @notice A depth is stored as a 27-bit mark on a scale with 2**20 marks per doubling, evenly spaced between one power of
/// two and the next:
///
///     mark  = (e + 1) << 20 | f       with 0 <= f < 2**20
///     depth = (2**20 + f) * 2**e / 2**20, rounded down; marks below 2**20 stand for 0
///
/// A depth below 2**21 is stored exactly, one above within a relative error of 2**-20.
/// @dev Why not a float with a linear ramp: going down one mark lowers a depth by between 2**-21 and 2**-20 of itself,
/// wherever it stands. A fall by n marks is therefore bounded relative to the depth itself, and *marks add up*: a fall cut
/// into any number of parts ends exactly where it would have ended in one go, without a rounding to gain or lose.
library DepthScale {
    /// @notice Width of a mark. The largest, that of a depth of 2**75 - 1, is below 76 * 2**20 < 2**27.
    uint256 internal constant BITS = 27;

    /// @notice Marks per doubling.
    uint256 internal constant OCTAVE = 1 << 20;

    uint256 private constant OCTAVE_BITS = 20;

    /// @notice The highest mark whose depth is not above `depth`: for depths, less is safer.
    /// @param depth Below 2**75. {ledger}
    function toMark(uint256 depth) internal pure returns (uint256) {
        if (depth == 0) return 0;
        uint256 exponent = Math.log2(depth);
        // The leading one of the mantissa is what turns `e` into the `e + 1` of the mark.
        uint256 mantissa = exponent > OCTAVE_BITS
            ? depth >> (exponent - OCTAVE_BITS)
            : depth << (OCTAVE_BITS - exponent);
        return (exponent << OCTAVE_BITS) + mantissa;
    }

    /// @notice The depth of a mark, rounded down. {ledger}
    function toDepth(uint256 mark) internal pure returns (uint256) {
        unchecked {
            // The exponent of a 27-bit mark is below 2**7: at most 2**21 * 2**127, no overflow.
            return ((OCTAVE | (mark & (OCTAVE - 1))) << (mark >> OCTAVE_BITS)) >> (OCTAVE_BITS + 1);
        }
    }
}
