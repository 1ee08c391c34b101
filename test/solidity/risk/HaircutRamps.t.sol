// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IPriceOracle, PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {
    HaircutBounds,
    IRiskRamps,
    IRiskValuation,
    Paces,
    Quote,
    RiskTargets
} from "../../../contracts/interfaces/IRiskModel.sol";
import {RampsHarness} from "../../contracts/risk/RampsHarness.sol";
import {vm} from "../../contracts/Vm.sol";
import {RampsFixture} from "./RampsFixture.sol";

/// @dev Listing, parameters and their limits, and the valuation of holdings. Ramps have a file of their own.
contract HaircutRampsTest is RampsFixture {
    uint256 private constant TOKEN = 1e8;
    uint256 private constant DEEP = 1 << 74;

    // ---- construction

    function test_startsEmptyWithThePacesGiven() public view {
        assert(model.oracle() == address(oracle));
        assert(model.authority() == address(manager));
        Paces memory p = model.paces();
        assert(p.maintenanceRise == RISE && p.initialFall == FALL && p.depthFall == DEPTH_FALL && p.minGap == GAP);
        assert(model.listedMask() == 0 && model.delistedMask() == 0);
    }

    function test_constructorChecksThePaces() public {
        vm.expectRevert(_outOfBounds("minGap", 49, 50, 2_000));
        new RampsHarness(address(manager), address(oracle), Paces(RISE, FALL, DEPTH_FALL, 49));
    }

    // ---- governance only

    function test_onlyTheAuthorityMayGovern() public {
        _list(0, 3_000, 2_000, DEEP);
        address stranger = address(0xBEEF);
        bytes memory unauthorized = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(unauthorized);
        model.listAsset(1, 8, _wide(), RiskTargets(3_000, 2_000, DEEP));
        vm.expectRevert(unauthorized);
        model.setTargets(0, RiskTargets(3_000, 2_000, DEEP));
        vm.expectRevert(unauthorized);
        model.delist(0);
        vm.expectRevert(unauthorized);
        model.setPaces(_paces());
        vm.stopPrank();
    }

    // ---- listing

    function test_listingPutsTheFirstValuesInForceAtOnce() public {
        oracle.set(9, WAD, WAD, PriceStatus.Live);
        HaircutBounds memory b = HaircutBounds(1_000, 4_000, 500, 3_000);
        model.listAsset(9, 6, b, RiskTargets(2_500, 1_500, 12_345));
        _eqInForce(9, 2_500, 1_500, 12_345, 12_345);
        assert(model.unitDecimals(9) == 6);
        assert(model.listedMask() == 1 << 9 && model.delistedMask() == 0);
        HaircutBounds memory stored = model.bounds(9);
        assert(stored.minInitial == 1_000 && stored.maxInitial == 4_000);
        assert(stored.minMaintenance == 500 && stored.maxMaintenance == 3_000);
        RiskTargets memory t = model.targets(9);
        assert(t.initialHaircut == 2_500 && t.maintenanceHaircut == 1_500 && t.depth == 12_345);
    }

    function test_listingKeepsTheGap() public {
        _list(0, 2_000, 1_800, DEEP);
        _eqInForce(0, 2_300, 1_800, DEEP, DEEP);
        // In force at once, not on its way there.
        assert(!_ramping(0));
        // What was asked for remains what is aimed at.
        assert(model.targets(0).initialHaircut == 2_000);
    }

    function test_theGapEndsAtOneHundredPercent() public {
        oracle.set(0, WAD, WAD, PriceStatus.Live);
        model.listAsset(0, 8, HaircutBounds(0, 10_000, 100, 10_000), RiskTargets(0, 9_900, DEEP));
        _eqInForce(0, 10_000, 9_900, DEEP, DEEP);
    }

    function test_allSixteenAssetsKeepTheirOwnValues() public {
        for (uint16 i = 0; i < 16; ++i) {
            oracle.set(i, WAD, WAD, PriceStatus.Live);
            model.listAsset(i, i, _wide(), RiskTargets(5_000 + i, 1_000 + i, uint256(1) << i));
        }
        assert(model.listedMask() == 0xffff);
        for (uint256 i = 0; i < 16; ++i) {
            _eqInForce(i, 5_000 + i, 1_000 + i, 1 << i, 1 << i);
            assert(model.unitDecimals(i) == i);
        }
    }

    function test_listingTwiceReverts() public {
        _list(3, 3_000, 2_000, DEEP);
        vm.expectRevert(abi.encodeWithSelector(IRiskRamps.AssetListedAlready.selector, 3));
        model.listAsset(3, 8, _wide(), RiskTargets(3_000, 2_000, DEEP));
        model.delist(3);
        vm.expectRevert(abi.encodeWithSelector(IRiskRamps.AssetListedAlready.selector, 3));
        model.listAsset(3, 8, _wide(), RiskTargets(3_000, 2_000, DEEP));
    }

    function test_assetNumbersEndAtFifteen() public {
        oracle.set(16, WAD, WAD, PriceStatus.Live);
        vm.expectRevert(abi.encodeWithSelector(IRiskRamps.AssetNumberTooLarge.selector, 16, 15));
        model.listAsset(16, 8, _wide(), RiskTargets(3_000, 2_000, DEEP));
        _list(15, 3_000, 2_000, DEEP);
    }

    function test_unitDecimalsEndAtEighteen() public {
        oracle.set(0, WAD, WAD, PriceStatus.Live);
        vm.expectRevert(abi.encodeWithSelector(IRiskRamps.UnitDecimalsTooLarge.selector, 19, 18));
        model.listAsset(0, 19, _wide(), RiskTargets(3_000, 2_000, DEEP));
        model.listAsset(0, 18, _wide(), RiskTargets(3_000, 2_000, DEEP));
        assert(model.unitDecimals(0) == 18);
    }

    function test_listingNeedsALivePrice() public {
        oracle.set(0, WAD, WAD, PriceStatus.Unpriced);
        vm.expectRevert(abi.encodeWithSelector(IPriceOracle.AssetUnpriced.selector, 0));
        model.listAsset(0, 8, _wide(), RiskTargets(3_000, 2_000, DEEP));
        vm.expectRevert(abi.encodeWithSelector(IPriceOracle.AssetUnknown.selector, 1));
        model.listAsset(1, 8, _wide(), RiskTargets(3_000, 2_000, DEEP));
    }

    function test_boundsMustBeOrderedAndWithinTheOuterLimits() public {
        oracle.set(0, WAD, WAD, PriceStatus.Live);
        RiskTargets memory t = RiskTargets(3_000, 2_000, DEEP);
        vm.expectRevert(_outOfBounds("minInitial", 10_001, 0, 10_000));
        model.listAsset(0, 8, HaircutBounds(10_001, 10_001, 100, 9_000), t);
        vm.expectRevert(_outOfBounds("maxInitial", 10_001, 0, 10_000));
        model.listAsset(0, 8, HaircutBounds(0, 10_001, 100, 9_000), t);
        vm.expectRevert(_outOfBounds("maxInitial", 999, 1_000, 10_000));
        model.listAsset(0, 8, HaircutBounds(1_000, 999, 100, 9_000), t);
        vm.expectRevert(_outOfBounds("minMaintenance", 99, 100, 10_000));
        model.listAsset(0, 8, HaircutBounds(0, 10_000, 99, 9_000), t);
        vm.expectRevert(_outOfBounds("minMaintenance", 10_001, 100, 10_000));
        model.listAsset(0, 8, HaircutBounds(0, 10_000, 10_001, 10_001), t);
        vm.expectRevert(_outOfBounds("maxMaintenance", 10_001, 100, 10_000));
        model.listAsset(0, 8, HaircutBounds(0, 10_000, 100, 10_001), t);
        vm.expectRevert(_outOfBounds("maxMaintenance", 499, 500, 10_000));
        model.listAsset(0, 8, HaircutBounds(0, 10_000, 500, 499), t);
    }

    function test_firstValuesAndTargetsMustBeWithinTheBounds() public {
        oracle.set(0, WAD, WAD, PriceStatus.Live);
        HaircutBounds memory b = HaircutBounds(1_000, 4_000, 500, 3_000);
        vm.expectRevert(_outOfBounds("initialHaircut", 999, 1_000, 4_000));
        model.listAsset(0, 8, b, RiskTargets(999, 2_000, DEEP));
        model.listAsset(0, 8, b, RiskTargets(1_000, 500, DEEP));
        vm.expectRevert(_outOfBounds("initialHaircut", 999, 1_000, 4_000));
        _setTargets(0, 999, 2_000, DEEP);
        vm.expectRevert(_outOfBounds("initialHaircut", 4_001, 1_000, 4_000));
        _setTargets(0, 4_001, 2_000, DEEP);
        vm.expectRevert(_outOfBounds("maintenanceHaircut", 499, 500, 3_000));
        _setTargets(0, 3_000, 499, DEEP);
        vm.expectRevert(_outOfBounds("maintenanceHaircut", 3_001, 500, 3_000));
        _setTargets(0, 3_000, 3_001, DEEP);
        vm.expectRevert(_outOfBounds("depth", 1 << 75, 0, (1 << 75) - 1));
        _setTargets(0, 3_000, 2_000, 1 << 75);
        vm.expectRevert(_outOfBounds("depth", type(uint256).max, 0, (1 << 75) - 1));
        _setTargets(0, 3_000, 2_000, type(uint256).max);
        _setTargets(0, 4_000, 3_000, (1 << 75) - 1);
        // Stored rounded down to 21 leading bits.
        assert(model.targets(0).depth == ((1 << 21) - 1) << 54);
    }

    // ---- paces

    function test_pacesHaveOuterLimits() public {
        vm.expectRevert(_outOfBounds("maintenanceRise", 9, 10, 2_000));
        model.setPaces(Paces(9, FALL, DEPTH_FALL, GAP));
        vm.expectRevert(_outOfBounds("maintenanceRise", 2_001, 10, 2_000));
        model.setPaces(Paces(2_001, FALL, DEPTH_FALL, GAP));
        vm.expectRevert(_outOfBounds("initialFall", 0, 1, 2_000));
        model.setPaces(Paces(RISE, 0, DEPTH_FALL, GAP));
        vm.expectRevert(_outOfBounds("initialFall", 2_001, 1, 2_000));
        model.setPaces(Paces(RISE, 2_001, DEPTH_FALL, GAP));
        vm.expectRevert(_outOfBounds("depthFall", 9, 10, 5_000));
        model.setPaces(Paces(RISE, FALL, 9, GAP));
        vm.expectRevert(_outOfBounds("depthFall", 5_001, 10, 5_000));
        model.setPaces(Paces(RISE, FALL, 5_001, GAP));
        vm.expectRevert(_outOfBounds("minGap", 49, 50, 2_000));
        model.setPaces(Paces(RISE, FALL, DEPTH_FALL, 49));
        vm.expectRevert(_outOfBounds("minGap", 2_001, 50, 2_000));
        model.setPaces(Paces(RISE, FALL, DEPTH_FALL, 2_001));
        model.setPaces(Paces(10, 1, 10, 50));
        model.setPaces(Paces(2_000, 2_000, 5_000, 2_000));
        Paces memory p = model.paces();
        assert(p.maintenanceRise == 2_000 && p.initialFall == 2_000 && p.depthFall == 5_000 && p.minGap == 2_000);
    }

    // ---- what is not listed

    function test_readingAnUnlistedAssetReverts() public {
        uint256[3] memory absent = [uint256(7), 16, 255];
        for (uint256 i = 0; i < absent.length; ++i) {
            uint256 asset = absent[i];
            bytes memory unlisted = abi.encodeWithSelector(IRiskValuation.AssetNotListed.selector, asset);
            vm.expectRevert(unlisted);
            model.haircuts(asset);
            vm.expectRevert(unlisted);
            model.depths(asset);
            vm.expectRevert(unlisted);
            model.targets(asset);
            vm.expectRevert(unlisted);
            model.bounds(asset);
            vm.expectRevert(unlisted);
            model.unitDecimals(asset);
            vm.expectRevert(unlisted);
            model.borrowLimit(_holdings(_holding(asset, 0)), 1, false);
            vm.expectRevert(unlisted);
            model.maintenanceLimit(_holdings(_holding(asset, 0)));
            vm.expectRevert(unlisted);
            model.quote(1 << asset);
            vm.expectRevert(unlisted);
            model.setTargets(asset, RiskTargets(3_000, 2_000, DEEP));
            vm.expectRevert(unlisted);
            model.delist(asset);
        }
    }

    // ---- delisting

    function test_delistingEndsBorrowingAtOnceAndForGood() public {
        _list(2, 3_000, 2_000, DEEP);
        uint256[] memory list = _holdings(_holding(2, TOKEN));
        uint256 before = model.maintenanceLimit(list);
        model.delist(2);
        _eqInForce(2, 10_000, 2_000, DEEP, DEEP);
        assert(model.delistedMask() == 4 && model.listedMask() == 4);
        assert(model.borrowLimit(list, 1, false) == 0);
        assert(model.maintenanceLimit(list) == before);
        assert(model.targets(2).maintenanceHaircut == 9_000 && model.targets(2).initialHaircut == 10_000);

        bytes memory gone = abi.encodeWithSelector(IRiskValuation.AssetIsDelisted.selector, 2);
        vm.expectRevert(gone);
        model.delist(2);
        vm.expectRevert(gone);
        _setTargets(2, 3_000, 2_000, DEEP);

        vm.warp(T0 + 1000 days);
        _eqInForce(2, 10_000, 9_000, DEEP, DEEP);
        model.setPaces(Paces(RISE, 2_000, DEPTH_FALL, 50));
        vm.warp(T0 + 2000 days);
        _eqInForce(2, 10_000, 9_000, DEEP, DEEP);
    }

    // ---- limits of holdings

    /// @dev 2 tokens at 900..1,100 USD into a depth of 6: counted as 1.5 tokens.
    function _listSpread(uint256 asset) private {
        _list(asset, 3_000, 2_000, 6 * TOKEN);
        oracle.set(asset, 900 * WAD, 1_100 * WAD, PriceStatus.Live);
    }

    function test_borrowingCountsLowAndMaintenanceHigh() public {
        _listSpread(1);
        uint256[] memory list = _holdings(_holding(1, 2 * TOKEN));
        _eq(model.borrowLimit(list, type(uint256).max, false), 1.5 * 900e18 * 0.7, "B");
        _eq(model.maintenanceLimit(list), 1.5 * 1_100e18 * 0.8, "M");
    }

    function test_holdingsAddUp() public {
        _listSpread(1);
        _listSpread(6);
        uint256[] memory list = _holdings(_holding(1, 2 * TOKEN), _holding(6, 2 * TOKEN));
        _eq(model.borrowLimit(list, type(uint256).max, false), 2 * 945e18, "B");
        _eq(model.maintenanceLimit(list), 2 * 1_320e18, "M");
        _eq(model.borrowLimit(new uint256[](0), 1, true), 0, "B of nothing");
        _eq(model.maintenanceLimit(new uint256[](0)), 0, "M of nothing");
    }

    function test_summingStopsAsSoonAsEnough() public {
        _listSpread(1);
        _listSpread(6);
        uint256[] memory list = _holdings(_holding(1, 2 * TOKEN), _holding(6, 2 * TOKEN));
        oracle.setTrapped(6, true);
        _eq(model.borrowLimit(list, 945e18, false), 945e18, "enough with the first");
        vm.expectRevert(abi.encodeWithSignature("Trapped(uint256)", 6));
        model.borrowLimit(list, 945e18 + 1, false);
        // Nothing needed: nothing read.
        oracle.setTrapped(1, true);
        _eq(model.borrowLimit(list, 0, false), 0, "nothing needed");
    }

    function test_completeSumsEverything() public {
        _listSpread(1);
        _listSpread(6);
        uint256[] memory list = _holdings(_holding(1, 2 * TOKEN), _holding(6, 2 * TOKEN));
        _eq(model.borrowLimit(list, 0, true), 2 * 945e18, "B");
        oracle.setTrapped(6, true);
        vm.expectRevert(abi.encodeWithSignature("Trapped(uint256)", 6));
        model.borrowLimit(list, 0, true);
    }

    function test_completeRefusesAnUnpricedHoldingEvenOfZero() public {
        _listSpread(1);
        _listSpread(6);
        oracle.set(6, 0, 1_100 * WAD, PriceStatus.Unpriced);
        uint256[] memory list = _holdings(_holding(1, 2 * TOKEN), _holding(6, 0));
        _eq(model.borrowLimit(list, type(uint256).max, false), 945e18, "B, not complete");
        vm.expectRevert(abi.encodeWithSelector(IPriceOracle.AssetUnpriced.selector, 6));
        model.borrowLimit(list, 0, true);
        // A delisted one is held to it as well.
        model.delist(6);
        vm.expectRevert(abi.encodeWithSelector(IPriceOracle.AssetUnpriced.selector, 6));
        model.borrowLimit(list, 0, true);
        oracle.set(6, 900 * WAD, 1_100 * WAD, PriceStatus.Live);
        _eq(model.borrowLimit(list, 0, true), 945e18, "B, complete");
    }

    function test_emptyAndDelistedHoldingsNeedNoPriceUnlessComplete() public {
        _listSpread(1);
        _listSpread(6);
        model.delist(6);
        oracle.setTrapped(1, true);
        oracle.setTrapped(6, true);
        uint256[] memory list = _holdings(_holding(1, 0), _holding(6, TOKEN));
        _eq(model.borrowLimit(list, 1, false), 0, "B");
        _eq(model.maintenanceLimit(_holdings(_holding(1, 0))), 0, "M");
    }

    function test_disagreeingSourcesStopBorrowingOnly() public {
        _listSpread(1);
        oracle.set(1, 500 * WAD, 1_100 * WAD, PriceStatus.Disagreeing);
        uint256[] memory list = _holdings(_holding(1, 2 * TOKEN));
        _eq(model.borrowLimit(list, 1, false), 0, "B");
        _eq(model.borrowLimit(list, 1, true), 0, "B, complete");
        _eq(model.maintenanceLimit(list), 1_320e18, "M");
    }

    function test_anUnpricedAssetCountsItsDecayingHighForMaintenanceOnly() public {
        _listSpread(1);
        _listSpread(6);
        oracle.set(1, 0, 550 * WAD, PriceStatus.Unpriced);
        uint256[] memory list = _holdings(_holding(1, 2 * TOKEN), _holding(6, 2 * TOKEN));
        _eq(model.borrowLimit(list, type(uint256).max, false), 945e18, "B");
        _eq(model.maintenanceLimit(list), 660e18 + 1_320e18, "M");
        oracle.set(1, 0, 0, PriceStatus.Unpriced);
        _eq(model.maintenanceLimit(list), 1_320e18, "M once decayed");
    }

    function test_aDepthOfZeroCountsZero() public {
        _list(1, 3_000, 2_000, 0);
        uint256[] memory list = _holdings(_holding(1, TOKEN));
        assert(model.borrowLimit(list, 1, true) == 0 && model.maintenanceLimit(list) == 0);
        list = _holdings(_holding(1, 0));
        assert(model.borrowLimit(list, 1, true) == 0 && model.maintenanceLimit(list) == 0);
    }

    function test_balancesEndAt64Bits() public {
        _list(1, 3_000, 2_000, DEEP);
        uint256 most = type(uint64).max;
        model.borrowLimit(_holdings(_holding(1, most)), 1, true);
        model.maintenanceLimit(_holdings(_holding(1, most)));
        uint256[2] memory tooMuch = [most + 1, (1 << 248) - 1];
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IRiskValuation.HoldingTooLarge.selector, 1, tooMuch[i], most);
            vm.expectRevert(refusal);
            model.borrowLimit(_holdings(_holding(1, tooMuch[i])), 1, false);
            vm.expectRevert(refusal);
            model.maintenanceLimit(_holdings(_holding(1, tooMuch[i])));
        }
    }

    function test_theLargestNumbersAllAtOnce() public {
        uint256 price = (1 << 100) - 1;
        oracle.set(0, price, price, PriceStatus.Live);
        uint256 depth = ((1 << 21) - 1) << 54;
        model.listAsset(0, 0, HaircutBounds(0, 10_000, 100, 9_000), RiskTargets(600, 100, depth));
        uint256 q = type(uint64).max;
        uint256[] memory list = _holdings(_holding(0, q));
        _eq(model.borrowLimit(list, 1, true), (price * q * depth * 9_400) / ((depth + q) * 10_000), "B");
        _eq(model.maintenanceLimit(list), (price * q * depth * 9_900) / ((depth + q) * 10_000), "M");
    }

    function test_theSequencerStopsLimitsButNotRequirePriced() public {
        _listSpread(1);
        oracle.setSequencerDown(5);
        uint256[] memory list = _holdings(_holding(1, TOKEN));
        bytes memory down = abi.encodeWithSelector(IPriceOracle.SequencerDown.selector, 5);
        vm.expectRevert(down);
        model.borrowLimit(list, 1, false);
        vm.expectRevert(down);
        model.maintenanceLimit(list);
        vm.expectRevert(down);
        model.quote(2);
        model.requirePriced(1);
    }

    function test_requirePriced() public {
        _listSpread(1);
        model.requirePriced(1);
        oracle.set(1, 500 * WAD, 1_100 * WAD, PriceStatus.Disagreeing);
        model.requirePriced(1);
        oracle.set(1, 0, 1_100 * WAD, PriceStatus.Unpriced);
        vm.expectRevert(abi.encodeWithSelector(IPriceOracle.AssetUnpriced.selector, 1));
        model.requirePriced(1);
        oracle.set(1, 900 * WAD, 1_100 * WAD, PriceStatus.Live);
        model.requirePriced(1);
        model.delist(1);
        vm.expectRevert(abi.encodeWithSelector(IRiskValuation.AssetIsDelisted.selector, 1));
        model.requirePriced(1);
    }

    // ---- quotes

    function test_quotesComeInAscendingOrder() public {
        _list(12, 4_000, 3_000, 7);
        _list(3, 3_000, 2_000, 6 * TOKEN);
        _list(5, 2_000, 1_000, 5);
        oracle.set(3, 900 * WAD, 1_100 * WAD, PriceStatus.Disagreeing);
        _setTargets(12, 2_000, 5_000, 1);
        vm.warp(T0 + 1 days);
        Quote[] memory quotes = model.quote((1 << 12) | (1 << 3));
        assert(quotes.length == 2);
        Quote memory q = quotes[0];
        assert(q.low == 900 * WAD && q.mid == 1_000 * WAD && q.high == 1_100 * WAD);
        assert(q.status == PriceStatus.Disagreeing && q.unit == 1e8);
        assert(q.initialHaircut == 3_000 && q.maintenanceHaircut == 2_000);
        assert(q.borrowDepth == 6 * TOKEN && q.maintenanceDepth == 6 * TOKEN);
        q = quotes[1];
        assert(q.low == 1_000 * WAD && q.high == 1_000 * WAD && q.status == PriceStatus.Live);
        assert(q.initialHaircut == 3_900 && q.maintenanceHaircut == 3_200);
        assert(q.borrowDepth == 1 && q.maintenanceDepth == 6);
        assert(model.quote(0).length == 0);
    }

    function test_quoteRefusesAMaskBeyondFifteen() public {
        _list(0, 3_000, 2_000, DEEP);
        vm.expectRevert(abi.encodeWithSelector(IRiskValuation.AssetNotListed.selector, 255));
        model.quote(1 | (1 << 16) | (1 << 255));
    }

    // ---- an oracle that is none

    function test_aShortOrSenselessAnswerIsNotTakenForAPrice() public {
        _listSpread(1);
        uint256[] memory list = _holdings(_holding(1, TOKEN));
        // What cannot be decoded is refused by the decoder, which says nothing. Returns nothing at all.
        vm.etch(address(oracle), hex"5f5ff3");
        vm.expectRevert(bytes(""));
        model.borrowLimit(list, 1, false);
        vm.expectRevert(bytes(""));
        model.maintenanceLimit(list);
        // Returns four words, the last of which, 3, is no status.
        vm.etch(address(oracle), hex"600360605260805ff3");
        vm.expectRevert(bytes(""));
        model.borrowLimit(list, 1, false);
        // With 2 it is `Live`: what was refused above is the status.
        vm.etch(address(oracle), hex"600260605260805ff3");
        assert(model.borrowLimit(list, 1, false) == 0);
    }

    // ---- properties

    /// @dev Limits are what the quotes, read and decoded plainly, say: in 512-bit arithmetic, one division a holding.
    function testFuzz_limitsAreTheSumsOverTheQuotes(uint256 seed) public {
        uint256[] memory list = _randomBook(seed);
        Quote[] memory quotes = model.quote((1 << list.length) - 1);
        uint256 b;
        uint256 m;
        for (uint256 i = 0; i < list.length; ++i) {
            (Quote memory q, uint256 balance) = (quotes[i], list[i] & type(uint64).max);
            if (q.borrowDepth != 0) {
                b += Math.mulDiv(
                    q.low * balance,
                    q.borrowDepth * (BPS - q.initialHaircut),
                    (q.borrowDepth + balance) * q.unit * BPS
                );
            }
            if (q.maintenanceDepth != 0) {
                m += Math.mulDiv(
                    q.high * balance,
                    q.maintenanceDepth * (BPS - q.maintenanceHaircut),
                    (q.maintenanceDepth + balance) * q.unit * BPS
                );
            }
        }
        _eq(model.borrowLimit(list, type(uint256).max, true), b, "B");
        _eq(model.maintenanceLimit(list), m, "M");
    }

    function testFuzz_borrowLimitNeverAboveMaintenanceLimit(uint256 seed) public {
        uint256[] memory list = _randomBook(seed);
        assert(model.borrowLimit(list, type(uint256).max, true) <= model.maintenanceLimit(list));
    }

    function testFuzz_limitsAreMonotoneInBalance(uint256 seed, uint256 which, uint256 more) public {
        uint256[] memory list = _randomBook(seed);
        if (list.length == 0) return;
        uint256 b = model.borrowLimit(list, type(uint256).max, true);
        uint256 m = model.maintenanceLimit(list);
        which = which % list.length;
        uint256 balance = list[which] & type(uint64).max;
        list[which] += more % (type(uint64).max - balance + 1);
        assert(model.borrowLimit(list, type(uint256).max, true) >= b);
        assert(model.maintenanceLimit(list) >= m);
    }

    function testFuzz_enoughIsReachedOrTheSumExact(uint256 seed, uint256 enough) public {
        uint256[] memory list = _randomBook(seed);
        uint256 all = model.borrowLimit(list, 0, true);
        enough = enough % (all + all / 8 + 2);
        uint256 b = model.borrowLimit(list, enough, false);
        assert(b <= all);
        assert(b >= enough || b == all);
    }

    /// @dev Up to 16 assets with random parameters, some of them ramping, and a random list of holdings.
    function _randomBook(uint256 seed) private returns (uint256[] memory list) {
        uint256 count = seed % 17;
        list = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 r = uint256(keccak256(abi.encode(seed, i)));
            uint256 low = (r & ((1 << 99) - 1)) >> ((r >> 100) % 99);
            oracle.set(i, low, low + (low * ((r >> 110) % 500)) / 10_000, PriceStatus.Live);
            model.listAsset(i, (r >> 120) % 19, _wide(), _randomTargets(r));
            if ((r >> 130) % 2 == 1) model.setTargets(i, _randomTargets(uint256(keccak256(abi.encode(r)))));
            uint256 balance = ((r >> 140) & type(uint64).max) >> ((r >> 204) % 64);
            list[i] = _holding(i, balance);
        }
        vm.warp(T0 + ((seed >> 20) % 30 days));
    }

    function _randomTargets(uint256 r) private pure returns (RiskTargets memory) {
        uint16 initial = uint16(_bounded(r >> 8, 0, 10_000));
        uint16 maintenance = uint16(_bounded(r >> 24, 100, 9_000));
        return RiskTargets(initial, maintenance, ((r >> 40) & ((1 << 75) - 1)) >> ((r >> 120) % 76));
    }

    function _outOfBounds(
        bytes32 parameter,
        uint256 value,
        uint256 minimum,
        uint256 maximum
    ) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IRiskRamps.ParameterOutOfBounds.selector, parameter, value, minimum, maximum);
    }
}
