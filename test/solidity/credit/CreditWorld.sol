// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {CreditEngineConfig} from "../../../contracts/credit/CreditGovernance.sol";
import {ICreditEngine, LiquidationParameters} from "../../../contracts/interfaces/ICreditEngine.sol";
import {FeedConfig} from "../../../contracts/interfaces/IPriceOracle.sol";
import {IRisk} from "../../../contracts/interfaces/IRisk.sol";
import {HaircutBounds, Paces, RiskTargets} from "../../../contracts/interfaces/IRiskModel.sol";
import {PriceOracle} from "../../../contracts/oracle/PriceOracle.sol";
import {Treasury} from "../../../contracts/reserve/Treasury.sol";
import {FixedCeilingGate} from "../../../contracts/solvency/FixedCeilingGate.sol";
import {PlimsollDollar} from "../../../contracts/token/PlimsollDollar.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {TestFeed} from "../../contracts/oracle/TestFeed.sol";
import {Pinned} from "../../contracts/risk/Pinned.sol";
import {TestToken} from "../../contracts/TestToken.sol";

/// @title The whole protocol, deployed and governed by this contract
abstract contract CreditWorld {
    uint256 internal constant ASSETS = 5;
    uint256 internal constant WAD = 1e18;
    uint256 internal constant MINIMUM_DEBT = 100e18;
    uint256 internal constant DEBT_CEILING = 1_000_000_000e18;
    /// @dev About 50% a year, so that interest shows within days. {1/s} 18 decimals
    uint256 internal constant RATE = 15_000_000_000;
    /// @dev {s}
    uint256 internal constant HEARTBEAT = 1 days;

    PlimsollDollar internal dollar;
    PriceOracle internal oracle;
    IRisk internal risk;
    FixedCeilingGate internal gate;
    Treasury internal treasury;
    ICreditEngine internal engine;
    TestToken[ASSETS] internal tokens;
    TestFeed[ASSETS] internal feeds;
    /// @dev {USD/tok} 8 decimals
    int256[ASSETS] internal firstPrices;
    /// @dev {ledger} for a whole token
    uint256[ASSETS] internal units;
    /// @dev Token units for a ledger unit.
    uint256[ASSETS] internal scales;

    /// @dev Everything live, the borrow rate in force.
    function _deploy() internal {
        address manager = address(Deploy.accessManager(address(this)));
        dollar = Deploy.plimsollDollar(manager);
        oracle = Deploy.priceOracle(manager, address(0), 0, 12 hours);
        risk = Pinned.deploy(manager, address(oracle), Paces(200, 100, 1000, 300));
        gate = Deploy.fixedCeilingGate(manager, address(dollar));
        treasury = Deploy.treasury(manager, address(dollar));
        CreditEngineConfig memory config = CreditEngineConfig({
            authority: manager,
            dollar: address(dollar),
            riskModel: address(risk),
            issuanceGate: address(gate),
            absorber: address(treasury),
            rateSource: Deploy.constantRate(RATE),
            minimumDebt: MINIMUM_DEBT,
            debtCeiling: DEBT_CEILING,
            depthFraction: 5_000,
            liquidation: LiquidationParameters(10_500, 200, 1_000, 9_000, 9_700, 1_000)
        });
        engine = Deploy.creditEngine(config);
        dollar.setFacilitator(address(engine), DEBT_CEILING);
        dollar.setFacilitator(address(treasury), 0);
        // Stands for everyone else who mints plUSD: debtors must be able to buy more than they borrowed.
        dollar.setFacilitator(address(this), type(uint120).max);
        dollar.setFlashMintCap(1e30);
        gate.setCeiling(address(engine), type(uint96).max);
        treasury.setCreditEngine(address(engine));
        engine.updateRate();
        engine.setTipFloor(20e18);

        // The fifth asset of an account lies beyond its header word; depths are small enough to bend values.
        _list(0, 18, 8, 2_000e8, 2500, 1700, 20_000);
        _list(1, 8, 8, 40_000e8, 2500, 1700, 1_000);
        _list(2, 18, 8, 2_300e8, 3000, 2100, 10_000);
        _list(3, 6, 6, 1e8, 1000, 600, 20_000_000);
        _list(4, 24, 4, 50e8, 4000, 3000, 200_000);
    }

    function _list(
        uint256 asset,
        uint8 decimals,
        uint256 unitDecimals,
        int256 price,
        uint16 initial,
        uint16 maintenance,
        uint256 depth
    ) private {
        tokens[asset] = new TestToken("TOK", decimals);
        feeds[asset] = new TestFeed(price);
        firstPrices[asset] = price;
        units[asset] = 10 ** unitDecimals;
        scales[asset] = 10 ** (decimals - unitDecimals);
        oracle.listFeed(asset, FeedConfig(address(feeds[asset]), uint24(HEARTBEAT), 50, 1e9, 1e26));
        Pinned.list(
            risk,
            asset,
            unitDecimals,
            HaircutBounds(500, 10_000, 500, 10_000),
            RiskTargets(initial, maintenance, depth * units[asset])
        );
        engine.listAsset(asset, address(tokens[asset]), 1e17);
        // Room for some of what fails, so that absorption meets its limits.
        treasury.setCapacity(asset, (depth * units[asset]) / 20);
    }
}
