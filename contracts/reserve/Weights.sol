// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {LibBit} from "solady/src/utils/LibBit.sol";

import {IPriceOracle, PriceStatus} from "../interfaces/IPriceOracle.sol";
import {IRebalancer} from "../interfaces/IRebalancer.sol";
import {IReserve} from "../interfaces/IReserve.sol";
import {IReserveShared} from "../interfaces/IReserveShared.sol";
import {IRiskModel} from "../interfaces/IRiskModel.sol";
import {PackedFloat} from "../libraries/PackedFloat.sol";
import {PriceList, PriceLists} from "../solvency/PriceList.sol";
import {StatementMath} from "../solvency/StatementMath.sol";
import {AuctionMath} from "./AuctionMath.sol";
import {Lanes} from "./Lanes.sol";

/// @title What the Rebalancer stores, and what the reserve consists of against what it should
/// @dev Weights are of value at mid over everything held, vaults as booked, those marked unreadable at 0. An unpriced asset counts at its last good high, undecayed: dropping it would
/// make all others overweight, sell them, and buy them back when it returns.
abstract contract Weights is AccessManaged, IRebalancer {
    using StatementMath for uint256;

    // ---- layout

    /// @dev All terms and the state of de-risking, one slot: `[auction terms 120 | derisk terms 48 | scale 16 | moved at 40 | flags 8 | stables 16]`.
    struct Settings {
        uint16 premium;
        uint16 maxSlippage;
        uint24 duration;
        uint16 depthShare;
        uint32 minLot; // {USD, whole}
        uint16 dailyLoss;
        uint16 minScale;
        uint16 pace;
        uint16 margin;
        uint16 scale;
        uint40 movedAt;
        /// @dev BUYS_DOLLAR, RISING
        uint8 flags;
        /// @dev The buffer: stables of the reserve when weights were set.
        uint16 stables;
    }

    /// @dev `[oracle 160 | unit decimals plus 1, 5 x 16 | kept 16]`. Unit decimals are final in a risk model; 0 is not known yet.
    struct Market {
        address oracle;
        uint80 decimals;
        /// @dev Mask of `_keptMids`.
        uint16 kept;
    }

    /// @dev What is held, and what it is worth, by asset number. What was not priced now is in `all` only.
    struct Book {
        uint256 all; // {USD}
        uint256 live; // of what was priced now {USD}
        uint256[16] amounts; // {ledger}
        uint256[16] values; // {USD}
        uint256 wanted; // mask of what has to be priced now where it is held
        uint256 priced; // mask of what was
        PriceList prices; // of that mask
        uint256 decimals; // as `Market` keeps them, with those that were not known
        uint256[] words; // `IReserveExchange.stock`
    }

    /// @dev An asset of a book that has a live price.
    struct Side {
        uint256 value; // {USD}
        uint256 mid; // {USD/tok}
        uint256 high; // {USD/tok}
        uint256 unit; // {ledger/tok}
    }

    Settings internal _settings;
    /// @dev 16 bits an asset. bps, both
    uint256 internal _targets;
    uint256 internal _bands;
    Market internal _market;
    /// @dev Mids of the last opening, of a ledger unit, 64 bits an asset: floats of 56 mantissa bits, rounded down by less than 1e-16 of them. {USD/ledger} times 2**64
    uint256[4] private _keptMids;
    address internal _riskModel;
    address internal _sheet;

    IReserve internal immutable RESERVE;

    /// @dev 1 inside any call that changes something. A whole word: a bool would be read again to be set.
    uint256 internal transient _lock;

    // ---- constants

    uint256 internal constant WAD = 1e18;
    uint256 internal constant BPS = 10_000;
    uint256 internal constant ASSETS = 16;
    uint8 internal constant BUYS_DOLLAR = 1;
    uint8 internal constant RISING = 2;
    /// @dev Mantissa bits and binary places of what is kept.
    uint256 private constant KEPT_MANTISSA = 56;
    uint256 private constant KEPT_PLACES = 64;
    /// @dev Of a kept mid.
    uint256 private constant KEPT_BITS = 64;

    /// @notice The least band of an asset with a target. bps
    uint256 public constant MIN_BAND = 25;

    constructor(address reserve_) {
        RESERVE = IReserve(reserve_);
    }

    modifier locked() {
        require(_lock == 0, Entered());
        _lock = 1;
        _;
        _lock = 0;
    }

    // ---- views

    /// @inheritdoc IRebalancer
    function isEntered() external view returns (bool) {
        return _lock != 0;
    }

    /// @inheritdoc IRebalancer
    function weights()
        external
        view
        returns (uint256[16] memory now_, uint256[16] memory targets, uint256[16] memory bands)
    {
        Book memory book = _book(0);
        targets = _targetsInForce(_settings);
        uint256 word = _bands;
        for (uint256 asset = 0; asset < ASSETS; ++asset) {
            now_[asset] = book.all == 0 ? 0 : (book.values[asset] * BPS) / book.all;
            targets[asset] /= StatementMath.BP;
            bands[asset] = word.laneOf(asset);
        }
    }

    /// @inheritdoc IRebalancer
    function offTarget() external view returns (uint256 count) {
        Book memory book = _book(0);
        Settings memory s = _settings;
        uint256[16] memory targets = _targetsInForce(s);
        uint256 word = _bands;
        uint256 nominal = _targets;
        for (uint256 asset = 0; asset < ASSETS; ++asset) {
            uint256 value = book.values[asset];
            uint256 target = targets[asset];
            uint256 band = word.laneOf(asset) * StatementMath.BP;
            if (nominal.laneOf(asset) == 0) {
                // What should not be there is off target as soon as it can be sold.
                if (value >= s.minLot * WAD && value != 0) ++count;
            } else if (value * WAD > book.all * (target + band)) {
                ++count;
            } else if (target > band && value * WAD < book.all * (target - band)) {
                ++count;
            }
        }
    }

    // ---- governance

    /// @inheritdoc IRebalancer
    function setWeights(uint256[16] calldata targets, uint256[16] calldata bands) external restricted {
        (uint256 listed, uint256 stable) = RESERVE.listedMasks();
        uint256 sum;
        uint256 buffer;
        uint256 targetWord;
        uint256 bandWord;
        for (uint256 asset = 0; asset < ASSETS; ++asset) {
            uint256 target = targets[asset];
            _requireWithin("target", target, 0, BPS);
            _requireWithin("band", bands[asset], target == 0 ? 0 : MIN_BAND, BPS);
            require(target == 0 || (listed >> asset) & 1 == 1, IReserveShared.AssetNotListed(asset));
            sum += target;
            if ((stable >> asset) & 1 == 1) buffer += target;
            targetWord = targetWord.withLane(asset, target);
            bandWord = bandWord.withLane(asset, bands[asset]);
        }
        require(sum == BPS, WeightsInvalid(sum));
        // Without a buffer there is nothing to de-risk into.
        require(buffer != 0, WeightsInvalid(buffer));
        (_targets, _bands) = (targetWord, bandWord);
        // The cast is safe: a mask of sixteen assets.
        _settings.stables = uint16(stable);
        emit WeightsSet(targets, bands);
    }

    // ---- internals

    /// @dev Values everything held at the prices of now, and reads those of `extra` as well.
    function _book(uint256 extra) internal view returns (Book memory book) {
        (book.priced, book.wanted) = (extra, type(uint256).max);
        _value(book);
    }

    /// @dev Prices only `extra` now, and what the last opening did not: the others count at its mids.
    function _keptBook(uint256 extra) internal view returns (Book memory book) {
        (book.priced, book.wanted) = (extra, extra);
        _value(book);
    }

    /// @dev Reads and values what is held; `priced` and `wanted` are given. In memory, as the compiler would make a copy of all this for each literal argument.
    function _value(Book memory book) private view {
        Market memory market = _market;
        book.decimals = market.decimals;
        (uint256 held, uint256 rest) = _readStock(book, book.wanted | ~uint256(market.kept));
        book.priced |= held;
        if (book.priced != 0) _priceNow(book, market.oracle);
        book.all = book.live + rest;
    }

    /// @dev Reads what is held, vaults as booked.
    /// @param live Whose amounts are wanted.
    /// @return held Mask of those. @return rest What all others are worth at the mids of the last opening. {USD}, rounded down
    function _readStock(Book memory book, uint256 live) private view returns (uint256 held, uint256 rest) {
        (uint256[] memory words, uint256[] memory credits) = RESERVE.stock();
        book.words = words;
        uint256[16] memory amounts = book.amounts;
        // Nothing overflows: an amount is below 2**66, a kept mid below 2**164. Two words for four assets.
        unchecked {
            for (uint256 i = 0; i < words.length; i += 2) {
                (uint256 cash, uint256 vaulted) = (words[i], words[i + 1]);
                uint256 mids = (~live >> (i << 1)) & 15 == 0 ? 0 : _keptMids[i >> 1];
                for (uint256 asset = i << 1; cash | vaulted != 0; ++asset) {
                    uint256 amount = (cash & Lanes.MAX) + (vaulted & Lanes.MAX);
                    if ((live >> asset) & 1 == 0) {
                        rest += amount * PackedFloat.unpack(mids & Lanes.MAX, KEPT_MANTISSA);
                    } else if (amount != 0) {
                        amounts[asset] = amount;
                        held |= 1 << asset;
                    }
                    (cash, vaulted, mids) = (cash >> 64, vaulted >> 64, mids >> 64);
                }
            }
            for (uint256 i = 0; i < credits.length; ++i) {
                uint256 asset = credits[i] >> 248;
                uint256 amount = uint248(credits[i]);
                if ((live >> asset) & 1 == 0) {
                    rest += amount * PackedFloat.unpack(Lanes.amountIn(_keptMids[asset >> 2], asset), KEPT_MANTISSA);
                } else {
                    amounts[asset] += amount;
                    held |= 1 << asset;
                }
            }
        }
        rest >>= KEPT_PLACES;
    }

    /// @dev What the reserve can pay out of an asset at once: all but what is in vaults. {ledger}
    function _sellable(Book memory book, uint256 asset) internal pure returns (uint256 amount) {
        amount = book.amounts[asset];
        uint256 word = ((asset >> 2) << 1) | 1;
        if (word < book.words.length) amount -= Lanes.amountIn(book.words[word], asset);
    }

    /// @dev Asks for prices, and values what is held of these assets.
    function _priceNow(Book memory book, address oracle) private view {
        uint256 asked = book.priced;
        uint256 decimals = book.decimals;
        uint256[16] memory amounts = book.amounts;
        uint256[16] memory values = book.values;
        PriceList prices = PriceLists.read(oracle, asked, LibBit.popCount(asked));
        uint256 rank;
        uint256 live;
        // Nothing overflows: prices are below 2**100, amounts below 2**66.
        unchecked {
            for (uint256 asset = 0; asked >> asset != 0; ++asset) {
                if ((asked >> asset) & 1 == 0) continue;
                uint256 known = decimals.decimalsOf(asset);
                if (known == 0) {
                    known = IRiskModel(_riskModel).unitDecimals(asset) + 1;
                    decimals = decimals.withDecimals(asset, known);
                }
                uint256 value = (amounts[asset] * _midOf(prices, rank++, oracle, asset)) / 10 ** (known - 1);
                values[asset] = value;
                live += value;
            }
        }
        (book.prices, book.decimals, book.live) = (prices, decimals, live);
    }

    /// @dev The mid, or the undecayed last good high where there is no price. {USD/tok}
    function _midOf(PriceList prices, uint256 rank, address oracle, uint256 asset) private view returns (uint256 mid) {
        uint256 status;
        (, mid, , status) = prices.priceAt(rank);
        if (status == uint256(PriceStatus.Unpriced)) mid = IPriceOracle(oracle).undecayedHigh(asset);
    }

    /// @dev An asset that was priced now; its price has to be live.
    function _side(Book memory book, uint256 asset) internal pure returns (Side memory side) {
        (, uint256 mid, uint256 high, uint256 status) = book.prices.priceAt(book.priced.rankOf(asset));
        require(status == uint256(PriceStatus.Live), PriceUnusable(asset, status));
        return Side(book.values[asset], mid, high, _unitOf(book, asset));
    }

    /// @dev Of an asset that was priced now. {ledger/tok}
    function _unitOf(Book memory book, uint256 asset) private pure returns (uint256) {
        return 10 ** (book.decimals.decimalsOf(asset) - 1);
    }

    /// @dev Keeps the mids of what was priced, and the units that had to be asked for, so that fills need not.
    function _keep(Book memory book) internal {
        Market memory market = _market;
        uint256 priced = book.priced;
        if (market.decimals != book.decimals || market.kept != priced) {
            // The casts are safe: sixteen times five bits, as unit decimals are at most 18; sixteen assets.
            (market.decimals, market.kept) = (uint80(book.decimals), uint16(priced));
            _market = market;
        }
        PriceList prices = book.prices;
        address oracle = market.oracle;
        uint256 decimals = market.decimals;
        uint256 rank;
        uint256 word;
        // Nothing overflows: a mid is below 2**100, so an exponent is below 2**8; what was priced has its decimals.
        unchecked {
            for (uint256 asset = 0; priced >> asset != 0; ++asset) {
                if ((priced >> asset) & 1 == 1) {
                    uint256 mid = _midOf(prices, rank++, oracle, asset);
                    uint256 worth = (mid << KEPT_PLACES) / 10 ** (decimals.decimalsOf(asset) - 1);
                    word |= PackedFloat.packDown(worth, KEPT_MANTISSA, KEPT_BITS) << ((asset & 3) << 6);
                }
                // The last of its word, or of all.
                if (asset & 3 != 3 && priced >> (asset + 1) != 0) continue;
                if ((priced >> (asset & 12)) & 15 != 0) _keptMids[asset >> 2] = word;
                word = 0;
            }
        }
    }

    /// @dev Targets in force: risky ones scaled, what that frees to the buffer in proportion. 18 decimals, rounded down
    function _targetsInForce(Settings memory s) internal view returns (uint256[16] memory targets) {
        uint256 word = _targets;
        uint256 buffer = _bufferOf(word, s.stables);
        for (uint256 asset = 0; asset < ASSETS; ++asset) targets[asset] = _inForce(word, buffer, s, asset);
    }

    /// @dev One of them.
    /// @param word `_targets` @param buffer What the targets of the buffer add up to. bps
    function _inForce(
        uint256 word,
        uint256 buffer,
        Settings memory s,
        uint256 asset
    ) internal pure returns (uint256 target) {
        target = word.laneOf(asset);
        if (target == 0) return 0;
        // A target is at most 10,000, and so is each sum of them.
        unchecked {
            if ((uint256(s.stables) >> asset) & 1 == 0) return target * s.scale * 1e10;
            // In bps of bps: what the risky ones leave.
            uint256 freed = (BPS - buffer) * (BPS - s.scale);
            return target * StatementMath.BP + (target * freed * 1e10) / buffer;
        }
    }

    /// @dev What the targets of the buffer add up to. bps
    function _bufferOf(uint256 word, uint256 stables) internal pure returns (uint256 buffer) {
        // Targets add up to 10,000.
        unchecked {
            for (; stables != 0; stables >>= 1) {
                if (stables & 1 == 1) buffer += word & type(uint16).max;
                word >>= 16;
            }
        }
    }

    function _requireWithin(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum) internal pure {
        require(value >= minimum && value <= maximum, ParameterOutOfBounds(parameter, value, minimum, maximum));
    }

    /// @dev What the reserve may still lose by auctions, if everything is worth `all`. {USD}
    function _dailyLoss(Settings memory s, uint256 all) internal pure returns (uint256) {
        return (all * s.dailyLoss) / AuctionMath.BPS;
    }
}
