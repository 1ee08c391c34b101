/** What keepers' journals say they did, against what the chain has. */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { Contract, getAddress, type BaseWallet } from "ethers";
import { z } from "zod";

import type { KeepersWork } from "../../replay/scenario/keepers.js";
import type { World } from "../../replay/scenario/world.js";
import { creditOf } from "../../keeper/journal/flows.js";
import { decodeHolding } from "../../sdk/credit/holdings.js";
import { ICreditEngine__factory } from "../../types/contracts/index.js";

const bin = fileURLToPath(new URL("../../cli/bin.mjs", import.meta.url));

const amount = z.string().transform(BigInt);
const Account = z.object({
  states: z.record(z.number()),
  realised: amount,
  fees: amount,
  flows: z.record(amount),
});
const Ledger = z.object({ jobs: z.array(Account.extend({ job: z.string() })), total: Account });
export type Ledger = z.infer<typeof Ledger>;

export interface Balances {
  readonly ether: bigint;
  readonly nonce: number;
  readonly tokens: Readonly<Record<string, bigint>>;
}

/** A key, where its keepers keep their journal, and what it had at the start. */
export interface Key {
  readonly name: string;
  readonly wallet: BaseWallet;
  /** Environment. */
  readonly journal: Readonly<Record<string, string>>;
  readonly before: Balances;
}

export async function balancesOf({ provider, tokens, addresses }: World, owner: string): Promise<Balances> {
  const held: Record<string, bigint> = {};
  for (const { address } of tokens.values()) {
    const token = new Contract(address, ["function balanceOf(address) view returns (uint256)"], provider);
    held[address] = (await token.getFunction("balanceOf")(owner)) as bigint;
    held[creditOf(address)] = 0n;
  }
  // Tips are paid into the engine's ledger.
  const engine = ICreditEngine__factory.connect(addresses.contracts.engine, provider);
  for (const { asset, amount } of (await engine.position(owner)).holdings.map(decodeHolding)) {
    const { token, scale } = await engine.assetInfo(asset);
    held[creditOf(getAddress(token))] = amount * scale;
  }
  return {
    ether: await provider.getBalance(owner),
    nonce: await provider.getTransactionCount(owner),
    tokens: held,
  };
}

/** `plimsoll keeper report`, once nobody has the journal open. */
export function ledgerOf(key: Key): Ledger {
  const { stdout, stderr, status } = spawnSync(process.execPath, [bin, "keeper", "report", "--json", "--port", "0"], {
    env: { ...process.env, ...key.journal },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${key.name}: no report: ${stderr}`);
  return Ledger.parse(JSON.parse(stdout));
}

/** What the ledger says that the chain does not; nothing if they agree to the wei. */
export async function disagreements(world: World, key: Key, { total }: Ledger): Promise<string[]> {
  const after = await balancesOf(world, key.wallet.address);
  const wrong: string[] = [];
  const compare = (what: string, ledger: bigint, chain: bigint): void => {
    if (ledger !== chain)
      wrong.push(`${key.name}: ${what} ${ledger.toString()} in the ledger, ${chain.toString()} on the chain`);
  };
  compare("fees", total.fees, key.before.ether - after.ether);
  // What was taken back shares its number with what took its place, which is counted.
  const included = (total.states.confirmed ?? 0) + (total.states.reverted ?? 0);
  compare("transactions", BigInt(included), BigInt(after.nonce - key.before.nonce));
  for (const [token, held] of Object.entries(after.tokens)) {
    compare(`token ${token}`, total.flows[token] ?? 0n, held - (key.before.tokens[token] ?? 0n));
  }
  return wrong;
}

export function workOf(ledgers: readonly Ledger[]): KeepersWork {
  const of = (job: string): number =>
    ledgers.reduce((sum, { jobs }) => sum + (jobs.find((j) => j.job === job)?.states.confirmed ?? 0), 0);
  return {
    liquidations: of("liquidate"),
    absorptions: of("absorb"),
    observations: of("observe"),
    profit: ledgers.reduce((sum, { total }) => sum + total.realised, 0n),
    gasSpent: ledgers.reduce((sum, { total }) => sum + total.fees, 0n),
  };
}
