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
import { addressOf, openSigner, type SignerOptions } from "../account/signer.js";
import { parseAddress } from "../address.js";
import { CliError, EXIT, UsageError } from "../errors.js";
import { clock, json, money } from "../present.js";
import type { Terminal } from "../terminal.js";
import { sendCall } from "../transactions.js";
import { misread, readProposal } from "./file.js";
import { findProposal, parseNumber, withGovernance, type Governance, type GovernanceOptions } from "./open.js";
import { callLines, readable } from "./show.js";

export interface ActOptions extends GovernanceOptions, SignerOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly reason?: string;
  readonly wait?: number;
}

/** What is to be sent, and how it is said. */
interface Deed {
  /** "vote for" */
  readonly what: string;
  readonly lines: readonly string[];
  readonly call: Call;
  /** For programs. */
  readonly result: Readonly<Record<string, unknown>>;
}

export async function propose(path: string, options: ActOptions, terminal: Terminal): Promise<void> {
  const proposal = readProposal(path);
  await perform(options, terminal, async ({ addresses, deployment }) => {
    const proposer = await actor(options, terminal);
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
    async (governance, record) => await weightLines(governance, record, options, terminal),
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
  options: ActOptions,
  terminal: Terminal,
): Promise<string[]> {
  const account = await actor(options, terminal);
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

/** Who acts; undefined if nothing is to be sent and nobody is named. */
async function actor(options: ActOptions, { environment }: Terminal): Promise<string | undefined> {
  try {
    return await addressOf(options, environment);
  } catch (error) {
    if (options.dryRun === true && options.from === undefined && error instanceof UsageError) return undefined;
    throw error;
  }
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
  more: (governance: Governance, record: ProposalRecord) => Promise<readonly string[]> = () => Promise.resolve([]),
): Promise<void> {
  const id = parseNumber(number);
  await perform(options, terminal, async (governance) => {
    const record = await findProposal(governance, id);
    return {
      what: `${what} (proposal ${id}, ${record.state})`,
      lines: [...callLines(record.calls, governance.deployment), ...(await more(governance, record))],
      call: governorCall(governance.addresses.governor, ...deed(id)),
      result: { id },
    };
  });
}

function governorCall(governor: string, name: string, args: readonly unknown[]): Call {
  return { to: governor, data: GOVERNOR.encodeFunctionData(name, args), value: 0n };
}

/** Shows, asks, and sends. */
async function perform(
  options: ActOptions,
  terminal: Terminal,
  prepare: (governance: Governance) => Promise<Deed>,
): Promise<void> {
  const { say, environment } = terminal;
  const forPrograms = options.json === true;
  await withGovernance(options, async (governance) => {
    const { provider, book } = governance;
    const { what, lines, call, result } = await prepare(governance);
    if (!forPrograms) for (const line of [...lines, ""]) say(line);
    if (options.dryRun === true) {
      say(forPrograms ? json({ action: what, ...result, call, transaction: null }) : "Nothing was sent: --dry-run.");
      return;
    }
    const { signer, close } = await openSigner(options, environment, provider);
    try {
      await confirm(what, options, terminal);
      const heard = forPrograms ? () => undefined : say;
      const receipt = await sendCall(call, { signer, provider, chainId: book.chainId, wait: options.wait, say: heard });
      if (forPrograms) say(json({ action: what, ...result, transaction: receipt.hash }));
      else if (typeof result.id === "bigint") say(`proposal ${result.id}`);
    } finally {
      close();
    }
  });
}

async function confirm(what: string, { yes, json: forPrograms }: ActOptions, { ask }: Terminal): Promise<void> {
  if (yes === true) return;
  if (ask === undefined || forPrograms === true) {
    throw new UsageError("nobody can be asked whether to send this", "Say so beforehand: --yes, or --dry-run.");
  }
  if (!(await ask(`Send it (${what})? [y/N] `))) throw new CliError("nothing was sent", EXIT.failed);
}
