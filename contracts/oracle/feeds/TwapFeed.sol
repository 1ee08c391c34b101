// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IUniswapV3Factory} from "@uniswap/v3-core/contracts/interfaces/IUniswapV3Factory.sol";
import {IUniswapV3Pool} from "@uniswap/v3-core/contracts/interfaces/IUniswapV3Pool.sol";

import {ITwapFeed} from "../../interfaces/ITwapFeed.sol";
import {PoolDepth} from "../../risk/PoolDepth.sol";
import {PoolObservation} from "../../risk/PoolObservation.sol";
import {DerivedFeed} from "./DerivedFeed.sol";

/// @title Time-weighted price of a token in a Uniswap v3 pool, times a base feed of the other token
/// @dev Pool and feed are only read. What a swap did within this block has lasted no time, so it has no weight; the pool writes an observation
/// with its old tick before it moves, so this holds inside a swap's callback as well.
contract TwapFeed is ITwapFeed, DerivedFeed {
    // ---- immutable limits

    /// @notice Limits of the window. {s}
    uint256 public constant MIN_WINDOW = 30 minutes;
    uint256 public constant MAX_WINDOW = 1 days;
    /// @notice The most decimals that either token may have.
    uint256 public constant MAX_TOKEN_DECIMALS = 18;
    uint256 public constant MAX_BASE_DECIMALS = 24;
    /// @notice The largest answer taken from the base feed, and the largest given.
    uint256 public constant MAX_ANSWER = type(uint128).max;

    /// @dev Square of a root of 1.
    uint256 private constant SQUARE_ONE = 1e36;

    // ---- immutable configuration

    /// @inheritdoc ITwapFeed
    address public immutable pool;
    /// @inheritdoc ITwapFeed
    address public immutable token;
    /// @inheritdoc ITwapFeed
    uint256 public immutable window;
    /// @inheritdoc ITwapFeed
    uint256 public immutable minLiquidity;

    bool private immutable TOKEN_IS_0;
    /// @dev 10 ** (18 + decimals of the token): answers carry 18 decimals, of a whole token.
    uint256 private immutable MULTIPLIER;
    /// @dev 10 ** (decimals of the base feed + decimals of the other token).
    uint256 private immutable DIVISOR;

    // ---- construction

    /// @param description_ Such as "plUSD / USD".
    /// @param factory Uniswap v3's factory, which must know the pool.
    /// @param window_ {s}
    /// @param minLiquidity_ At least 1: a pool without any liquidity keeps the price it was left at.
    constructor(
        string memory description_,
        address factory,
        address pool_,
        address token_,
        AggregatorV3Interface baseFeed_,
        uint256 window_,
        uint256 minLiquidity_
    ) DerivedFeed(description_, baseFeed_) {
        require(window_ >= MIN_WINDOW && window_ <= MAX_WINDOW, WindowOutOfBounds(window_, MIN_WINDOW, MAX_WINDOW));
        require(minLiquidity_ != 0, LiquidityTooLow(0, 1));
        (address token0, address token1) = _tokens(factory, pool_);
        require(token_ == token0 || token_ == token1, TokenNotInPool(pool_, token_));
        (pool, token) = (pool_, token_);
        (window, minLiquidity, TOKEN_IS_0) = (window_, minLiquidity_, token_ == token0);
        MULTIPLIER = 10 ** (18 + _decimals(token_));
        uint256 baseDecimals = baseFeed_.decimals();
        require(baseDecimals <= MAX_BASE_DECIMALS, DecimalsUnsupported(address(baseFeed_), baseDecimals));
        DIVISOR = 10 ** (baseDecimals + _decimals(token_ == token0 ? token1 : token0));
    }

    // ---- feed

    /// @inheritdoc AggregatorV3Interface
    /// @dev Rounds and times are the base feed's: how fresh the answer is depends on it alone, the pool's mean reaches up to now. Rounded down, after the mean
    /// tick, which lowers the price of token0 (and lifts that of token1) by less than 1 bp.
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        int256 base;
        (roundId, base, startedAt, updatedAt, answeredInRound) = baseFeed.latestRoundData();
        require(base > 0 && uint256(base) <= MAX_ANSWER, BaseAnswerInvalid(base));
        (int24 tick, ) = mean();
        // The rate that turns amounts of token into amounts of the other: as if the other were sold for it.
        (uint256 root, bool multiplies) = PoolDepth.rootOf(tick, !TOKEN_IS_0);
        // Below 2**128 * 10**36 and 2**248: both products fit. The division comes last, so that nothing is lost before it.
        uint256 scaled = uint256(base) * MULTIPLIER;
        uint256 square = root * root;
        uint256 exact = multiplies ? Math.mulDiv(scaled, square, SQUARE_ONE) : Math.mulDiv(scaled, SQUARE_ONE, square);
        uint256 product = exact / DIVISOR;
        require(product != 0 && product <= MAX_ANSWER, AnswerOutOfRange(product));
        answer = int256(product);
    }

    // ---- mean

    /// @inheritdoc ITwapFeed
    function mean() public view returns (int24 tick, uint256 liquidity) {
        (tick, liquidity) = PoolObservation.observe(pool, window);
        require(liquidity >= minLiquidity, LiquidityTooLow(liquidity, minLiquidity));
    }

    // ---- internals

    /// @dev Tokens of a pool that the factory must know.
    function _tokens(address factory, address pool_) private view returns (address token0, address token1) {
        require(pool_.code.length != 0, PoolNotOfFactory(pool_, factory));
        // Whatever the address says of itself, the factory knows which pool these belong to.
        token0 = IUniswapV3Pool(pool_).token0();
        token1 = IUniswapV3Pool(pool_).token1();
        address made = IUniswapV3Factory(factory).getPool(token0, token1, IUniswapV3Pool(pool_).fee());
        require(made == pool_, PoolNotOfFactory(pool_, factory));
    }

    function _decimals(address token_) private view returns (uint256 count) {
        count = IERC20Metadata(token_).decimals();
        require(count <= MAX_TOKEN_DECIMALS, DecimalsUnsupported(token_, count));
    }
}
