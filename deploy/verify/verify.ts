/** Proves on the chain that a deployment is what it should be. Nothing is sent. */

import {
  FutureType,
  isDeploymentFuture,
  type ContractCallFuture,
  type ContractFuture,
  type Future,
} from "@nomicfoundation/ignition-core";
import { type Contract, EventLog, type Provider } from "ethers";

import { LogReader } from "../../keeper/logs.js";
import { present } from "../../sdk/present.js";
import { Checks, type Check } from "../checks.js";
import { publicModule } from "../modules/public/Public.js";
import type { PublicNetwork } from "../networks/network.js";
import { publicParameters } from "../public/parameters.js";
import { preflight } from "../public/preflight.js";
import type { FinishedRecord } from "../public/record.js";
import { PERMISSIONS, type GovernedContract } from "../roles.js";
import { checkCode } from "./code.js";
import { checkMadeWith, checkSetting, type Since } from "./parameters.js";
import { futuresOf, Resolver } from "./resolve.js";
import { checkRoles } from "./roles.js";

export interface Verification {
  readonly provider: Provider;
  /** As the node says now. */
  readonly chainId: bigint;
  readonly network: PublicNetwork;
  readonly record: FinishedRecord;
  readonly signal?: AbortSignal;
}

/** How long all events of a contract may take to be read; there are few of them, but many blocks. {ms} */
const PATIENCE = 600_000;

/** Every check, also those that hold: code, settings, roles, owners, feeds and tokens. */
export async function verifyDeployment(options: Verification): Promise<readonly Check[]> {
  const { provider, chainId, network, record, signal } = options;
  const checks = new Checks();
  if (!checks.same("chain", "id", chainId, record.chainId)) return checks.all;
  if (!checks.same("network", "deployed to", record.network, network.name)) return checks.all;
  const { deployer, guardian, plimHolder, contracts } = record;
  const module = publicModule(network);
  const parameters = publicParameters(network, { guardian, plimHolder });
  const resolver = new Resolver({ provider, contracts, parameters, deployer });
  const events = eventsSince(provider, record.firstBlock);
  const futures = futuresOf(module);

  for (const future of futures) {
    signal?.throwIfAborted();
    if (!isDeploymentFuture(future)) continue;
    await checkCode(checks, resolver, future, deployer);
  }
  // What follows asks the contracts themselves: that is no proof, and may fail anyhow, where they are not what they should be.
  if (checks.failed.length > 0) return checks.all;
  const since: Since = {
    firstBlock: record.firstBlock,
    lastEvent: async (contract, name) =>
      [...present((await events(contract, name)).at(-1), `event ${name}`).args] as unknown[],
  };
  for (const future of futures) {
    signal?.throwIfAborted();
    if (isDeploymentFuture(future)) await checkMadeWith(checks, resolver, future, since);
    else if (isCall(future)) await checkSetting(checks, resolver, future, since);
  }

  const results = module.results as Readonly<Record<string, ContractFuture<string> | undefined>>;
  const at = (name: string): ContractFuture<string> => present(results[name], name);
  const names = new Set(PERMISSIONS.map(({ contract }) => contract));
  const governed: Partial<Record<GovernedContract, Contract>> = {};
  for (const name of names) {
    const future = results[name];
    if (future !== undefined) governed[name] = await resolver.contractOf(future);
  }
  await checkRoles(checks, {
    manager: await resolver.contractOf(at("manager")),
    timelock: await resolver.contractOf(at("timelock")),
    guardian: resolver.addressOf(at("guardian")),
    governor: resolver.addressOf(at("governor")),
    deployer,
    contracts: governed,
    events,
  });
  await checkDeployer(checks, resolver, futures, at("plim"), deployer, events);

  const funded = new Set(Object.keys(network.tokens));
  checks.all.push(...(await preflight({ provider, chainId, network, deployer, funded })).slice(1));
  return checks.all;
}

function isCall(future: Future): future is ContractCallFuture<string, string> {
  return future.type === FutureType.CONTRACT_CALL;
}

/** What a deployer could have kept beside roles: votes, and minting of test tokens. */
async function checkDeployer(
  checks: Checks,
  resolver: Resolver,
  futures: readonly Future[],
  plim: ContractFuture<string>,
  deployer: string,
  events: ReturnType<typeof eventsSince>,
): Promise<void> {
  const votes = await resolver.contractOf(plim);
  const held = String(await votes.getFunction("balanceOf").staticCall(deployer));
  const cast = String(await votes.getFunction("getVotes").staticCall(deployer));
  checks.same("deployer", "PLIM and votes", `${held} and ${cast}`, "0 and 0");
  for (const future of futures) {
    if (!isDeploymentFuture(future) || future.contractName !== "FaucetToken") continue;
    const token = await resolver.contractOf(future);
    const minters = new Set<string>();
    for (const { args } of await events(token, "MinterSet")) {
      const minter = args.getValue("minter") as string;
      if ((await token.getFunction("isMinter").staticCall(minter)) === true) minters.add(minter);
    }
    const faucet = futures.find((one) => isDeploymentFuture(one) && one.contractName === "Faucet");
    const own = faucet === undefined ? "nobody" : resolver.addressOf(faucet as ContractFuture<string>);
    checks.same(`token ${future.id}`, "minters beside its owner", [...minters].join(", ") || "nobody", own);
  }
}

/** Reads a contract's events in pieces that nodes allow, each once. */
function eventsSince(provider: Provider, firstBlock: number) {
  const read = new Map<string, Promise<readonly EventLog[]>>();
  return async (contract: Contract, name: string): Promise<readonly EventLog[]> => {
    const address = await contract.getAddress();
    const key = `${address} ${name}`;
    let found = read.get(key);
    if (found === undefined) {
      found = all(contract, address, name);
      read.set(key, found);
    }
    return await found;
  };

  async function all(contract: Contract, address: string, name: string): Promise<readonly EventLog[]> {
    const event = present(contract.interface.getEvent(name), `event ${name}`);
    const reader = new LogReader(provider, [address], [event.topicHash], firstBlock, 0, PATIENCE);
    const logs = await reader.read(await provider.getBlockNumber());
    return logs.map((log) => new EventLog(log, contract.interface, event));
  }
}
