// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAbsorber} from "../interfaces/IAbsorber.sol";
import {ICreditPositions, LiquidationItem, LiquidationParameters} from "../interfaces/ICreditEngine.sol";
import {IIssuanceGate} from "../interfaces/IIssuanceGate.sol";
import {ILiquidationCallback} from "../interfaces/ILiquidationCallback.sol";
import {IRiskModel, Quote} from "../interfaces/IRiskModel.sol";
import {PriceStatus} from "../interfaces/IPriceOracle.sol";
import {Valuation} from "../risk/Valuation.sol";
import {Account, AccountLib} from "./AccountLib.sol";
import {CreditStorage, MAX_ASSETS} from "./CreditStorage.sol";
import {Exposure, LiquidationMath, Slice} from "./LiquidationMath.sol";

/// @title Liquidation and absorption of failing accounts
/// @notice Both take the same slice of every priced asset; they differ in who takes it and what is paid for it.
/// @dev A batch reads prices and parameters once, settles account by account in memory and in each account's own slots, and
/// writes totals, the taker's ledger account and token levels once at its end.
abstract contract Liquidation is CreditStorage, ICreditPositions {
    using AccountLib for Account;

    /// @dev What a batch carries from account to account.
    /// @param debt Accrued debt slot; stored at the end.
    /// @param p Liquidation parameters.
    /// @param minimumDebt {plUSD}
    /// @param model Risk model.
    /// @param quoted Assets whose quotes have been read.
    /// @param quotes Quotes by asset number.
    /// @param balances Scratch: the current account's balances by rank. {ledger}
    /// @param taken Scratch: what is taken of them, by rank. {ledger}
    /// @param credits Taken by asset, for the taker of the slices. {ledger}
    /// @param tips Taken by asset, for the caller of `absorb`. {ledger}
    /// @param remainders Unpriced, decayed rests by asset, for the absorber. {ledger}
    /// @param capacities What the absorber still takes, by asset. {ledger}
    /// @param writtenOff Debt written off. {plUSD}
    /// @param done Accounts that something was done to.
    struct Batch {
        DebtSlot debt;
        LiquidationParameters p;
        uint256 minimumDebt;
        IRiskModel model;
        uint256 quoted;
        Quote[] quotes;
        uint256[] balances;
        uint256[] taken;
        uint256[] credits;
        uint256[] tips;
        uint256[] remainders;
        uint256[] capacities;
        uint256 writtenOff;
        uint256 tipOwed;
        uint256 loss;
        uint256 done;
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

    // ---------------------------------------------------------------- entries

    /// @inheritdoc ICreditPositions
    function liquidate(LiquidationItem[] calldata items, bytes calldata data)
        external
        returns (uint256[] memory repaid)
    {
        require(_lock == FREE, Entered());
        _lock = LOCKED;

        Batch memory b = _open();
        repaid = new uint256[](items.length);
        uint256 total;
        for (uint256 i; i < items.length; ++i) {
            repaid[i] = _liquidateOne(b, items[i].account, items[i].maxRepay);
            total += repaid[i];
        }
        require(b.done != 0, NothingToDo());
        _debt = b.debt;
        _creditAll(msg.sender, b.credits);
        _settleWriteOffs(b);

        if (data.length != 0) {
            uint256[] memory seized = _holdings(b.credits);
            // Everything is stored and only the payment is open: the liquidator may withdraw what it was credited, nothing else.
            _lock = CALLBACK;
            ILiquidationCallback(msg.sender).onLiquidate(total, seized, data);
            _lock = LOCKED;
        }
        if (total != 0) DOLLAR.burn(msg.sender, total);
        _lock = FREE;
    }

    /// @inheritdoc ICreditPositions
    function absorb(address[] calldata accounts) external locked returns (uint256[] memory debtRemoved) {
        Batch memory b = _open();
        b.capacities = new uint256[](MAX_ASSETS);
        b.tips = new uint256[](MAX_ASSETS);
        debtRemoved = new uint256[](accounts.length);
        uint256 total;
        for (uint256 i; i < accounts.length; ++i) {
            debtRemoved[i] = _absorbOne(b, accounts[i]);
            total += debtRemoved[i];
        }
        require(b.done != 0, NothingToDo());
        _debt = b.debt;
        address taker = _absorber.absorber;
        for (uint256 asset; asset < MAX_ASSETS; ++asset) {
            b.credits[asset] += b.remainders[asset];
        }
        _creditAll(taker, b.credits);
        _creditAll(msg.sender, b.tips);

        // The supply stays; the absorber now stands behind what the borrowers owed.
        if (total != 0) DOLLAR.moveLevel(taker, total);
        if (b.loss != 0) IIssuanceGate(_gate.gate).bookLoss(b.loss);
        IAbsorber(taker).onAbsorb(msg.sender, b.tipOwed, total, b.loss);
    }

    // ---------------------------------------------------------------- one account

    /// @dev Liquidates one account as far as `maxRepay` goes; 0 and nothing done if it is healthy or cannot be.
    function _liquidateOne(Batch memory b, address account, uint256 maxRepay) private returns (uint256 paid) {
        (bool failing, Position memory x) = _inspect(b, account);
        if (!failing) return 0;
        bool insolvent = LiquidationMath.isInsolvent(x.e);
        // Nothing priced, and the rest has not decayed yet: nothing to take.
        if (x.priced == 0 && !insolvent) return 0;

        uint256 cap = _min(LiquidationMath.capByHealth(x.e), LiquidationMath.capByValue(x.e, b.p));
        Slice memory s = LiquidationMath.slice(x.e, b.p, cap, insolvent, b.minimumDebt);
        uint256 shares = _sharesFor(b, x, s.repay);
        paid = _toDebt(shares, b.debt.index);
        if (paid > maxRepay) {
            (shares, s.fraction) = _shrink(b, x, s, maxRepay);
            if (shares == 0) return 0;
            paid = _toDebt(shares, b.debt.index);
        }

        _take(b, x, x.priced, s.fraction);
        _addTo(b.credits, b.taken, x.bits);
        uint256[] memory packed = AccountLib.packToMemory(shares, _takenBits(b, x.bits), _takenBalances(b, x.bits));
        emit Liquidate(account, msg.sender, paid, packed);
        b.writtenOff += _finish(b, account, x, shares);
    }

    /// @dev Absorbs one account; 0 and nothing done if it is not absorbable.
    function _absorbOne(Batch memory b, address account) private returns (uint256 removed) {
        (bool failing, Position memory x) = _inspect(b, account);
        if (!failing) return 0;
        bool insolvent = LiquidationMath.isInsolvent(x.e);
        if (x.priced == 0 && !insolvent) return 0;
        (bool allowed, uint256 subset, Slice memory s, uint256 value) = _absorbSlice(b, x, insolvent);
        if (!allowed) return 0;

        uint256 shares = _sharesFor(b, x, s.repay);
        removed = _toDebt(shares, b.debt.index);
        _take(b, x, subset, s.fraction);
        uint256 tip = _tip(b, s, value);
        uint256[] memory packed = AccountLib.packToMemory(shares, _takenBits(b, x.bits), _takenBalances(b, x.bits));
        emit Absorb(account, msg.sender, removed, tip, packed);
        uint256 lowValue = _splitTip(b, x.bits, tip, insolvent);
        removed += _finish(b, account, x, shares);
        // Gains are counted when the next statement is taken; a loss is booked now, account by account.
        if (removed > lowValue) b.loss += removed - lowValue;
    }

    /// @dev Reads an account and values it. `failing` is false for a debt-free or healthy one.
    function _inspect(Batch memory b, address account) private view returns (bool failing, Position memory x) {
        x.header = _accounts[account].header;
        x.shares = AccountLib.debt(x.header);
        if (x.shares == 0) return (false, x);
        x.bits = AccountLib.bitmap(x.header);
        _quote(b, x.bits);
        _accounts[account].unpack(x.header, b.balances);
        uint256 owed = _toDebt(x.shares, b.debt.index);
        x.e.debt = owed;

        uint256 rank;
        for (uint256 rest = x.bits; rest != 0; rest &= rest - 1) {
            uint256 asset = AccountLib.lowest(rest);
            Quote memory q = b.quotes[asset];
            uint256 amount = b.balances[rank++];
            uint256 limit =
                Valuation.limitTerm(q.high, amount, q.maintenanceDepth, q.unit, q.maintenanceHaircut);
            x.e.limit += limit;
            // Covered: healthy, whatever else there is.
            if (x.e.limit >= owed) return (false, x);
            if (q.status == PriceStatus.Unpriced) continue;
            x.priced |= 1 << asset;
            x.e.priced += limit;
            x.e.value += Valuation.plainValue(q.mid, amount, q.unit);
        }
        failing = true;
    }

    /// @dev Debt shares for a payment: all of them when it pays the debt, else rounded up, against whoever pays.
    function _sharesFor(Batch memory b, Position memory x, uint256 repay) private pure returns (uint256 shares) {
        if (repay >= x.e.debt) return x.shares;
        uint256 index_ = b.debt.index;
        shares = (repay * SHARES_PER_DOLLAR + index_ - 1) / index_;
        if (shares > x.shares) shares = x.shares;
    }

    /// @dev The slice that `maxRepay` pays for, or 0 shares if it is too small: it must take at least min(V, minimum debt) in
    /// value and leave no debt below the minimum.
    function _shrink(Batch memory b, Position memory x, Slice memory s, uint256 maxRepay)
        private
        pure
        returns (uint256 shares, uint256 fraction)
    {
        uint256 minimum = b.minimumDebt;
        if (x.e.debt <= minimum || x.e.value == 0) return (0, 0);
        if (maxRepay > x.e.debt - minimum) maxRepay = x.e.debt - minimum;
        uint256 index_ = b.debt.index;
        // Down: the payment stays within what was offered.
        shares = maxRepay * SHARES_PER_DOLLAR / index_;
        fraction = LiquidationMath.fractionFor(x.e.value, shares * index_ / SHARES_PER_DOLLAR, s.incentive);
        uint256 least = _min(x.e.value, minimum);
        if (fraction * x.e.value / WAD < least) shares = 0;
    }

    /// @dev Which assets the absorber takes of an account, and the slice of them.
    function _absorbSlice(Batch memory b, Position memory x, bool insolvent)
        private
        pure
        returns (bool allowed, uint256 subset, Slice memory s, uint256 value)
    {
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
            s = LiquidationMath.slice(e, b.p, subsetCap, false, b.minimumDebt);
            uint256 fitting = _fitting(b, x, subset, s.fraction);
            if (fitting == subset) {
                uint256 left = e.debt - s.repay;
                if (subset != x.priced && left != 0 && left < b.minimumDebt) return (false, 0, s, 0);
                return (true, subset, s, e.value);
            }
            subset = fitting;
        }
    }

    /// @dev The exposure when only `subset` can be taken: V and M_s of the subset, M and D of the account.
    function _exposureOf(Batch memory b, Position memory x, uint256 subset)
        private
        pure
        returns (Exposure memory e)
    {
        if (subset == x.priced) return x.e;
        e.limit = x.e.limit;
        e.debt = x.e.debt;
        uint256 rank;
        for (uint256 rest = x.bits; rest != 0; rest &= rest - 1) {
            uint256 asset = AccountLib.lowest(rest);
            uint256 amount = b.balances[rank++];
            if ((subset >> asset) & 1 == 0) continue;
            Quote memory q = b.quotes[asset];
            e.priced += Valuation.limitTerm(q.high, amount, q.maintenanceDepth, q.unit, q.maintenanceHaircut);
            e.value += Valuation.plainValue(q.mid, amount, q.unit);
        }
    }

    /// @dev The assets of `subset` of which the absorber has room for the slice.
    function _fitting(Batch memory b, Position memory x, uint256 subset, uint256 fraction)
        private
        pure
        returns (uint256 fitting)
    {
        uint256 rank;
        for (uint256 rest = x.bits; rest != 0; rest &= rest - 1) {
            uint256 asset = AccountLib.lowest(rest);
            uint256 amount = b.balances[rank++];
            if ((subset >> asset) & 1 == 0) continue;
            if (amount * fraction / WAD <= b.capacities[asset]) fitting |= 1 << asset;
        }
    }

    /// @dev Takes `fraction` of each asset of `subset` into `b.taken`, rounded down, for the account.
    function _take(Batch memory b, Position memory x, uint256 subset, uint256 fraction) private pure {
        uint256 rank;
        for (uint256 rest = x.bits; rest != 0; rest &= rest - 1) {
            bool takes = (subset >> AccountLib.lowest(rest)) & 1 == 1;
            b.taken[rank] = takes ? b.balances[rank] * fraction / WAD : 0;
            ++rank;
        }
    }

    /// @dev Stores what is left of an account, writing off a debt that nothing is left to pay.
    /// @return writtenOff {plUSD}
    function _finish(Batch memory b, address account, Position memory x, uint256 shares)
        private
        returns (uint256 writtenOff)
    {
        uint256 left = x.shares - shares;
        bool allPricedGone = true;
        uint256 bits;
        uint256 held;
        uint256 rank;
        for (uint256 rest = x.bits; rest != 0; rest &= rest - 1) {
            uint256 amount = b.balances[rank] - b.taken[rank];
            ++rank;
            if (amount == 0) continue;
            uint256 bit = rest & (~rest + 1);
            bits |= bit;
            if (x.priced & bit != 0) allPricedGone = false;
            b.balances[held++] = amount;
        }
        // What else counts towards the limit is unpriced: it has decayed when the limit was all priced.
        if (left != 0 && allPricedGone && x.e.limit == x.e.priced) {
            writtenOff = _toDebt(left, b.debt.index);
            left = 0;
            _addTo(b.remainders, b.balances, bits);
            bits = 0;
            emit WriteOff(account, writtenOff);
        }
        Account storage stored = _accounts[account];
        stored.header = stored.pack(x.header, left, bits, b.balances);
        // Casts are safe: the total is the sum of all accounts' shares.
        b.debt.shares -= uint96(x.shares - left);
        ++b.done;
    }

    // ---------------------------------------------------------------- tips

    /// @dev The caller's part of the slice: a share of the incentive, for an insolvent account at least the floor. 18 decimals
    function _tip(Batch memory b, Slice memory s, uint256 value) private view returns (uint256 tip) {
        tip = s.incentive * b.p.tipShare / BPS * WAD / (WAD + s.incentive);
        if (!s.insolvent) return tip;
        uint256 floor = _absorber.tipFloor;
        uint256 worth = value * s.fraction / WAD;
        if (worth * tip / WAD >= floor) return tip;
        if (worth > floor) return floor * WAD / worth;
        // The collateral cannot pay the floor: all of it, and the absorber owes the rest.
        b.tipOwed += floor - worth;
        return WAD;
    }

    /// @dev Splits `b.taken` between the absorber and the caller.
    /// @return lowValue The absorber's part at low prices. {USD}
    function _splitTip(Batch memory b, uint256 bits, uint256 tip, bool insolvent)
        private
        pure
        returns (uint256 lowValue)
    {
        uint256 rank;
        for (uint256 rest = bits; rest != 0; rest &= rest - 1) {
            uint256 amount = b.taken[rank++];
            if (amount == 0) continue;
            uint256 asset = AccountLib.lowest(rest);
            uint256 tipped = amount * tip / WAD;
            b.tips[asset] += tipped;
            uint256 kept = amount - tipped;
            b.credits[asset] += kept;
            Quote memory q = b.quotes[asset];
            lowValue += Valuation.plainValue(q.low, kept, q.unit);
            uint256 room = b.capacities[asset];
            // Insolvent accounts are taken beyond capacity.
            b.capacities[asset] = amount > room && insolvent ? 0 : room - amount;
        }
    }

    // ---------------------------------------------------------------- batch

    /// @dev Accrued debt, parameters and empty tables.
    function _open() private returns (Batch memory b) {
        b.debt = _accrued();
        RiskSlot memory r = _risk;
        GateSlot memory g = _gate;
        b.model = IRiskModel(r.riskModel);
        b.minimumDebt = r.minimumDebt * WAD;
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

    /// @dev Reads the quotes (and for absorption the capacities) of assets that the batch has not met yet.
    function _quote(Batch memory b, uint256 bits) private view {
        uint256 missing = bits & ~b.quoted;
        if (missing == 0) return;
        b.quoted |= missing;
        Quote[] memory quotes = b.model.quote(missing);
        uint256[] memory room;
        if (b.capacities.length != 0) room = IAbsorber(_absorber.absorber).capacities(missing);
        uint256 i;
        for (uint256 rest = missing; rest != 0; rest &= rest - 1) {
            uint256 asset = AccountLib.lowest(rest);
            b.quotes[asset] = quotes[i];
            if (room.length != 0) b.capacities[asset] = room[i];
            ++i;
        }
    }

    /// @dev Hands unpriced rests and the debts written off to the absorber.
    function _settleWriteOffs(Batch memory b) private {
        if (b.writtenOff == 0) return;
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
        for (uint256 rest = bits; rest != 0; rest &= rest - 1) {
            table[AccountLib.lowest(rest)] += amounts[rank++];
        }
    }

    /// @dev The assets of `bits` of which something was taken.
    function _takenBits(Batch memory b, uint256 bits) private pure returns (uint256 takenBits) {
        uint256 rank;
        for (uint256 rest = bits; rest != 0; rest &= rest - 1) {
            if (b.taken[rank++] != 0) takenBits |= rest & (~rest + 1);
        }
    }

    /// @dev What was taken, without zeros, by rank of `_takenBits`.
    function _takenBalances(Batch memory b, uint256 bits) private pure returns (uint256[] memory balances) {
        uint256 held = AccountLib.count(bits);
        balances = new uint256[](held);
        uint256 n;
        for (uint256 rank; rank < held; ++rank) {
            if (b.taken[rank] != 0) balances[n++] = b.taken[rank];
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

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
