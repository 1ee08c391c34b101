// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FeedConfig, Price, PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {vm} from "../../contracts/Vm.sol";
import {TestFeed} from "../../contracts/oracle/TestFeed.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @notice Staked ether trades 6% below its rate: its two sources disagree
contract DiscountTest is ReserveWorld {
    TestFeed private _market;

    function setUp() public override {
        super.setUp();
        _fund(USDC, 3_000_000);
        _fund(STETH, 500);
        _market = new TestFeed(2_400e8);
        oracle.setSecondFeed(STETH, FeedConfig(address(_market), 1 days, 50, 1e9, 1e26), 100, 300);
        vm.prank(address(reserve));
        dollar.mint(alice, 2_500_000e18);
    }

    function test_countsNothingForBackingAndAllForRedeemers() public {
        (, uint256 high) = reserve.redemptionTerms();
        _market.set(2_256e8);
        Price memory p = oracle.price(STETH);
        require(p.status == PriceStatus.Disagreeing, "disagreeing");
        // Without it 3M of USDC against 2.5M: cash goes on.
        require(reserve.cappedBacking(STETH) == WAD, "backed without it");
        (uint256 b, uint256 later) = reserve.redemptionTerms();
        require(b == WAD && later == high, "R+ counts it at the higher source");
        require(_redeem(alice, USDC, 1_000e18) != 0, "cash is paid");
        vm.prank(alice);
        reserve.redeemInKind(100_000e18, 0, 0, bob);
        // At the lower source bob got less than 100,000 dollars, at the higher no more.
        require(tokens[STETH].balanceOf(bob) != 0, "paid in it as well");
    }

    /// @dev Where it is needed for the backing, b falls below 1 by its whole value until sources agree again.
    function test_whoeverRedeemsMeanwhileGainsNothing() public {
        vm.prank(address(reserve));
        dollar.mint(alice, 1_000_000e18);
        require(reserve.cappedBacking(USDC) == WAD, "backed with it");
        _market.set(2_256e8);
        uint256 b = reserve.cappedBacking(USDC);
        _requireNear(b, (3_000_000 * LOW) / 3_500_000, 1e12, "b without it");
        uint256 state = vm.snapshotState();
        vm.prank(alice);
        reserve.redeemInKind(100_000e18, 0, 0, bob);
        uint256 early = tokens[STETH].balanceOf(bob);
        vm.revertToState(state);
        // Both sources agree on the lower price: whoever waited gets no less.
        feeds[STETH].set(2_256e8);
        vm.prank(alice);
        reserve.redeemInKind(100_000e18, 0, 0, bob);
        require(tokens[STETH].balanceOf(bob) >= early, "earlier gained");
    }
}
