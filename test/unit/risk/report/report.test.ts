import { expect } from "chai";

import { renderReport, thinned } from "../../../../risk/report/report.js";

describe("risk: the report", () => {
  it("is one file that loads nothing, draws every figure and escapes names", () => {
    const points = Array.from({ length: 4_000 }, (_, i): [number, number] => [i * 3.6e6, Math.sin(i)]);
    const figure = { title: "Volatility <b>", words: "plain & simple", unit: "%", lines: [{ name: "ETH", points }] };
    const html = renderReport({
      title: "Risk <script>",
      summary: ["one"],
      table: { header: ["a"], rows: [["1 & 2"]] },
      verdict: ["two"],
      figures: [figure, { ...figure, title: "Second" }],
    });
    // Each figure for a wide screen and for a phone.
    expect(html.match(/<svg/g)).to.have.length(4);
    expect(html.match(/<svg width="960"/g)).to.have.length(2);
    expect(html.match(/<svg width="400"/g)).to.have.length(2);
    expect(html).to.contain("<title>Risk &#60;script&#62;</title>").and.to.contain("1 &#38; 2");
    expect(html).to.not.match(/<script|<link|@import|(?:src|href)="http/);
    expect(html.length).to.be.below(300_000);
  });

  it("can be read on a phone and in the dark", () => {
    const figure = {
      title: "a",
      words: "b",
      unit: "%",
      lines: [{ name: "ETH", points: [1, 2, 3].map((t): [number, number] => [t * 8.64e7, t]) }],
    };
    const table = { header: ["a"], rows: [["1"]] };
    const html = renderReport({ title: "a", summary: [], table, verdict: [], figures: [figure] });
    expect(html).to.contain('<div class="scroll"').and.to.contain(".scroll{overflow-x:auto}");
    expect(html).to.match(/@media \(max-width:\d+px\)\{[^@]*\.wide\{display:none\}\.narrow\{display:block\}/);
    expect(html).to.contain("prefers-color-scheme:dark");
    // Whatever is drawn or written has a colour that follows the scheme: none is fixed. (Clipping paths and areas to click on are not seen.)
    const drawn = html
      .match(/<(?:text|path|rect|circle)\b[^>]*>/g)!
      .filter((each) => !/fill="#000"|fill-opacity="0"/.test(each));
    for (const element of drawn) {
      for (const [, color] of element.matchAll(/(?:fill|stroke)="([^"]+)"/g)) {
        expect(color, element).to.match(/^(none|transparent|currentColor|var\(--[a-e]\))$/);
      }
    }
  });

  it("thins a line out without losing its peaks", () => {
    const points = Array.from({ length: 10_000 }, (_, t): [number, number] => [
      t,
      t === 7_777 ? 50 : t === 1_234 ? -50 : 0,
    ]);
    const few = thinned(points, 400);
    expect(few.length).to.be.at.most(400);
    expect(few).to.deep.include([7_777, 50]).and.to.deep.include([1_234, -50]);
    expect(few.map(([t]) => t)).to.deep.equal(few.map(([t]) => t).sort((a, b) => a - b));
    expect(thinned(points.slice(0, 400), 400)).to.have.length(400);
  });
});
