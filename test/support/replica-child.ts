/**
 * One of several processes with one key and one journal: while it leads it gives a friend 1 wei after the other, several at once, and sees them through. Prints
 * what it does, one JSON object a line, until it is told to stop.
 *
 *   node --import tsx test/support/replica-child.ts <url> <database> <account> <friend>
 */

import { HDNodeWallet, JsonRpcProvider } from "ethers";

import { Executor } from "../../keeper/execution/executor.js";
import { firstOffer } from "../../keeper/execution/fees.js";
import { openJournal } from "../../keeper/journal/open.js";
import { reasonOf } from "../../keeper/log.js";
import { NotLeading } from "../../keeper/replicas/leadership.js";
import { present } from "../../sdk/present.js";

const GWEI = 10n ** 9n;
const RULES = { priorityFee: GWEI, ceiling: 500n * GWEI, bumpPercent: 12.5, patience: 5, confirmations: 2 };
const PHRASE = "test test test test test test test test test test test junk";
const PAUSE = 20;
/** On their way at once. */
const MANY = 5;

const [url = "", databaseUrl = "", account = "", friend = ""] = process.argv.slice(2);
const say = (fields: object): void => console.log(JSON.stringify({ at: Date.now(), ...fields }));
const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, batchMaxCount: 1 });
const wallet = HDNodeWallet.fromPhrase(PHRASE, undefined, `m/44'/60'/0'/0/${account}`).connect(provider);
const { journal, lease: found } = await openJournal({ databaseUrl }, provider, wallet.address);
const lease = present(found, "lease");
const executor = new Executor({
  provider,
  signer: wallet,
  journal,
  rules: RULES,
  permit: () => lease.permit(),
});

const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
let term: number | undefined;
say({ event: "started" });
while (!stop.signal.aborted) {
  const now = lease.begin();
  if (now !== term) {
    executor.forget();
    say({ event: now === undefined ? "stands by" : "leads", term: now, open: (await journal.open()).length });
    term = now;
  }
  try {
    if (term !== undefined) await work();
  } catch (error) {
    say({ event: error instanceof NotLeading ? "refused" : "failed", reason: reasonOf(error) });
  }
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
}
await lease.close();
await journal.close();
provider.destroy();
say({ event: "stopped" });

async function work(): Promise<void> {
  const { number, timestamp, baseFeePerGas } = present(await provider.getBlock("latest"));
  const at = { number, timestamp, baseFee: baseFeePerGas ?? 0n };
  const { errors } = await executor.settle(at);
  if (errors.length > 0) throw errors[0];
  while (executor.open < MANY) {
    const call = { to: friend, data: "0x", value: 1n, gasLimit: 21_000n };
    const about = { job: "rate", subject: "", accounts: [], sales: 0, purse: "rest" } as const;
    const terms = { expected: 0n, loss: 0n, coinPrice: 0n, gasPrice: 0n };
    const { nonce } = await executor.submit({ ...about, ...terms, call }, present(firstOffer(at.baseFee, RULES)), at);
    say({ event: "sent", nonce });
  }
}
