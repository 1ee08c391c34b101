/** Whether a record is one of this module at all, and agrees with it on what was there before. */

import { isContractFuture, type Future } from "@nomicfoundation/ignition-core";
import { getAddress, isAddress } from "ethers";

import type { Checks } from "../checks.js";
import { isContractAt, type ContractAt, type Resolver } from "./resolve.js";

const SUBJECT = "record";

/**
 * Looks whether every contract of the module has an address, and whether those that the deployment did not make are where the module says, and are there.
 * @returns Whether the rest can be looked at.
 */
export async function checkRecord(
  checks: Checks,
  contracts: Resolver,
  futures: readonly Future[],
  addresses: Readonly<Record<string, string>>,
): Promise<boolean> {
  const known = futures.filter(isContractFuture);
  let whole = true;
  for (const { id } of known) {
    const found = addresses[id];
    if (found !== undefined && isAddress(found)) continue;
    whole = checks.add(SUBJECT, false, "", `it does not say where ${id} is`);
  }
  const names = new Set(known.map(({ id }) => id));
  for (const id of Object.keys(addresses)) {
    if (!names.has(id)) checks.add(SUBJECT, false, "", `it names ${id}, which this deployment does not have`);
  }
  if (!whole) return false;

  let there = true;
  for (const future of known.filter(isContractAt))
    there = (await checkAt(checks, contracts, future, addresses)) && there;
  return there;
}

/** @returns Whether there is a contract where the module says. */
async function checkAt(
  checks: Checks,
  contracts: Resolver,
  future: ContractAt,
  addresses: Readonly<Record<string, string>>,
): Promise<boolean> {
  const address = contracts.addressOf(future);
  checks.same(SUBJECT, `where ${future.id} is`, getAddress(addresses[future.id] ?? ""), address);
  // An alias is there if what it stands for is: that is the code's matter.
  if (typeof future.address !== "string" || (await contracts.provider.getCode(address)) !== "0x") return true;
  return checks.add(SUBJECT, false, "", `nothing is deployed at ${address}, where ${future.id} should be`);
}
