/** Runs `plimsoll` in this process; its toolkit on files of a folder of its own. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Played {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line, keeping what it printed: results go straight to standard output. */
export async function play(...args: string[]): Promise<Played> {
  let [out, err] = ["", ""];
  // eslint-disable-next-line @typescript-eslint/unbound-method -- put back as it was
  const original = process.stdout.write;
  process.stdout.write = (text: string) => {
    out += text;
    return true;
  };
  try {
    // As the command itself is loaded. A test file may be loaded by `require`, with another copy of all that it imports: errors would not know their kind.
    const { run } = await import("../../cli/main.js");
    const output = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
    return { code: await run(args, undefined, output), out, err };
  } finally {
    process.stdout.write = original;
  }
}

/** The same with these environment variables beside the process's own, which are as before afterwards. */
export async function playWith(environment: NodeJS.ProcessEnv, ...args: string[]): Promise<Played> {
  const before = { ...process.env };
  Object.assign(process.env, environment);
  try {
    return await play(...args);
  } finally {
    for (const name of Object.keys(environment)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
  }
}

/** The same for a command of the analyst's toolkit. */
export async function playRisk(...args: string[]): Promise<Played> {
  return await play("risk", ...args);
}

/** A folder for the files of a suite, gone after it. */
export function folderOf(suite: Mocha.Suite): {
  readonly path: (name: string) => string;
  readonly write: (name: string, text: string) => string;
} {
  let folder = "";
  suite.beforeAll("makes a folder", () => void (folder = mkdtempSync(join(tmpdir(), "plimsoll-risk-"))));
  suite.afterAll("removes it", () => {
    rmSync(folder, { recursive: true });
  });
  const path = (name: string): string => join(folder, name);
  return {
    path,
    write: (name, text) => {
      writeFileSync(path(name), text);
      return path(name);
    },
  };
}

/** The lines of a table by the words they begin with. */
export function lineOf(out: string, start: string): string {
  const found = out.split("\n").find((line) => line.trimStart().startsWith(start));
  if (found === undefined) throw new Error(`no line begins with "${start}" in:\n${out}`);
  return found.trim().replace(/\s{2,}/g, " | ");
}
