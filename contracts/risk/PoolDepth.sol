// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

/// @title Depth of a Uniswap v3 pool from its observations
/// @notice A pool of liquidity L at the raw price R (token1 units per token0 unit) answers a sale, as long as L does not change
/// on the way, as if it held the *virtual reserves* `L / sqrt(R)` of token0 and `L * sqrt(R)` of token1 and kept their product:
/// whoever sells q into a reserve X of what he sells receives `P q X / (X + q)`. So X is the depth. Legs sold through one after
/// the other combine as `1/X = sum 1/X_leg`, each X_leg in units of the asset sold first; that is exact too.
/// @dev RANGES. L < 2**128, |tick| <= 887,272, so that 2**-64 < sqrt(R) < 2**64, a virtual reserve is below 2**192 and a root, which is
/// never below one, below 2**124. Depths and balances given to `worthOf` and `inSeries` are at most `MAX_DEPTH`.
/// PRECISION. The root is that of the *larger* of R and 1/R, and multiplies or divides: it always carries 18 decimals of a number
/// above one, and is within 3e-18 of its value at every tick. All that is computed from it is rounded down.
library PoolDepth {
    /// @notice The most a depth may be, in token units: what is more counts as this much.
    uint256 internal constant MAX_DEPTH = type(uint192).max;

    uint256 private constant WAD = 1e18;
    uint256 private constant WAD_SQUARED = 1e36;
    /// @dev ln(1.0001) / 2 with 36 decimals: an error of 1e-36 times the largest tick does not reach the 18th decimal.
    uint256 private constant HALF_LN_BASE = 49_997_500_166_654_167_666_583_340_475_565;

    // ---- means over the window

    /// @notice Harmonic mean over time of the liquidity in range, from two readings of the pool's cumulative seconds per liquidity.
    /// @dev The harmonic mean is what makes liquidity brought for a moment worthless: what counts is the time without it.
    /// The pool rounds each addend down and counts no liquidity as 1; neither matters for liquidity that does.
    /// @param earlier Seconds per liquidity, 128 fractional bits, `window` ago; it may have wrapped around since.
    /// @param later The same, now.
    /// @param window Seconds between the two, not zero and less than 2**128.
    /// @return The mean, rounded down, below 2**128.
    function meanLiquidity(uint160 earlier, uint160 later, uint256 window) internal pure returns (uint256) {
        unchecked {
            // Modulo 2**160, as the pool adds. Never 0: each second adds at least 2**128 / L >= 1.
            uint160 difference = later - earlier;
            return Math.min((window << 128) / difference, type(uint128).max);
        }
    }

    /// @notice Mean tick, from two readings of the pool's cumulative tick: the logarithm of the geometric mean price.
    /// @dev Towards minus infinity, as ticks themselves round, so that the mean of an unchanging tick is that tick and the mean
    /// errs the same way, by less than 1 bp of the price, on both sides of 0.
    /// @param earlier Tick times seconds, `window` ago; it may have wrapped around since.
    /// @param later The same, now.
    /// @param window Seconds between the two, not zero.
    function meanTick(int56 earlier, int56 later, uint256 window) internal pure returns (int24) {
        unchecked {
            // Modulo 2**56, as the pool adds. A mean of ticks is a tick: the casts are safe.
            int256 difference = int56(later - earlier);
            int256 mean = difference / int256(window);
            if (difference % int256(window) < 0) --mean;
            return int24(mean);
        }
    }

    // ---- conversion at the mean price

    /// @notice How to convert at a tick: by the square root of the larger of R and 1/R, multiplying or dividing.
    /// @param tick The mean tick.
    /// @param zeroForOne Whether token0 is sold.
    /// @return root sqrt(1.0001 ** |tick|). 18 decimals
    /// @return multiplies Whether what is bought, expressed in what is sold, is multiplied by the root.
    function rootOf(int24 tick, bool zeroForOne) internal pure returns (uint256 root, bool multiplies) {
        unchecked {
            // int256 first: the magnitude of the smallest int24 is no int24.
            uint256 magnitude = FixedPointMathLib.abs(int256(tick));
            // Below 2**23 * 2**106; the exponential of at most 45 is positive.
            root = uint256(FixedPointMathLib.expWad(int256((magnitude * HALF_LN_BASE) / WAD)));
            // Of token0 one gives 1/R for a token1: more than one where R is below one.
            multiplies = zeroForOne == (tick < 0);
        }
    }

    /// @notice Virtual reserve of the token that is sold: its depth. {token units}, rounded down, below 2**192
    /// @param liquidity L, below 2**128.
    /// @param root From `rootOf`.
    /// @param multiplies From `rootOf`.
    function virtualReserve(uint256 liquidity, uint256 root, bool multiplies) internal pure returns (uint256) {
        unchecked {
            // 2**128 * 2**124 at most.
            return Math.min(multiplies ? (liquidity * root) / WAD : (liquidity * WAD) / root, MAX_DEPTH);
        }
    }

    /// @notice What an amount of the token bought is worth in the token sold. {token units}, rounded down, at most `MAX_DEPTH`
    /// @param bought At most `MAX_DEPTH`. {units of the token bought}
    /// @param root From `rootOf`.
    /// @param multiplies From `rootOf`.
    function worthOf(uint256 bought, uint256 root, bool multiplies) internal pure returns (uint256) {
        unchecked {
            // Below 2**248: the price with 36 decimals.
            uint256 square = root * root;
            if (!multiplies) return FixedPointMathLib.fullMulDiv(bought, WAD_SQUARED, square);
            // Not more than fits: at an absurd price the leg does not limit, it must not stop the measurement either.
            if (bought > FixedPointMathLib.fullMulDiv(MAX_DEPTH, WAD_SQUARED, square)) return MAX_DEPTH;
            return FixedPointMathLib.fullMulDiv(bought, square, WAD_SQUARED);
        }
    }

    /// @notice Depth of two legs in series, both in units of the same token: a b / (a + b), rounded down.
    function inSeries(uint256 a, uint256 b) internal pure returns (uint256) {
        if (a == 0 || b == 0) return 0;
        unchecked {
            // The sum is below 2**193, the result below either.
            return FixedPointMathLib.fullMulDiv(a, b, a + b);
        }
    }
}
