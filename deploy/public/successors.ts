/** Who guards and who votes afterwards: what the chain knows of them. */

import type { Provider } from "ethers";

import { Checks, type Check } from "../checks.js";
import type { Successors } from "./parameters.js";

/**
 * Says whether each is a contract. None of it is wrong in itself; but what is handed to a Safe that exists on another chain only is handed to nobody, and cannot be taken
 * back.
 */
export async function checkSuccessors(
  provider: Provider,
  { guardian, plimHolder }: Successors,
): Promise<readonly Check[]> {
  const checks = new Checks();
  for (const [subject, address] of [
    ["guardian", guardian],
    ["holder of PLIM", plimHolder],
  ] as const) {
    const isContract = (await provider.getCode(address)) !== "0x";
    checks.add(subject, true, `${address} ${isContract ? "is a contract" : NO_CODE}`, "");
  }
  if (guardian === plimHolder) checks.add("guardian", true, "it is the holder of PLIM as well", "");
  return checks.all;
}

const NO_CODE =
  "has no code on this network: it is an account with a key, or a Safe that was not deployed here, which could never act";
