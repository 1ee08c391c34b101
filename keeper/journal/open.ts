/** Opens the journal that the configuration names. */

import { homedir } from "node:os";
import { join } from "node:path";

import type { Provider } from "ethers";

import { present } from "../../sdk/present.js";
import { Lease, type LeaseOptions } from "../replicas/lease.js";
import { embeddedDatabase, serverDatabase, type Database } from "./database.js";
import { identityOf } from "./identity.js";
import { SqlJournal } from "./sql.js";
import type { Journal } from "./types.js";

export interface Place {
  readonly directory?: string | undefined;
  readonly databaseUrl?: string | undefined;
}

/** Where the embedded journal is, if nobody says. */
export const USUAL_DIRECTORY = join(homedir(), ".plimsoll", "keeper");

/** A server if one is named, else files. */
export async function openDatabase({ directory, databaseUrl }: Place): Promise<Database> {
  return databaseUrl === undefined
    ? await embeddedDatabase(directory ?? USUAL_DIRECTORY)
    : await serverDatabase(databaseUrl);
}

export interface Opened {
  readonly journal: Journal;
  /** Where several processes may share the journal: whether this one leads. */
  readonly lease: Lease | undefined;
}

/** Opens it for who acts: files belong to one process, and a server's journal to whoever holds the lease. */
export async function openJournal(
  place: Place,
  provider: Provider,
  sender: string,
  { log, timing }: Pick<LeaseOptions, "log" | "timing"> = {},
): Promise<Opened> {
  const { databaseUrl: url } = place;
  const database = await openDatabase(place);
  try {
    const whose = { chain: await identityOf(provider), sender };
    if (url === undefined) return { journal: await SqlJournal.open(database, whose), lease: undefined };
    const held: { lease?: Lease } = {};
    const journal = await SqlJournal.open(database, whose, async (run) => {
      await present(held.lease, "lease").fence(run);
    });
    const settings = { ...(log === undefined ? {} : { log }), ...(timing === undefined ? {} : { timing }) };
    const lease = (held.lease = await Lease.start({ url, ...whose, ...settings }));
    return { journal, lease };
  } catch (error) {
    await database.close();
    throw error;
  }
}
