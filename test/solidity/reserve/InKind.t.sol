// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {RateSource} from "../../../contracts/interfaces/IExchangeRateFeed.sol";
import {FeedConfig} from "../../../contracts/interfaces/IPriceOracle.sol";
import {Position} from "../../../contracts/interfaces/IReserve.sol";
import {InKindPayment, IReserveShared} from "../../../contracts/interfaces/IReserveShared.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {RateToken} from "../../contracts/oracle/RateToken.sol";
import {VaultDouble} from "../../contracts/vaults/PlainVault.sol";
import {vm} from "../../contracts/Vm.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @notice Redemption in kind: the same part of everything, at `min(1, b) (1 - fee) / R+`
contract InKindTest is ReserveWorld {
    VaultDouble private _yield;

    function setUp() public override {
        super.setUp();
        _fund(USDC, 4_000_000);
        _fund(ETH, 1_000);
        _fund(STETH, 500);
        _yield = _vault(USDC, 9_000_000);
        reserve.invest(address(_yield));
        // Bitcoin is not listed in the reserve: it is held as credit in the engine.
        _absorb(BTC, 10);
        _lend(alice, 2_000_000e18);
    }

    /// @dev R+ as the design defines it, from the views alone. {USD}
    function _highest() private view returns (uint256 total) {
        for (uint256 i; i < ASSETS; ++i) {
            Position memory p = reserve.position(i);
            uint256 amount = p.cash + p.credit + p.vaultedHigh;
            total += Math.ceilDiv(amount * oracle.undecayedHigh(i), units[i]);
        }
    }

    function test_paysTheSamePartOfEverything() public {
        uint256 high = _highest();
        (uint256 b, uint256 told) = reserve.redemptionTerms();
        require(told == high, "R+");
        require(b == WAD, "backed");
        uint256 amount = 500_000e18;
        uint256[5] memory cash;
        uint256[5] memory credit;
        for (uint256 i; i < ASSETS; ++i) (cash[i], credit[i]) = (reserve.position(i).cash, reserve.position(i).credit);
        require(credit[BTC] != 0, "no credit to pay from");
        uint256 shares = _yield.balanceOf(address(reserve));
        require(shares != 0, "no vault to pay from");

        vm.prank(alice);
        InKindPayment[] memory paid = reserve.redeemInKind(amount, 0, 0, bob);

        require(paid.length == 5, "USDC, its vault, ether, staked ether, bitcoin");
        for (uint256 i; i < ASSETS; ++i) {
            uint256 expected = Math.mulDiv(cash[i], amount, high) + Math.mulDiv(credit[i], amount, high);
            require(tokens[i].balanceOf(bob) == expected * scales[i], "a token's part");
            uint256 left = reserve.position(i).cash + reserve.position(i).credit;
            require(left == cash[i] + credit[i] - expected, "the books");
        }
        require(_yield.balanceOf(bob) == Math.mulDiv(shares, amount, high), "the vault's part");
        require(reserve.vaultInfo(address(_yield)).shares == _yield.balanceOf(address(reserve)), "the vault's books");
        require(paid[0].token == address(tokens[USDC]) && paid[1].token == address(_yield), "order");
        require(paid[4].token == address(tokens[BTC]) && paid[4].amount == tokens[BTC].balanceOf(bob), "told");
    }

    /// @dev Whatever the books: what is paid is worth, even at the highest, no more than b of what is burned, and b does not fall.
    function testFuzz_neverLowersBacking(uint256 amount, uint256 stakedPart, uint256 seed) public {
        amount = 1 + (amount % 2_000_000e18);
        reserve.setInKindFee(seed % 501);
        for (uint256 i; i < ASSETS; ++i) {
            int256 price = feeds[i].answer();
            feeds[i].set((price * int256(50 + ((seed >> (8 + 8 * i)) % 100))) / 100);
            if ((seed >> (64 + i)) & 7 == 0) feeds[i].setDead(true);
        }
        // Supply as much as loans and a part between 0 and 2 of the reserve.
        (, uint256 high) = reserve.redemptionTerms();
        sheet.setLiabilities(1e6 * WAD, 1e6 * WAD + (high * (stakedPart % 200)) / 100);
        (uint256 b, uint256 highest) = reserve.redemptionTerms();
        uint256 worth = (((amount * b) / WAD) * (10_000 - (seed % 501))) / 10_000;
        if (worth > highest) return;
        uint256 before = _value(false);
        vm.prank(alice);
        reserve.redeemInKind(amount, (seed >> 251) | (((seed >> 250) & 1) << 16), 0, bob);
        // High values of what left; decayed ones of dead feeds are lower, never higher.
        // A vault's part is counted in whole units of a millionth of a dollar, up.
        require(before <= _value(false) + worth + 3e12, "paid more than b of what was burned");
        (, uint256 loansAndNet) = sheet.liabilities();
        if (loansAndNet <= amount + 1e6 * WAD) return;
        sheet.setLiabilities(1e6 * WAD, loansAndNet - amount);
        (uint256 later, ) = reserve.redemptionTerms();
        // But for the same rounding, of a part that is over a million dollars.
        require(later + 1e7 >= b, "backing fell");
    }

    /// @dev Beyond its decay an unpriced asset counts 0 in statements, and its last good high here: its owner gives it away otherwise.
    function test_unpricedCountsItsLastGoodHigh() public {
        (, uint256 high) = reserve.redemptionTerms();
        feeds[ETH].setDead(true);
        oracle.record(1 << ETH);
        _pass(2 * DECAY);
        require(oracle.price(ETH).high == 0, "decayed");
        (, uint256 later) = reserve.redemptionTerms();
        require(later == high, "R+ is as before");
        vm.prank(alice);
        reserve.redeemInKind(100_000e18, 0, 0, bob);
        require(tokens[ETH].balanceOf(bob) == Math.mulDiv(1_000e8, 100_000e18, high) * 1e10, "ether is paid as well");
    }

    function test_rateFeedsCountUncapped() public {
        RateToken rate = new RateToken(1.2e18);
        RateSource memory source = RateSource(address(rate), RateToken.rateNow.selector, false, 0, 18, 0);
        AggregatorV3Interface base = AggregatorV3Interface(address(feeds[ETH]));
        address feed = Deploy.create("ExchangeRateFeed", abi.encode(manager, "STETH", base, source, 1_000));
        oracle.migrateFeed(STETH, FeedConfig(feed, 1 days, 50, 1e9, 1e26), 100);
        (, uint256 before) = reserve.redemptionTerms();
        require(before == _highest(), "no growth yet");
        rate.setRate(2.4e18);
        uint256 capped = oracle.price(STETH).high;
        (, uint256 later) = reserve.redemptionTerms();
        _requireNear(capped, 2_412e18, 1e18, "the price is capped");
        _requireNear(later - before, 500 * 2_412e18, 1e18, "R+ is not");
    }

    function test_skipsWhatCannotBePaid() public {
        uint256 ether_ = _cash(ETH);
        vm.prank(alice);
        reserve.redeemInKind(100_000e18, (1 << ETH) | (1 << USDC), 0, bob);
        require(tokens[ETH].balanceOf(bob) == 0 && _cash(ETH) == ether_, "ether stays");
        require(tokens[USDC].balanceOf(bob) == 0 && _yield.balanceOf(bob) == 0, "USDC and its vault stay");
        require(tokens[STETH].balanceOf(bob) != 0, "the rest is paid");
    }

    function test_keepsToTheLeastValue() public {
        uint256 state = vm.snapshotState();
        uint256 before = _value(true);
        vm.prank(alice);
        reserve.redeemInKind(100_000e18, 0, 0, bob);
        uint256 value = before - _value(true);
        vm.revertToState(state);
        vm.prank(alice);
        (bool paid, bytes memory refusal) = address(reserve).call(
            abi.encodeCall(reserve.redeemInKind, (100_000e18, 0, value + 1e13, bob))
        );
        require(!paid && bytes4(refusal) == IReserveShared.SlippageExceeded.selector, "paid less than asked for");
        vm.prank(alice);
        reserve.redeemInKind(100_000e18, 0, value - 1e13, bob);
    }

    /// @dev The rest of the backing is loans: that much cannot be had at once.
    function test_refusesMoreThanThereIs() public {
        (, uint256 high) = reserve.redemptionTerms();
        _lend(alice, 10_000_000e18);
        _expect(abi.encodeWithSelector(IReserveShared.RedemptionTooLarge.selector, high + 1, high));
        vm.prank(alice);
        reserve.redeemInKind(high + 1, 0, 0, bob);
        vm.prank(alice);
        reserve.redeemInKind(high, 0, 0, bob);
        require(_value(false) == 0, "all is gone");
    }

    function test_theFeeStays() public {
        reserve.setInKindFee(100);
        (, uint256 high) = reserve.redemptionTerms();
        vm.prank(alice);
        reserve.redeemInKind(100_000e18, 0, 0, bob);
        require(tokens[ETH].balanceOf(bob) == Math.mulDiv(1_000e8, 99_000e18, high) * 1e10, "paid");
        require(reserve.income() == 1_000e18, "income");
        vm.expectRevert(
            abi.encodeWithSelector(IReserveShared.ParameterOutOfBounds.selector, bytes32("inKindFee"), 501, 0, 500)
        );
        reserve.setInKindFee(501);
    }

    function test_below1EverybodyGetsThatPart() public {
        sheet.setLiabilities(0, _value(true) * 2);
        (uint256 b, uint256 high) = reserve.redemptionTerms();
        require(b == 0.5e18, "half");
        vm.prank(alice);
        reserve.redeemInKind(100_000e18, 0, 0, bob);
        require(tokens[ETH].balanceOf(bob) == Math.mulDiv(1_000e8, 50_000e18, high) * 1e10, "half is paid");
    }

    function test_nothingIsLeftWhereNothingIsOwned() public {
        _lend(alice, 10_000_000e18);
        (, uint256 high) = reserve.redemptionTerms();
        vm.prank(alice);
        reserve.redeemInKind(high, 0, 0, bob);
        _expect(abi.encodeWithSelector(IReserveShared.RedemptionTooLarge.selector, 1e18, 0));
        vm.prank(alice);
        reserve.redeemInKind(1e18, 0, 0, bob);
    }
}
