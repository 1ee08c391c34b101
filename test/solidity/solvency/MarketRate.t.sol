// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IMarketRate, RateTerms} from "../../../contracts/interfaces/IMarketRate.sol";
import {IPriceOracle, PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {MarketRate} from "../../../contracts/solvency/MarketRate.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {StakeSheet} from "../../contracts/backstop/StakeSheet.sol";
import {SettableOracle} from "../../contracts/risk/SettableOracle.sol";
import {vm} from "../../contracts/Vm.sol";

/// @notice The rate that plUSD's price asks for, against an exponential worked out another way; its bounds, its pace, and when it stays.
contract MarketRateTest {
    uint256 private constant T0 = 1_700_000_000;
    uint256 private constant WAD = 1e18;
    uint256 private constant YEAR = 365 days;
    uint256 private constant ASSET = 20;
    address private constant ENGINE = address(0xE9);
    /// @dev Scale of the reference.
    uint256 private constant ONE = 1e36;

    AccessManager private manager;
    SettableOracle private oracle;
    StakeSheet private sheet;
    MarketRate private source;

    function setUp() public {
        vm.warp(T0);
        manager = Deploy.accessManager(address(this));
        oracle = new SettableOracle();
        sheet = new StakeSheet();
        _price(WAD);
        source = _deploy(ASSET, _terms());
    }

    /// @dev 5% a year at par, between 0.5% and 50%, e times as much at 2% below par, 2% a year a day, 10% a year while capital is short.
    function _terms() private pure returns (RateTerms memory) {
        return
            RateTerms({
                base: _perYear(500),
                minimum: _perYear(50),
                maximum: _perYear(5_000),
                sensitivity: 0.02e18,
                pace: _perYear(200),
                surcharge: _perYear(1_000)
            });
    }

    /// @dev {bps a year} -> {1/s} 18 decimals
    function _perYear(uint256 bps) private pure returns (uint40) {
        return uint40((bps * WAD) / 1e4 / YEAR);
    }

    function _deploy(uint256 asset, RateTerms memory terms) private returns (MarketRate) {
        return Deploy.marketRate(address(manager), ENGINE, address(oracle), address(sheet), asset, terms);
    }

    function _price(uint256 price) private {
        oracle.set(ASSET, price, price, PriceStatus.Live);
    }

    function _aim() private view returns (uint256 rate) {
        bool priced;
        (rate, priced) = source.aim();
        require(priced, "not priced");
    }

    function _next(uint256 current) private returns (uint256) {
        vm.prank(ENGINE);
        return source.nextRate(current);
    }

    // ---- the reference

    /// @dev e^(x / y) with 36 decimals, by the series of a 1024th of it and ten squarings. |x / y| up to 41.
    function _exp(uint256 x, uint256 y) private pure returns (uint256 result) {
        uint256 part = Math.mulDiv(x, ONE / 1024, y);
        uint256 term = ONE;
        for (uint256 n = 1; term != 0; ++n) {
            result += term;
            term = Math.mulDiv(term, part, n * ONE);
        }
        for (uint256 i; i < 10; ++i) result = Math.mulDiv(result, result, ONE);
    }

    /// @dev {1/s} 18 decimals
    function _reference(RateTerms memory t, uint256 price, bool short) private pure returns (uint256 rate) {
        bool below = price < WAD;
        uint256 distance = below ? WAD - price : price - WAD;
        if (distance >= 41 * uint256(t.sensitivity)) {
            rate = below && t.base != 0 ? t.maximum : 0;
        } else {
            uint256 factor = _exp(distance, t.sensitivity);
            rate = below ? Math.mulDiv(t.base, factor, ONE) : Math.mulDiv(t.base, ONE, factor);
        }
        if (short) rate += t.surcharge;
        if (rate < t.minimum) rate = t.minimum;
        if (rate > t.maximum) rate = t.maximum;
    }

    function testFuzz_againstTheReference(uint256 price, uint256 sensitivity, uint256 base, bool short) public {
        RateTerms memory t = _terms();
        t.sensitivity = uint64(1e15 + (sensitivity % (1e18 - 1e15 + 1)));
        t.maximum = uint40(WAD / YEAR);
        t.minimum = 0;
        t.base = uint40(base % (uint256(t.maximum) + 1));
        // Near par mostly, and anything now and then.
        price = price % 4 == 0 ? price % (3 * WAD) : 0.9e18 + (price % 0.2e18);
        source.setTerms(t);
        sheet.setCapitalShort(short);
        _price(price);
        uint256 aimed = _aim();
        uint256 expected = _reference(t, price, short);
        require(aimed <= expected + 1 && expected <= aimed + 1, "not what the formula says");
    }

    function test_theReferenceIsRight() public pure {
        // e and e^10, to 30 digits.
        require(_exp(1, 1) / 1e6 == 2_718281828459045235360287471352, "e");
        require(_exp(10, 1) / 1e10 == 22026_46579480671651695790064528, "e^10");
    }

    function test_numbers() public {
        require(_aim() == _perYear(500), "at par");
        _price(0.98e18);
        require(_aim() / 1e4 == (uint256(_perYear(500)) * 271_828_182) / 1e8 / 1e4, "2% below par: e times");
        _price(1.02e18);
        require(_aim() / 1e4 == (uint256(_perYear(500)) * 36_787_944) / 1e8 / 1e4, "2% above par: 1/e");
    }

    function testFuzz_dearerWhenCheaper(uint256 a, uint256 b) public {
        (a, b) = (a % (2 * WAD), b % (2 * WAD));
        if (a > b) (a, b) = (b, a);
        _price(a);
        uint256 atA = _aim();
        _price(b);
        require(_aim() <= atA, "a higher price asks for a higher rate");
    }

    /// @dev The mid counts: neither side of a wide price.
    function test_theMidCounts() public {
        oracle.set(ASSET, 0.97e18, 0.99e18, PriceStatus.Live);
        uint256 wide = _aim();
        _price(0.98e18);
        require(wide == _aim(), "not the mid");
    }

    // ---- bounds

    function testFuzz_withinItsBounds(uint256 price, bool short) public {
        _price(price % 1e29);
        sheet.setCapitalShort(short);
        uint256 rate = _aim();
        require(rate >= _terms().minimum && rate <= _terms().maximum, "out of bounds");
    }

    function test_boundsAreReached() public {
        _price(0);
        require(_aim() == _terms().maximum, "worthless");
        _price(1e29);
        require(_aim() == _terms().minimum, "priceless");
    }

    function test_shortCapitalAddsASurcharge() public {
        sheet.setCapitalShort(true);
        require(_aim() == uint256(_terms().base) + _terms().surcharge, "no surcharge");
    }

    // ---- pace

    function testFuzz_movesByItsPace(uint256 price, uint256 current, uint256 elapsed) public {
        _price(0.9e18 + (price % 0.2e18));
        current = current % (WAD / YEAR);
        elapsed = elapsed % 2 days;
        vm.warp(T0 + elapsed);
        uint256 aimed = _aim();
        uint256 counted = elapsed > 1 days ? 1 days : elapsed;
        uint256 step = (uint256(_terms().pace) * counted) / 1 days;
        uint256 foreseen = source.preview(current);
        uint256 rate = _next(current);
        require(rate == foreseen, "not what the preview said");
        if (current + step < aimed) require(rate == current + step, "up");
        else if (current > aimed + step) require(rate == current - step, "down");
        else require(rate == aimed, "arrived");
        require(_next(rate) == rate, "moved again in the same second");
    }

    /// @dev However often anybody has the rate updated, it moves as far in a day, but for rounding.
    function test_howOftenItIsAskedDoesNotMatter() public {
        _price(0.9e18);
        uint256 once = _perYear(500) + _terms().pace;
        uint256 rate = _perYear(500);
        for (uint256 i = 1; i <= 2_400; ++i) {
            vm.warp(T0 + i * 36);
            rate = _next(rate);
        }
        require(rate <= once && rate + 2_400 >= once, "asking often moved it otherwise");
        // The slowest pace there may be, each second.
        RateTerms memory t = _terms();
        t.pace = 1e7;
        source.setTerms(t);
        uint256 before = rate;
        for (uint256 i = 1; i <= 864; ++i) {
            vm.warp(T0 + 1 days + i);
            rate = _next(rate);
        }
        require((rate - before) * 100 >= (1e7 / 100) * 99, "asking each second held it back");
    }

    function test_aLongPauseMakesUpForADayOnly() public {
        _price(0.9e18);
        vm.warp(T0 + 30 days);
        require(_next(_perYear(500)) == uint256(_perYear(500)) + _terms().pace, "more than a day's worth");
    }

    function test_newTermsKeepTheClock() public {
        _price(0.9e18);
        vm.warp(T0 + 12 hours);
        source.setTerms(_terms());
        require(_next(_perYear(500)) == uint256(_perYear(500)) + _terms().pace / 2, "the clock was moved");
    }

    // ---- when it stays

    function test_unpricedOrDisagreeingLeavesItUnchanged() public {
        PriceStatus[2] memory statuses = [PriceStatus.Unpriced, PriceStatus.Disagreeing];
        uint256 time = T0;
        for (uint256 i; i < 2; ++i) {
            oracle.set(ASSET, 0.5e18, 0.5e18, statuses[i]);
            time += 1 days;
            vm.warp(time);
            (uint256 aimed, bool priced) = source.aim();
            require(aimed == 0 && !priced, "said to be priced");
            require(source.preview(777) == 777, "the preview moved");
            require(_next(777) == 777, "it moved, also out of its bounds");
        }
        // The clock went on: the time without a price is not made up for.
        _price(0.9e18);
        uint256 rate = _next(_perYear(500));
        require(rate == _perYear(500), "the time without a price was made up for");
    }

    /// @dev An error of the oracle is no missing price: it might have been brought about by leaving it too little gas.
    function test_anOracleThatRevertsStopsTheUpdate() public {
        oracle.setSequencerDown(T0);
        vm.expectRevert(abi.encodeWithSelector(IPriceOracle.SequencerDown.selector, T0));
        vm.prank(ENGINE);
        source.nextRate(1);
    }

    function test_onlyTheEngineMovesTheClock() public {
        vm.expectRevert(abi.encodeWithSelector(IMarketRate.NotEngine.selector, address(this)));
        source.nextRate(1);
    }

    // ---- governance

    function _refused(RateTerms memory terms, bytes32 name, uint256 value, uint256 least, uint256 most) private {
        vm.expectRevert(abi.encodeWithSelector(IMarketRate.ParameterOutOfBounds.selector, name, value, least, most));
        source.setTerms(terms);
    }

    function test_termsHaveLimits() public {
        uint256 highest = WAD / YEAR;
        RateTerms memory t = _terms();
        t.maximum = uint40(highest + 1);
        _refused(t, "maximum", highest + 1, 0, highest);
        t = _terms();
        t.minimum = t.maximum + 1;
        _refused(t, "minimum", t.minimum, 0, t.maximum);
        t = _terms();
        t.base = t.minimum - 1;
        _refused(t, "base", t.base, t.minimum, t.maximum);
        t.base = t.maximum + 1;
        _refused(t, "base", t.base, t.minimum, t.maximum);
        t = _terms();
        t.sensitivity = 1e15 - 1;
        _refused(t, "sensitivity", 1e15 - 1, 1e15, 1e18);
        t.sensitivity = 1e18 + 1;
        _refused(t, "sensitivity", 1e18 + 1, 1e15, 1e18);
        t = _terms();
        t.pace = 1e7 - 1;
        _refused(t, "pace", 1e7 - 1, 1e7, highest);
        t.pace = uint40(highest + 1);
        _refused(t, "pace", highest + 1, 1e7, highest);
        t = _terms();
        t.surcharge = uint40(highest + 1);
        _refused(t, "surcharge", highest + 1, 0, highest);
        t = _terms();
        t.surcharge = 5;
        source.setTerms(t);
        require(keccak256(abi.encode(source.terms())) == keccak256(abi.encode(t)), "not stored");
    }

    function test_theAssetIsNoneOfTheRiskModels() public {
        uint256[2] memory wrong = [uint256(15), 256];
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IMarketRate.ParameterOutOfBounds.selector, bytes32("asset"), wrong[i], 16, 255)
            );
            _deploy(wrong[i], _terms());
        }
        require(source.DOLLAR_ASSET() == ASSET, "number");
    }

    function test_onlyGovernanceSets() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, ENGINE));
        vm.prank(ENGINE);
        source.setTerms(_terms());
    }
}
