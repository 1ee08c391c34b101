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

/** Cells as they are shown. */
export interface Cells {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A further table with the words that go with it. */
export interface Section {
  readonly title: string;
  readonly words: string;
  readonly table: Cells;
}

export interface ReportContent {
  readonly title: string;
  readonly summary: readonly string[];
  /** What the table is called by programs that read aloud; `Backtest` if absent. */
  readonly caption?: string;
  readonly table: Cells;
  /** Between the verdict and the pictures. */
  readonly further?: readonly Section[];
  /** What the table says, in words. */
  readonly verdict: readonly string[];
  readonly figures: readonly Figure[];
}

/** How a chart is drawn for a kind of screen: a phone gets its own, since a shrunk one cannot be read. */
interface Layout {
  readonly name: "wide" | "narrow";
  /** {px} */
  readonly width: number;
  readonly height: number;
  readonly font: number;
  /** Points of a line beyond which it is thinned out: a screen shows no more, and the file stays small. */
  readonly points: number;
  /** Labels of the time axis, about. */
  readonly dates: number;
}

const LAYOUTS: readonly Layout[] = [
  { name: "wide", width: 960, height: 340, font: 14, points: 1_500, dates: 8 },
  { name: "narrow", width: 400, height: 300, font: 14, points: 400, dates: 3 },
];
/** Screens up to this width get the narrow charts. {px} */
const NARROW = 720;

/** The colours of lines come from the style sheet, which knows whether the reader's screen is dark. */
const COLORS = ["var(--a)", "var(--b)", "var(--c)", "var(--d)", "var(--e)"];
const INK = "currentColor";

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);
}

type Points = Figure["lines"][number]["points"];

/** At most about `count` points: of each stretch the lowest and the highest, so that no peak is lost. */
export function thinned(points: Points, count: number): Points {
  if (points.length <= count) return points;
  const stretch = Math.ceil((2 * points.length) / count);
  const kept: Points[number][] = [];
  for (let start = 0; start < points.length; start += stretch) {
    const part = points.slice(start, start + stretch);
    const low = part.reduce((a, b) => (b[1] < a[1] ? b : a));
    const high = part.reduce((a, b) => (b[1] > a[1] ? b : a));
    kept.push(...(low === high ? [low] : [low, high].sort((a, b) => a[0] - b[0])));
  }
  return kept;
}

/** The library counts what it names over the life of the process; a report is the same whatever was drawn before it. */
function named(svg: string, prefix: string): string {
  const names = new Map<string, string>();
  return svg.replace(/\bzr\d+-[a-z]+-?\d+/g, (given) => {
    const name = names.get(given) ?? `${prefix}-${names.size.toString()}`;
    names.set(given, name);
    return name;
  });
}

function picture(
  { lines, unit }: Figure,
  place: number,
  { name, width, height, font, points: most, dates }: Layout,
): string {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  const text = { color: INK, fontSize: font };
  const faint = { lineStyle: { color: INK, opacity: 0.2 } };
  const axis = { axisLabel: { ...text, hideOverlap: true }, axisLine: faint, axisTick: faint, splitLine: faint };
  try {
    chart.setOption({
      animation: false,
      color: COLORS,
      textStyle: text,
      grid: { left: 8, right: 16, top: 3.4 * font, bottom: 8, containLabel: true },
      legend: { top: 4, left: "center", icon: "roundRect", itemWidth: font, itemHeight: font / 2, textStyle: text },
      xAxis: { type: "time", splitNumber: dates, ...axis, splitLine: { show: false } },
      yAxis: { type: "value", name: unit, nameTextStyle: { ...text, align: "left" }, nameGap: 8, scale: true, ...axis },
      series: lines.map(({ name, points, marks }) => ({
        name,
        type: marks === true ? "scatter" : "line",
        symbolSize: 7,
        showSymbol: marks === true,
        lineStyle: { width: 1.2 },
        emphasis: { disabled: true },
        // Exceedances are few and each counts.
        data: marks === true ? points : thinned(points, most),
      })),
    });
    return named(chart.renderToSVGString(), `${name}-${place.toString()}`);
  } finally {
    chart.dispose();
  }
}

const STYLE = `
:root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--rule:#ccc;--a:#0b5cad;--b:#c2410c;--c:#15803d;--d:#7e22ce;--e:#b91c1c}
@media (prefers-color-scheme:dark){:root{--ink:#e4e4e7;--paper:#16181c;--rule:#444;--a:#6cb2ff;--b:#ff9a5c;--c:#5fd08a;--d:#c99bff;--e:#ff8080}}
body{font:16px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;color:var(--ink);background:var(--paper);overflow-wrap:anywhere}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;white-space:nowrap}
td,th{border-bottom:1px solid var(--rule);padding:.35rem .6rem;text-align:right}td:first-child,th:first-child{text-align:left;position:sticky;left:0;background:var(--paper)}
svg{width:100%;height:auto;display:block}
.narrow{display:none}
@media (max-width:${NARROW}px){body{margin:1rem auto}h1{font-size:1.5rem}td,th{padding:.3rem .4rem;font-size:.9rem}.wide{display:none}.narrow{display:block}}
@media print{:root{--ink:#000;--paper:#fff;--rule:#ccc;--a:#0b5cad;--b:#c2410c;--c:#15803d;--d:#7e22ce;--e:#b91c1c}}
`;

export function renderReport({
  title,
  summary,
  caption = "Backtest",
  table,
  verdict,
  further = [],
  figures,
}: ReportContent): string {
  const cells = (tag: string, row: readonly string[]): string =>
    `<tr>${row.map((each) => `<${tag}>${escapeHtml(each)}</${tag}>`).join("")}</tr>`;
  const paragraphs = (lines: readonly string[]): string => lines.map((each) => `<p>${escapeHtml(each)}</p>`).join("\n");
  const scrolling = (label: string, { header, rows }: Cells): string =>
    `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(label)}"><table><thead>${cells("th", header)}</thead><tbody>${rows.map((row) => cells("td", row)).join("")}</tbody></table></div>`;
  const section = ({ title: heading, words, table: inner }: Section): string =>
    `<section><h2>${escapeHtml(heading)}</h2><p>${escapeHtml(words)}</p>${scrolling(heading, inner)}</section>\n`;
  const figure = (each: Figure, place: number): string =>
    `<section><h2>${escapeHtml(each.title)}</h2><p>${escapeHtml(each.words)}</p>` +
    `<div role="img" aria-label="${escapeHtml(`${each.title}. ${each.words}`)}">` +
    LAYOUTS.map((layout) => `<div class="${layout.name}">${picture(each, place, layout)}</div>`).join("") +
    `</div></section>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style></head><body>
<h1>${escapeHtml(title)}</h1>
${paragraphs(summary)}
${scrolling(caption, table)}
${paragraphs(verdict)}
${further.map(section).join("")}${figures.map(figure).join("\n")}
</body></html>
`;
}
