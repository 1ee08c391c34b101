import { expect } from "chai";

import { Archive } from "../../indexer/history/archive.js";
import { HistoryStore } from "../../indexer/history/store.js";
import { SqlStore } from "../../indexer/sql.js";
import type { Database } from "../../keeper/journal/database.js";
import { Random } from "./random.js";

const START = 1_700_000_000;
const HASH = `0x${"12".repeat(32)}`;
const STEP = 60;
const COUNT = 1_500;

/** Series of many points, as a database answers. */
export function answersLongSeries(database: () => Database): void {
  describe("series of many points", () => {
    answers(database);
  });
}

function answers(database: () => Database): void {
  const random = Random.fresh();
  const chain = "paper";
  /** Headroom, say, of each minute. */
  const scores = Array.from({ length: COUNT }, () => BigInt(random.below(1_000_000)));
  let store: HistoryStore;
  let archive: Archive;

  before(async () => {
    await SqlStore.open(database(), chain);
    store = new HistoryStore(database(), chain);
    archive = new Archive(database(), chain);
    await database().transaction(async (run) => {
      for (const [i, score] of scores.entries()) {
        const at = { number: i, hash: HASH, time: START + i * STEP };
        await store.views(at, [{ series: "backstop", score, values: { n: i } as never }], undefined)(run);
      }
    });
  });

  const times = async (from: number, to: number, points: number) =>
    (await archive.series("backstop", { from, to, points })).points.map(({ time }) => time);

  it(`give no more points than are asked for, with what was in force at first, the last of all, and the lowest (seed ${random.seed})`, async () => {
    for (let round = 0; round < 20; round++) {
      const [a, b] = [random.below(COUNT * STEP), random.below(COUNT * STEP)];
      const [from, to] = [START + Math.min(a, b), START + Math.max(a, b)];
      const points = 3 + random.below(300);
      const found = await times(from, to, points);
      const label = `${from} to ${to}, ${points}`;
      expect(found.length, label).to.be.within(1, points);
      expect(found, label).to.deep.equal([...new Set(found)].sort((x, y) => x - y));
      const index = (time: number) => Math.floor((time - START) / STEP);
      expect(found[0], label).to.equal(START + index(from) * STEP);
      expect(found.at(-1), label).to.equal(START + index(to) * STEP);
      const inside = scores.slice(index(from) + 1, index(to) + 1);
      if (inside.length === 0) continue;
      const lowest = inside.reduce((least, score) => (score < least ? score : least));
      expect(
        found.slice(1).map((time) => scores[index(time)]),
        label,
      ).to.include(lowest);
    }
  });

  it("give all of a stretch that has few", async () => {
    const found = await times(START + 60, START + 60 * 20, 21);
    expect(found).to.deep.equal(Array.from({ length: 20 }, (_, i) => START + (i + 1) * STEP));
  });

  it("grow thin with age: of each hour the last one stays, and the lowest", async () => {
    const hour = 3_600;
    const before = START + 20 * hour;
    await database().transaction((run) => store.thin(before, hour)(run));
    const expected = new Set<number>();
    for (let from = Math.floor(START / hour) * hour; from < before; from += hour) {
      const ids = scores
        .map((_, i) => i)
        .filter((i) => {
          const time = START + i * STEP;
          return time >= from && time < from + hour && time < before;
        });
      if (ids.length === 0) continue;
      expected.add(ids.at(-1)!);
      expected.add(ids.reduce((least, i) => (scores[i]! < scores[least]! ? i : least)));
    }
    for (let i = 0; i < COUNT; i++) if (START + i * STEP >= before) expected.add(i);
    const rows = await database().run("select time from history_points where chain = $1 order by time", [chain]);
    const left = rows.map(({ time }) => (Number(time) - START) / STEP);
    expect(left).to.deep.equal([...expected].sort((a, b) => a - b));
  });
}
