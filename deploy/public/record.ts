/** What is remembered of a deployment to a public network, beside Ignition's journal and the address book: who began it, and where everything is. */

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { getAddress, isAddress } from "ethers";
import { z } from "zod";

import { lockDirectory } from "../../keeper/journal/lock.js";
import { DeploymentStopped } from "./errors.js";

const address = z
  .string()
  .refine(isAddress, "not an address")
  .transform((text) => getAddress(text));

const schema = z.object({
  network: z.string(),
  chainId: z.number().int().positive(),
  /** Whose key pays, and who holds nothing in the end. */
  deployer: address,
  guardian: address,
  plimHolder: address,
  /** Before the first transaction: events begin there. */
  firstBlock: z.number().int().nonnegative(),
  /** By the name of the future; undefined until everything is deployed. */
  contracts: z.record(address).optional(),
  /** Hashes of the transactions by the name of the future: whoever verifies looks them up. */
  transactions: z.record(z.string().regex(/^0x[0-9a-f]{64}$/i, "not a hash")).optional(),
});

export type DeploymentRecord = z.output<typeof schema>;
export type FinishedRecord = DeploymentRecord & { readonly contracts: Readonly<Record<string, string>> };

const NAME = "deployment.json";

/** Where everything about a chain's deployment is. */
export function folderOf(deployments: string, chainId: number): string {
  return join(deployments, `chain-${chainId}`);
}

/** So that nobody takes it for a keeper's. */
const LOCK = "deploy.lock";

/**
 * Does what only one process at a time may do with a deployment: of two, each would send what the other is about to send. What a process left that was killed does not count.
 * @throws {DeploymentStopped} where somebody else is at it.
 */
export async function alone<T>(folder: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(folder, { recursive: true });
  const unlock = lockDirectory(
    folder,
    (pid) =>
      new DeploymentStopped(
        `Another \`plimsoll deploy\` (process ${pid}) is at work on this deployment`,
        "Let it come to its end, or stop it, and run the same again.",
      ),
    LOCK,
  );
  try {
    return await work();
  } finally {
    unlock();
    // Nothing is left of a deployment that was not begun.
    if (readdirSync(folder).length === 0) rmdirSync(folder);
  }
}

/** @throws {DeploymentStopped} where the file is no such record. */
export function readRecord(folder: string): DeploymentRecord | undefined {
  const path = join(folder, NAME);
  if (!existsSync(path)) return undefined;
  let parsed;
  try {
    parsed = schema.safeParse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    parsed = undefined;
  }
  if (parsed?.success === true) return parsed.data;
  throw new DeploymentStopped(`${path} is no record of a deployment`, "It is written by plimsoll deploy.");
}

export function writeRecord(folder: string, record: DeploymentRecord): void {
  mkdirSync(folder, { recursive: true });
  // All of it or nothing: what is half written would be no record any more.
  const path = join(folder, NAME);
  writeFileSync(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}

export function isFinished(record: DeploymentRecord | undefined): record is FinishedRecord {
  return record?.contracts !== undefined;
}
