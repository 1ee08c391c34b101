// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IIssuanceGate} from "../../../contracts/interfaces/IIssuanceGate.sol";
import {LiquidationItem} from "../../../contracts/interfaces/ICreditEngine.sol";
import {vm} from "../../contracts/Vm.sol";
import {ReserveWorld} from "../reserve/ReserveWorld.sol";

/// @notice plUSD trades at 1.08 and nothing can be issued: whoever liquidates in a stable still earns
contract DearDollarTest is ReserveWorld {
    /// @dev What a plUSD costs on the market. {USD}
    uint256 private constant DEAR = 1.08e18;

    function test_liquidatorsPayInAStable() public {
        _lend(alice, 100_000e18);
        sheet.setHeadroom(0);
        _give(bob, USDC, 1_000_000e6);
        // 10 bps less than they count.
        uint256 amount = (1_000e18 * LOW) / WAD;
        amount = (amount * 999) / 1_000;
        vm.expectRevert(abi.encodeWithSelector(IIssuanceGate.IssuanceExceeded.selector, amount, 0));
        vm.prank(bob);
        reserve.issue(USDC, 1_000e6, 0, bob);

        // 125 ether at 955: maintenance at 83% and some depth, health just below 1.
        feeds[ETH].set(955e8);
        LiquidationItem[] memory items = new LiquidationItem[](1);
        items[0] = LiquidationItem(borrower, type(uint256).max);
        uint256 held = tokens[USDC].balanceOf(bob);
        vm.prank(bob);
        (uint256[] memory repaid, uint256 paid) = engine.liquidateInStable(USDC, items, type(uint256).max, "");
        require(held - tokens[USDC].balanceOf(bob) == paid, "pays in USDC");
        uint256 seized = (engine.balanceOf(bob, ETH) * 955e18) / 1e8;
        require(seized < (repaid[0] * DEAR) / WAD, "with bought plUSD it would be a loss");
        require(seized > paid * 1e12, "in USDC it is a gain");
        // At most the 25 bps of the feed, the fee, and no more: 2% of incentive leaves 1.5% and more.
        require(seized * 1_000 > paid * 1e12 * 1_014, "of at least 1.4%");
        require(sheet.headroom() == 0 && dollar.totalSupply() == 100_000e18, "nothing was minted");
        require((_value(true) * 1_000) / repaid[0] >= 1_000, "the reserve got at least the debt");
    }
}
