import type { HardhatEthers, HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { Addressable } from "ethers";
import { network } from "hardhat";

import type { ICreditEngine, IReserve, TestToken } from "../../types/contracts/index.js";
import { deployRiskModel, type Bounds } from "./risk.js";
import { PACES } from "./risk-world.js";
import { AUCTION_TERMS, DERISK_TERMS, EIGHT, SHEET_TERMS, UNIT, type SheetAsset } from "./sheet-world.js";
import { at, DAY, LIQUIDATION, MAX_UINT256, MINIMUM_DEBT, TRANSACTION_GAS, WAD } from "./world.js";

/** Maintenance haircuts high enough for the engine to list the asset. bps */
const BOUNDS = { minInitial: 500, maxInitial: 10_000, minMaintenance: 500, maxMaintenance: 10_000 };

/** 5% a year at par, 0.5% to 50%; e times it 2 cents below; 2% a day; 10% while capital is short. {1/s} 18 decimals */
const PERCENT = WAD / 100n / (365n * DAY);
const RATE_TERMS = {
  base: 5n * PERCENT,
  minimum: PERCENT / 2n,
  maximum: 50n * PERCENT,
  sensitivity: WAD / 50n,
  pace: 2n * PERCENT,
  surcharge: 10n * PERCENT,
};

/** Number of plUSD's market price in the oracle. */
const DOLLAR_ASSET = 16n;

/** Token units in a ledger unit: every token here has 18 decimals. */
const SCALE = 10n ** 10n;

/** A feed whose answer can be set. {USD/tok} 8 decimals */
export interface SettableFeed extends Addressable {
  set(answer: bigint): Promise<unknown>;
}

/** Deploys a feed with its first answer. {USD/tok} 8 decimals */
export type FeedMaker = (ethers: HardhatEthers, answer: bigint) => Promise<SettableFeed>;

/** A feed that keeps its answer in one slot. */
export const oneSlotFeed: FeedMaker = async (ethers, answer) => await ethers.deployContract("OneSlotFeed", [answer]);

/** An asset of a {@link deployWhole} world. */
export interface WholeAsset extends SheetAsset {
  /** Limits of the haircuts beyond those set at listing. bps */
  clamps?: Bounds;
}

/** A chain for {@link deployWhole}. */
export const newChain = async (initialDate = new Date()) =>
  await network.create({ override: { gas: TRANSACTION_GAS, initialDate } });

/**
 * The whole protocol, every part of it real. The first signer governs. plUSD's facilitators are the engine and the reserve; nothing is funded yet.
 * @param chain Where; a new chain if absent.
 * @param makeFeed What prices the assets; feeds of one slot if absent.
 */
export async function deployWhole(
  specs: readonly WholeAsset[] = EIGHT,
  chain?: Awaited<ReturnType<typeof newChain>>,
  makeFeed: FeedMaker = oneSlotFeed,
) {
  const connection = chain ?? (await newChain());
  const { ethers, networkHelpers } = connection;
  const [governor, alice, bob] = (await ethers.getSigners()) as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  const manager = await (await ethers.deployContract("AccessManager", [governor.address])).getAddress();
  const oracle = await ethers.deployContract("PriceOracle", [manager, ethers.ZeroAddress, 0, 43_200]);
  const risk = await deployRiskModel(ethers, manager, await oracle.getAddress(), PACES);
  const dollar = await ethers.deployContract("PlimsollDollar", [manager]);
  const creditExtension = await ethers.deployContract("CreditExtension", [manager, dollar]);

  // They name each other: sheet, extension, reserve, rate, engine.
  const nonce = await ethers.provider.getTransactionCount(governor.address);
  const engineAddress = ethers.getCreateAddress({ from: governor.address, nonce: nonce + 4 });
  const sheet = await ethers.deployContract("BalanceSheet", [manager, engineAddress, dollar, SHEET_TERMS]);
  const extension = await ethers.deployContract("ReserveExtension", [manager, dollar, engineAddress]);
  const owner = await ethers.deployContract("Reserve", [
    { authority: manager, dollar, engine: engineAddress, gate: sheet, riskModel: risk },
    extension,
  ]);
  const rate = await ethers.deployContract("MarketRate", [
    manager,
    engineAddress,
    oracle,
    sheet,
    DOLLAR_ASSET,
    RATE_TERMS,
  ]);
  const lender = await ethers.deployContract("CreditEngine", [
    {
      authority: manager,
      dollar,
      riskModel: risk,
      issuanceGate: sheet,
      absorber: owner,
      rateSource: rate,
      minimumDebt: MINIMUM_DEBT,
      debtCeiling: 10n ** 9n * WAD,
      depthFraction: 5_000,
      liquidation: LIQUIDATION,
    },
    creditExtension,
  ]);
  if ((await lender.getAddress()) !== engineAddress) throw new Error("the engine is not where it was expected");
  const engine: ICreditEngine = await ethers.getContractAt("ICreditEngine", engineAddress);
  const reserve: IReserve = await ethers.getContractAt("IReserve", await owner.getAddress());
  const rebalancer = await ethers.deployContract("Rebalancer", [manager, reserve, AUCTION_TERMS, DERISK_TERMS]);
  const backstop = await ethers.deployContract("Backstop", [
    manager,
    dollar,
    { delay: 3n * DAY, settle: DAY / 4n, window: 2n * DAY, exitWindow: DAY / 12n, stream: 3n * DAY },
  ]);
  await reserve.setModules(sheet, rebalancer, risk, backstop);
  await backstop.setModules(sheet, reserve);
  await sheet.setModules(reserve, backstop, risk);
  await rebalancer.setModules(risk, sheet);
  await risk.setHoldingsSource(sheet);
  await dollar.setFacilitator(engine, 10n ** 9n * WAD);
  await dollar.setFacilitator(reserve, 10n ** 9n * WAD);

  await oracle.listFeed(DOLLAR_ASSET, {
    feed: await makeFeed(ethers, UNIT),
    heartbeat: 691_200,
    deviation: 25,
    minPrice: 10n ** 9n,
    maxPrice: 10n ** 28n,
  });
  const feeds: SettableFeed[] = [];
  const tokens: TestToken[] = [];
  for (const [asset, spec] of specs.entries()) {
    const feed = await makeFeed(ethers, spec.price);
    await oracle.listFeed(asset, {
      feed,
      heartbeat: 691_200,
      deviation: spec.stable === true ? 25 : 50,
      minPrice: 10n ** 9n,
      maxPrice: 10n ** 28n,
    });
    const depth = (spec.depth ?? 10n ** 6n) * UNIT;
    const clamps = spec.clamps ?? BOUNDS;
    const parameters = { unitDecimals: 8, bounds: BOUNDS, clamps, volatilityFloor: 10n, horizon: 24n, depth };
    await risk.listAsset(asset, parameters, { variance: spec.variance, loadings: spec.loadings ?? [] });
    const token = await ethers.deployContract("TestToken", ["TOK", 18]);
    await engine.listAsset(asset, token, 10n ** 17n);
    await reserve.listAsset(asset, token, {
      stable: spec.stable === true,
      cap: 100_000_000n * UNIT,
      liquidFloor: 1_000_000n * UNIT,
      liquidCeiling: 3_000_000n * UNIT,
      baseFee: 10,
      maxFee: 100,
    });
    await sheet.setJump(asset, spec.stable === true ? 1_200 : 2_500);
    feeds.push(feed);
    tokens.push(token);
  }

  /** Tokens for an account, which lets reserve and engine take them. {ledger} */
  async function give(who: HardhatEthersSigner, asset: number, amount: bigint): Promise<void> {
    const token = at(tokens, asset).connect(who);
    await token.mint(who.address, amount * SCALE);
    await token.approve(reserve, MAX_UINT256);
    await token.approve(engine, MAX_UINT256);
  }

  /** Seed capital. {ledger} */
  async function fund(asset: number, amount: bigint): Promise<void> {
    await give(governor, asset, amount);
    await reserve.fund(asset, amount * SCALE);
  }

  /** Looks at collateral and takes a statement. */
  async function look(): Promise<void> {
    await sheet.lookAtCollateral();
    await sheet.refresh();
  }

  return {
    connection,
    networkHelpers,
    ethers,
    manager,
    governor,
    alice,
    bob,
    oracle,
    risk,
    dollar,
    engine,
    reserve,
    sheet,
    rebalancer,
    backstop,
    rate,
    feeds,
    tokens,
    give,
    fund,
    look,
  };
}

/** What {@link deployWhole} returns. */
export type WholeWorld = Awaited<ReturnType<typeof deployWhole>>;
