import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { LOCAL_TERMS } from "../../../../deploy/parameters/local.js";
import type { ChapterJob } from "../../../../replay/chapters/chapter.js";
import { playAll } from "../../../../replay/chapters/pool.js";
import { ChapterStore, digestOfCode, keyOf } from "../../../../replay/chapters/store.js";
import { chapterOf } from "../../../support/chapters.js";

describe("replay/chapters: chapters that were played", () => {
  const path = { name: "history", seed: 1, duration: 3_600, steps: [] };
  const job: ChapterJob = { from: 0, seed: 1, accounts: 3, terms: LOCAL_TERMS, path, outages: [] };
  let folder = "";
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "plimsoll-chapters-"))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("are found by all that they were played from, and by the code", () => {
    const store = new ChapterStore(join(folder, "made"), "code");
    expect(store.find(job)).to.equal(undefined);
    store.keep(job, chapterOf({ steps: 7 }));
    expect(store.find(structuredClone(job))).to.deep.equal(chapterOf({ steps: 7 }));
    const others: ChapterJob[] = [
      { ...job, seed: 2 },
      { ...job, accounts: 4 },
      { ...job, outages: [{ from: 0, to: 60 }] },
      { ...job, path: { ...path, steps: [{ time: 0, updates: {}, gasPrice: 1n, depth: 1, dollar: 1 }] } },
      { ...job, terms: { ...LOCAL_TERMS, answers: { ...LOCAL_TERMS.answers, eth: 1n } } },
    ];
    for (const other of others) expect(store.find(other)).to.equal(undefined);
    expect(new ChapterStore(join(folder, "made"), "other code").find(job)).to.equal(undefined);
  });

  it("are not played again", async () => {
    const store = new ChapterStore(folder, "code");
    store.keep(job, chapterOf({ steps: 7 }));
    const known: boolean[] = [];
    const [result] = await playAll([job], { cores: 1, store, onDone: (_, was) => void known.push(was) });
    expect(result).to.deep.equal(chapterOf({ steps: 7 }));
    expect(known).to.deep.equal([true]);
  });

  it("are kept whole: what another process left half-written is nobody's", () => {
    const store = new ChapterStore(folder, "code");
    writeFileSync(join(folder, `${keyOf(job, "code")}.json.123`), '{"steps"');
    expect(store.find(job)).to.equal(undefined);
    store.keep(job, chapterOf());
    expect(readdirSync(folder)).to.have.length(2);
  });

  it("are of the code as it is", () => {
    expect(digestOfCode()).to.match(/^[0-9a-f]{64}$/);
    expect(digestOfCode()).to.equal(digestOfCode());
  });
});
