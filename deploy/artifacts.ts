/** Contracts of others: with bytecode published on npm, or compiled from npm packages beside our own. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import type { Artifact } from "@nomicfoundation/ignition-core";
import { z } from "zod";

import { understood } from "./abi.js";

const require = createRequire(import.meta.url);

const references = z.record(z.record(z.array(z.object({ start: z.number(), length: z.number() }))));

// Hardhat's and Truffle's formats have these in common; what the older one lacks is filled in.
const schema = z.object({
  contractName: z.string(),
  sourceName: z.string().optional(),
  abi: z.array(z.record(z.unknown())),
  bytecode: z.string().startsWith("0x"),
  deployedBytecode: z.string().startsWith("0x"),
  linkReferences: references.default({}),
  deployedLinkReferences: references.default({}),
});

/** A contract that the build has not compiled. */
export class NotBuilt extends Error {
  override readonly name = "NotBuilt";

  constructor(
    readonly contract: string,
    cause: unknown,
  ) {
    super(`${contract} is not compiled: run "npm run build"`, { cause });
  }
}

const read = new Map<string, Artifact>();

/** Reads the artifact at a module path such as `canonical-weth/build/contracts/WETH9.json`, once. */
export function npmArtifact(specifier: string): Artifact {
  const path = require.resolve(specifier);
  let found = read.get(path);
  if (found === undefined) {
    const { abi, ...parsed } = schema.parse(JSON.parse(readFileSync(path, "utf8")));
    const sourceName = parsed.sourceName ?? specifier;
    found = { _format: "hh-sol-artifact-1", ...parsed, abi: understood(abi), sourceName };
    read.set(path, found);
  }
  return found;
}

/**
 * Reads the artifact of a contract of the lending market, which the build compiles (`scripts/lending/`).
 * @throws {NotBuilt} if it did not.
 */
export function lendingArtifact(contract: string): Artifact {
  try {
    return npmArtifact(fileURLToPath(new URL(`../cache/lending/${contract}.json`, import.meta.url)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") throw new NotBuilt(contract, error);
    throw error;
  }
}
