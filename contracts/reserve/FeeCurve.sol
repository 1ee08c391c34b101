// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Fees that rise as an asset nears its cap or its floor
/// @notice The marginal fee is `base` before `start`, `max` from `end` on and linear between; charged is its mean over the amount, so an issue
/// costs the same in one piece or in many. A redemption is averaged over its amount before the fee, and the cash falls by what is left after
/// it: pieces save less than the square of the fee.
/// @dev Amounts are {ledger} below 2**66 and fees bps, so that squares times fees stay far below 2**256. Rounded up.
library FeeCurve {
    uint256 private constant BPS_TO_WAD = 1e14;

    /// @notice Fee for taking in `amount` on top of `held`. 18 decimals
    function taking(
        uint256 held,
        uint256 amount,
        uint256 cap,
        uint256 base,
        uint256 max
    ) internal pure returns (uint256) {
        return _mean(held, amount, cap / 2, cap, base, max);
    }

    /// @notice Fee for paying `amount` out of `cash`. 18 decimals
    function paying(
        uint256 cash,
        uint256 amount,
        uint256 floor,
        uint256 ceiling,
        uint256 base,
        uint256 max
    ) internal pure returns (uint256) {
        // Seen from above: what is paid out grows, between the ceiling and the floor.
        uint256 top = cash > ceiling ? cash : ceiling;
        return _mean(top - cash, amount, top - ceiling, top - floor, base, max);
    }

    /// @dev Mean of the marginal fee over [from, from + amount].
    function _mean(
        uint256 from,
        uint256 amount,
        uint256 start,
        uint256 end,
        uint256 base,
        uint256 max
    ) private pure returns (uint256) {
        uint256 span = end - start;
        // Twice the span times the integral of the part above base, so that nothing is rounded before the end.
        uint256 area = _area(from + amount, start, span) - _area(from, start, span);
        uint256 whole = 2 * (span == 0 ? 1 : span) * (amount == 0 ? 1 : amount);
        return base * BPS_TO_WAD + Math.ceilDiv((max - base) * BPS_TO_WAD * area, whole);
    }

    /// @dev Integral up to `x` of the marginal fee's part above base, in units of that part, times `2 * span` (times 2 where the span is 0).
    function _area(uint256 x, uint256 start, uint256 span) private pure returns (uint256) {
        if (x <= start) return 0;
        uint256 past = x - start;
        if (span == 0) return 2 * past;
        if (past < span) return past * past;
        return span * span + 2 * span * (past - span);
    }
}
