/** Has claims on the Backstop marked due, and paid, as soon as they may be: as long as they are not, somebody else chooses when. */

import type { Provider } from "ethers";

import { present } from "../../sdk/present.js";
import { IBackstop__factory } from "../../types/contracts/index.js";
import type { ReserveConfig } from "../config.js";
import type { Head } from "../desk.js";
import { LogReader } from "../logs.js";
import type { ReserveContracts } from "../reserve-contracts.js";
import { attempt, dueNow, notDue, type Attempt, type Call, type Job, type Verdict } from "./job.js";
import { RAY } from "../../sdk/arithmetic/integer.js";

/** Blocks that may be replaced by others. */
const REPLACED = 32;
/** A claim is asked about again after that long, whatever it said before: terms change, and what was marked due may be undone with its block. {s} */
const RECHECK = 600;
/** Claims asked about at once, and in one block: whoever makes ten thousand of them does not have nodes asked ten thousand times. */
const BATCH = 50;
const MOST = 100;
const backstopAbi = IBackstop__factory.createInterface();
const claimed = backstopAbi.getEvent("Claimed").topicHash;

/** What is known of somebody's claim. */
interface Known {
  /** The event that told of it, by block and place. */
  readonly event: string;
  /** When it can be moved on, as far as is known: 0 where it was not asked about yet, Infinity where it is not worth it. (unix seconds) */
  readonly moment: number;
  /** When to ask about it again, and when that was done last. (unix seconds) */
  readonly askAt: number;
  readonly askedAt: number;
}

/**
 * Second and third moment of every claim that is worth it, for those who stay: nobody shall pick a moment before a loss is booked. What lapsed is left to its owner:
 * it bears losses, earns nothing, and can leave no more.
 */
export class Exits implements Job {
  readonly name = "exit";
  readonly rank = "solvency";
  readonly #contracts: ReserveContracts;
  readonly #config: ReserveConfig;
  readonly #logs: LogReader;
  /** By account. */
  readonly #claims = new Map<string, Known>();

  constructor(contracts: ReserveContracts, config: ReserveConfig, provider: Provider, firstBlock: number) {
    this.#contracts = contracts;
    this.#config = config;
    this.#logs = new LogReader(provider, [config.backstop], [claimed], firstBlock, REPLACED);
  }

  async due(head: Head): Promise<Verdict> {
    for (const log of await this.#logs.read(head.number)) {
      const account = present(backstopAbi.parseLog(log)).args.account as string;
      const event = `${log.blockHash} ${log.index.toString()}`;
      const known = this.#claims.get(account);
      // Blocks are read again: what was told before is nothing new.
      if (known?.event === event) continue;
      this.#claims.set(account, { event, moment: 0, askAt: 0, askedAt: known?.askedAt ?? 0 });
    }
    const accounts = this.#next(head.timestamp);
    const calls: Call[] = [];
    let refused: string | undefined;
    for (let i = 0; i < accounts.length; i += BATCH) {
      const batch = accounts.slice(i, i + BATCH).map((account) => this.#ask(account, head.timestamp));
      for (const next of await Promise.all(batch)) {
        if (next?.ok === true) calls.push(next.value);
        else refused ??= next?.reason;
      }
    }
    return calls.length > 0 ? dueNow(calls, true) : notDue(refused ?? "no claim has come to its moment");
  }

  /** Whose claims are asked about in this block: those whose moment has come first, of these whoever was asked about longest ago. */
  #next(now: number): string[] {
    const due = [...this.#claims].filter(([, { askAt }]) => now >= askAt);
    const later = ({ moment }: Known): number => (moment > now ? 1 : 0);
    due.sort(([, a], [, b]) => later(a) - later(b) || a.askedAt - b.askedAt || a.askAt - b.askAt);
    return due.slice(0, MOST).map(([account]) => account);
  }

  /** The next moment of somebody's claim if it has come, or why it is refused; nothing where there is nothing to do yet. */
  async #ask(account: string, now: number): Promise<Attempt<Call> | undefined> {
    const { backstop } = this.#contracts;
    const { units, least, dueAt, opensAt, closesAt } = await backstop.claimOf(account);
    if (units === 0n) {
      this.#claims.delete(account);
      return undefined;
    }
    const time = BigInt(now);
    if (time < opensAt) {
      this.#learned(account, Number(opensAt), now);
      return undefined;
    }
    if (time > closesAt || (units * least) / RAY < this.#config.minExit) {
      this.#learned(account, Infinity, now);
      return undefined;
    }
    this.#learned(account, now, now);
    return await attempt(async () => {
      if (dueAt === 0n) {
        await backstop.markDue.staticCall(account);
        return { transaction: await backstop.markDue.populateTransaction(account), subject: account };
      }
      await backstop.exit.staticCall(account, account);
      return { transaction: await backstop.exit.populateTransaction(account, account), subject: account };
    });
  }

  #learned(account: string, moment: number, now: number): void {
    const { event = "" } = this.#claims.get(account) ?? {};
    this.#claims.set(account, { event, moment, askAt: Math.min(moment, now + RECHECK), askedAt: now });
  }
}
