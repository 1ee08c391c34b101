/** `plimsoll keeper`, or `plimsoll index`, in a process of its own, watched through its own pages. */

import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../cli/bin.mjs", import.meta.url));
const PREFIX = "plimsoll_keeper_";
/** For one page. {ms} */
const PAGE_TIMEOUT = 2_000;

export interface KeeperSettings {
  readonly name: string;
  readonly command: "keeper" | "index";
  /** Where its log goes. */
  readonly folder: string;
  readonly port: number;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What its metrics say. */
export interface Vitals {
  readonly leading: boolean;
  /** The block that it looked at last; -1 before the first. */
  readonly head: number;
  readonly failing: number;
  /** Transactions whose fate is open. */
  readonly open: number;
}

export class KeeperProcess {
  readonly name: string;
  readonly #settings: KeeperSettings;
  #child: ChildProcess | undefined;
  #ended: Promise<number | null> = Promise.resolve(null);

  constructor(settings: KeeperSettings) {
    this.name = settings.name;
    this.#settings = settings;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  start(): void {
    const { name, command, folder, port, args, environment } = this.#settings;
    const child = spawn(process.execPath, [bin, command, ...args, "--port", port.toString()], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
    const log = createWriteStream(join(folder, `${name}.log`), { flags: "a" });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once("close", (code) => {
        log.end();
        if (this.#child === child) this.#child = undefined;
        resolve(code);
      });
    });
  }

  /** Sends a signal; for one that ends it, the exit code is what {@link ended} tells. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** The exit code of the last run, once it is over; null if a signal ended it. */
  async ended(): Promise<number | null> {
    return await this.#ended;
  }

  /** Undefined while it does not answer. */
  async vitals(): Promise<Vitals | undefined> {
    const text = await this.#page("metrics");
    if (text === undefined) return undefined;
    const value = (name: string, otherwise: number): number => {
      const line = text.split("\n").find((candidate) => candidate.startsWith(`${PREFIX}${name} `));
      return line === undefined ? otherwise : Number(line.slice(line.indexOf(" ") + 1));
    };
    const looked = value("last_look_timestamp_seconds", 0) !== 0;
    return {
      leading: value("leading", 1) === 1,
      head: looked ? value("head_block", -1) : -1,
      failing: value("failing_accounts", 0),
      open: value("open_transactions", 0),
    };
  }

  async #page(name: string): Promise<string | undefined> {
    if (this.#child === undefined) return undefined;
    try {
      const url = `http://127.0.0.1:${this.#settings.port.toString()}/${name}`;
      const response = await fetch(url, { signal: AbortSignal.timeout(PAGE_TIMEOUT) });
      return await response.text();
    } catch {
      // It starts, has just died, or stands still: which of these its user finds out by asking again.
      return undefined;
    }
  }
}
