/** `plimsoll governance propose`, `delegate`, `vote`, `queue` and `execute`: what is sent to the governor. Needs the contracts' bindings. */

import type { Call } from "../../sdk/actions/types.js";
import {
  callsIn,
  encodeProposal,
  GOVERNOR,
  PLIM,
  proposalId,
  SUPPORT,
  votesAt,
  type ProposalRecord,
  type Support,
} from "../../sdk/governance/index.js";
import { combined, read } from "../../sdk/reads/query.js";
import type { Hand } from "../account/signer.js";
import { parseAddress } from "../address.js";
import { CliError, EXIT, UsageError } from "../errors.js";
import { clock, money } from "../present.js";
import type { Terminal } from "../terminal.js";
import { misread, readProposal } from "./file.js";
import { findProposal, parseNumber, type Governance } from "./open.js";
import { actor, perform, type ActOptions } from "./send.js";
import { callLines, readable } from "./show.js";

export async function propose(path: string, options: ActOptions, terminal: Terminal): Promise<void> {
  const proposal = readProposal(path);
  await perform(options, terminal, async ({ addresses, deployment }, hand) => {
    const proposer = await actor(hand, options);
    let encoded;
    try {
      encoded = encodeProposal(proposal, deployment, proposer);
    } catch (error) {
      throw misread(error, path);
    }
    const { targets, values, calldatas, description } = encoded;
    const calls = callsIn(encoded);
    return {
      what: `propose "${proposal.title}"`,
      lines: [description, "", ...callLines(calls, deployment)],
      call: governorCall(addresses.governor, "propose", [targets, values, calldatas, description]),
      // Its number depends on who proposes it.
      result: {
        ...(proposer === undefined ? {} : { id: proposalId(encoded) }),
        calls: calls.map((call) => readable(call, deployment)),
        encoded,
      },
    };
  });
}

export async function delegate(to: string, options: ActOptions, terminal: Terminal): Promise<void> {
  const delegatee = parseAddress(to);
  await perform(options, terminal, ({ addresses }) =>
    Promise.resolve({
      what: `let ${delegatee} vote`,
      lines: [],
      call: { to: addresses.plim, data: PLIM.encodeFunctionData("delegate", [delegatee]), value: 0n },
      result: { delegatee },
    }),
  );
}

export async function vote(number: string, support: string, options: ActOptions, terminal: Terminal): Promise<void> {
  if (!isSupport(support)) {
    throw new UsageError(`"${support}" is no vote`, `There are ${Object.keys(SUPPORT).join(", ")}.`);
  }
  const { reason } = options;
  await onProposal(
    number,
    `vote ${support}`,
    options,
    terminal,
    (id) =>
      reason === undefined
        ? ["castVote", [id, SUPPORT[support]]]
        : ["castVoteWithReason", [id, SUPPORT[support], reason]],
    async (governance, record, hand) => await weightLines(governance, record, hand, options),
  );
}

function isSupport(text: string): text is Support {
  return Object.hasOwn(SUPPORT, text);
}

/**
 * With how much somebody votes: a vote is final, also one that counts nothing.
 * @throws {CliError} It counts nothing, and nobody has said beforehand that it be sent.
 */
async function weightLines(
  { provider, book }: Governance,
  { snapshot, state }: ProposalRecord,
  hand: Hand,
  options: ActOptions,
): Promise<string[]> {
  const account = await actor(hand, options);
  // Before the vote begins nobody knows, and nobody can vote.
  if (account === undefined || state !== "active") return [];
  const { weight } = await read(provider, book, combined({ weight: votesAt(book, account, snapshot) }));
  const when = clock(snapshot);
  if (weight === 0n && options.yes !== true && options.dryRun !== true) {
    throw new CliError(
      `${account} has no votes in this: none were delegated to it at ${when}`,
      EXIT.failed,
      "Balances count that were delegated before the vote began. To vote all the same: --yes.",
      { code: "NoVotes", values: { account, snapshot } },
    );
  }
  return ["", `${account} votes with ${money(weight)} PLIM, its votes at ${when}.`];
}

export async function queue(number: string, options: ActOptions, terminal: Terminal): Promise<void> {
  await onProposal(number, "queue", options, terminal, (id) => ["queue", [id]]);
}

export async function execute(number: string, options: ActOptions, terminal: Terminal): Promise<void> {
  await onProposal(number, "execute", options, terminal, (id) => ["execute", [id]]);
}

async function onProposal(
  number: string,
  what: string,
  options: ActOptions,
  terminal: Terminal,
  deed: (id: bigint) => readonly [name: string, args: readonly unknown[]],
  more: (governance: Governance, record: ProposalRecord, hand: Hand) => Promise<readonly string[]> = () =>
    Promise.resolve([]),
): Promise<void> {
  const id = parseNumber(number);
  await perform(options, terminal, async (governance, hand) => {
    const record = await findProposal(governance, id);
    return {
      what: `${what} (proposal ${id}, ${record.state})`,
      lines: [...callLines(record.calls, governance.deployment), ...(await more(governance, record, hand))],
      call: governorCall(governance.addresses.governor, ...deed(id)),
      result: { id },
    };
  });
}

function governorCall(governor: string, name: string, args: readonly unknown[]): Call {
  return { to: governor, data: GOVERNOR.encodeFunctionData(name, args), value: 0n };
}
