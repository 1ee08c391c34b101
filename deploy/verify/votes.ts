/** Who votes, and who guards: whether all PLIM went where it should, and whether the guardian's term is the one that it was given. */

import { type Contract, type Interface, type Log, type TransactionReceipt, ZeroAddress } from "ethers";

import { present } from "../../sdk/present.js";
import type { Checks } from "../checks.js";
import { allEvents, notAfter, placeOf } from "./events.js";
import type { History } from "./history.js";

const MILLISECONDS = 1_000;
const day = (seconds: bigint): string => new Date(Number(seconds) * MILLISECONDS).toISOString().slice(0, 10);

export interface Votes {
  readonly plim: Contract;
  readonly supply: bigint;
  readonly holder: string;
  /** Of the token. */
  readonly creation: TransactionReceipt;
  readonly history: Pick<History, "deployer" | "firstBlock" | "end">;
  /** What it takes to propose. {PLIM} */
  readonly threshold: bigint;
}

/** PLIM is minted once, when it is made: what its creation told is all that there ever was. */
export async function checkVotes(checks: Checks, votes: Votes): Promise<void> {
  const { plim, supply, holder, creation, history } = votes;
  const minted = transfersIn(creation, plim.interface).filter(({ from }) => from === ZeroAddress);
  const said = (one: { readonly to: string; readonly value: bigint }): string => `${one.value} to ${one.to}`;
  checks.same("PLIM", "minted", minted.map(said), [said({ to: holder, value: supply })]);
  checks.same("PLIM", "supply", await ask(plim, "totalSupply"), supply);
  await checkDeployersVotes(checks, votes);
  const isOther = holder !== history.deployer;
  checks.add("PLIM", isOther, `${holder} got it, and is not the deployer`, "the deployer got it");
}

/** What is sent or delegated to somebody he cannot refuse: after the end that counts only where it is enough to propose something. */
async function checkDeployersVotes(checks: Checks, { plim, history, threshold }: Votes): Promise<void> {
  const { deployer, firstBlock, end } = history;
  const provider = present(plim.runner?.provider, "provider");
  const logs = await allEvents(provider, [await plim.getAddress()], [plim.interface], firstBlock, end.block);
  const early = logs.filter((log) => notAfter(placeOf(log), end) && gives(plim.interface, log, deployer));
  checks.add("deployer", early.length === 0, "it got no PLIM and no votes", `it got PLIM or votes in ${listOf(early)}`);
  const [held, cast] = [await ask(plim, "balanceOf", deployer), await ask(plim, "getVotes", deployer)] as [
    bigint,
    bigint,
  ];
  const most = held > cast ? held : cast;
  checks.add(
    "deployer",
    most < threshold,
    most === 0n
      ? "it has no PLIM and no votes"
      : `others gave it ${held} PLIM and ${cast} votes since, which is less than proposing takes (${threshold})`,
    `it has ${held} PLIM and ${cast} votes, and ${threshold} are enough to propose`,
  );
}

/** Whether an event tells that somebody got PLIM, or votes. */
function gives(of: Interface, log: Log, somebody: string): boolean {
  const said = of.parseLog(log);
  if (said?.name === "Transfer") return said.args.getValue("to") === somebody;
  if (said?.name !== "DelegateVotesChanged" || said.args.getValue("delegate") !== somebody) return false;
  return (said.args.getValue("newVotes") as bigint) > 0n;
}

const listOf = (logs: readonly Log[]): string => [...new Set(logs.map((log) => log.transactionHash))].join(", ");

function transfersIn({ logs }: TransactionReceipt, of: Interface): { from: string; to: string; value: bigint }[] {
  return logs.flatMap((log) => {
    const parsed = of.parseLog(log);
    if (parsed?.name !== "Transfer") return [];
    const [from, to, value] = [...parsed.args] as [string, string, bigint];
    return [{ from, to, value }];
  });
}

export interface Guarding {
  readonly guardian: Contract;
  readonly holder: string;
  /** {s} */
  readonly term: bigint;
  /** When it was made. (unix seconds) */
  readonly madeAt: bigint;
  readonly deployer: string;
}

/** What nobody but votes can change: who guards, and until when. */
export async function checkGuardian(
  checks: Checks,
  { guardian, holder, term, madeAt, deployer }: Guarding,
): Promise<void> {
  const until = (await ask(guardian, "expiresAt")) as bigint;
  const votable = checks.about(await guardian.getAddress());
  votable.same("guardian", "held by", await ask(guardian, "holder"), holder);
  checks.add("guardian", holder !== deployer, "its holder is not the deployer", "its holder is the deployer");
  const active = (await ask(guardian, "active")) as boolean;
  votable.add(
    "guardian",
    until === madeAt + term,
    `its term ${active ? "ends" : "ended"} on ${day(until)}, as it was when it was made`,
    `its term ends on ${day(until)} (${until}), and not on ${day(madeAt + term)} (${madeAt + term}) as it did when it was made`,
  );
  const longest = (await ask(guardian, "LONGEST_TERM")) as bigint;
  checks.add(
    "guardian",
    term <= longest,
    `a term of ${term} s is within ${longest} s`,
    `its term is longer than ${longest} s`,
  );
}

async function ask(contract: Contract, name: string, ...args: unknown[]): Promise<unknown> {
  return present((await contract.getFunction(name).staticCall(...args)) as unknown, name);
}
