/** Deploys the local world and says where everything is. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { NetworkConnection } from "hardhat/types/network";

import type { AddressBook } from "../sdk/addresses.js";
import { present } from "../sdk/present.js";
import { bookOf } from "./book.js";
import { withGasHeadroom } from "./gas.js";
import { deployModule } from "./ignition.js";
import { firstBlockOf, forgetVanished, hasCode } from "./journal.js";
import { localModule } from "./modules/local/Local.js";
import { LOCAL_TERMS, type LocalTerms } from "./parameters/local.js";

const JOURNALS = fileURLToPath(new URL("deployments", import.meta.url));

/** An address at which the chain has no contract, although something was said to be deployed there. */
export class NoCode extends Error {
  override readonly name = "NoCode";

  constructor(
    readonly what: string,
    readonly address: string,
  ) {
    super(`nothing is deployed at ${address}, where the ${what} should be`);
  }
}

export interface LocalOptions {
  /** Owner of FlashLiquidator and AuctionFiller; the node's second account if absent. */
  readonly keeper?: string;
  /** Name of what Ignition keeps of this deployment, for nodes outside this process; by chain if absent. */
  readonly deploymentId?: string;
  /** What it starts with; as on 12 March 2020 if absent. */
  readonly terms?: LocalTerms;
}

/**
 * Deploys the local world, or what of it is not there yet.
 * @throws {NoCode} if the chain does not have in the end what it should.
 */
export async function deployLocal(
  connection: NetworkConnection<"l1">,
  { keeper, deploymentId, terms = LOCAL_TERMS }: LocalOptions = {},
): Promise<AddressBook> {
  const { provider } = connection;
  const chainId = Number((await provider.request({ method: "eth_chainId", params: [] })) as string);
  const id = deploymentId ?? `chain-${chainId}`;
  const isNode = connection.networkConfig.type === "http";
  if (isNode) await forgetVanished(provider, join(JOURNALS, id));
  const { answers, assets } = terms;
  const parameters = { LocalFeeds: { ...answers }, ...(keeper === undefined ? {} : { Local: { keeper } }) };
  const world = await withGasHeadroom(connection, () =>
    // A chain in this process is forgotten with it, and so is what was deployed there.
    deployModule(provider, localModule(terms), { parameters, ...(isNode ? { folder: join(JOURNALS, id) } : {}) }),
  );
  for (const [name, address] of Object.entries(world)) {
    if (!(await hasCode(provider, address))) throw new NoCode(name, address);
  }
  const addresses = new Map(Object.entries(world));
  const at = (name: keyof typeof world): string => world[name];

  return bookOf((name) => present(addresses.get(name), name), {
    chainId,
    vaults: { USDC: at("usdcVault") },
    firstBlock: await firstBlockOf(provider, at("engine")),
    tokens: Object.fromEntries(assets.map(({ symbol, token }) => [symbol, at(token)])),
    feeds: {
      eth: at("ethFeed"),
      btc: at("btcFeed"),
      usdc: at("usdcFeed"),
      stakedEther: at("stakedEtherFeed"),
      dollar: at("dollarFeed"),
    },
    uniswap: { factory: at("factory"), positions: at("positions"), router: at("router"), quoter: at("quoter") },
    faucet: at("faucet"),
    leverage: at("leverage"),
    liquidator: at("liquidator"),
    filler: at("filler"),
  });
}
