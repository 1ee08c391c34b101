// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {HaircutBounds} from "./IRiskModel.sol";

/// @notice What is the same for all assets.
/// @param tau Time over which an observation's weight falls to 1/e; 16.16 days are RiskMetrics' 0.94 a day. {s}
/// @param interval Least time between observations, and between depth samples of one asset. {s}
/// @param z Standard deviations that haircuts cover. {1e-6}
/// @param varZ Standard deviations that the value at risk covers. {1e-6}
/// @param maintenanceShare mu: the part of the volatility haircut that the maintenance haircut keeps. bps
/// @param sizeFactor k: haircut for a holding that dwarfs its market, on top of volatility. bps
/// @param varHorizon Horizon of the value at risk. {h}
/// @param guard g: the part of the value at risk taken without any diversification. bps
struct ModelParameters {
    uint32 tau;
    uint24 interval;
    uint24 z;
    uint24 varZ;
    uint16 maintenanceShare;
    uint16 sizeFactor;
    uint16 varHorizon;
    uint16 guard;
}

/// @notice What an asset is listed with.
/// @param unitDecimals Decimals of the ledger unit. Final.
/// @param bounds What its haircuts are aimed within, always. Final. In force the initial haircut is beyond them only where the gap above the
/// maintenance haircut, or a delisting, asks for it.
/// @param clamps What its haircuts are kept within, themselves within `bounds`.
/// @param volatilityFloor The least daily volatility that it counts with. {1e-4}
/// @param horizon How long it may take to sell it off. {h}
/// @param depth X, until it is sampled. {ledger}
struct AssetParameters {
    uint8 unitDecimals;
    HaircutBounds bounds;
    HaircutBounds clamps;
    uint16 volatilityFloor;
    uint16 horizon;
    uint256 depth;
}

/// @notice The new row of the covariance matrix of an asset that gets listed, as a regression on those listed before it: its
/// return counts as `sum_k loadings[k] r_k` plus a residual of its own. Whatever the numbers, such a matrix is positive
/// semi-definite.
/// @param variance Daily variance of the residual. 18 decimals
/// @param loadings By asset number, 0 where not listed; may be shorter than the number of assets. 18 decimals
struct VolatilitySeed {
    uint64 variance;
    int256[] loadings;
}

/// @notice What an asset's haircut targets are made of. All 18 decimals.
/// @param volatility Daily, floored.
/// @param volatilityPart z * volatility * sqrt(horizon), rounded up.
/// @param sizePart k * Q / (X + Q) as of the last sample, X the depth for maintenance; rounded up to bps.
/// @param initial Their sum within the clamps, before it is rounded up to whole bps.
/// @param maintenance mu * volatilityPart within the clamps, before it is rounded up to whole bps.
struct HaircutParts {
    uint256 volatility;
    uint256 volatilityPart;
    uint256 sizePart;
    uint256 initial;
    uint256 maintenance;
}

/// @title Events and errors of measuring
interface IRiskShared {
    /// @notice An observation was taken.
    /// @param elapsed Since the one before. {s}
    /// @param unpriced Bit i is set when asset i had no live primary price.
    /// @param aims Targets in force from now on, assets 4i to 4i+3 in word i, each in 55 bits from the low end:
    /// `[depth mark 27 | maintenance 14 | initial 14]`, see `DepthScale` and `RiskTerms`; `targets` gives them unpacked.
    event Observed(uint256 elapsed, uint256 unpriced, uint256[4] aims);
    /// @notice What `sampleDepth` found: the depth aimed at and the holdings that count. {ledger} both
    event DepthSampled(uint256 indexed asset, uint256 depth, uint256 counted);
    event AssetParametersSet(uint256 indexed asset, HaircutBounds clamps, uint256 volatilityFloor, uint256 horizon);
    event ParametersSet(ModelParameters parameters);
    event DepthSourceSet(address indexed source);
    event HoldingsSourceSet(address indexed source);

    /// @notice The last observation was less than the interval ago. (unix seconds)
    error ObservedTooEarly(uint256 timestamp, uint256 allowedAt);
    /// @notice There is no asset to observe.
    error NothingListed();
    /// @notice The asset's depth was sampled less than the interval ago. (unix seconds)
    error SampledTooEarly(uint256 asset, uint256 timestamp, uint256 allowedAt);
    /// @notice A seed refers to an asset that is not listed.
    error SeedAssetNotListed(uint256 asset, int256 loading);
    /// @notice A loading of a seed is out of its immutable range. 18 decimals
    error SeedLoadingTooLarge(uint256 asset, int256 loading, uint256 maximum);
    /// @notice The seed gives the asset a larger daily variance than the matrix holds. 18 decimals
    error SeedVarianceTooLarge(uint256 asset, uint256 variance, uint256 maximum);
    /// @notice An exposure is larger than the arithmetic allows. {USD} 18 decimals
    error ExposureTooLarge(uint256 asset, uint256 exposure, uint256 maximum);
    /// @notice More exposures than there can be assets.
    error TooManyExposures(uint256 count, uint256 maximum);
    /// @notice An asset cannot be listed so long after the last observation: the next one would let much of its seed fade. (unix seconds)
    error ObservationOverdue(uint256 timestamp, uint256 latest);
    /// @notice No contract at this address.
    error SourceHasNoCode(address source);
}

/// @title How the risk model measures volatility, correlation and depth
/// @notice Anyone may have it look: `observe` takes the prices of all assets into one exponentially weighted covariance matrix
/// and aims the haircuts anew; `sampleDepth` measures what the market takes. Both only set *targets* (see `IRiskModel`).
/// @dev Time in days where a volatility, a variance or a covariance is said to be daily.
interface IRiskMeasurement is IRiskShared {
    /// @notice Reads all primary prices once, updates the covariance matrix and aims all haircuts anew. Anyone may call it, not
    /// more than once per interval. An asset without a live primary price is left out: its own variance stays, its
    /// covariances fade, and when it is back its whole move since counts, with the weight of one step as long as it was away.
    function observe() external;

    /// @notice Value at risk of exposures: `(1-g) z sqrt(hor E'C^E) + g sum_i z sqrt(hor) vol_i E_i`.
    /// @param exposures By asset number, 0 where there is none; at most 16 of at most 2**128 - 1. {USD} 18 decimals
    /// @return {USD} 18 decimals, rounded up
    function valueAtRisk(uint256[] calldata exposures) external view returns (uint256);
}

/// @title Depth samples, views for analysts, listing and parameters: executed by the risk model's extension
interface IRiskGovernance is IRiskShared {
    // ---- measuring

    /// @notice Measures the depth of an asset and how much of it the protocol holds, and aims its depth and initial haircut
    /// anew: the size part by the depth for maintenance, which falls only with time, so that a market emptied for a moment lifts nobody's haircut.
    /// Anyone may call it, not more than once per interval and asset.
    function sampleDepth(uint256 asset) external;

    // ---- what was measured

    /// @notice When prices were last observed, from when on they may be again, and which assets had no live price then.
    function observation() external view returns (uint256 observedAt, uint256 allowedAt, uint256 unpriced);

    /// @notice When the depth of an asset was last sampled, from when on it may be again, and what of it counts as held:
    /// the smaller of the last two samples. {ledger}
    function depthSample(uint256 asset) external view returns (uint256 sampledAt, uint256 allowedAt, uint256 counted);

    /// @notice The last observed price's natural logarithm (of USD per token), 18 decimals, and when it was observed.
    function lastLogPrice(uint256 asset) external view returns (int256 logPrice, uint256 pricedAt);

    /// @notice Daily covariance of two assets' log returns, as measured (without floor). 18 decimals
    function covariance(uint256 assetA, uint256 assetB) external view returns (int256);

    /// @notice Daily volatility of an asset, not below its floor. 18 decimals, rounded up
    function volatility(uint256 asset) external view returns (uint256);

    /// @notice Daily volatilities, not below their floors, of the assets in `mask`, in ascending order of their numbers; `AssetNotListed` for others.
    /// 18 decimals, rounded up
    function volatilities(uint256 mask) external view returns (uint256[] memory);

    /// @notice What a standard deviation of a day counts in the value at risk: `z_v sqrt(hor_v)`, so that one dollar of asset i alone has a value at risk of
    /// this times its volatility. 18 decimals, rounded up
    function valueAtRiskScale() external view returns (uint256);

    /// @notice Correlation of two assets, with floored volatilities (so nearer to 0 where a floor holds). 18 decimals
    function correlation(uint256 assetA, uint256 assetB) external view returns (int256);

    /// @notice What the haircut targets of an asset are made of at this moment.
    function haircutParts(uint256 asset) external view returns (HaircutParts memory);

    /// @notice What each exposure adds to the value at risk: `E_i * dVaR/dE_i`. Their sum is the value at risk, to rounding.
    /// @return components By asset number; negative for an exposure that hedges the others. {USD} 18 decimals
    function componentValueAtRisk(uint256[] calldata exposures) external view returns (int256[] memory components);

    // ---- parameters

    /// @notice What is the same for all assets, in force.
    function parameters() external view returns (ModelParameters memory);

    /// @notice The clamps in force, the volatility floor {1e-4} and the horizon {h} of an asset.
    function assetParameters(
        uint256 asset
    ) external view returns (HaircutBounds memory clamps, uint256 volatilityFloor, uint256 horizon);

    /// @notice Where depths come from; zero while they are governed.
    function depthSource() external view returns (address);

    /// @notice Where holdings come from; zero while they count 0.
    function holdingsSource() external view returns (address);

    // ---- governance

    /// @notice Lists an asset that the oracle prices. Its first haircuts and depth are in force at once. But for the first asset, the last
    /// observation must be less than a sixteenth of tau ago (anyone can make one), as a seed fades with the whole matrix.
    /// @custom:bound once for each number; lowest maintenance haircut >= {MIN_MAINTENANCE} bps
    function listAsset(uint256 asset, AssetParameters calldata listed, VolatilitySeed calldata seed) external;

    /// @notice Changes an asset's clamps (within its bounds), volatility floor and horizon, and aims its haircuts anew.
    /// @custom:bound clamps within the asset's own immutable bounds; volatility floor {MIN_VOLATILITY_FLOOR} .. {MAX_VOLATILITY_FLOOR} bps a day, horizon 1 .. {MAX_ASSET_HORIZON} h; moves at the paces
    function setAssetParameters(
        uint256 asset,
        HaircutBounds calldata clamps,
        uint256 volatilityFloor,
        uint256 horizon
    ) external;

    /// @notice Aims the depth of an asset at a value given by governance; the next sample, if it finds a market, aims it anew.
    /// @custom:bound depth <= {MAX_DEPTH}; the one for maintenance falls at its pace
    function setDepth(uint256 asset, uint256 depth) external;

    /// @notice Changes what is the same for all assets, within immutable limits, and aims all haircuts anew.
    /// @custom:bound tau {MIN_TAU} .. {MAX_TAU} s, interval {MIN_INTERVAL} .. {MAX_INTERVAL} s, z {MIN_Z} .. {MAX_Z} millionths, maintenanceShare {MIN_MAINTENANCE_SHARE} .. {MAX_MAINTENANCE_SHARE} bps, sizeFactor <= {MAX_SIZE_FACTOR} bps, varHorizon <= {MAX_VAR_HORIZON} h; moves at the paces
    function setParameters(ModelParameters calldata parameters_) external;

    /// @notice Replaces the depth source; zero leaves all depths to governance.
    /// @custom:bound a contract, or none; what it measures moves at the paces
    function setDepthSource(address source) external;

    /// @notice Replaces the source of holdings; zero counts them as 0.
    /// @custom:bound a contract, or none; concerns haircuts for new loans only
    function setHoldingsSource(address source) external;
}
