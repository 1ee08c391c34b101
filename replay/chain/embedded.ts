/** An embedded chain: a node inside this process, with the protocol's local world on it. */

import {
  BrowserProvider,
  HDNodeWallet,
  Network,
  type BaseWallet,
  type JsonRpcApiProvider,
  type JsonRpcSigner,
  type Provider,
} from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { AnvilNode } from "./anvil-node.js";
import { Chain } from "./chain.js";
import type { Client } from "./client.js";
import { DirectProvider, withNode } from "./direct.js";

export const LOCAL_CHAIN_ID = 31_337;

/** Where the accounts of local nodes come from; everybody knows it. */
const PHRASE = "test test test test test test test test test test test junk";

/** A local node's own account, with its key: for who signs by himself. */
export function localWallet(index: number, provider: Provider): BaseWallet {
  return HDNodeWallet.fromPhrase(PHRASE, undefined, `m/44'/60'/0'/0/${index.toString()}`).connect(provider);
}

export interface EmbeddedChain {
  readonly connection: NetworkConnection<"l1">;
  readonly chain: Chain;
  readonly provider: JsonRpcApiProvider;
  /** The node's own accounts, whose keys everybody knows. */
  readonly accounts: readonly JsonRpcSigner[];
  close(): Promise<void>;
}

/** What accounts of a chain for replays begin with: a world takes more ether when ether is cheap. {wei} */
const RICH = 10n ** 24n;

/** @param startTime Time of the first block, unix seconds. */
export async function startEmbeddedChain(startTime: number): Promise<EmbeddedChain> {
  return await embeddedChainOn(await connect(startTime));
}

export interface DirectOptions {
  /** Hardhat's if absent. */
  readonly client?: Client;
  /** Whether what a function needs is searched for once, and not with each estimate (as if absent). Estimates are then off by some thousandths. */
  readonly remembersGas?: boolean;
}

/**
 * The same, asked without detours, and with a clock that only blocks move: the same requests give the same chain, to the last bit.
 * @param startTime Time of the first block, unix seconds.
 * @throws {NoAnvil}
 */
export async function startDirectChain(
  startTime: number,
  { client = "hardhat", remembersGas = true }: DirectOptions = {},
): Promise<EmbeddedChain> {
  const genesis = { startTime, chainId: LOCAL_CHAIN_ID, balance: RICH };
  const other = client === "anvil" ? await AnvilNode.start(genesis) : undefined;
  try {
    return await directChain(startTime, remembersGas, other);
  } catch (error) {
    await other?.close();
    throw error;
  }
}

async function directChain(startTime: number, remembersGas: boolean, other?: AnvilNode): Promise<EmbeddedChain> {
  const { made: connection, node } = await withNode(startTime, () => connect(startTime, RICH), other);
  const provider = new DirectProvider(node, LOCAL_CHAIN_ID, remembersGas);
  return {
    connection,
    chain: new Chain(node),
    provider,
    accounts: await provider.listAccounts(),
    close: async () => {
      provider.destroy();
      await connection.close();
      await other?.close();
    },
  };
}

async function connect(startTime: number, balance?: bigint): Promise<NetworkConnection<"l1">> {
  return await network.create({
    network: "default",
    chainType: "l1",
    override: {
      initialDate: new Date(startTime * 1000),
      initialBaseFeePerGas: 1_000_000_000n,
      // Actors of a scenario send in an order that matters.
      mining: { auto: true, mempool: { order: "fifo" } },
      ...(balance === undefined ? {} : { accounts: { accountsBalance: balance } }),
    },
  });
}

/** What scenarios need of a chain that runs already, made anew: nothing is known of what was asked of it before. */
export async function embeddedChainOn(connection: NetworkConnection<"l1">): Promise<EmbeddedChain> {
  // The ethers provider that keepers use on any network: no cached answers, since blocks here come faster than its cache expires.
  const chainNetwork = Network.from(LOCAL_CHAIN_ID);
  const provider = new BrowserProvider(connection.provider, chainNetwork, {
    cacheTimeout: -1,
    staticNetwork: chainNetwork,
  });
  return {
    connection,
    chain: new Chain(connection.provider),
    provider,
    accounts: await provider.listAccounts(),
    close: async () => {
      provider.destroy();
      await connection.close();
    },
  };
}
