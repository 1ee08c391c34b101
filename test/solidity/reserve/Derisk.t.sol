// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ISolvency} from "../../../contracts/interfaces/ISolvency.sol";
import {vm} from "../../contracts/Vm.sol";
import {DeriskWorld} from "./DeriskWorld.sol";

/// @dev Where the scale of risky targets goes, how fast, and what it does to the targets.
contract DeriskTest is DeriskWorld {
    function test_fullWhileCapitalIsEnough() public {
        _pass(1 days);
        require(rebalancer.adjust() == 10_000, "full");
        _supply(900_000e18);
        require(rebalancer.adjust() == 10_000, "100,000 is enough, exactly");
    }

    function test_downToTheAimAtThePace() public {
        // Capital 68,750: half way between 37,500 and 100,000.
        _supply(931_250e18);
        require(_aim() == 5_000, "aim");
        _pass(12 hours);
        require(rebalancer.adjust() == 9_000, "20% a day");
        _pass(1 days);
        require(rebalancer.adjust() == 7_000, "and on");
        _pass(1 days);
        require(rebalancer.adjust() == 5_000, "there");
        _pass(10 days);
        require(rebalancer.adjust() == 5_000, "and no further");
        (, uint256[16] memory targets, ) = rebalancer.weights();
        require(targets[ETH] == 2_000 && targets[BTC] == 1_000, "risky halved");
        require(targets[USDC] == 5_250 && targets[USDT] == 1_750, "the buffer takes it, in proportion");
        (, , bool buysDollar) = rebalancer.derisking();
        require(!buysDollar, "the buffer is good enough");
    }

    function test_aPauseDoesNotAddUpToAJump() public {
        _pass(30 days);
        _supply(940_000e18);
        require(rebalancer.adjust() == 8_000, "a day's worth at most");
    }

    function test_callingEverySecondNeitherStopsNorHastensIt() public {
        _supply(931_250e18);
        rebalancer.adjust();
        // 2,000 bps a day: one in 43.2 seconds; asked every 7.
        uint256 first = _scale();
        for (uint256 i; i < 200; ++i) {
            _pass(7);
            rebalancer.adjust();
        }
        uint256 moved = first - _scale();
        require(moved >= 31 && moved <= 33, "1,400 seconds' worth");
    }

    function test_belowTheBufferSminAndPlusdIsBought() public {
        _supply(970_000e18);
        for (uint256 i; i < 10; ++i) {
            _pass(1 days);
            rebalancer.adjust();
        }
        (uint256 scale, , bool buysDollar) = rebalancer.derisking();
        require(scale == 1_000 && buysDollar, "smin");
    }

    function test_upOnlyPastTheMarginAndThenAllTheWay() public {
        _supply(931_250e18);
        for (uint256 i; i < 4; ++i) {
            _pass(1 days);
            rebalancer.adjust();
        }
        require(_scale() == 5_000, "down");
        // 4% better: within the margin of 5%.
        dollar.burn(address(this), 2_500e18);
        require(_aim() == 5_400, "aim");
        _pass(1 days);
        require(rebalancer.adjust() == 5_000, "not for that");
        dollar.burn(address(this), 1_250e18);
        require(_aim() == 5_600, "aim");
        _pass(1 hours);
        require(rebalancer.adjust() == 5_083, "past it, at the pace");
        _pass(1 days);
        require(rebalancer.adjust() == 5_600, "all the way");
    }

    function test_notWhileSomethingIsEntered() public {
        reserve.setEntered(true);
        vm.expectRevert(abi.encodeWithSelector(ISolvency.Entered.selector, address(reserve)));
        rebalancer.adjust();
        reserve.setEntered(false);
        engine.setEntered(true);
        vm.expectRevert(abi.encodeWithSelector(ISolvency.Entered.selector, address(engine)));
        rebalancer.adjust();
    }

    function test_loansTakeTheirPartFirst() public {
        // 400,000 lent on new plUSD: 2% of it are not there for the composition.
        engine.setDebt(400_000e18);
        _supply(1_300_000e18);
        sheet.lookAtCollateral();
        (, , , uint256 loanUnit, ) = sheet.stored();
        require(sheet.riskBudget() == int256(100_000e18 - 400_000 * loanUnit * 1e14), "capital less the loan part");
    }
}
