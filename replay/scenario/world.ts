/** The world of a scenario: an embedded chain with the protocol, its market, its borrowers and a keeper. */

import { getAddress, type JsonRpcSigner } from "ethers";

import { DEPTH_FRACTION } from "../../deploy/parameters/core.js";
import {
  DOLLAR_FEED,
  LOCAL_ASSETS,
  LOCAL_TERMS,
  type LocalAsset,
  type LocalTerms,
} from "../../deploy/parameters/local.js";
import { DOLLAR_ASSET } from "../../deploy/parameters/reserve.js";
import { deployLocal } from "../../deploy/local.js";
import { DOLLAR, type KeeperOptions } from "../../keeper/config.js";
import { Keeper, type KeeperDependencies } from "../../keeper/keeper.js";
import { WAD } from "../../sdk/arithmetic/integer.js";
import type { AddressBook } from "../../sdk/addresses.js";
import {
  FaucetStakedEther__factory,
  IBackstop__factory,
  ICreditEngine__factory,
  IPriceOracle__factory,
  IRisk__factory,
  IUniswapV3Pool__factory,
  MockV3Aggregator__factory,
} from "../../types/contracts/index.js";
import { type Chain } from "../chain/chain.js";
import { localWallet, type EmbeddedChain } from "../chain/embedded.js";
import { MarketMaker, type PoolSpec, type Prices, type Token } from "../market/market-maker.js";
import type { FeedName } from "../path/path.js";
import type { Random } from "../path/random.js";
import { drawBorrowers, type Borrower, type CollateralKind } from "./population.js";
import { present } from "../../sdk/present.js";

/** Answers have 8 decimals. */
const ANSWER_TO_WAD = 10n ** 10n;
const ETHER = WAD;
/** Which of the node's accounts is the keeper's. */
const KEEPER = 1;

const engineAbi = ICreditEngine__factory.createInterface();
const tokenAbi = FaucetStakedEther__factory.createInterface();
const feedAbi = MockV3Aggregator__factory.createInterface();
const backstopAbi = IBackstop__factory.createInterface();
const oracleAbi = IPriceOracle__factory.createInterface();
const poolAbi = IUniswapV3Pool__factory.createInterface();
const WETH_DEPOSIT = "0xd0e30db0";
/** With a debt all collateral is valued: an account with three kinds of it needs more than 260,000. {gas} */
const DEPOSIT_GAS = 600_000n;

/** How many of a hundred accounts hold each kind of collateral. */
const POPULARITY: Readonly<Record<string, number>> = { WETH: 75, WBTC: 40, wstETH: 40, USDC: 25 };

/** Part of what can be deposited that the borrowers use at most: wallets want to deposit too. */
const FILL = 0.95;

/** What the market maker borrows for its dealings, and against how much USDC. */
const MAKER_COLLATERAL = 8_000_000n;
const MAKER_DEBT = 4_000_000n;
/** What it puts into the Backstop of that. {plUSD} */
const MAKER_STAKE = 250_000n;
/** Observations that plUSD's pool keeps: one a block over the window of its feed, and more. */
const OBSERVATIONS = 300;
/** What it is given of everything else: far more than the pools take. {tok} */
const MAKER_ENDOWMENT = 100_000_000n;
/** Half of it as wrapped ether. {ether} */
const MAKER_ETHER = 1_000_000n;

export const PLUSD_SYMBOL = "plUSD";

/** Present prices as the feeds have them, the staking ratio, and what plUSD costs in the market. */
export interface Quotes {
  answers: Record<FeedName, bigint>;
  /** {eth/tok} 18 decimals */
  ratio: bigint;
  /** Market price of plUSD. {USD} 18 decimals */
  dollar: bigint;
  /** What the market pays where that is not what the feeds answer, 8 decimals. */
  market?: Readonly<Record<FeedName, bigint>>;
  /** What the market pays for staked ether, as a part of the ether that it stands for: 18 decimals; all of it if absent. */
  stakedRatio?: bigint;
}

/** Market prices by token symbol: what the pools are traded to. {USD/tok} 18 decimals */
export function marketPrices(quotes: Quotes): Prices {
  const { eth, btc, usdc } = quotes.market ?? quotes.answers;
  return {
    WETH: eth * ANSWER_TO_WAD,
    WBTC: btc * ANSWER_TO_WAD,
    wstETH: (((eth * ANSWER_TO_WAD * quotes.ratio) / WAD) * (quotes.stakedRatio ?? WAD)) / WAD,
    USDC: usdc * ANSWER_TO_WAD,
    [PLUSD_SYMBOL]: quotes.dollar,
  };
}

export interface World extends EmbeddedChain {
  readonly addresses: AddressBook;
  readonly tokens: ReadonlyMap<string, Token>;
  readonly assets: readonly LocalAsset[];
  readonly deployer: JsonRpcSigner;
  readonly market: MarketMaker;
  readonly borrowers: readonly Borrower[];
  readonly quotes: Quotes;
  newKeeper(onSettled?: KeeperDependencies["onSettled"]): Keeper;
}

export function tokenOf(tokens: ReadonlyMap<string, Token>, symbol: string): Token {
  const token = tokens.get(symbol);
  if (token === undefined) throw new RangeError(`no token ${symbol}`);
  return token;
}

/**
 * The pools: what each asset is sold through, and how deep they are at the start. Their ranges are wide, because a sale that runs out of
 * liquidity walks through all empty ticks to the end and burns a block's gas on it.
 */
function poolSpecs(tokens: ReadonlyMap<string, Token>, assets: readonly LocalAsset[]): PoolSpec[] {
  /** As much deeper or shallower as the model is told that its market is. */
  const scaled = (symbol: string, depth: bigint): bigint => {
    const usual = present(LOCAL_ASSETS.find((asset) => asset.symbol === symbol)).depth;
    return (depth * present(assets.find((asset) => asset.symbol === symbol)).depth) / usual;
  };
  const [weth, wbtc, wsteth, usdc, plusd] = ["WETH", "WBTC", "wstETH", "USDC", PLUSD_SYMBOL].map((s) =>
    tokenOf(tokens, s),
  );
  return [
    { base: present(weth), quote: present(usdc), fee: 500, depth: scaled("WETH", 30_000n * WAD) },
    { base: present(wbtc), quote: present(usdc), fee: 500, depth: scaled("WBTC", 600n * 10n ** 8n) },
    { base: present(wsteth), quote: present(weth), fee: 100, depth: scaled("wstETH", 15_000n * WAD) },
    { base: present(usdc), quote: present(plusd), fee: 100, depth: 20_000_000n * 10n ** 6n, width: 0.25 },
  ];
}

/** Queues a call to the token's `mint` by its owner, or wraps ether. */
export async function give(chain: Chain, deployer: string, token: Token, to: string, amount: bigint): Promise<void> {
  if (token.symbol === "WETH") {
    await chain.send(
      to,
      { to: token.address, data: WETH_DEPOSIT, value: amount, gas: 80_000n },
      `wrap ether for ${to}`,
    );
  } else {
    const data = tokenAbi.encodeFunctionData("mint", [to, amount]);
    await chain.send(deployer, { to: token.address, data, gas: 100_000n }, `mint ${token.symbol} for ${to}`);
  }
}

/**
 * Queues a deposit of tokens that `account` holds.
 * @param mayFail There may be no room for it.
 */
export async function deposit(
  chain: Chain,
  engine: string,
  account: string,
  asset: LocalAsset,
  token: Token,
  amount: bigint,
  mayFail = false,
): Promise<void> {
  const approve = tokenAbi.encodeFunctionData("approve", [engine, amount]);
  await chain.send(
    account,
    { to: token.address, data: approve, gas: 80_000n },
    `approve ${token.symbol} by ${account}`,
  );
  const data = engineAbi.encodeFunctionData("deposit", [asset.id, amount, account]);
  await chain.send(account, { to: engine, data, gas: DEPOSIT_GAS }, `deposit ${token.symbol} by ${account}`, mayFail);
}

/** @param mayFail There may be no headroom for it. */
export async function borrow(
  chain: Chain,
  engine: string,
  account: string,
  amount: bigint,
  mayFail = false,
): Promise<void> {
  const data = engineAbi.encodeFunctionData("borrow", [amount, account, account]);
  await chain.send(account, { to: engine, data, gas: 500_000n }, `borrow by ${account}`, mayFail);
}

/** Deploys everything that a world stands on. */
export async function deployWorld(
  { connection, accounts }: EmbeddedChain,
  terms: LocalTerms = LOCAL_TERMS,
): Promise<AddressBook> {
  return await deployLocal(connection, { keeper: present(accounts[KEEPER], "keeper's account").address, terms });
}

type ReserveIntervals = Pick<NonNullable<KeeperOptions["reserve"]>, "recheck" | "rateInterval">;
export type Keeping = Pick<KeeperOptions, "recordInterval" | "solvencyBudget"> & ReserveIntervals;

/** What else a world is made with. */
export interface Founding {
  readonly signal?: AbortSignal;
  /** As on 12 March 2020 if absent. */
  readonly terms?: LocalTerms;
  /** At which intervals its keepers do what is done at intervals, and what they may lose; the keeper's own where absent. */
  readonly keeping?: Keeping;
}

/**
 * Builds the world: deploys everything, opens and fills the pools, opens `count` accounts.
 * @param embedded A chain with nothing on it.
 * @param quotes What feeds and market start from; kept up to date by whoever moves them.
 */
export async function createWorld(
  embedded: EmbeddedChain,
  quotes: Quotes,
  random: Random,
  count: number,
  founding: Founding = {},
): Promise<World> {
  const addresses = await deployWorld(embedded, founding.terms);
  return await furnishWorld(embedded, addresses, quotes, random, count, founding);
}

/** The same on a chain where everything is deployed, and nobody has used it. */
export async function furnishWorld(
  embedded: EmbeddedChain,
  addresses: AddressBook,
  quotes: Quotes,
  random: Random,
  count: number,
  {
    signal,
    terms: { assets } = LOCAL_TERMS,
    keeping: { recordInterval, solvencyBudget, ...intervals } = {},
  }: Founding = {},
): Promise<World> {
  const { chain, accounts } = embedded;
  const [deployer, maker] = [
    present(accounts[0], "deployer's account"),
    present(accounts[2], "market maker's account"),
  ];
  const tokens = new Map<string, Token>(
    assets.map((a) => [
      a.symbol,
      { symbol: a.symbol, address: present(addresses.tokens[a.symbol]), decimals: a.decimals },
    ]),
  );
  tokens.set(PLUSD_SYMBOL, { symbol: PLUSD_SYMBOL, address: addresses.contracts.dollar, decimals: 18 });

  const keeperWallet = localWallet(KEEPER, embedded.provider);
  await chain.setAutomine(false);
  const market = new MarketMaker(chain, maker.address, present(addresses.uniswap));
  const world: World = {
    ...embedded,
    addresses,
    tokens,
    assets,
    deployer,
    market,
    borrowers: drawBorrowers(random, collateralKinds(quotes, await inForce(embedded, addresses, assets)), count),
    quotes,
    newKeeper: (onSettled) =>
      new Keeper(
        {
          engine: addresses.contracts.engine,
          lens: addresses.contracts.lens,
          oracle: addresses.contracts.oracle,
          risk: addresses.contracts.risk,
          liquidator: present(addresses.liquidator),
          firstBlock: addresses.firstBlock,
          ...(recordInterval === undefined ? {} : { recordInterval }),
          ...(solvencyBudget === undefined ? {} : { solvencyBudget }),
          routes: assets.map((asset) => ({
            asset: asset.id,
            path: present(market.route(tokenOf(tokens, asset.symbol), tokenOf(tokens, PLUSD_SYMBOL))),
          })),
          reserve: {
            ...addresses.contracts,
            ...intervals,
            filler: present(addresses.filler),
            routes: auctionRoutes(market, tokens, assets),
          },
        },
        { provider: embedded.provider, signer: keeperWallet, ...(onSettled === undefined ? {} : { onSettled }) },
      ),
  };
  await pushQuotes(world, ["eth", "btc", "usdc"]);
  await setRatio(world, quotes.ratio);
  await chain.mine();
  signal?.throwIfAborted();
  await fillMarket(world);
  await openAccounts(world, signal);
  await priceDollar(world);
  return world;
}

/** How what the reserve sells is sold for anything that it may want for it. */
function auctionRoutes(
  market: MarketMaker,
  tokens: ReadonlyMap<string, Token>,
  assets: readonly LocalAsset[],
): NonNullable<KeeperOptions["reserve"]>["routes"] {
  return assets.flatMap((sold) =>
    [...tokens.values()]
      .filter((token) => token.symbol !== sold.symbol)
      .map((token) => ({
        sold: sold.id,
        bought: assets.find((asset) => asset.symbol === token.symbol)?.id ?? DOLLAR,
        path: present(market.route(tokenOf(tokens, sold.symbol), token)),
      })),
  );
}

/** The assets with the haircuts that are in force: measured volatility may ask for more than the least. */
async function inForce(
  { provider }: EmbeddedChain,
  { contracts }: AddressBook,
  assets: readonly LocalAsset[],
): Promise<LocalAsset[]> {
  const risk = IRisk__factory.connect(contracts.risk, provider);
  return await Promise.all(
    assets.map(async (asset) => ({ ...asset, initialHaircut: Number((await risk.haircuts(asset.id)).initial) })),
  );
}

/** What borrowers may hold, at the prices that they start with. */
export function collateralKinds(quotes: Quotes, assets: readonly LocalAsset[] = LOCAL_ASSETS): CollateralKind[] {
  const prices = marketPrices(quotes);
  return assets.map((asset) => {
    const price = Number(prices[asset.symbol]) / 1e18;
    return {
      symbol: asset.symbol,
      price,
      borrowable: 1 - asset.initialHaircut / 10_000,
      popularity: POPULARITY[asset.symbol] ?? 0,
      room: FILL * largestDeposit(asset) * price,
    };
  });
}

/** What can be deposited of an asset: its cap, or the part of its market's depth that the engine takes. {tok} */
function largestDeposit(asset: LocalAsset): number {
  return Math.min(Number(asset.cap), (Number(asset.depth) * DEPTH_FRACTION) / 10_000);
}

/** Gives the market maker its means, lets it borrow plUSD, and opens the pools. */
async function fillMarket(world: World): Promise<void> {
  const { chain, market, deployer, addresses, tokens } = world;
  const maker = market.account;
  const engine = addresses.contracts.engine;
  await chain.setBalance(maker, 2n * MAKER_ETHER * ETHER);
  await chain.setBalance(deployer.address, MAKER_ETHER * ETHER);

  const usdc = tokenOf(tokens, "USDC");
  for (const asset of world.assets) {
    const token = tokenOf(tokens, asset.symbol);
    const amount = asset.symbol === "WETH" ? MAKER_ETHER * ETHER : MAKER_ENDOWMENT * 10n ** BigInt(asset.decimals);
    await give(chain, deployer.address, token, maker, amount);
  }
  // The pools hold a good deal more than that of dollars.
  await give(chain, deployer.address, usdc, maker, 10n * MAKER_ENDOWMENT * 10n ** 6n);
  const dollars = present(world.assets.find((asset) => asset.symbol === "USDC"));
  await deposit(chain, engine, maker, dollars, usdc, MAKER_COLLATERAL * 10n ** 6n);
  await borrow(chain, engine, maker, MAKER_DEBT * WAD);
  for (const token of tokens.values()) await market.approve(token);
  await chain.mine();

  const prices = marketPrices(world.quotes);
  for (const spec of poolSpecs(tokens, world.assets)) await market.open(spec, prices);

  const pool = present(market.pools.find(({ spec }) => spec.quote.symbol === PLUSD_SYMBOL));
  const grow = poolAbi.encodeFunctionData("increaseObservationCardinalityNext", [OBSERVATIONS]);
  await chain.send(maker, { to: pool.address, data: grow, gas: 10_000_000n }, "let plUSD's pool keep a history");
  const { dollar, backstop } = addresses.contracts;
  const approve = tokenAbi.encodeFunctionData("approve", [backstop, MAKER_STAKE * WAD]);
  await chain.send(maker, { to: dollar, data: approve, gas: 80_000n }, "approve plUSD for the Backstop");
  const stake = backstopAbi.encodeFunctionData("deposit", [MAKER_STAKE * WAD, maker]);
  await chain.send(maker, { to: backstop, data: stake, gas: 300_000n }, "stake plUSD");
  await chain.mine();
}

/** Waits until plUSD's pool has a history, then has the oracle list its price. */
async function priceDollar(world: World): Promise<void> {
  const { chain, deployer, addresses } = world;
  await chain.mine({ time: (await chain.time()) + DOLLAR_FEED.window });
  const usdc = present(world.assets.find((asset) => asset.symbol === "USDC"));
  const feed = {
    feed: present(addresses.feeds.dollar),
    heartbeat: usdc.heartbeat,
    deviation: usdc.deviation,
    minPrice: usdc.minPrice,
    maxPrice: usdc.maxPrice,
  };
  const data = oracleAbi.encodeFunctionData("listFeed", [DOLLAR_ASSET, feed]);
  await chain.send(
    deployer.address,
    { to: addresses.contracts.oracle, data, gas: 1_000_000n },
    "list the price of plUSD",
  );
  await chain.mine();
}

/** Opens every borrower's account: tokens, deposit, loan. */
async function openAccounts(world: World, signal?: AbortSignal): Promise<void> {
  const { chain, deployer, addresses, tokens, borrowers } = world;
  const engine = addresses.contracts.engine;
  const prices = marketPrices(world.quotes);
  for (const [i, borrower] of borrowers.entries()) {
    signal?.throwIfAborted();
    const account = getAddress(borrower.account);
    await chain.setBalance(account, 100_000n * ETHER);
    await chain.impersonate(account);
    for (const asset of world.assets) {
      const worth = borrower.collateral.get(asset.symbol);
      if (worth === undefined) continue;
      const amount =
        (BigInt(Math.round(worth * 1e6)) * 10n ** 12n * 10n ** BigInt(asset.decimals)) / present(prices[asset.symbol]);
      const token = tokenOf(tokens, asset.symbol);
      await give(chain, deployer.address, token, account, amount);
      await deposit(chain, engine, account, asset, token, amount);
    }
    await borrow(chain, engine, account, BigInt(borrower.debt) * WAD);
    // A block holds the transactions of a few dozen accounts.
    if (i % 10 === 9) await chain.mine();
  }
  await chain.mine();
}

/** Queues updates of the named feeds to the answers in `world.quotes`. */
export async function pushQuotes(
  world: Pick<World, "chain" | "deployer" | "addresses" | "quotes">,
  names: readonly FeedName[],
): Promise<void> {
  for (const name of names) {
    const data = feedAbi.encodeFunctionData("updateAnswer", [world.quotes.answers[name]]);
    await world.chain.send(
      world.deployer.address,
      { to: present(world.addresses.feeds[name]), data, gas: 200_000n },
      `update the ${name} feed`,
    );
  }
}

/** Queues a report of the staking protocol. {eth/tok} 18 decimals */
export async function setRatio(world: Pick<World, "chain" | "deployer" | "addresses">, ratio: bigint): Promise<void> {
  const data = tokenAbi.encodeFunctionData("setStEthPerToken", [ratio]);
  await world.chain.send(
    world.deployer.address,
    { to: present(world.addresses.tokens.wstETH), data, gas: 100_000n },
    "report the staking ratio",
  );
}
