// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {AssetInfo, ICreditEngine} from "../interfaces/ICreditEngine.sol";
import {IPlimsollDollar} from "../interfaces/IPlimsollDollar.sol";
import {IPriceOracle, Price, PriceStatus} from "../interfaces/IPriceOracle.sol";
import {IReserveShared} from "../interfaces/IReserveShared.sol";
import {IRiskModel} from "../interfaces/IRiskModel.sol";
import {Lanes} from "./Lanes.sol";

/// @dev Assets that the risk model can know.
uint256 constant RESERVE_ASSETS = 16;
/// @dev Vaults that can be listed, over all assets.
uint256 constant RESERVE_VAULTS = 16;
/// @dev Issue against the asset is paused.
uint256 constant PAUSE_ISSUE = 1;
/// @dev Investing the asset is paused.
uint256 constant PAUSE_INVEST = 2;

/// @title What the reserve stores, its lock, and the moves of tokens that every part of it uses
/// @dev The reserve and its extension inherit this first and nothing with storage before it, so both see the same slots.
abstract contract ReserveStorage is AccessManaged, IReserveShared {
    using Lanes for uint256[4];
    using SafeERC20 for IERC20;

    // ---- layout

    /// @dev One slot: `[gate 160 | listed 16 | stable 16 | issue paused 16 | invest paused 16 | in-kind fee 16 | silent 16]`, masks by asset
    /// number, the last by place in `_vaults`.
    struct GlobalSlot {
        address gate;
        uint16 listed;
        uint16 stable;
        uint16 issuePaused;
        uint16 investPaused;
        uint16 inKindFee; // bps
        uint16 silent; // vaults that are marked unreadable
    }

    /// @dev What a fill needs of all this, one slot: `[rebalancer 160 | listed 16 | free 80]`.
    struct ExchangeSlot {
        address rebalancer;
        uint16 listed; // as in `GlobalSlot`
    }

    /// @dev One slot: `[income 112 | tip fund 80 | distributed at 40 | credited 16 | free 8]`.
    struct FlowSlot {
        uint112 income; // {plUSD} only grows, saturates
        uint80 tipFund; // {plUSD}
        uint40 distributedAt; // unix seconds
        uint16 credited; // assets of which there may be credit in the engine's ledger; of the others there is none
    }

    /// @dev One slot: `[token 160 | scale decimals 8 | unit decimals 8 | cap 16 | floor 16 | ceiling 16 | base fee 16 | max fee 16]`. Amounts are
    /// PackedFloats with 10 mantissa bits {ledger}: cap and ceiling rounded down, floor up.
    struct AssetSlot {
        address token;
        uint8 scaleDecimals;
        uint8 unitDecimals;
        uint16 cap;
        uint16 floor;
        uint16 ceiling;
        uint16 baseFee; // bps
        uint16 maxFee; // bps
    }

    /// @dev Two slots: `[vault 160 | asset 8 | absolute cap float 16 | relative cap 16 | growth 16 | unreadable since 32 | recovering 8]`
    /// `[share price 96 | booked at 32 | shares 128]`.
    struct VaultSlot {
        address vault;
        uint8 asset;
        uint16 absoluteCap; // {ledger}, rounded down
        uint16 relativeCap; // bps
        uint16 growth; // {1e-6 a day}
        uint32 unreadableSince; // unix seconds
        bool recovering; // from a fall to next to nothing, see `VaultNote.former`
        uint96 sharePrice; // 27 decimals {asset/share}, raw units of both
        uint32 bookedAt; // unix seconds
        uint128 shares; // {share}
    }

    /// @dev One slot: `[failing since 32 | former 96 | free 128]`. What is seldom needed of a vault.
    struct VaultNote {
        uint32 failingSince; // unix seconds; 0 while it pays
        uint96 former; // 27 decimals; what a share was booked at before it fell to next to nothing
    }

    GlobalSlot internal _global;
    FlowSlot internal _flow;
    address internal _oracle;
    address internal _riskModel;
    ExchangeSlot internal _exchange;
    address internal _backstop;
    AssetSlot[RESERVE_ASSETS] internal _assets;
    /// @dev In the reserve itself, 64 bits an asset. {ledger}
    uint256[4] internal _cash;
    /// @dev In vaults as last booked, 64 bits an asset: the sum of `_bookedValue` of the asset's vaults, silent ones too. {ledger}
    uint256[4] internal _vaulted;
    VaultSlot[RESERVE_VAULTS] internal _vaults;
    /// @dev 16 bits an asset: which of `_vaults` are its.
    uint256 internal _vaultsOf;
    /// @dev Place of a listed vault in `_vaults` plus 1.
    mapping(address vault => uint256) internal _placeOf;
    /// @dev Shares of vaults that were written off. {share}
    mapping(address vault => uint256) internal _writtenOff;
    mapping(address vault => VaultNote) internal _notes;

    /// @dev 1 while anything is entered. A whole word: a bool would be read again to be set.
    uint256 internal transient _lock;

    IPlimsollDollar internal immutable DOLLAR;
    ICreditEngine internal immutable ENGINE;

    // ---- constants

    uint256 internal constant WAD = 1e18;
    uint256 internal constant BPS = 1e4;
    /// @dev bps to 18 decimals.
    uint256 internal constant BPS_TO_WAD = 1e14;
    /// @dev Mantissa bits and bits of an amount stored as a float.
    uint256 internal constant MANTISSA = 10;
    uint256 internal constant FLOAT_BITS = 16;
    /// @dev Amounts of plUSD from here on are refused outright, so that no product can overflow. {plUSD}
    uint256 internal constant MAX_AMOUNT = type(uint128).max;

    constructor(address dollar, address engine) {
        DOLLAR = IPlimsollDollar(dollar);
        ENGINE = ICreditEngine(engine);
    }

    // ---- lock

    modifier locked() {
        require(_lock == 0, Entered());
        _lock = 1;
        _;
        _lock = 0;
    }

    // ---- shared checks

    /// @dev A copy of a listed asset's slot.
    function _listed(uint256 asset) internal view returns (AssetSlot memory a) {
        require(asset < RESERVE_ASSETS, AssetNotListed(asset));
        a = _assets[asset];
        require(a.token != address(0), AssetNotListed(asset));
    }

    /// @dev Token units per ledger unit.
    function _scale(AssetSlot memory a) internal pure returns (uint256) {
        return 10 ** a.scaleDecimals;
    }

    /// @dev Ledger units per whole token.
    function _unit(AssetSlot memory a) internal pure returns (uint256) {
        return 10 ** a.unitDecimals;
    }

    /// @dev Token units to ledger units, rounded down.
    function _toUnits(uint256 asset, uint256 amount, uint256 scale) internal pure returns (uint256 units) {
        require(amount != 0, ZeroAmount());
        units = amount / scale;
        require(units != 0, AmountBelowLedgerUnit(asset, amount, scale));
    }

    function _requireAmount(uint256 amount) internal pure {
        require(amount != 0, ZeroAmount());
        require(amount <= MAX_AMOUNT, AmountTooLarge(amount, MAX_AMOUNT));
    }

    function _requireReceiver(address to) internal pure {
        require(to != address(0), ZeroAddress());
    }

    // ---- prices

    function _price(uint256 asset) internal view returns (Price memory) {
        return IPriceOracle(_oracle).price(asset);
    }

    /// @dev What one whole token counts when risk is taken: 0 unless sources live and agree. {USD/tok}
    function _lowOf(Price memory p) internal pure returns (uint256) {
        return p.status == PriceStatus.Live ? p.low : 0;
    }

    /// @dev Ledger units per whole token of any asset of the risk model, listed here or not.
    function _unitOf(uint256 asset) internal view returns (uint256) {
        AssetSlot memory a = _assets[asset];
        if (a.token != address(0)) return _unit(a);
        return 10 ** IRiskModel(_riskModel).unitDecimals(asset);
    }

    // ---- flow

    /// @dev Saturates: nothing may stop for it. {plUSD}
    function _addIncome(uint256 amount) internal {
        uint256 income = uint256(_flow.income) + amount;
        // The cast is safe: bounded in the same line.
        _flow.income = uint112(income < type(uint112).max ? income : type(uint112).max);
    }

    // ---- credit in the engine's ledger

    /// @dev Nothing is asked of the engine where there is none for certain. {ledger}
    function _creditIn(uint256 asset) internal view returns (uint256) {
        return (_flow.credited >> asset) & 1 == 0 ? 0 : ENGINE.balanceOf(address(this), asset);
    }

    /// @dev Notes whether there may be credit of an asset below 16. Only absorption brings any: of an asset that an account does not hold, strangers deposit none for it.
    function _noteCredit(uint256 asset, bool credited) internal {
        uint16 mask = _flow.credited;
        // The cast is safe: asset < 16.
        uint16 bit = uint16(1 << asset);
        if ((mask & bit != 0) != credited) _flow.credited = mask ^ bit;
    }

    // ---- tokens

    /// @dev Takes `amount` from `from` and insists on receiving exactly that.
    function _pull(address token, address from, uint256 amount) internal {
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(from, address(this), amount);
        _requireArrived(token, before, amount);
    }

    /// @dev Takes absorbed credit out of the engine's ledger. {ledger} to {asset} token units
    function _withdrawCredit(
        uint256 asset,
        uint256 units,
        address to
    ) internal returns (address token, uint256 amount) {
        // The engine's own terms: absorbed collateral need not be listed here.
        AssetInfo memory info = ENGINE.assetInfo(asset);
        return (info.token, ENGINE.withdraw(asset, units * info.scale, address(this), to));
    }

    function _requireArrived(address token, uint256 before, uint256 amount) internal view {
        uint256 balance = IERC20(token).balanceOf(address(this));
        uint256 received = balance > before ? balance - before : 0;
        require(received == amount, TransferMismatch(token, amount, received));
    }
}
