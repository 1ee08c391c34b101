// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FeedConfig} from "../../../contracts/interfaces/IPriceOracle.sol";
import {IReserveShared, ReserveTerms} from "../../../contracts/interfaces/IReserveShared.sol";
import {ReserveReference} from "../../contracts/reserve/ReserveReference.sol";
import {vm} from "../../contracts/Vm.sol";
import {TestFeed} from "../../contracts/oracle/TestFeed.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @notice Redemption in cash: `(1 - fee) / high` while everything is backed
contract RedeemTest is ReserveWorld {
    function setUp() public override {
        super.setUp();
        _fund(USDC, 2_000_000);
    }

    function test_paysAtTheHighSideLessTheFee() public {
        _issue(alice, USDC, 4_000_000e6);
        uint256 paid = _redeem(alice, USDC, 1_000e18);
        // 1000 / 1.0025 * (1 - 10 bps), down to a unit
        require(paid == 996_508728, "paid");
        require(tokens[USDC].balanceOf(alice) == paid, "tokens");
        require(_cash(USDC) == 6_000_000e6 - paid, "cash");
        require(tokens[USDC].balanceOf(address(reserve)) == 6_000_000e6 - paid, "the reserve's tokens");
    }

    function test_theFeeIsIncome() public {
        _issue(alice, USDC, 4_000_000e6);
        uint256 before = reserve.income();
        _redeem(alice, USDC, 1_000e18);
        require(reserve.income() - before == 1e18, "income");
    }

    function testFuzz_asTheReference(uint256 issued, uint256 amount, uint256 price) public {
        uint256 held = _issue(alice, USDC, 100e6 + (issued % 6_000_000e6));
        feeds[USDC].set(int256(1e8 + (price % 0.1e8)));
        amount = 1e18 + (amount % (held - 1e18));
        uint256 high = oracle.price(USDC).high;
        uint256 cash = _cash(USDC);
        uint256 gross = (amount * 1e6) / high;
        (, , ReserveTerms memory t) = reserve.assetTerms(USDC);
        // Seen from above: from the ceiling down to the floor.
        uint256 top = cash > t.liquidCeiling ? cash : t.liquidCeiling;
        uint256 fee = ReserveReference.meanFee(
            top - cash,
            top - cash + gross,
            top - t.liquidCeiling,
            top - t.liquidFloor,
            t.baseFee,
            t.maxFee
        );
        (, uint256 told) = reserve.fees(USDC, gross);
        require(told == fee, "fee");
        uint256 expected = (((amount * (WAD - fee)) / WAD) * 1e6) / high;
        if (expected > cash) return;
        require(_redeem(alice, USDC, amount) == expected, "paid");
    }

    /// @dev Pieces save no more than the square of the highest fee.
    function testFuzz_splittingGainsNothing(uint256 first, uint256 second) public {
        _issue(alice, USDC, 2_500_000e6);
        first = 1e18 + (first % 1_000_000e18);
        second = 1e18 + (second % 1_000_000e18);
        uint256 state = vm.snapshotState();
        uint256 whole = _redeem(alice, USDC, first + second);
        vm.revertToState(state);
        uint256 parts = _redeem(alice, USDC, first) + _redeem(alice, USDC, second);
        require(parts <= whole + (whole * 1e14) / WAD + 2, "pieces gain");
        require(parts + 2 >= whole, "pieces lose");
    }

    function test_backedJustSo() public {
        // Net supply equal to loans plus the reserve at low, to the wei.
        uint256 worth = (2_000_000e6 * LOW) / 1e6;
        _lend(alice, 100_000e18);
        sheet.setLiabilities(0, worth);
        require(reserve.cappedBacking(USDC) == WAD, "at 1");
        uint256 state = vm.snapshotState();
        require(_redeem(alice, USDC, 1_000e18) != 0, "at 1 it pays");
        vm.revertToState(state);
        sheet.setLiabilities(0, worth + 1);
        uint256 b = reserve.cappedBacking(USDC);
        require(b == (worth * WAD) / (worth + 1) && b < WAD, "below 1");
        _expect(abi.encodeWithSelector(IReserveShared.NotBacked.selector, b));
        vm.prank(alice);
        reserve.redeem(USDC, 1_000e18, 0, alice);
    }

    /// @dev b from its definition, over random books, whatever asset it begins with.
    function testFuzz_backingAsTheReference(uint256 seed, uint256 loans, uint256 net) public {
        uint256 value;
        uint256[5] memory most = [uint256(6_000_000), 5_000_000, 5_000, 4_000, 0];
        for (uint256 i; i < 4; ++i) {
            uint256 amount = (seed >> (i * 32)) % most[i];
            if (amount != 0) _fund(i, amount);
            if ((seed >> (200 + i)) & 3 == 0) feeds[i].setDead(true);
            value += (_cash(i) * oracle.price(i).low) / units[i];
        }
        loans = loans % 20_000_000e18;
        net = net % 40_000_000e18;
        sheet.setLiabilities(loans, net);
        uint256 expected = ReserveReference.backing(value, loans, net);
        for (uint256 first; first < 4; ++first) {
            require(reserve.cappedBacking(first) == expected, "backing");
        }
        (uint256 b, ) = reserve.redemptionTerms();
        require(b == expected, "backing of redemption in kind");
    }

    /// @dev What the Backstop holds is no claim on the reserve.
    function test_stakedDollarsDoNotCount() public {
        _lend(alice, 5_000_000e18);
        sheet.setLiabilities(0, 5_000_000e18);
        require(reserve.cappedBacking(USDC) < WAD, "not backed");
        sheet.setLiabilities(0, 5_000_000e18 - 3_100_000e18);
        require(reserve.cappedBacking(USDC) == WAD, "backed");
    }

    function test_goesOnWhileSourcesDisagree() public {
        _issue(alice, USDC, 1_000_000e6);
        _fund(DAI, 2_000_000);
        TestFeed second = new TestFeed(1e8);
        oracle.setSecondFeed(USDC, FeedConfig(address(second), 1 days, 25, 1e9, 1e26), 100, 100);
        second.set(1.03e8);
        // At the higher of the two.
        require(_redeem(alice, USDC, 1_000e18) < 968e6, "paid at the higher price");
        feeds[USDC].setDead(true);
        second.setDead(true);
        _expect(abi.encodeWithSelector(IReserveShared.PriceUnusable.selector, USDC, 0));
        vm.prank(alice);
        reserve.redeem(USDC, 1_000e18, 0, alice);
    }

    function test_tellsThatCashIsShort() public {
        _lend(alice, 3_000_000e18);
        uint256 cash = _cash(USDC);
        (, uint256 fee) = reserve.fees(USDC, (uint256(2_500_000e18) * 1e6) / HIGH);
        uint256 asked = (((2_500_000e18 * (WAD - fee)) / WAD) * 1e6) / HIGH;
        _expect(abi.encodeWithSelector(IReserveShared.LiquidityShort.selector, USDC, cash, asked));
        vm.prank(alice);
        reserve.redeem(USDC, 2_500_000e18, 0, alice);
    }

    function test_keepsToTheMinimumAndToSense() public {
        _issue(alice, USDC, 4_000_000e6);
        _expect(abi.encodeWithSelector(IReserveShared.SlippageExceeded.selector, 996_508728, 997e6));
        vm.prank(alice);
        reserve.redeem(USDC, 1_000e18, 997e6, alice);
        _expect(abi.encodeWithSelector(IReserveShared.NotStable.selector, ETH));
        reserve.redeem(ETH, 1e18, 0, alice);
        _expect(abi.encodeWithSelector(IReserveShared.ZeroAmount.selector));
        reserve.redeem(USDC, 0, 0, alice);
        _expect(abi.encodeWithSelector(IReserveShared.ZeroAddress.selector));
        reserve.redeem(USDC, 1, 0, address(0));
        _expect(abi.encodeWithSelector(IReserveShared.AmountTooLarge.selector, 1 << 128, type(uint128).max));
        reserve.redeem(USDC, 1 << 128, 0, alice);
        _expect(abi.encodeWithSelector(IReserveShared.AmountBelowLedgerUnit.selector, USDC, 0, 1));
        reserve.redeem(USDC, 1, 0, alice);
    }

    /// @dev No pause of a guardian reaches it.
    function test_cannotBePaused() public {
        _issue(alice, USDC, 4_000_000e6);
        reserve.pause(USDC, 3);
        require(_redeem(alice, USDC, 1_000e18) != 0, "paid");
        vm.expectRevert(
            abi.encodeWithSelector(IReserveShared.ParameterOutOfBounds.selector, bytes32("pauses"), 7, 0, 3)
        );
        reserve.pause(USDC, 4);
    }

    /// @dev The largest amount does not overflow on the way to its refusal.
    function test_refusesTheLargestAmountByName() public {
        uint256 all = type(uint128).max;
        (, uint256 fee) = reserve.fees(USDC, type(uint256).max);
        uint256 asked = (((all * (WAD - fee)) / WAD) * 1e6) / HIGH;
        _expect(abi.encodeWithSelector(IReserveShared.LiquidityShort.selector, USDC, 2_000_000e6, asked));
        reserve.redeem(USDC, all, 0, alice);
        _requireNear(fee, 0.01e18, 1e9, "the fee of everything is the highest");
    }

    function test_retiringIsAGift() public {
        _issue(alice, USDC, 1_000e6);
        uint256 supply = dollar.totalSupply();
        vm.prank(alice);
        reserve.retire(100e18);
        require(supply - dollar.totalSupply() == 100e18, "burned");
        require(reserve.income() < 2e18, "no income");
    }
}
