/** Who may do what, from the events of the authority and the timelock and from what they answer now: nobody but timelock and guardian, and not the deployer. */

import { Contract, getAddress, type EventLog, id, ZeroAddress } from "ethers";

import type { Checks } from "../checks.js";
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

/** Events of a contract since the deployment began, in order. */
export type Events = (contract: Contract, name: string) => Promise<readonly EventLog[]>;

export interface Governed {
  readonly manager: Contract;
  readonly timelock: Contract;
  readonly guardian: string;
  readonly governor: string;
  readonly deployer: string;
  /** The governed contracts that there are. */
  readonly contracts: Readonly<Partial<Record<GovernedContract, Contract>>>;
  readonly events: Events;
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
  { manager, timelock, guardian, deployer, events }: Governed,
): Promise<void> {
  const council = await timelock.getAddress();
  const wanted = new Map<bigint, ReadonlySet<string>>([
    [ADMIN, new Set([council])],
    ...Object.values(ROLES).map((role) => [role, new Set([council])] as const),
  ]);
  for (const role of [ROLES.guardian, ROLES.limits]) wanted.set(role, new Set([council, guardian]));

  const members = new Map<bigint, Set<string>>([...wanted.keys()].map((role) => [role, new Set<string>()]));
  const everybody = new Set([deployer, council, guardian]);
  for (const name of ["RoleGranted", "RoleRevoked"]) {
    for (const { args } of await events(manager, name)) {
      const role = args.getValue("roleId") as bigint;
      if (!members.has(role)) members.set(role, new Set());
      everybody.add(getAddress(args.getValue("account") as string));
    }
  }
  // Who ever had anything is asked about everything: events say who to ask, the state answers.
  for (const [role, found] of members) {
    for (const account of everybody) {
      const [isMember, delay] = (await manager.getFunction("hasRole").staticCall(role, account)) as [boolean, bigint];
      if (isMember) found.add(delay === 0n ? account : `${account} (after ${delay} s)`);
    }
    const should = wanted.get(role) ?? new Set<string>();
    checks.same(`role ${nameOf(role)}`, "held by", listOf(found), listOf(should));
    if (role === PUBLIC) continue;
    checks.same(
      `role ${nameOf(role)}`,
      "granted and guarded by roles",
      `${await ask(manager, "getRoleAdmin", role)} and ${await ask(manager, "getRoleGuardian", role)}`,
      "0 and 0",
    );
  }
  const held = [...members]
    .filter(([role, found]) => role !== PUBLIC && found.has(deployer))
    .map(([role]) => nameOf(role));
  checks.add("deployer", held.length === 0, `${deployer} holds no role`, `${deployer} holds ${held.join(", ")}`);
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
  for (const { args } of await events(manager, "TargetFunctionRoleUpdated")) {
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

async function checkAuthorities(checks: Checks, { manager, contracts }: Governed): Promise<void> {
  const own = await manager.getAddress();
  for (const [name, contract] of Object.entries(contracts)) {
    const target = await contract.getAddress();
    const answers = new Contract(target, AUTHORITY, manager.runner);
    checks.same(`contract ${name}`, "authority", await ask(answers, "authority"), own);
    const closed = await ask(manager, "isTargetClosed", target);
    const delay = await ask(manager, "getTargetAdminDelay", target);
    checks.same(`contract ${name}`, "closed, and delay of its administration", `${closed}, ${delay}`, "false, 0");
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
    for (const { args } of await events(timelock, name)) everybody.add(getAddress(args.getValue("account") as string));
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
