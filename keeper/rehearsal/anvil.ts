/** Anvil, a node for chains of one's own: the program that the package brings for this machine, or one that is on the path. */

import { spawn, spawnSync, type ChildProcessByStdio } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Readable, Writable } from "node:stream";

export interface Anvil {
  readonly url: string;
  close(): Promise<void>;
}

/** There is no anvil on this machine, or it does not start. */
export class NoAnvil extends Error {
  override readonly name = "NoAnvil";
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };
/** {ms} */
const START_TIMEOUT = 60_000;

/** Where it is; undefined where it is nowhere. */
export function findAnvil(): string | undefined {
  const require = createRequire(import.meta.url);
  const suffix = process.platform === "win32" ? ".exe" : "";
  try {
    const name = `@foundry-rs/anvil-${process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}/package.json`;
    const path = join(dirname(require.resolve(name)), "bin", `anvil${suffix}`);
    if (existsSync(path)) return path;
  } catch {
    // Not published for this machine, or not installed.
  }
  return spawnSync("anvil", ["--version"]).status === 0 ? "anvil" : undefined;
}

function anvil(): string {
  const program = findAnvil();
  if (program !== undefined) return program;
  throw new NoAnvil("there is no anvil on this machine: install Foundry, so that it is on the PATH");
}

/**
 * Which one it is, as it says itself.
 * @throws {NoAnvil}
 */
export function anvilVersion(): string {
  return spawnSync(anvil(), ["--version"], { encoding: "utf8" }).stdout.trim();
}

/** The program in place of the shell, and beside it somebody who waits for the end of the input: that of whoever started it, however he ends. */
const TIED = 'exec 3<&0; (cat <&3; kill -9 $$) >/dev/null 2>&1 & exec 3<&-; exec "$0" "$@" </dev/null';

/** Starts a program that knows nothing of whoever starts it, and would outlive him. */
function spawnTied(program: string, args: readonly string[]): ChildProcessByStdio<Writable, Readable, Readable> {
  const stdio = ["pipe", "pipe", "pipe"] as ["pipe", "pipe", "pipe"];
  const child =
    process.platform === "win32"
      ? spawn(program, args, { stdio })
      : // In a group of its own: Ctrl-C reaches whoever started it, and he says when to end.
        spawn("/bin/sh", ["-c", TIED, program, ...args], { stdio, detached: true });
  // Who waits there may have ended first.
  child.stdin.on("error", () => undefined);
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("close", () => {
    process.off("exit", kill);
    child.stdin.end();
  });
  return child;
}

/**
 * Starts one on a free port of the loopback interface.
 * @throws {NoAnvil}
 */
export async function startAnvil(args: readonly string[] = []): Promise<Anvil> {
  const child = spawnTied(anvil(), ["--host", "127.0.0.1", "--port", "0", ...args]);
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let [out, err, started] = ["", "", false];
    const late = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new NoAnvil(`anvil did not start within ${(START_TIMEOUT / 1_000).toString()} s`));
    }, START_TIMEOUT);
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    child.stdout.on("data", (chunk: Buffer) => {
      // Later it tells of every call; nobody reads that, but it must go somewhere.
      if (started) return;
      out += chunk.toString();
      const port = /Listening on 127\.0\.0\.1:(\d+)/.exec(out)?.[1];
      if (port === undefined) return;
      clearTimeout(late);
      started = true;
      resolve(`http://127.0.0.1:${port}`);
    });
    child.once("error", (error) => reject(new NoAnvil(`anvil cannot be started: ${error.message}`)));
    child.once("close", () => {
      clearTimeout(late);
      reject(new NoAnvil(`anvil ended at once: ${err.trim() || "it says nothing"}`));
    });
  });
  return {
    url,
    close: async () => {
      // At once: nobody wants what it holds.
      child.kill("SIGKILL");
      await ended;
    },
  };
}
