// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {SlotDerivation} from "@openzeppelin/contracts/utils/SlotDerivation.sol";
import {TransientSlot} from "@openzeppelin/contracts/utils/TransientSlot.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {ICreditShared} from "../interfaces/ICreditEngine.sol";
import {IPlimsollDollar} from "../interfaces/IPlimsollDollar.sol";
import {Account} from "./AccountLib.sol";
import {Growth} from "./Growth.sol";

/// @dev Assets that can be listed: bits of an account's bitmap.
uint256 constant MAX_ASSETS = 16;

/// @title What the credit engine stores, and the lock and interest that every part of it uses
/// @dev The engine and its governance part inherit this first and nothing with storage before it, so both see the same slots.
abstract contract CreditStorage is AccessManaged, ICreditShared {
    using SlotDerivation for bytes32;
    using TransientSlot for bytes32;
    using TransientSlot for TransientSlot.Int256Slot;

    // ---------------------------------------------------------------- layout

    /// @dev One asset, one slot: `[token 160 | total 64 | cap float 16 | scale decimals 8 | pauses 8]`.
    /// `cap` is a PackedFloat with 10 mantissa bits, rounded down. {ledger}
    struct AssetSlot {
        address token;
        uint64 total;
        uint16 cap;
        uint8 scaleDecimals;
        uint8 pauses;
    }

    /// @dev All debts, one slot: `[shares 96 | index 88 | accrued at 32 | rate 40]`. {share}, 18 decimals, unix s, {1/s} 18 decimals
    struct DebtSlot {
        uint96 shares;
        uint88 index;
        uint32 accruedAt;
        uint40 rate;
    }

    /// @dev Read by everything that takes risk, one slot:
    /// `[risk model 160 | listed 16 | borrowing paused 16 | minimum debt 24 | debt ceiling 40]`, debts in whole plUSD.
    struct RiskSlot {
        address riskModel;
        uint16 listed;
        uint16 borrowPaused;
        uint24 minimumDebt;
        uint40 debtCeiling;
    }

    /// @dev Gate and liquidation parameters, one slot: `[gate 160 | 6 x bps 16]`, see LiquidationParameters.
    struct GateSlot {
        address gate;
        uint16 targetHealth;
        uint16 minIncentive;
        uint16 maxIncentive;
        uint16 fullIncentiveHealth;
        uint16 absorbHealth;
        uint16 tipShare;
    }

    /// @dev `[absorber 160 | tip floor 72 | depth fraction 16]`. {USD} 18 decimals, bps
    struct AbsorberSlot {
        address absorber;
        uint72 tipFloor;
        uint16 depthFraction;
    }

    DebtSlot internal _debt;
    RiskSlot internal _risk;
    GateSlot internal _gate;
    AbsorberSlot internal _absorber;
    address internal _rateSource;
    AssetSlot[MAX_ASSETS] internal _assets;
    mapping(address account => Account) internal _accounts;
    mapping(address account => mapping(address operator => bool)) internal _authorized;
    mapping(address account => uint256) internal _nonces;
    /// @dev Number of a listed token's asset plus 1.
    mapping(address token => uint256) internal _assetOf;
    /// @dev {ledger}
    mapping(uint256 asset => uint256) internal _governedCaps;

    /// @dev FREE, LOCKED, or CALLBACK (only `withdraw` is open).
    uint256 internal transient _lock;

    IPlimsollDollar internal immutable DOLLAR;

    // ---------------------------------------------------------------- constants

    uint256 internal constant WAD = 1e18;
    uint256 internal constant BPS = 1e4;
    /// @dev A debt share is worth `index / 1e18` units of 1e-8 plUSD: `debt = shares * index / 1e8`. {share/plUSD}
    uint256 internal constant SHARES_PER_DOLLAR = 1e8;
    /// @dev Mantissa bits of a cap.
    uint256 internal constant CAP_MANTISSA = 10;
    uint256 internal constant CAP_BITS = 16;
    /// @dev Amounts of plUSD from here on are refused outright, so that no product below can overflow. {plUSD}
    uint256 internal constant MAX_AMOUNT = type(uint128).max;

    /// @dev Transient slots of `_moved`, one an asset.
    bytes32 private constant MOVED = keccak256("plimsoll.credit.moved");

    uint256 internal constant FREE = 0;
    uint256 internal constant LOCKED = 1;
    uint256 internal constant CALLBACK = 2;

    constructor(address dollar_) {
        DOLLAR = IPlimsollDollar(dollar_);
    }

    // ---------------------------------------------------------------- lock

    modifier locked() {
        require(_lock == FREE, Entered());
        _lock = LOCKED;
        _;
        _lock = FREE;
    }

    /// @dev For `withdraw`: also open while a liquidator is called back, so that it can sell what it was credited.
    modifier lockedOrCallback() {
        uint256 before = _lock;
        require(before != LOCKED, Entered());
        _lock = LOCKED;
        _;
        _lock = before;
    }

    // ---------------------------------------------------------------- moves within a transaction

    /// @dev What this very transaction has deposited of an asset and not withdrawn again (negative: withdrawn); such a moment does not
    /// count in `holdings`. {ledger}
    function _moved(uint256 asset) internal view returns (int256) {
        return MOVED.offset(asset).asInt256().tload();
    }

    function _noteMove(uint256 asset, int256 units) internal {
        // Cannot overflow: balances have 58 bits.
        unchecked {
            MOVED.offset(asset).asInt256().tstore(_moved(asset) + units);
        }
    }

    // ---------------------------------------------------------------- interest

    /// @dev The index at this moment: `index * e^(rate * dt)`, rounded up, for the protocol. It saturates instead of overflowing, so
    /// that no stretch of time can make repaying impossible. Continuous compounding at r exceeds compounding per second at r by
    /// less than `r^2 t / 2`: 2e-8 after a year at the highest rate.
    function _indexNow(DebtSlot memory d) internal view returns (uint256 index_) {
        index_ = d.index;
        uint256 elapsed = block.timestamp - d.accruedAt;
        if (elapsed == 0 || d.rate == 0) return index_;
        uint256 growth = Growth.exp(elapsed * d.rate);
        index_ = (index_ * growth + Growth.RAY - 1) / Growth.RAY;
        if (index_ > type(uint88).max) index_ = type(uint88).max;
    }

    /// @dev The debt slot brought up to now, in memory; the caller stores it.
    function _accrued() internal view returns (DebtSlot memory d) {
        d = _debt;
        if (d.accruedAt == block.timestamp) return d;
        // Casts are safe: _indexNow never exceeds 88 bits; 32 bits of time last until 2106.
        d.index = uint88(_indexNow(d));
        d.accruedAt = uint32(block.timestamp);
    }

    /// @dev What shares owe, rounded up, for the protocol. {share} -> {plUSD}
    function _toDebt(uint256 shares, uint256 index_) internal pure returns (uint256) {
        unchecked {
            // Shares of all debts have 96 bits, the index 88.
            return (shares * index_ + SHARES_PER_DOLLAR - 1) / SHARES_PER_DOLLAR;
        }
    }

    // ---------------------------------------------------------------- shared checks

    /// @dev A copy of a listed asset's slot.
    function _listed(uint256 asset) internal view returns (AssetSlot memory a) {
        require(asset < MAX_ASSETS, AssetNotListed(asset));
        a = _assets[asset];
        require(a.token != address(0), AssetNotListed(asset));
    }

    /// @dev Token units per ledger unit.
    function _scale(AssetSlot memory a) internal pure returns (uint256) {
        return 10 ** a.scaleDecimals;
    }
}
