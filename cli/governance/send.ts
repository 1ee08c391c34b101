/** How what a governance command sends is shown, asked about, and sent. Needs the contracts' bindings. */

import type { Call } from "../../sdk/actions/types.js";
import { handOf, nobody, type Hand, type SignerOptions } from "../account/signer.js";
import { CliError, EXIT, UsageError } from "../errors.js";
import { json } from "../present.js";
import type { Terminal } from "../terminal.js";
import { sendCall } from "../transactions.js";
import { withGovernance, type Governance, type GovernanceOptions } from "./open.js";

export interface ActOptions extends GovernanceOptions, SignerOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly reason?: string;
  readonly wait?: number;
}

/** What is to be sent, and how it is said. */
export interface Deed {
  /** "vote for" */
  readonly what: string;
  readonly lines: readonly string[];
  readonly call: Call;
  /** For programs. */
  readonly result: Readonly<Record<string, unknown>>;
  /** Why it is shown and not sent, though nobody asked for that. */
  readonly unsent?: string;
}

/** Who acts; undefined if nothing is to be sent and nobody is named. @throws {UsageError} */
export async function actor(hand: Hand, { dryRun }: Pick<ActOptions, "dryRun">): Promise<string | undefined> {
  const address = await hand.address();
  if (address === undefined && dryRun !== true) throw nobody();
  return address;
}

/** Shows, asks, and sends. */
export async function perform(
  options: ActOptions,
  terminal: Terminal,
  prepare: (governance: Governance, hand: Hand) => Promise<Deed>,
): Promise<void> {
  const { say, environment } = terminal;
  const forPrograms = options.json === true;
  await withGovernance(options, async (governance) => {
    const { provider, book } = governance;
    const hand = handOf(options, environment);
    const { what, lines, call, result, unsent } = await prepare(governance, hand);
    if (!forPrograms) for (const line of [...lines, ""]) say(line);
    const reason = options.dryRun === true ? "--dry-run" : unsent;
    if (reason !== undefined) {
      say(forPrograms ? json({ action: what, ...result, call, transaction: null }) : `Nothing was sent: ${reason}.`);
      return;
    }
    const { signer, close } = await hand.open(provider);
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
