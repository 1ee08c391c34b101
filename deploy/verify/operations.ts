/**
 * What waits in the timelock. Whoever may propose can schedule something that happens days later, when nobody looks any more: so nothing may have been scheduled
 * before the deployment was complete, and what was scheduled since must have been proposed to the governor, where everybody can read it and vote. That is shown.
 */

import { type Contract, id, ZeroHash } from "ethers";

import { governorSalt } from "../../sdk/governance/guardian.js";
import type { Checks } from "../checks.js";
import { notAfter, placeOf, type Events, type Place } from "./events.js";

/** Events that {@link checkOperations} asks for. */
export const OPERATION_EVENTS = {
  timelock: ["CallScheduled"],
  governor: ["ProposalCreated"],
  manager: ["OperationScheduled"],
} as const;

export interface Waiting {
  readonly timelock: Contract;
  readonly governor: Contract;
  readonly manager: Contract;
  /** Of the deployment. */
  readonly end: Place;
}

export async function checkOperations(
  checks: Checks,
  { timelock, governor, manager, end }: Waiting,
  events: Events,
): Promise<void> {
  const proposals = await operationsOf(timelock, governor, events);
  const wrong: string[] = [];
  const shown: string[] = [];
  const seen = new Set<string>();
  for (const log of await events.of(timelock, "CallScheduled")) {
    const operation = log.args.getValue("id") as string;
    if (seen.has(operation)) continue;
    seen.add(operation);
    const early = notAfter(placeOf(log), end);
    const pending = (await ask(timelock, "isOperationPending", operation)) as boolean;
    const done = (await ask(timelock, "isOperationDone", operation)) as boolean;
    // What was cancelled does nothing any more.
    if (!pending && !done) continue;
    const target = `${operation} (a call of ${String(log.args.getValue("target"))})`;
    if (early)
      wrong.push(`${target} was scheduled before the deployment was complete, and ${done ? "happened" : "waits"}`);
    else if (!pending) continue;
    else if (proposals.has(operation)) shown.push(`proposal ${proposals.get(operation)}`);
    else wrong.push(`${target} waits, and is no proposal of the governor`);
  }
  for (const { args } of await events.of(manager, "OperationScheduled")) {
    const operation = args.getValue("operationId") as string;
    if ((await ask(manager, "getSchedule", operation)) === 0n) continue;
    wrong.push(`${operation} of ${String(args.getValue("caller"))} waits in the authority`);
  }
  checks.add(
    "timelock operations",
    wrong.length === 0,
    shown.length === 0 ? "nothing waits" : `what waits was voted: ${shown.join(", ")}`,
    wrong.join("; "),
  );
}

/** Numbers of proposals, by the operation that each would be in the timelock. */
async function operationsOf(
  timelock: Contract,
  governor: Contract,
  events: Events,
): Promise<ReadonlyMap<string, bigint>> {
  const own = await governor.getAddress();
  const found = new Map<string, bigint>();
  for (const { args } of await events.of(governor, "ProposalCreated")) {
    const [number, , targets, , , payloads, , , description] = [...args] as unknown[];
    // By place: "values" is also a function of lists.
    const values = args[3] as readonly bigint[];
    const operation = await ask(
      timelock,
      "hashOperationBatch",
      [...(targets as readonly string[])],
      [...values],
      [...(payloads as readonly string[])],
      ZeroHash,
      governorSalt(own, id(description as string)),
    );
    found.set(operation as string, number as bigint);
  }
  return found;
}

async function ask(contract: Contract, name: string, ...args: unknown[]): Promise<unknown> {
  return (await contract.getFunction(name).staticCall(...args)) as unknown;
}
