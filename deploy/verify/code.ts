/** Whether each contract is what the build makes: its code, and what was put into it when it was made. */

import { isNamedContractDeploymentFuture, type DeploymentFuture } from "@nomicfoundation/ignition-core";
import { Contract, getCreateAddress, isError, TypedDataEncoder, zeroPadValue } from "ethers";

import type { Checks } from "../checks.js";
import { builtOf, creationOf } from "./creation.js";
import type { Resolver } from "./resolve.js";

const DIGITS = 2;
const PREFIX = 2;
const DOMAIN = [
  "function eip712Domain() view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)",
];

/** A stretch of code. {bytes} */
interface Span {
  readonly start: number;
  readonly length: number;
}

/**
 * Compares the code of a deployed contract with the build, and its immutables with what its constructor makes of the arguments that it should have had.
 */
export async function checkCode(
  checks: Checks,
  contracts: Resolver,
  future: DeploymentFuture<string>,
  deployer: string,
): Promise<void> {
  const subject = `code of ${future.id}`;
  const address = contracts.addressOf(future);
  const actual = await contracts.provider.getCode(address);
  if (!checks.add(subject, actual !== "0x", `there is a contract at ${address}`, `nothing is deployed at ${address}`))
    return;
  const artifact = await builtOf(future);
  const places = Object.values(artifact.immutableReferences ?? {}).flat();
  if (isNamedContractDeploymentFuture(future)) {
    const same = masked(actual, places) === masked(artifact.deployedBytecode, places);
    if (
      !checks.add(
        subject,
        same,
        "it is what the build makes",
        `it is not what the build makes of ${future.contractName}`,
      )
    )
      return;
  }
  const made = await construct(contracts, future, deployer);
  if (made === undefined) {
    checks.add(subject, false, "", "its constructor does not take the arguments that it should have had");
    return;
  }
  const differing = await differences(contracts, address, actual, made, places);
  checks.add(
    subject,
    differing.length === 0,
    "it was made with the arguments that it should have had",
    `it was made with other arguments: ${differing.join("; ")}`,
  );
}

function masked(code: string, places: readonly Span[]): string {
  let text = code.toLowerCase();
  for (const { start, length } of places) {
    const from = PREFIX + start * DIGITS;
    text = text.slice(0, from) + "0".repeat(length * DIGITS) + text.slice(from + length * DIGITS);
  }
  return text;
}

const wordAt = (code: string, { start, length }: Span): string =>
  code.slice(PREFIX + start * DIGITS, PREFIX + (start + length) * DIGITS).toLowerCase();

/** What a constructor leaves behind, and where it thought to be. */
interface Made {
  readonly code: string;
  readonly self: string;
}

/** Runs the constructor with the arguments of the module; nothing is deployed. */
async function construct(
  contracts: Resolver,
  future: DeploymentFuture<string>,
  deployer: string,
): Promise<Made | undefined> {
  const { provider } = contracts;
  const data = await creationOf(contracts, future);
  const nonce = await provider.getTransactionCount(deployer);
  try {
    const code = await provider.call({ from: deployer, data });
    return { code, self: getCreateAddress({ from: deployer, nonce }) };
  } catch (error) {
    if (isError(error, "CALL_EXCEPTION")) return undefined;
    throw error;
  }
}

/** Where the code differs from what the constructor makes elsewhere, beyond what follows from being elsewhere. */
async function differences(
  contracts: Resolver,
  address: string,
  actual: string,
  { code, self }: Made,
  places: readonly Span[],
): Promise<string[]> {
  // Published code does not say where its immutables are: then all of it is compared.
  const spans = places.length > 0 ? places : [{ start: 0, length: (actual.length - PREFIX) / DIGITS }];
  const found: string[] = [];
  for (const span of spans) {
    const [is, should] = [wordAt(actual, span), wordAt(code, span)];
    if (is === should) continue;
    const [here, there] = [address, self].map((at) => zeroPadValue(at, span.length).slice(PREFIX).toLowerCase());
    if (is === here && should === there) continue;
    if (await isDomain(contracts, address, is, self, should)) continue;
    found.push(`at byte ${span.start} it has 0x${is.slice(0, 64)}, not 0x${should.slice(0, 64)}`);
  }
  return found;
}

/** Whether both are the EIP-712 separators of the same domain, each at its own place. */
async function isDomain(
  contracts: Resolver,
  address: string,
  is: string,
  self: string,
  should: string,
): Promise<boolean> {
  const contract = new Contract(address, DOMAIN, contracts.provider);
  try {
    const domain = (await contract.getFunction("eip712Domain").staticCall()) as {
      readonly name: string;
      readonly version: string;
      readonly chainId: bigint;
    };
    const { name, version, chainId } = domain;
    const separator = (verifyingContract: string): string =>
      TypedDataEncoder.hashDomain({ name, version, chainId, verifyingContract }).slice(PREFIX);
    return is === separator(address) && should === separator(self);
  } catch (error) {
    if (isError(error, "CALL_EXCEPTION") || isError(error, "BAD_DATA")) return false;
    throw error;
  }
}
