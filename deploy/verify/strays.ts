/**
 * What was done to the contracts before they were handed over, beside the deployment's own transactions. Whatever a deployer set up and took back again, or left
 * behind, was told in an event: roles, facilitators, feeds, vaults, modules, operations. Before the end of the deployment there may be none but the module's own.
 */

import { isContractFuture, isDeploymentFuture, type ContractFuture, type Future } from "@nomicfoundation/ignition-core";
import { getAddress, type Interface, type Log, type LogDescription, ZeroAddress } from "ethers";

import type { Checks } from "../checks.js";
import { allEvents, notAfter, placeOf } from "./events.js";
import { isCall, type History } from "./history.js";
import type { Resolver } from "./resolve.js";

/**
 * What anybody may have done by then with what is his, or what follows from time and prices. An event that is not here is a matter of whoever governs; a test finds
 * those that functions open to all emit.
 */
export const ANYBODYS: ReadonlySet<string> = new Set([
  ...["Approval", "Transfer", "DelegateChanged", "DelegateVotesChanged", "Claimed"],
  ...["Deposit", "Withdraw", "Borrow", "Repay", "PaidInStable", "Liquidate", "Absorb", "WriteOff", "Credit", "Accrue"],
  ...["FlashLoan", "FlashMint", "AuthorizationSet", "LevelMoved", "Leveraged", "Unwound"],
  ...["Issue", "Redeem", "RedeemInKind", "Retire", "Collect", "Absorbed", "Distribute", "Exchange"],
  ...["Recorded", "DeathWitnessed", "Observed", "StatementTaken", "CollateralSeen", "LossBooked", "ExposureBooked"],
  ...[
    "FallSeen",
    "Poked",
    "RateAimed",
    "DepthSampled",
    "BalanceSampled",
    "ScaleMoved",
    "AuctionOpened",
    "AuctionClosed",
    "AuctionFilled",
  ],
  ...["DeficitSeen", "DeficitCleared", "DeficitSettled", "SurplusReleased", "SurplusReceived"],
  ...["MarkedDue", "Restaked", "Released", "ClaimsVoided", "LossBurned", "Wiped"],
  // Of vaults, which only those who govern list.
  ...["Invest", "Divest", "VaultBooked", "VaultFailing", "VaultUnreadable", "CreditCollected"],
]);

/** Significant bits of depths. */
const DEPTH_BITS = 20n;

/** What anybody may cause, as long as it tells of the value that the deployment itself set for the asset. */
interface Follows {
  /** The call that set it. */
  readonly call: string;
  /** Of the event's arguments. */
  readonly told: string;
  /** Among the call's arguments. */
  readonly set: (args: readonly unknown[]) => unknown;
}

export const FOLLOWS: Readonly<Record<string, Follows>> = {
  // Caps follow depths; whoever governs sets the limit of them.
  AssetCapSet: { call: "ICreditEngine.listAsset", told: "governedCap", set: (args) => args[2] },
  // Without routes a depth that is sampled stays what it was.
  TargetsSet: {
    call: "IRisk.listAsset",
    told: "depth",
    set: (args) => (args[1] as { readonly depth: unknown }).depth,
  },
};

/** Whether an event tells of nothing but what the deployment set. */
async function follows(contracts: Resolver, futures: readonly Future[], said: LogDescription): Promise<boolean> {
  const rule = FOLLOWS[said.name];
  if (rule === undefined) return false;
  for (const future of futures.filter(isCall)) {
    if (`${future.contract.contractName}.${future.functionName}` !== rule.call) continue;
    const args = (await contracts.valueOf(future.args)) as unknown[];
    if (String(args[0]) !== String(said.args.getValue("asset"))) continue;
    const [told, set] = [said.args.getValue(rule.told) as bigint, rule.set(args) as bigint];
    // Depths are stored rounded down.
    return told <= set && (set - told) << (DEPTH_BITS - 1n) <= set;
  }
  return false;
}

/** Looks for events of the deployment's contracts, up to its end, that none of its transactions told. */
export async function checkStrays(
  checks: Checks,
  contracts: Resolver,
  futures: readonly Future[],
  history: History,
): Promise<void> {
  const names = new Map(futures.filter(isDeploymentFuture).map((future) => [contracts.addressOf(future), future.id]));
  const interfaces = await interfacesOf(contracts, futures);
  const logs = await allEvents(contracts.provider, names.keys(), interfaces, history.firstBlock, history.end.block);
  const strays = logs.filter((log) => !history.hashes.has(log.transactionHash) && notAfter(placeOf(log), history.end));
  const told = strays.map((log) => ({ log, said: parse(interfaces, log) }));
  // What the faucet gives to anybody, it mints: once for each that it tells of.
  const handedOut = new Map<string, number>();
  for (const { log, said } of told) {
    if (said?.name !== "Claimed") continue;
    const key = handOut(log, String(said.args[0]), said);
    handedOut.set(key, (handedOut.get(key) ?? 0) + 1);
  }
  const takeOne = (key: string): boolean => {
    const left = handedOut.get(key) ?? 0;
    handedOut.set(key, left - 1);
    return left > 0;
  };
  let any = false;
  for (const { log, said } of told) {
    const name = names.get(getAddress(log.address)) ?? log.address;
    const minted = isMint(said) && isTestToken(futures, name) && !takeOne(handOut(log, log.address, said));
    if (said !== null && !minted && (ANYBODYS.has(said.name) || (await follows(contracts, futures, said)))) continue;
    any = true;
    const what = said === null ? String(log.topics[0]) : textOf(said);
    checks.add(SUBJECT, false, "", `${name}: ${what} in ${log.transactionHash}`);
  }
  if (any) return;
  checks.add(SUBJECT, true, "nothing was set, granted or scheduled but by the deployment's own transactions", "");
}

const SUBJECT = "before the end";

/** Of all contracts of the deployment. Contracts in two pieces of code tell what either piece tells. */
export async function interfacesOf(contracts: Resolver, futures: readonly Future[]): Promise<ReadonlySet<Interface>> {
  return new Set(await Promise.all(futures.filter(isOwn).map((future) => contracts.interfaceOf(future))));
}

function isOwn(future: Future): future is ContractFuture<string> {
  return isContractFuture(future) && (isDeploymentFuture(future) || !("artifact" in future));
}

const isMint = (said: LogDescription | null): boolean => said?.name === "Transfer" && said.args[0] === ZeroAddress;

/** To whom how much of which token went; both events have receiver and amount behind the first argument. */
const handOut = ({ transactionHash }: Log, token: string, said: LogDescription | null): string =>
  [transactionHash, getAddress(token), ...(said?.args.slice(1) ?? [])].join(" ");

function isTestToken(futures: readonly Future[], id: string): boolean {
  return futures.some((one) => one.id === id && isDeploymentFuture(one) && one.contractName === "FaucetToken");
}

function parse(interfaces: Iterable<Interface>, log: Log): LogDescription | null {
  for (const one of interfaces) {
    const said = one.parseLog(log);
    if (said !== null) return said;
  }
  return null;
}

/** Calls that are told of are long. */
const SHOWN = 66;

function textOf({ name, args }: LogDescription): string {
  const said = args.map(String).map((text) => (text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text));
  return `${name}(${said.join(", ")})`;
}
