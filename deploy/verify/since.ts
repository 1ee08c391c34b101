/**
 * What was changed after the deployment by those who may. A deployment whose history is proved, and in which nobody but timelock and guardian holds a role, can be changed
 * by votes and by the guardian only; whoever changes something makes the contract tell of it. So what is not as it was set is told apart: changed since, by an event
 * that can be looked up; or wrong.
 */

import { getAddress, type Interface, type Log, type Provider } from "ethers";

import type { Check, Checks } from "../checks.js";
import { allEvents, notAfter, placeOf } from "./events.js";
import type { History } from "./history.js";
import { ANYBODYS } from "./strays.js";

export interface Afterwards {
  readonly provider: Provider;
  readonly interfaces: ReadonlySet<Interface>;
  readonly history: History;
}

/** Marks what does not hold because it was changed since. Where anything else does not hold, nothing is proved of who may change what, and nothing is marked. */
export async function markChanges(checks: Checks, { provider, interfaces, history }: Afterwards): Promise<void> {
  const open = checks.all.flatMap((check, place) => (check.holds ? [] : [{ check, place }]));
  if (open.some(({ check }) => check.contracts === undefined)) return;
  const contracts = new Set(open.flatMap(({ check }) => check.contracts ?? []).map((one) => getAddress(one)));
  if (contracts.size === 0) return;
  const { end } = history;
  const last = await provider.getBlockNumber();
  const logs = await allEvents(provider, contracts, interfaces, end.block, last, (name) => !ANYBODYS.has(name));
  const later = logs.filter((log) => !notAfter(placeOf(log), end));
  for (const { check, place } of open) {
    const since = storyOf(check, later, interfaces);
    if (since !== undefined) checks.all[place] = { ...check, since };
  }
}

function storyOf(
  { contracts = [] }: Check,
  logs: readonly Log[],
  interfaces: ReadonlySet<Interface>,
): string | undefined {
  const own = new Set(contracts.map((one) => getAddress(one)));
  const told = logs.filter(({ address }) => own.has(getAddress(address)));
  if (told.length === 0) return undefined;
  // Of each kind the last, which is in force, and how many there were: however many there are of one, none of another is hidden.
  const byName = new Map<string, { count: number; last: string }>();
  for (const log of told) {
    const name = nameOf(log, interfaces);
    byName.set(name, { count: (byName.get(name)?.count ?? 0) + 1, last: log.transactionHash });
  }
  const said = [...byName].map(
    ([name, { count, last }]) => `${name} in ${last}${count === 1 ? "" : ` (the last of ${count.toString()})`}`,
  );
  return `changed since the deployment: ${said.join(", ")}`;
}

function nameOf({ topics }: Log, interfaces: ReadonlySet<Interface>): string {
  for (const one of interfaces) {
    const event = one.getEvent(topics[0] ?? "");
    if (event !== null) return event.name;
  }
  return String(topics[0]);
}
