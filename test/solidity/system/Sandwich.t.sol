// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IRebalancer} from "../../../contracts/interfaces/IRebalancer.sol";
import {vm} from "../../contracts/Vm.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @notice Somebody who acts just before and just after another's refresh or fill. Bob is the one; he has millions.
contract SystemSandwichTest is SystemWorld {
    function setUp() public override {
        super.setUp();
        _issue(alice, USDC, 500_000);
        _borrow(whale, ETH, 1_000_000e18, 5_000);
        _give(bob, USDC, _tok(USDC, 20_000_000));
        _give(bob, ETH, _tok(ETH, 10_000));
        _pass(2 hours);
        _look();
    }

    // ---- a refresh

    /// @dev Headroom that a refresh leaves when nobody stands around it.
    function _plainHeadroom() private returns (uint256 headroom) {
        uint256 snapshot = vm.snapshotState();
        _look();
        headroom = _headroom();
        require(vm.revertToState(snapshot), "state is back");
    }

    /// @dev Issue before, redeem after: headroom spent on the issue does not return with the redemption, and the fees stay.
    function test_issueAroundARefresh() public {
        uint256 plain = _plainHeadroom();
        uint256 before = _wealth(bob);
        uint256 issued = _issue(bob, USDC, 1_000_000);
        _look();
        _redeem(bob, USDC, issued);
        // 10 bps to come in and 10 to leave, at least: they are equity.
        uint256 paid = before + 1_000_000e18 - _wealth(bob);
        require(paid >= 2_000e18, "fees both ways");
        require(_headroom() <= plain + paid, "no more than the fees");
    }

    /// @dev Dollars as collateral that are there for the look alone, and would make loans seem safer than they are: neither within a transaction,
    /// nor in blocks of their own, as shares move by their pace.
    function test_depositAroundALook() public {
        uint256 snapshot = vm.snapshotState();
        _look();
        uint256 plain = sheet.available(address(engine), ALL);
        require(plain != 0 && vm.revertToState(snapshot), "state is back");
        vm.startPrank(bob);
        engine.deposit(USDC, _tok(USDC, 20_000_000), bob);
        _look();
        engine.withdraw(USDC, ALL, bob, bob);
        vm.stopPrank();
        uint256 left = sheet.available(address(engine), ALL);
        require(left <= plain, "a deposit for a moment lets nobody lend more");
        // Left lying for an hour and more, with a look at each end, it counts, by 24% of the way a day.
        vm.prank(bob);
        engine.deposit(USDC, _tok(USDC, 20_000_000), bob);
        _look();
        _pass(2 hours);
        _look();
        left = sheet.available(address(engine), ALL);
        require(left < (plain * 11) / 10, "a twelfth of a day moves little");
    }

    /// @dev A stake that leaves behind the statement takes its headroom with it, at once.
    function test_stakeAroundARefresh() public {
        _issue(bob, USDC, 300_000);
        _look();
        uint256 plain = _plainHeadroom();
        uint256 staked = dollar.balanceOf(bob);
        uint256 shares = _stake(bob, staked);
        _look();
        require(_headroom() > plain + (staked * 9) / 10, "it is capital");
        vm.prank(bob);
        backstop.claim(shares);
        require(_headroom() <= plain, "and takes all of that with it, at once");
    }

    // ---- a fill

    function _openOnEther() private {
        _give(address(this), ETH, _tok(ETH, 1_500));
        reserve.fund(ETH, _tok(ETH, 1_500));
        rebalancer.open(ETH, USDC);
        _at(clock + 900);
    }

    /// @dev The price does not depend on who filled before: the second pays the same for a unit, and never more than he said.
    function test_fillBeforeAnothersFill() public {
        _openOnEther();
        _give(carol, USDC, _tok(USDC, 10_000_000));
        (, uint256 most) = rebalancer.quoteFill(ETH, USDC, ALL);
        (uint256 quoted, ) = rebalancer.quoteFill(ETH, USDC, most / 4);
        vm.prank(bob);
        (uint256 first, uint256 firstPaid) = rebalancer.fill(ETH, USDC, most / 2, ALL, bob, "");
        vm.prank(carol);
        (uint256 second, uint256 secondPaid) = rebalancer.fill(ETH, USDC, most / 4, quoted, carol, "");
        require(second == most / 4 && secondPaid <= quoted, "as quoted before somebody stood in front");
        _near((firstPaid * 1e18) / first, (secondPaid * 1e18) / second, 1e12, "and at the same price");
    }

    /// @dev All of it taken away: the other's fill is refused and costs nothing; a dearer one is refused by its own limit.
    function test_allTakenBeforeAnothersFill() public {
        _openOnEther();
        (, uint256 most) = rebalancer.quoteFill(ETH, USDC, ALL);
        (uint256 quoted, ) = rebalancer.quoteFill(ETH, USDC, most / 4);
        _price(ETH, 2_100e8);
        bytes4 refused = _refusal(
            bob,
            address(rebalancer),
            abi.encodeCall(rebalancer.fill, (ETH, USDC, most / 4, quoted, bob, ""))
        );
        require(refused == IRebalancer.SlippageExceeded.selector, "his limit");
        vm.prank(bob);
        rebalancer.fill(ETH, USDC, ALL, ALL, bob, "");
        _give(carol, USDC, _tok(USDC, 10_000_000));
        uint256 before = _wealth(carol);
        refused = _refusal(
            carol,
            address(rebalancer),
            abi.encodeCall(rebalancer.fill, (ETH, USDC, most / 4, ALL, carol, ""))
        );
        require(
            refused == IRebalancer.NothingToFill.selector || refused == IRebalancer.NoAuction.selector,
            "nothing left"
        );
        require(_wealth(carol) == before, "and nothing paid");
    }

    /// @dev Redeeming around a fill: cash that the fill brings is redeemed at the price of before; the one in the middle pays what was quoted.
    function test_redeemAroundAFill() public {
        _openOnEther();
        _give(carol, USDC, _tok(USDC, 10_000_000));
        _issue(bob, USDC, 400_000);
        uint256 before = _wealth(bob);
        (uint256 quoted, ) = rebalancer.quoteFill(ETH, USDC, 100 * units[ETH]);
        uint256 half = dollar.balanceOf(bob) / 2;
        _redeem(bob, USDC, half);
        vm.prank(carol);
        (, uint256 paid) = rebalancer.fill(ETH, USDC, 100 * units[ETH], ALL, carol, "");
        _redeem(bob, USDC, half);
        require(paid == quoted, "the price is the oracle's");
        require(_wealth(bob) < before, "and whoever stands around it pays his fees");
    }
}
