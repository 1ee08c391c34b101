/** What a page of the dashboard shows, found by the words that stand beside it, and whether that is what it should be. */

import type { Page } from "playwright-core";

type Row = Readonly<Record<string, string>>;

export interface Shown {
  /** By their label. */
  readonly figures: Readonly<Record<string, string>>;
  /** By caption, then by the first cell of the row, then by column. The preview of an action is called `preview`. */
  readonly tables: Readonly<Record<string, Readonly<Record<string, Row>>>>;
  /** What charts say of themselves to whoever does not see them, by title. */
  readonly charts: Readonly<Record<string, string>>;
  /** Labels of the Plimsoll line, by their last word. */
  readonly levels: Readonly<Record<string, string>>;
  /** All of it. */
  readonly text: string;
}

/** Runs in the page. */
const SCRIPT = `(() => {
  const text = (e) => (e?.textContent ?? "").replace(/\\s+/g, " ").trim();
  const main = document.querySelector("main");
  const figures = {}, tables = {}, charts = {}, levels = {};
  const put = (into, key, value) => {
    if (key in into) throw new Error("two are called " + key);
    into[key] = value;
  };
  for (const dt of main.querySelectorAll("dt")) put(figures, text(dt), text(dt.nextElementSibling));
  for (const table of main.querySelectorAll("table")) {
    // The legend of a chart.
    if (table.caption === null && !table.classList.contains("preview")) continue;
    const columns = [...table.querySelectorAll("thead tr > *")].map(text);
    const rows = {};
    for (const tr of table.querySelectorAll("tbody tr")) {
      const cells = [...tr.children].map(text);
      let name = cells[0];
      for (let n = 2; name in rows; n++) name = cells[0] + " #" + n;
      rows[name] = Object.fromEntries(cells.map((cell, i) => [columns[i], cell]));
    }
    put(tables, table.classList.contains("preview") ? "preview" : text(table.caption), rows);
  }
  for (const chart of main.querySelectorAll("figure.chart"))
    put(charts, text(chart.querySelector("h3")), chart.querySelector(".plot").getAttribute("aria-label"));
  for (const level of main.querySelectorAll(".level span")) {
    const [, value, name] = /^(.*) (\\w+)$/.exec(text(level));
    put(levels, name, value);
  }
  return { figures, tables, charts, levels, text: text(main) };
})()`;

export async function shownOn(page: Page): Promise<Shown> {
  return await page.evaluate<Shown>(SCRIPT);
}

// ---- numbers

/** As it is written, and by how much it may be off for the digits that are written. */
interface Written {
  readonly value: number;
  readonly step: number;
}

const LETTERS: Readonly<Record<string, number>> = { "": 1, K: 1e3, M: 1e6, B: 1e9, "%": 1e-2 };

/** The numbers of a text in their order: `$2.94M`, `12.5%`, `1,234.56`, `−3`. Digits within words are none. */
export function numbersIn(text: string): Written[] {
  return [...text.matchAll(/(?<![\w.,])([-−+]?)\$?(\d[\d,]*)(\.\d+)?([KMB%](?!\w))?/g)].map(
    ([, sign, whole = "", part = "", letter = ""]) => {
      const scale = LETTERS[letter] ?? 1;
      const digits = `${whole.replaceAll(",", "")}${part}`;
      const value = Number(digits) * scale * (sign === "-" || sign === "−" ? -1 : 1);
      // Three digits are all that is shown of what is shortened.
      const shown = /[KMB]/.test(letter) ? Math.max(0, 3 - whole.length) : Math.max(0, part.length - 1);
      return { value, step: scale / 10 ** shown };
    },
  );
}

/** What should stand somewhere: a text, or one number or several that are shown with as many digits as the page likes. */
export type Expected = string | number | readonly number[];

export type Expectations = readonly (readonly [where: string, there: string | undefined, expected: Expected])[];

/** What is wrong, in words; empty if nothing is. */
export function differences(expectations: Expectations): string[] {
  return expectations.flatMap(([where, there, expected]) => {
    if (there === undefined) return [`${where} is not there`];
    if (typeof expected === "string") {
      return there === expected ? [] : [`${where} is "${there}" instead of "${expected}"`];
    }
    const wanted = typeof expected === "number" ? [expected] : expected;
    const found = numbersIn(there);
    const right = wanted.every((value, i) => {
      const written = found[i];
      // A page rounds to the nearest, or down: one step, and what floating point loses.
      return (
        written !== undefined && Math.abs(written.value - value) <= written.step * 1.000_001 + Math.abs(value) * 1e-12
      );
    });
    return right ? [] : [`${where} is "${there}" instead of ${wanted.join(" and ")}`];
  });
}
