// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice How the reserve holds an asset. Amounts are stored as floats of 10 mantissa bits, rounded to the strict side.
/// @param stable Whether plUSD can be issued and redeemed against it, and debts paid in it.
/// @param cap No issue, no payment of debts and no absorption from solvent accounts beyond this. {ledger}, stored rounded down
/// @param liquidFloor Cash below this can be refilled from vaults by anyone. {ledger}, stored rounded up
/// @param liquidCeiling Cash above this can be invested by anyone. {ledger}, stored rounded down; at least the floor
/// @param baseFee Fee of issue while less than half of the cap is held, and of redemption while cash is above the ceiling. bps
/// @param maxFee Fee at the cap (issue), and with cash at the floor or below (redeem); linear between, and what is charged is the mean over the amount, so that
/// splitting an issue changes nothing (and a redemption, whose fee stays as cash, by less than the square of the fee). bps; at least the base fee
struct ReserveTerms {
    bool stable;
    uint256 cap;
    uint256 liquidFloor;
    uint256 liquidCeiling;
    uint16 baseFee;
    uint16 maxFee;
}

/// @notice One token paid out in kind.
/// @param token The asset's token, or the share token of a vault.
/// @param amount {tok} the token's own unit
struct InKindPayment {
    address token;
    uint256 amount;
}

/// @title Events and errors of the reserve
interface IReserveShared {
    // ---- events

    event AssetListed(uint256 indexed asset, address indexed token, uint256 scale);
    event TermsSet(uint256 indexed asset, ReserveTerms terms);
    /// @notice Bit 1: issue against it is paused; bit 2: investing.
    event PausesSet(uint256 indexed asset, uint256 pauses);
    /// @notice bps
    event InKindFeeSet(uint256 fee);
    event ModulesSet(address gate, address rebalancer, address riskModel, address backstop);

    /// @notice {asset} token units, {plUSD}, {plUSD}
    event Issue(uint256 indexed asset, address indexed caller, address to, uint256 paid, uint256 issued, uint256 fee);
    /// @notice {plUSD}, {asset} token units, {plUSD}
    event Redeem(uint256 indexed asset, address indexed caller, address to, uint256 burned, uint256 paid, uint256 fee);
    /// @notice Burned plUSD for this part of everything that is not in `skipped`. {plUSD}, 18 decimals, {USD} at low
    event RedeemInKind(
        address indexed caller,
        address to,
        uint256 burned,
        uint256 fraction,
        uint256 skipped,
        uint256 value
    );
    /// @notice {plUSD}
    event Retire(address indexed from, uint256 amount);
    /// @notice {asset} token units
    event Fund(uint256 indexed asset, address indexed from, uint256 amount);
    /// @notice A debt was paid in a stable. {asset} token units, {plUSD}
    event Collect(uint256 indexed asset, address indexed payer, uint256 paid, uint256 debt);
    /// @notice Positions were absorbed. {plUSD}, {USD}, {plUSD}
    event Absorbed(address indexed caller, uint256 debtTaken, uint256 loss, uint256 tipPaid);
    /// @notice Absorbed collateral was taken out of the credit engine's ledger. {ledger}
    event CreditCollected(uint256 indexed asset, uint256 amount);
    /// @notice {ledger}; `bought` is `type(uint256).max` for plUSD, then `received` is {plUSD}
    event Exchange(uint256 indexed sold, uint256 indexed bought, uint256 given, uint256 received);

    /// @notice Tokens went into a vault. {asset} token units, {share}
    event Invest(address indexed vault, uint256 assets, uint256 shares);
    /// @notice Tokens came out of a vault. {asset} token units, {share}
    event Divest(address indexed vault, uint256 assets, uint256 shares);
    /// @notice What is counted for a vault's share moved. 27 decimals {asset/share}; {USD} one of both is 0
    event VaultBooked(address indexed vault, uint256 sharePrice, uint256 gain, uint256 loss);
    /// @notice The vault does not answer: it counts 0 until it does, and `bookVault` was called.
    event VaultUnreadable(address indexed vault);
    /// @notice The vault was asked for a hundredth of what is in it, or more, and did not pay that; or pays again.
    event VaultFailing(address indexed vault, bool failing);
    event VaultListed(address indexed vault, uint256 indexed asset);
    event VaultTermsSet(address indexed vault, uint256 absoluteCap, uint256 relativeCap, uint256 growthPerDay);
    event VaultRemoved(address indexed vault);
    /// @notice Surplus was minted to the Backstop. {plUSD}
    event Distribute(uint256 amount, uint256 income);

    // ---- errors

    error ZeroAmount();
    error ZeroAddress();
    error AssetNotListed(uint256 asset);
    error AssetListedAlready(uint256 asset);
    error AssetOutOfRange(uint256 asset);
    /// @notice The token has a number already, or is plUSD.
    error TokenListedAlready(address token);
    error TokenHasNoCode(address token);
    /// @notice Token decimals below the ledger unit's, above 24, or not told.
    error TokenDecimalsUnsupported(address token, uint256 decimals);
    error NotStable(uint256 asset);
    error Paused(uint256 asset, uint256 action);
    /// @notice The asset's price has this `PriceStatus`, which will not do.
    error PriceUnusable(uint256 asset, uint256 status);
    /// @notice {ledger}
    error CapExceeded(uint256 asset, uint256 held, uint256 cap);
    /// @notice Less than one ledger unit. {asset} token units
    error AmountBelowLedgerUnit(uint256 asset, uint256 amount, uint256 scale);
    error AmountTooLarge(uint256 amount, uint256 maximum);
    error SlippageExceeded(uint256 actual, uint256 limit);
    /// @notice A transfer delivered something else than what was asked for. {asset} token units
    error TransferMismatch(address token, uint256 expected, uint256 received);
    /// @notice Backing is below 1. 18 decimals
    error NotBacked(uint256 backing);
    /// @notice {ledger}
    error LiquidityShort(uint256 asset, uint256 cash, uint256 requested);
    /// @notice The redemption is worth more than the reserve's assets at their highest: the rest of the backing is loans. {USD}
    error RedemptionTooLarge(uint256 worth, uint256 reserveHigh);
    /// @notice The vault is outside of what it is limited to, or neither floor nor ceiling is crossed, or it does not pay the little that it was asked for.
    error NothingToMove(address vault, uint256 cash, uint256 floor, uint256 ceiling);
    /// @notice The rebalancer was set once, for good.
    error RebalancerIsFinal(address rebalancer);
    error VaultNotListed(address vault);
    error VaultListedAlready(address vault);
    error TooManyVaults(uint256 maximum);
    /// @notice The vault's asset is no listed asset's token.
    error VaultAssetMismatch(address vault, address asset);
    /// @notice A share is worth more or less assets than can be stored. 27 decimals
    error SharePriceOutOfRange(address vault, uint256 sharePrice);
    /// @notice The vault's supply without the reserve is too small to trust its share price. {share}
    error VaultTooSmall(address vault, uint256 supply, uint256 minimum);
    /// @notice The share price stands above what its growth cap allows: nothing is invested at such a price. 27 decimals
    error SharePriceJumped(address vault, uint256 sharePrice, uint256 cap);
    /// @notice The vault took or gave something else than it said. {asset} token units
    error VaultMismatch(address vault, uint256 expected, uint256 actual);
    /// @notice The reserve has shares of the vault, which answers, and pays or was not found failing for long enough. {share}
    error VaultInUse(address vault, uint256 shares);
    /// @notice The call carries too little gas to tell a broken vault from a starved one.
    error InsufficientGas(uint256 available, uint256 required);
    error ParameterOutOfBounds(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum);
    error ModuleHasNoCode(address module);
    /// @notice The module does not know the asset, or counts it in another unit.
    error ModuleMismatch(address module, uint256 asset);
    error NotRebalancer(address caller);
    /// @notice Only the reserve itself may do this.
    error NotReserve(address caller);
    error NothingToDistribute();
    /// @notice (unix seconds)
    error DistributedTooEarly(uint256 allowedAt);
    error Entered();
}
