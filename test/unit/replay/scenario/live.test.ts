import { expect } from "chai";

import { seeded } from "../../../../replay/path/random.js";
import { goLive } from "../../../../replay/scenario/live.js";
import { IPriceOracle__factory } from "../../../../types/contracts/index.js";
import { smallWorlds } from "../../../support/scenario.js";

const LIVE = 2n;
const DAY = 86_400;

describe("replay/scenario: the market around a live chain", () => {
  const worldWith = smallWorlds();

  it("keeps the heartbeats of the chain's clock, wherever a wallet moves it", async () => {
    const world = await worldWith({ accounts: 1, start: Math.floor(Date.now() / 1000) });
    const request = (method: string, params: unknown[] = []) => world.connection.provider.request({ method, params });
    const oracle = IPriceOracle__factory.connect(world.addresses.contracts.oracle, world.provider);
    const status = async (): Promise<bigint> => (await oracle.price(0)).status;
    const market = await goLive(world, seeded(1));
    await market.step();
    await market.step();
    expect(await status()).to.equal(LIVE);

    for (const jump of [7_200, 3 * DAY]) {
      await request("evm_increaseTime", [jump]);
      await request("evm_mine");
      expect(await status(), "a feed that was left behind").to.not.equal(LIVE);
      await market.step();
      expect(await status(), `after ${jump} seconds`).to.equal(LIVE);
    }
    expect(world.quotes.ratio > 1_070_000_000_000_000_000n, "the staking ratio grew meanwhile").to.equal(true);
  });

  it("starts its feeds anew when a wallet takes the chain back", async () => {
    const world = await worldWith({ accounts: 1, start: Math.floor(Date.now() / 1000) });
    const request = (method: string, params: unknown[] = []) => world.connection.provider.request({ method, params });
    const oracle = IPriceOracle__factory.connect(world.addresses.contracts.oracle, world.provider);
    const market = await goLive(world, seeded(1));
    await market.step();
    const snapshot = (await request("evm_snapshot")) as string;
    await request("evm_increaseTime", [10 * DAY]);
    await request("evm_mine");
    await market.step();
    await request("evm_revert", [snapshot]);
    await market.step();
    await request("evm_increaseTime", [7_200]);
    await request("evm_mine");
    await market.step();
    expect((await oracle.price(0)).status).to.equal(LIVE);
  });
});
