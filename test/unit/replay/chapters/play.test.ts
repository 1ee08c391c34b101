import { expect } from "chai";

import { LOCAL_ANSWERS, LOCAL_TERMS } from "../../../../deploy/parameters/local.js";
import { embeddedChainOn, type EmbeddedChain, startDirectChain } from "../../../../replay/chain/embedded.js";
import type { ChapterJob } from "../../../../replay/chapters/chapter.js";
import { playChapter } from "../../../../replay/chapters/play.js";
import { FEED_RULES, march2020, partOf, STAKING_RATIO } from "../../../../replay/path/path.js";
import { seeded } from "../../../../replay/path/random.js";
import { oneKeeper } from "../../../../replay/scenario/keepers.js";
import { runScenario } from "../../../../replay/scenario/run.js";
import { createWorld } from "../../../../replay/scenario/world.js";
import { present } from "../../../../sdk/present.js";
import { needAnvil } from "../../../support/anvil.js";

const HOUR = 3_600;
const SEED = 2_020;
const START = 1_800_000_000;
const COARSE = { ...FEED_RULES, eth: { deviation: 300, heartbeat: HOUR }, btc: { deviation: 300, heartbeat: HOUR } };
/** Around the low of the crash. */
const PATH = partOf(march2020(SEED, COARSE), 25 * HOUR, 27 * HOUR);

describe("replay/chapters: a chapter", () => {
  it("is the same, to the last bit, however the node is asked, and however fast", async function () {
    this.timeout(240_000);
    const played = async (ask: (direct: EmbeddedChain) => Promise<EmbeddedChain>): Promise<unknown[]> => {
      // Estimates as the node makes them: what keepers ask of trades depends on them.
      const direct = await startDirectChain(START - 2 * HOUR, { remembersGas: false });
      try {
        const embedded = await ask(direct);
        const quotes = { answers: { ...LOCAL_ANSWERS }, ratio: STAKING_RATIO, dollar: 10n ** 18n };
        const world = await createWorld(embedded, quotes, seeded(SEED).fork("borrowers"), 8);
        const keeper = world.newKeeper();
        const { outcome } = await runScenario(world, oneKeeper(keeper), PATH, START, () => undefined, undefined, {
          calm: false,
        });
        const block = present(await world.provider.getBlock("latest"));
        const { liquidated, absorbed } = outcome;
        return [block.number, block.stateRoot, liquidated.accounts.size + absorbed.accounts.size];
      } finally {
        await direct.close();
      }
    };
    const direct = await played((chain) => Promise.resolve(chain));
    const throughHardhat = await played(({ connection }) => embeddedChainOn(connection));
    expect(throughHardhat).to.deep.equal(direct);
    expect(direct[2], "accounts handled").to.be.above(0);
  });

  it("comes to the same, to the last figure, on another client", async function () {
    this.timeout(240_000);
    needAnvil(this);
    const job: ChapterJob = { from: START, seed: SEED, accounts: 8, terms: LOCAL_TERMS, path: PATH, outages: [] };
    const here = await playChapter(job);
    const there = await playChapter(job, { client: "anvil" });
    expect(there).to.deep.equal(here);
    expect(here.liquidated.accounts + here.absorbed.accounts, "accounts handled").to.be.above(0);
  });

  it("does not begin when it was told to end, and says why", async () => {
    const job: ChapterJob = { from: START, seed: 1, accounts: 1, terms: LOCAL_TERMS, path: PATH, outages: [] };
    const stop = new AbortController();
    stop.abort(new Error("enough"));
    const ending = await playChapter(job, { signal: stop.signal }).catch((error: unknown) => error);
    expect(ending).to.be.an("error").with.property("message", "enough");
  });
});
