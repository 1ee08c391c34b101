/** `plimsoll keeper report`: what was expected and what came of it. */

import { formatUnits } from "ethers";
import { z } from "zod";

import { meaningOf } from "../../keeper/journal/flows.js";
import { openDatabase } from "../../keeper/journal/open.js";
import { ledgerOf, toJson, type Account, type Ledger } from "../../keeper/journal/ledger.js";
import { SqlJournal, type Whose } from "../../keeper/journal/sql.js";
import { JournalError, type Entry } from "../../keeper/journal/types.js";
import { columns } from "../columns.js";
import { configOf, forTheUser, type Sources } from "./config.js";

export interface ReportOptions extends Sources {
  readonly json: boolean;
  readonly say: (line: string) => void;
}

const amount = z.string().transform(BigInt);
const account = z.object({
  states: z.record(z.number()),
  expected: amount,
  realised: amount,
  fees: amount,
  flows: z.record(amount),
});
const served = z.object({ jobs: z.array(account.extend({ job: z.string() })), total: account });

/** Prints the ledger of everything in the journal, or, where a keeper has the journal open, what that one serves. */
export async function report({ json, say, ...sources }: ReportOptions): Promise<void> {
  // No chain is asked.
  const flags = { network: "localhost", ...sources.flags };
  const config = configOf({ ...sources, flags });
  let ledger: Ledger;
  try {
    ledger = ledgerOf(await entriesIn(config.journal));
  } catch (error) {
    const { host, port } = config.operation;
    const live = error instanceof JournalError ? await ask(`http://${host}:${port.toString()}/report`) : undefined;
    if (live === undefined) throw forTheUser(error);
    ledger = live;
  }
  if (json) say(toJson(ledger));
  else for (const line of tableOf(ledger)) say(line);
}

async function entriesIn(place: Parameters<typeof openDatabase>[0]): Promise<Entry[]> {
  const database = await openDatabase(place);
  try {
    // Makes the tables where there are none.
    await SqlJournal.open(database, { chain: "", sender: "" });
    const rows = await database.run("select distinct chain, sender from intents order by chain, sender");
    const all: Entry[] = [];
    for (const row of rows) {
      const whose = z.object({ chain: z.string(), sender: z.string() }).parse(row) satisfies Whose;
      for (const entry of await (await SqlJournal.open(database, whose)).entries()) all.push(entry);
    }
    return all;
  } finally {
    await database.close();
  }
}

async function ask(url: string): Promise<Ledger | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    return served.parse(await response.json()) as Ledger;
  } catch {
    // Nobody serves it, or something else does: what is told is why the journal cannot be opened.
    return undefined;
  }
}

function tableOf({ jobs, total }: Ledger): string[] {
  if (jobs.length === 0) return ["The journal is empty."];
  const rows = [...jobs.map((job) => rowOf(job.job, job)), rowOf("all", total)];
  const head = ["job", "done", "reverted", "lost", "open", "expected plUSD", "realised plUSD", "difference", "gas ETH"];
  const flows = Object.entries(total.flows).map(([key, units]) => {
    const { token, inLedger } = meaningOf(key);
    return `  ${token}  ${units.toString()}${inLedger ? "  in the engine's ledger" : ""}`;
  });
  return [
    ...columns([head, ...rows]),
    ...(flows.length === 0 ? [] : ["", "Tokens in and out, in their units:", ...flows]),
  ];
}

function rowOf(name: string, { states, expected, realised, fees }: Account): string[] {
  const count = (...of: (keyof typeof states)[]): string =>
    of.reduce((sum, state) => sum + (states[state] ?? 0), 0).toString();
  const plusd = (value: bigint): string => Number(formatUnits(value, 18)).toFixed(2);
  return [
    ...[
      name,
      count("confirmed"),
      count("reverted"),
      count("replaced", "dropped"),
      count("prepared", "sent", "included"),
    ],
    ...[plusd(expected), plusd(realised), plusd(realised - expected), Number(formatUnits(fees, 18)).toFixed(6)],
  ];
}
