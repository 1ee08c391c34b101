/** How many failing accounts one transaction clears: shown by doing it. */

import { MaxUint256 } from "ethers";

import { oneSlotFeed } from "../../../test/support/whole-world.js";
import { WAD } from "../../../test/support/world.js";
import { newBench, NothingMeasured } from "./chain.js";
import { SELF } from "./lending.js";
import { COLLATERAL_PRICE, deployPlimsoll, plimsoll } from "./plimsoll.js";

/** The most that a transaction may carry (EIP-7825). */
export const TRANSACTION_LIMIT = 16_777_216n;
/** What fits; 1,250 are aimed at, see `docs/gas.md`. */
export const CLEARED = 1_000;
const COLLATERALS = 3;
const HELD = WAD;
/** {plUSD} of each account: 73% of what it holds. */
const OWED = 4_380n * WAD;
/** Accounts made in one transaction. */
const TOGETHER = 10;

/** Prices after the crash, in thousandths of those before, and what that makes of the accounts. */
const CRASHES = [
  ["solvent", 845n],
  ["insolvent", 600n],
] as const;

export interface Cleared {
  accounts: number;
  collaterals: number;
  state: string;
  gasLimit: number;
  gasUsed: number;
}

/** Has so many accounts absorbed by one transaction, once solvent (a slice of each goes) and once insolvent (all of it goes). */
export async function clearMany(accounts = CLEARED): Promise<Cleared[]> {
  const bench = await newBench();
  const { ethers, connection } = bench;
  const world = await deployPlimsoll(bench, oneSlotFeed);
  const lending = plimsoll(world, "plimsoll3", COLLATERALS);
  const crowd = await ethers.deployContract("Crowd");
  const calls = [
    ...lending.prepare(SELF),
    ...Array.from({ length: COLLATERALS }, (_, asset) => lending.deposit(SELF, asset, HELD)),
    lending.borrow(SELF, OWED),
  ];
  const members: string[] = [];
  while (members.length < accounts) {
    await world.look();
    for (let i = 0; i < 20 && members.length < accounts; i++) {
      const made = await (await crowd.admit(calls, Math.min(TOGETHER, accounts - members.length))).wait();
      for (const log of made?.logs ?? []) {
        const joined = log.address === crowd.target ? crowd.interface.parseLog(log) : null;
        if (joined !== null) members.push(...(joined.args[0] as string[]));
      }
    }
  }
  const results: Cleared[] = [];
  for (const [state, thousandths] of CRASHES) {
    const snapshot = await connection.networkHelpers.takeSnapshot();
    for (const feed of world.feeds.slice(0, COLLATERALS)) await feed.set((COLLATERAL_PRICE * thousandths) / 1_000n);
    const before = await Promise.all(members.map((member) => world.engine.debtOf(member)));
    const receipt = await (await world.engine.absorb(members, { gasLimit: TRANSACTION_LIMIT })).wait();
    const after = await Promise.all(members.map((member) => world.engine.debtOf(member)));
    const cleared = after.filter((debt, i) => debt < (before[i] ?? MaxUint256)).length;
    if (cleared !== accounts) throw new NothingMeasured(`${cleared} of ${accounts} accounts were absorbed`);
    if (state === "insolvent" && after.some((debt) => debt !== 0n)) throw new NothingMeasured("a debt was left");
    results.push({
      accounts,
      collaterals: COLLATERALS,
      state,
      gasLimit: Number(TRANSACTION_LIMIT),
      gasUsed: Number(receipt?.gasUsed ?? 0n),
    });
    await snapshot.restore();
  }
  await connection.close();
  return results;
}
