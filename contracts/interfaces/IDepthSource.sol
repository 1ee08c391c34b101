// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title Measures how much of an asset the market takes
/// @notice The depth X of an asset is the amount whose sale halves the price received: selling q returns `P q X / (X + q)`.
interface IDepthSource {
    /// @notice Measures the depth of an asset anew and remembers what the next measurement needs. Anyone may call it: calls
    /// that follow too closely remember nothing.
    /// @param asset Asset number.
    /// @return found Whether this source measures the asset at all; false leaves its depth to governance.
    /// @return depth X, capped as governed. {tok} 18 decimals, rounded down
    function sample(uint256 asset) external returns (bool found, uint256 depth);
}
