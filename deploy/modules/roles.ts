import type {
  ArgumentType,
  ContractFuture,
  Future,
  IgnitionModuleBuilder,
  NamedArtifactContractDeploymentFuture,
} from "@nomicfoundation/ignition-core";

import { HOLDERS, PERMISSIONS, ROLES, selectorsOf, type GovernedContract, type RoleName } from "../roles.js";

type AnyContract = NamedArtifactContractDeploymentFuture<string> | ContractFuture<string>;

/** Whoever holds a role. */
export type Holders = Readonly<Record<RoleName, readonly ArgumentType[]>>;
type Manager = NamedArtifactContractDeploymentFuture<"Authority">;
/** What is governed. Not every network has a staked-ether token, and a feed for it. */
type Governed = Readonly<Record<Exclude<GovernedContract, "stakedEtherFeed">, AnyContract>> & {
  readonly stakedEtherFeed?: AnyContract;
};

/** AccessManager's own role: grants the others. */
const ADMIN = 0n;

/**
 * Grants every role and gives every governed function its role, after `after`: until then the deployer, as AccessManager's
 * admin, sets things up.
 * @returns When all of that is done.
 */
export function applyRoles(
  m: IgnitionModuleBuilder,
  manager: Manager,
  contracts: Governed,
  holders: Holders,
  after: Future[],
): Future[] {
  const done: Future[] = [];
  for (const [role, id] of Object.entries(ROLES) as [RoleName, bigint][]) {
    done.push(m.call(manager, "labelRole", [id, role], { id: `label_${role}`, after }));
    for (const [place, holder] of holders[role].entries()) {
      // The first keeps the name that it has always had: a deployment that was interrupted goes on where it was.
      const suffix = place === 0 ? "" : `_${String(place + 1)}`;
      done.push(m.call(manager, "grantRole", [id, holder, 0], { id: `grant_${role}${suffix}`, after }));
    }
  }
  for (const permission of PERMISSIONS) {
    const { contract, role } = permission;
    const target = contracts[contract];
    if (target === undefined) continue;
    done.push(
      m.call(manager, "setTargetFunctionRole", [target, selectorsOf(permission), ROLES[role]], {
        id: `roles_${contract}_${role}`,
        after,
      }),
    );
  }
  return done;
}

/** Who governs after a deployment. */
export interface Successors {
  readonly timelock: NamedArtifactContractDeploymentFuture<"PlimsollTimelock">;
  readonly guardian: NamedArtifactContractDeploymentFuture<"Guardian">;
}

/** Who holds which role once votes decide. */
export function rolesOf(successors: Successors): Holders {
  const contracts = (role: RoleName): ArgumentType[] => HOLDERS[role].map((name) => successors[name]);
  return {
    governor: contracts("governor"),
    guardian: contracts("guardian"),
    risk: contracts("risk"),
    treasurer: contracts("treasurer"),
    limits: contracts("limits"),
  };
}

/**
 * The last step of a deployment to a public network: all roles to the timelock and the guardian, the authority sealed, and the deployer, who never held any
 * role but admin, renounces that. Nothing can be set up afterwards but by votes.
 * @returns When the deployer holds nothing any more.
 */
export function handOver(
  m: IgnitionModuleBuilder,
  manager: Manager,
  contracts: Governed,
  successors: Successors,
  after: Future[],
): Future {
  const granted = applyRoles(m, manager, contracts, rolesOf(successors), after);
  const admin = m.call(manager, "grantRole", [ADMIN, successors.timelock, 0], { id: "grant_admin", after: granted });
  const { timelock, guardian } = successors;
  const sealed = m.call(manager, "seal", [timelock, guardian], { after: [admin] });
  return m.call(manager, "renounceRole", [ADMIN, m.getAccount(0)], { id: "renounce_admin", after: [sealed] });
}
