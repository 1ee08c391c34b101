// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC3156FlashLender} from "@openzeppelin/contracts/interfaces/IERC3156FlashLender.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

import {ICreditStables} from "./ICreditStables.sol";

/// @notice One account of a batch liquidation.
/// @param account Whose position.
/// @param maxRepay The most the liquidator pays for it; `type(uint256).max` for as much as allowed. {plUSD}
struct LiquidationItem {
    address account;
    uint256 maxRepay;
}

/// @notice How positions are liquidated. All bps.
/// @param targetHealth H: a slice is sized so that the health afterwards is this. At least 10_000.
/// @param minIncentive lmin: the liquidator's discount just below health 1.
/// @param maxIncentive lmax: the discount at `fullIncentiveHealth` and below.
/// @param fullIncentiveHealth Health at which the discount has grown to `maxIncentive`. Below 10_000.
/// @param absorbHealth H_a: below this health anyone may have the position absorbed.
/// @param tipShare Part of the seized incentive that goes to the caller of `absorb`.
struct LiquidationParameters {
    uint16 targetHealth;
    uint16 minIncentive;
    uint16 maxIncentive;
    uint16 fullIncentiveHealth;
    uint16 absorbHealth;
    uint16 tipShare;
}

/// @notice What is known of a listed asset.
/// @param token ERC-20.
/// @param scale Token units per ledger unit.
/// @param total All credit in the ledger. {ledger}
/// @param cap Deposits are refused beyond this total: the governed cap or the depth fraction, whichever is smaller. {ledger}
/// @param governedCap The governed cap alone. {ledger}
/// @param pauses Bits of `PAUSE_DEPOSIT`, `PAUSE_WITHDRAW`, `PAUSE_BORROW`, `PAUSE_FLASH_LOAN`.
struct AssetInfo {
    address token;
    uint256 scale;
    uint256 total;
    uint256 cap;
    uint256 governedCap;
    uint256 pauses;
}

/// @dev Deposits of the asset are paused.
uint256 constant PAUSE_DEPOSIT = 1;
/// @dev Withdrawals of the asset by accounts *with debt* are paused.
uint256 constant PAUSE_WITHDRAW = 2;
/// @dev The asset counts 0 towards borrow limits.
uint256 constant PAUSE_BORROW = 4;
/// @dev Flash loans of the asset are paused.
uint256 constant PAUSE_FLASH_LOAN = 8;

/// @title Events and errors of the credit engine
interface ICreditShared {
    // ------------------------------------------------------------------ events

    event AssetListed(uint256 indexed asset, address indexed token, uint256 scale);
    /// @notice The cap in force changed. {ledger}
    event AssetCapSet(uint256 indexed asset, uint256 governedCap, uint256 cap);
    event AssetPausesSet(uint256 indexed asset, uint256 pauses);
    event RiskModelSet(address indexed riskModel);
    event IssuanceGateSet(address indexed gate);
    event AbsorberSet(address indexed absorber);
    event RateSourceSet(address indexed rateSource);
    event LiquidationParametersSet(LiquidationParameters parameters);
    /// @notice {plUSD} both
    event DebtLimitsSet(uint256 minimumDebt, uint256 debtCeiling);
    /// @notice {USD}
    event TipFloorSet(uint256 tipFloor);
    /// @notice bps of the depth
    event DepthFractionSet(uint256 depthFraction);

    /// @notice {asset}: token units
    event Deposit(uint256 indexed asset, address indexed account, address indexed caller, uint256 amount);
    /// @notice {asset}: token units
    event Withdraw(uint256 indexed asset, address indexed account, address indexed caller, address to, uint256 amount);
    /// @notice {plUSD}, {share}
    event Borrow(address indexed account, address indexed caller, address to, uint256 amount, uint256 shares);
    /// @notice {plUSD}, {share}
    event Repay(address indexed account, address indexed caller, uint256 amount, uint256 shares);

    /// @notice A slice was liquidated. `slice` is packed as an account is stored (see AccountLib): the first word holds the
    /// debt shares removed, the assets and the amounts taken. {plUSD}
    event Liquidate(address indexed account, address indexed liquidator, uint256 repaid, uint256[] slice);
    /// @notice A slice was absorbed. `slice` as in `Liquidate` (tip included); `tip` is the caller's part of it. {plUSD}, bps*1e14
    event Absorb(address indexed account, address indexed caller, uint256 debtRemoved, uint256 tip, uint256[] slice);
    /// @notice Debt was written off because nothing priced was left to pay it. {plUSD}
    event WriteOff(address indexed account, uint256 debt);
    /// @notice Credit moved inside the ledger outside of a slice (liquidator, absorber, tips). {ledger}
    event Credit(uint256 indexed asset, address indexed account, uint256 amount);

    /// @notice The rate was set, or the index brought up to now by `accrue`: from here on the index is `index * e^(rate * dt)`. Positions
    /// do not announce the accrual that they cause. 18 decimals; {1/s} 18 decimals
    event Accrue(uint256 index, uint256 rate);
    event AuthorizationSet(address indexed account, address indexed operator, bool authorized, address caller);
    event FlashLoan(uint256 indexed asset, address indexed receiver, address indexed initiator, uint256 amount);

    // ------------------------------------------------------------------ errors

    error AssetNotListed(uint256 asset);
    error AssetListedAlready(uint256 asset);
    error TokenListedAlready(address token);
    error TokenNotListed(address token);
    error TokenHasNoCode(address token);
    /// @notice The token does not answer `decimals()`.
    error TokenWithoutDecimals(address token);
    error TokenDecimalsUnsupported(address token, uint256 decimals);
    /// @notice `(1 + lmin) (high / mid) (1 - m)` may exceed 1: a liquidation could leave the account worse. 18 decimals
    error ThresholdTooHigh(uint256 asset, uint256 product);
    /// @notice A ledger unit of the asset is worth so much that what rounding it away costs would matter. {USD} 18 decimals
    error LedgerUnitTooCoarse(uint256 asset, uint256 unitValue, uint256 maximum);
    error ParameterOutOfBounds(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum);
    error ModuleHasNoCode(address module);
    /// @notice The new risk model does not know a listed asset as the engine does.
    error ModuleMismatch(address module, uint256 asset);

    error ZeroAmount();
    error ZeroAddress();
    /// @notice Less than one ledger unit. {asset}
    error AmountBelowLedgerUnit(uint256 asset, uint256 amount, uint256 scale);
    error AmountTooLarge(uint256 amount, uint256 maximum);
    /// @notice Less than one debt share is worth. {plUSD}
    error AmountBelowDebtShare(uint256 amount, uint256 shareValue);
    error Paused(uint256 asset, uint256 action);
    /// @notice {ledger}
    error CapExceeded(uint256 asset, uint256 newTotal, uint256 cap);
    /// @notice A transfer delivered something else than what was asked for. {asset}
    error TransferMismatch(address token, uint256 expected, uint256 received);
    /// @notice The engine holds less of the token than its ledger says. {asset}
    error LedgerShortfall(address token, uint256 balance, uint256 ledger);
    /// @notice {ledger}
    error InsufficientBalance(uint256 asset, address account, uint256 balance, uint256 requested);
    /// @notice The account does not hold this asset, and only its owner or an operator may add one.
    error NotHeld(uint256 asset, address account);
    error Unauthorized(address account, address caller);
    error SignatureExpired(uint256 deadline);
    error InvalidSignature(address account);
    error NonceMismatch(address account, uint256 nonce, uint256 expected);

    /// @notice {plUSD}, {USD}
    error BorrowLimitExceeded(address account, uint256 debt, uint256 limit);
    error DebtBelowMinimum(address account, uint256 debt, uint256 minimum);
    error DebtCeilingExceeded(uint256 totalDebt, uint256 ceiling);
    error NoDebt(address account);
    /// @notice None of the accounts could be liquidated or absorbed as asked.
    error NothingToDo();

    error Entered();
    error FlashLoanCallbackFailed(address receiver);
}

/// @title Positions and liquidation: what the credit engine itself executes
interface ICreditPositions is ICreditShared {
    // ------------------------------------------------------------------ positions

    /// @notice Deposits `amount` of `asset` into `account`, truncated to a ledger unit. Anyone may add to what an account
    /// holds already; only its owner or an operator may add another asset to it. An account with debt cannot deposit an
    /// asset that has no live price or is delisted; nobody can deposit a delisted one once `syncAssetCap` was called.
    /// @param amount {asset} token units
    /// @return deposited What was pulled from the caller. {asset}
    function deposit(uint256 asset, uint256 amount, address account) external returns (uint256 deposited);

    /// @notice Withdraws to `to`. Caller: the account or an operator. A debt-free account needs no price for it.
    /// @param amount {asset} token units; `type(uint256).max` for all; truncated to a ledger unit
    /// @return withdrawn {asset}
    function withdraw(uint256 asset, uint256 amount, address account, address to) external returns (uint256 withdrawn);

    /// @notice Borrows plUSD to `to`. Caller: the account or an operator. The first borrow of an account needs a live price
    /// for everything it holds; further ones stop looking once the debt is covered.
    /// @param amount {plUSD}
    /// @return shares Debt shares added, rounded up. {share}
    function borrow(uint256 amount, address account, address to) external returns (uint256 shares);

    /// @notice Repays debt of `account` with the caller's plUSD. Needs no price, cannot be paused, needs no approval.
    /// @param amount {plUSD}; `type(uint256).max` (or anything above the debt) for all
    /// @return repaid plUSD burned. A repayment may not leave a debt below the minimum other than 0.
    function repay(uint256 amount, address account) external returns (uint256 repaid);

    // ------------------------------------------------------------------ liquidation

    /// @notice Liquidates a batch. Accounts that are healthy by now, or cannot be liquidated within `maxRepay`, are skipped; when
    /// nothing is left to do the call reverts with `NothingToDo`.
    /// The seized collateral is credited to the caller's account; with `data` not empty the caller is called back
    /// (`ILiquidationCallback`) before plUSD is burned from it.
    /// @return repaid Burned from the caller, per item; 0 for skipped ones. {plUSD}
    function liquidate(
        LiquidationItem[] calldata items,
        bytes calldata data
    ) external returns (uint256[] memory repaid);

    /// @notice As `liquidate`, but what is seized leaves for `to` at once instead of being credited, before the caller is called back. Cheaper
    /// than withdrawing it afterwards; but a token that cannot be moved reverts the batch, and `liquidate` does not.
    /// @param to Gets what is seized, all of the batch in one transfer a token. Nothing is emitted for that here: tokens tell of it themselves.
    /// @return repaid As `liquidate`. {plUSD}
    function liquidateTo(
        LiquidationItem[] calldata items,
        address to,
        bytes calldata data
    ) external returns (uint256[] memory repaid);

    /// @notice Hands failing accounts to the absorber: those below the absorption health, those whose collateral cannot pay the
    /// least incentive, and those with nothing priced left. Others are skipped; reverts with `NothingToDo` if all are.
    /// The caller earns a tip in collateral, credited to its account.
    /// @return debtRemoved Per account; 0 for skipped ones. {plUSD}
    function absorb(address[] calldata accounts) external returns (uint256[] memory debtRemoved);

    // ------------------------------------------------------------------ interest

    /// @notice Brings the index up to now.
    function accrue() external;

    // ------------------------------------------------------------------ views

    /// @notice The account's debt, interest up to now included. {plUSD}, rounded up
    function debtOf(address account) external view returns (uint256);

    /// @notice The account's debt shares and holdings (`asset << 248 | balance` in {ledger}), ascending by asset.
    function position(address account) external view returns (uint256 debtShares, uint256[] memory holdings);

    /// @notice Balance of one asset. {ledger}
    function balanceOf(address account, uint256 asset) external view returns (uint256);

    /// @notice The sum of all debts, interest up to now included. {plUSD}, rounded up
    function totalDebt() external view returns (uint256);

    /// @notice {share}
    function totalDebtShares() external view returns (uint256);

    /// @notice Debt index with interest up to now: `debt = shares * index`. 18 decimals {1e-8 plUSD/share}
    function index() external view returns (uint256);

    /// @notice Stored rate and time of the last accrual. {1/s} 18 decimals, unix seconds
    function interest() external view returns (uint256 rate, uint256 accruedAt);

    /// @notice plUSD, the token that is lent.
    function dollar() external view returns (address);
    /// @notice True inside any state-changing call; a balance sheet must not be taken then.
    function isEntered() external view returns (bool);
}

/// @title Authorisation, permits and flash loans of collateral (ERC-3156, free of charge): executed by the engine's extension
interface ICreditAccess is ICreditShared, IERC3156FlashLender {
    // ------------------------------------------------------------------ authorisation, permits

    /// @notice Lets `operator` deposit new assets, withdraw and borrow for the caller, or stops it.
    function setAuthorization(address operator, bool authorized) external;

    /// @notice The same by EIP-712 signature of `account` (EOA or ERC-1271).
    /// @param nonce Must equal `authorizationNonce(account)`.
    function setAuthorizationWithSig(
        address account,
        address operator,
        bool authorized,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Makes every outstanding authorisation signature of the caller void.
    function cancelAuthorizationSignatures() external;

    /// @notice Calls `permit` on a listed asset's token for the caller and this contract; does not revert when it fails (somebody may have
    /// used the signature first), the deposit that follows tells. For `multicall`.
    function permit(uint256 asset, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Whether `operator` may act for `account`.
    function isAuthorized(address account, address operator) external view returns (bool);
    /// @notice The nonce that the next signed authorisation of `account` must carry.
    function authorizationNonce(address account) external view returns (uint256);
}

/// @title Listing, parameters, modules: executed by the engine's extension
interface ICreditGovernance is ICreditShared {
    // ------------------------------------------------------------------ rate

    /// @notice Accrues at the stored rate and stores the rate source's next one. Anyone may call it.
    function updateRate() external;

    // ------------------------------------------------------------------ parameters in force

    /// @notice How `asset` is listed: token, total, caps and pauses.
    function assetInfo(uint256 asset) external view returns (AssetInfo memory);
    /// @notice Bit i is set when asset i is listed here.
    function listedMask() external view returns (uint256);
    /// @notice What decides the size and the incentive of a slice.
    function liquidationParameters() external view returns (LiquidationParameters memory);
    /// @notice The collateral of the assets in `mask`, see `IHoldings`. {ledger}
    function holdings(uint256 mask) external view returns (uint256[] memory amounts);
    /// @notice {plUSD} both
    function debtLimits() external view returns (uint256 minimumDebt, uint256 debtCeiling);
    /// @notice The least tip for absorbing an insolvent account. {USD} 18 decimals
    function tipFloor() external view returns (uint256);
    /// @notice Deposits of an asset are capped at this part of its depth. bps
    function depthFraction() external view returns (uint256);
    /// @notice Where haircuts and limits come from.
    function riskModel() external view returns (address);
    /// @notice What every mint has to pass.
    function issuanceGate() external view returns (address);
    /// @notice Who takes positions over.
    function absorber() external view returns (address);
    /// @notice Where `updateRate` gets the next rate from.
    function rateSource() external view returns (address);

    // ------------------------------------------------------------------ governance

    /// @notice Lists asset number `asset` of the risk model as collateral. Token decimals 0..24, not below the ledger unit's.
    ///
    /// THE UNIT. The asset must have a live price, and at its high a ledger unit may be worth no more than `minimumDebt / UNITS_PER_MINIMUM_DEBT`
    /// (`LedgerUnitTooCoarse`). What a slice takes is rounded down to whole units, asset by asset, while the debt that it removes is
    /// not: less than a unit of each asset goes unpaid for. Where a unit was worth a tenth of the debt, that would be a tenth of the debt.
    ///
    /// THE THRESHOLD. `(1 + lmin) maxSpread (1 - m) <= 1` at the lowest maintenance haircut that the asset's bounds allow
    /// (`ThresholdTooHigh`): then the least incentive never lowers an account's health. Asked again when liquidation parameters or the risk
    /// model change, *not* when the oracle's feeds do (`IPriceOracle.migrateFeed`, `setSecondFeed`): whoever changes those has to ask. If
    /// a feed breaks it, no slice lowers the health of a solvent account, since each incentive is capped so that it does not; but where that
    /// cap is below lmin, liquidators earn less than lmin (the account may then be absorbed at any health below 1), and where
    /// `maxSpread (1 - m) > 1`, an account may be insolvent before it can be liquidated.
    /// @param governedCap {ledger}
    /// @custom:bound once for each number and token; a live price, a fine unit, `(1 + lmin) maxSpread (1 - m) <= 1`
    function listAsset(uint256 asset, address token, uint256 governedCap) external;

    /// @notice {ledger}
    /// @custom:bound deposits only: what is there stays
    function setAssetCap(uint256 asset, uint256 governedCap) external;

    /// @notice Brings the cap in force in line with depth and delisting. Anyone may call it.
    function syncAssetCap(uint256 asset) external;

    /// @notice Sets pauses (guardian).
    /// @param pauses Bits to set; all others stay.
    /// @custom:bound deposits, loans, flash loans, withdrawals of accounts with debt; nothing else can be paused
    function pause(uint256 asset, uint256 pauses) external;

    /// @notice Clears pauses (timelock).
    /// @param pauses Bits to clear.
    /// @custom:bound none: loosens
    function unpause(uint256 asset, uint256 pauses) external;

    /// @notice Replaces the risk model.
    /// @custom:bound same assets and units; the threshold of `listAsset`. What the new one says is in force at once
    function setRiskModel(address riskModel_) external;
    /// @notice Replaces the issuance gate.
    /// @custom:bound a contract; concerns loans only
    function setIssuanceGate(address gate) external;
    /// @notice Replaces the absorber.
    /// @custom:bound a contract that is a facilitator; concerns absorption only
    function setAbsorber(address absorber_) external;
    /// @notice Replaces the rate source; the stored rate stays until `updateRate`.
    /// @custom:bound a contract; rates stay <= {MAX_RATE} of 1e18 a second
    function setRateSource(address rateSource_) external;
    /// @notice Changes the size and the incentive of slices, within immutable limits.
    /// @custom:bound targetHealth 10,000 .. {MAX_TARGET_HEALTH}, maxIncentive <= {MAX_INCENTIVE}, fullIncentiveHealth >= {MIN_FULL_INCENTIVE_HEALTH}, absorbHealth <= 10,000, tipShare <= {MAX_TIP_SHARE} bps
    function setLiquidationParameters(LiquidationParameters calldata parameters) external;
    /// @notice Whole plUSD both (18 decimals, multiples of 1e18). A lower minimum debt is refused where it would make a listed asset's ledger
    /// unit too coarse, see `listAsset`; an unpriced asset counts at its decaying high.
    /// @custom:bound minimum debt {LOWEST_MINIMUM_DEBT} .. {HIGHEST_MINIMUM_DEBT} plUSD; the ceiling concerns loans only
    function setDebtLimits(uint256 minimumDebt, uint256 debtCeiling) external;
    /// @notice {USD} 18 decimals
    /// @custom:bound <= {MAX_TIP_FLOOR} USD
    function setTipFloor(uint256 tipFloor_) external;
    /// @notice bps
    /// @custom:bound 1 .. {MAX_DEPTH_FRACTION} bps; concerns deposits only
    function setDepthFraction(uint256 depthFraction_) external;
}

/// @title Plimsoll's lending book: collateral in, plUSD out
/// @notice One singleton with an internal ledger. An account holds up to 16 collaterals and one plUSD debt.
///
/// HEALTH. Risk-taking (borrow, withdraw with debt) needs `D <= B`; an account is liquidatable when `D > M`; health is
/// `M / D`. B and M come from the risk model.
///
/// LIQUIDATION. A liquidator takes the same fraction of every priced asset, so nobody picks the best collateral, and pays
/// plUSD. Absorption hands the slice to the reserve instead and needs no capital at all. Seized amounts are credited in the
/// ledger: a paused or blacklisting token never blocks a liquidation. `liquidateTo` pays out instead, and is blocked by one.
///
/// ROUNDING. Always against the caller and for the protocol: debts round up, limits and collateral paid out round down.
///
/// LIVENESS. Repaying, being liquidated and the exit of a debt-free account need no price and cannot be paused.
///
/// TOKEN SAFETY. Balances are kept in ledger units (by default 1e-8 token, or the token's own unit if coarser). A deposit must
/// arrive in full: fee-on-transfer tokens are refused; rebasing tokens are refused as soon as the balance falls below the
/// ledger. Tokens that call their holders are harmless: the engine is locked while it moves tokens.
///
/// LOCK. Every entry that moves tokens, debts or balances holds a transient lock; only `withdraw` is open inside a liquidation callback.
/// What sets an authorisation or a parameter, or runs a token's permit, needs none: it moves nothing.
interface ICreditEngine is
    ICreditPositions,
    ICreditStables,
    ICreditAccess,
    ICreditGovernance,
    IAccessManaged,
    IERC5267
{
    /// @notice Executes several calls of this interface in one transaction, as the caller, in order; one that reverts undoes all.
    /// @return results What each call returned, ABI-encoded.
    function multicall(bytes[] calldata data) external returns (bytes[] memory results);

    // ------------------------------------------------------------------ immutable limits of the parameters

    /// @notice Highest borrow rate. {1/s} 18 decimals
    function MAX_RATE() external view returns (uint256);
    /// @notice Highest target health. bps
    function MAX_TARGET_HEALTH() external view returns (uint256);
    /// @notice Highest incentive. bps
    function MAX_INCENTIVE() external view returns (uint256);
    /// @notice Lowest health at which the incentive may reach its maximum. bps
    function MIN_FULL_INCENTIVE_HEALTH() external view returns (uint256);
    /// @notice Largest part of the incentive that may be tipped. bps
    function MAX_TIP_SHARE() external view returns (uint256);
    /// @notice Largest tip floor. {USD} 18 decimals
    function MAX_TIP_FLOOR() external view returns (uint256);
    /// @notice The minimum debt is no lower than this. {plUSD}
    function LOWEST_MINIMUM_DEBT() external view returns (uint256);
    /// @notice The minimum debt is no higher than this. {plUSD}
    function HIGHEST_MINIMUM_DEBT() external view returns (uint256);
    /// @notice Largest depth fraction. bps
    function MAX_DEPTH_FRACTION() external view returns (uint256);
    /// @notice The minimum debt is worth at least this many ledger units of any asset, when it is listed.
    function UNITS_PER_MINIMUM_DEBT() external view returns (uint256);
}
