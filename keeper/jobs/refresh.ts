/** Takes statements: without a fresh one nothing is minted, and after a loss headroom is lower than it need be until the next. */

import type { Provider } from "ethers";

import { IBalanceSheet__factory, IRebalancer__factory } from "../../types/contracts/index.js";
import type { ReserveConfig } from "../config.js";
import type { Head } from "../desk.js";
import { LogReader } from "../logs.js";
import { max } from "../order.js";
import type { ReserveContracts } from "../reserve-contracts.js";
import { attempt, dueNow, notDue, type Job, type Verdict } from "./job.js";
import { BPS } from "../../sdk/credit/valuation.js";

const sheetAbi = IBalanceSheet__factory.createInterface();
const taken = sheetAbi.getEvent("StatementTaken").topicHash;
/** What makes a statement something of the past. */
const events = [
  sheetAbi.getEvent("LossBooked").topicHash,
  sheetAbi.getEvent("ExposureBooked").topicHash,
  sheetAbi.getEvent("DeficitSettled").topicHash,
  IRebalancer__factory.createInterface().getEvent("AuctionFilled").topicHash,
];

/** Due when the statement is older than half of its limit, after a loss, an absorption or a fill, and when headroom would move by much. */
export class Refresh implements Job {
  readonly name = "refresh";
  readonly rank = "solvency";
  readonly #contracts: ReserveContracts;
  readonly #config: ReserveConfig;
  readonly #logs: LogReader;
  /** Something was booked since the last statement. */
  #past = false;

  constructor(contracts: ReserveContracts, config: ReserveConfig, provider: Provider, firstBlock: number) {
    this.#contracts = contracts;
    this.#config = config;
    this.#logs = new LogReader(provider, [config.sheet, config.rebalancer], [taken, ...events], firstBlock);
  }

  async due(head: Head): Promise<Verdict> {
    for (const log of await this.#logs.read(head.number)) this.#past = log.topics[0] !== taken;
    const { sheet } = this.#contracts;
    const [{ takenAt, headroom }, { maxAge }] = await Promise.all([sheet.stored(), sheet.parameters()]);
    const age = BigInt(head.timestamp) - takenAt;
    const transaction = await sheet.refresh.populateTransaction();
    if (this.#past || 2n * age >= maxAge) return dueNow([{ transaction }], true);
    if (age < BigInt(this.#config.refreshInterval)) return notDue("the statement is fresh");
    const live = await attempt(() => sheet.refresh.staticCall());
    if (!live.ok) return notDue(live.reason);
    const change = live.value > headroom ? live.value - headroom : headroom - live.value;
    const material = max(this.#config.headroomChange, (headroom * BigInt(this.#config.headroomShare)) / BPS);
    return change >= material && change !== 0n
      ? dueNow([{ transaction }], true)
      : notDue(`headroom would move by ${change.toString()} only`);
  }
}
