/** Proposals: from a readable form to what the governor takes, and back. */

import { AbiCoder, formatEther, getAddress, id, keccak256 } from "ethers";
import { z } from "zod";

import { instead } from "../format/nearest.js";
import { MissingValue, ProposalError } from "./errors.js";
import type { Deployment } from "./names.js";
import { decidedBy } from "./permissions.js";
import { argumentName, readArguments, writeArguments, type Readable } from "./values.js";

const callSchema = z
  .object({
    contract: z.string(),
    function: z.string(),
    arguments: z.record(z.unknown()).default({}),
  })
  .strict();

const proposalSchema = z
  .object({
    title: z.string().min(1),
    description: z.string().default(""),
    calls: z.array(callSchema).min(1),
  })
  .strict();

/** A proposal as people write it. */
export type Proposal = z.output<typeof proposalSchema>;

/** One call, said with names and units. */
export interface ReadableCall {
  readonly contract: string;
  readonly function: string;
  readonly arguments: Readonly<Record<string, Readable>>;
}

/** What the governor is given. */
export interface EncodedProposal {
  readonly targets: readonly string[];
  readonly values: readonly bigint[];
  readonly calldatas: readonly string[];
  /** The title as a heading, then the rest, then who alone may propose it: Markdown. */
  readonly description: string;
}

/** One call of those. */
export interface EncodedCall {
  readonly target: string;
  readonly value: bigint;
  readonly data: string;
}

/**
 * What was written in a file, checked as far as that goes without a chain.
 * @param json Of JSON or YAML.
 * @throws {ProposalError}
 */
export function parseProposal(json: unknown): Proposal {
  const { success, data, error } = proposalSchema.safeParse(json);
  if (success) return data;
  const [issue] = error.issues;
  const path = (issue?.path ?? []).map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`)).join("");
  const where = path === "" ? "the proposal" : path.replace(/^\./, "");
  const value = valueAt(json, issue?.path ?? []);
  const fix = "A proposal has a title, a description, and calls, each with contract, function and arguments.";
  // An empty value of YAML is null.
  if (value === undefined || value === null) throw new MissingValue(where, fix);
  throw new ProposalError(where, value, `does not fit: ${issue?.message ?? ""}`, fix);
}

function valueAt(json: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined),
    json,
  );
}

/**
 * @param proposer Who alone may propose it: the governor takes a description with this at its end from nobody else. Otherwise whoever sees it before it is in a block could
 * propose the same, and cancel it: it would be gone for good.
 * @throws {ProposalError}
 */
export function encodeProposal(proposal: Proposal, deployment: Deployment, proposer?: string): EncodedProposal {
  const calls = proposal.calls.map((call, i) => encodeCall(call, `calls[${i}]`, deployment));
  const parts = [`# ${proposal.title.trim()}`, proposal.description.trim()];
  if (proposer !== undefined) parts.push(`#proposer=${getAddress(proposer)}`);
  return {
    targets: calls.map(({ target }) => target),
    values: calls.map(({ value }) => value),
    calldatas: calls.map(({ data }) => data),
    description: parts.filter((part) => part !== "").join("\n\n"),
  };
}

function encodeCall(call: Proposal["calls"][number], at: string, deployment: Deployment): EncodedCall {
  const { callables } = deployment;
  const callable = callables.find(({ name }) => name === call.contract);
  if (callable === undefined) {
    const known = callables.map(({ name }) => name);
    const fix = instead(call.contract, known);
    throw new ProposalError(`${at}.contract`, call.contract, "is no contract that can be called", fix);
  }
  const { abi, address, name } = callable;
  const fragment = abi.fragments.some((one) => one.type === "function" && "name" in one && one.name === call.function)
    ? abi.getFunction(call.function)
    : null;
  if (fragment === null || fragment.constant) {
    // Whatever it does can be proposed; what users do with it is nothing to choose from.
    const fix = instead(call.function, decidedBy(name), "Votes decide on");
    throw new ProposalError(`${at}.function`, call.function, `is nothing that ${name} does`, fix);
  }
  const place = `${at}.arguments`;
  const values = readArguments(fragment.inputs, call.arguments, `${name}.${fragment.name}`, place, deployment);
  try {
    return { target: address, value: 0n, data: abi.encodeFunctionData(fragment, values) };
  } catch (error) {
    const [argument, value, reason] = misfit(error);
    const shown = fragment.inputs.find((input) => input.name === argument);
    const where = shown === undefined ? place : `${place}.${argumentName(shown)}`;
    throw new ProposalError(where, value, `does not fit: ${reason}`, "Write a value that the contract can take.");
  }
}

/** What ethers says of a value that does not fit its type. */
function misfit(error: unknown): [argument: string | undefined, value: unknown, reason: string] {
  const { argument, value, shortMessage, message } = error as {
    argument?: string;
    value?: unknown;
    shortMessage?: string;
    message: string;
  };
  return [argument, typeof value === "bigint" ? value.toString() : value, shortMessage ?? message];
}

/**
 * What a call does, if it is one that is known here and these words say all of it: read again, they give the same bytes. Calls are written by whoever proposes, and may be
 * cut short, longer than their arguments, or hold numbers that no word stands for; whoever asks then shows them as they are.
 */
export function decodeCall(
  { target, data }: Pick<EncodedCall, "target" | "data">,
  deployment: Deployment,
): ReadableCall | undefined {
  const callable = deployment.callables.find(({ address }) => address === getAddress(target));
  if (callable === undefined) return undefined;
  try {
    const parsed = callable.abi.parseTransaction({ data });
    if (parsed === null) return undefined;
    const { name, fragment, args } = parsed;
    const call = {
      contract: callable.name,
      function: name,
      arguments: writeArguments(fragment.inputs, [...args], `${callable.name}.${name}`, deployment),
    };
    return encodeCall(call, "", deployment).data === data.toLowerCase() ? call : undefined;
  } catch {
    // Whatever it fails with (there are as many ways as there are wrong bytes), it is not understood.
    return undefined;
  }
}

/** What a call takes with it: "sends 1.5 ether". Undefined if nothing. */
export function valueText({ value }: Pick<EncodedCall, "value">): string | undefined {
  return value === 0n ? undefined : `sends ${formatEther(value)} ether`;
}

/** The calls of a proposal, one by one. */
export function callsIn({ targets, values, calldatas }: Omit<EncodedProposal, "description">): EncodedCall[] {
  return targets.map((target, i) => ({ target, value: values[i] ?? 0n, data: calldatas[i] ?? "0x" }));
}

/** The number by which the governor knows a proposal, before it is there. */
export function proposalId({ targets, values, calldatas, description }: EncodedProposal): bigint {
  const types = ["address[]", "uint256[]", "bytes[]", "bytes32"];
  return BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(types, [targets, values, calldatas, id(description)])));
}
