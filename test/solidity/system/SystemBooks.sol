// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {PlainVault} from "../../contracts/vaults/PlainVault.sol";
import {vm} from "../../contracts/Vm.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @notice Everything that a history may do.
enum Kind {
    Issue,
    Redeem,
    RedeemInKind,
    Retire,
    Deposit,
    Withdraw,
    Borrow,
    Repay,
    RepayInStable,
    Liquidate,
    LiquidateInStable,
    Absorb,
    CollectCredit,
    Invest,
    Divest,
    BookVault,
    Open,
    Fill,
    Close,
    Adjust,
    Stake,
    Claim,
    MarkDue,
    Release,
    Exit,
    Unstake,
    Restake,
    Refresh,
    Look,
    Settle,
    Distribute,
    UpdateRate,
    Observe
}

/// @title What must hold around every call of a history, with books of its own
/// @dev What is wrong is remembered, as a failure inside a handler is not reported.
abstract contract SystemBooks is SystemWorld {
    /// @dev Seen before a call.
    struct Before {
        uint256 debt; // {plUSD}
        uint256 cashBacking; // min(1, b) as cash is paid by. 18 decimals
        uint256 backing; // min(1, b), vaults live. 18 decimals
        uint256 sharePrice; // of the Backstop, for a million whole shares. {plUSD}
        uint256 headroom; // {plUSD}
        bool barred; // capital short, or the statement stale
    }

    uint256 internal constant USERS = 4;
    PlainVault[2] internal yields;
    mapping(Kind kind => uint256) public counts;
    mapping(Kind kind => mapping(bytes4 selector => bool)) internal _listed;
    /// @notice The first thing that went wrong.
    string public failure;
    /// @dev plUSD by its sources and sinks.
    uint256 internal _minted;
    uint256 internal _burned;

    function _user(uint256 i) internal pure returns (address) {
        return address(uint160(0x05E2 + (i % USERS)));
    }

    function _check(bool condition, string memory what) internal {
        if (!condition && bytes(failure).length == 0) failure = what;
    }

    /// @notice Fails with what went wrong first.
    function check() external view {
        require(bytes(failure).length == 0, failure);
    }

    // ---- around a call

    /// @dev Calls as `who`. What is refused must be refused with an error that is listed for this kind of call.
    function _call(
        Kind kind,
        address who,
        address target,
        bytes memory data
    ) internal returns (bool ok, bytes memory answer) {
        Before memory x = _see();
        vm.prank(who);
        (ok, answer) = target.call(data);
        if (!ok) {
            bytes4 selector = bytes4(answer);
            _check(_listed[kind][selector], string.concat(_name(kind), " refused with ", _hex(uint32(selector))));
            return (ok, answer);
        }
        ++counts[kind];
        _compare(kind, x);
    }

    function _see() private view returns (Before memory x) {
        x.debt = engine.totalDebt();
        x.cashBacking = reserve.cappedBacking(USDC);
        x.backing = _backing();
        x.sharePrice = backstop.convertToAssets(1e30);
        x.headroom = _headroom();
        x.barred = sheet.capitalShort();
    }

    function _compare(Kind kind, Before memory x) private {
        // 4. No mint when capital is short or the statement is too old.
        if (kind == Kind.Issue || kind == Kind.Borrow)
            _check(!x.barred && x.headroom != 0, "a mint while short or stale");
        if (kind != Kind.Refresh) _check(_headroom() <= x.headroom, "headroom rose without a statement");
        // 8. Redemptions leave min(1, b) where it was, shares fall by nothing but a deficit.
        if (kind == Kind.Redeem) {
            _check(x.cashBacking == WAD, "cash while b < 1");
            _check(reserve.cappedBacking(USDC) == WAD, "a redemption in cash lowered b");
        }
        if (kind == Kind.RedeemInKind || kind == Kind.Retire) {
            _check(_backing() + 1e9 >= x.backing, "a redemption in kind lowered b");
        }
        if (kind != Kind.Settle) _check(backstop.convertToAssets(1e30) >= x.sharePrice, "a share of the Backstop fell");
        // 1. Debts fall by no more than was paid or taken over: those calls say how much.
        bool lowers = kind == Kind.Repay || kind == Kind.RepayInStable || kind == Kind.Absorb;
        lowers = lowers || kind == Kind.Liquidate || kind == Kind.LiquidateInStable;
        if (!lowers) _check(engine.totalDebt() >= x.debt, "a debt fell");
    }

    // ---- at any time

    /// @dev 1: the supply is what the flows say, exactly, and the sum of the levels. 2: nobody has less than its books.
    function _sound() internal {
        uint256 supply = dollar.totalSupply();
        _check(supply == _minted - _burned, "supply is not minted less burned");
        int256 levels = dollar.level(address(engine)) + dollar.level(address(reserve));
        _check(int256(supply) == levels, "supply is not the sum of levels");
        for (uint256 i; i < ASSETS; ++i) {
            uint256 cash = reserve.position(i).cash * scales[i];
            _check(tokens[i].balanceOf(address(reserve)) >= cash, "the reserve has less than its books");
            if (i == DAI) continue;
            uint256 total = engine.assetInfo(i).total * scales[i];
            _check(tokens[i].balanceOf(address(engine)) >= total, "the engine has less than its ledger");
        }
        for (uint256 i; i < 2; ++i) {
            uint256 shares = reserve.vaultInfo(address(yields[i])).shares;
            _check(yields[i].balanceOf(address(reserve)) >= shares, "vault shares");
        }
        (uint256 active, uint256 streaming, uint256 cooling) = backstop.pools();
        _check(
            dollar.balanceOf(address(backstop)) >= active + streaming + cooling,
            "the Backstop has less than its pools"
        );
    }

    /// @dev 7 and 11: with every feed dead and everything paused each debt is repaid and everybody leaves. Then it never happened.
    function _exits() internal {
        uint256 snapshot = vm.snapshotState();
        for (uint256 i; i < ASSETS; ++i) {
            feeds[i].setDead(true);
            if (i != DAI) engine.pause(i, 15);
            reserve.pause(i, 3);
        }
        string memory what = _leaveAll();
        vm.revertToState(snapshot);
        if (bytes(what).length != 0) _check(false, what);
    }

    function _leaveAll() private returns (string memory) {
        for (uint256 i; i <= USERS; ++i) {
            address who = i == USERS ? whale : _user(i);
            uint256 owed = engine.debtOf(who);
            if (owed != 0) {
                // Somebody sells him what he lacks.
                vm.prank(address(reserve));
                dollar.mint(who, owed);
                if (_refusal(who, address(engine), abi.encodeCall(engine.repay, (ALL, who))) != 0)
                    return "cannot repay";
                if (engine.debtOf(who) != 0) return "repaid, and still owes";
            }
            for (uint256 asset; asset < ASSETS; ++asset) {
                if (engine.balanceOf(who, asset) == 0) continue;
                bytes memory out = abi.encodeCall(engine.withdraw, (asset, ALL, who, who));
                if (_refusal(who, address(engine), out) != 0) return "free of debt, and cannot leave";
            }
        }
        return "";
    }

    // ---- words

    function _name(Kind kind) private pure returns (string memory) {
        return string.concat("kind ", _hex(uint32(kind)));
    }

    function _hex(uint32 x) private pure returns (string memory) {
        bytes memory digits = "0123456789abcdef";
        bytes memory out = new bytes(8);
        for (uint256 i; i < 8; ++i) out[7 - i] = digits[(x >> (4 * i)) & 15];
        return string(out);
    }
}
