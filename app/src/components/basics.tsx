/** Small parts that pages are made of. */

import { type ComponentChildren, type JSX } from "preact";
import { useId } from "preact/hooks";

import type { Told } from "../data/history.js";
import type { Level } from "../format/standing.js";

interface Children {
  readonly children?: ComponentChildren;
}

/** The mark on a ship's hull. */
export function Mark({ size = 24 }: { readonly size?: number }): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <circle cx="16" cy="16" r="9" />
      <path d="M1 16h30" />
    </svg>
  );
}

export function Panel({
  title,
  note,
  aside,
  wide = false,
  children,
}: Children & {
  readonly title: string;
  readonly note?: ComponentChildren;
  readonly aside?: ComponentChildren;
  readonly wide?: boolean;
}): JSX.Element {
  const id = useId();
  return (
    <section class={wide ? "panel wide" : "panel"} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div class="aside">{aside}</div>}
      </header>
      {note !== undefined && <p class="note">{note}</p>}
      {children}
    </section>
  );
}

const SIGNS: Readonly<Record<Level, string>> = { good: "✓", warn: "▲", bad: "✕", none: "–" };

/** A status in a word, with a sign of its own shape beside its colour. */
export function Status({ level, children }: Children & { readonly level: Level }): JSX.Element {
  return (
    <span class={`status ${level}`}>
      <span aria-hidden="true">{SIGNS[level]}</span> {children}
    </span>
  );
}

/** One number that matters. */
export function Figure({
  label,
  value,
  title,
  children,
}: Children & { readonly label: string; readonly value: ComponentChildren; readonly title?: string }): JSX.Element {
  return (
    <div class="figure">
      <dt>{label}</dt>
      <dd class="value" title={title}>
        {value}
      </dd>
      {children !== undefined && <dd class="sub">{children}</dd>}
    </div>
  );
}

export function Figures({ children }: Children): JSX.Element {
  return <dl class="figures">{children}</dl>;
}

export interface Column<T> {
  readonly name: string;
  readonly numeric?: boolean;
  cell(row: T): ComponentChildren;
}

/** A table that scrolls within itself on narrow screens. The first column heads its row. */
export function Table<T>({
  caption,
  columns,
  rows,
  empty,
}: {
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly empty: string;
}): JSX.Element {
  if (rows.length === 0) return <p class="empty">{empty}</p>;
  return (
    <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((c) => (
              <th key={c.name} scope="col" class={c.numeric === true ? "number" : undefined}>
                {c.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {columns.map((c, k) => {
                const style = c.numeric === true ? "number" : undefined;
                return k === 0 ? (
                  <th key={c.name} scope="row" class={style}>
                    {c.cell(row)}
                  </th>
                ) : (
                  <td key={c.name} class={style}>
                    {c.cell(row)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Notice({
  level,
  title,
  children,
  urgent = false,
}: Children & { readonly level: Level; readonly title: string; readonly urgent?: boolean }): JSX.Element {
  return (
    <div class={`notice ${level}`} role={urgent ? "alert" : "status"}>
      <strong>
        <span aria-hidden="true">{SIGNS[level]}</span> {title}
      </strong>
      {children !== undefined && <div>{children}</div>}
    </div>
  );
}

/** What the indexer told, or what there is instead. */
export function Past<T>({
  told,
  what,
  children,
}: {
  readonly told: Told<T>;
  /** What is missing without it. */
  readonly what: string;
  readonly children: (value: T) => ComponentChildren;
}): JSX.Element {
  if (told.state === "loading") {
    return (
      <p class="empty" aria-busy="true">
        Loading {what}…
      </p>
    );
  }
  if (told.state === "failed") {
    return (
      <p class="empty">
        There is no {what} to show: {told.why}. Everything else on this page comes from the chain as it is now.
      </p>
    );
  }
  return <>{children(told.value)}</>;
}

/** A choice of a few, as buttons. */
export function Choice<T extends string>({
  label,
  options,
  value,
  onChoose,
}: {
  readonly label: string;
  readonly options: readonly (readonly [T, string])[];
  readonly value: T;
  readonly onChoose: (value: T) => void;
}): JSX.Element {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map(([name, text]) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === value}
          onClick={() => {
            onChoose(name);
          }}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

/** A share of a whole, drawn; with where it should be, and how far it may be off. */
export function Bar({
  value,
  target,
  band = 0,
  full = 1,
  label,
}: {
  readonly value: number;
  readonly target?: number;
  readonly band?: number;
  /** What the whole width is. */
  readonly full?: number;
  readonly label: string;
}): JSX.Element {
  const at = (x: number): string => `${(Math.min(Math.max(x / full, 0), 1) * 100).toFixed(2)}%`;
  return (
    <div class={target === undefined ? "bar" : "bar aimed"} role="img" aria-label={label}>
      {target !== undefined && <u style={{ left: at(target - band), width: at(2 * band) }} />}
      <i style={{ width: at(value) }} />
      {target !== undefined && <b style={{ left: at(target) }} />}
    </div>
  );
}
