// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBackstop} from "../../../contracts/interfaces/IBackstop.sol";
import {vm} from "../../contracts/Vm.sol";
import {BackstopFixture} from "./BackstopFixture.sol";

/// @notice The surplus: who may bring it, how it comes in, and that nobody can take it by being there for a moment.
contract StreamTest is BackstopFixture {
    function test_itComesInEvenly() public {
        _stake(ALICE, 100e18);
        reserve.distribute(70e18);
        require(_active() == 100e18 && _streaming() == 70e18, "it came in at once");
        for (uint256 day = 1; day <= 7; ++day) {
            _at(T0 + day * 1 days);
            require(_active() == 100e18 + day * 10e18 && _streaming() == 70e18 - day * 10e18, "not evenly");
        }
        _at(T0 + 8 days);
        require(_active() == 170e18 && _streaming() == 0, "it goes on");
    }

    /// @dev However often it is touched, the same comes in by the same time but for rounding, and all of it in the end.
    function testFuzz_touchingItChangesNothing(uint256 surplus, uint256[8] memory times) public {
        surplus = surplus % 1e27;
        _stake(ALICE, 1e24);
        _give(BOB, 8);
        reserve.distribute(surplus);
        uint256 staked = 1e24;
        for (uint256 i; i < times.length; ++i) {
            _wait(times[i] % 1 days);
            uint256 elapsed = clock - T0;
            uint256 due = elapsed >= STREAM ? surplus : (surplus * elapsed) / STREAM;
            require(_active() <= staked + due && _active() + 10 >= staked + due, "not what is due by now");
            vm.prank(BOB);
            (bool success, ) = address(backstop).call(abi.encodeCall(backstop.deposit, (1, BOB)));
            if (success) ++staked;
        }
        _at(T0 + STREAM);
        require(_active() == staked + surplus && _streaming() == 0, "not all of it in the end");
    }

    function testFuzz_nobodyGainsWithinABlock(uint256 stake, uint256 surplus, uint256 waited) public {
        _stake(ALICE, 1e24);
        reserve.distribute(surplus % 1e27);
        _wait(waited % STREAM);
        stake = 1e6 + (stake % 1e27);
        uint256 shares = _stake(BOB, stake);
        reserve.distribute(surplus % 1e27);
        require(backstop.convertToAssets(shares) <= stake, "a surplus was there for who just came");
    }

    /// @dev Both ends are averaged by amounts: what streams already does not slow down for a trifle, nor hurry.
    function testFuzz_aNewSurplusHardlyMovesTheOld(uint256 amount, uint256 waited) public {
        _stake(ALICE, 1e24);
        reserve.distribute(1e24);
        waited = waited % STREAM;
        _at(T0 + waited);
        uint256 left = _streaming();
        amount = 1 + (amount % 1e27);
        reserve.distribute(amount);
        require(_streaming() == left + amount, "what streams");
        uint256 remaining = STREAM - waited;
        uint256 ends = clock + (left * remaining + amount * STREAM) / (left + amount);
        uint256 before = _active();
        _at(ends - 1);
        require(_streaming() != 0, "over too early");
        _at(ends);
        require(_streaming() == 0 && _active() == before + left + amount, "not over by then");
    }

    function test_dustDoesNotDelayIt() public {
        _stake(ALICE, 1e24);
        reserve.distribute(1e24);
        for (uint256 i; i < 100; ++i) {
            _wait(1 hours);
            reserve.distribute(1);
        }
        _at(T0 + STREAM);
        require(_streaming() == 0, "a unit at a time held it back");
    }

    /// @dev While less than one share is staked it waits, and takes as long afterwards.
    function test_itWaitsForAShare() public {
        _stake(ALICE, 1e18 - 1);
        reserve.distribute(70e18);
        _at(T0 + 100 days);
        require(_streaming() == 70e18, "it went to dust");
        _stake(BOB, 1);
        require(_streaming() == 70e18, "it came in at once");
        _at(T0 + 101 days);
        require(_streaming() == 60e18, "it does not come in");
        // And again when it is left alone.
        _claimAll(ALICE);
        _at(T0 + 102 days);
        require(_streaming() == 60e18, "it went to dust again");
    }

    function test_onlyTheReserveBringsIt() public {
        _reverts(
            abi.encodeCall(backstop.onSurplus, (1)),
            abi.encodeWithSelector(IBackstop.NotModule.selector, address(this)),
            "somebody else"
        );
        _reverts(
            abi.encodeCall(backstop.burnLoss, (1)),
            abi.encodeWithSelector(IBackstop.NotModule.selector, address(this)),
            "somebody else's loss"
        );
    }

    function test_whatWasNotMintedIsRefused() public {
        _stake(ALICE, 100e18);
        _claim(ALICE, 50e24);
        (bool success, bytes memory reason) = address(reserve).call(abi.encodeCall(reserve.pretend, (1)));
        bytes memory missing = abi.encodeWithSelector(IBackstop.SurplusMissing.selector, 1, 100e18, 100e18);
        require(!success && keccak256(reason) == keccak256(missing), "a surplus out of nothing");
    }
}
