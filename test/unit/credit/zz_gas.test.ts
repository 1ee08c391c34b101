import { deployWorld, WAD, MAX_UINT256, at } from "../../support/world.js";

describe("gas", () => {
  it("prints", async () => {
    const w = await deployWorld();
    const { engine, alice, bob, carol, liquidator, ethers, oracle } = w;
    const feeds = [];
    for (const a of w.assets) {
      const feed = await ethers.deployContract("OneSlotFeed", [a.price]);
      feeds.push(feed);
      await oracle.migrateFeed(a.id, { feed: await feed.getAddress(), heartbeat: 3600, deviation: 50, minPrice: 10n ** 15n, maxPrice: 10n ** 24n }, 100);
    }
    const trace = async (hash: string) => {
      if (!process.env.TRACE) return;
      const t = (await ethers.provider.send("debug_traceTransaction", [hash, { disableStorage: true, disableMemory: true }])) as { structLogs: { op: string; gas: string|number; gasCost: string|number; depth: number }[] };
      const agg = new Map<string, { n: number; g: number }>();
      const logs = t.structLogs;
      for (let i = 0; i < logs.length; i++) {
        const l = logs[i]!;
        const next = logs[i + 1];
        let c = Number(l.gasCost);
        if (["CALL", "STATICCALL", "DELEGATECALL"].includes(l.op) ) { let j = i + 1; while (j < logs.length && logs[j]!.depth > l.depth) j++; c = Number(l.gas) - Number(logs[j]?.gas ?? 0); if (next && next.depth > l.depth) { c -= Number(next.gas) - Number(logs[j-1]!.gas); } }
        const k = `${l.depth} ${l.op}`;
        const e = agg.get(k) ?? { n: 0, g: 0 };
        e.n++; e.g += c; agg.set(k, e);
      }
      const byDepth = new Map<number, number>();
      for (const [k, e] of agg) { const d = Number(k.split(" ")[0]); byDepth.set(d, (byDepth.get(d) ?? 0) + e.g); }
      console.log([...byDepth]);
      console.log([...agg].sort((a, b) => b[1].g - a[1].g).slice(0, 22).map(([k, e]) => `${k} x${e.n} ${e.g}`).join(" | "));
    };
    const g = async (name: string, tx: Promise<{ wait(): Promise<{ gasUsed: bigint } | null> }>) => {
      const sent = (await tx) as unknown as { hash: string; wait(): Promise<{ gasUsed: bigint } | null> };
      console.log(name.padEnd(28), (await sent.wait())!.gasUsed);
      if (process.env.TRACE && name.includes(process.env.TRACE)) await trace(sent.hash);
    };
    for (const who of [alice, bob, carol, liquidator]) await w.fund(who, 0, 100n * WAD);
    await w.giveDollars(liquidator, 400_000n * WAD);
    await w.giveDollars(alice, 1_000n * WAD);
    await g("depositFirst", engine.connect(alice).deposit(0, 10n * WAD, alice.address));
    await g("depositAgain 1", engine.connect(alice).deposit(0, WAD, alice.address));
    await g("borrowFirst 1", engine.connect(alice).borrow(1000n * WAD, alice.address, alice.address));
    await g("borrowAgain 1", engine.connect(alice).borrow(1000n * WAD, alice.address, alice.address));
    await g("depositAgain 1 debt", engine.connect(alice).deposit(0, WAD, alice.address));
    await g("repay 1", engine.connect(alice).repay(1000n * WAD, alice.address));
    await g("withdraw 1", engine.connect(alice).withdraw(0, WAD / 10n, alice.address, alice.address));
    await w.deposit(bob, 0, 10n * WAD);
    await w.deposit(bob, 1, 10n ** 7n);
    await w.deposit(bob, 3, 1000n * 10n ** 6n);
    await g("depositAgain 3", engine.connect(bob).deposit(0, WAD, bob.address));
    await g("borrowFirst 3", engine.connect(bob).borrow(1000n * WAD, bob.address, bob.address));
    await g("borrowAgain 3", engine.connect(bob).borrow(1000n * WAD, bob.address, bob.address));
    await g("depositAgain 3 debt", engine.connect(bob).deposit(0, WAD, bob.address));
    await g("repay 3", engine.connect(bob).repay(1000n * WAD, bob.address));
    await g("withdraw 3", engine.connect(bob).withdraw(0, WAD / 10n, bob.address, bob.address));
    await engine.connect(bob).borrow(18_000n * WAD, bob.address, bob.address);
    await g("borrowAgainAll 3", engine.connect(bob).borrow(100n * WAD, bob.address, bob.address));
    await g("withdrawAll 3", engine.connect(bob).withdraw(0, WAD / 100n, bob.address, bob.address));
    // crowd
    const crowd = [];
    for (let i = 0; i < 60; i++) {
      const wallet = ethers.Wallet.createRandom().connect(ethers.provider);
      await w.governor.sendTransaction({ to: wallet.address, value: WAD });
      for (const [asset, amount] of [[0, 10n * WAD], [1, 10n ** 7n], [3, 1000n * 10n ** 6n]] as const) {
        await at(w.assets, asset).token.mint(w.governor.address, amount);
        await at(w.assets, asset).token.approve(w.engineAddress, MAX_UINT256);
      }
      await engine.connect(wallet).setAuthorization(w.governor.address, true);
      for (const [asset, amount] of [[0, 10n * WAD], [1, 10n ** 7n], [3, 1000n * 10n ** 6n]] as const) await engine.deposit(asset, amount, wallet.address);
      await engine.borrow(18_500n * WAD, wallet.address, wallet.address);
      crowd.push(wallet.address);
    }
    for (const [i, p] of [1_750_00000000n, 35_000_00000000n, 0n, 1_00000000n].entries()) if (p) await at(feeds, i).set(p);
    const item = (account: string) => ({ account, maxRepay: MAX_UINT256 });
    const run = async (name: string, call: () => Promise<{ wait(): Promise<{ gasUsed: bigint } | null> }>) => {
      const snap = await w.connection.networkHelpers.takeSnapshot();
      await g(name, call());
      await snap.restore();
    };
    const L = engine.connect(liquidator);
    await run("liquidate 1", () => L.liquidate(crowd.slice(0, 1).map(item), "0x", { gasLimit: 16_000_000 }));
    await run("liquidate 10", () => L.liquidate(crowd.slice(0, 10).map(item), "0x", { gasLimit: 16_000_000 }));
    await run("liquidate 60", () => L.liquidate(crowd.slice(0, 60).map(item), "0x", { gasLimit: 16_000_000 }));
    for (const [i, p] of [1_600_00000000n, 32_000_00000000n, 0n, 1_00000000n].entries()) if (p) await at(feeds, i).set(p);
    await run("absorb 1", () => L.absorb(crowd.slice(0, 1), { gasLimit: 16_000_000 }));
    await run("absorb 10", () => L.absorb(crowd.slice(0, 10), { gasLimit: 16_000_000 }));
    await run("absorb 60", () => L.absorb(crowd.slice(0, 60), { gasLimit: 16_000_000 }));
  });
});
