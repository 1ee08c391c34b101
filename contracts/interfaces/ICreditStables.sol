// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LiquidationItem} from "./ICreditEngine.sol";

/// @title The event of a debt paid in a stable
interface ICreditStableEvents {
    /// @notice Debt was paid in a stable; a `Repay` or the `Liquidate`s of the batch are emitted as well. {plUSD}, {asset} token units
    event PaidInStable(uint256 indexed asset, address indexed payer, uint256 debt, uint256 paid);
}

/// @title Repaying in a stable: executed by the engine's extension
interface ICreditStableRepayment is ICreditStableEvents {
    /// @notice Repays debt of `account` with the caller's stable (allowance to the *absorber*). As `repay` otherwise.
    /// @param asset Number of the stable in the reserve.
    /// @param amount {plUSD}; `type(uint256).max` for all
    /// @param maxPaid {asset} token units
    /// @return repaid Debt removed. {plUSD} @return paid {asset} token units
    function repayInStable(
        uint256 asset,
        uint256 amount,
        address account,
        uint256 maxPaid
    ) external returns (uint256 repaid, uint256 paid);
}

/// @title Liquidating in a stable: executed by the engine itself, as `liquidate` is
interface ICreditStableLiquidation is ICreditStableEvents {
    /// @notice `liquidate`, paid in a stable. The callback comes before the payment is taken, as there; `repaid` is still in plUSD
    /// (`IStableTaker.paymentFor` tells what that takes).
    /// @param items As for `liquidate`.
    /// @param maxPaid {asset} token units
    /// @param data As for `liquidate`.
    /// @return repaid Per item; 0 for skipped ones. {plUSD} @return paid {asset} token units
    function liquidateInStable(
        uint256 asset,
        LiquidationItem[] calldata items,
        uint256 maxPaid,
        bytes calldata data
    ) external returns (uint256[] memory repaid, uint256 paid);
}

/// @title Debts paid in a stable of the reserve
/// @notice For when plUSD is dear: nothing is minted, the absorber (an `IStableTaker`) keeps the stable, and as much level moves from the engine to it as debt was
/// paid. Needs a live, agreeing price and room under the reserve's cap; repaying in plUSD needs neither.
interface ICreditStables is ICreditStableRepayment, ICreditStableLiquidation {}
