/**
 * Installs the dependencies when they are missing or do not match the lock file; otherwise does nothing, without the
 * network. It runs before `npm start` and `npm test`, possibly under an old Node and with nothing installed: so it is
 * plain JavaScript and needs nothing but Node itself.
 */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The part of a lock file's entry that decides whether the installed package is the locked one.
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} Package */

const root = fileURLToPath(new URL("..", import.meta.url));

/** npm itself runs under this Node: an older one leaves out native packages that Hardhat needs. */
const NODE = "node@24";

const reason = whatIsMissing();
if (reason !== undefined) {
  console.log(`plimsoll: installing the dependencies (${reason})`);
  install();
}

/** Why an installation is needed, or undefined when everything is in place.
 * @returns {string | undefined} */
function whatIsMissing() {
  const wanted = packagesOf("package-lock.json");
  if (wanted === undefined) fail("package-lock.json is missing or not readable: the clone is not complete.");
  if (!existsSync(join(root, "node_modules"))) return "node_modules is missing";
  const present = packagesOf("node_modules/.package-lock.json");
  if (present === undefined) return "the last installation did not finish";
  for (const [path, locked] of Object.entries(wanted)) {
    if (path === "") continue;
    const installed = present[path];
    if (installed === undefined) {
      if (locked.optional === true && !isForThisPlatform(locked)) continue;
      return `${nameOf(path)} is missing`;
    }
    if (installed.version !== locked.version || installed.integrity !== locked.integrity) {
      return `${nameOf(path)} is not the locked version`;
    }
  }
  return nodeStarts() ? undefined : "the project's own Node does not start";
}

/** Whether the Node that the scripts run under is there: it is fetched by an install script, which may be switched off. */
function nodeStarts() {
  const { status } = spawnSync(join(root, "node_modules", "node", "bin", "node"), ["--version"], { stdio: "ignore" });
  return status === 0;
}

function install() {
  // All kinds of dependencies, whatever the machine is set to: the tools are development dependencies.
  const args = ["-y", "-p", NODE, "--", "npm", "ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund"];
  const { status, signal, error } = spawnSync("npx", args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (signal !== null) process.exit(130);
  if (error !== undefined) fail(`npx could not be started: ${error.message}`);
  if (status !== 0) fail(`"npx ${args.join(" ")}" ended with exit code ${String(status)}; its own messages are above.`);
  if (!nodeStarts())
    fail('The npm package "node" has no program in it: are install scripts off (npm\'s "ignore-scripts")?');
}

/** Packages by their path in a lock file, or undefined if there is no such file.
 * @param {string} file
 * @returns {Record<string, Package> | undefined} */
function packagesOf(file) {
  try {
    /** @type {unknown} */
    const lock = JSON.parse(readFileSync(join(root, file), "utf8"));
    return /** @type {{ packages: Record<string, Package> }} */ (lock).packages;
  } catch {
    return undefined;
  }
}

/** Whether an optional package was made for this machine, so that it must not be missing.
 * @param {Package} entry */
function isForThisPlatform({ os, cpu, libc }) {
  if (os === undefined || cpu === undefined) return false;
  return os.includes(process.platform) && cpu.includes(process.arch) && (libc === undefined || libc.includes(libcOf()));
}

/** The C library of this machine, in npm's words. */
function libcOf() {
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return report.header.glibcVersionRuntime === undefined ? "musl" : "glibc";
}

/** @param {string} path */
function nameOf(path) {
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}

/** @param {string} message
 * @returns {never} */
function fail(message) {
  console.error(`
plimsoll: the dependencies could not be installed.
  ${message}
  What is needed: Node 20 or newer with npm 10 or newer, access to an npm registry, and about 1 GB of disk.
  Nothing is lost: run the same command again once the cause is removed.
`);
  process.exit(1);
}
