/** `plimsoll keeper deploy`: the operator's own two contracts. Needs the contracts' bindings. */

import { formatEther, formatUnits, type BaseWallet } from "ethers";

import { ConfigError } from "../../keeper/config/errors.js";
import { loadWallet } from "../../keeper/config/key.js";
import type { OperatorConfig } from "../../keeper/config/operator.js";
import { identityOf } from "../../keeper/journal/identity.js";
import { holderOf } from "../../keeper/journal/lock.js";
import { USUAL_DIRECTORY } from "../../keeper/journal/open.js";
import { SILENT } from "../../keeper/log.js";
import { whyNotWritable, writeOwn } from "../../keeper/own/config-file.js";
import { Deployer, DeployStopped } from "../../keeper/own/deployer.js";
import { CannotDeploy } from "../../keeper/own/errors.js";
import { labelOf, planOf, type Plan, type Situation, type Standing } from "../../keeper/own/plan.js";
import { DeployRecord, USUAL_RECORDS } from "../../keeper/own/record.js";
import { KINDS, OWN, termsOf, type OwnName } from "../../keeper/own/terms.js";
import type { NodePool } from "../../keeper/rpc/pool.js";
import { EnvironmentError, Interrupted } from "../errors.js";
import { configOf, forTheUser, type Sources } from "./config.js";
import { connect, findDeployment } from "./setup.js";

export interface DeployOptions extends Sources {
  readonly json: boolean;
  readonly say: (line: string) => void;
  /** Ends it; what is on its way stays in the record. */
  readonly signal: AbortSignal;
  /** Where address books and records are, if not where they usually are. */
  readonly books?: string;
  readonly records?: string;
}

type Addresses = Readonly<Partial<Record<OwnName, string>>>;

/** What came of the configuration. */
interface Noted {
  /** Addresses that it did not have. */
  readonly added: Addresses;
  readonly file: string | undefined;
  /** Why they are not in the file; undefined where they are, or there is none. */
  readonly problem: string | undefined;
}

export async function deploy(options: DeployOptions): Promise<void> {
  const { flags } = options;
  // A configuration that lets the keeper act does not ask for contracts.
  const execute = flags.execute === true;
  const config = configOf({ ...options, flags: { ...flags, execute } });
  const closing: (() => void)[] = [];
  try {
    const wallet = await loadWallet(config, options.environment);
    const owner = ownerOf(config, wallet);
    const pool = await connect(config, SILENT);
    closing.push(() => pool.destroy());
    const situation = await situationOf(config, owner, pool, options);
    if (wallet !== undefined && execute) closing.push(situation.record.lock());
    const plan = await planOf(situation);
    if (wallet === undefined || !execute) show(options, await pool.getNetwork(), owner, plan);
    else await act(options, config, wallet, pool, situation, plan);
  } catch (error) {
    if (error instanceof CannotDeploy) throw new EnvironmentError(error.message, error.hint);
    if (error instanceof DeployStopped)
      throw new Interrupted(stoppedBy(options.signal), "the deployment; run the same again to see it through");
    throw forTheUser(error);
  } finally {
    for (const close of closing.reverse()) close();
  }
}

/** @throws {ConfigError} where nobody says who it would be, or to act there is no key. */
function ownerOf({ execute, key }: OperatorConfig, wallet: BaseWallet | undefined): string {
  const owner = wallet?.address ?? (execute ? undefined : key.address);
  if (owner !== undefined) return owner;
  const rule = execute
    ? "to deploy a key is needed, which pays and will own what is deployed: a keystore, or PLIMSOLL_PRIVATE_KEY"
    : "say whose contracts they will be: a keystore, PLIMSOLL_PRIVATE_KEY, or to look only --address";
  throw new ConfigError([{ field: "key.keystore", value: undefined, rule, source: undefined }]);
}

async function situationOf(
  config: OperatorConfig,
  owner: string,
  pool: NodePool,
  { books, records = USUAL_RECORDS }: DeployOptions,
): Promise<Situation> {
  // Whether its own two are there is what is to be found out.
  const { liquidator, filler, ...addresses } = config.addresses;
  const deployment = await findDeployment({ ...config, addresses }, pool, books);
  const { tip: priorityFee, ceiling, bumpPercent, confirmations } = config.fees;
  return {
    provider: pool,
    owner,
    terms: await termsOf(deployment, owner, pool),
    configured: ownIn({ liquidator, filler }),
    listed: ownIn(deployment.addresses),
    record: new DeployRecord(records, { chain: await identityOf(pool), owner }),
    rules: { priorityFee, ceiling, bumpPercent, confirmations },
  };
}

function ownIn({ liquidator, filler }: { liquidator?: string | undefined; filler?: string | undefined }): Addresses {
  return { ...(liquidator === undefined ? {} : { liquidator }), ...(filler === undefined ? {} : { filler }) };
}

// ---- acting

async function act(
  options: DeployOptions,
  config: OperatorConfig,
  wallet: BaseWallet,
  pool: NodePool,
  situation: Situation,
  plan: Plan,
): Promise<void> {
  const { json, say, signal } = options;
  const tell = (line: string): void => {
    if (!json) say(line);
  };
  if (plan.standings.some(({ state }) => state !== "there")) {
    needsNoKeeper(config);
    for (const line of linesOf(plan)) tell(line);
    const deployer = new Deployer({
      provider: pool,
      survey: () => pool.survey(),
      wallet,
      record: situation.record,
      rules: { ...situation.rules, patience: config.fees.patience },
      interval: config.interval,
      signal,
      tell,
    });
    await deployer.run(plan);
  }
  // Asked of the chain again: what is reported is there, and is what it should be.
  const after = await planOf(situation);
  const lost = after.standings.find(({ state }) => state !== "there");
  if (lost !== undefined) {
    throw new CannotDeploy(
      `the ${labelOf(lost.name)} that was deployed is not what is wanted now`,
      "The configuration changed since it was sent. Run this again to have another deployed.",
    );
  }
  const noted = note(options.file, after);
  if (json) {
    const changed = plan.standings.flatMap(({ name, state }) => (state === "there" ? [] : [name]));
    say(jsonOf(await pool.getNetwork(), situation.owner, after, { execute: true, deployed: changed, noted }));
    return;
  }
  for (const line of [...standingLines(after), ...notedLines(noted)]) say(line);
}

/** A keeper that acts numbers its transactions by the key, and takes it that nobody else sends. */
function needsNoKeeper({ journal }: OperatorConfig): void {
  if (journal.databaseUrl !== undefined) return;
  const directory = journal.directory ?? USUAL_DIRECTORY;
  let holder: string | undefined;
  try {
    holder = holderOf(directory);
  } catch {
    // Another user's: not for this one to look into.
    return;
  }
  if (holder === undefined) return;
  throw new CannotDeploy(
    `a keeper has the journal in ${directory} open (process ${holder}), and sends with this key`,
    "Stop it while contracts are deployed, and run this again.",
  );
}

/** Writes into the file what it does not say yet. Contracts are there already: what goes wrong here is told, and nothing is lost. */
function note(file: string | undefined, { standings }: Plan): Noted {
  const added = ownIn(
    Object.fromEntries(
      standings.flatMap((one) =>
        one.state === "there" && one.source === "record" ? [[one.name, one.address] as const] : [],
      ),
    ),
  );
  if (file === undefined || Object.keys(added).length === 0) return { added, file, problem: undefined };
  const reason = whyNotWritable(file);
  if (reason !== undefined) return { added, file, problem: `it cannot be written (${reason})` };
  try {
    writeOwn(file, added);
    return { added, file, problem: undefined };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { added, file, problem: `it cannot be written (${code ?? message})` };
  }
}

// ---- what is said

function show(
  { json, say }: Pick<DeployOptions, "json" | "say">,
  chain: { readonly chainId: bigint },
  owner: string,
  plan: Plan,
): void {
  if (json) {
    say(jsonOf(chain, owner, plan, { execute: false, deployed: [], noted: undefined }));
    return;
  }
  say(`Chain ${chain.chainId.toString()}, block ${plan.block.toString()}. The key's address is ${owner}.`);
  for (const line of linesOf(plan)) say(line);
  const idle = plan.standings.every((one) => one.state === "there" && one.source !== "record");
  say(idle ? "Nothing is to be done." : "Nothing was sent. With --execute it is.");
}

function linesOf(plan: Plan): string[] {
  const { standings, baseFee, offer, balance, cost, most } = plan;
  const lines = standingLines(plan);
  if (standings.length < OWN.length) {
    lines.push("filler: none, since nobody says where the reserve and its rebalancer are; filling is left to others");
  }
  if (standings.some(({ state }) => state === "missing")) {
    const gwei = `${formatUnits(baseFee, 9)} gwei`;
    lines.push(
      offer === undefined
        ? `Some ${ether(cost)} ETH at the present base fee of ${gwei}: more than fees.ceiling allows.`
        : `Some ${ether(cost)} ETH at the present base fee of ${gwei}; up to ${ether(most)} ETH are offered.`,
    );
    const short = balance < most ? ": too little, send it some" : "";
    lines.push(`The key has ${formatEther(balance)} ETH${short}.`);
  }
  return lines;
}

/** To six places, rather too much: it is a cost. */
function ether(wei: bigint): string {
  const place = 10n ** 12n;
  return formatEther(((wei + place - 1n) / place) * place);
}

function standingLines({ standings }: Plan): string[] {
  return standings.flatMap((one) => {
    const label = labelOf(one.name);
    if (one.state === "there") return [`${label} ${one.address}: it is there (${one.source})`];
    if (one.state === "sent") return [`${label} ${one.address}: on its way, or not deep enough yet`];
    const values = Object.entries(one.terms).map(([name, value]) => `  ${name} ${value}`);
    return [`${label}: to be deployed, ${one.gas.toString()} gas`, ...values];
  });
}

function notedLines({ added, file, problem }: Noted): string[] {
  if (Object.keys(added).length === 0) return [];
  if (file !== undefined && problem === undefined)
    return [`Written into ${file}. Look next: plimsoll keeper --config ${file}`];
  const members = Object.entries(added).map(([name, address]) => `"${name}": "${address}"`);
  const variables = Object.entries(added).map(([name, address]) => `PLIMSOLL_${name.toUpperCase()}=${address}`);
  return [
    ...(file === undefined ? [] : [`${file}: ${problem ?? ""}`]),
    "Add to the configuration:",
    `  "addresses": { ${members.join(", ")} }`,
    "or to the environment:",
    ...variables.map((line) => `  ${line}`),
  ];
}

/** Amounts as text, in wei; what is not known is null. */
function jsonOf(
  { chainId }: { readonly chainId: bigint },
  owner: string,
  { block, standings, baseFee, offer, balance, cost, most }: Plan,
  { execute, deployed, noted }: { execute: boolean; deployed: readonly OwnName[]; noted: Noted | undefined },
): string {
  const contract = (one: Standing): object => ({
    kind: KINDS[one.name],
    state: one.state,
    address: one.state === "missing" ? null : one.address,
    source: one.state === "there" ? one.source : null,
    deployed: deployed.includes(one.name),
    arguments: one.terms,
    gas: one.state === "missing" ? one.gas.toString() : null,
  });
  return JSON.stringify({
    chainId: Number(chainId),
    block,
    owner,
    execute,
    contracts: Object.fromEntries(standings.map((one) => [one.name, contract(one)])),
    fees: { base: baseFee.toString(), offer: offer?.maxFee.toString() ?? null, tip: offer?.tip.toString() ?? null },
    cost: cost.toString(),
    most: most.toString(),
    balance: balance.toString(),
    configuration:
      noted === undefined
        ? null
        : {
            file: noted.file ?? null,
            written: noted.file !== undefined && noted.problem === undefined && Object.keys(noted.added).length > 0,
            problem: noted.problem ?? null,
            addresses: noted.added,
          },
  });
}

function stoppedBy({ reason }: AbortSignal): "SIGINT" | "SIGTERM" {
  return reason === "SIGTERM" ? "SIGTERM" : "SIGINT";
}
