/** Lines over time, by uPlot; it is fetched with the first chart. */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";

import { theme } from "../theme.js";
import { useStore } from "../data/store.js";
import { moment } from "../format/time.js";

export interface Line {
  readonly label: string;
  /** A custom property of the style sheet. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
  /** Shaded below. */
  readonly filled?: boolean;
  /** So that lines can be told apart without colours. */
  readonly dashed?: boolean;
}

export interface ChartProps {
  readonly title: string;
  /** {unix seconds} ascending */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  readonly height?: number;
  /** Where the numbers are as a table. */
  readonly csv?: string | undefined;
  /** Whether the scale begins at zero. */
  readonly fromZero?: boolean;
  /** Stretches that nobody looked at. */
  readonly gaps?: number;
  /** What is said below it. */
  readonly children?: ComponentChildren;
}

const HEIGHT = 220;
const DASH = [6, 4];

const DAY = 86_400;
const OTHER_DAY = "\n{D} {MMM}";
/** By the least distance of two marks: how times are written, and what is added where a year, or a day, begins. */
const CLOCK = [
  [365 * DAY, "{YYYY}", null, null, null, null, null, null, 1],
  [28 * DAY, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [DAY, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [60, "{HH}:{mm}", `${OTHER_DAY} {YYYY}`, null, OTHER_DAY, null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", `${OTHER_DAY} {YYYY}`, null, OTHER_DAY, null, null, null, 1],
];

/** How many stretches between the first look and the last nobody looked at. */
export function gapsIn(gaps: readonly { readonly from: number | null }[]): number {
  return gaps.filter((gap) => gap.from !== null).length;
}

/** Without a pointer on it, the latest values are told. */
function tellLatest(chart: uPlot): void {
  if (chart.cursor.idx === null || chart.cursor.idx === undefined) chart.setLegend({ idx: chart.data[0].length - 1 });
}

/** So few points that a line between them is not seen. */
const FEW = 3;
/** {s} */
const HALF_HOUR = 1_800;

/** A single point stands in the middle of an hour, not at the beginning of years. */
function aroundOne(chart: uPlot, first: number | null, last: number | null): [number, number] {
  const [from, to] = [first ?? 0, last ?? 0];
  return chart.data[0].length === 1 ? [from - HALF_HOUR, from + HALF_HOUR] : [from, to];
}

function colourOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function optionsOf(
  { times, lines, format, height = HEIGHT, fromZero = false }: ChartProps,
  width: number,
): uPlot.Options {
  const axis = { stroke: colourOf("--muted"), grid: { stroke: colourOf("--line"), width: 1 }, ticks: { show: false } };
  const font = "12px system-ui, sans-serif";
  return {
    width,
    height,
    cursor: { y: false, points: { size: 7 } },
    legend: { live: true },
    hooks: { setCursor: [tellLatest] },
    scales: {
      x: { range: aroundOne },
      ...(fromZero ? { y: { range: (_u, _min, max) => [0, Math.max(max, 1e-9) * 1.08] } } : {}),
    },
    axes: [
      { ...axis, font, space: 70, values: CLOCK },
      { ...axis, font, size: 62, space: 36, values: (_u, splits) => splits.map((v) => format(v)) },
    ],
    series: [
      { label: "Time", value: (_u, v: number | null) => (v === null ? "" : moment(v)) },
      ...lines.map((line): uPlot.Series => ({
        label: line.label,
        stroke: colourOf(line.colour),
        width: 2,
        ...(line.dashed === true ? { dash: DASH } : {}),
        ...(line.filled === true ? { fill: `color-mix(in srgb, ${colourOf(line.colour)} 16%, transparent)` } : {}),
        value: (_u, v: number | null) => (v === null ? "–" : format(v)),
        spanGaps: true,
        points: { show: times.length < FEW },
      })),
    ],
  };
}

/** For whoever does not see it. */
export function summaryOf({
  title,
  times,
  lines,
  format,
}: Pick<ChartProps, "title" | "times" | "lines" | "format">): string {
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return `${title}: nothing recorded yet.`;
  const parts = lines.map(({ label, values }) => {
    const there = values.filter((v) => v !== null);
    if (there.length === 0) return `${label}: nothing recorded`;
    const [lowest, highest] = [Math.min(...there), Math.max(...there)];
    return `${label} from ${format(there[0] ?? 0)} to ${format(there.at(-1) ?? 0)}, lowest ${format(lowest)}, highest ${format(highest)}`;
  });
  return `${title}, ${moment(first)} to ${moment(last)}. ${parts.join(". ")}.`;
}

export function Chart(props: ChartProps): JSX.Element {
  const { title, times, lines, csv, gaps = 0 } = props;
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const [failed, setFailed] = useState(false);
  const shown = useStore(theme);
  const data = [[...times], ...lines.map((l) => [...l.values])] as unknown as uPlot.AlignedData;
  const latest = useRef({ props, data });
  latest.current = { props, data };
  const shape = lines.map((l) => l.label).join("|");
  const empty = times.length === 0;

  useEffect(() => {
    const box = place.current;
    if (box === null || empty) return;
    let gone = false;
    const width = (): number => Math.max(box.clientWidth, 200);
    const resized = new ResizeObserver(() => {
      chart.current?.setSize({ width: width(), height: latest.current.props.height ?? HEIGHT });
    });
    import("uplot")
      .then(({ default: Plot }) => {
        if (gone) return;
        chart.current = new Plot(optionsOf(latest.current.props, width()), latest.current.data, box);
        tellLatest(chart.current);
        resized.observe(box);
      })
      .catch(() => {
        if (!gone) setFailed(true);
      });
    return () => {
      gone = true;
      resized.disconnect();
      chart.current?.destroy();
      chart.current = undefined;
    };
  }, [shape, shown, empty]);

  useEffect(() => {
    if (chart.current === undefined) return;
    chart.current.setData(data);
    tellLatest(chart.current);
  }, [times]);

  return (
    <figure class="chart" aria-labelledby={id}>
      <figcaption id={id}>
        <h3>{title}</h3>
        {csv !== undefined && (
          <a href={csv} download>
            CSV<span class="hidden"> of {title}</span>
          </a>
        )}
      </figcaption>
      {empty && <p class="empty">Nothing has been recorded yet.</p>}
      {failed && <p class="empty">The chart could not be drawn. The numbers are in the CSV.</p>}
      {/* The height is kept free, so that nothing jumps. */}
      <div
        class="plot"
        ref={place}
        style={{ minHeight: `${(props.height ?? HEIGHT) + 30}px` }}
        role="img"
        aria-label={summaryOf(props)}
      />
      {props.children}
      {gaps > 0 && <p class="note">For part of this time nobody looked: there the lines are drawn straight across.</p>}
    </figure>
  );
}
