// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IRiskMeasurement, ModelParameters} from "../interfaces/IRiskMeasurement.sol";
import {Paces} from "../interfaces/IRiskModel.sol";
import {Extended} from "../libraries/Extended.sol";
import {MemoryArray} from "../libraries/MemoryArray.sol";
import {Covariance} from "./Covariance.sol";
import {HaircutFormula} from "./HaircutFormula.sol";
import {MeasurementStorage} from "./MeasurementStorage.sol";
import {ModelSlot, PortfolioSlot, ShapeLane} from "./ModelSlots.sol";
import {PortfolioRisk} from "./PortfolioRisk.sol";
import {RampStorage} from "./RampStorage.sol";
import {RiskExtension} from "./RiskExtension.sol";
import {RiskTerms} from "./RiskTerms.sol";
import {RiskValuation} from "./RiskValuation.sol";

/// @title Measures volatility, correlation and depth, and aims haircuts and depths accordingly
/// @dev Everything in IRiskRamps and IRiskGovernance is executed by `RiskExtension`, on this contract's storage. How the values in force follow
/// their aims is in `RampStorage`.
/// RETURNS. The log return of an asset priced at this and the last observation is `ln(p / p')`, over the time between them. One that had
/// no price for a while comes back with the return R over the whole gap and the weight of that long a step: it adds
/// `(1 - e^(-gap/tau)) R^2 / gap` to its variance, as if the gap had been one step. A return is cut at `sqrt(90 dt)`, dt in
/// days (over an hour: a fall to a seventh, a rise to seven times), so that entries stay in range: `(1 - e^(-t/tau)) / t` falls with t, so
/// no update adds more than 90 times what it lets fade.
contract RiskModel is RiskValuation, MeasurementStorage, IRiskMeasurement, Extended {
    using Covariance for Covariance.Matrix;
    using MemoryArray for int256[];
    using MemoryArray for uint256[];

    /// @dev From the product of a return and a weight to an update factor.
    uint256 private constant FACTOR_SHIFT = LOG_FRACTION + Covariance.KEEP_FRACTION - Covariance.FACTOR_FRACTION;

    /// @param extension A RiskExtension built with the same authority and oracle.
    constructor(
        address authority_,
        address oracle_,
        Paces memory paces_,
        ModelParameters memory parameters_,
        address extension
    )
        AccessManaged(authority_)
        RampStorage(oracle_)
        Extended(extension, abi.encodeCall(RiskExtension.initialize, (oracle_, paces_, parameters_)))
    {}

    // ---- measuring

    /// @inheritdoc IRiskMeasurement
    function observe() external {
        ModelSlot model = _model;
        uint256 allowedAt = model.observedAt() + model.interval();
        require(block.timestamp >= allowedAt, ObservedTooEarly(block.timestamp, allowedAt));
        uint256 elapsed = block.timestamp - model.observedAt();

        (uint256 keep, uint256 weight) = _weights(elapsed, model.tau());
        PortfolioSlot portfolio = _portfolio;
        require(portfolio.listed() != 0, NothingListed());
        (int256[] memory factors, uint256 unpriced) = _factors(model, portfolio.listed(), elapsed, weight);
        uint256[] memory variances = _covariance.update(factors, keep, unpriced);

        _model = model.withObservation(block.timestamp, unpriced);
        emit Observed(elapsed, unpriced, _aimAll(model, portfolio, variances));
    }

    /// @inheritdoc IRiskMeasurement
    function valueAtRisk(uint256[] calldata exposures) external view returns (uint256) {
        PortfolioSlot portfolio = _portfolio;
        (uint256[] memory copy, uint256 bits) = _checked(exposures, portfolio.listed());
        return PortfolioRisk.valueAtRisk(_covariance, portfolio, copy, bits);
    }

    // ---- internals: observing

    /// @dev What entries keep, and the root of what an observation weighs per day: `keep = e^(-dt/tau)`, `weight = sqrt((1 - keep) / dt)`.
    /// Both with 64 bits after the point.
    function _weights(uint256 elapsed, uint256 tau) private pure returns (uint256 keep, uint256 weight) {
        unchecked {
            // The cast is safe, and nothing overflows: 40 bits of time; what is kept and what is fresh are at most 1.
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
        ModelSlot model,
        uint256 listed,
        uint256 elapsed,
        uint256 weight
    ) private returns (int256[] memory factors, uint256 unpriced) {
        uint256[] memory prices = _primaryPrices(listed);
        uint256 count = Math.log2(listed) + 1;
        factors = new int256[](count);
        int256 largest = _largestReturn(elapsed);
        uint256 before = model.unpriced();
        uint256 next;
        // Nothing overflows: a logarithm is below 2**63, so a return below 2**64, weights below 2**76. All indices are in range: assets
        // beyond `count` are not listed, and there is a price for each that is.
        unchecked {
            for (uint256 first = 0; first < count; first += 4) {
                uint256 logs = _logs[first >> 2];
                for (uint256 asset = first; asset < first + 4; ++asset) {
                    if ((listed >> asset) & 1 == 0) continue;
                    uint256 price = prices.get(next++);
                    if (price == 0) {
                        unpriced |= 1 << asset;
                        if ((before >> asset) & 1 == 0) _pricedAt[asset] = model.observedAt();
                        continue;
                    }
                    int256 log = _log(price);
                    int256 change = log - _logOf(logs, asset);
                    logs = _withLog(logs, asset, log);
                    uint256 own = weight;
                    if ((before >> asset) & 1 == 1) (change, own) = _afterGap(asset, change, elapsed, model, weight);
                    if (change > largest) change = largest;
                    if (change < -largest) change = -largest;
                    // The cast is safe: below 2**76.
                    factors.set(asset, (change * int256(own)) >> FACTOR_SHIFT);
                }
                _logs[first >> 2] = logs;
            }
        }
    }

    /// @dev |r| <= sqrt(MAX_VARIANCE dt): the return that alone would make for the largest variance.
    function _largestReturn(uint256 elapsed) private pure returns (int256) {
        unchecked {
            // Below 2**170, so its root fits.
            return int256(FixedPointMathLib.sqrt(((Covariance.MAX_VARIANCE * elapsed) << (2 * LOG_FRACTION)) / 1 days));
        }
    }

    /// @dev The return of an asset that was unpriced at the last observation, and what it weighs; clears since when it was.
    function _afterGap(
        uint256 asset,
        int256 change,
        uint256 elapsed,
        ModelSlot model,
        uint256 weight
    ) private returns (int256, uint256) {
        uint256 since = _pricedAt[asset];
        delete _pricedAt[asset];
        // Never priced before: this is where its returns start.
        if (since == 0) return (0, weight);
        uint256 gap = block.timestamp - since;
        // Listed since the last observation: as if it had been there all the time.
        if (gap <= elapsed) return (change, weight);
        // Falls with time, so that what is cut at the largest return of one step still fits: see RETURNS.
        (, weight) = _weights(gap, model.tau());
        return (change, weight);
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
        ModelSlot model,
        PortfolioSlot portfolio,
        uint256[] memory variances
    ) private returns (uint256[GROUPS] memory words) {
        uint256 sizes = _sizes;
        // At most four groups of four assets.
        unchecked {
            for (uint256 group = 0; group << 2 < variances.length; ++group) {
                (uint256 lanes, uint256 aims, uint256 shapes) = (_lanes[group], _aims[group], _shapes[group]);
                uint256 aimed = aims;
                for (uint256 index = 0; index < 4; ++index) {
                    uint256 lane = RiskTerms.laneAt(lanes, index);
                    if (lane & (RiskTerms.LISTED | RiskTerms.DELISTED) != RiskTerms.LISTED) continue;
                    uint256 asset = (group << 2) | index;
                    (uint256 initial, uint256 maintenance) = _haircuts(
                        // In range: there is a variance for each listed asset.
                        HaircutFormula.floored(variances.get(asset), portfolio.floorOf(asset)),
                        _sizeOf(sizes, asset),
                        ShapeLane.wrap(RiskTerms.laneAt(shapes, index)),
                        model
                    );
                    aimed = RiskTerms.withHaircuts(aimed, index, initial, maintenance);
                }
                _retarget(group, lanes, aims, aimed, model);
                words[group] = RiskTerms.withStart(aimed, 0);
            }
        }
    }
}
