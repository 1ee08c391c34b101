/**
 * A process that gives a friend 1 wei through an executor with a journal, unless the friend has it or the journal has it open, and kills itself at a step
 * of that. Prints what it finds and what it ends with.
 *
 *   node --import tsx test/support/keeper-child.ts <url> <journal directory or database> <account> <friend> <step or none>
 */

import { HDNodeWallet, JsonRpcProvider } from "ethers";

import { Executor } from "../../keeper/execution/executor.js";
import { firstOffer } from "../../keeper/execution/fees.js";
import { openJournal } from "../../keeper/journal/open.js";
import { present } from "../../sdk/present.js";

const GWEI = 10n ** 9n;
const RULES = { priorityFee: GWEI, ceiling: 500n * GWEI, bumpPercent: 12.5, patience: 2, confirmations: 2 };
const PHRASE = "test test test test test test test test test test test junk";
const PAUSE = 20;

const [url = "", place = "", account = "", friend = "", step = ""] = process.argv.slice(2);
const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, batchMaxCount: 1 });
const wallet = HDNodeWallet.fromPhrase(PHRASE, undefined, `m/44'/60'/0'/0/${account}`).connect(provider);
const where = place.startsWith("postgres") ? { databaseUrl: place } : { directory: place };
const { journal, lease } = await openJournal(where, provider, wallet.address);
// The server may not have noticed yet that the process before is gone.
while (lease?.term === undefined && lease !== undefined) await new Promise((resolve) => setTimeout(resolve, PAUSE));
lease?.begin();
const executor = new Executor({
  provider,
  signer: wallet,
  journal,
  rules: RULES,
  ...(lease === undefined ? {} : { permit: () => lease.permit() }),
  watch: (point) => {
    if (point === step) process.kill(process.pid, "SIGKILL");
  },
});

const head = async () => {
  const { number, timestamp, baseFeePerGas } = present(await provider.getBlock("latest"));
  return { number, timestamp, baseFee: baseFeePerGas ?? 0n };
};
await executor.load();
console.log(`found ${(await journal.open()).map((i) => i.state).join(" ") || "nothing"}`);
for (;;) {
  const at = await head();
  const { errors } = await executor.settle(at);
  if (errors.length > 0) throw errors[0];
  if (executor.open === 0) {
    if ((await provider.getBalance(friend)) > 0n) break;
    const call = { to: friend, data: "0x", value: 1n, gasLimit: 21_000n };
    const about = { job: "rate", subject: "", accounts: [], sales: 0, purse: "rest" } as const;
    const terms = { expected: 0n, loss: 0n, coinPrice: 0n, gasPrice: 0n };
    await executor.submit({ ...about, ...terms, call }, present(firstOffer(at.baseFee, RULES)), at);
  }
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
}
const all = await journal.since(0);
console.log(`done ${all.map((i) => `${i.nonce.toString()}:${i.state}`).join(" ")}`);
await lease?.close();
await journal.close();
provider.destroy();
