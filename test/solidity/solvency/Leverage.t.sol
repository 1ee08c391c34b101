// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IIssuanceGate} from "../../../contracts/interfaces/IIssuanceGate.sol";
import {IBalanceSheet, SheetParameters} from "../../../contracts/interfaces/IBalanceSheet.sol";
import {vm} from "../../contracts/Vm.sol";
import {SheetWorld} from "./SheetWorld.sol";

/// @dev Borrow, stake what was borrowed, refresh, borrow more: stake is real capital while it is in. It cannot leave before the loans it stands for are paid.
/// Numbers: a loan requires 8%; equity 100,000, all of it USDC, of which a jump takes 12,000.
contract LeverageTest is SheetWorld {
    function _setUp(uint16 liquidShare) private {
        SheetParameters memory p = _terms();
        (p.loanFloor, p.liquidShare) = (800, liquidShare);
        sheet.setParameters(p);
        reserve.setCash(USDC, 100_000 * UNIT);
        engine.setCollateral(ETH, 1_000 * UNIT);
        sheet.lookAtCollateral();
        _pass(2 hours);
        sheet.lookAtCollateral();
        sheet.refresh();
    }

    function test_stakedLoansCarryLoansButCannotLeave() public {
        _setUp(50);
        require(_headroom() == 88_000e18, "100,000 less 12,000");
        // In one batch: a million, staked, stated.
        engine.borrow(1_000_000e18, address(this));
        require(_headroom() == 8_000e18, "less 8% of a million");
        _stakeHeld(1_000_000e18);
        sheet.refresh();
        require(_headroom() == 1_008_000e18, "1,100,000 of capital less 92,000");
        // So 12.6 million more, not a plUSD beyond.
        engine.borrow(12_600_000e18, address(this));
        require(_headroom() == 0, "consumed");
        vm.expectRevert(abi.encodeWithSelector(IIssuanceGate.IssuanceExceeded.selector, 1, 0));
        engine.borrow(1, address(this));
        sheet.refresh();
        require(_headroom() == 0 && _statement().capital == 1_100_000e18, "all of it is required");
        require(_statement().required == 1_100_000e18, "12,000 and 8% of 13.6 million");

        // The stake cools: it is no capital from this moment on, so it cannot go before the loans do.
        pools.cool(1_000_000e18);
        sheet.refresh();
        require(sheet.capitalShort() && _statement().capital == 100_000e18, "short without it");
        _pass(30 days);
        (, bool covered, ) = sheet.exitTerms();
        require(!covered, "nobody leaves");
        try pools.payOut(address(this), 1_000_000e18) {
            revert("left");
        } catch {}
        engine.repay(address(this), 12_499_999e18);
        (, covered, ) = sheet.exitTerms();
        require(!covered, "a plUSD too many is still lent");
        engine.repay(address(this), 1e18);
        (, covered, ) = sheet.exitTerms();
        require(covered, "1.1 million lent on equity of 100,000: as if nobody had staked");
        pools.payOut(address(this), 1_000_000e18);
        sheet.refresh();
        require(!sheet.capitalShort() && _headroom() == 0, "never short of capital on the way");
    }

    /// @dev With a tenth of the supply in liquid stables it ends at once.
    function test_liquidityStopsTheLoopFirst() public {
        _setUp(1_000);
        engine.borrow(1_000_000e18, address(this));
        _stakeHeld(1_000_000e18);
        sheet.refresh();
        require(_headroom() == 1_008_000e18, "capital there is");
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.LiquidityShort.selector, 1, 0));
        engine.borrow(1, address(this));
    }

    /// @dev In whatever order and sizes: what is lent is never more than capital without what cools can stand, at any refresh of consumed headroom.
    function testFuzz_noOrderLendsMore(uint256 seed) public {
        _setUp(50);
        for (uint256 i; i < 24; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 amount = ((seed >> 8) % 3_000_000) * 1e18;
            uint256 held = dollar.balanceOf(address(this));
            if (seed % 4 == 0) {
                try engine.borrow(amount, address(this)) {} catch {}
            } else if (seed % 4 == 1) {
                _stakeHeld(amount < held ? amount : held);
            } else if (seed % 4 == 2) {
                sheet.refresh();
            } else {
                (uint256 active, , uint256 cooling) = pools.pools();
                if ((seed >> 4) & 1 == 0) pools.cool(amount < active ? amount : active);
                else try pools.payOut(address(this), cooling) {} catch {}
            }
            // Headroom stored never exceeds what a statement of now would give: nothing but a statement raises it.
            require(_headroom() <= _statement().headroom + 1e12, "more than there is");
        }
    }
}
