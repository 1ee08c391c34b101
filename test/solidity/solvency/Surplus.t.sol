// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBalanceSheet} from "../../../contracts/interfaces/IBalanceSheet.sol";
import {vm} from "../../contracts/Vm.sol";
import {SheetWorld} from "./SheetWorld.sol";

/// @dev What may be streamed out: interest that was paid, fees and yield, less booked losses; never gains of price.
contract SurplusTest is SheetWorld {
    address private constant BACKSTOP = address(0xBA);

    function setUp() public override {
        super.setUp();
        reserve.setCash(ETH, 100 * UNIT);
        reserve.setCash(USDC, 800_000 * UNIT);
        engine.setCollateral(ETH, 1_000 * UNIT);
        _freshen();
    }

    /// @dev Loans are possible again: two looks and a statement.
    function _freshen() private {
        sheet.lookAtCollateral();
        _pass(2 hours);
        sheet.lookAtCollateral();
        sheet.refresh();
    }

    // ---- gains of price

    function test_gainsOfPriceAreNotStreamedOut() public {
        _price(ETH, 20_000e18);
        require(reserve.distribute(BACKSTOP) == 0, "ten times the price, and nothing to distribute");
        reserve.setIncome(5_000e18);
        require(reserve.distribute(BACKSTOP) == 5_000e18, "what was earned");
        _price(ETH, 2_000e18);
        require(_statement().equity == 995_000e18, "so the loss of the gain costs nobody");
        require(reserve.distribute(BACKSTOP) == 0, "once");
    }

    // ---- bounds

    function test_lossesAreMadeGoodFirst() public {
        reserve.setIncome(10_000e18);
        reserve.bookLoss(4_000e18);
        uint256 headroom = _headroom();
        require(reserve.distribute(BACKSTOP) == 6_000e18, "less what was lost");
        require(_headroom() == headroom - 6_000e18, "headroom falls by it");
        reserve.bookLoss(1_000e18);
        reserve.setIncome(10_500e18);
        require(reserve.distribute(BACKSTOP) == 0, "500 earned, 1,000 lost");
        reserve.setIncome(11_000e18);
        require(reserve.distribute(BACKSTOP) == 0, "even");
        reserve.setIncome(11_001e18);
        require(reserve.distribute(BACKSTOP) == 1e18, "and one");
        (uint256 losses, , uint256 released) = sheet.surplusLedger();
        require(losses == 5_000e18 && released == 6_001e18, "ledger");
    }

    function test_noMoreThanEquityAboveWhatIsRequired() public {
        reserve.setIncome(50_000e18);
        // Required 96,000 (12% of 800,000), 120% of it 115,200: with equity 120,000 there are 4,800.
        _supply(880_000e18);
        require(reserve.distribute(BACKSTOP) == 4_800e18, "the smaller");
        require(reserve.distribute(BACKSTOP) == 0, "nothing beyond");
        _price(ETH, 1_000e18);
        require(reserve.distribute(BACKSTOP) == 0, "below it nothing");
    }

    function test_notOnAHoleInPrices() public {
        reserve.setIncome(1_000e18);
        oracle.setDead(ETH, 1_000e18, 2_000e18);
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.NotFullyPriced.selector, ETH));
        reserve.distribute(BACKSTOP);
    }

    // ---- interest

    function test_interestCountsWhenPaid() public {
        address alice = address(0xA1);
        engine.borrow(100_000e18, alice);
        engine.accrue(alice, 5_000e18);
        require(reserve.distribute(BACKSTOP) == 0, "accrued is not paid");
        // The debt is 105,000, 5/105 of it interest; the pace would allow 1,166.
        engine.repay(alice, 21_000e18);
        _pass(7 days);
        require(reserve.distribute(BACKSTOP) == 1_000e18, "of 21,000 a thousand");
        dollar.mint(alice, 10_000e18);
        engine.repay(alice, 84_000e18);
        reserve.distribute(BACKSTOP);
        (, uint256 realised, ) = sheet.surplusLedger();
        _near(realised, 5_000e18, 4, "all of it in the end");
        require(realised <= 5_000e18, "never more");
    }

    /// @dev Somebody turns over the whole book fourteen times: by average cost alone 4,667 of the 5,000 that alice owes would count as paid.
    function test_interestOfOthersCannotBeHurried() public {
        address alice = address(0xA1);
        address bob = address(0xB0);
        engine.borrow(100_000e18, alice);
        require(reserve.distribute(BACKSTOP) == 0, "booked");
        engine.accrue(alice, 5_000e18);
        _pass(22 hours);
        _freshen();
        for (uint256 i; i < 14; ++i) {
            sheet.refresh();
            engine.borrow(105_000e18, bob);
            engine.repay(bob, 105_000e18);
        }
        uint256 first = reserve.distribute(BACKSTOP);
        require(first == uint256(5_000e18) / 30, "a thirtieth a day");
        sheet.refresh();
        engine.borrow(105_000e18, bob);
        engine.repay(bob, 105_000e18);
        require(reserve.distribute(BACKSTOP) == 0, "and nothing twice at once");
        // A long silence is no way around it.
        _pass(300 days);
        _freshen();
        engine.borrow(105_000e18, bob);
        engine.repay(bob, 105_000e18);
        uint256 second = reserve.distribute(BACKSTOP);
        require(second <= ((5_000e18 - first) * 7) / 30 && second > 0, "seven days of it");
        // What was held back is not lost: it counts when it is paid.
        dollar.mint(alice, 5_000e18);
        engine.repay(alice, 105_000e18);
        reserve.distribute(BACKSTOP);
        (, uint256 realised, ) = sheet.surplusLedger();
        _near(realised, 5_000e18, 60, "all of it in the end");
        require(realised <= 5_000e18, "never more");
    }

    function test_absorbedInterestIsNoGainBeyondItsLoss() public {
        address alice = address(0xA1);
        engine.borrow(100_000e18, alice);
        engine.accrue(alice, 5_000e18);
        // All of it absorbed, for collateral worth nothing.
        engine.absorb(alice, address(reserve), 105_000e18);
        engine.bookLoss(105_000e18);
        require(reserve.distribute(BACKSTOP) == 0, "5,000 realised, 105,000 lost");
        (uint256 losses, uint256 realised, ) = sheet.surplusLedger();
        require(losses == 105_000e18 && realised <= 5_000e18, "ledger");
    }

    /// @dev Against the books of each account, and against the formula of decision 16 with nothing left out: many borrowers, interest at random, payments
    /// and absorptions, bookings at random times.
    function testFuzz_averageCost(uint256 seed) public {
        Books memory b;
        b.bookedAt = time - 2 hours; // deployment
        // Backed, or nothing more is lent after a statement.
        reserve.setCash(USDC, 8_000_000 * UNIT);
        dollar.mint(address(0xA0), 1e24);
        dollar.mint(address(0xA1), 1e24);
        dollar.mint(address(0xA2), 1e24);
        for (uint256 i; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            address borrower = address(uint160(0xA0 + ((seed >> 8) % 3)));
            uint256 amount = 1 + ((seed >> 16) % 30_000e18);
            (uint256 principal, uint256 interest) = engine.loans(borrower);
            uint256 owed = principal + interest;
            if (seed % 8 < 3) {
                // The sheet counts loans in steps of 1e-6 plUSD.
                amount -= amount % 1e12;
                if (sheet.available(address(engine), type(uint256).max) < amount) sheet.refresh();
                engine.borrow(amount, borrower);
                b.borrowed += amount;
            } else if (seed % 8 < 5) {
                engine.accrue(borrower, owed / (10 + ((seed >> 200) % 200)));
                b.accrued += owed / (10 + ((seed >> 200) % 200));
            } else if (owed != 0) {
                if (amount > owed) amount = owed;
                if (seed % 8 == 5) engine.absorb(borrower, address(reserve), amount);
                else engine.repay(borrower, amount);
                b.removedEver += amount;
            }
            if ((seed >> 240) % 3 == 0) _compare(b, (seed >> 232) % 12 days);
        }
        // Everything is paid back: realised is what ever accrued.
        for (uint160 i; i < 3; ++i) {
            (uint256 principal, uint256 interest) = engine.loans(address(0xA0 + i));
            dollar.mint(address(0xA0 + i), principal + interest);
            if (principal + interest != 0) engine.repay(address(0xA0 + i), principal + interest);
        }
        _compare(b, 0);
        (, uint256 realised, ) = sheet.surplusLedger();
        require(engine.totalDebt() == 0, "paid");
        require(realised <= b.everAccrued, "more than ever accrued");
        _near(realised, b.everAccrued, 100, "all of it, but for roundings");
    }

    /// @dev Between two bookings, and in all.
    struct Books {
        uint256 principal;
        uint256 debt; // at the last booking
        uint256 bookedAt;
        uint256 borrowed;
        uint256 accrued;
        uint256 realised;
        uint256 everAccrued;
        uint256 removedEver;
    }

    /// @param duration That passes first. {s}
    function _compare(Books memory b, uint256 duration) private {
        if (duration != 0) {
            _pass(duration);
            _freshen();
        }
        uint256 elapsed = time - b.bookedAt;
        b.bookedAt = time;
        uint256 before = b.realised;
        uint256 all = b.debt + b.accrued + b.borrowed;
        uint256 debt = engine.totalDebt();
        uint256 removed = all - debt;
        if (all != 0) {
            uint256 interest = removed - (removed * (b.principal + b.borrowed) + all - 1) / all;
            // At the pace, but for what can be nothing else than interest.
            uint256 most = ((b.debt + b.accrued - b.principal) * (elapsed < 7 days ? elapsed : 7 days)) / 30 days;
            if (interest > most) interest = most;
            if (removed - interest > b.principal + b.borrowed) interest = removed - b.principal - b.borrowed;
            b.principal = b.principal + b.borrowed + interest - removed;
            b.realised += interest;
        }
        b.everAccrued += b.accrued;
        (b.debt, b.borrowed, b.accrued) = (debt, 0, 0);
        reserve.distribute(BACKSTOP);
        (, uint256 realised, ) = sheet.surplusLedger();
        _near(realised, b.realised, 60, "the formula");
        require(realised >= before || before - realised <= 60, "never falls");
        require(realised <= b.everAccrued && realised <= b.removedEver, "only what was paid");
        // What is left of interest is in the accounts: never less than nothing.
        uint256 left;
        for (uint160 i; i < 3; ++i) {
            (uint256 p, uint256 interest) = engine.loans(address(0xA0 + i));
            left += p + interest;
        }
        require(left == debt && debt + 60 >= b.principal, "principal beyond the debt");
    }
}
