/** `plimsoll keeper rehearse`: what the keeper would earn with each account, in a fork. Needs the contracts' bindings. */

import { formatUnits, getAddress, isAddress } from "ethers";

import { keeperConfigSchema } from "../../keeper/config.js";
import { SILENT } from "../../keeper/log.js";
import { NoAnvil } from "../../keeper/rehearsal/anvil.js";
import { Fork } from "../../keeper/rehearsal/fork.js";
import { Rehearsal, RehearsalStopped, type Rehearsed } from "../../keeper/rehearsal/rehearse.js";
import { present } from "../../sdk/present.js";
import { EnvironmentError, UsageError } from "../errors.js";
import { configOf, forTheUser, type Sources } from "./config.js";
import { connect, findDeployment, keeperOptionsOf, signerOf } from "./setup.js";

export interface RehearseOptions extends Sources {
  readonly json: boolean;
  readonly accounts: readonly string[];
  readonly say: (line: string) => void;
  /** Where address books are, if not where deployments put them. */
  readonly books?: string;
  /** For what is of interest only while it runs. */
  readonly progress: (text: string) => void;
}

export async function rehearse(options: RehearseOptions): Promise<void> {
  const { json, accounts, say, progress, books, ...sources } = options;
  for (const account of accounts) {
    const known: boolean = isAddress(account);
    if (!known) throw new UsageError(`"${account}" is no address of an account`);
  }
  // It never acts, whatever the configuration says, and needs no key for it.
  const config = configOf({ ...sources, flags: { ...sources.flags, execute: false } });
  const closing: (() => Promise<void> | void)[] = [];
  try {
    const pool = await connect(config, SILENT);
    closing.push(() => pool.destroy());
    const deployment = await findDeployment(config, pool, books);
    const owner = await (await signerOf(config, undefined, deployment, pool)).getAddress();
    const keeper = keeperConfigSchema.parse(await keeperOptionsOf(config, deployment, pool));
    const { chainId } = await pool.getNetwork();
    const block = await pool.getBlockNumber();
    const fork = await Fork.at(pool, Number(chainId), block);
    closing.push(() => fork.close());
    const rehearsal = new Rehearsal({
      fork,
      config: keeper,
      owner,
      ...(accounts.length === 0 ? {} : { accounts: accounts.map((account) => getAddress(account)) }),
      onProgress: (done, of) => progress(`\r${done.toString()} of ${of.toString()} accounts`),
    });
    const show = (rows: readonly Rehearsed[]): void => {
      progress("\n");
      if (json) say(JSON.stringify({ block, owner, accounts: rows.map(plain) }));
      else for (const line of tableOf(rows, block)) say(line);
    };
    try {
      show(await rehearsal.run());
    } catch (error) {
      // What was found until then is worth having.
      if (error instanceof RehearsalStopped && error.done.length > 0) show(error.done);
      throw error;
    }
  } catch (error) {
    if (error instanceof RehearsalStopped) {
      const message = `${error.message} (after ${error.done.length.toString()} of ${error.of.toString()} accounts)`;
      throw new EnvironmentError(message, "The fork needs a node that keeps the state of its block until the end.");
    }
    if (error instanceof NoAnvil) throw new EnvironmentError(error.message);
    throw forTheUser(error);
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** Amounts as text, in wei; what is not known is null. */
function plain({ debt, health, fall, expected, earned, fee, job, reason, ...others }: Rehearsed): object {
  const text = (value: bigint | undefined): string | null => value?.toString() ?? null;
  return {
    ...others,
    ...{ debt: text(debt), health: text(health), fall: text(fall), job: job ?? null },
    ...{ expected: text(expected), earned: text(earned), fee: text(fee), reason: reason ?? null },
  };
}

function tableOf(rows: readonly Rehearsed[], block: number): string[] {
  if (rows.length === 0) return [`Nobody owes anything at block ${block.toString()}.`];
  const decimals = (value: bigint | undefined, places: number): string =>
    value === undefined ? "-" : Number(formatUnits(value, 18)).toFixed(places);
  const head = ["account", "debt plUSD", "health", "falls by", "job", "expected plUSD", "earned plUSD", "gas ETH", ""];
  const cells = rows.map((row) => [
    ...[row.account, decimals(row.debt, 2), decimals(row.health, 3), `${decimals(100n * row.fall, 1)}%`],
    ...[row.job ?? "none", decimals(row.expected, 2), decimals(row.earned, 2), decimals(row.fee, 6)],
    [row.reason, ...row.notes].filter((text) => text !== undefined).join("; "),
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((row) => present(row[i]).length)));
  const line = (row: string[]): string =>
    row
      .map((cell, i) => (i === 0 || i === 4 || i === 8 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  const earned = rows.reduce((sum, row) => sum + (row.earned ?? 0n), 0n);
  const done = rows.filter((row) => row.earned !== undefined).length;
  const sum = `${done.toString()} of ${rows.length.toString()} accounts at block ${block.toString()}: ${decimals(earned, 2)} plUSD after gas. Nothing was sent.`;
  return [line(head), ...cells.map(line), "", sum];
}
