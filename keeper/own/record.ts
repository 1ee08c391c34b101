/**
 * What was sent to deploy an operator's own contracts: written, with the signed bytes, before any node sees them. After a failure the same bytes
 * are sent again, and nothing is deployed twice.
 */

import { mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { getAddress, isAddress } from "ethers";
import { z } from "zod";

import { lockDirectory } from "../journal/lock.js";
import { CannotDeploy } from "./errors.js";
import { writeWhole } from "./files.js";
import { OWN, type OwnName } from "./terms.js";

/** Where records are, if nobody says. */
export const USUAL_RECORDS = join(homedir(), ".plimsoll", "deployments");

const wei = z
  .string()
  .regex(/^\d+$/)
  .transform((text) => BigInt(text));

const entrySchema = z
  .object({
    address: z.string().refine(isAddress).transform(getAddress),
    nonce: z.number().int().nonnegative(),
    /** It is as deep as asked for. */
    final: z.boolean(),
    /** Oldest first; a later one took the place of those before it. {wei} per gas; head when it was signed */
    transactions: z
      .array(z.object({ hash: z.string(), raw: z.string(), maxFee: wei, tip: wei, block: z.number().int() }).strict())
      .min(1),
  })
  .strict();

const recordSchema = z
  .object(
    Object.fromEntries(OWN.map((name) => [name, entrySchema.optional()])) as Record<
      OwnName,
      z.ZodOptional<typeof entrySchema>
    >,
  )
  .strict();

/** One deployment that was sent, or was about to be. */
export type Entry = Readonly<z.output<typeof entrySchema>>;

/** The deployments of one key on one chain. */
export class DeployRecord {
  readonly #folder: string;
  #entries: Readonly<Partial<Record<OwnName, Entry>>>;

  /**
   * @param whose Chain and key.
   * @throws {CannotDeploy} where it holds what it should not.
   */
  constructor(folder: string, whose: { readonly chain: string; readonly owner: string }) {
    this.#folder = join(folder, `${whose.chain}-${whose.owner.toLowerCase()}`);
    this.#entries = this.#read();
  }

  /** For this process alone; returns what gives it back. Reads it again: another process may have written it. */
  lock(): () => void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const unlock = lockDirectory(
      this.#folder,
      (pid) => new CannotDeploy(`process ${pid} is deploying with this key`, "Let it end, and run this again."),
    );
    this.#entries = this.#read();
    return unlock;
  }

  get entries(): Readonly<Partial<Record<OwnName, Entry>>> {
    return this.#entries;
  }

  /** Undefined forgets it. */
  set(name: OwnName, entry: Entry | undefined): void {
    const { [name]: _, ...others } = this.#entries;
    this.#entries = entry === undefined ? others : { ...others, [name]: entry };
    const plain = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);
    writeWhole(this.#path, `${JSON.stringify(this.#entries, plain, 2)}\n`);
  }

  get #path(): string {
    return join(this.#folder, "record.json");
  }

  #read(): Readonly<Partial<Record<OwnName, Entry>>> {
    let text: string;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
      throw error;
    }
    try {
      const { liquidator, filler } = recordSchema.parse(JSON.parse(text));
      return { ...(liquidator === undefined ? {} : { liquidator }), ...(filler === undefined ? {} : { filler }) };
    } catch {
      throw new CannotDeploy(
        `${this.#path} is no record of deployments`,
        "Look what it holds; without it contracts that are not in the configuration are deployed again.",
      );
    }
  }
}
