// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IBackstop} from "../../../contracts/interfaces/IBackstop.sol";
import {vm} from "../../contracts/Vm.sol";
import {BackstopFixture} from "./BackstopFixture.sol";

/// @notice Losses burned: in which order, to what end, and what comes after a total one.
contract WipeTest is BackstopFixture {
    function _burn(uint256 amount) private returns (uint256 burned) {
        uint256 held = dollar.balanceOf(address(backstop));
        uint256 supply = dollar.totalSupply();
        burned = sheet.settle(amount);
        require(burned <= amount, "more was burned than asked");
        require(dollar.totalSupply() == supply - burned, "the supply did not fall by it");
        require(dollar.balanceOf(address(backstop)) == held - burned, "it was not the Backstop's");
    }

    function testFuzz_firstTheStreamThenBothPoolsAlike(uint256 cooling, uint256 surplus, uint256 loss) public {
        _stake(ALICE, 1_000e18);
        cooling = 1e6 + (cooling % (1_000e24 - 1e6));
        _claim(ALICE, cooling);
        surplus = surplus % 1_000e18;
        reserve.distribute(surplus);
        (uint256 active, , uint256 cools) = backstop.pools();
        loss = loss % (999e18 + surplus);
        require(_burn(loss) == loss, "not all of it");
        (uint256 activeLeft, uint256 streamLeft, uint256 coolsLeft) = backstop.pools();
        uint256 rest = loss > surplus ? loss - surplus : 0;
        require(streamLeft == surplus - (loss - rest), "the stream was not first");
        if (backstop.claimOf(ALICE).units == 0) return; // so little cooled that nothing was left of it
        require(active - activeLeft + cools - coolsLeft == rest, "not the rest of it");
        _near(cools - coolsLeft, (rest * cools) / 1_000e18, 1, "not alike");
        require((cools - coolsLeft) * 1_000e18 >= rest * cools, "rounded in favour of who leaves");
    }

    function test_aWipeVoidsSharesAndClaims() public {
        _stake(ALICE, 100e18);
        _stake(BOB, 100e18);
        _claim(ALICE, 40e24);
        vm.prank(BOB);
        backstop.approve(CAROL, 7);
        require(backstop.epoch() == 1, "first epoch");
        sheet.setEquity(-500e18);
        require(_burn(500e18) == 200e18, "not everything");
        require(sheet.equity() == -300e18, "the rest is not the Backstop's");
        require(backstop.epoch() == 2, "no new epoch");
        require(backstop.totalSupply() == 0 && _all() == 0, "something is left");
        require(backstop.balanceOf(ALICE) == 0 && backstop.balanceOf(BOB) == 0, "old shares count");
        require(backstop.claimOf(ALICE).units == 0, "an old claim counts");

        bytes memory none = abi.encodeWithSelector(IBackstop.NoClaim.selector, ALICE);
        _reverts(abi.encodeCall(backstop.markDue, (ALICE)), none, "marked an old claim");
        _reverts(abi.encodeCall(backstop.restake, (ALICE)), none, "re-staked an old claim");
        vm.prank(ALICE);
        _reverts(abi.encodeCall(backstop.release, ()), none, "released an old claim");
        vm.prank(BOB);
        _reverts(
            abi.encodeCall(backstop.transfer, (CAROL, 1)),
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, BOB, 0, 1),
            "moved an old share"
        );
    }

    function test_lifeAfterAWipe() public {
        _stake(ALICE, 100e18);
        _claim(ALICE, 40e24);
        _burn(100e18);
        // At the price of the start; what she held before is gone, not added.
        require(_stake(ALICE, 5e18) == 5e24, "shares");
        require(backstop.balanceOf(ALICE) == 5e24 && backstop.totalSupply() == 5e24, "old shares came back");
        require(_leave(ALICE) == 5e18, "an exit in the new epoch");
        _stake(BOB, 1e18);
        vm.prank(BOB);
        backstop.transfer(CAROL, 1e24);
        require(backstop.balanceOf(CAROL) == 1e24, "a transfer in the new epoch");
    }

    /// @dev What is left is next to nothing by the price of the start, and goes to those who come after.
    function test_theTrifleThatIsLeftStreamsToWhoComesAfter() public {
        _stake(ALICE, 1_000_000e18);
        require(_burn(1_000_000e18 - 0.9e18) == 1_000_000e18 - 0.9e18, "burned");
        require(backstop.epoch() == 2 && backstop.balanceOf(ALICE) == 0, "no wipe below a millionth");
        require(_streaming() == 0.9e18 && _active() == 0, "the trifle does not stream");
        _stake(BOB, 1e18);
        _wait(STREAM);
        _near(_active(), 1.9e18, 0, "it did not come in");
    }

    function test_aMillionthIsEnough() public {
        _stake(ALICE, 1_000_000e18);
        _burn(1_000_000e18 - 1.1e18);
        require(backstop.epoch() == 1, "a wipe above a millionth");
        _near(backstop.convertToAssets(backstop.balanceOf(ALICE)), 1.1e18, 2, "what is left is not hers");
        // Shares are cheap now: who comes gets what he pays for.
        _stake(BOB, 1e26);
        _near(backstop.convertToAssets(backstop.balanceOf(BOB)), 1e26, 1, "a stake after a loss");
        // 128 bits of shares are nearly used up; the maximum says so.
        require(backstop.maxDeposit(BOB) < 3e26, "room that is not there");
    }

    /// @dev A share worth less than the smallest unit stays behind when all others cool. A loss must not take it for a wipe.
    function test_dustIsNoReasonToVoidAnything() public {
        _stake(ALICE, 1_000e18);
        _burn(500e18);
        _claim(ALICE, 1_000e24 - 1);
        require(backstop.totalSupply() == 1 && _active() == 0, "a share and nothing for it");
        _burn(10e18);
        require(backstop.epoch() == 1, "dust was wiped");
        require(_coolingPool() == 490e18, "what cools");
        _mark(ALICE);
        _settle(ALICE);
        _near(_exit(ALICE), 490e18, 3, "paid");
    }

    /// @dev New claims in a pool that cools at a small price are hit by a loss that voids claims; shares at their own price are not.
    function test_claimsAreVoidedApartFromShares() public {
        _stake(ALICE, 1_000_000e18);
        _claimAll(ALICE);
        // All cools: a loss of all but a trifle.
        _burn(1_000_000e18 - 0.5e18);
        require(backstop.epoch() == 1, "shares were voided");
        require(backstop.claimOf(ALICE).units == 0 && _coolingPool() == 0, "claims were not voided");
        require(_streaming() == 0.5e18, "the trifle does not stream");
        // A new claim starts at a price of one.
        _stake(BOB, 10e18);
        require(_claim(BOB, 5e24) == 5e18, "a claim afterwards");
        require(backstop.claimOf(BOB).units == 5e18, "units afterwards");
    }

    function testFuzz_anyLossesInARow(uint256[6] memory losses, uint256 seed) public {
        for (uint256 i; i < losses.length; ++i) {
            if ((seed >> i) & 1 == 1) _stake(ALICE, 1e18 + (losses[i] % 1e24));
            if ((seed >> (8 + i)) & 1 == 1) _stake(BOB, 1 + (losses[i] % 1e20));
            if ((seed >> (16 + i)) & 1 == 1 && backstop.claimOf(ALICE).units == 0) {
                uint256 shares = backstop.balanceOf(ALICE);
                if (backstop.convertToAssets(shares) != 0) _claim(ALICE, shares);
            }
            uint256 all = _all();
            uint256 loss = losses[i] % (all + all / 10 + 1);
            require(_burn(loss) == (loss < all ? loss : all), "burned");
            require(_all() == dollar.balanceOf(address(backstop)), "the books are not what is held");
            require(
                backstop.balanceOf(ALICE) + backstop.balanceOf(BOB) == backstop.totalSupply(),
                "the supply is not the sum of balances"
            );
        }
    }
}
