// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {LibBit} from "solady/src/utils/LibBit.sol";

import {IPriceOracle, Price, PriceStatus} from "../interfaces/IPriceOracle.sol";
import {IRiskValuation, Quote} from "../interfaces/IRiskModel.sol";
import {DepthScale} from "./DepthScale.sol";
import {RampStorage} from "./RampStorage.sol";
import {RiskTerms} from "./RiskTerms.sol";
import {Valuation} from "./Valuation.sol";

/// @title What holdings are worth under the haircuts and depths in force
/// @dev ROUNDING. Limits are rounded down.
abstract contract RiskValuation is RampStorage, IRiskValuation {
    /// @dev A holding is `asset << 248 | balance`.
    uint256 private constant ASSET_SHIFT = 248;
    uint256 private constant BALANCE_MASK = (1 << ASSET_SHIFT) - 1;

    /// @inheritdoc IRiskValuation
    function quote(uint256 mask) external view returns (Quote[] memory quotes) {
        if (mask >> (MAX_ASSET + 1) != 0) revert AssetNotListed(Math.log2(mask));
        quotes = new Quote[](LibBit.popCount(mask));
        uint256 count;
        for (uint256 asset = 0; mask >> asset != 0; ++asset) {
            if ((mask >> asset) & 1 == 0) continue;
            uint256 lane = _listedLane(asset);
            (uint256 terms, uint256 borrowMark) = _inForce(asset, lane);
            Quote memory entry = quotes[count++];
            entry.initialHaircut = RiskTerms.initialOf(terms);
            entry.maintenanceHaircut = RiskTerms.maintenanceOf(terms);
            entry.borrowDepth = DepthScale.toDepth(borrowMark);
            entry.maintenanceDepth = DepthScale.toDepth(RiskTerms.markOf(terms));
            entry.unit = _unit(lane);
        }
        // In one call, and after the checks, so that an unlisted asset is named by the risk model.
        Price[] memory prices = IPriceOracle(ORACLE).prices(mask);
        for (uint256 i = 0; i < count; ++i) {
            (Quote memory entry, Price memory price) = (quotes[i], prices[i]);
            entry.low = price.low;
            entry.mid = price.mid;
            entry.high = price.high;
            entry.status = price.status;
        }
    }

    /// @inheritdoc IRiskValuation
    function borrowLimit(
        uint256[] calldata holdings,
        uint256 enough,
        bool complete
    ) external view returns (uint256 limit) {
        // No limit reaches that.
        if (complete) enough = type(uint256).max;
        for (uint256 i = 0; i < holdings.length; ++i) {
            if (limit >= enough) break;
            (uint256 asset, uint256 balance) = _split(_at(holdings, i));
            uint256 lane = _listedLane(asset);
            (uint256 haircut, uint256 depth) = _borrowTerms(asset, lane);
            // Nothing to value: the price matters only where it must be known to be there.
            if ((balance == 0 || haircut == Valuation.BPS) && !complete) continue;
            (uint256 low, , PriceStatus status) = _price(asset);
            if (status != PriceStatus.Live) {
                require(!complete || status != PriceStatus.Unpriced, IPriceOracle.AssetUnpriced(asset));
                continue;
            }
            uint256 term = Valuation.limitTerm(low, balance, depth, _unit(lane), haircut);
            unchecked {
                // A term is below 2**164, and no calldata holds 2**92 of them.
                limit += term;
            }
        }
    }

    /// @inheritdoc IRiskValuation
    function maintenanceLimit(uint256[] calldata holdings) external view returns (uint256 limit) {
        for (uint256 i = 0; i < holdings.length; ++i) {
            (uint256 asset, uint256 balance) = _split(_at(holdings, i));
            uint256 lane = _listedLane(asset);
            (uint256 haircut, uint256 depth) = _maintenanceTerms(asset, lane);
            if (balance == 0 || haircut == Valuation.BPS) continue;
            // Whatever its status: the higher source when they disagree, a decaying last good high when none is live.
            (, uint256 high, ) = _price(asset);
            uint256 term = Valuation.limitTerm(high, balance, depth, _unit(lane), haircut);
            unchecked {
                // As in `borrowLimit`.
                limit += term;
            }
        }
    }

    /// @inheritdoc IRiskValuation
    function requirePriced(uint256 asset) external view {
        if (asset <= MAX_ASSET) require(_laneOf(asset) & RiskTerms.DELISTED == 0, AssetIsDelisted(asset));
        _requirePriced(asset);
    }

    // ---- internals

    /// @dev `list[i]` without the check of the index, which is below the list's length.
    function _at(uint256[] calldata list, uint256 i) private pure returns (uint256 entry) {
        assembly ("memory-safe") {
            entry := calldataload(add(list.offset, shl(5, i)))
        }
    }

    /// @dev Splits `asset << 248 | balance`.
    function _split(uint256 holding) private pure returns (uint256 asset, uint256 balance) {
        asset = holding >> ASSET_SHIFT;
        balance = holding & BALANCE_MASK;
        if (balance > Valuation.MAX_BALANCE) revert HoldingTooLarge(asset, balance, Valuation.MAX_BALANCE);
    }

    /// @dev The oracle's `price(asset)` without its `mid`. By hand, as decoding the struct would cost more than all else that
    /// is computed for a holding; `quote` does it plainly, and tests hold the two together.
    function _price(uint256 asset) private view returns (uint256 low, uint256 high, PriceStatus status) {
        address target = ORACLE;
        bytes4 selector = IPriceOracle.price.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(0x00, selector)
            mstore(0x04, asset)
            if iszero(staticcall(gas(), target, 0x00, 0x24, free, 0x80)) {
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
            status := mload(add(free, 0x60))
            // Less than a whole price, or a status that is none: not an oracle.
            if or(lt(returndatasize(), 0x80), gt(status, 2)) {
                revert(0, 0)
            }
            low := mload(free)
            high := mload(add(free, 0x40))
        }
    }

    /// @dev What counts when risk is taken on. bps, {ledger}
    function _borrowTerms(uint256 asset, uint256 lane) private view returns (uint256 haircut, uint256 depth) {
        (uint256 terms, uint256 mark) = (lane, RiskTerms.markOf(lane));
        if (lane & RiskTerms.RAMPING != 0) (terms, mark) = _ramped(asset, lane);
        return (RiskTerms.initialOf(terms), DepthScale.toDepth(mark));
    }

    /// @dev What counts when deciding on liquidation. bps, {ledger}
    function _maintenanceTerms(uint256 asset, uint256 lane) private view returns (uint256 haircut, uint256 depth) {
        uint256 terms = lane;
        if (lane & RiskTerms.RAMPING != 0) (terms, ) = _ramped(asset, lane);
        return (RiskTerms.maintenanceOf(terms), DepthScale.toDepth(RiskTerms.markOf(terms)));
    }
}
