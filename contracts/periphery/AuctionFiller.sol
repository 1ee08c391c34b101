// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ISwapRouter} from "@uniswap/v3-periphery/contracts/interfaces/ISwapRouter.sol";
import {IRebalancer} from "../interfaces/IRebalancer.sol";
import {IReserve} from "../interfaces/IReserve.sol";
import {DOLLAR as PLUSD, Fill, IAuctionCallback} from "../interfaces/IReserveSeams.sol";
import {UniswapSale} from "./UniswapSale.sol";

/// @title Bidder without capital
/// @notice Fills auctions of the reserve: sells what it gets on Uniswap v3 within the reserve's callback, pays from the proceeds and sends what
/// is left to its owner.
///
/// It has no capital of its own, holds no funds between transactions (what somebody sends it never counts as profit and never pays for a fill; of the two
/// tokens of a fill it goes to the owner with what the fill leaves), gives no allowance that outlives a fill, and pays only its owner. Only the owner
/// starts a fill; only the reserve, in a fill that the owner started, may call back.
contract AuctionFiller is IAuctionCallback {
    using SafeERC20 for IERC20;

    /// @notice {ledger}; {ledger} or {plUSD}; {bought} token units
    event Filled(uint256 indexed sold, address indexed bought, uint256 amount, uint256 paid, uint256 profit);

    error NotOwner(address caller);
    error NotReserve(address caller);
    /// @notice The reserve calls back although nothing is being filled from here.
    error NotFilling();
    error ModuleHasNoCode(address module);
    error ZeroAddress();
    /// @notice No route has so few bytes.
    error PathTooShort(uint256 length);
    /// @notice The route does not end in what the auction wants.
    error PathMismatch(address expected, address actual);
    /// @notice Nothing arrived of the token that the route begins with.
    error NothingToSell(address token);
    /// @notice Selling and paying left less than was asked for, or cost something. {bought} token units
    error ProfitTooSmall(uint256 profit, uint256 minProfit);

    /// @notice Whose auctions are filled.
    IRebalancer public immutable REBALANCER;
    /// @notice Who sells and is paid.
    IReserve public immutable RESERVE;
    /// @notice plUSD.
    IERC20 public immutable DOLLAR;
    /// @notice Uniswap v3's router.
    ISwapRouter public immutable ROUTER;
    /// @notice Who starts fills and is paid.
    address public immutable OWNER;

    /// @dev Bytes of an address, and of the shortest route: token, fee, token.
    uint256 private constant TOKEN = 20;
    uint256 private constant SHORTEST = 43;

    /// @dev True while a fill of the owner's runs.
    bool private transient _filling;

    modifier onlyOwner() {
        require(msg.sender == OWNER, NotOwner(msg.sender));
        _;
    }

    constructor(IRebalancer rebalancer, IReserve reserve, IERC20 dollar, ISwapRouter router, address owner) {
        require(address(rebalancer).code.length != 0, ModuleHasNoCode(address(rebalancer)));
        require(address(reserve).code.length != 0, ModuleHasNoCode(address(reserve)));
        require(address(dollar).code.length != 0, ModuleHasNoCode(address(dollar)));
        require(address(router).code.length != 0, ModuleHasNoCode(address(router)));
        require(owner != address(0), ZeroAddress());
        REBALANCER = rebalancer;
        RESERVE = reserve;
        DOLLAR = dollar;
        ROUTER = router;
        OWNER = owner;
    }

    // ---- filling

    /// @notice Fills up to `maxAmount` of the auction of `sold` for `bought`, selling it along `path`.
    /// @param bought Asset number, or `DOLLAR`.
    /// @param maxAmount {ledger}
    /// @param path Uniswap v3 route from what is sold to what the auction wants: `token, fee, token, ..., fee, token`, packed.
    /// @param minProfit Reverts if less is left for the owner. {bought} token units
    /// @return amount {ledger} @return paid {ledger}, or {plUSD} for plUSD @return profit {bought} token units
    /// @custom:bound an operator's own contract: holds nothing of others
    function fill(
        uint256 sold,
        uint256 bought,
        uint256 maxAmount,
        bytes calldata path,
        uint256 minProfit
    ) external onlyOwner returns (uint256 amount, uint256 paid, uint256 profit) {
        require(path.length >= SHORTEST, PathTooShort(path.length));
        IERC20 soldToken = IERC20(address(bytes20(path)));
        IERC20 boughtToken = IERC20(address(bytes20(path[path.length - TOKEN:])));
        uint256 before = boughtToken.balanceOf(address(this));

        _filling = true;
        // No limit on what is paid: the proceeds of the sale bound it, and `minProfit` what is left of them.
        (amount, paid) = REBALANCER.fill(
            sold,
            bought,
            maxAmount,
            type(uint256).max,
            address(this),
            abi.encode(path, soldToken.balanceOf(address(this)))
        );
        _filling = false;

        // A donation made before the call is in both balances: it is no profit, and a fill that would live on it reverts.
        uint256 balance = boughtToken.balanceOf(address(this));
        if (balance > before) profit = balance - before;
        require(balance >= before && profit >= minProfit, ProfitTooSmall(profit, minProfit));
        emit Filled(sold, address(boughtToken), amount, paid, profit);
        _sendToOwner(boughtToken);
        // A pool whose liquidity ends before the amount does takes less than it was offered.
        _sendToOwner(soldToken);
    }

    /// @inheritdoc IAuctionCallback
    /// @dev The reserve calls back whoever asked for the fill, and only `fill` above does that; the flag is there so that nothing has to be known of the reserve
    /// to see it.
    function onFill(Fill calldata given) external {
        require(msg.sender == address(RESERVE), NotReserve(msg.sender));
        require(_filling, NotFilling());
        (bytes memory path, uint256 before) = abi.decode(given.data, (bytes, uint256));
        (address bought, uint256 owed) = _owed(given);
        address end = _endOf(path);
        require(bought == end, PathMismatch(bought, end));
        _sell(path, before);
        // plUSD is burned and needs no allowance.
        if (given.bought != PLUSD) IERC20(bought).forceApprove(address(RESERVE), owed);
    }

    /// @dev What the reserve is going to take, in token units.
    function _owed(Fill calldata given) private view returns (address token, uint256 amount) {
        if (given.bought == PLUSD) return (address(DOLLAR), given.received);
        uint256 scale;
        (token, scale, ) = RESERVE.assetTerms(given.bought);
        amount = given.received * scale;
    }

    /// @dev Sells what has arrived. No limit on the price: the payment that follows, and the owner's `minProfit`, are the limit.
    function _sell(bytes memory path, uint256 before) private {
        IERC20 token = IERC20(address(bytes20(path)));
        uint256 amount = token.balanceOf(address(this)) - before;
        require(amount != 0, NothingToSell(address(token)));
        UniswapSale.sell(ROUTER, path, amount);
    }

    /// @dev The last twenty bytes; the length was checked when the fill began.
    function _endOf(bytes memory path) private pure returns (address end) {
        assembly ("memory-safe") {
            // The word that ends where the path ends, cut to an address.
            end := and(mload(add(path, mload(path))), 0xffffffffffffffffffffffffffffffffffffffff)
        }
    }

    function _sendToOwner(IERC20 token) private {
        uint256 balance = token.balanceOf(address(this));
        if (balance != 0) token.safeTransfer(OWNER, balance);
    }

    // ---- owner

    /// @notice Sends everything this contract holds of `token` to the owner: what was sent here by mistake.
    /// @custom:bound an operator's own contract: holds nothing of others
    function sweep(IERC20 token) external onlyOwner {
        token.safeTransfer(OWNER, token.balanceOf(address(this)));
    }
}
