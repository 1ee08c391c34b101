// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Backstop} from "../../../contracts/backstop/Backstop.sol";
import {CreditEngineConfig} from "../../../contracts/credit/CreditGovernance.sol";
import {ExitTerms} from "../../../contracts/interfaces/IBackstop.sol";
import {SheetParameters, Statement} from "../../../contracts/interfaces/IBalanceSheet.sol";
import {ICreditEngine, LiquidationItem, LiquidationParameters} from "../../../contracts/interfaces/ICreditEngine.sol";
import {RateTerms} from "../../../contracts/interfaces/IMarketRate.sol";
import {FeedConfig} from "../../../contracts/interfaces/IPriceOracle.sol";
import {AuctionTerms, DeriskTerms} from "../../../contracts/interfaces/IRebalancer.sol";
import {IReserve} from "../../../contracts/interfaces/IReserve.sol";
import {ReserveTerms} from "../../../contracts/interfaces/IReserveShared.sol";
import {VaultTerms} from "../../../contracts/interfaces/IReserveVaults.sol";
import {IRisk} from "../../../contracts/interfaces/IRisk.sol";
import {AssetParameters, VolatilitySeed} from "../../../contracts/interfaces/IRiskMeasurement.sol";
import {HaircutBounds, Paces} from "../../../contracts/interfaces/IRiskModel.sol";
import {PriceOracle} from "../../../contracts/oracle/PriceOracle.sol";
import {Rebalancer} from "../../../contracts/reserve/Rebalancer.sol";
import {ReserveConfig} from "../../../contracts/reserve/ReserveGovernance.sol";
import {BalanceSheet} from "../../../contracts/solvency/BalanceSheet.sol";
import {MarketRate} from "../../../contracts/solvency/MarketRate.sol";
import {PlimsollDollar} from "../../../contracts/token/PlimsollDollar.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {TestFeed} from "../../contracts/oracle/TestFeed.sol";
import {Pinned} from "../../contracts/risk/Pinned.sol";
import {TestToken} from "../../contracts/TestToken.sol";
import {PlainVault} from "../../contracts/vaults/PlainVault.sol";
import {vm} from "../../contracts/Vm.sol";

/// @title The whole protocol, every part of it real; only tokens, feeds and this contract, which governs, are a test's
/// @dev Ten million of seed capital, on target: 30% USDC, 10% DAI, 30% ether, 20% staked ether, 10% bitcoin. All but DAI are collateral, at 25% initial and 17%
/// maintenance. Daily volatilities: ether 5%, staked ether the same and 1% of its own, bitcoin 4%, stables 0.1%; jumps of 25%, stables 12%. Feeds deviate by 50 bps, stables and plUSD by 25.
/// No plUSD exists but what was issued or borrowed.
abstract contract SystemWorld {
    uint256 internal constant USDC = 0;
    uint256 internal constant DAI = 1;
    uint256 internal constant ETH = 2;
    uint256 internal constant STETH = 3;
    uint256 internal constant BTC = 4;
    uint256 internal constant ASSETS = 5;
    /// @dev plUSD's own market price in the oracle.
    uint256 internal constant PLUSD = 16;
    uint256 internal constant WAD = 1e18;
    uint256 internal constant ALL = type(uint256).max;
    uint256 internal constant T0 = 1_700_000_000;
    uint256 internal constant DECAY = 12 hours;
    uint256 internal constant MINIMUM_DEBT = 100e18;

    address internal manager;
    PlimsollDollar internal dollar;
    PriceOracle internal oracle;
    IRisk internal risk;
    ICreditEngine internal engine;
    IReserve internal reserve;
    BalanceSheet internal sheet;
    Rebalancer internal rebalancer;
    Backstop internal backstop;
    MarketRate internal rate;
    TestToken[ASSETS] internal tokens;
    TestFeed[ASSETS] internal feeds;
    TestFeed internal dollarFeed;
    /// @dev {ledger/tok}
    uint256[ASSETS] internal units;
    /// @dev Token units for a ledger unit.
    uint256[ASSETS] internal scales;
    uint256 internal clock;

    address internal alice = address(0xA11CE);
    address internal bob = address(0xB0B);
    address internal carol = address(0xCA201);
    address internal whale = address(0x33A1E);

    function setUp() public virtual {
        _at(T0);
        manager = address(Deploy.accessManager(address(this)));
        dollar = Deploy.plimsollDollar(manager);
        oracle = Deploy.priceOracle(manager, address(0), 0, DECAY);
        risk = Pinned.deploy(manager, address(oracle), Paces(200, 100, 1000, 300));
        _asset(USDC, Deploy.create("HookToken", abi.encode("USDC", 6)), 6, 1e8, 0.000001e18);
        _asset(DAI, Deploy.create("TestToken", abi.encode("DAI", 18)), 8, 1e8, 0.000001e18);
        _asset(ETH, Deploy.create("HookToken", abi.encode("WETH", 18)), 8, 2_000e8, 0.0025e18);
        _asset(STETH, Deploy.create("TestToken", abi.encode("wstETH", 18)), 8, 2_400e8, 0.0001e18);
        _asset(BTC, Deploy.create("TestToken", abi.encode("WBTC", 8)), 8, 40_000e8, 0.0016e18);
        dollarFeed = new TestFeed(1e8);
        oracle.listFeed(PLUSD, FeedConfig(address(dollarFeed), 1 days, 25, 1e9, 1e26));
        _deployModules();
        _connect();
        _fundAll();
        // The rate goes from 0 to par's 5% at 2% a day, without the surcharge of times in which no statement is fresh.
        for (uint256 i; i < 3; ++i) {
            _pass(1 days);
            _look();
            engine.updateRate();
        }
    }

    // ---- what a suite may want otherwise

    /// @dev Seed capital of each asset. {tok}
    function _seed() internal view virtual returns (uint256[ASSETS] memory) {
        return [uint256(3_000_000), 1_000_000, 1_500, 833, 25];
    }

    /// @dev An hour; ell 10%; 3 standard deviations of a day less m, at least 2%; shares fall 24% a day; rho 120%; N 2 hours.
    function _sheetTerms() internal pure virtual returns (SheetParameters memory) {
        return SheetParameters(1 hours, 1_000, 3_000_000, 24, 200, 2_400, 12_000, 2 hours);
    }

    /// @dev From 1% above mid to 1% below within half an hour, lots of a tenth of depth, at least 1,000 USD, 20 bps a day.
    function _auctionTerms() internal pure virtual returns (AuctionTerms memory) {
        return AuctionTerms(100, 100, 1_800, 1_000, 1_000, 20);
    }

    // ---- deployment

    function _asset(uint256 asset, address token, uint256 unitDecimals, int256 price, uint64 variance) private {
        tokens[asset] = TestToken(token);
        feeds[asset] = new TestFeed(price);
        units[asset] = 10 ** unitDecimals;
        scales[asset] = 10 ** (tokens[asset].decimals() - unitDecimals);
        bool stable = asset < 2;
        oracle.listFeed(asset, FeedConfig(address(feeds[asset]), 1 days, stable ? 25 : 50, 1e9, 1e26));
        int256[] memory loadings = new int256[](asset == STETH ? 3 : 0);
        if (asset == STETH) loadings[ETH] = 1e18;
        uint256 depth =
            (
                stable
                    ? 1_000_000_000
                    : asset == BTC
                        ? 5_000
                        : 100_000
            ) * units[asset];
        HaircutBounds memory clamps = HaircutBounds(2_500, 2_500, 1_700, 1_700);
        risk.listAsset(
            asset,
            // The cast is safe: 6 or 8.
            AssetParameters(uint8(unitDecimals), HaircutBounds(500, 10_000, 500, 10_000), clamps, 10, 24, depth),
            VolatilitySeed(variance, loadings)
        );
    }

    /// @dev Sheet, reserve and rate name the engine, which names them: sheet, two of the reserve, rate, extension, engine.
    function _deployModules() private {
        address predicted = Deploy.predict(address(this), 5);
        sheet = Deploy.balanceSheet(manager, predicted, address(dollar), _sheetTerms());
        ReserveConfig memory c = ReserveConfig(manager, address(dollar), predicted, address(sheet), address(risk));
        reserve = Deploy.reserve(c);
        rate = Deploy.marketRate(manager, predicted, address(oracle), address(sheet), PLUSD, _rateTerms());
        CreditEngineConfig memory e = CreditEngineConfig({
            authority: manager,
            dollar: address(dollar),
            riskModel: address(risk),
            issuanceGate: address(sheet),
            absorber: address(reserve),
            rateSource: address(rate),
            minimumDebt: MINIMUM_DEBT,
            debtCeiling: 1e9 * WAD,
            depthFraction: 5_000,
            liquidation: LiquidationParameters(10_500, 200, 1_000, 9_000, 9_700, 1_000)
        });
        engine = Deploy.creditEngine(e);
        require(address(engine) == predicted, "the engine is not where it was expected");
        rebalancer = Deploy.rebalancer(manager, address(reserve), _auctionTerms(), DeriskTerms(1_000, 2_000, 500));
        ExitTerms memory exits = ExitTerms({
            delay: 3 days,
            settle: 6 hours,
            window: 2 days,
            exitWindow: 2 hours,
            stream: 3 days
        });
        backstop = Deploy.backstop(manager, address(dollar), exits);
    }

    function _connect() private {
        reserve.setModules(address(sheet), address(rebalancer), address(risk), address(backstop));
        backstop.setModules(address(sheet), address(reserve));
        sheet.setModules(address(reserve), address(backstop), address(risk));
        rebalancer.setModules(address(risk), address(sheet));
        risk.setHoldingsSource(address(sheet));
        dollar.setFacilitator(address(engine), 1e30);
        dollar.setFacilitator(address(reserve), 1e30);
        dollar.setFlashMintCap(1e27);
        uint256[16] memory targets;
        uint256[16] memory bands;
        (targets[USDC], targets[DAI], targets[ETH], targets[STETH], targets[BTC]) = (3_000, 1_000, 3_000, 2_000, 1_000);
        for (uint256 asset; asset < ASSETS; ++asset) {
            if (asset != DAI) engine.listAsset(asset, address(tokens[asset]), 1e17);
            reserve.listAsset(asset, address(tokens[asset]), _terms(asset));
            sheet.setJump(asset, asset < 2 ? 1_200 : 2_500);
            bands[asset] = 100;
        }
        rebalancer.setWeights(targets, bands);
        engine.setTipFloor(20e18);
    }

    function _fundAll() private {
        uint256[ASSETS] memory seed = _seed();
        for (uint256 asset; asset < ASSETS; ++asset) {
            if (seed[asset] == 0) continue;
            _give(address(this), asset, _tok(asset, seed[asset]));
            reserve.fund(asset, _tok(asset, seed[asset]));
        }
    }

    /// @dev Caps of 40M dollars or so; cash of stables between 1M and 3M; fees from 10 to 100 bps.
    function _terms(uint256 asset) internal view returns (ReserveTerms memory t) {
        t.stable = asset < 2;
        t.cap =
            (
                t.stable
                    ? 40_000_000
                    : asset == BTC
                        ? 1_000
                        : 20_000
            ) * units[asset];
        if (t.stable) (t.liquidFloor, t.liquidCeiling) = (1_000_000 * units[asset], 3_000_000 * units[asset]);
        (t.baseFee, t.maxFee) = (10, 100);
    }

    /// @dev Issue and redemption cost nothing from now on.
    function _noFees() internal {
        for (uint256 asset; asset < 2; ++asset) {
            ReserveTerms memory t = _terms(asset);
            (t.baseFee, t.maxFee) = (0, 0);
            reserve.setTerms(asset, t);
        }
    }

    /// @dev 5% a year at par, 0.5% to 50%, e times it 2 cents below; 2% a day; 10% more while capital is short.
    function _rateTerms() private pure returns (RateTerms memory) {
        uint40 percent = uint40(uint256(0.01e18) / 365 days);
        return RateTerms(5 * percent, percent / 2, 50 * percent, 0.02e18, 2 * percent, 10 * percent);
    }

    // ---- time and prices

    function _at(uint256 time) internal {
        clock = time;
        vm.warp(time);
    }

    /// @dev Time passes and feeds that are not dead stay live.
    function _pass(uint256 time) internal {
        _at(clock + time);
        for (uint256 i; i < ASSETS; ++i) if (!feeds[i].dead()) feeds[i].set(feeds[i].answer());
        if (!dollarFeed.dead()) dollarFeed.set(dollarFeed.answer());
    }

    /// @dev {USD/tok} 18 decimals
    function _mid(uint256 asset) internal view returns (uint256) {
        return uint256(feeds[asset].answer()) * 1e10;
    }

    /// @dev As the feed answers. {USD/tok} 8 decimals
    function _price(uint256 asset, uint256 price) internal {
        feeds[asset].set(int256(price));
    }

    // ---- what users do

    /// @dev {tok} to token units
    function _tok(uint256 asset, uint256 amount) internal view returns (uint256) {
        return amount * units[asset] * scales[asset];
    }

    /// @dev Tokens for `who`, who lets everybody take them. Token units
    function _give(address who, uint256 asset, uint256 amount) internal {
        tokens[asset].mint(who, amount);
        _allow(who);
    }

    function _allow(address who) internal {
        vm.startPrank(who);
        for (uint256 asset; asset < ASSETS; ++asset) {
            tokens[asset].approve(address(reserve), ALL);
            tokens[asset].approve(address(engine), ALL);
        }
        dollar.approve(address(backstop), ALL);
        dollar.approve(address(reserve), ALL);
        vm.stopPrank();
    }

    /// @dev {tok} in, plUSD to `who`
    function _issue(address who, uint256 asset, uint256 amount) internal returns (uint256 issued) {
        _give(who, asset, _tok(asset, amount));
        vm.prank(who);
        return reserve.issue(asset, _tok(asset, amount), 0, who);
    }

    /// @dev {plUSD} to token units
    function _redeem(address who, uint256 asset, uint256 amount) internal returns (uint256 paid) {
        vm.prank(who);
        return reserve.redeem(asset, amount, 0, who);
    }

    /// @dev Collateral worth `amount` times 10,000 / `part` is deposited, and `amount` borrowed. {plUSD}, bps
    function _borrow(address who, uint256 asset, uint256 amount, uint256 part) internal {
        uint256 collateral = ((amount * 10_000 * units[asset]) / part / _mid(asset)) * scales[asset];
        _give(who, asset, collateral);
        vm.startPrank(who);
        engine.deposit(asset, collateral, who);
        engine.borrow(amount, who, who);
        vm.stopPrank();
    }

    function _stake(address who, uint256 amount) internal returns (uint256 shares) {
        _allow(who);
        vm.prank(who);
        return backstop.deposit(amount, who);
    }

    function _absorb(address account) internal returns (uint256 removed) {
        address[] memory accounts = new address[](1);
        accounts[0] = account;
        vm.prank(address(0xCA11));
        return engine.absorb(accounts)[0];
    }

    function _item(address account, uint256 maxRepay) internal pure returns (LiquidationItem[] memory items) {
        items = new LiquidationItem[](1);
        items[0] = LiquidationItem(account, maxRepay);
    }

    /// @dev Looks at collateral and takes a statement.
    function _look() internal {
        sheet.lookAtCollateral();
        sheet.refresh();
    }

    /// @dev OpenZeppelin's vault over a stable, with deposits of others, listed. {tok}
    function _vault(uint256 asset, uint256 others) internal returns (PlainVault vault) {
        vault = PlainVault(Deploy.create("PlainVault", abi.encode(tokens[asset], 6)));
        tokens[asset].mint(address(this), _tok(asset, others));
        tokens[asset].approve(address(vault), ALL);
        vault.deposit(_tok(asset, others), address(0x07e25));
        // Some 7.3% a year.
        reserve.listVault(address(vault), 1e6, VaultTerms(20_000_000 * units[asset], 5_000, 200));
    }

    // ---- what is

    function _statement() internal view returns (Statement memory) {
        return sheet.statement();
    }

    function _headroom() internal view returns (uint256 headroom) {
        (headroom, , , , ) = sheet.stored();
    }

    function _balance(address who) internal view returns (uint256) {
        return dollar.balanceOf(who);
    }

    /// @dev What somebody holds outside of the protocol, plUSD at 1 and tokens at mid. {USD}
    function _wealth(address who) internal view returns (uint256 total) {
        total = dollar.balanceOf(who);
        for (uint256 i; i < ASSETS; ++i) total += (tokens[i].balanceOf(who) * _mid(i)) / (units[i] * scales[i]);
    }

    /// @dev min(1, b), vaults live.
    function _backing() internal view returns (uint256 b) {
        (b, ) = reserve.redemptionTerms();
    }

    // ---- requirements

    function _near(uint256 a, uint256 b, uint256 tolerance, string memory what) internal pure {
        require((a > b ? a - b : b - a) <= tolerance, what);
    }

    /// @dev Calls as `who` and tells the selector that it was refused with; 0 where it was not.
    function _refusal(address who, address target, bytes memory data) internal returns (bytes4) {
        vm.prank(who);
        (bool ok, bytes memory answer) = target.call(data);
        return ok ? bytes4(0) : bytes4(answer);
    }
}
