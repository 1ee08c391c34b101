// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Auction, AuctionTerms, IRebalancer} from "../../../contracts/interfaces/IRebalancer.sol";
import {DOLLAR} from "../../../contracts/interfaces/IReserveSeams.sol";
import {vm} from "../../contracts/Vm.sol";
import {AuctionWorld} from "./AuctionWorld.sol";

/// @dev What is sold for what, at which price, and how much of it.
contract AuctionTest is AuctionWorld {
    // ---- opening

    function test_opensForWhatBothSidesNeed() public {
        uint256 lot = rebalancer.open(ETH, USDC);
        require(lot == 50 * UNIT, "100,000 USD of ether");
        Auction memory a = rebalancer.auction(ETH, USDC);
        require(a.left == lot && a.startedAt == T0 && a.scale == 10_000, "as stored");
        require(rebalancer.offTarget() == 2, "ether and USDC are off target");
    }

    function test_theLotIsAPartOfEitherDepth() public {
        risk.setDepth(ETH, 100 * UNIT);
        require(rebalancer.open(ETH, USDC) <= 10 * UNIT, "a tenth of ether's depth");
        require(rebalancer.auction(ETH, USDC).left > 9 * UNIT, "and no less");
        _pass(1 days);
        risk.setDepth(ETH, 100_000 * UNIT);
        risk.setDepth(USDC, 50_000 * UNIT);
        rebalancer.close(ETH, USDC);
        // 5,000 USD; half of it, since nobody filled the one before.
        uint256 lot = rebalancer.open(ETH, USDC);
        require(lot <= 1.25e8 && lot > 1.2e8, "a tenth of the stable's");
    }

    function test_onlyFromAboveTheBandToBelowTheTarget() public {
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NotOverweight.selector, BTC, 2_000, 2_000));
        rebalancer.open(BTC, USDC);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NotUnderweight.selector, BTC, 2_000, 2_000));
        rebalancer.open(ETH, BTC);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NotUnderweight.selector, ETH, 5_000, 4_000));
        rebalancer.open(ETH, ETH);
        // Within the band: 41% exactly.
        reserve.setCash(ETH, 205 * UNIT);
        reserve.setCash(USDC, 290_000 * UNIT);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NotOverweight.selector, ETH, 4_100, 4_100));
        rebalancer.open(ETH, USDC);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NoAuction.selector, 16, USDC));
        rebalancer.open(16, USDC);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NoAuction.selector, ETH, 16));
        rebalancer.open(ETH, 16);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NoAuction.selector, DOLLAR, USDC));
        rebalancer.open(DOLLAR, USDC);
    }

    /// @dev 40.9%, 20.8%, 27.5%, 10.8%: ether, bitcoin and USDT are a little heavy, within their bands, and USDC is far too light.
    function test_whatIsBelowItsBandIsBoughtForWhateverIsAboveItsTarget() public {
        _hold(ETH, 20_450_000_000);
        _hold(BTC, 520_000_000);
        _hold(USDC, 275_000 * UNIT);
        _hold(USDT, 108_000 * UNIT);
        require(rebalancer.offTarget() == 1, "USDC alone");
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NotOverweight.selector, ETH, 4_090, 4_100));
        rebalancer.open(ETH, BTC);
        uint256 lot = rebalancer.open(ETH, USDC);
        require(lot > 4.49e8 && lot <= 4.5e8, "down to its target and no further");
        _pass(900);
        bidder.fill(ETH, USDC, ALL, false);
        require(_value(ETH) >= 400_000e18 && _value(ETH) < 400_100e18, "at its target");
        rebalancer.open(BTC, USDC);
        // Back within its band, it is no reason any more.
        _hold(USDC, 295_000 * UNIT);
        require(rebalancer.offTarget() == 0, "all within");
        (bool open, ) = address(rebalancer).call(abi.encodeCall(rebalancer.open, (USDT, USDC)));
        require(!open, "opened within all bands");
    }

    function test_oneAuctionAPairAtATime() public {
        rebalancer.open(ETH, USDC);
        _pass(1_800);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.AuctionRunning.selector, ETH, USDC, T0 + 1_800));
        rebalancer.open(ETH, USDC);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.AuctionRunning.selector, ETH, USDC, T0 + 1_800));
        rebalancer.close(ETH, USDC);
        _pass(1);
        rebalancer.open(ETH, USDC);
        require(rebalancer.auction(ETH, USDC).startedAt == T0 + 1_801, "anew");
    }

    function test_whatIsNotInTheTargetsGoesFromAnyWeightOn() public {
        _setWeights(5_000, 0, 4_000, 1_000);
        reserve.setCash(BTC, UNIT / 10);
        require(rebalancer.open(BTC, USDC) == UNIT / 10, "all 4,000 USD of it");
        bidder.setTrade(address(tokens[BTC]), address(tokens[USDC]));
        bidder.fill(BTC, USDC, ALL, false);
        require(reserve.cash(BTC) == 0, "gone");
    }

    function test_vaultedAssetsAreNotSold() public {
        reserve.setCash(ETH, 10 * UNIT);
        reserve.setVaulted(ETH, 240 * UNIT);
        require(rebalancer.open(ETH, USDC) == 10 * UNIT, "what can be paid at once");
    }

    // ---- price

    /// @dev From 1% above mid to 1% below, in a straight line.
    function test_pricePath() public {
        rebalancer.open(ETH, USDC);
        uint256[5] memory moments = [uint256(0), 450, 900, 1_350, 1_800];
        uint256[5] memory expected = [uint256(20_200), 20_100, 20_000, 19_900, 19_800];
        uint256 passed;
        for (uint256 i; i < 5; ++i) {
            _pass(moments[i] - passed);
            passed = moments[i];
            (uint256 paid, uint256 maximum) = rebalancer.quoteFill(ETH, USDC, 10 * UNIT);
            require(paid == expected[i] * UNIT, "price");
            require(maximum <= 50 * UNIT && maximum >= (50 * UNIT * 100) / 101, "maximum");
        }
        _pass(1);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.AuctionOver.selector, ETH, USDC, T0 + 1_800));
        rebalancer.quoteFill(ETH, USDC, UNIT);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.AuctionOver.selector, ETH, USDC, T0 + 1_800));
        bidder.fill(ETH, USDC, UNIT, false);
    }

    /// @dev Never cheaper for the bidder by a rounding, whatever the amount and the moment.
    function testFuzz_paysNoLessThanThePrice(uint256 amount, uint256 passed, uint256 price) public {
        _move(USDC, 0.9e18 + (price % 0.2e18));
        rebalancer.open(ETH, USDC);
        _pass(passed % 1_801);
        (uint256 paid, uint256 maximum) = rebalancer.quoteFill(ETH, USDC, amount % (60 * UNIT));
        amount = amount % (60 * UNIT);
        if (amount > maximum) amount = maximum;
        // In units of 1e-26 USD times duration: value asked for against value paid.
        uint256 asked = amount * 2_000e18 * (101 * 1_800 - 2 * (passed % 1_801));
        require(paid * prices[USDC] * 100 * 1_800 >= asked, "less than the price");
        require(paid == 0 || (paid - 1) * prices[USDC] * 100 * 1_800 < asked + 100 * 1_800 * 2e8, "a whole unit more");
    }

    function test_maxPaidIsKept() public {
        rebalancer.open(ETH, USDC);
        vm.expectRevert(
            abi.encodeWithSelector(IRebalancer.SlippageExceeded.selector, 20_200 * UNIT, 20_200 * UNIT - 1)
        );
        rebalancer.fill(ETH, USDC, 10 * UNIT, 20_200 * UNIT - 1, address(this), "");
    }

    // ---- filling

    function test_partialFillsToTheTarget() public {
        rebalancer.open(ETH, USDC);
        _pass(900);
        bidder.fill(ETH, USDC, 20 * UNIT, false);
        require(reserve.cash(ETH) == 230 * UNIT && reserve.cash(USDC) == 240_000 * UNIT, "books");
        require(tokens[ETH].balanceOf(address(bidder)) == 20e18, "tokens");
        require(rebalancer.auction(ETH, USDC).left == 30 * UNIT, "left");
        // The rest, and no more, whatever is wanted.
        (uint256 amount, uint256 paid) = bidder.fill(ETH, USDC, ALL, false);
        require(amount == 30 * UNIT && paid == 60_000 * UNIT, "at mid");
        require(rebalancer.offTarget() == 0, "on target");
        require(rebalancer.auction(ETH, USDC).startedAt == 0, "closed");
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NoAuction.selector, ETH, USDC));
        bidder.fill(ETH, USDC, UNIT, false);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NoAuction.selector, ETH, USDC));
        rebalancer.close(ETH, USDC);
    }

    function test_aBidderWithNothingSellsFirst() public {
        rebalancer.open(ETH, USDC);
        _pass(900);
        // All it has goes.
        uint256 had = tokens[USDC].balanceOf(address(bidder));
        vm.prank(address(bidder));
        tokens[USDC].transfer(address(1), had);
        bytes memory poor = abi.encodeWithSelector(
            IERC20Errors.ERC20InsufficientBalance.selector,
            address(bidder),
            0,
            20_000e18
        );
        vm.expectRevert(poor);
        bidder.fill(ETH, USDC, 10 * UNIT, false);
        bidder.fill(ETH, USDC, 10 * UNIT, true);
        require(bidder.arrived() == 10e18, "ether was there before the payment");
        require(reserve.cash(USDC) == 220_000 * UNIT, "paid");
        bidder.setTrade(address(tokens[ETH]), address(0));
        vm.expectRevert(poor);
        bidder.fill(ETH, USDC, 10 * UNIT, true);
        require(reserve.cash(ETH) == 240 * UNIT, "nothing for nothing");
    }

    function test_noCrumbs() public {
        rebalancer.open(ETH, USDC);
        // Less than the minimum lot, while more could be had.
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NothingToFill.selector, ETH, USDC));
        bidder.fill(ETH, USDC, UNIT / 4, false);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.NothingToFill.selector, ETH, USDC));
        bidder.fill(ETH, USDC, 0, false);
        bidder.fill(ETH, USDC, UNIT / 2, false);
    }

    /// @dev Whatever the moment and the price of the stable, neither side passes its target: exactly, but for a ledger unit.
    function testFuzz_neverPastATarget(uint256 passed, uint256 stable, uint256 btc) public {
        _move(USDC, 0.9e18 + (stable % 0.2e18));
        _move(BTC, 30_000e18 + (btc % 15_000e18));
        try rebalancer.open(ETH, USDC) {} catch {
            return;
        }
        _pass(passed % 1_801);
        bidder.fill(ETH, USDC, ALL, false);
        uint256 nav = _nav();
        require(_value(ETH) + 2_000e18 / UNIT >= (nav * 4_000) / 10_000, "sold below its target");
        require(_value(USDC) <= (nav * 3_000) / 10_000 + 2e18 / UNIT, "bought above its target");
    }

    // ---- several auctions

    function test_severalMayBuyTheSame() public {
        _setWeights(4_000, 1_000, 4_000, 1_000);
        rebalancer.open(ETH, USDC);
        rebalancer.open(BTC, USDC);
        _pass(900);
        bidder.fill(ETH, USDC, ALL, false);
        bidder.setTrade(address(tokens[BTC]), address(tokens[USDC]));
        bidder.fill(BTC, USDC, ALL, false);
        require(rebalancer.offTarget() == 0, "both");
    }

    // ---- governance

    function test_parametersHaveLimits() public {
        AuctionTerms memory t = _auctionTerms();
        t.maxSlippage = 1_001;
        vm.expectRevert(
            abi.encodeWithSelector(IRebalancer.ParameterOutOfBounds.selector, bytes32("maxSlippage"), 1_001, 0, 1_000)
        );
        rebalancer.setTerms(t, _deriskTerms());
        uint256[16] memory targets;
        uint256[16] memory bands;
        (targets[ETH], targets[USDC]) = (5_000, 4_999);
        (bands[ETH], bands[USDC]) = (100, 100);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.WeightsInvalid.selector, 9_999));
        rebalancer.setWeights(targets, bands);
        (targets[ETH], targets[USDC]) = (10_000, 0);
        vm.expectRevert(abi.encodeWithSelector(IRebalancer.WeightsInvalid.selector, 0));
        rebalancer.setWeights(targets, bands);
        (targets[ETH], targets[USDC], bands[ETH]) = (5_000, 5_000, 24);
        vm.expectRevert(
            abi.encodeWithSelector(IRebalancer.ParameterOutOfBounds.selector, bytes32("band"), 24, 25, 10_000)
        );
        rebalancer.setWeights(targets, bands);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(1)));
        vm.prank(address(1));
        rebalancer.setTerms(_auctionTerms(), _deriskTerms());
        require(DOLLAR == ALL, "constant");
    }
}
