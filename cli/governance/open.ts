/** What every governance command begins with: a chain that has a governor, and the names of what is there. */

import type { JsonRpcProvider } from "ethers";

import type { AddressBook } from "../../sdk/addresses.js";
import {
  deploymentOf,
  governanceOf,
  proposalRecords,
  type Deployment,
  type GovernanceAddresses,
  type ProposalRecord,
} from "../../sdk/governance/index.js";
import { present } from "../../sdk/present.js";
import { protocol } from "../../sdk/reads/protocol.js";
import { read, ReadFailed } from "../../sdk/reads/query.js";
import { connect, findChain, type ChainOptions } from "../chain.js";
import { CliError, EXIT, UsageError } from "../errors.js";
import { understood } from "../transactions.js";

export interface GovernanceOptions extends ChainOptions {
  readonly json?: boolean;
}

export interface Governance {
  readonly url: string;
  readonly provider: JsonRpcProvider;
  readonly book: AddressBook;
  readonly addresses: GovernanceAddresses;
  readonly deployment: Deployment;
}

/** Looks for the chain, does the work, and says what goes wrong in words. */
export async function withGovernance<T>(
  options: GovernanceOptions,
  work: (governance: Governance) => Promise<T>,
): Promise<T> {
  const { url, book } = await findChain(options, {
    what: "governor that is known here",
    address: ({ governance }) => governance?.governor,
  });
  const provider = connect(url, book.chainId);
  try {
    const { assets } = await read(provider, book, protocol(book));
    const deployment = deploymentOf(book, assets);
    return await work({ url, provider, book, addresses: governanceOf(book), deployment });
  } catch (error) {
    throw understood(error, { book });
  } finally {
    provider.destroy();
  }
}

/** A proposal's number as typed. @throws {UsageError} */
export function parseNumber(text: string): bigint {
  if (/^(\d+|0x[0-9a-f]+)$/i.test(text)) return BigInt(text);
  throw new UsageError(`"${text}" is no number of a proposal`, "See: plimsoll governance list");
}

/** @throws {CliError} */
export async function findProposal({ provider, book }: Governance, number: bigint): Promise<ProposalRecord> {
  try {
    const [record] = await read(provider, book, proposalRecords(book, [number]));
    return present(record);
  } catch (error) {
    if (!(error instanceof ReadFailed)) throw error;
    throw new CliError(`there is no proposal ${number}`, EXIT.failed, "See: plimsoll governance list");
  }
}
