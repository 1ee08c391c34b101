/**
 * Ignition's deployments, with artifacts that are read and understood once. Ignition asks for a contract's artifact at every call that a module makes, and makes an
 * interface of its ABI several times each: with the ABIs as they are that takes longer than the deployment.
 */

import { HardhatArtifactResolver } from "@nomicfoundation/hardhat-ignition/helpers";
import {
  deploy,
  DeploymentResultType,
  type Artifact,
  type ArtifactResolver,
  type BuildInfo,
  type DeploymentParameters,
  type DeploymentResult,
  type IgnitionModule,
  type IgnitionModuleResult,
} from "@nomicfoundation/ignition-core";
import hre from "hardhat";
import type { EthereumProvider } from "hardhat/types/providers";

import { understood } from "./abi.js";

/** The build's artifacts, each read once. */
class Artifacts implements ArtifactResolver {
  readonly #files = new HardhatArtifactResolver(hre.artifacts);
  readonly #read = new Map<string, Promise<Artifact>>();

  async loadArtifact(name: string): Promise<Artifact> {
    let found = this.#read.get(name);
    if (found === undefined) {
      found = this.#files.loadArtifact(name).then((artifact) => ({ ...artifact, abi: understood(artifact.abi) }));
      // A build may come later.
      found.catch(() => {
        this.#read.delete(name);
      });
      this.#read.set(name, found);
    }
    return await found;
  }

  /** None: nobody reads the copies of the compiler's whole input and output that Ignition would make, once for each contract. */
  getBuildInfo(): Promise<BuildInfo | undefined> {
    const none: BuildInfo | undefined = undefined;
    return Promise.resolve(none);
  }
}

/** Where contracts are built. */
export const resolver: ArtifactResolver = new Artifacts();

/** A deployment to a local node did not come to its end. */
export class NotDeployedLocally extends Error {
  override readonly name = "NotDeployedLocally";

  constructor(readonly result: DeploymentResult) {
    super(`the deployment failed: ${JSON.stringify("errors" in result ? result.errors : result)}`);
  }
}

export interface LocalDeployment {
  readonly parameters?: DeploymentParameters;
  /** Of the journal; in memory if absent. */
  readonly folder?: string;
}

/**
 * Deploys a module to a node that signs for its accounts.
 * @returns Addresses by the names of the module's results.
 * @throws {NotDeployedLocally}
 */
export async function deployModule<Results extends IgnitionModuleResult<string>>(
  provider: EthereumProvider,
  module: IgnitionModule<string, string, Results>,
  { parameters = {}, folder }: LocalDeployment = {},
): Promise<Record<keyof Results & string, string>> {
  const result = await deploy({
    ignitionModule: module,
    provider,
    artifactResolver: resolver,
    deploymentParameters: parameters,
    accounts: (await provider.request({ method: "eth_accounts", params: [] })) as string[],
    ...(folder === undefined ? {} : { deploymentDir: folder }),
  });
  if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT) throw new NotDeployedLocally(result);
  const found = Object.entries(module.results).map(([name, { id }]) => [name, result.contracts[id]?.address] as const);
  return Object.fromEntries(found) as Record<keyof Results & string, string>;
}
