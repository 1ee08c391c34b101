/** The journal in a database. */

import { z } from "zod";

import { present } from "../../sdk/present.js";
import { JOB_NAMES, type JobName } from "../types.js";
import type { Database, Row, Run } from "./database.js";
import { migrate } from "./schema.js";
import {
  NumberTaken,
  type Entry,
  type Inclusion,
  type Intent,
  type IntentJob,
  type Journal,
  type Outcome,
  type SignedTransaction,
  type Standing,
  type Terms,
} from "./types.js";

/** Whose intents are meant: one table may hold those of several chains and keepers. */
export interface Whose {
  /** Id and first block, as local chains share their ids. */
  readonly chain: string;
  readonly sender: string;
}

/** Throws where the writer may not write any more; runs within the transaction that writes. */
export type Fence = (run: Run) => Promise<void>;

const UNIQUE_VIOLATION = "23505";
const OPEN = "('prepared', 'sent', 'included')";

// Both databases give big numbers as text or bigint, and JSON parsed or as text.
const big = z.union([z.string(), z.number(), z.bigint()]).transform((value) => BigInt(value));
const small = z.union([z.string(), z.number(), z.bigint()]).transform(Number);
const json = <T extends z.ZodTypeAny>(schema: T): z.ZodEffects<T, z.output<T>, unknown> =>
  z.preprocess((value) => (typeof value === "string" ? (JSON.parse(value) as unknown) : value), schema);

const intentRow = z.object({
  id: z.string(),
  nonce: small,
  job: z.string().transform(jobOf),
  subject: z.string(),
  accounts: json(z.array(z.string())),
  sales: small,
  expected: big,
  loss: big,
  purse: z.enum(["solvency", "rest"]),
  coin_price: big,
  gas_price: big,
  call_to: z.string(),
  call_data: z.string(),
  call_value: big,
  gas_limit: big,
  made_at: small,
  state: z.enum(["prepared", "sent", "included", "confirmed", "reverted", "replaced", "dropped"]),
  included_hash: z.string().nullable(),
  block_number: small.nullable(),
  block_hash: z.string().nullable(),
  succeeded: z.boolean().nullable(),
  gas_used: big.nullable(),
  fee: big.nullable(),
  flows: json(z.record(z.string().transform(BigInt)).nullable()),
  realised: big.nullable(),
});

const entryRow = intentRow.pick({ job: true, state: true, expected: true, fee: true, flows: true, realised: true });

const transactionRow = z.object({
  hash: z.string(),
  intent: z.string(),
  kind: z.enum(["work", "nothing"]),
  raw: z.string(),
  max_fee: big,
  tip: big,
  block: small,
});

export class SqlJournal implements Journal {
  readonly #database: Database;
  readonly #whose: readonly [string, string];
  readonly #fence: Fence | undefined;

  private constructor(database: Database, { chain, sender }: Whose, fence: Fence | undefined) {
    this.#database = database;
    this.#whose = [chain, sender];
    this.#fence = fence;
  }

  /**
   * Opens the journal of `whose`; the database is closed with it.
   * @param fence Where several processes share a key: whether this one may write.
   */
  static async open(database: Database, whose: Whose, fence?: Fence): Promise<SqlJournal> {
    await migrate(database);
    return new SqlJournal(database, whose, fence);
  }

  /** All of `work` or nothing of it, and nothing where the fence refuses. */
  async #write(work: (run: Run) => Promise<void>): Promise<void> {
    await this.#database.transaction(async (run) => {
      await this.#fence?.(run);
      await work(run);
    });
  }

  async open(): Promise<Intent[]> {
    return await this.#read(`state in ${OPEN}`, []);
  }

  async numbers(first: number): Promise<Map<number, Intent>> {
    const found = await this.#read("state <> 'dropped' and nonce >= $3", [first]);
    return new Map(found.map((intent) => [intent.nonce, intent]));
  }

  async prepare(intent: Intent): Promise<void> {
    const { call } = intent;
    const values = [
      ...[intent.id, ...this.#whose, intent.nonce, intent.job, intent.subject, JSON.stringify(intent.accounts)],
      ...[intent.sales, intent.expected.toString(), intent.loss.toString(), intent.purse, intent.coinPrice.toString()],
      intent.gasPrice.toString(),
      ...[call.to, call.data, call.value.toString(), call.gasLimit.toString(), intent.time, intent.state],
    ];
    const places = values.map((_, index) => `$${(index + 1).toString()}`).join(", ");
    try {
      await this.#write(async (run) => {
        await run(
          `insert into intents (id, chain, sender, nonce, job, subject, accounts, sales, expected, loss, purse, coin_price, gas_price,
             call_to, call_data, call_value, gas_limit, made_at, state) values (${places})`,
          values,
        );
        for (const [position, transaction] of intent.transactions.entries()) {
          await insertTransaction(run, intent.id, position, transaction);
        }
      });
    } catch (error) {
      if ((error as { code?: unknown }).code === UNIQUE_VIOLATION) throw new NumberTaken(intent.nonce);
      throw error;
    }
  }

  async replace(id: string, transaction: SignedTransaction, terms: Terms): Promise<void> {
    await this.#write(async (run) => {
      const [row] = await run("select count(*) as known from transactions where intent = $1", [id]);
      await insertTransaction(run, id, Number(present(row).known), transaction);
      const values = [id, terms.expected.toString(), terms.loss.toString(), terms.gasPrice.toString()];
      await run("update intents set expected = $2, loss = $3, gas_price = $4 where id = $1", values);
    });
  }

  async advance(id: string, { state, inclusion, outcome }: Standing): Promise<void> {
    const flows = outcome && Object.fromEntries(Object.entries(outcome.flows).map(([k, v]) => [k, v.toString()]));
    const values = [
      ...[id, state, inclusion?.hash ?? null, inclusion?.block ?? null, inclusion?.blockHash ?? null],
      ...[inclusion?.succeeded ?? null, inclusion?.gasUsed.toString() ?? null, inclusion?.fee.toString() ?? null],
      ...[flows === undefined ? null : JSON.stringify(flows), outcome?.realised.toString() ?? null],
    ];
    await this.#write(async (run) => {
      await run(
        `update intents set state = $2, included_hash = $3, block_number = $4, block_hash = $5, succeeded = $6,
         gas_used = $7, fee = $8, flows = $9, realised = $10 where id = $1`,
        values,
      );
    });
  }

  async since(time: number): Promise<Intent[]> {
    return await this.#read("made_at >= $3", [time]);
  }

  async entries(): Promise<Entry[]> {
    const rows = await this.#database.run(
      "select job, state, expected, fee, flows, realised from intents where chain = $1 and sender = $2",
      [...this.#whose],
    );
    return rows.map((row) => {
      const { job, state, expected, fee, flows, realised } = entryRow.parse(row);
      return {
        ...{ job, state, expected },
        ...(fee === null ? {} : { inclusion: { fee } }),
        ...(flows === null || realised === null ? {} : { outcome: { flows, realised } }),
      };
    });
  }

  async probe(): Promise<void> {
    await this.#database.run(
      "insert into probe (id, probed_at) values (1, now()) on conflict (id) do update set probed_at = excluded.probed_at",
    );
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  async #read(condition: string, parameters: unknown[]): Promise<Intent[]> {
    const mine = `chain = $1 and sender = $2 and ${condition}`;
    const all = [...this.#whose, ...parameters];
    const rows = await this.#database.run(`select * from intents where ${mine} order by nonce, made_at`, all);
    if (rows.length === 0) return [];
    const transactions = await this.#database.run(
      `select * from transactions where intent in (select id from intents where ${mine}) order by intent, position`,
      all,
    );
    const byIntent = new Map<string, SignedTransaction[]>();
    for (const row of transactions.map((found) => transactionRow.parse(found))) {
      const list = byIntent.get(row.intent) ?? [];
      byIntent.set(row.intent, list);
      const { hash, raw, kind, max_fee: maxFee, tip, block } = row;
      list.push({ hash, raw, kind, maxFee, tip, block });
    }
    return rows.map((row) => toIntent(row, byIntent));
  }
}

async function insertTransaction(run: Run, intent: string, position: number, signed: SignedTransaction): Promise<void> {
  const { hash, kind, raw, maxFee, tip, block } = signed;
  await run(
    `insert into transactions (hash, intent, position, kind, raw, max_fee, tip, block)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [hash, intent, position, kind, raw, maxFee.toString(), tip.toString(), block],
  );
}

function jobOf(text: string): IntentJob {
  if (text === "gap") return text;
  // What a later version calls a job is still its name.
  return JOB_NAMES.find((name) => name === text) ?? (text as JobName);
}

function toIntent(row: Row, transactions: ReadonlyMap<string, SignedTransaction[]>): Intent {
  const r = intentRow.parse(row);
  const inclusion: Inclusion | undefined =
    r.included_hash === null
      ? undefined
      : {
          hash: r.included_hash,
          block: present(r.block_number),
          blockHash: present(r.block_hash),
          succeeded: present(r.succeeded),
          gasUsed: present(r.gas_used),
          fee: present(r.fee),
        };
  const outcome: Outcome | undefined =
    r.flows === null || r.realised === null ? undefined : { flows: r.flows, realised: r.realised };
  return {
    id: r.id,
    nonce: r.nonce,
    job: r.job,
    subject: r.subject,
    accounts: r.accounts,
    sales: r.sales,
    expected: r.expected,
    loss: r.loss,
    purse: r.purse,
    coinPrice: r.coin_price,
    gasPrice: r.gas_price,
    call: { to: r.call_to, data: r.call_data, value: r.call_value, gasLimit: r.gas_limit },
    time: r.made_at,
    state: r.state,
    transactions: transactions.get(r.id) ?? [],
    ...(inclusion === undefined ? {} : { inclusion }),
    ...(outcome === undefined ? {} : { outcome }),
  };
}
