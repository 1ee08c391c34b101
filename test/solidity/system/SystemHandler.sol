// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBackstop} from "../../../contracts/interfaces/IBackstop.sol";
import {IBalanceSheet} from "../../../contracts/interfaces/IBalanceSheet.sol";
import {ICreditShared} from "../../../contracts/interfaces/ICreditEngine.sol";
import {IIssuanceGate} from "../../../contracts/interfaces/IIssuanceGate.sol";
import {Price, PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {IRebalancer, OpenAuction} from "../../../contracts/interfaces/IRebalancer.sol";
import {IReserveShared, ReserveTerms} from "../../../contracts/interfaces/IReserveShared.sol";
import {VaultTerms} from "../../../contracts/interfaces/IReserveVaults.sol";
import {vm} from "../../contracts/Vm.sol";
import {Kind, SystemBooks} from "./SystemBooks.sol";

/// @title Random histories of the whole protocol: four users, keepers, prices and time, at every public entry point
contract SystemHandler is SystemBooks {
    /// @dev {USD/tok} 8 decimals, as they started.
    uint256[ASSETS] private _bases = [uint256(1e8), 1e8, 2_000e8, 2_400e8, 40_000e8];

    /// @dev What counted as a mid at the last opening; 0 of what was not priced by it. {USD/tok}
    uint256[ASSETS] private _kept;

    /// @notice Deficits that the Backstop paid for.
    uint256 public burns;

    constructor() {
        setUp();
        // So that there is something to invest.
        for (uint256 i; i < 2; ++i) {
            ReserveTerms memory t = _terms(i);
            (t.liquidFloor, t.liquidCeiling) = (100_000 * units[i], 500_000 * units[i]);
            reserve.setTerms(i, t);
        }
        yields[0] = _vault(USDC, 9_000_000);
        yields[1] = _vault(DAI, 9_000_000);
        _listErrors();
    }

    /// @dev Little enough capital for histories to use it up.
    function _seed() internal pure override returns (uint256[ASSETS] memory) {
        return [uint256(600_000), 200_000, 300, 160, 5];
    }

    modifier recorded() {
        _;
        _sound();
    }

    function _amount(uint256 seed, uint256 most) private pure returns (uint256) {
        return most == 0 ? 0 : 1 + (seed % most);
    }

    // ---- the reserve

    function reserveCall(uint256 who, uint256 kind, uint256 asset, uint256 seed) external recorded {
        address user = _user(who);
        if (kind % 2 == 0) return _issueSome(user, asset % 2, seed);
        uint256 amount = _amount(seed, _balance(user));
        if (amount == 0) return;
        Kind what = Kind.Redeem;
        bytes memory in_ = abi.encodeCall(reserve.redeem, (asset % 2, amount, 0, user));
        if (kind % 16 == 1) {
            amount = amount / 1e6 + 1;
            (what, in_) = (Kind.Retire, abi.encodeCall(reserve.retire, (amount)));
        } else if (kind % 4 == 1) {
            (what, in_) = (Kind.RedeemInKind, abi.encodeCall(reserve.redeemInKind, (amount, seed >> 250, 0, user)));
        }
        (bool ok, ) = _call(what, user, address(reserve), in_);
        if (ok) _burned += amount;
    }

    function _issueSome(address user, uint256 asset, uint256 seed) private {
        uint256 paid = _tok(asset, 1) + (seed % _tok(asset, 400_000));
        _give(user, asset, paid);
        bytes memory in_ = abi.encodeCall(reserve.issue, (asset, paid, 0, user));
        (bool ok, bytes memory answer) = _call(Kind.Issue, user, address(reserve), in_);
        if (!ok) return;
        _minted += abi.decode(answer, (uint256));
        // 4. Not without a price, nor beyond a cap.
        _check(oracle.price(asset).status == PriceStatus.Live, "issued without a price");
        (, , ReserveTerms memory t) = reserve.assetTerms(asset);
        _check(reserve.position(asset).cash <= t.cap, "issued beyond the cap");
    }

    function vaultCall(uint256 kind, uint256 which, uint256 seed) external recorded {
        address vault = address(yields[which % 2]);
        uint256 held = tokens[which % 2].balanceOf(vault);
        kind %= 6;
        if (kind == 0) _call(Kind.Invest, whale, address(reserve), abi.encodeCall(reserve.invest, (vault)));
        else if (kind == 1) _divest(vault, which % 2, seed);
        else if (kind == 2) _call(Kind.BookVault, whale, address(reserve), abi.encodeCall(reserve.bookVault, (vault)));
        else if (kind == 3)
            _call(Kind.CollectCredit, whale, address(reserve), abi.encodeCall(reserve.collectCredit, (seed % ASSETS)));
            // Yield, or now and then a theft.
        else if (kind == 4) tokens[which % 2].mint(vault, _amount(seed, held / 200));
        else if (seed % 4 == 0) {
            vm.prank(vault);
            tokens[which % 2].transfer(address(1), _amount(seed, held / 4));
        }
    }

    /// @dev What cash lacks; or all of it, as governance wants out for a while.
    function _divest(address vault, uint256 asset, uint256 seed) private {
        if (seed % 2 == 0) reserve.setVaultTerms(vault, VaultTerms(0, 5_000, 200));
        _call(Kind.Divest, whale, address(reserve), abi.encodeCall(reserve.divest, (vault, ALL)));
        reserve.setVaultTerms(vault, VaultTerms(20_000_000 * units[asset], 5_000, 200));
    }

    // ---- the credit engine

    function creditCall(uint256 who, uint256 kind, uint256 asset, uint256 seed) external recorded {
        address user = _user(who);
        kind = [uint256(0), 0, 1, 2, 2, 2, 3, 4][kind % 8];
        asset = [USDC, ETH, STETH, BTC][asset % 4];
        if (kind == 0) {
            uint256 paid = (((1_000 + (seed % 2_000_000)) * 1e18 * units[asset]) / _mid(asset)) * scales[asset];
            _give(user, asset, paid);
            _call(Kind.Deposit, user, address(engine), abi.encodeCall(engine.deposit, (asset, paid, user)));
        } else if (kind == 1) {
            uint256 amount = _amount(seed, engine.balanceOf(user, asset)) * scales[asset];
            if (amount != 0)
                _call(
                    Kind.Withdraw,
                    user,
                    address(engine),
                    abi.encodeCall(engine.withdraw, (asset, amount, user, user))
                );
        } else if (kind == 2) {
            if (seed % 4 != 0) _lookNow();
            // Most of what the collateral is good for, so that prices make some fail.
            uint256 amount = 100e18 + (_room(user) * (5_000 + (seed % 5_200))) / 10_000;
            (bool ok, ) = _call(
                Kind.Borrow,
                user,
                address(engine),
                abi.encodeCall(engine.borrow, (amount, user, user))
            );
            if (ok) _minted += amount;
        } else {
            _repay(user, kind == 3, asset, seed);
        }
    }

    /// @dev 74% of what is deposited less what is owed. {USD}
    function _room(address user) private view returns (uint256 room) {
        for (uint256 i; i < ASSETS; ++i) room += (engine.balanceOf(user, i) * _mid(i) * 74) / units[i] / 100;
        uint256 owed = engine.debtOf(user);
        room = room > owed ? room - owed : 0;
    }

    function _repay(address user, bool inStable, uint256 asset, uint256 seed) private {
        address debtor = _user(seed >> 128);
        uint256 amount = seed % 6 == 0 ? ALL : _amount(seed, engine.debtOf(debtor));
        if (amount == 0) return;
        uint256 before = engine.totalDebt();
        uint256 repaid;
        if (inStable) {
            asset %= 2;
            _give(user, asset, _tok(asset, 3_000_000));
            bytes memory in_ = abi.encodeCall(engine.repayInStable, (asset, amount, debtor, ALL));
            (bool ok, bytes memory answer) = _call(Kind.RepayInStable, user, address(engine), in_);
            if (ok) (repaid, ) = abi.decode(answer, (uint256, uint256));
        } else {
            (bool ok, bytes memory answer) = _call(
                Kind.Repay,
                user,
                address(engine),
                abi.encodeCall(engine.repay, (amount, debtor))
            );
            if (ok) _burned += repaid = abi.decode(answer, (uint256));
        }
        _check(engine.totalDebt() + repaid + 1 >= before, "a debt fell by more than was paid");
    }

    function failing(uint256 who, uint256 kind, uint256 victim, uint256 seed) external recorded {
        address user = _user(who);
        address account = _user(victim);
        kind %= 3;
        if (seed % 4 == 0) _crash(seed >> 8);
        if (kind == 2) {
            address[] memory accounts = new address[](2);
            (accounts[0], accounts[1]) = (account, _user((victim % USERS) + 1));
            uint256 before = engine.totalDebt();
            (bool ok, bytes memory answer) = _call(
                Kind.Absorb,
                user,
                address(engine),
                abi.encodeCall(engine.absorb, (accounts))
            );
            if (!ok) return;
            uint256[] memory removed = abi.decode(answer, (uint256[]));
            _check(engine.totalDebt() + removed[0] + removed[1] + 2 >= before, "more was absorbed than told");
            return;
        }
        uint256 most = seed % 2 == 0 ? ALL : _balance(user);
        if (kind == 0) {
            (bool ok, bytes memory answer) = _call(
                Kind.Liquidate,
                user,
                address(engine),
                abi.encodeCall(engine.liquidate, (_item(account, most), ""))
            );
            if (ok) _burned += abi.decode(answer, (uint256[]))[0];
        } else {
            _give(user, seed % 2, _tok(seed % 2, 3_000_000));
            bytes memory in_ = abi.encodeCall(engine.liquidateInStable, (seed % 2, _item(account, ALL), ALL, ""));
            _call(Kind.LiquidateInStable, user, address(engine), in_);
        }
    }

    /// @dev Everything that moves loses 15% to 50%, but never more than nine tenths of what it began with.
    function _crash(uint256 seed) private {
        for (uint256 i = ETH; i < ASSETS; ++i) {
            uint256 price_ = (uint256(feeds[i].answer()) * (5_000 + (seed % 3_500))) / 10_000;
            if (price_ * 10 > _bases[i]) _price(i, price_);
        }
    }

    // ---- auctions

    function auctionCall(uint256 who, uint256 kind, uint256 pair, uint256 seed) external recorded {
        (uint256 sold, uint256 bought) = (pair % ASSETS, (pair >> 8) % (ASSETS + 1));
        if (bought == ASSETS) bought = ALL;
        kind %= 5;
        if (kind == 0) return _openAny(sold, bought, 1 + (seed % 3));
        if (kind == 2) {
            _call(Kind.Adjust, whale, address(rebalancer), abi.encodeCall(rebalancer.adjust, ()));
            return;
        }
        OpenAuction[] memory all = rebalancer.auctions();
        if (kind == 1) {
            // Any, or the one that was asked for, open or not.
            if (all.length != 0 && seed % 4 != 0) (sold, bought) = _pairIn(all, pair);
            _call(Kind.Close, whale, address(rebalancer), abi.encodeCall(rebalancer.close, (sold, bought)));
        } else if (all.length == 0) {
            _fill(_user(who), sold, bought, seed);
        } else {
            // One, or all of them, from any on.
            uint256 count = kind == 3 ? 1 : all.length;
            for (uint256 i; i < count; ++i) {
                (sold, bought) = _pairIn(all, (pair % all.length) + i);
                _fill(_user(who), sold, bought, seed);
            }
        }
    }

    function _pairIn(OpenAuction[] memory all, uint256 which) private pure returns (uint256 sold, uint256 bought) {
        OpenAuction memory a = all[which % all.length];
        return (a.sold, a.bought);
    }

    /// @dev The first pairs from these on that an auction can be opened for.
    function _openAny(uint256 sold, uint256 bought, uint256 most) private {
        for (uint256 i; i < 2 * ASSETS && most != 0; ++i) {
            uint256 from = (sold + i / ASSETS) % ASSETS;
            uint256 to = bought == ALL ? ALL : (bought + i) % ASSETS;
            (bool ok, ) = _call(Kind.Open, whale, address(rebalancer), abi.encodeCall(rebalancer.open, (from, to)));
            if (ok) _keep(from, to);
            if (ok) --most;
            if (bought == ALL) return;
        }
    }

    /// @dev An opening prices what is held and what it is about.
    function _keep(uint256 sold, uint256 bought) private {
        (uint256 held, ) = reserve.booked();
        for (uint256 i; i < ASSETS; ++i) {
            bool priced = (held >> i) & 1 == 1 || i == sold || i == bought;
            _kept[i] = priced ? _countedMid(i) : 0;
        }
    }

    /// @dev As weights count it: its last good high where it has no price. {USD/tok}
    function _countedMid(uint256 asset) private view returns (uint256) {
        Price memory p = oracle.price(asset);
        return p.status == PriceStatus.Unpriced ? oracle.undecayedHigh(asset) : p.mid;
    }

    /// @dev By how much, as a part of everything, a fill of these two counts the rest too high or too low. bps, rounded up
    function _restMoved(uint256 sold, uint256 bought) private view returns (uint256) {
        (uint256 mask, uint256[] memory amounts) = reserve.booked();
        uint256 rank;
        uint256 all;
        int256 moved;
        for (uint256 i; i < ASSETS; ++i) {
            if ((mask >> i) & 1 == 0) continue;
            uint256 mid = _countedMid(i);
            uint256 amount = amounts[rank++];
            all += (amount * mid) / units[i];
            if (i == sold || i == bought || _kept[i] == 0) continue;
            moved += ((int256(mid) - int256(_kept[i])) * int256(amount)) / int256(units[i]);
        }
        return moved == 0 ? 0 : (uint256(moved < 0 ? -moved : moved) * 10_000) / all + 1;
    }

    /// @dev Seen before a fill.
    struct Auctioned {
        uint256 sold;
        uint256 bought;
        uint256[16] weights;
        uint256[16] targets;
        int256 equity; // at mid {USD}
        uint256 budget; // {USD}
    }

    function _fill(address user, uint256 sold, uint256 bought, uint256 seed) private {
        Auctioned memory x;
        (x.sold, x.bought) = (sold, bought);
        if (x.bought < ASSETS) _give(user, x.bought, _tok(x.bought, 4_000_000e18 / _mid(x.bought) + 1));
        (x.weights, x.targets, ) = rebalancer.weights();
        x.equity = _statement().midEquity;
        x.budget = rebalancer.lossBudget();
        uint256 wanted = seed % 2 == 0 ? ALL : _amount(seed, rebalancer.auction(sold, bought).left);
        bytes memory in_ = abi.encodeCall(rebalancer.fill, (sold, bought, wanted, ALL, user, ""));
        (bool ok, bytes memory answer) = _call(Kind.Fill, user, address(rebalancer), in_);
        if (!ok) return;
        if (x.bought == ALL) {
            (, uint256 paid) = abi.decode(answer, (uint256, uint256));
            _burned += paid;
        }
        _requireFair(x);
    }

    /// @dev 10. No more than the budget is lost, and neither side passes its target by more than the target's part of what the rest moved by since the last opening.
    /// Weights are rounded down to a basis point.
    function _requireFair(Auctioned memory x) private {
        _check(_statement().midEquity + int256(x.budget) + 1e15 >= x.equity, "a fill lost more than the budget");
        (uint256[16] memory later, , ) = rebalancer.weights();
        _check(later[x.sold] <= x.weights[x.sold], "what was sold weighs more");
        uint256 moved = _restMoved(x.sold, x.bought);
        uint256 past = (x.targets[x.sold] * moved + 9_999) / 10_000;
        _check(later[x.sold] + 1 + past >= x.targets[x.sold], "sold past its target");
        if (x.bought == ALL) return;
        _check(later[x.bought] >= x.weights[x.bought], "what was bought weighs less");
        past = (x.targets[x.bought] * moved + 9_999) / 10_000;
        _check(later[x.bought] <= x.targets[x.bought] + past, "bought past its target");
    }

    // ---- the Backstop

    function stakeCall(uint256 who, uint256 kind, uint256 seed) external recorded {
        address user = _user(who);
        kind %= 7;
        if (kind < 2) {
            uint256 amount = _amount(seed, _balance(user));
            if (amount == 0) return;
            _allow(user);
            _call(Kind.Stake, user, address(backstop), abi.encodeCall(backstop.deposit, (amount, user)));
        } else if (kind == 2) {
            uint256 shares = _amount(seed, backstop.balanceOf(user));
            if (shares != 0) _call(Kind.Claim, user, address(backstop), abi.encodeCall(backstop.claim, (shares)));
        } else if (kind == 3) {
            _call(Kind.MarkDue, whale, address(backstop), abi.encodeCall(backstop.markDue, (user)));
        } else if (kind == 4) {
            _call(Kind.Release, user, address(backstop), abi.encodeCall(backstop.release, ()));
        } else if (kind == 5) {
            // He himself, or anybody.
            address sender = seed % 2 == 0 ? user : _user(seed >> 1);
            _call(Kind.Exit, sender, address(backstop), abi.encodeCall(backstop.exit, (user, user)));
        } else {
            address sender = seed % 2 == 0 ? user : whale;
            _call(Kind.Restake, sender, address(backstop), abi.encodeCall(backstop.restake, (user)));
        }
    }

    /// @dev Somebody patient: claims, waits, is marked due, waits, and leaves; if he may.
    function depart(uint256 who, uint256 seed) external recorded {
        address user = _user(who);
        uint256 shares = _amount(seed, backstop.balanceOf(user));
        if (shares == 0) return;
        _call(Kind.Claim, user, address(backstop), abi.encodeCall(backstop.claim, (shares)));
        _pass(3 days);
        _call(Kind.MarkDue, whale, address(backstop), abi.encodeCall(backstop.markDue, (user)));
        _pass(6 hours);
        _call(Kind.Refresh, whale, address(sheet), abi.encodeCall(sheet.refresh, ()));
        if (seed % 4 != 0) {
            _call(Kind.Exit, whale, address(backstop), abi.encodeCall(backstop.exit, (user, user)));
            return;
        }
        (bool ok, bytes memory answer) = _call(
            Kind.Release,
            user,
            address(backstop),
            abi.encodeCall(backstop.release, ())
        );
        if (!ok) return;
        bytes memory out = abi.encodeCall(backstop.redeem, (abi.decode(answer, (uint256)), user, user));
        _call(Kind.Unstake, user, address(backstop), out);
    }

    // ---- keepers

    function keeperCall(uint256 kind) external recorded {
        kind %= 7;
        if (kind < 2) _call(Kind.Refresh, whale, address(sheet), abi.encodeCall(sheet.refresh, ()));
        else if (kind == 2) _call(Kind.Look, whale, address(sheet), abi.encodeCall(sheet.lookAtCollateral, ()));
        else if (kind == 3) {
            _settle();
            _pass(2 hours);
            _settle();
        } else if (kind == 4) {
            (bool ok, bytes memory answer) = _call(
                Kind.Distribute,
                whale,
                address(reserve),
                abi.encodeCall(reserve.distribute, ())
            );
            if (!ok) return;
            _minted += abi.decode(answer, (uint256));
            // 4. Surplus too is minted only by who has more than is required.
            _check(_statement().capital >= int256(_statement().required), "surplus minted while short");
        } else if (kind == 5) {
            _call(Kind.UpdateRate, whale, address(engine), abi.encodeCall(engine.updateRate, ()));
        } else {
            _call(Kind.Observe, whale, address(risk), abi.encodeCall(risk.observe, ()));
        }
    }

    function _settle() private {
        (bool ok, bytes memory answer) = _call(
            Kind.Settle,
            whale,
            address(sheet),
            abi.encodeCall(sheet.settleDeficit, ())
        );
        if (!ok) return;
        uint256 burned = abi.decode(answer, (uint256));
        _burned += burned;
        if (burned != 0) ++burns;
    }

    // ---- the world

    /// @dev Half to one and a half of where it began; stables between 0.95 and 1.02.
    function price(uint256 asset, uint256 seed) external recorded {
        asset %= ASSETS;
        uint256 part = asset < 2 ? 9_500 + (seed % 700) : 5_000 + (seed % 10_000);
        _price(asset, (_bases[asset] * part) / 10_000);
        if (seed % 5 == 0) dollarFeed.set(int256(0.95e8 + (seed % 0.1e8)));
    }

    /// @dev A feed dies or comes back, now and then.
    function feed(uint256 asset, uint256 seed) external recorded {
        feeds[asset % ASSETS].setDead(seed % 8 == 0);
        _pass(0);
    }

    /// @dev A donation to whom it changes nothing.
    function donate(uint256 to, uint256 asset, uint256 seed) external recorded {
        address[3] memory receivers = [address(engine), address(reserve), address(rebalancer)];
        uint256 b = _backing();
        tokens[asset % ASSETS].mint(receivers[to % 3], seed % 1e24);
        _check(_backing() == b, "a donation moved b");
    }

    /// @dev Seconds, hours or days; after it a keeper may have looked.
    function pass(uint256 seed) external recorded {
        uint256 kind = seed % 4;
        _pass(
            kind == 0
                ? (seed >> 8) % 60
                : kind == 1
                    ? (seed >> 8) % 3 days
                    : (seed >> 8) % 4 hours
        );
        if ((seed >> 4) % 2 == 0) return;
        try oracle.record(31) {} catch {}
        _lookNow();
    }

    function _lookNow() private {
        _call(Kind.Look, whale, address(sheet), abi.encodeCall(sheet.lookAtCollateral, ()));
        _call(Kind.Refresh, whale, address(sheet), abi.encodeCall(sheet.refresh, ()));
    }

    /// @dev Everybody could leave now.
    function exits() external recorded {
        _exits();
    }

    // ---- what may be refused, and with what

    function _may(Kind kind, bytes4 selector) private {
        _listed[kind][selector] = true;
    }

    function _listErrors() private {
        _reserveErrors();
        _creditErrors();
        _auctionErrors();
        _stakeErrors();
    }

    function _reserveErrors() private {
        Kind[2] memory taking = [Kind.RepayInStable, Kind.LiquidateInStable];
        for (uint256 i; i < 2; ++i) {
            _may(taking[i], IReserveShared.PriceUnusable.selector);
            _may(taking[i], IReserveShared.CapExceeded.selector);
        }
        _may(Kind.Issue, IReserveShared.PriceUnusable.selector);
        _may(Kind.Issue, IReserveShared.CapExceeded.selector);
        _may(Kind.Issue, IIssuanceGate.IssuanceExceeded.selector);
        _may(Kind.Issue, IBalanceSheet.StatementStale.selector);
        _may(Kind.Redeem, IReserveShared.PriceUnusable.selector);
        _may(Kind.Redeem, IReserveShared.NotBacked.selector);
        _may(Kind.Redeem, IReserveShared.LiquidityShort.selector);
        _may(Kind.Redeem, IReserveShared.AmountBelowLedgerUnit.selector);
        _may(Kind.RedeemInKind, IReserveShared.RedemptionTooLarge.selector);
        _may(Kind.Invest, IReserveShared.NothingToMove.selector);
        _may(Kind.Invest, IReserveShared.SharePriceJumped.selector);
        _may(Kind.Divest, IReserveShared.NothingToMove.selector);
        _may(Kind.CollectCredit, IReserveShared.ZeroAmount.selector);
        _may(Kind.Distribute, IReserveShared.DistributedTooEarly.selector);
        _may(Kind.Distribute, IReserveShared.NothingToDistribute.selector);
        _may(Kind.Distribute, IBalanceSheet.NotFullyPriced.selector);
        _may(Kind.Settle, IBalanceSheet.NotFullyPriced.selector);
        _may(Kind.Settle, IBalanceSheet.NoDeficit.selector);
        _may(Kind.Settle, IBalanceSheet.DeficitTooYoung.selector);
    }

    function _creditErrors() private {
        _may(Kind.Deposit, ICreditShared.CapExceeded.selector);
        _may(Kind.Deposit, bytes4(keccak256("AssetUnpriced(uint256)")));
        _may(Kind.Withdraw, ICreditShared.BorrowLimitExceeded.selector);
        _may(Kind.Borrow, ICreditShared.BorrowLimitExceeded.selector);
        _may(Kind.Borrow, bytes4(keccak256("AssetUnpriced(uint256)")));
        _may(Kind.Borrow, IIssuanceGate.IssuanceExceeded.selector);
        _may(Kind.Borrow, IBalanceSheet.StatementStale.selector);
        _may(Kind.Borrow, IBalanceSheet.CollateralNotSeen.selector);
        _may(Kind.Borrow, IBalanceSheet.LiquidityShort.selector);
        Kind[2] memory paying = [Kind.Repay, Kind.RepayInStable];
        for (uint256 i; i < 2; ++i) {
            _may(paying[i], ICreditShared.NoDebt.selector);
            _may(paying[i], ICreditShared.DebtBelowMinimum.selector);
            _may(paying[i], ICreditShared.AmountBelowDebtShare.selector);
        }
        // Whoever pays in plUSD may not have it.
        bytes4 poor = bytes4(keccak256("ERC20InsufficientBalance(address,uint256,uint256)"));
        _may(Kind.Repay, poor);
        _may(Kind.Liquidate, poor);
        _may(Kind.Fill, poor);
        _may(Kind.Liquidate, ICreditShared.NothingToDo.selector);
        _may(Kind.LiquidateInStable, ICreditShared.NothingToDo.selector);
        _may(Kind.Absorb, ICreditShared.NothingToDo.selector);
        _may(Kind.Observe, bytes4(keccak256("ObservedTooEarly(uint256,uint256)")));
    }

    function _auctionErrors() private {
        _may(Kind.Open, IRebalancer.AuctionRunning.selector);
        _may(Kind.Open, IRebalancer.NotOverweight.selector);
        _may(Kind.Open, IRebalancer.NotUnderweight.selector);
        _may(Kind.Open, IRebalancer.DollarNotBought.selector);
        _may(Kind.Open, IRebalancer.LotTooSmall.selector);
        _may(Kind.Open, IRebalancer.PriceUnusable.selector);
        _may(Kind.Fill, IRebalancer.NoAuction.selector);
        _may(Kind.Fill, IRebalancer.AuctionOver.selector);
        _may(Kind.Fill, IRebalancer.NothingToFill.selector);
        _may(Kind.Fill, IRebalancer.PriceUnusable.selector);
        _may(Kind.Fill, IRebalancer.DollarNotBought.selector);
        _may(Kind.Close, IRebalancer.NoAuction.selector);
        _may(Kind.Close, IRebalancer.AuctionRunning.selector);
        _may(Kind.Close, IRebalancer.PriceUnusable.selector);
    }

    function _stakeErrors() private {
        Kind[4] memory moments = [Kind.Claim, Kind.MarkDue, Kind.Release, Kind.Exit];
        for (uint256 i; i < 4; ++i) {
            _may(moments[i], IBackstop.NotFullyPriced.selector);
            _may(moments[i], IBackstop.NoClaim.selector);
            _may(moments[i], IBackstop.ClaimLapsed.selector);
            _may(moments[i], IBackstop.TooEarly.selector);
            _may(moments[i], IBackstop.NotDue.selector);
        }
        _may(Kind.Claim, IBackstop.ClaimExists.selector);
        _may(Kind.Claim, IBackstop.ZeroAmount.selector);
        _may(Kind.Stake, IBackstop.ZeroAmount.selector);
        _may(Kind.MarkDue, IBackstop.AlreadyDue.selector);
        _may(Kind.Release, IBackstop.CapitalShort.selector);
        _may(Kind.Exit, IBackstop.CapitalShort.selector);
        _may(Kind.Unstake, IBackstop.ZeroAmount.selector);
        _may(Kind.Restake, IBackstop.NoClaim.selector);
        _may(Kind.Restake, IBackstop.ClaimRunning.selector);
    }
}
