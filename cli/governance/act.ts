/** `plimsoll governance propose`, `delegate`, `vote`, `queue` and `execute`: what is sent to the governor. Needs the contracts' bindings. */

import type { Call } from "../../sdk/actions/types.js";
import {
  callsIn,
  encodeProposal,
  GOVERNOR,
  PLIM,
  proposalId,
  SUPPORT,
  type Support,
} from "../../sdk/governance/index.js";
import { openSigner, type SignerOptions } from "../account/signer.js";
import { parseAddress } from "../address.js";
import { CliError, EXIT, UsageError } from "../errors.js";
import { json } from "../present.js";
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
  await perform(options, terminal, ({ addresses, deployment }) => {
    let encoded;
    try {
      encoded = encodeProposal(proposal, deployment);
    } catch (error) {
      throw misread(error, path);
    }
    const { targets, values, calldatas, description } = encoded;
    const calls = callsIn(encoded);
    return Promise.resolve({
      what: `propose "${proposal.title}"`,
      lines: [description, "", ...callLines(calls, deployment)],
      call: governorCall(addresses.governor, "propose", [targets, values, calldatas, description]),
      result: { id: proposalId(encoded), calls: calls.map((call) => readable(call, deployment)), encoded },
    });
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
  await onProposal(number, `vote ${support}`, options, terminal, (id) =>
    reason === undefined
      ? ["castVote", [id, SUPPORT[support]]]
      : ["castVoteWithReason", [id, SUPPORT[support], reason]],
  );
}

function isSupport(text: string): text is Support {
  return text in SUPPORT;
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
): Promise<void> {
  const id = parseNumber(number);
  await perform(options, terminal, async (governance) => {
    const record = await findProposal(governance, id);
    return {
      what: `${what} (proposal ${id}, ${record.state})`,
      lines: callLines(record.calls, governance.deployment),
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
