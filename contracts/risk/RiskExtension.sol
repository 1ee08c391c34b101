// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {LibBit} from "solady/src/utils/LibBit.sol";

import {IDepthSource} from "../interfaces/IDepthSource.sol";
import {IHoldings} from "../interfaces/IHoldings.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {
    AssetParameters,
    HaircutParts,
    IRiskGovernance,
    ModelParameters,
    VolatilitySeed
} from "../interfaces/IRiskMeasurement.sol";
import {HaircutBounds, IRiskValuation, Paces} from "../interfaces/IRiskModel.sol";
import {Extension} from "../libraries/Extended.sol";
import {Covariance} from "./Covariance.sol";
import {DepthScale} from "./DepthScale.sol";
import {HaircutFormula} from "./HaircutFormula.sol";
import {MeasurementStorage} from "./MeasurementStorage.sol";
import {ModelSlot, PortfolioSlot, ShapeLane, ShapeLanes} from "./ModelSlots.sol";
import {PortfolioRisk} from "./PortfolioRisk.sol";
import {RampGovernance} from "./RampGovernance.sol";
import {RampStorage} from "./RampStorage.sol";
import {RiskTerms} from "./RiskTerms.sol";
import {Valuation} from "./Valuation.sol";

/// @title The part of the risk model that is executed by `delegatecall`: depth samples, views for analysts, listing and parameters
contract RiskExtension is MeasurementStorage, RampGovernance, IRiskGovernance, Extension {
    using Covariance for Covariance.Matrix;

    // ---- immutable limits

    /// @notice {s}
    uint256 public constant MIN_TAU = 1 days;
    uint256 public constant MAX_TAU = 365 days;
    /// @notice {s}
    uint256 public constant MIN_INTERVAL = 1 hours;
    uint256 public constant MAX_INTERVAL = 1 days;
    /// @notice Limits of `z` and `varZ`. {1e-6}
    uint256 public constant MIN_Z = 1_000_000;
    uint256 public constant MAX_Z = 12_000_000;
    /// @notice Limits of mu. bps
    uint256 public constant MIN_MAINTENANCE_SHARE = 1_000;
    uint256 public constant MAX_MAINTENANCE_SHARE = 10_000;
    /// @notice Largest k. bps
    uint256 public constant MAX_SIZE_FACTOR = 10_000;
    /// @notice Longest horizon of an asset and of the value at risk; the shortest is an hour. {h}
    uint256 public constant MAX_ASSET_HORIZON = 240;
    uint256 public constant MAX_VAR_HORIZON = 720;
    /// @notice Limits of a volatility floor. {1e-4 a day}
    uint256 public constant MIN_VOLATILITY_FLOOR = 5;
    uint256 public constant MAX_VOLATILITY_FLOOR = 1_000;
    /// @notice The largest loading of a seed, either way. 18 decimals
    int256 public constant MAX_LOADING = 100e18;

    /// @dev An asset is listed within a sixteenth of tau after an observation: by the next one, made at once, its seed fades by 6% at most.
    uint256 private constant SEED_FADE = 16;

    /// @notice The model and this extension were built for different oracles.
    error OracleMismatch(address model, address extension);

    constructor(address authority_, address oracle_) AccessManaged(authority_) RampStorage(oracle_) {}

    /// @notice Sets the first paces and parameters.
    function initialize(
        address oracle_,
        Paces calldata paces_,
        ModelParameters calldata parameters_
    ) external duringConstruction {
        require(oracle_ == ORACLE, OracleMismatch(oracle_, ORACLE));
        _setPaces(paces_);
        _store(parameters_);
    }

    // ---- measuring

    /// @inheritdoc IRiskGovernance
    function sampleDepth(uint256 asset) external {
        uint256 lane = _activeLane(asset);
        ModelSlot model = _model;
        Sample memory last = _samples[asset];
        uint256 allowedAt = _allowedAt(last, model);
        require(block.timestamp >= allowedAt, SampledTooEarly(asset, block.timestamp, allowedAt));

        uint256 held = _heldNow(asset);
        // Somebody may put in a lot for a moment, to lift a haircut that would fall slowly: it has to stay between two samples.
        // Casts are safe: `_heldNow` saturates at 64 bits; 40 bits of time.
        uint256 counted = Math.min(held, last.held);
        _samples[asset] = Sample(uint64(held), uint64(counted), uint40(block.timestamp));

        uint256 mark = RiskTerms.markOf(_aim(asset));
        address source = _depthSource;
        if (source != address(0)) {
            (bool found, uint256 measured) = IDepthSource(source).sample(asset);
            if (found) {
                measured = Math.min(Math.mulDiv(measured, _unit(lane), WAD), Valuation.MAX_DEPTH);
                mark = DepthScale.toMark(measured);
            }
        }
        emit DepthSampled(asset, DepthScale.toDepth(mark), counted);
        _aimAt(asset, mark);
    }

    // ---- what was measured

    /// @inheritdoc IRiskGovernance
    function observation() external view returns (uint256 observedAt, uint256 allowedAt, uint256 unpriced) {
        ModelSlot model = _model;
        return (model.observedAt(), model.observedAt() + model.interval(), model.unpriced());
    }

    /// @inheritdoc IRiskGovernance
    function depthSample(uint256 asset) external view returns (uint256 sampledAt, uint256 allowedAt, uint256 counted) {
        _listedLane(asset);
        Sample memory last = _samples[asset];
        return (last.sampledAt, _allowedAt(last, _model), last.counted);
    }

    /// @inheritdoc IRiskGovernance
    function lastLogPrice(uint256 asset) external view returns (int256 logPrice, uint256 pricedAt) {
        _listedLane(asset);
        ModelSlot model = _model;
        pricedAt = (model.unpriced() >> asset) & 1 == 1 ? _pricedAt[asset] : model.observedAt();
        logPrice = (_logOf(_logs[asset >> 2], asset) * int256(WAD)) >> LOG_FRACTION;
    }

    /// @inheritdoc IRiskGovernance
    function covariance(uint256 assetA, uint256 assetB) external view returns (int256) {
        _listedLane(assetA);
        _listedLane(assetB);
        return (_covariance.entryAt(assetA, assetB) * int256(WAD)) >> Covariance.FRACTION;
    }

    /// @inheritdoc IRiskGovernance
    function volatility(uint256 asset) public view returns (uint256) {
        _listedLane(asset);
        // A day is a horizon of 24 hours, and one standard deviation is z = 1e6.
        return HaircutFormula.volatilityPart(_flooredVariance(asset), 24, 1e6);
    }

    /// @inheritdoc IRiskGovernance
    function volatilities(uint256 mask) external view returns (uint256[] memory list) {
        uint256 unlisted = mask & ~_portfolio.listed();
        if (unlisted != 0) revert IRiskValuation.AssetNotListed(Math.log2(unlisted));
        list = new uint256[](LibBit.popCount(mask));
        uint256 count;
        for (uint256 asset = 0; mask >> asset != 0; ++asset) {
            if ((mask >> asset) & 1 == 1) list[count++] = volatility(asset);
        }
    }

    /// @inheritdoc IRiskGovernance
    function valueAtRiskScale() external view returns (uint256) {
        return Math.ceilDiv(_portfolio.scale() * WAD, 1 << PortfolioRisk.SCALE_FRACTION);
    }

    /// @inheritdoc IRiskGovernance
    function correlation(uint256 assetA, uint256 assetB) external view returns (int256) {
        _listedLane(assetA);
        _listedLane(assetB);
        if (assetA == assetB) return int256(WAD);
        uint256 product = _flooredVariance(assetA) * _flooredVariance(assetB);
        return (_covariance.entryAt(assetA, assetB) * int256(WAD)) / int256(FixedPointMathLib.sqrt(product));
    }

    /// @inheritdoc IRiskGovernance
    function haircutParts(uint256 asset) external view returns (HaircutParts memory parts) {
        _listedLane(asset);
        ModelSlot model = _model;
        ShapeLane shape = _shapeOf(asset);
        parts.volatility = volatility(asset);
        parts.volatilityPart = HaircutFormula.volatilityPart(_flooredVariance(asset), shape.horizon(), model.z());
        parts.sizePart = _sizeOf(_sizes, asset) * HaircutFormula.BP;
        parts.initial = HaircutFormula.clamp(
            parts.volatilityPart + parts.sizePart,
            shape.minInitial() * HaircutFormula.BP,
            shape.maxInitial() * HaircutFormula.BP
        );
        parts.maintenance = HaircutFormula.clamp(
            Math.ceilDiv(parts.volatilityPart * model.maintenanceShare(), BPS),
            shape.minMaintenance() * HaircutFormula.BP,
            shape.maxMaintenance() * HaircutFormula.BP
        );
    }

    /// @inheritdoc IRiskGovernance
    function componentValueAtRisk(uint256[] calldata exposures) external view returns (int256[] memory) {
        PortfolioSlot portfolio = _portfolio;
        (uint256[] memory copy, uint256 bits) = _checked(exposures, portfolio.listed());
        return PortfolioRisk.components(_covariance, portfolio, copy, bits);
    }

    // ---- parameters

    /// @inheritdoc IRiskGovernance
    function parameters() external view returns (ModelParameters memory) {
        ModelSlot m = _model;
        PortfolioSlot p = _portfolio;
        // Casts are safe: each field is as wide as what was stored.
        return
            ModelParameters({
                tau: uint32(m.tau()),
                interval: uint24(m.interval()),
                z: uint24(m.z()),
                varZ: _varZ,
                maintenanceShare: uint16(m.maintenanceShare()),
                sizeFactor: _sizeFactor,
                varHorizon: _varHorizon,
                guard: uint16(p.guard())
            });
    }

    /// @inheritdoc IRiskGovernance
    function assetParameters(
        uint256 asset
    ) external view returns (HaircutBounds memory clamps, uint256 volatilityFloor, uint256 horizon) {
        _listedLane(asset);
        ShapeLane shape = _shapeOf(asset);
        // Casts are safe: 14 bits each.
        clamps = HaircutBounds(
            uint16(shape.minInitial()),
            uint16(shape.maxInitial()),
            uint16(shape.minMaintenance()),
            uint16(shape.maxMaintenance())
        );
        return (clamps, _portfolio.floorOf(asset), shape.horizon());
    }

    /// @inheritdoc IRiskGovernance
    function depthSource() external view returns (address) {
        return _depthSource;
    }

    /// @inheritdoc IRiskGovernance
    function holdingsSource() external view returns (address) {
        return _holdingsSource;
    }

    // ---- governance

    /// @inheritdoc IRiskGovernance
    function listAsset(
        uint256 asset,
        AssetParameters calldata listed,
        VolatilitySeed calldata seed
    ) external restricted {
        _requireListable(asset, listed.unitDecimals, listed.bounds);
        _within("depth", listed.depth, 0, Valuation.MAX_DEPTH);
        _storeAsset(asset, listed.clamps, listed.bounds, listed.volatilityFloor, listed.horizon);
        _startObserving();
        _seed(asset, seed);
        _portfolio = _portfolio.withListed(asset);
        _startReturns(asset);
        (uint256 initial, uint256 maintenance) = _haircuts(_flooredVariance(asset), 0, _shapeOf(asset), _model);
        uint256 terms = RiskTerms.pack(initial, maintenance, DepthScale.toMark(listed.depth));
        _list(asset, listed.unitDecimals, listed.bounds, terms);
    }

    /// @inheritdoc IRiskGovernance
    function setAssetParameters(
        uint256 asset,
        HaircutBounds calldata clamps,
        uint256 volatilityFloor,
        uint256 horizon
    ) external restricted {
        _activeLane(asset);
        _storeAsset(asset, clamps, _boundsOf(asset), volatilityFloor, horizon);
        _reaim(asset);
    }

    /// @inheritdoc IRiskGovernance
    function setDepth(uint256 asset, uint256 depth) external restricted {
        _activeLane(asset);
        _within("depth", depth, 0, Valuation.MAX_DEPTH);
        _aimAt(asset, DepthScale.toMark(depth));
    }

    /// @inheritdoc IRiskGovernance
    function setParameters(ModelParameters calldata parameters_) external restricted {
        _store(parameters_);
        for (uint256 asset = 0; asset < ASSETS; ++asset) {
            uint256 lane = _laneOf(asset);
            if (lane == 0 || lane & RiskTerms.DELISTED != 0) continue;
            _reaim(asset);
        }
    }

    /// @inheritdoc IRiskGovernance
    function setDepthSource(address source) external restricted {
        _requireSource(source);
        _depthSource = source;
        emit DepthSourceSet(source);
    }

    /// @inheritdoc IRiskGovernance
    function setHoldingsSource(address source) external restricted {
        _requireSource(source);
        _holdingsSource = source;
        emit HoldingsSourceSet(source);
    }

    /// @dev When an asset's depth may be sampled next. (unix seconds)
    function _allowedAt(Sample memory last, ModelSlot model) private pure returns (uint256) {
        return last.sampledAt == 0 ? 0 : last.sampledAt + model.interval();
    }

    /// @dev Aims one asset anew at the depth that it is aimed at.
    function _reaim(uint256 asset) private {
        _aimAt(asset, RiskTerms.markOf(_aim(asset)));
    }

    /// @dev Aims one asset anew, at a depth mark and at what the formula gives for its size beside the depth for maintenance. Not beside the
    /// one just sampled: a market can be emptied for a moment, and a haircut that rises at once would remember it for weeks.
    function _aimAt(uint256 asset, uint256 mark) private {
        // Read here, after any call that a sample makes.
        uint256 lane = _laneOf(asset);
        (uint256 terms, ) = _inForce(asset, lane);
        // Rises at once, as the depth for maintenance does.
        uint256 depth = DepthScale.toDepth(Math.max(mark, RiskTerms.markOf(terms)));
        // k is at most 1, so this is at most 10,000 bps.
        uint256 size = HaircutFormula.toBps(HaircutFormula.sizePart(_sizeFactor, _samples[asset].counted, depth));
        uint256 shift = asset << 4;
        _sizes = (_sizes & ~(uint256(type(uint16).max) << shift)) | (size << shift);
        (uint256 initial, uint256 maintenance) = _haircuts(_flooredVariance(asset), size, _shapeOf(asset), _model);
        _turn(asset, lane, RiskTerms.pack(initial, maintenance, mark));
    }

    /// @dev {ledger}, at most what fits 64 bits
    function _heldNow(uint256 asset) private view returns (uint256) {
        address source = _holdingsSource;
        if (source == address(0)) return 0;
        return Math.min(IHoldings(source).holdings(1 << asset)[0], Valuation.MAX_BALANCE);
    }

    // ---- internals: listing and parameters

    /// @dev Time counts from the first listing. Later, what the next observation lets fade must not be much of a seed: the last one
    /// was not long ago.
    function _startObserving() private {
        ModelSlot model = _model;
        if (_portfolio.listed() == 0) {
            _model = model.withObservation(block.timestamp, 0);
        } else {
            uint256 latest = model.observedAt() + model.tau() / SEED_FADE;
            require(block.timestamp <= latest, ObservationOverdue(block.timestamp, latest));
        }
    }

    /// @dev The asset's returns start from its present price, or from its first one if it has none.
    function _startReturns(uint256 asset) private {
        (uint256 price, bool live) = IPriceOracle(ORACLE).primaryPrice(asset);
        ModelSlot model = _model;
        _model = model.withObservation(model.observedAt(), model.unpriced() | (1 << asset));
        if (!live) return;
        _logs[asset >> 2] = _withLog(_logs[asset >> 2], asset, _log(price));
        _pricedAt[asset] = block.timestamp;
    }

    function _seed(uint256 asset, VolatilitySeed calldata seed) private {
        uint256 listed = _portfolio.listed();
        int256[] memory weights = new int256[](ASSETS);
        for (uint256 i = 0; i < seed.loadings.length; ++i) {
            int256 loading = seed.loadings[i];
            if (loading == 0) continue;
            require(i < ASSETS && (listed >> i) & 1 == 1, SeedAssetNotListed(i, loading));
            require(
                loading <= MAX_LOADING && loading >= -MAX_LOADING,
                SeedLoadingTooLarge(i, loading, uint256(MAX_LOADING))
            );
            weights[i] = loading;
        }
        uint256 variance = _covariance.seed(asset, weights, (uint256(seed.variance) << Covariance.FRACTION) / WAD);
        require(
            variance <= Covariance.MAX_VARIANCE << Covariance.FRACTION,
            SeedVarianceTooLarge(asset, (variance * WAD) >> Covariance.FRACTION, Covariance.MAX_VARIANCE * WAD)
        );
    }

    /// @param bounds_ What the clamps must lie within.
    function _storeAsset(
        uint256 asset,
        HaircutBounds calldata clamps,
        HaircutBounds memory bounds_,
        uint256 volatilityFloor,
        uint256 horizon
    ) private {
        _requireNested(clamps, bounds_);
        _within("volatilityFloor", volatilityFloor, MIN_VOLATILITY_FLOOR, MAX_VOLATILITY_FLOOR);
        _within("horizon", horizon, 1, MAX_ASSET_HORIZON);
        uint256 group = asset >> 2;
        _shapes[group] = RiskTerms.withLane(
            _shapes[group],
            asset & 3,
            ShapeLane.unwrap(ShapeLanes.pack(clamps, horizon))
        );
        _portfolio = _portfolio.withFloor(asset, volatilityFloor);
        emit AssetParametersSet(asset, clamps, volatilityFloor, horizon);
    }

    function _store(ModelParameters memory p) private {
        _within("tau", p.tau, MIN_TAU, MAX_TAU);
        _within("interval", p.interval, MIN_INTERVAL, MAX_INTERVAL);
        _within("z", p.z, MIN_Z, MAX_Z);
        _within("varZ", p.varZ, MIN_Z, MAX_Z);
        _within("maintenanceShare", p.maintenanceShare, MIN_MAINTENANCE_SHARE, MAX_MAINTENANCE_SHARE);
        _within("sizeFactor", p.sizeFactor, 0, MAX_SIZE_FACTOR);
        _within("varHorizon", p.varHorizon, 1, MAX_VAR_HORIZON);
        _within("guard", p.guard, 0, BPS);
        _model = _model.withParameters(p.tau, p.interval, p.z, p.maintenanceShare);
        (_sizeFactor, _varZ, _varHorizon) = (p.sizeFactor, p.varZ, p.varHorizon);
        _portfolio = _portfolio.withMeasure(PortfolioRisk.scaleOf(p.varZ, p.varHorizon), p.guard);
        emit ParametersSet(p);
    }

    function _requireSource(address source) private view {
        require(source == address(0) || source.code.length != 0, SourceHasNoCode(source));
    }
}
