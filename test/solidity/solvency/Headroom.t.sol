// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IIssuanceGate, LOANS} from "../../../contracts/interfaces/IIssuanceGate.sol";
import {IBalanceSheet, SheetParameters, Statement} from "../../../contracts/interfaces/IBalanceSheet.sol";
import {ISolvency} from "../../../contracts/interfaces/ISolvency.sol";
import {PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {BalanceSheet} from "../../../contracts/solvency/BalanceSheet.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {vm} from "../../contracts/Vm.sol";
import {SheetWorld} from "./SheetWorld.sol";

/// @dev What a statement leaves for mints, and what takes it away.
contract HeadroomTest is SheetWorld {
    address private constant BORROWER = address(0xB0);

    /// @dev 100 ether and 500,000 USDC, nothing owed: worth 700,000. VaR of ether alone 12.5%, J 25%: 50,000; of the stables J 12%: 60,000.
    function setUp() public override {
        super.setUp();
        reserve.setCash(ETH, 100 * UNIT);
        reserve.setCash(USDC, 500_000 * UNIT);
        // Ether alone is lent against: loan unit max(2%, 3 x 5% - 15%) = 2%; twice looked at, an hour apart.
        engine.setCollateral(ETH, 1_000 * UNIT);
        sheet.lookAtCollateral();
        _pass(2 hours);
        sheet.lookAtCollateral();
        sheet.refresh();
    }

    // ---- what a statement leaves

    function test_headroomIsCapitalLessRequired() public view {
        Statement memory s = _statement();
        require(s.equity == 700_000e18 && s.capital == 700_000e18, "capital");
        require(s.jump == 60_000e18, "jump");
        require(s.required == 60_000e18 && s.headroom == 640_000e18, "required");
        require(_headroom() == 640_000e18, "stored");
        (, uint256 borrowable, uint256 takenAt, uint256 loanUnit, bool short) = sheet.stored();
        // ell 10%: ten times the stables, as nothing is owed.
        require(borrowable == 5_000_000e18, "borrowable");
        require(takenAt == T0 + 2 hours && loanUnit == 200 && !short, "rest");
        require(sheet.unitRequirement(ETH) == 2_500 && sheet.unitRequirement(USDC) == 1_200, "units");
        require(sheet.collateralShares()[ETH] == 10_000, "shares");
    }

    function test_beforeTheFirstStatementThereIsNone() public {
        sheet.setModules(address(reserve), address(pools), address(risk));
        require(sheet.available(address(engine), LOANS) == 0 && sheet.capitalShort(), "available");
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.StatementStale.selector, 0, 1 hours));
        engine.borrow(1e18, BORROWER);
    }

    // ---- consumed by every mint

    function test_aLoanConsumesItsLoanPart() public {
        engine.borrow(1_000_000e18, BORROWER);
        require(_headroom() == 640_000e18 - 20_000e18, "headroom");
        (, uint256 borrowable, , , ) = sheet.stored();
        require(borrowable == 4_000_000e18, "borrowable");
    }

    function test_anIssueConsumesWhatComesInRequires() public {
        reserve.issue(USDC, 1_000_000 * UNIT, 1_000_000e18, BORROWER);
        require(_headroom() == 640_000e18 - 120_000e18, "headroom");
        (, uint256 borrowable, , , ) = sheet.stored();
        require(borrowable == 5_000_000e18, "stables that come in count at the next statement");
    }

    function test_availableIsWhatFits() public {
        uint256 most = sheet.available(address(reserve), USDC);
        _near(most, uint256(640_000e18 * 10_000) / 1_200, 1e15, "issue");
        require(sheet.available(address(engine), LOANS) == 5_000_000e18, "lending is bounded by liquid stables");
        require(
            sheet.available(address(reserve), LOANS) == 0 && sheet.available(address(engine), USDC) == 0,
            "issuers"
        );
        reserve.issue(USDC, 0, most, BORROWER);
        vm.expectRevert(
            abi.encodeWithSelector(
                IIssuanceGate.IssuanceExceeded.selector,
                1e18,
                sheet.available(address(reserve), USDC)
            )
        );
        reserve.issue(USDC, 0, 1e18, BORROWER);
    }

    /// @dev Whatever is minted in whatever pieces, headroom falls by no less than its requirement, and never by 0.
    function testFuzz_piecesConsumeNoLessThanTheWhole(uint256 seed, uint256 amount, uint256 parts) public {
        amount = 1 + (amount % 4_000_000e18);
        parts = 1 + (parts % 16);
        uint256 before = _headroom();
        uint256 minted;
        for (uint256 i; i < parts; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 piece = i + 1 == parts ? amount - minted : seed % (amount - minted + 1);
            uint256 left = _headroom();
            engine.borrow(piece, BORROWER);
            require(_headroom() < left, "a mint for nothing");
            minted += piece;
        }
        require((before - _headroom()) * 10_000 >= amount * 200, "consumed less than required");
        require((before - _headroom()) * 10_000 <= amount * 200 + parts * 1e12 * 10_000, "consumed far more");
    }

    function test_nothingIsMintedOnAHeadroomOfZero() public {
        // 500,000 supply more: equity 200,000; then bitcoin's worth of capital is lost.
        reserve.bookLoss(640_000e18);
        require(_headroom() == 0, "headroom");
        vm.expectRevert(abi.encodeWithSelector(IIssuanceGate.IssuanceExceeded.selector, 1, 0));
        engine.borrow(1, BORROWER);
        vm.expectRevert(abi.encodeWithSelector(IIssuanceGate.IssuanceExceeded.selector, 1, 0));
        reserve.issue(USDC, 0, 1, BORROWER);
        // Nothing for nothing either.
        vm.expectRevert(abi.encodeWithSelector(IIssuanceGate.IssuanceExceeded.selector, 0, 0));
        engine.borrow(0, BORROWER);
    }

    function test_onlyIssuersConsume() public {
        vm.expectRevert(abi.encodeWithSelector(IIssuanceGate.NotIssuer.selector, address(this)));
        sheet.consume(LOANS, 1);
        vm.expectRevert(abi.encodeWithSelector(IIssuanceGate.NotIssuer.selector, address(this)));
        sheet.consume(USDC, 1);
        vm.prank(address(engine));
        vm.expectRevert(abi.encodeWithSelector(IIssuanceGate.NotIssuer.selector, address(engine)));
        sheet.consume(USDC, 1);
        vm.prank(address(reserve));
        vm.expectRevert(abi.encodeWithSelector(IIssuanceGate.NotIssuer.selector, address(reserve)));
        sheet.consume(LOANS, 1);
        vm.expectRevert(abi.encodeWithSelector(IIssuanceGate.NotIssuer.selector, address(this)));
        sheet.bookLoss(1);
        vm.expectRevert(abi.encodeWithSelector(IIssuanceGate.NotIssuer.selector, address(this)));
        sheet.bookExposure(1);
        vm.expectRevert(abi.encodeWithSelector(ISolvency.NotModule.selector, address(this)));
        sheet.onCooldown(1);
        vm.expectRevert(abi.encodeWithSelector(ISolvency.NotModule.selector, address(this)));
        sheet.releaseSurplus(1);
    }

    // ---- stale

    function test_aStatementCountsForAnHour() public {
        _pass(1 hours);
        engine.borrow(1e18, BORROWER);
        require(!sheet.capitalShort(), "not short");
        _pass(1);
        require(sheet.capitalShort(), "stale is short");
        require(sheet.available(address(engine), LOANS) == 0, "available");
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.StatementStale.selector, T0 + 2 hours, 1 hours));
        engine.borrow(1e18, BORROWER);
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.StatementStale.selector, T0 + 2 hours, 1 hours));
        reserve.issue(USDC, 0, 1e18, BORROWER);
        // Anyone, in the same batch.
        sheet.refresh();
        engine.borrow(1e18, BORROWER);
    }

    // ---- lowered, floored

    function test_lossesExposureAndCooldownLowerIt() public {
        reserve.bookLoss(10_000e18);
        require(_headroom() == 630_000e18, "loss of the reserve");
        engine.bookLoss(10_000e18);
        require(_headroom() == 620_000e18, "loss of the engine");
        // The largest unit is ether's and bitcoin's, 25%.
        reserve.bookExposure(100_000e18);
        require(_headroom() == 595_000e18, "exposure");
        _stake(50_000e18);
        pools.cool(50_000e18);
        require(_headroom() == 545_000e18, "cooldown");
        (uint256 losses, , ) = sheet.surplusLedger();
        require(losses == 20_000e18, "losses");
    }

    function testFuzz_noSizeMakesABookingRevert(uint256 amount) public {
        uint256 before = _headroom();
        reserve.bookLoss(amount);
        uint256 after_ = _headroom();
        require(after_ == 0 || after_ + amount <= before, "floored at 0, rounded up");
        reserve.bookExposure(amount);
        reserve.bookLoss(type(uint256).max);
        reserve.bookExposure(type(uint256).max);
        require(_headroom() == 0, "everything");
        sheet.refresh();
        require(_headroom() == 640_000e18, "a statement restores what is there");
    }

    // ---- unpriced, disagreeing

    function test_whatIsUnpricedCountsNothing() public {
        oracle.setDead(USDC, 1e18, 1e18);
        sheet.refresh();
        Statement memory s = _statement();
        require(s.reserve == 200_000e18 && s.equity == 200_000e18 && !s.fullyPriced, "counted");
        require(_headroom() == 150_000e18, "25% of ether required");
        (, uint256 borrowable, , , ) = sheet.stored();
        require(borrowable == 0, "no liquid stable");
        // Issuing against it is refused by the reserve, which asks for its price; ether has one.
        require(sheet.available(address(reserve), ETH) == 600_000e18, "25% of it");
    }

    function test_disagreeingSourcesCountNothingEither() public {
        oracle.set(ETH, 1_900e18, 2_100e18, PriceStatus.Disagreeing);
        sheet.refresh();
        require(_statement().reserve == 500_000e18 && !_statement().fullyPriced, "counted");
        require(_statement().midEquity == 700_000e18, "mid is told all the same");
        require(_headroom() == 440_000e18, "12% of USDC required");
    }

    function test_anAssetWithoutRequirementIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.AssetWithoutRequirement.selector, 7));
        reserve.issue(7, 0, 1e18, BORROWER);
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.AssetWithoutRequirement.selector, 16));
        reserve.issue(16, 0, 1e18, BORROWER);
        require(sheet.available(address(reserve), 16) == 0 && sheet.unitRequirement(16) == 0, "views");
    }

    // ---- short

    function test_belowRequiredNothingIsMintedUntilCapitalIsBack() public {
        // Equity 700,000 - 660,000 = 40,000 against 60,000 required.
        _supply(660_000e18);
        sheet.refresh();
        (, , , , bool short) = sheet.stored();
        require(short && sheet.capitalShort() && _headroom() == 0, "short");
        vm.expectRevert(abi.encodeWithSelector(IIssuanceGate.IssuanceExceeded.selector, 1e18, 0));
        engine.borrow(1e18, BORROWER);
        _stakeHeld(30_000e18);
        sheet.refresh();
        require(!sheet.capitalShort() && _headroom() == 10_000e18, "staked plUSD is capital");
        pools.setPools(0, 30_000e18, 0);
        sheet.refresh();
        require(_headroom() == 10_000e18, "also while it streams");
        pools.setPools(0, 0, 30_000e18);
        sheet.refresh();
        require(_headroom() == 0 && sheet.capitalShort(), "but not while it cools");
    }

    // ---- ell

    function test_noBorrowingBelowTheLiquidShare() public {
        // Of 500,000 in stables 450,000 go into a vault: 50,000 for 10% of the supply, so 500,000 may be lent.
        reserve.setCash(USDC, 50_000 * UNIT);
        reserve.setVaulted(USDC, 450_000 * UNIT);
        sheet.refresh();
        (, uint256 borrowable, , , ) = sheet.stored();
        require(borrowable == 500_000e18, "borrowable");
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.LiquidityShort.selector, 500_000e18 + 1, 500_000e18));
        engine.borrow(500_000e18 + 1, BORROWER);
        engine.borrow(500_000e18, BORROWER);
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.LiquidityShort.selector, 1, 0));
        engine.borrow(1, BORROWER);
        // Issuing brings its own stables.
        reserve.issue(USDC, 100_000 * UNIT, 100_000e18, BORROWER);
        sheet.refresh();
        (, borrowable, , , ) = sheet.stored();
        require(borrowable == 900_000e18, "150,000 for 600,000");
    }

    function test_stablesThatAreUnpricedAreNotLiquid() public {
        reserve.setCash(USDT, 100_000 * UNIT);
        oracle.set(USDC, 0.98e18, 1.02e18, PriceStatus.Disagreeing);
        sheet.refresh();
        (, uint256 borrowable, , , ) = sheet.stored();
        require(borrowable == 1_000_000e18, "only the other one");
    }

    // ---- whose collateral counts

    function test_aFlashDepositMovesNoShare() public {
        // Bitcoin worth a hundred times the ether: gone again within the hour.
        _pass(2 hours);
        engine.setCollateral(BTC, 5_000 * UNIT);
        sheet.lookAtCollateral();
        require(sheet.collateralShares()[BTC] == 0, "counts nothing at its first look");
        engine.setCollateral(BTC, 0);
        _pass(2 hours);
        sheet.lookAtCollateral();
        require(sheet.collateralShares()[BTC] == 0, "gone by the second");
        // What was there falls no faster than its pace, 1% an hour, but rises back at once.
        require(sheet.collateralShares()[ETH] >= 9_800, "ether");
    }

    function test_looksAreAnHourApartWhateverTheClockSays() public {
        // 14 seconds before a full hour, and right after it.
        uint256 hour = (time / 1 hours + 3) * 1 hours;
        _pass(hour - 14 - time);
        engine.setCollateral(BTC, 50 * UNIT);
        sheet.lookAtCollateral();
        _pass(15);
        sheet.lookAtCollateral();
        require(sheet.collateralShares()[BTC] == 0, "no second look after 15 seconds");
        _pass(1 hours - 2);
        sheet.lookAtCollateral();
        require(sheet.collateralShares()[BTC] == 0, "nor before a full hour");
        _pass(1);
        sheet.lookAtCollateral();
        require(sheet.collateralShares()[BTC] == 5_000, "but then");
    }

    function test_nothingIsLentOnAnOldLook() public {
        _pass(3 hours);
        sheet.refresh();
        engine.borrow(1e18, BORROWER);
        _pass(1 hours);
        sheet.refresh();
        require(sheet.available(address(engine), LOANS) == 0, "available");
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.CollateralNotSeen.selector, 3, 2));
        engine.borrow(1e18, BORROWER);
        // Issuing does not depend on it.
        reserve.issue(USDC, UNIT, 1e18, BORROWER);
        sheet.lookAtCollateral();
        engine.borrow(1e18, BORROWER);
    }

    function test_beforeTheFirstLookALoanRequiresAllOfItself() public {
        BalanceSheet other = Deploy.balanceSheet(address(manager), address(engine), address(dollar), _terms());
        other.setModules(address(reserve), address(pools), address(risk));
        engine.setDebt(100_000e18);
        require(other.statement().loanPart == 100_000e18, "all of it");
    }

    function test_aLookMeasuresWhatIsNewAtOnce() public {
        // Right after another look: shares are not sampled again, requirements are.
        sheet.setJump(ETH, 4_000);
        engine.setCollateral(BTC, 5_000 * UNIT);
        sheet.lookAtCollateral();
        require(sheet.unitRequirement(ETH) == 4_000, "unit");
        require(sheet.collateralShares()[ETH] == 10_000 && sheet.collateralShares()[BTC] == 0, "shares");
    }

    function test_sharesFallAtTheirPace() public {
        _pass(2 hours);
        engine.setCollateral(BTC, 50 * UNIT);
        sheet.lookAtCollateral();
        uint256 ether1 = sheet.collateralShares()[ETH];
        require(ether1 == 9_800 || ether1 == 9_900, "24% a day, 1% an hour");
        _pass(10 hours);
        sheet.lookAtCollateral();
        require(sheet.collateralShares()[BTC] == 5_000, "rises to the smaller of two looks");
        uint256 ether2 = sheet.collateralShares()[ETH];
        require(ether1 - ether2 >= 900 && ether1 - ether2 <= 1_000, "ten hours of it");
        _pass(10 days);
        sheet.lookAtCollateral();
        require(sheet.collateralShares()[ETH] == 5_000, "down to what is there");
    }

    function test_absorbedCreditIsNobodysCollateral() public {
        // Half of the ether in the ledger is the reserve's own by now.
        engine.setCollateral(BTC, 25 * UNIT);
        engine.pushCredit(address(reserve), ETH, 500 * UNIT);
        _pass(2 hours);
        sheet.lookAtCollateral();
        _pass(2 hours);
        sheet.lookAtCollateral();
        require(sheet.collateralShares()[BTC] == 5_000, "half");
    }

    function test_withoutCollateralTheMostDemandingAssetIsAssumed() public {
        // A new sheet: nothing was looked at. Ether 5% x 3 - 15% is below the floor; with longer horizons it is not.
        SheetParameters memory p = _terms();
        p.loanHorizon = 96;
        sheet.setParameters(p);
        engine.setCollateral(BTC, 0);
        engine.setCollateral(ETH, 0);
        _pass(100 days);
        sheet.lookAtCollateral();
        _pass(100 days);
        sheet.lookAtCollateral();
        require(sheet.collateralShares()[ETH] == 0, "nothing left");
        (, , , uint256 loanUnit, ) = sheet.stored();
        // Ether: 3 x 5% x 2 - 15% = 15%; bitcoin 9%.
        require(loanUnit >= 1_500 && loanUnit <= 1_501, "ether's");
    }

    // ---- quiet

    function test_noStatementWhileSomethingIsEntered() public {
        engine.setEntered(true);
        vm.expectRevert(abi.encodeWithSelector(ISolvency.Entered.selector, address(engine)));
        sheet.refresh();
        engine.setEntered(false);
        reserve.setEntered(true);
        vm.expectRevert(abi.encodeWithSelector(ISolvency.Entered.selector, address(reserve)));
        sheet.refresh();
        reserve.setEntered(false);
        pools.setEntered(true);
        vm.expectRevert(abi.encodeWithSelector(ISolvency.Entered.selector, address(pools)));
        sheet.refresh();
        vm.expectRevert(abi.encodeWithSelector(ISolvency.Entered.selector, address(pools)));
        sheet.riskBudget();
        vm.expectRevert(abi.encodeWithSelector(ISolvency.Entered.selector, address(pools)));
        sheet.exitTerms();
        vm.prank(address(pools));
        sheet.exitTerms();
    }

    // ---- what else it tells

    function test_holdingsCountAbsorbedCreditOnce() public {
        engine.pushCredit(address(reserve), ETH, 300 * UNIT);
        reserve.setVaulted(ETH, 50 * UNIT);
        uint256[] memory amounts = sheet.holdings((1 << ETH) | (1 << USDC) | (1 << 9));
        require(amounts[0] == (1_000 + 100 + 50) * UNIT, "collateral (credit is part of it), cash, vaults");
        require(amounts[1] == 500_000 * UNIT && amounts[2] == 0, "others");
    }

    function test_liabilities() public {
        engine.borrow(100_000e18, BORROWER);
        _stake(30_000e18);
        pools.setPools(10_000e18, 15_000e18, 5_000e18);
        (uint256 loans, uint256 owed) = sheet.liabilities();
        require(loans == 100_000e18 && owed == 100_000e18, "all Backstop assets are no liability");
    }
}
