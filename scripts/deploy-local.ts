/** `npm run deploy:local`: deploys the local world to the node on 127.0.0.1:8545 and writes its address book. */

import { network } from "hardhat";

import { writeAddressBook } from "../deploy/address-book.js";
import { deployLocal } from "../deploy/local.js";

const connection = await network.create({ network: "localhost", chainType: "l1" });
const book = await deployLocal(connection);
const path = writeAddressBook({ ...book, rpcUrl: "http://127.0.0.1:8545" });
for (const [name, address] of Object.entries({ ...book.contracts, ...book.tokens, faucet: book.faucet })) {
  console.log(`${name.padEnd(12)} ${address}`);
}
console.log(`\nWritten to ${path}`);
await connection.close();
