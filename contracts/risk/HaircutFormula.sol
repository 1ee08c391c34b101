// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

import {Covariance} from "./Covariance.sol";

/// @title From volatility and size to haircuts
/// @notice `initial = clamp(z vol sqrt(hor) + k Q / (X + Q))`, `maintenance = clamp(mu z vol sqrt(hor))`. The maintenance haircut
/// has no size term: somebody who deposits a lot cannot bring others nearer to liquidation.
/// @dev ROUNDING. Haircuts are rounded up, each part to whole bps: so a target is less than 2 bps above its exact value.
library HaircutFormula {
    /// @dev A basis point with 18 decimals.
    uint256 internal constant BP = 1e14;

    /// @notice A variance, but no less than that of the floor.
    /// @param variance As measured, 56 bits after the point.
    /// @param floor Daily volatility {1e-4}, below 2**10.
    function floored(uint256 variance, uint256 floor) internal pure returns (uint256) {
        unchecked {
            // Below 2**77.
            uint256 least = (((floor * floor) << Covariance.FRACTION) + 1e8 - 1) / 1e8;
            return FixedPointMathLib.max(variance, least);
        }
    }

    /// @notice z * vol * sqrt(horizon), 18 decimals, rounded up.
    /// @param variance Floored, 56 bits after the point, below 2**63.
    /// @param horizon {h} below 2**10
    /// @param z {1e-6} below 2**24
    function volatilityPart(uint256 variance, uint256 horizon, uint256 z) internal pure returns (uint256) {
        unchecked {
            // 56 + 100 bits after the point, so half of them after the root. Below 2**173, then 2**87.
            uint256 root = FixedPointMathLib.sqrt(((variance * horizon) << 100) / 24) + 1;
            return ((z * root * 1e12) >> 78) + 1;
        }
    }

    /// @notice k Q / (X + Q), 18 decimals, rounded up; k where there is no depth at all.
    /// @param sizeFactor k. bps
    /// @param held Q, at most `Valuation.MAX_BALANCE`. {ledger}
    /// @param depth X, at most `Valuation.MAX_DEPTH`. {ledger}
    function sizePart(uint256 sizeFactor, uint256 held, uint256 depth) internal pure returns (uint256) {
        if (held == 0) return 0;
        return Math.ceilDiv(sizeFactor * BP * held, depth + held);
    }

    /// @notice 18 decimals to bps, rounded up.
    /// @param part Far below 2**255.
    function toBps(uint256 part) internal pure returns (uint256) {
        unchecked {
            return (part + (BP - 1)) / BP;
        }
    }

    /// @notice `value` within two limits.
    function clamp(uint256 value, uint256 minimum, uint256 maximum) internal pure returns (uint256) {
        if (value < minimum) return minimum;
        return value > maximum ? maximum : value;
    }
}
