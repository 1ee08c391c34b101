/** Roles of the authority, an AccessManager, whose own role 0 grants the others. */
export const ROLES = {
  /** Lists assets, sets modules. */
  governor: 1n,
  /** Pauses. Never what would stop repaying, being liquidated or the exit of a debt-free account: no function does that. */
  guardian: 2n,
  /** Sets what is measured, priced and charged, within immutable bounds and paces. */
  risk: 3n,
  /** Gives the reserve seed capital. */
  treasurer: 4n,
  /** Caps and the haircut for new loans, both ways. The Guardian contract holds it as well, and can only tighten them. */
  limits: 5n,
} as const;

export type RoleName = keyof typeof ROLES;

/** The authority's own role: grants the others. */
export const ADMIN_ROLE = 0n;
