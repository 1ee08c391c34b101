/** What contracts told since the deployment began: read once, in pieces that nodes allow. */

import { type Contract, EventLog, getAddress, type Interface, type Log, type Provider } from "ethers";

import { LogReader } from "../../keeper/logs.js";
import { present } from "../../sdk/present.js";

/** How long all events may take to be read; there are few of them, but many blocks. {ms} */
const PATIENCE = 600_000;

/** A node gives no events, however few blocks it is asked for; without them nothing is proved. */
export class NoEvents extends Error {
  override readonly name = "NoEvents";

  constructor(override readonly cause: unknown) {
    super(`the node does not give the contracts' events, not even of one block: ${plain(cause)}`);
  }
}

/** The node's own words, without what was asked. */
function plain(error: unknown): string {
  const { shortMessage, error: inner } = error as { readonly shortMessage?: string; readonly error?: unknown };
  const { message } = (inner ?? {}) as { readonly message?: unknown };
  return typeof message === "string" ? message : (shortMessage ?? String(error));
}

/** A place in the chain's history. */
export interface Place {
  readonly block: number;
  /** Within the block. */
  readonly transaction: number;
}

/** Whether `a` was not after `b`. */
export function notAfter(a: Place, b: Place): boolean {
  return a.block < b.block || (a.block === b.block && a.transaction <= b.transaction);
}

export const placeOf = ({ blockNumber, transactionIndex }: Log): Place => ({
  block: blockNumber,
  transaction: transactionIndex,
});

/** Contracts, and which of their events are wanted. */
export type Wanted = readonly { readonly contract: Contract; readonly names: readonly string[] }[];

export class Events {
  readonly #logs: readonly Log[];

  private constructor(logs: readonly Log[]) {
    this.#logs = logs;
  }

  /** Reads what is wanted from `firstBlock` on. */
  static async since(provider: Provider, firstBlock: number, wanted: Wanted): Promise<Events> {
    const [addresses, topics] = [new Set<string>(), new Set<string>()];
    for (const { contract, names } of wanted) {
      addresses.add(await contract.getAddress());
      for (const name of names) topics.add(eventOf(contract.interface, name).topicHash);
    }
    return new Events(await read(provider, addresses, topics, firstBlock, await provider.getBlockNumber()));
  }

  /** Those of a contract, in order. */
  async of(contract: Contract, name: string): Promise<readonly EventLog[]> {
    const address = await contract.getAddress();
    const event = eventOf(contract.interface, name);
    return this.#logs
      .filter((log) => getAddress(log.address) === address && log.topics[0] === event.topicHash)
      .map((log) => new EventLog(log, contract.interface, event));
  }
}

/** Every event of these contracts in these blocks, in order; of some names only, where that is said. */
export async function allEvents(
  provider: Provider,
  addresses: Iterable<string>,
  interfaces: Iterable<Interface>,
  first: number,
  last: number,
  isWanted: (name: string) => boolean = () => true,
): Promise<readonly Log[]> {
  const topics = new Set<string>();
  for (const one of interfaces) {
    one.forEachEvent(({ name, topicHash }) => {
      if (isWanted(name)) topics.add(topicHash);
    });
  }
  return await read(provider, addresses, topics, first, last);
}

async function read(
  provider: Provider,
  addresses: Iterable<string>,
  topics: Iterable<string>,
  first: number,
  last: number,
): Promise<Log[]> {
  const reader = new LogReader(provider, [...addresses], [...topics], first, 0, PATIENCE, Infinity);
  try {
    return await reader.read(last);
  } catch (error) {
    throw new NoEvents(error);
  }
}

const eventOf = (of: Interface, name: string) => present(of.getEvent(name), `event ${name}`);
