/** A deployment to a public network, from looking at the chain to the address book. It can be stopped anywhere, and run again. */

import { wipe } from "@nomicfoundation/ignition-core";
import { formatEther, ZeroAddress, type Provider, type Signer } from "ethers";

import type { AddressBook } from "../../sdk/addresses.js";
import { present } from "../../sdk/present.js";
import { writeAddressBook } from "../address-book.js";
import type { Check } from "../checks.js";
import { publicModule } from "../modules/public/Public.js";
import type { PublicNetwork } from "../networks/network.js";
import { ENGINE, publicBook } from "./book.js";
import { DeploymentInterrupted, DeploymentStopped, PreflightFailed } from "./errors.js";
import { costOf, measure, type Cost, type Measured } from "./estimate.js";
import { PUBLIC_STABLE } from "../parameters/public.js";
import { resolver } from "../ignition.js";
import { ignite, type Patience } from "./ignite.js";
import { isBegun, progressIn } from "./journal.js";
import { listening } from "./listener.js";
import { quantity, type Node } from "./node.js";
import { publicParameters, type Successors } from "./parameters.js";
import { OPENS_POOL, poolOf, poolSaid } from "./pool.js";
import { preflight } from "./preflight.js";
import { checkSuccessors } from "./successors.js";
import { SigningProvider } from "./provider.js";
import {
  alone,
  folderOf,
  isFinished,
  readRecord,
  writeRecord,
  type DeploymentRecord,
  type FinishedRecord,
} from "./record.js";
import { depthWanted, mend, settled } from "./resume.js";
import { SendRecord } from "./sends.js";

const DOLLAR = "Core#PlimsollDollar";

export interface PublicDeployment {
  readonly network: PublicNetwork;
  /** Asked by Ignition, and for what is looked at: one and the same node. */
  readonly node: Node;
  readonly provider: Provider;
  /** Undefined: only looked and estimated. */
  readonly signer: Signer | undefined;
  readonly deployer: string;
  /** Needed when it begins; what was said then holds afterwards. */
  readonly successors: Partial<Successors>;
  /** Where journals, records and address books are. */
  readonly deployments: string;
  /** Asked before anything is sent. */
  readonly confirm: (plan: Plan) => Promise<boolean>;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Between two looks for a block. {ms} */
  readonly poll?: number;
  /** How long is waited for a transaction; long, if absent. */
  readonly patience?: Patience;
  /** What the transactions were measured at before, to measure once. */
  readonly measured?: readonly Measured[];
}

/** What is about to happen. */
export interface Plan {
  readonly network: PublicNetwork;
  readonly deployer: string;
  readonly successors: Successors;
  readonly checks: readonly Check[];
  /** What is left to be sent. */
  readonly transactions: readonly Measured[];
  /** What was sent before. */
  readonly done: number;
  readonly cost: Cost;
  /** {wei} */
  readonly balance: bigint;
}

export type Outcome =
  | { readonly state: "there"; readonly book: AddressBook; readonly record: DeploymentRecord }
  | { readonly state: "planned" | "declined"; readonly plan: Plan }
  | {
      readonly state: "deployed";
      readonly plan: Plan;
      readonly book: AddressBook;
      readonly record: DeploymentRecord;
      readonly path: string;
    };

/**
 * Deploys what is not there yet.
 * @throws {PreflightFailed} before anything is sent, if the chain is not what the network's file says.
 * @throws {DeploymentStopped} with what can be done; the same call goes on where it was.
 */
export async function deployPublic(options: PublicDeployment): Promise<Outcome> {
  const folder = folderOf(options.deployments, options.network.chainId);
  const before = readRecord(folder);
  if (isFinished(before) || options.signer === undefined) return await deployFrom(folder, options);
  return await alone(folder, () => deployFrom(folder, options));
}

async function deployFrom(folder: string, options: PublicDeployment): Promise<Outcome> {
  const { network, node, provider, deployer } = options;
  const before = readRecord(folder);
  if (isFinished(before)) return await alreadyThere(options, before);
  const successors = successorsOf(options, before);

  const chainId = await quantity(node, "eth_chainId");
  const { done, begun, addresses } = progressIn(folder);
  if (chainId === BigInt(network.chainId)) await stillThere(options, addresses);
  const funded = new Set(Object.keys(network.tokens).filter((symbol) => begun.has(`Public#seed_fund_${symbol}`)));
  const looked = await preflight({
    provider,
    chainId,
    network,
    deployer,
    funded,
    estimating: options.signer === undefined,
  });
  const checks = [...looked, ...(await checkSuccessors(provider, successors))];
  const failed = checks.filter(({ holds }) => !holds);
  if (failed.length > 0) {
    throw new PreflightFailed(
      failed.map(({ subject, said }) => `${subject}: ${said}`),
      begun.size > 0,
    );
  }

  const measured = options.measured ?? (await measure(network, successors));
  if (options.signal?.aborted === true) throw new DeploymentInterrupted();
  const transactions = measured.filter(({ future }) => !done.has(future));
  const cost = await costOf(provider, network.rollup, transactions);
  const balance = await provider.getBalance(deployer);
  const plan: Plan = {
    network,
    deployer,
    successors,
    checks,
    transactions,
    done: measured.length - transactions.length,
    cost,
    balance,
  };
  if (options.signer === undefined) return { state: "planned", plan };
  if (balance < cost.expected + cost.given) {
    throw new DeploymentStopped(
      `${deployer} has ${formatEther(balance)} ETH, and it takes some ${formatEther(cost.expected + cost.given)}`,
      "Send it some ether. With --estimate it is said what for.",
    );
  }
  if (!(await options.confirm(plan))) return { state: "declined", plan };
  return await act({ ...options, signer: options.signer }, plan, folder, before);
}

async function act(
  options: PublicDeployment & { readonly signer: Signer },
  plan: Plan,
  folder: string,
  before: DeploymentRecord | undefined,
): Promise<Outcome> {
  const { network, node, deployer, signer, say, signal, poll, patience, deployments } = options;
  const chainId = BigInt(network.chainId);
  const begun: DeploymentRecord = before ?? {
    network: network.name,
    chainId: network.chainId,
    deployer,
    ...plan.successors,
    firstBlock: Number(await quantity(node, "eth_blockNumber")),
  };
  writeRecord(folder, begun);
  const record = new SendRecord(folder);
  const confirmations = await depthWanted(node, network.confirmations);
  const mending = {
    ...{ folder, node, sender: deployer, record, resolver, confirmations, say },
    ...(poll === undefined ? {} : { poll }),
    ...(signal === undefined ? {} : { signal }),
  };
  const provider = new SigningProvider({
    ...{ node, chainId, address: deployer, signer, record },
    ...(signal === undefined ? {} : { signal }),
  });
  let count = plan.done;
  const all = plan.done + plan.transactions.length;
  let poolIsOpen = false;
  const go = async (): Promise<ReadonlyMap<string, string>> => {
    if (isBegun(folder)) await mend(mending);
    await settled(mending);
    poolIsOpen = await openedByOthers(options, folder);
    // What is begun and not in the module any more would never be done.
    if (poolIsOpen && progressIn(folder).begun.has(OPENS_POOL)) await wipe(folder, resolver, OPENS_POOL);
    return await ignite({
      module: publicModule(network, poolIsOpen),
      provider,
      deployer,
      parameters: publicParameters(network, plan.successors),
      folder,
      confirmations,
      ...(poll === undefined ? {} : { poll }),
      ...(patience === undefined ? {} : { patience }),
      listener: listening({
        transactionConfirm: ({ futureId, hash }) => {
          count += 1;
          say(`${count}/${all} ${futureId} ${hash}`);
          return Promise.resolve();
        },
      }),
    });
  };
  const addresses = await go().catch(async (error: unknown) => {
    // Somebody may have been faster, since plUSD has an address.
    if (error instanceof DeploymentInterrupted || poolIsOpen || !(await openedByOthers(options, folder))) throw error;
    say(`${OPENS_POOL}: somebody else opened plUSD's pool; it is taken as it is`);
    return await go();
  });
  const { blocks, included } = progressIn(folder);
  const finished: FinishedRecord = {
    ...begun,
    contracts: Object.fromEntries(addresses),
    transactions: Object.fromEntries(included),
  };
  const pool = await poolOf(
    options.provider,
    network,
    present(addresses.get(DOLLAR), DOLLAR),
    stableOf(network, addresses),
  );
  say(
    `pool of plUSD: ${await poolSaid(options.provider, present(pool, "pool"), present(addresses.get(DOLLAR), DOLLAR))}`,
  );
  const book = publicBook(network, finished, blocks.get(ENGINE) ?? begun.firstBlock);
  const path = writeAddressBook(book, deployments);
  // Last: from now on it is finished.
  writeRecord(folder, finished);
  return { state: "deployed", plan, book, record: finished, path };
}

/** Whether plUSD's pool is there without the deployment having opened it. */
async function openedByOthers({ network, provider }: PublicDeployment, folder: string): Promise<boolean> {
  const { addresses, done, onTheirWay } = progressIn(folder);
  const dollar = addresses.get(DOLLAR);
  if (dollar === undefined || done.has(OPENS_POOL)) return false;
  if (onTheirWay.some(({ futureId }) => futureId === OPENS_POOL)) return false;
  return (await poolOf(provider, network, dollar, stableOf(network, addresses))) !== undefined;
}

/** The token that plUSD is traded for: the network's own, or one that was deployed. */
function stableOf({ tokens }: PublicNetwork, addresses: ReadonlyMap<string, string>): string {
  return present(tokens[PUBLIC_STABLE]?.address ?? addresses.get(`Public#${PUBLIC_STABLE}`), PUBLIC_STABLE);
}

/** Who holds what afterwards: as it was said when the deployment began. */
function successorsOf(
  { network, deployer, successors }: PublicDeployment,
  before: DeploymentRecord | undefined,
): Successors {
  if (before === undefined) {
    const { guardian, plimHolder } = successors;
    if (guardian === undefined || plimHolder === undefined) {
      throw new DeploymentStopped(
        "nobody is named who acts as guardian, or who gets PLIM",
        "Name them: --guardian <address>, a Safe, and --plim-holder <address>, who hands votes out.",
      );
    }
    for (const [what, address] of Object.entries({ guardian, plimHolder })) {
      if (address === deployer) {
        throw new DeploymentStopped(`the ${what} would be the deployer, who holds nothing in the end`, "Name another.");
      }
      if (address === ZeroAddress) throw new DeploymentStopped(`the ${what} would be nobody`, "Name somebody.");
    }
    return { guardian, plimHolder };
  }
  const { guardian, plimHolder } = before;
  if (before.deployer !== deployer) {
    throw new DeploymentStopped(
      `the deployment to ${network.title} was begun by ${before.deployer}, not by ${deployer}`,
      "Go on with its key, or begin another one in another folder: --out <folder>.",
    );
  }
  for (const [what, said, was] of [
    ["guardian", successors.guardian, guardian],
    ["holder of PLIM", successors.plimHolder, plimHolder],
  ] as const) {
    if (said !== undefined && said !== was) {
      throw new DeploymentStopped(`the ${what} was to be ${was} when the deployment began, not ${said}`);
    }
  }
  return { guardian, plimHolder };
}

/** Nothing is to be done, if the chain has what was deployed. */
async function alreadyThere(options: PublicDeployment, record: FinishedRecord): Promise<Outcome> {
  const { network, node, provider, deployments } = options;
  const chainId = await quantity(node, "eth_chainId");
  if (chainId !== BigInt(network.chainId)) {
    throw new PreflightFailed([`chain: its id is ${chainId}, not ${network.chainId}`]);
  }
  await stillThere(options, Object.entries(record.contracts));
  const folder = folderOf(deployments, network.chainId);
  const made = record.transactions?.[ENGINE];
  const block =
    progressIn(folder).blocks.get(ENGINE) ??
    (made === undefined ? null : await provider.getTransactionReceipt(made))?.blockNumber;
  const book = publicBook(network, record, block ?? record.firstBlock);
  // It may have got lost, and costs nothing.
  writeAddressBook(book, deployments);
  return { state: "there", book, record };
}

/** Whoever goes on with a deployment that the chain knows nothing of would call contracts that are not there. */
async function stillThere(
  { network, provider, deployments }: PublicDeployment,
  contracts: Iterable<readonly [future: string, address: string]>,
): Promise<void> {
  const codes = await Promise.all(
    [...contracts].map(async ([future, address]) => ({ future, address, code: await provider.getCode(address) })),
  );
  for (const { future, address, code } of codes) {
    if (code !== "0x") continue;
    throw new DeploymentStopped(
      `${future} was deployed at ${address}, and the chain has nothing there`,
      `Is it another chain of the same id? What was deployed is in ${folderOf(deployments, network.chainId)}; --out <folder> begins anew.`,
    );
  }
}
