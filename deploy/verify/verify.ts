/** Proves on the chain that a deployment is what it should be. Nothing is sent. */

import {
  isDeploymentFuture,
  type ContractFuture,
  type DeploymentFuture,
  type Future,
} from "@nomicfoundation/ignition-core";
import { getAddress, type Contract, type Provider } from "ethers";

import { present } from "../../sdk/present.js";
import { Checks, type Check } from "../checks.js";
import { publicModule, type PublicModule } from "../modules/public/Public.js";
import type { PublicNetwork } from "../networks/network.js";
import { publicAssets, publicHoldings } from "../parameters/public.js";
import { ENGINE, publicBook } from "../public/book.js";
import { publicParameters } from "../public/parameters.js";
import { OPENS_POOL, poolSaid } from "../public/pool.js";
import { preflight } from "../public/preflight.js";
import { checkSuccessors } from "../public/successors.js";
import type { FinishedRecord } from "../public/record.js";
import { PERMISSIONS, type GovernedContract } from "../roles.js";
import { checkBooks, type FoundBook } from "./books.js";
import { checkCode } from "./code.js";
import { Events, type Wanted } from "./events.js";
import { checkHistory, isCall, type History } from "./history.js";
import { checkOperations, OPERATION_EVENTS } from "./operations.js";
import { checkMadeWith, checkSetting, SETTING_EVENTS } from "./parameters.js";
import { checkRecord } from "./record.js";
import { futuresOf, Resolver } from "./resolve.js";
import { checkRoles, GRANT_EVENTS } from "./roles.js";
import { checkSets, SET_EVENTS } from "./sets.js";
import { markChanges } from "./since.js";
import { checkStrays, interfacesOf } from "./strays.js";
import { checkGuardian, checkVotes } from "./votes.js";

export interface Verification {
  readonly provider: Provider;
  /** As the node says now. */
  readonly chainId: bigint;
  readonly network: PublicNetwork;
  readonly record: FinishedRecord;
  /** By which programs find it. */
  readonly books?: readonly FoundBook[];
  readonly signal?: AbortSignal;
}

/** Every check, also those that hold: history, code, address books, settings, lists, roles, owners, votes, feeds and tokens. */
export async function verifyDeployment(options: Verification): Promise<readonly Check[]> {
  const { provider, chainId, network, record, books = [], signal } = options;
  const checks = new Checks();
  if (!checks.same("chain", "id", chainId, record.chainId)) return checks.all;
  if (!checks.same("network", "deployed to", record.network, network.name)) return checks.all;
  const { deployer, guardian, plimHolder, contracts, transactions = {} } = record;
  const module = publicModule(network, transactions[OPENS_POOL] === undefined);
  const parameters = publicParameters(network, { guardian, plimHolder });
  const resolver = new Resolver({ provider, contracts, parameters, deployer });
  const futures = futuresOf(module);

  if (!(await checkRecord(checks, resolver, futures, contracts))) return checks.all;
  for (const future of futures) {
    signal?.throwIfAborted();
    if (!isDeploymentFuture(future)) continue;
    await checkCode(checks, resolver, future, deployer);
  }
  // What follows asks the contracts themselves: that is no proof, and may fail anyhow, where they are not what they should be.
  if (checks.failed.some(({ subject }) => subject.startsWith("code of "))) return checks.all;
  const history = await checkHistory(checks, resolver, futures, transactions, deployer);
  if (history === undefined) return checks.all;
  await checkStrays(checks, resolver, futures, history);

  const { blockNumber } = present(history.creations.get(ENGINE), ENGINE);
  checkBooks(checks, publicBook(network, record, blockNumber), books);

  const deployed = new Deployed(resolver, module, futures);
  const events = await Events.since(provider, history.firstBlock, await deployed.wanted());
  for (const future of futures) {
    signal?.throwIfAborted();
    if (isDeploymentFuture(future)) await checkMadeWith(checks, resolver, future, events);
    else if (isCall(future)) await checkSetting(checks, resolver, future, events);
  }
  await checkGovernance(checks, deployed, history, events, record);
  const faucet = deployed.has("faucet") ? await deployed.contract("faucet") : undefined;
  const assets = publicAssets(network);
  const holdings = publicHoldings(network);
  await checkSets(
    checks,
    { ...(await deployed.contracts(["dollar", "oracle", "risk", "depth", "engine", "reserve"])), faucet },
    {
      assets,
      stables: new Set(assets.map(({ symbol }) => symbol).filter((symbol) => present(holdings[symbol], symbol).stable)),
      testTokens: deployed.testTokens().map((token) => resolver.addressOf(token)),
    },
    events,
  );
  await checkTokens(checks, resolver, deployed, events);
  const feed = await deployed.contract("dollarFeed");
  const pool = (await feed.getFunction("pool").staticCall()) as string;
  checks.add("pool of plUSD", true, await poolSaid(provider, pool, deployed.address("dollar")), "");

  await markChanges(checks, { provider, interfaces: await interfacesOf(resolver, futures), history });
  // Of others' contracts, which say nothing of who may change what: a feed that is late now.
  const funded = new Set(Object.keys(network.tokens));
  checks.all.push(...(await preflight({ provider, chainId, network, deployer, funded })).slice(1));
  return checks.all;
}

/** The module's results, as contracts on the chain. */
class Deployed {
  readonly #results: Readonly<Record<string, ContractFuture<string> | undefined>>;

  constructor(
    readonly resolver: Resolver,
    module: PublicModule,
    readonly futures: readonly Future[],
  ) {
    this.#results = module.results;
  }

  has(name: string): boolean {
    return this.#results[name] !== undefined;
  }

  future(name: string): ContractFuture<string> {
    return present(this.#results[name], name);
  }

  address(name: string): string {
    return this.resolver.addressOf(this.future(name));
  }

  async contract(name: string): Promise<Contract> {
    return await this.resolver.contractOf(this.future(name));
  }

  async contracts<Name extends string>(names: readonly Name[]): Promise<Record<Name, Contract>> {
    const all = await Promise.all(names.map(async (name) => [name, await this.contract(name)] as const));
    return Object.fromEntries(all) as Record<Name, Contract>;
  }

  testTokens(): DeploymentFuture<string>[] {
    return this.futures.filter(
      (future) => isDeploymentFuture(future) && future.contractName === "FaucetToken",
    ) as DeploymentFuture<string>[];
  }

  /** Everything that any check asks events for. */
  async wanted(): Promise<Wanted> {
    const wanted: { contract: Contract; names: readonly string[] }[] = [];
    for (const events of [GRANT_EVENTS, OPERATION_EVENTS, SET_EVENTS, SETTING_EVENTS]) {
      for (const [name, names] of Object.entries(events) as [string, readonly string[]][]) {
        wanted.push({ contract: await this.contract(name), names });
      }
    }
    for (const token of this.testTokens()) {
      wanted.push({ contract: await this.resolver.contractOf(token), names: ["MinterSet"] });
    }
    return wanted;
  }
}

/** Roles, what waits, votes, and the guardian. */
async function checkGovernance(
  checks: Checks,
  deployed: Deployed,
  history: History,
  events: Events,
  { guardian: guard, plimHolder }: FinishedRecord,
): Promise<void> {
  const { resolver } = deployed;
  const { provider } = resolver;
  const { manager, timelock, governor, guardian, plim } = await deployed.contracts([
    "manager",
    "timelock",
    "governor",
    "guardian",
    "plim",
  ]);
  const governed: Partial<Record<GovernedContract, Contract>> = {};
  for (const { contract: name } of PERMISSIONS) {
    if (deployed.has(name)) governed[name] ??= await deployed.contract(name);
  }
  const { deployer, end } = history;
  await checkRoles(checks, {
    ...{ manager, timelock, deployer, events, contracts: governed },
    guardian: await guardian.getAddress(),
    governor: await governor.getAddress(),
    now: BigInt(present(await provider.getBlock("latest"), "latest block").timestamp),
  });
  await checkOperations(checks, { timelock, governor, manager, end }, events);

  const argument = async (name: string, place: number): Promise<unknown> => {
    const future = deployed.future(name);
    return await resolver.valueOf("constructorArgs" in future ? future.constructorArgs[place] : undefined);
  };
  const creation = (name: string) => present(history.creations.get(deployed.future(name).id), `creation of ${name}`);
  await checkVotes(checks, {
    ...{ plim, history, holder: getAddress(plimHolder), creation: creation("plim") },
    supply: (await argument("plim", 1)) as bigint,
    threshold: (await governor.getFunction("proposalThreshold").staticCall()) as bigint,
  });
  checks.all.push(...(await checkSuccessors(provider, { guardian: guard, plimHolder })));
  const made = present(await provider.getBlock(creation("guardian").blockNumber), "block of the guardian");
  await checkGuardian(checks, {
    ...{ guardian, deployer, holder: getAddress(guard), madeAt: BigInt(made.timestamp) },
    term: (await argument("guardian", 4)) as bigint,
  });
}

/** What a deployer could have kept beside roles and votes: minting of test tokens. */
async function checkTokens(checks: Checks, resolver: Resolver, deployed: Deployed, events: Events): Promise<void> {
  const own = deployed.has("faucet") ? resolver.addressOf(deployed.future("faucet")) : "nobody";
  for (const future of deployed.testTokens()) {
    const token = await resolver.contractOf(future);
    const minters = new Set<string>();
    for (const { args } of await events.of(token, "MinterSet")) {
      const minter = args.getValue("minter") as string;
      if ((await token.getFunction("isMinter").staticCall(minter)) === true) minters.add(minter);
    }
    checks
      .about(resolver.addressOf(future))
      .same(`token ${future.id}`, "minters beside its owner", [...minters].join(", ") || "nobody", own);
  }
}
