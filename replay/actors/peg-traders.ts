/**
 * Issuers and redeemers. Where plUSD is dearer than what issuing it costs, somebody pays dollars into the reserve and sells what he gets; where it is cheaper than
 * what redeeming brings, somebody buys and redeems. Both move the price back, and the reserve's dollars with it; where issuing is closed, plUSD stays dear.
 */

import { MaxUint256 } from "ethers";

import { WAD } from "../../sdk/arithmetic/integer.js";
import { present } from "../../sdk/present.js";
import { FaucetToken__factory, IReserve__factory } from "../../types/contracts/index.js";
import type { Actor, Moment } from "../scenario/run.js";
import type { World } from "../scenario/world.js";

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** The stated rules. */
export const PEG_TRADING = {
  /** Traders look so often. {s} */
  look: HOUR,
  /** What they want to earn besides what the reserve takes, and what it takes at least. {USD} */
  margin: 0.003,
  /** What moves the price by one whole: the depth of plUSD's pool. {plUSD} */
  depth: 20_000_000,
  /** They trade this part of what would bring the price all the way. */
  part: 0.25,
  /** {plUSD} */
  least: 1_000,
  most: 200_000,
  /** How fast the market forgets what they have sold or bought. {s} */
  memory: 2 * DAY,
} as const;

const GAS = 1_500_000n;
const USDC_UNIT = 10n ** 6n;

const reserveAbi = IReserve__factory.createInterface();
const tokenAbi = FaucetToken__factory.createInterface();

export class PegTraders implements Actor {
  /** What was done. {plUSD} */
  issued = 0;
  redeemed = 0;
  /** Times that they would have traded, and the protocol did not let them. */
  refused = 0;
  readonly #world: World;
  /** How much the price is lower for what they have sold; higher where negative. {USD} */
  #eased = 0;
  #lookedAt = -Infinity;
  #approved = false;

  constructor(world: World) {
    this.#world = world;
  }

  async act({ time }: Pick<Moment, "time">): Promise<void> {
    const { quotes } = this.#world;
    if (time < this.#lookedAt + PEG_TRADING.look) {
      this.#ease(quotes);
      return;
    }
    if (this.#lookedAt > 0) this.#eased *= Math.exp(-(time - this.#lookedAt) / PEG_TRADING.memory);
    this.#lookedAt = time;
    this.#ease(quotes);
    const off = Number(quotes.dollar) / 1e18 - 1;
    if (Math.abs(off) <= PEG_TRADING.margin) return;
    const wanted = PEG_TRADING.part * (Math.abs(off) - PEG_TRADING.margin) * PEG_TRADING.depth;
    const amount = Math.min(PEG_TRADING.most, Math.floor(wanted));
    if (amount < PEG_TRADING.least) return;
    // The allowance is there at the next look.
    if (await this.#approve()) return;
    if (!(await this.#trade(off > 0 ? "issue" : "redeem", amount))) {
      this.refused += 1;
      return;
    }
    this.#eased += (Math.sign(off) * amount) / PEG_TRADING.depth;
    if (off > 0) this.issued += amount;
    else this.redeemed += amount;
  }

  /** The market's price with what they have done to it, never beyond par for it. */
  #ease(quotes: { dollar: bigint }): void {
    const pressed = Number(quotes.dollar) / 1e18;
    const eased = pressed - this.#eased;
    const kept = this.#eased > 0 ? Math.max(Math.min(1, pressed), eased) : Math.min(Math.max(1, pressed), eased);
    quotes.dollar = BigInt(Math.round(kept * 1e6)) * 10n ** 12n;
  }

  /** Whether the protocol lets them, which is asked first. */
  async #trade(what: "issue" | "redeem", amount: number): Promise<boolean> {
    const { chain, market, addresses, provider, assets } = this.#world;
    const usdc = present(assets.find(({ symbol }) => symbol === "USDC")).id;
    const data =
      what === "issue"
        ? reserveAbi.encodeFunctionData("issue", [usdc, BigInt(amount) * USDC_UNIT, 0n, market.account])
        : reserveAbi.encodeFunctionData("redeem", [usdc, BigInt(amount) * WAD, 0n, market.account]);
    const to = addresses.contracts.reserve;
    try {
      await provider.call({ from: market.account, to, data });
    } catch {
      // Closed: no headroom, no cash, or the price of USDC cannot be used. All of that is the protocol's answer.
      return false;
    }
    await chain.send(market.account, { to, data, gas: GAS }, `${what} plUSD`, true);
    return true;
  }

  /** Whether it was necessary. */
  async #approve(): Promise<boolean> {
    if (this.#approved) return false;
    this.#approved = true;
    const { chain, market, addresses } = this.#world;
    const data = tokenAbi.encodeFunctionData("approve", [addresses.contracts.reserve, MaxUint256]);
    await chain.send(market.account, { to: present(addresses.tokens.USDC), data, gas: 80_000n }, "approve USDC");
    return true;
  }
}
