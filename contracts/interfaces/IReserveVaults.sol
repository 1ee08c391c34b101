// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IReserveShared} from "./IReserveShared.sol";

/// @notice What a vault may hold of the reserve.
/// @param absoluteCap The most of the asset in it, when investing. {ledger}, stored as a float rounded down
/// @param relativeCap The largest part of the vault's total assets that may be the reserve's, when investing. bps
/// @param growthPerDay The most that the counted share price grows, simple. {1e-6 a day}
struct VaultTerms {
    uint256 absoluteCap;
    uint16 relativeCap;
    uint16 growthPerDay;
}

/// @notice A vault as it stands.
/// @param asset Its asset's number. @param place Its place among the vaults, 0 to 15: bit 16 + place of `skip` in `redeemInKind`. @param terms Its limits.
/// @param shares Held by the reserve, by its own books. {share}
/// @param sharePrice What a share was last booked at. 27 decimals {asset/share}, in raw units of both
/// @param bookedAt When that was. (unix seconds)
/// @param unreadableSince When it was first seen not to answer; 0 while it does. (unix seconds)
/// @param failingSince When it was first seen not to pay; 0 while it does. (unix seconds)
struct VaultInfo {
    uint256 asset;
    uint256 place;
    VaultTerms terms;
    uint256 shares;
    uint256 sharePrice;
    uint256 bookedAt;
    uint256 unreadableSince;
    uint256 failingSince;
}

/// @title Yield: ERC-4626 vaults of the reserve
/// @notice THE COUNTED SHARE PRICE is `min(live, booked * (1 + growthPerDay * min(days since booked, MAX_GROWTH_DAYS)))`, live being
/// `previewRedeem(shares) / shares`, or `convertToAssets` where that reverts; a fall counts in every view at once, and is *booked* (income, headroom) by `bookVault`. A vault that answers neither
/// counts 0 in statements at once. Once `bookVault` has marked it, it backs no redemption in cash until a `bookVault` that it answers; in weights it stays as booked; in kind it counts as last booked. What was booked
/// stays: an outage that ends is neither a loss nor a gain. A share that fell below a hundredth of what it was booked at (a loss) may recover within `RECOVERY_DAYS`, linearly, to what it was. Time in which it is marked does not add to that. At most `MAX_VAULT_GAS` is spent on asking a vault; a call that cannot afford it reverts.
/// @dev Executed by the reserve's extension. A vault is two slots:
/// `[vault 160 | asset 8 | absolute cap float 16 | relative cap 16 | growth 16 | unreadable since 32 | recovering 8]`
/// `[share price 96 | booked at 32 | shares 128]`, and a note `[failing since 32 | former 96 | free 128]`.
/// Who may call: anyone, unless said otherwise.
interface IReserveVaults is IReserveShared {
    /// @notice Moves cash above the asset's ceiling into a vault, down to the middle of floor and ceiling, as far as the vault's caps and `maxDeposit` allow.
    /// Books the vault first. Reverts with `NothingToMove`, `Paused`, `SharePriceJumped`, or `VaultMismatch` when the shares received redeem for less.
    /// @return assets {asset} token units
    function invest(address vault) external returns (uint256 assets);

    /// @notice Takes out of a vault: what cash lacks to the middle of floor and ceiling once it is below the floor; what exceeds the vault's caps (the
    /// relative one when nothing else is to come); everything when
    /// its absolute cap is 0; a hundredth from one that was found failing. As far as `maxWithdraw` goes. Cannot be paused. A vault that reverts, steals or gives less than a hundredth of what is in it, although that
    /// much was to come out, is noted as failing, until it gives that; then nothing comes of the call and 0 is returned. Asked for less, a vault that gives nothing makes it revert with `NothingToMove`;
    /// so does one that has nothing to give back. With too little gas to tell: `InsufficientGas`.
    /// @param maxAssets No more than this. {asset} token units
    /// @return assets {asset} token units
    function divest(address vault, uint256 maxAssets) external returns (uint256 assets);

    /// @notice Books what a vault's share counts now: growth within the cap as income, a loss at once against income and headroom
    /// (`IIssuanceGate.bookLoss`); an unreadable vault is marked (from then on it backs nothing, and can become "priced at 0", see `IBalanceSheet.settleDeficit`), and a marked one that answers is not any more.
    /// @return sharePrice 27 decimals
    function bookVault(address vault) external returns (uint256 sharePrice);

    /// @notice Moves all absorbed credit of an asset from the engine's ledger into cash.
    /// @return amount {ledger}
    function collectCredit(uint256 asset) external returns (uint256 amount);

    /// @notice Mints the distributable surplus to the Backstop, which streams it (`ISolvency.releaseSurplus` says how much). Refused while anything is entered, within
    /// `DISTRIBUTION_INTERVAL` of the last one, and with `NothingToDistribute`.
    /// @return amount {plUSD}
    function distribute() external returns (uint256 amount);

    /// @notice Takes out of the vault at a place and measures; reverts whatever goes wrong. The reserve itself only, so that it can go on (`NotReserve`).
    /// @param units {ledger}; the largest number for all of it. @param maxAssets {asset} token units @param least {asset} token units
    function takeOut(
        uint256 place,
        uint256 units,
        uint256 maxAssets,
        uint256 least
    ) external returns (uint256 assets, uint256 shares);

    // ---- governance

    /// @notice Lists a vault of a listed asset: its `asset()` is the asset's token, its supply at least `minSupply` apart from the reserve's shares. Governor.
    /// @custom:bound takes a listed asset; others have put in something; at most 16
    function listVault(address vault, uint256 minSupply, VaultTerms calldata terms) external;
    /// @notice Changes limits within immutable ones. Risk role; an absolute cap of 0 lets anyone take everything out.
    /// @custom:bound relativeCap <= 10,000 bps, growthPerDay <= {MAX_GROWTH_PER_DAY} millionths
    function setVaultTerms(address vault, VaultTerms calldata terms) external;
    /// @notice Removes a vault without shares. Governor.
    /// @custom:bound only without shares
    function removeVault(address vault) external;
    /// @notice Gives up a vault that does not answer or does not pay: books all of it as a loss. The shares stay the reserve's and count again when the vault is listed anew. `VaultInUse` unless
    /// it was marked unreadable and still is, or was found failing `WRITE_OFF_DELAY` ago and still fails when asked for a hundredth of what is in it: meanwhile anyone could `divest` that much, which would have
    /// cleared it. Governor.
    /// @custom:bound only one that is unreadable, or has failed to pay for {WRITE_OFF_DELAY} s
    function writeOffVault(address vault) external;
}

/// @title Which vaults the reserve has, and how they stand
/// @dev Executed by the reserve itself.
interface IReserveVaultViews is IReserveShared {
    /// @notice All vaults, in no particular order: a place that gets free is used again.
    function vaults() external view returns (address[] memory);
    /// @notice A vault as it stands; zeros when it is not listed.
    function vaultInfo(address vault) external view returns (VaultInfo memory);
    /// @notice What a vault's position counts now, and as it says itself (as last booked when it says nothing). {ledger}
    function vaultValue(address vault) external view returns (uint256 low, uint256 high, bool readable);
}
