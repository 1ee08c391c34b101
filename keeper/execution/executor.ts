/**
 * Sends what jobs ask for, and sees it through: each transaction is signed here and written into the journal before any node sees it, sent
 * again while no block has it, outbid when it waits too long, taken back when nobody wants it any more, and counted when it is deep enough.
 */

import { randomUUID } from "node:crypto";

import type { TransactionReceipt } from "ethers";

import { present } from "../../sdk/present.js";
import {
  FINAL,
  NumberTaken,
  type Inclusion,
  type Intent,
  type IntentState,
  type Outcome,
  type SignedTransaction,
  type Terms,
} from "../journal/types.js";
import { SILENT, type Log } from "../log.js";
import { max } from "../order.js";
import { Account } from "./account.js";
import { broadcast, together, type Answer } from "./broadcast.js";
import { outbid, workCeiling, type Offer } from "./fees.js";
import { gapsOf, isStranded, nextNonce, type Counts } from "./nonces.js";
import { SendRefused, type At, type ExecutorOptions, type Point, type Settled, type Work } from "./types.js";

export { SendRefused, type At, type ExecutorOptions, type Point, type Rules, type Work } from "./types.js";

/** {@link Rules.overtaken}, if nobody says: a node may be without receipts for a while, and what is given up is not taken up again. */
const OVERTAKEN = 300;
/** Blocks by which a node may be behind that is still asked. */
const BEHIND = 10;

export class Executor {
  readonly #options: ExecutorOptions;
  readonly #account: Account;
  readonly #log: Log;
  readonly #open = new Map<string, Intent>();
  /** Since which block another transaction has the intent's number. */
  readonly #overtaken = new Map<string, number>();
  /** What was told last of an intent: which transaction, to whom, and at which block. */
  readonly #told = new Map<string, string>();
  /** What was to be written, and is not known to be. */
  readonly #unsure = new Set<string>();
  /** Of these it is known by now that they were not. */
  #unwritten: string[] = [];
  /** What was final, and is on its way again. */
  readonly #reopened = new Set<string>();
  #loaded = false;

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#account = new Account(options.provider, options.signer);
    this.#log = options.log ?? SILENT;
  }

  /** Reads what an earlier process left open. */
  async load(): Promise<void> {
    if (this.#loaded) return;
    for (const intent of await this.#options.journal.open()) this.#open.set(intent.id, intent);
    this.#loaded = true;
    for (const id of this.#unsure) if (!this.#open.has(id)) this.#unwritten.push(id);
    this.#unsure.clear();
    if (this.#open.size > 0) this.#log.info({ open: this.#open.size }, "took up what the journal has open");
  }

  /** Forgets what is open: somebody else may have gone on with it meanwhile. The journal has it. */
  forget(): void {
    this.#open.clear();
    this.#overtaken.clear();
    this.#told.clear();
    this.#unsure.clear();
    this.#reopened.clear();
    this.#unwritten = [];
    this.#loaded = false;
  }

  /** Whether work may be on its way: also where the journal did not say that it was written. */
  mayHave(id: string): boolean {
    return this.#open.has(id) || this.#unsure.has(id);
  }

  /** Work of which it was not known whether it was written, and was not. */
  takeUnwritten(): string[] {
    const ids = this.#unwritten;
    this.#unwritten = [];
    return ids;
  }

  /** Work that may still take place, and is not being taken back. */
  get waiting(): Intent[] {
    return [...this.#open.values()].filter(
      (i) => (i.state === "prepared" || i.state === "sent") && last(i).kind === "work" && !this.#overtaken.has(i.id),
    );
  }

  /** Intents that are not final. */
  get open(): number {
    return this.#open.size;
  }

  // ---- sending

  /** Gives the intent's last transaction to whom it is for. */
  async #broadcast(intent: Intent, at: At): Promise<Answer> {
    const { relay, provider, permit } = this.#options;
    const { raw } = last(intent);
    permit?.();
    if (relay === undefined) return await broadcast(provider, raw);
    const revealed = this.#isRevealed(intent, at);
    this.#told.set(intent.id, this.#telling(intent, revealed, at));
    const nodes = revealed ? [broadcast(provider, raw)] : [];
    return together(await Promise.all([relay.send(raw), ...nodes]));
  }

  #telling(intent: Intent, revealed: boolean, { number }: At): string {
    return `${last(intent).hash} ${revealed.toString()} ${number.toString()}`;
  }

  /** Whether nodes know it, or may: what a later one waits for that they know must not be kept from them. */
  #isRevealed(intent: Intent, at: At): boolean {
    const { relay } = this.#options;
    if (relay === undefined) return true;
    return [intent, ...this.#open.values()].some((i) => i.nonce >= intent.nonce && relay.reveals(i, at.number));
  }

  /**
   * Signs, writes and sends.
   * @throws {SendRefused}
   */
  async submit(work: Work, offer: Offer, at: At): Promise<Intent> {
    const { journal } = this.#options;
    await this.load();
    const counts = await this.#account.counts();
    const nonce = nextNonce(counts, await journal.numbers(counts.latest));
    return await this.#write(work, nonce, await this.#account.sign("work", work.call, nonce, offer, at), at);
  }

  async #write(work: Work, nonce: number, signed: SignedTransaction, at: At): Promise<Intent> {
    const intent: Intent = {
      ...work,
      id: work.id ?? randomUUID(),
      nonce,
      time: at.timestamp,
      state: "prepared",
      transactions: [signed],
    };
    this.#tell("signed", intent);
    try {
      await this.#options.journal.prepare(intent);
    } catch (error) {
      // It may be written all the same: where the answer was lost, only the journal knows.
      if (!(error instanceof NumberTaken)) this.#unsure.add(intent.id);
      this.#loaded = false;
      throw error;
    }
    this.#open.set(intent.id, intent);
    this.#tell("written", intent);
    const answer = await this.#broadcast(intent, at);
    if (answer.kind === "refused") {
      await this.#advance(intent, "dropped");
      throw new SendRefused(answer.reason);
    }
    if (answer.kind !== "taken") {
      this.#log.warn({ ...about(intent), reason: answer.reason }, "no node said that it took the transaction");
      return intent;
    }
    this.#tell("sent", intent);
    return await this.#advance(intent, "sent");
  }

  // ---- seeing it through

  /**
   * Looks what became of what was sent, and does what it needs. What goes wrong with one intent stops none of the others, and is thrown in the end.
   * @returns What is final since the last time.
   */
  async settle(at: At): Promise<{ settled: Settled[]; errors: unknown[] }> {
    await this.load();
    const counts = await this.#account.counts();
    const taken = await this.#options.journal.numbers(counts.latest);
    await this.#reopen(taken, at);
    const [settled, errors]: [Settled[], unknown[]] = [[], []];
    for (const intent of [...this.#open.values()].sort((a, b) => a.nonce - b.nonce)) {
      try {
        const done = await this.#see(intent, counts, at);
        if (done !== undefined) settled.push(done);
      } catch (error) {
        errors.push(error);
      }
    }
    try {
      await this.#fillGaps(counts, taken, at);
    } catch (error) {
      errors.push(error);
    }
    return { settled, errors };
  }

  async #see(intent: Intent, counts: Counts, at: At): Promise<Settled | undefined> {
    const receipt = await this.#receiptOf(intent);
    if (receipt !== null) {
      this.#overtaken.delete(intent.id);
      return await this.#included(intent, receipt, at);
    }
    let seen = intent;
    if (intent.state === "included") {
      this.#log.warn(about(intent), "its block was reorganised away");
      this.#tell("reorganised", intent);
      seen = await this.#advance(intent, "sent");
    }
    if (counts.latest > intent.nonce) return await this.#lost(seen, at);
    this.#overtaken.delete(intent.id);
    await this.#push(seen, at);
    return undefined;
  }

  async #receiptOf({ transactions }: Intent): Promise<TransactionReceipt | null> {
    for (const { hash } of [...transactions].reverse()) {
      const receipt = await this.#options.provider.getTransactionReceipt(hash);
      if (receipt !== null) return receipt;
    }
    return null;
  }

  async #included(intent: Intent, receipt: TransactionReceipt, at: At): Promise<Settled | undefined> {
    const inclusion = inclusionOf(receipt);
    let seen = intent;
    if (intent.state !== "included" || intent.inclusion?.blockHash !== inclusion.blockHash) {
      this.#tell("included", intent);
      seen = await this.#advance(intent, "included", inclusion);
    }
    if (at.number - inclusion.block + 1 < this.#options.rules.confirmations) return undefined;
    const kind = present(seen.transactions.find((t) => t.hash === inclusion.hash)).kind;
    const done = kind === "work" || seen.job === "gap" ? "confirmed" : "replaced";
    const outcome = await this.#options.assess?.(seen, receipt);
    return await this.#conclude(seen, inclusion.succeeded ? done : "reverted", { inclusion, outcome }, receipt);
  }

  /** Another transaction has the number: not one of the journal's, or one that this node has no receipt of yet. Nothing waits for it meanwhile. */
  async #lost(intent: Intent, at: At): Promise<Settled | undefined> {
    const { confirmations, overtaken = OVERTAKEN } = this.#options.rules;
    const since = this.#overtaken.get(intent.id);
    if (since === undefined) this.#log.warn(about(intent), "its number is used, and there is no receipt of it");
    this.#overtaken.set(intent.id, since ?? at.number);
    if (at.number - (since ?? at.number) < Math.max(confirmations, overtaken)) return undefined;
    return await this.#conclude(intent, "dropped", {}, undefined);
  }

  async #conclude(
    intent: Intent,
    state: IntentState,
    { inclusion, outcome }: { inclusion?: Inclusion; outcome?: Outcome | undefined },
    receipt: TransactionReceipt | undefined,
  ): Promise<Settled> {
    const final = await this.#advance(intent, state, inclusion, outcome);
    this.#overtaken.delete(intent.id);
    this.#told.delete(intent.id);
    const again = this.#reopened.delete(intent.id);
    this.#tell("final", final);
    this.#log[state === "confirmed" ? "info" : "warn"](
      { ...about(final), block: inclusion?.block, fee: inclusion?.fee, realised: outcome?.realised },
      `transaction ${state}`,
    );
    return { intent: final, receipt, again };
  }

  /** Sees that nodes have it, and outbids it when it has waited too long. */
  async #push(intent: Intent, at: At): Promise<void> {
    const { provider, rules } = this.#options;
    const newest = last(intent);
    if (intent.state === "prepared" || (await provider.getTransaction(newest.hash)) === null) {
      await this.#resend(intent, at);
    }
    if (at.number - newest.block >= rules.patience) await this.#outbid(intent, at);
  }

  async #resend(intent: Intent, at: At): Promise<void> {
    // Nodes do not know what only relays were told: those are told again with each block, not with each look.
    const telling = this.#telling(intent, this.#isRevealed(intent, at), at);
    if (this.#options.relay !== undefined && this.#told.get(intent.id) === telling) return;
    const answer = await this.#broadcast(intent, at);
    this.#tell("resent", intent);
    if (answer.kind === "taken") {
      this.#log.info(about(intent), "sent again");
      if (intent.state === "prepared") await this.#advance(intent, "sent");
    } else {
      this.#log.warn({ ...about(intent), reason: answer.reason }, "sent again, and no node said that it took it");
    }
  }

  /** Offers more for the same work; for nothing, if the work would fail or is not worth that. */
  async #outbid(intent: Intent, at: At): Promise<void> {
    const { rules, journal } = this.#options;
    const newest = last(intent);
    const wanted = newest.kind === "work" && intent.job !== "gap" && (await this.#account.works(intent.call));
    const work = wanted ? outbid(newest, at.baseFee, rules, workCeiling(rules)) : undefined;
    if (wanted && work === undefined) {
      // Dearer than allowed now, but worth doing when gas is cheaper again.
      this.#log.warn(about(intent), "waits: what outbids it is above the ceiling");
      return;
    }
    const terms = work === undefined ? undefined : this.#terms(intent, work, at);
    const kind = terms === undefined ? "nothing" : "work";
    const offer = terms === undefined ? outbid(newest, at.baseFee, rules, rules.ceiling) : work;
    if (offer === undefined) return;
    const signed = await this.#account.sign(kind, intent.call, intent.nonce, offer, at);
    this.#tell("outbid", intent);
    const { expected, loss, gasPrice } = terms ?? intent;
    await journal.replace(intent.id, signed, { expected, loss, gasPrice });
    const replaced = { ...intent, expected, loss, gasPrice, transactions: [...intent.transactions, signed] };
    this.#open.set(intent.id, { ...replaced, state: this.#open.get(intent.id)?.state ?? intent.state });
    this.#tell("outbid written", replaced);
    const answer = await this.#broadcast(replaced, at);
    const how = kind === "work" ? "outbid" : "taken back";
    this.#log.warn({ ...about(replaced), ...("reason" in answer ? { reason: answer.reason } : {}) }, how);
  }

  #terms(intent: Intent, offer: Offer, at: At): Terms | undefined {
    if (intent.job === "gap") return undefined;
    return this.#options.terms === undefined ? intent : this.#options.terms(intent, offer, at);
  }

  /** What was final is not in the chain any more: a reorganisation went deeper than anybody expected. It is sent again. */
  async #reopen(taken: ReadonlyMap<number, Intent>, at: At): Promise<void> {
    for (const intent of taken.values()) {
      if (!FINAL.includes(intent.state) || intent.inclusion === undefined) continue;
      const missed = intent.inclusion.block - at.number;
      // A node that is a little behind has not got there yet; one that is far behind is asked nothing, so the chain itself was taken back.
      if (missed >= 0 && missed <= BEHIND) continue;
      // Nor is it gone where only the count of a node is that of an earlier block.
      if ((await this.#receiptOf(intent)) !== null) continue;
      this.#log.error(about(intent), "a final transaction is not in the chain any more");
      this.#tell("reorganised", intent);
      this.#reopened.add(intent.id);
      await this.#advance(intent, "sent");
    }
  }

  /** Uses numbers that nobody has and later transactions wait for. */
  async #fillGaps(counts: Counts, taken: ReadonlyMap<number, Intent>, at: At): Promise<void> {
    const open = new Map([...taken].filter(([, { id }]) => this.#open.has(id)));
    if (open.size === 0) return;
    const { rules } = this.#options;
    if (isStranded(counts, taken)) {
      this.#log.error(
        { nonce: Math.max(...open.keys()), ...counts },
        "waits for so many numbers that none is filled: work to come uses them",
      );
      return;
    }
    const newest = [...open.values()].map(last);
    const coinPrice = [...open.values()].reduce((most, intent) => max(most, intent.coinPrice), 0n);
    const tip = newest.reduce((most, t) => max(most, t.tip), rules.priorityFee);
    for (const nonce of gapsOf(counts, taken)) {
      if (nonce > Math.max(...open.keys())) break;
      const maxFee = 2n * at.baseFee + tip;
      const offer = { maxFee: maxFee < rules.ceiling ? maxFee : rules.ceiling, tip };
      const call = await this.#account.nothing();
      const nobody = { subject: "", accounts: [], sales: 0, expected: 0n, loss: 0n, coinPrice, gasPrice: 0n };
      const work: Work = { ...nobody, job: "gap", purse: "rest", call };
      this.#log.warn({ nonce }, "fills a gap that later transactions wait for");
      await this.#write(work, nonce, await this.#account.sign("nothing", call, nonce, offer, at), at);
    }
  }

  // ---- the book

  async #advance(intent: Intent, state: IntentState, inclusion?: Inclusion, outcome?: Outcome): Promise<Intent> {
    const standing = {
      state,
      ...(inclusion === undefined ? {} : { inclusion }),
      ...(outcome === undefined ? {} : { outcome }),
    };
    await this.#options.journal.advance(intent.id, standing);
    const { inclusion: _, outcome: __, ...rest } = intent;
    const advanced: Intent = { ...rest, ...standing };
    if (FINAL.includes(state)) this.#open.delete(intent.id);
    else this.#open.set(intent.id, advanced);
    return advanced;
  }

  #tell(point: Point, intent: Intent): void {
    this.#options.watch?.(point, intent);
  }
}

function last({ transactions }: Intent): SignedTransaction {
  return present(transactions[transactions.length - 1], "transaction");
}

function inclusionOf(receipt: TransactionReceipt): Inclusion {
  const { hash, blockNumber: block, blockHash, gasUsed, fee } = receipt;
  return { hash, block, blockHash, succeeded: receipt.status === 1, gasUsed, fee };
}

function about(intent: Intent): Record<string, unknown> {
  const { job, subject, nonce, state } = intent;
  return { job, ...(subject === "" ? {} : { subject }), nonce, state, hash: last(intent).hash };
}
