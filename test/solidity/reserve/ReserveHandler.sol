// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {DOLLAR, Fill} from "../../../contracts/interfaces/IReserveSeams.sol";
import {VaultInfo, VaultTerms} from "../../../contracts/interfaces/IReserveVaults.sol";
import {Trouble, VaultDouble} from "../../contracts/vaults/PlainVault.sol";
import {vm} from "../../contracts/Vm.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @title Random histories of the reserve, with books of their own
/// @dev What a call must keep is checked around the call and remembered, as a failure inside a handler is not reported.
contract ReserveHandler is ReserveWorld {
    struct Counts {
        uint256 issued;
        uint256 redeemed;
        uint256 inKind;
        uint256 invested;
        uint256 divested;
        uint256 losses;
        uint256 absorbed;
        uint256 repaid;
        uint256 exchanged;
        uint256 roundTrips;
        uint256 outages;
    }

    VaultDouble[2] private _yields;
    Counts public counts;
    /// @dev plUSD by its sources and sinks.
    uint256 private _minted;
    uint256 private _burned;
    /// @notice The first thing that went wrong.
    string public failure;
    address[3] private _users = [address(0xA1), address(0xA2), address(0xA3)];

    constructor() {
        setUp();
        _fund(USDC, 3_000_000);
        _fund(DAI, 2_000_000);
        _fund(ETH, 200);
        _fund(STETH, 200);
        _yields[0] = _vault(USDC, 9_000_000);
        _yields[1] = _vault(DAI, 9_000_000);
        _lend(_users[0], 1_000_000e18);
        _minted = 1_000_000e18;
    }

    modifier fresh() {
        _pass(0);
        _;
    }

    // ---- events

    function issue(uint256 who, uint256 asset, uint256 amount) external fresh {
        (who, asset) = (who % 3, asset % 2);
        amount = _tok(asset, 1) + (amount % _tok(asset, 500_000));
        uint256 value = _value(true);
        _give(_users[who], asset, amount);
        vm.prank(_users[who]);
        try reserve.issue(asset, amount, 0, _users[who]) returns (uint256 issued) {
            _minted += issued;
            ++counts.issued;
            _check(_value(true) + 1e13 >= value + issued, "an issue dilutes");
        } catch {}
    }

    function redeem(uint256 who, uint256 asset, uint256 amount) external fresh {
        (who, asset) = (who % 3, asset % 2);
        uint256 held = dollar.balanceOf(_users[who]);
        if (held < 1e18) return;
        amount = 1e18 + (amount % held) / 2;
        if (amount > held) amount = held;
        uint256 b = reserve.cappedBacking(asset);
        vm.prank(_users[who]);
        try reserve.redeem(asset, amount, 0, _users[who]) {
            _burned += amount;
            ++counts.redeemed;
            _check(b == WAD, "cash while b < 1");
            _check(reserve.cappedBacking(asset) == WAD, "a redemption lowered b");
        } catch {}
    }

    function redeemInKind(uint256 who, uint256 amount, uint256 skip) external fresh {
        who %= 3;
        uint256 held = dollar.balanceOf(_users[who]);
        if (held < 1e18) return;
        amount = 1e18 + (amount % held) / 2;
        if (amount > held) amount = held;
        (uint256 b, ) = reserve.redemptionTerms();
        vm.prank(_users[who]);
        try reserve.redeemInKind(amount, skip, 0, _users[who]) {
            _burned += amount;
            ++counts.inKind;
            (uint256 later, ) = reserve.redemptionTerms();
            _check(later + 1e7 >= b, "a redemption in kind lowered b");
        } catch {}
    }

    function roundTrip(uint256 who, uint256 asset, uint256 amount, bool kind) external fresh {
        (who, asset) = (who % 3, asset % 2);
        amount = _tok(asset, 1) + (amount % _tok(asset, 200_000));
        _give(_users[who], asset, amount);
        uint256 before = _wealth(_users[who]);
        vm.prank(_users[who]);
        try reserve.issue(asset, amount, 0, _users[who]) returns (uint256 issued) {
            _minted += issued;
            vm.prank(_users[who]);
            (bool ok, ) = address(reserve).call(
                kind
                    ? abi.encodeCall(reserve.redeemInKind, (issued, 0, 0, _users[who]))
                    : abi.encodeCall(reserve.redeem, (asset, issued, 0, _users[who]))
            );
            if (!ok) return;
            _burned += issued;
            ++counts.roundTrips;
            // What came in counted at low, what went out at high.
            _check(_wealth(_users[who]) <= before + 1e13, "a round trip pays");
        } catch {}
    }

    function invest(uint256 which) external fresh {
        try reserve.invest(address(_yields[which % 2])) {
            ++counts.invested;
        } catch {}
    }

    function divest(uint256 which, uint256 most) external fresh {
        // Now and then because governance wants everything back.
        VaultTerms memory t = _vaultTerms(which % 2);
        if (which & 4 != 0) reserve.setVaultTerms(address(_yields[which % 2]), VaultTerms(0, 0, 200));
        if (which & 8 != 0) most = type(uint256).max;
        try reserve.divest(address(_yields[which % 2]), most == 0 ? 1 : most) {
            ++counts.divested;
        } catch {}
        reserve.setVaultTerms(address(_yields[which % 2]), t);
    }

    function yield(uint256 which, uint256 amount) external fresh {
        which %= 2;
        uint256 asset = which == 0 ? USDC : DAI;
        tokens[asset].mint(address(_yields[which]), amount % _tok(asset, 20_000));
        reserve.bookVault(address(_yields[which]));
    }

    function loss(uint256 which, uint256 amount) external fresh {
        which %= 2;
        uint256 asset = which == 0 ? USDC : DAI;
        uint256 before = sheet.losses();
        uint256 held = reserve.position(asset).vaulted;
        _yields[which].lose(amount % _tok(asset, 50_000));
        reserve.bookVault(address(_yields[which]));
        ++counts.losses;
        uint256 fell = held - reserve.position(asset).vaulted;
        // Whoever is last to book tells at high what is gone since the last booking, which may lie before this loss.
        _check(sheet.losses() == before || fell != 0, "a loss of nothing");
    }

    /// @dev A vault does not answer for a moment, is marked, and some redeem.
    function outage(uint256 who, uint256 which, uint256 amount, bool kind) external fresh {
        (who, which) = (who % 3, which % 2);
        reserve.bookVault(address(_yields[which]));
        (uint256 income, uint256 losses) = (reserve.income(), sheet.losses());
        _yields[which].setTrouble(Trouble.Reverts, false);
        reserve.bookVault(address(_yields[which]));
        uint256 held = dollar.balanceOf(_users[who]);
        if (held >= 1e18) {
            amount = 1e18 + (amount % (held / 4 + 1));
            if (amount > held) amount = held;
            uint256 b = reserve.cappedBacking(which);
            vm.prank(_users[who]);
            (bool ok, ) = address(reserve).call(
                kind
                    ? abi.encodeCall(reserve.redeemInKind, (amount, (amount % 4) << 16, 0, _users[who]))
                    : abi.encodeCall(reserve.redeem, (which, amount, 0, _users[who]))
            );
            if (ok) _burned += amount;
            _check(reserve.cappedBacking(which) + 1e7 >= b, "a redemption in an outage lowered b");
            _check(kind || !ok || b == WAD, "cash while b < 1 without a silent vault");
            income += ok && !kind ? reserve.income() - income : 0;
        }
        _yields[which].setTrouble(Trouble.None, false);
        reserve.bookVault(address(_yields[which]));
        ++counts.outages;
        // A share price judged by another number of shares may round a unit off.
        _check(reserve.income() <= income + 2e12 && sheet.losses() <= losses + 2e13, "an outage left something behind");
    }

    function price(uint256 asset, uint256 move) external fresh {
        asset %= 4;
        // Of an asset whose feed is dead nobody here knows that it moves: whoever does, outside, has the better of the reserve.
        if (feeds[asset].dead()) return;
        int256 base =
            asset < 2
                ? int256(1e8)
                : asset == ETH
                    ? int256(2_000e8)
                    : int256(2_400e8);
        uint256 spread = asset < 2 ? 8 : 30;
        feeds[asset].set((base * int256(100 - spread + (move % (2 * spread)))) / 100);
        // As keepers do: a feed that dies later leaves this behind. What nobody recorded, nobody can know of a dead feed.
        oracle.record(1 << asset);
    }

    function kill(uint256 asset, bool dead) external fresh {
        feeds[asset % 4].setDead(dead);
        if (!dead) feeds[asset % 4].set(feeds[asset % 4].answer());
    }

    function donate(uint256 asset, uint256 amount) external fresh {
        asset %= ASSETS;
        tokens[asset].mint(address(reserve), amount % _tok(asset, 1_000));
    }

    function absorb(uint256 amount) external fresh {
        if (counts.absorbed != 0 || feeds[ETH].dead()) return;
        uint256 before = dollar.totalSupply();
        _absorb(BTC, 1 + (amount % 20));
        _minted += dollar.totalSupply() - before;
        ++counts.absorbed;
    }

    function repay(uint256 who, uint256 asset, uint256 amount, bool stable) external fresh {
        (who, asset) = (who % 3, asset % 2);
        amount = 1e18 + (amount % 50_000e18);
        uint256 supply = dollar.totalSupply();
        if (stable) {
            _give(_users[who], asset, _tok(asset, 60_000));
            vm.prank(_users[who]);
            try engine.repayInStable(asset, amount, borrower, type(uint256).max) {
                ++counts.repaid;
                _check(dollar.totalSupply() == supply, "a payment in a stable changed the supply");
            } catch {}
            return;
        }
        vm.prank(_users[who]);
        try engine.repay(amount, borrower) returns (uint256 repaid) {
            _burned += repaid;
        } catch {}
    }

    function exchange(uint256 who, uint256 given, bool forDollars) external fresh {
        who %= 3;
        given = 1 + (given % 5e8);
        uint256 worth = (given * oracle.price(ETH).high) / 1e8;
        Fill memory f = Fill(ETH, given, USDC, worth / 1e12 + 1, _users[who], _users[who], 0, "");
        if (forDollars) (f.bought, f.received) = (DOLLAR, worth);
        _give(_users[who], USDC, f.bought == USDC ? f.received : 0);
        try filler.fill(reserve, f) {
            ++counts.exchanged;
            if (forDollars) _burned += worth;
        } catch {}
    }

    function pass(uint256 time) external {
        _pass(time % 2 days);
    }

    // ---- what must hold

    /// @notice Invariants 1, 2 and 8 as far as they concern the reserve.
    function check() external view {
        require(bytes(failure).length == 0, failure);
        // 1. Supply is what was minted less what was burned, and the sum of the levels.
        require(dollar.totalSupply() == _minted - _burned, "supply");
        int256 levels = dollar.level(address(engine)) + dollar.level(address(reserve));
        require(int256(dollar.totalSupply()) == levels, "levels");
        // 2. Balances cover the books.
        uint256[2] memory vaulted;
        for (uint256 i; i < ASSETS; ++i) {
            require(tokens[i].balanceOf(address(reserve)) >= _cash(i) * scales[i], "a token is short");
        }
        for (uint256 i; i < 2; ++i) {
            VaultInfo memory v = reserve.vaultInfo(address(_yields[i]));
            require(_yields[i].balanceOf(address(reserve)) >= v.shares, "shares are short");
            vaulted[i] = (v.shares * v.sharePrice) / (RAY * scales[i]);
        }
        (uint256 mask, uint256[] memory booked) = reserve.booked();
        uint256 k;
        for (uint256 i; i < 2; ++i) {
            if ((mask >> i) & 1 == 0) continue;
            require(booked[k++] == _cash(i) + vaulted[i], "what is booked is not what vaults are booked at");
        }
        require(!reserve.isEntered(), "locked");
    }

    function _check(bool holds, string memory what) private {
        if (!holds && bytes(failure).length == 0) failure = what;
    }

    /// @dev Tokens and vault shares at mid. {USD}
    function _wealth(address who) private view returns (uint256 total) {
        for (uint256 i; i < ASSETS; ++i) {
            uint256 mid = uint256(feeds[i].answer()) * 1e10;
            uint256 amount = tokens[i].balanceOf(who);
            if (i < 2) amount += _yields[i].previewRedeem(_yields[i].balanceOf(who));
            total += (amount * mid) / (units[i] * scales[i]);
        }
    }
}
