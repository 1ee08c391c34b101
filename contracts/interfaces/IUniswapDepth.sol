// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IDepthSource} from "./IDepthSource.sol";
import {IPoolObservation} from "./IPoolObservation.sol";

/// @notice One way of selling an asset.
/// @param quote Token that the last pool buys.
/// @param pools Uniswap v3 pools, sold through one after the other: the first is sold the asset, each later one what the one before
/// bought.
struct DepthRoute {
    address quote;
    address[] pools;
}

/// @notice One pool of a route, measured.
/// @param route Index of the route within the asset's.
/// @param pool The pool.
/// @param zeroForOne Whether token0 is sold and token1 bought; or the other way round.
/// @param bought Token bought.
/// @param meanTick Mean tick over the window, rounded toward minus infinity.
/// @param liquidity Harmonic mean of the liquidity in range over the window, rounded down.
/// @param virtualReserve Depth that liquidity stands for at the mean price. {units of the token sold}
/// @param balanceBound What the pool's counted balance of the token bought is worth at the mean price. {units of the token sold}
/// @param sharers Assets that sell into this pool in this direction, this one included.
/// @param depth The smaller of reserve and bound, divided by the sharers. {units of the token sold}
/// @param onwardDepth Depth of this leg and all later ones of the route in series: for the first leg, the route's.
/// {units of the token sold}
struct LegDepth {
    uint256 route;
    address pool;
    bool zeroForOne;
    address bought;
    int24 meanTick;
    uint256 liquidity;
    uint256 virtualReserve;
    uint256 balanceBound;
    uint256 sharers;
    uint256 depth;
    uint256 onwardDepth;
}

/// @notice An asset's depth and what it is made of.
/// @param token The asset's token; zero for an asset without routes.
/// @param decimals Decimals of the token.
/// @param cap The most its depth may be. {tok} 18 decimals
/// @param measured Sum of the routes' depths, before the cap. {tok} 18 decimals
/// @param depth The smaller of the two. {tok} 18 decimals
/// @param legs The pools, route by route in the order of selling.
struct AssetDepth {
    address token;
    uint256 decimals;
    uint256 cap;
    uint256 measured;
    uint256 depth;
    LegDepth[] legs;
}

/// @notice What is remembered of a pool in one direction.
/// @param bought Token bought; zero if no asset ever sold into the pool in this direction.
/// @param sharers Assets that sell into the pool in this direction.
/// @param latest Balance of the token bought at the latest sample; larger balances count as 2**112 - 1. {units of the token bought}
/// @param previous The same at the sample before it; 2**112 - 1 until there is one.
/// @param sampledAt Time of the latest sample. {s} modulo 2**32
struct PoolSamples {
    address bought;
    uint256 sharers;
    uint256 latest;
    uint256 previous;
    uint256 sampledAt;
}

/// @title Depth measured in Uniswap v3 pools
/// @notice Depth of an asset: the sum over its routes of the depths in series of the route's pools. That of a pool is its virtual
/// reserve of the token sold, from the time-weighted harmonic-mean liquidity and the mean tick over the window, but
///
/// - never more than what its balance of the token bought could buy at the mean price. Counted is the smallest of the balance now and of the
///   balances at the last two samples, which lie `MIN_SPACING` or more apart: tokens brought for one moment count for nothing;
/// - divided by the number of assets that sell into it in the same direction: each could be sold at the same time.
///
/// A sale is not foreseen to cross into other liquidity: where liquidity is concentrated around the price, a virtual reserve says more
/// than the pool can take, and the balance bound is what holds. Depth falls with any second without liquidity in range.
///
/// LIMITS. Who keeps a little liquidity very close to the price for a whole window, and brings many tokens of the pool's other side at each of
/// two samples, `MIN_SPACING` apart, raises what is measured; the governed cap is what stops him. Who trades the pool dry, or out of the
/// range of its liquidity, for the moment of a sample lowers it until the next two are taken, at the cost of trading back: what relies
/// on a depth that does not fall for a moment uses the one that ramps (`IRiskRamps.depths`).
///
/// A pool must answer for the whole window, and every block may use up one of its observation slots: it needs one (reserved with
/// `increaseObservationCardinalityNext`) for each `SLOT_SPACING` of a window. Where blocks are quicker, anyone who trades in each of them
/// can make the pool's window too short, and depths stay as they are for as long as he pays for it.
interface IUniswapDepth is IDepthSource, IPoolObservation {
    // ---- events

    /// @notice An asset's routes were set; those it had are gone. {tok} 18 decimals
    event RoutesSet(uint256 indexed asset, address indexed token, uint256 cap, DepthRoute[] routes);
    /// @notice An asset is not measured here any more.
    event RoutesRemoved(uint256 indexed asset);
    /// @notice The most an asset's depth may be changed. {tok} 18 decimals
    event CapSet(uint256 indexed asset, uint256 cap);
    /// @notice A pool's balance of the token that it sells in this direction became its latest sample.
    event BalanceSampled(address indexed pool, bool zeroForOne, uint256 balance);

    // ---- errors

    /// @notice There is no contract at the factory's address.
    error FactoryHasNoCode(address factory);
    /// @notice The window is outside its immutable limits. {s}
    error WindowOutOfBounds(uint256 window, uint256 minimum, uint256 maximum);
    /// @notice There are no assets with such numbers.
    error AssetNumberTooLarge(uint256 asset, uint256 maximum);
    /// @notice The asset is not measured here.
    error AssetWithoutRoutes(uint256 asset);
    /// @notice The token has more decimals than supported.
    error TokenDecimalsTooLarge(address token, uint256 decimals, uint256 maximum);
    /// @notice An asset needs a route, and may not have more than `maximum`.
    error RouteCountInvalid(uint256 count, uint256 maximum);
    /// @notice A route needs a pool, and may not have more than `maximum`.
    error LegCountInvalid(uint256 route, uint256 count, uint256 maximum);
    /// @notice The factory made no such pool.
    error PoolNotOfFactory(address pool, address factory);
    /// @notice The pool does not trade the token that is to be sold into it.
    error LegDoesNotConnect(address pool, address sold);
    /// @notice The pool appears twice in the asset's routes: its depth would count twice.
    error PoolUsedTwice(address pool);
    /// @notice The pool would buy the very asset that the route sells.
    error QuoteIsAsset(address pool, address token);
    /// @notice The route's last pool buys something else than the route's quote.
    error QuoteNotBought(address quote, address bought);
    /// @notice The pool has reserved fewer observation slots than a window may need.
    error ObservationSlotsTooFew(address pool, uint256 slots, uint256 needed);
    /// @notice The pool is in the middle of a swap or a flash loan: its balances mean nothing.
    error PoolLocked(address pool);

    // ---- views

    /// @notice The factory whose pools are believed.
    function factory() external view returns (address);

    /// @notice Span over which liquidity and price are averaged. {s}
    function window() external view returns (uint256);

    /// @notice What `sample` would answer now, and how it comes about. Reverts where `sample` does; all zeros for an asset without routes.
    /// @param asset Asset number.
    function depthOf(uint256 asset) external view returns (AssetDepth memory);

    /// @notice What is remembered of a pool.
    /// @param pool The pool.
    /// @param zeroForOne The direction: whether token0 is sold.
    function samplesOf(address pool, bool zeroForOne) external view returns (PoolSamples memory);

    // ---- governance

    /// @notice Measures the asset along these routes from now on. Every pool must be the factory's and have observations for the whole
    /// window. Pools that nobody sold into before, in this direction, are sampled for the first time. Restricted.
    /// @param asset Asset number.
    /// @param token The asset's token.
    /// @param cap The most its depth may be. {tok} 18 decimals
    /// @param routes At least one.
    /// @custom:bound pools of the immutable factory; at most {MAX_ROUTES} routes of {MAX_LEGS} pools
    function setRoutes(uint256 asset, address token, uint128 cap, DepthRoute[] calldata routes) external;

    /// @notice Stops measuring the asset. Restricted.
    /// @param asset Asset number.
    /// @custom:bound none
    function removeRoutes(uint256 asset) external;

    /// @notice Sets the most an asset's depth may be. Restricted.
    /// @param asset Asset number; it must have routes.
    /// @param cap The most its depth may be. {tok} 18 decimals
    /// @custom:bound none; depths for maintenance fall at their pace
    function setCap(uint256 asset, uint128 cap) external;
}
