/** Style and types: the checks of `npm run lint` and `npm run typecheck`, side by side. */

import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** One check: what it is called and the program that does it, from `node_modules/.bin`. */
interface Check {
  name: string;
  program: string;
  args: string[];
}

/** What a check said. */
interface Outcome {
  name: string;
  passed: boolean;
  output: string;
  seconds: number;
}

const root = fileURLToPath(new URL("..", import.meta.url));

const SOLHINT = ["--max-warnings", "0", "--disc", "--noPoster"];

/** What reads sources alone: done while the compiler is at work, which keeps one processor busy for most of its time. */
const STYLE: Check[] = [
  { name: "prettier", program: "prettier", args: ["--check", "--log-level", "warn", "."] },
  { name: "solhint (contracts)", program: "solhint", args: [...SOLHINT, "contracts/**/*.sol"] },
  {
    name: "solhint (tests)",
    program: "solhint",
    args: [...SOLHINT, "--config", "test/.solhint.json", "test/**/*.sol"],
  },
];

/** What needs the contracts' bindings or what the compiler left behind. */
const LINT: Check[] = [
  { name: "natspec", program: "tsx", args: ["scripts/natspec.ts"] },
  { name: "eslint", program: "eslint", args: ["--max-warnings", "0", "."] },
];

const TYPES: Check[] = [
  { name: "tsc (dashboard)", program: "tsc", args: ["--project", "app"] },
  { name: "tsc", program: "tsc", args: [] },
];

function run({ name, program, args }: Check): Promise<Outcome> {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(join(root, "node_modules", ".bin", program), args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    let output = "";
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    const settle = (passed: boolean) => {
      resolve({ name, passed, output: output.trim(), seconds: (performance.now() - started) / 1000 });
    };
    child.on("error", (error) => {
      output += error.message;
      settle(false);
    });
    child.on("close", (code) => {
      settle(code === 0);
    });
  });
}

/** Where words go. */
type Say = (text: string) => void;

const aloud: Say = (text) => {
  console.log(text);
};

/** Runs the checks, so many at a time, and reports each; returns how many failed. */
async function runChecks(checks: Check[], lanes: number, say: Say = aloud): Promise<number> {
  // The slow ones are last in the list: start with them, so that the quick ones fill the other lane.
  const waiting = [...checks];
  let failed = 0;
  const lane = async () => {
    for (let check = waiting.pop(); check !== undefined; check = waiting.pop()) {
      const { name, passed, output, seconds } = await run(check);
      say(`${passed ? "✔" : "✘"} ${name} (${seconds.toFixed(0)} s)`);
      if (!passed) {
        ++failed;
        say(`${output}\n`);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return failed;
}

/** Checks that need nothing built, one at a time; returns how many failed. */
export async function checkStyle(): Promise<number> {
  return await runChecks(STYLE, 1);
}

/** Checks that need what the build makes, one at a time; returns how many failed. */
export async function checkBuilt(say: Say): Promise<number> {
  return await runChecks([...LINT, ...TYPES], 1, say);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const only = process.argv[2];
  const checks = [...(only === "types" ? [] : [...STYLE, ...LINT]), ...(only === "lint" ? [] : TYPES)];
  const failed = await runChecks(checks, 2);
  process.exitCode = failed === 0 ? 0 : 1;
}
