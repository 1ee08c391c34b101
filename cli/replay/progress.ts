/** How far a replay is: a bar on a terminal, a line now and then elsewhere; on standard error, so that standard output stays for results. */

import cliProgress from "cli-progress";

import type { ChapterProgress } from "../../replay/chapters/chapter.js";
import { iso } from "../../replay/run/plan.js";

/** Lines over one play of the history where there is no terminal. */
const LINES = 10;

export interface ReplayView {
  /** @param steps Of each chapter. */
  begin(what: string, steps: readonly number[]): void;
  show(index: number, progress: ChapterProgress): void;
  done(index: number, known: boolean): void;
  stop(): void;
}

export function replayView(stream: NodeJS.WriteStream): ReplayView {
  return stream.isTTY ? new Bar(stream) : new Lines(stream);
}

/** Steps done, over all chapters. */
class Count {
  readonly #steps: readonly number[];
  readonly #done: number[];

  constructor(steps: readonly number[]) {
    this.#steps = steps;
    this.#done = steps.map(() => 0);
  }

  get total(): number {
    return this.#steps.reduce((sum, each) => sum + each, 0);
  }

  get done(): number {
    return this.#done.reduce((sum, each) => sum + each, 0);
  }

  set(index: number, step: number): void {
    this.#done[index] = step;
  }

  finish(index: number): void {
    this.#done[index] = this.#steps[index] ?? 0;
  }
}

class Bar implements ReplayView {
  readonly #stream: NodeJS.WriteStream;
  #bar: cliProgress.SingleBar | undefined;
  #count = new Count([]);

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  begin(what: string, steps: readonly number[]): void {
    this.stop();
    this.#count = new Count(steps);
    const format = `{bar} {percentage}%  ${what}  {clock}  ETH {eth} USD  step {value}/{total}  ETA {eta_formatted}`;
    const options = { format, stream: this.#stream, barsize: 24, hideCursor: true, clearOnComplete: true, fps: 4 };
    this.#bar = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
    this.#bar.start(this.#count.total, 0, { clock: "", eth: "" });
  }

  show(index: number, { step, time, eth }: ChapterProgress): void {
    this.#count.set(index, step);
    this.#bar?.update(this.#count.done, { clock: iso(time).slice(0, 16), eth: eth.toFixed(2) });
  }

  done(index: number): void {
    this.#count.finish(index);
    this.#bar?.update(this.#count.done);
  }

  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

class Lines implements ReplayView {
  readonly #stream: NodeJS.WriteStream;
  #what = "";
  #count = new Count([]);
  #told = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  begin(what: string, steps: readonly number[]): void {
    [this.#what, this.#count, this.#told] = [what, new Count(steps), 0];
    this.#say(`${what}: ${this.#count.total.toString()} steps in ${steps.length.toString()} chapters`);
  }

  show(index: number, { step, time, eth }: ChapterProgress): void {
    this.#count.set(index, step);
    const part = Math.floor((LINES * this.#count.done) / this.#count.total);
    if (part <= this.#told) return;
    this.#told = part;
    this.#say(
      `${this.#what}: ${this.#count.done.toString()}/${this.#count.total.toString()}  ${iso(time)}  ETH ${eth.toFixed(2)} USD`,
    );
  }

  done(index: number, known: boolean): void {
    this.#count.finish(index);
    if (known) this.#say(`${this.#what}: chapter ${(index + 1).toString()} was played before`);
  }

  stop(): void {
    this.#told = 0;
  }

  #say(line: string): void {
    this.#stream.write(`  ${line}\n`);
  }
}
