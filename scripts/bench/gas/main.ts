/**
 * `npm run bench:gas`: what the protocol's operations cost beside the same operations of its peers, on the same chain with the same tokens and feeds.
 *
 *   npm run bench:gas                 both tables, and how many accounts one transaction clears
 *   npm run bench:gas -- --json       the figures as JSON
 *   npm run bench:gas -- --update     also writes them to test/gas-snapshot.json and docs/gas.md
 */

import { parseArgs } from "node:util";

import { build } from "../../build.js";
import { clearMany } from "./crowd.js";
import { FEED_KINDS } from "./feeds.js";
import type { Figures } from "./figures.js";
import { buildPeers, measureAll } from "./run.js";
import { changes, readSnapshot, updateSnapshot, type Measured } from "./snapshot.js";
import { plainTable } from "./table.js";

const { values } = parseArgs({
  options: { json: { type: "boolean", default: false }, update: { type: "boolean", default: false } },
});

const tell = (line: string): void => {
  if (!values.json) console.log(line);
};

await build();
await buildPeers();
const measured: Measured = { oneSlot: {}, proxied: {} };
const titles = {
  oneSlot: "Feeds that keep their answer in one slot",
  proxied: "Feeds behind a proxy: Chainlink's cache of answers behind its aggregator proxy",
};
for (const kind of FEED_KINDS) {
  measured[kind] = await measureAll(kind, true);
  tell(`\n${titles[kind]} {gas}\n\n${plainTable(measured[kind])}`);
}
const cleared = await clearMany();
for (const { accounts, collaterals, state, gasLimit, gasUsed } of cleared) {
  tell(
    `\nabsorb of ${accounts.toString()} ${state} accounts with ${collaterals.toString()} collaterals: within a limit of ${gasLimit.toString()} gas, ${gasUsed.toString()} charged after refunds`,
  );
}
if (values.json) {
  console.log(JSON.stringify({ ops: measured.oneSlot, proxied: { ops: measured.proxied }, cleared }, null, 2));
}
if (values.update) {
  const before = await readSnapshot().catch((): Measured => ({ oneSlot: {}, proxied: {} }));
  await updateSnapshot(measured);
  tell("\nSnapshot and documentation updated:");
  for (const kind of FEED_KINDS) tellChanges(before[kind], measured[kind]);
}
// A chain would keep the command from ending.
process.exit(0);

function tellChanges(before: Figures, after: Figures): void {
  for (const { operation, column, was, is } of changes(before, after)) {
    tell(`  ${operation} of ${column}: ${was?.toString() ?? "new"} -> ${is?.toString() ?? "not measured"}`);
  }
}
