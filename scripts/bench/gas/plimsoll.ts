/** This protocol, to be measured. */

import { MaxUint256 } from "ethers";

import { UNIT } from "../../../test/support/sheet-world.js";
import { deployWhole, type FeedMaker, type WholeAsset, type WholeWorld } from "../../../test/support/whole-world.js";
import { at, WAD } from "../../../test/support/world.js";
import type { Bench } from "./chain.js";
import { addressOf } from "./foreign.js";
import type { Lending } from "./lending.js";

/** Haircuts of the collaterals: lent at 75%, liquidated at 83%, as at the peers. bps */
const PINNED = { minInitial: 2_500, maxInitial: 2_500, minMaintenance: 1_700, maxMaintenance: 1_700 };
/** {USD/tok} 8 decimals */
export const COLLATERAL_PRICE = 2_000n * UNIT;
const COLLATERALS = 8;
/** The reserve's stables come after the collaterals. */
const STABLES = [8, 9] as const;

const SPECS: readonly WholeAsset[] = [
  ...Array.from({ length: COLLATERALS }, () => ({
    price: COLLATERAL_PRICE,
    variance: 25n * 10n ** 14n,
    clamps: PINNED,
  })),
  ...STABLES.map(() => ({ price: UNIT, stable: true, variance: 10n ** 12n, depth: 10n ** 9n })),
];

/** {ledger} of each stable that the reserve owns. */
const SEED = 50_000_000n * UNIT;
/** {plUSD} */
const ISSUED = 10_000_000n * WAD;
/** Tokens minted to an account that is to deposit. */
const MINTED = 1_000n * WAD;

/** The whole protocol, eight collaterals and two stables listed, the reserve funded. */
export async function deployPlimsoll({ connection }: Bench, makeFeed: FeedMaker): Promise<WholeWorld> {
  const world = await deployWhole(SPECS, connection, makeFeed);
  for (const stable of STABLES) await world.fund(stable, SEED);
  // Interest runs, whatever the clock said while all this was deployed.
  await world.networkHelpers.time.increase(86_400);
  await world.look();
  await world.engine.updateRate();
  return world;
}

/** Accounts with so many collaterals. */
export function plimsoll(world: WholeWorld, column: Lending["column"], collaterals: number): Lending {
  const { engine, tokens, reserve } = world;
  const target = addressOf(engine);
  const encode = engine.interface;
  const token = (asset: number) => at(tokens, asset);
  const items = (accounts: readonly string[]) => accounts.map((account) => ({ account, maxRepay: MaxUint256 }));
  return {
    column,
    collaterals,
    prepare: (account) =>
      Array.from({ length: collaterals }, (_, asset) => asset).flatMap((asset) => [
        {
          target: addressOf(token(asset)),
          data: token(asset).interface.encodeFunctionData("mint", [account, MINTED]),
        },
        {
          target: addressOf(token(asset)),
          data: token(asset).interface.encodeFunctionData("approve", [target, MaxUint256]),
        },
      ]),
    deposit: (account, asset, amount) => ({
      target,
      data: encode.encodeFunctionData("deposit", [asset, amount, account]),
    }),
    withdraw: (account, asset, amount) => ({
      target,
      data: encode.encodeFunctionData("withdraw", [asset, amount, account, account]),
    }),
    borrow: (account, amount) => ({ target, data: encode.encodeFunctionData("borrow", [amount, account, account]) }),
    repay: (account, amount) => ({ target, data: encode.encodeFunctionData("repay", [amount, account]) }),
    liquidate: (accounts) =>
      Promise.resolve({ target, data: encode.encodeFunctionData("liquidate", [items(accounts), "0x"]) }),
    liquidateOut: (account, keeper) =>
      Promise.resolve({ target, data: encode.encodeFunctionData("liquidateTo", [items([account]), keeper, "0x"]) }),
    absorb: (accounts) => ({ target, data: encode.encodeFunctionData("absorb", [accounts as string[]]) }),
    debtOf: async (account) => await engine.debtOf(account),
    collateralOf: async (account, asset) => await engine.balanceOf(account, asset),
    walletOf: async (account, asset) => await token(asset).balanceOf(account),
    fundKeeper: async (keeper) => {
      const stable = STABLES[0];
      await world.give(world.alice, stable, (2n * ISSUED) / 10n ** 10n);
      await reserve.connect(world.alice).issue(stable, ISSUED, 0, keeper);
    },
  };
}
