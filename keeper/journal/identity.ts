/** Tells chains apart. */

import type { Provider } from "ethers";

import { present } from "../../sdk/present.js";

/** Which chain it is: local ones share their id, but not their first block. */
export async function identityOf(provider: Provider): Promise<string> {
  const { chainId } = await provider.getNetwork();
  const first = present(await provider.getBlock(0), "first block");
  return `${chainId.toString()}-${present(first.hash, "hash").slice(2, 18)}`;
}
