// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ISwapRouter} from "@uniswap/v3-periphery/contracts/interfaces/ISwapRouter.sol";
import {ICreditEngine, LiquidationItem} from "../interfaces/ICreditEngine.sol";
import {ILiquidationCallback} from "../interfaces/ILiquidationCallback.sol";
import {UniswapSale} from "./UniswapSale.sol";

/// @notice How one seized asset is sold.
/// @param asset Asset number.
/// @param path Uniswap v3 route from its token to plUSD: `token, fee, token, ..., fee, plUSD`, packed.
struct Route {
    uint256 asset;
    bytes path;
}

/// @title Liquidator without capital
/// @notice Liquidates accounts, sells what it seized on Uniswap v3 within the engine's callback, pays the debt from the
/// proceeds and sends what is left to its owner.
///
/// It has no capital of its own, holds no funds between transactions (what somebody sends it goes to the owner with the next
/// profit, and never counts as profit; what a route leaves unsold goes to him at once), gives no allowance that outlives a sale, and
/// pays only its owner. Only the owner starts a liquidation; only the engine, in a liquidation that the owner started, may call back.
contract FlashLiquidator is ILiquidationCallback {
    using SafeERC20 for IERC20;

    /// @notice {plUSD}
    event Liquidated(uint256 accounts, uint256 repaid, uint256 profit);

    error NotOwner(address caller);
    error NotEngine(address caller);
    error ModuleHasNoCode(address module);
    error ZeroAddress();
    /// @notice Selling and paying left less than was asked for. {plUSD}
    error ProfitTooSmall(uint256 profit, uint256 minProfit);

    /// @notice The lending book.
    ICreditEngine public immutable ENGINE;
    /// @notice Uniswap v3's router.
    ISwapRouter public immutable ROUTER;
    /// @notice plUSD.
    IERC20 public immutable DOLLAR;
    /// @notice Who starts liquidations and is paid.
    address public immutable OWNER;

    modifier onlyOwner() {
        require(msg.sender == OWNER, NotOwner(msg.sender));
        _;
    }

    constructor(ICreditEngine engine, ISwapRouter router, address owner) {
        require(address(engine).code.length != 0, ModuleHasNoCode(address(engine)));
        require(address(router).code.length != 0, ModuleHasNoCode(address(router)));
        require(owner != address(0), ZeroAddress());
        ENGINE = engine;
        ROUTER = router;
        DOLLAR = IERC20(engine.dollar());
        OWNER = owner;
    }

    // ---- liquidation

    /// @notice Liquidates `items`, selling what is seized along `routes`. Seized assets without a route go to the owner as they are.
    /// @param minProfit Reverts if less plUSD than this is left for the owner. {plUSD}
    /// @return repaid Paid per item; 0 for the ones that the engine skipped. {plUSD}
    /// @return profit {plUSD}
    /// @custom:bound an operator's own contract: holds nothing of others
    function liquidate(
        LiquidationItem[] calldata items,
        Route[] calldata routes,
        uint256 minProfit
    ) external onlyOwner returns (uint256[] memory repaid, uint256 profit) {
        uint256 before = DOLLAR.balanceOf(address(this));
        repaid = ENGINE.liquidate(items, abi.encode(routes));
        uint256 balance = DOLLAR.balanceOf(address(this));

        // A donation made before the call is in both balances; it is no profit, but it leaves with it.
        profit = balance > before ? balance - before : 0;
        require(profit >= minProfit, ProfitTooSmall(profit, minProfit));

        uint256 sum;
        uint256 count;
        for (uint256 i; i < repaid.length; ++i) {
            sum += repaid[i];
            if (repaid[i] != 0) ++count;
        }
        emit Liquidated(count, sum, profit);
        if (balance != 0) DOLLAR.safeTransfer(OWNER, balance);
    }

    /// @inheritdoc ILiquidationCallback
    /// @dev The engine calls back whoever called `liquidate`, and only `liquidate` above does that: that it is the engine is
    /// therefore enough to know that the owner stands behind it.
    function onLiquidate(uint256, uint256[] calldata seized, bytes calldata data) external {
        require(msg.sender == address(ENGINE), NotEngine(msg.sender));
        Route[] memory routes = abi.decode(data, (Route[]));
        for (uint256 i; i < seized.length; ++i) {
            uint256 asset = seized[i] >> 248;
            bytes memory path = _pathOf(routes, asset);
            if (path.length == 0) _take(asset, OWNER);
            else _sell(asset, path);
        }
    }

    function _pathOf(Route[] memory routes, uint256 asset) private pure returns (bytes memory) {
        for (uint256 i; i < routes.length; ++i) {
            if (routes[i].asset == asset) return routes[i].path;
        }
        return "";
    }

    /// @dev No limit on the price of a single sale: the owner's `minProfit` bounds the sum, which is what matters to him. A pool whose
    /// liquidity ends before the amount does takes less than it was offered.
    function _sell(uint256 asset, bytes memory path) private {
        uint256 amount = _take(asset, address(this));
        // Nothing arrived: the token cannot be moved now, and the credit waits in the ledger for `collect`.
        if (amount == 0) return;
        IERC20 token = IERC20(address(bytes20(path)));
        UniswapSale.sell(ROUTER, path, amount);
        uint256 left = token.balanceOf(address(this));
        if (left != 0) token.safeTransfer(OWNER, left);
    }

    /// @dev A token that cannot be moved must not stop the sale of the others: its credit stays in the engine's ledger.
    function _take(uint256 asset, address to) private returns (uint256) {
        try ENGINE.withdraw(asset, type(uint256).max, address(this), to) returns (uint256 withdrawn) {
            return withdrawn;
        } catch {
            return 0;
        }
    }

    // ---- owner

    /// @notice Sends this contract's credit of `asset` in the engine's ledger to the owner: what could not be moved at the time.
    /// @return {asset}
    /// @custom:bound an operator's own contract: holds nothing of others
    function collect(uint256 asset) external onlyOwner returns (uint256) {
        return ENGINE.withdraw(asset, type(uint256).max, address(this), OWNER);
    }

    /// @notice Sends everything this contract holds of `token` to the owner: what was sent here by mistake.
    /// @custom:bound an operator's own contract: holds nothing of others
    function sweep(IERC20 token) external onlyOwner {
        token.safeTransfer(OWNER, token.balanceOf(address(this)));
    }
}
