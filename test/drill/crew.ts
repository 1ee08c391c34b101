/** Keepers in processes of their own, as the scenario sees them. */

import type { Provider } from "ethers";

import type { Keepers, KeepersWork } from "../../replay/scenario/keepers.js";
import type { KeeperProcess, Vitals } from "./keeper-process.js";

/** Between two looks at the processes. {ms} */
const POLL = 30;
/** Nobody waits longer for processes of which one should lead. {ms} */
const PATIENCE = 60_000;

/** Processes with one key: one of them acts. */
export class Group {
  readonly name: string;
  readonly members: readonly KeeperProcess[];
  /** When it lost its leader; undefined while it has one. {ms} */
  #since: number | undefined;
  /** How long it was without one, each time. {ms} */
  readonly gaps: number[] = [];

  constructor(name: string, members: readonly KeeperProcess[]) {
    this.name = name;
    this.members = members;
  }

  /** Its leader was taken from it: blocks do not wait until there is another. */
  headless(): void {
    this.#since ??= performance.now();
  }

  get isHeadless(): boolean {
    return this.#since !== undefined;
  }

  /** Who leads now, and what it last looked at. */
  async leader(): Promise<{ member: KeeperProcess; vitals: Vitals } | undefined> {
    for (const member of this.members) {
      const vitals = await member.vitals();
      if (vitals?.leading === true) return { member, vitals };
    }
    return undefined;
  }

  /** Notes that somebody has looked as its leader. */
  led(): void {
    if (this.#since === undefined) return;
    this.gaps.push(performance.now() - this.#since);
    this.#since = undefined;
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

  /** Waits until the group has looked at the block. A group without a leader is asked once: the chain does not wait for it. */
  async #seenBy(group: Group, block: number): Promise<number> {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      const leader = await group.leader();
      if (leader !== undefined && leader.vitals.head >= block) {
        group.led();
        return leader.vitals.failing;
      }
      if (group.isHeadless) {
        this.missed += 1;
        return 0;
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
