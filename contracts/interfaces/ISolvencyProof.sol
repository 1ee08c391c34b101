// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice Assets or liabilities in ERC-7893's shape.
/// @param tokens ERC-20s; loans appear under plUSD. @param amounts In each token's own unit. @param values {ETH} 18 decimals
/// @param timestamp When valued. (unix seconds)
struct ProtocolItems {
    address[] tokens;
    uint256[] amounts;
    uint256[] values;
    uint256 timestamp;
}

/// @title The read side of ERC-7893, for tools that speak it
/// @notice A lens on `IBalanceSheet.statement`: live, nothing stored, nothing decided by it. Values are converted to ether at the low price of the ether asset. The Backstop is no
/// liability: plUSD staked there is left out of the supply. The standard's updating side is left out: nobody reports here, the chain does.
interface ISolvencyProof {
    /// @notice Reserve assets and loans.
    function getProtocolAssets() external view returns (ProtocolItems memory);
    /// @notice plUSD outstanding beyond the Backstop.
    function getProtocolLiabilities() external view returns (ProtocolItems memory);
    /// @notice Backing. bps, rounded down
    function getSolvencyRatio() external view returns (uint256);
    /// @notice Whether that is at least 100%. bps
    function verifySolvency() external view returns (bool isSolvent, uint256 healthFactor);
    /// @notice Always empty: history is in `IBalanceSheet.StatementTaken`.
    function getSolvencyHistory(
        uint256 startTime,
        uint256 endTime
    )
        external
        view
        returns (
            uint256[] memory timestamps,
            uint256[] memory ratios,
            ProtocolItems[] memory assets,
            ProtocolItems[] memory liabilities
        );
}
