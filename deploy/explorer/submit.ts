/** Hands sources in at an explorer that speaks Etherscan's API, version 2. */

import { setTimeout } from "node:timers/promises";

import { z } from "zod";

import type { ExplorerInput } from "./input.js";

const answer = z.object({ status: z.string(), message: z.string(), result: z.string() });

const PENDING = /pending|in progress|queue/i;
const VERIFIED = /^pass|already verified/i;
/** {ms} */
const TIMEOUT = 60_000;
const POLL = 5_000;
const LOOKS = 60;

export interface Explorer {
  /** "https://api.etherscan.io/v2/api" */
  readonly api: string;
  readonly chainId: number;
  /** The user's own key at the explorer. */
  readonly key: string;
  /** Between two looks whether it is done. {ms} */
  readonly poll?: number;
}

/** The explorer does not answer, or does not accept the sources. */
export class ExplorerRefuses extends Error {
  override readonly name = "ExplorerRefuses";

  constructor(
    readonly contract: string,
    readonly reason: string,
  ) {
    super(`the explorer does not verify ${contract}: ${reason}`);
  }
}

/**
 * Hands a contract's sources in, and waits until the explorer has compiled them.
 * @returns What it says in the end.
 * @throws {ExplorerRefuses}
 */
export async function submit(explorer: Explorer, one: ExplorerInput): Promise<string> {
  const { contract, address, compiler, input, constructorArguments } = one;
  const handed = await ask(explorer, contract, {
    action: "verifysourcecode",
    codeformat: "solidity-standard-json-input",
    sourceCode: JSON.stringify(input),
    contractaddress: address,
    contractname: contract,
    compilerversion: `v${compiler}`,
    // The API's own spelling.
    constructorArguements: constructorArguments,
  });
  if (VERIFIED.test(handed.result)) return handed.result;
  if (handed.status !== "1") throw new ExplorerRefuses(contract, handed.result);
  for (let look = 0; look < LOOKS; look++) {
    const { result } = await ask(explorer, contract, { action: "checkverifystatus", guid: handed.result });
    if (VERIFIED.test(result)) return result;
    if (!PENDING.test(result)) throw new ExplorerRefuses(contract, result);
    await setTimeout(explorer.poll ?? POLL);
  }
  throw new ExplorerRefuses(contract, "it has not been compiled for five minutes");
}

async function ask(
  { api, chainId, key }: Explorer,
  contract: string,
  fields: Readonly<Record<string, string>>,
): Promise<z.output<typeof answer>> {
  const url = `${api}?chainid=${chainId}`;
  const body = new URLSearchParams({ module: "contract", apikey: key, ...fields });
  let text: string;
  try {
    const response = await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(TIMEOUT) });
    text = await response.text();
  } catch {
    // What fetch says may hold the key.
    throw new ExplorerRefuses(contract, `${api} does not answer`);
  }
  const parsed = answer.safeParse(json(text));
  if (parsed.success) return parsed.data;
  throw new ExplorerRefuses(contract, `${api} answers something else`);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
