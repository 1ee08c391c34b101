/**
 * Leads while it holds an advisory lock of the journal's PostgreSQL server. The lock belongs to a session of its own, and ends with it: at once when the process
 * dies, and when the server has heard nothing for {@link Timing.idle}, which is the case for a process that is stopped and for a network that is cut.
 *
 * Nothing that a former leader does comes through. It knows by its own clock that the server may have ended its session before the server does so. Should it
 * not look at its clock, then what it writes is refused: every transaction that writes checks that the term is still its own and the lock its session's, and
 * holds on to the term until it is committed, so that the next term begins after it or it fails. Nothing is sent that was not written.
 */

import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";
import { z } from "zod";

import type { Run } from "../journal/database.js";
import { JournalError } from "../journal/types.js";
import { reasonOf, SILENT, type Log } from "../log.js";
import { NotLeading, type Leadership } from "./leadership.js";

export interface Timing {
  /** Between two questions to the server: whether the lock can be had, or is still held. {ms} */
  readonly beat: number;
  /** For so long after a question the answer counts; less than `idle`, by more than clocks differ in that time. {ms} */
  readonly valid: number;
  /** A session that says nothing for so long is ended by the server. {ms} */
  readonly idle: number;
}

/** Somebody else leads after `idle`, one `beat` and a look: within 15 s. */
const USUAL: Timing = { beat: 1_000, valid: 5_000, idle: 7_000 };
/** For a connection to be made, and for a statement to wait for others. {ms} */
const PATIENCE = 5_000;
/** The first that ends sessions that are idle. */
const LEAST_VERSION = 140_000;

export interface LeaseOptions {
  readonly url: string;
  /** As the journal has them. */
  readonly chain: string;
  readonly sender: string;
  readonly timing?: Timing;
  readonly log?: Log;
}

interface Session {
  readonly client: pg.Client;
  /** The server's process that serves it. */
  readonly pid: number;
}

interface Term extends Session {
  readonly number: number;
}

const session = z.object({ pid: z.number(), version: z.coerce.number() });
const whole = z.union([z.string(), z.number()]).transform(Number);
const leader = z.object({ holder: z.string() });

/** Whether the lock is held by the session, and the term is still its own. */
const HELD = `
  select term = $3 and exists (
    select from pg_locks
    where locktype = 'advisory' and objsubid = 1 and granted and pid = $5
      and database = (select oid from pg_database where datname = current_database())
      and ((classid::bigint << 32) | objid::bigint) = $4
  ) as held from leaders where chain = $1 and sender = $2`;

export class Lease implements Leadership {
  readonly #options: LeaseOptions;
  readonly #timing: Timing;
  readonly #log: Log;
  readonly #key: string;
  readonly #stop = new AbortController();
  #session: Session | undefined;
  #term: Term | undefined;
  /** The term in which the present look began. */
  #acting: number | undefined;
  /** When the last question was asked that was answered. {ms}, monotonic */
  #confirmedAt = -Infinity;
  #fault: string | undefined;
  #leader = "";
  #running: Promise<void> = Promise.resolve();

  private constructor(options: LeaseOptions) {
    this.#options = options;
    this.#timing = options.timing ?? USUAL;
    this.#log = options.log ?? SILENT;
    this.#key = keyOf(options.chain, options.sender);
  }

  /**
   * Tries to lead, and goes on trying. The journal's tables must be there.
   * @throws {JournalError} where the server cannot do what is needed.
   */
  static async start(options: LeaseOptions): Promise<Lease> {
    const lease = new Lease(options);
    try {
      await lease.#step();
    } catch (error) {
      await lease.#leave();
      if (error instanceof JournalError) throw error;
      throw new JournalError(`whether another keeper leads cannot be told: ${reasonOf(error)}`);
    }
    lease.#running = lease.#run();
    return lease;
  }

  // ---- who leads

  /** Number of the term in which this process leads now. */
  get term(): number | undefined {
    const fresh = performance.now() - this.#confirmedAt < this.#timing.valid;
    return fresh ? this.#term?.number : undefined;
  }

  /** Why it cannot tell who leads; undefined while it can. */
  get fault(): string | undefined {
    return this.#fault;
  }

  begin(): number | undefined {
    this.#acting = this.term;
    return this.#acting;
  }

  permit(): void {
    const { term } = this;
    if (term !== undefined && term === this.#acting) return;
    if (term !== undefined) throw new NotLeading("its term is over, and another one has begun");
    throw new NotLeading(
      this.#term === undefined ? (this.#fault ?? "another one does") : "the lock was not confirmed in time",
    );
  }

  /**
   * The fence: within a transaction that writes, before it does.
   * @throws {NotLeading}
   */
  async fence(run: Run): Promise<void> {
    this.permit();
    const term = this.#term;
    const [row] = term === undefined ? [] : await run(`${HELD} for share of leaders`, this.#parameters(term));
    if (row?.held !== true) throw new NotLeading("its term is over");
  }

  #parameters({ number, pid }: Term): unknown[] {
    const { chain, sender } = this.#options;
    return [chain, sender, number, this.#key, pid];
  }

  // ---- its life

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      // Rejects only when it is to end.
      await sleep(this.#timing.beat, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await this.#step().catch((error: unknown) => {
        if (!signal.aborted) this.#lose(reasonOf(error));
      });
    }
  }

  async #step(): Promise<void> {
    this.#session ??= await this.#connect();
    if (this.#term === undefined) await this.#try(this.#session);
    else await this.#confirm(this.#term);
    this.#fault = undefined;
  }

  async #connect(): Promise<Session> {
    const { beat, idle } = this.#timing;
    const client = new pg.Client({
      connectionString: this.#options.url,
      connectionTimeoutMillis: PATIENCE,
      // Longer than the server waits for this side: then the session is over anyway.
      query_timeout: idle,
      statement_timeout: PATIENCE,
      keepAlive: true,
      keepAliveInitialDelayMillis: beat,
      application_name: "plimsoll-keeper leader",
    });
    const gone = (reason: string): void => {
      if (this.#session?.client === client) this.#lose(reason);
    };
    client.on("error", (error) => gone(reasonOf(error)));
    client.on("end", () => gone("its connection was closed"));
    try {
      await client.connect();
      const { rows } = await client.query<Record<string, unknown>>(
        "select pg_backend_pid() as pid, current_setting('server_version_num') as version",
      );
      const { pid, version } = session.parse(rows[0]);
      if (version < LEAST_VERSION) {
        throw new JournalError("several keepers with one key need PostgreSQL 14 or later");
      }
      await client.query(`set idle_session_timeout = ${idle.toString()}`);
      // Where the other side has gone without a word the server notices that by itself as well.
      await client.query("set tcp_keepalives_idle = 2; set tcp_keepalives_interval = 1; set tcp_keepalives_count = 4");
      return { client, pid };
    } catch (error) {
      discard(client);
      throw error;
    }
  }

  async #try(at: Session): Promise<void> {
    const { chain, sender } = this.#options;
    const asked = performance.now();
    const { rows } = await at.client.query<{ taken: boolean }>("select pg_try_advisory_lock($1) as taken", [this.#key]);
    if (rows[0]?.taken !== true) {
      await this.#standBy(at);
      return;
    }
    // Waits for what the leader before is committing at this moment.
    const { rows: begun } = await at.client.query<{ term: unknown }>(
      `insert into leaders (chain, sender, term, holder, taken_at) values ($1, $2, 1, $3, now())
         on conflict (chain, sender) do update
           set term = leaders.term + 1, holder = excluded.holder, taken_at = excluded.taken_at
         returning term`,
      [chain, sender, `${hostname()}:${process.pid.toString()}`],
    );
    this.#term = { ...at, number: whole.parse(begun[0]?.term) };
    this.#confirmedAt = asked;
    this.#leader = "";
    this.#log.info({ term: this.#term.number }, "leads");
  }

  /** Says who leads, once for each. */
  async #standBy({ client }: Session): Promise<void> {
    const { chain, sender } = this.#options;
    const { rows } = await client.query<Record<string, unknown>>(
      "select holder from leaders where chain = $1 and sender = $2",
      [chain, sender],
    );
    const found = leader.safeParse(rows[0]);
    const holder = found.success ? found.data.holder : "somebody";
    if (holder !== this.#leader) this.#log.info({ leader: holder }, "stands by: another process leads");
    this.#leader = holder;
  }

  async #confirm(term: Term): Promise<void> {
    const asked = performance.now();
    const { rows } = await term.client.query<Record<string, unknown>>(
      `select pg_backend_pid() as pid, (${HELD}) as held`,
      this.#parameters(term),
    );
    const [row] = rows;
    // Behind a pool of connections a session is not one's own.
    if (row?.held !== true || row.pid !== term.pid) throw new Error("the lock is not held any more");
    this.#confirmedAt = asked;
  }

  /** From now on it does not lead, whatever is under way. */
  #lose(reason: string): void {
    const [led, at] = [this.#term !== undefined, this.#session];
    this.#term = this.#session = undefined;
    if (at !== undefined) discard(at.client);
    if (led) this.#log.warn({ reason }, "does not lead any more");
    else if (this.#fault === undefined) this.#log.warn({ reason }, "who leads cannot be told");
    this.#fault = reason;
  }

  /** Leaves it to others, at once. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#leave();
    await this.#running;
    // A connection that was being made meanwhile.
    await this.#leave();
  }

  async #leave(): Promise<void> {
    const at = this.#session;
    this.#term = this.#session = undefined;
    if (at === undefined) return;
    // A server that does not answer ends the session by itself.
    const late = sleep(this.#timing.beat, undefined, { ref: false });
    await Promise.race([at.client.end().catch(() => undefined), late]);
    discard(at.client);
  }
}

/** Ends a connection without asking the other side. */
function discard(client: pg.Client): void {
  client.removeAllListeners("end");
  // Of what is still under way.
  client.on("error", () => undefined);
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

/** What the lock is called: 64 bits of the chain and the address. */
function keyOf(chain: string, sender: string): string {
  const digest = createHash("sha256").update(`plimsoll-keeper ${chain} ${sender.toLowerCase()}`).digest();
  return digest.readBigInt64BE().toString();
}
