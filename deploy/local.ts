/** Deploys the local world and says where everything is. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { NetworkConnection } from "hardhat/types/network";

import type { AddressBook } from "../sdk/addresses.js";
import { withGasHeadroom } from "./gas.js";
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
  if (connection.networkConfig.type === "http") await forgetVanished(provider, join(JOURNALS, id));
  const { answers, assets } = terms;
  const parameters = { LocalFeeds: { ...answers }, ...(keeper === undefined ? {} : { Local: { keeper } }) };
  const world = await withGasHeadroom(connection, () =>
    connection.ignition.deploy(localModule(terms), { parameters, deploymentId: id }),
  );
  for (const [name, contract] of Object.entries(world)) {
    const address = await contract.getAddress();
    if (!(await hasCode(provider, address))) throw new NoCode(name, address);
  }
  const at = async (name: keyof typeof world): Promise<string> => await world[name].getAddress();

  return {
    chainId,
    vaults: { USDC: await at("usdcVault") },
    firstBlock: await firstBlockOf(provider, await at("engine")),
    contracts: {
      manager: await at("manager"),
      dollar: await at("dollar"),
      oracle: await at("oracle"),
      risk: await at("risk"),
      engine: await at("engine"),
      lens: await at("lens"),
      reads: await at("reads"),
      sheet: await at("sheet"),
      reserve: await at("reserve"),
      rebalancer: await at("rebalancer"),
      backstop: await at("backstop"),
      rate: await at("rate"),
      proof: await at("proof"),
    },
    tokens: Object.fromEntries(await Promise.all(assets.map(async (a) => [a.symbol, await at(a.token)] as const))),
    feeds: {
      eth: await at("ethFeed"),
      btc: await at("btcFeed"),
      usdc: await at("usdcFeed"),
      stakedEther: await at("stakedEtherFeed"),
      dollar: await at("dollarFeed"),
    },
    uniswap: {
      factory: await at("factory"),
      positions: await at("positions"),
      router: await at("router"),
      quoter: await at("quoter"),
    },
    faucet: await at("faucet"),
    leverage: await at("leverage"),
    liquidator: await at("liquidator"),
    filler: await at("filler"),
  };
}
