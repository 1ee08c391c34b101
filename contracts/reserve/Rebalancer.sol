// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

import {IBalanceSheet} from "../interfaces/IBalanceSheet.sol";
import {Auction, AuctionTerms, DeriskTerms, IRebalancer, OpenAuction} from "../interfaces/IRebalancer.sol";
import {DOLLAR, Fill} from "../interfaces/IReserveSeams.sol";
import {IRiskModel} from "../interfaces/IRiskModel.sol";
import {StatementMath} from "../solvency/StatementMath.sol";
import {AuctionMath} from "./AuctionMath.sol";
import {Derisk} from "./Derisk.sol";
import {Weights} from "./Weights.sol";

/// @title Dutch auctions
/// @dev Weights are in `Weights`, de-risking in `Derisk`. Here: what is sold for what, and at which price.
contract Rebalancer is Derisk {
    using StatementMath for uint256;

    // ---- layout

    /// @dev One of `_auctions`: `[left 64 | started at 40 | scale 16 | state 8 | free 128]`, packed here, as the compiler would write a struct in three steps. The scale is 0
    /// before a pair's first auction.
    struct AuctionSlot {
        uint256 left; // {ledger}
        uint256 startedAt; // unix seconds
        uint256 scale; // bps
        uint256 state;
    }

    /// @dev `[used 128 | used at 40]`. {USD}, unix seconds
    struct BudgetSlot {
        uint128 used;
        uint40 usedAt;
    }

    /// @dev `ASSETS * SIDES` of them, by pair, see `_pairOf`. Never zeroed.
    uint256[16 * 17] private _auctions;
    BudgetSlot private _budget;

    uint256 private constant CLOSED = 0;
    uint256 private constant UNFILLED = 1;
    uint256 private constant FILLED = 2;
    /// @dev Closed in time, as nothing could be filled. Should that change in time, it goes on as if it had never been closed: or whoever can move the need restarts the price.
    uint256 private constant NEEDLESS = 3;
    /// @dev For how long after its opening an auction's fills value what they are not about at kept mids: what an auction takes as shipped. {s}
    uint256 private constant MAX_MIDS_AGE = 30 minutes;
    /// @dev What one asset can be sold for: sixteen assets, and plUSD as the seventeenth.
    uint256 private constant SIDES = ASSETS + 1;
    /// @dev A running auction makes way for one of this many times what it has left: whoever opens early, while little is needed, holds nobody up.
    uint256 private constant OUTGROWN = 4;

    // ---- immutable limits of the parameters

    /// @notice bps
    uint256 public constant MAX_PREMIUM = 2_000;
    uint256 public constant MAX_SLIPPAGE = 1_000;
    uint256 public constant MAX_DEPTH_SHARE = 5_000;
    uint256 public constant MAX_DAILY_LOSS = 200;
    /// @notice {s}
    uint256 public constant MIN_DURATION = 10 minutes;
    uint256 public constant MAX_DURATION = 1 days;
    /// @notice {USD, whole}
    uint256 public constant MIN_MIN_LOT = 10;
    uint256 public constant MAX_MIN_LOT = 1_000_000;
    /// @notice bps a day
    uint256 public constant MIN_PACE = 100;
    uint256 public constant MAX_PACE = 5_000;
    /// @notice bps
    uint256 public constant MAX_MARGIN = 3_000;

    /// @dev One fill, worked out. Amounts in {ledger}, or {plUSD} for what is paid in plUSD; values {USD}.
    struct Offer {
        uint256 maximum;
        uint256 amount;
        uint256 paid;
        uint256 given;
        uint256 received;
        uint256 used; // of the budget, before this fill
        uint256 leftValue; // of what the auction still has to sell, before this fill
    }

    constructor(
        address authority_,
        address reserve_,
        AuctionTerms memory auctions_,
        DeriskTerms memory derisk_
    ) AccessManaged(authority_) Weights(reserve_) {
        _settings.scale = uint16(BPS);
        _settings.movedAt = uint40(block.timestamp);
        _setTerms(auctions_, derisk_);
    }

    // ---- auctions

    /// @inheritdoc IRebalancer
    function open(uint256 sold, uint256 bought) external locked returns (uint256 lot) {
        uint256 pair = _pairOf(sold, bought);
        AuctionSlot memory a = _auctionAt(pair);
        Settings memory s = _settings;
        uint256 endsAt = a.startedAt + s.duration;
        bool inTime = block.timestamp <= endsAt;
        uint256 scale = _scaleToOpen(a, endsAt);

        Book memory book = _book(_sides(sold, bought));
        lot = _lot(book, s, sold, bought, scale);
        if (_isOpen(a)) {
            require(!inTime || lot >= a.left * OUTGROWN, AuctionRunning(sold, bought, endsAt));
            emit AuctionClosed(sold, bought, a.left);
        }
        uint256 startedAt = a.state == NEEDLESS && inTime ? a.startedAt : block.timestamp;
        _setAuction(pair, AuctionSlot(lot, startedAt, scale, UNFILLED));
        _keep(book);
        emit AuctionOpened(sold, bought, lot, scale);
    }

    /// @inheritdoc IRebalancer
    function fill(
        uint256 sold,
        uint256 bought,
        uint256 maxAmount,
        uint256 maxPaid,
        address to,
        bytes calldata data
    ) external locked returns (uint256 amount, uint256 paid) {
        uint256 pair = _pairOf(sold, bought);
        AuctionSlot memory a = _auctionAt(pair);
        Settings memory s = _settings;
        Offer memory o = _offer(sold, bought, a, s, maxAmount);
        (amount, paid) = (o.amount, o.paid);
        // Nothing, or a crumb of what could be had: dust fills would keep an auction from coming back smaller.
        require(amount != 0 && (amount == o.maximum || o.given >= s.minLot * WAD), NothingToFill(sold, bought));
        require(paid <= maxPaid, SlippageExceeded(paid, maxPaid));

        uint256 loss = Math.saturatingSub(o.given, o.received);
        // The casts are safe: at most the budget, a part of the reserve; 40 bits of time.
        if (loss != 0) _budget = BudgetSlot(uint128(o.used + loss), uint40(block.timestamp));
        a.left -= amount;
        a.state = FILLED;
        if (o.leftValue < o.given + s.minLot * WAD) {
            emit AuctionClosed(sold, bought, a.left);
            (a.scale, a.state) = (_nextScale(a), CLOSED);
        }
        _setAuction(pair, a);
        emit AuctionFilled(sold, bought, msg.sender, amount, paid, o.given, o.received);
        // The bidder is called back in there, with the locks of both contracts held.
        RESERVE.exchange(
            Fill({
                sold: sold,
                given: amount,
                bought: bought,
                received: paid,
                bidder: msg.sender,
                to: to,
                loss: loss,
                data: data
            })
        );
    }

    /// @inheritdoc IRebalancer
    function close(uint256 sold, uint256 bought) external locked {
        uint256 pair = _pairOf(sold, bought);
        AuctionSlot memory a = _auctionAt(pair);
        require(_isOpen(a), NoAuction(sold, bought));
        Settings memory s = _settings;
        uint256 endsAt = a.startedAt + s.duration;
        if (block.timestamp > endsAt) {
            (a.scale, a.state) = (_nextScale(a), CLOSED);
        } else {
            // Still in time: only if nothing can be filled any more, which is no reason for a smaller lot.
            require(!_needed(sold, bought, a, s), AuctionRunning(sold, bought, endsAt));
            a.state = NEEDLESS;
        }
        _setAuction(pair, a);
        emit AuctionClosed(sold, bought, a.left);
    }

    // ---- views

    /// @inheritdoc IRebalancer
    function auction(uint256 sold, uint256 bought) external view returns (Auction memory) {
        AuctionSlot memory a = _auctionAt(_pairOf(sold, bought));
        if (!_isOpen(a)) return Auction(0, 0, 0);
        return Auction(a.left, a.startedAt, a.scale);
    }

    /// @inheritdoc IRebalancer
    function auctions() external view returns (OpenAuction[] memory list) {
        uint256 duration = _settings.duration;
        uint256 count;
        for (uint256 pair = 0; pair < _auctions.length; ++pair) if (_isOpen(_auctionAt(pair))) ++count;
        list = new OpenAuction[](count);
        for (uint256 pair = _auctions.length; count != 0;) {
            AuctionSlot memory a = _auctionAt(--pair);
            if (!_isOpen(a)) continue;
            uint256 bought = pair % SIDES == ASSETS ? DOLLAR : pair % SIDES;
            list[--count] = OpenAuction(pair / SIDES, bought, a.left, a.startedAt, a.startedAt + duration, a.scale);
        }
    }

    /// @inheritdoc IRebalancer
    function quoteFill(
        uint256 sold,
        uint256 bought,
        uint256 amount
    ) external view returns (uint256 paid, uint256 maximum) {
        Offer memory o = _offer(sold, bought, _auctionAt(_pairOf(sold, bought)), _settings, amount);
        return (o.paid, o.maximum);
    }

    /// @inheritdoc IRebalancer
    function lossBudget() external view returns (uint256 left) {
        (left, ) = _budgetLeft(_settings, _book(0).all);
    }

    /// @inheritdoc IRebalancer
    function terms() external view returns (AuctionTerms memory auction_, DeriskTerms memory derisk) {
        Settings memory s = _settings;
        auction_ = AuctionTerms(s.premium, s.maxSlippage, s.duration, s.depthShare, s.minLot, s.dailyLoss);
        derisk = DeriskTerms(s.minScale, s.pace, s.margin);
    }

    // ---- governance

    /// @inheritdoc IRebalancer
    function setTerms(AuctionTerms calldata auctions_, DeriskTerms calldata derisk_) external restricted {
        _setTerms(auctions_, derisk_);
    }

    /// @inheritdoc IRebalancer
    function setModules(address riskModel, address sheet) external restricted {
        _riskModel = riskModel;
        _sheet = sheet;
        // The oracle of a risk model is immutable, its units are final: but another model may have others.
        _market = Market(IRiskModel(riskModel).oracle(), 0, 0);
        emit ModulesSet(riskModel, sheet);
    }

    // ---- internals: lots

    /// @param target In force. 18 decimals
    function _isBelowBand(Book memory book, uint256 target, uint256 asset) private view returns (bool) {
        uint256 bound = Math.saturatingSub(target, _bands.laneOf(asset) * StatementMath.BP);
        return book.values[asset] * WAD < book.all * bound;
    }

    /// @dev What can be put up now, with all conditions for it. {ledger}
    function _lot(
        Book memory book,
        Settings memory s,
        uint256 sold,
        uint256 bought,
        uint256 scale
    ) private view returns (uint256) {
        Side memory from = _side(book, sold);
        (uint256 target, uint256 boughtTarget) = _targetsOf(s, sold, bought);
        uint256 bound = target;
        // What is not in the targets may go from any weight on; so may whatever is above its target while what it is sold for is below its band: a little
        // too much of several assets can be far too little of one.
        if (_targets.laneOf(sold) != 0 && (bought == DOLLAR || !_isBelowBand(book, boughtTarget, bought))) {
            bound += _bands.laneOf(sold) * StatementMath.BP;
        }
        require(
            from.value * WAD > book.all * bound,
            NotOverweight(sold, _weight(from.value, book.all), Math.ceilDiv(bound, StatementMath.BP))
        );
        uint256 needed = AuctionMath.above(from.value, target, book.all);
        // What is burned for shrinks the whole: it takes more to get to the target.
        if (bought == DOLLAR) needed = AuctionMath.mostSoldForDollar(needed, target);
        needed = Math.min(needed, (_sellable(book, sold) * from.mid) / from.unit);
        needed = Math.min(needed, _depthValue(from, s, sold));
        if (bought == DOLLAR) {
            _requireDollarBought(s);
        } else {
            Side memory to = _side(book, bought);
            uint256 room = AuctionMath.below(to.value, boughtTarget, book.all);
            require(room != 0, NotUnderweight(bought, _weight(to.value, book.all), boughtTarget / StatementMath.BP));
            needed = Math.min(needed, Math.min(room, _depthValue(to, s, bought)));
        }
        uint256 minimum = s.minLot * WAD;
        uint256 value = AuctionMath.lotOf(needed, scale, minimum);
        require(value >= minimum, LotTooSmall(value, minimum));
        return (value * from.unit) / from.mid;
    }

    /// @dev The part of an asset's depth that a lot may take. {USD}
    function _depthValue(Side memory side, Settings memory s, uint256 asset) private view returns (uint256) {
        (uint256 depth, ) = IRiskModel(_riskModel).depths(asset);
        return (((depth * s.depthShare) / BPS) * side.mid) / side.unit;
    }

    /// @dev plUSD leaves the market only while capital is short: otherwise anybody could turn overweight assets into a redemption without fee.
    function _requireDollarBought(Settings memory s) private view {
        if (s.flags & BUYS_DOLLAR != 0) return;
        // Of the last statement. A stale one is no reason: that would let anybody wait for it.
        (, , uint256 takenAt, , bool short) = IBalanceSheet(_sheet).stored();
        require(takenAt != 0 && short, DollarNotBought());
    }

    // ---- internals: fills

    /// @dev A fill of up to `wanted`, at live holdings and live prices of both assets. All others count at the mids of the last opening while this auction is young,
    /// as that one was no earlier: what this can do is bounded in decision 20.
    function _offer(
        uint256 sold,
        uint256 bought,
        AuctionSlot memory a,
        Settings memory s,
        uint256 wanted
    ) private view returns (Offer memory o) {
        require(_isOpen(a), NoAuction(sold, bought));
        uint256 elapsed = block.timestamp - a.startedAt;
        require(elapsed <= s.duration, AuctionOver(sold, bought, a.startedAt + s.duration));
        uint256 sides = _sides(sold, bought);
        Book memory book = elapsed > MAX_MIDS_AGE ? _book(sides) : _keptBook(sides);
        Side memory from = _side(book, sold);
        (uint256 target, uint256 boughtTarget) = _targetsOf(s, sold, bought);
        uint256 factor = AuctionMath.factorAt(s.premium, s.maxSlippage, elapsed, s.duration);
        uint256 most = AuctionMath.above(from.value, target, book.all);
        Side memory to;
        if (bought == DOLLAR) {
            _requireDollarBought(s);
            most = AuctionMath.mostSoldForDollar(most, target);
        } else {
            // Neither side may pass its target.
            to = _side(book, bought);
            uint256 room = AuctionMath.below(to.value, boughtTarget, book.all);
            most = FixedPointMathLib.min(
                AuctionMath.mostSold(most, target, factor),
                AuctionMath.mostBought(room, boughtTarget, factor)
            );
        }
        // As in `AuctionMath`; an amount is below 2**66, a unit below 2**60, and a live price is not 0.
        unchecked {
            // Down, all three.
            o.maximum = FixedPointMathLib.min((most * from.unit) / from.mid, a.left);
            o.maximum = FixedPointMathLib.min(o.maximum, _sellable(book, sold));
            o.amount = FixedPointMathLib.min(wanted, o.maximum);
            o.given = FixedPointMathLib.divUp(o.amount * from.mid, from.unit);
            o.leftValue = (a.left * from.mid) / from.unit;
        }
        if (bought == DOLLAR) _payInDollar(o, from, sold, factor);
        else _payInAsset(o, to, book, s, factor);
    }

    /// @dev What is paid: the price of this moment, but never less than value less what is left of the budget.
    function _payInAsset(
        Offer memory o,
        Side memory to,
        Book memory book,
        Settings memory s,
        uint256 factor
    ) private view {
        // As in `_offer`.
        unchecked {
            uint256 value = FixedPointMathLib.divUp(o.given * factor, WAD);
            // At mid or above nothing is lost, and no budget is looked at.
            if (value < o.given) {
                uint256 left;
                (left, o.used) = _budgetFor(book, s, o.given - value);
                value = Math.max(value, Math.saturatingSub(o.given, left));
            }
            // Up to a whole ledger unit, so that what it is worth is no less.
            o.paid = FixedPointMathLib.divUp(value * to.unit, to.mid);
            o.received = (o.paid * to.mid) / to.unit;
        }
    }

    /// @dev A plUSD counts min(1, b), and what is sold no less than its high: a fill never costs anything.
    function _payInDollar(Offer memory o, Side memory from, uint256 sold, uint256 factor) private view {
        uint256 backing = RESERVE.cappedBacking(sold);
        require(backing != 0, DollarNotBought());
        uint256 price = Math.max(Math.ceilDiv(from.mid * factor, WAD), from.high);
        uint256 value = Math.ceilDiv(o.amount * price, from.unit);
        o.paid = Math.mulDiv(value, WAD, backing, Math.Rounding.Ceil);
        o.received = Math.mulDiv(o.paid, backing, WAD);
    }

    /// @dev Whether anything of an auction can still be filled.
    function _needed(
        uint256 sold,
        uint256 bought,
        AuctionSlot memory a,
        Settings memory s
    ) private view returns (bool) {
        if (bought == DOLLAR && s.flags & BUYS_DOLLAR == 0) {
            (, , , , bool short) = IBalanceSheet(_sheet).stored();
            if (!short) return false;
        }
        return _offer(sold, bought, a, s, a.left).maximum != 0;
    }

    /// @dev The budget for a loss. A part of what was priced now is never more than that of everything, and comes back no faster: as long as it will do, and that is at
    /// least half of everything, nothing else is priced. {USD}
    function _budgetFor(
        Book memory book,
        Settings memory s,
        uint256 loss
    ) private view returns (uint256 left, uint256 used) {
        (left, used) = _budgetLeft(s, book.live);
        if (book.live == book.all) return (left, used);
        if (left < loss || book.live * 2 < book.all) (left, used) = _budgetLeft(s, _book(0).all);
    }

    /// @dev What may still be lost, and what is used. {USD}
    function _budgetLeft(Settings memory s, uint256 all) private view returns (uint256 left, uint256 used) {
        BudgetSlot memory b = _budget;
        uint256 daily = _dailyLoss(s, all);
        used = AuctionMath.usedAfter(b.used, daily, block.timestamp - b.usedAt);
        left = Math.saturatingSub(daily, used);
    }

    /// @dev Of the next auction: half of it if nobody wanted any of this one, twice of it otherwise. bps
    function _nextScale(AuctionSlot memory a) private pure returns (uint256) {
        if (a.state == FILLED) return Math.min(a.scale * 2, BPS);
        return a.scale > 1 ? a.scale / 2 : a.scale;
    }

    /// @dev Of an auction to open: an ended one's next, doubled for each day that nobody opened another; of one that runs, what it has, or the next if it was filled. bps
    function _scaleToOpen(AuctionSlot memory a, uint256 endsAt) private view returns (uint256) {
        if (a.scale == 0) return BPS;
        bool over = block.timestamp > endsAt;
        uint256 scale = a.state == FILLED || (a.state == UNFILLED && over) ? _nextScale(a) : a.scale;
        // Fourteen doublings make all of the least.
        if (over) scale <<= Math.min((block.timestamp - endsAt) / 1 days, 14);
        return Math.min(scale, BPS);
    }

    /// @dev Also one that is over, until somebody closes it or opens the next.
    function _isOpen(AuctionSlot memory a) private pure returns (bool) {
        return a.state == UNFILLED || a.state == FILLED;
    }

    function _auctionAt(uint256 pair) private view returns (AuctionSlot memory) {
        uint256 word = _auctions[pair];
        return AuctionSlot(uint64(word), uint40(word >> 64), uint16(word >> 104), uint8(word >> 120));
    }

    /// @dev All fit: no more is for sale than is held, 64 bits; a scale is at most 10,000.
    function _setAuction(uint256 pair, AuctionSlot memory a) private {
        _auctions[pair] = a.left | (a.startedAt << 64) | (a.scale << 104) | (a.state << 120);
    }

    /// @dev Where the auction of a pair is: a row for each asset sold, plUSD last in it.
    function _pairOf(uint256 sold, uint256 bought) private pure returns (uint256) {
        require(sold < ASSETS && (bought < ASSETS || bought == DOLLAR), NoAuction(sold, bought));
        return sold * SIDES + Math.min(bought, ASSETS);
    }

    /// @dev The assets that an auction is about, as a mask.
    function _sides(uint256 sold, uint256 bought) private pure returns (uint256) {
        return (1 << sold) | (bought == DOLLAR ? 0 : 1 << bought);
    }

    /// @dev Their targets in force; 0 for plUSD. 18 decimals
    function _targetsOf(
        Settings memory s,
        uint256 sold,
        uint256 bought
    ) private view returns (uint256 target, uint256 boughtTarget) {
        uint256 word = _targets;
        uint256 buffer = _bufferOf(word, s.stables);
        target = _inForce(word, buffer, s, sold);
        if (bought != DOLLAR) boughtTarget = _inForce(word, buffer, s, bought);
    }

    function _weight(uint256 value, uint256 all) private pure returns (uint256) {
        return all == 0 ? 0 : (value * BPS) / all;
    }

    // ---- internals: parameters

    function _setTerms(AuctionTerms memory a, DeriskTerms memory d) private {
        _requireWithin("premium", a.premium, 0, MAX_PREMIUM);
        _requireWithin("maxSlippage", a.maxSlippage, 0, MAX_SLIPPAGE);
        _requireWithin("duration", a.duration, MIN_DURATION, MAX_DURATION);
        _requireWithin("depthShare", a.depthShare, 1, MAX_DEPTH_SHARE);
        _requireWithin("minLot", a.minLot, MIN_MIN_LOT, MAX_MIN_LOT);
        _requireWithin("dailyLoss", a.dailyLoss, 0, MAX_DAILY_LOSS);
        _requireWithin("minScale", d.minScale, 0, BPS);
        _requireWithin("pace", d.pace, MIN_PACE, MAX_PACE);
        // Wider than what a day's losses take from capital, or the scale would follow its own fills.
        _requireWithin("margin", d.margin, uint256(a.dailyLoss) + 1, MAX_MARGIN);
        Settings memory s = _settings;
        (s.premium, s.maxSlippage, s.duration) = (a.premium, a.maxSlippage, a.duration);
        (s.depthShare, s.minLot, s.dailyLoss) = (a.depthShare, a.minLot, a.dailyLoss);
        (s.minScale, s.pace, s.margin) = (d.minScale, d.pace, d.margin);
        _settings = s;
        emit TermsSet(a, d);
    }
}
