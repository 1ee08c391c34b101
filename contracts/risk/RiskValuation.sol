// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {LibBit} from "solady/src/utils/LibBit.sol";

import {IPriceOracle, PriceStatus} from "../interfaces/IPriceOracle.sol";
import {IRiskValuation, Quote} from "../interfaces/IRiskModel.sol";
import {MemoryArray} from "../libraries/MemoryArray.sol";
import {DepthScale} from "./DepthScale.sol";
import {RampStorage} from "./RampStorage.sol";
import {RiskTerms} from "./RiskTerms.sol";
import {Valuation} from "./Valuation.sol";

/// @title What holdings are worth under the haircuts and depths in force
/// @dev ROUNDING. Limits are rounded down.
abstract contract RiskValuation is RampStorage, IRiskValuation {
    using MemoryArray for uint256[];

    /// @dev Words of a `Quote`.
    uint256 private constant QUOTE_WORDS = 9;
    /// @dev A holding is `asset << 248 | balance`.
    uint256 private constant ASSET_SHIFT = 248;
    uint256 private constant BALANCE_MASK = (1 << ASSET_SHIFT) - 1;

    /// @inheritdoc IRiskValuation
    /// @dev Written as it is encoded, `[offset | length | quotes]`, nine words a quote, of which the oracle's answer has the first four as they are needed: decoding
    /// and encoding lists of structs would cost more than all else.
    function quote(uint256 mask) external view returns (Quote[] memory) {
        if (mask >> (MAX_ASSET + 1) != 0) revert AssetNotListed(Math.log2(mask));
        uint256 count = LibBit.popCount(mask);
        uint256[] memory words = new uint256[](2 + QUOTE_WORDS * count);
        words.set(0, 0x20);
        words.set(1, count);
        unchecked {
            // At most sixteen assets, and nine words for each.
            uint256 next = 2;
            for (uint256 asset = 0; mask >> asset != 0; ++asset) {
                if ((mask >> asset) & 1 == 0) continue;
                uint256 lane = _listedLane(asset);
                (uint256 terms, uint256 borrowMark) = _inForce(asset, lane);
                words.set(next + 4, RiskTerms.initialOf(terms));
                words.set(next + 5, RiskTerms.maintenanceOf(terms));
                words.set(next + 6, DepthScale.toDepth(borrowMark));
                words.set(next + 7, DepthScale.toDepth(RiskTerms.markOf(terms)));
                words.set(next + 8, _unit(lane));
                next += QUOTE_WORDS;
            }
        }
        // In one call, and after the checks, so that an unlisted asset is named by the risk model.
        _pricesInto(words, mask, count);
        assembly ("memory-safe") {
            return(add(words, 0x20), shl(5, mload(words)))
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
    /// is computed for a holding.
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

    /// @dev The oracle's `prices(mask)`, each put in front of the quote that it belongs to.
    function _pricesInto(uint256[] memory words, uint256 mask, uint256 count) private view {
        address target = ORACLE;
        bytes4 selector = IPriceOracle.prices.selector;
        assembly ("memory-safe") {
            mstore(0x00, selector)
            mstore(0x04, mask)
            if iszero(staticcall(gas(), target, 0x00, 0x24, 0x00, 0x00)) {
                let free := mload(0x40)
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
            // `[offset | length | (low | mid | high | status) ...]`. Less: not an oracle.
            if lt(returndatasize(), add(0x40, shl(7, count))) {
                revert(0, 0)
            }
            returndatacopy(0x00, 0x20, 0x20)
            if iszero(eq(mload(0x00), count)) {
                revert(0, 0)
            }
            // Behind the list's own length, the offset and the length that are returned.
            let to := add(words, 0x60)
            for {
                let from := 0x40
                let end := add(0x40, shl(7, count))
            } lt(from, end) {
                from := add(from, 0x80)
                to := add(to, 0x120)
            } {
                returndatacopy(to, from, 0x80)
                // A status that is none: not an oracle either.
                if gt(mload(add(to, 0x60)), 2) {
                    revert(0, 0)
                }
            }
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
