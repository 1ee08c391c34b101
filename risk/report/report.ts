/** One HTML file that explains itself: pictures are SVG inside it, nothing is loaded from elsewhere. */

import * as echarts from "echarts";

/** One picture with the words that go with it. */
export interface Figure {
  readonly title: string;
  /** What it shows, for somebody who has not read the formulas. */
  readonly words: string;
  /** Of the vertical axis. */
  readonly unit: string;
  readonly lines: readonly {
    readonly name: string;
    /** `[ms since 1970, value]` */
    readonly points: readonly (readonly [number, number])[];
    readonly marks?: boolean;
  }[];
}

export interface ReportContent {
  readonly title: string;
  readonly summary: readonly string[];
  readonly table: { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] };
  readonly figures: readonly Figure[];
}

const WIDTH = 960;
const HEIGHT = 340;
/** Points of a line beyond which it is thinned out: a screen shows no more, and the file stays small. */
const POINTS = 1_500;

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);
}

function picture({ lines, unit }: Figure): string {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption({
      animation: false,
      color: ["#0b5cad", "#c2410c", "#15803d", "#7e22ce", "#b91c1c"],
      grid: { left: 64, right: 16, top: 40, bottom: 32 },
      legend: { top: 4 },
      xAxis: { type: "time" },
      yAxis: { type: "value", name: unit, scale: true },
      series: lines.map(({ name, points, marks }) => ({
        name,
        type: marks === true ? "scatter" : "line",
        symbolSize: 7,
        showSymbol: marks === true,
        lineStyle: { width: 1.2 },
        // Exceedances are few and each counts; lines are thinned evenly.
        data:
          marks === true
            ? points
            : points.filter((_, i) => i % Math.ceil(points.length / POINTS) === 0 || i === points.length - 1),
      })),
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

export function renderReport({ title, summary, table, figures }: ReportContent): string {
  const cells = (tag: string, row: readonly string[]): string =>
    `<tr>${row.map((each) => `<${tag}>${escapeHtml(each)}</${tag}>`).join("")}</tr>`;
  const figure = (each: Figure): string =>
    `<section><h2>${escapeHtml(each.title)}</h2><p>${escapeHtml(each.words)}</p>` +
    `<div role="img" aria-label="${escapeHtml(`${each.title}. ${each.words}`)}">${picture(each)}</div></section>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
td,th{border-bottom:1px solid #ccc;padding:.35rem .6rem;text-align:right}td:first-child,th:first-child{text-align:left}
svg{max-width:100%;height:auto}
</style></head><body>
<h1>${escapeHtml(title)}</h1>
${summary.map((each) => `<p>${escapeHtml(each)}</p>`).join("\n")}
<table><thead>${cells("th", table.header)}</thead><tbody>${table.rows.map((row) => cells("td", row)).join("")}</tbody></table>
${figures.map(figure).join("\n")}
</body></html>
`;
}
