/** Proposals, where they stand, and voting on them. */

import { Interface } from "ethers";
import { type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Panel, Status } from "./basics.js";
import { FormState } from "./form-state.js";
import { useAct } from "./use-act.js";
import { readBallot, type Ballot, type ShownProposal } from "../data/proposals.js";
import { useStore } from "../data/store.js";
import { deployment, type World } from "../data/world.js";
import { amount, shortAddress } from "../format/numbers.js";
import { duration, machine, moment } from "../format/time.js";
import type { Level } from "../format/standing.js";
import { session } from "../wallet/session.js";
import { GOVERNANCE_SENTENCES } from "../../../sdk/errors/governance.js";

const DECIMALS = 18;
const PLIM = 0;
const plimAbi = new Interface(["function delegate(address)"]);
const governorAbi = new Interface([
  "function castVote(uint256, uint8)",
  "function queue(uint256)",
  "function execute(uint256)",
]);

const LEVELS: Readonly<Record<string, Level>> = {
  active: "warn",
  queued: "warn",
  succeeded: "good",
  executed: "good",
  defeated: "bad",
  canceled: "bad",
};
const CHOICES = [
  ["Vote for", 1],
  ["Vote against", 0],
  ["Abstain", 2],
] as const;

const plim = (value: bigint): string => `${amount(value, DECIMALS, PLIM)} PLIM`;

export function Votes({ world }: { readonly world: World }): JSX.Element | null {
  const { book, block, protocol } = world;
  const current = useStore(session);
  const place = useStore(deployment);
  const { busy, act } = useAct(world, GOVERNANCE_SENTENCES);
  const [ballot, setBallot] = useState<Ballot | undefined>();
  const [trouble, setTrouble] = useState<string | undefined>();
  const own = current?.chainId === book.chainId ? current.address : undefined;

  useEffect(() => {
    if (place === undefined) return undefined;
    let wanted = true;
    readBallot(place.node, book, protocol.assets, own).then(
      (found) => {
        if (!wanted) return;
        setBallot(found);
        setTrouble(undefined);
      },
      (error: unknown) => {
        if (wanted) setTrouble(error instanceof Error ? error.message : String(error));
      },
    );
    return () => {
      wanted = false;
    };
  }, [block.number, own, place]);

  const { governance } = book;
  if (governance === undefined) return null;
  const governor = governance.governor;
  const send = (title: string, to: string, data: string): void => {
    void act({ title, requirements: [], tx: () => ({ to, data, value: 0n }) }, () => undefined);
  };
  const button = (label: string, title: string, data: string): JSX.Element => (
    <button
      type="button"
      key={label}
      disabled={busy || own === undefined}
      onClick={() => {
        send(title, governor, data);
      }}
    >
      {label}
    </button>
  );
  const deeds = ({ record, voted }: ShownProposal): JSX.Element | null => {
    const { id, state, eta } = record;
    const about = `proposal ${shortNumber(id)}`;
    if (state === "active" && !voted) {
      return (
        <>
          {CHOICES.map(([label, support]) =>
            button(label, `${label}: ${about}`, governorAbi.encodeFunctionData("castVote", [id, support])),
          )}
        </>
      );
    }
    if (state === "active") return <span class="note">You have voted.</span>;
    if (state === "succeeded") return button("Queue", `Queue ${about}`, governorAbi.encodeFunctionData("queue", [id]));
    if (state === "queued" && block.timestamp >= eta) {
      return button("Execute", `Execute ${about}`, governorAbi.encodeFunctionData("execute", [id]));
    }
    return null;
  };

  return (
    <Panel
      title="Proposals"
      note={
        ballot !== undefined && (
          <>
            A vote begins {duration(ballot.terms.votingDelay)} after the proposal and lasts{" "}
            {duration(ballot.terms.votingPeriod)}; what was voted waits {duration(ballot.terms.timelockDelay)}, in which
            everybody can leave. The guardian can only tighten
            {ballot.terms.guardian.active
              ? `, until ${moment(ballot.terms.guardian.expiresAt)}`
              : ", and its term is over"}
            .
          </>
        )
      }
    >
      {trouble !== undefined && (
        <p class="problem" role="alert">
          Proposals cannot be read: {trouble}
        </p>
      )}
      {ballot === undefined && trouble === undefined && <p class="note">Reading proposals…</p>}
      {ballot?.voter !== undefined && own !== undefined && (
        <div class="act">
          <p>
            You hold {plim(ballot.voter.balance)} and vote with {plim(ballot.voter.votes)}.
          </p>
          {ballot.voter.balance > 0n && ballot.voter.delegate.toLowerCase() !== own.toLowerCase() && (
            <button
              type="button"
              disabled={busy}
              onClick={() => {
                send("Vote with my own PLIM", governance.plim, plimAbi.encodeFunctionData("delegate", [own]));
              }}
            >
              Vote with my own PLIM
            </button>
          )}
        </div>
      )}
      <FormState busy={busy} />
      {ballot?.proposals.length === 0 && <p class="empty">Nothing has been proposed.</p>}
      {ballot?.proposals.map((proposal) => {
        const { record, calls } = proposal;
        const { id, state, votes, deadline, eta } = record;
        return (
          <article class="proposal" key={id.toString()} aria-label={`Proposal ${shortNumber(id)}`}>
            <h3>
              <span title={id.toString()}>Proposal {shortNumber(id)}</span>{" "}
              <Status level={LEVELS[state] ?? "none"}>{state}</Status>
            </h3>
            <ul>
              {calls.map(({ name, values }, i) => (
                <li key={i}>
                  <code>{name}</code> <span class="values">{values}</span>
                </li>
              ))}
            </ul>
            <p class="note">
              For {plim(votes.for)}, against {plim(votes.against)}, abstain {plim(votes.abstain)}; by{" "}
              <code title={record.proposer}>{shortAddress(record.proposer)}</code>. Voting until{" "}
              <time dateTime={machine(deadline)}>{moment(deadline)}</time>
              {eta !== 0n && (
                <>
                  , executable from <time dateTime={machine(eta)}>{moment(eta)}</time>
                </>
              )}
              .
            </p>
            <div class="with-button">{deeds(proposal)}</div>
          </article>
        );
      })}
    </Panel>
  );
}

/** Numbers of proposals have up to 78 digits: the first ones tell them apart. */
function shortNumber(id: bigint): string {
  const text = id.toString();
  return text.length > 8 ? `${text.slice(0, 8)}…` : text;
}
