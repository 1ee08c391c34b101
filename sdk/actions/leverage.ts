/** Leverage, and out of it, through Uniswap in one transaction each. */

import type { Interface, Provider } from "ethers";

import { MAX_UINT256, min } from "../arithmetic/integer.js";
import { debtOf, sharesForLoan } from "../credit/valuation.js";
import { findAsset, PAUSE, type Asset, type AssetRef } from "../reads/protocol.js";
import type { Snapshot } from "../reads/index.js";
import { encodePath } from "../uniswap/math.js";
import { ILeverage__factory } from "../../types/contracts/factories/contracts/interfaces/ILeverage__factory.js";
import { IQuoterV2__factory } from "../../types/contracts/factories/@uniswap/v3-periphery/contracts/interfaces/IQuoterV2__factory.js";
import {
  approvals,
  atLeast,
  atMost,
  callOf,
  checkDeposit,
  checkLoan,
  checkRest,
  checkWallet,
  deadlineOf,
  debtNow,
  engineAbi,
  held,
  indexOf,
  permitArguments,
  previewOf,
  Refusals,
  refreshes,
  together,
  Unavailable,
  withHolding,
} from "./common.js";
import { repayment } from "./repay.js";
import type { Action, AuthorizationRequirement, Call, Preview, Signatures, Signed, TypedData } from "./types.js";

/** A way through Uniswap's pools from plUSD to the collateral. */
export interface Route {
  /** Tokens after plUSD, the collateral last. */
  readonly tokens: readonly string[];
  /** Of the pools between them, in hundredths of a bp; as many as tokens. */
  readonly fees: readonly number[];
}

export interface LeverageIntent {
  readonly asset: AssetRef;
  /** Own tokens that are deposited as well; may be 0. {asset} token units */
  readonly margin: bigint;
  /** Borrowed, and spent for collateral. {plUSD} */
  readonly loan: bigint;
  readonly route: Route;
  /** What the loan buys, as `quoteLeverage` says. {asset} token units */
  readonly bought: bigint;
  /** How much less it may buy by then. bps; 50 if absent */
  readonly slippage?: bigint;
}

export interface LeveragePreview extends Preview {
  /** What is deposited if the market stays as it is, and at least. {asset} token units */
  readonly deposited: bigint;
  readonly leastDeposited: bigint;
}

export interface UnwindIntent {
  readonly asset: AssetRef;
  /** `MAX_UINT256`, or anything above the debt, for all of it. {plUSD} */
  readonly repay: bigint;
  /** Collateral that is taken out: what is sold comes out of it, the rest arrives in the wallet. `MAX_UINT256` for all of it. {asset} token units */
  readonly withdraw: bigint;
  readonly route: Route;
  /** What repaying takes, as `quoteUnwind` says. {asset} token units */
  readonly sold: bigint;
  /** How much more it may take by then. bps; 50 if absent */
  readonly slippage?: bigint;
}

export interface UnwindPreview extends Preview {
  /** {plUSD} */
  readonly repaid: bigint;
  /** What arrives in the wallet if the market stays as it is. {asset} token units */
  readonly returned: bigint;
}

const AUTHORIZATION = [
  { name: "account", type: "address" },
  { name: "operator", type: "address" },
  { name: "authorized", type: "bool" },
  { name: "nonce", type: "uint256" },
  { name: "deadline", type: "uint256" },
];

/** @throws {Unavailable} */
function contractOf({ book }: Pick<Snapshot, "book">): string {
  if (book.leverage === undefined) throw new Unavailable(`no contract for leverage is known on chain ${book.chainId}`);
  return book.leverage;
}

function pathOf({ book }: Pick<Snapshot, "book">, { tokens, fees }: Route): string {
  return encodePath([book.contracts.dollar, ...tokens], fees);
}

// ---- the market

/**
 * What a loan would buy now. {asset} token units
 * @throws {Unavailable} where the book knows no Uniswap.
 */
export async function quoteLeverage(
  provider: Pick<Provider, "call">,
  snapshot: Pick<Snapshot, "book">,
  route: Route,
  loan: bigint,
): Promise<bigint> {
  return await quoted(provider, snapshot, "quoteExactInput", pathOf(snapshot, route), loan);
}

/**
 * What repaying so much would take now. {asset} token units
 * @throws {Unavailable} where the book knows no Uniswap.
 */
export async function quoteUnwind(
  provider: Pick<Provider, "call">,
  snapshot: Pick<Snapshot, "book">,
  route: Route,
  repay: bigint,
): Promise<bigint> {
  return await quoted(provider, snapshot, "quoteExactOutput", pathOf(snapshot, route), repay);
}

/** The quoter swaps and reverts, which a batch of views cannot: a call of its own. */
async function quoted(
  provider: Pick<Provider, "call">,
  { book }: Pick<Snapshot, "book">,
  name: "quoteExactInput" | "quoteExactOutput",
  path: string,
  amount: bigint,
): Promise<bigint> {
  if (book.uniswap === undefined) throw new Unavailable(`no Uniswap is known on chain ${book.chainId}`);
  const abi: Interface = IQuoterV2__factory.createInterface();
  const data = abi.encodeFunctionData(name, [path, amount]);
  const returned = await provider.call({ to: book.uniswap.quoter, data });
  const [result] = abi.decodeFunctionResult(name, returned) as unknown as [bigint];
  return result;
}

// ---- requirements

function authorizations(snapshot: Snapshot): AuthorizationRequirement[] {
  const { account, book } = snapshot;
  if (account.leverageAllowed) return [];
  const operator = contractOf(snapshot);
  const { engine } = book.contracts;
  const call = (authorized: boolean): Call =>
    callOf(engine, engineAbi.encodeFunctionData("setAuthorization", [operator, authorized]));
  const signed = (authorized: boolean, nonce: bigint): TypedData => ({
    domain: { name: "Plimsoll Credit Engine", version: "1", chainId: book.chainId, verifyingContract: engine },
    types: { Authorization: AUTHORIZATION },
    primaryType: "Authorization",
    message: { account: account.address, operator, authorized, nonce, deadline: deadlineOf(snapshot) },
  });
  const nonce = account.authorizationNonce;
  return [
    {
      kind: "authorization",
      operator,
      tx: call(true),
      grant: signed(true, nonce),
      revoke: signed(false, nonce + 1n),
      revokeTx: call(false),
    },
  ];
}

/** `authorize`, if it was signed. */
function authorized(signed: Signed | undefined): string[] {
  if (signed === undefined) return [];
  const { message } = signed.data;
  const abi = ILeverage__factory.createInterface();
  const [nonce, deadline] = [BigInt(message.nonce ?? 0n), BigInt(message.deadline ?? 0n)];
  return [abi.encodeFunctionData("authorize", [message.authorized === true, nonce, deadline, signed.signature])];
}

/** What was signed, around what it is for: allowed before, taken back after. */
function withSignatures(snapshot: Snapshot, call: string, token: string, signatures: Signatures = {}): Call {
  const abi = ILeverage__factory.createInterface();
  const { permit, grant, revoke } = signatures;
  const allowed = permit === undefined ? [] : [abi.encodeFunctionData("permit", [token, ...permitArguments(permit)])];
  return together(contractOf(snapshot), abi, [...allowed, ...authorized(grant), call, ...authorized(revoke)]);
}

// ---- in

/** Buys collateral with a loan against it: signatures, and one transaction. */
export const leverage: Action<Snapshot, LeverageIntent, LeveragePreview> = {
  preview(snapshot, intent, at) {
    const { protocol, account } = snapshot;
    const asset = findAsset(protocol, intent.asset);
    const refusals = new Refusals(snapshot);
    const [margin, loan, bought] = [intent.margin, intent.loan, intent.bought].map((a) => refusals.amount(a)) as [
      bigint,
      bigint,
      bigint,
    ];
    const units = (margin + bought) / asset.scale;
    const shares = sharesForLoan(loan, indexOf(snapshot, at));
    refusals.unless(loan !== 0n, "ZeroAmount");
    refusals.unless(loan <= protocol.flashMint, "FlashMintTooLarge", loan, protocol.flashMint);
    checkWallet(refusals, snapshot, asset.token, margin);
    checkDeposit(refusals, account, asset, units);
    const holdings = withHolding(account.holdings, asset.number, held(account, asset.number) + units);
    const collateral = { ...account, holdings };
    checkLoan(refusals, snapshot, collateral, { amount: loan, shares }, at);
    const after = { ...collateral, debtShares: account.debtShares + shares };
    const least = margin + atLeast(bought, intent.slippage);
    return {
      ...previewOf(snapshot, after, refusals, at),
      deposited: units * asset.scale,
      leastDeposited: (least / asset.scale) * asset.scale,
    };
  },

  requirements(snapshot, intent) {
    const { token } = findAsset(snapshot.protocol, intent.asset);
    return [
      ...approvals(snapshot, token, contractOf(snapshot), intent.margin, true),
      ...authorizations(snapshot),
      ...refreshes(snapshot),
    ];
  },

  tx(snapshot, intent, signatures) {
    const { number, token } = findAsset(snapshot.protocol, intent.asset);
    const call = ILeverage__factory.createInterface().encodeFunctionData("leverage", [
      {
        asset: number,
        margin: intent.margin,
        loan: intent.loan,
        minBought: atLeast(intent.bought, intent.slippage),
        path: pathOf(snapshot, intent.route),
        deadline: deadlineOf(snapshot),
      },
    ]);
    return withSignatures(snapshot, call, token, signatures);
  },
};

// ---- out

/** What is taken out, in ledger units. */
function takenOut({ account }: Snapshot, asset: Asset, withdraw: bigint): bigint {
  return withdraw === MAX_UINT256 ? held(account, asset.number) : withdraw / asset.scale;
}

/** Repays debt with collateral: signatures, and one transaction. */
export const unwind: Action<Snapshot, UnwindIntent, UnwindPreview> = {
  preview(snapshot, intent, at) {
    const { protocol, account } = snapshot;
    const asset = findAsset(protocol, intent.asset);
    const debt = debtNow(snapshot, at);
    const refusals = new Refusals(snapshot);
    const amount = refusals.amount(intent.repay);
    const minted = min(amount, debt);
    const { shares, repaid } = repayment(snapshot, minted, at);
    if (!asset.answers) refusals.silent(asset.token);
    refusals.unless(amount !== 0n && debt !== 0n, "ZeroAmount");
    refusals.unless(minted <= protocol.flashMint, "FlashMintTooLarge", minted, protocol.flashMint);
    checkRest(refusals, snapshot, debtOf(account.debtShares - shares, indexOf(snapshot, at)));
    const balance = held(account, asset.number);
    const units = takenOut(snapshot, asset, refusals.amount(intent.withdraw));
    const sold = refusals.amount(intent.sold);
    refusals.unless(units <= balance, "InsufficientBalance", asset.number, account.address, balance, units);
    const taken = units * asset.scale;
    refusals.unless(sold <= taken, "TooMuchSold", sold, taken);
    const holdings = withHolding(account.holdings, asset.number, units < balance ? balance - units : 0n);
    const preview = previewOf(
      snapshot,
      { ...account, holdings, debtShares: account.debtShares - shares },
      refusals,
      at,
    );
    const { debt: left, borrowLimit } = preview.after;
    if (left !== 0n) {
      refusals.unless((asset.pauses & PAUSE.withdraw) === 0n, "Paused(uint256,uint256)", asset.number, PAUSE.withdraw);
      refusals.unless(left <= borrowLimit, "BorrowLimitExceeded", account.address, left, borrowLimit);
    }
    return { ...preview, repaid, returned: taken > sold ? taken - sold : 0n };
  },

  requirements: (snapshot) => authorizations(snapshot),

  tx(snapshot, intent, signatures) {
    const asset = findAsset(snapshot.protocol, intent.asset);
    const call = ILeverage__factory.createInterface().encodeFunctionData("unwind", [
      {
        asset: asset.number,
        repay: intent.repay,
        withdraw: intent.withdraw,
        maxSold: atMost(intent.sold, intent.slippage),
        path: pathOf(snapshot, intent.route),
        deadline: deadlineOf(snapshot),
      },
    ]);
    return withSignatures(snapshot, call, asset.token, signatures);
  },
};
