/** Opens the journal that the configuration names. */

import { homedir } from "node:os";
import { join } from "node:path";

import type { Provider } from "ethers";

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

export async function openJournal(place: Place, provider: Provider, sender: string): Promise<Journal> {
  const database = await openDatabase(place);
  try {
    return await SqlJournal.open(database, { chain: await identityOf(provider), sender });
  } catch (error) {
    await database.close();
    throw error;
  }
}
