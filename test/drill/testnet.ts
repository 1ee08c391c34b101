/**
 * `npm run rehearse -- sepolia`: a node that looks like a public test network, with its chain id and its things at their real addresses, to try a deployment on,
 * and what comes after it. It lives until Ctrl-C.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { BaseWallet } from "ethers";

import { PUBLIC_NETWORKS } from "../../deploy/networks/network.js";
import { localWallet } from "../../replay/chain/embedded.js";
import { openTestnet } from "../support/testnet.js";
import { commandsOf } from "./commands.js";

/** Account of the node; those before have parts of their own. */
const OPERATOR = 4;

const name = PUBLIC_NETWORKS.find((known) => known === process.argv[2]);
if (name === undefined) {
  console.error(`Say which network: ${PUBLIC_NETWORKS.join(", ")}`);
  process.exit(2);
}
const testnet = await openTestnet(name);
const { network, url, provider, deployer, folder } = testnet;
// Whoever waits for confirmations gets them, as on a network.
testnet.keepMining();
const config = join(folder, "keeper.json");
writeFileSync(config, `${JSON.stringify({ journal: { directory: join(folder, "keeper") } }, null, 2)}\n`);
const operator = localWallet(OPERATOR, provider) as BaseWallet & { readonly privateKey: string };
console.log(`A chain like ${name} answers at ${url}. Its deployer is ${deployer.address}. Try:`);
for (const command of commandsOf({
  ...testnet,
  name,
  chainId: network.chainId,
  deployer: deployer.address,
  operatorKey: operator.privateKey,
  config,
})) {
  console.log(`  ${command}`);
}
console.log("Ctrl-C ends it.");
await new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
await testnet.close();
