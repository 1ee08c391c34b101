// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Faucet} from "../../../contracts/faucet/Faucet.sol";
import {FaucetStakedEther} from "../../../contracts/faucet/FaucetStakedEther.sol";
import {FaucetToken} from "../../../contracts/faucet/FaucetToken.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {vm} from "../../contracts/Vm.sol";

contract FaucetTest {
    address private constant ALICE = address(0xA11CE);
    address private constant BOB = address(0xB0B);

    Faucet private faucet;
    FaucetToken private minted;
    FaucetToken private stocked;

    function setUp() public {
        vm.warp(1_700_000_000);
        faucet = Deploy.faucet(address(this));
        minted = Deploy.faucetToken("Minted", "MNT", 6, address(this));
        stocked = Deploy.faucetToken("Stocked", "STK", 18, address(this));
        minted.setMinter(address(faucet), true);
        stocked.mint(address(faucet), 25);
        faucet.setOffer(address(minted), 1_000, true);
        faucet.setOffer(address(stocked), 10, false);
    }

    function test_handsOutOncePerDayTokenAndAddress() public {
        faucet.claim(address(minted), ALICE);
        assert(minted.balanceOf(ALICE) == 1_000);

        uint256 next = block.timestamp + 1 days;
        vm.expectRevert(abi.encodeWithSelector(Faucet.ClaimedAlready.selector, address(minted), ALICE, next));
        faucet.claim(address(minted), ALICE);

        // Another token and another address are unaffected.
        faucet.claim(address(stocked), ALICE);
        faucet.claim(address(minted), BOB);
        assert(stocked.balanceOf(ALICE) == 10 && minted.balanceOf(BOB) == 1_000);

        vm.warp(next - 1);
        vm.expectRevert(abi.encodeWithSelector(Faucet.ClaimedAlready.selector, address(minted), ALICE, next));
        faucet.claim(address(minted), ALICE);
        vm.warp(next);
        faucet.claim(address(minted), ALICE);
        assert(minted.balanceOf(ALICE) == 2_000);
    }

    function test_claimAllSkipsWhatIsNotDue() public {
        faucet.claim(address(minted), ALICE);
        assert(faucet.claimAll(ALICE) == 1);
        assert(minted.balanceOf(ALICE) == 1_000 && stocked.balanceOf(ALICE) == 10);
        assert(faucet.claimAll(ALICE) == 0);
    }

    function test_refusesWhatItDoesNotOffer() public {
        FaucetToken other = Deploy.faucetToken("Other", "OTH", 18, address(this));
        vm.expectRevert(abi.encodeWithSelector(Faucet.NotOffered.selector, address(other)));
        faucet.claim(address(other), ALICE);
        faucet.setOffer(address(minted), 0, true);
        vm.expectRevert(abi.encodeWithSelector(Faucet.NotOffered.selector, address(minted)));
        faucet.claim(address(minted), ALICE);
        assert(faucet.claimAll(ALICE) == 1);
        vm.expectRevert(abi.encodeWithSelector(Faucet.ZeroAddress.selector));
        faucet.claim(address(stocked), address(0));
    }

    function test_anEmptyStockReverts() public {
        faucet.claim(address(stocked), ALICE);
        faucet.claim(address(stocked), BOB);
        vm.expectRevert(abi.encodeWithSelector(Faucet.OutOfStock.selector, address(stocked), 5, 10));
        faucet.claim(address(stocked), address(0xCA401));
    }

    function test_listsEveryTokenOnce() public {
        faucet.setOffer(address(minted), 5, true);
        address[] memory tokens = faucet.tokens();
        assert(tokens.length == 2 && tokens[0] == address(minted) && tokens[1] == address(stocked));
    }

    function test_onlyTheOwnerSetsOffers() public {
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, ALICE));
        vm.prank(ALICE);
        faucet.setOffer(address(minted), 1, true);
    }

    function test_onlyOwnerAndMintersMint() public {
        assert(minted.decimals() == 6);
        minted.mint(BOB, 1);
        vm.expectRevert(abi.encodeWithSelector(FaucetToken.NotMinter.selector, ALICE));
        vm.prank(ALICE);
        minted.mint(ALICE, 1);
        minted.setMinter(address(faucet), false);
        vm.expectRevert(abi.encodeWithSelector(FaucetToken.NotMinter.selector, address(faucet)));
        faucet.claim(address(minted), ALICE);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, ALICE));
        vm.prank(ALICE);
        minted.setMinter(ALICE, true);
    }

    function test_onlyTheOwnerMovesTheStakingRatio() public {
        FaucetStakedEther staked = Deploy.faucetStakedEther("Staked", "STE", 1.07e18, address(this));
        assert(staked.stEthPerToken() == 1.07e18 && staked.decimals() == 18);
        staked.setStEthPerToken(1.08e18);
        assert(staked.stEthPerToken() == 1.08e18);
        vm.expectRevert(abi.encodeWithSelector(FaucetStakedEther.RatioIsZero.selector));
        staked.setStEthPerToken(0);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, ALICE));
        vm.prank(ALICE);
        staked.setStEthPerToken(2e18);
    }
}
