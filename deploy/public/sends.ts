/**
 * What a deployment was about to send: written down before any node sees it, so that a transaction whose sender was killed is found again, or sent again: the same
 * one, not another. Ignition's own journal learns of a transaction after it was sent.
 */

import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { z } from "zod";

const schema = z.object({
  nonce: z.number().int().nonnegative(),
  /** Null where somebody else signs: then both are known only afterwards. */
  hash: z.string().nullable(),
  /** As it was signed: whoever has it can do nothing but send it. */
  raw: z.string().nullable(),
  /** The latest block before. */
  block: z.number().int().nonnegative(),
});

export type Send = z.output<typeof schema>;

/** Beside Ignition's journal. */
const NAME = "sends.jsonl";

export class SendRecord {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, NAME);
  }

  write(send: Send): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    // On a line of its own, also behind one that was not finished.
    appendFileSync(this.#path, `\n${JSON.stringify(send)}\n`);
  }

  /** Those of a nonce, the latest first: a transaction may have been offered again for a better fee. */
  of(nonce: number): Send[] {
    return this.#all()
      .filter((send) => send.nonce === nonce)
      .reverse();
  }

  #all(): Send[] {
    let text: string;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
    return text
      .split("\n")
      .filter((line) => line !== "")
      .flatMap((line) => {
        try {
          return [schema.parse(JSON.parse(line))];
        } catch {
          // The last line of a process that was killed while it wrote: it sent nothing.
          return [];
        }
      });
  }
}
