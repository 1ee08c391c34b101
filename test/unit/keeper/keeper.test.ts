import { expect } from "chai";

import { Transaction, VoidSigner } from "ethers";

import { creditOf, meaningOf, type Flows } from "../../../keeper/journal/flows.js";
import { ledgerOf } from "../../../keeper/journal/ledger.js";
import { MemoryJournal } from "../../../keeper/journal/memory.js";
import { SILENT } from "../../../keeper/log.js";
import { Keeper, LookIncomplete } from "../../../keeper/keeper.js";
import { decodeHolding } from "../../../sdk/credit/holdings.js";
import { present } from "../../../sdk/present.js";
import { localWallet } from "../../../replay/chain/embedded.js";
import type { World } from "../../../replay/scenario/world.js";
import {
  ICreditEngine__factory,
  ICreditLens__factory,
  IPlimsollDollar__factory,
  IRisk__factory,
} from "../../../types/contracts/index.js";
import { crash, smallWorlds } from "../../support/scenario.js";

const WAD = 10n ** 18n;
const GWEI = 10n ** 9n;
const CALM = GWEI;
/** More than any transaction offers that was sent in calm times, and more than any may offer. */
const STORM = 100n * GWEI;
const BEYOND = 100_000n * GWEI;
const PATIENCE = 3;
const HOUR = 3_600;

describe("keeper: transactions that are not included", () => {
  const worldWith = smallWorlds();

  /** What the keeper has. {wei}, {plUSD} */
  async function holdings({ provider, addresses }: World): Promise<{ ether: bigint; dollar: bigint }> {
    const { address } = localWallet(1, provider);
    const dollar = IPlimsollDollar__factory.connect(addresses.contracts.dollar, provider);
    return { ether: await provider.getBalance(address), dollar: await dollar.balanceOf(address) };
  }

  /** A keeper that has just sent what must be done about a crash. */
  async function busyKeeper() {
    const world = await worldWith({ accounts: 6 });
    const journal = new MemoryJournal();
    const before = await holdings(world);
    const keeper = new Keeper(
      { ...world.newKeeper().config, patience: PATIENCE },
      { provider: world.provider, signer: localWallet(1, world.provider), journal },
    );
    await crash(world, 55n);
    await world.chain.mine({ baseFee: CALM });
    const { failing, sent } = await keeper.tick();
    expect(failing).to.be.above(0);
    const rescue = sent.filter((s) => s.accounts.length > 0);
    expect(rescue).to.not.be.empty;
    return { world, keeper, sent, rescue, journal, before };
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

  it("takes back what was to pay for itself and would not at the new price, instead of outbidding it into a loss", async () => {
    const { world, keeper, journal } = await busyKeeper();
    for (let i = 0; i < 2 * PATIENCE + 4; i++) {
      await world.chain.mine({ baseFee: 2_000n * GWEI });
      await keeper.tick();
    }
    const liquidations = (await journal.since(0)).filter(({ job }) => job === "liquidate");
    expect(liquidations).to.not.be.empty;
    for (const { expected, loss, transactions, outcome } of liquidations) {
      expect([expected >= 0n, loss]).to.deep.equal([true, 0n]);
      // A transaction that does nothing costs 21,000 gas: 0.05 ETH of some 70 USD.
      if (transactions.some(({ kind }) => kind === "nothing"))
        expect((outcome?.realised ?? 0n) > -5n * WAD).to.equal(true);
    }
    expect(liquidations.some(({ transactions }) => transactions.at(-1)?.kind === "nothing")).to.equal(true);
  });

  it("leaves alone for a while what reverts, ever longer, and does not pay for it with what is kept for solvency", async () => {
    const world = await worldWith({ accounts: 6 });
    await crash(world, 55n);
    await world.chain.mine({ baseFee: 20n * GWEI });
    const liquidator = present(world.addresses.liquidator);
    let spoilt = 0;
    // Whoever sees it coming takes his liquidity out of the pools within the same block.
    const provider = new Proxy(world.provider, {
      get: (target, name) => {
        if (name === "send") {
          return async (method: string, params: unknown[]): Promise<unknown> => {
            if (method === "eth_sendRawTransaction" && Transaction.from(params[0] as string).to === liquidator) {
              spoilt += 1;
              await world.market.setDepth(0);
            }
            return (await target.send(method, params)) as unknown;
          };
        }
        const value = Reflect.get(target, name, target) as unknown;
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    const { reserve, ...others } = world.newKeeper().config;
    const journal = new MemoryJournal();
    const keeper = new Keeper(
      // Nothing is absorbed, so that the accounts keep failing; and one revert is more than the budget has.
      { ...others, absorbSubsidy: 0n, urgentHealth: 0, reserve: { ...present(reserve), gasBudget: WAD } },
      { provider, signer: localWallet(1, world.provider), journal },
    );
    const reserved = keeper.budgetLeft("solvency") - keeper.budgetLeft("rest");
    for (let i = 0; i < 12; i++) {
      await keeper.tick();
      await world.chain.mine({ baseFee: 20n * GWEI });
      await world.market.setDepth(1);
      await world.chain.mine({ baseFee: 20n * GWEI });
    }
    const liquidations = (await journal.since(0)).filter(({ job }) => job === "liquidate");
    expect(spoilt).to.be.within(1, 3);
    expect(keeper.totals.reverted).to.be.within(1, 3);
    expect(liquidations.length).to.be.at.most(3);
    const lost = reserved - keeper.budgetLeft("solvency");
    const onSolvency = (await journal.since(0)).filter(({ purse, job }) => purse === "solvency" && job !== "liquidate");
    expect(lost <= onSolvency.reduce((sum, { loss }) => sum + loss, 0n)).to.equal(true);
  });

  it("tells what it did although one job failed", async () => {
    const world = await worldWith({ accounts: 6 });
    await crash(world, 55n);
    await world.chain.mine({ baseFee: CALM });
    const backstop = present(world.addresses.contracts.backstop).toLowerCase();
    const provider = new Proxy(world.provider, {
      get: (target, name) => {
        if (name === "getLogs") {
          return async (filter: Parameters<typeof target.getLogs>[0]) => {
            if (JSON.stringify(filter).toLowerCase().includes(backstop)) throw new Error("more than 10000 results");
            return await target.getLogs(filter);
          };
        }
        const value = Reflect.get(target, name, target) as unknown;
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    const keeper = new Keeper(world.newKeeper().config, { provider, signer: localWallet(1, world.provider) });
    let failure: unknown;
    await keeper.tick().catch((error: unknown) => (failure = error));
    expect(failure).to.be.instanceOf(LookIncomplete);
    const { tick, message } = failure as LookIncomplete;
    expect(message).to.include("more than 10000 results");
    expect(tick.failing).to.be.above(0);
    expect(tick.sent.flatMap(({ accounts }) => accounts)).to.not.be.empty;
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

  it("leaves to a keeper that takes its place what is on its way, and no more", async () => {
    const { world, keeper, rescue, journal } = await busyKeeper();
    const signer = localWallet(1, world.provider);
    const next = new Keeper({ ...keeper.config, patience: 100 }, { provider: world.provider, signer, journal });
    const { sent } = await next.tick();
    const first = new Set(rescue.flatMap((s) => s.accounts));
    expect(sent.flatMap((s) => s.accounts).filter((account) => first.has(account))).to.deep.equal([]);
    expect(sent.map((s) => s.job))
      .to.not.include("record")
      .and.to.not.include("rate");
    expect(await finish(world, next)).to.equal(0);
    for (const { hash } of rescue) expect((await world.provider.getTransactionReceipt(hash))?.status).to.equal(1);
  });

  it("only looks while another process leads, and goes on with what that one left when its turn comes", async () => {
    const { world, keeper, rescue, journal } = await busyKeeper();
    const signer = localWallet(1, world.provider);
    let term: number | undefined;
    const leadership = { begin: () => term, permit: () => undefined };
    const next = new Keeper(
      { ...keeper.config, patience: 100 },
      { provider: world.provider, signer, journal, leadership },
    );
    const waiting = await next.tick();
    expect(waiting.failing).to.be.above(0);
    expect(waiting.borrowers).to.be.above(0);
    expect([waiting.sent, waiting.planned, next.open]).to.deep.equal([[], [], 0]);
    // The same block, in another role.
    term = 1;
    const { sent } = await next.tick();
    expect(next.open).to.be.at.least(rescue.length);
    const first = new Set(rescue.flatMap((s) => s.accounts));
    expect(sent.flatMap((s) => s.accounts).filter((account) => first.has(account))).to.deep.equal([]);
    const lost = next.budgetLeft("solvency");
    term = undefined;
    expect((await next.tick()).sent).to.deep.equal([]);
    expect(next.open, "what others see to").to.equal(0);
    // Another one saw all of it through meanwhile.
    expect(await finish(world, keeper)).to.equal(0);
    term = 3;
    await next.tick();
    expect(next.open).to.equal((await journal.open()).length);
    // What that one lost and earned counts.
    expect(next.budgetLeft("solvency")).to.equal(keeper.budgetLeft("solvency")).and.to.not.equal(lost);
    for (const { hash } of rescue) expect((await world.provider.getTransactionReceipt(hash))?.status).to.equal(1);
  });

  it("absorbs at a loss only as far as what is kept for solvency goes", async () => {
    const world = await worldWith({ accounts: 12 });
    await crash(world, 45n);
    // Dearer than the tips, and below the ceiling.
    await world.chain.mine({ baseFee: 2_000n * GWEI });
    const absorbed = async (solvencyBudget: bigint): Promise<number> => {
      const { reserve, ...others } = world.newKeeper().config;
      const config = { ...others, solvencyBudget, routes: [], reserve: { ...present(reserve), gasBudget: 0n } };
      const signer = localWallet(1, world.provider);
      const { planned } = await new Keeper(config, { provider: world.provider, signer, execute: false }).tick();
      return planned.filter((p) => p.job === "absorb").flatMap((p) => p.accounts).length;
    };
    expect(await absorbed(5n * WAD)).to.equal(0);
    expect(await absorbed(500n * WAD)).to.be.above(0);
  });

  it("has a ledger that agrees with the chain to the wei", async () => {
    const { world, keeper, journal, before } = await busyKeeper();
    expect(await finish(world, keeper)).to.equal(0);
    for (let i = 0; i < 5 && keeper.open > 0; i++) {
      await world.chain.mine({ baseFee: CALM });
      await keeper.tick();
    }
    const { total, jobs } = ledgerOf(await journal.since(0));
    const after = await holdings(world);
    expect(keeper.open).to.equal(0);
    expect(before.ether - after.ether).to.equal(total.fees);
    expect(total.fees).to.equal(keeper.totals.gasSpent);
    expect(total.flows[world.addresses.contracts.dollar] ?? 0n).to.equal(after.dollar - before.dollar);
    expect(jobs.map(({ job }) => job)).to.include("liquidate");
    const liquidations = jobs.find(({ job }) => job === "liquidate")!;
    expect(liquidations.flows[world.addresses.contracts.dollar]).to.equal(keeper.totals.profit);
    // Expected and realised are of one kind, and near each other.
    expect(liquidations.realised > 0n && liquidations.realised > liquidations.expected / 2n).to.equal(true);
  });

  it("counts tips for absorbing, which the engine's ledger owes it, and takes them out when they are worth the gas", async () => {
    const world = await worldWith({ accounts: 6 });
    const { address } = localWallet(1, world.provider);
    const engine = ICreditEngine__factory.connect(world.addresses.contracts.engine, world.provider);
    const journal = new MemoryJournal();
    const signer = localWallet(1, world.provider);
    // Nothing can be sold: all of it is absorbed.
    const keeper = new Keeper(
      { ...world.newKeeper().config, routes: [] },
      { provider: world.provider, signer, journal },
    );
    await crash(world, 45n);
    for (let i = 0; i < 3; i++) {
      await world.chain.mine({ baseFee: CALM });
      await keeper.tick();
    }
    expect(keeper.totals.absorptions).to.be.above(0);
    const owed = async (): Promise<Record<string, bigint>> => {
      const list = (await engine.position(address)).holdings.map(decodeHolding).map(async ({ asset, amount }) => {
        const { token, scale } = await engine.assetInfo(asset);
        return [creditOf(token), amount * scale] as const;
      });
      return Object.fromEntries(await Promise.all(list));
    };
    const inLedger = ({ flows }: { flows: Flows }): Flows =>
      Object.fromEntries(Object.entries(flows).filter(([key, units]) => meaningOf(key).inLedger && units !== 0n));
    const before = await owed();
    const { jobs, total } = ledgerOf(await journal.since(0));
    expect(before).to.not.deep.equal({});
    expect(inLedger(total)).to.deep.equal(before);
    const absorbed = present(jobs.find(({ job }) => job === "absorb"));
    // Expected and realised are of one kind, and near each other.
    expect(absorbed.realised > 0n && absorbed.realised < absorbed.expected * 2n).to.equal(true);
    expect(absorbed.expected < absorbed.realised * 2n).to.equal(true);
    for (let i = 0; i < 3; i++) {
      await world.chain.mine({ baseFee: CALM, time: (await world.chain.time()) + HOUR });
      await keeper.tick();
    }
    expect(keeper.totals.jobs.tips).to.be.above(0);
    const after = ledgerOf(await journal.since(0)).total;
    expect(inLedger(after)).to.deep.equal(await owed());
    for (const [key, units] of Object.entries(before)) {
      const { token } = meaningOf(key);
      const held = await IPlimsollDollar__factory.connect(token, world.provider).balanceOf(address);
      expect((after.flows[token] ?? 0n) + (after.flows[key] ?? 0n) >= units).to.equal(true);
      expect(after.flows[token] ?? 0n).to.equal(held);
    }
  });

  it("sends nothing in a dry run, and says each time what it would send", async () => {
    const world = await worldWith({ accounts: 6 });
    await crash(world, 55n);
    await world.chain.mine({ baseFee: CALM });
    const said: unknown[] = [];
    const log = { ...SILENT, info: (_: unknown, message: string) => void said.push(message) };
    const signer = new VoidSigner(localWallet(1, world.provider).address, world.provider);
    const dry = new Keeper(world.newKeeper().config, { provider: world.provider, signer, execute: false, log });
    const nonce = await signer.getNonce("pending");
    const first = await dry.tick();
    await world.chain.mine({ baseFee: CALM });
    const second = await dry.tick();
    expect([...first.sent, ...second.sent]).to.deep.equal([]);
    expect(first.planned.flatMap((p) => p.accounts)).to.not.be.empty;
    expect(second.planned.map((p) => p.job)).to.include.oneOf(["liquidate", "absorb"]);
    // What is still the same is said once.
    expect(said.filter((message) => message === "would send").length).to.be.below(
      first.planned.length + second.planned.length,
    );
    expect(await signer.getNonce("pending")).to.equal(nonce);
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
