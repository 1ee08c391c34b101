// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAbsorber} from "../interfaces/IAbsorber.sol";
import {ICreditPositions, LiquidationItem, LiquidationParameters} from "../interfaces/ICreditEngine.sol";
import {ICreditStableLiquidation} from "../interfaces/ICreditStables.sol";
import {IIssuanceGate} from "../interfaces/IIssuanceGate.sol";
import {ILiquidationCallback} from "../interfaces/ILiquidationCallback.sol";
import {IRiskModel, Quote} from "../interfaces/IRiskModel.sol";
import {PriceStatus} from "../interfaces/IPriceOracle.sol";
import {IStableTaker} from "../interfaces/IReserveSeams.sol";
import {MemoryArray} from "../libraries/MemoryArray.sol";
import {Valuation} from "../risk/Valuation.sol";
import {Account, AccountLib} from "./AccountLib.sol";
import {CreditStorage, MAX_ASSETS} from "./CreditStorage.sol";
import {Exposure, LiquidationMath, Slice} from "./LiquidationMath.sol";

/// @title Liquidation and absorption of failing accounts
/// @notice Both take the same slice of every priced asset; they differ in who takes it and what is paid for it.
/// @dev A batch reads prices and parameters once, settles account by account in memory and in each account's own slots, and
/// writes totals, the taker's ledger account and token levels once at its end.
abstract contract Liquidation is CreditStorage, ICreditPositions, ICreditStableLiquidation {
    using AccountLib for Account;
    // Indices are ranks below the number of balances and asset numbers below MAX_ASSETS.
    using MemoryArray for uint256[];

    /// @dev What a batch carries from account to account.
    /// @param index Debt index, accrued. 18 decimals
    /// @param removed Debt shares removed so far. {share}
    /// @param minimumDebt {plUSD}
    /// @param writtenOff Debt written off so far. {plUSD}
    /// @param done Accounts that something was done to.
    /// @param quoted Assets whose quotes have been read.
    /// @param p Liquidation parameters.
    /// @param model Risk model.
    /// @param quotes Quotes by asset number.
    /// @param credits Taken, by asset, for the taker of the slices. {ledger}
    /// @param remainders Unpriced, decayed rests, by asset, for the absorber. {ledger}
    /// @param balances Scratch: the current account's balances by rank. {ledger}
    /// @param taken Scratch: what is taken of it, without zeros. {ledger}
    struct Batch {
        uint256 index;
        uint256 removed;
        uint256 minimumDebt;
        uint256 writtenOff;
        uint256 done;
        uint256 quoted;
        LiquidationParameters p;
        IRiskModel model;
        Quote[] quotes;
        uint256[] credits;
        uint256[] remainders;
        uint256[] balances;
        uint256[] taken;
        Absorption a;
    }

    /// @dev What a batch of absorptions carries besides.
    /// @param absorber Who takes the slices.
    /// @param tipFloor {USD}
    /// @param tipOwed Tips that the collateral could not pay. {USD}
    /// @param loss Booked losses, account by account. {USD}
    /// @param tips Taken, by asset, for the caller. {ledger}
    /// @param capacities What the absorber still takes, by asset. {ledger}
    struct Absorption {
        address absorber;
        uint256 tipFloor;
        uint256 tipOwed;
        uint256 loss;
        uint256[] tips;
        uint256[] capacities;
    }

    /// @dev One account of a batch.
    /// @param header As stored.
    /// @param bits Assets held.
    /// @param priced Those with a live or disagreeing price.
    /// @param shares Debt. {share}
    /// @param e Exposure over everything held.
    struct Position {
        uint256 header;
        uint256 bits;
        uint256 priced;
        uint256 shares;
        Exposure e;
    }

    /// @dev What is taken of an account.
    /// @param subset Of which assets.
    /// @param fraction Which part of each. 18 decimals
    /// @param shares Against which debt. {share}
    /// @param tip Which part of it goes to the caller of `absorb`. 18 decimals
    struct Taking {
        uint256 subset;
        uint256 fraction;
        uint256 shares;
        uint256 tip;
    }

    // ---------------------------------------------------------------- entries

    /// @inheritdoc ICreditPositions
    function liquidate(
        LiquidationItem[] calldata items,
        bytes calldata data
    ) external locked returns (uint256[] memory repaid) {
        uint256 total;
        (repaid, total) = _liquidate(items, data);
        if (total != 0) DOLLAR.burn(msg.sender, total);
    }

    /// @inheritdoc ICreditStableLiquidation
    function liquidateInStable(
        uint256 asset,
        LiquidationItem[] calldata items,
        uint256 maxPaid,
        bytes calldata data
    ) external locked returns (uint256[] memory repaid, uint256 paid) {
        uint256 total;
        (repaid, total) = _liquidate(items, data);
        if (total == 0) return (repaid, 0);
        address taker = _absorber.absorber;
        paid = IStableTaker(taker).collect(asset, msg.sender, total, maxPaid);
        // The supply stays; the absorber, which has the stable, now stands behind it.
        DOLLAR.moveLevel(taker, total);
        emit PaidInStable(asset, msg.sender, total, paid);
    }

    /// @dev Settles a batch up to its payment, of which `total` is due. {plUSD}
    function _liquidate(
        LiquidationItem[] calldata items,
        bytes calldata data
    ) private returns (uint256[] memory repaid, uint256 total) {
        repaid = new uint256[](items.length);
        Batch memory b = _open();
        for (uint256 i; i < items.length; ++i) {
            address account = items[i].account;
            uint256 header = _accounts[account].header;
            uint256 free = _prepare(b, header);
            total += repaid[i] = _liquidateOne(b, account, header, items[i].maxRepay);
            _release(free);
        }
        _close(b);
        _creditAll(msg.sender, b.credits);
        if (b.writtenOff != 0) _settleWriteOffs(b);

        if (data.length != 0) {
            // Everything is stored and only the payment is open: the liquidator may withdraw what it was credited, nothing else.
            uint256[] memory seized = _holdings(b.credits);
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
        a.tips = new uint256[](MAX_ASSETS);
        a.capacities = new uint256[](MAX_ASSETS);
        uint256 total;
        for (uint256 i; i < accounts.length; ++i) {
            uint256 header = _accounts[accounts[i]].header;
            uint256 free = _prepare(b, header);
            total += debtRemoved[i] = _absorbOne(b, accounts[i], header);
            _release(free);
        }
        _close(b);
        if (b.writtenOff != 0) _merge(b.credits, b.remainders);
        _creditAll(a.absorber, b.credits);
        _creditAll(msg.sender, a.tips);

        // The supply stays; the absorber now stands behind what the borrowers owed.
        if (total != 0) DOLLAR.moveLevel(a.absorber, total);
        if (a.loss != 0) IIssuanceGate(_gate.gate).bookLoss(a.loss);
        IAbsorber(a.absorber).onAbsorb(msg.sender, a.tipOwed, total, a.loss);
    }

    // ---------------------------------------------------------------- one account

    /// @dev Liquidates one account as far as `maxRepay` goes; 0 and nothing done if it is healthy or cannot be.
    function _liquidateOne(
        Batch memory b,
        address account,
        uint256 header,
        uint256 maxRepay
    ) private returns (uint256 paid) {
        Position memory x = _inspect(b, account, header);
        if (x.shares == 0) return 0;
        bool insolvent = LiquidationMath.isInsolvent(x.e);
        // Nothing priced, and the rest has not decayed yet: nothing to take.
        if (x.priced == 0 && !insolvent) return 0;

        uint256 cap = _min(LiquidationMath.capByHealth(x.e), LiquidationMath.capByValue(x.e, b.p));
        Slice memory s = LiquidationMath.slice(x.e, b.p, cap, insolvent, _leastLeft(b));
        uint256 shares = _sharesFor(b, x, s.repay);
        paid = _toDebt(shares, b.index);
        if (paid > maxRepay) {
            (shares, s.fraction) = _shrink(b, x, s, maxRepay);
            if (shares == 0) return 0;
            paid = _toDebt(shares, b.index);
        }

        Taking memory t = Taking({subset: x.priced, fraction: s.fraction, shares: shares, tip: 0});
        (uint256[] memory slice, ) = _take(b, x, t);
        emit Liquidate(account, msg.sender, paid, slice);
        _finish(b, account, x, shares);
    }

    /// @dev Absorbs one account; 0 and nothing done if it is not absorbable.
    function _absorbOne(Batch memory b, address account, uint256 header) private returns (uint256 removed) {
        Position memory x = _inspect(b, account, header);
        if (x.shares == 0) return 0;
        bool insolvent = LiquidationMath.isInsolvent(x.e);
        if (x.priced == 0 && !insolvent) return 0;
        (bool allowed, uint256 subset, Slice memory s, uint256 value) = _absorbSlice(b, x, insolvent);
        if (!allowed) return 0;

        uint256 shares = _sharesFor(b, x, s.repay);
        removed = _toDebt(shares, b.index);
        Taking memory t = Taking({subset: subset, fraction: s.fraction, shares: shares, tip: _tip(b, s, value)});
        (uint256[] memory slice, uint256 lowValue) = _take(b, x, t);
        emit Absorb(account, msg.sender, removed, t.tip, slice);
        removed += _finish(b, account, x, shares);
        // Gains are counted when the next statement is taken; a loss is booked now, account by account.
        if (removed > lowValue) b.a.loss += removed - lowValue;
    }

    /// @dev Reads an account and values it; `shares` is 0 if it is debt-free or healthy.
    function _inspect(Batch memory b, address account, uint256 header) private view returns (Position memory x) {
        uint256 shares = AccountLib.debt(header);
        if (shares == 0) return x;
        uint256 bits = AccountLib.bitmap(header);
        uint256[] memory balances = b.balances;
        _accounts[account].unpack(header, balances);
        uint256 owed = _toDebt(shares, b.index);

        uint256 limit;
        uint256 pricedLimit;
        uint256 value;
        uint256 priced;
        uint256 rank;
        for (uint256 rest = bits; rest != 0; rest = _next(rest)) {
            uint256 asset = AccountLib.lowest(rest);
            Quote memory q = _quoteOf(b, asset);
            uint256 amount = balances.get(rank);
            uint256 term = Valuation.limitTerm(q.high, amount, q.maintenanceDepth, q.unit, q.maintenanceHaircut);
            unchecked {
                // Sixteen terms below 2^158 each (price < 2^100, balance < 2^58).
                ++rank;
                limit += term;
                // Covered: healthy, whatever else there is.
                if (limit >= owed) return x;
                if (q.status == PriceStatus.Unpriced) continue;
                priced |= 1 << asset;
                pricedLimit += term;
                value += Valuation.plainValue(q.mid, amount, q.unit);
            }
        }
        x.header = header;
        x.bits = bits;
        x.priced = priced;
        x.shares = shares;
        x.e = Exposure({value: value, priced: pricedLimit, limit: limit, debt: owed});
        LiquidationMath.check(x.e);
    }

    /// @dev Debt shares for a payment: all of them when it pays the debt, else rounded up, against whoever pays.
    function _sharesFor(Batch memory b, Position memory x, uint256 repay) private pure returns (uint256 shares) {
        if (repay >= x.e.debt) return x.shares;
        uint256 index_ = b.index;
        shares = (repay * SHARES_PER_DOLLAR + index_ - 1) / index_;
        if (shares > x.shares) shares = x.shares;
    }

    /// @dev What a slice must leave of a debt that it does not pay off: the minimum debt, and one share's worth more, because the
    /// shares of a payment are rounded up and take up to that much off what is left. {plUSD}
    function _leastLeft(Batch memory b) private pure returns (uint256) {
        return b.minimumDebt + _toDebt(1, b.index);
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

    /// @dev Which assets the absorber takes of an account, and the slice of them.
    function _absorbSlice(
        Batch memory b,
        Position memory x,
        bool insolvent
    ) private pure returns (bool allowed, uint256 subset, Slice memory s, uint256 value) {
        subset = x.priced;
        if (insolvent) {
            // Nothing may keep a loss from being booked: capacity does not count.
            s = LiquidationMath.slice(x.e, b.p, 0, true, b.minimumDebt);
            return (true, subset, s, x.e.value);
        }
        uint256 least = uint256(b.p.minIncentive) * 1e14;
        uint256 cap = _min(LiquidationMath.capByHealth(x.e), LiquidationMath.capByValue(x.e, b.p));
        if (x.e.limit * BPS >= x.e.debt * b.p.absorbHealth && cap >= least) return (false, 0, s, 0);

        while (subset != 0) {
            Exposure memory e = _exposureOf(b, x, subset);
            uint256 subsetCap = cap;
            if (subset != x.priced) {
                subsetCap = _min(cap, LiquidationMath.capByHealth(e));
                if (subsetCap < least) return (false, 0, s, 0);
            }
            s = LiquidationMath.slice(e, b.p, subsetCap, false, _leastLeft(b));
            uint256 fitting = _fitting(b, x, subset, s.fraction);
            if (fitting == subset) {
                uint256 left = e.debt - s.repay;
                if (subset != x.priced && left != 0 && left < _leastLeft(b)) return (false, 0, s, 0);
                return (true, subset, s, e.value);
            }
            subset = fitting;
        }
    }

    /// @dev The exposure when only `subset` can be taken: V and M_s of the subset, M and D of the account.
    function _exposureOf(Batch memory b, Position memory x, uint256 subset) private pure returns (Exposure memory e) {
        if (subset == x.priced) return x.e;
        e.limit = x.e.limit;
        e.debt = x.e.debt;
        uint256 rank;
        for (uint256 rest = x.bits; rest != 0; rest = _next(rest)) {
            uint256 asset = AccountLib.lowest(rest);
            uint256 amount = b.balances[rank++];
            if ((subset >> asset) & 1 == 0) continue;
            Quote memory q = b.quotes[asset];
            e.priced += Valuation.limitTerm(q.high, amount, q.maintenanceDepth, q.unit, q.maintenanceHaircut);
            e.value += Valuation.plainValue(q.mid, amount, q.unit);
        }
    }

    /// @dev The assets of `subset` of which the absorber has room for the slice.
    function _fitting(
        Batch memory b,
        Position memory x,
        uint256 subset,
        uint256 fraction
    ) private pure returns (uint256 fitting) {
        uint256 rank;
        for (uint256 rest = x.bits; rest != 0; rest = _next(rest)) {
            uint256 asset = AccountLib.lowest(rest);
            uint256 amount = b.balances[rank++];
            if ((subset >> asset) & 1 == 0) continue;
            if ((amount * fraction) / WAD <= b.a.capacities[asset]) fitting |= 1 << asset;
        }
    }

    /// @dev Takes a part of each asset of a subset, rounded down, for the account: out of `b.balances`, into the taker's credits and
    /// the caller's tips.
    /// @return slice For the event: packed like an account that owes the shares and holds what was taken.
    /// @return lowValue What the taker gets, at low prices; only worked out for an absorption. {USD}
    function _take(
        Batch memory b,
        Position memory x,
        Taking memory t
    ) private pure returns (uint256[] memory slice, uint256 lowValue) {
        uint256[] memory balances = b.balances;
        uint256[] memory credits = b.credits;
        uint256[] memory taken = b.taken;
        bool absorbing = b.a.capacities.length != 0;
        uint256 bits;
        uint256 rank;
        uint256 n;
        unchecked {
            // Balances, and all of an asset's balances together, stay below 2^58; fractions and tips are at most 1e18.
            for (uint256 rest = x.bits; rest != 0; rest = _next(rest)) {
                uint256 balance = balances.get(rank++);
                uint256 bit = _lowestBit(rest);
                if (t.subset & bit == 0) continue;
                uint256 amount = (balance * t.fraction) / WAD;
                if (amount == 0) continue;
                balances.set(rank - 1, balance - amount);
                taken.set(n++, amount);
                bits |= bit;
                uint256 asset = AccountLib.lowest(rest);
                if (absorbing) {
                    Quote memory q = _quoteOf(b, asset);
                    amount = _splitTip(b.a, asset, amount, t.tip);
                    lowValue += Valuation.plainValue(q.low, amount, q.unit);
                }
                credits.set(asset, credits.get(asset) + amount);
            }
        }
        slice = AccountLib.packToMemory(t.shares, bits, taken);
    }

    /// @dev Books an amount against the absorber's capacity and sets the caller's part of it aside.
    /// @return kept The absorber's part. {ledger}
    function _splitTip(
        Absorption memory a,
        uint256 asset,
        uint256 amount,
        uint256 tip
    ) private pure returns (uint256 kept) {
        unchecked {
            // Insolvent accounts are taken beyond capacity.
            uint256 room = a.capacities.get(asset);
            a.capacities.set(asset, room > amount ? room - amount : 0);
            uint256 tipped = (amount * tip) / WAD;
            a.tips.set(asset, a.tips.get(asset) + tipped);
            kept = amount - tipped;
        }
    }

    /// @dev Stores what `_take` left of an account, writing off a debt that nothing is left to pay.
    /// @return writtenOff {plUSD}
    function _finish(
        Batch memory b,
        address account,
        Position memory x,
        uint256 shares
    ) private returns (uint256 writtenOff) {
        uint256[] memory balances = b.balances;
        uint256 bits;
        uint256 rank;
        uint256 held;
        for (uint256 rest = x.bits; rest != 0; rest = _next(rest)) {
            unchecked {
                // held <= rank: what is overwritten has been read.
                uint256 amount = balances.get(rank++);
                if (amount == 0) continue;
                bits |= _lowestBit(rest);
                balances.set(held++, amount);
            }
        }
        uint256 left = x.shares - shares;
        // Nothing priced is left, and what else there is counts nothing any more: unpriced and decayed.
        if (left != 0 && bits & x.priced == 0 && x.e.limit == x.e.priced) {
            writtenOff = _toDebt(left, b.index);
            b.writtenOff += writtenOff;
            _addTo(b.remainders, balances, bits);
            left = 0;
            bits = 0;
            emit WriteOff(account, writtenOff);
        }
        Account storage stored = _accounts[account];
        stored.header = stored.pack(x.header, left, bits, balances);
        b.removed += x.shares - left;
        ++b.done;
    }

    // ---------------------------------------------------------------- tips

    /// @dev The caller's part of the slice: a share of the incentive, for an insolvent account at least the floor. 18 decimals
    function _tip(Batch memory b, Slice memory s, uint256 value) private pure returns (uint256 tip) {
        tip = (((s.incentive * b.p.tipShare) / BPS) * WAD) / (WAD + s.incentive);
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
        GateSlot memory g = _gate;
        b.p = LiquidationParameters({
            targetHealth: g.targetHealth,
            minIncentive: g.minIncentive,
            maxIncentive: g.maxIncentive,
            fullIncentiveHealth: g.fullIncentiveHealth,
            absorbHealth: g.absorbHealth,
            tipShare: g.tipShare
        });
        b.quotes = new Quote[](MAX_ASSETS);
        b.balances = new uint256[](MAX_ASSETS);
        b.taken = new uint256[](MAX_ASSETS);
        b.credits = new uint256[](MAX_ASSETS);
        b.remainders = new uint256[](MAX_ASSETS);
    }

    /// @dev Reads what the batch has not met yet of an account's assets: quotes, and for absorption capacities.
    /// @return free Where free memory starts before the account is worked on.
    function _prepare(Batch memory b, uint256 header) private view returns (uint256 free) {
        uint256 missing = AccountLib.bitmap(header) & ~b.quoted;
        if (missing != 0 && AccountLib.debt(header) != 0) {
            b.quoted |= missing;
            Quote[] memory quotes = b.model.quote(missing);
            Absorption memory a = b.a;
            bool absorbing = a.capacities.length != 0;
            uint256[] memory room = absorbing ? IAbsorber(a.absorber).capacities(missing) : b.taken;
            uint256 i;
            for (uint256 rest = missing; rest != 0; rest = _next(rest)) {
                uint256 asset = AccountLib.lowest(rest);
                b.quotes[asset] = quotes[i];
                if (absorbing) a.capacities[asset] = room[i];
                ++i;
            }
        }
        assembly ("memory-safe") {
            free := mload(0x40)
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

    /// @dev Hands unpriced rests and the debts written off to the absorber.
    function _settleWriteOffs(Batch memory b) private {
        address taker = _absorber.absorber;
        _creditAll(taker, b.remainders);
        DOLLAR.moveLevel(taker, b.writtenOff);
        IIssuanceGate(_gate.gate).bookLoss(b.writtenOff);
    }

    /// @dev Credits amounts by asset number to an account. Cannot exceed the account's limits: all of an asset is at most its cap.
    function _creditAll(address account, uint256[] memory amounts) private {
        Account storage stored = _accounts[account];
        uint256 header = stored.header;
        uint256 bits = AccountLib.bitmap(header);
        uint256[] memory old = new uint256[](MAX_ASSETS);
        stored.unpack(header, old);
        uint256[] memory balances = new uint256[](MAX_ASSETS);
        uint256 all = bits;
        uint256 oldRank;
        uint256 rank;
        for (uint256 asset; asset < MAX_ASSETS; ++asset) {
            uint256 amount = amounts[asset];
            bool held = (bits >> asset) & 1 == 1;
            if (!held && amount == 0) continue;
            if (amount != 0) {
                all |= 1 << asset;
                emit Credit(asset, account, amount);
            }
            balances[rank++] = held ? old[oldRank++] + amount : amount;
        }
        if (all == bits && rank == 0) return;
        stored.header = stored.pack(header, AccountLib.debt(header), all, balances);
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

    /// @dev The quote of an asset that `_prepare` has read.
    function _quoteOf(Batch memory b, uint256 asset) private pure returns (Quote memory q) {
        Quote[] memory quotes = b.quotes;
        assembly ("memory-safe") {
            // quotes has MAX_ASSETS elements and asset is a bit number of a 16-bit map.
            q := mload(add(add(quotes, 0x20), shl(5, asset)))
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
