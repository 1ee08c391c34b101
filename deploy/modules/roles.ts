import type {
  ArgumentType,
  ContractFuture,
  Future,
  IgnitionModuleBuilder,
  NamedArtifactContractDeploymentFuture,
} from "@nomicfoundation/ignition-core";

import { PERMISSIONS, ROLES, selectorsOf, type GovernedContract, type RoleName } from "../roles.js";

type AnyContract = NamedArtifactContractDeploymentFuture<string> | ContractFuture<string>;

/**
 * Grants every role and gives every governed function its role, after `after`: until then the deployer, as AccessManager's
 * admin, sets things up.
 */
export function applyRoles(
  m: IgnitionModuleBuilder,
  manager: NamedArtifactContractDeploymentFuture<"AccessManager">,
  contracts: Readonly<Record<GovernedContract, AnyContract>>,
  holders: Readonly<Record<RoleName, ArgumentType>>,
  after: Future[],
): void {
  for (const [role, id] of Object.entries(ROLES) as [RoleName, bigint][]) {
    m.call(manager, "labelRole", [id, role], { id: `label_${role}`, after });
    m.call(manager, "grantRole", [id, holders[role], 0], { id: `grant_${role}`, after });
  }
  for (const permission of PERMISSIONS) {
    const { contract, role } = permission;
    m.call(manager, "setTargetFunctionRole", [contracts[contract], selectorsOf(permission), ROLES[role]], {
      id: `roles_${contract}_${role}`,
      after,
    });
  }
}
