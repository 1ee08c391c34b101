/** Votes: proposals in a readable form and as the governor takes them, and where they stand. */

export * from "./abi.js";
export * from "./contracts.js";
export * from "./errors.js";
export * from "./guardian.js";
export { GOVERNANCE_SENTENCES } from "../errors/governance.js";
export { deploymentOf, type Deployment } from "./names.js";
export { decidedBy, PERMISSIONS, type GovernedContract, type Permission } from "./permissions.js";
export * from "./proposal.js";
export * from "./reads.js";
export * from "./roles.js";
export { UNITS, type Unit } from "./units.js";
export { type Readable } from "./values.js";
