/**
 * A process that indexes an engine into a database, a few blocks at a step, until it is at the head, and kills itself after so many steps. Prints where it
 * begins, each block that it has taken in, and at the end what it knows of positions and how many events.
 *
 *   node --import tsx test/support/indexer-child.ts <url> <directory or database> <engine> <steps or none>
 */

import { JsonRpcProvider } from "ethers";

import { headerOf } from "../../indexer/chain.js";
import { Archive } from "../../indexer/history/archive.js";
import { Indexer } from "../../indexer/indexer.js";
import { START } from "../../indexer/sql.js";
import { embeddedDatabase, serverDatabase } from "../../keeper/journal/database.js";
import { present } from "../../sdk/present.js";

const [url = "", place = "", engine = "", steps = ""] = process.argv.slice(2);
const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, batchMaxCount: 1 });
const database = await (place.startsWith("postgres") ? serverDatabase(place) : embeddedDatabase(place, "index"));
let left = Number(steps === "none" ? Infinity : steps);
const indexer = await Indexer.open({
  provider,
  database,
  identity: { chain: "chain", engine },
  contracts: { engine },
  firstBlock: 0,
  depth: 8,
  span: 7,
  onStep: ({ number }) => {
    console.log(`at ${number.toString()}`);
    left -= 1;
    // In the middle of what comes next: its reads are on their way, or its transaction is open.
    if (left === 0) setTimeout(() => process.kill(process.pid, "SIGKILL"), 3);
  },
});
const { store } = indexer;
console.log(`from ${(await store.recent())[0]?.number.toString() ?? "nothing"}`);
await indexer.follow(headerOf(present(await provider.getBlock("latest"))));
const { positions } = await store.page(START, undefined, 1_000);
const known = positions.map(([account, { debtShares, holdings }]) => {
  const held = holdings.map(({ asset, amount }) => `${asset.toString()}:${amount.toString()}`);
  return `${account} ${debtShares.toString()} ${held.join(",")}`;
});
console.log(`known ${known.sort().join("; ")}`);
const paging = { after: undefined, limit: 1_000, newestFirst: false };
const { items } = await new Archive(database, `chain-${engine}`).events({}, paging);
console.log(`told ${items.map(({ block, log }) => `${block.toString()}.${log.toString()}`).join(" ")}`);
await database.close();
provider.destroy();
