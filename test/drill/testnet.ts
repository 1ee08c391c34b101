/**
 * `npm run rehearse -- sepolia`: a node that looks like a public test network, with its chain id and its things at their real addresses, to try a deployment on.
 * It lives until Ctrl-C.
 */

import { PUBLIC_NETWORKS } from "../../deploy/networks/network.js";
import { openTestnet } from "../support/testnet.js";

const name = PUBLIC_NETWORKS.find((known) => known === process.argv[2]);
if (name === undefined) {
  console.error(`Say which network: ${PUBLIC_NETWORKS.join(", ")}`);
  process.exit(2);
}
const { url, deployer, guardian, plimHolder, folder, close } = await openTestnet(name);
const where = `--network ${name} --rpc ${url} --out ${folder}`;
console.log(`A chain like ${name} answers at ${url}. Its deployer is ${deployer.address}. Try:`);
console.log(
  `  npm run plimsoll -- deploy ${where} --from ${deployer.address} --guardian ${guardian} --plim-holder ${plimHolder}`,
);
console.log(`  npm run plimsoll -- verify-deployment ${where}`);
console.log("Ctrl-C ends it.");
await new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
await close();
