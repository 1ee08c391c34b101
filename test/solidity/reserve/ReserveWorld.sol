// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {CreditEngineConfig} from "../../../contracts/credit/CreditGovernance.sol";
import {ICreditEngine, LiquidationParameters} from "../../../contracts/interfaces/ICreditEngine.sol";
import {IPlimsollDollar} from "../../../contracts/interfaces/IPlimsollDollar.sol";
import {FeedConfig, IPriceOracle, Price} from "../../../contracts/interfaces/IPriceOracle.sol";
import {IReserve} from "../../../contracts/interfaces/IReserve.sol";
import {ReserveTerms} from "../../../contracts/interfaces/IReserveShared.sol";
import {IRisk} from "../../../contracts/interfaces/IRisk.sol";
import {HaircutBounds, Paces, RiskTargets} from "../../../contracts/interfaces/IRiskModel.sol";
import {VaultTerms} from "../../../contracts/interfaces/IReserveVaults.sol";
import {ReserveConfig} from "../../../contracts/reserve/ReserveGovernance.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {FillerDouble, SurplusDouble} from "../../contracts/reserve/FillerDouble.sol";
import {Pinned} from "../../contracts/risk/Pinned.sol";
import {SheetDouble} from "../../contracts/solvency/SheetDouble.sol";
import {TestToken} from "../../contracts/TestToken.sol";
import {PlainVault, VaultDouble} from "../../contracts/vaults/PlainVault.sol";
import {vm} from "../../contracts/Vm.sol";
import {TestFeed} from "../../contracts/oracle/TestFeed.sol";

/// @title Reserve, credit engine, oracle, risk model and plUSD, all real, on a balance sheet double; governed by this contract
/// @dev USDC (6 decimals) and DAI (18) are stables; ether and staked ether are held; bitcoin is known to the engine alone. All but DAI are
/// collateral. Feeds deviate by 25 bps (stables) and 50.
abstract contract ReserveWorld {
    uint256 internal constant USDC = 0;
    uint256 internal constant DAI = 1;
    uint256 internal constant ETH = 2;
    uint256 internal constant STETH = 3;
    uint256 internal constant BTC = 4;
    uint256 internal constant ASSETS = 5;
    uint256 internal constant WAD = 1e18;
    uint256 internal constant RAY = 1e27;
    /// @dev What a stable counts when it comes in, and what it costs when it goes out. {USD/tok}
    uint256 internal constant LOW = 0.9975e18;
    uint256 internal constant HIGH = 1.0025e18;
    uint256 internal constant DECAY = 12 hours;

    address internal manager;
    IPlimsollDollar internal dollar;
    IPriceOracle internal oracle;
    IRisk internal risk;
    SheetDouble internal sheet;
    ICreditEngine internal engine;
    IReserve internal reserve;
    FillerDouble internal filler;
    SurplusDouble internal backstop;
    TestToken[ASSETS] internal tokens;
    TestFeed[ASSETS] internal feeds;
    /// @dev {ledger/tok}
    uint256[ASSETS] internal units;
    /// @dev Token units for a ledger unit.
    uint256[ASSETS] internal scales;

    address internal alice = address(0xA11CE);
    address internal bob = address(0xB0B);
    address internal borrower = address(0xB0220);

    function setUp() public virtual {
        vm.warp(1_700_000_000);
        manager = Deploy.create("AccessManager", abi.encode(address(this)));
        dollar = IPlimsollDollar(Deploy.create("PlimsollDollar", abi.encode(manager)));
        oracle = IPriceOracle(Deploy.create("PriceOracle", abi.encode(manager, address(0), 0, DECAY)));
        address extension = Deploy.create("RiskExtension", abi.encode(manager, oracle));
        risk = IRisk(
            Deploy.create(
                "RiskModel",
                abi.encode(manager, oracle, Paces(200, 100, 1000, 300), Pinned.model(), extension)
            )
        );
        sheet = SheetDouble(Deploy.create("SheetDouble", ""));
        filler = FillerDouble(Deploy.create("FillerDouble", ""));
        backstop = SurplusDouble(Deploy.create("SurplusDouble", ""));
        _asset(USDC, _token("HookToken", "USDC", 6), 6, 1e8, 25);
        _asset(DAI, _token("BlockableToken", "DAI", 18), 8, 1e8, 25);
        _asset(ETH, _token("HookToken", "WETH", 18), 8, 2_000e8, 50);
        _asset(STETH, _token("HookToken", "wstETH", 18), 8, 2_400e8, 50);
        _asset(BTC, _token("HookToken", "WBTC", 8), 8, 40_000e8, 50);
        _deployPair();
        sheet.setSources(address(engine), address(dollar));
        dollar.setFacilitator(address(engine), 1e30);
        dollar.setFacilitator(address(reserve), 1e30);
        dollar.setFlashMintCap(1e30);
        reserve.setModules(address(sheet), address(filler), address(risk), address(backstop));

        for (uint256 i; i < ASSETS; ++i) {
            if (i != DAI) engine.listAsset(i, address(tokens[i]), 1e17);
            if (i != BTC) reserve.listAsset(i, address(tokens[i]), _terms(i));
        }
    }

    /// @dev The reserve names the engine and the engine the reserve: a nonce tells where the engine will be.
    function _deployPair() private {
        address rate = Deploy.create("ConstantRate", abi.encode(0));
        address creditExtension = Deploy.create("CreditExtension", abi.encode(manager, dollar));
        // The third from here, and nonces from 128 on are longer: extension, reserve, engine.
        uint256 nonce = vm.getNonce(address(this)) + 2;
        require(nonce < 128, "too many creations");
        bytes memory rlp = abi.encodePacked(bytes2(0xd694), address(this), uint8(nonce));
        address predicted = address(uint160(uint256(keccak256(rlp))));
        address extension = Deploy.create("ReserveExtension", abi.encode(manager, dollar, predicted));
        ReserveConfig memory c = ReserveConfig(manager, address(dollar), predicted, address(sheet), address(risk));
        reserve = IReserve(Deploy.create("Reserve", abi.encode(c, extension)));
        CreditEngineConfig memory e = CreditEngineConfig({
            authority: manager,
            dollar: address(dollar),
            riskModel: address(risk),
            issuanceGate: address(sheet),
            absorber: address(reserve),
            rateSource: rate,
            minimumDebt: 100e18,
            debtCeiling: 1e9 * WAD,
            depthFraction: 5_000,
            liquidation: LiquidationParameters(10_500, 200, 1_000, 9_000, 9_700, 1_000)
        });
        engine = ICreditEngine(Deploy.create("CreditEngine", abi.encode(e, creditExtension)));
        require(address(engine) == predicted, "the engine is not where it was expected");
    }

    function _token(string memory kind, string memory symbol, uint8 decimals) internal returns (TestToken) {
        return TestToken(Deploy.create(kind, abi.encode(symbol, decimals)));
    }

    function _asset(uint256 asset, TestToken token, uint256 unitDecimals, int256 price, uint16 deviation) internal {
        tokens[asset] = token;
        feeds[asset] = new TestFeed(price);
        units[asset] = 10 ** unitDecimals;
        scales[asset] = 10 ** (token.decimals() - unitDecimals);
        oracle.listFeed(asset, FeedConfig(address(feeds[asset]), 1 days, deviation, 1e9, 1e26));
        Pinned.list(
            risk,
            asset,
            unitDecimals,
            HaircutBounds(500, 10_000, 500, 10_000),
            RiskTargets(2_500, 1_700, 1e8 * units[asset])
        );
    }

    /// @dev Caps of 10M dollars; cash of stables between 1M and 3M; fees from 10 to 100 bps.
    function _terms(uint256 asset) internal view returns (ReserveTerms memory t) {
        t.stable = asset < 2;
        t.cap = (t.stable ? 10_000_000 : 10_000) * units[asset];
        if (t.stable) (t.liquidFloor, t.liquidCeiling) = (1_000_000 * units[asset], 3_000_000 * units[asset]);
        (t.baseFee, t.maxFee) = (10, 100);
    }

    function _freeTerms(uint256 asset) internal view returns (ReserveTerms memory t) {
        t = _terms(asset);
        (t.baseFee, t.maxFee) = (0, 0);
    }

    // ---- actions

    /// @dev {tok} to token units
    function _tok(uint256 asset, uint256 amount) internal view returns (uint256) {
        return amount * units[asset] * scales[asset];
    }

    /// @dev Tokens for `who`, who lets reserve and engine take them. Token units.
    function _give(address who, uint256 asset, uint256 amount) internal {
        tokens[asset].mint(who, amount);
        vm.startPrank(who);
        tokens[asset].approve(address(reserve), type(uint256).max);
        tokens[asset].approve(address(engine), type(uint256).max);
        vm.stopPrank();
    }

    /// @dev Seed capital. {tok}
    function _fund(uint256 asset, uint256 amount) internal {
        _give(address(this), asset, _tok(asset, amount));
        reserve.fund(asset, _tok(asset, amount));
    }

    /// @dev Token units
    function _issue(address who, uint256 asset, uint256 amount) internal returns (uint256 issued) {
        _give(who, asset, amount);
        vm.prank(who);
        return reserve.issue(asset, amount, 0, who);
    }

    function _redeem(address who, uint256 asset, uint256 amount) internal returns (uint256 paid) {
        vm.prank(who);
        return reserve.redeem(asset, amount, 0, who);
    }

    /// @dev A loan against ether, at 40% of its value, the plUSD to `to`. {plUSD}
    function _lend(address to, uint256 amount) internal {
        uint256 price = uint256(feeds[ETH].answer()) * 1e10;
        _give(borrower, ETH, (amount * 1e18 * 5) / (price * 2));
        vm.startPrank(borrower);
        engine.deposit(ETH, (amount * 1e18 * 5) / (price * 2), borrower);
        engine.borrow(amount, borrower, to);
        vm.stopPrank();
    }

    /// @dev An account that fails against `amount` of `asset` is absorbed by the reserve; the price is back afterwards. {tok}
    function _absorb(uint256 asset, uint256 amount) internal {
        address failing = address(uint160(0xFA11 + asset));
        int256 price = feeds[asset].answer();
        _give(failing, asset, _tok(asset, amount));
        vm.startPrank(failing);
        engine.deposit(asset, _tok(asset, amount), failing);
        engine.borrow((amount * uint256(price) * 1e10 * 7) / 10, failing, failing);
        vm.stopPrank();
        feeds[asset].set((price * 6) / 10);
        address[] memory accounts = new address[](1);
        accounts[0] = failing;
        vm.prank(address(0xCA11));
        engine.absorb(accounts);
        feeds[asset].set(price);
    }

    function _vaultDouble(uint256 asset, uint8 offset) internal returns (VaultDouble) {
        return VaultDouble(Deploy.create("VaultDouble", abi.encode(tokens[asset], offset)));
    }

    function _plainVault(uint256 asset, uint8 offset) internal returns (PlainVault) {
        return PlainVault(Deploy.create("PlainVault", abi.encode(tokens[asset], offset)));
    }

    /// @dev A vault over an asset's token, with deposits of others, listed. {tok}
    function _vault(uint256 asset, uint256 others) internal returns (VaultDouble vault) {
        vault = _vaultDouble(asset, 6);
        tokens[asset].mint(address(this), _tok(asset, others));
        tokens[asset].approve(address(vault), type(uint256).max);
        vault.deposit(_tok(asset, others), address(0x07e25));
        reserve.listVault(address(vault), 1e6, _vaultTerms(asset));
    }

    /// @dev Time passes and feeds stay live.
    function _pass(uint256 time) internal {
        vm.warp(block.timestamp + time);
        for (uint256 i; i < ASSETS; ++i) if (!feeds[i].dead()) feeds[i].set(feeds[i].answer());
    }

    // ---- what is

    function _cash(uint256 asset) internal view returns (uint256) {
        return reserve.position(asset).cash;
    }

    /// @dev Everything at low, as the design defines it, from the views alone. {USD}
    function _value(bool low) internal view returns (uint256 total) {
        for (uint256 i; i < ASSETS; ++i) {
            Price memory p = oracle.price(i);
            (uint256 amount, uint256 price) = (reserve.position(i).cash, low ? p.low : p.high);
            amount +=
                reserve.position(i).credit + (low ? reserve.position(i).vaulted : reserve.position(i).vaultedHigh);
            total += (amount * price) / units[i];
        }
    }

    // ---- requirements

    function _requireNear(uint256 a, uint256 b, uint256 tolerance, string memory what) internal pure {
        require((a > b ? a - b : b - a) <= tolerance, what);
    }

    function _expect(bytes memory reason) internal {
        vm.expectRevert(reason);
    }

    function _vaultTerms(uint256 asset) internal view returns (VaultTerms memory) {
        // Some 7.3% a year.
        return VaultTerms(5_000_000 * units[asset], 5_000, 200);
    }
}
