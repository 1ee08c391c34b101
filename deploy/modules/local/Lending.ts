import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { AbiCoder, ZeroAddress } from "ethers";

import { lendingArtifact, npmArtifact } from "../../artifacts.js";
import { LENDING } from "../../parameters/lending.js";
import Feeds from "./Feeds.js";
import Tokens from "./Tokens.js";

/** Aave prices in USD with as many decimals as the feeds have. */
const PRICE_UNIT = 10n ** 8n;
const VARIABLE_RATE = 2;
const NO_REFERRAL = 0;

/** How the pool is told a rate curve: four words. bps */
function encodeRates(rates: typeof LENDING.rates): string {
  const { optimalUsageRatio, baseVariableBorrowRate, variableRateSlope1, variableRateSlope2 } = rates;
  return AbiCoder.defaultAbiCoder().encode(
    ["uint16", "uint32", "uint32", "uint32"],
    [optimalUsageRatio, baseVariableBorrowRate, variableRateSlope1, variableRateSlope2],
  );
}

/**
 * Aave v3 with its own ERC-4626 wrapper of USDC, and somebody who really borrows USDC against ether. On public networks it is there already;
 * here it is deployed.
 */
export default buildModule("LocalLending", (m) => {
  const { weth, usdc } = m.useModule(Tokens);
  const { ethFeed, usdcFeed } = m.useModule(Feeds);
  const deployer = m.getAccount(0);
  const borrower = m.getAccount(LENDING.borrower);

  // ---- the market: registry, roles, prices, rates

  const registry = m.contract("PoolAddressesProvider", lendingArtifact("PoolAddressesProvider"), [
    "Plimsoll local",
    deployer,
  ]);
  const governed = m.call(registry, "setACLAdmin", [deployer]);
  const roles = m.contract("ACLManager", lendingArtifact("ACLManager"), [registry], { after: [governed] });
  const ready = [m.call(registry, "setACLManager", [roles]), m.call(roles, "addPoolAdmin", [deployer])];
  const prices = m.contract("AaveOracle", lendingArtifact("AaveOracle"), [
    registry,
    [usdc, weth],
    [usdcFeed, ethFeed],
    ZeroAddress,
    ZeroAddress,
    PRICE_UNIT,
  ]);
  const priced = m.call(registry, "setPriceOracle", [prices]);
  const rates = m.contract("RateStrategy", lendingArtifact("DefaultReserveInterestRateStrategyV2"), [registry]);

  // ---- the pool, behind the proxies that the registry makes

  const library = (name: string, libraries = {}) => m.library(name, lendingArtifact(name), { libraries });
  const BorrowLogic = library("BorrowLogic");
  const logic = m.contract("PoolInstance", lendingArtifact("PoolInstance"), [registry, rates], {
    libraries: {
      BorrowLogic,
      FlashLoanLogic: library("FlashLoanLogic", { BorrowLogic }),
      LiquidationLogic: library("LiquidationLogic"),
      PoolLogic: library("PoolLogic"),
      SupplyLogic: library("SupplyLogic"),
    },
  });
  const pooled = m.call(registry, "setPoolImpl", [logic]);
  const poolAddress = m.staticCall(registry, "getPool", [], 0, { after: [pooled] });
  const pool = m.contractAt("Pool", lendingArtifact("PoolInstance"), poolAddress);

  const configuration = m.contract("PoolConfiguratorInstance", lendingArtifact("PoolConfiguratorInstance"), [], {
    libraries: { ConfiguratorLogic: library("ConfiguratorLogic") },
  });
  const configurable = m.call(registry, "setPoolConfiguratorImpl", [configuration], { after: [pooled] });
  const configurator = m.contractAt(
    "PoolConfigurator",
    lendingArtifact("PoolConfiguratorInstance"),
    m.staticCall(registry, "getPoolConfigurator", [], 0, { after: [configurable] }),
  );

  // ---- what can be lent and borrowed

  // No rewards are paid, but the vault asks for them.
  const rewards = m.contract("RewardsController", lendingArtifact("RewardsController"), [deployer]);
  const aToken = m.contract("ATokenInstance", lendingArtifact("ATokenInstance"), [pool, rewards, deployer]);
  const debtToken = m.contract("VariableDebtTokenInstance", lendingArtifact("VariableDebtTokenInstance"), [
    pool,
    rewards,
  ]);
  const listing = ([symbol, token]: readonly [string, typeof usdc | typeof weth]) => ({
    aTokenImpl: aToken,
    variableDebtTokenImpl: debtToken,
    underlyingAsset: token,
    aTokenName: `Aave ${symbol}`,
    aTokenSymbol: `a${symbol}`,
    variableDebtTokenName: `Aave debt in ${symbol}`,
    variableDebtTokenSymbol: `debt${symbol}`,
    params: "0x",
    interestRateData: encodeRates(LENDING.rates),
  });
  const assets = [["USDC", usdc] as const, ["WETH", weth] as const].map(listing);
  const listed = m.call(configurator, "initReserves", [assets], { after: [...ready, priced] });
  const after = [listed];
  const { loanToValue, threshold, bonus } = LENDING.ether;
  const open = [
    m.call(configurator, "setReserveBorrowing", [usdc, true], { after }),
    m.call(configurator, "setReserveFactor", [usdc, LENDING.reserveFactor], { after }),
    m.call(configurator, "configureReserveAsCollateral", [weth, loanToValue, threshold, bonus], { after }),
  ];

  // ---- the vault, and the deployer as its first depositor

  const wrapper = m.contract("StataTokenV2", lendingArtifact("StataTokenV2"), [pool, rewards]);
  const initialise = m.encodeFunctionCall(wrapper, "initialize", [
    m.staticCall(pool, "getReserveAToken", [usdc], 0, { after }),
    "Wrapped Aave USDC",
    "waUSDC",
  ]);
  const proxy = m.contract("VaultProxy", npmArtifact("@openzeppelin/contracts/build/contracts/ERC1967Proxy.json"), [
    wrapper,
    initialise,
  ]);
  const usdcVault = m.contractAt("UsdcVault", lendingArtifact("StataTokenV2"), proxy);
  const minted = m.call(usdc, "mint", [deployer, LENDING.supplied]);
  const approved = m.call(usdc, "approve", [usdcVault, LENDING.supplied], { after: [minted] });
  const supplied = m.call(usdcVault, "deposit", [LENDING.supplied, deployer], { after: [approved, ...open] });

  // ---- the borrower

  const from = borrower;
  const wrapped = m.call(weth, "deposit", [], { from, value: LENDING.collateral });
  const allowed = m.call(weth, "approve", [pool, LENDING.collateral], { from, after: [wrapped] });
  const secured = m.call(pool, "supply", [weth, LENDING.collateral, borrower, NO_REFERRAL], {
    from,
    after: [allowed, ...open],
  });
  m.call(pool, "borrow", [usdc, LENDING.borrowed, VARIABLE_RATE, NO_REFERRAL, borrower], {
    from,
    after: [secured, supplied],
  });

  return { lendingPool: pool, lendingPrices: prices, lendingRates: rates, usdcVault };
});
