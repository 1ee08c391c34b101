import { expect } from "chai";

import { Keeper } from "../../../keeper/keeper.js";
import { localWallet } from "../../../replay/chain/embedded.js";
import type { World } from "../../../replay/scenario/world.js";
import { ICreditLens__factory, IRisk__factory } from "../../../types/contracts/index.js";
import { crash, smallWorlds } from "../../support/scenario.js";

const GWEI = 10n ** 9n;
const CALM = GWEI;
/** More than any transaction offers that was sent in calm times, and more than any may offer. */
const STORM = 100n * GWEI;
const BEYOND = 100_000n * GWEI;
const PATIENCE = 3;
const HOUR = 3_600;

describe("keeper: transactions that are not included", () => {
  const worldWith = smallWorlds();

  /** A keeper that has just sent what must be done about a crash. */
  async function busyKeeper() {
    const world = await worldWith({ accounts: 6 });
    const keeper = new Keeper(
      { ...world.newKeeper().config, patience: PATIENCE },
      { provider: world.provider, signer: localWallet(1, world.provider) },
    );
    await crash(world, 55n);
    await world.chain.mine({ baseFee: CALM });
    const { failing, sent } = await keeper.tick();
    expect(failing).to.be.above(0);
    const rescue = sent.filter((s) => s.accounts.length > 0);
    expect(rescue).to.not.be.empty;
    return { world, keeper, sent, rescue };
  }

  /** Looks and mines until no account fails any more; returns how many still do after a while. */
  async function finish(world: World, keeper: Keeper): Promise<number> {
    const lens = ICreditLens__factory.connect(world.addresses.contracts.lens, world.provider);
    const accounts = world.borrowers.map((b) => b.account);
    let failing = Infinity;
    for (let i = 0; i < 30 && failing > 0; i++) {
      await world.chain.mine({ baseFee: CALM });
      await keeper.tick();
      failing = (await lens.failing(accounts, 10_000)).length;
    }
    await world.chain.mine({ baseFee: CALM });
    await keeper.tick();
    return failing;
  }

  it("offers more for them when gas becomes dearer, and gets the work done in the storm", async () => {
    const { world, keeper, sent } = await busyKeeper();
    for (let i = 0; i < 2 * PATIENCE + 2; i++) {
      await world.chain.mine({ baseFee: STORM });
      await keeper.tick();
    }
    expect(keeper.totals.liquidations + keeper.totals.absorptions).to.be.above(0);
    for (const { hash } of sent) expect(await world.provider.getTransactionReceipt(hash)).to.equal(null);
    expect(await finish(world, keeper)).to.equal(0);
    expect(keeper.totals.reverted).to.equal(0);
  });

  it("waits while gas costs more than anything is worth, and works again afterwards", async () => {
    const { world, keeper } = await busyKeeper();
    for (let i = 0; i < 2 * PATIENCE + 2; i++) {
      await world.chain.mine({ baseFee: BEYOND });
      expect((await keeper.tick()).sent).to.deep.equal([]);
    }
    expect(keeper.totals.gasSpent).to.equal(0n);
    expect(await finish(world, keeper)).to.equal(0);
    expect(keeper.totals.liquidations + keeper.totals.absorptions).to.be.above(0);
  });

  it("sends the same again when the node has forgotten them", async () => {
    const { world, keeper, sent } = await busyKeeper();
    for (const { hash } of [...sent].reverse()) {
      await world.connection.provider.request({ method: "hardhat_dropTransaction", params: [hash] });
    }
    expect(await finish(world, keeper)).to.equal(0);
    expect(keeper.totals.lost).to.equal(0);
    for (const { hash } of sent) expect((await world.provider.getTransactionReceipt(hash))?.status).to.equal(1);
  });

  it("does not send again what is on its way", async () => {
    const { world, keeper, rescue } = await busyKeeper();
    await world.chain.mine({ baseFee: STORM });
    const { sent } = await keeper.tick();
    const first = new Set(rescue.flatMap((s) => s.accounts));
    expect(sent.flatMap((s) => s.accounts).filter((account) => first.has(account))).to.deep.equal([]);
  });
});

describe("keeper: the risk model", () => {
  const worldWith = smallWorlds();

  it("has it observe prices as soon as it may, and not before", async () => {
    const world = await worldWith({ accounts: 1 });
    const keeper = world.newKeeper();
    const risk = IRisk__factory.connect(world.addresses.contracts.risk, world.provider);
    const observeAt = async (time: number): Promise<number> => {
      await world.chain.mine({ time });
      const { sent } = await keeper.tick();
      await world.chain.mine({ time: time + 1 });
      return sent.filter((s) => s.job === "observe").length;
    };
    const first = Number((await risk.observation()).allowedAt);
    expect(await observeAt(first - 10)).to.equal(0);
    expect(await observeAt(first)).to.equal(1);
    const [observedAt, allowedAt] = await risk.observation();
    expect(Number(observedAt)).to.equal(first + 1);
    expect(await observeAt(first + HOUR - 10)).to.equal(0);
    expect(await observeAt(Number(allowedAt))).to.equal(1);
    await world.chain.mine();
    await keeper.tick();
    expect(keeper.totals.observations).to.equal(2);
  });
});
