/** What a transaction will roughly burn, to tell what is worth simulating. What is sent is estimated exactly first. */

/** A linear model of a transaction's gas that corrects itself by what receipts say. */
export class GasModel {
  readonly #fixed: number;
  readonly #perAccount: number;
  readonly #perSale: number;
  #correction = 1;

  constructor(fixed: number, perAccount: number, perSale: number) {
    this.#fixed = fixed;
    this.#perAccount = perAccount;
    this.#perSale = perSale;
  }

  #model(accounts: number, sales: number): number {
    return this.#fixed + this.#perAccount * accounts + this.#perSale * sales;
  }

  estimate(accounts: number, sales = 0): bigint {
    return BigInt(Math.ceil(this.#model(accounts, sales) * this.#correction));
  }

  /** How many accounts fit into `gas`. */
  capacity(gas: bigint, sales = 0): number {
    const room = Number(gas) / this.#correction - this.#fixed - this.#perSale * sales;
    return Math.max(1, Math.floor(room / this.#perAccount));
  }

  /** Tells the model what such a transaction really used. */
  learn(accounts: number, sales: number, used: bigint): void {
    const observed = Number(used) / this.#model(accounts, sales);
    this.#correction += 0.2 * (observed - this.#correction);
  }
}
