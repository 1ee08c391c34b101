/** `plimsoll governance list`, `show` and `decode`: what was proposed, and where it stands. Needs the contracts' bindings. */

import { getAddress, isHexString } from "ethers";
import { stringify } from "yaml";

import { LogReader } from "../../keeper/logs.js";
import {
  decodeCall,
  governanceTerms,
  GOVERNOR,
  proposalNumbers,
  proposalRecords,
  quorumAt,
  valueText,
  voter,
  type Deployment,
  type EncodedCall,
  type GovernanceTerms,
  type ProposalRecord,
  type ReadableCall,
} from "../../sdk/governance/index.js";
import { combined, read } from "../../sdk/reads/query.js";
import { parseAddress } from "../address.js";
import { columns } from "../columns.js";
import { UsageError } from "../errors.js";
import { clock, json, money, visible } from "../present.js";
import { findProposal, parseNumber, withGovernance, type Governance, type GovernanceOptions } from "./open.js";

type Say = (line: string) => void;

/** How many proposals a list shows. */
const SHOWN = 20n;
/** Blocks in one question about events. */
const SPAN = 5_000;
/** How long such questions may take. {ms} */
const PATIENCE = 60_000;

/** A call as far as it is understood; what it sends, where it sends something. {wei} */
export function readable(call: EncodedCall, deployment: Deployment): (ReadableCall & { value?: bigint }) | EncodedCall {
  const known = decodeCall(call, deployment);
  if (known === undefined) return call;
  return call.value === 0n ? known : { ...known, value: call.value };
}

/** Calls as a proposal file has them; those that no file could have, as they are. */
export function callLines(calls: readonly EncodedCall[], deployment: Deployment): string[] {
  return calls.flatMap((call, i) => {
    const known = decodeCall(call, deployment);
    const sends = valueText(call);
    const ether = sends === undefined ? "" : ` (${sends})`;
    if (known === undefined) return [`${i + 1}. ${call.target}: ${call.data}${ether}`];
    const rest = Object.keys(known.arguments).length === 0 ? [] : stringify(known.arguments).trimEnd().split("\n");
    return [`${i + 1}. ${known.contract}.${known.function}${ether}`, ...rest.map((line) => `     ${visible(line)}`)];
  });
}

export async function list(options: GovernanceOptions & { account?: string }, say: Say): Promise<void> {
  await withGovernance(options, async ({ provider, book }) => {
    const account = options.account === undefined ? undefined : parseAddress(options.account);
    const terms = await read(provider, book, governanceTerms(book));
    const from = terms.count > SHOWN ? terms.count - SHOWN : 0n;
    const numbers = await read(provider, book, proposalNumbers(book, from, terms.count));
    const records = [...(await read(provider, book, proposalRecords(book, numbers)))].reverse();
    const who = account === undefined ? undefined : await read(provider, book, voter(book, account));
    if (options.json === true) {
      say(json({ terms, proposals: records, ...(who === undefined ? {} : { voter: who }) }));
      return;
    }
    for (const line of termLines(terms)) say(line);
    if (who !== undefined) say(`${account ?? ""}: ${money(who.balance)} PLIM, votes with ${money(who.votes)}`);
    say("");
    if (records.length === 0) say("Nothing has been proposed.");
    else for (const line of columns(records.map((r) => [r.id.toString(), r.state, votesText(r)]))) say(line);
  });
}

function termLines(terms: GovernanceTerms): string[] {
  const { votingDelay, votingPeriod, timelockDelay, proposalThreshold, guardian } = terms;
  const days = (seconds: bigint): string => `${(Number(seconds) / 86_400).toFixed(1)} days`;
  const term = guardian.active ? `until ${clock(guardian.expiresAt)}` : "whose term is over";
  return [
    `Voting begins after ${days(votingDelay)}, lasts ${days(votingPeriod)}; what was voted waits ${days(timelockDelay)}.`,
    `Proposing takes ${money(proposalThreshold)} PLIM. Guardian: ${guardian.holder}, ${term}.`,
  ];
}

function votesText({ votes }: ProposalRecord): string {
  return `for ${money(votes.for)}, against ${money(votes.against)}, abstain ${money(votes.abstain)} PLIM`;
}

export async function show(text: string, options: GovernanceOptions, say: Say): Promise<void> {
  await withGovernance(options, async (governance) => {
    const { provider, book, deployment } = governance;
    const record = await findProposal(governance, parseNumber(text));
    const { quorum } = await read(provider, book, combined({ quorum: quorumAt(book, record.snapshot) }));
    const { description, missing } = await descriptionOf(governance, record);
    if (options.json === true) {
      const calls = record.calls.map((call) => readable(call, deployment));
      say(json({ ...record, calls, quorum, description }));
      return;
    }
    say(`Proposal ${record.id}: ${record.state}`);
    const said = description === undefined ? [`(no description: ${missing ?? ""})`] : quoted(description);
    for (const line of ["", ...said, ""]) say(line);
    for (const line of callLines(record.calls, deployment)) say(line);
    say("");
    say(`Proposed by ${record.proposer}; voting from ${clock(record.snapshot)} to ${clock(record.deadline)}.`);
    say(`${votesText(record)}${quorum === undefined ? "" : `; the quorum is ${money(quorum)} PLIM`}.`);
    if (record.eta !== 0n) say(`Can be executed from ${clock(record.eta)} on.`);
  });
}

/** What the proposer wrote, so that nobody takes it for what is said here. */
function quoted(text: string): string[] {
  return visible(text)
    .split("\n")
    .map((line) => `> ${line}`.trimEnd());
}

/** What the proposal says of itself is in an event alone: where the node does not give it, everything else is known all the same. */
async function descriptionOf(
  { provider, book, addresses }: Governance,
  { id }: ProposalRecord,
): Promise<{ readonly description?: string; readonly missing?: string }> {
  const { topicHash } = GOVERNOR.getEvent("ProposalCreated") ?? {};
  if (topicHash === undefined) return { missing: "the governor has no such event" };
  try {
    // The latest first: what is of interest is not old.
    for (let to = await provider.getBlockNumber(); to >= book.firstBlock; to -= SPAN) {
      const from = Math.max(book.firstBlock, to - SPAN + 1);
      const reader = new LogReader(provider, [addresses.governor], [topicHash], from, 0, PATIENCE, Infinity);
      for (const log of await reader.read(to)) {
        const args = GOVERNOR.parseLog(log)?.args;
        if (args?.proposalId === id) return { description: args.description as string };
      }
    }
  } catch (error) {
    const { shortMessage, message } = error as { readonly shortMessage?: string; readonly message: string };
    return { missing: `the node does not give the event that tells it: ${shortMessage ?? message}` };
  }
  return { missing: "the node has the event that tells it no more" };
}

export async function decode(data: string, options: GovernanceOptions & { target?: string }, say: Say): Promise<void> {
  if (!isHexString(data) || data.length < 10)
    throw new UsageError(`"${data}" is no call`, "It is 0x and what a contract is sent.");
  await withGovernance(options, ({ deployment }) => {
    const targets =
      options.target === undefined
        ? deployment.callables.map(({ address }) => address)
        : [
            getAddress(
              deployment.callables.find(({ name }) => name === options.target)?.address ?? parseAddress(options.target),
            ),
          ];
    const found = targets.flatMap((target) => decodeCall({ target, data }, deployment) ?? []);
    if (found.length === 0) throw new UsageError("no contract that is known here has such a function");
    if (options.json === true) say(json({ calls: found }));
    else for (const call of found) for (const line of stringify(call).trimEnd().split("\n")) say(visible(line));
    return Promise.resolve();
  });
}
