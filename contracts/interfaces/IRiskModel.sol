// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {PriceStatus} from "./IPriceOracle.sol";

/// @notice All that is needed to value a holding of one asset.
/// @param low, mid, high Two-sided price, see `Price`. {USD/tok} 18 decimals
/// @param status What the price may be used for.
/// @param initialHaircut h: taken off when risk is taken on. bps
/// @param maintenanceHaircut m: taken off when deciding on liquidation; the liquidation threshold is 1 - m. bps
/// @param borrowDepth X when risk is taken on: the smaller of the live and the ramped depth. {ledger}
/// @param maintenanceDepth X when deciding on liquidation: falls only with time. {ledger}
/// @param unit Ledger units per whole token. {ledger/tok}
struct Quote {
    uint256 low;
    uint256 mid;
    uint256 high;
    PriceStatus status;
    uint256 initialHaircut;
    uint256 maintenanceHaircut;
    uint256 borrowDepth;
    uint256 maintenanceDepth;
    uint256 unit;
}

/// @notice Immutable outer limits of one asset's haircuts, set when it is listed. bps
struct HaircutBounds {
    uint16 minInitial;
    uint16 maxInitial;
    uint16 minMaintenance;
    uint16 maxMaintenance;
}

/// @notice Where the haircuts and the depth of an asset are heading.
/// @param initialHaircut bps
/// @param maintenanceHaircut bps
/// @param depth Amount whose sale halves the price received, X in `P q X / (X + q)`. {ledger}
struct RiskTargets {
    uint16 initialHaircut;
    uint16 maintenanceHaircut;
    uint256 depth;
}

/// @notice How fast limits move, per day.
/// @param maintenanceRise The most that a maintenance haircut rises. bps a day
/// @param initialFall The most that an initial haircut falls. bps a day
/// @param depthFall The most that the maintenance depth falls, as a fraction of itself. bps a day
/// @param minGap The initial haircut exceeds the maintenance haircut by at least this. bps
struct Paces {
    uint16 maintenanceRise;
    uint16 initialFall;
    uint16 depthFall;
    uint16 minGap;
}

/// @title What holdings are worth under the haircuts in force
/// @notice What every borrow, withdrawal and liquidation asks; kept apart from the rest so that it is found quickly at its address.
/// @dev Amounts are in *ledger units* (`Quote.unit` of them make a whole token), the unit of the credit engine's accounts.
interface IRiskValuation {
    error AssetNotListed(uint256 asset);
    error AssetIsDelisted(uint256 asset);
    /// @notice A holding's balance is larger than the valuation arithmetic allows. {ledger}
    error HoldingTooLarge(uint256 asset, uint256 balance, uint256 maximum);

    /// @notice Everything needed to value the assets in `mask`, in ascending order of their numbers.
    /// Reverts for unlisted assets and while the sequencer is down or in its grace period.
    /// @param mask Bit i stands for asset i.
    function quote(uint256 mask) external view returns (Quote[] memory);

    /// @notice Borrow limit `B = sum low * v_i * (1 - h_i)` of a list of holdings, with v the liquidity-adjusted amount
    /// `q X / (X + q)`. Stops as soon as it reaches `enough`. Unpriced, disagreeing and delisted assets count 0.
    /// @param holdings `asset << 248 | balance`, balance in {ledger}; a balance of 0 counts 0 but is still checked when `complete`.
    /// @param enough Summing stops here. {USD} 18 decimals
    /// @param complete Look at every holding, and revert with `AssetUnpriced` if one has no live source.
    /// @return limit {USD} 18 decimals, rounded down; exact only when below `enough` or when `complete`.
    function borrowLimit(
        uint256[] calldata holdings,
        uint256 enough,
        bool complete
    ) external view returns (uint256 limit);

    /// @notice Maintenance limit `M = sum high * v_i * (1 - m_i)` of a list of holdings. {USD} 18 decimals, rounded down
    function maintenanceLimit(uint256[] calldata holdings) external view returns (uint256 limit);

    /// @notice Reverts with `AssetUnpriced` unless `asset` has a live source, and with `AssetIsDelisted` where it is delisted: what a debt may
    /// be topped up with. Ignores the sequencer.
    function requirePriced(uint256 asset) external view;
}

/// @title Haircuts, liquidation thresholds and depths
/// @notice Sets how much may be borrowed against what. Maintenance haircuts and maintenance depth move against borrowers only
/// with time and by a bounded amount per day: no call changes anybody's maintenance limit at the moment it is made.
/// Initial haircuts rise at once, fall slowly, and always keep a gap above the maintenance haircut.
/// @dev Amounts are in *ledger units* (`Quote.unit` of them make a whole token), the unit of the credit engine's accounts.
interface IRiskRamps {
    event AssetListed(uint256 indexed asset, uint256 unitDecimals, HaircutBounds bounds);
    event AssetDelisted(uint256 indexed asset);
    /// @notice New targets were set; the values in force move towards them. An observation tells those of all assets in `Observed` instead.
    /// bps, bps, {ledger}
    event TargetsSet(uint256 indexed asset, uint256 initialHaircut, uint256 maintenanceHaircut, uint256 depth);
    event PacesSet(Paces paces);

    error AssetListedAlready(uint256 asset);
    error AssetNumberTooLarge(uint256 asset, uint256 maximum);
    error UnitDecimalsTooLarge(uint256 unitDecimals, uint256 maximum);
    /// @notice The value is outside the immutable limits of this parameter.
    error ParameterOutOfBounds(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum);
    /// @notice The haircuts in force now. bps
    function haircuts(uint256 asset) external view returns (uint256 initial, uint256 maintenance);

    /// @notice The depths in force now. {ledger}
    function depths(uint256 asset) external view returns (uint256 borrowDepth, uint256 maintenanceDepth);

    /// @notice Where haircuts and depth are heading.
    function targets(uint256 asset) external view returns (RiskTargets memory);

    /// @notice The immutable limits of the asset's haircuts.
    function bounds(uint256 asset) external view returns (HaircutBounds memory);

    /// @notice The paces in force.
    function paces() external view returns (Paces memory);

    /// @notice Decimals of the asset's ledger unit: `10 ** unitDecimals` units make a whole token.
    function unitDecimals(uint256 asset) external view returns (uint256);

    /// @notice Bit i is set when asset i is listed (delisted ones included).
    function listedMask() external view returns (uint256);

    /// @notice Bit i is set when asset i is delisted.
    function delistedMask() external view returns (uint256);

    /// @notice The oracle that all prices come from.
    function oracle() external view returns (address);

    /// @notice No new risk against this asset: h = 1 at once, m ramps to its maximum. Final.
    /// @custom:bound final; maintenance haircuts rise at their pace
    function delist(uint256 asset) external;

    /// @notice Sets the paces, within immutable limits.
    /// @custom:bound maintenanceRise {MIN_MAINTENANCE_RISE} .. {MAX_MAINTENANCE_RISE}, initialFall {MIN_INITIAL_FALL} .. {MAX_INITIAL_FALL}, depthFall {MIN_DEPTH_FALL} .. {MAX_DEPTH_FALL} bps a day; minGap {MIN_GAP} .. {MAX_GAP} bps
    function setPaces(Paces calldata paces_) external;
}

/// @title Haircuts, liquidation thresholds and liquidity-adjusted values: what the credit engine needs of the risk model
interface IRiskModel is IRiskValuation, IRiskRamps {}
