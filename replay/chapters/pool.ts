/** Plays chapters on several cores, each in a process of its own: a node keeps all that it has ever computed, and gives it back with its process. */

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

import type { Client } from "../chain/client.js";
import { present } from "../../sdk/present.js";
import type { ChapterJob, ChapterProgress, ChapterResult } from "./chapter.js";
import type { FromPlayer, ToPlayer } from "./messages.js";
import { playChapter } from "./play.js";
import type { ChapterStore } from "./store.js";

const PLAYER = fileURLToPath(new URL("player.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../hardhat.config.ts", import.meta.url));

/** For a process to end by itself. {ms} */
const PATIENCE = 10_000;

/** A chapter came to no end. */
export class ChapterFailed extends Error {
  override readonly name: string = "ChapterFailed";

  constructor(
    /** Of its first candle. (unix seconds) */
    readonly from: number,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`the chapter from ${new Date(from * 1_000).toISOString()} failed: ${reason}`, options);
  }
}

/** Its process or its client ended: nothing that is played is wrong, and another time it may go through. */
export class ChapterLost extends ChapterFailed {
  override readonly name = "ChapterLost";
}

export interface PoolOptions {
  /** What chapters are played on; Hardhat's node if absent. */
  readonly client?: Client;
  /** 1 plays in this process. */
  readonly cores: number;
  readonly store?: ChapterStore;
  /** @param index Of the job. */
  readonly onProgress?: (index: number, progress: ChapterProgress) => void;
  /** @param known Whether it had been played before. */
  readonly onDone?: (index: number, known: boolean) => void;
  readonly signal?: AbortSignal;
}

/**
 * @returns In the order of the jobs, whoever was first.
 * @throws {ChapterFailed} or the signal's reason; what is finished by then is in the store.
 */
export async function playAll(jobs: readonly ChapterJob[], options: PoolOptions): Promise<ChapterResult[]> {
  const { client = "hardhat", cores, store, onProgress, onDone, signal } = options;
  const results = new Array<ChapterResult | undefined>(jobs.length);
  const waiting: number[] = [];
  jobs.forEach((job, index) => {
    results[index] = store?.find(job);
    if (results[index] === undefined) waiting.push(index);
    else onDone?.(index, true);
  });
  // The longest first: the last one to end is then a short one.
  waiting.sort((a, b) => present(jobs[b]).path.steps.length - present(jobs[a]).path.steps.length || a - b);
  const count = Math.min(cores, waiting.length);
  const stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);

  const work = async (play: Play): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      stopped.throwIfAborted();
      const [job, place] = [present(jobs[index]), index];
      const result = await play(job, (progress) => onProgress?.(place, progress));
      store?.keep(job, result);
      results[index] = result;
      onDone?.(index, false);
    }
  };
  const players = count <= 1 ? [] : Array.from({ length: count }, () => new Player(client, stopped));
  try {
    if (count <= 1) await work((job, tell) => playChapter(job, { client, onProgress: tell, signal: stopped }));
    else await Promise.all(players.map((player) => work((job, tell) => player.play(job, tell))));
  } catch (error) {
    stop.abort();
    throw signal?.aborted === true ? signal.reason : error;
  } finally {
    await Promise.all(players.map((player) => player.end()));
  }
  return results.map((result) => present(result, "result of a chapter"));
}

type Play = (job: ChapterJob, tell: (progress: ChapterProgress) => void) => Promise<ChapterResult>;

/** A process of its own for one chapter after the other; a new one for each, as memory is not given back otherwise. */
class Player {
  readonly #client: Client;
  readonly #signal: AbortSignal;
  #child: ChildProcess | undefined;
  /** Until then its process is there. */
  #ended: Promise<void> = Promise.resolve();

  constructor(client: Client, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  async play(job: ChapterJob, tell: (progress: ChapterProgress) => void): Promise<ChapterResult> {
    await this.end();
    // Nobody would end a process that begins after the end.
    this.#signal.throwIfAborted();
    const child = fork(PLAYER, [], {
      // Most of what is made lives for one step: it is collected while it is young, and at once.
      execArgv: ["--max-semi-space-size=64", "--import", "tsx"],
      env: { ...process.env, HARDHAT_CONFIG: process.env.HARDHAT_CONFIG ?? CONFIG },
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#child = child;
    this.#ended = new Promise((resolve) => child.once("exit", () => resolve()).once("error", () => resolve()));
    return await new Promise<ChapterResult>((resolve, reject) => {
      const fail = (reason: string, options?: ErrorOptions): void => {
        reject(new ChapterFailed(job.from, reason, options));
      };
      const abort = (): void => {
        void this.end();
        fail("it was stopped");
      };
      this.#signal.addEventListener("abort", abort, { once: true });
      child.on("message", (message: FromPlayer) => {
        if (message.kind === "ready") child.send({ job, client: this.#client } satisfies ToPlayer);
        else if (message.kind === "progress") tell(message.progress);
        else if (message.kind === "done") resolve(message.result);
        else if (message.isLost) reject(new ChapterLost(job.from, message.message));
        else fail(message.message, { cause: message.stack });
      });
      child.on("error", (error) => {
        fail(error.message);
      });
      child.on("exit", (code, killed) => {
        this.#signal.removeEventListener("abort", abort);
        reject(new ChapterLost(job.from, `its process ended (${String(killed ?? code)})`));
      });
    });
  }

  /** It ends by itself, and what it started with it; by force, where it does not. */
  async end(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.connected === true) child.disconnect();
    const force = setTimeout(() => void child?.kill("SIGKILL"), PATIENCE);
    await this.#ended;
    clearTimeout(force);
  }
}
