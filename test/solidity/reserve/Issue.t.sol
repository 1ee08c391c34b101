// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IIssuanceGate} from "../../../contracts/interfaces/IIssuanceGate.sol";
import {IReserveShared, ReserveTerms} from "../../../contracts/interfaces/IReserveShared.sol";
import {ReserveReference} from "../../contracts/reserve/ReserveReference.sol";
import {vm} from "../../contracts/Vm.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @notice Issue: at `min(1, low) * (1 - fee)`, within caps, headroom and pauses
contract IssueTest is ReserveWorld {
    function test_mintsAtTheLowSideLessTheFee() public {
        uint256 issued = _issue(alice, USDC, 1_000e6);
        // 1000 * 0.9975 * (1 - 10 bps)
        require(issued == 996.5025e18, "issued");
        require(dollar.balanceOf(alice) == issued, "balance");
        require(_cash(USDC) == 1_000e6, "cash");
        require(tokens[USDC].balanceOf(address(reserve)) == 1_000e6, "tokens");
        require(reserve.income() == 0.9975e18, "the fee is income");
        require(sheet.consumed() == issued && sheet.lastSource() == USDC, "headroom");
        require(dollar.level(address(reserve)) == int256(issued), "level");
    }

    /// @dev A stable above par counts 1.
    function test_neverMintsMoreThanOneForOne() public {
        feeds[USDC].set(1.05e8);
        require(_issue(alice, USDC, 1_000e6) == 999e18, "issued");
    }

    function testFuzz_asTheReference(uint256 before, uint256 amount, uint256 price) public {
        before = before % 9_000_000e6;
        amount = 1e6 + (amount % 990_000e6);
        feeds[USDC].set(int256(0.8e8 + (price % 0.4e8)));
        if (before != 0) {
            _give(address(this), USDC, before);
            reserve.fund(USDC, before);
        }
        (, , ReserveTerms memory t) = reserve.assetTerms(USDC);
        uint256 fee = ReserveReference.meanFee(before, before + amount, t.cap / 2, t.cap, 10, 100);
        (uint256 told, ) = reserve.fees(USDC, amount);
        require(told == fee, "fee");
        uint256 expected = ReserveReference.issued(amount, oracle.price(USDC).low, units[USDC], fee);
        require(_issue(alice, USDC, amount) == expected, "issued");
    }

    /// @dev The same amount in two pieces mints the same, to rounding, and never more.
    function testFuzz_splittingChangesNothing(uint256 before, uint256 first, uint256 second) public {
        before = before % 8_000_000e6;
        first = 1e6 + (first % 900_000e6);
        second = 1e6 + (second % 900_000e6);
        if (before != 0) {
            _give(address(this), USDC, before);
            reserve.fund(USDC, before);
        }
        uint256 state = vm.snapshotState();
        uint256 whole = _issue(alice, USDC, first + second);
        vm.revertToState(state);
        uint256 parts = _issue(alice, USDC, first) + _issue(alice, USDC, second);
        // The fee has 18 decimals: of a million it is right to a millionth of a millionth.
        _requireNear(parts, whole, 1e7, "pieces gain or lose");
    }

    function test_truncatesToALedgerUnit() public {
        _give(alice, DAI, 1e18 + 7);
        vm.prank(alice);
        reserve.issue(DAI, 1e18 + 7, 0, alice);
        require(tokens[DAI].balanceOf(alice) == 7, "what is less than a unit stays");
        _expect(abi.encodeWithSelector(IReserveShared.AmountBelowLedgerUnit.selector, DAI, 7, 1e10));
        vm.prank(alice);
        reserve.issue(DAI, 7, 0, alice);
    }

    function test_stopsAtTheCap() public {
        _fund(USDC, 9_000_000);
        (, , ReserveTerms memory t) = reserve.assetTerms(USDC);
        uint256 room = t.cap - 9_000_000e6;
        _give(alice, USDC, 2_000_000e6);
        _expect(abi.encodeWithSelector(IReserveShared.CapExceeded.selector, USDC, 9_000_000e6, t.cap));
        vm.prank(alice);
        reserve.issue(USDC, room + 1, 0, alice);
        _expect(abi.encodeWithSelector(IReserveShared.CapExceeded.selector, USDC, 9_000_000e6, t.cap));
        vm.prank(alice);
        reserve.issue(USDC, type(uint256).max, 0, alice);
        vm.prank(alice);
        reserve.issue(USDC, room, 0, alice);
        require(_cash(USDC) == t.cap, "full");
    }

    function test_needsHeadroom() public {
        sheet.setHeadroom(900e18);
        _give(alice, USDC, 1_000e6);
        _expect(abi.encodeWithSelector(IIssuanceGate.IssuanceExceeded.selector, 996.5025e18, 900e18));
        vm.prank(alice);
        reserve.issue(USDC, 1_000e6, 0, alice);
    }

    function test_keepsToTheMinimum() public {
        _give(alice, USDC, 1_000e6);
        _expect(abi.encodeWithSelector(IReserveShared.SlippageExceeded.selector, 996.5025e18, 997e18));
        vm.prank(alice);
        reserve.issue(USDC, 1_000e6, 997e18, alice);
    }

    function test_refusesWhatIsNotLiveOrNotAgreed() public {
        _give(alice, USDC, 2_000e6);
        feeds[USDC].setDead(true);
        _expect(abi.encodeWithSelector(IReserveShared.PriceUnusable.selector, USDC, 0));
        vm.prank(alice);
        reserve.issue(USDC, 1_000e6, 0, alice);
    }

    function test_onlyAgainstListedStables() public {
        _give(alice, ETH, 1e18);
        _expect(abi.encodeWithSelector(IReserveShared.NotStable.selector, ETH));
        vm.prank(alice);
        reserve.issue(ETH, 1e18, 0, alice);
        _expect(abi.encodeWithSelector(IReserveShared.AssetNotListed.selector, BTC));
        reserve.issue(BTC, 1e18, 0, alice);
        _expect(abi.encodeWithSelector(IReserveShared.AssetNotListed.selector, 16));
        reserve.issue(16, 1e18, 0, alice);
    }

    function test_canBePaused() public {
        reserve.pause(USDC, 1);
        _give(alice, USDC, 1_000e6);
        _expect(abi.encodeWithSelector(IReserveShared.Paused.selector, USDC, 1));
        vm.prank(alice);
        reserve.issue(USDC, 1_000e6, 0, alice);
        reserve.unpause(USDC, 1);
        vm.prank(alice);
        reserve.issue(USDC, 1_000e6, 0, alice);
    }

    function test_refusesNothingAndNobody() public {
        _expect(abi.encodeWithSelector(IReserveShared.ZeroAmount.selector));
        reserve.issue(USDC, 0, 0, alice);
        _expect(abi.encodeWithSelector(IReserveShared.ZeroAddress.selector));
        reserve.issue(USDC, 1e6, 0, address(0));
    }

    /// @dev In and out again at once costs both spreads and both fees.
    function testFuzz_aRoundTripNeverPays(uint256 cash, uint256 amount, uint256 price) public {
        _fund(USDC, 1 + (cash % 5_000_000));
        feeds[USDC].set(int256(0.9e8 + (price % 0.2e8)));
        amount = 1e6 + (amount % 1_000_000e6);
        uint256 issued = _issue(alice, USDC, amount);
        require(_redeem(alice, USDC, issued) < amount, "paid");
    }
}
