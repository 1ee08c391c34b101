// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {LibBit} from "solady/src/utils/LibBit.sol";

import {IPriceOracle, PriceStatus} from "../interfaces/IPriceOracle.sol";
import {IRebalancer} from "../interfaces/IRebalancer.sol";
import {IReserve} from "../interfaces/IReserve.sol";
import {IReserveShared} from "../interfaces/IReserveShared.sol";
import {IRiskModel} from "../interfaces/IRiskModel.sol";
import {PriceList, PriceLists} from "../solvency/PriceList.sol";
import {StatementMath} from "../solvency/StatementMath.sol";
import {AuctionMath} from "./AuctionMath.sol";

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

    /// @dev `[oracle 160 | unit decimals plus 1, 5 x 16 | free 16]`. Unit decimals are final in a risk model; 0 is not known yet.
    struct Market {
        address oracle;
        uint80 decimals;
    }

    /// @dev What is held, and what it is worth, by asset number.
    struct Book {
        uint256 all; // {USD}
        uint256[16] values; // {USD}
        uint256[16] mids; // the undecayed last good high where there is no price {USD/tok}
        uint256[16] highs; // {USD/tok}
        uint256[16] units; // {ledger/tok}
        uint256[16] statuses;
        uint256 held; // mask
        uint256 learnt; // unit decimals plus 1 that were not known, as `Market` keeps them
    }

    Settings internal _settings;
    /// @dev 16 bits an asset. bps, both
    uint256 internal _targets;
    uint256 internal _bands;
    Market internal _market;
    address internal _riskModel;
    address internal _sheet;

    IReserve internal immutable RESERVE;

    /// @dev True inside any call that changes something.
    bool internal transient _lock;

    // ---- constants

    uint256 internal constant WAD = 1e18;
    uint256 internal constant BPS = 10_000;
    uint256 internal constant ASSETS = 16;
    uint8 internal constant BUYS_DOLLAR = 1;
    uint8 internal constant RISING = 2;

    /// @notice The least band of an asset with a target. bps
    uint256 public constant MIN_BAND = 25;

    constructor(address reserve_) {
        RESERVE = IReserve(reserve_);
    }

    modifier locked() {
        require(!_lock, Entered());
        _lock = true;
        _;
        _lock = false;
    }

    // ---- views

    /// @inheritdoc IRebalancer
    function isEntered() external view returns (bool) {
        return _lock;
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

    /// @dev Values everything held, and reads the prices of `extra` as well.
    function _book(uint256 extra) internal view returns (Book memory book) {
        Market memory market = _market;
        uint256[] memory amounts;
        (book.held, amounts) = RESERVE.booked();
        uint256 mask = book.held | extra;
        if (mask == 0) return book;
        PriceList prices = PriceLists.read(market.oracle, mask, LibBit.popCount(mask));
        uint256 rank;
        uint256 count;
        uint256 all;
        uint256 held = book.held;
        // Nothing overflows: prices are below 2**100, amounts below 2**64.
        unchecked {
            for (uint256 asset = 0; mask >> asset != 0; ++asset) {
                if ((mask >> asset) & 1 == 0) continue;
                (, uint256 mid, uint256 high, uint256 status) = prices.priceAt(rank++);
                if (status == uint256(PriceStatus.Unpriced)) mid = IPriceOracle(market.oracle).undecayedHigh(asset);
                uint256 known = uint256(market.decimals).decimalsOf(asset);
                if (known == 0) {
                    known = IRiskModel(_riskModel).unitDecimals(asset) + 1;
                    book.learnt = book.learnt.withDecimals(asset, known);
                }
                uint256 unit = 10 ** (known - 1);
                book.mids[asset] = mid;
                book.highs[asset] = high;
                book.units[asset] = unit;
                book.statuses[asset] = status;
                if ((held >> asset) & 1 == 0) continue;
                uint256 value = (amounts[count++] * mid) / unit;
                book.values[asset] = value;
                all += value;
            }
        }
        book.all = all;
    }

    /// @dev Keeps the units that had to be asked for, so that fills need not.
    function _keepUnits(Book memory book) internal {
        // The cast is safe: sixteen times five bits, as unit decimals are at most 18.
        if (book.learnt != 0) _market.decimals |= uint80(book.learnt);
    }

    /// @dev Targets in force: risky ones scaled, what that frees to the buffer in proportion. 18 decimals, rounded down
    function _targetsInForce(Settings memory s) internal view returns (uint256[16] memory targets) {
        uint256 word = _targets;
        uint256 buffer = _bufferOf(word, s.stables);
        uint256 scale = s.scale;
        // In bps of bps: what the risky ones leave.
        uint256 freed = (BPS - buffer) * (BPS - scale);
        unchecked {
            // A target is at most 10,000, and so is each sum of them.
            for (uint256 asset = 0; word != 0; ++asset) {
                uint256 target = word & type(uint16).max;
                word >>= 16;
                if (target == 0) continue;
                targets[asset] =
                    (uint256(s.stables) >> asset) & 1 == 1
                        ? target * StatementMath.BP + (target * freed * 1e10) / buffer
                        : target * scale * 1e10;
            }
        }
    }

    /// @dev What the targets of the buffer add up to. bps
    function _bufferOf(uint256 word, uint256 stables) internal pure returns (uint256 buffer) {
        // Targets add up to 10,000.
        unchecked {
            for (; word != 0; word >>= 16) {
                if (stables & 1 == 1) buffer += word & type(uint16).max;
                stables >>= 1;
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
