import { expect } from "chai";

import type { ChapterResult } from "../../../../replay/chapters/chapter.js";
import { ESTABLISHED, MEASURED, type Policy } from "../../../../replay/policy/policy.js";
import { compare, fixedLike, played } from "../../../../replay/run/compare.js";
import { chapterOf, sampleOf } from "../../../support/chapters.js";
import { expectClose } from "../../../support/close.js";

/** What a market would do: who lends more against the same collateral loses more. */
function playedAt(loanToValue: number): ChapterResult[] {
  const lost = Math.round(1_000 * Math.exp(12 * (loanToValue - 0.7)));
  return [
    chapterOf({
      liquidated: { accounts: 1, slices: 1, debt: "0", collateral: (BigInt(lost) * 10n ** 18n).toString() },
      samples: [
        sampleOf(0, {
          initial: [0.3, 0.25, 0.3, 0.1],
          maintenance: [0.2, 0.17, 0.21, 0.06],
          borrowingPower: loanToValue,
        }),
      ],
    }),
  ];
}

describe("replay/run: measured against fixed", () => {
  it("fixes what was measured on average, asset by asset, with its distance between loan and line", () => {
    const results = [
      chapterOf({
        samples: [
          sampleOf(0, { initial: [0.3, 0.25, 0.3, 0.1], maintenance: [0.2, 0.17, 0.21, 0.06] }),
          sampleOf(1, { initial: [0.4, 0.25, 0.3, 0.1], maintenance: [0.24, 0.17, 0.21, 0.06] }),
        ],
      }),
    ];
    expect(fixedLike(results).assets.WETH).to.deep.equal({ loanToValue: 0.65, liquidationThreshold: 0.78 });
    expect(fixedLike(results, 0.05).assets.WETH).to.deep.equal({ loanToValue: 0.7, liquidationThreshold: 0.83 });
    // As far as the risk model goes, with the gap that it keeps.
    expect(fixedLike(results, 0.5).assets.WBTC).to.deep.equal({ loanToValue: 0.93, liquidationThreshold: 0.96 });
  });

  it("looks for the fixed parameters that lose as much, and stops when it has them", async () => {
    const asked: Policy[] = [];
    // Measured haircuts lose what fixed ones lose at a loan-to-value of 62%.
    const measured = played(MEASURED, playedAt(0.62));
    const { established, equalPower, equalLosses } = await compare(measured, (policy) => {
      asked.push(policy);
      return Promise.resolve(playedAt(policy.kind === "fixed" ? policy.assets.WETH!.loanToValue : 0));
    });
    expect(asked[0]).to.equal(ESTABLISHED);
    expect(established.totals.avgBorrowingPower).to.equal(0.8);
    expectClose(equalPower.totals.avgBorrowingPower, 0.7, 1e-9);
    expectClose(equalLosses.totals.avgBorrowingPower, 0.62, 0.01);
    expect(Math.abs(equalLosses.lossRate / measured.lossRate - 1)).to.be.below(0.1);
    expect(asked.length).to.be.at.most(5);
  });
});
