/** What a lending protocol has to offer to be measured beside others. */

import type { Call } from "./chain.js";
import type { Column } from "./figures.js";

/** Stands for the account that makes the call, see `test/contracts/bench/Crowd.sol`. */
export const SELF = "0x5E1F5E1f5E1F5e1F5e1f5E1f5E1f5E1f5E1F5E1F";

/** A lending protocol in which accounts hold so many collaterals. All tokens have 18 decimals. */
export interface Lending {
  readonly column: Column;
  /** How many collaterals an account of this column holds: numbers 0, 1, ... */
  readonly collaterals: number;
  /** Mints an account what it deposits and repays, and allows what has to be allowed. */
  prepare(account: string): Call[];
  deposit(account: string, asset: number, amount: bigint): Call;
  withdraw(account: string, asset: number, amount: bigint): Call;
  borrow(account: string, amount: bigint): Call;
  repay(account: string, amount: bigint): Call;
  /** Takes as much of each as is allowed, in one transaction. What is seized stays with the protocol where it can. */
  liquidate(accounts: readonly string[]): Promise<Call>;
  /** The same of one, with everything seized paid out in tokens. */
  liquidateOut(account: string, keeper: string): Promise<Call>;
  /** Has the protocol itself take them. */
  absorb?: (accounts: readonly string[]) => Call;
  debtOf(account: string): Promise<bigint>;
  collateralOf(account: string, asset: number): Promise<bigint>;
  /** An account's tokens in its wallet. */
  walletOf(account: string, asset: number): Promise<bigint>;
  /** Puts a keeper's money where liquidating needs it. */
  fundKeeper(keeper: string): Promise<void>;
}
