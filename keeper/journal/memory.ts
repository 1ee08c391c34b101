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
  /** Those whose fate is not final. */
  readonly #open = new Set<string>();
  /** By number, those that were not dropped. */
  readonly #numbered = new Map<number, string>();
  /** The highest number of all. */
  #highest = -1;
  readonly #kept: number;

  constructor(kept = KEPT) {
    this.#kept = kept;
  }

  open(): Promise<Intent[]> {
    const found = [...this.#open].map((id) => this.#intent(id));
    return Promise.resolve(found.sort((a, b) => a.nonce - b.nonce));
  }

  numbers(first: number): Promise<Map<number, Intent>> {
    const found = new Map<number, Intent>();
    for (let number = first; number <= this.#highest; number++) {
      const id = this.#numbered.get(number);
      if (id !== undefined) found.set(number, this.#intent(id));
    }
    return Promise.resolve(found);
  }

  prepare(intent: Intent): Promise<void> {
    if (this.#numbered.has(intent.nonce)) return Promise.reject(new NumberTaken(intent.nonce));
    this.#keep(intent);
    this.#forget();
    return Promise.resolve();
  }

  replace(id: string, transaction: SignedTransaction, terms: Terms): Promise<void> {
    const intent = this.#intent(id);
    this.#keep({ ...intent, ...terms, transactions: [...intent.transactions, transaction] });
    return Promise.resolve();
  }

  advance(id: string, standing: Standing): Promise<void> {
    const { inclusion: _, outcome: __, ...intent } = this.#intent(id);
    this.#keep({ ...intent, ...standing });
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

  #intent(id: string): Intent {
    return present(this.#intents.get(id), "intent");
  }

  #keep(intent: Intent): void {
    const { id, nonce, state } = intent;
    this.#intents.set(id, intent);
    if (FINAL.includes(state)) this.#open.delete(id);
    else this.#open.add(id);
    if (state !== "dropped") {
      this.#numbered.set(nonce, id);
      this.#highest = Math.max(this.#highest, nonce);
    } else if (this.#numbered.get(nonce) === id) {
      this.#numbered.delete(nonce);
    }
  }

  #forget(): void {
    for (const [id, { state, nonce }] of this.#intents) {
      if (this.#intents.size <= this.#kept) return;
      if (!FINAL.includes(state)) continue;
      this.#intents.delete(id);
      if (this.#numbered.get(nonce) === id) this.#numbered.delete(nonce);
    }
  }
}
