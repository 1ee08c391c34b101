// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {ISwapRouter} from "@uniswap/v3-periphery/contracts/interfaces/ISwapRouter.sol";

import {Backstop} from "../../contracts/backstop/Backstop.sol";
import {CreditEngineConfig} from "../../contracts/credit/CreditGovernance.sol";
import {Faucet} from "../../contracts/faucet/Faucet.sol";
import {FaucetStakedEther} from "../../contracts/faucet/FaucetStakedEther.sol";
import {FaucetToken} from "../../contracts/faucet/FaucetToken.sol";
import {ExitTerms} from "../../contracts/interfaces/IBackstop.sol";
import {SheetParameters} from "../../contracts/interfaces/IBalanceSheet.sol";
import {ICreditEngine} from "../../contracts/interfaces/ICreditEngine.sol";
import {RateSource} from "../../contracts/interfaces/IExchangeRateFeed.sol";
import {RateTerms} from "../../contracts/interfaces/IMarketRate.sol";
import {AuctionTerms, DeriskTerms} from "../../contracts/interfaces/IRebalancer.sol";
import {IReserve} from "../../contracts/interfaces/IReserve.sol";
import {IRisk} from "../../contracts/interfaces/IRisk.sol";
import {ModelParameters} from "../../contracts/interfaces/IRiskMeasurement.sol";
import {Paces} from "../../contracts/interfaces/IRiskModel.sol";
import {PriceOracle} from "../../contracts/oracle/PriceOracle.sol";
import {ExchangeRateFeed} from "../../contracts/oracle/feeds/ExchangeRateFeed.sol";
import {FlashLiquidator} from "../../contracts/periphery/FlashLiquidator.sol";
import {Leverage} from "../../contracts/periphery/Leverage.sol";
import {Rebalancer} from "../../contracts/reserve/Rebalancer.sol";
import {ReserveConfig} from "../../contracts/reserve/ReserveGovernance.sol";
import {Treasury} from "../../contracts/reserve/Treasury.sol";
import {BalanceSheet} from "../../contracts/solvency/BalanceSheet.sol";
import {FixedCeilingGate} from "../../contracts/solvency/FixedCeilingGate.sol";
import {MarketRate} from "../../contracts/solvency/MarketRate.sol";
import {PlimsollDollar} from "../../contracts/token/PlimsollDollar.sol";
import {vm} from "./Vm.sol";

/// @title Deploys the contracts as they are built for deployment
/// @dev A suite that said `new CreditEngine(...)` would carry the engine's code and compile it again, with its own settings; all of them together
/// take a quarter of an hour. Here the artifact's code is taken, so that what is tested is what gets deployed, and suites compile in seconds.
library Deploy {
    /// @notice Deploys the artifact of the contract called `artifact`; a revert of the constructor is passed on.
    function create(string memory artifact, bytes memory arguments) internal returns (address created) {
        bytes memory code = abi.encodePacked(vm.getCode(artifact), arguments);
        assembly ("memory-safe") {
            created := create(0, add(code, 0x20), mload(code))
            if iszero(created) {
                let reason := mload(0x40)
                returndatacopy(reason, 0, returndatasize())
                revert(reason, returndatasize())
            }
        }
    }

    /// @notice Where the `count`-th contract that `deployer` creates from now on will be, 0 being the next: for contracts that name each other.
    function predict(address deployer, uint256 count) internal view returns (address) {
        uint256 nonce = vm.getNonce(deployer) + count;
        // Above that, and from 128 on, RLP writes a nonce in another way.
        require(nonce != 0 && nonce < 128, "too many creations");
        bytes memory rlp = abi.encodePacked(bytes2(0xd694), deployer, uint8(nonce));
        return address(uint160(uint256(keccak256(rlp))));
    }

    function accessManager(address admin) internal returns (AccessManager) {
        return AccessManager(create("AccessManager", abi.encode(admin)));
    }

    function plimsollDollar(address authority) internal returns (PlimsollDollar) {
        return PlimsollDollar(create("PlimsollDollar", abi.encode(authority)));
    }

    function priceOracle(
        address authority,
        address sequencer,
        uint256 grace,
        uint256 decay
    ) internal returns (PriceOracle) {
        return PriceOracle(create("PriceOracle", abi.encode(authority, sequencer, grace, decay)));
    }

    function exchangeRateFeed(
        address authority,
        string memory description,
        AggregatorV3Interface baseFeed,
        RateSource memory source,
        uint256 growthPerYear
    ) internal returns (ExchangeRateFeed) {
        bytes memory arguments = abi.encode(authority, description, baseFeed, source, growthPerYear);
        return ExchangeRateFeed(create("ExchangeRateFeed", arguments));
    }

    /// @dev With its extension.
    function riskModel(
        address authority,
        address oracle,
        Paces memory paces,
        ModelParameters memory parameters
    ) internal returns (IRisk) {
        address extension = create("RiskExtension", abi.encode(authority, oracle));
        return IRisk(create("RiskModel", abi.encode(authority, oracle, paces, parameters, extension)));
    }

    /// @dev With its extension.
    function creditEngine(CreditEngineConfig memory config) internal returns (ICreditEngine) {
        address extension = create("CreditExtension", abi.encode(config.authority, config.dollar));
        return ICreditEngine(create("CreditEngine", abi.encode(config, extension)));
    }

    function constantRate(uint256 rate) internal returns (address) {
        return create("ConstantRate", abi.encode(rate));
    }

    function fixedCeilingGate(address authority, address dollar) internal returns (FixedCeilingGate) {
        return FixedCeilingGate(create("FixedCeilingGate", abi.encode(authority, dollar)));
    }

    function treasury(address authority, address dollar) internal returns (Treasury) {
        return Treasury(create("Treasury", abi.encode(authority, dollar)));
    }

    /// @dev With its extension.
    function reserve(ReserveConfig memory config) internal returns (IReserve) {
        address extension = create("ReserveExtension", abi.encode(config.authority, config.dollar, config.engine));
        return IReserve(create("Reserve", abi.encode(config, extension)));
    }

    function rebalancer(
        address authority,
        address reserve_,
        AuctionTerms memory auctions,
        DeriskTerms memory derisk
    ) internal returns (Rebalancer) {
        return Rebalancer(create("Rebalancer", abi.encode(authority, reserve_, auctions, derisk)));
    }

    function backstop(address authority, address dollar, ExitTerms memory terms) internal returns (Backstop) {
        return Backstop(create("Backstop", abi.encode(authority, dollar, terms)));
    }

    function balanceSheet(
        address authority,
        address engine,
        address dollar,
        SheetParameters memory parameters
    ) internal returns (BalanceSheet) {
        return BalanceSheet(create("BalanceSheet", abi.encode(authority, engine, dollar, parameters)));
    }

    function marketRate(
        address authority,
        address engine,
        address oracle,
        address sheet,
        uint256 asset,
        RateTerms memory terms
    ) internal returns (MarketRate) {
        return MarketRate(create("MarketRate", abi.encode(authority, engine, oracle, sheet, asset, terms)));
    }

    function flashLiquidator(
        ICreditEngine engine,
        ISwapRouter router,
        address owner
    ) internal returns (FlashLiquidator) {
        return FlashLiquidator(create("FlashLiquidator", abi.encode(engine, router, owner)));
    }

    function leverage(ICreditEngine engine, ISwapRouter router) internal returns (Leverage) {
        return Leverage(create("Leverage", abi.encode(engine, router)));
    }

    function faucet(address owner) internal returns (Faucet) {
        return Faucet(create("Faucet", abi.encode(owner)));
    }

    function faucetToken(
        string memory name,
        string memory symbol,
        uint8 decimals,
        address owner
    ) internal returns (FaucetToken) {
        return FaucetToken(create("FaucetToken", abi.encode(name, symbol, decimals, owner)));
    }

    function faucetStakedEther(
        string memory name,
        string memory symbol,
        uint256 ratio,
        address owner
    ) internal returns (FaucetStakedEther) {
        return FaucetStakedEther(create("FaucetStakedEther", abi.encode(name, symbol, ratio, owner)));
    }
}
