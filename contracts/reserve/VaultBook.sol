// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IIssuanceGate} from "../interfaces/IIssuanceGate.sol";
import {Price} from "../interfaces/IPriceOracle.sol";
import {IReserveVaults, VaultTerms} from "../interfaces/IReserveVaults.sol";
import {PackedFloat} from "../libraries/PackedFloat.sol";
import {Lanes} from "./Lanes.sol";
import {RESERVE_VAULTS} from "./ReserveStorage.sol";
import {ReserveValue} from "./ReserveValue.sol";
import {VaultReader} from "./VaultReader.sol";

/// @title The vaults of the reserve: listing, limits, and what their shares are booked at
/// @dev `_vaulted` of an asset is at any time the sum of `_bookedValue` over its vaults: each change writes both. That a vault is marked unreadable changes neither:
/// what backs leaves the vaults of `silent` out, so an outage that ends books neither a gain nor a loss.
abstract contract VaultBook is ReserveValue, IReserveVaults {
    using Lanes for uint256[4];

    // ---- immutable limits

    /// @notice The fastest growth that can be let in: some 70% a year. {1e-6 a day}
    uint256 public constant MAX_GROWTH_PER_DAY = 2_000;

    /// @dev A share that is said to be worth less than one part in so many of what it was booked at was robbed, or misread: it may recover.
    uint256 private constant COLLAPSE = 100;

    // ---- booking

    /// @inheritdoc IReserveVaults
    function bookVault(address vault) external locked returns (uint256 sharePrice) {
        uint256 place = _placeOfListed(vault);
        (VaultSlot memory v, , ) = _book(place);
        return v.sharePrice;
    }

    /// @dev Books what the vault's shares count now.
    /// @return v As stored. @return live By the vault's own word; 0 where it says nothing. @return cap The most that counts. 27 decimals
    function _book(uint256 place) internal returns (VaultSlot memory v, uint256 live, uint256 cap) {
        v = _vaults[place];
        cap = _priceCap(v);
        bool readable;
        (readable, live) = _livePrice(v);
        if (!readable) {
            if (v.unreadableSince == 0) {
                // The cast is safe until 2106.
                v.unreadableSince = uint32(block.timestamp);
                _vaults[place].unreadableSince = v.unreadableSince;
                _setSilent(place, true);
                emit VaultUnreadable(v.vault);
            }
            return (v, 0, cap);
        }
        if (v.unreadableSince != 0) _setSilent(place, false);
        uint256 before = _bookedValue(v);
        _setRecovering(v, live, cap);
        // Casts are safe: at most the live price, which fits 96 bits; 32 bits of time last until 2106.
        v.sharePrice = uint96(Math.min(live, cap));
        v.bookedAt = uint32(block.timestamp);
        v.unreadableSince = 0;
        _vaults[place] = v;
        (uint256 gain, uint256 loss) = _rebook(v.asset, before, _bookedValue(v));
        if (gain != 0) gain = _realise(v.asset, gain);
        if (loss != 0) loss = _lose(v.asset, loss);
        emit VaultBooked(v.vault, v.sharePrice, gain, loss);
    }

    /// @dev Recovery begins when a share falls to next to nothing, and ends when it is worth something and the cap no longer holds it back. Changes `v` only
    /// in memory.
    function _setRecovering(VaultSlot memory v, uint256 live, uint256 cap) private {
        bool fallen = live * COLLAPSE < _formerPrice(v);
        if (fallen && !v.recovering) _notes[v.vault].former = v.sharePrice;
        v.recovering = fallen || (v.recovering && live > cap);
    }

    /// @dev The cast is safe: place < 16.
    function _setSilent(uint256 place, bool silent) private {
        uint16 bit = uint16(1 << place);
        _global.silent = silent ? _global.silent | bit : _global.silent & ~bit;
    }

    /// @dev Replaces a vault's part of `_vaulted`. {ledger}
    function _rebook(uint256 asset, uint256 before, uint256 now_) internal returns (uint256 gain, uint256 loss) {
        if (before == now_) return (0, 0);
        _vaulted.set(asset, _vaulted.get(asset) - before + now_);
        (gain, loss) = now_ > before ? (now_ - before, uint256(0)) : (uint256(0), before - now_);
    }

    /// @dev Books a gain as income: at low, a stable at no more than 1. {ledger} to {USD}, rounded down
    function _realise(uint256 asset, uint256 units) internal returns (uint256 gain) {
        uint256 low = _lowOf(_price(asset));
        if ((_global.stable >> asset) & 1 == 1) low = _parOrLess(low);
        gain = (units * low) / _unit(_assets[asset]);
        _addIncome(gain);
    }

    /// @dev Books a loss, at high. {ledger} to {USD}, rounded up
    function _lose(uint256 asset, uint256 units) internal returns (uint256 loss) {
        Price memory p = _price(asset);
        loss = Math.ceilDiv(units * p.high, _unit(_assets[asset]));
        IIssuanceGate(_global.gate).bookLoss(loss);
    }

    // ---- governance

    /// @inheritdoc IReserveVaults
    function listVault(address vault, uint256 minSupply, VaultTerms calldata terms) external restricted locked {
        require(_placeOf[vault] == 0, VaultListedAlready(vault));
        uint256 asset = _assetOfToken(vault);
        uint256 own = IERC4626(vault).balanceOf(address(this));
        uint256 supply = IERC4626(vault).totalSupply();
        uint256 others = supply > own ? supply - own : 0;
        require(minSupply != 0 && others >= minSupply, VaultTooSmall(vault, others, minSupply));
        (bool readable, uint256 price) = VaultReader.sharePrice(vault, minSupply);
        require(readable && price != 0, SharePriceOutOfRange(vault, price));

        uint256 place = _freePlace();
        _placeOf[vault] = place + 1;
        _vaultsOf |= 1 << (asset * RESERVE_VAULTS + place);
        // What was written off and never left is the reserve's again.
        uint256 shares = _writtenOff[vault];
        delete _writtenOff[vault];
        // Casts are safe: asset < 16; the price fits 96 bits; shares were stored in 128.
        VaultSlot memory v;
        (v.vault, v.asset, v.sharePrice) = (vault, uint8(asset), uint96(price));
        (v.bookedAt, v.shares) = (uint32(block.timestamp), uint128(shares));
        _vaults[place] = v;
        _rebook(asset, 0, _bookedValue(v));
        emit VaultListed(vault, asset);
        _setVaultTerms(place, terms);
    }

    /// @inheritdoc IReserveVaults
    function setVaultTerms(address vault, VaultTerms calldata terms) external restricted {
        _setVaultTerms(_placeOfListed(vault), terms);
    }

    /// @inheritdoc IReserveVaults
    function removeVault(address vault) external restricted {
        uint256 place = _placeOfListed(vault);
        uint256 shares = _vaults[place].shares;
        require(shares == 0, VaultInUse(vault, shares));
        _remove(place);
    }

    // ---- internal

    /// @dev Number of the listed asset whose token the vault takes.
    function _assetOfToken(address vault) private view returns (uint256) {
        address token = IERC4626(vault).asset();
        uint256 listed = _global.listed;
        for (uint256 asset; listed >> asset != 0; ++asset) {
            if ((listed >> asset) & 1 == 1 && _assets[asset].token == token) return asset;
        }
        revert VaultAssetMismatch(vault, token);
    }

    function _freePlace() private view returns (uint256 place) {
        uint256 places = _allPlaces();
        while ((places >> place) & 1 == 1) ++place;
        require(place < RESERVE_VAULTS, TooManyVaults(RESERVE_VAULTS));
    }

    function _setVaultTerms(uint256 place, VaultTerms calldata terms) private {
        require(terms.absoluteCap <= Lanes.MAX, AmountTooLarge(terms.absoluteCap, Lanes.MAX));
        require(terms.relativeCap <= BPS, ParameterOutOfBounds("relativeCap", terms.relativeCap, 0, BPS));
        require(
            terms.growthPerDay <= MAX_GROWTH_PER_DAY,
            ParameterOutOfBounds("growthPerDay", terms.growthPerDay, 0, MAX_GROWTH_PER_DAY)
        );
        VaultSlot storage v = _vaults[place];
        // The cast is safe: the float fits 16 bits.
        v.absoluteCap = uint16(PackedFloat.packDown(terms.absoluteCap, MANTISSA, FLOAT_BITS));
        v.relativeCap = terms.relativeCap;
        v.growth = terms.growthPerDay;
        emit VaultTermsSet(v.vault, _float(v.absoluteCap), terms.relativeCap, terms.growthPerDay);
    }

    function _remove(uint256 place) internal {
        VaultSlot memory v = _vaults[place];
        _setSilent(place, false);
        delete _notes[v.vault];
        delete _vaults[place];
        delete _placeOf[v.vault];
        _vaultsOf &= ~(1 << (uint256(v.asset) * RESERVE_VAULTS + place));
        emit VaultRemoved(v.vault);
    }
}
