// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

/// @title Liquidity-adjusted amounts and values
/// @notice Selling q of an asset of depth X yields what q X / (X + q) would at the price P: half the price for q = X, and
/// never more than P X in all. The risk model and the credit engine both value holdings here, so they agree to the wei.
/// @dev RANGES. Every function relies on, and does not check,
///
///     price    P < 2**100   {USD/tok} 18 decimals; the oracle guarantees it
///     balance  q < 2**64    {ledger}; an account's word holds no more, others check `MAX_BALANCE` first
///     depth    X < 2**75    {ledger}; the risk model stores no more
///     unit     U <= 10**18  {ledger/tok}, U > 0
///     haircut  h <= 10**4   bps
///
/// The largest numerator is P q X (10**4 - h) < 2**(100 + 64 + 75 + 14) = 2**253 and the largest denominator
/// (X + q) U 10**4 < 2**(76 + 60 + 14) = 2**150: nothing overflows 256 bits, so `unchecked` is safe, and each result
/// takes one division, rounded once; where the divisor is not 0 (U > 0, and X > 0 where it counts) `rawDiv` does not look.
/// ROUNDING. Always down: a holding is never worth more than its exact value.
library Valuation {
    using FixedPointMathLib for uint256;

    /// @notice The largest balance that may be valued. {ledger}
    uint256 internal constant MAX_BALANCE = type(uint64).max;

    /// @notice The largest depth that may be used. {ledger}
    uint256 internal constant MAX_DEPTH = (1 << 75) - 1;

    /// @notice One, in bps.
    uint256 internal constant BPS = 10_000;

    /// @notice What `balance` counts for once sold into `depth`: q X / (X + q), rounded down. {ledger}
    function adjustedAmount(uint256 balance, uint256 depth) internal pure returns (uint256) {
        if (depth == 0) return 0;
        unchecked {
            return (balance * depth).rawDiv(depth + balance);
        }
    }

    /// @notice Value of `balance` sold into `depth`: P q X / ((X + q) U), rounded down. {USD}
    function adjustedValue(
        uint256 price,
        uint256 balance,
        uint256 depth,
        uint256 unit
    ) internal pure returns (uint256) {
        if (depth == 0) return 0;
        unchecked {
            return (price * balance * depth).rawDiv((depth + balance) * unit);
        }
    }

    /// @notice Value of `balance` sold into `depth`, less a haircut: P q X (1 - h) / ((X + q) U), rounded down. {USD}
    /// @dev A term of B (price low, initial haircut, borrow depth) or of M (price high, maintenance haircut and depth).
    function limitTerm(
        uint256 price,
        uint256 balance,
        uint256 depth,
        uint256 unit,
        uint256 haircut
    ) internal pure returns (uint256) {
        // Without this, an empty holding of an asset of depth 0 would divide 0 by 0.
        if (depth == 0) return 0;
        unchecked {
            return (price * balance * depth * (BPS - haircut)).rawDiv((depth + balance) * unit * BPS);
        }
    }

    /// @notice Value of `balance` without liquidity discount: P q / U, rounded down. {USD}
    function plainValue(uint256 price, uint256 balance, uint256 unit) internal pure returns (uint256) {
        unchecked {
            return (price * balance).rawDiv(unit);
        }
    }
}
