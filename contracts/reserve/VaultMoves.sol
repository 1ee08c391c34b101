// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IBackstop} from "../interfaces/IBackstop.sol";
import {IReserveVaults} from "../interfaces/IReserveVaults.sol";
import {ISolvency} from "../interfaces/ISolvency.sol";
import {Lanes} from "./Lanes.sol";
import {PAUSE_INVEST} from "./ReserveStorage.sol";
import {VaultBook} from "./VaultBook.sol";
import {VaultReader} from "./VaultReader.sol";

/// @title Moves between cash, vaults and the engine's ledger, and of surplus to the Backstop
/// @dev Vaults are told what to do and then measured, in the token and in their shares; the lock is held meanwhile.
abstract contract VaultMoves is VaultBook {
    using Lanes for uint256[4];
    using SafeERC20 for IERC20;

    /// @notice Least time between distributions. {s}
    uint256 public constant DISTRIBUTION_INTERVAL = 1 days;

    /// @notice For so long a vault must have failed to pay before it can be written off. {s}
    uint256 public constant WRITE_OFF_DELAY = 14 days;

    /// @dev A vault pays as long as it pays one part in so many of what it is booked at, when asked for that much.
    uint256 private constant PAYING_PART = 100;
    /// @dev Gas that taking out of a vault gets, and without which no vault is found failing.
    uint256 private constant MAX_TAKE_GAS = 4_000_000;
    uint256 private constant REQUIRED_TAKE_GAS = (MAX_TAKE_GAS * 64) / 63 + 10_000;
    /// @dev What a deposit or a withdrawal may lose to rounding. {asset} token units
    uint256 private constant ROUNDING = 2;

    // ---- vaults

    /// @inheritdoc IReserveVaults
    function invest(address vault) external locked returns (uint256 assets) {
        uint256 place = _placeOfListed(vault);
        uint256 asset = _vaults[place].asset;
        require((_global.investPaused >> asset) & 1 == 0, Paused(asset, PAUSE_INVEST));
        (VaultSlot memory v, uint256 live, uint256 cap) = _book(place);
        require(live <= cap, SharePriceJumped(vault, live, cap));
        AssetSlot memory a = _assets[asset];
        uint256 cash = _cash.get(asset);
        uint256 units = live == 0 ? 0 : _investable(v, a, cash);
        require(units != 0, NothingToMove(vault, cash, _float(a.floor), _float(a.ceiling)));

        _cash.set(asset, cash - units);
        assets = units * _scale(a);
        uint256 shares = _depositInto(vault, a.token, assets);
        uint256 before = _bookedValue(v);
        // The cast is safe: bounded below.
        require(v.shares + shares <= type(uint128).max, AmountTooLarge(shares, type(uint128).max));
        v.shares += uint128(shares);
        _vaults[place].shares = v.shares;
        _rebook(asset, before, _bookedValue(v));
        emit Invest(vault, assets, shares);
    }

    /// @inheritdoc IReserveVaults
    function divest(address vault, uint256 maxAssets) external locked returns (uint256 assets) {
        uint256 place = _placeOfListed(vault);
        (VaultSlot memory v, uint256 live, ) = _book(place);
        AssetSlot memory a = _assets[v.asset];
        uint256 cash = _cash.get(v.asset);
        uint256 units = _divestible(v, a, cash);
        require(units != 0, NothingToMove(vault, cash, _float(a.floor), _float(a.ceiling)));

        uint256 held = _bookedValue(v);
        uint256 scale = _scale(a);
        // Whether it was asked for so much that what it pays tells something.
        bool tells = Math.min(Math.min(units, held), maxAssets / scale) * PAYING_PART >= held;
        // No more than its own part is worth, by the vault's own word: it may hold shares that somebody gave to the reserve.
        uint256 own = _worthOf(v.shares, Math.max(v.sharePrice, live), scale);
        bool paid;
        uint256 shares;
        bool all = units == type(uint256).max && maxAssets == type(uint256).max;
        (paid, assets, shares) = _tryTaking(place, all ? units : Math.min(units, own), maxAssets, 0);
        units = assets / scale;
        require(paid || tells, NothingToMove(vault, cash, _float(a.floor), _float(a.ceiling)));
        if (tells) _noteFailing(vault, !paid || (units + ROUNDING) * PAYING_PART < held);
        if (!paid) return 0;

        // The cast is safe: bounded by what is held.
        v.shares -= uint128(shares);
        _vaults[place].shares = v.shares;
        (, uint256 gone) = _rebook(v.asset, held, _bookedValue(v));
        // Less than a unit stays behind, nobody's.
        _cash.set(v.asset, cash + units);
        // A vault with an exit fee that its previews hide, or one whose growth was above its cap: what came is what counts.
        if (units > gone) _realise(v.asset, units - gone);
        else if (gone > units + ROUNDING) _lose(v.asset, gone - units);
        emit Divest(vault, assets, shares);
    }

    /// @inheritdoc IReserveVaults
    function takeOut(
        uint256 place,
        uint256 units,
        uint256 maxAssets,
        uint256 least
    ) external returns (uint256 assets, uint256 shares) {
        require(msg.sender == address(this), NotReserve(msg.sender));
        VaultSlot memory v = _vaults[place];
        AssetSlot memory a = _assets[v.asset];
        (assets, shares) = _takeFrom(v, a, units, maxAssets);
        require(assets >= least, VaultMismatch(v.vault, least, assets));
    }

    /// @inheritdoc IReserveVaults
    function writeOffVault(address vault) external restricted locked {
        uint256 place = _placeOfListed(vault);
        (VaultSlot memory v, , ) = _book(place);
        // Marked, not just now, and still so.
        bool silent = v.unreadableSince != 0 && v.unreadableSince != block.timestamp;
        require(silent || _neverPays(place, v), VaultInUse(vault, v.shares));
        (, uint256 loss) = _rebook(v.asset, _bookedValue(v), 0);
        _writtenOff[vault] += v.shares;
        _remove(place);
        if (loss != 0) loss = _lose(v.asset, loss);
        emit VaultBooked(vault, 0, 0, loss);
    }

    // ---- vaults that do not pay

    /// @dev Takes out of a vault what `_takeFrom` says; whatever goes wrong in it, of the vault's or of its token's, is undone.
    /// @param units {ledger} @param maxAssets {asset} token units @param least {asset} token units
    function _tryTaking(
        uint256 place,
        uint256 units,
        uint256 maxAssets,
        uint256 least
    ) private returns (bool paid, uint256 assets, uint256 shares) {
        uint256 available = gasleft();
        try IReserveVaults(address(this)).takeOut{gas: MAX_TAKE_GAS}(place, units, maxAssets, least) returns (
            uint256 assets_,
            uint256 shares_
        ) {
            return (true, assets_, shares_);
        } catch {
            // Nobody finds a vault failing by calling with little gas.
            require(available >= REQUIRED_TAKE_GAS, InsufficientGas(available, REQUIRED_TAKE_GAS));
        }
    }

    function _noteFailing(address vault, bool failing) private {
        if (failing == (_notes[vault].failingSince != 0)) return;
        // The cast is safe until 2106.
        _notes[vault].failingSince = failing ? uint32(block.timestamp) : 0;
        emit VaultFailing(vault, failing);
    }

    /// @dev It was found failing long ago, has not paid since, although anyone could have it pay, and does not now. What it pays all the same is undone with the call.
    function _neverPays(uint256 place, VaultSlot memory v) private returns (bool) {
        uint256 since = _notes[v.vault].failingSince;
        if (since == 0 || block.timestamp < since + WRITE_OFF_DELAY) return false;
        uint256 held = _bookedValue(v);
        uint256 least = held / PAYING_PART;
        uint256 asked = Math.min(least + ROUNDING, held);
        (bool paid, , ) = _tryTaking(place, asked, type(uint256).max, least * _scale(_assets[v.asset]));
        return !paid;
    }

    /// @dev How much may go into a vault now. {ledger}
    function _investable(VaultSlot memory v, AssetSlot memory a, uint256 cash) private view returns (uint256 units) {
        uint256 ceiling = _float(a.ceiling);
        if (cash <= ceiling) return 0;
        uint256 scale = _scale(a);
        uint256 held = _bookedValue(v);
        units = cash - (_float(a.floor) + ceiling) / 2;
        units = Math.min(units, _less(_float(v.absoluteCap), held));
        // The vault's total before the deposit: down, so that the part stays below the cap.
        uint256 total = Math.min(IERC4626(v.vault).totalAssets() / scale, type(uint128).max);
        units = Math.min(units, _less((total * v.relativeCap) / BPS, held));
        units = Math.min(units, IERC4626(v.vault).maxDeposit(address(this)) / scale);
    }

    /// @dev Deposits exactly `assets` and measures the shares.
    function _depositInto(address vault, address token, uint256 assets) private returns (uint256 shares) {
        uint256 tokens = IERC20(token).balanceOf(address(this));
        uint256 before = IERC20(vault).balanceOf(address(this));
        IERC20(token).forceApprove(vault, assets);
        IERC4626(vault).deposit(assets, address(this));
        IERC20(token).forceApprove(vault, 0);
        shares = IERC20(vault).balanceOf(address(this)) - before;
        uint256 left = IERC20(token).balanceOf(address(this));
        require(left <= tokens && tokens - left == assets, VaultMismatch(vault, assets, tokens - left));
        (bool ok, uint256 price) = VaultReader.sharePrice(vault, shares);
        // Up: the price was rounded down.
        uint256 worth = ok ? Math.ceilDiv(shares * (price + 1), VaultReader.RAY) : 0;
        require(worth + ROUNDING >= assets, VaultMismatch(vault, assets, worth));
    }

    /// @dev How much should come out of a vault now. {ledger}
    function _divestible(VaultSlot memory v, AssetSlot memory a, uint256 cash) private view returns (uint256 units) {
        if (v.shares == 0) return 0;
        uint256 absolute = _float(v.absoluteCap);
        // All of it, whatever it says that it is worth.
        if (absolute == 0) return type(uint256).max;
        uint256 held = _bookedValue(v);
        uint256 floor = _float(a.floor);
        if (cash < floor) units = (floor + _float(a.ceiling)) / 2 - cash;
        units = Math.max(units, _less(held, absolute));
        // One that was found failing can be had to pay by anyone, at any time.
        if (_notes[v.vault].failingSince != 0) units = Math.max(units, held / PAYING_PART + ROUNDING);
        // No more is asked of the vault than it takes.
        if (units != 0) return units;
        uint256 total = Math.min(IERC4626(v.vault).totalAssets() / _scale(a), type(uint128).max);
        return _less(held, (total * v.relativeCap) / BPS);
    }

    /// @dev Takes up to `units` and `maxAssets` out of a vault, all of it if `units` is the largest number, and measures what came and what it cost.
    function _takeFrom(
        VaultSlot memory v,
        AssetSlot memory a,
        uint256 units,
        uint256 maxAssets
    ) private returns (uint256 assets, uint256 shares) {
        IERC4626 vault = IERC4626(v.vault);
        uint256 tokens = IERC20(a.token).balanceOf(address(this));
        uint256 before = vault.balanceOf(address(this));
        uint256 said;
        if (units == type(uint256).max) {
            // By shares, so that none are left behind; and only its own, not what somebody gave to the reserve.
            shares = Math.min(v.shares, vault.maxRedeem(address(this)));
            require(shares != 0, NothingToMove(v.vault, 0, 0, 0));
            said = vault.redeem(shares, address(this), address(this));
        } else {
            said = Math.min(units * _scale(a), maxAssets);
            said = Math.min(said, vault.maxWithdraw(address(this)));
            require(said != 0, NothingToMove(v.vault, 0, 0, 0));
            vault.withdraw(said, address(this), address(this));
        }
        assets = IERC20(a.token).balanceOf(address(this)) - tokens;
        shares = before - vault.balanceOf(address(this));
        require(shares <= v.shares, VaultMismatch(v.vault, v.shares, shares));
        require(assets + ROUNDING >= said, VaultMismatch(v.vault, said, assets));
    }

    function _less(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a - b : 0;
    }

    // ---- absorbed collateral

    /// @inheritdoc IReserveVaults
    function collectCredit(uint256 asset) external locked returns (uint256 amount) {
        AssetSlot memory a = _listed(asset);
        amount = _creditOf(asset);
        require(amount != 0, ZeroAmount());
        _cash.set(asset, _cash.get(asset) + amount);
        uint256 before = IERC20(a.token).balanceOf(address(this));
        _withdrawCredit(asset, amount, address(this));
        _noteCredit(asset, false);
        _requireArrived(a.token, before, amount * _scale(a));
        emit CreditCollected(asset, amount);
    }

    // ---- surplus

    /// @inheritdoc IReserveVaults
    function distribute() external locked returns (uint256 amount) {
        uint256 allowedAt = uint256(_flow.distributedAt) + DISTRIBUTION_INTERVAL;
        require(block.timestamp >= allowedAt, DistributedTooEarly(allowedAt));
        uint256 earned = _flow.income;
        amount = ISolvency(_global.gate).releaseSurplus(earned);
        require(amount != 0, NothingToDistribute());
        // The cast is safe: 40 bits of time.
        _flow.distributedAt = uint40(block.timestamp);
        address to = _backstop;
        DOLLAR.mint(to, amount);
        IBackstop(to).onSurplus(amount);
        emit Distribute(amount, earned);
    }
}
