/** What every action offers, and what it needs before. */

import type { TypedDataDomain, TypedDataField } from "ethers";

import type { Explanation } from "../errors/index.js";
import type { Standing } from "../credit/standing.js";

/** A transaction to be signed and sent, or put into a batch: nothing in it depends on who sends it when. */
export interface Call {
  readonly to: string;
  readonly data: string;
  /** {wei} */
  readonly value: bigint;
}

/** What a wallet is asked to sign (EIP-712): `signer.signTypedData(domain, types, message)`, or `eth_signTypedData_v4`. */
export interface TypedData {
  readonly domain: TypedDataDomain;
  readonly types: Record<string, TypedDataField[]>;
  readonly primaryType: string;
  readonly message: Readonly<Record<string, string | bigint | boolean>>;
}

/** An allowance that is missing: one transaction, or one signature where the token has permits. */
export interface ApprovalRequirement {
  readonly kind: "approval";
  readonly token: string;
  readonly spender: string;
  /** {token units} */
  readonly amount: bigint;
  readonly tx: Call;
  /** To be passed to `tx` as `permit` once it is signed; undefined where only the transaction will do. */
  readonly permit: TypedData | undefined;
}

/** The contract for leverage may not act for the account yet: one transaction, or one signature. */
export interface AuthorizationRequirement {
  readonly kind: "authorization";
  readonly operator: string;
  readonly tx: Call;
  /** To be passed to `tx` as `grant` once it is signed. */
  readonly grant: TypedData;
  /** Takes it back in the same transaction: to be passed to `tx` as `revoke` once it is signed. */
  readonly revoke: TypedData;
  /** Takes it back in a transaction of its own. */
  readonly revokeTx: Call;
}

/** Nothing is minted on what is too old: anyone may bring the balance sheet up to date, in the same batch. */
export interface RefreshRequirement {
  readonly kind: "refresh";
  /** In this order. */
  readonly txs: readonly Call[];
}

export type Requirement = ApprovalRequirement | AuthorizationRequirement | RefreshRequirement;

/** A signature as wallets give it, with what was signed. */
export interface Signed {
  readonly data: TypedData;
  /** 65 bytes for an account with a key; whatever EIP-1271 takes for one with code. */
  readonly signature: string;
}

/** What has been signed of what an action requires. */
export interface Signatures {
  readonly permit?: Signed;
  readonly grant?: Signed;
  readonly revoke?: Signed;
}

/** What would come of an action. */
export interface Outcome {
  /** Why it would be refused, as things stand: what the contracts would say, said beforehand. Empty if it would go through. */
  readonly problems: readonly Explanation[];
}

/** What an action would do to the account. */
export interface Preview extends Outcome {
  readonly before: Standing;
  readonly after: Standing;
}

/** When it is to happen; the time of the snapshot's block if nobody says. {unix seconds} */
export interface At {
  readonly time?: bigint;
}

/** An action: all three are functions of what was read, and ask no node. */
export interface Action<Snapshot, Intent, Result extends Outcome> {
  /** What it would do. */
  preview(snapshot: Snapshot, intent: Intent, at?: At): Result;
  /** What has to be allowed or brought up to date first; empty if nothing. */
  requirements(snapshot: Snapshot, intent: Intent): Requirement[];
  /** The transaction. */
  tx(snapshot: Snapshot, intent: Intent, signatures?: Signatures): Call;
}
