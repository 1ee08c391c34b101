/** How assets move together: a table whose cells are coloured, and say their number. */

import { type JSX } from "preact";

export interface HeatMapProps {
  readonly caption: string;
  readonly names: readonly string[];
  /** -1 to 1 */
  readonly value: (row: number, column: number) => number;
}

export function HeatMap({ caption, names, value }: HeatMapProps): JSX.Element {
  return (
    <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
      <table class="heat">
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            <td />
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name, row) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {names.map((other, column) => {
                const v = value(row, column);
                return (
                  <td
                    key={other}
                    class={v < 0 ? "opposite" : undefined}
                    style={{ "--heat": `${Math.round(Math.min(Math.abs(v), 1) * 70)}%` }}
                    title={`${name} and ${other}: ${v.toFixed(3)}`}
                  >
                    {v.toFixed(2)}
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
