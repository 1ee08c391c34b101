/** `plimsoll deploy`. Needs the contracts' bindings. */

import { existsSync } from "node:fs";

import { formatEther, formatUnits } from "ethers";

import { DEPLOYMENTS_FOLDER, shipAddressBook } from "../../deploy/address-book.js";
import {
  InvalidNetwork,
  networkPath,
  PUBLIC_NETWORKS,
  readNetwork,
  type PublicNetwork,
} from "../../deploy/networks/network.js";
import { DeploymentInterrupted, DeploymentStopped } from "../../deploy/public/errors.js";
import { NodeError, nodeAt, NodeProvider, type Node } from "../../deploy/public/node.js";
import { deployPublic, type Outcome, type Plan } from "../../deploy/public/run.js";
import { cannotPay } from "../../keeper/rpc/cannot-pay.js";
import type { AddressBook } from "../../sdk/addresses.js";
import { parseAddress } from "../address.js";
import { handOf, nobody, type SignerOptions } from "../account/signer.js";
import { CliError, EnvironmentError, EXIT, Interrupted, UsageError } from "../errors.js";
import { nodeTrouble, nodeUrl } from "../node-trouble.js";
import { json } from "../present.js";
import { nearest } from "../suggestion.js";
import type { Terminal } from "../terminal.js";

export interface DeployOptions extends SignerOptions {
  readonly network: string;
  readonly rpc: string;
  readonly guardian?: string;
  readonly plimHolder?: string;
  readonly parameters?: string;
  readonly out?: string;
  readonly estimate?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Between two looks for a block; tests look more often. {ms} */
export interface Pace {
  readonly poll?: number;
}

export async function deploy(
  options: DeployOptions,
  { environment, say, ask }: Terminal,
  signal: AbortSignal,
  pace: Pace = {},
): Promise<void> {
  const network = networkOf(options);
  if (options.estimate !== true && options.yes !== true && ask === undefined) {
    throw new UsageError("nobody can be asked whether to go on", "Say so beforehand: --yes");
  }
  const tell = (line: string): void => {
    if (options.json !== true) say(line);
  };
  const node = nodeAt(nodeUrl(options.rpc));
  const provider = new NodeProvider(node, network.chainId);
  const closing = [(): void => provider.destroy()];
  try {
    const hand = handOf(options, environment);
    const deployer = await hand.address();
    if (deployer === undefined) throw nobody();
    const signing = options.estimate === true ? undefined : await hand.open(provider);
    if (signing !== undefined) closing.push(signing.close);
    tell(`${network.title} (chain ${network.chainId}), as ${deployer}`);
    const outcome = await deployPublic({
      network,
      node,
      provider,
      signer: signing?.signer,
      deployer,
      successors: {
        ...(options.guardian === undefined ? {} : { guardian: parseAddress(options.guardian) }),
        ...(options.plimHolder === undefined ? {} : { plimHolder: parseAddress(options.plimHolder) }),
      },
      deployments: options.out ?? DEPLOYMENTS_FOLDER,
      confirm: async (plan) => {
        for (const line of planLines(plan)) tell(line);
        if (options.yes === true || ask === undefined) return options.yes === true;
        return await ask(`Send ${plan.transactions.length} transactions? [y/N] `);
      },
      say: tell,
      signal,
      ...pace,
    });
    const shipped = options.out === undefined && (await ship(outcome, node));
    if (options.json === true) say(jsonOf(network, deployer, outcome, shipped));
    else for (const line of outcomeLines(network, outcome, shipped, options)) say(line);
    if (outcome.state === "declined") throw new CliError("nothing was sent", EXIT.failed);
  } catch (error) {
    throw forTheUser(error, signal);
  } finally {
    for (const close of closing.reverse()) close();
  }
}

/** @throws {UsageError} where there is no such network, or its file is wrong. */
export function networkOf({ network, parameters }: Pick<DeployOptions, "network" | "parameters">): PublicNetwork {
  const name = PUBLIC_NETWORKS.find((known) => known === network);
  if (name === undefined) {
    const meant = nearest(network, PUBLIC_NETWORKS);
    const others = `There are ${PUBLIC_NETWORKS.join(", ")}.`;
    throw new UsageError(
      `no public network is called "${network}"`,
      meant === undefined ? others : `Did you mean ${meant}?`,
    );
  }
  if (parameters !== undefined && !existsSync(parameters)) throw new UsageError(`there is no file ${parameters}`);
  try {
    return readNetwork(parameters ?? networkPath(name));
  } catch (error) {
    if (error instanceof InvalidNetwork) throw new UsageError(error.message);
    throw error;
  }
}

/** A rehearsal on a local node is nobody else's business. */
async function ship(outcome: Outcome, node: Node): Promise<boolean> {
  if (outcome.state !== "deployed" && outcome.state !== "there") return false;
  // A node that does not say what it is is none of those.
  const client = String(await node.request({ method: "web3_clientVersion", params: [] }).catch(() => ""));
  if (/anvil|hardhat|ganache/i.test(client)) return false;
  return shipAddressBook(outcome.book);
}

export function forTheUser(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof DeploymentInterrupted && signal.aborted) {
    const reason = signal.reason === "SIGTERM" ? "SIGTERM" : "SIGINT";
    return new Interrupted(reason, "the deployment; run the same again to see it through");
  }
  if (error instanceof DeploymentStopped) {
    return new CliError(error.message, EXIT.failed, error.hint, { code: error.name, values: {} });
  }
  if (error instanceof Error && cannotPay(error.message)) {
    return new CliError(
      "the deployer's ether does not suffice any more",
      EXIT.failed,
      "Send it some (--estimate says what is left), and run the same again: it goes on where it was.",
    );
  }
  if (error instanceof NodeError) {
    return new EnvironmentError(`the node failed: ${error.message}`, "Run the same again, perhaps with another node.");
  }
  const trouble = nodeTrouble(error);
  if (trouble !== undefined) return trouble;
  // Ignition's own: what the node would not estimate or take.
  if (error instanceof Error && error.name === "HardhatError") {
    return new CliError(error.message, EXIT.failed, "Run the same again: it goes on where it was.");
  }
  return error;
}

// ---- what is said

function planLines({ network, checks, transactions, done, cost, balance, successors }: Plan): string[] {
  const gwei = (wei: bigint): string => `${formatUnits(wei, "gwei")} gwei`;
  return [
    ...checks.map(({ subject, said }) => `  ${subject}: ${said}`),
    done === 0
      ? `${transactions.length} transactions`
      : `${transactions.length} transactions; ${done} were sent before`,
    `  ${cost.gas} gas at ${gwei(cost.price)}: some ${ether(cost.expected)} ETH; at most ${ether(cost.most)} ETH are offered` +
      (cost.data === 0n ? "" : `, ${ether(cost.data)} ETH of it for data`),
    ...(cost.given === 0n ? [] : [`  ${formatEther(cost.given)} ETH go into the reserve`]),
    `  the deployer has ${formatEther(balance)} ETH`,
    `Afterwards votes decide on ${network.title}: PLIM to ${successors.plimHolder}, the guardian is ${successors.guardian}, the deployer holds nothing.`,
  ];
}

function outcomeLines(
  network: PublicNetwork,
  outcome: Outcome,
  shipped: boolean,
  { parameters, out }: DeployOptions,
): string[] {
  const quoted = (name: string, value: string | undefined): string =>
    value === undefined ? "" : ` --${name} ${value}`;
  const look = `plimsoll verify-deployment --network ${network.name} --rpc <url>${quoted("parameters", parameters)}${quoted("out", out)}`;
  switch (outcome.state) {
    case "planned":
      return [...planLines(outcome.plan), "Nothing was sent."];
    case "declined":
      return [];
    case "there":
      return [`Everything is there already; nothing is to be done. Whether it is what the file says: ${look}`];
    case "deployed": {
      const { book, path } = outcome;
      const { explorer } = network;
      return [
        ...Object.entries(placesIn(book)).map(([name, at]) => `${name.padEnd(12)} ${explorer.url}/address/${at}`),
        `Written to ${path}${shipped ? ", and for the SDK" : ""}.`,
        `Look next: ${look}`,
      ];
    }
  }
}

/** What people look for: the protocol, who governs it, and what helps users. */
function placesIn({ contracts, governance, uniswap, leverage, faucet }: AddressBook): Record<string, string> {
  const named: Record<string, string | undefined> = {
    ...contracts,
    ...governance,
    router: uniswap?.router,
    leverage,
    faucet,
  };
  return Object.fromEntries(Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function jsonOf(network: PublicNetwork, deployer: string, outcome: Outcome, shipped: boolean): string {
  const plan = "plan" in outcome ? outcome.plan : undefined;
  return json({
    state: outcome.state,
    network: network.name,
    chainId: network.chainId,
    deployer,
    checks: plan?.checks ?? [],
    transactions: plan?.transactions ?? [],
    sentBefore: plan?.done ?? null,
    cost: plan?.cost ?? null,
    balance: plan?.balance ?? null,
    book: "book" in outcome ? outcome.book : null,
    shipped,
  });
}

/** To six places, rather too much: it is a cost. */
function ether(wei: bigint): string {
  const place = 10n ** 12n;
  return formatEther(((wei + place - 1n) / place) * place);
}
