/** What must be true of the protocol at any time, checked against the chain account by account. */

import { Contract, type Provider } from "ethers";

import type { AddressBook } from "../../sdk/addresses.js";
import {
  FixedCeilingGate__factory,
  ICreditEngine__factory,
  ICreditLens__factory,
  IPlimsollDollar__factory,
} from "../../types/contracts/index.js";
import { present } from "../../sdk/present.js";

/** One thing that must hold. */
export interface Check {
  readonly name: string;
  readonly holds: boolean;
  /** The figures compared. */
  readonly detail: string;
}

/** The state that the checks and the summary look at. */
export interface Audit {
  readonly checks: readonly Check[];
  /** {plUSD} */
  readonly supply: bigint;
  /** {plUSD} */
  readonly totalDebt: bigint;
  /** {USD} */
  readonly collateralValue: bigint;
  /** Losses booked and debts written off so far. {USD} */
  readonly badDebt: bigint;
  /** Accounts with D > M. */
  readonly openUnderwater: number;
}

const ASSET_SHIFT = 248n;
const BALANCE_MASK = (1n << ASSET_SHIFT) - 1n;
/** Index 1 with 18 decimals makes a share worth 1e-8 plUSD. */
const SHARES_PER_DOLLAR = 100_000_000n;
const CHUNK = 500;

const engineAbi = ICreditEngine__factory.createInterface();
const gateAbi = FixedCeilingGate__factory.createInterface();

/** Everyone who ever had anything in the ledger, or a debt. */
async function ledgerAccounts(provider: Provider, addresses: AddressBook): Promise<string[]> {
  const accounts = new Set<string>();
  for (const name of ["Deposit", "Borrow", "Credit"] as const) {
    const event = engineAbi.getEvent(name);
    const logs = await provider.getLogs({
      address: addresses.contracts.engine,
      topics: [event.topicHash],
      fromBlock: addresses.firstBlock,
      toBlock: "latest",
    });
    for (const log of logs) accounts.add(present(engineAbi.parseLog(log)).args.account as string);
  }
  return [...accounts];
}

async function bookedLosses(provider: Provider, addresses: AddressBook): Promise<bigint> {
  const logs = await provider.getLogs({
    address: addresses.contracts.gate,
    topics: [gateAbi.getEvent("LossBooked").topicHash],
    fromBlock: addresses.firstBlock,
    toBlock: "latest",
  });
  return logs.reduce((sum, log) => sum + (present(gateAbi.parseLog(log)).args.amount as bigint), 0n);
}

/** Looks at every account and every token. Takes a second or two for some hundred accounts. */
export async function audit(provider: Provider, addresses: AddressBook): Promise<Audit> {
  const engine = ICreditEngine__factory.connect(addresses.contracts.engine, provider);
  const lens = ICreditLens__factory.connect(addresses.contracts.lens, provider);
  const dollar = IPlimsollDollar__factory.connect(addresses.contracts.dollar, provider);
  const accounts = await ledgerAccounts(provider, addresses);

  let shares = 0n;
  let debts = 0n;
  const balances = new Map<number, bigint>();
  for (const account of accounts) {
    const [debtShares, holdings] = await engine.position(account);
    shares += debtShares;
    if (debtShares !== 0n) debts += await engine.debtOf(account);
    for (const holding of holdings) {
      const asset = Number(holding >> ASSET_SHIFT);
      balances.set(asset, (balances.get(asset) ?? 0n) + (holding & BALANCE_MASK));
    }
  }

  const checks: Check[] = [];
  const check = (name: string, holds: boolean, detail: string): void => {
    checks.push({ name, holds, detail });
  };

  const assets = await lens.assets();
  for (const asset of assets) {
    const total = asset.deposited / asset.scale;
    const sum = balances.get(Number(asset.asset)) ?? 0n;
    check(`${asset.symbol}: the accounts' balances add up to the ledger`, sum === total, `${sum} against ${total}`);
    const token = new Contract(asset.token, ["function balanceOf(address) view returns (uint256)"], provider);
    const held = (await token.getFunction("balanceOf")(addresses.contracts.engine)) as bigint;
    check(
      `${asset.symbol}: the engine holds at least its ledger`,
      held >= asset.deposited,
      `${held} against ${asset.deposited}`,
    );
  }

  const totalShares = await engine.totalDebtShares();
  check("the accounts' debt shares add up to the total", shares === totalShares, `${shares} against ${totalShares}`);

  const totalDebt = await engine.totalDebt();
  // Each account's debt is rounded up by less than a wei.
  const rounding = debts - totalDebt;
  check(
    "the accounts' debts add up to the total debt",
    rounding >= 0n && rounding <= BigInt(accounts.length),
    `${debts} against ${totalDebt}`,
  );
  check(
    "a debt share is worth at least what it was",
    (await engine.index()) >= 10n ** 18n,
    `${SHARES_PER_DOLLAR} shares a plUSD`,
  );

  const supply = await dollar.totalSupply();
  let levels = 0n;
  for (const facilitator of await dollar.facilitators()) levels += await dollar.level(facilitator);
  check("the facilitators' levels add up to the supply", levels === supply, `${levels} against ${supply}`);

  let failing = 0;
  for (let i = 0; i < accounts.length; i += CHUNK) {
    failing += (await lens.failing(accounts.slice(i, i + CHUNK), 10_000)).length;
  }
  check("no account is left with more debt than its collateral maintains", failing === 0, `${failing} accounts`);

  const badDebt = await bookedLosses(provider, addresses);
  check("nothing was lost", badDebt === 0n, `${badDebt} booked`);

  const book = await lens.book();
  return { checks, supply, totalDebt, collateralValue: book.collateralValue, badDebt, openUnderwater: failing };
}
