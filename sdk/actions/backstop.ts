/** First-loss capital: staking plUSD, and the three moments of leaving. */

import { ZeroAddress } from "ethers";

import { assetsFor, claimWorth, sharesFor } from "../arithmetic/backstop.js";
import { MAX_UINT256 } from "../arithmetic/integer.js";
import type { BackstopSnapshot } from "../reads/index.js";
import { IBackstop__factory } from "../../types/contracts/factories/contracts/interfaces/IBackstop__factory.js";
import { approvals, callOf, checkWallet, Refusals, timeOf } from "./common.js";
import type { Action, At, Outcome } from "./types.js";

export interface StakeIntent {
  /** {plUSD} */
  readonly amount: bigint;
}

export interface StakeOutcome extends Outcome {
  /** As of the snapshot's block: what streams in meanwhile makes a share a little dearer. {share} 24 decimals */
  readonly shares: bigint;
}

/** Stakes plUSD: an allowance and one transaction. */
export const backstopDeposit: Action<BackstopSnapshot, StakeIntent, StakeOutcome> = {
  preview(snapshot, intent) {
    const refusals = new Refusals(snapshot);
    const amount = refusals.amount(intent.amount);
    refusals.unless(amount !== 0n, "ZeroAmount");
    checkWallet(refusals, snapshot, snapshot.book.contracts.dollar, amount);
    return { shares: sharesFor(amount, snapshot.backstop.pool), problems: refusals.list };
  },

  requirements(snapshot, { amount }) {
    const { dollar, backstop } = snapshot.book.contracts;
    return approvals(snapshot, dollar, backstop, amount, false);
  },

  tx({ book, account }, { amount }) {
    const abi = IBackstop__factory.createInterface();
    return callOf(book.contracts.backstop, abi.encodeFunctionData("deposit", [amount, account.address]));
  },
};

export interface ClaimIntent {
  /** `MAX_UINT256` for all of them. {share} 24 decimals */
  readonly shares: bigint;
}

export interface ClaimOutcome extends Outcome {
  /** What cools, as of the snapshot's block. It bears losses and earns nothing from then on. {plUSD} */
  readonly assets: bigint;
  /** From when the claim may be marked due, and until when: afterwards it lapses. {unix seconds} */
  readonly opensAt: bigint;
  readonly closesAt: bigint;
}

/** The first moment of leaving: shares begin to cool. */
export const backstopClaim: Action<BackstopSnapshot, ClaimIntent, ClaimOutcome> = {
  preview(snapshot, intent, at) {
    const { stake, backstop, account } = snapshot;
    const refusals = new Refusals(snapshot);
    const shares = refusals.amount(sharesOf(snapshot, intent));
    const assets = assetsFor(shares, backstop.pool);
    refusals.unless(backstop.priced, "NotFullyPriced()");
    refusals.unless(stake.claim === undefined, "ClaimExists", account.address);
    refusals.unless(assets !== 0n, "ZeroAmount");
    refusals.unless(shares <= stake.shares, "ERC20InsufficientBalance", account.address, stake.shares, shares);
    const opensAt = timeOf(snapshot, at) + backstop.terms.delay;
    return { assets, opensAt, closesAt: opensAt + backstop.terms.window, problems: refusals.list };
  },

  requirements: () => [],

  tx(snapshot, intent) {
    const abi = IBackstop__factory.createInterface();
    return callOf(snapshot.book.contracts.backstop, abi.encodeFunctionData("claim", [sharesOf(snapshot, intent)]));
  },
};

function sharesOf({ stake }: BackstopSnapshot, { shares }: ClaimIntent): bigint {
  return shares === MAX_UINT256 ? stake.shares : shares;
}

/** Whose claim it is about; the account's own if absent. */
export interface MomentIntent {
  readonly receiver?: string;
}

export interface MomentOutcome extends Outcome {
  /** The most that is paid: a loss until then lowers it. {plUSD} */
  readonly assets: bigint;
}

/** What both later moments ask of a claim. */
function checkMoment(snapshot: BackstopSnapshot, second: boolean, at?: At, to?: string): MomentOutcome {
  const { stake, backstop, account } = snapshot;
  const { claim } = stake;
  const time = timeOf(snapshot, at);
  const refusals = new Refusals(snapshot);
  refusals.unless(to !== ZeroAddress, "ERC20InvalidReceiver", ZeroAddress);
  if (to !== ZeroAddress) refusals.lost(to);
  if (claim === undefined) {
    refusals.unless(false, "NoClaim", account.address);
    return { assets: 0n, problems: refusals.list };
  }
  if (second) refusals.unless(claim.dueAt === 0n, "AlreadyDue", claim.dueAt);
  else refusals.unless(claim.dueAt !== 0n, "NotDue", account.address);
  if (second === (claim.dueAt === 0n)) {
    refusals.unless(time >= claim.opensAt, "TooEarly", time, claim.opensAt);
    refusals.unless(time <= claim.closesAt, "ClaimLapsed", claim.closesAt);
  }
  refusals.unless(backstop.priced, "NotFullyPriced()");
  if (!second) refusals.unless(backstop.covered, "CapitalShort");
  return { assets: claimWorth(claim.units, claim.least, backstop.cooling), problems: refusals.list };
}

/** The second moment: anybody may do it, the claimant has a reason to. */
export const backstopMarkDue: Action<BackstopSnapshot, Readonly<Record<string, never>>, MomentOutcome> = {
  preview: (snapshot, _intent, at) => checkMoment(snapshot, true, at),
  requirements: () => [],
  tx({ book, account }) {
    const abi = IBackstop__factory.createInterface();
    return callOf(book.contracts.backstop, abi.encodeFunctionData("markDue", [account.address]));
  },
};

/** The third moment: the claim is paid. */
export const backstopExit: Action<BackstopSnapshot, MomentIntent, MomentOutcome> = {
  preview: (snapshot, { receiver }, at) => checkMoment(snapshot, false, at, receiver),
  requirements: () => [],
  tx({ book, account }, { receiver }) {
    const abi = IBackstop__factory.createInterface();
    const to = receiver ?? account.address;
    return callOf(book.contracts.backstop, abi.encodeFunctionData("exit", [account.address, to]));
  },
};
