// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title The gate that every mint of plUSD passes
/// @notice Knows how much more plUSD may be issued. The credit engine and the reserve call it before they mint; they do not
/// know what stands behind it.
interface IIssuanceGate {
    /// @notice The mint does not fit. {plUSD}
    error IssuanceExceeded(uint256 amount, uint256 available);
    /// @notice The caller may not consume headroom.
    error NotIssuer(address caller);

    /// @notice Consumes the headroom for `amount` of new plUSD, or reverts.
    /// @param source What comes in against it: an asset number, or `LOANS` for a loan.
    /// @param amount {plUSD} 18 decimals
    function consume(uint256 source, uint256 amount) external;

    /// @notice Lowers the headroom by a loss that was just booked; never reverts for its size. {USD} 18 decimals
    function bookLoss(uint256 amount) external;

    /// @notice How much `issuer` could mint against `source` now. {plUSD} 18 decimals
    function available(address issuer, uint256 source) external view returns (uint256);
}

/// @dev `source` of a mint against a loan.
uint256 constant LOANS = type(uint256).max;
