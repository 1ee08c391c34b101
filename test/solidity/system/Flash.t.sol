// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";

import {IReserveShared} from "../../../contracts/interfaces/IReserveShared.sol";
import {IPlimsollDollar} from "../../../contracts/interfaces/IPlimsollDollar.sol";
import {ISolvency} from "../../../contracts/interfaces/ISolvency.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {BidderDouble} from "../../contracts/reserve/FillerDouble.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @notice plUSD flash-minted around everything: no statement, no stake, no deficit, no surplus; b only too low; and nobody is richer afterwards.
contract SystemFlashTest is SystemWorld {
    BidderDouble private _guest;
    address private _self;

    function setUp() public override {
        super.setUp();
        _guest = BidderDouble(Deploy.create("BidderDouble", ""));
        _self = address(_guest);
        _issue(_self, USDC, 200_000);
        _borrow(whale, ETH, 1_000_000e18, 5_000);
        _give(_self, USDC, _tok(USDC, 100_000));
        _give(_self, ETH, _tok(ETH, 1_000));
        _pass(2 hours);
        _look();
    }

    function _mintFlash() private {
        dollar.flashLoan(IERC3156FlashBorrower(_self), address(dollar), 1e26, "");
        require(_guest.callbacks() == 1, "called");
    }

    function _plan(address target, bytes memory data) private {
        _guest.plan(target, data);
    }

    function test_statementsAndStakesAreClosed() public {
        _plan(address(sheet), abi.encodeCall(sheet.refresh, ()));
        _plan(address(sheet), abi.encodeCall(sheet.lookAtCollateral, ()));
        _plan(address(sheet), abi.encodeCall(sheet.settleDeficit, ()));
        _plan(address(reserve), abi.encodeCall(reserve.distribute, ()));
        _plan(address(rebalancer), abi.encodeCall(rebalancer.adjust, ()));
        _plan(address(backstop), abi.encodeCall(backstop.deposit, (1e18, _self)));
        _plan(address(backstop), abi.encodeCall(backstop.mint, (1e18, _self)));
        _plan(address(backstop), abi.encodeCall(backstop.claim, (1e18)));
        _plan(address(backstop), abi.encodeCall(backstop.markDue, (_self)));
        _plan(address(backstop), abi.encodeCall(backstop.release, ()));
        _plan(address(backstop), abi.encodeCall(backstop.exit, (_self, _self)));
        _plan(address(backstop), abi.encodeCall(backstop.transfer, (_self, 1)));
        _plan(address(backstop), abi.encodeCall(backstop.restake, (_self)));
        _mintFlash();
        for (uint256 i; i < 5; ++i)
            require(_guest.refusal(i) == ISolvency.Entered.selector, "a statement in a flash mint");
        for (uint256 i = 5; i < 13; ++i) {
            require(_guest.refusal(i) == IPlimsollDollar.FlashMintOpen.selector, "the Backstop in a flash mint");
        }
    }

    /// @dev A hundred million more plUSD: b is 0.13, so nothing is redeemed for cash, and in kind it would pay 13 cents for a plUSD.
    function test_backingIsOnlyTooLow() public {
        uint256 wealth = _wealth(_self);
        uint256 supply = dollar.totalSupply();
        _plan(address(reserve), abi.encodeCall(reserve.redemptionTerms, ()));
        _plan(address(reserve), abi.encodeCall(reserve.redeem, (USDC, 1_000e18, 0, _self)));
        _plan(address(reserve), abi.encodeCall(reserve.redeemInKind, (1_000e18, 0, 0, _self)));
        _mintFlash();
        (uint256 b, ) = abi.decode(_guest.answers(0), (uint256, uint256));
        require(b < 0.2e18, "counts what is flash-minted");
        require(_guest.refusal(1) == IReserveShared.NotBacked.selector, "no cash");
        require(_guest.done(2), "in kind at that b");
        uint256 lost = wealth - _wealth(_self);
        require(lost > 800e18 && lost < 1_000e18, "at his own cost");
        require(dollar.totalSupply() == supply - 1_000e18, "nothing of it stays");
    }

    /// @dev Issue, borrow, repay, fill and redeem around it: headroom is that of the last statement, and nothing is left over.
    function test_nothingIsGainedAroundIt() public {
        _give(address(this), ETH, _tok(ETH, 1_000));
        reserve.fund(ETH, _tok(ETH, 1_000));
        rebalancer.open(ETH, USDC);
        _look();
        uint256 wealth = _wealth(_self);
        uint256 headroom = _headroom();
        _plan(address(reserve), abi.encodeCall(reserve.issue, (USDC, _tok(USDC, 50_000), 0, _self)));
        _plan(address(engine), abi.encodeCall(engine.deposit, (ETH, 500e18, _self)));
        _plan(address(engine), abi.encodeCall(engine.borrow, (100_000e18, _self, _self)));
        _plan(address(engine), abi.encodeCall(engine.repay, (ALL, _self)));
        _plan(address(engine), abi.encodeCall(engine.withdraw, (ETH, ALL, _self, _self)));
        _plan(address(rebalancer), abi.encodeCall(rebalancer.fill, (ETH, USDC, 10 * units[ETH], ALL, _self, "")));
        _mintFlash();
        for (uint256 i; i < 6; ++i) require(_guest.done(i), "open in a flash mint, by design");
        require(_headroom() < headroom - 5_000e18, "issue consumed its requirement");
        require(_wealth(_self) <= wealth, "nothing gained");
        _look();
        require(_backing() == WAD, "backed");
    }
}
