// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

import {IAbsorber} from "../interfaces/IAbsorber.sol";
import {ICreditPositions, LiquidationItem, LiquidationParameters} from "../interfaces/ICreditEngine.sol";
import {ICreditStableLiquidation} from "../interfaces/ICreditStables.sol";
import {IIssuanceGate} from "../interfaces/IIssuanceGate.sol";
import {ILiquidationCallback} from "../interfaces/ILiquidationCallback.sol";
import {IRiskModel, Quote} from "../interfaces/IRiskModel.sol";
import {IStableTaker} from "../interfaces/IReserveSeams.sol";
import {MemoryArray} from "../libraries/MemoryArray.sol";
import {Account, AccountLib} from "./AccountLib.sol";
import {CreditStorage, MAX_ASSETS} from "./CreditStorage.sol";
import {Exposure, LiquidationMath, Slice} from "./LiquidationMath.sol";
import {Cut, Quoted, QuotedLib} from "./Quoted.sol";

/// @title Liquidation and absorption of failing accounts
/// @notice Both take the same slice of every priced asset; they differ in who takes it and what is paid for it.
/// @dev A batch reads prices and parameters once, settles account by account in memory and in each account's own slots, and
/// writes totals, the taker's ledger account and token levels once at its end.
/// What runs once an account is written to be cheap, as a thousand of them have to fit a transaction: `unchecked` and `rawDiv` where ranges make them
/// safe, and what is known of an account in one place that every account uses anew. A struct is allocated only for a slice (returning one
/// allocates it); `_release` gives that memory back after each account, so a slice is never looked at beyond its account.
abstract contract Liquidation is CreditStorage, ICreditPositions, ICreditStableLiquidation {
    using AccountLib for Account;
    using FixedPointMathLib for uint256;
    using SafeERC20 for IERC20;
    // Indices are ranks below the number of balances and asset numbers below MAX_ASSETS.
    using MemoryArray for uint256[];

    /// @dev What a batch carries from account to account.
    /// @param index Debt index, accrued. 18 decimals
    /// @param removed Debt shares removed so far. {share}
    /// @param minimumDebt {plUSD}
    /// @param leastLeft What a slice must leave of a debt that it does not pay off: the minimum debt, and one share's worth more, because the
    /// shares of a payment are rounded up and take up to that much off what is left. {plUSD}
    /// @param writtenOff Debt written off so far. {plUSD}
    /// @param done Accounts that something was done to.
    /// @param quoted Assets whose quotes have been read.
    /// @param p Liquidation parameters.
    /// @param model Risk model.
    /// @param quotes Quotes by asset number, each a `Quoted`, which also keeps what was taken for whom.
    /// @param remainders Unpriced, decayed rests, by asset, for the absorber. {ledger}
    /// @param balances Scratch: the current account's balances by rank. {ledger}
    /// @param taken Scratch: what is taken of it, without zeros. {ledger}
    /// @param data Scratch: an event's data.
    /// @param x Scratch: the current account.
    /// @param s Scratch: what is to be taken of it.
    struct Batch {
        uint256 index;
        uint256 removed;
        uint256 minimumDebt;
        uint256 leastLeft;
        uint256 writtenOff;
        uint256 done;
        uint256 quoted;
        LiquidationParameters p;
        IRiskModel model;
        uint256[] quotes;
        uint256[] remainders;
        uint256[] balances;
        uint256[] taken;
        uint256[] data;
        Absorption a;
        Position x;
        Slice s;
    }

    /// @dev What a batch of absorptions carries besides.
    /// @param absorber Who takes the slices.
    /// @param tipFloor {USD}
    /// @param tipOwed Tips that the collateral could not pay. {USD}
    /// @param loss Booked losses, account by account. {USD}
    struct Absorption {
        address absorber;
        uint256 tipFloor;
        uint256 tipOwed;
        uint256 loss;
    }

    /// @dev One account of a batch.
    /// @param held How many assets are held.
    /// @param bits Which.
    /// @param priced Those with a live or disagreeing price.
    /// @param shares Debt. {share}
    /// @param e Exposure over everything held.
    /// @param cut What is taken of it.
    /// @param slot Where it is stored.
    /// @param leftBits Assets that something is left of.
    /// @param left How many.
    /// @param takenBits Assets that something was taken of.
    /// @param taken How many.
    struct Position {
        uint256 held;
        uint256 bits;
        uint256 priced;
        uint256 shares;
        Exposure e;
        Cut cut;
        uint256 slot;
        uint256 leftBits;
        uint256 left;
        uint256 takenBits;
        uint256 taken;
    }

    /// @dev Instead of a receiver: what is seized stays in the ledger, as the caller's.
    address private constant IN_LEDGER = address(0);

    // ---------------------------------------------------------------- entries

    /// @inheritdoc ICreditPositions
    function liquidate(
        LiquidationItem[] calldata items,
        bytes calldata data
    ) external locked returns (uint256[] memory repaid) {
        return _liquidateForPlusd(items, IN_LEDGER, data);
    }

    /// @inheritdoc ICreditPositions
    function liquidateTo(
        LiquidationItem[] calldata items,
        address to,
        bytes calldata data
    ) external locked returns (uint256[] memory repaid) {
        require(to != IN_LEDGER, ZeroAddress());
        return _liquidateForPlusd(items, to, data);
    }

    /// @inheritdoc ICreditStableLiquidation
    function liquidateInStable(
        uint256 asset,
        LiquidationItem[] calldata items,
        uint256 maxPaid,
        bytes calldata data
    ) external locked returns (uint256[] memory repaid, uint256 paid) {
        uint256 total;
        (repaid, total) = _liquidate(items, IN_LEDGER, data);
        if (total == 0) return (repaid, 0);
        address taker = _absorber.absorber;
        paid = IStableTaker(taker).collect(asset, msg.sender, total, maxPaid);
        // The supply stays; the absorber, which has the stable, now stands behind it.
        DOLLAR.moveLevel(taker, total);
        emit PaidInStable(asset, msg.sender, total, paid);
    }

    /// @dev Liquidates a batch for the caller's plUSD.
    function _liquidateForPlusd(
        LiquidationItem[] calldata items,
        address to,
        bytes calldata data
    ) private returns (uint256[] memory repaid) {
        uint256 total;
        (repaid, total) = _liquidate(items, to, data);
        if (total != 0) DOLLAR.burn(msg.sender, total);
    }

    /// @dev Settles a batch up to its payment, of which `total` is due. {plUSD}
    /// @param to Who is paid what is seized; `IN_LEDGER` to have it credited to the caller.
    function _liquidate(
        LiquidationItem[] calldata items,
        address to,
        bytes calldata data
    ) private returns (uint256[] memory repaid, uint256 total) {
        repaid = new uint256[](items.length);
        Batch memory b = _open();
        unchecked {
            // Payments are debts of accounts: together at most all debts.
            for (uint256 i; i < items.length; ++i) {
                LiquidationItem calldata item = items[i];
                Account storage stored = _accounts[item.account];
                uint256 header = stored.header;
                uint256 free = _prepare(b, header);
                uint256 paid = _inspect(b, stored, header) ? _liquidateOne(b, item.account, item.maxRepay) : 0;
                repaid.set(i, paid);
                total += paid;
                _release(free);
            }
        }
        _close(b);
        uint256[] memory credits = _credits(b);
        if (to == IN_LEDGER) _creditAll(msg.sender, credits);
        if (b.writtenOff != 0) _settleWriteOffs(b);
        if (to != IN_LEDGER) _payAll(to, credits);

        if (data.length != 0) {
            // Everything is stored and only the payment is open: the liquidator may withdraw what its account holds, nothing else.
            uint256[] memory seized = _holdings(credits);
            _lock = CALLBACK;
            ILiquidationCallback(msg.sender).onLiquidate(total, seized, data);
            _lock = LOCKED;
        }
    }

    /// @inheritdoc ICreditPositions
    function absorb(address[] calldata accounts) external locked returns (uint256[] memory debtRemoved) {
        debtRemoved = new uint256[](accounts.length);
        Batch memory b = _open();
        Absorption memory a = b.a;
        AbsorberSlot memory slot = _absorber;
        a.absorber = slot.absorber;
        a.tipFloor = slot.tipFloor;
        uint256 total;
        unchecked {
            // Debts of accounts: together at most all debts.
            for (uint256 i; i < accounts.length; ++i) {
                address account = accounts[i];
                Account storage stored = _accounts[account];
                uint256 header = stored.header;
                uint256 free = _prepare(b, header);
                uint256 removed = _inspect(b, stored, header) ? _absorbOne(b, account) : 0;
                debtRemoved.set(i, removed);
                total += removed;
                _release(free);
            }
        }
        _close(b);
        uint256[] memory credits = _credits(b);
        if (b.writtenOff != 0) _merge(credits, b.remainders);
        _creditAll(a.absorber, credits);
        _creditAll(msg.sender, _tips(b));

        // The supply stays; the absorber now stands behind what the borrowers owed.
        if (total != 0) DOLLAR.moveLevel(a.absorber, total);
        if (a.loss != 0) IIssuanceGate(_gate.gate).bookLoss(a.loss);
        IAbsorber(a.absorber).onAbsorb(msg.sender, a.tipOwed, total, a.loss);
    }

    // ---------------------------------------------------------------- one account

    /// @dev Liquidates the account in `b.x` as far as `maxRepay` goes; 0 and nothing done if it cannot be.
    function _liquidateOne(Batch memory b, address account, uint256 maxRepay) private returns (uint256 paid) {
        Position memory x = b.x;
        Exposure memory e = x.e;
        bool insolvent = LiquidationMath.isInsolvent(e);
        // Nothing priced, and the rest has not decayed yet: nothing to take.
        if (x.priced == 0 && !insolvent) return 0;

        uint256 cap = _min(LiquidationMath.capByHealth(e), LiquidationMath.capByValue(e, b.p));
        Slice memory s = LiquidationMath.slice(e, b.p, cap, insolvent, b.leastLeft);
        uint256 shares = _sharesFor(b, x, s.repay);
        paid = _toDebt(shares, b.index);
        if (paid > maxRepay) {
            (shares, s.fraction) = _shrink(b, x, s, maxRepay);
            if (shares == 0) return 0;
            paid = _toDebt(shares, b.index);
        }

        (x.cut.subset, x.cut.fraction, x.cut.tip) = (x.priced, s.fraction, 0);
        _take(b, x);
        b.data.set(0, paid);
        _log(Liquidate.selector, account, b, shares, 1);
        _finish(b, account, shares);
    }

    /// @dev Absorbs the account in `b.x`; 0 and nothing done if it is not absorbable.
    function _absorbOne(Batch memory b, address account) private returns (uint256 removed) {
        Position memory x = b.x;
        bool insolvent = LiquidationMath.isInsolvent(x.e);
        if (x.priced == 0 && !insolvent) return 0;
        (bool allowed, uint256 value) = _absorbSlice(b, x, insolvent);
        if (!allowed) return 0;
        Slice memory s = b.s;

        uint256 shares = _sharesFor(b, x, s.repay);
        removed = _toDebt(shares, b.index);
        uint256 tip = _tip(b, s, value);
        (x.cut.fraction, x.cut.tip) = (s.fraction, tip);
        uint256 lowValue = _take(b, x);
        b.data.set(0, removed);
        b.data.set(1, tip);
        _log(Absorb.selector, account, b, shares, 2);
        unchecked {
            // At most all debts, and a little less than that.
            removed += _finish(b, account, shares);
            // Gains are counted when the next statement is taken; a loss is booked now, account by account.
            if (removed > lowValue) b.a.loss += removed - lowValue;
        }
    }

    /// @dev Reads an account and values it, into `b.x`.
    /// @return failing False if it is debt-free or healthy; `b.x` is not complete then.
    function _inspect(Batch memory b, Account storage stored, uint256 header) private view returns (bool failing) {
        uint256 shares = AccountLib.debt(header);
        if (shares == 0) return false;
        Position memory x = b.x;
        uint256 slot;
        assembly ("memory-safe") {
            slot := stored.slot
        }
        x.slot = slot;
        uint256[] memory balances = b.balances;
        x.bits = AccountLib.bitmap(header);
        x.held = stored.unpack(header, balances);
        x.shares = shares;
        uint256 owed = _toDebt(shares, b.index);

        Exposure memory e = x.e;
        (e.limit, e.priced, e.value, x.priced) = QuotedLib.sum(b.quotes, x.bits, balances, owed);
        // Covered: healthy, whatever else there is.
        if (e.limit >= owed) return false;
        e.debt = owed;
        LiquidationMath.check(e);
        return true;
    }

    /// @dev Debt shares for a payment: all of them when it pays the debt, else rounded up, against whoever pays.
    function _sharesFor(Batch memory b, Position memory x, uint256 repay) private pure returns (uint256 shares) {
        if (repay >= x.e.debt) return x.shares;
        uint256 index_ = b.index;
        unchecked {
            // Less than the debt, so below 2^120; an index is positive.
            shares = (repay * SHARES_PER_DOLLAR + index_ - 1).rawDiv(index_);
        }
        if (shares > x.shares) shares = x.shares;
    }

    /// @dev The slice that `maxRepay` pays for, or 0 shares if it is too small: it must take at least min(V, minimum debt) in
    /// value and leave no debt below the minimum.
    function _shrink(
        Batch memory b,
        Position memory x,
        Slice memory s,
        uint256 maxRepay
    ) private pure returns (uint256 shares, uint256 fraction) {
        uint256 minimum = b.minimumDebt;
        if (x.e.debt <= minimum || x.e.value == 0) return (0, 0);
        if (maxRepay > x.e.debt - minimum) maxRepay = x.e.debt - minimum;
        uint256 index_ = b.index;
        // Down: the payment stays within what was offered.
        shares = (maxRepay * SHARES_PER_DOLLAR) / index_;
        fraction = LiquidationMath.fractionFor(x.e.value, (shares * index_) / SHARES_PER_DOLLAR, s.incentive);
        if ((fraction * x.e.value) / WAD < _min(x.e.value, minimum)) shares = 0;
    }

    /// @dev Which assets the absorber takes of an account, in `x.cut`, and, in `b.s`, the slice of them.
    /// @return allowed Whether it may be absorbed. @return value What the assets are worth. {USD}
    function _absorbSlice(
        Batch memory b,
        Position memory x,
        bool insolvent
    ) private pure returns (bool allowed, uint256 value) {
        uint256 subset = x.priced;
        Exposure memory e = x.e;
        LiquidationParameters memory p = b.p;
        if (insolvent) {
            // Nothing may keep a loss from being booked: capacity does not count.
            x.cut.subset = subset;
            b.s = LiquidationMath.slice(e, p, 0, true, b.minimumDebt);
            return (true, e.value);
        }
        uint256 cap = _min(LiquidationMath.capByHealth(e), LiquidationMath.capByValue(e, p));
        uint256 least;
        unchecked {
            // Parameters have 16 bits, exposures 120.
            least = uint256(p.minIncentive) * 1e14;
            if (e.limit * BPS >= e.debt * p.absorbHealth && cap >= least) return (false, 0);
        }

        while (subset != 0) {
            uint256 subsetCap = cap;
            if (subset != x.priced) {
                e = _exposureOf(b, x, subset);
                subsetCap = _min(cap, LiquidationMath.capByHealth(e));
                if (subsetCap < least) return (false, 0);
            }
            Slice memory s = LiquidationMath.slice(e, p, subsetCap, false, b.leastLeft);
            uint256 fitting = QuotedLib.fitting(b.quotes, x.bits, b.balances, subset, s.fraction);
            if (fitting == subset) {
                uint256 left = e.debt - s.repay;
                if (subset != x.priced && left != 0 && left < b.leastLeft) return (false, 0);
                x.cut.subset = subset;
                b.s = s;
                return (true, e.value);
            }
            subset = fitting;
        }
    }

    /// @dev The exposure when only `subset` can be taken: V and M_s of the subset, M and D of the account.
    function _exposureOf(Batch memory b, Position memory x, uint256 subset) private pure returns (Exposure memory e) {
        uint256[] memory some = new uint256[](x.held);
        uint256 rank;
        uint256 n;
        for (uint256 rest = x.bits; rest != 0; rest = _next(rest)) {
            uint256 amount = b.balances[rank++];
            if (subset & _lowestBit(rest) != 0) some[n++] = amount;
        }
        (, e.priced, e.value, ) = QuotedLib.sum(b.quotes, subset, some, type(uint256).max);
        e.limit = x.e.limit;
        e.debt = x.e.debt;
    }

    /// @dev Takes what `x.cut` says out of `b.balances`, which keeps what is left, into `b.taken` and what is known of each asset.
    /// @return lowValue What the taker gets, at low prices. {USD}
    function _take(Batch memory b, Position memory x) private pure returns (uint256 lowValue) {
        (lowValue, x.leftBits, x.left, x.takenBits, x.taken) = QuotedLib.take(
            b.quotes,
            x.bits,
            b.balances,
            b.taken,
            x.cut
        );
    }

    /// @dev Stores what `_take` left of an account, writing off a debt that nothing is left to pay.
    /// @return writtenOff {plUSD}
    function _finish(Batch memory b, address account, uint256 shares) private returns (uint256 writtenOff) {
        Position memory x = b.x;
        uint256 bits = x.leftBits;
        uint256 held = x.left;
        unchecked {
            // No slice takes more shares than there are.
            uint256 left = x.shares - shares;
            // Nothing priced is left, and what else there is counts nothing any more: unpriced and decayed.
            if (left != 0 && bits & x.priced == 0 && x.e.limit == x.e.priced) {
                writtenOff = _toDebt(left, b.index);
                b.writtenOff += writtenOff;
                _addTo(b.remainders, b.balances, bits);
                left = 0;
                bits = 0;
                held = 0;
                emit WriteOff(account, writtenOff);
            }
            Account storage stored;
            uint256 slot = x.slot;
            assembly ("memory-safe") {
                stored.slot := slot
            }
            stored.header = stored.pack(x.held, left, bits, held, b.balances);
            // Parts of all debts, and accounts.
            b.removed += x.shares - left;
            ++b.done;
        }
    }

    // ---------------------------------------------------------------- events of slices

    /// @dev Emits `Liquidate` or `Absorb`. `b.data` is laid out as it is encoded: so many words, which are there already, where the list begins, its length,
    /// and the slice, packed like an account that owes the shares and holds what was taken.
    function _log(bytes32 topic, address account, Batch memory b, uint256 shares, uint256 words) private {
        uint256[] memory data = b.data;
        unchecked {
            // Words of an event's data: a handful.
            data.set(words, (words + 1) << 5);
            uint256 end = AccountLib.packInto(shares, b.x.takenBits, b.x.taken, b.taken, data, words + 1);
            assembly ("memory-safe") {
                log3(add(data, 0x20), shl(5, end), topic, account, caller())
            }
        }
    }

    // ---------------------------------------------------------------- tips

    /// @dev The caller's part of the slice: a share of the incentive, for an insolvent account at least the floor. 18 decimals
    function _tip(Batch memory b, Slice memory s, uint256 value) private pure returns (uint256 tip) {
        unchecked {
            // An incentive is below 2^120 (it is at most V / D - 1), a share has 16 bits.
            tip = ((s.incentive * b.p.tipShare).rawDiv(BPS) * WAD).rawDiv(WAD + s.incentive);
        }
        if (!s.insolvent) return tip;
        uint256 floor = b.a.tipFloor;
        uint256 worth = (value * s.fraction) / WAD;
        if ((worth * tip) / WAD >= floor) return tip;
        if (worth > floor) return (floor * WAD) / worth;
        // The collateral cannot pay the floor: all of it, and the absorber owes the rest.
        b.a.tipOwed += floor - worth;
        return WAD;
    }

    // ---------------------------------------------------------------- batch

    /// @dev Accrued index, parameters and empty tables.
    function _open() private returns (Batch memory b) {
        DebtSlot memory d = _accrued();
        _debt = d;
        b.index = d.index;
        RiskSlot memory r = _risk;
        b.model = IRiskModel(r.riskModel);
        b.minimumDebt = r.minimumDebt * WAD;
        b.leastLeft = b.minimumDebt + _toDebt(1, d.index);
        GateSlot memory g = _gate;
        b.p = LiquidationParameters({
            targetHealth: g.targetHealth,
            minIncentive: g.minIncentive,
            maxIncentive: g.maxIncentive,
            fullIncentiveHealth: g.fullIncentiveHealth,
            absorbHealth: g.absorbHealth,
            tipShare: g.tipShare
        });
        b.quotes = new uint256[](MAX_ASSETS);
        b.balances = new uint256[](MAX_ASSETS);
        b.taken = new uint256[](MAX_ASSETS);
        b.remainders = new uint256[](MAX_ASSETS);
        // Two words, where the list begins, its length, and the most words that an account has.
        b.data = new uint256[](9);
    }

    /// @dev Reads what the batch has not met yet of an account's assets: quotes, and for absorption capacities.
    /// @return free Where free memory starts before the account is worked on.
    function _prepare(Batch memory b, uint256 header) private view returns (uint256 free) {
        uint256 missing = AccountLib.bitmap(header) & ~b.quoted;
        if (missing != 0 && AccountLib.debt(header) != 0) _ask(b, missing);
        assembly ("memory-safe") {
            free := mload(0x40)
        }
    }

    /// @dev Quotes, and for absorption capacities, of assets that the batch has not met yet.
    function _ask(Batch memory b, uint256 missing) private view {
        b.quoted |= missing;
        Quote[] memory quotes = b.model.quote(missing);
        address absorber = b.a.absorber;
        uint256[] memory room;
        if (absorber != address(0)) room = IAbsorber(absorber).capacities(missing);
        uint256 i;
        for (uint256 rest = missing; rest != 0; rest = _next(rest)) {
            uint256 amount = absorber == address(0) ? 0 : room[i];
            b.quotes[AccountLib.lowest(rest)] = Quoted.unwrap(QuotedLib.digest(quotes[i++], amount));
        }
    }

    /// @dev Gives back the memory that one account used. Nothing that outlives it was allocated since `_prepare`; without this, memory
    /// (priced quadratically) would be what limits a batch.
    function _release(uint256 free) private pure {
        assembly ("memory-safe") {
            mstore(0x40, free)
        }
    }

    /// @dev Stores the debt that is left.
    function _close(Batch memory b) private {
        require(b.done != 0, NothingToDo());
        // The cast is safe: what was removed is part of the total.
        _debt.shares -= uint96(b.removed);
    }

    /// @dev What the batch took for the taker of the slices, by asset number. {ledger}
    function _credits(Batch memory b) private pure returns (uint256[] memory table) {
        table = new uint256[](MAX_ASSETS);
        for (uint256 rest = b.quoted; rest != 0; rest = _next(rest)) {
            uint256 asset = AccountLib.lowest(rest);
            table[asset] = Quoted.wrap(b.quotes[asset]).credit();
        }
    }

    /// @dev What the batch set aside for the caller, by asset number. {ledger}
    function _tips(Batch memory b) private pure returns (uint256[] memory table) {
        table = new uint256[](MAX_ASSETS);
        for (uint256 rest = b.quoted; rest != 0; rest = _next(rest)) {
            uint256 asset = AccountLib.lowest(rest);
            table[asset] = Quoted.wrap(b.quotes[asset]).tips();
        }
    }

    /// @dev Hands unpriced rests and the debts written off to the absorber.
    function _settleWriteOffs(Batch memory b) private {
        address taker = _absorber.absorber;
        _creditAll(taker, b.remainders);
        DOLLAR.moveLevel(taker, b.writtenOff);
        IIssuanceGate(_gate.gate).bookLoss(b.writtenOff);
    }

    /// @dev Credits amounts by asset number to an account. Cannot exceed the account's limits: all of an asset is at most its cap.
    function _creditAll(address account, uint256[] memory amounts) private {
        uint256 all;
        for (uint256 asset; asset < MAX_ASSETS; ++asset) if (amounts.get(asset) != 0) all |= 1 << asset;
        if (all == 0) return;
        Account storage stored = _accounts[account];
        uint256 header = stored.header;
        uint256 bits = AccountLib.bitmap(header);
        uint256[] memory old = new uint256[](MAX_ASSETS);
        uint256 before = stored.unpack(header, old);
        uint256[] memory balances = new uint256[](MAX_ASSETS);
        all |= bits;
        uint256 oldRank;
        uint256 rank;
        unchecked {
            // All of an asset is at most its cap.
            for (uint256 rest = all; rest != 0; rest = _next(rest)) {
                uint256 asset = AccountLib.lowest(rest);
                uint256 amount = amounts.get(asset);
                if (amount != 0) emit Credit(asset, account, amount);
                if ((bits >> asset) & 1 == 1) amount += old.get(oldRank++);
                balances.set(rank++, amount);
            }
        }
        stored.header = stored.pack(before, AccountLib.debt(header), all, rank, balances);
    }

    /// @dev Pays amounts by asset number out of the ledger: they have left their accounts already.
    function _payAll(address to, uint256[] memory amounts) private {
        for (uint256 asset; asset < MAX_ASSETS; ++asset) {
            uint256 units = amounts.get(asset);
            if (units == 0) continue;
            AssetSlot memory a = _assets[asset];
            // The casts are safe: the total is the sum of all balances, of which this was part, and has 58 bits.
            _assets[asset].total = uint64(a.total - units);
            _noteMove(asset, -int256(units));
            IERC20(a.token).safeTransfer(to, units * _scale(a));
        }
    }

    /// @dev Adds amounts by rank of `bits` to a table by asset number.
    function _addTo(uint256[] memory table, uint256[] memory amounts, uint256 bits) private pure {
        uint256 rank;
        for (uint256 rest = bits; rest != 0; rest = _next(rest)) {
            table[AccountLib.lowest(rest)] += amounts[rank++];
        }
    }

    /// @dev Adds a table by asset number to another.
    function _merge(uint256[] memory table, uint256[] memory more) private pure {
        for (uint256 asset; asset < MAX_ASSETS; ++asset) {
            table[asset] += more[asset];
        }
    }

    /// @dev A table by asset number as a list of holdings, `asset << 248 | amount`.
    function _holdings(uint256[] memory table) private pure returns (uint256[] memory holdings) {
        uint256 n;
        for (uint256 asset; asset < MAX_ASSETS; ++asset) if (table[asset] != 0) ++n;
        holdings = new uint256[](n);
        n = 0;
        for (uint256 asset; asset < MAX_ASSETS; ++asset) {
            if (table[asset] != 0) holdings[n++] = (asset << 248) | table[asset];
        }
    }

    /// @dev A mask without its lowest bit.
    function _next(uint256 mask) private pure returns (uint256) {
        unchecked {
            return mask & (mask - 1);
        }
    }

    /// @dev The lowest bit of a non-zero mask.
    function _lowestBit(uint256 mask) private pure returns (uint256) {
        unchecked {
            return mask & (~mask + 1);
        }
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
