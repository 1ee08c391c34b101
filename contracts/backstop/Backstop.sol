// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Claim, ExitTerms, IBackstop} from "../interfaces/IBackstop.sol";
import {IBalanceSheet} from "../interfaces/IBalanceSheet.sol";
import {IReserveMarket} from "../interfaces/IReserve.sol";
import {ISolvency} from "../interfaces/ISolvency.sol";
import {EpochToken} from "./EpochToken.sol";
import {ExitPools} from "./ExitPools.sol";

/// @title Backstop
/// @notice First-loss capital; `IBackstop` says what it does.
/// @dev plUSD calls nobody back and the modules are the protocol's own; the lock is there so that neither has to be relied upon.
contract Backstop is ExitPools, AccessManaged {
    // ---- immutable limits

    /// @notice Limits of the times of an exit. {s}
    uint256 public constant MIN_DELAY = 1 days;
    uint256 public constant MAX_DELAY = 30 days;
    uint256 public constant MIN_SETTLE = 1 hours;
    uint256 public constant MAX_SETTLE = 7 days;
    uint256 public constant MIN_WINDOW = 1 days;
    uint256 public constant MAX_WINDOW = 14 days;
    uint256 public constant MIN_EXIT_WINDOW = 10 minutes;
    uint256 public constant MAX_EXIT_WINDOW = 12 hours;
    uint256 public constant MIN_STREAM = 1 days;
    uint256 public constant MAX_STREAM = 60 days;

    // ---- storage

    ISolvency private _sheet;
    IReserveMarket private _reserve;
    /// @dev One slot.
    ExitTerms private _terms;

    constructor(
        address authority_,
        address dollar,
        ExitTerms memory terms
    ) EpochToken(dollar) AccessManaged(authority_) {
        _setExitTerms(terms);
    }

    // ---- staking

    /// @inheritdoc IERC4626
    function deposit(uint256 assets, address receiver) external guarded returns (uint256 shares) {
        (Pool memory active, Stream memory stream) = _accrued();
        shares = _toShares(assets, active, Math.Rounding.Floor);
        // Otherwise it would be a gift.
        require(shares != 0, ZeroAmount());
        _stake(active, stream, assets, shares, receiver);
    }

    /// @inheritdoc IERC4626
    function mint(uint256 shares, address receiver) external guarded returns (uint256 assets) {
        require(shares != 0, ZeroAmount());
        (Pool memory active, Stream memory stream) = _accrued();
        assets = _toAssets(shares, active, Math.Rounding.Ceil);
        _stake(active, stream, assets, shares, receiver);
    }

    // ---- leaving

    /// @inheritdoc IBackstop
    function claim(uint256 shares) external guarded returns (uint256 assets) {
        uint256 deficit = _look(false);
        (Pool memory active, Stream memory stream) = _accrued();
        require(!_runs(_claims[msg.sender], stream), ClaimExists(msg.sender));
        assets = _toAssets(shares, active, Math.Rounding.Floor);
        require(assets != 0, ZeroAmount());
        Pool memory cooling = _cooling;
        // Rounded down, and at least `assets`: a unit is never worth more than it started at.
        uint256 units = cooling.parts == 0 ? assets : Math.mulDiv(assets, cooling.parts, cooling.assets);

        _debit(msg.sender, shares);
        // Both fit: what somebody holds of a pool, and what that is worth in it rounded down, is no more than the pool.
        active.parts -= uint128(shares);
        active.assets -= uint128(assets);
        // Fits: see (P). Units are at most a million times the assets that they came with; that fits for all plUSD that there can sensibly be.
        cooling.assets += uint128(assets);
        cooling.parts = SafeCast.toUint128(cooling.parts + units);
        _store(active, stream);
        _cooling = cooling;
        ExitTerms memory terms = _terms;
        _claims[msg.sender] = ClaimSlot({
            units: uint128(units), // a part of the sum above
            claimedAt: uint32(block.timestamp),
            dueAt: 0,
            round: stream.round,
            delay: _minutes(terms.delay),
            settle: _minutes(terms.settle),
            least: uint128(_leastUnit(active, cooling, stream, deficit)), // at most RAY
            released: 0
        });
        _sheet.onCooldown(assets);
        emit Claimed(msg.sender, shares, assets);
    }

    /// @inheritdoc IBackstop
    function markDue(address account) external guarded {
        (Pool memory active, Stream memory stream) = _accrued();
        ClaimSlot memory c = _claimed(account, stream);
        require(c.dueAt == 0, AlreadyDue(c.dueAt));
        _requireOpen(c);
        uint256 deficit = _look(false);
        c.dueAt = uint32(block.timestamp);
        c.least = uint128(Math.min(c.least, _leastUnit(active, _cooling, stream, deficit)));
        _claims[account] = c;
        emit MarkedDue(account, c.least);
    }

    /// @inheritdoc IBackstop
    function exit(address account, address receiver) external guarded returns (uint256 assets) {
        require(receiver == account || msg.sender == account, ReceiverNotClaimant(account, receiver));
        uint256 shares = _release(account);
        (Pool memory active, Stream memory stream) = _accrued();
        assets = _toAssets(shares, active, Math.Rounding.Floor);
        // Looked at a moment ago, without these assets; they were no capital then, and nobody could count on them since.
        _unstake(active, stream, account, receiver, assets, shares);
    }

    /// @inheritdoc IBackstop
    function release() external guarded returns (uint256 shares) {
        return _release(msg.sender);
    }

    /// @inheritdoc IBackstop
    function restake(address account) external guarded returns (uint256 shares) {
        (Pool memory active, Stream memory stream) = _accrued();
        ClaimSlot memory c = _claimed(account, stream);
        (uint256 opensAt, uint256 closesAt) = _times(c);
        // Who sees a dip at the second moment need not leave at its price. Not before that: claiming and taking back at will would hold headroom down for nothing.
        bool takenBack = msg.sender == account && c.dueAt != 0 && block.timestamp < opensAt;
        require(block.timestamp > closesAt || takenBack, ClaimRunning(closesAt));
        Pool memory cooling = _cooling;
        uint256 assets = _take(cooling, c.units);
        _cooling = cooling;
        delete _claims[account];
        shares = _add(active, assets);
        _store(active, stream);
        _credit(account, shares);
        emit Restaked(account, assets, shares);
    }

    /// @inheritdoc IERC4626
    function redeem(uint256 shares, address receiver, address owner) external guarded returns (uint256 assets) {
        uint256 most = _releasedOf(owner);
        require(shares <= most, ExceededMaxRedeem(owner, shares, most));
        (Pool memory active, Stream memory stream) = _accrued();
        assets = _toAssets(shares, active, Math.Rounding.Floor);
        _leave(active, stream, owner, receiver, assets, shares);
    }

    /// @inheritdoc IERC4626
    function withdraw(uint256 assets, address receiver, address owner) external guarded returns (uint256 shares) {
        (Pool memory active, Stream memory stream) = _accrued();
        uint256 most = _toAssets(_releasedOf(owner), active, Math.Rounding.Floor);
        require(assets <= most, ExceededMaxWithdraw(owner, assets, most));
        // At most what was released: no fewer shares are worth `most`, rounded down.
        shares = _toShares(assets, active, Math.Rounding.Ceil);
        _leave(active, stream, owner, receiver, assets, shares);
    }

    // ---- modules

    /// @inheritdoc IBackstop
    function onSurplus(uint256 amount) external guarded {
        require(msg.sender == address(_reserve), NotModule(msg.sender));
        (Pool memory active, Stream memory stream) = _accrued();
        uint256 held = DOLLAR.balanceOf(address(this));
        uint256 counted = uint256(active.assets) + stream.left + _cooling.assets;
        require(held >= counted && held - counted >= amount, SurplusMissing(amount, held, counted));
        _spread(stream, amount, _terms.stream);
        _store(active, stream);
        emit SurplusReceived(amount, stream.endsAt);
    }

    /// @inheritdoc IBackstop
    function burnLoss(uint256 amount) external guarded returns (uint256 burned) {
        require(msg.sender == address(_sheet), NotModule(msg.sender));
        burned = _burn(amount, _terms.stream);
        if (burned != 0) _reserve.retire(burned);
    }

    // ---- ERC-4626 views

    /// @inheritdoc IERC4626
    function asset() external view returns (address) {
        return address(DOLLAR);
    }

    /// @inheritdoc IERC4626
    /// @dev Of the shares: neither what cools nor what still streams.
    function totalAssets() external view returns (uint256) {
        (Pool memory active, ) = _accrued();
        return active.assets;
    }

    /// @inheritdoc IERC4626
    function convertToShares(uint256 assets) external view returns (uint256) {
        return _sharesNow(assets, Math.Rounding.Floor);
    }

    /// @inheritdoc IERC4626
    function convertToAssets(uint256 shares) external view returns (uint256) {
        return _assetsNow(shares, Math.Rounding.Floor);
    }

    /// @inheritdoc IERC4626
    function previewDeposit(uint256 assets) external view returns (uint256) {
        return _sharesNow(assets, Math.Rounding.Floor);
    }

    /// @inheritdoc IERC4626
    function previewMint(uint256 shares) external view returns (uint256) {
        return _assetsNow(shares, Math.Rounding.Ceil);
    }

    /// @inheritdoc IERC4626
    function previewWithdraw(uint256 assets) external view returns (uint256) {
        return _sharesNow(assets, Math.Rounding.Ceil);
    }

    /// @inheritdoc IERC4626
    function previewRedeem(uint256 shares) external view returns (uint256) {
        return _assetsNow(shares, Math.Rounding.Floor);
    }

    /// @inheritdoc IERC4626
    function maxDeposit(address) external view returns (uint256 most) {
        if (!_closed()) (most, ) = _room();
    }

    /// @inheritdoc IERC4626
    function maxMint(address) external view returns (uint256 most) {
        if (!_closed()) (, most) = _room();
    }

    /// @inheritdoc IERC4626
    /// @dev Of what was released in this block. It may still be refused if capital or the deficit changed since the release.
    function maxWithdraw(address owner) external view returns (uint256) {
        return _closed() ? 0 : _assetsNow(_releasedOf(owner), Math.Rounding.Floor);
    }

    /// @inheritdoc IERC4626
    /// @dev As `maxWithdraw`.
    function maxRedeem(address owner) external view returns (uint256) {
        return _closed() ? 0 : _releasedOf(owner);
    }

    // ---- other views

    /// @inheritdoc IBackstop
    function claimOf(address account) external view returns (Claim memory) {
        ClaimSlot memory c = _claims[account];
        if (!_runs(c, _stream)) return Claim(0, 0, 0, 0, 0, 0, 0);
        (uint256 opensAt, uint256 closesAt) = _times(c);
        return Claim(c.units, c.least, c.claimedAt, c.dueAt, c.round, opensAt, closesAt);
    }

    /// @inheritdoc IBackstop
    function exitTerms() external view returns (ExitTerms memory) {
        return _terms;
    }

    /// @inheritdoc IBackstop
    function modules() external view returns (address sheet, address reserve) {
        return (address(_sheet), address(_reserve));
    }

    // ---- governance

    /// @inheritdoc IBackstop
    function setExitTerms(ExitTerms calldata terms) external restricted {
        _setExitTerms(terms);
        if (address(_sheet) != address(0)) _requireSettleBeyond(address(_sheet));
    }

    /// @inheritdoc IBackstop
    function setModules(address sheet, address reserve) external restricted {
        require(sheet.code.length != 0, ModuleHasNoCode(sheet));
        require(reserve.code.length != 0, ModuleHasNoCode(reserve));
        _requireSettleBeyond(sheet);
        (_sheet, _reserve) = (ISolvency(sheet), IReserveMarket(reserve));
        emit ModulesSet(sheet, reserve);
    }

    function _setExitTerms(ExitTerms memory terms) private {
        _requireWithin("delay", terms.delay, MIN_DELAY, MAX_DELAY);
        _requireWithin("settle", terms.settle, MIN_SETTLE, MAX_SETTLE);
        _requireWithin("window", terms.window, MIN_WINDOW, MAX_WINDOW);
        _requireWithin("exitWindow", terms.exitWindow, MIN_EXIT_WINDOW, MAX_EXIT_WINDOW);
        _requireWithin("stream", terms.stream, MIN_STREAM, MAX_STREAM);
        _terms = terms;
        emit ExitTermsSet(terms);
    }

    /// @dev So that a loss before the second moment can be settled before the third.
    function _requireSettleBeyond(address sheet) private view {
        _requireWithin(
            "settle",
            _terms.settle,
            uint256(IBalanceSheet(sheet).parameters().deficitDelay) + 1,
            MAX_SETTLE
        );
    }

    function _requireWithin(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum) private pure {
        require(value >= minimum && value <= maximum, ParameterOutOfBounds(parameter, value, minimum, maximum));
    }

    // ---- internals: staking

    function _stake(
        Pool memory active,
        Stream memory stream,
        uint256 assets,
        uint256 shares,
        address receiver
    ) private {
        active.assets = SafeCast.toUint128(active.assets + assets);
        active.parts = SafeCast.toUint128(active.parts + shares);
        _store(active, stream);
        _credit(receiver, shares);
        // plUSD returns true or reverts, and takes no fee.
        DOLLAR.transferFrom(msg.sender, address(this), assets);
        emit Deposit(msg.sender, receiver, assets, shares);
    }

    /// @dev Puts what comes from the cooling pool into the active one. {share}, rounded down
    function _add(Pool memory active, uint256 assets) private pure returns (uint256 shares) {
        shares = _toShares(assets, active, Math.Rounding.Floor);
        active.assets += uint128(assets); // (P)
        active.parts = SafeCast.toUint128(active.parts + shares);
    }

    // ---- internals: leaving

    /// @dev Takes units out of the cooling pool with what they are worth in it. {plUSD}, rounded down
    function _take(Pool memory cooling, uint256 units) private pure returns (uint256 assets) {
        assets = _worth(units, cooling);
        // At most what is there: the units are a part of the pool's.
        cooling.assets -= uint128(assets);
        cooling.parts -= uint128(units);
    }

    /// @dev Third moment.
    function _release(address account) private returns (uint256 shares) {
        (Pool memory active, Stream memory stream) = _accrued();
        ClaimSlot memory c = _claimed(account, stream);
        require(c.dueAt != 0, NotDue(account));
        _requireOpen(c);
        // What cools is no capital: this is what remains.
        uint256 deficit = _look(true);
        Pool memory cooling = _cooling;
        uint256 least = Math.min(c.least, _leastUnit(active, cooling, stream, deficit));
        uint256 gross = _take(cooling, c.units);
        // A unit is worth no less than the least of it, but for rounding.
        uint256 worth = Math.min(gross, Math.mulDiv(c.units, least, RAY));
        _cooling = cooling;

        shares = _add(active, worth);
        // Streamed, not added: nobody shall stake for the moment at which others leave something.
        _spread(stream, gross - worth, _terms.stream);
        _store(active, stream);
        (c.units, c.claimedAt, c.dueAt) = (0, uint32(block.timestamp), 0);
        (c.least, c.released) = (uint128(deficit), uint128(shares)); // shares are a part of the supply
        _claims[account] = c;
        _credit(account, shares);
        emit Released(account, worth, shares, gross - worth);
    }

    /// @dev Released shares leave. The caller has made sure that they were released.
    function _leave(
        Pool memory active,
        Stream memory stream,
        address owner,
        address receiver,
        uint256 assets,
        uint256 shares
    ) private {
        if (msg.sender != owner) _spendAllowance(owner, msg.sender, shares);
        uint256 before = _claims[owner].least;
        _unstake(active, stream, owner, receiver, assets, shares);
        // After the fact: since the release these assets were capital, and somebody may have counted on them.
        uint256 deficit = _look(true);
        require(deficit <= before, DeficitGrew(before, deficit));
        _sheet.onCooldown(assets);
    }

    function _unstake(
        Pool memory active,
        Stream memory stream,
        address owner,
        address receiver,
        uint256 assets,
        uint256 shares
    ) private {
        _debit(owner, shares);
        // As in `claim`; and shares are at most what was released.
        active.parts -= uint128(shares);
        active.assets -= uint128(assets);
        _claims[owner].released -= uint128(shares);
        _store(active, stream);
        DOLLAR.transfer(receiver, assets);
        emit Withdraw(msg.sender, receiver, owner, assets, shares);
    }

    /// @dev Asks the balance sheet, which must be able to tell what a share is worth, and whether what remains is enough if that is to be `covered`.
    /// @return deficit Not yet booked; cut to 128 bits, since all plUSD is less. {USD}
    function _look(bool covered) private view returns (uint256 deficit) {
        bool enough;
        bool priced;
        (deficit, enough, priced) = _sheet.exitTerms();
        require(priced, NotFullyPriced());
        require(enough || !covered, CapitalShort());
        deficit = Math.min(deficit, type(uint128).max);
    }

    /// @dev From when the claim's next moment is possible, and until when: after that it has lapsed. (unix seconds)
    function _times(ClaimSlot memory c) private view returns (uint256 opensAt, uint256 closesAt) {
        ExitTerms memory terms = _terms;
        // The longer of the delays then and now; the windows of now.
        if (c.dueAt == 0) {
            opensAt = c.claimedAt + Math.max(uint256(c.delay) * 1 minutes, terms.delay);
            closesAt = opensAt + terms.window;
        } else {
            opensAt = c.dueAt + Math.max(uint256(c.settle) * 1 minutes, terms.settle);
            closesAt = opensAt + terms.exitWindow;
        }
    }

    function _requireOpen(ClaimSlot memory c) private view {
        (uint256 opensAt, uint256 closesAt) = _times(c);
        require(block.timestamp >= opensAt, TooEarly(block.timestamp, opensAt));
        require(block.timestamp <= closesAt, ClaimLapsed(closesAt));
    }

    /// @dev Rounded up; fits, as the longest of these times is 30 days.
    function _minutes(uint256 seconds_) private pure returns (uint16) {
        return uint16(Math.ceilDiv(seconds_, 1 minutes));
    }

    // ---- internals: views

    function _sharesNow(uint256 assets, Math.Rounding rounding) private view returns (uint256) {
        (Pool memory active, ) = _accrued();
        return _toShares(assets, active, rounding);
    }

    function _assetsNow(uint256 shares, Math.Rounding rounding) private view returns (uint256) {
        (Pool memory active, ) = _accrued();
        return _toAssets(shares, active, rounding);
    }
}
