// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

import {IRiskShared} from "../interfaces/IRiskMeasurement.sol";
import {IRiskValuation} from "../interfaces/IRiskModel.sol";
import {Covariance} from "./Covariance.sol";
import {HaircutFormula} from "./HaircutFormula.sol";
import {ModelSlot, PortfolioSlot, ShapeLane} from "./ModelSlots.sol";
import {RampStorage} from "./RampStorage.sol";
import {RiskTerms} from "./RiskTerms.sol";

/// @title What the risk model measures: how it is stored, and the arithmetic that the model and its extension share
abstract contract MeasurementStorage is RampStorage, IRiskShared {
    using Covariance for Covariance.Matrix;

    /// @dev The largest exposure whose value at risk can be told. {USD} 18 decimals
    uint256 internal constant MAX_EXPOSURE = type(uint128).max;

    uint256 internal constant WAD = 1e18;
    uint256 internal constant BPS = 10_000;
    uint256 private constant BP = HaircutFormula.BP;
    uint256 internal constant ASSETS = 16;
    /// @dev Bits after the point of a stored logarithm: below 2**6, as prices are between 1e-9 and 2**41 USD.
    uint256 internal constant LOG_FRACTION = 57;

    // ---- storage (after that of RampStorage)

    /// @dev One slot: what was held when an asset's depth was last sampled, what of it counts {ledger}, and when that was (unix
    /// seconds).
    struct Sample {
        uint64 held;
        uint64 counted;
        uint40 sampledAt;
    }

    PortfolioSlot internal _portfolio;
    Covariance.Matrix internal _covariance;
    /// @dev Last observed `ln(USD per token)`, 64 bits an asset, signed, 57 after the point.
    uint256[GROUPS] internal _logs;
    /// @dev A `ShapeLane` an asset.
    uint256[GROUPS] internal _shapes;
    /// @dev Size parts of the initial haircut as last sampled, 16 bits an asset. bps
    uint256 internal _sizes;
    /// @dev When an asset that is marked unpriced was last priced; 0 when it never was. (unix seconds)
    mapping(uint256 asset => uint256) internal _pricedAt;
    mapping(uint256 asset => Sample) internal _samples;

    /// @dev Zero while depths are governed. One slot: [depth source 160 | size factor 16 | VaR z 24 | VaR horizon 16]
    address internal _depthSource;
    /// @dev Parameters that no observation needs, units as in `ModelParameters`; of the last two `_portfolio` has the product.
    uint16 internal _sizeFactor;
    uint24 internal _varZ;
    uint16 internal _varHorizon;
    /// @dev Zero while holdings count 0.
    address internal _holdingsSource;

    // ---- internals: haircuts

    /// @dev Targets in bps, from the floored variance and the size part as sampled.
    function _haircuts(
        uint256 variance,
        uint256 size,
        ShapeLane shape,
        ModelSlot model
    ) internal pure returns (uint256 initial, uint256 maintenance) {
        uint256 part = HaircutFormula.volatilityPart(variance, shape.horizon(), model.z());
        // Written out, as it runs for every asset of an observation and calls would cost more; `haircutParts` says it plainly. Nothing
        // comes near 2**256: a part is below 2**150, a size at most 10,000.
        unchecked {
            initial = (part + (BP - 1)) / BP + size;
            // Rounded up once: the least integer that is no less than a quotient of a quotient is that of the whole quotient.
            maintenance = (part * model.maintenanceShare() + (BP * BPS - 1)) / (BP * BPS);
        }
        uint256 limit = shape.minInitial();
        if (initial < limit) initial = limit;
        limit = shape.maxInitial();
        if (initial > limit) initial = limit;
        limit = shape.minMaintenance();
        if (maintenance < limit) maintenance = limit;
        limit = shape.maxMaintenance();
        if (maintenance > limit) maintenance = limit;
    }

    /// @dev A copy of exposures that the arithmetic can take, all of listed assets, and all their bits in one number (and a few of their
    /// count, which is small).
    function _checked(
        uint256[] calldata exposures,
        uint256 listed
    ) internal pure returns (uint256[] memory copy, uint256 bits) {
        require(exposures.length <= ASSETS, TooManyExposures(exposures.length, ASSETS));
        assembly ("memory-safe") {
            copy := mload(0x40)
            let end := add(add(copy, 0x20), shl(5, exposures.length))
            mstore(0x40, end)
            mstore(copy, exposures.length)
            calldatacopy(add(copy, 0x20), exposures.offset, shl(5, exposures.length))
            // Two at a time, from the last; the first of an odd number comes with the length.
            for {
                let at := sub(end, 0x20)
            } gt(at, copy) {
                at := sub(at, 0x40)
            } {
                bits := or(bits, or(mload(at), mload(sub(at, 0x20))))
            }
        }
        // One by one only where there is something to find.
        uint256 named = (1 << exposures.length) - 1;
        if (bits > MAX_EXPOSURE || named & ~listed != 0) _requireEach(copy, listed);
    }

    /// @dev Refuses the first exposure that cannot be taken.
    function _requireEach(uint256[] memory exposures, uint256 listed) private pure {
        for (uint256 i = 0; i < exposures.length; ++i) {
            if (exposures[i] == 0) continue;
            require(exposures[i] <= MAX_EXPOSURE, ExposureTooLarge(i, exposures[i], MAX_EXPOSURE));
            require((listed >> i) & 1 == 1, IRiskValuation.AssetNotListed(i));
        }
    }

    // ---- internals: packing

    /// @dev ln(price) with LOG_FRACTION bits after the point. Prices are positive and below 2**100.
    function _log(uint256 price) internal pure returns (int256) {
        unchecked {
            // A logarithm is below 29e18 either way, so the shifted one below 2**122.
            return (FixedPointMathLib.lnWad(int256(price)) << LOG_FRACTION) / int256(WAD);
        }
    }

    function _logOf(uint256 logs, uint256 asset) internal pure returns (int256) {
        return int64(uint64(RiskTerms.laneAt(logs, asset & 3)));
    }

    function _withLog(uint256 logs, uint256 asset, int256 log) internal pure returns (uint256) {
        uint256 shift = (asset & 3) << 6;
        // Changes the bits in which the new lane differs from the old one.
        return logs ^ (uint256(uint64((logs >> shift) ^ uint256(log))) << shift);
    }

    function _sizeOf(uint256 sizes, uint256 asset) internal pure returns (uint256) {
        return (sizes >> (asset << 4)) & type(uint16).max;
    }

    function _shapeOf(uint256 asset) internal view returns (ShapeLane) {
        return ShapeLane.wrap(RiskTerms.laneAt(_shapes[asset >> 2], asset & 3));
    }

    /// @dev 56 bits after the point.
    function _flooredVariance(uint256 asset) internal view returns (uint256) {
        // A variance is never negative.
        return HaircutFormula.floored(uint256(_covariance.entryAt(asset, asset)), _portfolio.floorOf(asset));
    }
}
