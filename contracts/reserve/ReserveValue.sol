// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {PriceStatus, Price} from "../interfaces/IPriceOracle.sol";
import {ISolvency} from "../interfaces/ISolvency.sol";
import {PackedFloat} from "../libraries/PackedFloat.sol";
import {Valuation} from "../risk/Valuation.sol";
import {Lanes} from "./Lanes.sol";
import {RESERVE_ASSETS, RESERVE_VAULTS, ReserveStorage} from "./ReserveStorage.sol";
import {VaultReader} from "./VaultReader.sol";

/// @title What the reserve owns and what that backs
abstract contract ReserveValue is ReserveStorage {
    using Lanes for uint256[4];

    /// @notice For how long without booking a vault's counted share price goes on growing. {days}
    uint256 public constant MAX_GROWTH_DAYS = 30;

    /// @notice In that time a share that fell to next to nothing may count again what it did before. {days}
    uint256 public constant RECOVERY_DAYS = 30;

    /// @dev {1e-6 a day} times {s}
    uint256 private constant GROWTH_UNIT = 1e6 * 1 days;
    /// @dev A position is judged by at least as many shares as this is worth: of fewer, rounding would take too much off a share. {asset} raw
    uint256 private constant LEAST_PROBE = 1e12;

    // ---- holdings

    /// @dev Credit in the engine's ledger by asset number, and of which assets there is any. {ledger}
    function _credits() internal view returns (uint256 mask, uint256[] memory table) {
        table = new uint256[](RESERVE_ASSETS);
        (, uint256[] memory holdings) = ENGINE.position(address(this));
        for (uint256 i; i < holdings.length; ++i) {
            uint256 asset = holdings[i] >> 248;
            table[asset] = uint248(holdings[i]);
            mask |= 1 << asset;
        }
    }

    function _creditOf(uint256 asset) internal view returns (uint256) {
        return ENGINE.balanceOf(address(this), asset);
    }

    /// @dev Cash and vaults as booked. {ledger}
    function _heldOf(uint256 asset) internal view returns (uint256) {
        return _cash.get(asset) + _vaulted.get(asset);
    }

    /// @dev The same without vaults that are marked unreadable: what backs. {ledger}
    /// @param silent Which vaults those are, by place.
    function _sureOf(uint256 asset, uint256 silent) internal view returns (uint256 held) {
        held = _heldOf(asset);
        if (silent == 0) return held;
        silent &= _placesOf(asset);
        for (uint256 place; silent >> place != 0; ++place) {
            if ((silent >> place) & 1 == 1) held -= _bookedValue(_vaults[place]);
        }
    }

    /// @dev Adds cash and vaults as booked, silent ones too: what fills caps. Nothing but listed assets is ever held, and none is taken off the list. {ledger}
    function _addHeld(uint256[] memory table) internal view {
        uint256 listed = _global.listed;
        _cash.addTo(table, listed);
        _vaulted.addTo(table, listed);
    }

    /// @dev A table by asset number as a list without zeros (but for the assets in `kept`) and its mask.
    function _compact(
        uint256[] memory table,
        uint256 kept
    ) internal pure returns (uint256 mask, uint256[] memory list) {
        list = new uint256[](RESERVE_ASSETS);
        uint256 count;
        for (uint256 asset; asset < RESERVE_ASSETS; ++asset) {
            if (table[asset] == 0 && (kept >> asset) & 1 == 0) continue;
            mask |= 1 << asset;
            list[count++] = table[asset];
        }
        assembly ("memory-safe") {
            // Only as many as there are bits.
            mstore(list, count)
        }
    }

    // ---- vaults

    /// @dev What shares count at a price. {ledger}, rounded down
    function _worthOf(uint256 shares, uint256 sharePrice, uint256 scale) internal pure returns (uint256) {
        // 2**128 * 2**96 fit.
        return (shares * sharePrice) / (VaultReader.RAY * scale);
    }

    /// @dev What a vault's position was last booked at. {ledger}
    function _bookedValue(VaultSlot memory v) internal view returns (uint256) {
        return _worthOf(v.shares, v.sharePrice, _scale(_assets[v.asset]));
    }

    /// @dev The most that a share of it counts now. 27 decimals, rounded down
    function _priceCap(VaultSlot memory v) internal view returns (uint256 cap) {
        uint256 elapsed = Math.min(block.timestamp - v.bookedAt, MAX_GROWTH_DAYS * 1 days);
        cap = v.sharePrice + (uint256(v.sharePrice) * v.growth * elapsed) / GROWTH_UNIT;
        if (!v.recovering) return cap;
        // Days of silence are none of recovery: nobody knows what it was worth on them.
        if (v.unreadableSince != 0) elapsed = Math.min(elapsed, v.unreadableSince - v.bookedAt);
        // Growth of next to nothing is nothing. Never beyond what it was booked at before.
        uint256 former = _formerPrice(v);
        uint256 recovered = v.sharePrice + (former * elapsed) / (RECOVERY_DAYS * 1 days);
        return Math.max(cap, Math.min(former, recovered));
    }

    /// @dev What a share was booked at, before it fell to next to nothing if it did. 27 decimals
    function _formerPrice(VaultSlot memory v) internal view returns (uint256) {
        return v.recovering ? _notes[v.vault].former : v.sharePrice;
    }

    /// @dev What a share is worth by the vault's own word, uncapped.
    function _livePrice(VaultSlot memory v) internal view returns (bool readable, uint256 price) {
        // Never 0: a vault is listed with a price, and one that lost it has a former one.
        uint256 least = (LEAST_PROBE * VaultReader.RAY) / _formerPrice(v);
        return VaultReader.sharePrice(v.vault, Math.max(v.shares, least));
    }

    /// @dev What a vault's position counts, and by its own word. {ledger}, rounded down and up; an unreadable one: 0, and as last booked.
    function _vaultValue(VaultSlot memory v) internal view returns (uint256 low, uint256 high, bool readable) {
        if (v.shares == 0) return (0, 0, true);
        uint256 price;
        (readable, price) = _livePrice(v);
        if (!readable) return (0, _bookedValue(v), false);
        uint256 scale = _scale(_assets[v.asset]);
        low = _worthOf(v.shares, Math.min(price, _priceCap(v)), scale);
        high = Math.ceilDiv(uint256(v.shares) * price, VaultReader.RAY * scale);
    }

    function _placeOfListed(address vault) internal view returns (uint256) {
        uint256 number = _placeOf[vault];
        require(number != 0, VaultNotListed(vault));
        return number - 1;
    }

    /// @dev Which of `_vaults` are an asset's, as bits.
    function _placesOf(uint256 asset) internal view returns (uint256) {
        return (_vaultsOf >> (asset * RESERVE_VAULTS)) & ((1 << RESERVE_VAULTS) - 1);
    }

    /// @dev Which of `_vaults` are listed, as bits: the 16 groups of 16 bits folded into one.
    function _allPlaces() internal view returns (uint256 places) {
        places = _vaultsOf;
        places |= places >> 128;
        places |= places >> 64;
        places |= places >> 32;
        places = (places | (places >> 16)) & ((1 << RESERVE_VAULTS) - 1);
    }

    /// @dev All vaults of an asset. {ledger}
    /// @param low As counted. @param high Uncapped; an unreadable one as last booked.
    function _vaultsValue(uint256 asset) internal view returns (uint256 low, uint256 high, bool readable) {
        readable = true;
        uint256 places = _placesOf(asset);
        for (uint256 place; places >> place != 0; ++place) {
            if ((places >> place) & 1 == 0) continue;
            (uint256 l, uint256 h, bool r) = _vaultValue(_vaults[place]);
            low += l;
            high += h;
            readable = readable && r;
        }
    }

    // ---- backing

    /// @dev min(1, b); stops adding up once 1 is reached. Asks no vault; one that is marked unreadable counts 0. Assets in the order: `first`, then the others without their credit, then credit.
    /// @param firstLow What `first` counts. {USD/tok}
    /// @return b 18 decimals, rounded down
    function _cappedBacking(uint256 first, uint256 firstLow) internal view returns (uint256 b) {
        GlobalSlot memory g = _global;
        (uint256 loans, uint256 net) = ISolvency(g.gate).liabilities();
        if (loans >= net) return WAD;
        uint256 missing = net - loans;
        uint256 worth = Valuation.plainValue(firstLow, _sureOf(first, g.silent), 10 ** _assets[first].unitDecimals);
        if (worth >= missing) return WAD;

        // Stables first: one of them may do. Credit last: it asks the engine, and there is seldom any.
        for (uint256 i; i < 2; ++i) {
            uint256 mask = (i == 0 ? g.stable : g.listed & ~g.stable) & ~(1 << first);
            for (uint256 asset; mask >> asset != 0; ++asset) {
                if ((mask >> asset) & 1 == 0) continue;
                worth += _worthAtLow(asset, _sureOf(asset, g.silent));
                if (worth >= missing) return WAD;
            }
        }
        (, uint256[] memory holdings) = ENGINE.position(address(this));
        for (uint256 i; i < holdings.length; ++i) {
            worth += _worthAtLow(holdings[i] >> 248, uint248(holdings[i]));
            if (worth >= missing) return WAD;
        }
        return ((loans + worth) * WAD) / net;
    }

    /// @dev Of nothing no price is read. {USD}, rounded down
    function _worthAtLow(uint256 asset, uint256 amount) private view returns (uint256) {
        if (amount == 0) return 0;
        return Valuation.plainValue(_lowOf(_price(asset)), amount, _unitOf(asset));
    }

    // ---- fees

    function _float(uint256 packed) internal pure returns (uint256) {
        return PackedFloat.unpack(packed, MANTISSA);
    }

    /// @dev Of issue and of payments of debts: a live price.
    function _livePriceOf(uint256 asset) internal view returns (Price memory p) {
        p = _price(asset);
        require(p.status == PriceStatus.Live, PriceUnusable(asset, uint256(p.status)));
    }

    /// @dev What one token of a stable counts when it comes in: never more than 1. {USD/tok}
    function _parOrLess(uint256 low) internal pure returns (uint256) {
        return low < WAD ? low : WAD;
    }
}
