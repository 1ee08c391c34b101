// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IExchangeRateFeed, RateSource} from "../../interfaces/IExchangeRateFeed.sol";
import {DerivedFeed} from "./DerivedFeed.sol";

/// @title Price of a staked or wrapped token: its underlying's price times its exchange rate, with a growth cap
/// @dev All roundings are down: towards a lower price.
contract ExchangeRateFeed is IExchangeRateFeed, DerivedFeed, AccessManaged {
    // ---- immutable limits

    /// @notice Limits of the growth that the cap lets in. bps per year
    uint256 public constant MIN_GROWTH = 1;
    uint256 public constant MAX_GROWTH = 5_000;
    /// @notice For how long an allowance is collected without a poke. {s}
    uint256 public constant MAX_ELAPSED = 30 days;
    /// @notice How long a fall must last before it lowers the snapshot. {s}
    uint256 public constant FALL_CONFIRMATION = 1 days;
    uint256 public constant MAX_BASE_DECIMALS = 24;
    uint256 public constant MAX_RATE_DECIMALS = 36;
    /// @notice Smallest ratio to start from. 18 decimals
    /// @dev From here on, the growth of one block at 1% a year is a whole number of units large enough that poking at each block
    /// does not hold the cap back by rounding.
    uint256 public constant MIN_RATIO = 1e12;

    uint256 private constant BPS = 10_000;
    uint256 private constant YEAR = 365 days;
    uint256 private constant WAD = 1e18;

    // ---- immutable configuration

    /// @dev `10 ** decimals` of the base feed.
    uint256 private immutable BASE_UNIT;
    address private immutable RATE_TARGET;
    bytes4 private immutable RATE_SELECTOR;
    bool private immutable RATE_HAS_ARGUMENT;
    uint256 private immutable RATE_ARGUMENT;
    uint8 private immutable RATE_DECIMALS;
    uint256 private immutable MIN_SUPPLY;

    // ---- storage

    /// @dev One slot: [ratio 88 | anchor 88 | time 40 | growthPerYear 16]. 88 bits hold ratios up to 3e8.
    struct Snapshot {
        uint88 ratio; // 18 decimals
        uint88 anchor; // 18 decimals
        uint40 time; // unix seconds
        uint16 growthPerYear; // bps
    }

    /// @dev One slot: [ratio 88 | since 40]
    struct Fall {
        uint88 ratio; // the highest seen since, 18 decimals
        uint40 since; // unix seconds; 0: none
    }

    Snapshot private _snapshot;
    Fall private _fall;

    // ---- construction

    /// @param authority_ AccessManager that may change the growth.
    /// @param description_ Such as "wstETH / USD".
    /// @param growthPerYear bps per year
    constructor(
        address authority_,
        string memory description_,
        AggregatorV3Interface baseFeed_,
        RateSource memory source,
        uint256 growthPerYear
    ) DerivedFeed(description_, baseFeed_) AccessManaged(authority_) {
        uint256 baseDecimals = baseFeed_.decimals();
        require(baseDecimals <= MAX_BASE_DECIMALS, DecimalsUnsupported(baseDecimals, MAX_BASE_DECIMALS));
        require(source.decimals <= MAX_RATE_DECIMALS, DecimalsUnsupported(source.decimals, MAX_RATE_DECIMALS));
        _requireGrowth(growthPerYear);
        BASE_UNIT = 10 ** baseDecimals;
        RATE_TARGET = source.target;
        RATE_SELECTOR = source.selector;
        RATE_HAS_ARGUMENT = source.hasArgument;
        RATE_ARGUMENT = source.argument;
        RATE_DECIMALS = source.decimals;
        MIN_SUPPLY = source.minSupply;
        _restart(_ratio(), growthPerYear);
    }

    // ---- feed

    /// @inheritdoc AggregatorV3Interface
    /// @dev Rounds and times are the base feed's: how fresh the answer is depends on it alone, the rate is read now.
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        int256 base;
        (roundId, base, startedAt, updatedAt, answeredInRound) = baseFeed.latestRoundData();
        require(base > 0, BaseAnswerInvalid(base));
        // {USD/tok} = {USD/underlying} * {underlying/tok}; base and ratio carry BASE_UNIT and WAD, the answer WAD. mulDiv reverts on overflow.
        uint256 product = Math.mulDiv(uint256(base), Math.min(_ratio(), _cap(_snapshot)), BASE_UNIT);
        require(product != 0 && product <= uint256(type(int256).max), AnswerOutOfRange(product));
        answer = int256(product);
    }

    // ---- views

    /// @inheritdoc IExchangeRateFeed
    function ratio() external view returns (uint256 current, uint256 counted, uint256 cap) {
        current = _ratio();
        cap = _cap(_snapshot);
        counted = Math.min(current, cap);
    }

    /// @inheritdoc IExchangeRateFeed
    function snapshot() external view returns (uint256 ratio_, uint256 time, uint256 anchor, uint256 growthPerYear) {
        Snapshot memory s = _snapshot;
        return (s.ratio, s.time, s.anchor, s.growthPerYear);
    }

    /// @inheritdoc IExchangeRateFeed
    function pendingFall() external view returns (uint256 ratio_, uint256 since) {
        Fall memory fall = _fall;
        return (fall.ratio, fall.since);
    }

    /// @inheritdoc IExchangeRateFeed
    function rateSource() external view returns (RateSource memory) {
        return
            RateSource({
                target: RATE_TARGET,
                selector: RATE_SELECTOR,
                hasArgument: RATE_HAS_ARGUMENT,
                argument: RATE_ARGUMENT,
                decimals: RATE_DECIMALS,
                minSupply: MIN_SUPPLY
            });
    }

    // ---- snapshot

    /// @inheritdoc IExchangeRateFeed
    function poke() external {
        uint256 current = _ratio();
        Snapshot memory s = _snapshot;
        if (current >= s.ratio) {
            // The slope (anchor and growth) stays, or pokes would compound.
            _move(Math.min(current, _cap(s)), s.anchor, s.growthPerYear);
            return;
        }
        Fall memory fall = _fall;
        // Within a fall only the highest ratio counts: whoever shows a deeper one for a moment gains nothing by it.
        uint256 highest = Math.max(current, fall.ratio);
        if (fall.since != 0 && block.timestamp - fall.since >= FALL_CONFIRMATION) {
            // The anchor falls too: the slope is meant as a share of the ratio.
            _move(highest, Math.min(highest, s.anchor), s.growthPerYear);
            return;
        }
        if (fall.since == 0) fall.since = uint40(block.timestamp);
        fall.ratio = SafeCast.toUint88(highest);
        _fall = fall;
        emit FallSeen(highest, fall.since + FALL_CONFIRMATION);
    }

    /// @inheritdoc IExchangeRateFeed
    function setGrowthCap(uint256 growthPerYear) external restricted {
        _requireGrowth(growthPerYear);
        uint256 current = _ratio();
        Snapshot memory s = _snapshot;
        s.growthPerYear = uint16(growthPerYear);
        uint256 cap = _cap(s);
        require(current <= cap, RatioWouldBeCapped(current, cap));
        _restart(current, growthPerYear);
    }

    // ---- internal

    /// @dev The rate as read now, scaled to 18 decimals, rounded down.
    function _ratio() private view returns (uint256 current) {
        if (MIN_SUPPLY != 0) {
            uint256 supply = _word(abi.encodeWithSignature("totalSupply()"));
            require(supply >= MIN_SUPPLY, SupplyTooSmall(supply, MIN_SUPPLY));
        }
        uint256 rate = _word(
            RATE_HAS_ARGUMENT
                ? abi.encodeWithSelector(RATE_SELECTOR, RATE_ARGUMENT)
                : abi.encodeWithSelector(RATE_SELECTOR)
        );
        current = Math.mulDiv(rate, WAD, 10 ** RATE_DECIMALS);
        require(current != 0, RateZero(RATE_TARGET));
    }

    /// @dev The first word that the target returns. An address without code returns none.
    function _word(bytes memory call) private view returns (uint256) {
        (bool success, bytes memory result) = RATE_TARGET.staticcall(call);
        require(success && result.length >= 32, RateUnreadable(RATE_TARGET));
        return uint256(bytes32(result));
    }

    /// @dev The most that counts now. 18 decimals, rounded down
    function _cap(Snapshot memory s) private view returns (uint256) {
        uint256 elapsed = Math.min(block.timestamp - s.time, MAX_ELAPSED);
        return s.ratio + (uint256(s.anchor) * s.growthPerYear * elapsed) / (BPS * YEAR);
    }

    /// @dev New snapshot and new anchor at `current`.
    function _restart(uint256 current, uint256 growthPerYear) private {
        require(current >= MIN_RATIO, RatioTooSmall(current, MIN_RATIO));
        _move(current, current, growthPerYear);
        emit GrowthCapSet(growthPerYear, current);
    }

    function _move(uint256 to, uint256 anchor, uint256 growthPerYear) private {
        _snapshot = Snapshot({
            ratio: SafeCast.toUint88(to),
            anchor: SafeCast.toUint88(anchor),
            time: uint40(block.timestamp),
            growthPerYear: uint16(growthPerYear)
        });
        delete _fall;
        emit Poked(to);
    }

    function _requireGrowth(uint256 growthPerYear) private pure {
        require(
            growthPerYear >= MIN_GROWTH && growthPerYear <= MAX_GROWTH,
            GrowthCapInvalid(growthPerYear, MIN_GROWTH, MAX_GROWTH)
        );
    }
}
