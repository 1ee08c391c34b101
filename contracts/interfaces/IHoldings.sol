// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title Tells how much of each asset the protocol depends on
interface IHoldings {
    /// @notice All collateral of the assets in `mask` (and whatever else the protocol would have to sell), in ascending order of
    /// their numbers; 0 for an asset that is not known here. What was deposited or withdrawn in this very transaction does not count: nobody
    /// borrows an amount for a moment to change it.
    /// @param mask Bit i stands for asset i, i < 16.
    /// @return amounts {ledger}
    function holdings(uint256 mask) external view returns (uint256[] memory amounts);
}
