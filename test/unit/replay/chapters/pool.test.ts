import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";

import { expect } from "chai";

import { LOCAL_TERMS } from "../../../../deploy/parameters/local.js";
import type { ChapterJob } from "../../../../replay/chapters/chapter.js";
import { playAll } from "../../../../replay/chapters/pool.js";
import { FEED_RULES, march2020, partOf } from "../../../../replay/path/path.js";
import { needAnvil } from "../../../support/anvil.js";

const HOUR = 3_600;
const START = 1_800_000_000;
const COARSE = { ...FEED_RULES, eth: { deviation: 300, heartbeat: HOUR }, btc: { deviation: 300, heartbeat: HOUR } };

describe("replay/chapters: several cores", () => {
  const jobOf = (hours: number): ChapterJob => ({
    from: START + hours * HOUR,
    seed: 7,
    accounts: 2,
    terms: LOCAL_TERMS,
    path: partOf(march2020(7, COARSE), 0, hours * HOUR),
    outages: [],
  });

  it("play chapters in processes of their own, and results come in the order of the chapters", async function () {
    this.timeout(240_000);
    const jobs = [1, 2].map(jobOf);
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

  it("leaves no process and no file behind when it is stopped, whatever its players play on", async function () {
    this.timeout(240_000);
    needAnvil(this);
    const left = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("plimsoll-anvil-"));
    const [before, stop] = [left(), new AbortController()];
    let during = 0;
    const stopped: unknown = await playAll([jobOf(1), jobOf(2)], {
      ...{ cores: 2, client: "anvil", signal: stop.signal },
      onProgress: () => {
        during = left().length;
        stop.abort(new Error("enough"));
      },
    }).catch((error: unknown) => error);
    expect(stopped).to.be.an("error").with.property("message", "enough");
    expect(during).to.be.above(before.length);
    // A socket that nobody listens on any more would still be there.
    expect(left()).to.deep.equal(before);
  });
});
