/**
 * `npm test`: builds and checks style and types, then runs every test, and ends with one line that counts them:
 * "N passed, N failed", with ", N skipped" when there are some. A check that fails counts as one failure.
 *
 *   npm test                            everything
 *   npm test -- test/unit/token         only these files or folders, without the checks
 *   npm test -- --grep "flash mint"     only tests whose name matches, without the checks
 */

import { readdirSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";

import hre from "hardhat";
import Mocha from "mocha";

import { buildAndReport } from "./build.js";
import { checkBuilt, checkStyle } from "./checks.js";

/** How many tests ended in which way. */
interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const root = hre.config.paths.root;

/** Mocha's usual report, keeping the numbers: Hardhat's own summary counts skipped tests as passed. */
class CountingReporter extends Mocha.reporters.Spec {
  static count: Count = { passed: 0, failed: 0, skipped: 0 };

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      CountingReporter.count = { passed: passes, failed: failures, skipped: pending };
    });
  }
}

/** Every test file below `path`, or `path` itself if it is a file. */
function testFilesIn(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts") || name.endsWith(".t.sol"))
    .map((name) => join(path, name))
    .sort();
}

/** The summary in what one of Hardhat's test tasks returns. */
function summaryOf(result: unknown): { passed: number; failed: number; skipped?: number; failureOutput?: string } {
  const { success, value, error } = result as {
    success: boolean;
    value?: { summary: Count };
    error?: { summary: Count };
  };
  const summary = success ? value?.summary : error?.summary;
  if (summary === undefined) throw new Error("Hardhat's test task returned no summary");
  // A task can fail as a whole with no failing test, for example when a suite does not load.
  if (!success && summary.failed === 0) return { ...summary, failed: 1 };
  return summary;
}

async function runSolidity(files: string[], grep: string | undefined): Promise<Count> {
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  const task = hre.tasks.getTask(["test", "solidity"]);
  // Only with an index above 0 does the task return its numbers instead of printing them.
  const args = { testFiles: files, noCompile: true, testSummaryIndex: 1, ...(grep !== undefined && { grep }) };
  const { passed, failed, skipped = 0, failureOutput = "" } = summaryOf(await task.run(args));
  console.log(`  ${passed.toString()} passing, ${failed.toString()} failing (Solidity)\n`);
  if (failureOutput !== "") console.log(failureOutput);
  return { passed, failed, skipped };
}

/** Tests that run whole programs take longest: they go first, so that no process is left with one at the end. */
const LONGEST = ["test/unit/scripts", "test/browser", "test/unit/cli", "test/unit/replay/scenario"].map((path) =>
  join(root, path),
);

/** Runs the files in as many processes as there are processors, each file in one of them. */
async function runMocha(files: string[], grep: string | undefined): Promise<Count> {
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  const isLong = (file: string): boolean => LONGEST.some((path) => file.startsWith(path));
  const ordered = [...files.filter(isLong), ...files.filter((file) => !isLong(file))];
  const { mocha } = hre.config.test;
  mocha.reporter = CountingReporter;
  mocha.parallel = true;
  mocha.jobs = availableParallelism();
  const task = hre.tasks.getTask(["test", "mocha"]);
  const { failed } = summaryOf(
    await task.run({ testFiles: ordered, noCompile: true, ...(grep !== undefined && { grep }) }),
  );
  const { count } = CountingReporter;
  return { ...count, failed: Math.max(count.failed, failed) };
}

/** Everything that the command line asks for; returns the sum. */
async function main(): Promise<Count> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { grep: { type: "string" } },
  });
  const everything = positionals.length === 0 && values.grep === undefined;
  const files = (positionals.length === 0 ? ["test"] : positionals.map((path) => resolve(process.cwd(), path))).flatMap(
    (path) => testFilesIn(resolve(root, path)),
  );
  if (files.length === 0) throw new Error(`no test files in ${positionals.join(", ")}`);

  const total: Count = { passed: 0, failed: 0, skipped: 0 };
  const style = everything ? checkStyle() : Promise.resolve(0);
  if (!(await buildAndReport())) ++total.failed;
  total.failed += await style;

  // Solidity tests keep one processor busy, and the checks the other; they are told of when both are done, not in between.
  const told: string[] = [];
  const built = everything ? checkBuilt((text) => void told.push(text)) : Promise.resolve(0);
  const solidity = await runSolidity(
    files.filter((file) => file.endsWith(".sol")),
    values.grep,
  );
  total.failed += await built;
  for (const text of told) console.log(text);
  const mocha = await runMocha(
    files.filter((file) => !file.endsWith(".sol")),
    values.grep,
  );
  for (const part of [solidity, mocha]) {
    total.passed += part.passed;
    total.failed += part.failed;
    total.skipped += part.skipped;
  }
  return total;
}

const started = performance.now();
let total: Count = { passed: 0, failed: 1, skipped: 0 };
try {
  total = await main();
  if (total.passed + total.failed === 0) {
    console.error("test: nothing ran");
    total.failed = 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
}
console.log(`${relative(process.cwd(), root) || "plimsoll"}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
const skipped = total.skipped > 0 ? `, ${total.skipped.toString()} skipped` : "";
console.log(`${total.passed.toString()} passed, ${total.failed.toString()} failed${skipped}`);
// Not `exitCode` alone: a chain that some test left running must not keep the command from ending.
process.exit(total.failed === 0 ? 0 : 1);
