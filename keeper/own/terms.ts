/** The two contracts that obey a keeper's key alone: what they are made with, whether that fits together, and whether one that is there is such a one. */

import { Contract, getAddress, isError, ZeroAddress, type Provider } from "ethers";

import {
  AuctionFiller__factory,
  FlashLiquidator__factory,
  IBalanceSheet__factory,
  ICreditEngine__factory,
  IReserve__factory,
} from "../../types/contracts/index.js";
import type { Addresses } from "../config/operator.js";
import { CannotDeploy } from "./errors.js";

export const OWN = ["liquidator", "filler"] as const;
export type OwnName = (typeof OWN)[number];

export const KINDS: Readonly<Record<OwnName, string>> = { liquidator: "FlashLiquidator", filler: "AuctionFiller" };

/** Constructor arguments by name, in order. */
export type Terms = Readonly<Record<string, string>>;
export type OwnTerms = Readonly<Partial<Record<OwnName, Terms>>>;

export interface Surroundings {
  readonly addresses: Addresses;
  /** Uniswap's, where somebody says what they are. */
  readonly router: string | undefined;
  readonly factory: string | undefined;
}

/** Of every router of Uniswap v3. */
const ROUTER_ABI = ["function factory() view returns (address)"];

const BOOK = "Check the address book of the chain, and addresses in the configuration.";

/**
 * What the contracts are to be made with, each address checked on the chain. No filler where nobody says which reserve there is.
 * @throws {CannotDeploy}
 */
export async function termsOf(
  { addresses, router, factory }: Surroundings,
  owner: string,
  provider: Provider,
): Promise<OwnTerms> {
  const { engine, dollar: named, sheet, reserve, rebalancer } = addresses;
  if (engine === undefined) {
    throw new CannotDeploy(
      "no address book of the chain says where the protocol is",
      "Is it the right network? If so, name the deployment's address book: --addresses <file>, or addressBook in the configuration.",
    );
  }
  if (router === undefined) {
    throw new CannotDeploy(
      "nobody says where Uniswap's router is: the address book of the chain does not know it",
      "Say so in the configuration: addresses.router.",
    );
  }
  await needsCode(provider, "Uniswap's router", router);
  const uniswap = new Contract(router, ROUTER_ABI, provider);
  const made = await asked(`${router} is no router of Uniswap v3`, async () =>
    getAddress(String(await uniswap.getFunction("factory").staticCall())),
  );
  if (factory !== undefined && getAddress(factory) !== made) {
    throw new CannotDeploy(`the router ${router} belongs to the factory ${made}, not to ${factory}`, BOOK);
  }
  await needsCode(provider, "Uniswap's factory", made);
  const dollar = await asked(`${engine} is no engine of the protocol`, () =>
    ICreditEngine__factory.connect(engine, provider).dollar(),
  );
  if (named !== undefined && named !== dollar) {
    throw new CannotDeploy(`the engine ${engine} lends ${dollar}, not ${named}, which should be plUSD`, BOOK);
  }
  const liquidator = { engine, router, owner };
  if (reserve === undefined || rebalancer === undefined) return { liquidator };

  const modules = await asked(`${reserve} is no reserve of the protocol`, async () =>
    IReserve__factory.connect(reserve, provider).modules(),
  );
  if (modules.rebalancer !== rebalancer) {
    const actual = modules.rebalancer === ZeroAddress ? "none" : modules.rebalancer;
    throw new CannotDeploy(`the rebalancer of the reserve ${reserve} is ${actual}, not ${rebalancer}`, BOOK);
  }
  if (sheet !== undefined) {
    const books = await asked(`${sheet} is no balance sheet of the protocol`, async () =>
      IBalanceSheet__factory.connect(sheet, provider).modules(),
    );
    if (books.engine !== engine || books.reserve !== reserve) {
      throw new CannotDeploy(`the engine ${engine} and the reserve ${reserve} do not belong together`, BOOK);
    }
  }
  return { liquidator, filler: { rebalancer, reserve, plUSD: dollar, router, owner } };
}

async function needsCode(provider: Provider, what: string, address: string): Promise<void> {
  if ((await provider.getCode(address)) !== "0x") return;
  throw new CannotDeploy(`nothing is deployed at ${address}, where ${what} should be`, BOOK);
}

/** The answer of a contract; one that has none is not what it is taken for. */
async function asked<T>(otherwise: string, question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (isError(error, "CALL_EXCEPTION") || isError(error, "BAD_DATA")) throw new CannotDeploy(otherwise, BOOK);
    throw error;
  }
}

/**
 * What the contract at the address was made with.
 * @throws {CannotDeploy} if it is no such contract.
 */
export async function madeWith(name: OwnName, address: string, provider: Provider): Promise<Terms> {
  const otherwise = `${address} is no ${KINDS[name]}`;
  if (name === "liquidator") {
    const contract = FlashLiquidator__factory.connect(address, provider);
    return await asked(otherwise, async () => ({
      engine: await contract.ENGINE(),
      router: await contract.ROUTER(),
      owner: await contract.OWNER(),
    }));
  }
  const contract = AuctionFiller__factory.connect(address, provider);
  return await asked(otherwise, async () => ({
    rebalancer: await contract.REBALANCER(),
    reserve: await contract.RESERVE(),
    plUSD: await contract.DOLLAR(),
    router: await contract.ROUTER(),
    owner: await contract.OWNER(),
  }));
}

/** The first argument in which two of them differ. */
export function differenceOf(actual: Terms, wanted: Terms): string | undefined {
  return Object.keys(wanted).find((key) => actual[key] !== wanted[key]);
}

/** What is sent to deploy it: code and arguments. */
export async function initCodeOf(name: OwnName, terms: Terms): Promise<string> {
  const at = (key: string): string => terms[key] ?? ZeroAddress;
  const { data } =
    name === "liquidator"
      ? await new FlashLiquidator__factory().getDeployTransaction(at("engine"), at("router"), at("owner"))
      : await new AuctionFiller__factory().getDeployTransaction(
          at("rebalancer"),
          at("reserve"),
          at("plUSD"),
          at("router"),
          at("owner"),
        );
  return data;
}
