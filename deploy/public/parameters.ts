/** What modules are told on a public network. */

import type { DeploymentParameters } from "@nomicfoundation/ignition-core";

import type { PublicNetwork } from "../networks/network.js";
import { coreParameters } from "../parameters/public.js";

/** Who is there after the deployment. */
export interface Successors {
  /** Whoever acts as guardian: a Safe. */
  readonly guardian: string;
  /** Who gets all PLIM: whoever hands them out to voters. */
  readonly plimHolder: string;
}

export function publicParameters(network: PublicNetwork, { guardian, plimHolder }: Successors): DeploymentParameters {
  return {
    Core: { ...coreParameters(network) },
    Governance: { guardianHolder: guardian, plimHolder },
  };
}
