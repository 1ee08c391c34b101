import { getEventListeners } from "node:events";

import { expect } from "chai";
import { MaxUint256 } from "ethers";

import { activity, begin, close } from "../../../app/src/data/activity.js";
import { HealthAlerts, unseen } from "../../../app/src/data/alerts.js";
import { pause } from "../../../app/src/data/history.js";
import { LagWatch } from "../../../app/src/data/lag.js";
import { shareSteps, type Channel, type Tabs } from "../../../app/src/data/steps.js";
import { fadingOf, unpricedOf } from "../../../app/src/data/unpriced.js";
import { liquidationText } from "../../../app/src/format/liquidation.js";
import { accountVerdict } from "../../../app/src/format/standing.js";
import { PRICE_STATUS } from "../../../sdk/credit/valuation.js";
import type { Asset } from "../../../sdk/reads/protocol.js";
import type { Step } from "../../../indexer/api/wire.js";
import { WAD } from "../../support/world.js";

const percent = (p: bigint): bigint => (p * WAD) / 100n;

describe("app/data: what an owner is told", () => {
  it("tells when health falls below 1.10, again when it falls below 1, and anew after it was well", () => {
    const alerts = new HealthAlerts();
    const told = (...healths: bigint[]) => healths.map((p) => alerts.next("0xa", percent(p)));
    expect(told(140n, 109n, 108n, 99n, 95n)).to.deep.equal([undefined, "low", undefined, "failing", undefined]);
    // Around a line it is told of once.
    expect(told(101n, 99n, 104n, 99n)).to.deep.equal([undefined, undefined, undefined, undefined]);
    expect(told(106n, 99n)).to.deep.equal([undefined, "failing"]);
    expect(told(116n, 109n)).to.deep.equal([undefined, "low"]);
    expect(new HealthAlerts().next("0xa", percent(90n))).to.equal("failing");
    // Another account is another matter.
    expect(alerts.next("0xb", percent(109n))).to.equal("low");
    expect(alerts.next("0xb", MaxUint256)).to.equal(undefined);
  });

  it("knows which liquidations its owner has not seen", () => {
    const items = [3, 2, 1].map((log) => ({ transaction: "0xt", log }));
    expect(unseen(items, "0xt:2")).to.deep.equal([items[0]]);
    expect(unseen(items, "0xt:3")).to.deep.equal([]);
    expect(unseen(items, "")).to.deep.equal(items);
    // What was seen belongs to another chain.
    expect(unseen(items, "0xother:1")).to.deep.equal(items);
  });

  it("says how much was repaid, what was taken for it, and what that cost", () => {
    const assets = [{ number: 0n, symbol: "WETH", decimals: 18 }];
    const seized = [{ asset: 0, tokens: WAD / 2n, price: 2_000n * WAD }];
    const l = { kind: "liquidated" as const, debt: 900n * WAD, seized, value: 1_000n * WAD, cost: 100n * WAD };
    expect(liquidationText(l, assets)).to.equal(
      "$900.00 of your debt was repaid by a liquidator, and 0.5 WETH of your collateral was taken, worth $1,000.00: it cost you $100.00.",
    );
    expect(liquidationText({ ...l, value: null, cost: null }, assets)).to.match(
      /0\.5 WETH of your collateral was taken\.$/,
    );
    expect(liquidationText({ ...l, kind: "written off", seized: [] }, assets)).to.match(/was written off\.$/);
  });

  it("keeps the message of each thing that was begun, and lets none take another's place", () => {
    activity.set([]);
    const [first, second] = [begin("Deposit", () => undefined), begin("Stake")];
    first({ state: "working", text: "sent", hash: "0x1" });
    second({ state: "working", text: "confirm" });
    first({ state: "done", text: "in block 1" });
    expect(activity.value.map(({ title, text }) => [title, text])).to.deep.equal([
      ["Stake", "confirm"],
      ["Deposit", "in block 1"],
    ]);
    // There is nothing to follow any more.
    expect(activity.value[1]?.stop).to.equal(undefined);
    close(activity.value[1]?.id ?? 0);
    second({ state: "failed", text: "rejected" });
    expect(activity.value.map(({ text }) => text)).to.deep.equal(["rejected"]);
    for (let i = 0; i < 9; i++) begin(`${i}`)({ state: "done", text: "" });
    begin("long")({ state: "working", text: "" });
    expect(activity.value).to.have.length(6);
    expect(activity.value[0]?.title).to.equal("long");
    activity.set([]);
  });

  it("notices an indexer that stands still behind the chain, and none that follows", () => {
    const watch = new LagWatch();
    expect(watch.note(undefined, 50, 0)).to.equal(undefined);
    expect(watch.note(10, 50, 0)).to.equal(undefined);
    // Far behind, but it moves.
    expect(watch.note(20, 60, 9_000)).to.equal(undefined);
    expect(watch.note(20, 60, 18_000)).to.equal(undefined);
    expect(watch.note(20, 62, 19_000)).to.equal(42);
    expect(watch.note(62, 62, 20_000)).to.equal(undefined);
    // The chain stands still: nobody is behind.
    expect(watch.note(62, 62, 90_000)).to.equal(undefined);
    expect(watch.note(62, 65, 91_000)).to.equal(undefined);
    expect(watch.note(62, 65, 101_000)).to.equal(3);
    // Nothing is known of one that has not answered for long; it is judged anew when it answers again.
    expect(watch.note(62, 70, 200_000, 101_000)).to.equal(undefined);
    expect(watch.note(62, 70, 201_000, 201_000)).to.equal(undefined);
    expect(watch.note(62, 70, 209_000, 201_000)).to.equal(undefined);
    expect(watch.note(62, 70, 211_000, 201_000)).to.equal(8);
  });
});

describe("app/data: questions to the indexer", () => {
  it("leaves nothing behind of its waiting, however often it waits", async () => {
    const stop = new AbortController();
    await pause(1, stop.signal);
    expect(getEventListeners(stop.signal, "abort")).to.deep.equal([]);
    const waiting = pause(60_000, stop.signal);
    stop.abort();
    await waiting;
    expect(getEventListeners(stop.signal, "abort")).to.deep.equal([]);
  });
});

describe("app/data: one connection for all tabs", () => {
  /** A browser with some tabs: one holds the lock, what one says all others hear. */
  function browser() {
    const waiting: (() => void)[] = [];
    const channels: { heard: (message: unknown) => void }[] = [];
    let held = false;
    const tab = (): Tabs => ({
      lock(_name, hold) {
        const take = (): void => {
          held = true;
          void hold();
        };
        if (held) waiting.push(take);
        else take();
      },
      channel(): Channel {
        const own = { heard: (_message: unknown): void => undefined };
        channels.push(own);
        return {
          listen: (heard) => (own.heard = heard),
          say: (message) => {
            for (const other of channels) if (other !== own) other.heard(message);
          },
        };
      },
    });
    return { tab, next: () => waiting.shift()?.() };
  }

  it("is kept by one of them, who tells the others, and by another one when that is closed", () => {
    const { tab, next } = browser();
    const followers: ((step: Step) => void)[] = [];
    const source = {
      follow(told: (step: Step) => void) {
        followers.push(told);
        return () => undefined;
      },
    };
    const heard: number[][] = [[], [], []];
    for (const list of heard) shareSteps(source, ({ block }) => list.push(block.number), tab());
    const step = (number: number): Step => ({ block: { number, hash: "0x", time: 0 }, head: number });
    expect(followers).to.have.length(1);
    followers[0]?.(step(1));
    expect(heard).to.deep.equal([[1], [1], [1]]);
    next();
    expect(followers).to.have.length(2);
    followers[1]?.(step(2));
    expect(heard.map((list) => list.at(-1))).to.deep.equal([2, 2, 2]);
  });
});

describe("app/data: prices that nobody tells", () => {
  const asset = (number: bigint, status: bigint): Asset => ({ number, status }) as Asset;

  it("finds them among what is held", () => {
    const assets = [
      asset(0n, PRICE_STATUS.live),
      asset(1n, PRICE_STATUS.unpriced),
      asset(2n, PRICE_STATUS.disagreeing),
    ];
    const found = (...held: [bigint, bigint][]) =>
      unpricedOf(
        held.map(([number, amount]) => ({ asset: number, amount })),
        assets,
      ).map((a) => a.number);
    expect(found([0n, 5n])).to.deep.equal([]);
    expect(found([0n, 5n], [1n, 5n], [2n, 1n])).to.deep.equal([1n, 2n]);
    expect(found([1n, 0n])).to.deep.equal([]);
  });

  it("says since when the last one falls, and when it is 0", () => {
    // A quarter of it is gone: a quarter of the time has passed.
    expect(fadingOf(75n * WAD, 100n * WAD, 4_000n, 10_000n)).to.deep.equal({ since: 9_000, zeroAt: 13_000 });
    expect(fadingOf(0n, 100n * WAD, 4_000n, 10_000n)).to.deep.equal({ since: 6_000, zeroAt: 10_000 });
    // It does not fall before anybody told the oracle.
    expect(fadingOf(100n * WAD, 100n * WAD, 4_000n, 10_000n)).to.deep.equal({ since: undefined, zeroAt: undefined });
  });

  it("calls nothing comfortable that rests on one", () => {
    expect(accountVerdict(percent(300n), true).word).to.equal("comfortable");
    expect(accountVerdict(percent(300n), false)).to.deep.equal({ level: "warn", word: "rests on an old price" });
    expect(accountVerdict(percent(99n), false).word).to.equal("can be liquidated");
  });
});
