import { expect } from "chai";

import { LOCAL_TERMS } from "../../../../deploy/parameters/local.js";
import type { ChapterJob } from "../../../../replay/chapters/chapter.js";
import { playAll } from "../../../../replay/chapters/pool.js";
import { FEED_RULES, march2020, partOf } from "../../../../replay/path/path.js";

const HOUR = 3_600;
const START = 1_800_000_000;
const COARSE = { ...FEED_RULES, eth: { deviation: 300, heartbeat: HOUR }, btc: { deviation: 300, heartbeat: HOUR } };

describe("replay/chapters: several cores", () => {
  it("play chapters in processes of their own, and results come in the order of the chapters", async function () {
    this.timeout(240_000);
    const march = march2020(7, COARSE);
    const jobs = [1, 2].map((hours): ChapterJob => ({
      from: START + hours * HOUR,
      seed: 7,
      accounts: 2,
      terms: LOCAL_TERMS,
      path: partOf(march, 0, hours * HOUR),
      outages: [],
    }));
    const [last, done]: [number[], number[]] = [[], []];
    const results = await playAll(jobs, {
      cores: 2,
      onProgress: (index, { step }) => (last[index] = step),
      onDone: (index, known) => void done.push(known ? -1 : index),
    });
    expect(results.map(({ from }) => from)).to.deep.equal(jobs.map(({ from }) => from));
    expect(results.map(({ steps }) => steps)).to.deep.equal(jobs.map(({ path }) => path.steps.length));
    expect(results.flatMap(({ breaches }) => breaches)).to.deep.equal([]);
    expect([...done].sort()).to.deep.equal([0, 1]);
    expect(
      last.every((step) => step > 0),
      "each tells how far it is",
    ).to.equal(true);
  });
});
