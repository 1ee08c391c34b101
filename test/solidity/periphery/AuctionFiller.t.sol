// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {FaucetToken} from "../../../contracts/faucet/FaucetToken.sol";
import {AuctionFiller} from "../../../contracts/periphery/AuctionFiller.sol";
import {DOLLAR as PLUSD, Fill} from "../../../contracts/interfaces/IReserveSeams.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {AuctionDouble} from "../../contracts/periphery/AuctionDouble.sol";
import {DollarDouble} from "../../contracts/periphery/EngineDouble.sol";
import {RouterDouble} from "../../contracts/periphery/RouterDouble.sol";
import {vm} from "../../contracts/Vm.sol";

contract AuctionFillerTest {
    address private constant OWNER = address(0xA11CE);
    address private constant STRANGER = address(0xBAD);
    uint256 private constant MAX = type(uint256).max;

    DollarDouble private dollar;
    FaucetToken private sold;
    FaucetToken private bought;
    AuctionDouble private auction;
    RouterDouble private router;
    AuctionFiller private filler;

    function setUp() public {
        dollar = new DollarDouble(address(this));
        sold = Deploy.faucetToken("S", "S", 18, address(this));
        bought = Deploy.faucetToken("B", "B", 18, address(this));
        auction = new AuctionDouble(sold, bought, dollar);
        sold.setMinter(address(auction), true);
        // Gives 1,000 units for 1,900, and the market pays 2 for 1: 200,000 token units of proceeds, 190,000 to pay.
        auction.set(1_000, 1_900, false);
        router = _router(bought);
        filler = _filler(router);
    }

    function _router(FaucetToken pays) private returns (RouterDouble made) {
        made = new RouterDouble(pays);
        pays.setMinter(address(made), true);
        made.setPrice(2e18);
    }

    function _filler(RouterDouble router_) private returns (AuctionFiller) {
        return _create(address(auction), address(auction), address(dollar), address(router_), OWNER);
    }

    function _create(
        address rebalancer,
        address reserve,
        address dollar_,
        address router_,
        address owner
    ) private returns (AuctionFiller) {
        return AuctionFiller(Deploy.create("AuctionFiller", abi.encode(rebalancer, reserve, dollar_, router_, owner)));
    }

    function _path(address from, address to) private pure returns (bytes memory) {
        return abi.encodePacked(from, uint24(500), to);
    }

    function _path() private view returns (bytes memory) {
        return _path(address(sold), address(bought));
    }

    function _assertEmpty(AuctionFiller of_) private view {
        require(sold.balanceOf(address(of_)) == 0, "sold token left");
        require(bought.balanceOf(address(of_)) == 0, "bought token left");
        require(dollar.balanceOf(address(of_)) == 0, "plUSD left");
        require(sold.allowance(address(of_), address(of_.ROUTER())) == 0, "router's allowance left");
        require(bought.allowance(address(of_), address(auction)) == 0, "reserve's allowance left");
    }

    // ---- what it does

    function test_sellsPaysAndSendsTheProfitToTheOwner() public {
        vm.prank(OWNER);
        (uint256 amount, uint256 paid, uint256 profit) = filler.fill(0, 1, MAX, _path(), 10_000);
        require(amount == 1_000 && paid == 1_900, "amounts");
        require(profit == 10_000 && bought.balanceOf(OWNER) == 10_000, "profit");
        require(bought.balanceOf(address(auction)) == 190_000, "the reserve was not paid exactly");
        require(keccak256(router.lastPath()) == keccak256(_path()), "route");
        _assertEmpty(filler);
    }

    function test_fillsNoMoreThanItIsTold() public {
        vm.prank(OWNER);
        (uint256 amount, , uint256 profit) = filler.fill(0, 1, 500, _path(), 0);
        require(amount == 500 && profit == 5_000, "half");
    }

    function test_whatIsBoughtMayBeDollarsWhichAreBurned() public {
        auction.set(1_000, 150_000, true);
        AuctionFiller other = _filler(_router(dollar));
        vm.prank(OWNER);
        (, uint256 paid, uint256 profit) = other.fill(0, PLUSD, MAX, _path(address(sold), address(dollar)), 50_000);
        require(paid == 150_000 && profit == 50_000, "amounts");
        require(dollar.totalSupply() == 50_000 && dollar.balanceOf(OWNER) == 50_000, "not burned");
        _assertEmpty(other);
    }

    // ---- profit

    function test_revertsBelowTheMinimumProfit() public {
        vm.expectRevert(abi.encodeWithSelector(AuctionFiller.ProfitTooSmall.selector, 10_000, 10_001));
        vm.prank(OWNER);
        filler.fill(0, 1, MAX, _path(), 10_001);
    }

    function test_revertsWhenTheSaleDoesNotPay() public {
        router.setPrice(1.8e18);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, address(filler), 180_000, 190_000)
        );
        vm.prank(OWNER);
        filler.fill(0, 1, MAX, _path(), 0);
    }

    function test_aDonationIsNoProfitButLeavesWithIt() public {
        bought.mint(address(filler), 7);
        sold.mint(address(filler), 9);
        vm.expectRevert(abi.encodeWithSelector(AuctionFiller.ProfitTooSmall.selector, 10_000, 10_001));
        vm.prank(OWNER);
        filler.fill(0, 1, MAX, _path(), 10_001);

        vm.prank(OWNER);
        (, , uint256 profit) = filler.fill(0, 1, MAX, _path(), 10_000);
        require(profit == 10_000, "profit");
        require(bought.balanceOf(OWNER) == 10_007 && sold.balanceOf(OWNER) == 9, "donations");
        _assertEmpty(filler);
    }

    function test_aDonationDoesNotPayForALoss() public {
        bought.mint(address(filler), 1_000_000);
        router.setPrice(1.8e18);
        vm.expectRevert(abi.encodeWithSelector(AuctionFiller.ProfitTooSmall.selector, 0, 0));
        vm.prank(OWNER);
        filler.fill(0, 1, MAX, _path(), 0);
    }

    /// @dev As SwapRouter does when a pool's liquidity ends before the input.
    function test_whatARouteLeavesUnsoldGoesToTheOwnerAndNoAllowanceStays() public {
        router.setFill(9_600);
        vm.prank(OWNER);
        (, , uint256 profit) = filler.fill(0, 1, MAX, _path(), 0);
        require(profit == 2_000, "profit");
        require(sold.balanceOf(OWNER) == 4_000, "unsold");
        _assertEmpty(filler);
    }

    function testFuzz_neverKeepsAnything(uint64 gives, uint64 takes, uint64 price, uint16 part) public {
        auction.set(uint256(gives) + 1, takes, false);
        router.setPrice(price);
        router.setFill(uint256(part) % 10_001);
        uint256 reserveBefore = bought.balanceOf(address(auction));
        vm.prank(OWNER);
        try filler.fill(0, 1, MAX, _path(), 0) returns (uint256, uint256 paid, uint256 profit) {
            require(bought.balanceOf(address(auction)) - reserveBefore == paid * 100, "payment");
            require(bought.balanceOf(OWNER) == profit, "profit");
        } catch {}
        _assertEmpty(filler);
    }

    // ---- routes

    function test_revertsWhenTheRouteDoesNotFit() public {
        vm.expectRevert(abi.encodeWithSelector(AuctionFiller.PathTooShort.selector, 42));
        vm.prank(OWNER);
        filler.fill(0, 1, MAX, new bytes(42), 0);

        bytes memory astray = _path(address(sold), address(dollar));
        vm.expectRevert(abi.encodeWithSelector(AuctionFiller.PathMismatch.selector, address(bought), address(dollar)));
        vm.prank(OWNER);
        filler.fill(0, 1, MAX, astray, 0);

        bytes memory other = _path(address(dollar), address(bought));
        vm.expectRevert(abi.encodeWithSelector(AuctionFiller.NothingToSell.selector, address(dollar)));
        vm.prank(OWNER);
        filler.fill(0, 1, MAX, other, 0);
    }

    // ---- who may

    function test_onlyTheOwnerFillsAndSweeps() public {
        bytes memory refusal = abi.encodeWithSelector(AuctionFiller.NotOwner.selector, STRANGER);
        bytes memory path = _path();
        vm.expectRevert(refusal);
        vm.prank(STRANGER);
        filler.fill(0, 1, MAX, path, 0);
        vm.expectRevert(refusal);
        vm.prank(STRANGER);
        filler.sweep(bought);
    }

    function test_onlyTheReserveCallsBack() public {
        // Even with tokens here, a stranger cannot have them sold along a route of his own.
        sold.mint(address(filler), 5);
        Fill memory given = Fill(0, 1, 1, 1, address(filler), address(filler), 0, abi.encode(_path(), 0));
        vm.expectRevert(abi.encodeWithSelector(AuctionFiller.NotReserve.selector, STRANGER));
        vm.prank(STRANGER);
        filler.onFill(given);
    }

    function test_theReserveCallsBackOnlyWithinAFill() public {
        sold.mint(address(filler), 5);
        bytes memory data = abi.encode(_path(), 0);
        vm.expectRevert(abi.encodeWithSelector(AuctionFiller.NotFilling.selector));
        auction.callBack(filler, data);

        // Nor after one.
        vm.prank(OWNER);
        filler.fill(0, 1, MAX, _path(), 0);
        vm.expectRevert(abi.encodeWithSelector(AuctionFiller.NotFilling.selector));
        auction.callBack(filler, data);
    }

    function test_sweepSendsStrayTokensToTheOwner() public {
        dollar.mint(address(filler), 5);
        vm.prank(OWNER);
        filler.sweep(dollar);
        require(dollar.balanceOf(OWNER) == 5, "not swept");
    }

    function test_constructorRefusesModulesWithoutCodeAndNoOwner() public {
        address there = address(auction);
        for (uint160 i = 1; i <= 4; ++i) {
            address none = address(i + 0x1000);
            vm.expectRevert(abi.encodeWithSelector(AuctionFiller.ModuleHasNoCode.selector, none));
            _create(i == 1 ? none : there, i == 2 ? none : there, i == 3 ? none : there, i == 4 ? none : there, OWNER);
        }
        vm.expectRevert(abi.encodeWithSelector(AuctionFiller.ZeroAddress.selector));
        _create(there, there, there, there, address(0));
    }
}
