// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IIssuanceGate} from "../interfaces/IIssuanceGate.sol";
import {Price, PriceStatus} from "../interfaces/IPriceOracle.sol";
import {IReserveMarket, Position} from "../interfaces/IReserve.sol";
import {FeeCurve} from "./FeeCurve.sol";
import {Lanes} from "./Lanes.sol";
import {PAUSE_ISSUE, RESERVE_ASSETS} from "./ReserveStorage.sol";
import {ReserveValue} from "./ReserveValue.sol";

/// @title plUSD against stables, at the safe side of the price
abstract contract Market is ReserveValue, IReserveMarket {
    using Lanes for uint256[4];
    using SafeERC20 for IERC20;

    // ---- issue and redeem

    /// @inheritdoc IReserveMarket
    function issue(
        uint256 asset,
        uint256 amount,
        uint256 minIssued,
        address to
    ) external locked returns (uint256 issued) {
        AssetSlot memory a = _listed(asset);
        GlobalSlot memory g = _global;
        require((g.stable >> asset) & 1 == 1, NotStable(asset));
        require((g.issuePaused >> asset) & 1 == 0, Paused(asset, PAUSE_ISSUE));
        _requireReceiver(to);
        Price memory p = _livePriceOf(asset);

        uint256 scale = _scale(a);
        uint256 units = _toUnits(asset, amount, scale);
        uint256 cash = _cash.get(asset);
        uint256 credit = _creditIn(asset);
        if (credit == 0) _noteCredit(asset, false);
        uint256 fee = _requireRoom(asset, a, cash + credit, units);
        // Down, against the issuer: {USD} = {ledger} * {USD/tok} / {ledger/tok}. Fits: units and cash together are below the cap.
        uint256 gross = (units * _parOrLess(p.low)) / _unit(a);
        issued = (gross * (WAD - fee)) / WAD;
        require(issued >= minIssued, SlippageExceeded(issued, minIssued));
        require(issued != 0, ZeroAmount());

        _cash.set(asset, cash + units);
        _addIncome(gross - issued);
        uint256 paid = units * scale;
        _pull(a.token, msg.sender, paid);
        IIssuanceGate(g.gate).consume(asset, issued);
        DOLLAR.mint(to, issued);
        emit Issue(asset, msg.sender, to, paid, issued, gross - issued);
    }

    /// @inheritdoc IReserveMarket
    function redeem(uint256 asset, uint256 amount, uint256 minPaid, address to) external locked returns (uint256 paid) {
        AssetSlot memory a = _listed(asset);
        require((_global.stable >> asset) & 1 == 1, NotStable(asset));
        _requireAmount(amount);
        _requireReceiver(to);
        Price memory p = _price(asset);
        require(p.status != PriceStatus.Unpriced, PriceUnusable(asset, uint256(p.status)));
        uint256 b = _cappedBacking(asset, _lowOf(p));
        require(b == WAD, NotBacked(b));

        uint256 cash = _cash.get(asset);
        uint256 unit = _unit(a);
        uint256 fee = _redeemFee(a, cash, (amount * unit) / p.high);
        // Down, against the redeemer: what leaves is worth no more at high than what is burned, so b stays at 1 or above.
        uint256 net = (amount * (WAD - fee)) / WAD;
        uint256 units = (net * unit) / p.high;
        paid = units * _scale(a);
        require(units != 0, AmountBelowLedgerUnit(asset, 0, _scale(a)));
        require(units <= cash, LiquidityShort(asset, cash, units));
        require(paid >= minPaid, SlippageExceeded(paid, minPaid));

        _cash.set(asset, cash - units);
        _addIncome(amount - net);
        DOLLAR.burn(msg.sender, amount);
        IERC20(a.token).safeTransfer(to, paid);
        emit Redeem(asset, msg.sender, to, amount, paid, amount - net);
    }

    /// @inheritdoc IReserveMarket
    function retire(uint256 amount) external locked {
        _requireAmount(amount);
        DOLLAR.burn(msg.sender, amount);
        emit Retire(msg.sender, amount);
    }

    // ---- views

    /// @inheritdoc IReserveMarket
    function cappedBacking(uint256 first) external view returns (uint256 b) {
        // Absorbed collateral that is not listed here has no cash; what there is of it in the ledger counts with the rest.
        require(first < RESERVE_ASSETS, AssetOutOfRange(first));
        return _cappedBacking(first, _lowOf(_price(first)));
    }

    /// @inheritdoc IReserveMarket
    function counted() external view returns (uint256 mask, uint256 unreadable, uint256[] memory amounts) {
        (, uint256[] memory table) = _credits();
        _cash.addTo(table, _global.listed);
        uint256 places = _allPlaces();
        for (uint256 place; places >> place != 0; ++place) {
            if ((places >> place) & 1 == 0) continue;
            VaultSlot memory v = _vaults[place];
            (uint256 low, , bool readable) = _vaultValue(v);
            table[v.asset] += low;
            if (!readable) unreadable |= 1 << v.asset;
        }
        (mask, amounts) = _compact(table, unreadable);
    }

    /// @inheritdoc IReserveMarket
    function booked() external view returns (uint256 mask, uint256[] memory amounts) {
        (, uint256[] memory table) = _credits();
        _addHeld(table);
        uint256 silent = _global.silent;
        for (uint256 place; silent >> place != 0; ++place) {
            if ((silent >> place) & 1 == 0) continue;
            VaultSlot memory v = _vaults[place];
            table[v.asset] -= _bookedValue(v);
        }
        return _compact(table, 0);
    }

    /// @inheritdoc IReserveMarket
    function position(uint256 asset) external view returns (Position memory p) {
        require(asset < RESERVE_ASSETS, AssetOutOfRange(asset));
        p.cash = _cash.get(asset);
        p.credit = _creditOf(asset);
        (p.vaulted, p.vaultedHigh, p.readable) = _vaultsValue(asset);
    }

    /// @inheritdoc IReserveMarket
    function fees(uint256 asset, uint256 amount) external view returns (uint256 issueFee, uint256 redeemFee) {
        AssetSlot memory a = _listed(asset);
        issueFee = _takeFee(a, _heldOf(asset) + _creditIn(asset), amount);
        redeemFee = _redeemFee(a, _cash.get(asset), amount);
    }

    /// @inheritdoc IReserveMarket
    function isEntered() external view returns (bool) {
        return _lock != 0;
    }

    // ---- internal

    /// @dev Refuses what does not fit the cap.
    /// @param plain Cash and credit. {ledger}
    /// @return fee Of taking it. 18 decimals
    function _requireRoom(
        uint256 asset,
        AssetSlot memory a,
        uint256 plain,
        uint256 units
    ) internal view returns (uint256 fee) {
        uint256 held = plain + _vaulted.get(asset);
        uint256 cap = _float(a.cap);
        // Not `held + units`, which a huge amount would overflow.
        require(units <= cap && held <= cap - units, CapExceeded(asset, held, cap));
        return _takeFee(a, held, units);
    }

    function _takeFee(AssetSlot memory a, uint256 held, uint256 units) internal pure returns (uint256) {
        return FeeCurve.taking(held, _lane(units), _float(a.cap), a.baseFee, a.maxFee);
    }

    function _redeemFee(AssetSlot memory a, uint256 cash, uint256 units) private pure returns (uint256) {
        return FeeCurve.paying(cash, _lane(units), _float(a.floor), _float(a.ceiling), a.baseFee, a.maxFee);
    }

    /// @dev Larger amounts are refused by caps and cash; their fee is that of the largest amount that can be held.
    function _lane(uint256 units) private pure returns (uint256) {
        return units < Lanes.MAX ? units : Lanes.MAX;
    }
}
