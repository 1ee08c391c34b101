// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IRebalancer} from "../../../contracts/interfaces/IRebalancer.sol";
import {Fill} from "../../../contracts/interfaces/IReserveSeams.sol";
import {IReserveShared} from "../../../contracts/interfaces/IReserveShared.sol";
import {ISolvency} from "../../../contracts/interfaces/ISolvency.sol";
import {TestToken} from "../../contracts/TestToken.sol";
import {vm} from "../../contracts/Vm.sol";
import {AuctionWorld} from "./AuctionWorld.sol";

/// @title A token that takes a hundredth of what is moved
contract TaxedToken is TestToken {
    constructor() TestToken("TAX", 18) {}

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0) && to != address(0)) super._update(to, address(0), amount / 100);
    }
}

/// @title A token that does not move
contract StuckToken is TestToken {
    constructor() TestToken("STK", 18) {}

    function _update(address from, address to, uint256 amount) internal override {
        require(from == address(0), "stuck");
        super._update(from, to, amount);
    }
}

/// @dev Tokens, feeds and bidders that misbehave, donations and dust: each concerns its own auction at most.
contract AuctionHostileTest is AuctionWorld {
    // ---- donations and dust

    function test_donationsMoveNoWeightAndOpenNothing() public {
        _hold(ETH, 200 * UNIT);
        _hold(USDC, 300_000 * UNIT);
        (uint256[16] memory before, , ) = rebalancer.weights();
        tokens[ETH].mint(address(reserve), 1_000e18);
        tokens[ETH].mint(address(rebalancer), 1_000e18);
        tokens[USDC].mint(address(reserve), 1);
        dollar.mint(address(reserve), 1e24);
        (uint256[16] memory now_, , ) = rebalancer.weights();
        for (uint256 i; i < 16; ++i) require(now_[i] == before[i], "weights");
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NotOverweight.selector, ETH, 4_000, 4_100));
        rebalancer.open(ETH, USDC);
    }

    function test_aDonationDoesNotBlockAFill() public {
        rebalancer.open(ETH, USDC);
        tokens[USDC].mint(address(reserve), 1);
        tokens[ETH].mint(address(reserve), 1);
        bidder.fill(ETH, USDC, 10 * UNIT, false);
        require(reserve.cash(ETH) == 240 * UNIT, "filled");
    }

    /// @dev Dust of an asset that is in no target (absorbed, say) cannot be auctioned, and stops nothing else.
    function test_dustBlocksNothing() public {
        _setWeights(5_000, 0, 4_000, 1_000);
        reserve.setCash(BTC, 100);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.LotTooSmall.selector, 100 * 40_000e10, 1_000e18));
        rebalancer.open(BTC, USDC);
        uint256 off = rebalancer.offTarget();
        reserve.setCash(BTC, 0);
        require(rebalancer.offTarget() == off, "dust is not off target");
        reserve.setCash(BTC, 100);
        _hold(ETH, 300 * UNIT);
        rebalancer.open(ETH, USDC);
        bidder.fill(ETH, USDC, 10 * UNIT, false);
    }

    // ---- feeds

    /// @dev A dead feed counts its undecayed high, so nothing else becomes overweight by it, at any stage of the decay.
    function test_aDeadFeedOpensNoAuction() public {
        _hold(ETH, 200 * UNIT);
        _hold(USDC, 300_000 * UNIT);
        oracle.setDead(ETH, 0, 2_000e18);
        require(rebalancer.offTarget() == 0, "nothing is off target");
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NotOverweight.selector, USDC, 3_000, 3_100));
        rebalancer.open(USDC, ETH);
        // Whatever it says itself, it is neither sold nor bought.
        _hold(USDC, 400_000 * UNIT);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.PriceUnusable.selector, ETH, 0));
        rebalancer.open(USDC, ETH);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.PriceUnusable.selector, ETH, 0));
        rebalancer.open(ETH, USDC);
        // The others go on.
        _hold(BTC, 2 * UNIT);
        rebalancer.open(USDC, BTC);
    }

    // ---- tokens

    function test_aTokenThatTakesAPartIsRefused() public {
        TaxedToken taxed = new TaxedToken();
        reserve.setToken(USDC, address(taxed), 1e10);
        taxed.mint(address(bidder), 1e24);
        bidder.setTrade(address(tokens[ETH]), address(taxed));
        rebalancer.open(ETH, USDC);
        _pass(900);
        vm.expectRevert(
            abi.encodeWithSelector(IReserveShared.TransferMismatch.selector, address(taxed), 20_000e18, 19_800e18)
        );
        bidder.fill(ETH, USDC, 10 * UNIT, false);
        // Paid in another stable it goes.
        _setWeights(4_000, 2_000, 2_000, 2_000);
        _pass(901);
        rebalancer.open(ETH, USDT);
        bidder.setTrade(address(tokens[ETH]), address(tokens[USDT]));
        bidder.fill(ETH, USDT, 5 * UNIT, true);
        require(reserve.cash(USDT) > 100_000 * UNIT, "paid");
    }

    function test_aTokenThatDoesNotMoveStopsItsOwnAuctionOnly() public {
        StuckToken stuck = new StuckToken();
        reserve.setToken(ETH, address(stuck), 1e10);
        stuck.mint(address(reserve), 1e24);
        _setWeights(4_000, 1_000, 4_000, 1_000);
        rebalancer.open(ETH, USDC);
        rebalancer.open(BTC, USDC);
        vm.expectRevert(abi.encodeWithSignature("Error(string)", "stuck"));
        bidder.fill(ETH, USDC, 10 * UNIT, false);
        require(reserve.cash(ETH) == 250 * UNIT && rebalancer.auction(ETH, USDC).left == 50 * UNIT, "as before");
        bidder.setTrade(address(tokens[BTC]), address(tokens[USDC]));
        bidder.fill(BTC, USDC, UNIT, false);
        sheet.refresh();
    }

    // ---- bidders

    /// @dev Whatever a bidder tries while it is called back: the same auction, another one, a statement, de-risking, the reserve itself.
    function test_everythingIsClosedWhileABidderIsCalledBack() public {
        rebalancer.open(ETH, USDC);
        _pass(900);
        Fill memory fill;
        bidder.attempt(
            address(rebalancer),
            abi.encodeCall(rebalancer.fill, (ETH, USDC, UNIT, ALL, address(bidder), ""))
        );
        bidder.attempt(address(rebalancer), abi.encodeCall(rebalancer.open, (BTC, USDC)));
        bidder.attempt(address(rebalancer), abi.encodeCall(rebalancer.close, (ETH, USDC)));
        bidder.attempt(address(rebalancer), abi.encodeCall(rebalancer.adjust, ()));
        bidder.attempt(address(sheet), abi.encodeCall(sheet.refresh, ()));
        bidder.attempt(address(sheet), abi.encodeCall(sheet.settleDeficit, ()));
        bidder.attempt(address(sheet), abi.encodeCall(sheet.lookAtCollateral, ()));
        bidder.attempt(address(reserve), abi.encodeCall(reserve.exchange, (fill)));
        bidder.fill(ETH, USDC, 10 * UNIT, true);
        bytes32 entered = keccak256(abi.encodeWithSelector(IRebalancer.Entered.selector));
        bytes32 reserveEntered = keccak256(abi.encodeWithSelector(ISolvency.Entered.selector, address(reserve)));
        require(bidder.answerCount() == 8, "all tried");
        for (uint256 i; i < 4; ++i) require(keccak256(bidder.answers(i)) == entered, "the Rebalancer is locked");
        for (uint256 i = 4; i < 7; ++i) require(keccak256(bidder.answers(i)) == reserveEntered, "no statement");
        require(bytes4(bidder.answers(7)) == IReserveShared.NotRebalancer.selector, "not for strangers");
        require(reserve.cash(ETH) == 240 * UNIT, "one fill");
        require(!rebalancer.isEntered(), "open again");
    }

    function test_anotherBidderIsNotStoppedByOneThatFails() public {
        rebalancer.open(ETH, USDC);
        bidder.setTrade(address(tokens[ETH]), address(0));
        uint256 had = tokens[USDC].balanceOf(address(bidder));
        vm.prank(address(bidder));
        tokens[USDC].transfer(address(1), had);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, address(bidder), 0, 20_200e18)
        );
        bidder.fill(ETH, USDC, 10 * UNIT, true);
        tokens[USDC].mint(address(this), 1e24);
        tokens[USDC].approve(address(reserve), ALL);
        rebalancer.fill(ETH, USDC, 10 * UNIT, ALL, address(this), "");
        require(tokens[ETH].balanceOf(address(this)) == 10e18, "filled");
    }

    /// @dev Sandwiching: opening, filling and closing in one block gains nothing against the oracle.
    function test_openAndFillInOneBlockPaysThePremium() public {
        uint256 before = _nav();
        rebalancer.open(ETH, USDC);
        bidder.fill(ETH, USDC, ALL, true);
        require(_nav() > before + 900e18, "the reserve gains 1% of 100,000");
    }
}
