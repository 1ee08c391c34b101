/** Contracts of others, of which there are artifacts and no bindings. */

import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";
import type { Artifact } from "@nomicfoundation/ignition-core";
import type { BaseContract } from "ethers";

/** Deploys one. */
export async function deployForeign(
  ethers: HardhatEthers,
  artifact: Artifact,
  args: readonly unknown[] = [],
  libraries: Record<string, string> = {},
): Promise<BaseContract> {
  const factory = await ethers.getContractFactoryFromArtifact(artifact as never, { libraries });
  return await factory.deploy(...(args as never[]));
}

/** One that is there already. */
export async function foreignAt(ethers: HardhatEthers, artifact: Artifact, address: string): Promise<BaseContract> {
  return await ethers.getContractAt(artifact.abi as never, address);
}

/** Sends it a transaction. */
export async function tell(contract: BaseContract, name: string, ...args: readonly unknown[]): Promise<void> {
  await contract.getFunction(name)(...args);
}

/** What it answers. */
export async function ask<T>(contract: BaseContract, name: string, ...args: readonly unknown[]): Promise<T> {
  return (await contract.getFunction(name).staticCall(...args)) as T;
}

/** Where a contract is. One that was deployed or found by its address knows it as text. */
export const addressOf = (contract: BaseContract): string => contract.target as string;
