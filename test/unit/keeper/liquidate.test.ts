import { expect } from "chai";
import type { JsonRpcApiProvider } from "ethers";

import type { KeeperConfig } from "../../../keeper/config.js";
import { MAX_PROBES, MAX_SIMULATIONS } from "../../../keeper/jobs/liquidate.js";
import { Keeper } from "../../../keeper/keeper.js";
import type { Planned } from "../../../keeper/types.js";
import { localWallet } from "../../../replay/chain/embedded.js";
import { marketPrices, type World } from "../../../replay/scenario/world.js";
import { previewSlice } from "../../../sdk/credit/liquidation.js";
import { present } from "../../../sdk/present.js";
import {
  FlashLiquidator__factory,
  ICreditEngine__factory,
  ICreditLens__factory,
  IPlimsollDollar__factory,
} from "../../../types/contracts/index.js";
import { liquidationTerms } from "../../../keeper/jobs/failing.js";
import { crash, smallWorlds } from "../../support/scenario.js";

const WAD = 10n ** 18n;
const GWEI = 10n ** 9n;
const CALM = GWEI;
const MAX_UINT256 = 2n ** 256n - 1n;
const ACCOUNTS = 24;
const batches = FlashLiquidator__factory.createInterface();

/** A failing account, with the symbols of what it holds. */
interface Broke {
  readonly account: string;
  readonly holds: readonly string[];
}

/** Accounts that fail now. */
async function failing({ addresses, provider, borrowers }: World): Promise<Broke[]> {
  const lens = ICreditLens__factory.connect(addresses.contracts.lens, provider);
  const engine = ICreditEngine__factory.connect(addresses.contracts.engine, provider);
  const { p, minimumDebt } = await liquidationTerms(engine);
  const rows = await lens.failing(
    borrowers.map(({ account }) => account),
    10_000,
  );
  return rows
    .filter((row) => previewSlice(row, p, minimumDebt) !== undefined)
    .map(({ account }) => {
      const borrower = present(borrowers.find((b) => b.account.toLowerCase() === account.toLowerCase()));
      return { account, holds: [...borrower.collateral.keys()] };
    });
}

/** A keeper that counts what it simulates. @param before What happens whenever it is about to send something. */
function counting(
  world: World,
  config: Partial<KeeperConfig> = {},
  execute = false,
  before: () => Promise<void> = () => Promise.resolve(),
) {
  const liquidator = present(world.addresses.liquidator);
  const counts = { simulations: 0 };
  const provider = new Proxy(world.provider, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name === "call") {
        return async (...args: Parameters<JsonRpcApiProvider["call"]>): Promise<string> => {
          if (args[0].to === liquidator) counts.simulations += 1;
          return await target.call(...args);
        };
      }
      if (name === "send") {
        return async (method: string, params: unknown[]): Promise<unknown> => {
          if (method === "eth_sendRawTransaction") await before();
          return (await target.send(method, params)) as unknown;
        };
      }
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  const all = { ...world.newKeeper().config, ...config };
  const keeper = new Keeper(all, { provider, signer: localWallet(1, provider), execute });
  return { keeper, counts };
}

/** What all of these leave together, sold along those routes. {plUSD} before gas; undefined where it reverts */
async function together(
  world: World,
  accounts: readonly Broke[],
  routes: KeeperConfig["routes"],
): Promise<bigint | undefined> {
  const liquidator = FlashLiquidator__factory.connect(
    present(world.addresses.liquidator),
    localWallet(1, world.provider),
  );
  const items = accounts.map(({ account }) => ({ account, maxRepay: MAX_UINT256 }));
  return await liquidator.liquidate.staticCall(items, routes, 0n).then(
    ({ profit }) => profit,
    () => undefined,
  );
}

const liquidations = (planned: readonly Planned[]): Planned[] => planned.filter(({ job }) => job === "liquidate");

describe("keeper: accounts that cannot be sold", function () {
  this.timeout(240_000);
  const worldWith = smallWorlds();

  /** Looks once as if new, and says what it would liquidate, with how many simulations. */
  async function plan(world: World, routes: KeeperConfig["routes"]) {
    const { keeper, counts } = counting(world, { routes });
    const planned = liquidations((await keeper.tick()).planned);
    expect(counts.simulations, "simulations").to.be.at.most(MAX_SIMULATIONS);
    return { keeper, counts, planned };
  }

  it("do not keep the others from being sold, whichever asset has no route", async () => {
    const world = await worldWith({ accounts: ACCOUNTS });
    await crash(world, 68n);
    const all = await failing(world);
    const { routes } = world.newKeeper().config;
    let tried = 0;
    for (const asset of world.assets) {
      const some = routes.filter((route) => route.asset !== asset.id);
      const others = all.filter(({ holds }) => !holds.includes(asset.symbol));
      const alone = others.length === 0 ? undefined : await together(world, others, some);
      // Too little to pay for gas, or every one of them has it.
      if (alone === undefined || alone < 10n * WAD || others.length === all.length) continue;
      tried += 1;
      const { planned } = await plan(world, some);
      expect(planned, `without ${asset.symbol}`).to.have.length(1);
      const [{ expected, accounts }] = planned as [Planned];
      expect(accounts.length, `accounts without ${asset.symbol}`).to.be.above(0);
      expect(expected * 4n >= alone * 3n, `${expected} of ${alone} without ${asset.symbol}`).to.equal(true);
    }
    expect(tried, "assets tried").to.be.above(1);
  });

  it("do not keep the others from being sold when the pool of an asset is emptied, and are asked about again later", async () => {
    const world = await worldWith({ accounts: ACCOUNTS });
    await crash(world, 68n);
    await world.market.setDepth(0, "WBTC");
    await world.chain.mine({ baseFee: CALM });
    const { routes } = world.newKeeper().config;
    const others = (await failing(world)).filter(({ holds }) => !holds.includes("WBTC"));
    expect(others).to.not.be.empty;
    const alone = present(await together(world, others, routes));
    const { keeper, counts, planned } = await plan(world, routes);
    expect(planned).to.have.length(1);
    expect(planned[0]!.expected * 4n >= alone * 3n, `${planned[0]!.expected} of ${alone}`).to.equal(true);
    // What failed is not tried at once again, and what does not fail is still sold.
    const first = counts.simulations;
    counts.simulations = 0;
    await world.chain.mine({ baseFee: CALM });
    expect(liquidations((await keeper.tick()).planned)).to.have.length(1);
    expect(counts.simulations).to.be.below(first);
    // The pool is back: so are those accounts, within the blocks that a failure is remembered.
    await world.market.setDepth(1, "WBTC");
    await world.market.follow(marketPrices(world.quotes));
    await world.chain.mine({ baseFee: CALM });
    const bitcoin = new Set((await failing(world)).filter(({ holds }) => holds.includes("WBTC")).map((f) => f.account));
    let found = false;
    for (let block = 0; block < 20 && !found; block++) {
      await world.chain.mine({ baseFee: CALM });
      found = liquidations((await keeper.tick()).planned).some((p) => p.accounts.some((a) => bitcoin.has(a)));
    }
    expect(found, "accounts with bitcoin are sold again").to.equal(true);
  });

  it("cost few simulations while nothing can be sold at all", async () => {
    const world = await worldWith({ accounts: 12 });
    await crash(world, 68n);
    await world.market.setDepth(0);
    await world.chain.mine({ baseFee: CALM });
    const { keeper, counts } = counting(world);
    const seen: number[] = [];
    for (let block = 0; block < 8; block++) {
      counts.simulations = 0;
      expect(liquidations((await keeper.tick()).planned)).to.deep.equal([]);
      seen.push(counts.simulations);
      await world.chain.mine({ baseFee: CALM });
    }
    expect(seen[0], seen.join(" ")).to.be.above(0).and.at.most(MAX_PROBES);
    // Tried again after two blocks, and after four more: at three looks of eight.
    expect(seen.filter((count) => count > 0).length, seen.join(" ")).to.be.at.most(3);
  });
});

describe("keeper: what a liquidation must leave on chain", function () {
  this.timeout(240_000);
  const worldWith = smallWorlds();

  /** A keeper at a crash. */
  async function acting(
    config: Partial<KeeperConfig>,
    {
      accounts = 12,
      before = (): Promise<void> => Promise.resolve(),
    }: { accounts?: number; before?: (world: World) => Promise<void> } = {},
  ) {
    const world = await worldWith({ accounts });
    await crash(world, 68n);
    await world.chain.mine({ baseFee: CALM });
    let done = false;
    const { keeper } = counting(world, config, true, async () => {
      if (!done) {
        done = true;
        await before(world);
      }
    });
    return { world, keeper };
  }

  /** The call of the liquidation that was sent. */
  async function sentBy(world: World, keeper: Keeper) {
    const { sent } = await keeper.tick();
    const { hash, expected, accounts } = present(sent.find(({ job }) => job === "liquidate"));
    const transaction = present(await world.provider.getTransaction(hash));
    const { minProfit } = batches.decodeFunctionData("liquidate", transaction.data) as unknown as { minProfit: bigint };
    return { hash, expected, accounts, transaction, minProfit };
  }

  it("is what is expected less the tolerance, and never less than gas and the least profit", async () => {
    for (const [slippage, least] of [
      [0, 0n],
      [2_500, 0n],
      [10_000, 3n * WAD],
    ] as const) {
      const { world, keeper } = await acting({ slippage, minProfit: least });
      const { hash, expected, minProfit } = await sentBy(world, keeper);
      await world.chain.mine();
      const receipt = present(await world.provider.getTransactionReceipt(hash));
      expect(receipt.status).to.equal(1);
      const kept = (expected * BigInt(10_000 - slippage)) / 10_000n;
      expect(minProfit > kept, "gas is on top of it").to.equal(true);
      // Gas at some gwei is a few plUSD.
      expect(minProfit < kept + least + 20n * WAD, `${minProfit} for ${kept}`).to.equal(true);
      if (slippage === 10_000) expect(minProfit > least, "gas and the least profit").to.equal(true);
    }
  });

  it("reverts where somebody moves the pools against it, and sells nothing then", async () => {
    // In front of the keeper's sale, by as much as a good part of what it earns.
    const dump = async ({ quotes, market }: World): Promise<void> => {
      for (const name of ["eth", "btc"] as const) quotes.answers[name] = (quotes.answers[name] * 97n) / 100n;
      await market.follow(marketPrices(quotes));
    };
    for (const [slippage, status] of [
      [2_500, 0],
      [10_000, 1],
    ] as const) {
      const { world, keeper } = await acting({ slippage }, { before: dump });
      const plusd = IPlimsollDollar__factory.connect(world.addresses.contracts.dollar, world.provider);
      const owner = localWallet(1, world.provider).address;
      const before = await plusd.balanceOf(owner);
      const { hash, expected } = await sentBy(world, keeper);
      await world.chain.mine();
      const receipt = present(await world.provider.getTransactionReceipt(hash));
      const earned = (await plusd.balanceOf(owner)) - before;
      // Who tolerates everything is left with what pays for the gas.
      if (status === 1) expect(earned > 0n && earned * 4n < expected * 3n, `${earned} of ${expected}`).to.equal(true);
      else expect(earned).to.equal(0n);
      expect(receipt.status, `${slippage}`).to.equal(status);
    }
  });

  it("asks for no more gas than one transaction may have, and takes fewer accounts where all are too many", async () => {
    const { world, keeper } = await acting({}, { accounts: ACCOUNTS });
    const whole = await sentBy(world, keeper);
    expect(whole.accounts.length).to.be.above(2);
    await world.chain.mine();
    const { gasUsed } = present(await world.provider.getTransactionReceipt(whole.hash));
    // More than it needs, and less than what is asked for beyond that.
    const tight = (gasUsed * 115n) / 100n;
    expect(whole.transaction.gasLimit > tight, "headroom").to.equal(true);
    const second = await acting({ maxGas: tight }, { accounts: ACCOUNTS });
    const limited = await sentBy(second.world, second.keeper);
    expect(limited.transaction.gasLimit <= tight, "all of them").to.equal(true);
    const little = (gasUsed * 3n) / 4n;
    const third = await acting({ maxGas: little }, { accounts: ACCOUNTS });
    const fewer = await sentBy(third.world, third.keeper);
    expect(fewer.transaction.gasLimit <= little, "fewer").to.equal(true);
    expect(fewer.accounts.length).to.be.below(whole.accounts.length);
    for (const { world: w, keeper: k, hash } of [
      { ...second, ...limited },
      { ...third, ...fewer },
    ]) {
      await w.chain.mine();
      expect(present(await w.provider.getTransactionReceipt(hash)).status).to.equal(1);
      expect(k.totals.reverted).to.equal(0);
    }
  });
});
