import { expect } from "chai";
import { getAddress } from "ethers";

import { absentDuring } from "../../../../replay/actors/absent.js";
import { Borrowers, HABITS } from "../../../../replay/actors/borrowers.js";
import { PEG_TRADING, PegTraders } from "../../../../replay/actors/peg-traders.js";
import { seeded } from "../../../../replay/path/random.js";
import type { Keepers } from "../../../../replay/scenario/keepers.js";
import { pushQuotes, type World } from "../../../../replay/scenario/world.js";
import { present } from "../../../../sdk/present.js";
import {
  IBalanceSheet__factory,
  ICreditLens__factory,
  IPlimsollDollar__factory,
} from "../../../../types/contracts/index.js";
import { crash, smallWorlds } from "../../../support/scenario.js";

const WAD = 10n ** 18n;
const HOUR = 3_600;

describe("replay/actors: who else takes part", () => {
  const worldWith = smallWorlds(true);

  /** Prices that count now, and a statement by which plUSD may be minted. */
  async function upToDate(world: World, time: number): Promise<void> {
    await pushQuotes(world, ["eth", "btc", "usdc"]);
    const { sheet } = world.addresses.contracts;
    const abi = IBalanceSheet__factory.createInterface();
    for (const what of ["lookAtCollateral", "refresh"] as const) {
      const data = abi.encodeFunctionData(what as "refresh");
      await world.chain.send(world.deployer.address, { to: sheet, data }, what);
    }
    await world.chain.mine({ time });
  }

  it("borrowers top up, pay back or do nothing when their loans get tight, and come back after losing them", async function () {
    this.timeout(120_000);
    const world = await worldWith({ accounts: 40 });
    const lens = ICreditLens__factory.connect(world.addresses.contracts.lens, world.provider);
    const accounts = world.borrowers.map(({ account }) => getAddress(account));
    const healths = async (): Promise<number[]> =>
      (await lens.healths(accounts)).map(({ maintenanceLimit, debt }) => Number(maintenanceLimit) / Number(debt));
    await crash(world, 85n);
    const before = await healths();
    const start = await world.chain.time();
    const borrowers = new Borrowers(world, seeded(5), start);
    await borrowers.act({ time: start });
    await world.chain.mine();
    const after = await healths();

    const tight = before.flatMap((health, i) => (health > 1 && health < HABITS.tight ? [i] : []));
    const acted = after.flatMap((health, i) => (health > present(before[i]) + 0.01 ? [i] : []));
    const { toppedUp, repaid } = borrowers.deeds;
    expect(toppedUp, "topped up").to.be.above(0);
    expect(repaid, "paid back").to.be.above(0);
    expect(acted, "only who was tight acts").to.satisfy((list: number[]) => list.every((i) => tight.includes(i)));
    expect(acted.length, "and all who tried are better off").to.be.within(1, toppedUp + repaid);
    expect(tight.length, "some do nothing").to.be.above(acted.length);
    // Nobody is beyond what he aims at, and failing accounts are left to keepers.
    for (const i of acted) expect(after[i]).to.be.within(HABITS.tight, HABITS.easy + 0.02);
    before.forEach((health, i) => {
      if (health < 1) expect(after[i]).to.be.closeTo(health, 1e-3);
    });

    // They do not look again before it is time, whatever they would see.
    await crash(world, 99n);
    await borrowers.act({ time: start + HOUR });
    expect(borrowers.deeds).to.include({ toppedUp, repaid });
  });

  it("traders issue plUSD while it is dear, and stop where the protocol does", async () => {
    const world = await worldWith({ accounts: 2 });
    const dollar = IPlimsollDollar__factory.connect(world.addresses.contracts.dollar, world.provider);
    const { reserve } = world.addresses.contracts;
    const issued = async (): Promise<bigint> => await dollar.level(reserve);
    const start = await world.chain.time();
    await upToDate(world, start + 60);
    const traders = new PegTraders(world);
    const look = async (time: number, price: bigint): Promise<void> => {
      await upToDate(world, time);
      world.quotes.dollar = price;
      await traders.act({ time });
      await world.chain.mine();
    };
    // The first look is for the allowance.
    await look(start + HOUR, (103n * WAD) / 100n);
    expect(await issued()).to.equal(0n);
    await look(start + 2 * HOUR, (103n * WAD) / 100n);
    expect((await issued()) > 0n, "issued").to.equal(true);
    expect(traders.issued).to.be.within(PEG_TRADING.least, PEG_TRADING.most);
    // What they sold is felt: the same pressure is a lower price now, though not below par.
    world.quotes.dollar = (103n * WAD) / 100n;
    await traders.act({ time: start + 2 * HOUR + 60 });
    expect(world.quotes.dollar < (103n * WAD) / 100n && world.quotes.dollar >= WAD).to.equal(true);

    // A statement that is too old mints nothing: the protocol says no, and it is noted.
    const before = await issued();
    world.quotes.dollar = (105n * WAD) / 100n;
    const late = start + 10 * HOUR;
    await world.chain.mine({ time: late });
    await traders.act({ time: late });
    await world.chain.mine();
    expect(traders.refused).to.equal(1);
    expect(await issued()).to.equal(before);
  });

  it("keepers that are out see nothing, send nothing, and are back in time", async () => {
    let [now, looks] = [0, 0];
    const keepers: Keepers = {
      look: () => Promise.resolve(++looks),
      isIdle: false,
      work: () => Promise.reject(new Error("not asked")),
    };
    const absent = absentDuring(keepers, [{ from: 10, to: 20 }], () => Promise.resolve(now));
    for (const [time, failing, isIdle] of [
      [9, 1, false],
      [10, 0, true],
      [19, 0, true],
      [20, 2, false],
    ] as const) {
      now = time;
      expect(await absent.look(), `at ${time.toString()}`).to.equal(failing);
      expect(absent.isIdle).to.equal(isIdle);
    }
    expect(absentDuring(keepers, [], () => Promise.resolve(0))).to.equal(keepers);
  });
});
