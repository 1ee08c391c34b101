/**
 * `npm run defences`: takes each defence out in turn and shows that a test notices.
 *
 * For every entry of {@link DEFENCES} a copy of the project gets one small patch that removes the defence, then the tests named for it
 * run in the copy. The defence counts as tested when the project still compiles and at least one of these tests fails. Before any patch
 * the same tests must pass. The working tree is never touched.
 *
 *     npm run defences                      all of them
 *     npm run defences -- --only fee-token  one or several, by id, comma-separated
 *     npm run defences -- --list            what there is
 *     npm run defences -- --json            last line: one JSON object
 */
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import type { Defence } from "./defence.js";
import { DEFENCES } from "./list.js";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** What a copy needs to build and test; generated files come along so that only what a patch touches is compiled again. */
const COPIED = [
  "contracts",
  "test",
  "deploy",
  "sdk",
  "app",
  "cli",
  "indexer",
  "keeper",
  "replay",
  "risk",
  "scripts",
  "hardhat.config.ts",
  "package.json",
  "tsconfig.json",
  "artifacts",
  "cache",
  "types",
];

/** How long one test run may take before it is ended, and the first one, which may have everything to compile. {ms} */
const TIMEOUT = 8 * 60_000;
const FIRST_TIMEOUT = 30 * 60_000;

const COMPILER_FAILED = /Compilation failed|HHE9\d\d/;

/** What a run of tests said. */
interface TestRun {
  passing: number;
  failing: number;
  /** Whether the sources compiled. */
  compiled: boolean;
  output: string;
}

/** How removing one defence went. */
type Verdict = "noticed" | "UNNOTICED" | "DOES NOT BUILD" | "PATCH DOES NOT FIT" | "NO TEST RAN";

async function makeCopy(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "plimsoll-defences-"));
  for (const name of COPIED) {
    await cp(join(ROOT, name), join(copy, name), { recursive: true, force: true }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    });
  }
  await symlink(join(ROOT, "node_modules"), join(copy, "node_modules"), "dir");
  await mkdir(join(copy, "cache"), { recursive: true });
  return copy;
}

/** Runs test files in a copy: Solidity ones and TypeScript ones by their runner. */
async function runTests(copy: string, files: readonly string[], timeout = TIMEOUT): Promise<TestRun> {
  const total: TestRun = { passing: 0, failing: 0, compiled: true, output: "" };
  const kinds: [string, readonly string[]][] = [
    ["solidity", files.filter((f) => f.endsWith(".sol"))],
    ["mocha", files.filter((f) => f.endsWith(".ts"))],
  ];
  for (const [kind, chosen] of kinds) {
    if (chosen.length === 0) continue;
    const output = await hardhat(copy, ["test", kind, ...chosen], timeout);
    total.output += output;
    total.passing += count(output, /^\s*(\d+) passing/m);
    total.failing += count(output, /^\s*(\d+) failing/m);
    if (COMPILER_FAILED.test(output)) total.compiled = false;
  }
  return total;
}

function count(output: string, pattern: RegExp): number {
  return Number(pattern.exec(output)?.[1] ?? 0);
}

function hardhat(cwd: string, args: readonly string[], timeout: number): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(ROOT, "node_modules/hardhat/dist/src/cli.js"), ...args], {
      cwd,
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const timer = setTimeout(() => {
      output += `\nEnded after ${timeout / 60_000} minutes, unfinished.\n`;
      child.kill();
    }, timeout);
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", fail);
    child.on("close", () => {
      clearTimeout(timer);
      done(output);
    });
  });
}

/** Applies one defence's patch in a copy, runs its tests, undoes the patch. */
async function judge(copy: string, defence: Defence): Promise<{ verdict: Verdict; run?: TestRun }> {
  const originals = new Map<string, string>();
  try {
    for (const { file, find, replace } of defence.patch) {
      const path = join(copy, file);
      const source = await readFile(path, "utf8");
      if (!originals.has(path)) originals.set(path, source);
      if (source.split(find).length !== 2) return { verdict: "PATCH DOES NOT FIT" };
      await writeFile(
        path,
        source.replace(find, () => replace),
      );
    }
    const run = await runTests(copy, defence.tests);
    if (!run.compiled) return { verdict: "DOES NOT BUILD", run };
    if (run.passing + run.failing === 0) return { verdict: "NO TEST RAN", run };
    return { verdict: run.failing > 0 ? "noticed" : "UNNOTICED", run };
  } finally {
    for (const [path, source] of originals) await writeFile(path, source);
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      list: { type: "boolean" },
      json: { type: "boolean" },
      verbose: { type: "boolean" },
    },
  });
  if (values.list) {
    for (const d of DEFENCES) console.log(`${d.id.padEnd(28)} ${d.withstands}`);
    return 0;
  }
  const wanted = values.only?.split(",");
  const unknown = wanted?.filter((id) => !DEFENCES.some((d) => d.id === id)) ?? [];
  if (unknown.length > 0) {
    console.error(`No defence is called ${unknown.join(", ")}. \`npm run defences -- --list\` shows them.`);
    return 2;
  }
  const chosen = DEFENCES.filter((d) => wanted === undefined || wanted.includes(d.id));

  console.log(`Copying the project and running the tests of ${chosen.length} defences unpatched ...`);
  const copy = await makeCopy();
  const results: { id: string; verdict: Verdict }[] = [];
  try {
    const files = [...new Set(chosen.flatMap((d) => d.tests))];
    const baseline = await runTests(copy, files, FIRST_TIMEOUT);
    if (!baseline.compiled || baseline.failing > 0 || baseline.passing === 0) {
      console.error(baseline.output);
      console.error("The tests must pass before a defence is taken out.");
      return 1;
    }
    console.log(`${baseline.passing} tests pass. Now without ...`);
    for (const [i, defence] of chosen.entries()) {
      const { verdict, run } = await judge(copy, defence);
      results.push({ id: defence.id, verdict });
      const counts = run ? `${run.failing} of ${run.failing + run.passing} tests fail` : "";
      console.log(
        `[${String(i + 1).padStart(2)}/${chosen.length}] ${defence.id.padEnd(28)} ${verdict.padEnd(18)} ${counts}`,
      );
      if (run && (values.verbose || verdict !== "noticed")) console.log(run.output.slice(-4000));
    }
  } finally {
    await rm(copy, { recursive: true, force: true });
  }

  const missed = results.filter((r) => r.verdict !== "noticed");
  console.log(`${results.length - missed.length} of ${results.length} defences are tested.`);
  if (values.json)
    console.log(JSON.stringify({ defences: results.length, noticed: results.length - missed.length, results }));
  return missed.length === 0 ? 0 : 1;
}

process.exitCode = await main();
