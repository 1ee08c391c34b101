// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBalanceSheet} from "../../../contracts/interfaces/IBalanceSheet.sol";
import {ISolvency} from "../../../contracts/interfaces/ISolvency.sol";
import {PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {vm} from "../../contracts/Vm.sol";
import {SheetWorld} from "./SheetWorld.sol";

/// @dev A deficit is settled against the Backstop after two looks, N = 2 hours apart, both fully priced, and for the smaller of the two.
contract DeficitTest is SheetWorld {
    /// @dev 400 ether and 200,000 USDC, worth a million, against 900,000 plUSD, of which 150,000 are staked.
    function setUp() public override {
        super.setUp();
        reserve.setCash(ETH, 400 * UNIT);
        reserve.setCash(USDC, 200_000 * UNIT);
        _supply(900_000e18);
        _stakeHeld(150_000e18);
        sheet.lookAtCollateral();
        sheet.refresh();
    }

    function _staked() internal view returns (uint256 all) {
        (uint256 active, uint256 streaming, uint256 cooling) = pools.pools();
        return active + streaming + cooling;
    }

    function test_noneWhileEquityIsPositive() public {
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.NoDeficit.selector));
        sheet.settleDeficit();
    }

    function test_twoLooksThenTheSmaller() public {
        // 1,600: 840,000 against 900,000.
        _price(ETH, 1_600e18);
        require(sheet.settleDeficit() == 0, "the first look burns nothing");
        (uint256 amount, uint256 seenAt) = sheet.deficitPoint();
        require(amount == 60_000e18 && seenAt == T0, "point");
        _pass(2 hours - 1);
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.DeficitTooYoung.selector, T0 + 2 hours));
        sheet.settleDeficit();
        _pass(1);
        // It recovered in part meanwhile: 20,000.
        _price(ETH, 1_700e18);
        require(sheet.settleDeficit() == 20_000e18, "the smaller");
        require(_staked() == 130_000e18 && dollar.totalSupply() == 880_000e18, "burned");
        require(_statement().midEquity == 0, "made good");
        (amount, seenAt) = sheet.deficitPoint();
        require(amount == 0 && seenAt == 0, "used up");
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.NoDeficit.selector));
        sheet.settleDeficit();
    }

    function test_theFirstBoundsTheSecond() public {
        _price(ETH, 1_700e18);
        sheet.settleDeficit();
        _pass(5 hours);
        _price(ETH, 1_500e18);
        require(sheet.settleDeficit() == 20_000e18, "no more than was seen at first");
        // What is left needs two looks of its own.
        sheet.settleDeficit();
        (uint256 amount, ) = sheet.deficitPoint();
        require(amount == 80_000e18, "the rest is seen anew");
        _pass(2 hours);
        require(sheet.settleDeficit() == 80_000e18, "and settled");
    }

    /// @dev A loss of two weeks ago, made good and never cleared: what falls now is not settled at the first look at it.
    function test_aStalePointIsTakenAnew() public {
        _price(ETH, 1_600e18);
        sheet.settleDeficit();
        _pass(1 hours);
        _price(ETH, 2_000e18);
        _pass(14 days);
        _price(ETH, 1_600e18);
        require(sheet.settleDeficit() == 0 && _staked() == 150_000e18, "settled at the first look");
        (uint256 amount, uint256 seenAt) = sheet.deficitPoint();
        require(amount == 60_000e18 && seenAt == T0 + 1 hours + 14 days, "not taken anew");
        _pass(2 hours - 1);
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.DeficitTooYoung.selector, seenAt + 2 hours));
        sheet.settleDeficit();
        _pass(1);
        require(sheet.settleDeficit() == 60_000e18, "two looks, as always");
    }

    function test_aPointLivesForThreeDelays() public {
        _price(ETH, 1_700e18);
        sheet.settleDeficit();
        uint256 state = vm.snapshotState();
        _pass(6 hours);
        require(sheet.settleDeficit() == 20_000e18, "in its last second it stands");
        vm.revertToState(state);
        _pass(6 hours + 1);
        require(sheet.settleDeficit() == 0, "a second later it does not");
        (, uint256 seenAt) = sheet.deficitPoint();
        require(seenAt == T0 + 6 hours + 1, "taken anew");
        // And a stale one is cleared like any other.
        _price(ETH, 1_750e18);
        _pass(7 hours);
        require(sheet.settleDeficit() == 0, "cleared");
        (, seenAt) = sheet.deficitPoint();
        require(seenAt == 0, "a point without a deficit");
    }

    function test_clearedByEquityNotBelowZero() public {
        _price(ETH, 1_700e18);
        sheet.settleDeficit();
        _price(ETH, 1_750e18);
        // Not before N: otherwise a minute's recovery would restart the clock for ever.
        _pass(1 hours);
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.DeficitTooYoung.selector, T0 + 2 hours));
        sheet.settleDeficit();
        _pass(1 hours);
        require(sheet.settleDeficit() == 0, "nothing is burned");
        (uint256 amount, uint256 seenAt) = sheet.deficitPoint();
        require(amount == 0 && seenAt == 0 && _staked() == 150_000e18, "cleared");
    }

    function test_moreThanTheBackstopLowersBacking() public {
        _price(ETH, 1_250e18);
        sheet.settleDeficit();
        _pass(2 hours);
        // 700,000 against 900,000: 150,000 is all there is.
        require(sheet.settleDeficit() == 150_000e18 && _staked() == 0, "all of it");
        require(_statement().backing == (700_000e18 * WAD) / 750_000e18, "the rest lowers b");
        sheet.refresh();
        require(sheet.capitalShort() && _headroom() == 0, "and closes issuance");
    }

    function test_coolingStakeBearsItToo() public {
        pools.cool(50_000e18);
        _price(ETH, 1_600e18);
        sheet.settleDeficit();
        _pass(2 hours);
        require(sheet.settleDeficit() == 60_000e18, "settled");
        (uint256 active, , uint256 cooling) = pools.pools();
        require(active == 60_000e18 && cooling == 30_000e18, "alike");
    }

    // ---- price feeds that do not work

    /// @dev An hour without a price: no first look, no second one, nothing burned on a hole.
    function test_unpricedForAnHourSettlesNothing() public {
        oracle.setDead(ETH, 1_900e18, 2_000e18);
        require(_statement().midEquity < 0, "with it at 0 there would be a deficit");
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.NotFullyPriced.selector, ETH));
        sheet.settleDeficit();
        _pass(1 hours);
        _price(ETH, 2_000e18);
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.NoDeficit.selector));
        sheet.settleDeficit();
        // A real one is seen; then the price is gone, and back and better.
        _price(ETH, 1_700e18);
        sheet.settleDeficit();
        _pass(2 hours);
        oracle.setDead(ETH, 1_000e18, 1_700e18);
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.NotFullyPriced.selector, ETH));
        sheet.settleDeficit();
        oracle.set(ETH, 1_600e18, 1_800e18, PriceStatus.Disagreeing);
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.NotFullyPriced.selector, ETH));
        sheet.settleDeficit();
        _price(ETH, 1_745e18);
        require(sheet.settleDeficit() == 2_000e18, "the first point stood meanwhile");
    }

    function test_decayedToNothingCountsNothing() public {
        oracle.setDead(ETH, 0, 2_000e18);
        require(_statement().fullyPriced, "priced at 0");
        sheet.settleDeficit();
        _pass(2 hours);
        require(sheet.settleDeficit() == 150_000e18, "700,000 short, all of the Backstop");
    }

    /// @dev 100 of the 400 ether are in a vault that stops answering.
    function test_aVaultThatDoesNotAnswer() public {
        reserve.setCash(ETH, 300 * UNIT);
        reserve.setVault(0, ETH, 100 * UNIT, true, 0);
        require(_statement().reserve == 1_000_000e18, "readable");
        reserve.setVault(0, ETH, 100 * UNIT, false, 0);
        require(_statement().reserve == 800_000e18 && !_statement().fullyPriced, "counts 0, and is no price");
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.NotFullyPriced.selector, ETH));
        sheet.settleDeficit();
        // Marked, it still is not for as long as a dead feed would take to decay.
        reserve.setVault(0, ETH, 100 * UNIT, false, T0);
        _pass(12 hours - 1);
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.NotFullyPriced.selector, ETH));
        sheet.settleDeficit();
        _pass(1);
        sheet.settleDeficit();
        (uint256 amount, ) = sheet.deficitPoint();
        require(amount == 100_000e18, "then it counts 0");
        // Back again: never settled.
        reserve.setVault(0, ETH, 100 * UNIT, true, 0);
        _pass(2 hours);
        require(sheet.settleDeficit() == 0, "cleared");
    }

    // ---- what is open

    function test_notInsideAFlashMintNorACall() public {
        _price(ETH, 1_600e18);
        engine.setEntered(true);
        vm.expectRevert(abi.encodeWithSelector(ISolvency.Entered.selector, address(engine)));
        sheet.settleDeficit();
        engine.setEntered(false);
        reserve.setEntered(true);
        vm.expectRevert(abi.encodeWithSelector(ISolvency.Entered.selector, address(reserve)));
        sheet.settleDeficit();
        reserve.setEntered(false);
        pools.setEntered(true);
        vm.expectRevert(abi.encodeWithSelector(ISolvency.Entered.selector, address(pools)));
        sheet.settleDeficit();
    }

    /// @dev Whatever two prices there are at the two looks: never more than either shortfall, never more than the stake.
    function testFuzz_neverMoreThanEither(uint256 first, uint256 second, uint256 wait) public {
        first = 1_000e18 + (first % 1_500e18);
        second = 1_000e18 + (second % 1_500e18);
        uint256 short1 = first < 1_750e18 ? (1_750e18 - first) * 400 : 0;
        uint256 short2 = second < 1_750e18 ? (1_750e18 - second) * 400 : 0;
        _price(ETH, first);
        try sheet.settleDeficit() {
            require(short1 != 0, "seen without a deficit");
        } catch {
            require(short1 == 0, "not seen");
            return;
        }
        wait = 2 hours + (wait % 10 hours);
        _pass(wait);
        _price(ETH, second);
        if (wait > 6 hours) {
            require(sheet.settleDeficit() == 0 && _staked() == 150_000e18, "settled by a stale point");
            (uint256 amount, ) = sheet.deficitPoint();
            require(amount == short2, "not what is short now");
            return;
        }
        uint256 least = short1 < short2 ? short1 : short2;
        require(sheet.settleDeficit() == (least < 150_000e18 ? least : 150_000e18), "the smaller, as far as it goes");
    }

    // ---- leaving

    function test_exitTerms() public {
        (uint256 deficit, bool covered, bool priced) = sheet.exitTerms();
        // 100,000 + 150,000 against 25% of 800,000.
        require(deficit == 0 && covered && priced, "open");
        _price(ETH, 1_850e18);
        (deficit, covered, priced) = sheet.exitTerms();
        require(deficit == 0 && covered && priced, "40,000 + 150,000 against 185,000");
        _price(ETH, 1_700e18);
        (deficit, covered, priced) = sheet.exitTerms();
        require(deficit == 20_000e18 && !covered && priced, "a deficit that is not booked yet");
        oracle.set(ETH, 1_650e18, 1_750e18, PriceStatus.Live);
        (deficit, , ) = sheet.exitTerms();
        require(deficit == 40_000e18, "the larger of low and mid");
        oracle.setDead(ETH, 1_000e18, 1_700e18);
        (, , priced) = sheet.exitTerms();
        require(!priced, "unpriced");
    }
}
