/** Has the balance sheet look at collateral: loans need a look at most two full hours old. */

import type { Log, Provider } from "ethers";

import { present } from "../../sdk/present.js";
import { IBalanceSheet__factory } from "../../types/contracts/index.js";
import type { Head } from "../desk.js";
import { LogReader } from "../logs.js";
import type { ReserveContracts } from "../reserve-contracts.js";
import { dueNow, notDue, type Job, type Verdict } from "./job.js";

const HOUR = 3_600;
/** Looks of the past that are taken into account: more than a day's. After two hours without one, what came before does not matter. */
const RECENT = 100;
const sheetAbi = IBalanceSheet__factory.createInterface();

/**
 * Due as soon as the sheet would sample shares again, and once after each observation of the risk model, which changes what a dollar of anything requires.
 *
 * When it samples is not told by any view. It keeps the first full unix hour after the last sample, and samples again once the hour after that one
 * has begun; other looks leave that as it is. So the last sample follows from the times of all looks, which are events.
 */
export class Look implements Job {
  readonly name = "look";
  readonly rank = "solvency";
  readonly #contracts: ReserveContracts;
  readonly #provider: Provider;
  readonly #logs: LogReader;
  /** First full unix hour after the last sample. */
  #sampledHour: number | undefined;
  /** (unix seconds) */
  #lookedAt = 0;

  constructor(contracts: ReserveContracts, provider: Provider, sheet: string, firstBlock: number) {
    this.#contracts = contracts;
    this.#provider = provider;
    this.#logs = new LogReader(provider, [sheet], [sheetAbi.getEvent("CollateralSeen").topicHash], firstBlock);
  }

  async due(head: Head): Promise<Verdict> {
    await this.#learn(await this.#logs.read(head.number));
    const { sheet, risk } = this.#contracts;
    const transaction = await sheet.lookAtCollateral.populateTransaction();
    if (this.#sampledHour === undefined || samples(head.timestamp, this.#sampledHour)) {
      return dueNow([{ transaction }], true);
    }
    const { observedAt } = await risk.observation();
    if (observedAt > BigInt(this.#lookedAt)) return dueNow([{ transaction }], true);
    return notDue(`shares may be sampled from ${((this.#sampledHour + 1) * HOUR).toString()} on`);
  }

  async #learn(logs: readonly Log[]): Promise<void> {
    for (const log of logs.slice(-RECENT)) {
      const { timestamp } = present(await this.#provider.getBlock(log.blockNumber), "block");
      if (this.#sampledHour === undefined || samples(timestamp, this.#sampledHour)) {
        this.#sampledHour = Math.ceil(timestamp / HOUR);
      }
      this.#lookedAt = timestamp;
    }
  }
}

/** Whether a look at `time` samples shares. */
function samples(time: number, sampledHour: number): boolean {
  return Math.floor(time / HOUR) > sampledHour;
}
