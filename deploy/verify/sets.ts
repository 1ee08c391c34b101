/** Whether what is listed is all that is listed: facilitators, assets, feeds, vaults, routes, offers, pauses. */

import type { Contract } from "ethers";

import { present } from "../../sdk/present.js";
import type { Checks } from "../checks.js";
import { DOLLAR_ASSET } from "../parameters/reserve.js";
import type { ListedAsset } from "../parameters/assets.js";
import type { Events } from "./events.js";

/** Contracts that list something. */
export interface Listing {
  readonly dollar: Contract;
  readonly oracle: Contract;
  readonly risk: Contract;
  readonly depth: Contract;
  readonly engine: Contract;
  readonly reserve: Contract;
  /** Undefined where every token is the network's own. */
  readonly faucet: Contract | undefined;
}

export interface Expected {
  readonly assets: readonly ListedAsset[];
  /** Symbols of what plUSD is issued and redeemed for. */
  readonly stables: ReadonlySet<string>;
  /** That the faucet hands out. */
  readonly testTokens: readonly string[];
}

/** Events that {@link checkSets} asks for. */
export const SET_EVENTS = { oracle: ["FeedSet"], depth: ["RoutesSet"], reserve: ["PausesSet"] } as const;

export async function checkSets(all: Checks, listing: Listing, expected: Expected, events: Events): Promise<void> {
  const { dollar, oracle, risk, depth, engine, reserve, faucet } = listing;
  const of = async (...contracts: readonly Contract[]): Promise<Checks> =>
    all.about(...(await Promise.all(contracts.map((one) => one.getAddress()))));
  const { assets, stables, testTokens } = expected;
  const addresses = await Promise.all([engine.getAddress(), reserve.getAddress()]);
  (await of(dollar)).same("facilitators", "who mints plUSD", await ask(dollar, "facilitators"), addresses);

  const listed = maskOf(assets);
  const byRisk = await of(risk);
  byRisk.same("assets", "listed by the risk model", namesOf(await ask(risk, "listedMask")), namesOf(listed));
  byRisk.same("assets", "delisted by the risk model", namesOf(await ask(risk, "delistedMask")), namesOf(0n));
  (await of(engine)).same("assets", "listed by the engine", namesOf(await ask(engine, "listedMask")), namesOf(listed));
  const [held, stable] = (await ask(reserve, "listedMasks")) as [bigint, bigint];
  const issued = maskOf(assets.filter(({ symbol }) => stables.has(symbol)));
  const byReserve = await of(reserve);
  byReserve.same("assets", "held by the reserve", namesOf(held), namesOf(listed));
  byReserve.same("assets", "that the reserve issues plUSD for", namesOf(stable), namesOf(issued));

  await checkFeeds(await of(oracle), listing, assets, events);
  byReserve.same("vaults", "where the reserve invests", await ask(reserve, "vaults"), []);
  byReserve.same("reserve", "fee in kind", await ask(reserve, "inKindFee"), 0);
  await checkRoutes(await of(depth), listing, assets, events);
  await checkPauses(await of(engine, reserve), listing, assets, events);
  if (faucet !== undefined) {
    (await of(faucet)).same("faucet", "what it hands out", sorted(await ask(faucet, "tokens")), sorted(testTokens));
  }
}

/** An asset that had a feed once is asked about, whatever its number. */
async function checkFeeds(
  checks: Checks,
  { oracle }: Listing,
  assets: readonly ListedAsset[],
  events: Events,
): Promise<void> {
  const numbers = new Set([...assets.map(({ id }) => id), DOLLAR_ASSET]);
  for (const { args } of await events.of(oracle, "FeedSet")) numbers.add(Number(args.getValue("asset")));
  const [first, second]: [number[], number[]] = [[], []];
  for (const asset of [...numbers].sort((a, b) => a - b)) {
    if (await hasFeed(oracle, asset, false)) first.push(asset);
    if (await hasFeed(oracle, asset, true)) second.push(asset);
  }
  const own = assets.map(({ id }) => id);
  checks.same("feeds", "numbers of the assets that the oracle prices", first, own);
  checks.same("feeds", "numbers of those with a second feed", second, []);
}

async function hasFeed(oracle: Contract, asset: number, second: boolean): Promise<boolean> {
  const { feed } = (await ask(oracle, "feedConfig", asset, second)) as { readonly feed: string };
  return BigInt(feed) !== 0n;
}

async function checkRoutes(
  checks: Checks,
  { depth }: Listing,
  assets: readonly ListedAsset[],
  events: Events,
): Promise<void> {
  const numbers = new Set(assets.map(({ id }) => id));
  for (const { args } of await events.of(depth, "RoutesSet")) numbers.add(Number(args.getValue("asset")));
  const routed: number[] = [];
  for (const asset of numbers) {
    const { legs } = (await ask(depth, "depthOf", asset)) as { readonly legs: readonly unknown[] };
    if (legs.length > 0) routed.push(asset);
  }
  checks.same("depths", "numbers of the assets with routes", routed, []);
}

/** The reserve tells what is paused in events only. */
async function checkPauses(
  checks: Checks,
  { engine, reserve }: Listing,
  assets: readonly ListedAsset[],
  events: Events,
): Promise<void> {
  const paused: string[] = [];
  const latest = new Map<number, bigint>();
  for (const { args } of await events.of(reserve, "PausesSet")) {
    latest.set(Number(args.getValue("asset")), args.getValue("pauses") as bigint);
  }
  for (const { id, symbol } of assets) {
    const { pauses } = (await ask(engine, "assetInfo", id)) as { readonly pauses: bigint };
    if (pauses !== 0n) paused.push(`${symbol} in the engine (${pauses})`);
    const there = latest.get(id) ?? 0n;
    if (there !== 0n) paused.push(`${symbol} in the reserve (${there})`);
  }
  checks.add("pauses", paused.length === 0, "nothing is paused", `paused: ${paused.join(", ")}`);
}

const maskOf = (assets: readonly ListedAsset[]): bigint =>
  assets.reduce((mask, { id }) => mask | (1n << BigInt(id)), 0n);

/** Numbers of the bits that are set. */
function namesOf(mask: unknown): number[] {
  const names: number[] = [];
  for (let rest = present(mask as bigint, "mask"), name = 0; rest > 0n; rest >>= 1n, name++) {
    if ((rest & 1n) === 1n) names.push(name);
  }
  return names;
}

const sorted = (addresses: unknown): string[] => [...(addresses as readonly string[])].sort();

async function ask(contract: Contract, name: string, ...args: unknown[]): Promise<unknown> {
  return (await contract.getFunction(name).staticCall(...args)) as unknown;
}
