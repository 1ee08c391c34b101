// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IExchangeRateFeed} from "../interfaces/IExchangeRateFeed.sol";
import {IPriceOracle, Price, PriceStatus} from "../interfaces/IPriceOracle.sol";
import {IReserveMarket} from "../interfaces/IReserve.sol";
import {InKindPayment} from "../interfaces/IReserveShared.sol";
import {ISolvency} from "../interfaces/ISolvency.sol";
import {Lanes} from "./Lanes.sol";
import {RESERVE_ASSETS, RESERVE_VAULTS} from "./ReserveStorage.sol";
import {ReserveValue} from "./ReserveValue.sol";

/// @title The same part of everything
abstract contract InKind is ReserveValue, IReserveMarket {
    using Lanes for uint256[4];
    using SafeERC20 for IERC20;

    /// @dev Gas that asking a rate feed for its ratio gets, and without which it is not asked.
    uint256 private constant RATIO_GAS = 200_000;
    uint256 private constant RATIO_REQUIRED_GAS = (RATIO_GAS * 64) / 63 + 10_000;

    /// @dev Everything owned, valued.
    /// @param low Of everything, vaults as counted (an unreadable one as last booked). {USD}, rounded down
    /// @param high R+. {USD}, rounded up
    /// @param leftOut Vaults that count 0 in both, by place: the redeemer goes without them.
    /// @param credits By asset. {ledger}
    /// @param vaultLows By asset: what its vaults count. {ledger}
    /// @param lows By asset: what a whole token counts. {USD/tok}
    /// @param unitOf By asset. {ledger/tok}
    struct Inventory {
        uint256 low;
        uint256 high;
        uint256 leftOut;
        uint256[] credits;
        uint256[] vaultLows;
        uint256[] lows;
        uint256[] unitOf;
    }

    /// @dev What is paid, by asset {ledger} and by place in `_vaults` {share}; and worth, at low. {USD}
    struct Payout {
        uint256 value;
        uint256[] cash;
        uint256[] credit;
        uint256[] shares;
    }

    // ---- redemption in kind

    /// @inheritdoc IReserveMarket
    function redeemInKind(
        uint256 amount,
        uint256 skip,
        uint256 minValue,
        address to
    ) external locked returns (InKindPayment[] memory payments) {
        _requireAmount(amount);
        _requireReceiver(to);
        Inventory memory all = _inventory(skip >> RESERVE_ASSETS);
        // Down twice: what is paid is worth no more than b times what is burned, so b does not fall.
        uint256 gross = (amount * _backingOf(all.low)) / WAD;
        uint256 worth = (gross * (BPS - _global.inKindFee)) / BPS;
        require(all.high != 0 && worth <= all.high, RedemptionTooLarge(worth, all.high));

        _addIncome(gross - worth);
        DOLLAR.burn(msg.sender, amount);
        Payout memory p = _split(all, worth, skip);
        require(p.value >= minValue, SlippageExceeded(p.value, minValue));
        payments = _pay(p, to);
        emit RedeemInKind(msg.sender, to, amount, (worth * WAD) / all.high, skip, p.value);
    }

    /// @inheritdoc IReserveMarket
    function redemptionTerms() external view returns (uint256 backing, uint256 reserveHigh) {
        Inventory memory all = _inventory(0);
        return (_backingOf(all.low), all.high);
    }

    // ---- value

    /// @dev min(1, b) of all of the reserve at low. 18 decimals, rounded down
    function _backingOf(uint256 reserve) private view returns (uint256) {
        (uint256 loans, uint256 net) = ISolvency(_global.gate).liabilities();
        return loans + reserve >= net ? WAD : ((loans + reserve) * WAD) / net;
    }

    function _inventory(uint256 leftOut) private view returns (Inventory memory all) {
        all.leftOut = leftOut;
        uint256 mask;
        (mask, all.credits) = _credits();
        mask |= _global.listed;
        all.vaultLows = new uint256[](RESERVE_ASSETS);
        all.lows = new uint256[](RESERVE_ASSETS);
        all.unitOf = new uint256[](RESERVE_ASSETS);
        for (uint256 asset; mask >> asset != 0; ++asset) {
            if ((mask >> asset) & 1 == 0) continue;
            uint256 plain = _cash.get(asset) + all.credits[asset];
            (uint256 vaultLow, uint256 vaultHigh) = _vaultsOrBooked(asset, leftOut);
            if (plain + vaultHigh + vaultLow == 0) continue;
            uint256 unit = _unitOf(asset);
            Price memory p = _price(asset);
            all.unitOf[asset] = unit;
            all.vaultLows[asset] = vaultLow;
            all.lows[asset] = _lowOf(p);
            all.low += ((plain + vaultLow) * all.lows[asset]) / unit;
            all.high += Math.ceilDiv((plain + vaultHigh) * _highest(asset, p), unit);
        }
    }

    /// @dev An asset's vaults but those left out, as counted; an unreadable one as last booked, here as in R+: while both are the same, whoever redeems is paid no
    /// more than min(1, b) would be if he knew what it is worth, whatever that is between nothing and what was booked. {ledger}
    function _vaultsOrBooked(uint256 asset, uint256 leftOut) private view returns (uint256 low, uint256 high) {
        uint256 places = _placesOf(asset) & ~leftOut;
        for (uint256 place; places >> place != 0; ++place) {
            if ((places >> place) & 1 == 0) continue;
            (uint256 l, uint256 h, bool readable) = _vaultValue(_vaults[place]);
            low += readable ? l : h;
            high += h;
        }
    }

    /// @dev The most that a whole token may be worth: undecayed, and without the growth cap of rate feeds. {USD/tok}
    function _highest(uint256 asset, Price memory p) private view returns (uint256 high) {
        IPriceOracle source = IPriceOracle(_oracle);
        high = p.status == PriceStatus.Unpriced ? source.undecayedHigh(asset) : p.high;
        high = _uncapped(source.feedConfig(asset, false).feed, high);
    }

    /// @dev Times `current / counted`, up, where the feed is one of exchange rates.
    function _uncapped(address feed, uint256 high) private view returns (uint256) {
        bytes4 selector = IExchangeRateFeed.ratio.selector;
        uint256 available = gasleft();
        require(available >= RATIO_REQUIRED_GAS, InsufficientGas(available, RATIO_REQUIRED_GAS));
        bool ok;
        uint256 current;
        uint256 ratio;
        assembly ("memory-safe") {
            let out := mload(0x40)
            mstore(0x00, selector)
            // Never copies more than two words of the three.
            ok := staticcall(RATIO_GAS, feed, 0x00, 0x04, out, 0x40)
            ok := and(ok, gt(returndatasize(), 0x5f))
            if ok {
                current := mload(out)
                ratio := mload(add(out, 0x20))
            }
        }
        if (!ok || ratio == 0 || current <= ratio || current > type(uint128).max) return high;
        return Math.ceilDiv(high * current, ratio);
    }

    // ---- payment

    /// @dev Takes `worth / high` of everything but what is skipped off the books, rounded down.
    function _split(Inventory memory all, uint256 worth, uint256 skip) private returns (Payout memory p) {
        p.cash = new uint256[](RESERVE_ASSETS);
        p.credit = new uint256[](RESERVE_ASSETS);
        p.shares = new uint256[](RESERVE_VAULTS);
        for (uint256 asset; asset < RESERVE_ASSETS; ++asset) {
            if (all.unitOf[asset] == 0 || (skip >> asset) & 1 == 1) continue;
            uint256 cash = _cash.get(asset);
            p.cash[asset] = Math.mulDiv(cash, worth, all.high);
            p.credit[asset] = Math.mulDiv(all.credits[asset], worth, all.high);
            if (p.cash[asset] != 0) _cash.set(asset, cash - p.cash[asset]);
            _splitVaults(asset, worth, all, p.shares);
            uint256 units = p.cash[asset] + p.credit[asset] + Math.mulDiv(all.vaultLows[asset], worth, all.high);
            p.value += (units * all.lows[asset]) / all.unitOf[asset];
        }
    }

    /// @dev The same of the shares of an asset's vaults. No gain or loss is booked: what leaves does so at what it was booked at.
    function _splitVaults(uint256 asset, uint256 worth, Inventory memory all, uint256[] memory shares) private {
        uint256 places = _placesOf(asset) & ~all.leftOut;
        for (uint256 place; places >> place != 0; ++place) {
            if ((places >> place) & 1 == 0) continue;
            VaultSlot memory v = _vaults[place];
            uint256 part = Math.mulDiv(v.shares, worth, all.high);
            if (part == 0) continue;
            uint256 before = _bookedValue(v);
            // The cast is safe: a part of what is held.
            v.shares -= uint128(part);
            _vaults[place].shares = v.shares;
            shares[place] = part;
            uint256 gone = before - _bookedValue(v);
            _vaulted.set(asset, _vaulted.get(asset) - gone);
        }
    }

    /// @dev Everything is off the books by now.
    function _pay(Payout memory p, address to) private returns (InKindPayment[] memory payments) {
        payments = new InKindPayment[](RESERVE_ASSETS + RESERVE_VAULTS);
        uint256 count;
        for (uint256 asset; asset < RESERVE_ASSETS; ++asset) {
            if (p.cash[asset] + p.credit[asset] != 0) {
                payments[count++] = _payAsset(asset, p.cash[asset], p.credit[asset], to);
            }
            uint256 places = _placesOf(asset);
            for (uint256 place; places >> place != 0; ++place) {
                if ((places >> place) & 1 == 0 || p.shares[place] == 0) continue;
                address vault = _vaults[place].vault;
                IERC20(vault).safeTransfer(to, p.shares[place]);
                payments[count++] = InKindPayment(vault, p.shares[place]);
            }
        }
        assembly ("memory-safe") {
            // Only as many as there are.
            mstore(payments, count)
        }
    }

    /// @dev An asset that is not listed here is paid by the engine alone, which knows its token.
    function _payAsset(
        uint256 asset,
        uint256 cash,
        uint256 credit,
        address to
    ) private returns (InKindPayment memory payment) {
        AssetSlot memory a = _assets[asset];
        payment.token = a.token;
        if (cash != 0) {
            payment.amount = cash * _scale(a);
            IERC20(a.token).safeTransfer(to, payment.amount);
        }
        if (credit != 0) {
            (address token, uint256 amount) = _withdrawCredit(asset, credit, to);
            payment.token = token;
            payment.amount += amount;
        }
    }
}
