// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title Callback of a liquidator
interface ILiquidationCallback {
    /// @notice Called after the seized collateral was credited to the liquidator's account in the ledger, or by `liquidateTo` paid out, and
    /// before the payment is burned. Within it `CreditEngine.withdraw` is open, so that collateral can be sold to raise the payment;
    /// every other state-changing entry of the engine is closed.
    /// @param repaid plUSD that will be burned from this contract when the callback returns. {plUSD}
    /// @param seized What was credited or paid out: `asset << 248 | amount` with amounts in {ledger}, summed over the whole batch.
    /// @param data As passed to `liquidate`.
    function onLiquidate(uint256 repaid, uint256[] calldata seized, bytes calldata data) external;
}
