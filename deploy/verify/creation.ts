/** What runs when a contract of the module is made. */

import type { DeploymentFuture } from "@nomicfoundation/ignition-core";
import { AbiCoder, concat } from "ethers";
import { z } from "zod";

import { resolver } from "../ignition.js";
import type { Resolver } from "./resolve.js";

const spans = z.array(z.object({ start: z.number(), length: z.number() }));
/** Those of our own build tell where immutables are; published ones do not. */
const built = z.object({
  bytecode: z.string(),
  deployedBytecode: z.string(),
  immutableReferences: z.record(spans).optional(),
});

export type Built = z.output<typeof built>;

export async function builtOf(future: DeploymentFuture<string>): Promise<Built> {
  return built.parse("artifact" in future ? future.artifact : await resolver.loadArtifact(future.contractName));
}

/** The build's code, and behind it the arguments that the constructor should have had. */
export async function creationOf(contracts: Resolver, future: DeploymentFuture<string>): Promise<string> {
  const { bytecode } = await builtOf(future);
  const abi = await contracts.interfaceOf(future);
  const args = (await contracts.valueOf("constructorArgs" in future ? future.constructorArgs : [])) as unknown[];
  return concat([bytecode, AbiCoder.defaultAbiCoder().encode(abi.deploy.inputs, args)]);
}
