import { expect } from "chai";

import { FEED_RULES, march2020, partOf, worstStretch } from "../../../../replay/path/path.js";
import { oneKeeper, type Keepers } from "../../../../replay/scenario/keepers.js";
import { runScenario } from "../../../../replay/scenario/run.js";
import { present } from "../../../../sdk/present.js";
import { smallWorlds } from "../../../support/scenario.js";

const HOUR = 3_600;
const SEED = 2_020;
const ACCOUNTS = 40;
const OUTAGE = 6 * HOUR;
/** Blocks after its return within which the keeper has caught up. */
const CATCH_UP = 3;
const COARSE = { ...FEED_RULES, eth: { deviation: 200, heartbeat: HOUR }, btc: { deviation: 200, heartbeat: HOUR } };

describe("replay/scenario: the keeper is away for the six worst hours", () => {
  const worldWith = smallWorlds(true);

  it("catches up by itself at once, and what was lost is inside the first-loss capital", async function () {
    this.timeout(240_000);
    const whole = march2020(SEED, COARSE);
    const worst = worstStretch(whole, OUTAGE);
    const path = partOf(whole, worst - HOUR, worst + OUTAGE + 4 * HOUR);
    const start = 1_800_000_000;
    const world = await worldWith({ accounts: ACCOUNTS, seed: SEED, start });
    const keeper = oneKeeper(world.newKeeper());
    const failingAfter: number[] = [];
    let missed = 0;
    const absent: Keepers = {
      look: async () => {
        const time = (await world.chain.time()) - start;
        if (time >= HOUR && time <= HOUR + OUTAGE) {
          missed += 1;
          return 0;
        }
        const failing = await keeper.look();
        if (time > HOUR + OUTAGE) failingAfter.push(failing);
        return failing;
      },
      work: () => keeper.work(),
    };
    const { audit, outcome, lowestEth } = await runScenario(world, absent, path, start, () => undefined);

    const before = present(whole.steps.findLast(({ time, updates }) => updates.eth !== undefined && time <= worst));
    const fall = 1 - Number(lowestEth) / Number(present(before.updates.eth).answer);
    console.log(
      `      ether fell by ${(fall * 100).toFixed(1)}% while nobody looked at ${missed.toString()} blocks; failing at the keeper's return, block by block: ` +
        `${failingAfter.slice(0, 5).join(", ")}; booked losses ${(audit.badDebt / 10n ** 18n).toString()} USD`,
    );
    expect(fall, "of ether").to.be.above(0.25);
    expect(missed).to.be.above(20);
    expect(present(failingAfter[0]), "accounts failing at its return").to.be.above(5);
    expect(Math.max(...failingAfter.slice(CATCH_UP)), "failing later").to.equal(0);
    expect(outcome.absorbed.accounts.size + outcome.liquidated.accounts.size).to.be.above(5);
    // Nothing but a loss may be missing, and equity has paid it: the Backstop has lost nothing, and capital is more than required.
    const broken = audit.checks.filter((check) => !check.holds).map((check) => check.name);
    expect(broken.filter((name) => name !== "nothing was lost")).to.deep.equal([]);
    const { equity, capital, required, backing } = audit.statement;
    expect(equity > 0n, "equity").to.equal(true);
    expect(capital > required, "capital").to.equal(true);
    expect(backing >= 10n ** 18n, "backing").to.equal(true);
  });
});
