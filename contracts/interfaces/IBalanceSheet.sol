// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IHoldings} from "./IHoldings.sol";
import {PriceStatus} from "./IPriceOracle.sol";
import {ISolvency} from "./ISolvency.sol";

/// @notice One asset of the reserve in a statement.
/// @param asset Its number. @param amount {ledger}
/// @param low, mid {USD/tok} @param status Of its price.
/// @param value At low, rounded down. {USD} @param midValue At mid, rounded down. {USD}
/// @param haircut h in force. bps
/// @param unitRequirement max(VaR_i, J_i) of one dollar of it, as of the last look. bps, rounded up
struct StatementLine {
    uint256 asset;
    uint256 amount;
    uint256 low;
    uint256 mid;
    PriceStatus status;
    uint256 value;
    uint256 midValue;
    uint256 haircut;
    uint256 unitRequirement;
}

/// @notice What is owned, what is owed, and how much loss could be absorbed. {USD} or {plUSD}, 18 decimals, unless said otherwise.
/// @param takenAt (unix seconds) @param fullyPriced No asset held is unpriced, disagreeing or in an unreadable vault, but for those that count as priced at 0.
/// @param reserve Assets at low, rounded down. @param loans Total debt. @param supply plUSD outstanding.
/// @param equity reserve + loans - supply. @param midEquity The same at mid.
/// @param backstop Backstop assets not cooling, surplus still streaming included. @param cooling Backstop assets cooling.
/// @param capital equity + backstop.
/// @param valueAtRisk Of the reserve's values. @param jump max_i J_i E_i. @param loanPart @param required max(valueAtRisk, jump) + loanPart, rounded up.
/// @param backing b, 18 decimals, rounded down; `type(uint256).max` when nothing is owed.
/// @param coverage (sum value (1 - h) + loans) / supply, 18 decimals; decides nothing.
/// @param headroom max(0, capital - required) as of now, before anything is consumed.
/// @param borrowable (liquid stables - ell supply) / ell as of now, floored at 0. {plUSD}
/// @param lines Every asset held, ascending.
struct Statement {
    uint256 takenAt;
    bool fullyPriced;
    uint256 reserve;
    uint256 loans;
    uint256 supply;
    int256 equity;
    int256 midEquity;
    uint256 backstop;
    uint256 cooling;
    int256 capital;
    uint256 valueAtRisk;
    uint256 jump;
    uint256 loanPart;
    uint256 required;
    uint256 backing;
    uint256 coverage;
    uint256 headroom;
    uint256 borrowable;
    StatementLine[] lines;
}

/// @notice What the statement is made with.
/// @param maxAge A statement older than this gives no headroom. {s}
/// @param liquidShare ell: no borrowing while liquid stables are below this part of the supply. bps
/// @param loanZ z_L. {1e-6} @param loanHorizon hor_L. {h} @param loanFloor c_min. bps
/// @param shareFall How fast a collateral's counted share falls. bps a day. It rises to the smaller of the last two hourly looks, see docs/decisions/0019.
/// @param surplusFactor rho, at least 1. bps
/// @param deficitDelay N: between the two points of a deficit. {s}
struct SheetParameters {
    uint24 maxAge;
    uint16 liquidShare;
    uint24 loanZ;
    uint16 loanHorizon;
    uint16 loanFloor;
    uint16 shareFall;
    uint24 surplusFactor;
    uint24 deficitDelay;
}

/// @title One balance sheet, and the line that issuance may not pass
/// @notice `refresh` takes a statement and stores headroom, `lookAtCollateral` what loans and assets that come in require; every mint consumes its stand-alone requirement of it: `amount * loan part per unit` for a loan, `amount *
/// max(VaR_i, J_i)` for an asset that comes in, rounded up, never 0. Anyone can refresh, in the same batch as the mint.
///
/// WHAT LOWERS HEADROOM between statements, floored at 0: mints, booked losses, cooldowns, surplus, absorbed exposure. What raises it: a statement.
///
/// QUIET. No statement is taken and no deficit settled while engine, reserve or Backstop is entered or plUSD is flash-minted (`Entered(module)`). A fill of an auction locks
/// the reserve. The sheet calls nobody back, so it needs no lock of its own.
///
/// HOLDINGS, for the size term of haircuts: all collateral in the engine (absorbed credit is part of it) plus the reserve's cash and booked vaults.
///
/// HISTORY is in the events. ERC-7893 is spoken by a lens (`ISolvencyProof`).
/// @dev STORAGE.
/// ```
/// headroom  [headroom 64 | borrowable 64 | borrowed since booked 64 | taken at 32 | loan unit 16 | short 1 | shares' hour 15]
///           amounts {1e-6 plUSD}: headroom and borrowable rounded down, what consumes them up; hour: the first full unix hour after shares were sampled, mod 2**15
/// terms     [reserve 160 | max age 24 | ell 16 | z_L 24 | hor_L 16 | c_min 16], [backstop 160 | share fall 16 | rho 24 | N 24 | stables 16], [risk model 160 | unit decimals 80]
/// units     [max(VaR_i, J_i) 16 x 16]  bps, rounded up        jumps   [J_i 16 x 16] bps
/// shares    [counted collateral share 16 x 16] bps            sampled [the share at the last hourly look 16 x 16] bps
/// deficit   [first point 128 | at 40 | free 88]               {USD}
/// interest  [principal outstanding 112 | realised 112 | booked at 32]  {plUSD}  average cost, at a bounded pace, see docs/decisions/0016
/// surplus   [booked losses 128 | released 128]                {plUSD}
/// ```
/// A refresh writes `headroom`, a look `headroom`, `units`, `shares` and `sampled`. A booked loss writes `headroom` and `surplus`; a borrow or an issue
/// `headroom` alone.
interface IBalanceSheet is ISolvency, IHoldings, IAccessManaged {
    // ---- events

    /// @notice A statement was taken. `lines` is left to the view; fields as in `Statement`.
    event StatementTaken(
        uint256 reserve,
        uint256 loans,
        uint256 supply,
        int256 equity,
        uint256 backstop,
        uint256 valueAtRisk,
        uint256 required,
        uint256 headroom
    );
    /// @notice Collateral was looked at. bps; 16 bits an asset from the low end, bps, both
    event CollateralSeen(uint256 loanUnit, uint256 shares, uint256 units);
    /// @notice {USD}
    event LossBooked(address indexed issuer, uint256 amount);
    /// @notice {USD}, {USD}
    event ExposureBooked(address indexed issuer, uint256 value, uint256 requirement);
    /// @notice The first point of a deficit, at mid prices, stands from now on, in place of a stale one if there was. {USD}
    event DeficitSeen(uint256 amount, uint256 settleableAt);
    /// @notice The first point is void: equity was >= 0, fully priced, N hours later.
    event DeficitCleared();
    /// @notice The smaller of the two points was settled: so much of it was burned from the Backstop; the rest lowers b. {USD}, {plUSD}
    event DeficitSettled(uint256 amount, uint256 burned);
    /// @notice {plUSD} both
    event SurplusReleased(uint256 amount, uint256 interestRealised);
    event ParametersSet(SheetParameters parameters);
    /// @notice bps
    event JumpSet(uint256 indexed asset, uint256 jump);
    event ModulesSet(address engine, address reserve, address backstop, address riskModel);

    // ---- errors

    /// @notice The statement is older than its limit: refresh first. (unix seconds)
    error StatementStale(uint256 takenAt, uint256 maxAge);
    /// @notice Too few liquid stables to lend more. {plUSD}
    error LiquidityShort(uint256 amount, uint256 borrowable);
    /// @notice Collateral was looked at too long ago to lend more: `lookAtCollateral` first. {h}, full ones
    error CollateralNotSeen(uint256 age, uint256 maximum);
    /// @notice What comes in has no requirement stored: nobody looked since it was given a jump or came to be held.
    error AssetWithoutRequirement(uint256 asset);
    /// @notice This asset is unpriced, disagreeing, or in a vault that does not answer, and not for so long that it counts as priced at 0.
    error NotFullyPriced(uint256 asset);
    /// @notice No first point of a deficit stands, and there is none now.
    error NoDeficit();
    /// @notice The second look is possible from then on. (unix seconds)
    error DeficitTooYoung(uint256 allowedAt);
    error ParameterOutOfBounds(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum);
    error ModuleHasNoCode(address module);

    // ---- anyone

    /// @notice Measures what a dollar of each asset requires and what a dollar lent requires; at least an hour after the last time it also samples the collaterals' shares. Anyone;
    /// apart from `refresh`, as it changes no faster than the risk model observes. Without a look in the last hours nothing more is lent (`CollateralNotSeen`).
    /// @return loanUnit bps
    function lookAtCollateral() external returns (uint256 loanUnit);

    /// @notice Takes a statement and stores headroom and borrowable, with the requirement of loans of the last look. Anyone.
    /// @return headroom {plUSD}
    function refresh() external returns (uint256 headroom);

    /// @notice Looks at equity at mid prices, fully priced (`NotFullyPriced` otherwise). Without a first point: negative equity becomes it (`NoDeficit` if there is none). With one, N hours
    /// later: the smaller of the two is burned from the Backstop as far as it goes, and the point is used up; or equity >= 0 clears it. A point older than three times N is stale: negative equity
    /// becomes a new one and has N hours from now, since a loss of weeks ago says nothing of today's. An asset whose
    /// decayed price is 0, or whose vault is marked unreadable for longer than the oracle's decay, counts as priced at 0. Anyone.
    /// @return burned {plUSD}
    function settleDeficit() external returns (uint256 burned);

    // ---- views

    /// @notice The statement as it would be taken now, loans as of the last look at collateral; also while something is entered, when it means nothing.
    function statement() external view returns (Statement memory);
    /// @notice What the last statement left: headroom and borrowable in 1e-6 steps {plUSD}, when it was taken, requirement of a loan. bps
    function stored()
        external
        view
        returns (uint256 headroom, uint256 borrowable, uint256 takenAt, uint256 loanUnit, bool short);
    /// @notice Requirement of one dollar of an asset that comes in, as stored. bps
    function unitRequirement(uint256 asset) external view returns (uint256);
    /// @notice Counted share of each asset in all collateral, as stored. bps
    function collateralShares() external view returns (uint256[16] memory shares);
    /// @notice The first point of a deficit, a stale one as well; zeros where none stands. {USD}, unix seconds
    function deficitPoint() external view returns (uint256 amount, uint256 seenAt);
    /// @notice Cumulative booked losses, realised interest and released surplus. {USD}, {plUSD}, {plUSD}
    function surplusLedger() external view returns (uint256 losses, uint256 interestRealised, uint256 released);
    /// @notice The parameters in force.
    function parameters() external view returns (SheetParameters memory);
    /// @notice J_i. bps
    function jumpOf(uint256 asset) external view returns (uint256);
    /// @notice The modules in force.
    function modules() external view returns (address engine, address reserve, address backstop, address riskModel);

    // ---- governance

    /// @notice Within immutable limits. Risk role.
    /// @custom:bound maxAge {MIN_MAX_AGE} .. {MAX_MAX_AGE} s, liquidShare {MIN_LIQUID_SHARE} .. {MAX_LIQUID_SHARE} bps, loanZ {MIN_LOAN_Z} .. {MAX_LOAN_Z} millionths, loanHorizon {MIN_LOAN_HORIZON} .. {MAX_LOAN_HORIZON} h, loanFloor {MIN_LOAN_FLOOR} .. {MAX_LOAN_FLOOR} bps, shareFall {MIN_SHARE_FALL} .. {MAX_SHARE_FALL} bps a day, surplusFactor {MIN_SURPLUS_FACTOR} .. {MAX_SURPLUS_FACTOR} bps, deficitDelay {MIN_DEFICIT_DELAY} .. {MAX_DEFICIT_DELAY} s
    function setParameters(SheetParameters calldata parameters_) external;
    /// @notice At least 500. Counts for statements at once, for what comes in from the next look on. Risk role. bps
    /// @custom:bound {MIN_JUMP} .. {MAX_JUMP} bps
    function setJump(uint256 asset, uint256 jump) external;
    /// @notice Reserve, Backstop and risk model; the engine and the token are immutable. Clears headroom and what was looked at: look and refresh afterwards. Governor.
    /// @custom:bound contracts; engine and token are immutable; clears the headroom
    function setModules(address reserve, address backstop, address riskModel) external;
}
