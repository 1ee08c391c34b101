/** What a transaction brought its sender, to the last unit, as its events say. */

import { getAddress, id, type TransactionReceipt } from "ethers";

import { present } from "../../sdk/present.js";
import { assetsOf } from "../reserve-contracts.js";
import { attempt } from "../jobs/job.js";
import { creditOf, meaningOf, type Flows } from "../journal/flows.js";
import {
  ICreditEngine__factory,
  type ICreditEngine,
  type IPriceOracle,
  type IRisk,
} from "../../types/contracts/index.js";

const TRANSFER = id("Transfer(address,address,uint256)");
const ENGINE = ICreditEngine__factory.createInterface();
type Logs = Pick<TransactionReceipt, "logs">;

/** Tokens that came to `account` (above 0) and left it, by token. Token units */
export function transfersOf({ logs }: Logs, account: string): Flows {
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

/** What came to an account, and what it is worth in plUSD now: plUSD as many, listed assets at their lowest price, others nothing. */
export class Valuer {
  readonly #contracts: { readonly engine: ICreditEngine; readonly oracle: IPriceOracle; readonly risk: IRisk };
  #engine: string | undefined;
  #dollar: string | undefined;
  /** Asset numbers by token, and {tok units} that make one {tok} and one {ledger}. */
  readonly #assets = new Map<string, { asset: bigint; whole: bigint; scale: bigint }>();
  #mask = -1n;

  constructor(contracts: { engine: ICreditEngine; oracle: IPriceOracle; risk: IRisk }) {
    this.#contracts = contracts;
  }

  /** What `account` has more, in hand and in the engine's ledger. Token units */
  async flows(receipt: Logs, account: string): Promise<Flows> {
    const flows: Record<string, bigint> = { ...transfersOf(receipt, account) };
    this.#engine ??= getAddress(await this.#contracts.engine.getAddress());
    for (const log of receipt.logs) {
      if (getAddress(log.address) !== this.#engine) continue;
      const event = ENGINE.parseLog(log);
      if (event === null || !["Credit", "Deposit", "Withdraw"].includes(event.name)) continue;
      const {
        asset,
        account: whose,
        amount,
      } = event.args.toObject() as { asset: bigint; account: string; amount: bigint };
      if (whose !== account) continue;
      await this.#learn();
      const [token, { scale }] = present([...this.#assets].find(([, known]) => known.asset === asset));
      const change = { Credit: amount * scale, Deposit: amount, Withdraw: -amount }[event.name] ?? 0n;
      const key = creditOf(token);
      flows[key] = (flows[key] ?? 0n) + change;
    }
    return flows;
  }

  /** {plUSD} */
  async worth(flows: Flows): Promise<bigint> {
    let sum = 0n;
    for (const [token, amount] of Object.entries(flows)) sum += await this.#worthOf(token, amount);
    return sum;
  }

  async #worthOf(key: string, amount: bigint): Promise<bigint> {
    const { engine, oracle } = this.#contracts;
    const { token } = meaningOf(key);
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
      this.#assets.set(getAddress(token), { asset, scale, whole: scale * 10n ** (await risk.unitDecimals(asset)) });
    }
    this.#mask = mask;
  }
}
