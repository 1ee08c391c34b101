#!/usr/bin/env node

// Starts the command line, under any Node from 20 on. Plain JavaScript: an older Node reads no TypeScript.

import process from "node:process";
import { fileURLToPath } from "node:url";

import { installedNode, isRecent, runInstead } from "./runtime.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const args = process.argv.slice(2);
const node = installedNode(root);

if (node === undefined) {
  console.error(`plimsoll: the dependencies are not installed.\n  Run this first, in ${root}: npm run setup`);
  process.exitCode = 3;
} else if (!isRecent(process.versions.node)) {
  process.exitCode = await runInstead(node, [fileURLToPath(import.meta.url), ...args]);
} else {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on("error", (/** @type {NodeJS.ErrnoException} */ error) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  // Hardhat looks for its configuration from the working directory on; the command works from anywhere.
  process.env.HARDHAT_CONFIG ??= fileURLToPath(new URL("../hardhat.config.ts", import.meta.url));
  const { register } = await import("tsx/esm/api");
  register();
  const { run } = await import("./main.ts");
  process.exitCode = await run(args);
}
