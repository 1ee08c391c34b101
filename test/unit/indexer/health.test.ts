import { expect } from "chai";

import { IndexHealth } from "../../../indexer/health.js";

const START = 1_800_000_000;

describe("indexer/health", () => {
  /** The clock's, and the machine's own. {s} */
  let now: number;
  let passed: number;
  let health: IndexHealth;
  const block = (number: number) => ({ number, hash: `0x${number.toString(16)}` });
  beforeEach(() => {
    now = START;
    passed = 0;
    const clock = () => now * 1_000;
    health = new IndexHealth({ readyWithin: 60, stuckAfter: 300, clock, steady: () => passed * 1_000 });
  });

  it("is ready at a head that is new, and only there", async () => {
    expect(await health.ready()).to.deep.equal(["it has not been at the head yet"]);
    health.stepped(block(40), block(100));
    expect(health.behind).to.equal(60);
    expect((await health.ready())[0]).to.equal("positions are 60 blocks behind the head");
    health.arrived(block(100), { ...block(100), timestamp: START });
    expect(await health.ready()).to.deep.equal([]);
    health.stepped(block(101), block(103));
    expect((await health.ready())[0]).to.equal("positions are 2 blocks behind the head");
    now += 61;
    passed += 61;
    health.arrived(block(103), { ...block(103), timestamp: START });
    expect(await health.ready()).to.deep.equal(["the head is 61 s old"]);
    now += 61;
    passed += 61;
    expect(await health.ready()).to.include("it was at the head 61 s ago");
  });

  it("is told by the machine's time and not by the clock, which may be set", async () => {
    health.arrived(block(1), { ...block(1), timestamp: START });
    now -= 86_400;
    expect(await health.ready()).to.deep.equal([]);
    passed += 301;
    expect(health.alive()).to.deep.equal(["nothing has happened for 301 s"]);
    health.failed(new Error("no node"));
    now += 2 * 86_400;
    expect(health.alive()).to.deep.equal([]);
  });

  it("says why it does not get there, and is alive as long as something happens", async () => {
    health.arrived(block(1), { ...block(1), timestamp: START });
    health.failed(new Error("no node"));
    expect(await health.ready()).to.deep.equal(["the last look failed: no node"]);
    expect(health.alive()).to.deep.equal([]);
    now += 301;
    passed += 301;
    expect(health.alive()).to.deep.equal(["nothing has happened for 301 s"]);
    health.stepped(block(2), block(9));
    expect(health.alive()).to.deep.equal([]);
  });

  it("has figures for Prometheus", async () => {
    health.stepped(block(40), block(100));
    health.reorganised(3);
    health.reorganised(undefined);
    const text = await health.registry.metrics();
    for (const line of [
      "behind_blocks 60",
      "block 40",
      "head_block 100",
      "replaced_blocks_total 3",
      "resets_total 1",
    ]) {
      expect(text).to.contain(`plimsoll_indexer_${line}\n`);
    }
  });
});
