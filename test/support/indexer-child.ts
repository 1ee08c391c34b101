/**
 * A process that follows an engine's events into a database, a few blocks at a step, until it is at the head, and kills itself after so many steps. Prints where it
 * begins, each block that it has taken in, and what it knows at the end.
 *
 *   node --import tsx test/support/indexer-child.ts <url> <directory or database> <engine> <steps or none>
 */

import { JsonRpcProvider } from "ethers";

import { engineEvents, headerOf } from "../../indexer/chain.js";
import { Follower } from "../../indexer/follower.js";
import { SqlStore, START } from "../../indexer/sql.js";
import { embeddedDatabase, serverDatabase } from "../../keeper/journal/database.js";
import { present } from "../../sdk/present.js";

const [url = "", place = "", engine = "", steps = ""] = process.argv.slice(2);
const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, batchMaxCount: 1 });
const database = await (place.startsWith("postgres") ? serverDatabase(place) : embeddedDatabase(place, "index"));
const store = await SqlStore.open(database, engine);
console.log(`from ${(await store.recent())[0]?.number.toString() ?? "nothing"}`);
let left = Number(steps === "none" ? Infinity : steps);
const follower = new Follower({
  chain: engineEvents(provider, engine),
  store,
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
await follower.follow(headerOf(present(await provider.getBlock("latest"))));
const { positions } = await store.page(START, undefined, 1_000);
const known = positions.map(([account, { debtShares, holdings }]) => {
  const held = holdings.map(({ asset, amount }) => `${asset.toString()}:${amount.toString()}`);
  return `${account} ${debtShares.toString()} ${held.join(",")}`;
});
console.log(`known ${known.sort().join("; ")}`);
await database.close();
provider.destroy();
