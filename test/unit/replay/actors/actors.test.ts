import { expect } from "chai";

import { getAddress } from "ethers";

import { absentDuring } from "../../../../replay/actors/absent.js";
import { Borrowers, HABITS, type Temper } from "../../../../replay/actors/borrowers.js";
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

  it("borrowers whose loans get tight top up, pay back or do nothing, each as he is, and nobody else does anything", async function () {
    this.timeout(120_000);
    const world = await worldWith({ accounts: 100 });
    const lens = ICreditLens__factory.connect(world.addresses.contracts.lens, world.provider);
    const accounts = world.borrowers.map(({ account }) => getAddress(account));
    const standings = async (): Promise<{ collateral: number; debt: number; health: number }[]> =>
      (await lens.healths(accounts)).map(({ collateralValue, maintenanceLimit, debt }) => ({
        collateral: Number(collateralValue) / 1e18,
        debt: Number(debt) / 1e18,
        health: Number(maintenanceLimit) / Number(debt),
      }));
    await crash(world, 80n);
    const before = await standings();
    const start = await world.chain.time();
    const borrowers = new Borrowers(world, seeded(5), start);
    await borrowers.act({ time: start });
    await world.chain.mine();
    const after = await standings();

    const still = (change: number): boolean => Math.abs(change) < 0.01;
    const seen = { "tops up": 0, repays: 0, ignores: 0 } satisfies Record<Temper, number>;
    accounts.forEach((account, i) => {
      const [then, now] = [present(before[i]), present(after[i])];
      const temper = present(borrowers.temperOf(account));
      const isTight = then.health > 1 && then.health < HABITS.tight;
      const who = `${account}, who ${temper}, at ${then.health.toFixed(3)}`;
      const added = now.collateral - then.collateral;
      const paid = then.debt - now.debt;
      if (isTight) seen[temper] += 1;
      const claims: Record<string, boolean> =
        isTight && temper === "tops up"
          ? { "more collateral": added > 1, "the same debt": still(paid), better: now.health > then.health }
          : isTight && temper === "repays" && paid > 1
            ? { "the same collateral": still(added), "an easy loan": Math.abs(now.health - HABITS.easy) < 0.02 }
            : { "the same collateral": still(added), "the same debt": still(paid) };
      // What would leave less than the protocol's minimum is not paid back.
      if (isTight && temper === "repays" && still(paid)) {
        claims["too small a loan"] = (then.debt * then.health) / HABITS.easy < 111;
      }
      for (const [claim, holds] of Object.entries(claims)) expect(holds, `${who}: ${claim}`).to.equal(true);
    });
    expect(seen["tops up"], "tight, and top up").to.be.above(0);
    expect(seen.repays, "tight, and repay").to.be.above(0);
    expect(seen.ignores, "tight, and do nothing").to.be.above(0);
    const { toppedUp, repaid } = borrowers.deeds;
    expect(toppedUp).to.equal(seen["tops up"]);
    expect(repaid, "paid back").to.be.within(1, seen.repays);

    // They do not look again before it is time, unless ether has fallen by much.
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
