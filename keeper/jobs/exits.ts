/** Has claims on the Backstop marked due, and paid, as soon as they may be: as long as they are not, somebody else chooses when. */

import type { Provider } from "ethers";

import { present } from "../../sdk/present.js";
import { IBackstop__factory } from "../../types/contracts/index.js";
import type { ReserveConfig } from "../config.js";
import type { Head } from "../desk.js";
import { LogReader } from "../logs.js";
import type { ReserveContracts } from "../reserve-contracts.js";
import { attempt, dueNow, notDue, type Attempt, type Call, type Job, type Verdict } from "./job.js";

const RAY = 10n ** 27n;
/** Blocks that may be replaced by others. */
const REPLACED = 32;
/** A claim is asked about again after that long, whatever it said before: terms change, and what was marked due may be undone with its block. {s} */
const RECHECK = 600;
/** Claims asked about at once. */
const BATCH = 50;
const backstopAbi = IBackstop__factory.createInterface();
const claimed = backstopAbi.getEvent("Claimed").topicHash;

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
  /** Accounts with a claim, and when to ask about it next. (unix seconds) */
  readonly #askAt = new Map<string, number>();

  constructor(contracts: ReserveContracts, config: ReserveConfig, provider: Provider, firstBlock: number) {
    this.#contracts = contracts;
    this.#config = config;
    this.#logs = new LogReader(provider, [config.backstop], [claimed], firstBlock, REPLACED);
  }

  async due(head: Head): Promise<Verdict> {
    for (const log of await this.#logs.read(head.number)) {
      this.#askAt.set(present(backstopAbi.parseLog(log)).args.account as string, 0);
    }
    const accounts = [...this.#askAt].flatMap(([account, time]) => (head.timestamp < time ? [] : [account]));
    const calls: Call[] = [];
    let refused: string | undefined;
    for (let i = 0; i < accounts.length; i += BATCH) {
      const batch = accounts.slice(i, i + BATCH).map((account) => this.#next(account, head.timestamp));
      for (const next of await Promise.all(batch)) {
        if (next?.ok === true) calls.push(next.value);
        else refused ??= next?.reason;
      }
    }
    return calls.length > 0 ? dueNow(calls, true) : notDue(refused ?? "no claim has come to its moment");
  }

  /** The next moment of somebody's claim if it has come, or why it is refused; nothing where there is nothing to do yet. */
  async #next(account: string, now: number): Promise<Attempt<Call> | undefined> {
    const { backstop } = this.#contracts;
    const { units, least, dueAt, opensAt, closesAt } = await backstop.claimOf(account);
    if (units === 0n) {
      this.#askAt.delete(account);
      return undefined;
    }
    const time = BigInt(now);
    if (time < opensAt) {
      this.#askAt.set(account, Math.min(Number(opensAt), now + RECHECK));
      return undefined;
    }
    if (time > closesAt || (units * least) / RAY < this.#config.minExit) {
      this.#askAt.set(account, now + RECHECK);
      return undefined;
    }
    return await attempt(async () => {
      if (dueAt === 0n) {
        await backstop.markDue.staticCall(account);
        return { transaction: await backstop.markDue.populateTransaction(account), subject: account };
      }
      await backstop.exit.staticCall(account, account);
      return { transaction: await backstop.exit.populateTransaction(account, account), subject: account };
    });
  }
}
