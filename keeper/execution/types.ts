/** What the executor is told, and what it tells. */

import type { Provider, Signer, TransactionReceipt } from "ethers";

import type { Intent, Journal, Outcome, Terms } from "../journal/types.js";
import type { Log } from "../log.js";
import type { FeeRules, Offer } from "./fees.js";
import type { Relay } from "./relay.js";

/** The block that is acted at. */
export interface At {
  readonly number: number;
  /** (unix seconds) */
  readonly timestamp: number;
  /** {wei} per gas */
  readonly baseFee: bigint;
}

export interface Rules extends FeeRules {
  /** Blocks that a transaction may wait before it is outbid. */
  readonly patience: number;
  /** Blocks, its own included, after which a transaction is taken to stay. */
  readonly confirmations: number;
  /** Blocks for which a number must have been used, with no receipt of the intent's own, before another transaction is taken to have it. */
  readonly overtaken?: number;
}

/** Work to be sent. */
export type Work = Pick<
  Intent,
  "job" | "subject" | "accounts" | "sales" | "expected" | "loss" | "purse" | "coinPrice" | "gasPrice" | "call"
> & {
  /** Of the intent that comes of it; drawn if absent. */
  readonly id?: string;
};

/** Steps of a transaction's life, as they are told to whoever watches. */
export type Point =
  /** Signed, not written. */
  | "signed"
  | "written"
  /** Given to the node, not yet noted. */
  | "sent"
  /** The same bytes given to the node once more. */
  | "resent"
  /** Seen in a block, not yet noted. */
  | "included"
  | "reorganised"
  /** What outbids it is signed, or written. */
  | "outbid"
  | "outbid written"
  | "final";

export interface ExecutorOptions {
  readonly provider: Provider;
  readonly signer: Signer;
  readonly journal: Journal;
  readonly rules: Rules;
  /** On what terms the work may be outbid: what it is then expected to leave, and may lose. Undefined: it is not worth that. */
  readonly terms?: (intent: Intent, offer: Offer, at: At) => Terms | undefined;
  /** What an included transaction came to. */
  readonly assess?: (intent: Intent, receipt: TransactionReceipt) => Promise<Outcome>;
  /** Told first, and nodes only of what it reveals. */
  readonly relay?: Pick<Relay, "send" | "reveals">;
  /** Asked right before anything is sent; throws where that is somebody else's to do now. */
  readonly permit?: () => void;
  readonly log?: Log;
  readonly watch?: (point: Point, intent: Intent) => void;
}

/** An intent that is final, with the receipt of whichever of its transactions was included. */
export interface Settled {
  readonly intent: Intent;
  readonly receipt: TransactionReceipt | undefined;
  /** It was final before: a reorganisation went deeper than anybody expected. */
  readonly again: boolean;
}

/** No node takes the transaction; it was not sent and its number is free. */
export class SendRefused extends Error {
  override readonly name = "SendRefused";
}
