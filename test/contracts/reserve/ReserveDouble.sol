// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IPlimsollDollar} from "../../../contracts/interfaces/IPlimsollDollar.sol";
import {Position} from "../../../contracts/interfaces/IReserve.sol";
import {DOLLAR, Fill, IAuctionCallback} from "../../../contracts/interfaces/IReserveSeams.sol";
import {IReserveShared, ReserveTerms} from "../../../contracts/interfaces/IReserveShared.sol";
import {VaultInfo} from "../../../contracts/interfaces/IReserveVaults.sol";
import {ISolvency} from "../../../contracts/interfaces/ISolvency.sol";

interface ILedgerCredit {
    function balanceOf(address account, uint256 asset) external view returns (uint256);
    function position(address account) external view returns (uint256 shares, uint256[] memory held);
}

/// @title What a balance sheet and a Rebalancer see of the reserve, with holdings that a test sets
/// @dev Books only where an asset has no token; real transfers, with the order of the real one (cash out, callback, payment in), where it has.
contract ReserveDouble is IReserveShared {
    using SafeERC20 for IERC20;

    struct Vault {
        uint256 asset;
        uint256 value; // {ledger}
        uint256 unreadableSince;
        bool readable;
    }

    IPlimsollDollar private immutable PLUSD;
    ISolvency public sheet;
    ILedgerCredit public engine;
    address public rebalancer;
    bool private _said;
    bool private transient _lock;
    uint16 public listed;
    uint16 public stable;
    uint256 public backing = 1e18;
    uint256 public income;
    /// @dev 64 bits an asset. {ledger}
    uint256[4] private _cash;
    uint256[4] private _vaulted;
    struct Token {
        address token;
        uint96 scale;
    }

    mapping(uint256 asset => Token) private _tokens;
    Vault[] private _vaults;

    constructor(address dollar_) {
        PLUSD = IPlimsollDollar(dollar_);
    }

    // ---- set by tests

    function setModules(address sheet_, address engine_, address rebalancer_) external {
        (sheet, engine, rebalancer) = (ISolvency(sheet_), ILedgerCredit(engine_), rebalancer_);
    }

    function setMasks(uint16 listed_, uint16 stable_) external {
        (listed, stable) = (listed_, stable_);
    }

    function setToken(uint256 asset, address token, uint256 scale) external {
        _tokens[asset] = Token(token, uint96(scale));
    }

    function setCash(uint256 asset, uint256 amount) public {
        _cash[asset >> 2] = _with(_cash[asset >> 2], asset, amount);
    }

    function setVaulted(uint256 asset, uint256 amount) public {
        _vaulted[asset >> 2] = _with(_vaulted[asset >> 2], asset, amount);
    }

    function setEntered(bool entered) external {
        _said = entered;
    }

    function setBacking(uint256 backing_) external {
        backing = backing_;
    }

    function setIncome(uint256 income_) external {
        income = income_;
    }

    function setVault(uint256 index, uint256 asset, uint256 value, bool readable, uint256 since) external {
        if (index == _vaults.length) _vaults.push();
        _vaults[index] = Vault(asset, value, since, readable);
    }

    // ---- moves plUSD

    /// @dev Issue: what comes in is worth what is minted.
    function issue(uint256 asset, uint256 units, uint256 amount, address to) external {
        sheet.consume(asset, amount);
        setCash(asset, cash(asset) + units);
        PLUSD.mint(to, amount);
    }

    function retire(uint256 amount) external {
        PLUSD.burn(msg.sender, amount);
    }

    function bookLoss(uint256 amount) external {
        sheet.bookLoss(amount);
    }

    function bookExposure(uint256 value) external {
        sheet.bookExposure(value);
    }

    /// @dev As `distribute`: mints to `to` what the sheet releases.
    function distribute(address to) external returns (uint256 amount) {
        _lock = true;
        amount = sheet.releaseSurplus(income);
        if (amount != 0) PLUSD.mint(to, amount);
        _lock = false;
    }

    // ---- as the reserve does

    function exchange(Fill calldata fill) external {
        require(msg.sender == rebalancer, NotRebalancer(msg.sender));
        require(!_lock, Entered());
        _lock = true;
        uint256 held = cash(fill.sold);
        require(fill.given <= held, LiquidityShort(fill.sold, held, fill.given));
        setCash(fill.sold, held - fill.given);
        _pay(fill.sold, fill.to, fill.given);
        if (fill.data.length != 0) IAuctionCallback(fill.bidder).onFill(fill);
        if (fill.bought == DOLLAR) {
            PLUSD.burn(fill.bidder, fill.received);
        } else {
            _take(fill.bought, fill.bidder, fill.received);
            setCash(fill.bought, cash(fill.bought) + fill.received);
        }
        if (fill.loss != 0) sheet.bookLoss(fill.loss);
        _lock = false;
        emit Exchange(fill.sold, fill.bought, fill.given, fill.received);
    }

    function _pay(uint256 asset, address to, uint256 amount) private {
        Token memory t = _tokens[asset];
        if (t.token != address(0)) IERC20(t.token).safeTransfer(to, amount * t.scale);
    }

    function _take(uint256 asset, address from, uint256 amount) private {
        Token memory t = _tokens[asset];
        address token = t.token;
        if (token == address(0)) return;
        uint256 before = IERC20(token).balanceOf(address(this));
        uint256 expected = amount * t.scale;
        IERC20(token).safeTransferFrom(from, address(this), expected);
        uint256 received = IERC20(token).balanceOf(address(this)) - before;
        require(received == expected, TransferMismatch(token, expected, received));
    }

    function isEntered() external view returns (bool) {
        return _said || _lock;
    }

    function sellable(uint256 asset) external view returns (uint256) {
        return cash(asset) + credit(asset);
    }

    /// @dev Vaults of `setVault` are booked, but nowhere per asset: no auction is held with them.
    function stock() external view returns (uint256[] memory words, uint256[] memory credits) {
        if (address(engine) != address(0)) (, credits) = engine.position(address(this));
        uint256 count;
        while (listed >> (4 * count) != 0) ++count;
        words = new uint256[](2 * count);
        for (uint256 i; i < count; ++i) (words[2 * i], words[2 * i + 1]) = (_cash[i], _vaulted[i]);
    }

    function counted() external view returns (uint256 mask, uint256 unreadable, uint256[] memory amounts) {
        uint256[16] memory left;
        for (uint256 i; i < _vaults.length; ++i) {
            if (_vaults[i].readable) left[_vaults[i].asset] += _vaults[i].value;
            else unreadable |= 1 << _vaults[i].asset;
        }
        (mask, amounts) = _all(left, unreadable);
    }

    function booked() external view returns (uint256 mask, uint256[] memory amounts) {
        uint256[16] memory left;
        for (uint256 i; i < _vaults.length; ++i) left[_vaults[i].asset] += _vaults[i].value;
        return _all(left, 0);
    }

    /// @dev Words are read once each; an asset of `extra` is part of the list also when nothing counts.
    function _all(
        uint256[16] memory vaults_,
        uint256 extra
    ) private view returns (uint256 mask, uint256[] memory amounts) {
        if (address(engine) != address(0)) {
            (, uint256[] memory held) = engine.position(address(this));
            for (uint256 i; i < held.length; ++i) vaults_[held[i] >> 248] += held[i] & type(uint248).max;
        }
        amounts = new uint256[](16);
        uint256 count;
        uint256 cashWord;
        uint256 vaultWord;
        uint256 known = listed;
        for (uint256 asset; asset < 16; ++asset) {
            // Nothing is held, in a slot of its own, of what is not listed.
            if (asset & 3 == 0) {
                if ((known >> asset) & 15 == 0) (cashWord, vaultWord) = (0, 0);
                else (cashWord, vaultWord) = (_cash[asset >> 2], _vaulted[asset >> 2]);
            }
            uint256 amount = _at(cashWord, asset) + _at(vaultWord, asset) + vaults_[asset];
            if (amount == 0 && (extra >> asset) & 1 == 0) continue;
            mask |= 1 << asset;
            amounts[count++] = amount;
        }
        assembly ("memory-safe") {
            mstore(amounts, count)
        }
    }

    function position(uint256 asset) external view returns (Position memory) {
        uint256 vaulted = _at(_vaulted[asset >> 2], asset);
        return Position(cash(asset), credit(asset), vaulted, vaulted, true);
    }

    function cappedBacking(uint256) external view returns (uint256) {
        return backing;
    }

    function listedMasks() external view returns (uint256, uint256) {
        return (listed, stable);
    }

    function assetTerms(uint256 asset) external view returns (address token, uint256 scale, ReserveTerms memory terms) {
        return (_tokens[asset].token, _tokens[asset].scale, terms);
    }

    function vaults() external view returns (address[] memory list) {
        list = new address[](_vaults.length);
        for (uint256 i; i < list.length; ++i) list[i] = address(uint160(i + 1));
    }

    function vaultInfo(address vault) external view returns (VaultInfo memory info) {
        Vault memory v = _vaults[uint160(vault) - 1];
        info.asset = v.asset;
        info.unreadableSince = v.unreadableSince;
    }

    function vaultValue(address vault) external view returns (uint256 low, uint256 high, bool readable) {
        Vault memory v = _vaults[uint160(vault) - 1];
        return (v.readable ? v.value : 0, v.value, v.readable);
    }

    function cash(uint256 asset) public view returns (uint256) {
        return _at(_cash[asset >> 2], asset);
    }

    function credit(uint256 asset) public view returns (uint256) {
        return address(engine) == address(0) ? 0 : engine.balanceOf(address(this), asset);
    }

    function _at(uint256 word, uint256 asset) private pure returns (uint256) {
        return (word >> ((asset & 3) << 6)) & type(uint64).max;
    }

    function _with(uint256 word, uint256 asset, uint256 amount) private pure returns (uint256) {
        uint256 shift = (asset & 3) << 6;
        require(amount <= type(uint64).max, "amount");
        return (word & ~(uint256(type(uint64).max) << shift)) | (amount << shift);
    }
}
