// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {MockV3Aggregator} from "@chainlink/contracts/src/v0.8/shared/mocks/MockV3Aggregator.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IDerivedFeed} from "../../../../contracts/interfaces/IDerivedFeed.sol";
import {IExchangeRateFeed, RateSource} from "../../../../contracts/interfaces/IExchangeRateFeed.sol";
import {PriceStatus} from "../../../../contracts/interfaces/IPriceOracle.sol";
import {ExchangeRateFeed} from "../../../../contracts/oracle/feeds/ExchangeRateFeed.sol";
import {OracleFixture} from "../../../contracts/oracle/OracleFixture.sol";
import {RateToken} from "../../../contracts/oracle/RateToken.sol";
import {Deploy} from "../../../contracts/Deploy.sol";
import {vm} from "../../../contracts/Vm.sol";

/// @notice The price of a staked token: base price times exchange rate, growth capped.
contract ExchangeRateFeedTest is OracleFixture {
    uint256 private constant YEAR = 365 days;
    /// @dev 10% a year.
    uint256 private constant GROWTH = 1_000;

    RateToken private token;
    ExchangeRateFeed private rateFeed;

    function setUp() public override {
        super.setUp();
        token = new RateToken(1.2e18);
        rateFeed = _deploy(_source());
    }

    function _source() private view returns (RateSource memory) {
        return
            RateSource({
                target: address(token),
                selector: RateToken.rateNow.selector,
                hasArgument: false,
                argument: 0,
                decimals: 18,
                minSupply: 0
            });
    }

    function _deploy(RateSource memory source) private returns (ExchangeRateFeed) {
        return
            Deploy.exchangeRateFeed(
                address(manager),
                "stTOK / USD",
                AggregatorV3Interface(address(feed)),
                source,
                GROWTH
            );
    }

    function _counted() private view returns (uint256 counted) {
        (, counted, ) = rateFeed.ratio();
    }

    // ---- the answer

    function test_answerIsBaseTimesRatioWith18Decimals() public {
        answer(feed, 2_000e8, START - 7);
        (uint80 round, int256 a, uint256 startedAt, uint256 updatedAt, uint80 answered) = rateFeed.latestRoundData();
        require(a == 2_400e18, "answer");
        require(updatedAt == START - 7 && startedAt == START - 7, "times are the base feed's");
        require(round == 2 && answered == 2, "rounds are the base feed's");
        require(rateFeed.decimals() == 18 && rateFeed.version() == 1, "decimals, version");
        require(keccak256(bytes(rateFeed.description())) == keccak256("stTOK / USD"), "description");
        require(address(rateFeed.baseFeed()) == address(feed), "base feed");
        require(rateFeed.rateSource().target == address(token), "rate source");
    }

    function test_pastRoundsAreRefused() public {
        expectRevert(abi.encodeWithSelector(IDerivedFeed.HistoryNotKept.selector, 5));
        rateFeed.getRoundData(5);
    }

    function testFuzz_anyDecimalsOfBaseAndRate(uint8 baseDecimals, uint8 rateDecimals) public {
        baseDecimals = baseDecimals % 25;
        rateDecimals = 1 + (rateDecimals % 36);
        feed = new MockV3Aggregator(baseDecimals, int256(2_000 * 10 ** baseDecimals));
        token.setRate(12 * 10 ** (rateDecimals - 1));
        RateSource memory source = _source();
        source.decimals = rateDecimals;
        (, int256 a, , , ) = _deploy(source).latestRoundData();
        require(a == 2_400e18, "scaled wrongly");
    }

    function test_vaultWithAnArgument() public {
        RateSource memory source = _source();
        source.selector = RateToken.convertToAssets.selector;
        source.hasArgument = true;
        source.argument = 1e18;
        source.minSupply = 1e18;
        ExchangeRateFeed vaultFeed = _deploy(source);
        (, int256 a, , , ) = vaultFeed.latestRoundData();
        require(a == 2_400e18, "answer");
        token.setSupply(1e18);
        vaultFeed.latestRoundData();
        token.setSupply(1e18 - 1);
        bytes memory reason = abi.encodeWithSelector(IExchangeRateFeed.SupplyTooSmall.selector, 1e18 - 1, 1e18);
        expectRevert(reason);
        vaultFeed.latestRoundData();
        expectRevert(reason);
        vaultFeed.poke();
        token.setSupply(0);
        expectRevert(abi.encodeWithSelector(IExchangeRateFeed.SupplyTooSmall.selector, 0, 1e18));
        vaultFeed.latestRoundData();
    }

    // ---- refusals

    function test_zeroRate() public {
        token.setRate(0);
        bytes memory reason = abi.encodeWithSelector(IExchangeRateFeed.RateZero.selector, address(token));
        expectRevert(reason);
        rateFeed.latestRoundData();
        expectRevert(reason);
        rateFeed.poke();
        expectRevert(reason);
        _deploy(_source());
    }

    function test_unreadableRate() public {
        bytes memory reason = abi.encodeWithSelector(IExchangeRateFeed.RateUnreadable.selector, address(token));
        token.setBroken(true);
        expectRevert(reason);
        rateFeed.latestRoundData();
        RateSource memory source = _source();
        source.selector = RateToken.returnsNothing.selector;
        expectRevert(reason);
        _deploy(source);
        vm.etch(address(token), "");
        expectRevert(reason);
        rateFeed.latestRoundData();
    }

    function test_badBaseAnswer() public {
        feed.updateAnswer(0);
        expectRevert(abi.encodeWithSelector(IDerivedFeed.BaseAnswerInvalid.selector, int256(0)));
        rateFeed.latestRoundData();
        feed.updateAnswer(-5);
        expectRevert(abi.encodeWithSelector(IDerivedFeed.BaseAnswerInvalid.selector, int256(-5)));
        rateFeed.latestRoundData();
    }

    function test_productsThatDoNotFitAreRefused() public {
        feed.updateAnswer(type(int256).max);
        // Overflow.
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        rateFeed.latestRoundData();
        MockV3Aggregator tiny = new MockV3Aggregator(24, 1);
        token.setRate(1e15);
        feed = tiny;
        ExchangeRateFeed small = _deploy(_source());
        expectRevert(abi.encodeWithSelector(IDerivedFeed.AnswerOutOfRange.selector, 0));
        small.latestRoundData();
    }

    function test_limitsOfTheConfiguration() public {
        RateSource memory source = _source();
        source.decimals = 37;
        expectRevert(abi.encodeWithSelector(IExchangeRateFeed.DecimalsUnsupported.selector, 37, 36));
        _deploy(source);
        // 18-decimal rate read as one of 27: a ratio of 1.2e-9.
        source.decimals = 27;
        expectRevert(abi.encodeWithSelector(IExchangeRateFeed.RatioTooSmall.selector, 1.2e9, 1e12));
        _deploy(source);
        feed = new MockV3Aggregator(25, 1);
        expectRevert(abi.encodeWithSelector(IExchangeRateFeed.DecimalsUnsupported.selector, 25, 24));
        _deploy(_source());
    }

    // ---- growth cap

    function test_growthWithinTheCapCounts() public {
        vm.warp(START + 30 days);
        // 10% a year for 30 days of 1.2.
        uint256 cap = 1.2e18 + (1.2e18 * GROWTH * 30 days) / (10_000 * YEAR);
        token.setRate(cap);
        require(_counted() == cap, "at the cap");
        token.setRate(cap + 1);
        (uint256 current, uint256 counted, uint256 cap_) = rateFeed.ratio();
        require(current == cap + 1 && counted == cap && cap_ == cap, "above the cap");
    }

    function test_aJumpCountsNoMoreThanTheCap() public {
        token.setRate(1_000e18);
        require(_counted() == 1.2e18, "jump at once");
        feed.updateAnswer(2_000e8);
        (, int256 a, , , ) = rateFeed.latestRoundData();
        require(a == 2_400e18, "answer");
        rateFeed.poke();
        require(_counted() == 1.2e18, "jump and poke");
    }

    function test_aFallCountsAtOnce() public {
        token.setRate(0.6e18);
        require(_counted() == 0.6e18, "fall");
        (, int256 a, , , ) = rateFeed.latestRoundData();
        require(a == 1_200e18, "answer");
    }

    function test_aSilenceOfYearsLetsNoMoreInThanAMonth() public {
        vm.warp(START + 5 * YEAR);
        token.setRate(2e18);
        require(_counted() == 1.2e18 + (1.2e18 * GROWTH * 30 days) / (10_000 * YEAR), "allowance collected");
    }

    /// @dev Whatever the ratio does and whenever anyone pokes, the counted ratio stays on or below the line drawn at construction,
    /// never above the ratio itself, and no poke raises it.
    function testFuzz_noOrderOfPokesPassesTheLine(uint256 seed) public {
        uint256 t = START;
        uint256 ratio = 1.2e18;
        for (uint256 i; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            // From seconds to two months; moves from -20% to +20%, often up.
            t += seed % (seed & 1 == 0 ? 100 : 60 days);
            vm.warp(t);
            uint256 move = (seed >> 64) % 4_000;
            ratio = (ratio * ((seed >> 128) & 1 == 0 ? 10_000 + move : 8_000 + move)) / 10_000;
            if (ratio < 1e15) ratio = 1e15;
            if (ratio > 100e18) ratio = 100e18;
            token.setRate(ratio);
            uint256 before = _counted();
            require(before <= 1.2e18 + (1.2e18 * GROWTH * (t - START)) / (10_000 * YEAR), "passed the line");
            require(before <= ratio, "above the ratio");
            if ((seed >> 192) & 1 == 0) {
                rateFeed.poke();
                require(_counted() == before, "a poke moved the price");
            }
        }
    }

    function test_pokingOftenDoesNotCompound() public {
        token.setRate(100e18);
        for (uint256 i = 1; i <= 365; ++i) {
            vm.warp(START + i * 1 days);
            rateFeed.poke();
        }
        // 10% of the first ratio in a year, not e**0.1 - 1; and not held back by rounding either.
        require(_counted() <= 1.32e18, "compounded");
        require(_counted() > 1.32e18 - 1_000, "held back");
    }

    function test_pokingRarelyCollectsNoAllowance() public {
        // Growth of 3% in the year, poked at its end; then a jump.
        vm.warp(START + YEAR);
        token.setRate(1.205e18);
        rateFeed.poke();
        token.setRate(100e18);
        require(_counted() == 1.205e18, "the year's unused allowance was kept");
    }

    // ---- falls

    function test_aDipCannotBePokedIntoALastingLowPrice() public {
        vm.warp(START + 1 days);
        token.setRate(0.1e18);
        rateFeed.poke();
        (uint256 pending, uint256 since) = rateFeed.pendingFall();
        require(pending == 0.1e18 && since == START + 1 days, "noted");
        token.setRate(1.2e18);
        require(_counted() == 1.2e18, "held down by one poke");
        // Anyone who pokes in between clears it: the next dip starts anew.
        rateFeed.poke();
        (, since) = rateFeed.pendingFall();
        require(since == 0, "not cleared");
        vm.warp(START + 2 days);
        token.setRate(0.1e18);
        rateFeed.poke();
        token.setRate(1.2e18);
        require(_counted() == 1.2e18, "held down by two dips");
    }

    /// @dev The limit of what this feed can tell apart: nobody poked at the true rate in between. What `IExchangeRateFeed` says of it holds.
    function test_twoDipsADayApartThatNobodyPokesBetweenCountAsAFall() public {
        token.setRate(0.6e18);
        rateFeed.poke();
        token.setRate(1.2e18);
        vm.warp(START + 1 days);
        token.setRate(0.6e18);
        rateFeed.poke();
        token.setRate(1.2e18);
        require(_counted() == 0.6e18, "the higher of the two");
        // From there it grows by no more than the cap lets in, and governance cannot lift it.
        vm.warp(START + 31 days);
        require(_counted() == 0.6e18 + (0.6e18 * GROWTH * 30 days) / (10_000 * YEAR), "slope");
        uint256 cap = 0.6e18 + (0.6e18 * 5_000 * uint256(30 days)) / (10_000 * YEAR);
        expectRevert(abi.encodeWithSelector(IExchangeRateFeed.RatioWouldBeCapped.selector, 1.2e18, cap));
        rateFeed.setGrowthCap(5_000);
        // The way out: a new feed, which starts from the present ratio.
        rateFeed = _deploy(_source());
        require(_counted() == 1.2e18, "a new feed");
    }

    function test_aLastingFallClosesTheWayBackUp() public {
        token.setRate(0.9e18);
        rateFeed.poke();
        vm.warp(START + 1 days - 1);
        token.setRate(0.8e18);
        rateFeed.poke();
        token.setRate(1.2e18);
        require(_counted() == 1.2e18, "confirmed too early");
        token.setRate(0.8e18);
        vm.warp(START + 1 days);
        rateFeed.poke();
        token.setRate(1.2e18);
        // To the highest of what was seen.
        require(_counted() == 0.9e18, "not lowered");
        (uint256 ratio, uint256 time, uint256 anchor, uint256 growth) = rateFeed.snapshot();
        require(ratio == 0.9e18 && anchor == 0.9e18 && time == START + 1 days && growth == GROWTH, "snapshot");
        vm.warp(START + 11 days);
        require(_counted() == 0.9e18 + (0.9e18 * GROWTH * 10 days) / (10_000 * YEAR), "slope from the lower anchor");
    }

    // ---- setGrowthCap

    function test_setGrowthCapStartsAnewAtThePresentRatio() public {
        vm.warp(START + 10 days);
        token.setRate(1.201e18);
        rateFeed.setGrowthCap(500);
        (uint256 ratio, uint256 time, uint256 anchor, uint256 growth) = rateFeed.snapshot();
        require(ratio == 1.201e18 && anchor == 1.201e18 && time == START + 10 days && growth == 500, "snapshot");
        token.setRate(2e18);
        require(_counted() == 1.201e18, "no allowance of the past");
    }

    function test_aGrowthThatWouldCapThePresentRatioIsRefused() public {
        vm.warp(START + 10 days);
        uint256 capAt100 = 1.2e18 + (1.2e18 * uint256(100) * 10 days) / (10_000 * YEAR);
        token.setRate(capAt100 + 1);
        expectRevert(abi.encodeWithSelector(IExchangeRateFeed.RatioWouldBeCapped.selector, capAt100 + 1, capAt100));
        rateFeed.setGrowthCap(100);
        token.setRate(capAt100);
        rateFeed.setGrowthCap(100);
    }

    function test_limitsOfTheGrowth() public {
        bytes4 invalid = IExchangeRateFeed.GrowthCapInvalid.selector;
        expectRevert(abi.encodeWithSelector(invalid, 0, 1, 5_000));
        rateFeed.setGrowthCap(0);
        expectRevert(abi.encodeWithSelector(invalid, 5_001, 1, 5_000));
        rateFeed.setGrowthCap(5_001);
        rateFeed.setGrowthCap(5_000);
        RateSource memory source = _source();
        expectRevert(abi.encodeWithSelector(invalid, 5_001, 1, 5_000));
        Deploy.exchangeRateFeed(address(manager), "", AggregatorV3Interface(address(feed)), source, 5_001);
    }

    function test_onlyTheAuthoritySetsTheGrowth() public {
        vm.prank(address(0xbad));
        expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(0xbad)));
        rateFeed.setGrowthCap(100);
    }

    // ---- in the oracle

    function test_theOracleReadsIt() public {
        oracle.listFeed(1, config(address(rateFeed)));
        requirePrice(1, PriceStatus.Live, 2_388e18, 2_400e18, 2_412e18, "live");
        token.setRate(0);
        require(oracle.price(1).status == PriceStatus.Unpriced, "a refusal makes it unpriced");
        token.setRate(1.2e18);
        vm.warp(START + HEARTBEAT + 1);
        require(oracle.price(1).status == PriceStatus.Unpriced, "stale with its base feed");
    }
}
