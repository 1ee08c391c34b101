// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ISwapRouter} from "@uniswap/v3-periphery/contracts/interfaces/ISwapRouter.sol";

import {ICreditEngine} from "../interfaces/ICreditEngine.sol";
import {ILeverage, LeverageParams, UnwindParams} from "../interfaces/ILeverage.sol";
import {IPlimsollDollar} from "../interfaces/IPlimsollDollar.sol";
import {UniswapSale} from "./UniswapSale.sol";

/// @title Leverage in one transaction, and out of it in one
/// @notice See ILeverage for what it promises.
contract Leverage is ILeverage, Multicall {
    using SafeERC20 for IERC20;

    /// @notice The lending book.
    ICreditEngine public immutable ENGINE;
    /// @notice plUSD.
    IPlimsollDollar public immutable DOLLAR;
    /// @notice Uniswap v3's router.
    ISwapRouter public immutable ROUTER;

    bytes32 private constant FLASH_MINT_ANSWER = keccak256("ERC3156FlashBorrower.onFlashLoan");

    /// @dev Bytes of an address, of a fee and the token after it, and of the shortest route: token, fee, token.
    uint256 private constant TOKEN = 20;
    uint256 private constant HOP = 23;
    uint256 private constant SHORTEST = 43;

    /// @dev FREE, or what the flash mint is for.
    uint256 private transient _lock;
    uint256 private constant FREE = 0;
    uint256 private constant LEVERAGE = 1;
    uint256 private constant UNWIND = 2;

    /// @dev What the flash mint's callback tells the call that asked for it. {asset} or {plUSD}
    uint256 private transient _first;
    uint256 private transient _second;

    modifier locked(uint256 purpose, uint256 deadline) {
        require(block.timestamp <= deadline, DeadlinePassed(deadline));
        require(_lock == FREE, Entered());
        _lock = purpose;
        _;
        _lock = FREE;
    }

    constructor(ICreditEngine engine, ISwapRouter router) {
        require(address(engine).code.length != 0, ModuleHasNoCode(address(engine)));
        require(address(router).code.length != 0, ModuleHasNoCode(address(router)));
        ENGINE = engine;
        ROUTER = router;
        DOLLAR = IPlimsollDollar(engine.dollar());
    }

    // ---- in and out

    /// @inheritdoc ILeverage
    function leverage(
        LeverageParams calldata params
    ) external locked(LEVERAGE, params.deadline) returns (uint256 deposited) {
        require(params.loan != 0, ZeroAmount());
        IERC20 token = _collateral(params.asset, params.path);
        if (params.margin != 0) token.safeTransferFrom(msg.sender, address(this), params.margin);
        _flashMint(params.loan, abi.encode(msg.sender, params));
        uint256 bought;
        (bought, deposited) = (_first, _second);
        _sendRest(token);
        // A pool whose liquidity ends before the loan does takes less than it was offered.
        _sendRest(IERC20(address(DOLLAR)));
        emit Leveraged(msg.sender, params.asset, bought, deposited, params.loan);
    }

    /// @inheritdoc ILeverage
    function unwind(
        UnwindParams calldata params
    ) external locked(UNWIND, params.deadline) returns (uint256 repaid, uint256 returned) {
        IERC20 token = _collateral(params.asset, params.path);
        uint256 debt = ENGINE.debtOf(msg.sender);
        uint256 amount = params.repay < debt ? params.repay : debt;
        require(amount != 0, ZeroAmount());
        _flashMint(amount, abi.encode(msg.sender, params));
        uint256 sold;
        (sold, repaid) = (_first, _second);
        returned = _sendRest(token);
        _sendRest(IERC20(address(DOLLAR)));
        emit Unwound(msg.sender, params.asset, sold, repaid, returned);
    }

    // ---- the flash mint

    /// @inheritdoc IERC3156FlashBorrower
    /// @dev Anybody can have plUSD flash-minted to here, and anybody can call this. What counts is that it is asked for from here, which only happens within the
    /// lock, and then `data` is what was encoded there.
    function onFlashLoan(
        address initiator,
        address,
        uint256 amount,
        uint256,
        bytes calldata data
    ) external returns (bytes32) {
        require(
            msg.sender == address(DOLLAR) && initiator == address(this) && _lock != FREE,
            NotFlashMint(msg.sender, initiator)
        );
        if (_lock == LEVERAGE) {
            (address account, LeverageParams memory params) = abi.decode(data, (address, LeverageParams));
            (_first, _second) = _buyAndBorrow(account, params);
        } else {
            (address account, UnwindParams memory params) = abi.decode(data, (address, UnwindParams));
            (_first, _second) = _repayAndSell(account, params, amount);
        }
        // Exactly what is burned when this returns: none of it is left.
        DOLLAR.approve(address(DOLLAR), amount);
        return FLASH_MINT_ANSWER;
    }

    function _flashMint(uint256 amount, bytes memory data) private {
        DOLLAR.flashLoan(this, address(DOLLAR), amount, data);
    }

    /// @return bought {asset} @return deposited {asset}
    function _buyAndBorrow(
        address account,
        LeverageParams memory params
    ) private returns (uint256 bought, uint256 deposited) {
        IERC20 token = IERC20(_endOf(params.path));
        uint256 before = token.balanceOf(address(this));
        UniswapSale.sell(ROUTER, params.path, params.loan);
        uint256 balance = token.balanceOf(address(this));
        bought = balance - before;
        require(bought >= params.minBought, TooLittleBought(bought, params.minBought));

        token.forceApprove(address(ENGINE), balance);
        deposited = ENGINE.deposit(params.asset, balance, account);
        // The engine takes whole ledger units.
        if (deposited != balance) token.forceApprove(address(ENGINE), 0);
        ENGINE.borrow(params.loan, account, address(this));
    }

    /// @return sold {asset} @return repaid {plUSD}
    function _repayAndSell(
        address account,
        UnwindParams memory params,
        uint256 amount
    ) private returns (uint256 sold, uint256 repaid) {
        IERC20 token = IERC20(_endOf(params.path));
        repaid = ENGINE.repay(amount, account);
        ENGINE.withdraw(params.asset, params.withdraw, account, address(this));

        // The router can take no more than was taken out; what it may cost is asked afterwards, so that the refusal tells the price.
        uint256 balance = token.balanceOf(address(this));
        token.forceApprove(address(ROUTER), balance);
        sold = ROUTER.exactOutput(
            ISwapRouter.ExactOutputParams({
                path: params.path,
                recipient: address(this),
                deadline: block.timestamp,
                amountOut: repaid,
                amountInMaximum: type(uint256).max
            })
        );
        require(sold <= params.maxSold, TooMuchSold(sold, params.maxSold));
        if (sold != balance) token.forceApprove(address(ROUTER), 0);
    }

    // ---- for `multicall`

    /// @inheritdoc ILeverage
    function authorize(bool authorized, uint256 nonce, uint256 deadline, bytes calldata signature) external {
        // Whoever saw the signature may have used it before; the engine's nonce tells.
        if (ENGINE.authorizationNonce(msg.sender) == nonce) {
            ENGINE.setAuthorizationWithSig(msg.sender, address(this), authorized, nonce, deadline, signature);
        }
        require(
            ENGINE.isAuthorized(msg.sender, address(this)) == authorized,
            AuthorizationDiffers(msg.sender, !authorized)
        );
    }

    /// @inheritdoc ILeverage
    function permit(address token, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        try IERC20Permit(token).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
    }

    /// @inheritdoc ILeverage
    function multicall(bytes[] calldata data) public override(ILeverage, Multicall) returns (bytes[] memory results) {
        return super.multicall(data);
    }

    // ---- internal

    /// @dev The token of an asset, to which the route leads from plUSD.
    function _collateral(uint256 asset, bytes calldata path) private view returns (IERC20 token) {
        require(path.length >= SHORTEST && (path.length - TOKEN) % HOP == 0, PathInvalid(path.length));
        address first = address(bytes20(path));
        require(first == address(DOLLAR), PathMismatch(address(DOLLAR), first));
        address last = address(bytes20(path[path.length - TOKEN:]));
        address listed = ENGINE.assetInfo(asset).token;
        require(last == listed, PathMismatch(listed, last));
        return IERC20(listed);
    }

    /// @dev The last twenty bytes; the length was checked when the call began.
    function _endOf(bytes memory path) private pure returns (address end) {
        assembly ("memory-safe") {
            // The word that ends where the path ends, cut to an address.
            end := and(mload(add(path, mload(path))), 0xffffffffffffffffffffffffffffffffffffffff)
        }
    }

    /// @dev Everything there is here of a token is the caller's.
    function _sendRest(IERC20 token) private returns (uint256 balance) {
        balance = token.balanceOf(address(this));
        if (balance != 0) token.safeTransfer(msg.sender, balance);
    }
}
