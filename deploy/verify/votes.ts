/** Who votes, and who guards: whether all PLIM went where it should, and whether the guardian's term is the one that it was given. */

import { type Contract, type Interface, type TransactionReceipt, ZeroAddress } from "ethers";

import { present } from "../../sdk/present.js";
import type { Checks } from "../checks.js";

const MILLISECONDS = 1_000;
const day = (seconds: bigint): string => new Date(Number(seconds) * MILLISECONDS).toISOString().slice(0, 10);

export interface Votes {
  readonly plim: Contract;
  readonly supply: bigint;
  readonly holder: string;
  /** Of the token. */
  readonly creation: TransactionReceipt;
  readonly deployer: string;
}

/** PLIM is minted once, when it is made: what its creation told is all that there ever was. */
export async function checkVotes(checks: Checks, { plim, supply, holder, creation, deployer }: Votes): Promise<void> {
  const minted = transfersIn(creation, plim.interface).filter(({ from }) => from === ZeroAddress);
  const said = (one: { readonly to: string; readonly value: bigint }): string => `${one.value} to ${one.to}`;
  checks.same("PLIM", "minted", minted.map(said), [said({ to: holder, value: supply })]);
  checks.same("PLIM", "supply", await ask(plim, "totalSupply"), supply);
  const held = `${String(await ask(plim, "balanceOf", deployer))} and ${String(await ask(plim, "getVotes", deployer))}`;
  checks.same("deployer", "PLIM and votes", held, "0 and 0");
  checks.add("PLIM", holder !== deployer, `${holder} got it, and is not the deployer`, "the deployer got it");
}

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
  checks.same("guardian", "held by", await ask(guardian, "holder"), holder);
  checks.add("guardian", holder !== deployer, "its holder is not the deployer", "its holder is the deployer");
  const active = (await ask(guardian, "active")) as boolean;
  checks.add(
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
