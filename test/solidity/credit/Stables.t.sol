// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ICreditShared, LiquidationItem} from "../../../contracts/interfaces/ICreditEngine.sol";
import {IReserveShared, ReserveTerms} from "../../../contracts/interfaces/IReserveShared.sol";
import {IStableTaker} from "../../../contracts/interfaces/IReserveSeams.sol";
import {BidderDouble} from "../../contracts/reserve/FillerDouble.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {vm} from "../../contracts/Vm.sol";
import {ReserveWorld} from "../reserve/ReserveWorld.sol";

/// @notice Debts paid in a stable of the reserve: nothing is minted or burned, level moves, the reserve keeps the stable
contract StablesTest is ReserveWorld {
    function setUp() public override {
        super.setUp();
        _lend(alice, 100_000e18);
        _give(bob, USDC, 1_000_000e6);
    }

    function test_repays() public {
        uint256 expected = reserve.paymentFor(USDC, 1_000e18);
        // 1000 / (0.9975 * (1 - 10 bps)), up.
        require(expected == 1_003_509776, "price");
        uint256 headroom = sheet.headroom();
        vm.prank(bob);
        (uint256 repaid, uint256 paid) = engine.repayInStable(USDC, 1_000e18, borrower, expected);
        require(repaid == 1_000e18 && paid == expected, "told");
        require(engine.debtOf(borrower) == 99_000e18, "debt");
        require(dollar.totalSupply() == 100_000e18, "supply is as before");
        require(dollar.level(address(engine)) == 99_000e18 && dollar.level(address(reserve)) == 1_000e18, "levels");
        require(_cash(USDC) == expected && tokens[USDC].balanceOf(address(reserve)) == expected, "kept");
        require(sheet.headroom() == headroom && sheet.consumed() == 100_000e18, "no headroom is needed");
        _requireNear(reserve.income(), 1.001e18, 1e15, "the fee is income");
    }

    function test_repaysAllOfIt() public {
        vm.prank(bob);
        (uint256 repaid, ) = engine.repayInStable(USDC, type(uint256).max, borrower, type(uint256).max);
        require(repaid == 100_000e18 && engine.debtOf(borrower) == 0, "all");
    }

    /// @dev Reserve value at low rises by more than the debt that is removed.
    function testFuzz_equityNeverFalls(uint256 amount, uint256 price, uint256 before) public {
        if (before % 7_000_000 != 0) _fund(USDC, before % 7_000_000);
        feeds[USDC].set(int256(0.85e8 + (price % 0.2e8)));
        amount = 1e18 + (amount % 99_000e18);
        if (amount > 99_899e18) amount = 99_899e18;
        uint256 value = _value(true);
        vm.prank(bob);
        (uint256 repaid, uint256 paid) = engine.repayInStable(USDC, amount, borrower, type(uint256).max);
        require(_value(true) + 1 >= value + repaid || oracle.price(USDC).low > WAD, "equity fell");
        require(paid >= (repaid * 1e6) / WAD, "less than one for one");
    }

    function test_liquidates() public {
        feeds[ETH].set(950e8);
        LiquidationItem[] memory items = _item();
        uint256 state = vm.snapshotState();
        vm.prank(bob);
        (, uint256 owed) = engine.liquidateInStable(USDC, items, type(uint256).max, "");
        vm.revertToState(state);
        // Who gave no allowance.
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(reserve), 0, owed)
        );
        vm.prank(address(0x11));
        engine.liquidateInStable(USDC, items, type(uint256).max, "");
        vm.prank(bob);
        (uint256[] memory repaid, uint256 paid) = engine.liquidateInStable(USDC, items, type(uint256).max, "");
        require(repaid[0] > 1_000e18 && paid > repaid[0] / 1e12, "paid");
        require(engine.debtOf(borrower) == 100_000e18 - repaid[0], "debt");
        require(dollar.totalSupply() == 100_000e18, "supply is as before");
        require(dollar.level(address(reserve)) == int256(repaid[0]), "level");
        require(_cash(USDC) == paid, "kept");
        uint256 seized = (engine.balanceOf(bob, ETH) * 950e18) / 1e8;
        require(seized > repaid[0], "a discount as in plUSD");
    }

    /// @dev Sells what was seized first, pays after.
    function test_liquidatesWithACallback() public {
        feeds[ETH].set(950e8);
        BidderDouble bidder = BidderDouble(Deploy.create("BidderDouble", ""));
        bidder.plan(
            address(engine),
            abi.encodeCall(engine.withdraw, (ETH, type(uint256).max, address(bidder), address(bidder)))
        );
        bidder.plan(address(engine), abi.encodeCall(engine.repayInStable, (USDC, 1e18, borrower, type(uint256).max)));
        bidder.plan(address(engine), abi.encodeCall(engine.liquidateInStable, (USDC, _item(), type(uint256).max, "")));
        bidder.plan(address(tokens[USDC]), abi.encodeCall(tokens[USDC].mint, (address(bidder), 1_000_000e6)));
        bidder.plan(address(tokens[USDC]), abi.encodeCall(tokens[USDC].approve, (address(reserve), type(uint256).max)));
        bidder.execute(
            address(engine),
            abi.encodeCall(engine.liquidateInStable, (USDC, _item(), type(uint256).max, "x"))
        );
        require(bidder.done(0) && tokens[ETH].balanceOf(address(bidder)) != 0, "withdrawn");
        require(bidder.refusal(1) == ICreditShared.Entered.selector, "repay is closed");
        require(bidder.refusal(2) == ICreditShared.Entered.selector, "liquidate is closed");
        require(_cash(USDC) != 0, "paid");
    }

    function test_refusals() public {
        uint256 due = reserve.paymentFor(USDC, 1_000e18);
        vm.startPrank(bob);
        _expect(abi.encodeWithSelector(IReserveShared.SlippageExceeded.selector, due, due - 1));
        engine.repayInStable(USDC, 1_000e18, borrower, due - 1);
        _expect(abi.encodeWithSelector(IReserveShared.NotStable.selector, ETH));
        engine.repayInStable(ETH, 1_000e18, borrower, due);
        _expect(abi.encodeWithSelector(ICreditShared.NoDebt.selector, bob));
        engine.repayInStable(USDC, 1_000e18, bob, due);
        _expect(abi.encodeWithSelector(ICreditShared.DebtBelowMinimum.selector, borrower, 50e18, 100e18));
        engine.repayInStable(USDC, 99_950e18, borrower, type(uint256).max);
        vm.stopPrank();
        _expect(abi.encodeWithSelector(IStableTaker.NotEngine.selector, address(this)));
        reserve.collect(USDC, bob, 1_000e18, due);
        feeds[USDC].setDead(true);
        _expect(abi.encodeWithSelector(IReserveShared.PriceUnusable.selector, USDC, 0));
        vm.prank(bob);
        engine.repayInStable(USDC, 1_000e18, borrower, due);
    }

    /// @dev The cap holds here as well; and a huge debt is refused by name.
    function test_staysBelowTheCap() public {
        (, , ReserveTerms memory t) = reserve.assetTerms(USDC);
        t.cap = 1_000e6;
        reserve.setTerms(USDC, t);
        (, , t) = reserve.assetTerms(USDC);
        _expect(abi.encodeWithSelector(IReserveShared.CapExceeded.selector, USDC, 0, t.cap));
        vm.prank(bob);
        engine.repayInStable(USDC, 1_000e18, borrower, type(uint256).max);
        _expect(abi.encodeWithSelector(IReserveShared.CapExceeded.selector, USDC, 0, t.cap));
        reserve.paymentFor(USDC, type(uint128).max);
    }

    /// @dev Repaying in plUSD needs none of that.
    function test_plUsdAlwaysRepays() public {
        feeds[USDC].setDead(true);
        feeds[ETH].setDead(true);
        reserve.pause(USDC, 3);
        vm.prank(alice);
        require(engine.repay(1_000e18, borrower) == 1_000e18, "repaid");
    }

    function _item() private view returns (LiquidationItem[] memory items) {
        items = new LiquidationItem[](1);
        items[0] = LiquidationItem(borrower, type(uint256).max);
    }
}
