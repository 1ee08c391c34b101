// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {Paces, RiskTargets} from "../../../contracts/interfaces/IRiskModel.sol";
import {RampsHarness} from "../../contracts/risk/RampsHarness.sol";
import {vm} from "../../contracts/Vm.sol";
import {RampsFixture} from "./RampsFixture.sol";

/// @dev How values in force move: exactly, only with time where it is against borrowers, at the pace, and whatever else is
/// called meanwhile. Paces of the fixture: m rises 200 bps a day (1 bps in 432 s), h falls 100 (864 s), depth falls 1,000
/// (half in 10 days), gap 500.
///
/// Times are counted here, never read from `block.timestamp`: the optimizer takes that for constant within a call, which
/// `vm.warp` makes untrue.
contract HaircutRampsMovesTest is RampsFixture {
    uint256 private constant X = 1 << 40;

    // ---- exact courses

    function test_maintenanceHaircutRisesInStepsOfItsPace() public {
        _list(0, 5_000, 2_000, X);
        _setTargets(0, 5_000, 3_000, X);
        _eqInForce(0, 5_000, 2_000, X, X);
        vm.warp(T0 + 431);
        _eqInForce(0, 5_000, 2_000, X, X);
        vm.warp(T0 + 432);
        _eqInForce(0, 5_000, 2_001, X, X);
        vm.warp(T0 + 1 days);
        _eqInForce(0, 5_000, 2_200, X, X);
        vm.warp(T0 + 5 days - 1);
        _eqInForce(0, 5_000, 2_999, X, X);
        vm.warp(T0 + 5 days);
        _eqInForce(0, 5_000, 3_000, X, X);
        vm.warp(T0 + 5_000 days);
        _eqInForce(0, 5_000, 3_000, X, X);
    }

    function test_maintenanceHaircutFallsAtOnce() public {
        _list(0, 5_000, 2_000, X);
        _setTargets(0, 5_000, 1_000, X);
        _eqInForce(0, 5_000, 1_000, X, X);
    }

    function test_aRampTurnedRoundStartsFromWhereItIs() public {
        _list(0, 5_000, 2_000, X);
        _setTargets(0, 5_000, 3_000, X);
        vm.warp(T0 + 2 days);
        _setTargets(0, 5_000, 2_300, X);
        _eqInForce(0, 5_000, 2_300, X, X);
        _setTargets(0, 5_000, 3_000, X);
        _eqInForce(0, 5_000, 2_300, X, X);
        vm.warp(T0 + 3 days);
        _eqInForce(0, 5_000, 2_500, X, X);
    }

    function test_initialHaircutRisesAtOnceAndFallsAtItsPace() public {
        _list(0, 3_000, 2_000, X);
        _setTargets(0, 4_000, 2_000, X);
        _eqInForce(0, 4_000, 2_000, X, X);
        _setTargets(0, 3_000, 2_000, X);
        vm.warp(T0 + 863);
        _eqInForce(0, 4_000, 2_000, X, X);
        vm.warp(T0 + 864);
        _eqInForce(0, 3_999, 2_000, X, X);
        vm.warp(T0 + 4 days);
        _eqInForce(0, 3_600, 2_000, X, X);
        vm.warp(T0 + 10 days);
        _eqInForce(0, 3_000, 2_000, X, X);
    }

    function test_theGapLiftsTheInitialHaircutAlongTheWay() public {
        _list(0, 3_000, 2_000, X);
        _setTargets(0, 2_500, 3_000, X);
        vm.warp(T0 + 1 days);
        _eqInForce(0, 2_900, 2_200, X, X);
        vm.warp(T0 + 2 days);
        // The paced 2,800 would be less than 2,400 + 500.
        _eqInForce(0, 2_900, 2_400, X, X);
        vm.warp(T0 + 5 days);
        _eqInForce(0, 3_500, 3_000, X, X);
    }

    function test_initialHaircutFallsAtItsPaceAlsoWhenWhatHeldItUpIsGone() public {
        _list(0, 2_000, 3_000, X);
        _eqInForce(0, 3_500, 3_000, X, X);
        _setTargets(0, 2_000, 1_000, X);
        _eqInForce(0, 3_500, 1_000, X, X);
        vm.warp(T0 + 15 days);
        _eqInForce(0, 2_000, 1_000, X, X);
    }

    function test_maintenanceDepthHalvesInTenDays() public {
        _list(0, 5_000, 2_000, X);
        _setTargets(0, 5_000, 2_000, 7);
        _eqInForce(0, 5_000, 2_000, 7, X);
        vm.warp(T0 + 5 days);
        _eqInForce(0, 5_000, 2_000, 7, (X / 4) * 3);
        vm.warp(T0 + 10 days);
        _eqInForce(0, 5_000, 2_000, 7, X / 2);
        vm.warp(T0 + 20 days);
        _eqInForce(0, 5_000, 2_000, 7, X / 4);
        vm.warp(T0 + 400 days);
        _eqInForce(0, 5_000, 2_000, 7, 7);
    }

    function test_maintenanceDepthFallsAtMostAnTenthOfItselfADay() public {
        _list(0, 5_000, 2_000, X);
        _setTargets(0, 5_000, 2_000, 0);
        // From X the marks of the octave below are half as wide: 1,000 bps of the pace, 500 of X.
        vm.warp(T0 + 1 days);
        (, uint256 depth) = model.depths(0);
        assert(depth >= (X / 10_000) * 9_500 && depth < (X / 10_000) * 9_501);
        // Just above X/2 they are the pace itself.
        vm.warp(T0 + 9 days);
        (, depth) = model.depths(0);
        vm.warp(T0 + 10 days);
        (, uint256 next) = model.depths(0);
        assert(depth - next < depth / 10 && depth - next > depth / 11);
    }

    function test_depthRisesAtOnce() public {
        _list(0, 5_000, 2_000, X);
        _setTargets(0, 5_000, 2_000, 2 * X);
        _eqInForce(0, 5_000, 2_000, 2 * X, 2 * X);
        _setTargets(0, 5_000, 2_000, X / 8);
        vm.warp(T0 + 10 days);
        _eqInForce(0, 5_000, 2_000, X / 8, X);
        _setTargets(0, 5_000, 2_000, X / 2);
        _eqInForce(0, 5_000, 2_000, X / 2, X);
        _setTargets(0, 5_000, 2_000, 4 * X);
        _eqInForce(0, 5_000, 2_000, 4 * X, 4 * X);
    }

    function test_delistingRampsToTheMaximum() public {
        _list(0, 3_000, 2_000, X);
        model.delist(0);
        vm.warp(T0 + 3 days);
        _eqInForce(0, 10_000, 2_600, X, X);
        vm.warp(T0 + 35 days);
        _eqInForce(0, 10_000, 9_000, X, X);
    }

    function test_newPacesHoldFromNowOn() public {
        _list(0, 6_000, 2_000, X);
        _setTargets(0, 5_000, 3_000, 0);
        vm.warp(T0 + 2 days);
        model.setPaces(Paces(50, 10, 2_000, GAP));
        // 209,715 marks down from 2**40: (2**21 - 209,715) * 2**19.
        _eqInForce(0, 5_800, 2_400, 0, uint256(1_887_437) << 19);
        vm.warp(T0 + 4 days);
        (uint256 h, uint256 m) = model.haircuts(0);
        _eq(h, 5_780, "h");
        _eq(m, 2_500, "m");
    }

    function test_aWiderGapLiftsAtOnceANarrowerOneLetsFallAtThePace() public {
        _list(0, 2_500, 2_000, X);
        _list(1, 5_000, 2_000, X);
        _setTargets(1, 5_000, 3_000, X);
        model.setPaces(Paces(RISE, FALL, DEPTH_FALL, 1_000));
        _eqInForce(0, 3_000, 2_000, X, X);
        _eqInForce(1, 5_000, 2_000, X, X);
        // Nothing is left to move it: it stays cheap to read.
        assert(!_ramping(0) && _ramping(1));
        model.setPaces(Paces(RISE, FALL, DEPTH_FALL, 100));
        _eqInForce(0, 3_000, 2_000, X, X);
        vm.warp(T0 + 1 days);
        _eqInForce(0, 2_900, 2_000, X, X);
        vm.warp(T0 + 50 days);
        _eqInForce(0, 2_500, 2_000, X, X);
        _eqInForce(1, 5_000, 3_000, X, X);
    }

    function test_neighboursKeepTheirCourse() public {
        _list(0, 5_000, 2_000, X);
        _list(1, 5_000, 2_000, X);
        _setTargets(0, 5_000, 3_000, X / 2);
        vm.warp(T0 + 1 days + 431);
        _setTargets(1, 5_000, 4_000, X);
        vm.warp(T0 + 1 days + 432);
        _eq(_m(model, 0), 2_201, "the step due, not one delayed by the neighbour");
        // The neighbour's first step comes with the common clock: after one second here, never two within 432.
        _eq(_m(model, 1), 2_001, "neighbour");
        vm.warp(T0 + 1 days + 863);
        _eq(_m(model, 1), 2_001, "neighbour");
        vm.warp(T0 + 10 days);
        _eqInForce(0, 5_000, 3_000, X / 2, X / 2);
    }

    /// @dev Every block for two hours: dropped fractions would freeze the ramp, rounded ones would multiply it.
    function test_rebasingEveryBlockNeitherFreezesNorHurries() public {
        _list(0, 5_000, 2_000, X);
        _list(1, 5_000, 2_000, X);
        RampsHarness undisturbed = _deploy();
        _list(undisturbed, 0, 5_000, 2_000, X);
        _setTargets(0, 4_000, 3_000, 0);
        undisturbed.setTargets(0, RiskTargets(4_000, 3_000, 0));
        for (uint256 i = 1; i <= 600; ++i) {
            vm.warp(T0 + 12 * i);
            // In turn a neighbour, and the asset itself with the targets it has.
            if (i % 2 == 0) _setTargets(1, 5_000, 2_000, X);
            else _setTargets(0, 4_000, 3_000, 0);
        }
        (uint256 h, uint256 m) = model.haircuts(0);
        _eq(h, 5_000 - 8, "h");
        _eq(m, 2_000 + 16, "m");
        _requireSame(undisturbed, 0);
    }

    function test_anArrivedAssetIsSettledByTheNextCall() public {
        _list(0, 5_000, 2_000, X);
        _list(1, 5_000, 2_000, X);
        _setTargets(0, 5_000, 2_100, X);
        assert(_ramping(0) && !_ramping(1));
        vm.warp(T0 + 1 days);
        assert(_ramping(0));
        _setTargets(1, 5_000, 2_000, X);
        assert(!_ramping(0) && !_ramping(1));
        _eqInForce(0, 5_000, 2_100, X, X);
        vm.warp(T0 + 2 days);
        _eqInForce(0, 5_000, 2_100, X, X);
    }

    // ---- whatever is called, in whatever order

    struct Seen {
        uint256 h;
        uint256 m;
        uint256 live;
        uint256 slow;
    }

    /// @dev Random calls at random times: no call moves a maintenance limit down, or an initial haircut down, or anything of
    /// another asset (but its initial haircut up, with the gap); time moves values no faster than the paces.
    function testFuzz_callsNeverMoveAgainstBorrowersAndTimeNoFasterThanThePace(uint256 seed) public {
        _listSix(seed);
        uint256[] memory book = _book(seed);
        uint256 passed;
        for (uint256 i = 0; i < 24; ++i) {
            uint256 r = uint256(keccak256(abi.encode(seed, "step", i)));
            Seen[6] memory before = _seeAll();
            uint256 limit = model.maintenanceLimit(book);

            uint256 asset = _act(r);
            Seen[6] memory afterwards = _seeAll();
            require(model.maintenanceLimit(book) >= limit, "a call lowered M");
            for (uint256 j = 0; j < 6; ++j) {
                (Seen memory a, Seen memory b) = (before[j], afterwards[j]);
                require(b.m <= a.m && b.slow >= a.slow, "a call moved an asset against its borrowers");
                require(b.h >= a.h, "a call lowered an initial haircut");
                if (j != asset) {
                    require(b.m == a.m && b.slow == a.slow && b.live == a.live, "a call moved another asset");
                    require(b.h == a.h || asset == 6, "a call moved another asset's initial haircut");
                }
                _requireOrdered(b);
            }

            uint256 span = _span(r >> 128);
            passed += span;
            vm.warp(T0 + passed);
            _requirePaced(afterwards, _seeAll(), span);
        }
    }

    /// @dev The same over a whole run of calls: no frequency of calls adds up to more than the pace.
    function testFuzz_manyCallsAddUpToNoMoreThanThePace(uint256 seed) public {
        _listSix(seed);
        for (uint256 j = 0; j < 6; ++j) model.setTargets(j, RiskTargets(0, 9_000, 0));
        Seen[6] memory first = _seeAll();
        uint256 passed;
        for (uint256 i = 0; i < 24; ++i) {
            uint256 r = uint256(keccak256(abi.encode(seed, "step", i)));
            passed += _span(r);
            vm.warp(T0 + passed);
            // Away from the targets and back: whatever relief that gives borrowers is theirs to keep.
            uint256 asset = (r >> 64) % 6;
            if ((r >> 72) % 2 == 0) model.setTargets(asset, RiskTargets(0, 9_000, 0));
            else if ((r >> 73) % 2 == 0) model.setPaces(_paces());
            else model.setTargets((r >> 80) % 6, RiskTargets(uint16((r >> 90) % 10_001), 9_000, 0));
            _requirePaced(first, _seeAll(), passed);
        }
    }

    /// @dev A model whose ramps are never touched, and one whose neighbours are changed and whose own targets are repeated at
    /// random times, agree at every moment.
    function testFuzz_rebasingChangesNothingEver(uint256 seed) public {
        RampsHarness undisturbed = _deploy();
        uint256 r = uint256(keccak256(abi.encode(seed)));
        RiskTargets memory initial = _target(r);
        RiskTargets memory aim = _target(r >> 128);
        oracle.set(0, WAD, WAD, PriceStatus.Live);
        model.listAsset(0, 8, _wide(), initial);
        undisturbed.listAsset(0, 8, _wide(), initial);
        for (uint256 j = 1; j < 4; ++j) _list(j, 5_000, 2_000, X);
        uint256 passed = r % 10 days;
        vm.warp(T0 + passed);
        model.setTargets(0, aim);
        undisturbed.setTargets(0, aim);
        for (uint256 i = 0; i < 24; ++i) {
            r = uint256(keccak256(abi.encode(seed, i)));
            passed += _span(r);
            vm.warp(T0 + passed);
            if ((r >> 64) % 3 == 0) model.setTargets(0, aim);
            else model.setTargets(1 + ((r >> 66) % 3), _target(r >> 100));
            _requireSame(undisturbed, 0);
        }
    }

    // ---- helpers

    function _m(RampsHarness of_, uint256 asset) private view returns (uint256 m) {
        (, m) = of_.haircuts(asset);
    }

    function _requireSame(RampsHarness other, uint256 asset) private view {
        (uint256 h, uint256 m) = other.haircuts(asset);
        (uint256 live, uint256 slow) = other.depths(asset);
        _eqInForce(asset, h, m, live, slow);
    }

    function _listSix(uint256 seed) private {
        for (uint256 j = 0; j < 6; ++j) {
            oracle.set(j, 990 * WAD, 1_010 * WAD, PriceStatus.Live);
            model.listAsset(j, 8, _wide(), _target(uint256(keccak256(abi.encode(seed, "list", j)))));
        }
    }

    function _book(uint256 seed) private pure returns (uint256[] memory list) {
        list = new uint256[](6);
        for (uint256 j = 0; j < 6; ++j) {
            uint256 r = uint256(keccak256(abi.encode(seed, "book", j)));
            list[j] = _holding(j, uint256(uint64(r)) >> ((r >> 64) % 64));
        }
    }

    function _target(uint256 r) private pure returns (RiskTargets memory) {
        uint256 depth = (uint256(uint80(r)) & ((1 << 75) - 1)) >> ((r >> 80) % 76);
        return RiskTargets(uint16((r >> 90) % 10_001), uint16(100 + ((r >> 106) % 8_901)), depth);
    }

    /// @dev A second to a month, short spans as often as long ones.
    function _span(uint256 r) private pure returns (uint256) {
        return 1 + (r % 30 days) / (10 ** ((r >> 32) % 7));
    }

    /// @return asset The one acted on; 6 when the paces were set.
    function _act(uint256 r) private returns (uint256 asset) {
        uint256 what = r % 16;
        asset = (r >> 4) % 6;
        if (what == 0) {
            model.setPaces(
                Paces(
                    uint16(10 + ((r >> 8) % 1_991)),
                    uint16(1 + ((r >> 24) % 2_000)),
                    uint16(10 + ((r >> 40) % 4_991)),
                    uint16(50 + ((r >> 56) % 1_951))
                )
            );
            return 6;
        }
        bool gone = (model.delistedMask() >> asset) & 1 == 1;
        if (what == 1 && !gone) model.delist(asset);
        else if (!gone) model.setTargets(asset, _target(r >> 8));
    }

    function _seeAll() private view returns (Seen[6] memory all) {
        for (uint256 j = 0; j < 6; ++j) {
            (all[j].h, all[j].m) = model.haircuts(j);
            (all[j].live, all[j].slow) = model.depths(j);
        }
    }

    function _requireOrdered(Seen memory s) private view {
        uint256 floor = s.m + model.paces().minGap;
        require(s.h >= (floor < 10_000 ? floor : 10_000), "the gap is gone");
        require(s.h <= 10_000 && s.live <= s.slow, "out of order");
    }

    /// @dev One step of rounding is allowed for on each: 1 bps, 1 mark, 1 ledger unit.
    function _requirePaced(Seen[6] memory from, Seen[6] memory to, uint256 span) private view {
        Paces memory p = model.paces();
        for (uint256 j = 0; j < 6; ++j) {
            (Seen memory a, Seen memory b) = (from[j], to[j]);
            _requireOrdered(b);
            require(b.m <= a.m + (p.maintenanceRise * span) / 1 days + 1, "m rose faster than its pace");
            require(b.h + (p.initialFall * span) / 1 days + 1 >= a.h, "h fell faster than its pace");
            uint256 marks = (p.depthFall * span * (1 << 20)) / (10_000 * 1 days) + 1;
            require((b.slow + 1) << 20 >= _lessMarks(a.slow, marks), "X fell faster than its pace");
        }
    }

    /// @dev `depth * (1 - marks / 2**20)`, times 2**20; a day at a time where that would be nothing.
    function _lessMarks(uint256 depth, uint256 marks) private pure returns (uint256) {
        return marks >= 1 << 20 ? 0 : depth * ((1 << 20) - marks);
    }
}
