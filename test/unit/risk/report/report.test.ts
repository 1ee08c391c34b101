import { expect } from "chai";

import { renderReport } from "../../../../risk/report/report.js";

describe("risk: the report", () => {
  it("is one file that loads nothing, draws every figure and escapes names", () => {
    const points = Array.from({ length: 4_000 }, (_, i): [number, number] => [i * 3.6e6, Math.sin(i)]);
    const figure = { title: "Volatility <b>", words: "plain & simple", unit: "%", lines: [{ name: "ETH", points }] };
    const html = renderReport({
      title: "Risk <script>",
      summary: ["one"],
      table: { header: ["a"], rows: [["1 & 2"]] },
      figures: [figure, { ...figure, title: "Second" }],
    });
    expect(html.match(/<svg/g)).to.have.length(2);
    expect(html).to.contain("<title>Risk &#60;script&#62;</title>").and.to.contain("1 &#38; 2");
    expect(html).to.not.match(/<script|<link|@import|(?:src|href)="http/);
    expect(html.length).to.be.below(300_000);
  });
});
