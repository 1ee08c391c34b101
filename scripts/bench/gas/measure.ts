/** Runs the same operations on any lending protocol, and makes sure that each did what it is called. */

import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { WAD } from "../../../test/support/world.js";
import { NothingMeasured, type Bench, type Call } from "./chain.js";
import { marginal, note, type Figures, type Operation } from "./figures.js";
import { SELF, type Lending } from "./lending.js";

/** What an account holds of each collateral, worth 20,000 USD. */
const HELD = 10n * WAD;
/** What can be borrowed against it, less a little. {USD} */
const LENT_EACH = 14_500n * WAD;
/** What the accounts owe that are to fail, each collateral. {USD} */
const OWED_EACH = 14_600n * WAD;
/** Covered by the first collateral alone. {USD} */
const SMALL = 1_000n * WAD;
const MORE = 100n * WAD;
/** Part of the price that is left when accounts fail: at a health of 0.965, at which all of the protocols liquidate and this one absorbs. */
export const AFTER_CRASH = { numerator: 845n, denominator: 1_000n };
/** Accounts made in one transaction. */
const TOGETHER = 4;
const BATCH = 50;

/** What an account owes and holds. */
interface Position {
  debt: bigint;
  collateral: readonly bigint[];
}

async function positionOf(lending: Lending, account: string): Promise<Position> {
  const assets = Array.from({ length: lending.collaterals }, (_, asset) => asset);
  return {
    debt: await lending.debtOf(account),
    collateral: await Promise.all(assets.map((asset) => lending.collateralOf(account, asset))),
  };
}

/** Whether an account was really liquidated: it owes less and holds less of everything. */
function shrunk(before: Position, after: Position): boolean {
  return after.debt < before.debt && after.collateral.every((held, asset) => held < (before.collateral[asset] ?? 0n));
}

/** Measures one protocol. `crash` makes all collaterals fall; `settle` does what has to be done before loans are made. */
export async function measureLending(
  bench: Bench,
  lending: Lending,
  figures: Figures,
  hooks: { settle(): Promise<void>; crash(): Promise<void> },
): Promise<void> {
  const { ethers, send, sendAll } = bench;
  const { collaterals, column } = lending;
  const [, , , alice, bob, keeper, trader] = await ethers.getSigners();
  if (alice === undefined || bob === undefined || keeper === undefined || trader === undefined) {
    throw new Error("too few accounts");
  }
  const last = collaterals - 1;
  const crowd = await ethers.deployContract("Crowd");
  await hooks.settle();

  const failing = await join(6 + 10 + BATCH);
  const absorbed = lending.absorb === undefined ? [] : await join(2 + BATCH);
  let [usedFailing, usedAbsorbed] = [0, 0];
  const nextFailing = (count: number) => failing.slice(usedFailing, (usedFailing += count));
  const nextAbsorbed = (count: number) => absorbed.slice(usedAbsorbed, (usedAbsorbed += count));

  /** Makes accounts that hold everything and owe as much as they may. */
  async function join(count: number): Promise<string[]> {
    const calls = [
      ...lending.prepare(SELF),
      ...Array.from({ length: collaterals }, (_, asset) => lending.deposit(SELF, asset, HELD)),
      lending.borrow(SELF, OWED_EACH * BigInt(collaterals)),
    ];
    const members: string[] = [];
    while (members.length < count) {
      const made = await (await crowd.admit(calls, Math.min(TOGETHER, count - members.length))).wait();
      for (const log of made?.logs ?? []) {
        const joined = log.address === crowd.target ? crowd.interface.parseLog(log) : null;
        if (joined !== null) members.push(...(joined.args[0] as string[]));
      }
    }
    return members;
  }

  async function measure(
    operation: Operation,
    from: HardhatEthersSigner,
    call: Call,
    did: (before: Position, after: Position) => boolean,
  ): Promise<void> {
    const before = await positionOf(lending, from.address);
    const gas = await send(from, call);
    const after = await positionOf(lending, from.address);
    if (!did(before, after)) throw new NothingMeasured(`${operation} of ${column} did not do what it is for`);
    note(figures, operation, column, gas);
  }

  /** Sends what takes positions of `accounts`, and looks at each of them. */
  async function take(from: HardhatEthersSigner, accounts: readonly string[], call: Call): Promise<number> {
    const before = await Promise.all(accounts.map((account) => positionOf(lending, account)));
    const gas = await send(from, call);
    for (const [i, account] of accounts.entries()) {
      const [old, now] = [before[i], await positionOf(lending, account)];
      if (old === undefined || !shrunk(old, now)) {
        throw new NothingMeasured(`${account} was not taken by a batch of ${accounts.length} in ${column}`);
      }
    }
    return gas;
  }

  // ---- deposits, loans

  await sendAll(alice, lending.prepare(alice.address));
  for (let asset = 0; asset < last; asset++) await send(alice, lending.deposit(alice.address, asset, HELD));
  const deposit = lending.deposit(alice.address, last, HELD);
  const deposited = (before: Position, after: Position) =>
    (after.collateral[last] ?? 0n) > (before.collateral[last] ?? 0n);
  await measure(
    "depositFirst",
    alice,
    deposit,
    (before, after) => before.collateral[last] === 0n && deposited(before, after),
  );
  await measure(
    "depositAgain",
    alice,
    deposit,
    (before, after) => before.collateral[last] !== 0n && deposited(before, after),
  );

  const owesMore = (before: Position, after: Position) => after.debt > before.debt;
  const owesLess = (before: Position, after: Position) => after.debt < before.debt && after.debt !== 0n;
  const holdsLess = (before: Position, after: Position) =>
    after.debt !== 0n && (after.collateral[last] ?? 0n) < (before.collateral[last] ?? 0n);
  await hooks.settle();
  await measure(
    "borrowFirst",
    alice,
    lending.borrow(alice.address, SMALL),
    (before, after) => before.debt === 0n && owesMore(before, after),
  );
  await measure("borrowAgain", alice, lending.borrow(alice.address, MORE), owesMore);
  await measure("repay", alice, lending.repay(alice.address, MORE), owesLess);
  await measure("withdraw", alice, lending.withdraw(alice.address, last, WAD), holdsLess);

  await sendAll(bob, lending.prepare(bob.address));
  for (let asset = 0; asset <= last; asset++) await send(bob, lending.deposit(bob.address, asset, HELD));
  // More than all collaterals but one are good for.
  await send(bob, lending.borrow(bob.address, (LENT_EACH * BigInt(10 * collaterals - 4)) / 10n));
  await measure("borrowAgainAll", bob, lending.borrow(bob.address, MORE), owesMore);
  await measure("withdrawAll", bob, lending.withdraw(bob.address, last, WAD / 10n), holdsLess);

  // ---- liquidations: by a keeper who has been here before and keeps what he seizes, and by a trader who takes it out each time

  await hooks.crash();
  for (const who of [keeper, trader]) {
    await lending.fundKeeper(who.address);
    await sendAll(who, lending.prepare(who.address));
  }
  const liquidate = async (accounts: string[]) => await take(keeper, accounts, await lending.liquidate(accounts));
  await liquidate(nextFailing(1));
  await liquidate(nextFailing(2));
  const one = await liquidate(nextFailing(1));
  note(figures, "liquidateOne", column, one);
  note(figures, "liquidateTen", column, await liquidate(nextFailing(10)));
  const fifty = await liquidate(nextFailing(BATCH));
  note(figures, "liquidateFifty", column, fifty);
  note(figures, "liquidateMarginal", column, marginal(one, fifty, BATCH));

  const takeOut = async ([account]: string[]) => {
    if (account === undefined) throw new Error("nobody left to liquidate");
    const wallet = () =>
      Promise.all(Array.from({ length: collaterals }, (_, asset) => lending.walletOf(trader.address, asset)));
    const before = await wallet();
    const gas = await take(trader, [account], await lending.liquidateOut(account, trader.address));
    const after = await wallet();
    if (!after.every((held, asset) => held > (before[asset] ?? 0n))) {
      throw new NothingMeasured(`what was seized was not paid out in ${column}`);
    }
    return gas;
  };
  await takeOut(nextFailing(1));
  note(figures, "liquidateOneOut", column, await takeOut(nextFailing(1)));

  const { absorb } = lending;
  if (absorb === undefined) return;
  const absorbAll = async (accounts: string[]) => await take(keeper, accounts, absorb(accounts));
  await absorbAll(nextAbsorbed(1));
  const single = await absorbAll(nextAbsorbed(1));
  const many = await absorbAll(nextAbsorbed(BATCH));
  note(figures, "absorbOne", column, single);
  note(figures, "absorbFifty", column, many);
  note(figures, "absorbMarginal", column, marginal(single, many, BATCH));
}
