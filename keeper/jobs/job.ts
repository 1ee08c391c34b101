/** How the jobs for a reserve are told apart from each other, and how they say whether there is something to do. */

import { isError, type ContractTransaction } from "ethers";

import type { Head } from "../desk.js";
import type { JobName } from "../types.js";

/** What comes first: that the books are right, that the reserve gets where it should be, or what only keeps it in order. */
export type Rank = "solvency" | "auctions" | "rest";

/** One transaction that would do (a part of) a job. */
export interface Call {
  readonly transaction: ContractTransaction;
  /** Which asset or vault it is about, where a job has several: only one transaction about each is on its way. */
  readonly subject?: string;
  /** What it is expected to bring, before gas. {plUSD} */
  readonly earns?: bigint;
}

export interface Due {
  readonly due: true;
  /** Solvency needs it: it is done whatever gas costs. */
  readonly urgent: boolean;
  readonly calls: readonly Call[];
}

export interface NotDue {
  readonly due: false;
  readonly reason: string;
}

export type Verdict = Due | NotDue;

export interface Job {
  readonly name: JobName;
  readonly rank: Rank;
  /** After that long it is asked again, where its rank does not say so. {s} */
  readonly recheck?: number;
  /** It is asked again then at the latest, where it knows of something. (unix seconds) */
  readonly wakeAt?: number | undefined;
  /** Looks, without sending anything, whether there is something to do in this block. */
  due(head: Head): Promise<Verdict>;
  /** Told when a transaction of it was sent. */
  sent?(head: Head): void;
  /** Told before it is asked for the first time, where an earlier process sent one. (unix seconds) */
  resume?(sentAt: number): void;
}

export function notDue(reason: string): NotDue {
  return { due: false, reason };
}

export function dueNow(calls: readonly Call[], urgent = false): Due {
  return { due: true, urgent, calls };
}

/** Why a call reverts, as far as the node tells; undefined where the error is another one. */
export function revertReason(error: unknown): string | undefined {
  if (!isError(error, "CALL_EXCEPTION")) return undefined;
  return error.revert?.name ?? error.reason ?? error.data?.slice(0, 10) ?? "reverts";
}

/** What became of a simulation. */
export type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** Simulates; a revert is an answer, any other error is not. */
export async function attempt<T>(simulate: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await simulate() };
  } catch (error) {
    const reason = revertReason(error);
    if (reason === undefined) throw error;
    return { ok: false, reason };
  }
}
