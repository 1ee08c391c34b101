import { expect } from "chai";

import { Sampler } from "../../../../indexer/history/sampler.js";
import type { Gap, HistoryStore, Looked } from "../../../../indexer/history/store.js";
import type { Seen } from "../../../../indexer/history/views.js";
import { IndexTaken, type SqlStore } from "../../../../indexer/sql.js";
import type { Header } from "../../../../indexer/types.js";

const EVERY = 300;
const BLOCK_TIME = 10;
const hash = (number: number) => `0x${number.toString(16).padStart(64, "0")}`;

/** Without a chain, and without a database. */
function paper() {
  const notes: { number: number; series: string[]; gap: Gap | undefined }[] = [];
  const said: string[] = [];
  const state = { asked: 0, broken: undefined as Error | undefined, taken: false };
  const look = (series: Seen["series"]) => (): Promise<Seen[]> => {
    state.asked += 1;
    if (state.broken !== undefined) return Promise.reject(state.broken);
    return Promise.resolve([{ series, score: undefined, values: {} as never }]);
  };
  const history = {
    looked: () => Promise.resolve(undefined),
    thin: () => undefined,
    analyze: () => Promise.resolve(),
    views: ({ number }: Looked, points: readonly Seen[], gap: Gap | undefined) => ({
      number,
      series: points.map(({ series }) => series),
      gap,
    }),
  };
  const index = {
    note: (_: unknown, note: (typeof notes)[number] | undefined) => {
      if (state.taken) return Promise.reject(new IndexTaken("somebody else"));
      if (note !== undefined) notes.push(note);
      return Promise.resolve(true);
    },
  };
  const silent = () => undefined;
  const sampler = new Sampler({
    views: { look: look("statement"), risk: look("risk") },
    index: index as unknown as SqlStore,
    history: history as unknown as HistoryStore,
    chain: { header: (number) => Promise.resolve(at(number)) },
    every: EVERY,
    log: { debug: silent, info: silent, error: silent, warn: (_, text) => said.push(text) },
  });
  const at = (number: number): Header => {
    return { number, hash: hash(number), parentHash: hash(number - 1), timestamp: number * BLOCK_TIME };
  };
  return { sampler, notes, said, state, look: async (number: number) => await sampler.look(at(number)) };
}

describe("indexer/history/sampler", () => {
  it("asks now and then, and about risk after an observation", async () => {
    const { sampler, notes, look } = paper();
    for (let number = 1; number <= 65; number++) {
      if (number === 40) sampler.observed();
      await look(number);
    }
    expect(notes).to.deep.equal([
      { number: 1, series: ["statement", "risk"], gap: { since: null, until: 10 } },
      { number: 31, series: ["statement"], gap: undefined },
      { number: 40, series: ["statement", "risk"], gap: undefined },
    ]);
  });

  it("stops nobody when views do not answer, asks again, says so once, and what is not told is a gap", async () => {
    const { notes, said, state, look } = paper();
    await look(1);
    state.broken = new Error("no state");
    state.asked = 0;
    for (let number = 2; number <= 130; number++) await look(number);
    // From 31 on, every 60 s.
    expect(state.asked).to.equal(17);
    expect(said).to.have.length(1);
    state.broken = undefined;
    for (let number = 131; number <= 140; number++) await look(number);
    expect(notes.slice(1)).to.deep.equal([{ number: 133, series: ["statement"], gap: { since: 300, until: 1_330 } }]);
  });

  it("takes what was away for long for a gap, but not one block that came late", async () => {
    const { notes, look } = paper();
    for (const number of [1, 40, 41]) await look(number);
    await look(200);
    expect(notes.map(({ gap }) => gap)).to.deep.equal([
      { since: null, until: 10 },
      undefined,
      { since: 410, until: 2_000 },
    ]);
  });

  it("ends where somebody else writes the index", async () => {
    const { state, look } = paper();
    state.taken = true;
    const error = await look(1).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(IndexTaken);
  });
});
