// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IReserveShared} from "../interfaces/IReserveShared.sol";

/// @title Amounts by asset number, 64 bits each, four to a slot
library Lanes {
    /// @notice The largest amount. {ledger}
    uint256 internal constant MAX = type(uint64).max;

    /// @notice The amount of an asset below 16.
    function get(uint256[4] storage words, uint256 asset) internal view returns (uint256) {
        return amountIn(words[asset >> 2], asset);
    }

    /// @notice The amount of an asset in the word that has it.
    function amountIn(uint256 word, uint256 asset) internal pure returns (uint256) {
        return (word >> _shift(asset)) & MAX;
    }

    /// @notice Sets the amount of an asset below 16.
    function set(uint256[4] storage words, uint256 asset, uint256 amount) internal {
        require(amount <= MAX, IReserveShared.AmountTooLarge(amount, MAX));
        uint256 shift = _shift(asset);
        words[asset >> 2] = (words[asset >> 2] & ~(MAX << shift)) | (amount << shift);
    }

    /// @notice Adds amounts to a table by asset number. Words beyond the last asset of `mask` are not read: each would cost as much as asking a feed.
    function addTo(uint256[4] storage words, uint256[] memory table, uint256 mask) internal view {
        for (uint256 first; mask >> first != 0; first += 4) {
            uint256 rest = words[first >> 2];
            for (uint256 asset = first; rest != 0; ++asset) {
                table[asset] += rest & MAX;
                rest >>= 64;
            }
        }
    }

    function _shift(uint256 asset) private pure returns (uint256) {
        return (asset & 3) << 6;
    }
}
