/**
 * Which Node runs the command. The command line may be started by whatever Node the machine has; the work needs a newer
 * one, which is installed with the dependencies.
 */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** The oldest Node that Hardhat runs under. */
const OLDEST = /** @type {const} */ ([22, 13]);

/** Whether a Node of this version ("22.13.0") can run the command itself.
 * @param {string} version */
export function isRecent(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** The Node among the dependencies, or undefined if they are not installed.
 * @param {string} root Root of the project.
 * @returns {string | undefined} */
export function installedNode(root) {
  const path = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  return existsSync(path) ? path : undefined;
}

/** {ms} */
const ORPHAN_POLL = 500;

/** Calls `callback` once when the process that started this one has ended, if that was npm: the shell between npm and its script dies of a
 * signal without passing it on, and what it started would live on and keep its port. Returns what ends the watch.
 * @param {() => void} callback
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {() => void} */
export function whenOrphaned(callback, environment = process.env) {
  if (environment.npm_lifecycle_event === undefined || process.platform === "win32") return () => undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    callback();
  }, ORPHAN_POLL);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

/** Runs `program` in this process's place, as far as that can be done; returns what to end with.
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<number>} */
export function runInstead(program, args) {
  const child = spawn(program, args, { stdio: "inherit" });
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    // Ctrl-C reaches the whole group: the child has it already.
    if (signal === "SIGINT" && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  const unwatch = whenOrphaned(() => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      for (const handled of signals) process.off(handled, forward);
      unwatch();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
