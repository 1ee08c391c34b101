/** Who may do what, from the events of the authority and the timelock and from what they answer now: nobody but timelock and guardian, and not the deployer. */

import { Contract, getAddress, id, ZeroAddress } from "ethers";

import type { Checks } from "../checks.js";
import type { Events } from "./events.js";
import { PERMISSIONS, ROLES, selectorsOf, type GovernedContract } from "../roles.js";

/** AccessManager's own roles. */
const ADMIN = 0n;
const PUBLIC = (1n << 64n) - 1n;
/** Of the timelock. */
const TIMELOCK_ROLES = {
  admin: `0x${"0".repeat(64)}`,
  proposer: id("PROPOSER_ROLE"),
  canceller: id("CANCELLER_ROLE"),
  executor: id("EXECUTOR_ROLE"),
} as const;

/** Of every governed contract, whichever interface it is known by. */
const AUTHORITY = ["function authority() view returns (address)"];

/** Events of the authority that tell of a role; those of the last three have no other trace until they take effect. */
const ROLE_EVENTS = [
  "RoleLabel",
  "RoleGranted",
  "RoleRevoked",
  "RoleAdminChanged",
  "RoleGuardianChanged",
  "RoleGrantDelayChanged",
] as const;
/** Events that {@link checkRoles} asks for. */
export const GRANT_EVENTS = {
  manager: [...ROLE_EVENTS, "TargetFunctionRoleUpdated", "TargetAdminDelayUpdated", "TargetClosed"],
  timelock: ["RoleGranted", "RoleRevoked"],
} as const;

export interface Governed {
  readonly manager: Contract;
  readonly timelock: Contract;
  readonly guardian: string;
  readonly governor: string;
  readonly deployer: string;
  /** The governed contracts that there are. */
  readonly contracts: Readonly<Partial<Record<GovernedContract, Contract>>>;
  readonly events: Events;
  /** The latest block's. (unix seconds) */
  readonly now: bigint;
}

/** Every role of the authority, every function, and every role of the timelock. */
export async function checkRoles(checks: Checks, governed: Governed): Promise<void> {
  await checkHolders(checks, governed);
  await checkFunctions(checks, governed);
  await checkAuthorities(checks, governed);
  await checkTimelock(checks, governed);
}

async function checkHolders(
  checks: Checks,
  { manager, timelock, guardian, deployer, events, now }: Governed,
): Promise<void> {
  const council = await timelock.getAddress();
  const wanted = new Map<bigint, ReadonlySet<string>>([
    [ADMIN, new Set([council])],
    ...Object.values(ROLES).map((role) => [role, new Set([council])] as const),
  ]);
  for (const role of [ROLES.guardian, ROLES.limits]) wanted.set(role, new Set([council, guardian]));

  const members = new Map<bigint, Set<string>>([...wanted.keys()].map((role) => [role, new Set<string>()]));
  const everybody = new Set([deployer, council, guardian]);
  for (const name of ROLE_EVENTS) {
    for (const { args } of await events.of(manager, name)) {
      const role = args.getValue("roleId") as bigint;
      if (!members.has(role)) members.set(role, new Set());
      if (name === "RoleGranted" || name === "RoleRevoked")
        everybody.add(getAddress(args.getValue("account") as string));
    }
  }
  for (const { args } of await events.of(manager, "TargetFunctionRoleUpdated")) {
    const role = args.getValue("roleId") as bigint;
    if (!members.has(role)) members.set(role, new Set());
  }
  // Who ever had anything is asked about everything: events say who to ask, the state answers.
  for (const [role, found] of members) {
    for (const account of everybody) {
      const access = await accessOf(manager, role, account, now);
      if (access !== undefined) found.add(access);
    }
    const should = wanted.get(role) ?? new Set<string>();
    checks.same(`role ${nameOf(role)}`, "held by", listOf(found), listOf(should));
    if (role === PUBLIC) continue;
    checks.same(
      `role ${nameOf(role)}`,
      "granted and guarded by roles, and after how many seconds",
      `${await ask(manager, "getRoleAdmin", role)}, ${await ask(manager, "getRoleGuardian", role)}, ${await ask(manager, "getRoleGrantDelay", role)}`,
      "0, 0, 0",
    );
  }
  await checkPending(checks, manager, events, now);
  const held = [...members]
    .filter(([role, found]) => role !== PUBLIC && [...found].some((account) => account.startsWith(deployer)))
    .map(([role]) => nameOf(role));
  checks.add("deployer", held.length === 0, `${deployer} holds no role`, `${deployer} holds ${held.join(", ")}`);
}

/** An account with how it has a role, or will have it; undefined if neither. */
async function accessOf(manager: Contract, role: bigint, account: string, now: bigint): Promise<string | undefined> {
  const [since, delay, pending, effect] = (await manager
    .getFunction("getAccess")
    .staticCall(role, account)) as bigint[];
  if (since === undefined || since === 0n) return undefined;
  const terms = [
    ...(since > now ? [`from ${since} on`] : []),
    ...(delay === 0n ? [] : [`after ${delay} s`]),
    ...(effect !== undefined && effect > now ? [`after ${pending} s from ${effect} on`] : []),
  ];
  return terms.length === 0 ? account : `${account} (${terms.join(", ")})`;
}

/** Delays of the authority that were changed, and are not in force yet. */
async function checkPending(checks: Checks, manager: Contract, events: Events, now: bigint): Promise<void> {
  const pending: string[] = [];
  for (const [name, of] of [
    ["RoleGrantDelayChanged", "roleId"],
    ["TargetAdminDelayUpdated", "target"],
  ] as const) {
    for (const { args } of await events.of(manager, name)) {
      const since = args.getValue("since") as bigint;
      if (since <= now) continue;
      const whose = args.getValue(of) as bigint | string;
      const named = typeof whose === "bigint" ? `role ${nameOf(whose)}` : whose;
      pending.push(`${named}: ${String(args.getValue("delay"))} s from ${since} on`);
    }
  }
  checks.add("delays", pending.length === 0, "none is about to change", pending.join("; "));
}

async function checkFunctions(checks: Checks, { manager, contracts, events }: Governed): Promise<void> {
  const wanted = new Map<string, bigint>();
  for (const permission of PERMISSIONS) {
    const contract = contracts[permission.contract];
    if (contract === undefined) continue;
    const target = await contract.getAddress();
    for (const selector of selectorsOf(permission)) wanted.set(`${target} ${selector}`, ROLES[permission.role]);
  }
  // What is not in the table belongs to the admin.
  for (const { args } of await events.of(manager, "TargetFunctionRoleUpdated")) {
    const key = `${getAddress(args.getValue("target") as string)} ${args.getValue("selector") as string}`;
    if (!wanted.has(key)) wanted.set(key, ADMIN);
  }
  const wrong: string[] = [];
  for (const [key, role] of wanted) {
    const [target = "", selector = ""] = key.split(" ");
    const found = (await manager.getFunction("getTargetFunctionRole").staticCall(target, selector)) as bigint;
    if (found !== role) wrong.push(`${selector} of ${target} belongs to ${nameOf(found)}, not to ${nameOf(role)}`);
  }
  checks.add("functions", wrong.length === 0, `${wanted.size} functions belong to their roles`, wrong.join("; "));
}

async function checkAuthorities(checks: Checks, { manager, contracts, events }: Governed): Promise<void> {
  const own = await manager.getAddress();
  const names = new Map<string, string>();
  for (const [name, contract] of Object.entries(contracts)) {
    const target = await contract.getAddress();
    names.set(target, `contract ${name}`);
    const answers = new Contract(target, AUTHORITY, manager.runner);
    checks.same(`contract ${name}`, "authority", await ask(answers, "authority"), own);
  }
  for (const name of ["TargetClosed", "TargetAdminDelayUpdated"]) {
    for (const { args } of await events.of(manager, name)) {
      const target = getAddress(args.getValue("target") as string);
      if (!names.has(target)) names.set(target, `contract ${target}`);
    }
  }
  for (const [target, subject] of names) {
    const closed = await ask(manager, "isTargetClosed", target);
    const delay = await ask(manager, "getTargetAdminDelay", target);
    checks.same(subject, "closed, and delay of its administration", `${closed}, ${delay}`, "false, 0");
  }
}

async function checkTimelock(
  checks: Checks,
  { timelock, guardian, governor, deployer, events }: Governed,
): Promise<void> {
  const own = await timelock.getAddress();
  const wanted: Readonly<Record<keyof typeof TIMELOCK_ROLES, readonly string[]>> = {
    admin: [own],
    proposer: [governor],
    canceller: [governor, guardian],
    // Anybody.
    executor: [ZeroAddress],
  };
  const everybody = new Set([deployer, own, governor, guardian, ZeroAddress]);
  for (const name of ["RoleGranted", "RoleRevoked"]) {
    for (const { args } of await events.of(timelock, name))
      everybody.add(getAddress(args.getValue("account") as string));
  }
  for (const [name, role] of Object.entries(TIMELOCK_ROLES) as [keyof typeof TIMELOCK_ROLES, string][]) {
    const found = new Set<string>();
    for (const account of everybody) {
      if ((await timelock.getFunction("hasRole").staticCall(role, account)) === true) found.add(account);
    }
    checks.same(`timelock ${name}`, "held by", listOf(found), listOf(new Set(wanted[name])));
  }
}

async function ask(contract: Contract, name: string, ...args: unknown[]): Promise<string> {
  return String(await contract.getFunction(name).staticCall(...args));
}

function nameOf(role: bigint): string {
  if (role === ADMIN) return "admin";
  if (role === PUBLIC) return "public";
  return Object.entries(ROLES).find(([, number]) => number === role)?.[0] ?? role.toString();
}

const listOf = (accounts: ReadonlySet<string>): string =>
  accounts.size === 0 ? "nobody" : [...accounts].sort().join(", ");
