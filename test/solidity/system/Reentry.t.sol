// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ICreditShared} from "../../../contracts/interfaces/ICreditEngine.sol";
import {IReserveShared} from "../../../contracts/interfaces/IReserveShared.sol";
import {ISolvency} from "../../../contracts/interfaces/ISolvency.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {BidderDouble} from "../../contracts/reserve/FillerDouble.sol";
import {HookToken} from "../../contracts/tokens/HookToken.sol";
import {VaultDouble} from "../../contracts/vaults/PlainVault.sol";
import {VaultTerms} from "../../../contracts/interfaces/IReserveVaults.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @notice The table of locks in docs/reserve-architecture.md, cell by cell: every module's doors from inside every callback, all parts real. (Flash mints: `Flash.t.sol`.)
contract SystemReentryTest is SystemWorld {
    BidderDouble private _guest;
    address private _self;
    uint256 private _shares;
    uint256 private _next;

    // Doors, in the order in which they are tried.
    uint256 private constant BORROW = 0;
    uint256 private constant REPAY = 1;
    uint256 private constant LIQUIDATE = 2;
    uint256 private constant ABSORB = 3;
    uint256 private constant REPAY_IN_STABLE = 4;
    uint256 private constant WITHDRAW = 5;
    uint256 private constant ISSUE = 6;
    uint256 private constant IN_KIND = 7;
    uint256 private constant RETIRE = 8;
    uint256 private constant COLLECT = 9;
    uint256 private constant DISTRIBUTE = 10;
    uint256 private constant OPEN = 11;
    uint256 private constant FILL = 12;
    uint256 private constant ADJUST = 13;
    uint256 private constant STAKE = 14;
    uint256 private constant CLAIM = 15;
    uint256 private constant REFRESH = 16;
    uint256 private constant LOOK = 17;
    uint256 private constant SETTLE = 18;
    uint256 private constant DOORS = 19;

    bytes4 private constant ENGINE = ICreditShared.Entered.selector;
    bytes4 private constant QUIET = ISolvency.Entered.selector;

    function setUp() public override {
        super.setUp();
        _guest = BidderDouble(Deploy.create("BidderDouble", ""));
        _self = address(_guest);
        _issue(_self, USDC, 500_000);
        _give(_self, USDC, _tok(USDC, 5_000_000));
        _give(_self, ETH, _tok(ETH, 1_000));
        _give(_self, BTC, _tok(BTC, 100));
        _as(address(engine), abi.encodeCall(engine.deposit, (BTC, _tok(BTC, 50), _self)));
        _as(address(engine), abi.encodeCall(engine.borrow, (200_000e18, _self, _self)));
        _as(address(backstop), abi.encodeCall(backstop.deposit, (50_000e18, _self)));
        // One to be liquidated, one to be absorbed, and credit of an earlier one.
        _borrow(whale, ETH, 300_000e18, 7_000);
        _borrow(alice, STETH, 300_000e18, 7_000);
        _borrow(carol, STETH, 300_000e18, 7_000);
        _price(STETH, 1_600e8);
        _absorb(carol);
        _price(ETH, 1_650e8);
        // Both too heavy.
        _give(address(this), ETH, _tok(ETH, 2_000));
        reserve.fund(ETH, _tok(ETH, 2_000));
        _give(address(this), STETH, _tok(STETH, 2_500));
        reserve.fund(STETH, _tok(STETH, 2_500));
        _pass(2 hours);
        _look();
        rebalancer.open(ETH, USDC);
    }

    function _as(address target, bytes memory data) private {
        _guest.execute(target, data);
    }

    function _planAll() private {
        address[] memory accounts = new address[](1);
        accounts[0] = alice;
        bytes[DOORS] memory calls;
        calls[BORROW] = abi.encodeCall(engine.borrow, (1_000e18, _self, _self));
        calls[REPAY] = abi.encodeCall(engine.repay, (1_000e18, _self));
        calls[LIQUIDATE] = abi.encodeCall(engine.liquidate, (_item(alice, 10_000e18), ""));
        calls[ABSORB] = abi.encodeCall(engine.absorb, (accounts));
        calls[REPAY_IN_STABLE] = abi.encodeCall(engine.repayInStable, (USDC, 1_000e18, _self, ALL));
        calls[WITHDRAW] = abi.encodeCall(engine.withdraw, (BTC, _tok(BTC, 1), _self, _self));
        calls[ISSUE] = abi.encodeCall(reserve.issue, (USDC, _tok(USDC, 1_000), 0, _self));
        calls[IN_KIND] = abi.encodeCall(reserve.redeemInKind, (100e18, 0, 0, _self));
        calls[RETIRE] = abi.encodeCall(reserve.retire, (1));
        calls[COLLECT] = abi.encodeCall(reserve.collectCredit, (STETH));
        calls[DISTRIBUTE] = abi.encodeCall(reserve.distribute, ());
        calls[OPEN] = abi.encodeCall(rebalancer.open, (STETH, DAI));
        calls[FILL] = abi.encodeCall(rebalancer.fill, (ETH, USDC, 10 * units[ETH], ALL, _self, ""));
        calls[ADJUST] = abi.encodeCall(rebalancer.adjust, ());
        calls[STAKE] = abi.encodeCall(backstop.deposit, (100e18, _self));
        calls[CLAIM] = abi.encodeCall(backstop.claim, (1e24));
        calls[REFRESH] = abi.encodeCall(sheet.refresh, ());
        calls[LOOK] = abi.encodeCall(sheet.lookAtCollateral, ());
        calls[SETTLE] = abi.encodeCall(sheet.settleDeficit, ());
        for (uint256 i; i < DOORS; ++i) _guest.plan(_targetOf(i), calls[i]);
    }

    function _targetOf(uint256 door) private view returns (address) {
        if (door <= WITHDRAW) return address(engine);
        if (door <= DISTRIBUTE) return address(reserve);
        if (door <= ADJUST) return address(rebalancer);
        return door <= CLAIM ? address(backstop) : address(sheet);
    }

    function _requireOpen(uint256 door, string memory what) private view {
        require(_guest.callbacks() == 1 && _guest.done(door), what);
    }

    function _requireShut(uint256 from, uint256 to, bytes4 with, string memory what) private view {
        require(_guest.callbacks() == 1, "called back once");
        for (uint256 i = from; i <= to; ++i) require(_guest.refusal(i) == with, what);
    }

    function test_insideALiquidation() public {
        _planAll();
        _as(address(engine), abi.encodeCall(engine.liquidate, (_item(whale, ALL), "x")));
        _requireShut(BORROW, REPAY_IN_STABLE, ENGINE, "the engine");
        _requireOpen(WITHDRAW, "withdraw");
        _requireOpen(ISSUE, "issue");
        _requireOpen(IN_KIND, "redeem in kind, b can only be too low");
        // The reserve withdraws what was credited to it before: a liquidator's callback is there to withdraw.
        _requireOpen(COLLECT, "collect, as any withdrawal");
        _requireShut(DISTRIBUTE, DISTRIBUTE, QUIET, "distribute");
        _requireOpen(OPEN, "open");
        _requireOpen(FILL, "fill");
        _requireShut(ADJUST, ADJUST, QUIET, "adjust");
        _requireOpen(STAKE, "stake");
        _requireShut(CLAIM, SETTLE, QUIET, "claim and statements");
        _afterwards();
    }

    function test_insideAFill() public {
        _planAll();
        _at(clock + 900);
        _as(address(rebalancer), abi.encodeCall(rebalancer.fill, (ETH, USDC, 10 * units[ETH], ALL, _self, "x")));
        _requireInsideReserve();
        _requireShut(OPEN, ADJUST, IReserveShared.Entered.selector, "auctions");
        _afterwards();
    }

    function test_insideATokensHook() public {
        _planAll();
        _as(address(tokens[USDC]), abi.encodeCall(HookToken.register, (true)));
        _as(address(reserve), abi.encodeCall(reserve.redeem, (USDC, 10_000e18, 0, _self)));
        _requireInsideReserve();
        _requireOpen(OPEN, "opening moves nothing, and a fill looks again");
        _requireShut(FILL, FILL, IReserveShared.Entered.selector, "fill");
        _requireShut(ADJUST, ADJUST, QUIET, "adjust");
        _afterwards();
    }

    function test_insideAVault() public {
        VaultDouble vault = VaultDouble(Deploy.create("VaultDouble", abi.encode(tokens[USDC], 6)));
        tokens[USDC].mint(address(this), 20_000_000e6);
        tokens[USDC].approve(address(vault), ALL);
        vault.deposit(20_000_000e6, address(1));
        reserve.listVault(address(vault), 1e6, VaultTerms(20_000_000e6, 5_000, 200));
        _planAll();
        vault.setHook(_self, abi.encodeCall(BidderDouble.run, ()));
        reserve.invest(address(vault));
        _requireInsideReserve();
        _requireShut(FILL, FILL, IReserveShared.Entered.selector, "fill");
        _requireShut(ADJUST, ADJUST, QUIET, "adjust");
        vault.setHook(address(0), "");
        _afterwards();
    }

    /// @dev What is the same wherever the reserve is locked.
    function _requireInsideReserve() private view {
        _requireOpen(BORROW, "borrow");
        _requireOpen(REPAY, "repay");
        _requireOpen(LIQUIDATE, "liquidate");
        _requireOpen(ABSORB, "absorption must go on");
        _requireShut(REPAY_IN_STABLE, REPAY_IN_STABLE, IReserveShared.Entered.selector, "payment in a stable");
        _requireOpen(WITHDRAW, "withdraw");
        _requireShut(ISSUE, DISTRIBUTE, IReserveShared.Entered.selector, "the reserve");
        _requireOpen(STAKE, "stake");
        _requireShut(CLAIM, SETTLE, QUIET, "claim and statements");
    }

    /// @dev Whatever was done inside: books and levels add up, and everything is unlocked.
    function _afterwards() private {
        require(!engine.isEntered() && !reserve.isEntered() && !rebalancer.isEntered(), "locks");
        require(!backstop.isEntered() && !dollar.isEntered(), "locks");
        for (uint256 i; i < ASSETS; ++i) {
            uint256 cash = reserve.position(i).cash * scales[i];
            require(tokens[i].balanceOf(address(reserve)) >= cash, "the reserve has less than its books");
            if (i == DAI) continue;
            require(tokens[i].balanceOf(address(engine)) >= engine.assetInfo(i).total * scales[i], "the engine");
        }
        _look();
        require(_backing() == WAD, "backed");
    }
}
