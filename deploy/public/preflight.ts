/** Looks whether the chain has what the network's file says, before anything is sent. Needs no bindings of our own contracts. */

import { Contract, formatUnits, getAddress, isError, parseUnits, type Provider } from "ethers";

import { present } from "../../sdk/present.js";
import { Checks, type Check } from "../checks.js";
import type { NetworkFeed, NetworkToken, PublicNetwork } from "../networks/network.js";
import { DOLLAR_FEED } from "../parameters/market.js";
import { publicAssets } from "../parameters/public.js";
import type { ListedAsset } from "../parameters/assets.js";

const FEED = [
  "function description() view returns (string)",
  "function decimals() view returns (uint8)",
  "function aggregator() view returns (address)",
  "function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)",
];
const TOKEN = [
  "function symbol() view returns (string)",
  "function decimals() view returns (uint8)",
  "function balanceOf(address) view returns (uint256)",
];
const FACTORY = ["function feeAmountTickSpacing(uint24) view returns (int24)"];
const MADE_FOR = ["function factory() view returns (address)", "function WETH9() view returns (address)"];
/** Answers how many zero bits 1 begins with: an instruction of Osaka, which the contracts are compiled for. */
const COUNT_ZEROS = "0x60011e5f5260205ff3";
const ZERO_BITS_OF_ONE = 255n;
const WAD_DECIMALS = 18;

/** What the chain must have for a deployment by `deployer`, who has funded the seeds of `funded` already. */
export interface Preflight {
  readonly provider: Provider;
  /** As the node says now. */
  readonly chainId: bigint;
  readonly network: PublicNetwork;
  readonly deployer: string;
  readonly funded: ReadonlySet<string>;
  /** What is only said in advance may lack what the deployer is yet to get. */
  readonly estimating?: boolean;
}

/** Every check, also those that hold. */
export async function preflight(options: Preflight): Promise<readonly Check[]> {
  const { provider, chainId, network, deployer, funded, estimating = false } = options;
  const checks = new Checks();
  if (!checks.same("chain", "id", chainId, network.chainId)) return checks.all;
  await checkInstructions(checks, provider);
  const now = BigInt(present(await provider.getBlock("latest"), "latest block").timestamp);
  const assets = publicAssets(network);
  for (const [name, feed] of Object.entries(network.feeds)) {
    const priced = assets.filter((asset) => asset.feed === name);
    await checkFeed(checks, provider, name, feed, priced, now);
  }
  for (const asset of assets) {
    const token = present(network.tokens[asset.symbol], asset.symbol);
    await checkToken(checks, provider, asset, token, deployer, funded.has(asset.symbol), estimating);
  }
  await checkUniswap(checks, provider, network);
  if (network.sequencer !== null) await hasCode(checks, provider, "sequencer feed", network.sequencer);
  return checks.all;
}

async function checkInstructions(checks: Checks, provider: Provider): Promise<void> {
  const answer = await asked(() => provider.call({ data: COUNT_ZEROS }));
  const runs = typeof answer === "string" && answer !== "0x" && BigInt(answer) === ZERO_BITS_OF_ONE;
  checks.add(
    "chain",
    runs,
    "it runs what the contracts are compiled for (Osaka)",
    "it does not know the instructions that the contracts are compiled for (Osaka)",
  );
}

/** Chainlink's proxy at the address that is meant, with an answer that the oracle would take. */
async function checkFeed(
  checks: Checks,
  provider: Provider,
  name: string,
  { address, description, decimals, heartbeat }: NetworkFeed,
  priced: readonly ListedAsset[],
  now: bigint,
): Promise<void> {
  const subject = `feed ${name}`;
  if (!(await hasCode(checks, provider, subject, address))) return;
  const feed = new Contract(address, FEED, provider);
  checks.same(subject, "description", await read(feed, "description"), description);
  checks.same(subject, "decimals", await read(feed, "decimals"), decimals);
  const aggregator = await read(feed, "aggregator");
  const behind = typeof aggregator === "string" && (await provider.getCode(aggregator)) !== "0x";
  checks.add(
    subject,
    behind,
    "it is a proxy with an aggregator",
    `${address} has no aggregator: it is no proxy of Chainlink`,
  );
  const round = await read(feed, "latestRoundData");
  if (!Array.isArray(round)) {
    checks.add(subject, false, "", `${address} answers no latestRoundData()`);
    return;
  }
  const [id, answer, startedAt, updatedAt, answeredIn] = round as [bigint, bigint, bigint, bigint, bigint];
  const rounds = id > 0n && startedAt > 0n && answeredIn >= id;
  checks.add(subject, rounds, `its round is ${id}`, `its round ${id} is not complete`);
  const age = now - updatedAt;
  const limit = BigInt(Math.max(...priced.map((asset) => asset.heartbeat), heartbeat));
  checks.add(
    subject,
    updatedAt > 0n && age <= limit,
    `its answer is ${age} s old`,
    `its answer is ${age} s old, and may be ${limit} s`,
  );
  const price = answer > 0n ? parseUnits(formatUnits(answer, decimals), WAD_DECIMALS) : 0n;
  const inBand = priced.every(({ minPrice, maxPrice }) => price >= minPrice && price <= maxPrice);
  checks.add(
    subject,
    answer > 0n && inBand,
    `it answers ${formatUnits(answer, decimals)} USD`,
    `it answers ${formatUnits(answer, decimals)} USD, which is not a price that can be`,
  );
}

async function checkToken(
  checks: Checks,
  provider: Provider,
  { symbol, decimals }: ListedAsset,
  { address, source, seed, from }: NetworkToken,
  deployer: string,
  funded: boolean,
  estimating: boolean,
): Promise<void> {
  const subject = `token ${symbol}`;
  if (address === null) {
    checks.add(subject, true, "the network has none: a faucet token is deployed", "");
    return;
  }
  if (!(await hasCode(checks, provider, subject, address))) return;
  const token = new Contract(address, TOKEN, provider);
  checks.same(subject, "symbol", await read(token, "symbol"), symbol);
  checks.same(subject, "decimals", await read(token, "decimals"), decimals);
  if (source !== "held" || funded) return;
  const balance = await read(token, "balanceOf", deployer);
  const enough = typeof balance === "bigint" && balance >= parseUnits(seed, decimals);
  const has = typeof balance === "bigint" ? formatUnits(balance, decimals) : "no";
  const where = from === undefined ? "" : ` (${from})`;
  const lacks = `${deployer} has ${has} ${symbol}, and the reserve begins with ${seed}${where}`;
  checks.add(subject, enough || estimating, enough ? `${deployer} has ${has} for the reserve` : lacks, lacks);
}

async function checkUniswap(checks: Checks, provider: Provider, network: PublicNetwork): Promise<void> {
  const { factory, positions, quoter } = network.uniswap;
  const weth = network.tokens.WETH?.address;
  const subject = "Uniswap v3";
  if (!(await hasCode(checks, provider, `${subject} factory`, factory))) return;
  const spacing = await read(new Contract(factory, FACTORY, provider), "feeAmountTickSpacing", DOLLAR_FEED.fee);
  checks.same(`${subject} factory`, `tick spacing of pools of ${DOLLAR_FEED.fee / 100} bp`, spacing, 1);
  for (const [name, address] of Object.entries({ positions, quoter })) {
    if (!(await hasCode(checks, provider, `${subject} ${name}`, address))) continue;
    const contract = new Contract(address, MADE_FOR, provider);
    checks.same(`${subject} ${name}`, "factory", await read(contract, "factory"), getAddress(factory));
    checks.same(`${subject} ${name}`, "WETH", await read(contract, "WETH9"), weth);
  }
}

async function hasCode(checks: Checks, provider: Provider, subject: string, address: string): Promise<boolean> {
  const there = (await provider.getCode(address)) !== "0x";
  return checks.add(subject, there, `${address} is a contract`, `nothing is deployed at ${address}`);
}

/** What a contract answers; undefined where it has no such function, or answers something else. */
async function read(contract: Contract, name: string, ...args: unknown[]): Promise<unknown> {
  return await asked(async () => (await contract.getFunction(name).staticCall(...args)) as unknown);
}

async function asked<T>(question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question();
  } catch (error) {
    if (isError(error, "CALL_EXCEPTION") || isError(error, "BAD_DATA")) return undefined;
    // A node that does not know an instruction says so in its own words.
    if (isError(error, "UNKNOWN_ERROR") && /opcode|instruction|notactivated/i.test(error.message)) return undefined;
    throw error;
  }
}
