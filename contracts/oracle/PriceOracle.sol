// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {LibBit} from "solady/src/utils/LibBit.sol";

import {FeedConfig, IPriceOracle, Price, PriceStatus} from "../interfaces/IPriceOracle.sol";
import {MemoryArray} from "../libraries/MemoryArray.sol";
import {FeedReader} from "./FeedReader.sol";
import {FeedSlot, FeedSlots} from "./FeedSlot.sol";

/// @title Two-sided prices from Chainlink-shaped feeds
/// @dev All prices and answers are {USD/tok} with 18 decimals. A good answer lies in its source's band and is therefore below
/// 2**100, so that no sum or product below can overflow.
/// A live price of one source costs one cold slot here, plus the feed's own.
contract PriceOracle is IPriceOracle, AccessManaged {
    using MemoryArray for uint256[];

    // ---- immutable limits

    uint256 public constant MIN_HEARTBEAT = 1 minutes;
    uint256 public constant MAX_HEARTBEAT = 8 days;
    /// @notice bps
    uint256 public constant MAX_DEVIATION = 1_000;
    /// @notice Smallest and largest bound of a band. {USD/tok}
    /// @dev From 1e-9 USD on, rounding to wei is negligible beside the price (`maxSpread` counts it nevertheless).
    uint256 public constant MIN_PRICE = 1e9;
    uint256 public constant MAX_PRICE = (1 << 100) - 1;
    uint256 public constant MAX_FEED_DECIMALS = 24;
    /// @notice bps of the lower answer
    uint256 public constant MAX_DISAGREEMENT_LIMIT = 2_000;
    /// @notice Widest activation tolerance against a live price, and against a last good high. bps
    uint256 public constant MAX_TOLERANCE = 1_000;
    uint256 public constant MAX_TOLERANCE_UNPRICED = 5_000;
    uint256 public constant MIN_DECAY = 1 hours;
    uint256 public constant MAX_DECAY = 7 days;
    uint256 public constant MIN_GRACE_PERIOD = 1 minutes;
    uint256 public constant MAX_GRACE_PERIOD = 1 days;
    uint256 public constant MAX_ASSET = 255;
    /// @notice Assets that a mask can name.
    uint256 public constant MASK_ASSETS = 16;

    uint256 private constant BPS = 10_000;
    uint256 private constant WAD = 1e18;
    /// @dev Largest answer that is looked at, in the feed's own decimals.
    uint256 private constant MAX_RAW = (1 << 128) - 1;

    /// @notice Chainlink's feed of the rollup's sequencer status; zero on a chain without sequencer.
    address public immutable sequencerFeed;
    /// @notice How long after the sequencer's return prices are still refused. {s}
    uint256 public immutable gracePeriod;

    // ---- storage

    /// @dev One slot: [high 128 | recordedAt 64 | deadSince 64]
    struct LastGood {
        uint128 high; // {USD/tok}
        uint64 recordedAt; // unix seconds
        uint64 deadSince; // unix seconds, when it was seen that no answer can be read; 0: not seen since `recordedAt`
    }

    /// @dev One slot: [current 32 | previous 32 | changedAt 64]
    struct Decay {
        uint32 current; // {s}
        uint32 previous; // {s} in force for whatever became unpriced before `changedAt`
        uint64 changedAt; // unix seconds
    }

    mapping(uint256 asset => FeedSlot) private _primary;
    mapping(uint256 asset => FeedSlot) private _second;
    mapping(uint256 asset => uint256) private _disagreementLimit; // bps of the lower answer
    mapping(uint256 asset => LastGood) private _lastGood;
    Decay private _decay;

    // ---- construction

    /// @param authority_ AccessManager that governs this contract.
    /// @param sequencerFeed_ Chainlink's L2 sequencer uptime feed; zero on L1.
    /// @param gracePeriod_ Ignored without a sequencer feed. {s}
    /// @param decay_ How long a last good high takes to fall to 0. {s}
    constructor(
        address authority_,
        address sequencerFeed_,
        uint256 gracePeriod_,
        uint256 decay_
    ) AccessManaged(authority_) {
        if (sequencerFeed_ != address(0)) {
            require(sequencerFeed_.code.length != 0, FeedHasNoCode(sequencerFeed_));
            _requireWithin("gracePeriod", gracePeriod_, MIN_GRACE_PERIOD, MAX_GRACE_PERIOD);
        }
        _requireWithin("decay", decay_, MIN_DECAY, MAX_DECAY);
        sequencerFeed = sequencerFeed_;
        gracePeriod = gracePeriod_;
        _decay = Decay({current: uint32(decay_), previous: uint32(decay_), changedAt: 0});
        emit DecaySet(decay_);
    }

    // ---- prices

    /// @inheritdoc IPriceOracle
    function price(uint256 asset) external view returns (Price memory result) {
        (result.low, result.mid, result.high, result.status) = _price(asset, _requireSequencer());
    }

    /// @inheritdoc IPriceOracle
    /// @dev Written as it is encoded, `[offset | length | (low | mid | high | status) ...]`: encoding a list of structs would cost a third of reading it.
    function prices(uint256 mask) external view returns (Price[] memory) {
        _requireMask(mask);
        uint256 usableSince = _requireSequencer();
        uint256 count = LibBit.popCount(mask);
        uint256[] memory words = new uint256[](2 + 4 * count);
        words.set(0, 0x20);
        words.set(1, count);
        unchecked {
            // At most sixteen assets, and four words for each.
            uint256 next = 2;
            for (uint256 asset; mask >> asset != 0; ++asset) {
                if ((mask >> asset) & 1 == 0) continue;
                (uint256 low, uint256 mid, uint256 high, PriceStatus status) = _price(asset, usableSince);
                words.set(next, low);
                words.set(next + 1, mid);
                words.set(next + 2, high);
                words.set(next + 3, uint256(status));
                next += 4;
            }
        }
        assembly ("memory-safe") {
            return(add(words, 0x20), shl(5, mload(words)))
        }
    }

    /// @inheritdoc IPriceOracle
    function primaryPrice(uint256 asset) external view returns (uint256 answer, bool live) {
        answer = _primaryAnswer(asset);
        live = answer != 0;
    }

    /// @inheritdoc IPriceOracle
    function primaryPrices(uint256 mask) external view returns (uint256[] memory answers) {
        _requireMask(mask);
        answers = new uint256[](LibBit.popCount(mask));
        uint256 k;
        unchecked {
            // Counters up to 16, and an answer for each bit.
            for (uint256 asset; mask >> asset != 0; ++asset) {
                if ((mask >> asset) & 1 == 1) answers.set(k++, _primaryAnswer(asset));
            }
        }
    }

    /// @inheritdoc IPriceOracle
    function isLive(uint256 asset) external view returns (bool) {
        FeedSlot slot = _listed(asset);
        (, , , uint256 goodUntil) = _read(slot);
        if (_isLive(goodUntil)) return true;
        if (!slot.hasSecond()) return false;
        (, , , goodUntil) = _read(_second[asset]);
        return _isLive(goodUntil);
    }

    // ---- last good high

    /// @inheritdoc IPriceOracle
    function record(uint256 mask) external {
        _requireMask(mask);
        (bool usable, , ) = _sequencer();
        for (uint256 asset; asset < MASK_ASSETS; ++asset) {
            if ((mask >> asset) & 1 == 0) continue;
            _listed(asset);
            // What feeds say while the sequencer is down, or just back, may be old news: do not store it.
            if (usable) _record(asset);
        }
    }

    /// @inheritdoc IPriceOracle
    function lastGood(uint256 asset) external view returns (uint256 high, uint256 recordedAt, uint256 deadSince) {
        LastGood memory stored = _lastGood[asset];
        return (stored.high, stored.recordedAt, stored.deadSince);
    }

    /// @inheritdoc IPriceOracle
    function undecayedHigh(uint256 asset) external view returns (uint256 high) {
        PriceStatus status;
        (, , high, status) = _price(asset, _requireSequencer());
        if (status != PriceStatus.Unpriced) return high;
        return _lastHigh(asset);
    }

    // ---- views on the configuration

    /// @inheritdoc IPriceOracle
    function feedConfig(uint256 asset, bool second) external view returns (FeedConfig memory) {
        return (second ? _second[asset] : _primary[asset]).unpack();
    }

    /// @inheritdoc IPriceOracle
    function disagreementLimit(uint256 asset) external view returns (uint256) {
        return _disagreementLimit[asset];
    }

    /// @inheritdoc IPriceOracle
    function decay() external view returns (uint256) {
        return _decay.current;
    }

    /// @inheritdoc IPriceOracle
    /// @dev `high / mid = 2 / (1 + low / high)`, so the spread is largest where `low / high` is smallest. Take answers
    /// a <= b <= a(1 + L), L the disagreement limit, D and e the larger and the smaller deviation. Before rounding, the lowest low over the
    /// highest high is the smallest of
    ///   a over b: (1 - D) / ((1 + L)(1 + e)), since the other way round, (1 - e) / ((1 + L)(1 + D)), is no less: 1 - D**2 <= 1 - e**2;
    ///   one source's own low and high: (1 - D) / (1 + D), which also covers a single live source;
    ///   b over a: no less than one of the above.
    /// So with H = max((1 + L)(1 + e), 1 + D): `high / mid <= S = 2H / (H + 1 - D)`. With one source L = 0, e = D: S = 1 + D.
    /// Rounding: `high < high* + 1`, `low > low* - 1` and the mean is floored: `high / mid <= 2(high* + 1) / (low* + high* - 1)
    /// <= S (high* + 1) / (high* - 1)`, falling in high*, which is no less than the smaller minimum price m.
    function maxSpread(uint256 asset) external view returns (uint256) {
        FeedSlot first = _listed(asset);
        uint256 wide = first.deviation();
        uint256 narrow = wide;
        uint256 limit;
        uint256 floor = first.minPrice();
        if (first.hasSecond()) {
            FeedSlot second = _second[asset];
            (wide, narrow) = _sorted(wide, second.deviation());
            limit = _disagreementLimit[asset];
            floor = Math.min(floor, second.minPrice());
        }
        // In units of BPS**2. The largest product, WAD * 2H * 2**100, is below 2**190.
        uint256 h = Math.max((BPS + limit) * (BPS + narrow), BPS * (BPS + wide));
        uint256 l = BPS * (BPS - wide);
        return Math.ceilDiv(WAD * 2 * h * (floor + 1), (h + l) * (floor - 1));
    }

    // ---- governance

    /// @inheritdoc IPriceOracle
    function listFeed(uint256 asset, FeedConfig calldata config) external restricted {
        require(asset <= MAX_ASSET, AssetOutOfRange(asset));
        require(!_primary[asset].exists(), AssetAlreadyListed(asset));
        _requireSequencer();
        (FeedSlot slot, ) = _activated(asset, config);
        _primary[asset] = slot;
        emit FeedSet(asset, config.feed, false, slot.unpack());
        _record(asset);
    }

    /// @inheritdoc IPriceOracle
    function migrateFeed(uint256 asset, FeedConfig calldata config, uint256 tolerance) external restricted {
        FeedSlot old = _listed(asset);
        uint256 usableSince = _requireSequencer();
        (FeedSlot slot, uint256 answer) = _activated(asset, config);
        _requireNear(asset, answer, tolerance, usableSince);
        _primary[asset] = slot.withSecond(old.hasSecond());
        emit FeedSet(asset, config.feed, false, slot.unpack());
        _record(asset);
    }

    /// @inheritdoc IPriceOracle
    function setSecondFeed(
        uint256 asset,
        FeedConfig calldata config,
        uint256 tolerance,
        uint256 limit
    ) external restricted {
        FeedSlot first = _listed(asset);
        uint256 usableSince = _requireSequencer();
        _requireWithin("disagreementLimit", limit, 1, MAX_DISAGREEMENT_LIMIT);
        (FeedSlot slot, uint256 answer) = _activated(asset, config);
        _requireNear(asset, answer, tolerance, usableSince);
        _primary[asset] = first.withSecond(true);
        _second[asset] = slot;
        _disagreementLimit[asset] = limit;
        emit FeedSet(asset, config.feed, true, slot.unpack());
        emit DisagreementLimitSet(asset, limit);
        _record(asset);
    }

    /// @inheritdoc IPriceOracle
    function removeSecondFeed(uint256 asset) external restricted {
        FeedSlot first = _listed(asset);
        if (!first.hasSecond()) return;
        // If the second source is the only live one, the last good high starts its decay now, not at some earlier record.
        (bool usable, , ) = _sequencer();
        if (usable) _record(asset);
        _primary[asset] = first.withSecond(false);
        _second[asset] = FeedSlot.wrap(0);
        delete _disagreementLimit[asset];
        emit SecondFeedRemoved(asset);
    }

    /// @inheritdoc IPriceOracle
    /// @dev Whatever became unpriced before the change goes on decaying as it began, so that the change itself moves no
    /// account's maintenance limit. One earlier duration is remembered: by the next change everything under it has run out.
    function setDecay(uint256 duration) external restricted {
        _requireWithin("decay", duration, MIN_DECAY, MAX_DECAY);
        Decay memory old = _decay;
        uint256 allowedAt = uint256(old.changedAt) + MAX_DECAY;
        require(block.timestamp >= allowedAt, DecayChangedRecently(allowedAt));
        _decay = Decay({current: uint32(duration), previous: old.current, changedAt: uint64(block.timestamp)});
        emit DecaySet(duration);
    }

    // ---- internal: prices

    /// @dev What the primary source answers; 0 when not live. An answer in band is never 0.
    function _primaryAnswer(uint256 asset) private view returns (uint256) {
        (uint256 answer, uint256 goodUntil) = _answer(_listed(asset));
        return _isLive(goodUntil) ? answer : 0;
    }

    /// @dev The members of a `Price`, given since when the sequencer's word can be trusted (0 on L1). Kept on the stack: a struct
    /// handed from function to function would be allocated anew by each.
    function _price(
        uint256 asset,
        uint256 usableSince
    ) private view returns (uint256 low, uint256 mid, uint256 high, PriceStatus status) {
        FeedSlot first = _listed(asset);
        uint256 answer;
        uint256 goodUntil;
        (answer, low, high, goodUntil) = _read(first);
        if (first.hasSecond()) return _priceOfTwo(asset, answer, low, high, goodUntil, usableSince);
        if (_isLive(goodUntil)) return (low, _mean(low, high), high, PriceStatus.Live);
        return (0, 0, _decayed(asset, high, goodUntil, goodUntil != 0, usableSince), PriceStatus.Unpriced);
    }

    /// @dev The price when there is a second source, given what the first one says.
    function _priceOfTwo(
        uint256 asset,
        uint256 answer,
        uint256 low,
        uint256 high,
        uint256 goodUntil,
        uint256 usableSince
    ) private view returns (uint256, uint256, uint256, PriceStatus) {
        (uint256 answer2, uint256 low2, uint256 high2, uint256 goodUntil2) = _read(_second[asset]);
        if (!_isLive(goodUntil)) {
            if (_isLive(goodUntil2)) return (low2, _mean(low2, high2), high2, PriceStatus.Live);
            bool known = goodUntil != 0 && goodUntil2 != 0;
            (high, goodUntil) = _later(high, goodUntil, high2, goodUntil2);
            return (0, 0, _decayed(asset, high, goodUntil, known, usableSince), PriceStatus.Unpriced);
        }
        if (_isLive(goodUntil2)) {
            low = Math.min(low, low2);
            high = Math.max(high, high2);
            (uint256 upper, uint256 lower) = _sorted(answer, answer2);
            if ((upper - lower) * BPS > lower * _disagreementLimit[asset]) {
                return (low, upper, high, PriceStatus.Disagreeing);
            }
        }
        return (low, _mean(low, high), high, PriceStatus.Live);
    }

    /// @dev Rounded down. Both are below 2**101.
    function _mean(uint256 low, uint256 high) private pure returns (uint256) {
        unchecked {
            return (low + high) / 2;
        }
    }

    /// @dev No source is live: the last good high, falling to 0, rounded up.
    /// @param high High of the latest stale answer in band, good until `goodUntil`; both 0 when there is none.
    /// @param known Every source still gives an answer in band, so that their ages tell when the last one ceased to be live. Otherwise
    /// one died outright, nobody can tell when, and time runs only from the moment that `record` saw it: without that, an account whose
    /// feed was fine a block ago could be seized for a decay that never took place.
    function _decayed(
        uint256 asset,
        uint256 high,
        uint256 goodUntil,
        bool known,
        uint256 usableSince
    ) private view returns (uint256) {
        uint256 start;
        (high, start) = _orStored(asset, high, goodUntil);
        if (!known) {
            uint256 deadSince = _lastGood[asset].deadSince;
            // A source was live later than the last death that was seen: not seen, for this one.
            if (deadSince < start) return high;
            start = deadSince;
        }
        // Nobody could act while the sequencer was away: the decay does not start before it is back for good.
        start = Math.max(start, usableSince);
        Decay memory d = _decay;
        uint256 duration = start < d.changedAt ? d.previous : d.current;
        uint256 elapsed = block.timestamp - start;
        return elapsed < duration ? Math.ceilDiv(high * (duration - elapsed), duration) : 0;
    }

    /// @dev Asks one source.
    /// @return answer As given, scaled to 18 decimals, rounded down; 0 when there is none in band.
    /// @return low The lowest that the price may be by the feed's own deviation threshold, rounded down.
    /// @return high The highest that it may be, rounded up.
    /// @return goodUntil When the answer goes stale (it may be past already); 0 when there is none in band. (unix seconds)
    function _read(FeedSlot slot) private view returns (uint256 answer, uint256 low, uint256 high, uint256 goodUntil) {
        (answer, goodUntil) = _answer(slot);
        if (goodUntil == 0) return (0, 0, 0, 0);
        // Unchecked, for this runs for every price: an answer in band is below 2**100, a deviation below 2**16.
        unchecked {
            uint256 margin = answer * slot.deviation();
            low = (answer * BPS - margin) / BPS;
            high = (answer * BPS + margin + BPS - 1) / BPS;
        }
    }

    /// @dev What one source answers, scaled to 18 decimals, rounded down, and when it goes stale; both 0 when there is none in band.
    function _answer(FeedSlot slot) private view returns (uint256 answer, uint256 goodUntil) {
        (bool ok, int256 raw, , uint256 updatedAt) = FeedReader.latest(slot.feed());
        // Unchecked, for this runs for every price: the answer is below 2**188 when scaled and below 2**100 in band, heartbeats are
        // short and `updatedAt` is past.
        unchecked {
            // One less than zero is the largest number, and a negative answer is a large one: each comparison refuses both ends.
            if (!ok || uint256(raw) - 1 >= MAX_RAW || updatedAt - 1 >= block.timestamp) return (0, 0);
            uint256 decimals = slot.decimals();
            answer = decimals <= 18 ? uint256(raw) * 10 ** (18 - decimals) : uint256(raw) / 10 ** (decimals - 18);
            if (answer < slot.minPrice() || answer > slot.maxPrice()) return (0, 0);
            goodUntil = updatedAt + slot.heartbeat();
        }
    }

    function _isLive(uint256 goodUntil) private view returns (bool) {
        return goodUntil >= block.timestamp;
    }

    /// @dev What an asset without a live source was last worth: what a stale answer in band still says, or what was recorded.
    function _lastHigh(uint256 asset) private view returns (uint256 high) {
        FeedSlot first = _primary[asset];
        uint256 goodUntil;
        (, , high, goodUntil) = _read(first);
        if (first.hasSecond()) {
            (, , uint256 high2, uint256 goodUntil2) = _read(_second[asset]);
            (high, goodUntil) = _later(high, goodUntil, high2, goodUntil2);
        }
        (high, ) = _orStored(asset, high, goodUntil);
    }

    /// @dev The later of two last good highs; of equally late ones the higher.
    function _later(
        uint256 high,
        uint256 since,
        uint256 high2,
        uint256 since2
    ) private pure returns (uint256, uint256) {
        return since2 > since || (since2 == since && high2 > high) ? (high2, since2) : (high, since);
    }

    /// @dev The given last good high or the stored one, whichever is later.
    function _orStored(uint256 asset, uint256 high, uint256 since) private view returns (uint256, uint256) {
        LastGood memory stored = _lastGood[asset];
        return _later(high, since, stored.high, stored.recordedAt);
    }

    /// @dev Stores the present high if any source is live, disagreeing ones included: liquidation uses it as well. If none is, and not
    /// every source gives an answer whose age tells since when, stores that it is so now.
    function _record(uint256 asset) private {
        FeedSlot first = _listed(asset);
        (, , uint256 high, uint256 goodUntil) = _read(first);
        (uint256 high2, uint256 goodUntil2) = (high, goodUntil);
        if (first.hasSecond()) (, , high2, goodUntil2) = _read(_second[asset]);
        bool live = _isLive(goodUntil);
        bool live2 = _isLive(goodUntil2);
        LastGood storage stored = _lastGood[asset];
        if (live || live2) {
            high = Math.max(live ? high : 0, live2 ? high2 : 0);
            // Casts are safe: an answer in band is below 2**100, and its high below 2**101.
            _lastGood[asset] = LastGood({high: uint128(high), recordedAt: uint64(block.timestamp), deadSince: 0});
            emit Recorded(asset, high);
        } else if (goodUntil == 0 || goodUntil2 == 0) {
            // Seen already, and no source was live in between: the decay goes on as it began.
            if (stored.deadSince >= Math.max(stored.recordedAt, Math.max(goodUntil, goodUntil2))) return;
            stored.deadSince = uint64(block.timestamp);
            emit DeathWitnessed(asset);
        }
    }

    function _sorted(uint256 a, uint256 b) private pure returns (uint256 upper, uint256 lower) {
        return a > b ? (a, b) : (b, a);
    }

    // ---- internal: sequencer

    /// @dev Whether prices can be used.
    /// @return usable True on L1, and on L2 when the sequencer is up for longer than the grace period.
    /// @return up Whether the sequencer is up.
    /// @return time When up, the end of the grace period (0 on L1); when down, since when (0 when its status is unreadable).
    function _sequencer() private view returns (bool usable, bool up, uint256 time) {
        if (sequencerFeed == address(0)) return (true, true, 0);
        (bool ok, int256 status, uint256 startedAt, ) = FeedReader.latest(sequencerFeed);
        // Chainlink's convention: 0 up, 1 down, `startedAt` the last change, 0 before the first report.
        if (!ok || startedAt == 0 || startedAt > block.timestamp || (status != 0 && status != 1)) {
            return (false, false, 0);
        }
        if (status == 1) return (false, false, startedAt);
        time = startedAt + gracePeriod;
        return (block.timestamp >= time, true, time);
    }

    /// @return usableSince When the grace period ended; 0 on L1.
    function _requireSequencer() private view returns (uint256 usableSince) {
        bool usable;
        bool up;
        (usable, up, usableSince) = _sequencer();
        if (usable) return usableSince;
        if (up) revert SequencerGracePeriod(usableSince);
        revert SequencerDown(usableSince);
    }

    // ---- internal: checks

    function _listed(uint256 asset) private view returns (FeedSlot slot) {
        slot = _primary[asset];
        require(slot.exists(), AssetUnknown(asset));
    }

    function _requireMask(uint256 mask) private pure {
        if (mask >> MASK_ASSETS != 0) revert AssetOutOfRange(MASK_ASSETS + _lowestBit(mask >> MASK_ASSETS));
    }

    function _lowestBit(uint256 value) private pure returns (uint256) {
        return Math.log2(value & (~value + 1));
    }

    function _requireWithin(bytes32 field, uint256 value, uint256 minimum, uint256 maximum) private pure {
        require(value >= minimum && value <= maximum, FeedConfigInvalid(field, value, minimum, maximum));
    }

    /// @dev Checks a source's configuration and that it gives a good answer right now.
    function _activated(
        uint256 asset,
        FeedConfig calldata config
    ) private view returns (FeedSlot slot, uint256 answer) {
        _requireWithin("heartbeat", config.heartbeat, MIN_HEARTBEAT, MAX_HEARTBEAT);
        _requireWithin("deviation", config.deviation, 0, MAX_DEVIATION);
        _requireWithin("minPrice", config.minPrice, MIN_PRICE, MAX_PRICE);
        _requireWithin("maxPrice", config.maxPrice, MIN_PRICE, MAX_PRICE);
        require(config.feed.code.length != 0, FeedHasNoCode(config.feed));
        uint256 decimals = AggregatorV3Interface(config.feed).decimals();
        require(decimals <= MAX_FEED_DECIMALS, FeedDecimalsUnsupported(config.feed, decimals));
        slot = FeedSlots.pack(config, decimals);
        // The band as stored, rounded inwards, must not be empty.
        _requireWithin("maxPrice", slot.maxPrice(), slot.minPrice() + 1, MAX_PRICE);
        uint256 goodUntil;
        (answer, , , goodUntil) = _read(slot);
        require(_isLive(goodUntil), FeedNotLive(asset, config.feed));
    }

    /// @dev Requires `answer` to be near what the asset was worth until now, so that a wrongly composed feed is found out before it
    /// is used. While sources disagree, being near one of them is enough: that is how the wrong one gets replaced.
    function _requireNear(uint256 asset, uint256 answer, uint256 tolerance, uint256 usableSince) private view {
        uint256 anchor;
        uint256 widest = MAX_TOLERANCE;
        (, uint256 mid, , PriceStatus status) = _price(asset, usableSince);
        if (status == PriceStatus.Live) {
            anchor = mid;
        } else {
            FeedSlot first = _primary[asset];
            (uint256 answer1, , uint256 high, uint256 goodUntil) = _read(first);
            (uint256 answer2, , uint256 high2, uint256 goodUntil2) = first.hasSecond()
                ? _read(_second[asset])
                : (uint256(0), uint256(0), uint256(0), uint256(0));
            if (status == PriceStatus.Disagreeing) {
                anchor = _distance(answer, answer1) < _distance(answer, answer2) ? answer1 : answer2;
            } else {
                // Nothing is live: the last good high as it was, before any decay.
                (high, goodUntil) = _later(high, goodUntil, high2, goodUntil2);
                (anchor, ) = _orStored(asset, high, goodUntil);
                widest = MAX_TOLERANCE_UNPRICED;
            }
        }
        _requireWithin("tolerance", tolerance, 0, widest);
        require(
            _distance(answer, anchor) * BPS <= anchor * tolerance,
            FeedActivationMismatch(asset, answer, anchor, tolerance)
        );
    }

    function _distance(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a - b : b - a;
    }
}
