// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title Taker of failed positions
/// @notice Receives absorbed collateral as credit in the credit engine's ledger and stands behind the debt removed for it.
interface IAbsorber {
    /// @notice The caller is not the credit engine.
    error NotCreditEngine(address caller);

    /// @notice How much more of each asset in `mask` it takes from solvent accounts, in ascending order of the asset numbers.
    /// @dev Read once per batch. Insolvent accounts are taken whatever this says.
    /// @return {ledger}
    function capacities(uint256 mask) external view returns (uint256[] memory);

    /// @notice Told once per batch, after all accounts are settled; must not revert.
    /// @param caller Who called `absorb`.
    /// @param tipOwed What the caller's tips fell short of their floor because the collateral was worth too little; paid
    /// from own means as far as they go. {plUSD} 18 decimals
    /// @param debtTaken Debt removed from accounts; that much supply moved to this contract's facilitator level. {plUSD}
    /// @param loss Sum of what debts exceeded the low value received by, account by account. {USD} 18 decimals
    function onAbsorb(address caller, uint256 tipOwed, uint256 debtTaken, uint256 loss) external;
}
