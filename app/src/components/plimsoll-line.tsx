/**
 * The protocol as a ship: what is required is the water, what stands against losses is the mark. While the mark is above the water, plUSD may be
 * issued; the freeboard between them is how much.
 */

import { type JSX } from "preact";

import { Mark } from "./basics.js";
import { toNumber, usd, usdShort } from "../format/numbers.js";
import type { Statement } from "../../../sdk/reads/balance-sheet.js";

const TICKS = 5;
/** Air above the higher of both. */
const AIR = 1.22;

/** A round step that divides the scale into some five parts. */
export function roundStep(top: number): number {
  if (top <= 0) return 1;
  const raw = top / TICKS;
  const power = 10 ** Math.floor(Math.log10(raw));
  return ([1, 2, 2.5, 5].find((m) => m * power >= raw) ?? 10) * power;
}

export function PlimsollLine({ sheet }: { readonly sheet: Statement }): JSX.Element {
  const capital = toNumber(sheet.capital);
  const required = toNumber(sheet.required);
  const loans = toNumber(sheet.loanPart);
  const top = Math.max(capital, required, 1) * AIR;
  const height = (value: number): string => `${((Math.min(Math.max(value, 0), top) / top) * 100).toFixed(2)}%`;
  const step = roundStep(top);
  const ticks = Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => i * step);
  const afloat = capital >= required;
  const label = `Capital ${usd(sheet.capital)}, required ${usd(sheet.required)}: the mark is ${afloat ? "above" : "under"} water by ${usd(afloat ? sheet.capital - sheet.required : sheet.required - sheet.capital)}.`;
  return (
    <div class={afloat ? "line-figure" : "line-figure sunk"} role="img" aria-label={label}>
      <div class="draught" aria-hidden="true">
        {ticks.map((tick) => (
          <span key={tick} style={{ bottom: height(tick) }}>
            {usdShort(tick)}
          </span>
        ))}
      </div>
      <div class="hull" aria-hidden="true">
        <div class="water" style={{ height: height(required) }}>
          <div
            class="loans"
            style={{ height: required > 0 ? `${((Math.min(loans, required) / required) * 100).toFixed(2)}%` : "0" }}
          />
        </div>
        <div
          class="freeboard"
          style={{ bottom: height(Math.min(capital, required)), height: height(Math.abs(capital - required)) }}
        />
        <div class={afloat ? "level below" : "level above"} style={{ bottom: height(required) }}>
          <span>
            <b>{usdShort(sheet.required)}</b> required
          </span>
        </div>
        <div class={afloat ? "level mark-level above" : "level mark-level below"} style={{ bottom: height(capital) }}>
          <em>
            <Mark size={56} />
          </em>
          <span>
            <b>{usdShort(sheet.capital)}</b> capital
          </span>
        </div>
      </div>
    </div>
  );
}
