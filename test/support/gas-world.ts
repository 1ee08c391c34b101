import type { RiskAsset } from "./risk-world.js";
import { EIGHT, UNIT } from "./sheet-world.js";
import { deployWhole, type FeedMaker, type newChain, type WholeWorld } from "./whole-world.js";
import { at, MAX_UINT256, WAD } from "./world.js";

/** Numbers of the first five of {@link EIGHT}. */
export const [ETH, BTC, USDC, USDT, STAKED] = [0, 1, 2, 3, 4] as const;

/** {ledger} of each of the eight. */
const HOLDINGS = [2_000n, 50n, 4_000_000n, 3_000_000n, 500n, 500n, 20_000n, 10_000n];

/** So many assets funded, ether and bitcoin lent against, both pools of the Backstop, and days of looks behind it. */
export async function running(
  count: number,
  chain?: Awaited<ReturnType<typeof newChain>>,
  makeFeed?: FeedMaker,
): Promise<WholeWorld> {
  const world = await deployWhole(EIGHT.slice(0, count), chain, makeFeed);
  const { fund, give, look, governor, alice, engine, reserve, dollar, backstop, networkHelpers } = world;
  for (let asset = 0; asset < count; asset++) await fund(asset, at(HOLDINGS, asset) * UNIT);
  await look();
  for (const asset of [ETH, BTC]) {
    await give(governor, asset, 1_000n * UNIT);
    await engine.deposit(asset, 1_000n * WAD, governor.address);
  }
  await engine.borrow(1_000_000n * WAD, governor.address, governor.address);
  await give(alice, USDC, 10_000_000n * UNIT);
  await reserve.connect(alice).issue(USDC, 1_000_000n * WAD, 0, alice.address);
  await dollar.approve(backstop, MAX_UINT256);
  await backstop.deposit(400_000n * WAD, governor.address);
  await backstop.claim(100_000n * 10n ** 24n);
  for (let passed = 0; passed < 2; passed++) {
    await networkHelpers.time.increase(7_200);
    await look();
    await engine.updateRate();
  }
  return world;
}

/** Sets weights of a {@link running} world by which far too much of one asset and far too little of the stable is held; the bidder has what it takes. */
export async function unbalance(world: WholeWorld, count: number, sold: number): Promise<void> {
  const targets = Array.from({ length: 16 }, (_, asset) => (asset < count ? BigInt(Math.floor(5_000 / count)) : 0n));
  const bands = Array.from({ length: 16 }, (_, asset) => (asset < count ? 100n : 0n));
  targets[USDC] = 10_000n - sum(targets) + at(targets, USDC);
  targets[sold] = 100n;
  targets[USDC] = 10_000n - sum(targets) + at(targets, USDC);
  await world.rebalancer.setWeights(targets, bands);
  await world.give(world.bob, USDC, 10_000_000n * UNIT);
}

/** Ether, and others that follow it in part, to be observed. */
export const book = (count: number): RiskAsset[] =>
  Array.from({ length: count }, (_, i) => ({
    price: 1_000_00000000n + BigInt(i) * 37_00000000n,
    loadings: i === 0 ? [] : [6n * 10n ** 17n],
  }));

/** Prices of a {@link book} in some round: each moved its own way by at most 3%. {USD/tok} 8 decimals */
export const moved = (assets: readonly RiskAsset[], round: number): bigint[] =>
  assets.map(({ price }, i) => (price * BigInt(1_000 + ((i * 7 + round * 13) % 31))) / 1_000n);

/** The sum of a list. */
export function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
