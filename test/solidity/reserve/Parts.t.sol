// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {ConstantRate} from "../../../contracts/credit/ConstantRate.sol";
import {CreditEngine} from "../../../contracts/credit/CreditEngine.sol";
import {CreditExtension} from "../../../contracts/credit/CreditExtension.sol";
import {CreditEngineConfig} from "../../../contracts/credit/CreditGovernance.sol";
import {RateSource} from "../../../contracts/interfaces/IExchangeRateFeed.sol";
import {ModelParameters} from "../../../contracts/interfaces/IRiskMeasurement.sol";
import {Paces} from "../../../contracts/interfaces/IRiskModel.sol";
import {PriceOracle} from "../../../contracts/oracle/PriceOracle.sol";
import {ExchangeRateFeed} from "../../../contracts/oracle/feeds/ExchangeRateFeed.sol";
import {Reserve} from "../../../contracts/reserve/Reserve.sol";
import {ReserveExtension} from "../../../contracts/reserve/ReserveExtension.sol";
import {ReserveConfig} from "../../../contracts/reserve/ReserveGovernance.sol";
import {RiskExtension} from "../../../contracts/risk/RiskExtension.sol";
import {RiskModel} from "../../../contracts/risk/RiskModel.sol";
import {PlimsollDollar} from "../../../contracts/token/PlimsollDollar.sol";
import {BidderDouble, FillerDouble, SurplusDouble} from "../../contracts/reserve/FillerDouble.sol";
import {SheetDouble} from "../../contracts/solvency/SheetDouble.sol";
import {TestToken} from "../../contracts/TestToken.sol";
import {BlockableToken} from "../../contracts/tokens/BlockableToken.sol";
import {FalseToken} from "../../contracts/tokens/FalseToken.sol";
import {FeeToken} from "../../contracts/tokens/FeeToken.sol";
import {HookToken} from "../../contracts/tokens/HookToken.sol";
import {PlainVault, VaultDouble} from "../../contracts/vaults/PlainVault.sol";

// What the reserve's tests deploy, compiled once. A test that said `new Reserve(...)` would carry the reserve, and be compiled with it; all of them
// with the whole protocol take a quarter of an hour. `vm.getCode` finds what is defined in a test file of the same run, hence this one:
//
//     hardhat test solidity test/solidity/reserve/Parts.t.sol test/solidity/reserve/Issue.t.sol

contract PartAccessManager is AccessManager {
    constructor(address admin) AccessManager(admin) {}
}

contract PartPlimsollDollar is PlimsollDollar {
    constructor(address a) PlimsollDollar(a) {}
}

contract PartPriceOracle is PriceOracle {
    constructor(address a, address s, uint256 g, uint256 d) PriceOracle(a, s, g, d) {}
}

contract PartExchangeRateFeed is ExchangeRateFeed {
    constructor(
        address a,
        string memory d,
        AggregatorV3Interface b,
        RateSource memory s,
        uint256 g
    ) ExchangeRateFeed(a, d, b, s, g) {}
}

contract PartRiskExtension is RiskExtension {
    constructor(address a, address o) RiskExtension(a, o) {}
}

contract PartRiskModel is RiskModel {
    constructor(address a, address o, Paces memory p, ModelParameters memory m, address e) RiskModel(a, o, p, m, e) {}
}

contract PartConstantRate is ConstantRate {
    constructor(uint256 r) ConstantRate(r) {}
}

contract PartCreditExtension is CreditExtension {
    constructor(address a, address d) CreditExtension(a, d) {}
}

contract PartCreditEngine is CreditEngine {
    constructor(CreditEngineConfig memory c, address e) CreditEngine(c, e) {}
}

contract PartReserveExtension is ReserveExtension {
    constructor(address a, address d, address e) ReserveExtension(a, d, e) {}
}

contract PartReserve is Reserve {
    constructor(ReserveConfig memory c, address e) Reserve(c, e) {}
}

contract PartSheetDouble is SheetDouble {}

contract PartFillerDouble is FillerDouble {}

contract PartBidderDouble is BidderDouble {}

contract PartSurplusDouble is SurplusDouble {}

contract PartTestToken is TestToken {
    constructor(string memory s, uint8 d) TestToken(s, d) {}
}

contract PartHookToken is HookToken {
    constructor(string memory s, uint8 d) HookToken(s, d) {}
}

contract PartBlockableToken is BlockableToken {
    constructor(string memory s, uint8 d) BlockableToken(s, d) {}
}

contract PartFalseToken is FalseToken {
    constructor(string memory s, uint8 d) FalseToken(s, d) {}
}

contract PartFeeToken is FeeToken {
    constructor(string memory s, uint8 d) FeeToken(s, d) {}
}

contract PartPlainVault is PlainVault {
    constructor(IERC20 t, uint8 o) PlainVault(t, o) {}
}

contract PartVaultDouble is VaultDouble {
    constructor(IERC20 t, uint8 o) VaultDouble(t, o) {}
}
