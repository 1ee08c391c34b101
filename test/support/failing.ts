import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { maintenanceTerm, plainValue, type ExposureLike, type SliceParameters } from "./maths.js";
import { at, LIQUIDATION, MINIMUM_DEBT, type World } from "./world.js";

/** Whoever has an address. */
export interface Addressed {
  address: string;
}

/** V, M_s, M and D of an account whose assets are all priced, from its position and the risk model's quotes. {USD} */
export async function exposureOf(world: World, who: Addressed): Promise<ExposureLike> {
  const { balances, debt } = await world.position(who);
  const assets = [...balances.keys()];
  const quotes = await world.risk.quote(assets.reduce((mask, a) => mask | (1n << BigInt(a)), 0n));
  let value = 0n;
  let limit = 0n;
  for (const [i, asset] of assets.entries()) {
    const balance = balances.get(asset) ?? 0n;
    value += plainValue(at(quotes, i), balance);
    limit += maintenanceTerm(at(quotes, i), balance);
  }
  return { value, priced: limit, limit, debt };
}

/** M / D. 18 decimals */
export function healthOf(e: ExposureLike): bigint {
  return (e.limit * 10n ** 18n) / e.debt;
}

/** The world's liquidation parameters, as the model of a slice takes them. */
export const SLICING: SliceParameters = { ...LIQUIDATION, minimumDebt: MINIMUM_DEBT };

/** Deposits ({tok} with the token's decimals, by asset) and borrows {plUSD} to the account itself. */
export async function open(
  world: World,
  who: HardhatEthersSigner,
  collateral: Partial<Record<number, bigint>>,
  debt: bigint,
): Promise<void> {
  for (const [asset, amount] of Object.entries(collateral)) {
    if (amount !== undefined) await world.deposit(who, Number(asset), amount);
  }
  await world.engine.connect(who).borrow(debt, who.address, who.address);
}

/** One item of a batch that pays as much as allowed. */
export function all(who: Addressed): { account: string; maxRepay: bigint } {
  return { account: who.address, maxRepay: 2n ** 256n - 1n };
}
