// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {CreditHandler} from "./CreditHandler.sol";

/// @dev The invariant runner acts only through contracts that are defined in the file of the test.
contract Handler is CreditHandler {}

/// @notice DESIGN section 4, invariants 1-3 and 5-9 as far as they concern the credit engine, over random histories.
/// @dev What each call must keep is checked by the handler, around the call; see CreditHandler.
contract CreditEngineInvariantTest {
    Handler private _handler;

    function setUp() public {
        _handler = new Handler();
    }

    /// @dev Only the handler acts.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @dev One invariant for everything: the runner plays a set of histories for each one it finds. Handlers catch what may fail, so a
    /// revert in one is a mistake in it, or in what it relies on.
    /// hardhat-config: invariant.runs = 20
    /// hardhat-config: invariant.depth = 150
    /// hardhat-config: invariant.failOnRevert = true
    function invariant_theBookIsSound() public view {
        _handler.check();
    }

    /// @dev A history from a fixed seed: shows that the events above are not all refused, and is a quick invariant run by itself.
    function test_historiesDoRealWork() public {
        uint256 seed = 1;
        for (uint256 step; step < 2_500; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            _act(seed);
            if (step % 10 == 0) _handler.check();
        }
        _handler.check();
        CreditHandler.Counts memory c = _handler.counts();
        require(c.deposits > 100, "deposits");
        require(c.withdrawals > 8, "withdrawals");
        require(c.borrows > 100, "borrows");
        require(c.repayments > 20, "repayments");
        require(c.liquidated > 20, "liquidated");
        require(c.liquidatedPartly > 10, "liquidated in part");
        require(c.liquidatedLess > 10, "liquidated with a maximum");
        require(c.closed > 10, "closed by liquidation");
        require(c.unpricedLiquidated > 5, "liquidated beside an unpriced asset");
        require(c.absorbed > 10, "absorbed");
        require(c.absorbedInsolvent > 5, "absorbed while insolvent");
        require(c.writeOffs > 5, "written off");
        require(c.selfLiquidated > 5, "liquidated themselves");
        require(c.callbacks > 5, "callbacks");
        require(c.flashes > 20, "flash loans");
        require(c.roundTrips > 10, "round trips");
        require(c.probes > 20, "probes");
        require(c.paidOut > 10, "paid out at once");
    }

    /// @dev One event, with parameters from a seed.
    function _act(uint256 seed) private {
        uint256 kind = seed % 32;
        uint256 a = seed >> 8;
        uint256 b = seed >> 72;
        uint256 c = seed >> 136;
        bool flag = (seed >> 250) & 1 == 1;
        if (kind == 0) _handler.deposit(a, b, c, seed >> 16);
        else if (kind < 4) _handler.leverage(a, b, c);
        else if (kind == 4) _handler.withdraw(a, b, c);
        else if (kind < 10) _handler.borrow(a, b);
        else if (kind == 10) _handler.repay(a, b, c);
        else if (kind == 11) _handler.steal(a, b, c);
        else if (kind < 14) _handler.liquidate(a, b, c, flag, b % 2 == 0);
        else if (kind == 14) {
            if (flag) _handler.sink(a, c);
            _handler.selfLiquidate(a, b, c % 2 == 0, flag);
        } else if (kind < 17) _handler.absorb(a, b);
        else if (kind < 19) _handler.movePrice(a, b);
        else if (kind < 21) _handler.sink(a, b);
        else if (kind == 21) _handler.killFeed(a, b);
        else if (kind == 22) _handler.reviveFeeds(a);
        else if (kind == 23) _handler.passTime(a, b);
        else if (kind == 24) _handler.donate(a, b, c);
        else if (kind == 25) _handler.transferDollars(a, b, c);
        else if (kind == 26) _handler.pauseOrNot(a, b);
        else if (kind == 27) _handler.govern(a, b, c);
        else if (kind == 28) _handler.emptyTreasury(a);
        else if (kind == 29) _handler.flash(a, b, c, flag);
        else if (kind == 30) flag ? _handler.roundTripDeposit(a, b, c) : _handler.roundTripBorrow(a, b);
        else _handler.probe(a);
    }
}
