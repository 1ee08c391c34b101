import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { network } from "hardhat";

import type { ICreditEngine, MockV3Aggregator, TestToken } from "../../types/contracts/index.js";
import { deployRiskModel, listPinned } from "./risk.js";

/** 1 with 18 decimals. */
export const WAD = 10n ** 18n;
export const MAX_UINT256 = 2n ** 256n - 1n;
export const DAY = 86_400n;
/** Below the most that a transaction may carry (EIP-7825). */
export const TRANSACTION_GAS = 16_000_000n;

/** What one listed asset of the test world is made of. */
export interface AssetSpec {
  symbol: string;
  decimals: number;
  /** Decimals of the ledger unit. */
  unitDecimals: number;
  /** {USD/tok} 8 decimals, as a feed answers it */
  price: bigint;
  /** Initial and maintenance haircut. bps */
  initial: number;
  maintenance: number;
  /** {tok} */
  depth: bigint;
}

/** Ether, bitcoin, staked ether, a stablecoin: the kinds that the protocol is for. */
export const SPECS: readonly AssetSpec[] = [
  {
    symbol: "WETH",
    decimals: 18,
    unitDecimals: 8,
    price: 2_000_00000000n,
    initial: 2500,
    maintenance: 1700,
    depth: 100_000n,
  },
  {
    symbol: "WBTC",
    decimals: 8,
    unitDecimals: 8,
    price: 40_000_00000000n,
    initial: 2500,
    maintenance: 1700,
    depth: 5_000n,
  },
  {
    symbol: "wstETH",
    decimals: 18,
    unitDecimals: 8,
    price: 2_300_00000000n,
    initial: 3000,
    maintenance: 2100,
    depth: 50_000n,
  },
  {
    symbol: "USDC",
    decimals: 6,
    unitDecimals: 6,
    price: 1_00000000n,
    initial: 1000,
    maintenance: 600,
    depth: 100_000_000n,
  },
];

/** Parameters that tests start from. bps */
export const LIQUIDATION = {
  targetHealth: 10_500n,
  minIncentive: 200n,
  maxIncentive: 1_000n,
  fullIncentiveHealth: 9_000n,
  absorbHealth: 9_700n,
  tipShare: 1_000n,
};

export const MINIMUM_DEBT = 100n * WAD;
export const DEBT_CEILING = 1_000_000_000n * WAD;

/** An asset of the test world, deployed and listed. */
export interface WorldAsset extends AssetSpec {
  id: bigint;
  token: TestToken;
  address: string;
  feed: MockV3Aggregator;
  /** Token units per ledger unit. */
  scale: bigint;
}

/**
 * A chain of its own with the whole protocol: `specs` listed as assets 0, 1, ..., every price live, rate 0.
 * The first signer governs.
 */
export async function deployWorld(specs: readonly AssetSpec[] = SPECS, rate = 0n) {
  // A fixed limit instead of an estimate: what is estimated in one second may be sent in the next, when interest costs more.
  const connection = await network.create({ override: { gas: TRANSACTION_GAS } });
  const { ethers } = connection;
  const [governor, alice, bob, carol, liquidator] = (await ethers.getSigners()) as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  const manager = await ethers.deployContract("AccessManager", [governor.address]);
  const authority = await manager.getAddress();
  const dollar = await ethers.deployContract("PlimsollDollar", [authority]);
  const dollarAddress = await dollar.getAddress();
  const oracle = await ethers.deployContract("PriceOracle", [authority, ethers.ZeroAddress, 0, DAY]);
  const risk = await deployRiskModel(ethers, authority, await oracle.getAddress(), {
    maintenanceRise: 200,
    initialFall: 100,
    depthFall: 1000,
    minGap: 300,
  });
  const gate = await ethers.deployContract("FixedCeilingGate", [authority, dollarAddress]);
  const treasury = await ethers.deployContract("Treasury", [authority, dollarAddress]);
  const rateSource = await ethers.deployContract("ConstantRate", [rate]);
  const extension = await ethers.deployContract("CreditExtension", [authority, dollarAddress]);
  const implementation = await ethers.deployContract("CreditEngine", [
    {
      authority,
      dollar: dollarAddress,
      riskModel: await risk.getAddress(),
      issuanceGate: await gate.getAddress(),
      absorber: await treasury.getAddress(),
      rateSource: await rateSource.getAddress(),
      minimumDebt: MINIMUM_DEBT,
      debtCeiling: DEBT_CEILING,
      depthFraction: 5_000,
      liquidation: LIQUIDATION,
    },
    await extension.getAddress(),
  ]);
  const engineAddress = await implementation.getAddress();
  const engine: ICreditEngine = await ethers.getContractAt("ICreditEngine", engineAddress);
  await dollar.setFacilitator(engineAddress, DEBT_CEILING);
  await dollar.setFacilitator(await treasury.getAddress(), 0);
  await dollar.setFlashMintCap(10_000_000n * WAD);
  await gate.setCeiling(engineAddress, DEBT_CEILING);
  await treasury.setCreditEngine(engineAddress);
  if (rate !== 0n) await engine.updateRate();

  const assets: WorldAsset[] = [];
  for (const [index, spec] of specs.entries()) {
    const id = BigInt(index);
    const token = await ethers.deployContract("TestToken", [spec.symbol, spec.decimals]);
    const address = await token.getAddress();
    const feed = await ethers.deployContract("MockV3Aggregator", [8, spec.price]);
    await oracle.listFeed(id, {
      feed: await feed.getAddress(),
      heartbeat: 3600,
      deviation: 50,
      minPrice: 10n ** 15n,
      maxPrice: 10n ** 24n,
    });
    const unit = 10n ** BigInt(spec.unitDecimals);
    await listPinned(
      risk,
      id,
      spec.unitDecimals,
      { minInitial: 500, maxInitial: 10_000, minMaintenance: 500, maxMaintenance: 10_000 },
      { initialHaircut: spec.initial, maintenanceHaircut: spec.maintenance, depth: spec.depth * unit },
    );
    await engine.listAsset(id, address, 10n ** 17n);
    await treasury.setCapacity(id, 10n ** 17n);
    assets.push({ ...spec, id, token, address, feed, scale: 10n ** BigInt(spec.decimals - spec.unitDecimals) });
  }

  /** Sets a feed's answer and makes it fresh. {USD/tok} 8 decimals */
  async function setPrice(asset: number, price: bigint): Promise<void> {
    await at(assets, asset).feed.updateAnswer(price);
  }

  /** Gives tokens to an account and lets the engine pull them. {asset} */
  async function fund(who: HardhatEthersSigner, asset: number, amount: bigint): Promise<void> {
    const { token } = at(assets, asset);
    await token.mint(who.address, amount);
    await token.connect(who).approve(engineAddress, MAX_UINT256);
  }

  /** Deposits fresh tokens into an account's own position. {tok} with the token's decimals */
  async function deposit(who: HardhatEthersSigner, asset: number, amount: bigint): Promise<void> {
    await fund(who, asset, amount);
    await engine.connect(who).deposit(asset, amount, who.address);
  }

  /** Hands plUSD to `who`: borrowed by the governor against collateral made for it. {plUSD} */
  async function giveDollars(who: HardhatEthersSigner, amount: bigint): Promise<void> {
    await deposit(governor, 3, (amount / 10n ** 12n) * 2n);
    await engine.connect(governor).borrow(amount, governor.address, who.address);
  }

  /** What an account owes and holds. {plUSD}; {ledger} by asset */
  async function position(who: { address: string }) {
    const [shares, holdings] = await engine.position(who.address);
    return {
      shares,
      debt: await engine.debtOf(who.address),
      balances: new Map(holdings.map((h) => [Number(h >> 248n), h & ((1n << 248n) - 1n)])),
    };
  }

  return {
    connection,
    ethers,
    manager,
    dollar,
    oracle,
    risk,
    gate,
    treasury,
    rateSource,
    engine,
    engineAddress,
    implementation,
    extension,
    assets,
    governor,
    alice,
    bob,
    carol,
    liquidator,
    setPrice,
    fund,
    deposit,
    giveDollars,
    position,
  };
}

/** What {@link deployWorld} returns. */
export type World = Awaited<ReturnType<typeof deployWorld>>;

/** An element that must be there. */
export function at<T>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined) throw new RangeError(`no element ${index} in a list of ${list.length}`);
  return element;
}
