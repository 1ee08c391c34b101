/** `plimsoll governance cancel`: what the guardian's holder sends to cancel what waits in the timelock. Needs the contracts' bindings. */

import { getAddress, ZeroAddress } from "ethers";

import {
  cancelCall,
  governanceTerms,
  whyNotCancelled,
  type GovernanceTerms,
  type NotCancelled,
  type ProposalRecord,
} from "../../sdk/governance/index.js";
import { read } from "../../sdk/reads/query.js";
import { CliError, EXIT } from "../errors.js";
import { clock } from "../present.js";
import type { Terminal } from "../terminal.js";
import { findProposal, parseNumber } from "./open.js";
import { perform, type ActOptions } from "./send.js";
import { callLines } from "./show.js";

type Guardian = GovernanceTerms["guardian"];

/** Shows it for a Safe to send; sends it where the signer is the holder. */
export async function cancel(number: string, options: ActOptions, terminal: Terminal): Promise<void> {
  const id = parseNumber(number);
  await perform(options, terminal, async (governance, hand) => {
    const { provider, book, addresses, deployment } = governance;
    const record = await findProposal(governance, id);
    const reason = whyNotCancelled(addresses, record);
    if (reason !== undefined) throw refusal(reason, record);
    const { guardian } = await read(provider, book, governanceTerms(book));
    requireInOffice(guardian);
    const { holder, expiresAt } = guardian;
    const call = cancelCall(addresses, record);
    const signer = await hand.address();
    if (signer !== undefined && options.dryRun !== true) requireHolder(signer, guardian);
    return {
      what: `cancel (proposal ${id}, ${record.state})`,
      lines: [
        ...callLines(record.calls, deployment),
        "",
        `Anybody can execute it from ${clock(record.eta)} on. Until somebody does, the guardian's holder,`,
        `${holder} (until ${clock(expiresAt)}), cancels it by sending this:`,
        `  to     ${call.to}`,
        `  value  ${call.value}`,
        `  data   ${call.data}`,
      ],
      call,
      result: { id, holder },
      ...(signer === undefined ? { unsent: "no signer is named; the holder sends it" } : {}),
    };
  });
}

/** @throws {CliError} Nobody can act as guardian. */
function requireInOffice({ holder, expiresAt, active }: Guardian): void {
  if (holder !== ZeroAddress && active) return;
  const message =
    holder === ZeroAddress ? "the guardian has no holder" : `the guardian's term ended ${clock(expiresAt)}`;
  throw new CliError(message, EXIT.failed, "A vote can appoint one.", {
    code: "NoGuardian",
    values: { holder, expiresAt },
  });
}

/** @throws {CliError} */
function requireHolder(signer: string, { holder }: Guardian): void {
  if (getAddress(signer) === getAddress(holder)) return;
  throw new CliError(
    `${signer} is not the guardian's holder, which is ${holder}`,
    EXIT.failed,
    "To see what the holder sends: --dry-run.",
    { code: "NotHolder", values: { caller: signer, holder } },
  );
}

const REFUSALS: Readonly<Record<NotCancelled, (record: ProposalRecord) => readonly [message: string, fix: string]>> = {
  NotQueued: ({ id, state }) => [
    `proposal ${id} is ${state}: the guardian cancels what is queued`,
    state === "pending" || state === "active" || state === "succeeded"
      ? "Wait until it is queued: it can be cancelled as long as it waits in the timelock."
      : "Nothing of it waits in the timelock.",
  ],
  ConcernsGuardian: ({ id }) => [
    `proposal ${id} concerns the guardian alone, which cannot cancel that`,
    "Votes decide who guards.",
  ],
};

function refusal(code: NotCancelled, record: ProposalRecord): CliError {
  const [message, fix] = REFUSALS[code](record);
  return new CliError(message, EXIT.failed, fix, { code, values: { id: record.id, state: record.state } });
}
