// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {SheetParameters} from "../../../contracts/interfaces/IBalanceSheet.sol";
import {vm} from "../../contracts/Vm.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @notice One large loan whose plUSD is staked: what the Backstop is there for.
/// @dev Seed capital of 220,000, 150,000 of it USDC. A loan of 1.2 million against 1,200 ether at 2,000; the borrower's plUSD goes to alice and carol, who stake the same each, and
/// to bob.
abstract contract StakedLoanWorld is SystemWorld {
    function _seed() internal pure override returns (uint256[ASSETS] memory) {
        return [uint256(150_000), 50_000, 10, 0, 0];
    }

    function _sheetTerms() internal pure override returns (SheetParameters memory p) {
        p = super._sheetTerms();
        p.liquidShare = 500;
    }

    function _lendAndStake(uint256 stake, uint256 forBob) internal {
        for (uint256 i; i < 3; ++i) {
            _borrow(whale, ETH, 400_000e18, 5_000);
            _pass(2 hours);
            _look();
        }
        vm.startPrank(whale);
        dollar.transfer(alice, stake);
        dollar.transfer(carol, stake);
        dollar.transfer(bob, forBob);
        vm.stopPrank();
        _stake(alice, stake);
        _stake(carol, stake);
        _look();
    }

    function _claim(address who) internal {
        uint256 shares = backstop.balanceOf(who);
        vm.prank(who);
        backstop.claim(shares);
    }
}
