/** The indexer of the demo: the one that `plimsoll index` runs, in this process and in memory, beside the chain that it follows. */

import type { Provider } from "ethers";

import { headerOf } from "../../indexer/chain.js";
import { findContracts } from "../../indexer/history/contracts.js";
import { Indexer } from "../../indexer/indexer.js";
import { memoryDatabase, type Database } from "../../keeper/journal/database.js";
import { identityOf } from "../../keeper/journal/identity.js";
import { repeat } from "../../keeper/repeat.js";
import type { World } from "../../replay/scenario/world.js";
import { present } from "../../sdk/present.js";

/** Between two looks at the chain; rarely while the scenario needs the machine. {ms} */
const INTERVAL = 1_000;
const SCENARIO_INTERVAL = 5_000;
/** Between two looks at views, by the chain's clock: two days pass in minutes, and later it goes with the real one. {s} */
const SCENARIO_EVERY = 3_600;
const LIVE_EVERY = 60;
/** Nobody replaces blocks here but who takes the chain back to a snapshot: then everything is read again, and until then many blocks at once. */
const DEPTH = 0;

export interface DemoIndexer {
  readonly indexer: Indexer;
  /** From here on the chain's clock goes with the real one. */
  goLive(): void;
  close(): Promise<void>;
}

/**
 * @param onError Told of a look that failed; the next one may not.
 * @param given Where it is kept, if not in memory.
 */
export async function startIndexer(
  { provider, addresses }: { provider: Provider; addresses: Pick<World["addresses"], "contracts" | "firstBlock"> },
  onError: (error: unknown) => void,
  given?: Database,
): Promise<DemoIndexer> {
  const database = given ?? (await memoryDatabase());
  const { firstBlock, contracts } = addresses;
  const indexer = await Indexer.open({
    provider,
    database,
    identity: { chain: await identityOf(provider), engine: contracts.engine },
    contracts: { ...(await findContracts(provider, contracts)), lens: contracts.lens },
    firstBlock,
    depth: DEPTH,
    sampleEvery: SCENARIO_EVERY,
  });
  const stop = new AbortController();
  const { signal } = stop;
  let [live, dueAt] = [false, 0];
  const look = async (): Promise<void> => {
    if (!live && performance.now() < dueAt) return;
    dueAt = performance.now() + SCENARIO_INTERVAL;
    try {
      const head = headerOf(present(await provider.getBlock("latest"), "head"));
      const [tip] = await indexer.store.recent();
      // Somebody took the chain back.
      if (tip !== undefined && tip.number > head.number) await indexer.reset();
      await indexer.follow(head, { signal });
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
  };
  const looking = repeat(look, INTERVAL, signal);
  return {
    indexer,
    goLive: () => {
      live = true;
      indexer.sampleEvery(LIVE_EVERY);
    },
    close: async () => {
      stop.abort();
      await looking;
      indexer.close();
      await database.close();
    },
  };
}
