/** The most that can be done, as things stand: what a form offers as "all". */

import { ceilDiv, min, saturatingSub } from "../arithmetic/integer.js";
import { standingOf } from "../credit/standing.js";
import { findAsset, staleness, termsOf, type AssetRef } from "../reads/protocol.js";
import type { Snapshot } from "../reads/index.js";
import { debtNow, held, timeOf } from "./common.js";
import { mostRepayable } from "./repay.js";
import type { At } from "./types.js";
import { withdraw } from "./withdraw.js";

/** Debts round up: a cent is left, so that what is offered goes through. {plUSD} */
const CENT = 10n ** 16n;
/** A 64-bit amount is found in as many steps. */
const STEPS = 64;

/** What the wallet has, as far as the cap lets it in: whole ledger units. {asset} token units */
export function mostDepositable({ protocol, account }: Snapshot, ref: AssetRef): bigint {
  const asset = findAsset(protocol, ref);
  if (!asset.answers) return 0n;
  const balance = account.wallet.get(asset.token)?.balance ?? 0n;
  return min(balance / asset.scale, saturatingSub(asset.cap, asset.total)) * asset.scale;
}

/** What collateral and the balance sheet let be borrowed. A statement that is too old counts nothing: it is renewed on the way. {plUSD} */
export function mostBorrowable(snapshot: Snapshot, at?: At): bigint {
  const { protocol, account } = snapshot;
  const { available } = standingOf(account, termsOf(protocol, timeOf(snapshot, at)));
  const own = saturatingSub(available, CENT);
  const room = min(own, saturatingSub(protocol.debt.ceiling, protocol.debt.total + CENT));
  return staleness(protocol, snapshot.block) === undefined ? min(protocol.gate.available, room) : room;
}

/** What the wallet can repay: all of the debt, or so much that no less than the minimum is left. {plUSD} */
export function mostRepaid(snapshot: Snapshot, at?: At): bigint {
  const most = mostRepayable(snapshot, at);
  const debt = debtNow(snapshot, at);
  const { minimum } = snapshot.protocol.debt;
  return most >= debt || most + minimum <= debt ? most : saturatingSub(debt, minimum);
}

/** What the debt lets be taken out. By halving: the limit is no straight line, because large holdings count for less. {asset} token units */
export function mostWithdrawable(snapshot: Snapshot, ref: AssetRef, at?: At): bigint {
  const { number, scale } = findAsset(snapshot.protocol, ref);
  const all = held(snapshot.account, number);
  const possible = (units: bigint): boolean =>
    withdraw.preview(snapshot, { asset: number, amount: units * scale }, at).problems.length === 0;
  if (all === 0n || possible(all)) return all * scale;
  let [low, high] = [0n, all];
  for (let i = 0; i < STEPS && high - low > 1n; i++) {
    const middle = ceilDiv(low + high, 2n);
    if (possible(middle)) low = middle;
    else high = middle;
  }
  return low * scale;
}
