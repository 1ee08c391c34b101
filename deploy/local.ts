/** Deploys the local world and says where everything is. */

import type { NetworkConnection } from "hardhat/types/network";

import type { AddressBook } from "../sdk/addresses.js";
import Local from "./modules/local/Local.js";
import { LOCAL_ASSETS } from "./parameters/local.js";

/** @param keeper Owner of the FlashLiquidator; the node's second account if absent. */
export async function deployLocal(connection: NetworkConnection<"l1">, keeper?: string): Promise<AddressBook> {
  const provider = connection.provider;
  const number = async (method: string): Promise<number> =>
    Number((await provider.request({ method, params: [] })) as string);
  const firstBlock = await number("eth_blockNumber");
  const world = await connection.ignition.deploy(
    Local,
    keeper === undefined ? {} : { parameters: { Local: { keeper } } },
  );
  const at = async (name: keyof typeof world): Promise<string> => await world[name].getAddress();

  return {
    chainId: await number("eth_chainId"),
    firstBlock,
    contracts: {
      manager: await at("manager"),
      dollar: await at("dollar"),
      oracle: await at("oracle"),
      risk: await at("risk"),
      engine: await at("engine"),
      gate: await at("gate"),
      treasury: await at("treasury"),
      lens: await at("lens"),
    },
    tokens: Object.fromEntries(
      await Promise.all(LOCAL_ASSETS.map(async (a) => [a.symbol, await at(a.token)] as const)),
    ),
    feeds: {
      eth: await at("ethFeed"),
      btc: await at("btcFeed"),
      usdc: await at("usdcFeed"),
      stakedEther: await at("stakedEtherFeed"),
    },
    uniswap: {
      factory: await at("factory"),
      positions: await at("positions"),
      router: await at("router"),
      quoter: await at("quoter"),
    },
    faucet: await at("faucet"),
    liquidator: await at("liquidator"),
  };
}
