// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IIssuanceGate} from "./IIssuanceGate.sol";

/// @title What the balance sheet does for reserve, Backstop, Rebalancer and rate source
/// @notice The seam below `IBalanceSheet`: callers know these functions and nothing else of it. All that say "live" read prices now.
interface ISolvency is IIssuanceGate {
    /// @notice The caller is not the module that may do this.
    error NotModule(address caller);
    /// @notice This module is in the middle of a call, or plUSD is flash-minted: no statement can be taken.
    error Entered(address module);

    // ---- reserve

    /// @notice What backing is measured by: total debt, and supply less all Backstop assets. No price is read. {plUSD} both
    function liabilities() external view returns (uint256 loans, uint256 netSupply);

    /// @notice Risk taken on without a mint (an absorption): lowers headroom by `value` times the largest unit requirement of any asset; never reverts for its size.
    /// Issuers only (`NotIssuer`). {USD}
    function bookExposure(uint256 value) external;

    /// @notice Tells and books what may be minted as surplus now: `min(interest, fees and yield realised - booked losses - what was released before,
    /// equity - rho * required)`, of a live statement, fully priced; lowers headroom by it. Reserve only.
    /// @param income The reserve's cumulative income. {plUSD}
    /// @return amount {plUSD}, rounded down; 0 if there is none
    function releaseSurplus(uint256 income) external returns (uint256 amount);

    // ---- Backstop

    /// @notice Stake starts to cool: lowers headroom by it, at once. Backstop only. {plUSD}
    function onCooldown(uint256 assets) external;

    /// @notice What stands between a claim and its payment, live; refused while any module but the caller is entered.
    /// @return deficit Negative equity, the larger of low and mid prices. {USD}, 0 if there is none
    /// @return covered Capital >= required.
    /// @return priced Every asset counted is priced.
    function exitTerms() external view returns (uint256 deficit, bool covered, bool priced);

    // ---- Rebalancer

    /// @notice Capital less the loan part, live: what the composition of the reserve may cost in requirement. {USD}, signed
    function riskBudget() external view returns (int256 budget);

    /// @notice `max(VaR, max_i J_i E_i)` of exposures. {USD}, rounded up
    /// @param exposures By asset number. {USD}
    function marketRequirement(uint256[] calldata exposures) external view returns (uint256);

    // ---- rate source

    /// @notice Whether the last statement said capital < required, or is older than its limit.
    function capitalShort() external view returns (bool);
}
