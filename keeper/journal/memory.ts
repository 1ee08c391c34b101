/** A journal that ends with the process: for chains that do too, and for dry runs. */

import { present } from "../../sdk/present.js";
import {
  FINAL,
  NumberTaken,
  type Intent,
  type Journal,
  type SignedTransaction,
  type Standing,
  type Terms,
} from "./types.js";

/** How many final intents are remembered: a chain that runs for days does not fill the memory. */
const KEPT = 5_000;

export class MemoryJournal implements Journal {
  readonly #intents = new Map<string, Intent>();
  readonly #kept: number;

  constructor(kept = KEPT) {
    this.#kept = kept;
  }

  open(): Promise<Intent[]> {
    const found = [...this.#intents.values()].filter((intent) => !FINAL.includes(intent.state));
    return Promise.resolve(found.sort((a, b) => a.nonce - b.nonce));
  }

  numbers(first: number): Promise<Map<number, Intent>> {
    const found = [...this.#intents.values()].filter((i) => i.state !== "dropped" && i.nonce >= first);
    return Promise.resolve(new Map(found.map((intent) => [intent.nonce, intent])));
  }

  async prepare(intent: Intent): Promise<void> {
    if ((await this.numbers(intent.nonce)).has(intent.nonce)) throw new NumberTaken(intent.nonce);
    this.#intents.set(intent.id, intent);
    this.#forget();
  }

  replace(id: string, transaction: SignedTransaction, terms: Terms): Promise<void> {
    const intent = present(this.#intents.get(id), "intent");
    this.#intents.set(id, { ...intent, ...terms, transactions: [...intent.transactions, transaction] });
    return Promise.resolve();
  }

  advance(id: string, standing: Standing): Promise<void> {
    const { inclusion: _, outcome: __, ...intent } = present(this.#intents.get(id), "intent");
    this.#intents.set(id, { ...intent, ...standing });
    return Promise.resolve();
  }

  since(time: number): Promise<Intent[]> {
    return Promise.resolve([...this.#intents.values()].filter((intent) => intent.time >= time));
  }

  entries(): Promise<Intent[]> {
    return Promise.resolve([...this.#intents.values()]);
  }

  probe(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #forget(): void {
    if (this.#intents.size <= this.#kept) return;
    for (const [id, { state }] of this.#intents) {
      if (this.#intents.size <= this.#kept) return;
      if (FINAL.includes(state)) this.#intents.delete(id);
    }
  }
}
