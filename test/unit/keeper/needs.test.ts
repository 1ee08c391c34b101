import { expect } from "chai";

import { inParts, Needs } from "../../../keeper/jobs/needs.js";
import { DOLLAR_ASSET } from "../../../keeper/reserve-contracts.js";

const [ETH, BTC, USDC, USDT] = [0n, 1n, 2n, 3n] as const;

/** Ether half of everything where 40% are wanted, bitcoin 20% for 10%; 20% of USDC for 35%, 10% of USDT for 15%. A ledger unit of any is a basis point. */
function needs(): Needs {
  return new Needs(
    [5_000n, 2_000n, 2_000n, 1_000n],
    [4_000n, 1_000n, 3_500n, 1_500n],
    [ETH, BTC, USDC, USDT],
    [5_000n, 2_000n, 2_000n, 1_000n],
  );
}

describe("keeper: what auctions are needed for", () => {
  it("knows what is too much and what is missing", () => {
    expect(needs().heavy()).to.have.members([ETH, BTC]);
    expect(needs().light()).to.deep.equal([USDC, USDT]);
    expect(needs().room(USDC)).to.equal(inParts(1_500n));
  });

  it("begins with what is furthest above its target", () => {
    const other = new Needs([5_000n, 2_000n], [4_500n, 1_000n], [ETH, BTC], [1n, 1n]);
    expect(other.heavy()).to.deep.equal([BTC, ETH]);
  });

  it("has each need met once", () => {
    const all = needs();
    expect(all.fits(ETH, USDC, 1_000n)).to.equal(true);
    all.promise(ETH, USDC, 1_000n);
    // Nothing more of ether has to go, and only 500 of USDC are missing.
    expect(all.fits(ETH, USDT, 500n)).to.equal(false);
    expect(all.fits(BTC, USDC, 1_000n)).to.equal(false);
    expect(all.fits(BTC, USDC, 500n)).to.equal(true);
    all.promise(BTC, USDC, 500n);
    expect(all.fits(BTC, USDT, 500n)).to.equal(true);
  });

  it("knows that burning plUSD makes everything smaller", () => {
    // 1,000 too much of 10,000: after selling 1,666 for plUSD ether is 3,334 of 8,334.
    expect(needs().fits(ETH, DOLLAR_ASSET, 1_666n)).to.equal(true);
    expect(needs().fits(ETH, DOLLAR_ASSET, 1_700n)).to.equal(false);
    const all = needs();
    all.promise(ETH, DOLLAR_ASSET, 1_666n);
    expect(all.fits(ETH, USDC, 100n)).to.equal(false);
  });

  it("allows for weights that are cut to basis points, and for no more", () => {
    expect(needs().fits(ETH, USDC, 1_002n)).to.equal(true);
    expect(needs().fits(ETH, USDC, 1_003n)).to.equal(false);
  });
});
