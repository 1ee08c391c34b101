// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ISwapRouter} from "@uniswap/v3-periphery/contracts/interfaces/ISwapRouter.sol";
import {FaucetToken} from "../../../contracts/faucet/FaucetToken.sol";
import {ICreditEngine, LiquidationItem} from "../../../contracts/interfaces/ICreditEngine.sol";
import {FlashLiquidator, Route} from "../../../contracts/periphery/FlashLiquidator.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {DollarDouble, EngineDouble} from "../../contracts/periphery/EngineDouble.sol";
import {RouterDouble} from "../../contracts/periphery/RouterDouble.sol";
import {vm} from "../../contracts/Vm.sol";

contract FlashLiquidatorTest {
    address private constant OWNER = address(0xA11CE);
    address private constant STRANGER = address(0xBAD);

    DollarDouble private dollar;
    FaucetToken[2] private tokens;
    EngineDouble private engine;
    RouterDouble private router;
    FlashLiquidator private liquidator;

    function setUp() public {
        dollar = new DollarDouble(address(this));
        tokens = [Deploy.faucetToken("A", "A", 18, address(this)), Deploy.faucetToken("B", "B", 8, address(this))];
        engine = new EngineDouble(dollar, tokens[0], tokens[1]);
        router = new RouterDouble(dollar);
        dollar.setMinter(address(router), true);
        tokens[0].setMinter(address(engine), true);
        tokens[1].setMinter(address(engine), true);
        liquidator = Deploy.flashLiquidator(ICreditEngine(address(engine)), ISwapRouter(address(router)), OWNER);
        router.setPrice(1e18);
        // Seizes 100 of the first token (and 7 of the second) for a payment of 90.
        engine.set(100e18, 7, 90e18);
    }

    function _items() private pure returns (LiquidationItem[] memory items) {
        items = new LiquidationItem[](2);
        items[0] = LiquidationItem(address(1), type(uint256).max);
        items[1] = LiquidationItem(address(2), type(uint256).max);
    }

    function _routes(uint256 count) private view returns (Route[] memory routes) {
        routes = new Route[](count);
        for (uint256 i; i < count; ++i) {
            routes[i] = Route(i, abi.encodePacked(address(tokens[i]), uint24(500), address(dollar)));
        }
    }

    function _assertEmpty() private view {
        assert(dollar.balanceOf(address(liquidator)) == 0);
        for (uint256 i; i < 2; ++i) {
            assert(tokens[i].balanceOf(address(liquidator)) == 0);
            assert(tokens[i].allowance(address(liquidator), address(router)) == 0);
        }
    }

    function test_sellsPaysAndSendsTheProfitToTheOwner() public {
        vm.prank(OWNER);
        (uint256[] memory repaid, uint256 profit) = liquidator.liquidate(_items(), _routes(2), 10e18);
        assert(repaid.length == 2 && repaid[0] == 90e18 && repaid[1] == 0);
        assert(profit == 10e18 + 7);
        assert(dollar.balanceOf(OWNER) == profit);
        _assertEmpty();
    }

    function test_revertsBelowTheMinimumProfit() public {
        vm.expectRevert(abi.encodeWithSelector(FlashLiquidator.ProfitTooSmall.selector, 10e18 + 7, 10e18 + 8));
        vm.prank(OWNER);
        liquidator.liquidate(_items(), _routes(2), 10e18 + 8);
    }

    function test_revertsWhenTheSaleDoesNotPay() public {
        router.setPrice(0.89e18);
        // The double's own words.
        vm.expectRevert(abi.encodeWithSignature("Error(string)", "cannot pay"));
        vm.prank(OWNER);
        liquidator.liquidate(_items(), _routes(2), 0);
    }

    function test_aDonationIsNoProfitButLeavesWithIt() public {
        dollar.mint(address(liquidator), 1_000e18);
        vm.expectRevert(abi.encodeWithSelector(FlashLiquidator.ProfitTooSmall.selector, 10e18 + 7, 11e18));
        vm.prank(OWNER);
        liquidator.liquidate(_items(), _routes(2), 11e18);

        vm.prank(OWNER);
        (, uint256 profit) = liquidator.liquidate(_items(), _routes(2), 0);
        assert(profit == 10e18 + 7);
        assert(dollar.balanceOf(OWNER) == 1_010e18 + 7);
        _assertEmpty();
    }

    function test_aLossCoveredByADonationIsNotReportedAsProfit() public {
        dollar.mint(address(liquidator), 1_000e18);
        router.setPrice(0.5e18);
        vm.expectRevert(abi.encodeWithSelector(FlashLiquidator.ProfitTooSmall.selector, 0, 1));
        vm.prank(OWNER);
        liquidator.liquidate(_items(), _routes(2), 1);
    }

    function test_seizedAssetsWithoutARouteGoToTheOwner() public {
        vm.prank(OWNER);
        (, uint256 profit) = liquidator.liquidate(_items(), _routes(1), 0);
        assert(profit == 10e18);
        assert(tokens[1].balanceOf(OWNER) == 7);
        _assertEmpty();
    }

    function test_aTokenThatCannotBeMovedStaysInTheLedgerForTheOwner() public {
        engine.setRefusesWithdraw(1, true);
        vm.prank(OWNER);
        (, uint256 profit) = liquidator.liquidate(_items(), _routes(2), 0);
        assert(profit == 10e18);
        assert(engine.credit(1) == 7);

        engine.setRefusesWithdraw(1, false);
        vm.prank(OWNER);
        assert(liquidator.collect(1) == 7);
        assert(tokens[1].balanceOf(OWNER) == 7);
    }

    /// @dev As SwapRouter does when a pool's liquidity ends before the input.
    function test_whatARouteLeavesUnsoldGoesToTheOwnerAndNoAllowanceStays() public {
        router.setFill(9_500);
        vm.prank(OWNER);
        (, uint256 profit) = liquidator.liquidate(_items(), _routes(2), 0);
        assert(profit == 5e18 + 6);
        assert(tokens[0].balanceOf(OWNER) == 5e18);
        assert(tokens[1].balanceOf(OWNER) == 1);
        _assertEmpty();
    }

    function test_onlyTheOwnerStartsCollectsAndSweeps() public {
        bytes memory refusal = abi.encodeWithSelector(FlashLiquidator.NotOwner.selector, STRANGER);
        vm.expectRevert(refusal);
        vm.prank(STRANGER);
        liquidator.liquidate(_items(), _routes(2), 0);
        vm.expectRevert(refusal);
        vm.prank(STRANGER);
        liquidator.collect(0);
        vm.expectRevert(refusal);
        vm.prank(STRANGER);
        liquidator.sweep(dollar);
    }

    function test_onlyTheEngineCallsBack() public {
        // Even with collateral in the ledger, a stranger cannot have it sold along a route of his own.
        Route[] memory routes = _routes(1);
        uint256[] memory seized = new uint256[](1);
        seized[0] = 1;
        vm.expectRevert(abi.encodeWithSelector(FlashLiquidator.NotEngine.selector, STRANGER));
        vm.prank(STRANGER);
        liquidator.onLiquidate(0, seized, abi.encode(routes));
    }

    function test_sweepSendsStrayTokensToTheOwner() public {
        tokens[0].mint(address(liquidator), 5);
        vm.prank(OWNER);
        liquidator.sweep(tokens[0]);
        assert(tokens[0].balanceOf(OWNER) == 5);
    }

    function test_constructorRefusesModulesWithoutCodeAndNoOwner() public {
        vm.expectRevert(abi.encodeWithSelector(FlashLiquidator.ModuleHasNoCode.selector, address(1)));
        Deploy.flashLiquidator(ICreditEngine(address(1)), ISwapRouter(address(router)), OWNER);
        vm.expectRevert(abi.encodeWithSelector(FlashLiquidator.ModuleHasNoCode.selector, address(2)));
        Deploy.flashLiquidator(ICreditEngine(address(engine)), ISwapRouter(address(2)), OWNER);
        vm.expectRevert(abi.encodeWithSelector(FlashLiquidator.ZeroAddress.selector));
        Deploy.flashLiquidator(ICreditEngine(address(engine)), ISwapRouter(address(router)), address(0));
    }
}
