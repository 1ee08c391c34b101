/** What would become of an account if prices moved. */

import { type JSX } from "preact";
import { useState } from "preact/hooks";

import { fatalFall, standingAt } from "../data/what-if.js";
import { unpricedOf } from "../data/unpriced.js";
import type { World } from "../data/world.js";
import { health as healthText, price, share, usd } from "../format/numbers.js";
import { accountVerdict } from "../format/standing.js";
import { Panel, Status } from "./basics.js";
import type { Position } from "../../../sdk/credit/valuation.js";

const PERCENT = 100n;
const LEAST = -90;
const MOST = 50;

export function WhatIf({ world, account }: { readonly world: World; readonly account: Position }): JSX.Element | null {
  const { protocol, reserve } = world;
  const [moves, setMoves] = useState<ReadonlyMap<bigint, number>>(new Map());
  const held = protocol.assets.filter((a) => account.holdings.some((h) => h.asset === a.number) && a.mid > 0n);
  const dead = unpricedOf(account.holdings, protocol.assets).filter((a) => a.mid === 0n);
  if (held.length === 0 && dead.length === 0) return null;
  const standing = standingAt(account, protocol, moves);
  const verdict = accountVerdict(standing.health, unpricedOf(account.holdings, protocol.assets).length === 0);
  const volatile = held
    .filter((a) => !reserve.assets.some((r) => r.stable && r.asset === a.number))
    .map((a) => a.number);
  const fall = account.debtShares === 0n || volatile.length === 0 ? undefined : fatalFall(account, protocol, volatile);
  return (
    <Panel
      title="What if prices moved"
      note={
        fall === undefined
          ? "Nothing is owed, or no fall of what is volatile in it would matter."
          : fall === 0
            ? "It can be liquidated as it is."
            : `If everything volatile in it fell by ${share(fall / 100, 0)} at once, it could be liquidated.`
      }
    >
      {dead.length > 0 && (
        <p class="note">
          {dead.map((a) => a.symbol).join(", ")}: no price that could be moved. What is left of the last one counts in
          the health, as it is now, and falls by itself.
        </p>
      )}
      <div class="sliders">
        {held.map((a) => {
          const move = moves.get(a.number) ?? 0;
          const id = `what-if-${a.number.toString()}`;
          return (
            <div class="field" key={a.symbol}>
              <label for={id}>
                {a.symbol} {move === 0 ? "as it is" : `${move > 0 ? "+" : ""}${share(move / 100, 0)}`},{" "}
                {price((a.mid * (PERCENT + BigInt(move))) / PERCENT)}
              </label>
              <input
                id={id}
                type="range"
                min={LEAST}
                max={MOST}
                step="1"
                value={move}
                onInput={(event) => {
                  const next = new Map(moves);
                  next.set(a.number, Number(event.currentTarget.value));
                  setMoves(next);
                }}
              />
            </div>
          );
        })}
      </div>
      <p class="result" aria-live="polite">
        Health {healthText(standing.health)} <Status level={verdict.level}>{verdict.word}</Status>: you would owe{" "}
        {usd(standing.debt)}, be able to owe {usd(standing.borrowLimit)}, and be liquidated above{" "}
        {usd(standing.maintenanceLimit)}.
      </p>
      <button
        type="button"
        disabled={moves.size === 0}
        onClick={() => {
          setMoves(new Map());
        }}
      >
        Prices as they are
      </button>
    </Panel>
  );
}
