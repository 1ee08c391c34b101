// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

import {IMarketRate, RateTerms} from "../interfaces/IMarketRate.sol";
import {IPriceOracle, Price, PriceStatus} from "../interfaces/IPriceOracle.sol";
import {IRateSource} from "../interfaces/IRateSource.sol";
import {ISolvency} from "../interfaces/ISolvency.sol";

/// @title Borrow rate from plUSD's own market price
/// @dev The oracle is not asked at arm's length: an error of it that were caught here could be brought about by a caller who leaves it too little gas,
/// and the clock would go on without the rate. When it reverts (no sequencer), so does the update, and the rate stays as well.
contract MarketRate is IMarketRate, AccessManaged {
    // ---- immutable limits

    /// @notice The highest rate: e times the debt in a year. {1/s} 18 decimals
    uint256 public constant MAX_RATE = uint256(1e18) / 365 days;
    /// @notice Limits of the sensitivity. 18 decimals
    uint256 public constant MIN_SENSITIVITY = 1e15;
    uint256 public constant MAX_SENSITIVITY = 1e18;
    /// @notice The least pace, some 0.03% a year a day. {1/s} 18 decimals
    /// @dev Of this, what a second is due is still a whole number large enough that asking at each second does not slow the rate down by rounding.
    uint256 public constant MIN_PACE = 1e7;
    /// @notice The most time that one change makes up for. {s}
    uint256 public constant MAX_ELAPSED = 1 days;
    /// @notice Limits of the number that plUSD's price has in the oracle.
    uint256 public constant MIN_ASSET = 16;
    uint256 public constant MAX_ASSET = 255;

    uint256 private constant WAD = 1e18;
    /// @dev The exponential of this lifts any base, however low, above the highest rate (or leaves 0).
    int256 private constant MAX_EXPONENT = 41e18;

    // ---- immutable configuration

    address private immutable ENGINE;
    IPriceOracle private immutable ORACLE;
    ISolvency private immutable SHEET;
    /// @inheritdoc IMarketRate
    uint256 public immutable DOLLAR_ASSET;

    // ---- storage

    /// @dev Two slots: [base 40 | minimum 40 | maximum 40 | sensitivity 64 | pace 40] [surcharge 40 | updated at 40]
    struct State {
        uint40 base;
        uint40 minimum;
        uint40 maximum;
        uint64 sensitivity;
        uint40 pace;
        uint40 surcharge;
        uint40 updatedAt; // unix seconds
    }

    State private _state;

    /// @param authority_ AccessManager that may change the terms.
    /// @param asset Number of plUSD's price in the oracle.
    constructor(
        address authority_,
        address engine,
        address oracle,
        address sheet,
        uint256 asset,
        RateTerms memory terms_
    ) AccessManaged(authority_) {
        _requireWithin("asset", asset, MIN_ASSET, MAX_ASSET);
        (ENGINE, ORACLE, SHEET, DOLLAR_ASSET) = (engine, IPriceOracle(oracle), ISolvency(sheet), asset);
        _state.updatedAt = uint40(block.timestamp);
        _setTerms(terms_);
    }

    // ---- rate

    /// @inheritdoc IRateSource
    function nextRate(uint256 current) external returns (uint256 rate) {
        // Otherwise anybody could use up the time in which the rate may move.
        require(msg.sender == ENGINE, NotEngine(msg.sender));
        State memory s = _state;
        (uint256 aimed, uint256 price, bool priced) = _aim(s);
        rate = priced ? _towards(current, aimed, s) : current;
        _state.updatedAt = uint40(block.timestamp);
        emit RateAimed(price, aimed, rate);
    }

    /// @inheritdoc IMarketRate
    function aim() external view returns (uint256 rate, bool priced) {
        (rate, , priced) = _aim(_state);
    }

    /// @inheritdoc IMarketRate
    function preview(uint256 current) external view returns (uint256 rate) {
        State memory s = _state;
        (uint256 aimed, , bool priced) = _aim(s);
        return priced ? _towards(current, aimed, s) : current;
    }

    /// @inheritdoc IMarketRate
    function terms() external view returns (RateTerms memory) {
        State memory s = _state;
        return RateTerms(s.base, s.minimum, s.maximum, s.sensitivity, s.pace, s.surcharge);
    }

    // ---- governance

    /// @inheritdoc IMarketRate
    function setTerms(RateTerms calldata terms_) external restricted {
        _setTerms(terms_);
    }

    function _setTerms(RateTerms memory t) private {
        _requireWithin("maximum", t.maximum, 0, MAX_RATE);
        _requireWithin("minimum", t.minimum, 0, t.maximum);
        _requireWithin("base", t.base, t.minimum, t.maximum);
        _requireWithin("sensitivity", t.sensitivity, MIN_SENSITIVITY, MAX_SENSITIVITY);
        _requireWithin("pace", t.pace, MIN_PACE, MAX_RATE);
        _requireWithin("surcharge", t.surcharge, 0, MAX_RATE);
        _state = State(t.base, t.minimum, t.maximum, t.sensitivity, t.pace, t.surcharge, _state.updatedAt);
        emit TermsSet(t);
    }

    function _requireWithin(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum) private pure {
        require(value >= minimum && value <= maximum, ParameterOutOfBounds(parameter, value, minimum, maximum));
    }

    // ---- internals

    /// @dev What the rate heads for, rounded down; zeros while there is no price.
    function _aim(State memory s) private view returns (uint256 rate, uint256 price, bool priced) {
        Price memory p = ORACLE.price(DOLLAR_ASSET);
        if (p.status != PriceStatus.Live) return (0, 0, false);
        price = p.mid;
        // The exponent is at most 41e18 and prices are far below 2**255: casts and products fit. Cut before it is rounded.
        int256 numerator = (int256(WAD) - int256(price)) * int256(WAD);
        int256 exponent = numerator / int256(uint256(s.sensitivity));
        // Towards minus infinity, as the rate is rounded down.
        if (numerator < 0 && numerator % int256(uint256(s.sensitivity)) != 0) --exponent;
        exponent = FixedPointMathLib.clamp(exponent, -MAX_EXPONENT, MAX_EXPONENT);
        // An exponential is not negative. 2**40 * e**41: no overflow.
        rate = (s.base * uint256(FixedPointMathLib.expWad(exponent))) / WAD;
        if (SHEET.capitalShort()) rate += s.surcharge;
        rate = FixedPointMathLib.clamp(rate, s.minimum, s.maximum);
        priced = true;
    }

    /// @dev From `current` towards the aim, by what the time since the last change allows, rounded down.
    function _towards(uint256 current, uint256 aimed, State memory s) private view returns (uint256) {
        uint256 step = (s.pace * Math.min(block.timestamp - s.updatedAt, MAX_ELAPSED)) / 1 days;
        return aimed > current ? Math.min(aimed, current + step) : Math.max(aimed, Math.saturatingSub(current, step));
    }
}
