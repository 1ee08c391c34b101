/** How a Chainlink feed turns a price into updates: at each move of the deviation threshold, and at each heartbeat. */

/** What makes a feed update. */
export interface FeedRules {
  /** Least move against the last answer. bps */
  readonly deviation: number;
  /** Longest time between two updates. s */
  readonly heartbeat: number;
}

export type UpdateReason = "start" | "deviation" | "heartbeat";

export interface FeedUpdate {
  /** 8 decimals, as USD feeds have. */
  readonly answer: bigint;
  readonly reason: UpdateReason;
}

const BPS = 10_000n;
const FEED_UNIT = 100_000_000;

/** A price as a feed reports it: an integer with 8 decimals. */
export function toAnswer(price: number): bigint {
  return BigInt(Math.round(price * FEED_UNIT));
}

/** Decides, observation by observation, whether the feed updates. */
export class FeedSampler {
  readonly #rules: FeedRules;
  #answer: bigint | undefined;
  #updatedAt = 0;

  constructor(rules: FeedRules) {
    this.#rules = rules;
  }

  /** Shows the feed the price at `time` (seconds, never falling). Undefined when it sees no need to update. */
  observe(time: number, price: number): FeedUpdate | undefined {
    const answer = toAnswer(price);
    const last = this.#answer;
    let reason: UpdateReason;
    if (last === undefined) {
      reason = "start";
    } else {
      const move = answer > last ? answer - last : last - answer;
      if (move * BPS >= last * BigInt(this.#rules.deviation)) reason = "deviation";
      else if (time - this.#updatedAt >= this.#rules.heartbeat) reason = "heartbeat";
      else return undefined;
    }
    this.#answer = answer;
    this.#updatedAt = time;
    return { answer, reason };
  }
}
