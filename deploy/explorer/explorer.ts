/** Sources of a deployment for its network's explorer: made, compiled once more, written down, and handed in. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { isDeploymentFuture } from "@nomicfoundation/ignition-core";
import type { Provider } from "ethers";

import type { PublicNetwork } from "../networks/network.js";
import { publicModule } from "../modules/public/Public.js";
import { publicParameters } from "../public/parameters.js";
import type { FinishedRecord } from "../public/record.js";
import { futuresOf, Resolver } from "../verify/resolve.js";
import { Builds, type ExplorerInput } from "./input.js";
import { checkInput } from "./recompile.js";

/** Inputs of every contract of the build, in the order of their deployment. */
export async function explorerInputs(
  provider: Provider,
  network: PublicNetwork,
  { contracts, deployer, guardian, plimHolder }: FinishedRecord,
): Promise<ExplorerInput[]> {
  const parameters = publicParameters(network, { guardian, plimHolder });
  const resolver = new Resolver({ provider, contracts, parameters, deployer });
  const builds = new Builds();
  const found: ExplorerInput[] = [];
  for (const future of futuresOf(publicModule(network))) {
    if (!isDeploymentFuture(future)) continue;
    const input = await builds.inputOf(resolver, future);
    if (input !== undefined) found.push(input);
  }
  return found;
}

/**
 * Writes an input once it is known to compile to what the build made; one that was written before, and is the same, is known.
 * @returns Where it is.
 */
export function writeInput(folder: string, one: ExplorerInput): string {
  const path = join(folder, `${one.future.replace("#", "-")}.json`);
  const { input, contract, compiler, constructorArguments, address } = one;
  const text = `${JSON.stringify({ contract, address, compiler, constructorArguments, input }, null, 2)}\n`;
  if (existsSync(path) && readFileSync(path, "utf8") === text) return path;
  checkInput(one);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, text);
  return path;
}
