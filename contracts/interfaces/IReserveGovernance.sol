// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IReserveShared, ReserveTerms} from "./IReserveShared.sol";

/// @title Seed capital, listing, parameters, modules: executed by the reserve's extension
interface IReserveGovernance is IReserveShared {
    // ---- governance

    /// @notice Adds equity without minting: seed capital. Treasurer; open to nobody else, as a gift would move weights. Works for any listed asset.
    /// @param amount {asset} token units, truncated to a ledger unit
    /// @return added {ledger}
    /// @custom:bound a gift: adds to the reserve
    function fund(uint256 asset, uint256 amount) external returns (uint256 added);

    /// @notice Puts the caller's plUSD aside for tips of absorptions that the collateral cannot pay. Anyone. {plUSD}
    function fundTips(uint256 amount) external;

    /// @notice Lists an asset of the risk model with its token. Governor. Token decimals 0..24, not below the ledger unit's; the price must be live.
    /// @custom:bound once for each number and token; a live price; the engine's token
    function listAsset(uint256 asset, address token, ReserveTerms calldata terms) external;

    /// @notice Changes an asset's terms, within immutable limits. Risk role.
    /// @custom:bound cap, floor, ceiling <= {MAX_CAP}, fees <= {MAX_FEE} bps
    function setTerms(uint256 asset, ReserveTerms calldata terms) external;

    /// @notice Fee of redemption in kind. At most `MAX_FEE`. Risk role. bps
    /// @custom:bound <= {MAX_FEE} bps
    function setInKindFee(uint256 fee) external;

    /// @notice Sets pauses: bit 1 issue, bit 2 invest. Guardian. @param pauses Bits to set; all others stay.
    /// @custom:bound issuing and investing; nothing else can be paused
    function pause(uint256 asset, uint256 pauses) external;
    /// @notice Clears pauses. Governor.
    /// @custom:bound none: loosens
    function unpause(uint256 asset, uint256 pauses) external;

    /// @notice Replaces gate (an IBalanceSheet), rebalancer, risk model (its oracle is stored beside it; `ModuleMismatch` if it counts a listed asset in another unit)
    /// and backstop. The rebalancer stays what it was first set to (`RebalancerIsFinal`): it says who pays. Governor.
    /// @custom:bound contracts; same units; the rebalancer is set once
    function setModules(address gate, address rebalancer, address riskModel, address backstop) external;

    // ---- parameters in force

    /// @notice Token, token units per ledger unit, and terms as stored.
    function assetTerms(uint256 asset) external view returns (address token, uint256 scale, ReserveTerms memory terms);
    /// @notice Bit i: asset i is listed; and of these, which are stable.
    function listedMasks() external view returns (uint256 listed, uint256 stable);
    /// @notice The modules in force.
    function modules() external view returns (address gate, address rebalancer, address riskModel, address backstop);
    /// @notice Fee of redemption in kind. bps
    function inKindFee() external view returns (uint256);
    /// @notice Fees, yield and auction gains realised so far; only grows. {plUSD}
    function income() external view returns (uint256);
    /// @notice plUSD put aside for tips; no asset in any statement. {plUSD}
    function tipFund() external view returns (uint256);
}
