// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IUniswapV3Factory} from "@uniswap/v3-core/contracts/interfaces/IUniswapV3Factory.sol";
import {IUniswapV3Pool} from "@uniswap/v3-core/contracts/interfaces/IUniswapV3Pool.sol";
import {IUniswapV3PoolImmutables} from "@uniswap/v3-core/contracts/interfaces/pool/IUniswapV3PoolImmutables.sol";

import {IDepthSource} from "../interfaces/IDepthSource.sol";
import {AssetDepth, DepthRoute, IUniswapDepth, LegDepth, PoolSamples} from "../interfaces/IUniswapDepth.sol";
import {PoolDepth} from "./PoolDepth.sol";
import {PoolObservation} from "./PoolObservation.sol";

/// @title Depth measured in Uniswap v3 pools
/// @dev Pools and tokens are only ever called statically: nothing can reenter. A pool that cannot be measured makes the whole
/// measurement revert, so that a depth is never put together from a part of its routes.
contract UniswapDepth is IUniswapDepth, AccessManaged {
    // ---- immutable limits

    /// @notice The largest asset number.
    uint256 public constant MAX_ASSET = 15;
    uint256 public constant MAX_ROUTES = 4;
    /// @notice The most pools in one route.
    uint256 public constant MAX_LEGS = 3;
    /// @notice Limits of the window. {s}
    uint256 public constant MIN_WINDOW = 30 minutes;
    uint256 public constant MAX_WINDOW = 1 days;
    /// @notice The least time between two samples of a pool's balance. {s}
    uint256 public constant MIN_SPACING = 1 hours;
    /// @notice A pool needs an observation slot for each stretch of this length in a window: a block of Ethereum. {s}
    uint256 public constant SLOT_SPACING = 12;
    /// @notice Decimals of depths, and the most that a token may have.
    uint256 public constant DECIMALS = 18;

    uint256 private constant LEG_SLOTS = 12; // MAX_ROUTES * MAX_LEGS

    /// @inheritdoc IUniswapDepth
    address public immutable factory;
    /// @inheritdoc IUniswapDepth
    uint256 public immutable window;

    // ---- storage

    /// @dev One slot: [pool 160 | zeroForOne 8 | ends 8]
    struct Leg {
        address pool;
        bool zeroForOne;
        bool ends; // the last of its route
    }

    /// @dev Two slots and one for each leg: [cap 128 | decimals 8 | count 8], [token 160], [leg] * 12
    struct Asset {
        uint128 cap; // {tok} 18 decimals
        uint8 decimals;
        uint8 count; // legs in all; 0 without routes
        address token;
        Leg[LEG_SLOTS] legs;
    }

    /// @dev A pool in one direction. Two slots: [latest 112 | previous 112 | sampledAt 32], [bought 160 | sharers 8]
    struct Side {
        uint112 latest; // {units of the token bought}
        uint112 previous;
        uint32 sampledAt; // unix seconds, modulo 2**32
        address bought;
        uint8 sharers; // at most MAX_ASSET + 1
    }

    mapping(uint256 asset => Asset) private _assets;
    mapping(address pool => mapping(bool zeroForOne => Side)) private _sides;

    // ---- construction

    /// @param authority_ AccessManager that governs this contract.
    /// @param factory_ Uniswap v3's factory.
    /// @param window_ Span over which liquidity and price are averaged. {s}
    constructor(address authority_, address factory_, uint256 window_) AccessManaged(authority_) {
        require(factory_.code.length != 0, FactoryHasNoCode(factory_));
        require(window_ >= MIN_WINDOW && window_ <= MAX_WINDOW, WindowOutOfBounds(window_, MIN_WINDOW, MAX_WINDOW));
        factory = factory_;
        window = window_;
    }

    // ---- measurement

    /// @inheritdoc IDepthSource
    function sample(uint256 asset) external returns (bool found, uint256 depth) {
        Asset storage a = _assets[asset];
        uint256 count = a.count;
        if (count == 0) return (false, 0);
        for (uint256 i = 0; i < count; ++i) {
            Leg memory leg = a.legs[i];
            Side storage side = _sides[leg.pool][leg.zeroForOne];
            if (_spaced(side)) _record(leg.pool, leg.zeroForOne, side);
        }
        // Refuses pools that cannot be measured, and with that takes back what was recorded of them.
        return (true, _measure(a).depth);
    }

    /// @inheritdoc IUniswapDepth
    function depthOf(uint256 asset) external view returns (AssetDepth memory result) {
        Asset storage a = _assets[asset];
        result = _measure(a);
        // A slot of its own, which measuring does not need.
        result.token = a.token;
    }

    /// @inheritdoc IUniswapDepth
    function samplesOf(address pool, bool zeroForOne) external view returns (PoolSamples memory) {
        Side storage side = _sides[pool][zeroForOne];
        return PoolSamples(side.bought, side.sharers, side.latest, side.previous, side.sampledAt);
    }

    // ---- governance

    /// @inheritdoc IUniswapDepth
    function setRoutes(uint256 asset, address token, uint128 cap, DepthRoute[] calldata routes) external restricted {
        require(asset <= MAX_ASSET, AssetNumberTooLarge(asset, MAX_ASSET));
        require(routes.length != 0 && routes.length <= MAX_ROUTES, RouteCountInvalid(routes.length, MAX_ROUTES));
        uint256 decimals = IERC20Metadata(token).decimals();
        require(decimals <= DECIMALS, TokenDecimalsTooLarge(token, decimals, DECIMALS));
        Asset storage a = _assets[asset];
        _release(a);
        (a.token, a.decimals, a.cap) = (token, uint8(decimals), cap);
        for (uint256 i = 0; i < routes.length; ++i) {
            uint256 length = routes[i].pools.length;
            require(length != 0 && length <= MAX_LEGS, LegCountInvalid(i, length, MAX_LEGS));
            address bought = token;
            for (uint256 j = 0; j < length; ++j) bought = _addLeg(a, routes[i].pools[j], bought, j + 1 == length);
            require(bought == routes[i].quote, QuoteNotBought(routes[i].quote, bought));
        }
        emit RoutesSet(asset, token, cap, routes);
    }

    /// @inheritdoc IUniswapDepth
    function removeRoutes(uint256 asset) external restricted {
        Asset storage a = _assets[asset];
        require(a.count != 0, AssetWithoutRoutes(asset));
        _release(a);
        (a.token, a.decimals, a.cap) = (address(0), 0, 0);
        emit RoutesRemoved(asset);
    }

    /// @inheritdoc IUniswapDepth
    function setCap(uint256 asset, uint128 cap) external restricted {
        Asset storage a = _assets[asset];
        require(a.count != 0, AssetWithoutRoutes(asset));
        a.cap = cap;
        emit CapSet(asset, cap);
    }

    // ---- internals: measuring

    /// @dev All but the token.
    function _measure(Asset storage a) private view returns (AssetDepth memory result) {
        uint256 count = a.count;
        if (count == 0) return result;
        (result.decimals, result.cap) = (a.decimals, a.cap);
        result.legs = new LegDepth[](count);
        uint256 total;
        uint256 route;
        // From the last leg back to the first: what lies beyond a leg is then one depth, converted once.
        uint256 onward;
        for (uint256 i = count; i != 0;) {
            Leg memory leg = a.legs[--i];
            (LegDepth memory part, uint256 root, bool multiplies) = _measureLeg(leg);
            part.onwardDepth =
                leg.ends ? part.depth : PoolDepth.inSeries(part.depth, PoolDepth.worthOf(onward, root, multiplies));
            onward = part.onwardDepth;
            // Counted from the last route, and turned round below.
            if (leg.ends) ++route;
            part.route = route;
            result.legs[i] = part;
            if (i == 0 || a.legs[i - 1].ends) total += onward;
        }
        for (uint256 i = 0; i < count; ++i) result.legs[i].route = route - result.legs[i].route;
        // At most four routes below 2**192 each, times 10**18: no overflow.
        result.measured = total * 10 ** (DECIMALS - result.decimals);
        result.depth = Math.min(result.measured, result.cap);
    }

    /// @dev A leg by itself, and how to convert what it buys into what it sells.
    function _measureLeg(Leg memory leg) private view returns (LegDepth memory part, uint256 root, bool multiplies) {
        Side storage side = _sides[leg.pool][leg.zeroForOne];
        (part.pool, part.zeroForOne, part.bought, part.sharers) = (leg.pool, leg.zeroForOne, side.bought, side.sharers);
        (part.meanTick, part.liquidity) = _observe(leg.pool);
        (root, multiplies) = PoolDepth.rootOf(part.meanTick, leg.zeroForOne);
        part.virtualReserve = PoolDepth.virtualReserve(part.liquidity, root, multiplies);
        part.balanceBound = PoolDepth.worthOf(_countedBalance(leg.pool, side), root, multiplies);
        part.depth = Math.min(part.virtualReserve, part.balanceBound) / part.sharers;
    }

    /// @dev Means of tick and liquidity over the window. Whoever holds the pool's lock (inside a swap or a flash loan) may have all of its
    /// tokens out: measured then, the depth would be whatever he likes below the true one.
    function _observe(address pool) private view returns (int24 tick, uint256 liquidity) {
        (tick, liquidity) = PoolObservation.observe(pool, window);
        (, , , , , , bool unlocked) = IUniswapV3Pool(pool).slot0();
        require(unlocked, PoolLocked(pool));
    }

    /// @dev The balance of the token bought that counts: the smallest of the balance now and of the last two samples, as if one
    /// had just been taken if it is time for it.
    function _countedBalance(address pool, Side storage side) private view returns (uint256 balance) {
        balance = Math.min(_balance(pool, side.bought), side.latest);
        if (!_spaced(side)) balance = Math.min(balance, side.previous);
    }

    function _balance(address pool, address token) private view returns (uint256) {
        return Math.min(IERC20(token).balanceOf(pool), type(uint112).max);
    }

    // ---- internals: samples

    /// @dev Whether it is time for another sample.
    function _spaced(Side storage side) private view returns (bool) {
        unchecked {
            // Modulo 2**32: right also when the 32 bits have run over.
            return uint32(block.timestamp) - side.sampledAt >= MIN_SPACING;
        }
    }

    function _record(address pool, bool zeroForOne, Side storage side) private {
        uint256 balance = _balance(pool, side.bought);
        (side.latest, side.previous, side.sampledAt) = (uint112(balance), side.latest, uint32(block.timestamp));
        emit BalanceSampled(pool, zeroForOne, balance);
    }

    // ---- internals: routes

    /// @dev Takes the asset's legs away, and the asset from among the pools' sharers. What was sampled of a pool stays: should the pool
    /// be used again, its balances of the past bound it as before.
    function _release(Asset storage a) private {
        uint256 count = a.count;
        for (uint256 i = 0; i < count; ++i) {
            Leg memory leg = a.legs[i];
            --_sides[leg.pool][leg.zeroForOne].sharers;
            delete a.legs[i];
        }
        a.count = 0;
    }

    /// @dev Appends a leg that sells `sold` into the pool; returns what it buys.
    function _addLeg(Asset storage a, address pool, address sold, bool ends) private returns (address bought) {
        bool zeroForOne;
        (zeroForOne, bought) = _connect(pool, sold);
        require(bought != a.token, QuoteIsAsset(pool, bought));
        uint256 count = a.count;
        for (uint256 i = 0; i < count; ++i) require(a.legs[i].pool != pool, PoolUsedTwice(pool));
        // For its checks.
        _observe(pool);
        (, , , , uint16 slots, , ) = IUniswapV3Pool(pool).slot0();
        uint256 needed = window / SLOT_SPACING;
        require(slots >= needed, ObservationSlotsTooFew(pool, slots, needed));

        a.legs[count] = Leg(pool, zeroForOne, ends);
        a.count = uint8(count + 1);
        Side storage side = _sides[pool][zeroForOne];
        ++side.sharers;
        if (side.bought == address(0)) {
            // There is no sample before the first; this one does not bound anything.
            (side.bought, side.latest) = (bought, type(uint112).max);
            _record(pool, zeroForOne, side);
        }
    }

    /// @dev The direction in which `sold` is sold into the pool, and what that buys. The pool must be the factory's.
    function _connect(address pool, address sold) private view returns (bool zeroForOne, address bought) {
        // Asked at arm's length: until the factory has confirmed it, this may be any address.
        uint256 token0 = _word(pool, IUniswapV3PoolImmutables.token0.selector);
        uint256 token1 = _word(pool, IUniswapV3PoolImmutables.token1.selector);
        uint256 fee = _word(pool, IUniswapV3PoolImmutables.fee.selector);
        // Cut to their types: whatever they were, the factory knows which pool they belong to.
        (address first, address second) = (address(uint160(token0)), address(uint160(token1)));
        address made = IUniswapV3Factory(factory).getPool(first, second, uint24(fee));
        require(pool != address(0) && made == pool, PoolNotOfFactory(pool, factory));
        zeroForOne = sold == first;
        require(zeroForOne || sold == second, LegDoesNotConnect(pool, sold));
        bought = zeroForOne ? second : first;
    }

    /// @dev The word that a view function returns; 0 if it returns something else.
    function _word(address target, bytes4 selector) private view returns (uint256 word) {
        (bool success, bytes memory data) = target.staticcall(abi.encodeWithSelector(selector));
        if (success && data.length == 32) word = abi.decode(data, (uint256));
    }
}
