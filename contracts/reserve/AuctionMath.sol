// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title The arithmetic of auctions: price path, bounds of a fill, lots, loss budget
/// @dev RANGES. Values are below 2**168 {USD}, targets at most a WAD, factors at most 1.2 of it: products stay below 2**236, and what is unchecked cannot overflow.
/// ROUNDING. What the reserve gives down, what it gets up.
library AuctionMath {
    uint256 internal constant WAD = 1e18;
    uint256 internal constant BPS = 10_000;
    /// @dev A basis point with 18 decimals.
    uint256 private constant BP = 1e14;

    /// @notice Price of what is sold in terms of the oracle's, `elapsed` seconds after the start: from 1 + premium down to 1 - maxSlippage.
    /// 18 decimals, rounded up
    /// @param premium bps @param maxSlippage bps @param elapsed At most `duration`. {s} @param duration {s}
    function factorAt(
        uint256 premium,
        uint256 maxSlippage,
        uint256 elapsed,
        uint256 duration
    ) internal pure returns (uint256) {
        // See RANGES: both at most 20%, and elapsed no more than all of the duration.
        unchecked {
            return WAD + premium * BP - ((premium + maxSlippage) * BP * elapsed) / duration;
        }
    }

    /// @notice How much value above its target an asset has. {USD}, rounded down
    /// @param target Of all. 18 decimals
    function above(uint256 value, uint256 target, uint256 all) internal pure returns (uint256) {
        // See RANGES.
        unchecked {
            uint256 aim = (all * target + WAD - 1) / WAD;
            return value > aim ? value - aim : 0;
        }
    }

    /// @notice How much value is missing to its target. {USD}, rounded down
    function below(uint256 value, uint256 target, uint256 all) internal pure returns (uint256) {
        // See RANGES.
        unchecked {
            uint256 aim = (all * target) / WAD;
            return aim > value ? aim - value : 0;
        }
    }

    /// @notice The most that may be given so that what is sold does not end below its target. With g given for q g, all changes by (q - 1) g:
    /// `g (1 + t (q - 1)) <= excess`. A fill that loses shrinks all, so it counts as one at mid. {USD}, rounded down
    /// @param excess See `above`. @param target t. 18 decimals @param factor q. 18 decimals
    function mostSold(uint256 excess, uint256 target, uint256 factor) internal pure returns (uint256) {
        if (factor <= WAD) return excess;
        // See RANGES.
        unchecked {
            return (excess * WAD) / (WAD + (target * (factor - WAD) + WAD - 1) / WAD);
        }
    }

    /// @notice The most that may be given so that what is bought does not end above its target: `g (q - t (q - 1)) <= room`. At mid where the
    /// fill loses, as above. {USD}, rounded down
    /// @param room See `below`.
    function mostBought(uint256 room, uint256 target, uint256 factor) internal pure returns (uint256) {
        if (factor <= WAD) return room;
        // See RANGES: what is taken off is at most what the factor is above one.
        unchecked {
            return (room * WAD) / (factor - (target * (factor - WAD)) / WAD);
        }
    }

    /// @notice The same where plUSD is bought, which is burned and leaves: `g (1 - t) <= excess`. {USD}, rounded down
    function mostSoldForDollar(uint256 excess, uint256 target) internal pure returns (uint256) {
        // At a target of everything there is no excess.
        return excess == 0 ? 0 : (excess * WAD) / (WAD - target);
    }

    /// @notice The lot: a part of what would be needed, but no less than the minimum lot while that is needed. {USD}
    /// @param scale bps
    function lotOf(uint256 needed, uint256 scale, uint256 minimum) internal pure returns (uint256 lot) {
        lot = (needed * scale) / BPS;
        if (lot < minimum) lot = Math.min(minimum, needed);
    }

    /// @notice What of the budget is used, as it replenishes by `daily` a day. {USD}, rounded up
    function usedAfter(uint256 used, uint256 daily, uint256 elapsed) internal pure returns (uint256) {
        return Math.saturatingSub(used, Math.mulDiv(daily, elapsed, 1 days));
    }
}
