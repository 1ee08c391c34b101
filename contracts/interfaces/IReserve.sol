// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IAbsorber} from "./IAbsorber.sol";
import {IReserveGovernance} from "./IReserveGovernance.sol";
import {InKindPayment, IReserveShared} from "./IReserveShared.sol";
import {IReserveVaults, IReserveVaultViews} from "./IReserveVaults.sol";
import {IReserveExchange, IStableTaker} from "./IReserveSeams.sol";

/// @notice What the reserve owns of one asset.
/// @param cash In the reserve itself. {ledger}
/// @param credit In the credit engine's ledger: absorbed and not yet collected. {ledger}
/// @param vaulted In vaults, as counted: the least that any rule allows. {ledger}, rounded down
/// @param vaultedHigh In vaults, as they say, uncapped; an unreadable one as last booked. {ledger}, rounded up
/// @param readable Whether all of the asset's vaults could be read.
struct Position {
    uint256 cash;
    uint256 credit;
    uint256 vaulted;
    uint256 vaultedHigh;
    bool readable;
}

/// @title Issue, redeem, in cash and in kind, and what is owned: what the reserve itself executes
interface IReserveMarket is IReserveShared {
    // ---- issue and redeem

    /// @notice Mints plUSD against a stable asset at `min(1, low) * (1 - fee)`. Anyone. The amount is truncated to a ledger unit and must arrive in
    /// full. Consumes headroom (`IIssuanceGate.consume(asset, issued)`). Reverts with `NotStable`, `Paused`, `PriceUnusable` (only a live, agreeing
    /// price will do), `CapExceeded`, `SlippageExceeded`, or with the gate's errors.
    /// @param amount {asset} token units
    /// @param minIssued {plUSD}
    /// @return issued Minted to `to`. {plUSD}, rounded down
    function issue(uint256 asset, uint256 amount, uint256 minIssued, address to) external returns (uint256 issued);

    /// @notice Burns the caller's plUSD for one stable asset, while `b >= 1`: `amount * (1 - fee) / high`. Anyone; cannot be paused. A live or a disagreeing
    /// price will do, as `high` is the higher of them. Reverts with `NotBacked` while b < 1 and with `LiquidityShort` when there is not
    /// enough cash: then `redeemInKind`, or `divest` in the same batch.
    /// @param amount {plUSD}
    /// @param minPaid {asset} token units
    /// @return paid {asset} token units, rounded down to a ledger unit
    function redeem(uint256 asset, uint256 amount, uint256 minPaid, address to) external returns (uint256 paid);

    /// @notice Burns the caller's plUSD: nothing for it. A gift to everybody else; how the Backstop pays for deficits. Anyone.
    /// @param amount {plUSD}
    function retire(uint256 amount) external;

    // ---- redemption in kind

    /// @notice Burns the caller's plUSD for the same part of every asset of the reserve: `f = min(1, b) amount (1 - fee) / R+`, at most 1, R+ being everything at
    /// its highest: high, or the last good high undecayed (`IPriceOracle.undecayedHigh`), vaults and rate feeds uncapped. Of each asset f of the cash and of
    /// the ledger credit is paid in tokens, and f of each vault position in vault shares: no vault is asked. Anyone, at any b; cannot be paused.
    /// Reverts with `RedemptionTooLarge` or `SlippageExceeded`.
    /// @param amount {plUSD}
    /// @param skip Bit i: the redeemer goes without asset i (a token that will not be sent to him, say), all of its vaults included; it stays with the reserve, and in b and R+. Bit 16 + place
    /// (`VaultInfo.place`): he goes without that vault, which is not asked and counts 0 in both b and R+. So he is paid what min(1, b) would be without it: never more than his share, as
    /// the vault stays with the rest; and a vault that lies or whose shares do not move costs him no more than his part of it.
    /// @param minValue The least that what is paid must be worth at low. {USD}
    /// @return payments In ascending order of assets, the token before the vaults.
    function redeemInKind(
        uint256 amount,
        uint256 skip,
        uint256 minValue,
        address to
    ) external returns (InKindPayment[] memory payments);

    /// @notice min(1, b), and R+ as above, at this moment. 18 decimals, {USD} rounded up
    function redemptionTerms() external view returns (uint256 backing, uint256 reserveHigh);

    // ---- views; meaningless while `isEntered`

    /// @notice min(1, b), b = (reserve + loans) / (supply - all Backstop assets), everything at low and vaults as last booked, those marked unreadable at 0 (anyone can book a
    /// loss, or mark, in the same batch). Stops adding up as soon as 1 is reached.
    /// @param first Asset to begin with, listed here or not: the one whose price the caller needs anyway.
    /// @return b 18 decimals, rounded down
    function cappedBacking(uint256 first) external view returns (uint256 b);

    /// @notice What counts of each asset: cash, ledger credit and vaults, at the least that any rule allows; assets that are not listed here but were absorbed
    /// included.
    /// @return mask Bit i: asset i is held.
    /// @return unreadable Bit i: a vault of asset i could not be read, its part counts 0.
    /// @return amounts In ascending order of the asset numbers of `mask`. {ledger}
    function counted() external view returns (uint256 mask, uint256 unreadable, uint256[] memory amounts);

    /// @notice The same with vaults as last booked, those marked unreadable at 0: asks no vault. {ledger}
    function booked() external view returns (uint256 mask, uint256[] memory amounts);

    /// @notice The parts of what is owned of one asset.
    function position(uint256 asset) external view returns (Position memory);

    /// @notice What `redeem` would take now as a fee, and `issue`, for an amount of this asset. 18 decimals, rounded up
    /// @param amount {ledger}
    function fees(uint256 asset, uint256 amount) external view returns (uint256 issueFee, uint256 redeemFee);

    /// @notice True inside any call that moves something, fills of auctions included; no statement may be taken then.
    function isEntered() external view returns (bool);
}

/// @title The protocol's own assets
/// @notice Issues plUSD against stables, redeems it, takes failed positions over, sells through the Rebalancer, earns in ERC-4626 vaults. One asset number
/// everywhere: that of the risk model and the oracle. All amounts are kept in the risk model's ledger units, 64 bits; a token's balance is never asked, so
/// donations change nothing.
///
/// LOCK. Every entry that moves anything takes one transient lock. Inside a fill (the bidder is called back) all of them are closed; only `onAbsorb` stays open,
/// because absorption must go on, and it moves nothing but a tip.
///
/// ROUNDING. What comes in counts rounded down, what goes out is rounded down, fees are rounded up.
///
/// LIVENESS. `redeem`, `redeemInKind`, `onAbsorb`, `divest` and `collect` cannot be paused. A token, vault or feed that fails concerns its own asset only:
/// `redeemInKind` pays vault shares instead of asking vaults, and lets the redeemer leave out what cannot be paid to him.
/// @dev Two contracts on one storage (decision 1): `Reserve` is IReserveMarket, IReserveVaultViews, IAbsorber, IReserveExchange and IStableTaker; `ReserveExtension`
/// is IReserveVaults and IReserveGovernance.
interface IReserve is
    IReserveMarket,
    IReserveVaults,
    IReserveVaultViews,
    IReserveGovernance,
    IAbsorber,
    IReserveExchange,
    IStableTaker,
    IAccessManaged
{
    /// @notice Executes several calls of this interface as the caller, in order; one that reverts undoes all.
    function multicall(bytes[] calldata data) external returns (bytes[] memory results);

    // ---- immutable limits of the parameters

    /// @notice Highest fee of any kind. bps
    function MAX_FEE() external view returns (uint256);
    /// @notice Highest cap, floor or ceiling of an asset. {ledger}
    function MAX_CAP() external view returns (uint256);
    /// @notice For how long without booking a vault's counted share price goes on growing. {days}
    function MAX_GROWTH_DAYS() external view returns (uint256);
    /// @notice In that time a share that fell to next to nothing may count again what it did before. {days}
    function RECOVERY_DAYS() external view returns (uint256);
    /// @notice For so long a vault must have failed to pay before it can be written off. {s}
    function WRITE_OFF_DELAY() external view returns (uint256);
    /// @notice The fastest growth of a vault's share price that can be let in. {1e-6 a day}
    function MAX_GROWTH_PER_DAY() external view returns (uint256);
    /// @notice Least time between distributions. {s}
    function DISTRIBUTION_INTERVAL() external view returns (uint256);
}
