/** Liquidating failing accounts with one's own plUSD. */

import { MAX_UINT256 } from "../arithmetic/integer.js";
import { previewSlice, type SlicePreview } from "../credit/liquidation.js";
import { standingOf } from "../credit/standing.js";
import { PRICE_STATUS, type Position } from "../credit/valuation.js";
import { termsOf } from "../reads/protocol.js";
import type { Snapshot } from "../reads/index.js";
import { callOf, checkWallet, engineAbi, Refusals, timeOf } from "./common.js";
import type { Action, At, Outcome } from "./types.js";

/** One account of the batch. */
export interface Target {
  readonly account: string;
  /** As `positions` reads it. */
  readonly position: Position;
  /** As much as is allowed if absent. {plUSD} */
  readonly maxRepay?: bigint;
}

export interface LiquidateIntent {
  readonly targets: readonly Target[];
}

export interface LiquidateOutcome extends Outcome {
  /** The largest slice of each target; undefined for one that is healthy, or holds something unpriced, which this does not reckon with. */
  readonly slices: readonly (SlicePreview | undefined)[];
  /** What all of them cost at most. {plUSD} */
  readonly repay: bigint;
  /** What is got beyond that, at mid. {USD} */
  readonly gain: bigint;
}

/** Buys slices of failing accounts with plUSD: one transaction, no allowance. What is seized is credited in the engine. */
export const liquidate: Action<Snapshot, LiquidateIntent, LiquidateOutcome> = {
  preview(snapshot, { targets }, at) {
    const slices = targets.map((target) => sliceOf(snapshot, target, at));
    const found = slices.filter((s) => s !== undefined);
    const refusals = new Refusals(snapshot);
    for (const { maxRepay } of targets) if (maxRepay !== undefined) refusals.amount(maxRepay);
    refusals.unless(found.length !== 0, "NothingToDo");
    const repay = found.reduce((sum, s) => sum + s.repay, 0n);
    checkWallet(refusals, snapshot, snapshot.book.contracts.dollar, repay);
    return { slices, repay, gain: found.reduce((sum, s) => sum + s.gain, 0n), problems: refusals.list };
  },

  requirements: () => [],

  tx({ book }, { targets }) {
    const items = targets.map(({ account, maxRepay }) => ({ account, maxRepay: maxRepay ?? MAX_UINT256 }));
    return callOf(book.contracts.engine, engineAbi.encodeFunctionData("liquidate", [items, "0x"]));
  },
};

function sliceOf(snapshot: Snapshot, { position }: Target, at?: At): SlicePreview | undefined {
  const { protocol } = snapshot;
  const terms = termsOf(protocol, timeOf(snapshot, at));
  const priced = position.holdings.every((h) => terms.quotes.get(h.asset)?.status !== PRICE_STATUS.unpriced);
  return priced ? previewSlice(standingOf(position, terms), protocol.liquidation, protocol.debt.minimum) : undefined;
}
