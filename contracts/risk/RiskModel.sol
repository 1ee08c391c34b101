// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

import {IDepthSource} from "../interfaces/IDepthSource.sol";
import {IHoldings} from "../interfaces/IHoldings.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {HaircutBounds, Paces} from "../interfaces/IRiskModel.sol";
import {
    AssetParameters,
    HaircutParts,
    IRiskMeasurement,
    ModelParameters,
    VolatilitySeed
} from "../interfaces/IRiskMeasurement.sol";
import {Covariance} from "./Covariance.sol";
import {DepthScale} from "./DepthScale.sol";
import {HaircutFormula} from "./HaircutFormula.sol";
import {HaircutRamps} from "./HaircutRamps.sol";
import {PortfolioSlot, ShapeLane, ShapeLanes} from "./ModelSlots.sol";
import {PortfolioRisk} from "./PortfolioRisk.sol";
import {RiskTerms} from "./RiskTerms.sol";
import {Valuation} from "./Valuation.sol";

/// @title Measures volatility, correlation and depth, and aims haircuts and depths accordingly
/// @dev How the values in force follow their aims is in `HaircutRamps`.
/// RETURNS. The log return of an asset priced at this and the last observation is `ln(p / p')`, over the time between them. One that had
/// no price for a while comes back with the return over the whole gap, scaled by `sqrt(dt / gap)`: what it adds to its
/// variance is then what a return of that size over that time stands for. A return is cut at `sqrt(90 dt)` standard days
/// (an hour: to a sixth, or six times), so that entries stay in range.
contract RiskModel is IRiskMeasurement, HaircutRamps {
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

    uint256 private constant WAD = 1e18;
    uint256 private constant BPS = 10_000;
    uint256 private constant ASSETS = 16;
    /// @dev Bits after the point of a stored logarithm: below 2**6, as prices are between 1e-9 and 2**41 USD.
    uint256 private constant LOG_FRACTION = 57;

    // ---- storage (after that of HaircutRamps)

    /// @dev One slot: `[tau 32 | interval 24 | z 24 | mu 16 | k 16 | observedAt 40 | unpriced 16]`, the parameters that an observation needs, and
    /// what is left of the last one.
    struct Model {
        uint32 tau;
        uint24 interval;
        uint24 z;
        uint16 maintenanceShare;
        uint16 sizeFactor;
        uint40 observedAt;
        /// @dev Bit i: asset i had no price at the last observation; `_pricedAt` tells since when.
        uint16 unpriced;
    }

    /// @dev One slot: what was held when an asset's depth was last sampled, what of it counts {ledger}, and when that was (unix
    /// seconds).
    struct Sample {
        uint64 held;
        uint64 counted;
        uint40 sampledAt;
    }

    Model private _model;
    PortfolioSlot private _portfolio;
    Covariance.Matrix private _covariance;
    /// @dev Last observed `ln(USD per token)`, 64 bits an asset, signed, 57 after the point.
    uint256[GROUPS] private _logs;
    /// @dev A `ShapeLane` an asset.
    uint256[GROUPS] private _shapes;
    /// @dev Size parts of the initial haircut as last sampled, 16 bits an asset. bps
    uint256 private _sizes;
    /// @dev When an asset that is marked unpriced was last priced; 0 when it never was. (unix seconds)
    mapping(uint256 asset => uint256) private _pricedAt;
    mapping(uint256 asset => Sample) private _samples;

    /// @inheritdoc IRiskMeasurement
    address public depthSource;
    /// @inheritdoc IRiskMeasurement
    address public holdingsSource;

    constructor(
        address authority_,
        address oracle_,
        Paces memory paces_,
        ModelParameters memory parameters_
    ) AccessManaged(authority_) HaircutRamps(oracle_, paces_) {
        _store(parameters_);
        _model.observedAt = uint40(block.timestamp);
    }

    // ---- measuring

    /// @inheritdoc IRiskMeasurement
    function observe() external {
        Model memory model = _model;
        uint256 allowedAt = uint256(model.observedAt) + model.interval;
        require(block.timestamp >= allowedAt, ObservedTooEarly(block.timestamp, allowedAt));
        uint256 elapsed = block.timestamp - model.observedAt;

        (uint256 keep, uint256 weight) = _weights(elapsed, model.tau);
        PortfolioSlot portfolio = _portfolio;
        require(portfolio.listed() != 0, NothingListed());
        (int256[] memory factors, uint256 unpriced) = _factors(model, portfolio.listed(), elapsed, weight);
        uint256[] memory variances = _covariance.update(factors, keep, unpriced);

        // Casts are safe: 40 bits of time; the mask is of listed assets.
        _model.observedAt = uint40(block.timestamp);
        if (unpriced != model.unpriced) _model.unpriced = uint16(unpriced);
        emit Observed(elapsed, unpriced, _aimAll(model, portfolio, variances));
    }

    /// @inheritdoc IRiskMeasurement
    function sampleDepth(uint256 asset) external {
        uint256 lane = _activeLane(asset);
        Model memory model = _model;
        Sample memory last = _samples[asset];
        uint256 allowedAt = last.sampledAt == 0 ? 0 : uint256(last.sampledAt) + model.interval;
        require(block.timestamp >= allowedAt, SampledTooEarly(asset, block.timestamp, allowedAt));

        uint256 held = _heldNow(asset);
        // Somebody may put in a lot for a moment, to lift a haircut that would fall slowly: it has to stay between two samples.
        // Casts are safe: `_heldNow` saturates at 64 bits; 40 bits of time.
        uint256 counted = Math.min(held, last.held);
        _samples[asset] = Sample(uint64(held), uint64(counted), uint40(block.timestamp));

        uint256 mark = RiskTerms.markOf(_aim(asset));
        address source = depthSource;
        if (source != address(0)) {
            (bool found, uint256 measured) = IDepthSource(source).sample(asset);
            if (found) {
                measured = Math.min(Math.mulDiv(measured, _unit(lane), WAD), Valuation.MAX_DEPTH);
                mark = DepthScale.toMark(measured);
            }
        }
        emit DepthSampled(asset, DepthScale.toDepth(mark), counted);
        _aimAt(asset, lane, mark, model);
    }

    // ---- what was measured

    /// @inheritdoc IRiskMeasurement
    function observation() external view returns (uint256 observedAt, uint256 allowedAt, uint256 unpriced) {
        Model memory model = _model;
        return (model.observedAt, uint256(model.observedAt) + model.interval, model.unpriced);
    }

    /// @inheritdoc IRiskMeasurement
    function depthSample(uint256 asset) external view returns (uint256 sampledAt, uint256 allowedAt, uint256 counted) {
        _listedLane(asset);
        Sample memory last = _samples[asset];
        return (last.sampledAt, last.sampledAt == 0 ? 0 : uint256(last.sampledAt) + _model.interval, last.counted);
    }

    /// @inheritdoc IRiskMeasurement
    function lastLogPrice(uint256 asset) external view returns (int256 logPrice, uint256 pricedAt) {
        _listedLane(asset);
        Model memory model = _model;
        pricedAt = (model.unpriced >> asset) & 1 == 1 ? _pricedAt[asset] : model.observedAt;
        logPrice = (_logOf(_logs[asset >> 2], asset) * int256(WAD)) >> LOG_FRACTION;
    }

    /// @inheritdoc IRiskMeasurement
    function covariance(uint256 assetA, uint256 assetB) external view returns (int256) {
        _listedLane(assetA);
        _listedLane(assetB);
        return (_covariance.entryAt(assetA, assetB) * int256(WAD)) >> Covariance.FRACTION;
    }

    /// @inheritdoc IRiskMeasurement
    function volatility(uint256 asset) public view returns (uint256) {
        _listedLane(asset);
        // A day is a horizon of 24 hours, and one standard deviation is z = 1e6.
        return HaircutFormula.volatilityPart(_flooredVariance(asset), 24, 1e6);
    }

    /// @inheritdoc IRiskMeasurement
    function correlation(uint256 assetA, uint256 assetB) external view returns (int256) {
        _listedLane(assetA);
        _listedLane(assetB);
        if (assetA == assetB) return int256(WAD);
        uint256 product = _flooredVariance(assetA) * _flooredVariance(assetB);
        return (_covariance.entryAt(assetA, assetB) * int256(WAD)) / int256(FixedPointMathLib.sqrt(product));
    }

    /// @inheritdoc IRiskMeasurement
    function haircutParts(uint256 asset) external view returns (HaircutParts memory parts) {
        _listedLane(asset);
        Model memory model = _model;
        uint256 depth = DepthScale.toDepth(RiskTerms.markOf(_aim(asset)));
        ShapeLane shape = _shapeOf(asset);
        parts.volatility = volatility(asset);
        parts.volatilityPart = HaircutFormula.volatilityPart(_flooredVariance(asset), shape.horizon(), model.z);
        parts.sizePart = HaircutFormula.sizePart(model.sizeFactor, _samples[asset].counted, depth);
        parts.initial = HaircutFormula.clamp(
            parts.volatilityPart + parts.sizePart,
            shape.minInitial() * 1e14,
            shape.maxInitial() * 1e14
        );
        parts.maintenance = HaircutFormula.clamp(
            Math.ceilDiv(parts.volatilityPart * model.maintenanceShare, BPS),
            shape.minMaintenance() * 1e14,
            shape.maxMaintenance() * 1e14
        );
    }

    /// @inheritdoc IRiskMeasurement
    function valueAtRisk(uint256[] calldata exposures) external view returns (uint256) {
        PortfolioSlot portfolio = _portfolio;
        (uint256[] memory copy, uint256 bits) = _checked(exposures, portfolio.listed());
        return PortfolioRisk.valueAtRisk(_covariance, portfolio, copy, bits);
    }

    /// @inheritdoc IRiskMeasurement
    function componentValueAtRisk(uint256[] calldata exposures) external view returns (int256[] memory) {
        PortfolioSlot portfolio = _portfolio;
        (uint256[] memory copy, uint256 bits) = _checked(exposures, portfolio.listed());
        return PortfolioRisk.components(_covariance, portfolio, copy, bits);
    }

    // ---- parameters

    /// @inheritdoc IRiskMeasurement
    function parameters() external view returns (ModelParameters memory) {
        Model memory m = _model;
        PortfolioSlot p = _portfolio;
        // Casts are safe: the fields are no wider than what they were stored from.
        return
            ModelParameters({
                tau: m.tau,
                interval: m.interval,
                z: m.z,
                varZ: uint24(p.z()),
                maintenanceShare: m.maintenanceShare,
                sizeFactor: m.sizeFactor,
                varHorizon: uint16(p.horizon()),
                guard: uint16(p.guard())
            });
    }

    /// @inheritdoc IRiskMeasurement
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

    // ---- governance

    /// @inheritdoc IRiskMeasurement
    function listAsset(
        uint256 asset,
        AssetParameters calldata listed,
        VolatilitySeed calldata seed
    ) external restricted {
        _requireListable(asset, listed.unitDecimals, listed.bounds);
        _within("depth", listed.depth, 0, Valuation.MAX_DEPTH);
        _storeAsset(asset, listed.clamps, listed.bounds, listed.volatilityFloor, listed.horizon);
        _seed(asset, seed);
        _portfolio = _portfolio.withListed(asset);
        _startReturns(asset);
        (uint256 initial, uint256 maintenance) = _haircuts(_flooredVariance(asset), 0, _shapeOf(asset), _model);
        uint256 terms = RiskTerms.pack(initial, maintenance, DepthScale.toMark(listed.depth));
        _list(asset, listed.unitDecimals, listed.bounds, terms);
    }

    /// @inheritdoc IRiskMeasurement
    function setAssetParameters(
        uint256 asset,
        HaircutBounds calldata clamps,
        uint256 volatilityFloor,
        uint256 horizon
    ) external restricted {
        uint256 lane = _activeLane(asset);
        _storeAsset(asset, clamps, _boundsOf(asset), volatilityFloor, horizon);
        _aimAt(asset, lane, RiskTerms.markOf(_aim(asset)), _model);
    }

    /// @inheritdoc IRiskMeasurement
    function setDepth(uint256 asset, uint256 depth) external restricted {
        uint256 lane = _activeLane(asset);
        _within("depth", depth, 0, Valuation.MAX_DEPTH);
        _aimAt(asset, lane, DepthScale.toMark(depth), _model);
    }

    /// @inheritdoc IRiskMeasurement
    function setParameters(ModelParameters calldata parameters_) external restricted {
        _store(parameters_);
        Model memory model = _model;
        for (uint256 asset = 0; asset < ASSETS; ++asset) {
            uint256 lane = _laneOf(asset);
            if (lane == 0 || lane & RiskTerms.DELISTED != 0) continue;
            _aimAt(asset, lane, RiskTerms.markOf(_aim(asset)), model);
        }
    }

    /// @inheritdoc IRiskMeasurement
    function setDepthSource(address source) external restricted {
        _requireSource(source);
        depthSource = source;
        emit DepthSourceSet(source);
    }

    /// @inheritdoc IRiskMeasurement
    function setHoldingsSource(address source) external restricted {
        _requireSource(source);
        holdingsSource = source;
        emit HoldingsSourceSet(source);
    }

    // ---- internals: observing

    /// @dev What entries keep, and the root of what an observation weighs per day: `keep = e^(-dt/tau)`, `weight = sqrt((1 - keep) / dt)`.
    /// Both with 64 bits after the point.
    function _weights(uint256 elapsed, uint256 tau) private pure returns (uint256 keep, uint256 weight) {
        unchecked {
            // The cast is safe: 40 bits of time.
            uint256 decay = uint256(FixedPointMathLib.expWad(-int256((elapsed * WAD) / tau)));
            keep = ((decay << Covariance.KEEP_FRACTION) + WAD / 2) / WAD;
            uint256 fresh = (1 << Covariance.KEEP_FRACTION) - keep;
            weight = FixedPointMathLib.sqrt(((fresh * 1 days) << Covariance.KEEP_FRACTION) / elapsed);
        }
    }

    /// @dev Reads all primary prices and stores their logarithms.
    /// @return factors `weight * r` by asset number, 0 where not listed or not priced, with Covariance.FACTOR_FRACTION bits.
    /// @return unpriced Which listed assets have no price.
    function _factors(
        Model memory model,
        uint256 listed,
        uint256 elapsed,
        uint256 weight
    ) private returns (int256[] memory factors, uint256 unpriced) {
        uint256[] memory prices = _primaryPrices(listed);
        factors = new int256[](Math.log2(listed) + 1);
        // Nothing overflows: a logarithm is below 2**63, so a return below 2**64, weights below 2**76.
        unchecked {
            // |r| <= sqrt(MAX_VARIANCE dt): the return that alone would make for the largest variance.
            int256 largest = int256(
                FixedPointMathLib.sqrt(((Covariance.MAX_VARIANCE * elapsed) << (2 * LOG_FRACTION)) / 1 days)
            );
            uint256 next;
            uint256 logs;
            for (uint256 asset = 0; asset < factors.length; ++asset) {
                if (asset & 3 == 0) logs = _logs[asset >> 2];
                if ((listed >> asset) & 1 == 1) {
                    uint256 price = prices[next++];
                    if (price == 0) {
                        unpriced |= 1 << asset;
                        if ((model.unpriced >> asset) & 1 == 0) _pricedAt[asset] = model.observedAt;
                    } else {
                        int256 log = _log(price);
                        int256 change = log - _logOf(logs, asset);
                        if ((model.unpriced >> asset) & 1 == 1) change = _afterGap(asset, change, elapsed);
                        if (change > largest) change = largest;
                        if (change < -largest) change = -largest;
                        factors[asset] =
                            (change * int256(weight)) >>
                            (LOG_FRACTION + Covariance.KEEP_FRACTION - Covariance.FACTOR_FRACTION);
                        logs = _withLog(logs, asset, log);
                    }
                }
                if (asset & 3 == 3 || asset + 1 == factors.length) _logs[asset >> 2] = logs;
            }
        }
    }

    /// @dev The oracle's `primaryPrices(mask)`. By hand, as decoding the list would cost as much as using it.
    function _primaryPrices(uint256 mask) private view returns (uint256[] memory prices) {
        address target = oracle;
        bytes4 selector = IPriceOracle.primaryPrices.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(0x00, selector)
            mstore(0x04, mask)
            let ok := staticcall(gas(), target, 0x00, 0x24, 0x00, 0x00)
            returndatacopy(free, 0, returndatasize())
            if iszero(ok) {
                revert(free, returndatasize())
            }
            // `[offset | length | prices]`: from the length on it is a list in memory.
            prices := add(free, 0x20)
            mstore(0x40, add(free, returndatasize()))
            // Less than a whole list: not an oracle.
            if or(lt(returndatasize(), 0x40), lt(returndatasize(), add(0x40, shl(5, mload(prices))))) {
                revert(0, 0)
            }
        }
    }

    /// @dev The return of an asset that was unpriced at the last observation, and clears since when.
    function _afterGap(uint256 asset, int256 change, uint256 elapsed) private returns (int256) {
        uint256 since = _pricedAt[asset];
        delete _pricedAt[asset];
        // Never priced before: this is where its returns start.
        if (since == 0) return 0;
        uint256 gap = block.timestamp - since;
        // Listed since the last observation: as if it had been there all the time.
        if (gap <= elapsed) return change;
        return (change * int256(FixedPointMathLib.sqrt((elapsed << 128) / gap))) >> 64;
    }

    /// @dev Aims the haircuts of all assets by their new variances.
    /// @return words The aims, see `IRiskMeasurement.Observed`.
    function _aimAll(
        Model memory model,
        PortfolioSlot portfolio,
        uint256[] memory variances
    ) private returns (uint256[GROUPS] memory words) {
        uint256 sizes = _sizes;
        for (uint256 group = 0; group * 4 < variances.length; ++group) {
            (uint256 lanes, uint256 aims, uint256 shapes) = (_lanes[group], _aims[group], _shapes[group]);
            uint256 aimed = aims;
            for (uint256 index = 0; index < 4; ++index) {
                uint256 lane = RiskTerms.laneAt(lanes, index);
                if (lane == 0 || lane & RiskTerms.DELISTED != 0) continue;
                uint256 asset = (group << 2) | index;
                (uint256 initial, uint256 maintenance) = _haircuts(
                    HaircutFormula.floored(variances[asset], portfolio.floorOf(asset)),
                    _sizeOf(sizes, asset),
                    ShapeLane.wrap(shapes >> (index << 6)),
                    model
                );
                aimed = RiskTerms.withHaircuts(aimed, index, initial, maintenance);
            }
            _retarget(group, lanes, aims, aimed);
            words[group] = RiskTerms.withStart(aimed, 0);
        }
    }

    // ---- internals: haircuts

    /// @dev Targets in bps, from the floored variance and the size part as sampled.
    function _haircuts(
        uint256 variance,
        uint256 size,
        ShapeLane shape,
        Model memory model
    ) private pure returns (uint256 initial, uint256 maintenance) {
        uint256 part = HaircutFormula.volatilityPart(variance, shape.horizon(), model.z);
        unchecked {
            // Far below 2**256: a part is below 2**150, a size at most 10,000.
            initial = HaircutFormula.toBps(part) + size;
            maintenance = HaircutFormula.toBps((part * model.maintenanceShare + BPS - 1) / BPS);
        }
        initial = HaircutFormula.clamp(initial, shape.minInitial(), shape.maxInitial());
        maintenance = HaircutFormula.clamp(maintenance, shape.minMaintenance(), shape.maxMaintenance());
    }

    /// @dev Aims one asset anew, at a depth mark and at what the formula gives for its size beside that depth.
    function _aimAt(uint256 asset, uint256 lane, uint256 mark, Model memory model) private {
        // k is at most 1, so this is at most 10,000 bps.
        uint256 size = HaircutFormula.toBps(
            HaircutFormula.sizePart(model.sizeFactor, _samples[asset].counted, DepthScale.toDepth(mark))
        );
        uint256 shift = asset << 4;
        _sizes = (_sizes & ~(uint256(type(uint16).max) << shift)) | (size << shift);
        (uint256 initial, uint256 maintenance) = _haircuts(_flooredVariance(asset), size, _shapeOf(asset), model);
        _turn(asset, lane, RiskTerms.pack(initial, maintenance, mark));
    }

    /// @dev {ledger}, at most what fits 64 bits
    function _heldNow(uint256 asset) private view returns (uint256) {
        address source = holdingsSource;
        if (source == address(0)) return 0;
        return Math.min(IHoldings(source).holdings(1 << asset)[0], Valuation.MAX_BALANCE);
    }

    // ---- internals: listing and parameters

    /// @dev The asset's returns start from its present price, or from its first one if it has none.
    function _startReturns(uint256 asset) private {
        (uint256 price, bool live) = IPriceOracle(oracle).primaryPrice(asset);
        _model.unpriced |= uint16(1 << asset);
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
        Model storage m = _model;
        (m.tau, m.interval, m.z) = (p.tau, p.interval, p.z);
        (m.maintenanceShare, m.sizeFactor) = (p.maintenanceShare, p.sizeFactor);
        _portfolio = _portfolio.withMeasure(p.varZ, p.varHorizon, p.guard);
        emit ParametersSet(p);
    }

    function _requireSource(address source) private view {
        require(source == address(0) || source.code.length != 0, SourceHasNoCode(source));
    }

    /// @dev A copy of exposures that the arithmetic can take, all of listed assets, and all their bits in one number.
    function _checked(
        uint256[] calldata exposures,
        uint256 listed
    ) private pure returns (uint256[] memory copy, uint256 bits) {
        require(exposures.length <= ASSETS, TooManyExposures(exposures.length, ASSETS));
        copy = exposures;
        unchecked {
            for (uint256 i = 0; i < copy.length; ++i) {
                uint256 exposure = copy[i];
                if (exposure == 0) continue;
                require(exposure <= type(uint128).max, ExposureTooLarge(i, exposure, type(uint128).max));
                require((listed >> i) & 1 == 1, AssetNotListed(i));
                bits |= exposure;
            }
        }
    }

    // ---- internals: packing

    /// @dev ln(price) with LOG_FRACTION bits after the point. Prices are positive and below 2**100.
    function _log(uint256 price) private pure returns (int256) {
        unchecked {
            return (FixedPointMathLib.lnWad(int256(price)) << LOG_FRACTION) / int256(WAD);
        }
    }

    function _logOf(uint256 logs, uint256 asset) private pure returns (int256) {
        // Logarithms are packed as the entries of the matrix are.
        return Covariance.entryOf(logs, asset);
    }

    function _withLog(uint256 logs, uint256 asset, int256 log) private pure returns (uint256) {
        return RiskTerms.withLane(logs, asset & 3, uint256(uint64(int64(log))));
    }

    function _sizeOf(uint256 sizes, uint256 asset) private pure returns (uint256) {
        return (sizes >> (asset << 4)) & type(uint16).max;
    }

    function _shapeOf(uint256 asset) private view returns (ShapeLane) {
        return ShapeLane.wrap(RiskTerms.laneAt(_shapes[asset >> 2], asset & 3));
    }

    /// @dev 56 bits after the point.
    function _flooredVariance(uint256 asset) private view returns (uint256) {
        // A variance is never negative.
        return HaircutFormula.floored(uint256(_covariance.entryAt(asset, asset)), _portfolio.floorOf(asset));
    }
}
