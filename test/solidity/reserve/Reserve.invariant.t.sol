// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ReserveHandler} from "./ReserveHandler.sol";

/// @dev The invariant runner acts only through contracts that are defined in the file of the test.
contract Handler is ReserveHandler {}

/// @notice DESIGN section 4, invariants 1, 2 and 8 as far as they concern the reserve, over random histories
contract ReserveInvariantTest {
    Handler private _handler;

    function setUp() public {
        _handler = new Handler();
    }

    /// @dev Only the handler acts.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @dev The world's own set-up is no event.
    function excludeSelectors() public view returns (FuzzSelector[] memory excluded) {
        excluded = new FuzzSelector[](1);
        excluded[0].addr = address(_handler);
        excluded[0].selectors = new bytes4[](1);
        excluded[0].selectors[0] = _handler.setUp.selector;
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    /// hardhat-config: invariant.runs = 8
    /// hardhat-config: invariant.depth = 60
    /// hardhat-config: invariant.failOnRevert = true
    function invariant_theReserveIsSound() public view {
        _handler.check();
    }

    /// @dev A history from a fixed seed: shows that the events are not all refused.
    function test_historiesDoRealWork() public {
        uint256 seed = 7;
        for (uint256 step; step < 500; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            _act(seed);
            if (step % 10 == 0) _handler.check();
        }
        _handler.check();
        (
            uint256 issued,
            uint256 redeemed,
            uint256 inKind,
            uint256 invested,
            uint256 divested,
            uint256 losses,
            uint256 absorbed,
            uint256 repaid,
            uint256 exchanged,
            uint256 roundTrips,
            uint256 outages
        ) = _handler.counts();
        require(issued > 10, "issued");
        require(redeemed > 3, "redeemed");
        require(inKind > 5, "redeemed in kind");
        require(invested > 2, "invested");
        require(divested > 2, "divested");
        require(losses > 5, "losses");
        require(absorbed == 1, "absorbed");
        require(repaid > 3, "repaid in a stable");
        require(exchanged > 3, "exchanged");
        require(roundTrips > 5, "round trips");
        require(outages > 5, "outages");
    }

    /// @dev One event, with parameters from a seed.
    function _act(uint256 seed) private {
        uint256 kind = seed % 25;
        uint256 a = seed >> 8;
        uint256 b = seed >> 72;
        uint256 c = seed >> 136;
        bool flag = (seed >> 250) & 1 == 1;
        if (kind < 4) _handler.issue(a, b, c);
        else if (kind < 7) _handler.redeem(a, b, c);
        else if (kind == 7) _handler.redeemInKind(a, b, c);
        else if (kind < 10) _handler.roundTrip(a, b, c, flag);
        else if (kind < 12) _handler.invest(a);
        else if (kind < 14) _handler.divest(a, b);
        else if (kind == 14) _handler.yield(a, b);
        else if (kind == 15) _handler.loss(a, b);
        else if (kind < 18) _handler.price(a, b);
        else if (kind == 18) _handler.kill(a, b % 4 == 0);
        else if (kind == 19) _handler.donate(a, b);
        else if (kind == 20) _handler.absorb(a);
        else if (kind == 21) _handler.repay(a, b, c, flag);
        else if (kind == 22) _handler.exchange(a, b, flag);
        else if (kind == 23) _handler.outage(a, b, c, flag);
        else _handler.pass(a);
    }
}
