// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";
import {IERC3156FlashLender} from "@openzeppelin/contracts/interfaces/IERC3156FlashLender.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {
    ICreditPositions,
    PAUSE_DEPOSIT,
    PAUSE_FLASH_LOAN,
    PAUSE_WITHDRAW
} from "../interfaces/ICreditEngine.sol";
import {IIssuanceGate, LOANS} from "../interfaces/IIssuanceGate.sol";
import {IRiskModel} from "../interfaces/IRiskModel.sol";
import {PackedFloat} from "../libraries/PackedFloat.sol";
import {Account, AccountLib} from "./AccountLib.sol";
import {CreditEngineConfig, CreditGovernance} from "./CreditGovernance.sol";
import {CreditStorage, MAX_ASSETS} from "./CreditStorage.sol";
import {Liquidation} from "./Liquidation.sol";

/// @title Plimsoll's lending book
/// @notice See ICreditEngine for what it promises. Layout and lock are in CreditStorage, parameters in CreditGovernance, failing
/// accounts in Liquidation; here are the positions of healthy ones.
contract CreditEngine is CreditStorage, Liquidation, EIP712, Multicall {
    using AccountLib for Account;
    using SafeERC20 for IERC20;

    bytes32 private constant AUTHORIZATION_TYPEHASH = keccak256(
        "Authorization(address account,address operator,bool authorized,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant FLASH_LOAN_MAGIC = keccak256("ERC3156FlashBorrower.onFlashLoan");

    /// @dev The rest of the engine's code, see CreditGovernance.
    address private immutable GOVERNANCE;

    /// @param governance A CreditGovernance built with the same authority and token.
    constructor(CreditEngineConfig memory c, address governance)
        AccessManaged(c.authority)
        CreditStorage(c.dollar)
        EIP712("Plimsoll Credit Engine", "1")
    {
        GOVERNANCE = governance;
        Address.functionDelegateCall(governance, abi.encodeCall(CreditGovernance.initialize, (c)));
    }

    /// @dev Everything in ICreditGovernance is executed by that part, on this contract's storage.
    fallback() external {
        address governance = GOVERNANCE;
        assembly ("memory-safe") {
            // Beyond the free memory pointer, so nothing of Solidity's is touched.
            let free := mload(0x40)
            calldatacopy(free, 0, calldatasize())
            let ok := delegatecall(gas(), governance, free, calldatasize(), 0, 0)
            returndatacopy(free, 0, returndatasize())
            switch ok
            case 0 { revert(free, returndatasize()) }
            default { return(free, returndatasize()) }
        }
    }

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
        require(
            (AccountLib.bitmap(header) >> asset) & 1 == 1 || _isOperator(account), NotHeld(asset, account)
        );
        // An unpriced asset counts its decaying last price towards M: added now, it would shield a debt with something that may be
        // worthless. Without debt there is nothing to shield, and the first borrow checks everything held.
        if (AccountLib.debt(header) != 0) IRiskModel(_risk.riskModel).requirePriced(asset);

        uint256 total = a.total;
        uint256 newTotal = total + units;
        uint256 cap = PackedFloat.unpack(a.cap, CAP_MANTISSA);
        require(newTotal <= cap, CapExceeded(asset, newTotal, cap));
        stored.header = stored.setBalance(header, asset, stored.balance(header, asset) + units);
        // The cast is safe: newTotal <= cap <= AccountLib.MAX_BALANCE.
        _assets[asset].total = uint64(newTotal);

        deposited = units * scale;
        _pull(a.token, deposited, total * scale);
        emit Deposit(asset, account, msg.sender, deposited);
    }

    /// @inheritdoc ICreditPositions
    function withdraw(uint256 asset, uint256 amount, address account, address to)
        external
        lockedOrCallback
        returns (uint256 withdrawn)
    {
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
        require(amount != 0, ZeroAmount());
        uint256 header = _accounts[account].header;
        uint256 held = AccountLib.debt(header);
        require(held != 0, NoDebt(account));

        DebtSlot memory d = _accrued();
        uint256 owed = _toDebt(held, d.index);
        uint256 shares = held;
        if (amount < owed) {
            // Down: a payment removes no more shares than it pays for; amount < owed keeps the product small.
            shares = amount * SHARES_PER_DOLLAR / d.index;
            require(shares != 0, AmountTooLarge(0, amount));
        }
        // Up to the wei, and still at most `amount`, because shares were rounded down.
        repaid = _toDebt(shares, d.index);
        uint256 left = held - shares;
        if (left != 0) {
            uint256 minimum = _risk.minimumDebt * WAD;
            uint256 debtLeft = _toDebt(left, d.index);
            require(debtLeft >= minimum, DebtBelowMinimum(account, debtLeft, minimum));
        }
        _accounts[account].header = AccountLib.withDebt(header, left);
        // The cast is safe: shares <= held <= d.shares.
        d.shares -= uint96(shares);
        _debt = d;

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

    // ---------------------------------------------------------------- flash loans of collateral

    /// @inheritdoc IERC3156FlashLender
    function maxFlashLoan(address token) public view returns (uint256) {
        uint256 number = _assetOf[token];
        if (number == 0) return 0;
        AssetSlot memory a = _assets[number - 1];
        if (a.pauses & PAUSE_FLASH_LOAN != 0) return 0;
        // Not more than the ledger says: donations are nobody's to lend.
        return a.total * _scale(a);
    }

    /// @inheritdoc IERC3156FlashLender
    function flashFee(address token, uint256) external view returns (uint256) {
        require(_assetOf[token] != 0, AssetNotListed(MAX_ASSETS));
        return 0;
    }

    /// @inheritdoc IERC3156FlashLender
    function flashLoan(IERC3156FlashBorrower receiver, address token, uint256 amount, bytes calldata data)
        external
        locked
        returns (bool)
    {
        uint256 number = _assetOf[token];
        require(number != 0, AssetNotListed(MAX_ASSETS));
        require(amount != 0, ZeroAmount());
        uint256 asset = number - 1;
        require(_assets[asset].pauses & PAUSE_FLASH_LOAN == 0, Paused(asset, PAUSE_FLASH_LOAN));
        uint256 maximum = maxFlashLoan(token);
        require(amount <= maximum, AmountTooLarge(amount, maximum));

        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransfer(address(receiver), amount);
        require(
            receiver.onFlashLoan(msg.sender, token, amount, 0, data) == FLASH_LOAN_MAGIC,
            FlashLoanCallbackFailed(address(receiver))
        );
        IERC20(token).safeTransferFrom(address(receiver), address(this), amount);
        uint256 balance = IERC20(token).balanceOf(address(this));
        require(balance >= before, TransferMismatch(token, before, balance));
        emit FlashLoan(asset, address(receiver), msg.sender, amount);
        return true;
    }

    // ---------------------------------------------------------------- authorisation and permits

    /// @inheritdoc ICreditPositions
    function setAuthorization(address operator, bool authorized) external {
        _setAuthorization(msg.sender, operator, authorized);
    }

    /// @inheritdoc ICreditPositions
    function setAuthorizationWithSig(
        address account,
        address operator,
        bool authorized,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external {
        require(block.timestamp <= deadline, SignatureExpired(deadline));
        uint256 expected = _nonces[account]++;
        require(nonce == expected, NonceMismatch(account, nonce, expected));
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(AUTHORIZATION_TYPEHASH, account, operator, authorized, nonce, deadline))
        );
        require(
            SignatureChecker.isValidSignatureNowCalldata(account, digest, signature), InvalidSignature(account)
        );
        _setAuthorization(account, operator, authorized);
    }

    /// @inheritdoc ICreditPositions
    function cancelAuthorizationSignatures() external {
        ++_nonces[msg.sender];
    }

    /// @inheritdoc ICreditPositions
    function permit(uint256 asset, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        address token = _listed(asset).token;
        // Somebody may have used the signature already, which leaves the allowance in place: the deposit that follows tells.
        try IERC20Permit(token).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
    }

    function _setAuthorization(address account, address operator, bool authorized) private {
        require(operator != address(0), ZeroAddress());
        _authorized[account][operator] = authorized;
        emit AuthorizationSet(account, operator, authorized, msg.sender);
    }

    function _isOperator(address account) private view returns (bool) {
        return account == msg.sender || _authorized[account][msg.sender];
    }

    function _requireOperator(address account) private view {
        require(_isOperator(account), Unauthorized(account, msg.sender));
    }

    // ---------------------------------------------------------------- interest

    /// @inheritdoc ICreditPositions
    function accrue() external locked {
        _debt = _accrued();
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
    function isAuthorized(address account, address operator) external view returns (bool) {
        return account == operator || _authorized[account][operator];
    }

    /// @inheritdoc ICreditPositions
    function authorizationNonce(address account) external view returns (uint256) {
        return _nonces[account];
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
