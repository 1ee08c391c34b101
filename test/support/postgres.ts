/** A PostgreSQL server of a test's own, from the programs that the machine has. */

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import pg from "pg";
import { freePort } from "./port.js";

export interface PostgresServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** The server refuses to run as root. */
function owner(): { uid?: number; gid?: number } | undefined {
  if (process.getuid?.() !== 0) return {};
  const number = (flag: string): number =>
    Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout || "NaN");
  const [uid, gid] = [number("-u"), number("-g")];
  return Number.isInteger(uid) && Number.isInteger(gid) ? { uid, gid } : undefined;
}

/** Starts a server with nothing in it on a free port of the loopback interface; undefined where the machine has none. */
export async function startPostgres(): Promise<PostgresServer | undefined> {
  const as = owner();
  if (as === undefined || spawnSync("initdb", ["--version"]).status !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-postgres-"));
  if (as.uid !== undefined && as.gid !== undefined) chownSync(folder, as.uid, as.gid);
  const data = join(folder, "data");
  const made = spawnSync("initdb", ["-D", data, "-U", "keeper", "-A", "trust", "--no-sync"], { ...as, cwd: folder });
  if (made.status !== 0) return undefined;
  const port = await freePort();
  const server = spawn("postgres", ["-D", data, "-p", port.toString(), "-h", "127.0.0.1", "-k", folder], {
    ...as,
    cwd: folder,
    stdio: "ignore",
  });
  const url = `postgres://keeper@127.0.0.1:${port.toString()}/postgres`;
  await answers(server, url);
  return {
    url,
    stop: async () => {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      // At once: nobody wants its data.
      server.kill("SIGQUIT");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(server: ChildProcess, url: string): Promise<void> {
  while (server.exitCode === null) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error("the PostgreSQL server ended");
}
