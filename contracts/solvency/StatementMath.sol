// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {LibBit} from "solady/src/utils/LibBit.sol";

/// @title The arithmetic of a statement
/// @notice Sixteen numbers of 16 bits share a word: asset i has bits 16i to 16i + 15.
/// @dev RANGES. A price is below 2**100, an amount below 2**64 {ledger}, so a value is below 2**164, a sum of sixteen below 2**168; volatilities are below 2**67 (a
/// variance below 2**7 a day), z below 2**24, roots of horizons below 2**66: nothing here comes near 2**256, and `unchecked` is safe.
library StatementMath {
    uint256 internal constant BPS = 10_000;
    uint256 internal constant WAD = 1e18;
    /// @dev A basis point with 18 decimals.
    uint256 internal constant BP = 1e14;
    /// @dev A step of what the headroom slot counts in. {plUSD}
    uint256 internal constant STEP = 1e12;
    uint256 private constant LANE = type(uint16).max;

    // ---- lanes

    /// @notice Number of asset `asset` in a word.
    function laneOf(uint256 word, uint256 asset) internal pure returns (uint256) {
        return (word >> (asset << 4)) & LANE;
    }

    /// @notice The word with another number for `asset`; what does not fit counts as the largest that does.
    function withLane(uint256 word, uint256 asset, uint256 value) internal pure returns (uint256) {
        if (value > LANE) value = LANE;
        return (word & ~(LANE << (asset << 4))) | (value << (asset << 4));
    }

    /// @notice Which assets have a number other than 0.
    function maskOf(uint256 word) internal pure returns (uint256 mask) {
        for (uint256 bit = 1; word != 0; bit <<= 1) {
            if (word & LANE != 0) mask |= bit;
            word >>= 16;
        }
    }

    /// @notice The largest number in a word.
    function largestOf(uint256 word) internal pure returns (uint256 largest) {
        for (; word != 0; word >>= 16) {
            if (word & LANE > largest) largest = word & LANE;
        }
    }

    /// @notice Unit decimals plus 1 of an asset, 5 bits each; 0 where not known.
    function decimalsOf(uint256 word, uint256 asset) internal pure returns (uint256) {
        // An asset is below 16.
        unchecked {
            return (word >> (asset * 5)) & 31;
        }
    }

    /// @notice The word with `value`, below 32, for an asset that has none.
    function withDecimals(uint256 word, uint256 asset, uint256 value) internal pure returns (uint256) {
        // An asset is below 16.
        unchecked {
            return word | (value << (asset * 5));
        }
    }

    /// @notice Position of an asset among those of a mask, ascending.
    function rankOf(uint256 mask, uint256 asset) internal pure returns (uint256) {
        // An asset is below 16: the power is at least 1.
        unchecked {
            return LibBit.popCount(mask & ((1 << asset) - 1));
        }
    }

    // ---- requirements

    /// @notice What the volatility of one dollar of collateral counts for `z` standard deviations of a horizon: `z sqrt(hor)`, 18 decimals,
    /// rounded up.
    /// @param z {1e-6} @param horizon {h}
    function loanScale(uint256 z, uint256 horizon) internal pure returns (uint256) {
        // Nothing comes near 2**256: see RANGES.
        unchecked {
            return Math.ceilDiv(z * (FixedPointMathLib.sqrt((horizon * 1e36) / 24) + 1), 1e6);
        }
    }

    /// @notice What a dollar lent against one asset requires: `max(c_min, z_L vol sqrt(hor_L) - m)`. 18 decimals, rounded up
    /// @param floor c_min. bps @param scale See `loanScale`. @param volatility A day's. 18 decimals @param maintenance m. bps
    function loanRequirement(
        uint256 floor,
        uint256 scale,
        uint256 volatility,
        uint256 maintenance
    ) internal pure returns (uint256 requirement) {
        // Nothing comes near 2**256: see RANGES.
        unchecked {
            requirement = floor * BP;
            uint256 move = Math.ceilDiv(scale * volatility, WAD);
            uint256 covered = maintenance * BP;
            if (move > covered + requirement) requirement = move - covered;
        }
    }

    /// @notice `max(VaR_i, J_i)` of one dollar. bps, rounded up
    /// @param volatility A day's. 18 decimals @param scale `IRiskMeasurement.valueAtRiskScale`. 18 decimals @param jump J_i. bps
    function marketRequirement(
        uint256 volatility,
        uint256 scale,
        uint256 jump
    ) internal pure returns (uint256 requirement) {
        // Nothing comes near 2**256: see RANGES.
        unchecked {
            requirement = Math.ceilDiv(volatility * scale, WAD * BP);
            if (requirement < jump) requirement = jump;
        }
    }

    // ---- collateral shares

    /// @notice What counts of a collateral's share after a look: it rises to the smaller of the last two looks, and falls by no more than `fall`. bps
    function countedShare(
        uint256 counted,
        uint256 before,
        uint256 seen,
        uint256 fall
    ) internal pure returns (uint256 share) {
        share = seen < before ? seen : before;
        uint256 least = counted > fall ? counted - fall : 0;
        if (share < least) share = least;
    }

    // ---- amounts

    /// @notice `value` in steps of the headroom slot, rounded down, at most what 64 bits hold. {1e-6 plUSD}
    function steps(uint256 value) internal pure returns (uint64) {
        value /= STEP;
        // The cast is safe: it is made to fit.
        return value > type(uint64).max ? type(uint64).max : uint64(value);
    }

    /// @notice The same, rounded up, for what is taken from it. {1e-6 plUSD}
    function stepsUp(uint256 value) internal pure returns (uint256) {
        return Math.ceilDiv(value, STEP);
    }

    /// @notice `amount * rate`, rounded up, without ever overflowing: what cannot be told counts as everything.
    /// @param rate In units of `one`.
    function portionUp(uint256 amount, uint256 rate, uint256 one) internal pure returns (uint256) {
        if (amount > type(uint128).max) return type(uint256).max;
        return Math.ceilDiv(amount * rate, one);
    }
}
