import { expect } from "chai";

import { freshWorld } from "../../support/fresh.js";
import { borrowTerm } from "../../support/maths.js";
import { at, deployWorld, MAX_UINT256, SPECS, WAD, type AssetSpec } from "../../support/world.js";

/** All sixteen assets that can be listed, at one dollar a token of eight decimals. */
const SIXTEEN: readonly AssetSpec[] = Array.from({ length: 16 }, (_, i) => ({
  ...at(SPECS, 0),
  symbol: `T${i}`,
  decimals: 8,
  price: 1_00000000n,
  depth: 1_000_000n,
}));

/** A seeded stream of numbers below 2^32. */
function* random(seed: number): Generator<number, never> {
  let state = seed >>> 0;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    // The low bits of such a stream are poor.
    yield (state ^ (state >>> 15)) >>> 0;
  }
}

describe("CreditEngine accounts of up to sixteen assets", () => {
  const world = freshWorld(async () => {
    const w = await deployWorld(SIXTEEN);
    for (const who of [w.alice, w.bob]) for (let i = 0; i < 16; ++i) await w.fund(who, i, 10n ** 15n);
    return w;
  });

  it("hold every asset in its own place, listed in ascending order", async () => {
    const { engine, alice } = world();
    for (let i = 15; i >= 0; --i) await engine.connect(alice).deposit(i, BigInt(1000 + i), alice.address);
    const [, holdings] = await engine.position(alice.address);
    expect(holdings).to.deep.equal(Array.from({ length: 16 }, (_, i) => (BigInt(i) << 248n) | BigInt(1000 + i)));
    for (let i = 0; i < 16; ++i) expect(await engine.balanceOf(alice.address, i)).to.equal(BigInt(1000 + i));
    expect(await engine.balanceOf(alice.address, 16)).to.equal(0n);
    expect(await engine.balanceOf(alice.address, MAX_UINT256)).to.equal(0n);
  });

  it("borrow against all of them together, and can be emptied in any order", async () => {
    const { engine, risk, alice } = world();
    for (let i = 0; i < 16; ++i) await engine.connect(alice).deposit(i, 100_00000000n, alice.address);
    const quotes = await risk.quote(0xffff);
    const limit = quotes.reduce((sum, q) => sum + borrowTerm(q, 100_00000000n), 0n);
    const most = (limit / 10n ** 10n) * 10n ** 10n;
    await expect(engine.connect(alice).borrow(most + 1n, alice.address, alice.address))
      .to.be.revertedWithCustomError(engine, "BorrowLimitExceeded")
      .withArgs(alice.address, most + 10n ** 10n, limit);
    await engine.connect(alice).borrow(most, alice.address, alice.address);
    expect(await engine.debtOf(alice.address)).to.equal(most);
    await engine.connect(alice).repay(MAX_UINT256, alice.address);
    for (const i of [7, 0, 15, 3, 1, 2, 14, 8, 5, 4, 6, 9, 13, 10, 12, 11]) {
      await engine.connect(alice).withdraw(i, MAX_UINT256, alice.address, alice.address);
    }
    expect(await engine.position(alice.address)).to.deep.equal([0n, []]);
    for (let i = 0; i < 16; ++i) expect((await engine.assetInfo(i)).total).to.equal(0n);
  });

  it("agree with a plain table through two hundred random moves of two accounts, one of them with a debt", async () => {
    const { engine, alice, bob } = world();
    const stream = random(20_200_312);
    const draw = (below: number): number => stream.next().value % below;
    const owners = [alice, bob];
    const table = owners.map(() => new Array<bigint>(16).fill(0n));
    await engine.connect(alice).deposit(4, 10_000_00000000n, alice.address);
    at(table, 0)[4] = 10_000_00000000n;
    await engine.connect(alice).borrow(1_000n * WAD, alice.address, alice.address);

    for (let move = 0; move < 200; ++move) {
      const k = draw(2);
      const owner = at(owners, k);
      const row = at(table, k);
      const asset = draw(16);
      const held = at(row, asset);
      if (draw(5) < 3 || held === 0n || (k === 0 && asset === 4)) {
        const amount = BigInt(1 + draw(1_000_000));
        await engine.connect(owner).deposit(asset, amount, owner.address);
        row[asset] = held + amount;
      } else {
        const amount = draw(2) === 0 ? held : 1n + (BigInt(draw(1_000_000)) % held);
        await engine.connect(owner).withdraw(asset, amount, owner.address, owner.address);
        row[asset] = held - amount;
      }
      if (move % 20 !== 19) continue;
      for (const [i, who] of owners.entries()) {
        const expected = at(table, i).flatMap((b, a) => (b === 0n ? [] : [(BigInt(a) << 248n) | b]));
        const [shares, holdings] = await engine.position(who.address);
        expect(holdings).to.deep.equal(expected);
        expect(shares).to.equal(i === 0 ? 1_000n * 10n ** 8n : 0n);
      }
    }
    for (let asset = 0; asset < 16; ++asset) {
      const total = at(at(table, 0), asset) + at(at(table, 1), asset);
      expect((await engine.assetInfo(asset)).total).to.equal(total);
    }
  });
});
