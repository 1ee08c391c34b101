/** What several actions share: encoded calls, allowances, signatures, refusals. */

import { getAddress, Interface, isAddress, Signature, ZeroAddress } from "ethers";

import { ceilDiv, max, MAX_UINT256 } from "../arithmetic/integer.js";
import { covers, fits, lendable } from "../arithmetic/gate.js";
import { standingOf, type Standing } from "../credit/standing.js";
import type { Holding } from "../credit/holdings.js";
import { BPS, debtOf, PRICE_STATUS, type Position } from "../credit/valuation.js";
import { explainError, type Explanation, type Names } from "../errors/index.js";
import { addressText } from "../errors/format.js";
import { PAUSE, staleness, termsOf, type Asset } from "../reads/protocol.js";
import type { Snapshot } from "../reads/index.js";
import { ICreditEngine__factory } from "../../types/contracts/factories/contracts/interfaces/ICreditEngine.sol/ICreditEngine__factory.js";
import { IBalanceSheet__factory } from "../../types/contracts/factories/contracts/interfaces/IBalanceSheet__factory.js";
import type {
  ApprovalRequirement,
  At,
  Call,
  Preview,
  RefreshRequirement,
  Signatures,
  Signed,
  TypedData,
} from "./types.js";

export const engineAbi = ICreditEngine__factory.createInterface();
const sheetAbi = IBalanceSheet__factory.createInterface();
const tokenAbi = new Interface(["function approve(address spender, uint256 amount) returns (bool)"]);

/** For how long a signature is good. {s} */
const SIGNATURE_LIFE = 3_600n;

const PERMIT = [
  { name: "owner", type: "address" },
  { name: "spender", type: "address" },
  { name: "value", type: "uint256" },
  { name: "nonce", type: "uint256" },
  { name: "deadline", type: "uint256" },
];

/** The deployment lacks what the action is about. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}

// ---- calls

export function callOf(to: string, data: string): Call {
  return { to, data, value: 0n };
}

/** One call as it is, several as one `multicall` of the contract. */
export function together(to: string, abi: Interface, calls: readonly string[]): Call {
  const [only] = calls;
  return callOf(to, calls.length === 1 && only !== undefined ? only : abi.encodeFunctionData("multicall", [calls]));
}

// ---- requirements

/** From now, or from the snapshot's block where chain time is ahead: a block that is an hour old must not make a signature that is void. */
export function deadlineOf({ block }: Snapshot): bigint {
  return max(block.timestamp, BigInt(Math.floor(Date.now() / 1_000))) + SIGNATURE_LIFE;
}

/**
 * The allowance that is missing, if one is.
 * @param permits Whether the contract that takes the tokens can be handed a permit. It takes one of a key's: of accounts with code (smart accounts, and keys' accounts
 * that have delegated to one) many tokens accept none, so these approve.
 */
export function approvals(
  snapshot: Snapshot,
  token: string,
  spender: string,
  amount: bigint,
  permits: boolean,
): ApprovalRequirement[] {
  const { account } = snapshot;
  const held = account.wallet.get(token);
  if (amount <= 0n || (held?.allowances.get(spender) ?? 0n) >= amount) return [];
  const tx = callOf(token, tokenAbi.encodeFunctionData("approve", [spender, amount]));
  const terms = permits && !account.hasCode ? held?.permit : undefined;
  const permit: TypedData | undefined = terms && {
    domain: terms.domain,
    types: { Permit: PERMIT },
    primaryType: "Permit",
    message: { owner: account.address, spender, value: amount, nonce: terms.nonce, deadline: deadlineOf(snapshot) },
  };
  return [{ kind: "approval", token, spender, amount, tx, permit }];
}

/** What brings the balance sheet up to date, if it is too old to lend on. */
export function refreshes({ book, protocol, block }: Snapshot): RefreshRequirement[] {
  if (staleness(protocol, block) === undefined) return [];
  const calls = [sheetAbi.encodeFunctionData("lookAtCollateral"), sheetAbi.encodeFunctionData("refresh")];
  return [{ kind: "refresh", txs: calls.map((data) => callOf(book.contracts.sheet, data)) }];
}

/** A permit's arguments: amount, deadline, v, r, s. */
export function permitArguments({ data, signature }: Signed): [bigint, bigint, number, string, string] {
  const { v, r, s } = Signature.from(signature);
  return [BigInt(data.message.value ?? 0n), BigInt(data.message.deadline ?? 0n), v, r, s];
}

/** The engine's `permit`, if one was signed. */
export function enginePermit(asset: Asset, { permit }: Signatures = {}): string[] {
  return permit === undefined
    ? []
    : [engineAbi.encodeFunctionData("permit", [asset.number, ...permitArguments(permit)])];
}

// ---- previews

export function namesOf({ book, protocol }: Pick<Snapshot, "book" | "protocol">): Names {
  return { assets: protocol.assets, book };
}

/** What is refused, in the contracts' own terms. */
export class Refusals {
  readonly list: Explanation[];
  readonly #names: Names;

  constructor(snapshot: Pick<Snapshot, "book" | "protocol">, token?: string, list: Explanation[] = []) {
    this.#names = { ...namesOf(snapshot), ...(token === undefined ? {} : { token }) };
    this.list = list;
  }

  /** Notes an error unless the condition holds. */
  unless(holds: boolean, error: string, ...args: readonly (bigint | string)[]): void {
    if (!holds) this.list.push(explainError(error, args, this.#names));
  }

  /** An amount that no call can carry counts as none. */
  amount(value: bigint): bigint {
    if (value >= 0n && value <= MAX_UINT256) return value;
    const message = value < 0n ? `${value} is less than nothing.` : `${value} is more than any amount can be.`;
    this.list.push({ name: "AmountOutOfRange", args: { amount: value }, message, fix: "Use a positive amount." });
    return 0n;
  }

  /** Engine and reserve refuse the zero address, and nothing else. */
  receiver(to: string | undefined): void {
    this.unless(to !== ZeroAddress, "ZeroAddress");
    if (to !== ZeroAddress) this.lost(to);
  }

  /** What arrives at nobody's address, at the protocol's own contracts or at a token's stays there. */
  lost(to: string | undefined): void {
    if (to === undefined) return;
    if (!(isAddress as (text: string) => boolean)(to)) {
      const message = `${to} is no address.`;
      this.list.push({ name: "NoAddress", args: { to }, message, fix: "Name another receiver." });
      return;
    }
    const receiver = getAddress(to);
    const { book, assets = [] } = this.#names;
    const own = [
      ZeroAddress,
      ...Object.values(book?.contracts ?? {}),
      ...Object.values(book?.tokens ?? {}),
      ...assets.map(({ token }) => token),
      book?.leverage,
    ];
    if (!own.includes(receiver)) return;
    const message = `${addressText(receiver, this.#names)} gives nothing back: what is sent there would be lost.`;
    this.list.push({ name: "LostThere", args: { to: receiver }, message, fix: "Name another receiver." });
  }

  /** A token that does not answer cannot be moved. */
  silent(token: string): void {
    const name = addressText(token, this.#names);
    const message = `The token ${name} does not answer: it can be neither paid in nor out.`;
    const fix = "Everything else goes on. Look whether the token is paused or broken.";
    this.list.push({ name: "TokenDoesNotAnswer", args: { token }, message, fix });
  }
}

export function timeOf({ block }: Snapshot, at?: At): bigint {
  return at?.time ?? block.timestamp;
}

/** Holdings with one of them changed; without it once nothing is left. */
export function withHolding(holdings: readonly Holding[], asset: bigint, amount: bigint): Holding[] {
  const others = holdings.filter((h) => h.asset !== asset);
  if (amount === 0n) return others;
  return [...others, { asset, amount }].sort((a, b) => (a.asset < b.asset ? -1 : 1));
}

export function held(position: Position, asset: bigint): bigint {
  return position.holdings.find((h) => h.asset === asset)?.amount ?? 0n;
}

export function standings(snapshot: Snapshot, after: Position, at?: At): { before: Standing; after: Standing } {
  const terms = termsOf(snapshot.protocol, timeOf(snapshot, at));
  return { before: standingOf(snapshot.account, terms), after: standingOf(after, terms) };
}

export function indexOf(snapshot: Snapshot, at?: At): bigint {
  return termsOf(snapshot.protocol, timeOf(snapshot, at)).index;
}

export function debtNow(snapshot: Snapshot, at?: At): bigint {
  return debtOf(snapshot.account.debtShares, indexOf(snapshot, at));
}

/** What the wallet holds and lets be taken. */
export function checkWallet(refusals: Refusals, snapshot: Snapshot, token: string, amount: bigint): void {
  const { account, protocol } = snapshot;
  if (account.unknown.has(token) || protocol.assets.some((a) => a.token === token && !a.answers)) {
    refusals.silent(token);
    return;
  }
  const balance = account.wallet.get(token)?.balance ?? 0n;
  // The error names no token; this one is known.
  const ofToken = new Refusals(snapshot, token, refusals.list);
  ofToken.unless(balance >= amount, "ERC20InsufficientBalance", account.address, balance, amount);
}

/** What the engine asks of a deposit. */
export function checkDeposit(refusals: Refusals, position: Position, asset: Asset, units: bigint): void {
  refusals.unless((asset.pauses & PAUSE.deposit) === 0n, "Paused(uint256,uint256)", asset.number, PAUSE.deposit);
  if (position.debtShares !== 0n) {
    refusals.unless(!asset.delisted, "AssetIsDelisted", asset.number);
    refusals.unless(asset.status !== PRICE_STATUS.unpriced, "AssetUnpriced", asset.number);
  }
  const total = asset.total + units;
  refusals.unless(total <= asset.cap, "CapExceeded", asset.number, total, asset.cap);
}

/** What engine and balance sheet ask of a loan. `position` as it is without it. */
export function checkLoan(
  refusals: Refusals,
  snapshot: Snapshot,
  position: Position,
  loan: { readonly amount: bigint; readonly shares: bigint },
  at?: At,
): void {
  const { protocol, account } = snapshot;
  const { gate, debt } = protocol;
  const terms = termsOf(protocol, timeOf(snapshot, at));
  const after = standingOf({ ...position, debtShares: position.debtShares + loan.shares }, terms);
  refusals.unless(after.debt >= debt.minimum, "DebtBelowMinimum", account.address, after.debt, debt.minimum);
  const all = debtOf(debt.shares + loan.shares, terms.index);
  refusals.unless(all <= debt.ceiling, "DebtCeilingExceeded", all, debt.ceiling);
  if (position.debtShares === 0n) {
    // A first loan needs a price for everything.
    for (const { asset } of position.holdings) {
      const priced = terms.quotes.get(asset)?.status !== PRICE_STATUS.unpriced;
      refusals.unless(priced, "AssetUnpriced", asset);
    }
  }
  refusals.unless(
    after.debt <= after.borrowLimit,
    "BorrowLimitExceeded",
    account.address,
    after.debt,
    after.borrowLimit,
  );
  // What is too old is a requirement, not a refusal.
  if (staleness(protocol, snapshot.block) !== undefined) return;
  const most = fits(gate.headroom, gate.loanUnit);
  refusals.unless(covers(gate.headroom, loan.amount, gate.loanUnit), "IssuanceExceeded", loan.amount, most);
  refusals.unless(lendable(gate, loan.amount), "LiquidityShort(uint256,uint256)", loan.amount, gate.borrowable);
}

/** What the engine asks of a repayment that leaves something. */
export function checkRest(refusals: Refusals, { protocol, account }: Snapshot, left: bigint): void {
  const { minimum } = protocol.debt;
  refusals.unless(left === 0n || left >= minimum, "DebtBelowMinimum", account.address, left, minimum);
}

export function previewOf(snapshot: Snapshot, after: Position, refusals: Refusals, at?: At): Preview {
  return { ...standings(snapshot, after, at), problems: refusals.list };
}

/** What prices may move between a preview and its transaction, unless somebody says otherwise. bps */
export const SLIPPAGE = 50n;

/** The most that may be paid. bps */
export function atMost(amount: bigint, slippage = SLIPPAGE): bigint {
  return ceilDiv(amount * (BPS + slippage), BPS);
}

/** The least that may be got. bps */
export function atLeast(amount: bigint, slippage = SLIPPAGE): bigint {
  return (amount * (BPS - slippage)) / BPS;
}
