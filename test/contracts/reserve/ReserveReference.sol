// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title The reserve's numbers once more, from the design's words and not from the code
library ReserveReference {
    /// @notice Mean over [from, to] of a fee that is `base` up to `start`, `max` from `end` on and linear between. Cut at both corners; each piece is
    /// its length times the mean of its two ends. 18 decimals, rounded up once. Fees in bps
    function meanFee(
        uint256 from,
        uint256 to,
        uint256 start,
        uint256 end,
        uint256 base,
        uint256 max
    ) internal pure returns (uint256) {
        // Pieces in units of bps * amount * span, exact.
        uint256 span = end > start ? end - start : 1;
        uint256 sum = base * _overlap(from, to, 0, start) * span * 2;
        sum += max * _overlap(from, to, end, type(uint256).max) * span * 2;
        if (end > start) {
            uint256 a = from > start ? from : start;
            uint256 b = to < end ? to : end;
            if (b > a) {
                // Fee at x, times span: base * span + (max - base) * (x - start).
                uint256 ends = 2 * base * span + (max - base) * (a - start + b - start);
                sum += ends * (b - a);
            }
        }
        uint256 divisor = (to - from) * span * 2;
        return (sum * 1e14 + divisor - 1) / divisor;
    }

    /// @notice What an issue mints: `amount * min(1, low) * (1 - fee)`. {ledger}, {USD/tok}, {ledger/tok}
    function issued(uint256 amount, uint256 low, uint256 unit, uint256 fee) internal pure returns (uint256) {
        uint256 worth = low > 1e18 ? amount * 1e18 : amount * low;
        return (worth / unit) - ((worth / unit) * fee + 1e18 - 1) / 1e18;
    }

    /// @notice min(1, (reserve + loans) / (supply - staked)). 18 decimals
    function backing(uint256 reserve, uint256 loans, uint256 net) internal pure returns (uint256) {
        if (net == 0) return 1e18;
        uint256 b = ((reserve + loans) * 1e18) / net;
        return b > 1e18 ? 1e18 : b;
    }

    function _overlap(uint256 from, uint256 to, uint256 low, uint256 high) private pure returns (uint256) {
        uint256 a = from > low ? from : low;
        uint256 b = to < high ? to : high;
        return b > a ? b - a : 0;
    }
}
