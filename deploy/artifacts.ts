/** Contracts whose published bytecode comes from npm instead of our own compiler. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import type { Artifact } from "@nomicfoundation/ignition-core";
import { z } from "zod";

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

/** Reads the artifact at a module path such as `canonical-weth/build/contracts/WETH9.json`. */
export function npmArtifact(specifier: string): Artifact {
  const parsed = schema.parse(JSON.parse(readFileSync(require.resolve(specifier), "utf8")));
  return { _format: "hh-sol-artifact-1", ...parsed, sourceName: parsed.sourceName ?? specifier };
}
