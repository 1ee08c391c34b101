// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice One fill of an auction, worked out by the Rebalancer.
/// @param sold Asset number. @param given What the bidder gets. {ledger}
/// @param bought Asset number, or `DOLLAR`. @param received What the bidder pays: {ledger}, or {plUSD} for `DOLLAR`.
/// @param bidder Pays, and is called back. @param to Gets what is sold.
/// @param loss What is received less than given, at mid: booked by the reserve (`IIssuanceGate.bookLoss`). {USD}, 0 if there is none
/// @param data Passed on to `IAuctionCallback.onFill`; empty for no callback.
struct Fill {
    uint256 sold;
    uint256 given;
    uint256 bought;
    uint256 received;
    address bidder;
    address to;
    uint256 loss;
    bytes data;
}

/// @dev `Fill.bought` for plUSD, which is burned.
uint256 constant DOLLAR = type(uint256).max;

/// @title How the Rebalancer moves the reserve's assets
interface IReserveExchange {
    /// @notice Pays `given` out of cash, then out of ledger credit; calls the bidder back if `data` is not empty; takes `received` from it in full (an asset
    /// by `transferFrom` with an allowance to the reserve, plUSD by burning). One lock over all of it. Rebalancer only (`NotRebalancer`).
    /// Reverts with `LiquidityShort` or `TransferMismatch`. Prices and limits are the Rebalancer's business.
    function exchange(Fill calldata fill) external;

    /// @notice What can be paid out of an asset at once: cash and ledger credit. {ledger}
    function sellable(uint256 asset) external view returns (uint256 amount);

    /// @notice All that is held, as it is stored, for who wants everything at the least cost: what is owned and `sellable` of all assets in one.
    /// @return words Four assets a word, 64 bits each, lowest asset lowest: cash of assets 0 to 3, vaults as booked (silent ones too: to leave them out would have everything else sold, and bought back) of 0 to 3, cash of 4 to 7, and so on, as far as
    /// assets are listed. {ledger}
    /// @return credits Ledger credit, listed here or not: asset number in the highest byte, amount below. {ledger}
    function stock() external view returns (uint256[] memory words, uint256[] memory credits);
}

/// @title Whoever takes stables for debts: the absorber behind `ICreditStables`
interface IStableTaker {
    /// @notice The caller is not the credit engine.
    error NotEngine(address caller);

    /// @notice Takes from `payer` (allowance to this contract) what pays `debt`: `debt / (min(1, low) * (1 - fee))`, rounded up to a ledger unit. Needs a live,
    /// agreeing price and room under the cap. Engine only. Nothing is minted: the engine moves its level here afterwards.
    /// @param debt {plUSD}
    /// @param maxPaid {asset} token units
    /// @return paid {asset} token units
    function collect(uint256 asset, address payer, uint256 debt, uint256 maxPaid) external returns (uint256 paid);

    /// @notice What `collect` would take now; reverts where it would. {asset} token units
    function paymentFor(uint256 asset, uint256 debt) external view returns (uint256 paid);
}

/// @title Callback of a bidder
interface IAuctionCallback {
    /// @notice Called after what was sold has arrived and before the payment is taken: sell it, and leave `received` (with an allowance to the reserve) behind. The
    /// reserve is locked meanwhile, and no statement can be taken.
    /// @param fill As executed.
    function onFill(Fill calldata fill) external;
}
