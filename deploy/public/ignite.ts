/** Ignition, with a node and a signer of one's own. */

import {
  deploy,
  DeploymentResultType,
  type DeploymentParameters,
  type DeploymentResult,
  type ExecutionEventListener,
} from "@nomicfoundation/ignition-core";

import { resolver } from "../ignition.js";
import { DeploymentStopped } from "./errors.js";
import type { PublicModule } from "../modules/public/Public.js";
import type { Node } from "./node.js";

/** How long is waited for a transaction. */
export interface Patience {
  /** Until it is offered a better fee. {ms} */
  readonly before: number;
  /** How often it is. */
  readonly bumps: number;
}

/** A deployment rather waits than gives up: it can be stopped and resumed. */
const PATIENCE: Patience = { before: 120_000, bumps: 30 };
/** {ms} */
const POLL = 1_000;

export interface Ignition {
  readonly module: PublicModule;
  readonly provider: Node;
  readonly deployer: string;
  readonly parameters: DeploymentParameters;
  /** Of the journal; in memory if absent. */
  readonly folder?: string;
  readonly confirmations: number;
  readonly listener?: ExecutionEventListener;
  /** Between two looks for a new block. {ms} */
  readonly poll?: number;
  readonly patience?: Patience;
}

/**
 * Deploys what is not there yet.
 * @returns Addresses by the names of the module's futures.
 * @throws {DeploymentStopped} that says what failed.
 */
export async function ignite(options: Ignition): Promise<ReadonlyMap<string, string>> {
  const {
    module,
    provider,
    deployer,
    parameters,
    folder,
    confirmations,
    listener,
    poll = POLL,
    patience = PATIENCE,
  } = options;
  const result = await deploy({
    ignitionModule: module,
    provider,
    artifactResolver: resolver,
    deploymentParameters: parameters,
    accounts: [deployer],
    defaultSender: deployer,
    ...(folder === undefined ? {} : { deploymentDir: folder }),
    ...(listener === undefined ? {} : { executionEventListener: listener }),
    config: {
      blockPollingInterval: poll,
      requiredConfirmations: confirmations,
      timeBeforeBumpingFees: patience.before,
      maxFeeBumps: patience.bumps,
    },
  });
  if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT) {
    throw new DeploymentStopped(whyNot(result), "Once that is cured, run the same again: it goes on where it was.");
  }
  return new Map(Object.entries(result.contracts).map(([id, { address }]) => [id, address]));
}

function whyNot(result: DeploymentResult): string {
  switch (result.type) {
    case DeploymentResultType.EXECUTION_ERROR: {
      const failed = result.failed.map(({ futureId, error }) => `${futureId}: ${error}`);
      const waiting = result.timedOut.map(({ futureId }) => `${futureId}: it was not included in time`);
      return [...failed, ...waiting].join("; ") || "not everything was deployed";
    }
    case DeploymentResultType.RECONCILIATION_ERROR:
      return `what was deployed before is not what is to be deployed now: ${flat(result.errors)}`;
    case DeploymentResultType.VALIDATION_ERROR:
    case DeploymentResultType.PREVIOUS_RUN_ERROR:
      return flat(result.errors);
    case DeploymentResultType.SUCCESSFUL_DEPLOYMENT:
      return "nothing failed";
  }
}

function flat(errors: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(errors)
    .map(([id, messages]) => `${id}: ${messages.join(", ")}`)
    .join("; ");
}
