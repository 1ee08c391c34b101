// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IPriceOracle, Price, PriceStatus} from "../interfaces/IPriceOracle.sol";
import {HaircutBounds, IRiskModel, Paces, Quote, RiskTargets} from "../interfaces/IRiskModel.sol";
import {DepthScale} from "./DepthScale.sol";
import {RampStorage} from "./RampStorage.sol";
import {RiskTerms} from "./RiskTerms.sol";
import {Valuation} from "./Valuation.sol";

/// @title Haircuts and depths in force, and what holdings are worth under them
/// @dev ROUNDING. Limits are rounded down.
abstract contract HaircutRamps is IRiskModel, RampStorage {
    /// @dev A holding is `asset << 248 | balance`.
    uint256 private constant ASSET_SHIFT = 248;
    uint256 private constant BALANCE_MASK = (1 << ASSET_SHIFT) - 1;

    /// @inheritdoc IRiskModel
    function oracle() external view returns (address) {
        return ORACLE;
    }

    // ---- valuation

    /// @inheritdoc IRiskModel
    function quote(uint256 mask) external view returns (Quote[] memory quotes) {
        if (mask >> (MAX_ASSET + 1) != 0) revert AssetNotListed(Math.log2(mask));
        uint256 count;
        for (uint256 rest = mask; rest != 0; rest &= rest - 1) ++count;
        quotes = new Quote[](count);
        count = 0;
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

    /// @inheritdoc IRiskModel
    function borrowLimit(
        uint256[] calldata holdings,
        uint256 enough,
        bool complete
    ) external view returns (uint256 limit) {
        for (uint256 i = 0; i < holdings.length; ++i) {
            if (limit >= enough && !complete) break;
            (uint256 asset, uint256 balance) = _split(holdings[i]);
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

    /// @inheritdoc IRiskModel
    function maintenanceLimit(uint256[] calldata holdings) external view returns (uint256 limit) {
        for (uint256 i = 0; i < holdings.length; ++i) {
            (uint256 asset, uint256 balance) = _split(holdings[i]);
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

    /// @inheritdoc IRiskModel
    function requirePriced(uint256 asset) external view {
        if (asset <= MAX_ASSET) require(_laneOf(asset) & RiskTerms.DELISTED == 0, AssetIsDelisted(asset));
        _requirePriced(asset);
    }

    // ---- views

    /// @inheritdoc IRiskModel
    function haircuts(uint256 asset) external view returns (uint256 initial, uint256 maintenance) {
        (uint256 terms, ) = _inForce(asset, _listedLane(asset));
        return (RiskTerms.initialOf(terms), RiskTerms.maintenanceOf(terms));
    }

    /// @inheritdoc IRiskModel
    function depths(uint256 asset) external view returns (uint256 borrowDepth, uint256 maintenanceDepth) {
        (uint256 terms, uint256 borrowMark) = _inForce(asset, _listedLane(asset));
        return (DepthScale.toDepth(borrowMark), DepthScale.toDepth(RiskTerms.markOf(terms)));
    }

    /// @inheritdoc IRiskModel
    function targets(uint256 asset) external view returns (RiskTargets memory) {
        _listedLane(asset);
        uint256 aim = _aim(asset);
        // Casts are safe: haircuts are at most 10,000.
        return
            RiskTargets(
                uint16(RiskTerms.initialOf(aim)),
                uint16(RiskTerms.maintenanceOf(aim)),
                DepthScale.toDepth(RiskTerms.markOf(aim))
            );
    }

    /// @inheritdoc IRiskModel
    function bounds(uint256 asset) external view returns (HaircutBounds memory) {
        _listedLane(asset);
        return _bounds[asset];
    }

    /// @inheritdoc IRiskModel
    function paces() external view returns (Paces memory) {
        Clock memory clock = _clock;
        return Paces(clock.maintenanceRise, clock.initialFall, clock.depthFall, clock.minGap);
    }

    /// @inheritdoc IRiskModel
    function unitDecimals(uint256 asset) external view returns (uint256) {
        return RiskTerms.unitDecimalsOf(_listedLane(asset));
    }

    /// @inheritdoc IRiskModel
    function listedMask() external view returns (uint256) {
        return _flagMask(RiskTerms.LISTED);
    }

    /// @inheritdoc IRiskModel
    function delistedMask() external view returns (uint256) {
        return _flagMask(RiskTerms.DELISTED);
    }

    // ---- governance

    /// @inheritdoc IRiskModel
    function delist(uint256 asset) external restricted {
        uint256 lane = _listedLane(asset);
        require(lane & RiskTerms.DELISTED == 0, AssetIsDelisted(asset));
        emit AssetDelisted(asset);
        // h may be aimed above the asset's bounds here: nothing at all is lent against it any more.
        uint256 to = RiskTerms.pack(Valuation.BPS, _bounds[asset].maxMaintenance, RiskTerms.markOf(_aim(asset)));
        _turn(asset, lane | RiskTerms.DELISTED, to);
    }

    /// @inheritdoc IRiskModel
    function setPaces(Paces calldata paces_) external restricted {
        // What has moved so far moved at the old paces; from now on all of it moves at the new ones.
        for (uint256 group = 0; group < GROUPS; ++group) {
            (uint256 lanes, uint256 aims) = (_lanes[group], _aims[group]);
            if (lanes != 0) _aimGroup(group, lanes, aims, aims, _clock, paces_.minGap);
        }
        _setClock(paces_);
    }

    // ---- internals

    /// @dev Splits `asset << 248 | balance`.
    function _split(uint256 holding) private pure returns (uint256 asset, uint256 balance) {
        asset = holding >> ASSET_SHIFT;
        balance = holding & BALANCE_MASK;
        require(balance <= Valuation.MAX_BALANCE, HoldingTooLarge(asset, balance, Valuation.MAX_BALANCE));
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
        (uint256 terms, uint256 mark) = _inForce(asset, lane);
        return (RiskTerms.initialOf(terms), DepthScale.toDepth(mark));
    }

    /// @dev What counts when deciding on liquidation. bps, {ledger}
    function _maintenanceTerms(uint256 asset, uint256 lane) private view returns (uint256 haircut, uint256 depth) {
        (uint256 terms, ) = _inForce(asset, lane);
        return (RiskTerms.maintenanceOf(terms), DepthScale.toDepth(RiskTerms.markOf(terms)));
    }

    function _flagMask(uint256 flag) private view returns (uint256 mask) {
        for (uint256 asset = 0; asset <= MAX_ASSET; ++asset) {
            if (_laneOf(asset) & flag != 0) mask |= 1 << asset;
        }
    }
}
