// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";

import {
    LiquidationItem,
    LiquidationParameters,
    PAUSE_BORROW,
    PAUSE_DEPOSIT,
    PAUSE_FLASH_LOAN,
    PAUSE_WITHDRAW
} from "../../../contracts/interfaces/ICreditEngine.sol";
import {Exposure, LiquidationMath} from "../../../contracts/credit/LiquidationMath.sol";
import {PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {Paces, Quote, RiskTargets} from "../../../contracts/interfaces/IRiskModel.sol";
import {vm} from "../../contracts/Vm.sol";
import {CreditActor} from "./CreditActor.sol";
import {Pinned} from "../../contracts/risk/Pinned.sol";
import {CreditWorld, TestFeed} from "./CreditWorld.sol";

/// @title Everything that may happen to the credit engine, in any order
/// @notice Each function is one event of a random history. What must hold across a single call is checked around it and remembered in
/// `violation`, since a failing check inside a handler is not reported; what must hold at any time is checked by the invariants.
abstract contract CreditHandler is CreditWorld {
    uint256 public constant ACTORS = 4;

    /// @dev What is known of an account at a moment.
    struct Snapshot {
        uint256 shares;
        uint256 debt; // {plUSD}
        uint256 value; // V {USD}
        uint256 priced; // M_s {USD}
        uint256 limit; // M {USD}
        uint256 pricedMask; // assets held with a price
        uint256[] holdings;
    }

    /// @notice Sums of everything that happened. {plUSD}
    struct Sums {
        uint256 borrowed;
        uint256 repaid;
        uint256 interest;
        uint256 absorbed;
        uint256 writtenOff;
        uint256 extra; // minted by others
        uint256 slack; // what roundings in the protocol's favour may add up to
    }

    /// @notice How often something really happened.
    struct Counts {
        uint256 deposits;
        uint256 withdrawals;
        uint256 borrows;
        uint256 repayments;
        uint256 liquidated;
        uint256 liquidatedPartly;
        uint256 liquidatedLess; // than the maximum, by choice
        uint256 closed;
        uint256 absorbed;
        uint256 absorbedInsolvent;
        uint256 writeOffs;
        uint256 selfLiquidated;
        uint256 callbacks;
        uint256 flashes;
        uint256 roundTrips;
        uint256 probes;
        uint256 unpricedLiquidated; // with an asset that has no price
        uint256 paidOut; // batches that paid collateral out at once
    }

    /// @dev What a batch that pays out is measured against; nothing if there is no receiver.
    struct Payout {
        address to;
        uint256[ASSETS] totals; // {ledger}
        uint256[ASSETS] received; // {asset}
    }

    /// @notice The first promise that was broken, if any.
    string public violation;
    CreditActor[ACTORS] public actors;
    Sums private _sums;
    Counts private _counts;
    /// @notice Given away to the engine. {asset}
    uint256[ASSETS] public donated;

    constructor() {
        _deploy();
        for (uint256 i; i < ACTORS; ++i) actors[i] = new CreditActor(engine);
        // The treasury can pay tip floors for a while.
        dollar.mint(address(treasury), 500e18);
        _sums.extra = 500e18;
    }

    // ---------------------------------------------------------------- around every call

    /// @dev For everything but prices and time: no call makes a healthy account liquidatable, and debts move as booked.
    modifier watched() {
        Snapshot[] memory before = _snapshots();
        uint256 debtBefore = engine.totalDebt();
        Sums memory sums = _sums;
        _;
        for (uint256 i; i < ACTORS; ++i) {
            if (before[i].debt > before[i].limit) continue;
            Snapshot memory now_ = _snapshot(address(actors[i]));
            if (now_.debt > now_.limit) _violated("a call made a healthy account liquidatable");
        }
        uint256 grown = engine.totalDebt() + _sums.repaid + _sums.absorbed + _sums.writtenOff + sums.borrowed;
        uint256 expected = debtBefore + sums.repaid + sums.absorbed + sums.writtenOff + _sums.borrowed;
        if (grown < expected) _violated("debt vanished");
        if (grown > expected + _sums.slack - sums.slack) _violated("debt grew by more than rounding");
    }

    /// @dev For what touches nobody's position: same holdings, same debts, and no maintenance limit below what it was.
    modifier positionsKept() {
        Snapshot[] memory before = _snapshots();
        bytes32 treasuryBefore = _treasuryHoldings();
        _;
        for (uint256 i; i < ACTORS; ++i) {
            Snapshot memory now_ = _snapshot(address(actors[i]));
            if (
                now_.shares != before[i].shares ||
                now_.debt != before[i].debt ||
                _changed(now_.holdings, before[i].holdings)
            ) _violated("a position changed that nobody touched");
            if (now_.limit < before[i].limit) _violated("a maintenance limit fell at once");
        }
        if (_treasuryHoldings() != treasuryBefore) _violated("the treasury's holdings changed");
    }

    function _violated(string memory what) private {
        if (bytes(violation).length == 0) violation = what;
    }

    // ---------------------------------------------------------------- positions

    function deposit(uint256 who, uint256 forWhom, uint256 asset, uint256 amount) public watched {
        // Mostly few assets to an account, so that one dead feed does not stop everybody.
        asset = amount % 8 == 0 ? asset % ASSETS : ((who % ACTORS) + (asset % 3)) % ASSETS;
        CreditActor actor = _actor(who);
        address account = forWhom % 4 == 0 ? address(_actor(forWhom / 4)) : address(actor);
        _deposit(actor, account, asset, _amount(asset, amount));
    }

    /// @dev A position close to its limit: what a falling price finds.
    function leverage(uint256 who, uint256 asset, uint256 amount) public watched {
        CreditActor actor = _actor(who);
        asset = ((who % ACTORS) + (asset % 3)) % ASSETS;
        _deposit(actor, address(actor), asset, _amount(asset, amount));
        Snapshot memory s = _snapshot(address(actor));
        uint256 limit = risk.borrowLimit(s.holdings, type(uint256).max, false);
        if (limit > s.debt) _borrow(actor, ((limit - s.debt) * (90 + (amount % 11))) / 100);
    }

    function _deposit(CreditActor actor, address account, uint256 asset, uint256 amount) private returns (bool ok) {
        tokens[asset].mint(address(actor), amount);
        actor.execute(address(tokens[asset]), abi.encodeCall(tokens[asset].approve, (address(engine), amount)));
        uint256 before = engine.balanceOf(account, asset);
        bytes memory result;
        (ok, result) = actor.execute(address(engine), abi.encodeCall(engine.deposit, (asset, amount, account)));
        if (!ok) return false;
        ++_counts.deposits;
        uint256 deposited = abi.decode(result, (uint256));
        if (deposited != (amount / scales[asset]) * scales[asset]) _violated("deposited something else");
        if (engine.balanceOf(account, asset) - before != deposited / scales[asset])
            _violated("credited something else");
    }

    function withdraw(uint256 who, uint256 asset, uint256 part) public watched {
        asset %= ASSETS;
        CreditActor actor = _actor(who);
        uint256 held = engine.balanceOf(address(actor), asset) * scales[asset];
        uint256 amount = part % 4 == 0 ? type(uint256).max : (held * (part % 101)) / 100;
        (bool ok, ) = actor.execute(
            address(engine),
            abi.encodeCall(engine.withdraw, (asset, amount, address(actor), address(actor)))
        );
        if (!ok) return;
        ++_counts.withdrawals;
        _requireWithinLimit(address(actor), "withdrew beyond the borrow limit");
    }

    function borrow(uint256 who, uint256 part) public watched {
        CreditActor actor = _actor(who);
        Snapshot memory s = _snapshot(address(actor));
        uint256 limit = risk.borrowLimit(s.holdings, type(uint256).max, false);
        uint256 room = limit > s.debt ? limit - s.debt : 0;
        // To the very limit now and then.
        if (_borrow(actor, part % 2 == 0 ? room : (room * (part % 111)) / 100)) {
            _requireWithinLimit(address(actor), "borrowed beyond the borrow limit");
        }
    }

    function _borrow(CreditActor actor, uint256 amount) private returns (bool ok) {
        uint256 before = dollar.balanceOf(address(actor));
        (ok, ) = actor.execute(
            address(engine),
            abi.encodeCall(engine.borrow, (amount, address(actor), address(actor)))
        );
        if (!ok) return false;
        ++_counts.borrows;
        _noteBorrowed(amount);
        if (dollar.balanceOf(address(actor)) - before != amount) _violated("borrowed something else");
        if (engine.debtOf(address(actor)) < MINIMUM_DEBT) _violated("borrowed less than the minimum");
    }

    function repay(uint256 who, uint256 whose, uint256 part) public watched {
        CreditActor actor = _actor(who);
        address account = address(_actor(whose));
        uint256 owed = engine.debtOf(account);
        uint256 amount = part % 8 == 0 ? type(uint256).max : (owed * (part % 81)) / 100;
        _fund(address(actor), owed);
        _repay(actor, account, amount);
    }

    function _repay(CreditActor actor, address account, uint256 amount) private returns (bool ok) {
        uint256 held = dollar.balanceOf(address(actor));
        uint256 owed = engine.debtOf(account);
        bytes memory result;
        (ok, result) = actor.execute(address(engine), abi.encodeCall(engine.repay, (amount, account)));
        if (!ok) return false;
        ++_counts.repayments;
        uint256 repaid = abi.decode(result, (uint256));
        _noteRepaid(repaid, 1);
        if (held - dollar.balanceOf(address(actor)) != repaid) _violated("burned something else than repaid");
        if (repaid > amount || repaid > owed) _violated("repaid more than asked for");
        uint256 left = engine.debtOf(account);
        if (owed - left > repaid) _violated("a repayment removed more debt than it paid");
        if (left != 0 && left < MINIMUM_DEBT) _violated("a repayment left less than the minimum");
    }

    /// @dev Nobody moves what is another's.
    function steal(uint256 who, uint256 whose, uint256 asset) public watched {
        CreditActor actor = _actor(who);
        address account = address(_actor(whose));
        if (account == address(actor)) account = address(treasury);
        (bool ok, ) = actor.execute(
            address(engine),
            abi.encodeCall(engine.withdraw, (asset % ASSETS, 1e18, account, address(actor)))
        );
        if (ok) _violated("withdrew from another's account");
        (ok, ) = actor.execute(address(engine), abi.encodeCall(engine.borrow, (MINIMUM_DEBT, account, address(actor))));
        if (ok) _violated("borrowed on another's account");
    }

    // ---------------------------------------------------------------- failing accounts

    function liquidate(uint256 who, uint256 mask, uint256 part, bool callback, bool out) public watched {
        CreditActor actor = _actor(who);
        LiquidationItem[] memory items = _items(mask % 3 == 0 ? mask / 3 : type(uint256).max, part);
        _liquidate(actor, items, callback, out ? address(_actor(part)) : address(0));
    }

    function selfLiquidate(uint256 who, uint256 part, bool callback, bool out) public watched {
        CreditActor actor = _actor(who);
        LiquidationItem[] memory items = new LiquidationItem[](1);
        items[0] = LiquidationItem(address(actor), _maxRepay(address(actor), part));
        int256 before = _worth(actor, 0);
        uint256 extra = _sums.extra;
        uint256 writtenOff = _sums.writtenOff;
        if (!_liquidate(actor, items, callback, out ? address(actor) : address(0))) return;
        ++_counts.selfLiquidated;
        // What was given to him to pay with is not his gain. Rounding: a share of debt, and a ledger unit of each asset.
        int256 gain = _worth(actor, _sums.extra - extra) - before;
        if (_sums.writtenOff == writtenOff && gain > int256(16)) _violated("liquidating oneself pays");
    }

    /// @param to Who is paid what is seized, at once; zero: it is credited to the actor.
    function _liquidate(
        CreditActor actor,
        LiquidationItem[] memory items,
        bool callback,
        address to
    ) private returns (bool ok) {
        Snapshot[] memory before = new Snapshot[](items.length);
        uint256 owed;
        for (uint256 i; i < items.length; ++i) {
            before[i] = _snapshot(items[i].account);
            owed += before[i].debt;
        }
        if (!callback) _fund(address(actor), owed);
        int256 level = dollar.level(address(treasury));
        uint256 callbacks = actor.callbacks();
        // A callback withdraws as well: then more than the payout moves.
        Payout memory payout = _payout(to, callback);
        bytes memory result;
        (ok, result) = actor.execute(address(engine), _liquidation(items, to, callback));
        if (actor.reentered()) _violated("an entry was open inside the callback");
        if (!ok) return false;
        _counts.callbacks += actor.callbacks() - callbacks;
        uint256[] memory repaid = abi.decode(result, (uint256[]));
        _noteWrittenOff(uint256(dollar.level(address(treasury)) - level), items.length);
        _checkPayout(payout);
        for (uint256 i; i < items.length; ++i) {
            _noteRepaid(repaid[i], 1);
            if (repaid[i] > items[i].maxRepay) _violated("paid more than the maximum");
            if (repaid[i] > before[i].debt) _violated("paid more than was owed");
            // The liquidator's own account also receives: it is looked at by `selfLiquidate`.
            if (items[i].account == address(actor)) continue;
            bool touched = _checkSlice(items[i].account, before[i], repaid[i]);
            if (!touched && repaid[i] != 0) _violated("paid and nothing happened");
            if (!touched) continue;
            _checkPrice(items[i].account, before[i], repaid[i]);
            ++_counts.liquidated;
            if (items[i].maxRepay < type(uint256).max) ++_counts.liquidatedLess;
            if (engine.debtOf(items[i].account) == 0) ++_counts.closed;
            else ++_counts.liquidatedPartly;
            if (before[i].pricedMask != _held(before[i])) ++_counts.unpricedLiquidated;
        }
    }

    function _payout(address to, bool callback) private view returns (Payout memory p) {
        if (callback || to == address(0)) return p;
        p.to = to;
        for (uint256 i; i < ASSETS; ++i) {
            p.totals[i] = engine.assetInfo(i).total;
            p.received[i] = tokens[i].balanceOf(to);
        }
    }

    /// @dev What left the ledger arrived, to the unit, and nothing else did.
    function _checkPayout(Payout memory p) private {
        if (p.to == address(0)) return;
        bool moved;
        for (uint256 i; i < ASSETS; ++i) {
            uint256 left = (p.totals[i] - engine.assetInfo(i).total) * scales[i];
            if (tokens[i].balanceOf(p.to) - p.received[i] != left) _violated("paid out something else than left");
            moved = moved || left != 0;
        }
        if (moved) ++_counts.paidOut;
    }

    /// @param to Zero: into the ledger.
    function _liquidation(
        LiquidationItem[] memory items,
        address to,
        bool callback
    ) private view returns (bytes memory) {
        bytes memory data = callback ? bytes("x") : bytes("");
        if (to == address(0)) return abi.encodeCall(engine.liquidate, (items, data));
        return abi.encodeCall(engine.liquidateTo, (items, to, data));
    }

    function absorb(uint256 who, uint256 mask) public watched {
        CreditActor actor = _actor(who);
        mask = mask % 3 == 0 ? mask / 3 : type(uint256).max;
        uint256 n;
        for (uint256 i; i < ACTORS; ++i) if ((mask >> i) & 1 == 1) ++n;
        address[] memory accounts = new address[](n);
        n = 0;
        for (uint256 i; i < ACTORS; ++i) if ((mask >> i) & 1 == 1) accounts[n++] = address(actors[i]);
        _absorb(actor, accounts);
    }

    function _absorb(CreditActor actor, address[] memory accounts) private returns (bool ok) {
        Snapshot[] memory before = new Snapshot[](accounts.length);
        for (uint256 i; i < accounts.length; ++i) before[i] = _snapshot(accounts[i]);
        int256 level = dollar.level(address(treasury));
        bytes memory result;
        (ok, result) = actor.execute(address(engine), abi.encodeCall(engine.absorb, (accounts)));
        if (!ok) return false;
        uint256[] memory removed = abi.decode(result, (uint256[]));
        uint256 total;
        for (uint256 i; i < accounts.length; ++i) {
            total += removed[i];
            if (removed[i] > before[i].debt + 1) _violated("absorbed more than was owed");
            if (accounts[i] == address(actor)) continue;
            bool touched = _checkSlice(accounts[i], before[i], removed[i]);
            if (!touched && removed[i] != 0) _violated("absorbed and nothing happened");
            if (!touched) continue;
            _checkPrice(accounts[i], before[i], removed[i]);
            ++_counts.absorbed;
            if (_insolvent(before[i])) ++_counts.absorbedInsolvent;
            if (before[i].pricedMask == 0) ++_counts.writeOffs;
        }
        _sums.absorbed += total;
        _sums.slack += 2 * accounts.length;
        if (dollar.level(address(treasury)) - level != int256(total))
            _violated("the absorber's level moved by something else");
    }

    /// @dev What a slice may do to an account.
    /// @return touched Whether there was one.
    function _checkSlice(address account, Snapshot memory before, uint256 paid) private returns (bool touched) {
        Snapshot memory now_ = _snapshot(account);
        touched = now_.shares != before.shares || _changed(now_.holdings, before.holdings);
        if (!touched) return false;
        if (before.debt <= before.limit) _violated("a healthy account was seized");
        if (before.debt - now_.debt > paid + 1) {
            // More debt went than was paid: a write-off.
            ++_counts.writeOffs;
            if (before.pricedMask != 0 && before.value >= before.debt) _violated("bad debt though V >= D");
            if (now_.debt != 0) _violated("written off in part");
        }
        // Values are rounded down asset by asset: a wei each.
        if (!_insolvent(before) && (now_.limit + 2 * ASSETS) * before.debt < before.limit * now_.debt) {
            _violated("a slice lowered the health of an account that was not insolvent");
        }
        if (now_.debt != 0 && now_.debt < MINIMUM_DEBT && now_.pricedMask != 0) {
            _violated("a slice left a debt below the minimum");
        }
        if (now_.debt != 0 && now_.pricedMask == 0 && now_.limit == 0) {
            _violated("nothing is left to pay a debt that was not written off");
        }
    }

    /// @dev What a slice took is worth what was paid for it (or removed) and the incentive, and no more than the largest incentive allows.
    /// Amounts taken are rounded down to ledger units: a unit is worth a ten-thousandth of the minimum debt at most when its asset is
    /// listed, and prices grow no more than fourfold here.
    function _checkPrice(address account, Snapshot memory before, uint256 paid) private {
        Snapshot memory now_ = _snapshot(account);
        uint256 taken = before.value - now_.value;
        uint256 unitsLost = (MINIMUM_DEBT * 4 * ASSETS) / 10_000;
        uint256 share = engine.index() / 1e8 + 2;
        LiquidationParameters memory p = engine.liquidationParameters();
        // Where everything priced went there was no more to take, and what it does not pay is written off (see `_checkSlice`).
        if (now_.pricedMask != 0 && taken + unitsLost + 2 * share < (paid * (WAD + _leastIncentive(before, p))) / WAD) {
            _violated("debt went for less than its worth in collateral");
        }
        if (taken > (paid * (10_000 + p.maxIncentive)) / 10_000 + share) {
            _violated("taken more than the largest incentive allows");
        }
    }

    /// @dev The incentive of a slice of a solvent account, or lmin where that is less: an absorber with little room may take a subset of the
    /// assets, with a lower cap, but not one below lmin. 18 decimals
    function _leastIncentive(Snapshot memory s, LiquidationParameters memory p) private pure returns (uint256 least) {
        Exposure memory e = Exposure({value: s.value, priced: s.priced, limit: s.limit, debt: s.debt});
        least = uint256(p.minIncentive) * 1e14;
        uint256 cap = LiquidationMath.capByHealth(e);
        if (cap < least) least = cap;
        cap = LiquidationMath.capByValue(e, p);
        if (cap < least) least = cap;
    }

    // ---------------------------------------------------------------- prices and time

    function movePrice(uint256 asset, uint256 seed) public {
        asset %= ASSETS;
        TestFeed feed = feeds[asset];
        // -25% to +20%; now and then a crash by half.
        int256 bps = seed % 16 == 0 ? int256(-5_000) : int256(seed % 4_501) - 2_500;
        int256 answer = feed.answer();
        if (answer <= 0) answer = firstPrices[asset];
        answer = (answer * (10_000 + bps)) / 10_000;
        if (seed % 16 == 1) answer = firstPrices[asset];
        if (answer > firstPrices[asset] * 4) answer = firstPrices[asset] * 4;
        if (answer < firstPrices[asset] / 100) answer = firstPrices[asset] / 100;
        feed.set(answer);
    }

    /// @dev The market falls on what an actor holds, to a health between 0.5 and 1.05: left to chance, few accounts would ever fail.
    function sink(uint256 who, uint256 seed) public {
        Snapshot memory s = _snapshot(address(_actor(who)));
        if (s.debt == 0 || s.priced == 0) return;
        // Closer to 1 is likelier.
        uint256 health = 105 - (seed % 8) * ((seed >> 8) % 8);
        for (uint256 asset; asset < ASSETS; ++asset) {
            if ((s.pricedMask >> asset) & 1 == 0) continue;
            TestFeed feed = feeds[asset];
            uint256 answer = (uint256(feed.answer()) * s.debt * health) / (s.limit * 100);
            if (answer > uint256(firstPrices[asset]) * 4) continue;
            feed.set(answer == 0 ? int256(1) : int256(answer));
        }
    }

    function killFeed(uint256 asset, uint256 how) public {
        // Rarely: an account with a dead feed can only get smaller.
        if (how % 3 != 0) return;
        TestFeed feed = feeds[asset % ASSETS];
        how /= 3;
        if (how % 4 == 0) feed.set(0);
        else if (how % 4 == 1) feed.set(-1);
        else feed.setDead(true);
    }

    function reviveFeeds(uint256 seed) public {
        for (uint256 asset; asset < ASSETS; ++asset) {
            TestFeed feed = feeds[asset];
            if (!feed.dead() && feed.answer() > 0) continue;
            feed.setDead(false);
            seed = uint256(keccak256(abi.encode(seed)));
            feed.set(feed.answer() > 0 ? feed.answer() : (firstPrices[asset] * int256(20 + (seed % 100))) / 100);
        }
    }

    function passTime(uint256 seconds_, uint256 stale) public {
        uint256 before = engine.totalDebt();
        vm.warp(block.timestamp + 1 + (seconds_ % 6 hours));
        // Feeds go on, except one in so many.
        for (uint256 i; i < ASSETS; ++i) {
            if ((stale >> (6 * i)) & 63 != 0 && feeds[i].answer() > 0) feeds[i].set(feeds[i].answer());
        }
        uint256 now_ = engine.totalDebt();
        if (now_ < before) _violated("time lowered the debts");
        else _sums.interest += now_ - before;
    }

    // ---------------------------------------------------------------- what changes nobody's position

    function donate(uint256 who, uint256 asset, uint256 amount) public watched positionsKept {
        asset %= ASSETS;
        CreditActor actor = _actor(who);
        amount = _amount(asset, amount);
        tokens[asset].mint(address(actor), amount);
        actor.execute(address(tokens[asset]), abi.encodeCall(tokens[asset].transfer, (address(engine), amount)));
        donated[asset] += amount;
        uint256 dollars = dollar.balanceOf(address(actor)) / 100;
        actor.execute(address(dollar), abi.encodeCall(dollar.transfer, (address(engine), dollars)));
        if (engine.maxFlashLoan(address(tokens[asset])) > engine.assetInfo(asset).total * scales[asset]) {
            _violated("a donation can be lent");
        }
    }

    function transferDollars(uint256 from, uint256 to, uint256 part) public watched {
        CreditActor actor = _actor(from);
        uint256 amount = (dollar.balanceOf(address(actor)) * (part % 101)) / 100;
        actor.execute(address(dollar), abi.encodeCall(dollar.transfer, (address(_actor(to)), amount)));
    }

    function pauseOrNot(uint256 asset, uint256 bits) public watched positionsKept {
        asset %= ASSETS;
        bool on = bits % 3 == 0;
        bits = (bits / 3) & (PAUSE_DEPOSIT | PAUSE_WITHDRAW | PAUSE_BORROW | PAUSE_FLASH_LOAN);
        if (on) engine.pause(asset, bits);
        else engine.unpause(asset, PAUSE_DEPOSIT | PAUSE_WITHDRAW | PAUSE_BORROW | PAUSE_FLASH_LOAN);
    }

    /// @dev Governance and keepers: nothing of it may move anyone's maintenance limit at once.
    function govern(uint256 kind, uint256 asset, uint256 seed) public watched positionsKept {
        asset %= ASSETS;
        if (kind % 8 == 0) _setTargets(asset, seed);
        else if (kind % 8 == 1)
            risk.setPaces(Paces(uint16(10 + (seed % 1_991)), 100, uint16(10 + (seed % 4_991)), 300));
        else if (kind % 8 == 2) engine.syncAssetCap(asset);
        else if (kind % 8 == 3) engine.updateRate();
        else if (kind % 8 == 4) engine.accrue();
        else if (kind % 8 == 5) oracle.record((1 << ASSETS) - 1);
        else if (kind % 8 == 6) _setLiquidationParameters(seed);
        else if (seed % 16 == 0 && (risk.delistedMask() >> asset) & 1 == 0 && asset == 4) risk.delist(asset);
    }

    function _setTargets(uint256 asset, uint256 seed) private {
        if ((risk.delistedMask() >> asset) & 1 == 1) return;
        uint16 maintenance = uint16(500 + (seed % 4_000));
        uint16 initial = uint16(maintenance + 300 + ((seed >> 16) % 2_000));
        uint256 depth = units[asset] * (1_000 + ((seed >> 32) % 50_000));
        Pinned.aim(risk, asset, RiskTargets(initial, maintenance, depth));
    }

    function _setLiquidationParameters(uint256 seed) private {
        uint16 lowest = uint16(seed % 400);
        engine.setLiquidationParameters(
            LiquidationParameters({
                targetHealth: uint16(10_000 + ((seed >> 16) % 2_000)),
                minIncentive: lowest,
                maxIncentive: uint16(lowest + ((seed >> 32) % 2_000)),
                fullIncentiveHealth: uint16(5_000 + ((seed >> 48) % 5_000)),
                absorbHealth: uint16((seed >> 64) % 10_001),
                tipShare: uint16((seed >> 80) % 5_001)
            })
        );
    }

    /// @dev The treasury's collateral moves on, which makes room for more.
    function emptyTreasury(uint256 asset) public watched {
        asset %= ASSETS;
        if (engine.balanceOf(address(treasury), asset) == 0) return;
        try treasury.withdraw(asset, type(uint256).max, address(this)) {} catch {
            _violated("the treasury cannot leave");
        }
    }

    // ---------------------------------------------------------------- flash loans

    /// @dev Inside, the actor repays, leaves, comes back and borrows again, as far as it is let.
    function flash(uint256 who, uint256 asset, uint256 amount, bool mint) public watched {
        asset %= ASSETS;
        CreditActor actor = _actor(who);
        address account = address(actor);
        uint256 held = engine.balanceOf(account, asset) * scales[asset];
        uint256 owed = engine.debtOf(account);
        uint256 dollars = dollar.balanceOf(account);
        uint256 extra = _sums.extra;
        _planReturn(actor, asset, held, owed);
        bool ok = _lend(actor, mint ? address(dollar) : address(tokens[asset]), amount, mint ? owed * 2 : 0);
        actor.unplan();
        if (!ok) return;
        ++_counts.flashes;
        // Inside a flash mint the engine is open: what was borrowed and repaid there shows in what is held and owed.
        uint256 owedNow = engine.debtOf(account);
        uint256 given = _sums.extra - extra;
        uint256 dollarsNow = dollar.balanceOf(account);
        uint256 repaid = owedNow == owed && dollarsNow == dollars + given ? 0 : owed;
        if (repaid != 0) {
            _noteRepaid(repaid, 1);
            // plUSD: before + given + borrowed - repaid = now.
            _noteBorrowed(dollarsNow + repaid - dollars - given);
        }
    }

    /// @dev Repays, leaves, comes back with what it held and owes the same again.
    function _planReturn(CreditActor actor, uint256 asset, uint256 held, uint256 owed) private {
        address account = address(actor);
        actor.plan(address(engine), abi.encodeCall(engine.repay, (type(uint256).max, account)));
        actor.plan(address(engine), abi.encodeCall(engine.withdraw, (asset, type(uint256).max, account, account)));
        actor.plan(address(tokens[asset]), abi.encodeCall(tokens[asset].approve, (address(engine), held)));
        actor.plan(address(engine), abi.encodeCall(engine.deposit, (asset, held, account)));
        actor.plan(address(engine), abi.encodeCall(engine.borrow, (owed, account, account)));
    }

    /// @dev plUSD comes from itself, other tokens from the engine. `maximum` 0: whatever the lender has.
    function _lend(CreditActor actor, address token, uint256 amount, uint256 maximum) private returns (bool ok) {
        address lender = token == address(dollar) ? address(dollar) : address(engine);
        if (maximum == 0 && lender == address(engine)) maximum = engine.maxFlashLoan(token);
        if (maximum != 0) amount = 1 + (amount % maximum);
        (ok, ) = actor.execute(
            lender,
            abi.encodeCall(engine.flashLoan, (IERC3156FlashBorrower(address(actor)), token, amount, ""))
        );
    }

    // ---------------------------------------------------------------- round trips

    function roundTripDeposit(uint256 who, uint256 asset, uint256 amount) public watched {
        asset %= ASSETS;
        CreditActor actor = _actor(who);
        amount = _amount(asset, amount);
        uint256 credit = engine.balanceOf(address(actor), asset);
        uint256 held = tokens[asset].balanceOf(address(actor));
        if (!_deposit(actor, address(actor), asset, amount)) return;
        (bool ok, ) = actor.execute(
            address(engine),
            abi.encodeCall(engine.withdraw, (asset, amount, address(actor), address(actor)))
        );
        if (!ok) return;
        ++_counts.roundTrips;
        if (
            tokens[asset].balanceOf(address(actor)) != held + amount ||
            engine.balanceOf(address(actor), asset) != credit
        ) _violated("deposit and withdrawal do not cancel");
    }

    function roundTripBorrow(uint256 who, uint256 amount) public watched {
        CreditActor actor = _actor(who);
        amount = MINIMUM_DEBT + (amount % 10_000e18);
        int256 before = int256(dollar.balanceOf(address(actor))) - int256(engine.debtOf(address(actor)));
        if (!_borrow(actor, amount)) return;
        if (!_repay(actor, address(actor), amount)) return;
        ++_counts.roundTrips;
        int256 gain = int256(dollar.balanceOf(address(actor))) - int256(engine.debtOf(address(actor))) - before;
        if (gain > 0) _violated("borrowing and repaying pays");
    }

    // ---------------------------------------------------------------- liveness: tried, then undone

    error Undo(string problem);

    /// @dev Repay all and leave, be liquidated, be absorbed: whenever the promise says that it works, it works.
    function probe(uint256 who) public {
        address account = address(_actor(who));
        ++_counts.probes;
        _undone(abi.encodeCall(this.tryExit, (account)));
        Snapshot memory s = _snapshot(account);
        if (s.debt <= s.limit) return;
        bool insolvent = _insolvent(s);
        if (s.pricedMask != 0) _undone(abi.encodeCall(this.tryLiquidate, (account)));
        if (insolvent) _undone(abi.encodeCall(this.tryAbsorb, (account, s.pricedMask == _held(s))));
    }

    /// @dev A probe is on its way. Who calls does not tell: the runner also takes the handler's own address for a sender.
    bool private _probing;

    function _undone(bytes memory call) private {
        _probing = true;
        (bool ok, bytes memory reason) = address(this).call(call);
        _probing = false;
        if (ok || reason.length < 68 || bytes4(reason) != Undo.selector) {
            _violated("a probe failed by itself");
            return;
        }
        assembly ("memory-safe") {
            // Drop the selector.
            mstore(add(reason, 4), sub(mload(reason), 4))
            reason := add(reason, 4)
        }
        string memory problem = abi.decode(reason, (string));
        if (bytes(problem).length != 0) _violated(problem);
    }

    function tryExit(address account) external {
        if (!_probing) return;
        CreditActor actor = CreditActor(account);
        uint256 owed = engine.debtOf(account);
        if (owed != 0) {
            _fund(account, owed);
            (bool ok, ) = actor.execute(address(engine), abi.encodeCall(engine.repay, (type(uint256).max, account)));
            if (!ok) revert Undo("repaying all failed");
            if (engine.debtOf(account) != 0) revert Undo("repaying all left a debt");
        }
        for (uint256 asset; asset < ASSETS; ++asset) {
            uint256 held = engine.balanceOf(account, asset) * scales[asset];
            if (held == 0) continue;
            uint256 before = tokens[asset].balanceOf(account);
            (bool ok, ) = actor.execute(
                address(engine),
                abi.encodeCall(engine.withdraw, (asset, type(uint256).max, account, account))
            );
            if (!ok) revert Undo("the exit of a debt-free account failed");
            if (tokens[asset].balanceOf(account) - before != held) revert Undo("the exit paid something else");
        }
        revert Undo("");
    }

    function tryLiquidate(address account) external {
        if (!_probing) return;
        CreditActor stranger = new CreditActor(engine);
        _fund(address(stranger), engine.debtOf(account));
        LiquidationItem[] memory items = new LiquidationItem[](1);
        items[0] = LiquidationItem(account, type(uint256).max);
        (bool ok, ) = stranger.execute(address(engine), abi.encodeCall(engine.liquidate, (items, "")));
        if (!ok) revert Undo("an unhealthy account with priced collateral cannot be liquidated");
        revert Undo("");
    }

    function tryAbsorb(address account, bool allPriced) external {
        if (!_probing) return;
        address[] memory accounts = new address[](1);
        accounts[0] = account;
        CreditActor stranger = new CreditActor(engine);
        (bool ok, ) = stranger.execute(address(engine), abi.encodeCall(engine.absorb, (accounts)));
        if (!ok) revert Undo("an insolvent account cannot be absorbed");
        if (allPriced && engine.debtOf(account) != 0) revert Undo("absorbing an insolvent account left a debt");
        revert Undo("");
    }

    // ---------------------------------------------------------------- at any time

    /// @notice Invariants 1, 2, 8 and 9 as far as they concern the engine: reverts with what is broken.
    function check() external view {
        require(bytes(violation).length == 0, violation);
        _checkDebts();
        _checkLedger();
        for (uint256 i; i < ACTORS; ++i) {
            (, uint256[] memory holdings) = engine.position(address(actors[i]));
            require(risk.borrowLimit(holdings, type(uint256).max, false) <= risk.maintenanceLimit(holdings), "B > M");
        }
    }

    function _checkDebts() private view {
        uint256 shares;
        uint256 debts;
        for (uint256 i; i < ACTORS; ++i) {
            (uint256 owned, ) = engine.position(address(actors[i]));
            shares += owned;
            debts += engine.debtOf(address(actors[i]));
        }
        require(shares == engine.totalDebtShares(), "shares do not add up");
        uint256 total = engine.totalDebt();
        require(debts >= total && debts <= total + ACTORS, "debts do not add up");

        Sums memory s = _sums;
        require(dollar.totalSupply() == s.borrowed + s.extra - s.repaid, "supply is not what was minted less burned");
        int256 level = int256(s.borrowed) - int256(s.repaid) - int256(s.absorbed) - int256(s.writtenOff);
        require(dollar.level(address(engine)) == level, "the engine's level");
        require(dollar.level(address(treasury)) == int256(s.absorbed + s.writtenOff), "the absorber's level");
        int256 levels = dollar.level(address(engine)) + dollar.level(address(treasury)) + dollar.level(address(this));
        require(int256(dollar.totalSupply()) == levels, "supply is not the sum of levels");

        // Sums on both sides, so that nothing goes below 0.
        uint256 added = s.borrowed + s.interest;
        uint256 accounted = total + s.repaid + s.absorbed + s.writtenOff;
        require(accounted >= added, "debt is missing");
        require(accounted <= added + s.slack, "debt came from nowhere");
    }

    function _checkLedger() private view {
        for (uint256 asset; asset < ASSETS; ++asset) {
            uint256 sum = engine.balanceOf(address(treasury), asset);
            for (uint256 i; i < ACTORS; ++i) sum += engine.balanceOf(address(actors[i]), asset);
            uint256 total = engine.assetInfo(asset).total;
            require(sum == total, "balances do not add up to the ledger total");
            require(
                tokens[asset].balanceOf(address(engine)) == total * scales[asset] + donated[asset],
                "tokens are not the ledger total and donations"
            );
        }
    }

    function counts() external view returns (Counts memory) {
        return _counts;
    }

    // ---------------------------------------------------------------- plUSD

    /// @notice Sells plUSD to an actor: stands for the market it sells to.
    /// @dev The invariant runner calls this as well, now and then as an actor: with amounts that no actor ever has to pay.
    function raise(uint256 amount) external {
        if (amount > type(uint120).max) return;
        for (uint256 i; i < ACTORS; ++i) {
            if (address(actors[i]) == msg.sender) _fund(msg.sender, amount);
        }
    }

    /// @dev Tops up to `amount`.
    function _fund(address account, uint256 amount) private {
        uint256 held = dollar.balanceOf(account);
        if (held >= amount) return;
        dollar.mint(account, amount - held);
        _sums.extra += amount - held;
    }

    function _noteBorrowed(uint256 amount) private {
        _sums.borrowed += amount;
        // Shares are rounded up: one share, and a wei each for the debt and the total.
        _sums.slack += engine.index() / 1e8 + 2;
    }

    function _noteRepaid(uint256 amount, uint256 times) private {
        _sums.repaid += amount;
        _sums.slack += times;
    }

    function _noteWrittenOff(uint256 amount, uint256 times) private {
        _sums.writtenOff += amount;
        _sums.slack += times;
    }

    // ---------------------------------------------------------------- reading

    function _actor(uint256 seed) private view returns (CreditActor) {
        return actors[seed % ACTORS];
    }

    /// @dev Token units worth at most a few hundred thousand dollars, of any size, with some dust below a ledger unit.
    function _amount(uint256 asset, uint256 seed) private view returns (uint256) {
        uint256 most = (300_000e8 * units[asset]) / uint256(firstPrices[asset]);
        uint256 amount = 1 + (seed % 4 == 0 ? seed % (1 + (most >> ((seed >> 8) % 40))) : most / 10 + (seed % most));
        return amount * scales[asset] + ((seed >> 16) % scales[asset]);
    }

    function _snapshots() private view returns (Snapshot[] memory all) {
        all = new Snapshot[](ACTORS);
        for (uint256 i; i < ACTORS; ++i) all[i] = _snapshot(address(actors[i]));
    }

    function _snapshot(address account) private view returns (Snapshot memory s) {
        (s.shares, s.holdings) = engine.position(account);
        s.debt = engine.debtOf(account);
        s.limit = risk.maintenanceLimit(s.holdings);
        Quote[] memory quotes = risk.quote(_held(s));
        uint256[] memory one = new uint256[](1);
        for (uint256 i; i < quotes.length; ++i) {
            if (quotes[i].status == PriceStatus.Unpriced) continue;
            uint256 asset = s.holdings[i] >> 248;
            s.pricedMask |= 1 << asset;
            one[0] = s.holdings[i];
            s.priced += risk.maintenanceLimit(one);
            s.value += (quotes[i].mid * (s.holdings[i] & (type(uint256).max >> 8))) / units[asset];
        }
    }

    function _held(Snapshot memory s) private pure returns (uint256 mask) {
        for (uint256 i; i < s.holdings.length; ++i) mask |= 1 << (s.holdings[i] >> 248);
    }

    /// @dev The definition: `V M < M_s D`, or with M_s = 0: V < D and M = 0.
    function _insolvent(Snapshot memory s) private pure returns (bool) {
        if (s.debt <= s.limit) return false;
        if (s.priced == 0) return s.value < s.debt && s.limit == 0;
        return s.value * s.limit < s.priced * s.debt;
    }

    function _changed(uint256[] memory a, uint256[] memory b) private pure returns (bool) {
        return keccak256(abi.encode(a)) != keccak256(abi.encode(b));
    }

    function _treasuryHoldings() private view returns (bytes32) {
        (uint256 shares, uint256[] memory holdings) = engine.position(address(treasury));
        return keccak256(abi.encode(shares, holdings));
    }

    /// @dev Everything an actor owns less what it owes, at mid prices where there are any. {USD}
    function _worth(CreditActor actor, uint256 given) private view returns (int256 worth) {
        worth = int256(dollar.balanceOf(address(actor))) - int256(engine.debtOf(address(actor))) - int256(given);
        Quote[] memory quotes = risk.quote((1 << ASSETS) - 1);
        for (uint256 asset; asset < ASSETS; ++asset) {
            uint256 tokenUnits =
                tokens[asset].balanceOf(address(actor)) + engine.balanceOf(address(actor), asset) * scales[asset];
            worth += int256((tokenUnits * quotes[asset].mid) / (units[asset] * scales[asset]));
        }
    }

    function _requireWithinLimit(address account, string memory what) private {
        (uint256 shares, uint256[] memory holdings) = engine.position(account);
        if (shares == 0) return;
        if (engine.debtOf(account) > risk.borrowLimit(holdings, type(uint256).max, false)) _violated(what);
    }

    function _items(uint256 mask, uint256 part) private view returns (LiquidationItem[] memory items) {
        uint256 n;
        for (uint256 i; i < ACTORS; ++i) if ((mask >> i) & 1 == 1) ++n;
        items = new LiquidationItem[](n);
        n = 0;
        for (uint256 i; i < ACTORS; ++i) {
            if ((mask >> i) & 1 == 1) {
                items[n++] = LiquidationItem(address(actors[i]), _maxRepay(address(actors[i]), part >> (8 * i)));
            }
        }
    }

    /// @dev Without limit, or a part of what is owed.
    function _maxRepay(address account, uint256 part) private view returns (uint256) {
        return part % 2 == 0 ? type(uint256).max : (engine.debtOf(account) * (part % 101)) / 100;
    }
}
