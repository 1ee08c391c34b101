import { expect } from "chai";

import {
  encodePath,
  fullRange,
  MAX_SQRT_RATIO,
  Q96,
  rangeAround,
  sqrt,
  sqrtPriceOf,
  virtualReserves,
} from "../../../../sdk/uniswap/math.js";

const WAD = 10n ** 18n;
const LOW = "0x0000000000000000000000000000000000000001";
const HIGH = "0x0000000000000000000000000000000000000002";

describe("sdk/uniswap: math", () => {
  it("takes square roots rounded down, of anything", () => {
    for (const x of [0n, 1n, 2n, 3n, 4n, 15n, 16n, 17n, 10n ** 40n - 1n, 2n ** 256n - 1n, 2n ** 511n + 12_345n]) {
      const root = sqrt(x);
      expect(root * root <= x, `${x}`).to.equal(true);
      expect((root + 1n) * (root + 1n) > x, `${x}`).to.equal(true);
    }
    expect(() => sqrt(-1n)).to.throw(RangeError);
  });

  it("finds the pool price of two tokens, whichever is token0", () => {
    // Ether (18 decimals) at 196 against a dollar token (6 decimals): 196e6 / 1e18 token1 units per token0 unit.
    const ether = { decimals: 18, price: 196n * WAD };
    const dollar = { decimals: 6, price: WAD };
    const a = sqrtPriceOf({ ...ether, address: LOW }, { ...dollar, address: HIGH });
    expect(a).to.equal((14n * Q96) / 10n ** 6n);
    const b = sqrtPriceOf({ ...ether, address: HIGH }, { ...dollar, address: LOW });
    expect((a * b) / Q96 - Q96 < 2n ** 40n).to.equal(true);
    expect(sqrtPriceOf({ ...dollar, address: HIGH }, { ...ether, address: LOW })).to.equal(a);
  });

  it("refuses a price that no pool can have", () => {
    const worthless = { address: LOW, decimals: 0, price: 1n };
    expect(() => sqrtPriceOf({ address: HIGH, decimals: 24, price: 1n }, { ...worthless, price: 10n ** 40n })).to.throw(
      RangeError,
    );
    expect(MAX_SQRT_RATIO > Q96).to.equal(true);
  });

  it("turns liquidity into reserves", () => {
    expect(virtualReserves(1_000n, Q96)).to.deep.equal({ amount0: 1_000n, amount1: 1_000n });
    expect(virtualReserves(1_000n, 2n * Q96)).to.deep.equal({ amount0: 500n, amount1: 2_000n });
  });

  it("chooses ranges on the tier's ticks that contain what was asked for", () => {
    expect(fullRange(500)).to.deep.equal({ lower: -887_270, upper: 887_270 });
    const range = rangeAround(Q96, 0.02, 500);
    expect(range.lower % 10).to.equal(0);
    expect(range.upper % 10).to.equal(0);
    expect(1.0001 ** range.upper).to.be.within(1.02, 1.0211);
    expect(1.0001 ** range.lower).to.be.within(1 / 1.0211, 1 / 1.02);
    expect(() => fullRange(501)).to.throw(RangeError);
  });

  it("packs routes: token, fee, token", () => {
    const path = encodePath([LOW, HIGH, LOW], [500, 100]);
    expect(path).to.equal(`0x${LOW.slice(2)}0001f4${HIGH.slice(2)}000064${LOW.slice(2)}`);
    expect(() => encodePath([LOW], [])).to.throw(RangeError);
    expect(() => encodePath([LOW, HIGH], [1, 2])).to.throw(RangeError);
  });
});
