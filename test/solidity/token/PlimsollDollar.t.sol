// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IPlimsollDollar} from "../../../contracts/interfaces/IPlimsollDollar.sol";
import {PlimsollDollar} from "../../../contracts/token/PlimsollDollar.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {vm} from "../../contracts/Vm.sol";

/// @dev Levels, caps and balances. The test contract is the governor; facilitators and holders are plain addresses.
contract PlimsollDollarTest {
    address private constant CREDIT = address(0xC4ED17);
    address private constant RESERVE = address(0x4E5E4E);
    address private constant OUTSIDER = address(0x0507);
    address private constant ALICE = address(0xA11CE);
    address private constant BOB = address(0xB0B);

    uint256 private constant CAP = 1_000_000e18;

    AccessManager private manager;
    PlimsollDollar private dollar;

    function setUp() public {
        manager = Deploy.accessManager(address(this));
        dollar = Deploy.plimsollDollar(address(manager));
        dollar.setFacilitator(CREDIT, CAP);
        dollar.setFacilitator(RESERVE, CAP);
    }

    // ---- mint

    function testFuzz_mintRaisesLevelBalanceAndSupplyAlike(uint256 amount) public {
        amount %= CAP + 1;
        _mint(CREDIT, ALICE, amount);
        require(dollar.level(CREDIT) == int256(amount), "level");
        require(dollar.balanceOf(ALICE) == amount, "balance");
        require(dollar.totalSupply() == amount, "supply");
    }

    function testFuzz_mintStopsExactlyAtTheCap(uint256 cap, uint256 first, uint256 second) public {
        cap = 1 + (cap % dollar.MAX_CAP());
        first %= cap + 1;
        second %= 2 * (cap + 1);
        dollar.setFacilitator(CREDIT, cap);
        _mint(CREDIT, ALICE, first);
        if (first + second > cap) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IPlimsollDollar.FacilitatorCapExceeded.selector,
                    CREDIT,
                    int256(first + second),
                    cap
                )
            );
        }
        _mint(CREDIT, ALICE, second);
        if (first + second <= cap) require(dollar.level(CREDIT) == int256(first + second), "level");
    }

    function test_mintBeyond128BitsIsRefusedByAmount() public {
        uint256 most = uint128(type(int128).max);
        dollar.setFacilitator(CREDIT, dollar.MAX_CAP());
        uint256[3] memory amounts = [most + 1, 1 << 128, type(uint256).max];
        for (uint256 i; i < amounts.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IPlimsollDollar.AmountTooLarge.selector, amounts[i], most));
            _mint(CREDIT, ALICE, amounts[i]);
        }
        // The largest amount that passes that check is stopped by the cap, with the level it would have led to.
        vm.expectRevert(
            abi.encodeWithSelector(
                IPlimsollDollar.FacilitatorCapExceeded.selector,
                CREDIT,
                int256(most),
                dollar.MAX_CAP()
            )
        );
        _mint(CREDIT, ALICE, most);
    }

    function test_onlyFacilitatorsMintBurnAndMoveLevels() public {
        _mint(CREDIT, ALICE, 1e18);
        bytes memory refusal = abi.encodeWithSelector(IPlimsollDollar.NotFacilitator.selector, OUTSIDER);
        vm.expectRevert(refusal);
        _mint(OUTSIDER, ALICE, 0);
        vm.expectRevert(refusal);
        _burn(OUTSIDER, ALICE, 0);
        vm.expectRevert(refusal);
        _moveLevel(OUTSIDER, CREDIT, 0);
        vm.expectRevert(refusal);
        _moveLevel(CREDIT, OUTSIDER, 0);
        // A holder is no facilitator of his own money either.
        vm.expectRevert(abi.encodeWithSelector(IPlimsollDollar.NotFacilitator.selector, ALICE));
        _burn(ALICE, ALICE, 1);
    }

    function test_mintToAndBurnFromTheZeroAddressAreRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        _mint(CREDIT, address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidSender.selector, address(0)));
        _burn(CREDIT, address(0), 0);
    }

    // ---- burn

    function testFuzz_burnTakesTheLevelBelowZero(uint256 minted, uint256 burned) public {
        minted %= CAP + 1;
        burned %= minted + 1;
        _mint(RESERVE, ALICE, minted);
        _burn(CREDIT, ALICE, burned);
        require(dollar.level(CREDIT) == -int256(burned), "the burner's level");
        require(dollar.level(RESERVE) == int256(minted), "the other's level");
        require(dollar.totalSupply() == minted - burned, "supply");
        require(dollar.balanceOf(ALICE) == minted - burned, "balance");
    }

    function testFuzz_mintFromBelowZeroReachesTheCapExactly(uint256 burned) public {
        burned = 1 + (burned % CAP);
        _mint(RESERVE, ALICE, CAP);
        _burn(CREDIT, ALICE, burned);
        // Room is cap - level: a level below zero leaves more than the cap.
        _mint(CREDIT, BOB, CAP + burned);
        require(dollar.level(CREDIT) == int256(CAP), "level");
        vm.expectRevert(
            abi.encodeWithSelector(IPlimsollDollar.FacilitatorCapExceeded.selector, CREDIT, int256(CAP + 1), CAP)
        );
        _mint(CREDIT, BOB, 1);
    }

    function testFuzz_burnBeyondTheBalanceIsRefused(uint256 balance, uint256 amount) public {
        balance %= CAP + 1;
        vm.assume(amount > balance);
        _mint(CREDIT, ALICE, balance);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, ALICE, balance, amount));
        _burn(CREDIT, ALICE, amount);
    }

    function test_capOfZeroStopsMintingAndLeavesBurning() public {
        _mint(CREDIT, ALICE, 5e18);
        dollar.setFacilitator(CREDIT, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IPlimsollDollar.FacilitatorCapExceeded.selector, CREDIT, int256(5e18 + 1), 0)
        );
        _mint(CREDIT, ALICE, 1);
        _burn(CREDIT, ALICE, 5e18);
        require(dollar.totalSupply() == 0, "supply");
        require(dollar.isFacilitator(CREDIT), "still listed");
    }

    /// @dev Interest that was repaid takes a level below zero; that is no room where minting was stopped.
    function test_capOfZeroStopsMintingBelowZeroToo() public {
        _mint(RESERVE, ALICE, 5e18);
        _burn(CREDIT, ALICE, 5e18);
        dollar.setFacilitator(CREDIT, 0);
        for (uint256 amount; amount < 3; ++amount) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IPlimsollDollar.FacilitatorCapExceeded.selector,
                    CREDIT,
                    int256(amount) - 5e18,
                    0
                )
            );
            _mint(CREDIT, ALICE, amount);
        }
        dollar.setFacilitator(CREDIT, 1);
        _mint(CREDIT, ALICE, 5e18 + 1);
    }

    // ---- facilitators of later votes

    function testFuzz_oneListedLaterBurnsOnlyWhatItWasAllowed(uint256 minted, uint256 allowed) public {
        minted = 1 + (minted % CAP);
        allowed %= minted;
        dollar.setFacilitator(OUTSIDER, CAP);
        _mint(CREDIT, ALICE, minted);
        vm.prank(ALICE);
        dollar.approve(OUTSIDER, allowed);

        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, OUTSIDER, allowed, minted)
        );
        _burn(OUTSIDER, ALICE, minted);
        _burn(OUTSIDER, ALICE, allowed);
        require(dollar.balanceOf(ALICE) == minted - allowed, "balance");
        require(dollar.allowance(ALICE, OUTSIDER) == 0, "the allowance was not spent");
        require(dollar.level(OUTSIDER) == -int256(allowed), "level");
        // Its own needs none.
        _mint(OUTSIDER, OUTSIDER, 5);
        _burn(OUTSIDER, OUTSIDER, 5);
    }

    function test_oneListedLaterCannotFillTheLevelThatDebtsAreAbsorbedInto() public {
        dollar.setFacilitator(OUTSIDER, CAP);
        vm.expectRevert(abi.encodeWithSelector(IPlimsollDollar.NotFoundingFacilitator.selector, OUTSIDER));
        _moveLevel(OUTSIDER, RESERVE, 1);
        // It may be moved to: a successor of the reserve takes debts over.
        _moveLevel(CREDIT, OUTSIDER, 1);
    }

    // ---- levels

    function testFuzz_moveLevelKeepsSupplyAndBalances(uint256 minted, uint256 amount) public {
        minted %= CAP + 1;
        amount %= dollar.MAX_LEVEL() + 1;
        dollar.setFacilitator(RESERVE, 0);
        _mint(CREDIT, ALICE, minted);
        // Neither the cap of the taker (0) nor the level of the giver limits it.
        _moveLevel(CREDIT, RESERVE, amount);
        require(dollar.level(CREDIT) == int256(minted) - int256(amount), "giver");
        require(dollar.level(RESERVE) == int256(amount), "taker");
        require(dollar.totalSupply() == minted, "supply");
        require(dollar.balanceOf(ALICE) == minted, "balance");
    }

    function test_moveLevelStopsAtTheHighestLevel() public {
        uint256 highest = dollar.MAX_LEVEL();
        _moveLevel(CREDIT, RESERVE, highest - 1);
        uint256[3] memory amounts = [uint256(2), 1 << 128, type(uint256).max];
        for (uint256 i; i < amounts.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IPlimsollDollar.AmountTooLarge.selector, amounts[i], 1));
            _moveLevel(CREDIT, RESERVE, amounts[i]);
        }
        _moveLevel(CREDIT, RESERVE, 1);
        require(dollar.level(RESERVE) == int256(highest), "taker");
        require(dollar.level(CREDIT) == -int256(highest), "giver");
        require(dollar.totalSupply() == 0, "supply");
    }

    function testFuzz_moveLevelToItselfChangesNothing(uint256 amount) public {
        _mint(CREDIT, ALICE, CAP / 2);
        amount %= dollar.MAX_LEVEL() - CAP / 2 + 1;
        _moveLevel(CREDIT, CREDIT, amount);
        require(dollar.level(CREDIT) == int256(CAP / 2), "level");
    }

    /// @dev The worst case of the comment on range in the token: seven levels at the top, one at the bottom, and from
    /// there everything that exists is burned by the lowest.
    function test_levelsAtTheirOuterLimitsStillAddUp() public {
        uint256 highest = dollar.MAX_LEVEL();
        uint256 most = dollar.MAX_CAP();
        address[] memory all = _fill();
        address lowest = all[0];
        for (uint256 i = 1; i < all.length; ++i) {
            dollar.setFacilitator(all[i], most);
            _mint(all[i], ALICE, most);
            vm.prank(lowest);
            dollar.moveLevel(all[i], highest - most);
        }
        int256 bottom = -int256((highest - most) * 7);
        require(dollar.level(lowest) == bottom, "the lowest level");
        require(dollar.totalSupply() == most * 7, "supply");

        _burn(lowest, ALICE, most * 7);
        require(dollar.level(lowest) == bottom - int256(most * 7), "the lowest level after the burn");
        require(dollar.totalSupply() == 0, "supply after the burn");
        require(dollar.balanceOf(ALICE) == 0, "balance after the burn");
    }

    // ---- governance

    function test_theListHoldsEightAndNoMore() public {
        address[] memory all = _fill();
        require(all.length == 8 && dollar.MAX_FACILITATORS() == 8, "eight");
        vm.expectRevert(abi.encodeWithSelector(IPlimsollDollar.TooManyFacilitators.selector, 8));
        dollar.setFacilitator(OUTSIDER, CAP);
        require(!dollar.isFacilitator(OUTSIDER), "not listed");
        // A full list does not keep a cap from changing, and a change does not list anybody twice.
        dollar.setFacilitator(all[7], 7);
        require(dollar.cap(all[7]) == 7, "cap");
        require(dollar.facilitators().length == 8, "listed once");
    }

    function test_facilitatorsAreListedInOrderWithTheirCaps() public {
        dollar.setFacilitator(OUTSIDER, 3);
        address[] memory all = dollar.facilitators();
        require(all.length == 3, "length");
        require(all[0] == CREDIT && all[1] == RESERVE && all[2] == OUTSIDER, "order");
        require(dollar.cap(CREDIT) == CAP && dollar.cap(OUTSIDER) == 3, "caps");
        require(dollar.cap(ALICE) == 0 && !dollar.isFacilitator(ALICE), "unlisted");
    }

    function testFuzz_capsBeyondTheirBitsAreRefused(uint256 cap) public {
        uint256 most = dollar.MAX_CAP();
        vm.assume(cap > most);
        vm.expectRevert(abi.encodeWithSelector(IPlimsollDollar.AmountTooLarge.selector, cap, most));
        dollar.setFacilitator(CREDIT, cap);
        vm.expectRevert(abi.encodeWithSelector(IPlimsollDollar.AmountTooLarge.selector, cap, most));
        dollar.setFlashMintCap(cap);
        require(dollar.cap(CREDIT) == CAP, "unchanged");
    }

    function testFuzz_changingACapKeepsTheLevel(uint256 minted, uint256 cap) public {
        minted %= CAP + 1;
        cap %= dollar.MAX_CAP() + 1;
        _mint(CREDIT, ALICE, minted);
        dollar.setFacilitator(CREDIT, cap);
        require(dollar.level(CREDIT) == int256(minted), "level");
        require(dollar.cap(CREDIT) == cap, "cap");
        require(dollar.totalSupply() == minted, "supply");
    }

    function test_onlyTheAuthorityGoverns() public {
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, OUTSIDER);
        vm.prank(OUTSIDER);
        vm.expectRevert(refusal);
        dollar.setFacilitator(OUTSIDER, CAP);
        vm.prank(OUTSIDER);
        vm.expectRevert(refusal);
        dollar.setFlashMintCap(1);
    }

    // ---- ERC-20

    function testFuzz_transferMovesAndKeepsTheSum(uint256 balance, uint256 amount, bool toSelf) public {
        balance %= CAP + 1;
        amount %= balance + 1;
        address to = toSelf ? ALICE : BOB;
        _mint(CREDIT, ALICE, balance);
        vm.prank(ALICE);
        require(dollar.transfer(to, amount), "answer");
        require(dollar.balanceOf(ALICE) == (toSelf ? balance : balance - amount), "sender");
        require(dollar.balanceOf(BOB) == (toSelf ? 0 : amount), "receiver");
        require(dollar.totalSupply() == balance, "supply");
    }

    function testFuzz_transferBeyondTheBalanceIsRefused(uint256 balance, uint256 amount) public {
        balance %= CAP + 1;
        vm.assume(amount > balance);
        _mint(CREDIT, ALICE, balance);
        bytes memory refusal = abi.encodeWithSelector(
            IERC20Errors.ERC20InsufficientBalance.selector,
            ALICE,
            balance,
            amount
        );
        vm.prank(ALICE);
        vm.expectRevert(refusal);
        dollar.transfer(BOB, amount);
        // Also to oneself: a self-transfer must not conjure up a balance.
        vm.prank(ALICE);
        vm.expectRevert(refusal);
        dollar.transfer(ALICE, amount);
    }

    function testFuzz_transferFromSpendsTheAllowance(uint256 allowed, uint256 amount) public {
        allowed %= CAP + 1;
        amount %= CAP + 1;
        _mint(CREDIT, ALICE, CAP);
        vm.prank(ALICE);
        dollar.approve(BOB, allowed);
        if (amount > allowed) {
            vm.prank(BOB);
            vm.expectRevert(
                abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, BOB, allowed, amount)
            );
            dollar.transferFrom(ALICE, OUTSIDER, amount);
            return;
        }
        vm.prank(BOB);
        require(dollar.transferFrom(ALICE, OUTSIDER, amount), "answer");
        require(dollar.allowance(ALICE, BOB) == allowed - amount, "allowance");
        require(dollar.balanceOf(OUTSIDER) == amount, "receiver");
    }

    function test_anUnlimitedAllowanceIsNotWritten() public {
        _mint(CREDIT, ALICE, CAP);
        vm.prank(ALICE);
        dollar.approve(BOB, type(uint256).max);
        vm.prank(BOB);
        dollar.transferFrom(ALICE, BOB, CAP);
        require(dollar.allowance(ALICE, BOB) == type(uint256).max, "unlimited");
        // One less than unlimited is an ordinary allowance.
        vm.prank(BOB);
        dollar.approve(ALICE, type(uint256).max - 1);
        vm.prank(ALICE);
        dollar.transferFrom(BOB, ALICE, 1);
        require(dollar.allowance(BOB, ALICE) == type(uint256).max - 2, "limited");
    }

    function test_zeroAddressesAreRefused() public {
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        dollar.transfer(address(0), 0);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidSpender.selector, address(0)));
        dollar.approve(address(0), 1);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidApprover.selector, address(0)));
        dollar.transferFrom(address(0), BOB, 0);
        vm.prank(address(0));
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidSender.selector, address(0)));
        dollar.transfer(BOB, 0);
    }

    // ---- help

    /// @dev Lists facilitators until the list is full.
    function _fill() private returns (address[] memory) {
        for (uint160 i = 0; dollar.facilitators().length < dollar.MAX_FACILITATORS(); ++i) {
            dollar.setFacilitator(address(0xFAC000 + i), 0);
        }
        return dollar.facilitators();
    }

    function _mint(address facilitator, address to, uint256 amount) private {
        vm.prank(facilitator);
        dollar.mint(to, amount);
    }

    function _burn(address facilitator, address from, uint256 amount) private {
        vm.prank(facilitator);
        dollar.burn(from, amount);
    }

    function _moveLevel(address facilitator, address to, uint256 amount) private {
        vm.prank(facilitator);
        dollar.moveLevel(to, amount);
    }
}
