// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title What a debt grows by
/// @notice `e^x` by its series, with nothing but products and quotients that round down: whoever works it out elsewhere gets the same digits.
library Growth {
    uint256 internal constant RAY = 1e27;
    /// @dev Decimals that rates lack to a ray's.
    uint256 private constant WAD_TO_RAY = 1e9;
    /// @dev e^26 is beyond what an index of 88 bits holds, whatever it starts from, and its square root's square fits a word. 18 decimals
    uint256 private constant MAX = 26e18;
    /// @dev Where the series is summed: a term is at most a 64th of the one before.
    uint256 private constant SMALL = RAY / 64;

    /// @notice `e^x`, `x` being `rate * time`; from 26 on no more than e^26.
    /// @dev What is lost is less than 1e-22 of it: some 1e-26 in the series, doubled by each of at most eleven squarings. The time between two blocks takes four terms.
    /// @param x 18 decimals
    /// @return sum 27 decimals, rounded down
    function exp(uint256 x) internal pure returns (uint256 sum) {
        if (x > MAX) x = MAX;
        unchecked {
            // Nothing overflows: `x` is below 2**95, terms below 2**90, and what is squared below 2**109.
            x *= WAD_TO_RAY;
            uint256 halvings;
            for (; x > SMALL; x >>= 1) ++halvings;
            sum = RAY + x;
            uint256 divisor = 2 * RAY;
            for (uint256 term = (x * x) / divisor; term != 0; term = (term * x) / divisor) {
                sum += term;
                divisor += RAY;
            }
            for (; halvings != 0; --halvings) sum = (sum * sum) / RAY;
        }
    }
}
