// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Kind} from "./SystemBooks.sol";
import {SystemHandler} from "./SystemHandler.sol";

/// @dev The invariant runner acts only through contracts that are defined in the file of the test.
contract Handler is SystemHandler {}

/// @notice DESIGN section 4, invariants 1, 2, 4, 7, 8, 10 and 11, over random histories of the whole protocol
contract SystemInvariantTest {
    Handler private _handler;

    error NeverSucceeded(Kind kind);

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    uint256 private constant KINDS = uint256(type(Kind).max) + 1;

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

    /// hardhat-config: invariant.runs = 32
    /// hardhat-config: invariant.depth = 150
    /// hardhat-config: invariant.failOnRevert = true
    function invariant_theProtocolIsSound() public view {
        _handler.check();
    }

    /// @dev Histories from fixed seeds: no kind of call is always refused.
    function test_everyKindOfCallReallySucceeds() public {
        uint256 seed = 11;
        for (uint256 step; step < 9_000 && (step < 3_000 || _never() < KINDS || _handler.burns() == 0); ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            _act(seed);
            if (step % 50 == 0) _handler.check();
        }
        _handler.exits();
        _handler.check();
        if (_never() < KINDS) revert NeverSucceeded(Kind(_never()));
        require(_handler.burns() != 0, "no deficit was paid for");
    }

    /// @dev The first kind of call that has not succeeded yet; `KINDS` when all have.
    function _never() private view returns (uint256 kind) {
        while (kind < KINDS && _handler.counts(Kind(kind)) != 0) ++kind;
    }

    /// @dev One event, with parameters from a seed.
    function _act(uint256 seed) private {
        uint256 kind = seed % 32;
        (uint256 a, uint256 b, uint256 c) = (seed >> 8, seed >> 24, seed >> 40);
        uint256 d = uint256(keccak256(abi.encode(seed, "d")));
        if (kind < 5) _handler.reserveCall(a, b, c, d);
        else if (kind < 10) _handler.creditCall(a, b, c, d);
        else if (kind < 14) _handler.failing(a, b, c, d);
        else if (kind < 16) _handler.vaultCall(a, b, d);
        else if (kind < 20) _handler.auctionCall(a, b, c, d);
        else if (kind < 22) _handler.stakeCall(a, b, d);
        else if (kind == 22) _handler.depart(a, d);
        else if (kind < 26) _handler.keeperCall(a);
        else if (kind < 28) _handler.price(a, d);
        else if (kind == 28 && b % 4 == 0) _handler.feed(a, d);
        else if (kind == 29 && b % 8 == 0) _handler.exits();
        else if (kind == 30 && b % 8 == 0) _handler.donate(a, b, d);
        else _handler.pass(d);
    }
}
