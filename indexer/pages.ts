/** What an indexer answers. */

import { BadQuestion } from "../keeper/operation/server.js";
import type { IndexHealth } from "./health.js";
import { START, type SqlStore } from "./sql.js";
import { decodeCursor, encodePage, PAGE, type Identity } from "./wire.js";

/** Pages by path. */
export type Pages = Readonly<Record<string, (query: URLSearchParams) => Promise<string>>>;

/**
 * - `/positions?epoch=&after=&limit=`: positions that changed after `next` of an earlier page; all of them without. What is read until `complete` are
 *   all positions as of `block`.
 * - `/status`: where it is.
 */
export function pagesOf(identity: Identity, store: SqlStore, health: IndexHealth): Pages {
  return {
    "/positions": async (query) => {
      const after = decodeCursor(query.get("after") ?? "0.");
      const limit = Number(query.get("limit") ?? PAGE);
      if (after === undefined || !Number.isInteger(limit) || limit < 1 || limit > PAGE) {
        throw new BadQuestion(`after is what next of a page said, limit a number up to ${PAGE}`);
      }
      const page = await store.page(after, query.get("epoch") ?? undefined, limit);
      return JSON.stringify(encodePage(identity, page));
    },
    "/status": async () => {
      const { epoch, block } = await store.page(START, undefined, 1);
      const counts = await store.count();
      return JSON.stringify({ ...identity, epoch, block: block ?? null, behind: health.behind ?? null, ...counts });
    },
  };
}
