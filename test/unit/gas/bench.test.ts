import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";

import { newBench, NothingMeasured } from "../../../scripts/bench/gas/chain.js";
import { compared, marginal, note, winners, type Figures } from "../../../scripts/bench/gas/figures.js";
import { addressOf } from "../../../scripts/bench/gas/foreign.js";
import { measureLending } from "../../../scripts/bench/gas/measure.js";
import { deployPlimsoll, plimsoll } from "../../../scripts/bench/gas/plimsoll.js";
import { changes, increases, withTables } from "../../../scripts/bench/gas/snapshot.js";
import { markdownTable, plainTable, rowsOf, threeBeatOne } from "../../../scripts/bench/gas/table.js";
import { oneSlotFeed } from "../../support/whole-world.js";

const FIGURES: Figures = {
  depositAgain: { plimsoll1: 50_000, plimsoll3: 50_100, plimsoll8: 60_000, morphoBlue: 50_100, aaveV3: 120_000 },
  repay: { plimsoll1: 50_000, plimsoll3: 53_000, morphoBlue: 49_000, aaveV3: 130_000 },
  liquidateOne: { plimsoll3: 130_000, morphoBlue: 100_000, aaveV3: 300_000 },
  absorbOne: { plimsoll3: 99_000 },
  issue: { plimsoll: 131_000 },
};

describe("bench:gas: figures and tables", () => {
  it("says who costs least, all of them if several do, and nobody where there is nobody to compare with", () => {
    expect(winners(FIGURES.depositAgain ?? {})).to.deep.equal(["plimsoll1"]);
    expect(winners(FIGURES.repay ?? {})).to.deep.equal(["morphoBlue"]);
    expect(winners({ plimsoll3: 5, morphoBlue: 5 })).to.deep.equal(["plimsoll3", "morphoBlue"]);
    expect(winners(FIGURES.issue ?? {})).to.deep.equal([]);
  });

  it("compares absorbing with the peers' liquidation", () => {
    expect(compared(FIGURES, "absorbOne")).to.deep.equal({ plimsoll3: 99_000, morphoBlue: 100_000, aaveV3: 300_000 });
    expect(compared(FIGURES, "repay")).to.deep.equal(FIGURES.repay);
  });

  it("says whether three collaterals here cost no more than one at the best peer", () => {
    expect(threeBeatOne(FIGURES, "depositAgain")).to.equal(true);
    expect(threeBeatOne(FIGURES, "repay")).to.equal(false);
    expect(threeBeatOne(FIGURES, "issue")).to.equal(undefined);
  });

  it("rounds what a further account costs upward", () => {
    expect(marginal(100, 590, 50)).to.equal(10);
    expect(marginal(100, 591, 50)).to.equal(11);
  });

  it("refuses to measure something twice", () => {
    const figures: Figures = {};
    note(figures, "repay", "plimsoll1", 1);
    expect(() => note(figures, "repay", "plimsoll1", 2)).to.throw("measured twice");
  });

  it("prints rows in order, with goals and, in brackets, what is only compared with", () => {
    const rows = rowsOf(FIGURES);
    expect(rows.map(([operation]) => operation)).to.deep.equal([
      "operation",
      "depositAgain",
      "repay",
      "liquidateOne",
      "absorbOne",
      "issue",
    ]);
    expect(rows[2]).to.deep.equal([
      "repay",
      "",
      "50,000",
      "53,000",
      "",
      "49,000",
      "130,000",
      "Morpho Blue",
      "no",
      "52,000 missed",
    ]);
    expect(rows[4]?.slice(5, 9)).to.deep.equal(["(100,000)", "(300,000)", "Plimsoll 3", "yes"]);
    expect(rows[5]?.at(-1)).to.equal("130,000 missed");
    const lengths = new Set(
      markdownTable(FIGURES)
        .split("\n")
        .map((line) => line.length),
    );
    expect(lengths.size, "columns line up").to.equal(1);
    expect(plainTable(FIGURES)).to.contain("53,000");
  });

  it("tells increases and figures that are new from decreases, and ignores the peers", () => {
    const now: Figures = {
      ...FIGURES,
      depositAgain: { plimsoll1: 50_001, plimsoll3: 50_000, plimsoll8: 60_000, morphoBlue: 1_000_000 },
      redeem: { plimsoll: 1 },
    };
    expect(increases(FIGURES, now)).to.deep.equal([
      { operation: "depositAgain", column: "plimsoll1", was: 50_000, is: 50_001 },
      { operation: "redeem", column: "plimsoll", was: undefined, is: 1 },
    ]);
    expect(changes(FIGURES, now)).to.have.length(3);
  });

  it("tells an operation that is not measured any more", () => {
    const { depositAgain: _, ...others } = FIGURES;
    expect(increases(FIGURES, others).map(({ operation, is }) => [operation, is])).to.deep.include([
      "depositAgain",
      undefined,
    ]);
  });

  it("puts tables where the documentation has a place for them, and nowhere else", () => {
    const page =
      "a\n<!-- table: oneSlot -->\nold\n<!-- end: oneSlot -->\nb\n<!-- table: proxied --><!-- end: proxied -->\nc\n";
    const made = withTables(page, { oneSlot: FIGURES, proxied: {} });
    expect(made).to.contain(markdownTable(FIGURES)).and.not.contain("old");
    expect(made).to.match(/^a\n[\s\S]*\nb\n[\s\S]*\nc\n$/);
    expect(withTables(made, { oneSlot: FIGURES, proxied: {} })).to.equal(made);
    expect(() => withTables("a", { oneSlot: {}, proxied: {} })).to.throw("no place");
  });
});

describe("bench:gas: measuring", () => {
  it("takes refunds off, and sends each transaction in a block of its own twelve seconds later", async () => {
    const { connection, ethers, send } = await newBench();
    const [owner, spender] = (await ethers.getSigners()) as [HardhatEthersSigner, HardhatEthersSigner];
    const token = await ethers.deployContract("TestToken", ["TOK", 18]);
    const allow = (amount: bigint) => ({
      target: addressOf(token),
      data: token.interface.encodeFunctionData("approve", [spender.address, amount]),
    });
    await send(owner, allow(1n));
    const before = await ethers.provider.getBlock("latest");
    const changed = await send(owner, allow(2n));
    const after = await ethers.provider.getBlock("latest");
    expect(after?.timestamp).to.equal((before?.timestamp ?? 0) + 12);
    // 4,800 back for the slot, and a byte of calldata less.
    expect(changed - (await send(owner, allow(0n)))).to.equal(4_812);
    await connection.close();
  });

  it("gives no figure for what did not happen", async function () {
    this.timeout(60_000);
    const bench = await newBench();
    const world = await deployPlimsoll(bench, oneSlotFeed);
    const honest = plimsoll(world, "plimsoll1", 1);
    const hooks = {
      settle: () => world.look(),
      crash: async () => {
        await world.feeds[0]?.set(1_690_00000000n);
      },
    };
    const snapshot = async (lending: typeof honest) => {
      const before = await bench.connection.networkHelpers.takeSnapshot();
      const failure: unknown = await measureLending(bench, lending, {}, hooks).then(
        () => undefined,
        (error: unknown) => error,
      );
      await before.restore();
      return failure;
    };
    const lazy = { ...honest, liquidate: (accounts: readonly string[]) => honest.liquidate(accounts.slice(0, 1)) };
    expect(await snapshot(lazy), "a batch that takes one").to.be.instanceOf(NothingMeasured);
    const idle = { ...honest, repay: (account: string) => honest.borrow(account, 10n ** 18n) };
    expect(await snapshot(idle), "a repayment that borrows").to.be.instanceOf(NothingMeasured);
    await bench.connection.close();
  });
});
