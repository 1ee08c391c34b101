/**
 * Compiles the contracts, generates their bindings, and builds the dashboard on them. A compiler warning about our own sources fails the build, also
 * when nothing had to be compiled: the warnings are read from what the compiler left behind, not from the terminal.
 */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import hre from "hardhat";
import { z } from "zod";

import { buildApp } from "./app.js";
import { isForeign } from "./hardhat/warnings.js";

/** The part of Hardhat's `artifacts/build-info/*.output.json` that holds the compiler's messages. */
const BuildOutput = z.object({
  output: z.object({
    errors: z
      .array(
        z.object({
          severity: z.string(),
          message: z.string(),
          errorCode: z.string().optional(),
          formattedMessage: z.string().optional(),
          sourceLocation: z.object({ file: z.string() }).optional(),
        }),
      )
      .optional(),
  }),
});

/** Builds everything; returns the warnings about our own sources, each as the compiler words it. */
export async function build(): Promise<string[]> {
  await hre.tasks.getTask("build").run();
  const directory = join(hre.config.paths.artifacts, "build-info");
  const outputs = (await readdir(directory)).filter((name) => name.endsWith(".output.json"));
  const warnings = new Set<string>();
  for (const name of outputs) {
    const { output } = BuildOutput.parse(JSON.parse(await readFile(join(directory, name), "utf8")));
    for (const message of output.errors ?? []) {
      if (!isForeign(message)) warnings.add((message.formattedMessage ?? message.message).trim());
    }
  }
  return [...warnings];
}

/** Builds and reports; true when there is nothing to complain about. */
export async function buildAndReport(): Promise<boolean> {
  const warnings = await build();
  await buildApp();
  if (warnings.length === 0) return true;
  console.error(`\n${warnings.join("\n\n")}\n`);
  console.error(`build: ${warnings.length.toString()} compiler warning(s) about our own sources`);
  return false;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.exitCode = (await buildAndReport()) ? 0 : 1;
}
