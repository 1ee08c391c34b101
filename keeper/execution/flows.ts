/** What a transaction brought its sender, to the last unit, as its events say. */

import { getAddress, id, type TransactionReceipt } from "ethers";

import { assetsOf } from "../reserve-contracts.js";
import { attempt } from "../jobs/job.js";
import type { Flows } from "../journal/types.js";
import type { ICreditEngine, IPriceOracle, IRisk } from "../../types/contracts/index.js";

const TRANSFER = id("Transfer(address,address,uint256)");

/** Tokens that came to `account` (above 0) and left it, by token. Token units */
export function flowsOf({ logs }: Pick<TransactionReceipt, "logs">, account: string): Flows {
  const flows: Record<string, bigint> = {};
  for (const { address, topics, data } of logs) {
    const [event, from, to] = topics;
    if (event !== TRANSFER || from === undefined || to === undefined || topics.length !== 3 || data.length !== 66)
      continue;
    const [sender, receiver] = [from, to].map((topic) => getAddress(`0x${topic.slice(26)}`));
    const token = getAddress(address);
    const change = (receiver === account ? BigInt(data) : 0n) - (sender === account ? BigInt(data) : 0n);
    if (change !== 0n) flows[token] = (flows[token] ?? 0n) + change;
  }
  return flows;
}

/** What tokens are worth in plUSD now: plUSD as many, listed assets at their lowest price, others nothing. */
export class Valuer {
  readonly #contracts: { readonly engine: ICreditEngine; readonly oracle: IPriceOracle; readonly risk: IRisk };
  #dollar: string | undefined;
  /** Asset numbers by token, and {tok units} that make one {tok}. */
  readonly #assets = new Map<string, { asset: bigint; whole: bigint }>();
  #mask = -1n;

  constructor(contracts: { engine: ICreditEngine; oracle: IPriceOracle; risk: IRisk }) {
    this.#contracts = contracts;
  }

  /** {plUSD} */
  async worth(flows: Flows): Promise<bigint> {
    let sum = 0n;
    for (const [token, amount] of Object.entries(flows)) sum += await this.#worthOf(token, amount);
    return sum;
  }

  async #worthOf(token: string, amount: bigint): Promise<bigint> {
    const { engine, oracle } = this.#contracts;
    this.#dollar ??= getAddress(await engine.dollar());
    if (token === this.#dollar) return amount;
    await this.#learn();
    const known = this.#assets.get(token);
    if (known === undefined) return 0n;
    const price = await attempt(() => oracle.price(known.asset));
    return price.ok ? (amount * price.value.low) / known.whole : 0n;
  }

  async #learn(): Promise<void> {
    const { engine, risk } = this.#contracts;
    const mask = await engine.listedMask();
    if (mask === this.#mask) return;
    for (const asset of assetsOf(mask)) {
      const { token, scale } = await engine.assetInfo(asset);
      this.#assets.set(getAddress(token), { asset, whole: scale * 10n ** (await risk.unitDecimals(asset)) });
    }
    this.#mask = mask;
  }
}
