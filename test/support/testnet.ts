/** A public test network without internet: anvil with its chain id, and what it has at the addresses where it has it. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { JsonRpcProvider, Network, parseEther, toQuantity, type BaseWallet } from "ethers";

import { networkPath, readNetwork, type PublicNetwork, type PublicNetworkName } from "../../deploy/networks/network.js";
import { setStage, Stage, type FeedMaker } from "../../deploy/stage.js";
import { startAnvil, type Anvil } from "../../keeper/rehearsal/anvil.js";
import { localWallet } from "../../replay/chain/embedded.js";

/** Accounts of the node: who sets the stage, who deploys, and who comes after. */
const [STAGE, DEPLOYER, GUARDIAN, HOLDER] = [0, 1, 2, 3];

/** A feed as consumers know it: a proxy with a description, in front of Chainlink's mock. */
export const proxyFeed: FeedMaker = async (stage, _name, description, decimals, answer) =>
  await stage.own("ProxyFeed", await stage.own("MockV3Aggregator", decimals, answer), description);

export interface Testnet {
  readonly network: PublicNetwork;
  readonly url: string;
  readonly provider: JsonRpcProvider;
  /** With ether, and the tokens that faucets of the network give. */
  readonly deployer: BaseWallet & { readonly privateKey: string };
  readonly guardian: string;
  readonly plimHolder: string;
  /** For journals and address books; gone afterwards. */
  readonly folder: string;
  close(): Promise<void>;
}

export async function openTestnet(name: PublicNetworkName): Promise<Testnet> {
  const network = readNetwork(networkPath(name));
  const anvil: Anvil = await startAnvil(["--chain-id", network.chainId.toString(), "--hardfork", "osaka"]);
  const chain = Network.from(network.chainId);
  const provider = new JsonRpcProvider(anvil.url, chain, { staticNetwork: chain, cacheTimeout: -1, batchMaxCount: 1 });
  const deployer = localWallet(DEPLOYER, provider) as Testnet["deployer"];
  await setStage(new Stage(provider, await provider.getSigner(STAGE)), network, deployer.address, proxyFeed);
  await provider.send("anvil_setBalance", [deployer.address, toQuantity(parseEther("10"))]);
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-testnet-"));
  return {
    network,
    url: anvil.url,
    provider,
    deployer,
    guardian: localWallet(GUARDIAN, provider).address,
    plimHolder: localWallet(HOLDER, provider).address,
    folder,
    close: async () => {
      provider.destroy();
      await anvil.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
