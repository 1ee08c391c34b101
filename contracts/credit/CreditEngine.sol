// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

import {ICreditPositions, PAUSE_DEPOSIT, PAUSE_WITHDRAW} from "../interfaces/ICreditEngine.sol";
import {IIssuanceGate, LOANS} from "../interfaces/IIssuanceGate.sol";
import {IRiskModel} from "../interfaces/IRiskModel.sol";
import {Extended} from "../libraries/Extended.sol";
import {PackedFloat} from "../libraries/PackedFloat.sol";
import {Account, AccountLib} from "./AccountLib.sol";
import {CreditEngineConfig, CreditGovernance} from "./CreditGovernance.sol";
import {CreditStorage, MAX_ASSETS} from "./CreditStorage.sol";
import {DebtRemoval} from "./DebtRemoval.sol";
import {Liquidation} from "./Liquidation.sol";

/// @title Plimsoll's lending book
/// @notice See ICreditEngine for what it promises. Here are the positions of healthy accounts; failing ones are in Liquidation, layout and
/// lock in CreditStorage, authorisation and flash loans in CreditAccess, repaying in a stable in StableRepayment, parameters in CreditGovernance. What the last
/// three hold is executed by CreditExtension, on this contract's storage.
contract CreditEngine is CreditStorage, DebtRemoval, Liquidation, Multicall, Extended {
    using AccountLib for Account;
    using SafeERC20 for IERC20;

    /// @param extension A CreditExtension built with the same authority and token.
    constructor(
        CreditEngineConfig memory c,
        address extension
    )
        AccessManaged(c.authority)
        CreditStorage(c.dollar)
        Extended(extension, abi.encodeCall(CreditGovernance.initialize, (c)))
    {}

    // ---------------------------------------------------------------- positions

    /// @inheritdoc ICreditPositions
    function deposit(uint256 asset, uint256 amount, address account) external locked returns (uint256 deposited) {
        AssetSlot memory a = _listed(asset);
        require(a.pauses & PAUSE_DEPOSIT == 0, Paused(asset, PAUSE_DEPOSIT));
        require(account != address(0), ZeroAddress());
        uint256 scale = _scale(a);
        uint256 units = _toUnits(asset, amount, scale);
        require(units <= AccountLib.MAX_BALANCE, AmountTooLarge(amount, AccountLib.MAX_BALANCE * scale));

        Account storage stored = _accounts[account];
        uint256 header = stored.header;
        // A new asset makes every later use of the account dearer and its debt depend on another feed: only by its owner.
        require((AccountLib.bitmap(header) >> asset) & 1 == 1 || _isOperator(account), NotHeld(asset, account));
        // An unpriced asset counts its decaying last price towards M: added now, it would shield a debt with something that may be
        // worthless. A delisted one counts towards M until its ramp ends. Without debt there is nothing to shield, and the first borrow
        // checks that everything held has a price.
        if (AccountLib.debt(header) != 0) IRiskModel(_risk.riskModel).requirePriced(asset);

        uint256 total = a.total;
        uint256 newTotal = total + units;
        uint256 cap = PackedFloat.unpack(a.cap, CAP_MANTISSA);
        require(newTotal <= cap, CapExceeded(asset, newTotal, cap));
        stored.header = stored.setBalance(header, asset, stored.balance(header, asset) + units);
        // The cast is safe: newTotal <= cap <= AccountLib.MAX_BALANCE.
        _assets[asset].total = uint64(newTotal);
        // Casts of moves are safe: 58 bits.
        _noteMove(asset, int256(units));

        deposited = units * scale;
        _pull(a.token, deposited, total * scale);
        emit Deposit(asset, account, msg.sender, deposited);
    }

    /// @inheritdoc ICreditPositions
    function withdraw(
        uint256 asset,
        uint256 amount,
        address account,
        address to
    ) external lockedOrCallback returns (uint256 withdrawn) {
        AssetSlot memory a = _listed(asset);
        require(to != address(0), ZeroAddress());
        _requireOperator(account);
        uint256 scale = _scale(a);

        Account storage stored = _accounts[account];
        uint256 header = stored.header;
        uint256 held = stored.balance(header, asset);
        uint256 units = amount == type(uint256).max ? held : _toUnits(asset, amount, scale);
        require(units <= held, InsufficientBalance(asset, account, held, units));
        require(units != 0, ZeroAmount());
        header = stored.setBalance(header, asset, held - units);
        stored.header = header;
        // The cast is safe: it only falls, and is the sum of all balances.
        _assets[asset].total = uint64(a.total - units);
        _noteMove(asset, -int256(units));

        uint256 shares = AccountLib.debt(header);
        if (shares != 0) {
            require(a.pauses & PAUSE_WITHDRAW == 0, Paused(asset, PAUSE_WITHDRAW));
            // Nothing about the debt is stored here, so the index is only computed.
            _requireCovered(account, header, _toDebt(shares, _indexNow(_debt)), false);
        }

        withdrawn = units * scale;
        IERC20(a.token).safeTransfer(to, withdrawn);
        emit Withdraw(asset, account, msg.sender, to, withdrawn);
    }

    /// @inheritdoc ICreditPositions
    function borrow(uint256 amount, address account, address to) external locked returns (uint256 shares) {
        require(amount != 0, ZeroAmount());
        require(amount <= MAX_AMOUNT, AmountTooLarge(amount, MAX_AMOUNT));
        require(to != address(0), ZeroAddress());
        _requireOperator(account);

        DebtSlot memory d = _accrued();
        // Up: who borrows owes at least what was minted.
        shares = (amount * SHARES_PER_DOLLAR + d.index - 1) / d.index;
        uint256 header = _accounts[account].header;
        uint256 oldShares = AccountLib.debt(header);
        header = AccountLib.withDebt(header, oldShares + shares);
        _accounts[account].header = header;
        // The cast is safe: fewer than 2^32 accounts of 64-bit shares, and the ceiling is below both.
        d.shares += uint96(shares);
        _debt = d;

        uint256 owed = _toDebt(oldShares + shares, d.index);
        RiskSlot memory r = _risk;
        uint256 minimum = r.minimumDebt * WAD;
        require(owed >= minimum, DebtBelowMinimum(account, owed, minimum));
        uint256 all = _toDebt(d.shares, d.index);
        uint256 ceiling = r.debtCeiling * WAD;
        require(all <= ceiling, DebtCeilingExceeded(all, ceiling));
        _requireCovered(account, header, owed, oldShares == 0);

        IIssuanceGate(_gate.gate).consume(LOANS, amount);
        DOLLAR.mint(to, amount);
        emit Borrow(account, msg.sender, to, amount, shares);
    }

    /// @inheritdoc ICreditPositions
    function repay(uint256 amount, address account) external locked returns (uint256 repaid) {
        uint256 shares;
        (repaid, shares) = _removeDebt(amount, account);
        DOLLAR.burn(msg.sender, repaid);
        emit Repay(account, msg.sender, repaid, shares);
    }

    /// @dev Requires `D <= B`. Assets whose borrowing is paused count 0, but are still looked at by a first borrow.
    function _requireCovered(address account, uint256 header, uint256 owed, bool complete) private view {
        uint256[] memory holdings = _holdingsOf(_accounts[account], header);
        RiskSlot memory r = _risk;
        if (r.borrowPaused != 0) {
            for (uint256 i; i < holdings.length; ++i) {
                uint256 asset = holdings[i] >> 248;
                if ((r.borrowPaused >> asset) & 1 == 1) holdings[i] = asset << 248;
            }
        }
        uint256 limit = IRiskModel(r.riskModel).borrowLimit(holdings, owed, complete);
        require(owed <= limit, BorrowLimitExceeded(account, owed, limit));
    }

    /// @dev Token units to ledger units, rounded down.
    function _toUnits(uint256 asset, uint256 amount, uint256 scale) private pure returns (uint256 units) {
        require(amount != 0, ZeroAmount());
        units = amount / scale;
        require(units != 0, AmountBelowLedgerUnit(asset, amount, scale));
    }

    /// @dev Takes `amount` from the caller and insists on receiving exactly that, on top of a balance that covers the ledger.
    function _pull(address token, uint256 amount, uint256 ledger) private {
        uint256 before = IERC20(token).balanceOf(address(this));
        require(before >= ledger, LedgerShortfall(token, before, ledger));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = IERC20(token).balanceOf(address(this)) - before;
        require(received == amount, TransferMismatch(token, amount, received));
    }

    // ---------------------------------------------------------------- operators

    function _isOperator(address account) private view returns (bool) {
        return account == msg.sender || _authorized[account][msg.sender];
    }

    function _requireOperator(address account) private view {
        require(_isOperator(account), Unauthorized(account, msg.sender));
    }

    // ---------------------------------------------------------------- interest

    /// @inheritdoc ICreditPositions
    function accrue() external locked {
        DebtSlot memory d = _accrued();
        _debt = d;
        emit Accrue(d.index, d.rate);
    }

    // ---------------------------------------------------------------- views

    /// @inheritdoc ICreditPositions
    function debtOf(address account) external view returns (uint256) {
        return _toDebt(AccountLib.debt(_accounts[account].header), _indexNow(_debt));
    }

    /// @inheritdoc ICreditPositions
    function position(address account) external view returns (uint256 debtShares, uint256[] memory holdings) {
        uint256 header = _accounts[account].header;
        debtShares = AccountLib.debt(header);
        holdings = _holdingsOf(_accounts[account], header);
    }

    /// @inheritdoc ICreditPositions
    function balanceOf(address account, uint256 asset) external view returns (uint256) {
        if (asset >= MAX_ASSETS) return 0;
        return _accounts[account].balance(_accounts[account].header, asset);
    }

    /// @inheritdoc ICreditPositions
    function totalDebt() external view returns (uint256) {
        DebtSlot memory d = _debt;
        return _toDebt(d.shares, _indexNow(d));
    }

    /// @inheritdoc ICreditPositions
    function totalDebtShares() external view returns (uint256) {
        return _debt.shares;
    }

    /// @inheritdoc ICreditPositions
    function index() external view returns (uint256) {
        return _indexNow(_debt);
    }

    /// @inheritdoc ICreditPositions
    function interest() external view returns (uint256 rate, uint256 accruedAt) {
        return (_debt.rate, _debt.accruedAt);
    }

    /// @inheritdoc ICreditPositions
    function dollar() external view returns (address) {
        return address(DOLLAR);
    }

    /// @inheritdoc ICreditPositions
    function isEntered() external view returns (bool) {
        return _lock != FREE;
    }

    /// @dev Holdings as `asset << 248 | balance`, ascending by asset.
    function _holdingsOf(Account storage stored, uint256 header) private view returns (uint256[] memory holdings) {
        uint256 bits = AccountLib.bitmap(header);
        holdings = new uint256[](AccountLib.count(bits));
        stored.unpack(header, holdings);
        uint256 rank;
        for (uint256 rest = bits; rest != 0; rest &= rest - 1) {
            holdings[rank] |= AccountLib.lowest(rest) << 248;
            ++rank;
        }
    }
}
