/** Keepers in processes of their own, as the scenario sees them. */

import type { Provider } from "ethers";

import type { Keepers, KeepersWork } from "../../replay/scenario/keepers.js";
import type { KeeperProcess, Vitals } from "./keeper-process.js";

/** Between two looks at the processes. {ms} */
const POLL = 30;
/** Nobody waits longer for processes of which one should lead. {ms} */
const PATIENCE = 60_000;
/** Blocks that do not wait for a group that has lost its leader. Minutes lie between two blocks: more than a takeover may take. */
export const BLOCKS_MISSED = 2;

/** Processes with one key: one of them acts. */
export class Group {
  readonly name: string;
  readonly members: readonly KeeperProcess[];
  /** When it lost its leader; undefined while it has one. {ms} */
  #since: number | undefined;
  #toMiss = 0;
  /** How long it was without one, each time. {ms} */
  readonly gaps: number[] = [];

  constructor(name: string, members: readonly KeeperProcess[]) {
    this.name = name;
    this.members = members;
  }

  /** Its leader was taken from it. */
  headless(): void {
    this.#since = performance.now();
    this.#toMiss = BLOCKS_MISSED;
  }

  /** How long it has been without one, and still is; 0 while it has one. {ms} */
  get headlessFor(): number {
    return this.#since === undefined ? 0 : performance.now() - this.#since;
  }

  /** Whether the block that is there now goes on without this group. */
  misses(): boolean {
    if (this.#toMiss === 0) return false;
    this.#toMiss -= 1;
    return true;
  }

  /** Who leads now, and what it last looked at. */
  async leader(): Promise<{ member: KeeperProcess; vitals: Vitals } | undefined> {
    const all = await Promise.all(this.members.map(async (member) => ({ member, vitals: await member.vitals() })));
    for (const { member, vitals } of all) {
      if (vitals?.leading !== true) continue;
      if (this.#since !== undefined) this.gaps.push(performance.now() - this.#since);
      this.#since = undefined;
      return { member, vitals };
    }
    return undefined;
  }
}

export class Crew implements Keepers {
  readonly #groups: readonly Group[];
  readonly #provider: Provider;
  readonly #work: () => Promise<KeepersWork>;
  /** Called before each look: what goes wrong is decided there. */
  readonly #disturb: () => Promise<void>;
  /** Blocks at which a group had nobody. */
  missed = 0;

  constructor(
    groups: readonly Group[],
    provider: Provider,
    work: () => Promise<KeepersWork>,
    disturb: () => Promise<void>,
  ) {
    this.#groups = groups;
    this.#provider = provider;
    this.#work = work;
    this.#disturb = disturb;
  }

  async look(): Promise<number> {
    await this.#disturb();
    const block = await this.#provider.getBlockNumber();
    const failing = await Promise.all(this.#groups.map((group) => this.#seenBy(group, block)));
    return Math.max(...failing);
  }

  /** Waits until the group has looked at the block, unless it has just lost its leader. */
  async #seenBy(group: Group, block: number): Promise<number> {
    if (group.misses()) {
      this.missed += 1;
      return 0;
    }
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      const leader = await group.leader();
      if (leader !== undefined && leader.vitals.head >= block) {
        return leader.vitals.failing;
      }
      if (performance.now() > deadline) {
        throw new Error(
          `${group.name}: nobody has looked at block ${block.toString()} for ${(PATIENCE / 1000).toString()} s`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, POLL));
    }
  }

  async work(): Promise<KeepersWork> {
    return await this.#work();
  }
}
