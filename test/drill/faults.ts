/** What goes wrong during a drill, one thing after the other, drawn from a seed. */

import type { Random } from "../../replay/path/random.js";
import type { FaultyNode } from "../support/faulty-node.js";
import { BLOCKS_MISSED, type Group } from "./crew.js";
import type { KeeperProcess } from "./keeper-process.js";

/** Looks between the end of one fault and the next. */
const QUIET = 6;
/** Looks that a fault of the node lasts. */
const NODE_LASTS = 4;
/** How long a process stands still: longer than a takeover may take. {ms} */
const STANDSTILL = 20_000;
/** How long after a block a process is killed at most. {ms} */
const ANY_MOMENT = 400;

type Name = "kill" | "kill indexer" | "stand still" | "hang" | "429" | "drop" | "behind" | "garbage";

interface Running {
  readonly name: Name;
  lasts: number;
  end(): Promise<void> | void;
}

export interface FaultsOptions {
  readonly random: Random;
  readonly groups: readonly Group[];
  readonly indexer: KeeperProcess;
  /** The node that all keepers prefer. */
  readonly node: FaultyNode;
  /** Number of the last block. */
  readonly head: () => Promise<number>;
  readonly say: (line: string) => void;
}

export class Faults {
  /** How often each happened. */
  readonly counts: Record<string, number> = {};
  readonly #options: FaultsOptions;
  readonly #order: Name[];
  #next = 0;
  #quiet = QUIET;
  #running: Running | undefined;

  constructor(options: FaultsOptions) {
    this.#options = options;
    // Processes die as often as the node fails.
    this.#order = [
      "kill",
      "hang",
      "kill",
      "429",
      "stand still",
      "drop",
      "kill indexer",
      "kill",
      "behind",
      "kill",
      "garbage",
    ];
  }

  /** Called before each look. */
  async turn(): Promise<void> {
    if (this.#running !== undefined) {
      this.#running.lasts -= 1;
      if (this.#running.lasts > 0) return;
      await this.#running.end();
      this.#running = undefined;
      this.#quiet = QUIET;
      return;
    }
    this.#quiet -= 1;
    if (this.#quiet > 0) return;
    const name = this.#order[this.#next % this.#order.length] ?? "kill";
    this.#next += 1;
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    this.#running = await this.#begin(name);
  }

  /** Ends what is going on. */
  async settle(): Promise<void> {
    await this.#running?.end();
    this.#running = undefined;
    this.#quiet = Number.MAX_SAFE_INTEGER;
  }

  async #begin(name: Name): Promise<Running> {
    const { node } = this.#options;
    if (name === "kill") return await this.#kill();
    if (name === "kill indexer") return await this.#killIndexer();
    if (name === "stand still") return await this.#standStill();
    if (name === "behind") {
      const old = await this.#options.head();
      const hex = `0x${old.toString(16)}`;
      node.behave = ({ method, params }) => {
        if (method === "eth_blockNumber") return { result: hex };
        return method === "eth_getBlockByNumber" && params[0] === "latest" ? { instead: [hex, params[1]] } : "pass";
      };
    } else {
      node.behave = () =>
        name === "429"
          ? { status: 429 }
          : name === "garbage"
            ? { text: "<html>busy</html>" }
            : name === "drop"
              ? "drop"
              : "hang";
    }
    this.#options.say(`the preferred node: ${name}`);
    return {
      name,
      lasts: NODE_LASTS,
      end: () => {
        node.behave = () => "pass";
      },
    };
  }

  /** A group that has a leader, and its leader. */
  async #victim(): Promise<{ group: Group; member: KeeperProcess } | undefined> {
    const { groups, random } = this.#options;
    const start = random.below(groups.length);
    for (let i = 0; i < groups.length; i++) {
      const group = groups[(start + i) % groups.length];
      const leader = await group?.leader();
      if (group !== undefined && leader !== undefined) return { group, member: leader.member };
    }
    return undefined;
  }

  async #kill(): Promise<Running> {
    const victim = await this.#victim();
    const nothing: Running = { name: "kill", lasts: 1, end: () => undefined };
    if (victim === undefined) return nothing;
    const { group, member } = victim;
    // In the middle of whatever it does with this block.
    await new Promise((resolve) => setTimeout(resolve, this.#options.random.below(ANY_MOMENT)));
    member.signal("SIGKILL");
    await member.ended();
    group.headless();
    this.#options.say(`${member.name}: killed`);
    return {
      name: "kill",
      lasts: BLOCKS_MISSED,
      end: () => {
        member.start();
        this.#options.say(`${member.name}: started again`);
      },
    };
  }

  /** Keepers go on without it: who starts meanwhile reads all events itself. */
  async #killIndexer(): Promise<Running> {
    const { indexer, say } = this.#options;
    indexer.signal("SIGKILL");
    await indexer.ended();
    say("indexer: killed");
    return {
      name: "kill indexer",
      lasts: NODE_LASTS,
      end: () => {
        indexer.start();
        say("indexer: started again");
      },
    };
  }

  /** The process is stopped for so long that another takes over, and goes on as if nothing had happened. */
  async #standStill(): Promise<Running> {
    const victim = await this.#victim();
    if (victim === undefined) return { name: "stand still", lasts: 1, end: () => undefined };
    const { group, member } = victim;
    member.signal("SIGSTOP");
    group.headless();
    this.#options.say(`${member.name}: stands still`);
    const awake = new Promise<void>((resolve) => {
      setTimeout(() => {
        member.signal("SIGCONT");
        this.#options.say(`${member.name}: goes on`);
        resolve();
      }, STANDSTILL);
    });
    // One look more, which waits for who takes over.
    return { name: "stand still", lasts: BLOCKS_MISSED + 1, end: async () => await awake };
  }
}
