// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IBackstop} from "../../../contracts/interfaces/IBackstop.sol";
import {vm} from "../../contracts/Vm.sol";
import {BackstopFixture} from "./BackstopFixture.sol";

/// @notice Properties of an ERC-4626 vault: round trips never gain, previews are exact, rounding favours those who stay, maxima are reachable and
/// final; and nobody can rob the first depositor.
contract Backstop4626Test is BackstopFixture {
    /// @dev Most of what is staked in these tests. {plUSD}
    uint256 private constant RANGE = 1e27;

    /// @dev Any history: a stake, a surplus of which a part has come in, and a loss. Leaves a share price between 1e-5 and 1e5 of the start.
    function _history(uint256 seed) private {
        _stake(BOB, 1e18 + (_pick(seed, 0) % RANGE));
        uint256 staked = _active();
        uint256 surplus = _pick(seed, 1) % (staked * 100);
        if (seed % 3 != 0) {
            reserve.distribute(surplus);
            _wait(_pick(seed, 2) % (2 * STREAM));
        }
        if (seed % 5 < 2) {
            sheet.settle(_pick(seed, 3) % (_all() - _all() / 100_000));
        }
    }

    function _pick(uint256 seed, uint256 index) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, index)));
    }

    // ---- previews are exact

    function testFuzz_depositIsItsPreview(uint256 seed, uint256 assets) public {
        _history(seed);
        assets = 1 + (assets % RANGE);
        _give(ALICE, assets);
        uint256 foreseen = backstop.previewDeposit(assets);
        vm.prank(ALICE);
        if (foreseen == 0) {
            _reverts(
                abi.encodeCall(backstop.deposit, (assets, ALICE)),
                abi.encodeWithSelector(IBackstop.ZeroAmount.selector),
                "a deposit for no share"
            );
            return;
        }
        require(backstop.deposit(assets, ALICE) == foreseen, "shares are not what the preview said");
        require(backstop.balanceOf(ALICE) == foreseen, "shares were not credited");
        require(dollar.balanceOf(ALICE) == 0, "the assets were not taken");
    }

    function testFuzz_mintIsItsPreview(uint256 seed, uint256 shares) public {
        _history(seed);
        shares = 1 + (shares % (RANGE * 1e6));
        uint256 foreseen = backstop.previewMint(shares);
        _give(ALICE, foreseen);
        vm.prank(ALICE);
        require(backstop.mint(shares, ALICE) == foreseen, "assets are not what the preview said");
        require(backstop.balanceOf(ALICE) == shares, "shares were not credited");
        require(dollar.balanceOf(ALICE) == 0, "more or less was taken than it said");
    }

    function testFuzz_redeemAndWithdrawAreTheirPreviews(uint256 seed, uint256 assets, uint256 part) public {
        _history(seed);
        uint256 released = _released(1e6 + (assets % RANGE));
        uint256 shares = part % (released + 1);
        uint256 foreseen = backstop.previewRedeem(shares);
        vm.prank(ALICE);
        require(backstop.redeem(shares, CAROL, ALICE) == foreseen, "assets are not what the preview said");
        require(dollar.balanceOf(CAROL) == foreseen, "assets were not paid");
        require(backstop.maxRedeem(ALICE) == released - shares, "the rest is not what may still leave");

        uint256 rest = backstop.maxWithdraw(ALICE);
        foreseen = backstop.previewWithdraw(rest);
        uint256 before = backstop.balanceOf(ALICE);
        vm.prank(ALICE);
        require(backstop.withdraw(rest, CAROL, ALICE) == foreseen, "shares are not what the preview said");
        require(before - backstop.balanceOf(ALICE) == foreseen, "other shares were taken");
        require(backstop.maxWithdraw(ALICE) <= 1, "something is left beyond rounding");
    }

    // ---- round trips

    function testFuzz_sharesAreNeverWorthMoreThanWasPaid(uint256 seed, uint256 assets) public {
        _history(seed);
        assets = 1e6 + (assets % RANGE);
        uint256 shares = _stake(ALICE, assets);
        require(backstop.convertToAssets(shares) <= assets, "deposit: worth more than paid");
        require(backstop.previewWithdraw(assets) >= shares, "deposit: getting it back takes fewer shares than it gave");
        require(backstop.previewMint(shares) <= assets + 1, "deposit: dearer than minting the same");
    }

    function testFuzz_mintNeverCostsLessThanItIsWorth(uint256 seed, uint256 shares) public {
        _history(seed);
        shares = 1 + (shares % (RANGE * 1e6));
        uint256 cost = backstop.previewMint(shares);
        _give(ALICE, cost);
        vm.prank(ALICE);
        backstop.mint(shares, ALICE);
        require(backstop.convertToAssets(shares) <= cost, "mint: worth more than it cost");
        require(backstop.previewDeposit(cost) >= shares - 1 || cost == 0, "mint: dearer than depositing the same");
    }

    /// @dev Out by all three moments and in again, with no surplus and no loss on the way.
    function testFuzz_leavingAndReturningGainsNothing(uint256 seed, uint256 assets) public {
        _history(seed);
        _wait(STREAM);
        assets = 1e6 + (assets % RANGE);
        uint256 shares = _stake(ALICE, assets);
        uint256 price = _price();
        uint256 paid = _leave(ALICE);
        require(paid <= assets, "more came out than went in");
        // What a share of this size cannot divide, and one unit for each of three divisions.
        require(paid + 4 + backstop.convertToAssets(2) >= assets, "more was lost than by rounding");
        require(_price() >= price, "leaving made the others' shares cheaper");
        vm.prank(ALICE);
        require(backstop.deposit(paid, ALICE) <= shares, "more shares than before");
    }

    function testFuzz_redeemAndWithdrawGiveTheSame(uint256 seed, uint256 assets) public {
        _history(seed);
        uint256 released = _released(1e6 + (assets % RANGE));
        uint256 worth = backstop.previewRedeem(released);
        require(backstop.previewWithdraw(worth) <= released, "withdrawing it takes more shares than were worth it");
        require(backstop.previewDeposit(worth) <= released, "paying it in again gives more shares");
        require(backstop.previewMint(released) >= worth, "buying it back is cheaper than it sold for");
    }

    // ---- the price of a share

    function testFuzz_noEntryOrExitLowersThePrice(uint256 seed, uint256 assets, uint256 shares) public {
        _history(seed);
        uint256 price = _price();
        _stake(ALICE, 1e6 + (assets % RANGE));
        require(_price() >= price, "deposit");
        price = _price();
        shares = 1 + (shares % (RANGE * 1e6));
        _give(CAROL, backstop.previewMint(shares));
        vm.prank(CAROL);
        backstop.mint(shares, CAROL);
        require(_price() >= price, "mint");
        price = _price();
        _claimAll(ALICE);
        require(_price() >= price, "claim");
        price = _price();
        _mark(ALICE);
        _settle(ALICE);
        vm.prank(ALICE);
        backstop.release();
        require(_price() >= price, "release");
        price = _price();
        uint256 half = backstop.maxRedeem(ALICE) / 2;
        vm.prank(ALICE);
        backstop.redeem(half, ALICE, ALICE);
        require(_price() >= price, "redeem");
        price = _price();
        uint256 rest = backstop.maxWithdraw(ALICE);
        vm.prank(ALICE);
        backstop.withdraw(rest, ALICE, ALICE);
        require(_price() >= price, "withdraw");
    }

    function test_theSharePriceStartsAtOneWithSixMoreDecimals() public {
        require(backstop.decimals() == 24, "decimals");
        require(backstop.convertToAssets(1e24) == 1e18, "a share is not worth a plUSD at first");
        require(_stake(ALICE, 5e18) == 5e24, "shares of the first deposit");
        require(backstop.totalAssets() == 5e18 && backstop.totalSupply() == 5e24, "totals");
    }

    // ---- robbing the first depositor

    function testFuzz_theFirstDepositorIsNotRobbed(uint256 dust, uint256 gift, uint256 assets) public {
        dust = 1 + (dust % 1e12);
        gift = gift % RANGE;
        assets = 1e6 + (assets % RANGE);
        _stake(BOB, dust);
        // A transfer is nobody's.
        _give(address(backstop), gift);
        require(backstop.totalAssets() == dust, "a donation was counted");
        // Nor does a surplus go to dust, however long it waits.
        reserve.distribute(gift + 1);
        _wait(100 * STREAM);
        require(backstop.totalAssets() == dust, "a surplus went to dust");
        uint256 shares = _stake(ALICE, assets);
        require(backstop.convertToAssets(shares) + 1 >= assets, "the first depositor lost more than rounding");
    }

    /// @dev Somebody stakes one share and takes a large surplus alone: the next depositor still loses no more than a few units.
    function testFuzz_aPriceDrivenUpByOneShareRobsNobody(uint256 surplus, uint256 assets) public {
        surplus = surplus % 1e30;
        assets = 1e18 + (assets % RANGE);
        _stake(BOB, 1e18);
        reserve.distribute(surplus);
        _wait(STREAM);
        require(_active() == 1e18 + surplus, "the surplus did not come in");
        uint256 shares = _stake(ALICE, assets);
        uint256 lost = assets - backstop.convertToAssets(shares);
        // A unit of share is worth 1e-24 of what is there.
        require(lost <= 2 + surplus / 1e24, "the next depositor lost more than rounding");
    }

    // ---- maxima

    function testFuzz_maxDepositIsAcceptedAndOneMoreIsNot(uint256 seed) public {
        _history(seed);
        uint256 most = backstop.maxDeposit(ALICE);
        // Where shares are dear all plUSD that may ever be would fit.
        if (most > 1e36) return;
        uint256 past = most + backstop.previewMint(2);
        _give(ALICE, past);
        vm.prank(ALICE);
        (bool success, ) = address(backstop).call(abi.encodeCall(backstop.deposit, (past, ALICE)));
        require(!success, "more than the most was accepted");
        vm.prank(ALICE);
        backstop.deposit(most, ALICE);
        require(backstop.previewDeposit(backstop.maxDeposit(ALICE)) <= 1e12, "room is left");
    }

    function testFuzz_maxMintIsAcceptedAndOneMoreIsNot(uint256 seed) public {
        _history(seed);
        uint256 most = backstop.maxMint(ALICE);
        uint256 cost = backstop.previewMint(most);
        if (cost > 1e36) return;
        _give(ALICE, cost + backstop.previewMint(1));
        vm.prank(ALICE);
        (bool success, ) = address(backstop).call(abi.encodeCall(backstop.mint, (most + 1, ALICE)));
        require(!success, "more than the most was accepted");
        vm.prank(ALICE);
        backstop.mint(most, ALICE);
        require(backstop.maxMint(ALICE) == 0, "room is left");
    }

    function test_nothingLeavesThatWasNotReleased() public {
        uint256 shares = _stake(ALICE, 100e18);
        require(backstop.maxRedeem(ALICE) == 0 && backstop.maxWithdraw(ALICE) == 0, "something may leave");
        vm.prank(ALICE);
        _reverts(
            abi.encodeCall(backstop.redeem, (1, ALICE, ALICE)),
            abi.encodeWithSelector(IBackstop.ExceededMaxRedeem.selector, ALICE, 1, 0),
            "redeem"
        );
        vm.prank(ALICE);
        _reverts(
            abi.encodeCall(backstop.withdraw, (1, ALICE, ALICE)),
            abi.encodeWithSelector(IBackstop.ExceededMaxWithdraw.selector, ALICE, 1, 0),
            "withdraw"
        );
        require(backstop.balanceOf(ALICE) == shares, "shares left");
    }

    function testFuzz_oneMoreThanReleasedIsRefused(uint256 assets) public {
        _stake(BOB, 1e24);
        uint256 released = _released(1e6 + (assets % RANGE));
        // Shares besides those that were released.
        _stake(ALICE, 1e24);
        require(backstop.maxRedeem(ALICE) == released, "what may leave is not what was released");
        vm.prank(ALICE);
        _reverts(
            abi.encodeCall(backstop.redeem, (released + 1, ALICE, ALICE)),
            abi.encodeWithSelector(IBackstop.ExceededMaxRedeem.selector, ALICE, released + 1, released),
            "redeem"
        );
        uint256 most = backstop.maxWithdraw(ALICE);
        vm.prank(ALICE);
        _reverts(
            abi.encodeCall(backstop.withdraw, (most + 1, ALICE, ALICE)),
            abi.encodeWithSelector(IBackstop.ExceededMaxWithdraw.selector, ALICE, most + 1, most),
            "withdraw"
        );
        vm.prank(ALICE);
        backstop.redeem(released, ALICE, ALICE);
        require(backstop.maxRedeem(ALICE) == 0, "more may leave");
    }

    // ---- ERC-20

    function testFuzz_sharesMoveLikeAnyToken(uint256 amount, uint256 part, uint256 allowed) public {
        uint256 shares = _stake(ALICE, 1 + (amount % RANGE));
        part = part % (shares + 1);
        vm.prank(ALICE);
        require(backstop.transfer(BOB, part), "transfer said false");
        require(backstop.balanceOf(ALICE) == shares - part && backstop.balanceOf(BOB) == part, "balances");
        require(backstop.totalSupply() == shares, "supply");
        allowed = allowed % (part + 1);
        vm.prank(BOB);
        backstop.approve(CAROL, allowed);
        vm.prank(CAROL);
        _reverts(
            abi.encodeCall(backstop.transferFrom, (BOB, CAROL, allowed + 1)),
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, CAROL, allowed, allowed + 1),
            "more than allowed"
        );
        vm.prank(CAROL);
        backstop.transferFrom(BOB, CAROL, allowed);
        require(backstop.allowance(BOB, CAROL) == 0 && backstop.balanceOf(CAROL) == allowed, "what was allowed");
        vm.prank(ALICE);
        _reverts(
            abi.encodeCall(backstop.transfer, (BOB, shares - part + 1)),
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector,
                ALICE,
                shares - part,
                shares - part + 1
            ),
            "more than held"
        );
        vm.prank(ALICE);
        _reverts(
            abi.encodeCall(backstop.transfer, (address(0), 0)),
            abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)),
            "nobody"
        );
    }

    function test_aTransferToOneselfChangesNothing() public {
        uint256 shares = _stake(ALICE, 7e18);
        vm.prank(ALICE);
        backstop.transfer(ALICE, shares / 2);
        require(backstop.balanceOf(ALICE) == shares, "balance");
    }

    function testFuzz_aSpenderMayTakeOutWhatWasReleased(uint256 assets, uint256 allowed) public {
        uint256 released = _released(1e6 + (assets % RANGE));
        allowed = allowed % released;
        vm.prank(ALICE);
        backstop.approve(CAROL, allowed);
        vm.prank(CAROL);
        _reverts(
            abi.encodeCall(backstop.redeem, (allowed + 1, CAROL, ALICE)),
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, CAROL, allowed, allowed + 1),
            "more than allowed"
        );
        uint256 foreseen = backstop.previewRedeem(allowed);
        vm.prank(CAROL);
        require(backstop.redeem(allowed, CAROL, ALICE) == foreseen, "assets");
        require(dollar.balanceOf(CAROL) == foreseen && backstop.allowance(ALICE, CAROL) == 0, "paid, allowance");
        vm.prank(ALICE);
        backstop.approve(CAROL, type(uint256).max);
        uint256 rest = backstop.maxWithdraw(ALICE);
        vm.prank(CAROL);
        backstop.withdraw(rest, CAROL, ALICE);
        require(backstop.allowance(ALICE, CAROL) == type(uint256).max, "an allowance without limit was spent");
    }

    // ---- help

    /// @dev Stakes and goes through all moments up to the release, in this block.
    function _released(uint256 assets) private returns (uint256 shares) {
        _stake(ALICE, assets);
        _claimAll(ALICE);
        _mark(ALICE);
        _settle(ALICE);
        vm.prank(ALICE);
        return backstop.release();
    }

    /// @dev {plUSD per 1e36 shares}: enough digits for the smallest pool.
    function _price() private view returns (uint256) {
        return backstop.convertToAssets(1e36);
    }
}
