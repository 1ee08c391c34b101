// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBackstop} from "../../../contracts/interfaces/IBackstop.sol";
import {IBalanceSheet, SheetParameters, Statement} from "../../../contracts/interfaces/IBalanceSheet.sol";
import {IIssuanceGate} from "../../../contracts/interfaces/IIssuanceGate.sol";
import {vm} from "../../contracts/Vm.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @notice Borrow, stake what was borrowed, refresh, borrow more, in one batch; then leave after the cooldown.
/// @dev Seed capital of 400,000, all USDC. A loan requires 8%.
contract SystemLeverageTest is SystemWorld {
    function _seed() internal pure override returns (uint256[ASSETS] memory) {
        return [uint256(400_000), 0, 0, 0, 0];
    }

    function _sheetTerms() internal pure override returns (SheetParameters memory p) {
        p = super._sheetTerms();
        (p.loanFloor, p.liquidShare) = (800, 50);
    }

    function setUp() public override {
        super.setUp();
        _give(whale, ETH, _tok(ETH, 40_000));
        vm.prank(whale);
        engine.deposit(ETH, _tok(ETH, 40_000), whale);
        _allow(whale);
        _settle();
    }

    /// @dev Two looks an hour apart know the collateral.
    function _settle() private {
        for (uint256 i; i < 3; ++i) {
            _pass(2 hours);
            _look();
        }
    }

    function _lend(uint256 amount) private returns (bytes4) {
        return _refusal(whale, address(engine), abi.encodeCall(engine.borrow, (amount, whale, whale)));
    }

    /// @dev Each round stakes all that was lent and lends what a new statement allows, until nothing is left: with 8% required and 100% staked the first
    /// round allows 13 times the next. What ends it is collateral (60 million at 75%) and the liquidity rule.
    function test_stakeOfLoansCannotLeaveBeforeTheLoans() public {
        Statement memory first = _statement();
        // Unit of a loan: max(8%, 3 x 5% - 17%) = 8%.
        (, , , uint256 unit, ) = sheet.stored();
        require(unit == 800, "8%");
        uint256 alone = (uint256(first.capital - int256(first.required)) * 10_000) / 800;
        uint256 lent = alone < 3_000_000e18 ? alone : 3_000_000e18;
        require(_lend(lent) == 0, "the first loan");
        _stake(whale, lent);
        sheet.refresh();
        uint256 more = sheet.available(address(engine), ALL);
        require(more > 10 * lent, "stake is real capital while it is in");
        require(_lend(more) == 0, "the second loan");
        require(_lend(1e18) != 0, "not a plUSD beyond");

        // A day later he claims. From then on his stake is no capital, at once.
        _pass(1 days);
        uint256 shares = backstop.balanceOf(whale);
        vm.prank(whale);
        backstop.claim(shares);
        _look();
        Statement memory s = _statement();
        require(s.backstop == 0 && s.cooling >= lent - 1, "cools");
        require(s.capital < int256(s.required) && sheet.capitalShort(), "short without it");
        require(_lend(100e18) == IIssuanceGate.IssuanceExceeded.selector, "no more loans");
        _pass(3 days);
        backstop.markDue(whale);
        _pass(6 hours);
        require(_exit() == IBackstop.CapitalShort.selector, "nobody leaves");

        // He has to pay back down to what equity alone stands for, to the last basis point of it.
        uint256 owed = engine.debtOf(whale);
        uint256 equity = uint256(_statement().equity);
        uint256 fits = ((equity - _statement().jump) * 10_000) / 800;
        vm.startPrank(whale);
        engine.repay(owed - fits + 1_000e18, whale);
        vm.stopPrank();
        require(_exit() == 0, "what is lent is covered without his stake");
        s = _statement();
        require(s.capital >= int256(s.required), "and still is afterwards");
        require(s.cooling == 0 && _balance(whale) >= lent - 1, "he has what he staked, and owes what he always could");
    }

    function _exit() private returns (bytes4) {
        return _refusal(whale, address(backstop), abi.encodeCall(backstop.exit, (whale, whale)));
    }

    /// @dev Staked for one transaction: deposit, refresh, borrow, claim. The claim takes the headroom it gave, and the next statement takes it all.
    function test_stakeOfABatchGivesNothing() public {
        require(_lend(1_000_000e18) == 0, "a loan");
        uint256 without = _headroom();
        uint256 shares = _stake(whale, 1_000_000e18);
        sheet.refresh();
        require(_headroom() > without, "with it");
        vm.prank(whale);
        backstop.claim(shares);
        require(_headroom() <= without + 1e12, "taken back");
        vm.expectRevert(abi.encodeWithSelector(IBackstop.ExceededMaxRedeem.selector, whale, 1, 0));
        vm.prank(whale);
        backstop.redeem(1, whale, whale);
    }

    /// @dev Stable liquidity ends a loop whatever capital says: ell of the supply.
    function test_liquidityEndsTheLoop() public {
        SheetParameters memory p = _sheetTerms();
        p.liquidShare = 1_000;
        sheet.setParameters(p);
        sheet.refresh();
        uint256 room = sheet.available(address(engine), ALL);
        // 400,000 at 0.9975 is a tenth of 3.99 million.
        require(room == 3_990_000e18, "ten times the liquid stables");
        require(_lend(room) == 0, "lent");
        _stake(whale, room);
        sheet.refresh();
        require(_lend(1e18) == IBalanceSheet.LiquidityShort.selector, "the loop ends");
    }
}
