/** From a configuration to the things that a keeper needs: nodes, addresses, a key. Needs the contracts' bindings. */

import { getAddress, VoidSigner, type BaseWallet, type Provider, type Signer } from "ethers";

import type { KeeperOptions } from "../../keeper/config.js";
import { ConfigError } from "../../keeper/config/errors.js";
import { NETWORKS } from "../../keeper/config/networks.js";
import type { Addresses, OperatorConfig } from "../../keeper/config/operator.js";
import type { Tokens } from "../../keeper/config/routes.js";
import type { Log } from "../../keeper/log.js";
import { Endpoint } from "../../keeper/rpc/endpoint.js";
import { NodePool } from "../../keeper/rpc/pool.js";
import type { AddressBook } from "../../sdk/addresses.js";
import { AuctionFiller__factory, FlashLiquidator__factory } from "../../types/contracts/index.js";
import { booksOf } from "../chain.js";
import { EnvironmentError } from "../errors.js";
import { routesOf } from "./routes.js";

const LOCAL_CHAIN_ID = 31_337;
/** Clocks differ; a node whose head is from further in the future lies. Local chains move their clocks as they like. {s} */
const AHEAD = 60;
const BPS_PER_PERCENT = 100;

function missing(field: string, rule: string): ConfigError {
  return new ConfigError([{ field, value: undefined, rule, source: undefined }]);
}

/** The nodes of the chain that is meant, those that can be used found out. */
export async function connect(config: OperatorConfig, log: Log): Promise<NodePool> {
  const known = config.network === undefined ? undefined : NETWORKS[config.network];
  const urls = config.rpc ?? (known?.rpc === undefined ? [] : [known.rpc]);
  if (urls.length === 0) throw missing("rpc", `say where a node of ${config.network ?? "the chain"} answers`);
  const { timeout, behindBlocks, behindSeconds } = config.nodes;
  const chainId = known?.chainId ?? (await chainOf(urls, timeout));
  const ahead = chainId === LOCAL_CHAIN_ID ? Infinity : AHEAD;
  const pool = new NodePool({ urls, chainId, timeout, rules: { behindBlocks, behindSeconds, ahead }, log });
  try {
    await pool.survey();
  } catch (error) {
    pool.destroy();
    throw new EnvironmentError((error as Error).message);
  }
  return pool;
}

/** What the first node says that answers. */
async function chainOf(urls: readonly string[], timeout: number): Promise<number> {
  const problems: string[] = [];
  for (const url of urls) {
    try {
      const answer = await new Endpoint(url, timeout).call("eth_chainId", []);
      if (typeof answer === "string" && Number.isSafeInteger(Number(answer))) return Number(answer);
      problems.push("its chain has no id");
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  throw new EnvironmentError(`no node answers: ${problems.join("; ")}`);
}

/** What the address book says (the one that is named, or that of the chain), and the configuration in its place. */
export interface Deployment {
  readonly addresses: Addresses;
  readonly tokens: Tokens;
  /** Uniswap's. */
  readonly factory: string | undefined;
  readonly router: string | undefined;
  readonly firstBlock: number;
}

/** @param folder Where address books are, if not where deployments put them. */
export async function findDeployment(config: OperatorConfig, provider: Provider, folder?: string): Promise<Deployment> {
  const { chainId } = await provider.getNetwork();
  const book = await bookOf(Number(chainId), config, provider, folder);
  const own = book === undefined ? {} : { liquidator: book.liquidator, filler: book.filler };
  const listed = Object.fromEntries(Object.entries(own).filter(([, address]) => address !== undefined));
  const known: Addresses = { ...(book === undefined ? {} : pick(book.contracts)), ...listed };
  const addresses: Addresses = { ...known, ...config.addresses };
  for (const [name, address] of Object.entries(addresses)) {
    // Fields that nobody set are there, without a value.
    if (address === undefined) continue;
    if ((await provider.getCode(address)) === "0x") {
      throw new EnvironmentError(`nothing is deployed at ${address}, where addresses.${name} should be`);
    }
  }
  const dollar = addresses.dollar;
  return {
    addresses,
    tokens: { ...book?.tokens, ...(dollar === undefined ? {} : { plUSD: dollar }) },
    factory: book?.uniswap?.factory,
    router: addresses.router ?? book?.uniswap?.router,
    firstBlock: config.firstBlock ?? book?.firstBlock ?? 0,
  };
}

function pick(contracts: AddressBook["contracts"]): Addresses {
  const { engine, lens, oracle, risk, dollar, sheet, reserve, rebalancer, backstop } = contracts;
  return { engine, lens, oracle, risk, dollar, sheet, reserve, rebalancer, backstop };
}

/** The book that is named; else that of the chain, and where several local chains have one each, that of the node that is asked, or what the node has. */
async function bookOf(
  chainId: number,
  { addressBook, rpc = [] }: OperatorConfig,
  provider: Provider,
  folder: string | undefined,
): Promise<AddressBook | undefined> {
  const named = addressBook === undefined ? {} : { addresses: addressBook };
  const books = booksOf({ ...named, ...(folder === undefined ? {} : { folder }) })(chainId);
  // What it names and the chain does not have is told then, name by name.
  if (addressBook !== undefined) return books[0];
  const own = (book: AddressBook): number => (book.rpcUrl !== undefined && rpc.includes(book.rpcUrl) ? 0 : 1);
  for (const book of [...books].sort((a, b) => own(a) - own(b))) {
    if ((await provider.getCode(book.contracts.engine)) !== "0x") return book;
  }
  return undefined;
}

/**
 * Who looks and signs. The contracts that liquidate and fill obey their owner alone, so a key that is not theirs would send what reverts.
 * @throws {ConfigError} where a key is needed and there is none.
 */
export async function signerOf(
  config: OperatorConfig,
  wallet: BaseWallet | undefined,
  { addresses }: Deployment,
  provider: Provider,
): Promise<Signer> {
  if (config.execute && wallet === undefined) {
    throw missing("key.keystore", "to act the keeper needs a key: a keystore, or PLIMSOLL_PRIVATE_KEY");
  }
  const liquidator = needed(addresses, "liquidator");
  const owner = getAddress(await FlashLiquidator__factory.connect(liquidator, provider).OWNER());
  const address = wallet?.address ?? config.key.address ?? owner;
  if (address !== owner) throw notOwned("liquidator", liquidator, owner, address);
  if (addresses.filler !== undefined) {
    const filling = getAddress(await AuctionFiller__factory.connect(addresses.filler, provider).OWNER());
    if (address !== filling) throw notOwned("filler", addresses.filler, filling, address);
  }
  return wallet?.connect(provider) ?? new VoidSigner(address, provider);
}

function notOwned(name: string, at: string, owner: string, address: string): EnvironmentError {
  return new EnvironmentError(
    `addresses.${name} (${at}) obeys ${owner}, not the keeper's ${address}`,
    "Have one of your own deployed (plimsoll keeper deploy), or say where it is.",
  );
}

/** @throws {ConfigError} where nobody says where it is. */
export function needed(addresses: Addresses, name: keyof Addresses): string {
  const address = addresses[name];
  if (address !== undefined) return address;
  const rule =
    name === "liquidator"
      ? "the keeper liquidates through a FlashLiquidator of its operator: have one deployed (plimsoll keeper deploy), or say where it is"
      : "no address book of the chain says where it is: name one (--addresses)";
  throw missing(`addresses.${name}`, rule);
}

/** What the keeper is told, in its own terms. */
export async function keeperOptionsOf(
  config: OperatorConfig,
  deployment: Deployment,
  provider: Provider,
): Promise<KeeperOptions> {
  const { addresses, firstBlock } = deployment;
  const { fees, spending } = config;
  const { sheet, reserve, rebalancer, backstop, filler } = addresses;
  const engine = needed(addresses, "engine");
  const { routes, auctionRoutes } = await routesOf(config, { ...deployment, engine }, provider);
  const contracts =
    sheet === undefined || reserve === undefined || rebalancer === undefined || backstop === undefined
      ? undefined
      : { sheet, reserve, rebalancer, backstop };
  return {
    engine,
    lens: needed(addresses, "lens"),
    oracle: needed(addresses, "oracle"),
    risk: needed(addresses, "risk"),
    liquidator: needed(addresses, "liquidator"),
    firstBlock,
    routes,
    priorityFee: fees.tip,
    feeCeiling: fees.ceiling,
    bumpPercent: fees.bumpPercent,
    patience: fees.patience,
    confirmations: fees.confirmations,
    minProfit: spending.minProfit,
    slippage: Math.round(spending.slippage * BPS_PER_PERCENT),
    absorbSubsidy: spending.absorbSubsidy,
    solvencyBudget: spending.solvencyBudget,
    gasAssetPrice: spending.gasAssetPrice,
    ...(contracts === undefined
      ? {}
      : {
          reserve: {
            ...contracts,
            ...(filler === undefined ? {} : { filler }),
            routes: auctionRoutes,
            gasBudget: spending.gasBudget,
            auctionSubsidy: spending.auctionSubsidy,
          },
        }),
  };
}
