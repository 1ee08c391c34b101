/**
 * Compiles contracts of others from the sources that their npm packages hold: the packages have no artifacts, and Hardhat cannot resolve
 * their imports or has not their compiler. What comes out is kept until a package, the compiler or a setting changes.
 */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

import { z } from "zod";

const require = createRequire(import.meta.url);
/** Where packages are: what is imported by a package's name is found from here. */
const MODULES = require.resolve("solc/package.json").slice(0, -"/solc/package.json".length);
/** Name of the file that says what the artifacts beside it were made from. */
const KEY = "made-from.txt";

/** What is compiled together. */
export interface ForeignProject {
  /** What a complaint calls it. */
  name: string;
  /** npm package of the compiler. */
  compiler: string;
  /** Packages whose sources go into it. */
  packages: readonly string[];
  /** The contracts, and the source of each. */
  contracts: readonly (readonly [source: string, contract: string])[];
  /** The compiler's settings, without what is to come out. */
  settings: Readonly<Record<string, unknown>>;
}

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

const OUTPUTS = [
  "abi",
  ...["bytecode", "deployedBytecode"].flatMap((c) => [`evm.${c}.object`, `evm.${c}.linkReferences`]),
];

/** The compiler refused a project, or did not run. */
export class ForeignProjectError extends Error {
  override readonly name = "ForeignProjectError";

  constructor(project: ForeignProject, reason: string) {
    super(`${project.name} could not be compiled: ${reason}`);
  }
}

/** What the artifacts depend on, as a digest. */
async function keyNow({ packages, compiler, contracts, settings }: ForeignProject): Promise<string> {
  const versions = await Promise.all(
    [...packages, compiler].map(async (name) => {
      const { version } = Package.parse(JSON.parse(await readFile(join(MODULES, name, "package.json"), "utf8")));
      return `${name}@${version}`;
    }),
  );
  return createHash("sha256")
    .update(JSON.stringify([versions, contracts, settings]))
    .digest("hex");
}

/**
 * Runs the compiler as a program of its own: it needs half a gigabyte, and is to share no thread with Hardhat. It answers into a file,
 * because it ends without waiting until a pipe has taken everything.
 */
async function solc(project: ForeignProject, input: string, answer: string): Promise<string> {
  const program = [require.resolve(`${project.compiler}/solc.js`), "--standard-json", "--base-path", MODULES];
  const file = await open(answer, "w");
  try {
    const child = spawn(process.execPath, program, { stdio: ["pipe", file.fd, "pipe"] });
    let complaint = "";
    child.stderr?.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
    child.stdin?.end(input);
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0) {
      throw new ForeignProjectError(project, `the compiler ended with ${String(code)}: ${complaint.trim()}`);
    }
    return await readFile(answer, "utf8");
  } finally {
    await file.close();
    await rm(answer, { force: true });
  }
}

async function compile(project: ForeignProject, directory: string): Promise<z.infer<typeof Output>> {
  const { contracts } = project;
  const sources = Object.fromEntries(
    await Promise.all(
      contracts.map(async ([source]) => [source, { content: await readFile(join(MODULES, source), "utf8") }] as const),
    ),
  );
  const outputSelection = Object.fromEntries(contracts.map(([source, contract]) => [source, { [contract]: OUTPUTS }]));
  const settings = { ...project.settings, outputSelection };
  const input = JSON.stringify({ language: "Solidity", sources, settings });
  const said = await solc(project, input, join(directory, `answer.${process.pid}`));
  // The program may greet before it answers.
  const output = Output.parse(JSON.parse(said.slice(said.indexOf("{"))));
  const errors = output.errors.filter(({ severity }) => severity === "error");
  if (errors.length !== 0) throw new ForeignProjectError(project, errors.map((e) => e.formattedMessage).join("\n"));
  return output;
}

/**
 * Leaves an artifact `<contract>.json` of each contract in `directory`, in Hardhat's format.
 * @returns Whether anything had to be compiled.
 */
export async function buildForeign(project: ForeignProject, directory: string): Promise<boolean> {
  const key = await keyNow(project);
  const made = await readFile(join(directory, KEY), "utf8").catch(() => "");
  if (made === key) return false;

  await mkdir(directory, { recursive: true });
  const { contracts } = await compile(project, directory);
  // Whoever is interrupted from here on has to start again.
  await rm(join(directory, KEY), { force: true });
  for (const [sourceName, contractName] of project.contracts) {
    const compiled = contracts[sourceName]?.[contractName];
    if (compiled === undefined) throw new ForeignProjectError(project, `there is no ${contractName} in ${sourceName}`);
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
