/** Keepers that are not there all the time. */

import { isOut, type Outage } from "../history/outage.js";
import type { Keepers } from "../scenario/keepers.js";

/**
 * The same keepers, who see and send nothing while they are out.
 * @param now Time of the block that they would look at. (unix seconds)
 */
export function absentDuring(keepers: Keepers, outages: readonly Outage[], now: () => Promise<number>): Keepers {
  if (outages.length === 0) return keepers;
  let out = false;
  return {
    look: async () => {
      out = isOut(outages, await now());
      return out ? 0 : await keepers.look();
    },
    get isIdle() {
      return out || keepers.isIdle === true;
    },
    work: () => keepers.work(),
  };
}
