/** Having signed what an action requires. */

import type { Signer } from "ethers";

import type { Requirement, Signatures, Signed, TypedData } from "./types.js";

/** Has one thing signed. */
export async function sign(signer: Pick<Signer, "signTypedData">, data: TypedData): Promise<Signed> {
  return { data, signature: await signer.signTypedData(data.domain, data.types, { ...data.message }) };
}

/**
 * Has everything signed that can be, one after the other.
 * @returns What `tx` takes, and the requirements that take a transaction.
 */
export async function signRequirements(
  signer: Pick<Signer, "signTypedData">,
  requirements: readonly Requirement[],
): Promise<{ signatures: Signatures; rest: Requirement[] }> {
  let signatures: Signatures = {};
  const rest: Requirement[] = [];
  for (const requirement of requirements) {
    if (requirement.kind === "approval" && requirement.permit !== undefined) {
      signatures = { ...signatures, permit: await sign(signer, requirement.permit) };
    } else if (requirement.kind === "authorization") {
      const grant = await sign(signer, requirement.grant);
      signatures = { ...signatures, grant, revoke: await sign(signer, requirement.revoke) };
    } else {
      rest.push(requirement);
    }
  }
  return { signatures, rest };
}

/** The form in which `eth_signTypedData_v4` takes it: numbers as strings. */
export function typedDataJson({ domain, types, primaryType, message }: TypedData): string {
  const DOMAIN = [
    { name: "name", type: "string" },
    { name: "version", type: "string" },
    { name: "chainId", type: "uint256" },
    { name: "verifyingContract", type: "address" },
  ];
  const plain = { domain, types: { EIP712Domain: DOMAIN, ...types }, primaryType, message };
  return JSON.stringify(plain, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
}
