// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Arrays} from "@openzeppelin/contracts/utils/Arrays.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IRiskMeasurement, ModelParameters} from "../interfaces/IRiskMeasurement.sol";
import {Paces} from "../interfaces/IRiskModel.sol";
import {Covariance} from "./Covariance.sol";
import {HaircutFormula} from "./HaircutFormula.sol";
import {HaircutRamps} from "./HaircutRamps.sol";
import {MeasurementStorage} from "./MeasurementStorage.sol";
import {PortfolioSlot, ShapeLane} from "./ModelSlots.sol";
import {PortfolioRisk} from "./PortfolioRisk.sol";
import {RampStorage} from "./RampStorage.sol";
import {RiskExtension} from "./RiskExtension.sol";
import {RiskTerms} from "./RiskTerms.sol";

/// @title Measures volatility, correlation and depth, and aims haircuts and depths accordingly
/// @dev What is seldom called is executed by `RiskExtension`, on this contract's storage. How the values in force follow their aims is in `HaircutRamps`.
/// RETURNS. The log return of an asset priced at this and the last observation is `ln(p / p')`, over the time between them. One that had
/// no price for a while comes back with the return over the whole gap, scaled by `sqrt(dt / gap)`: what it adds to its
/// variance is then what a return of that size over that time stands for. A return is cut at `sqrt(90 dt)` standard days
/// (an hour: to a sixth, or six times), so that entries stay in range.
contract RiskModel is HaircutRamps, MeasurementStorage, IRiskMeasurement {
    using Covariance for Covariance.Matrix;

    address private immutable EXTENSION;

    /// @param extension A RiskExtension built with the same authority and oracle.
    constructor(
        address authority_,
        address oracle_,
        Paces memory paces_,
        ModelParameters memory parameters_,
        address extension
    ) AccessManaged(authority_) RampStorage(oracle_, paces_) {
        EXTENSION = extension;
        Address.functionDelegateCall(extension, abi.encodeCall(RiskExtension.initialize, (oracle_, parameters_)));
    }

    /// @dev Everything in IRiskGovernance is executed by the extension, on this contract's storage.
    fallback() external {
        address extension = EXTENSION;
        assembly ("memory-safe") {
            // Beyond the free memory pointer, so nothing of Solidity's is touched.
            let free := mload(0x40)
            calldatacopy(free, 0, calldatasize())
            let ok := delegatecall(gas(), extension, free, calldatasize(), 0, 0)
            returndatacopy(free, 0, returndatasize())
            switch ok
            case 0 {
                revert(free, returndatasize())
            }
            default {
                return(free, returndatasize())
            }
        }
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
    function valueAtRisk(uint256[] calldata exposures) external view returns (uint256) {
        PortfolioSlot portfolio = _portfolio;
        (uint256[] memory copy, uint256 bits) = _checked(exposures, portfolio.listed());
        return PortfolioRisk.valueAtRisk(_covariance, portfolio, copy, bits);
    }

    /// @inheritdoc IRiskMeasurement
    function volatilities(uint256 mask) external view returns (uint256[] memory list) {
        uint256 unlisted = mask & ~_portfolio.listed();
        require(unlisted == 0, AssetNotListed(Math.log2(unlisted)));
        list = new uint256[](Math.log2(mask) + 1);
        uint256 count;
        for (uint256 asset = 0; mask >> asset != 0; ++asset) {
            // A day is a horizon of 24 hours, and one standard deviation is z = 1e6.
            if ((mask >> asset) & 1 == 1) {
                list[count++] = HaircutFormula.volatilityPart(_flooredVariance(asset), 24, 1e6);
            }
        }
        assembly ("memory-safe") {
            // Only as many as there are bits.
            mstore(list, count)
        }
    }

    /// @inheritdoc IRiskMeasurement
    function valueAtRiskScale() external view returns (uint256) {
        return Math.ceilDiv(_portfolio.scale() * WAD, 1 << PortfolioRisk.SCALE_FRACTION);
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
        uint256 count = Math.log2(listed) + 1;
        factors = new int256[](count);
        // Nothing overflows: a logarithm is below 2**63, so a return below 2**64, weights below 2**76.
        unchecked {
            uint256 largest = _largestReturn(elapsed);
            uint256 next;
            uint256 logs;
            for (uint256 asset = 0; asset < count; ++asset) {
                if (asset & 3 == 0) logs = _logs[asset >> 2];
                if ((listed >> asset) & 1 == 1) {
                    uint256 price = Arrays.unsafeMemoryAccess(prices, next++);
                    if (price == 0) {
                        unpriced |= 1 << asset;
                        if ((model.unpriced >> asset) & 1 == 0) _pricedAt[asset] = model.observedAt;
                    } else {
                        int256 log = _log(price);
                        int256 change = log - _logOf(logs, asset);
                        logs = _withLog(logs, asset, log);
                        if ((model.unpriced >> asset) & 1 == 1) change = _afterGap(asset, change, elapsed);
                        factors[asset] = _factor(change, largest, weight);
                    }
                }
                if (asset & 3 == 3 || asset + 1 == count) _logs[asset >> 2] = logs;
            }
        }
    }

    /// @dev |r| <= sqrt(MAX_VARIANCE dt): the return that alone would make for the largest variance.
    function _largestReturn(uint256 elapsed) private pure returns (uint256) {
        unchecked {
            return FixedPointMathLib.sqrt(((Covariance.MAX_VARIANCE * elapsed) << (2 * LOG_FRACTION)) / 1 days);
        }
    }

    /// @dev `weight * change`, the change cut at `largest` either way.
    function _factor(int256 change, uint256 largest, uint256 weight) private pure returns (int256) {
        unchecked {
            // Casts are safe: a root of a number below 2**170, and a weight below 2**76.
            int256 most = int256(largest);
            if (change > most) change = most;
            if (change < -most) change = -most;
            return (change * int256(weight)) >> (LOG_FRACTION + Covariance.KEEP_FRACTION - Covariance.FACTOR_FRACTION);
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

    /// @dev The oracle's `primaryPrices(mask)`. By hand, as decoding the list would cost as much as using it.
    function _primaryPrices(uint256 mask) private view returns (uint256[] memory prices) {
        address target = ORACLE;
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

    /// @dev Aims the haircuts of all assets by their new variances.
    /// @return words The aims, see `IRiskMeasurement.Observed`.
    function _aimAll(
        Model memory model,
        PortfolioSlot portfolio,
        uint256[] memory variances
    ) private returns (uint256[GROUPS] memory words) {
        uint256 sizes = _sizes;
        Clock memory clock = _clock;
        for (uint256 group = 0; group * 4 < variances.length; ++group) {
            (uint256 lanes, uint256 aims, uint256 shapes) = (_lanes[group], _aims[group], _shapes[group]);
            uint256 aimed = aims;
            for (uint256 index = 0; index < 4; ++index) {
                uint256 lane = RiskTerms.laneAt(lanes, index);
                if (lane & (RiskTerms.LISTED | RiskTerms.DELISTED) != RiskTerms.LISTED) continue;
                uint256 asset = (group << 2) | index;
                (uint256 initial, uint256 maintenance) = _haircuts(
                    HaircutFormula.floored(Arrays.unsafeMemoryAccess(variances, asset), portfolio.floorOf(asset)),
                    _sizeOf(sizes, asset),
                    ShapeLane.wrap(shapes >> (index << 6)),
                    model
                );
                aimed = RiskTerms.withHaircuts(aimed, index, initial, maintenance);
            }
            _retarget(group, lanes, aims, aimed, clock);
            words[group] = RiskTerms.withStart(aimed, 0);
        }
    }
}
