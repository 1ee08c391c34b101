/** What the guardian's holder does about proposals: cancel what waits in the timelock. */

import { getAddress, toBeHex, ZeroHash } from "ethers";

import type { Call } from "../actions/types.js";
import { GUARDIAN } from "./abi.js";
import type { GovernanceAddresses } from "./contracts.js";
import type { ProposalRecord } from "./reads.js";

/** As much of a proposal as the timelock knows it by. */
export type Scheduled = Pick<ProposalRecord, "calls" | "descriptionHash">;

/** What tells a governor's operations in the timelock apart from others: its address in the first 20 bytes, xor the hash of the description. */
export function governorSalt(governor: string, descriptionHash: string): string {
  return toBeHex((BigInt(governor) << 96n) ^ BigInt(descriptionHash), 32);
}

/** What the guardian's holder sends to cancel a proposal that waits; see `whyNotCancelled`. */
export function cancelCall({ guardian, governor }: GovernanceAddresses, { calls, descriptionHash }: Scheduled): Call {
  const data = GUARDIAN.encodeFunctionData("cancel", [
    calls.map(({ target }) => target),
    calls.map(({ value }) => value),
    calls.map(({ data: payload }) => payload),
    // The governor's operations wait for no other.
    ZeroHash,
    governorSalt(governor, descriptionHash),
  ]);
  return { to: guardian, data, value: 0n };
}

/** Why a proposal cannot be cancelled by the guardian, now or at all. */
export type NotCancelled = "NotQueued" | "ConcernsGuardian";

/** Why the guardian would be refused; undefined if it is not. */
export function whyNotCancelled(
  { guardian }: GovernanceAddresses,
  { calls, state }: Pick<ProposalRecord, "calls" | "state">,
): NotCancelled | undefined {
  // What calls it alone it can never cancel: votes decide who guards.
  if (calls.every(({ target }) => getAddress(target) === getAddress(guardian))) return "ConcernsGuardian";
  return state === "queued" ? undefined : "NotQueued";
}
