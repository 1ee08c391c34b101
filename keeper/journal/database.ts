/** The two databases that a journal may be in, behind one small interface. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";

import { PGlite } from "@electric-sql/pglite";
import pg from "pg";

import { reasonOf } from "../log.js";
import { lockDirectory } from "./lock.js";
import { JournalError } from "./types.js";

export type Row = Readonly<Record<string, unknown>>;
/** Runs one statement. */
export type Run = (sql: string, parameters?: unknown[]) => Promise<Row[]>;

export interface Database {
  readonly run: Run;
  /** All of `work` or nothing of it; it outlives the process from when this resolves. */
  transaction<T>(work: (run: Run) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** {ms} */
const CONNECT_TIMEOUT = 5_000;
const STATEMENT_TIMEOUT = 10_000;
/** After that long without an answer the server is out of reach, whatever the connection says. {ms} */
const ANSWER_TIMEOUT = 12_000;
/** A process that stops within a transaction does not keep its locks for longer. {ms} */
const STALLED = 5_000;

/**
 * A database of files in `directory`, which only one process may have open.
 * @param what What it holds.
 * @throws {JournalError}
 */
export async function embeddedDatabase(directory: string, what = "journal"): Promise<Database> {
  mkdirSync(directory, { recursive: true });
  const unlock = lockDirectory(
    directory,
    (pid) =>
      new JournalError(
        `the ${what} in ${directory} is in use by process ${pid}: one process at a time can have it open. ` +
          "Several keepers with one key need a PostgreSQL server (DATABASE_URL)",
      ),
  );
  let lite: PGlite;
  try {
    lite = await startLite(join(directory, what));
  } catch (error) {
    unlock();
    throw new JournalError(`the ${what} in ${directory} cannot be opened: ${reasonOf(error)}`, { cause: error });
  }
  return overLite(lite, unlock);
}

/** A database that ends with the process. */
export async function memoryDatabase(): Promise<Database> {
  return overLite(await startLite(), () => undefined);
}

/**
 * Starts PGlite with V8's collection of compiled WebAssembly switched off: it may abort the whole process ("Check failed:
 * jit_page_->allocations_.erase(addr) == 1", nodejs/node#64500) when code that was compiled better is given back. What is kept instead, the
 * first versions of PGlite's functions, is some megabytes.
 */
async function startLite(directory?: string): Promise<PGlite> {
  setFlagsFromString("--no-wasm-code-gc");
  return await PGlite.create(directory);
}

function overLite(lite: PGlite, closed: () => void): Database {
  return {
    run: async (sql, parameters) => (await lite.query<Row>(sql, parameters)).rows,
    transaction: async (work) =>
      await lite.transaction(
        async (tx) => await work(async (sql, parameters) => (await tx.query<Row>(sql, parameters)).rows),
      ),
    close: async () => {
      await lite.close();
      closed();
    },
  };
}

/**
 * A PostgreSQL server.
 * @throws {JournalError}
 */
export async function serverDatabase(url: string): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    statement_timeout: STATEMENT_TIMEOUT,
    query_timeout: ANSWER_TIMEOUT,
    idle_in_transaction_session_timeout: STALLED,
    keepAlive: true,
    application_name: "plimsoll-keeper",
  });
  // Of idle connections: the next statement tells whoever needs one.
  pool.on("error", () => undefined);
  try {
    await pool.query("select 1");
  } catch (error) {
    await pool.end();
    throw new JournalError(`the journal's PostgreSQL server does not answer: ${reasonOf(error)}`);
  }
  return {
    run: async (sql, parameters) => (await pool.query<Record<string, unknown>>(sql, parameters)).rows,
    transaction: async (work) => {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query("begin");
        const result = await work(
          async (sql, parameters) => (await client.query<Record<string, unknown>>(sql, parameters)).rows,
        );
        await client.query("commit");
        return result;
      } catch (error) {
        await client.query("rollback").catch((cause: unknown) => {
          broken = cause instanceof Error ? cause : new Error(String(cause));
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
    close: async () => {
      await pool.end();
    },
  };
}
