import { BrowserProvider, Network } from "ethers";

import { Keeper } from "../../keeper/keeper.js";
import type { KeeperOptions, ReserveOptions } from "../../keeper/config.js";
import type { JobName } from "../../keeper/types.js";
import { localWallet } from "../../replay/chain/embedded.js";
import { encodePath } from "../../sdk/uniswap/math.js";
import type { ICreditEngine, IReserve, OneSlotFeed } from "../../types/contracts/index.js";
import { deployRiskModel } from "./risk.js";
import { PACES } from "./risk-world.js";
import { AUCTION_TERMS, DERISK_TERMS, SHEET_TERMS } from "./sheet-world.js";
import { deployMarket, type MarketToken } from "./uniswap.js";
import { at, DAY, LIQUIDATION, MAX_UINT256, MINIMUM_DEBT, WAD } from "./world.js";

const CHAIN_ID = 31_337;
const BOUNDS = { minInitial: 500, maxInitial: 10_000, minMaintenance: 500, maxMaintenance: 10_000 };
const EXIT_TERMS = { delay: 2 * 86_400, settle: 10_800, window: 2 * 86_400, exitWindow: 7_200, stream: 7 * 86_400 };

/** Asset numbers. */
export const ETHER = 0;
export const USDC = 1;

/** Hundredths of a bp that the pool of ether takes. */
const FEE = 500;

/** {ledger/tok} */
const UNITS = [10n ** 8n, 10n ** 6n];
/** Daily variance, 18 decimals, and J, bps. */
const RISKS = [
  { variance: 25n * 10n ** 14n, jump: 2_500n },
  { variance: 10n ** 12n, jump: 1_200n },
];

/**
 * Everything real: oracle on one-slot feeds, risk model, plUSD, engine, balance sheet, reserve, Rebalancer, Backstop, one vault, and Uniswap v3 with a pool
 * of ether and USDC at 2,000. The reserve owns 500 ether of its own and 1,000,000 USDC that plUSD was issued for, in equal parts as it should be. The
 * first signer governs, issued the plUSD and runs the keeper.
 */
export async function deployKeeperWorld() {
  const market = await deployMarket();
  const { connection, ethers, networkHelpers, trader: governor, stranger } = market;
  const weth = await market.token("WETH", 18, 2_000n);
  const usdc = await market.token("USDC", 6, 1n);
  const tokens: readonly MarketToken[] = [weth, usdc];
  const pool = await market.open({ base: weth, quote: usdc, fee: FEE, depth: 20_000n * WAD });

  const manager = await (await ethers.deployContract("AccessManager", [governor.address])).getAddress();
  const dollar = await ethers.deployContract("PlimsollDollar", [manager]);
  const oracle = await ethers.deployContract("PriceOracle", [manager, ethers.ZeroAddress, 0, DAY]);
  const risk = await deployRiskModel(ethers, manager, await oracle.getAddress(), PACES);
  const firstGate = await ethers.deployContract("FixedCeilingGate", [manager, dollar]);
  const rateSource = await ethers.deployContract("ConstantRate", [0]);
  const creditExtension = await ethers.deployContract("CreditExtension", [manager, dollar]);

  // The reserve names the engine and the engine the reserve: extension, reserve, engine.
  const nonce = await ethers.provider.getTransactionCount(governor.address);
  const engineAddress = ethers.getCreateAddress({ from: governor.address, nonce: nonce + 2 });
  const extension = await ethers.deployContract("ReserveExtension", [manager, dollar, engineAddress]);
  const implementation = await ethers.deployContract("Reserve", [
    { authority: manager, dollar, engine: engineAddress, gate: firstGate, riskModel: risk },
    extension,
  ]);
  const reserve: IReserve = await ethers.getContractAt("IReserve", await implementation.getAddress());
  await ethers.deployContract("CreditEngine", [
    {
      authority: manager,
      dollar,
      riskModel: risk,
      issuanceGate: firstGate,
      absorber: reserve,
      rateSource,
      minimumDebt: MINIMUM_DEBT,
      debtCeiling: 10n ** 9n * WAD,
      depthFraction: 5_000,
      liquidation: LIQUIDATION,
    },
    creditExtension,
  ]);
  const engine: ICreditEngine = await ethers.getContractAt("ICreditEngine", engineAddress);
  const backstop = await ethers.deployContract("Backstop", [manager, dollar, EXIT_TERMS]);
  const sheet = await ethers.deployContract("BalanceSheet", [manager, engine, dollar, SHEET_TERMS]);
  const rebalancer = await ethers.deployContract("Rebalancer", [manager, reserve, AUCTION_TERMS, DERISK_TERMS]);
  await sheet.setModules(reserve, backstop, risk);
  await engine.setIssuanceGate(sheet);
  await reserve.setModules(sheet, rebalancer, risk, backstop);
  await rebalancer.setModules(risk, sheet);
  await backstop.setModules(sheet, reserve);
  for (const facilitator of [engineAddress, await reserve.getAddress(), governor.address]) {
    await dollar.setFacilitator(facilitator, 10n ** 9n * WAD);
  }

  const feeds: OneSlotFeed[] = [];
  for (const [asset, token] of tokens.entries()) {
    const feed = await ethers.deployContract("OneSlotFeed", [token.price / 10n ** 10n]);
    await oracle.listFeed(asset, {
      feed,
      // Longer than any test takes.
      heartbeat: 691_200,
      deviation: 25,
      minPrice: 10n ** 15n,
      maxPrice: 10n ** 24n,
    });
    const unit = at(UNITS, asset);
    const { variance, jump } = at(RISKS, asset);
    const parameters = {
      unitDecimals: unit.toString().length - 1,
      bounds: BOUNDS,
      clamps: BOUNDS,
      volatilityFloor: 10n,
      horizon: 24n,
      depth: 10n ** 8n * unit,
    };
    await risk.listAsset(asset, parameters, { variance, loadings: [] });
    await engine.listAsset(asset, token.address, 10n ** 17n);
    await reserve.listAsset(asset, token.address, {
      stable: asset === USDC,
      cap: 100_000_000n * unit,
      liquidFloor: 100_000n * unit,
      liquidCeiling: 5_000_000n * unit,
      baseFee: 10,
      maxFee: 100,
    });
    await sheet.setJump(asset, jump);
    await token.contract.approve(reserve, MAX_UINT256);
    await token.contract.approve(engine, MAX_UINT256);
    feeds.push(feed);
  }

  const vault = await ethers.deployContract("VaultDouble", [usdc.address, 6]);
  await usdc.contract.approve(vault, MAX_UINT256);
  await vault.deposit(10_000_000n * 10n ** 6n, stranger.address);
  const vaultTerms = { absoluteCap: 5_000_000n * at(UNITS, USDC), relativeCap: 5_000, growthPerDay: 1_000 };
  await reserve.listVault(vault, 10n ** 12n, vaultTerms);

  await reserve.fund(ETHER, 500n * WAD);
  await sheet.lookAtCollateral();
  await sheet.refresh();
  await reserve.issue(USDC, 1_000_000n * 10n ** 6n, 0, governor.address);
  const zeros = Array<bigint>(16).fill(0n);
  await rebalancer.setWeights([5_000n, 5_000n, ...zeros.slice(2)], [100n, 100n, ...zeros.slice(2)]);

  const router = await market.router.getAddress();
  const liquidator = await ethers.deployContract("FlashLiquidator", [engine, router, governor.address]);
  const filler = await ethers.deployContract("AuctionFiller", [rebalancer, reserve, dollar, router, governor.address]);
  const lens = await ethers.deployContract("CreditLens", [engine]);

  // As keepers see any chain: the node's answers, none of them kept.
  const chainNetwork = Network.from(CHAIN_ID);
  const provider = new BrowserProvider(connection.provider, chainNetwork, {
    cacheTimeout: -1,
    staticNetwork: chainNetwork,
  });
  const reserveOptions: ReserveOptions = {
    sheet: await sheet.getAddress(),
    reserve: await reserve.getAddress(),
    rebalancer: await rebalancer.getAddress(),
    backstop: await backstop.getAddress(),
    filler: await filler.getAddress(),
    // Asked at each look, as tests do not let time pass for it.
    recheck: { deficits: 0, auctions: 0, rest: 0 },
    routes: [
      { sold: ETHER, bought: USDC, path: encodePath([weth.address, usdc.address], [FEE]) },
      { sold: USDC, bought: ETHER, path: encodePath([usdc.address, weth.address], [FEE]) },
    ],
  };
  const options: KeeperOptions = {
    engine: engineAddress,
    lens: await lens.getAddress(),
    oracle: await oracle.getAddress(),
    risk: await risk.getAddress(),
    liquidator: await liquidator.getAddress(),
    routes: [],
  };
  const signer = localWallet(0, provider);

  /** A keeper of this reserve, told otherwise what `overrides` and `others` say. */
  function newKeeper(overrides: Partial<ReserveOptions> = {}, others: Partial<KeeperOptions> = {}): Keeper {
    return new Keeper({ ...options, ...others, reserve: { ...reserveOptions, ...overrides } }, { provider, signer });
  }

  /** Lets time pass, and the keeper look once; which jobs it sent transactions for, in order. */
  async function tick(keeper: Keeper, seconds = 12): Promise<JobName[]> {
    await networkHelpers.time.increase(seconds);
    return (await keeper.tick()).sent.map((s) => s.job);
  }

  /** Lets the keeper look until it has nothing to do. */
  async function calm(keeper: Keeper): Promise<void> {
    for (let i = 0; i < 10; i++) if ((await tick(keeper)).length === 0) return;
    throw new Error("the keeper finds something to do at each look");
  }

  /** What the tokens have in the market. {USD/tok} 8 decimals */
  async function setPrice(asset: number, price: bigint): Promise<void> {
    await at(feeds, asset).set(price);
  }

  return {
    ...market,
    governor,
    weth,
    usdc,
    pool,
    dollar,
    oracle,
    risk,
    engine,
    sheet,
    reserve,
    rebalancer,
    backstop,
    vault,
    vaultTerms,
    filler,
    provider,
    options,
    reserveOptions,
    newKeeper,
    tick,
    calm,
    setPrice,
  };
}

/** What {@link deployKeeperWorld} returns. */
export type KeeperWorld = Awaited<ReturnType<typeof deployKeeperWorld>>;
