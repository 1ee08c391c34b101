/** Aave v3, to be measured: two reserves, no rewards, rates as in the lending market of the local world. */

import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { AbiCoder, Interface, MaxUint256, ZeroAddress, type Addressable } from "ethers";

import { lendingArtifact } from "../../../deploy/artifacts.js";
import { LENDING } from "../../../deploy/parameters/lending.js";
import type { TestToken } from "../../../types/contracts/index.js";
import { WAD } from "../../../test/support/world.js";
import type { Bench } from "./chain.js";
import { addressOf, ask, deployForeign, foreignAt, tell } from "./foreign.js";
import type { Lending } from "./lending.js";

/** Aave prices in USD with as many decimals as the feeds have. */
const PRICE_UNIT = 10n ** 8n;
const VARIABLE_RATE = 2;
const NO_REFERRAL = 0;
const SUPPLIED = 100_000_000n * WAD;
const MINTED = 1_000n * WAD;
/** bps */
const TERMS = { loanToValue: 7_500, threshold: 8_300, bonus: 10_500 };

/** Deploys it with `collateral` lent against, and `loan` lent out, priced by the feeds. */
export async function deployAave(
  { ethers }: Bench,
  collateral: TestToken,
  loan: TestToken,
  feed: Addressable,
  loanFeed: Addressable,
): Promise<Lending> {
  const [owner] = (await ethers.getSigners()) as [HardhatEthersSigner];
  const deploy = (name: string, args: readonly unknown[] = [], libraries: Record<string, string> = {}) =>
    deployForeign(ethers, lendingArtifact(name), args, libraries);
  const library = async (name: string, libraries: Record<string, string> = {}) =>
    await (await deploy(name, [], libraries)).getAddress();

  // ---- registry, roles, prices, rates

  const registry = await deploy("PoolAddressesProvider", ["bench", owner.address]);
  await tell(registry, "setACLAdmin", owner.address);
  const roles = await deploy("ACLManager", [registry]);
  await tell(registry, "setACLManager", roles);
  await tell(roles, "addPoolAdmin", owner.address);
  const tokens = [loan, collateral];
  const prices = await deploy("AaveOracle", [
    registry,
    tokens,
    [await loanFeed.getAddress(), await feed.getAddress()],
    ZeroAddress,
    ZeroAddress,
    PRICE_UNIT,
  ]);
  await tell(registry, "setPriceOracle", prices);
  const rates = await deploy("DefaultReserveInterestRateStrategyV2", [registry]);

  // ---- the pool, behind the proxies that the registry makes

  const BorrowLogic = await library("BorrowLogic");
  const logic = await deploy("PoolInstance", [registry, rates], {
    BorrowLogic,
    FlashLoanLogic: await library("FlashLoanLogic", { BorrowLogic }),
    LiquidationLogic: await library("LiquidationLogic"),
    PoolLogic: await library("PoolLogic"),
    SupplyLogic: await library("SupplyLogic"),
  });
  await tell(registry, "setPoolImpl", logic);
  const target = await ask<string>(registry, "getPool");
  const pool = await foreignAt(ethers, lendingArtifact("PoolInstance"), target);
  const configuration = await deploy("PoolConfiguratorInstance", [], {
    ConfiguratorLogic: await library("ConfiguratorLogic"),
  });
  await tell(registry, "setPoolConfiguratorImpl", configuration);
  const configurator = await foreignAt(
    ethers,
    lendingArtifact("PoolConfiguratorInstance"),
    await ask<string>(registry, "getPoolConfigurator"),
  );

  // ---- what can be lent and borrowed

  const { optimalUsageRatio, baseVariableBorrowRate, variableRateSlope1, variableRateSlope2 } = LENDING.rates;
  const curve = AbiCoder.defaultAbiCoder().encode(
    ["uint16", "uint32", "uint32", "uint32"],
    [optimalUsageRatio, baseVariableBorrowRate, variableRateSlope1, variableRateSlope2],
  );
  // No rewards are paid: what Aave asks for them costs the least.
  const aToken = await deploy("ATokenInstance", [pool, ZeroAddress, owner.address]);
  const debtToken = await deploy("VariableDebtTokenInstance", [pool, ZeroAddress]);
  const listings = await Promise.all(
    tokens.map(async (token) => ({
      aTokenImpl: await aToken.getAddress(),
      variableDebtTokenImpl: await debtToken.getAddress(),
      underlyingAsset: await token.getAddress(),
      aTokenName: "Aave token",
      aTokenSymbol: "aTOK",
      variableDebtTokenName: "Aave debt",
      variableDebtTokenSymbol: "debtTOK",
      params: "0x",
      interestRateData: curve,
    })),
  );
  await tell(configurator, "initReserves", listings);
  await tell(configurator, "setReserveBorrowing", loan, true);
  await tell(configurator, "setReserveFactor", loan, LENDING.reserveFactor);
  await tell(configurator, "configureReserveAsCollateral", collateral, TERMS.loanToValue, TERMS.threshold, TERMS.bonus);

  await loan.mint(owner.address, SUPPLIED);
  await loan.approve(target, MaxUint256);
  await tell(pool, "supply", loan, SUPPLIED, owner.address, NO_REFERRAL);
  const loops = await ethers.deployContract("PeerLoops");
  await loops.approve(loan, target);
  await loan.mint(loops, SUPPLIED);

  const claims = await ethers.getContractAt("TestToken", await ask<string>(pool, "getReserveAToken", collateral));
  const debts = await ethers.getContractAt("TestToken", await ask<string>(pool, "getReserveVariableDebtToken", loan));
  const abi = new Interface(lendingArtifact("PoolInstance").abi as never);
  const call = (name: string, args: readonly unknown[]) => ({ target, data: abi.encodeFunctionData(name, args) });
  const [collateralAt, loanAt] = [await collateral.getAddress(), await loan.getAddress()];
  const liquidateOne = (account: string) =>
    Promise.resolve(call("liquidationCall", [collateralAt, loanAt, account, MaxUint256, false]));
  return {
    column: "aaveV3",
    collaterals: 1,
    prepare: (account) => [
      { target: collateralAt, data: collateral.interface.encodeFunctionData("mint", [account, MINTED]) },
      ...[collateral, loan].map((token) => ({
        target: addressOf(token),
        data: token.interface.encodeFunctionData("approve", [target, MaxUint256]),
      })),
    ],
    deposit: (account, _, amount) => call("supply", [collateralAt, amount, account, NO_REFERRAL]),
    withdraw: (account, _, amount) => call("withdraw", [collateralAt, amount, account]),
    borrow: (account, amount) => call("borrow", [loanAt, amount, VARIABLE_RATE, NO_REFERRAL, account]),
    repay: (account, amount) => call("repay", [loanAt, amount, VARIABLE_RATE, account]),
    liquidate: async (accounts) => {
      const [first] = accounts;
      if (accounts.length === 1 && first !== undefined) return await liquidateOne(first);
      const data = loops.interface.encodeFunctionData("aave", [target, collateralAt, loanAt, accounts as string[]]);
      return { target: await loops.getAddress(), data };
    },
    liquidateOut: liquidateOne,
    debtOf: async (account) => await debts.balanceOf(account),
    collateralOf: async (account) => await claims.balanceOf(account),
    walletOf: async (account) => await collateral.balanceOf(account),
    fundKeeper: async (keeper) => {
      await loan.mint(keeper, SUPPLIED);
    },
  };
}
