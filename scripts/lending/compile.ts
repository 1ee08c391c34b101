/**
 * Compiles the lending market of the local world from the sources that its package holds: the package has no artifacts, and Hardhat cannot
 * resolve its imports. What comes out is kept in the build's cache until a package, the compiler or a setting changes.
 */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

import { z } from "zod";

import { CONTRACTS, PACKAGES, SETTINGS } from "./contracts.js";

const require = createRequire(import.meta.url);
/** Where packages are: what is imported by a package's name is found from here. */
const MODULES = require.resolve(`${PACKAGES[0]}/package.json`).slice(0, -`${PACKAGES[0]}/package.json`.length - 1);
/** Name of the file that says what the artifacts beside it were made from. */
const KEY = "made-from.txt";

const Package = z.object({ version: z.string() });

const References = z.record(z.record(z.array(z.object({ start: z.number(), length: z.number() }))));
const Code = z.object({ object: z.string(), linkReferences: References });
const Output = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).default([]),
  contracts: z
    .record(
      z.record(z.object({ abi: z.array(z.unknown()), evm: z.object({ bytecode: Code, deployedBytecode: Code }) })),
    )
    .default({}),
});

/** The compiler refused the lending market, or did not run. */
export class LendingMarketError extends Error {
  override readonly name = "LendingMarketError";

  constructor(reason: string) {
    super(`the lending market of the local world could not be compiled: ${reason}`);
  }
}

/** What the artifacts depend on, as a digest. */
async function keyNow(): Promise<string> {
  const versions = await Promise.all(
    [...PACKAGES, "solc"].map(async (name) => {
      const { version } = Package.parse(JSON.parse(await readFile(join(MODULES, name, "package.json"), "utf8")));
      return `${name}@${version}`;
    }),
  );
  return createHash("sha256")
    .update(JSON.stringify([versions, CONTRACTS, SETTINGS]))
    .digest("hex");
}

/**
 * Runs the compiler as a program of its own: it needs half a gigabyte, and is to share no thread with Hardhat. It answers into a file,
 * because it ends without waiting until a pipe has taken everything.
 */
async function solc(input: string, answer: string): Promise<string> {
  const program = [require.resolve("solc/solc.js"), "--standard-json", "--base-path", MODULES];
  const file = await open(answer, "w");
  try {
    const child = spawn(process.execPath, program, { stdio: ["pipe", file.fd, "pipe"] });
    let complaint = "";
    child.stderr?.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
    child.stdin?.end(input);
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0) throw new LendingMarketError(`the compiler ended with ${String(code)}: ${complaint.trim()}`);
    return await readFile(answer, "utf8");
  } finally {
    await file.close();
    await rm(answer, { force: true });
  }
}

async function compile(directory: string): Promise<z.infer<typeof Output>> {
  const sources = Object.fromEntries(
    await Promise.all(
      CONTRACTS.map(async ([source]) => [source, { content: await readFile(join(MODULES, source), "utf8") }] as const),
    ),
  );
  const input = JSON.stringify({ language: "Solidity", sources, settings: SETTINGS });
  const said = await solc(input, join(directory, `answer.${process.pid}`));
  // The program may greet before it answers.
  const output = Output.parse(JSON.parse(said.slice(said.indexOf("{"))));
  const errors = output.errors.filter(({ severity }) => severity === "error");
  if (errors.length !== 0) throw new LendingMarketError(errors.map((e) => e.formattedMessage).join("\n"));
  return output;
}

/**
 * Leaves an artifact `<contract>.json` of each contract in `directory`, in Hardhat's format.
 * @returns Whether anything had to be compiled.
 */
export async function buildLendingMarket(directory: string): Promise<boolean> {
  const key = await keyNow();
  const made = await readFile(join(directory, KEY), "utf8").catch(() => "");
  if (made === key) return false;

  await mkdir(directory, { recursive: true });
  const { contracts } = await compile(directory);
  // Whoever is interrupted from here on has to start again.
  await rm(join(directory, KEY), { force: true });
  for (const [sourceName, contractName] of CONTRACTS) {
    const compiled = contracts[sourceName]?.[contractName];
    if (compiled === undefined) throw new LendingMarketError(`there is no ${contractName} in ${sourceName}`);
    const { bytecode, deployedBytecode } = compiled.evm;
    const artifact = {
      _format: "hh-sol-artifact-1",
      contractName,
      sourceName,
      abi: compiled.abi,
      bytecode: `0x${bytecode.object}`,
      deployedBytecode: `0x${deployedBytecode.object}`,
      linkReferences: bytecode.linkReferences,
      deployedLinkReferences: deployedBytecode.linkReferences,
    };
    await put(join(directory, `${contractName}.json`), JSON.stringify(artifact));
  }
  await put(join(directory, KEY), key);
  return true;
}

/** Writes a file at once, so that nobody reads half of it. */
async function put(path: string, content: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}
