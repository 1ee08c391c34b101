/** What can be tried on a node that looks like a public network, in the order in which it works. */

import { addressBookPath } from "../../deploy/address-book.js";

/** As much of it as commands name. */
export interface Stage {
  readonly name: string;
  readonly chainId: number;
  readonly url: string;
  /** Accounts of the node. */
  readonly deployer: string;
  readonly guardian: string;
  readonly plimHolder: string;
  /** Whose keeper it is: a key that everybody knows, as of all accounts of the node. */
  readonly operatorKey: string;
  /** Where the deployment is written, and the keeper's file: it gets the addresses of what the keeper has deployed. */
  readonly folder: string;
  readonly config: string;
}

export function commandsOf(stage: Stage): string[] {
  const { name, chainId, url, deployer, guardian, plimHolder, operatorKey, folder, config } = stage;
  const chain = `--network ${name} --rpc ${url}`;
  const deployed = `${chain} --addresses ${addressBookPath({ chainId }, folder)}`;
  const plimsoll = "npm run --silent plimsoll --";
  const keeper = `PLIMSOLL_PRIVATE_KEY=${operatorKey} ${plimsoll} keeper`;
  return [
    `${plimsoll} deploy ${chain} --out ${folder} --from ${deployer} --guardian ${guardian} --plim-holder ${plimHolder}`,
    `${plimsoll} verify-deployment ${chain} --out ${folder}`,
    `${plimsoll} assets ${deployed}`,
    `${plimsoll} governance delegate ${plimHolder} ${deployed} --from ${plimHolder}`,
    `${keeper} deploy ${deployed} --config ${config} --execute`,
    `${keeper} ${deployed} --config ${config} --execute`,
  ];
}
