/**
 * Whether what a deployment set is still so. Every call of the module that sets something is looked up here, and what it set is read from the chain; a call that
 * is not listed is a mistake of this file, and counts as a failure.
 */

import type { ContractCallFuture, DeploymentFuture } from "@nomicfoundation/ignition-core";
import { AbiCoder, type Contract, type ParamType } from "ethers";

import { present } from "../../sdk/present.js";
import type { Checks } from "../checks.js";
import type { Events } from "./events.js";
import type { Resolver } from "./resolve.js";

/** What is asked of a contract. */
interface Asked {
  read(name: string, ...args: unknown[]): Promise<unknown>;
  /** Arguments of the last event of the name. */
  last(name: string): Promise<readonly unknown[]>;
}

/** What is in force now, by the place of the argument that set it. */
type InForce = Readonly<Record<number, unknown>>;
type Reader = (contract: Asked, args: readonly unknown[]) => Promise<InForce>;

const field = (of: unknown, name: string): unknown => (of as Readonly<Record<string, unknown>>)[name];
const getter =
  (name: string): Reader =>
  async (contract) => ({ 0: await contract.read(name) });

const byPlace = (values: readonly unknown[]): InForce => Object.fromEntries(values.entries());

/** Significant bits that contracts keep of prices and of the reserve's terms: they are stored as floats, rounded against whoever they limit. */
const PRICE_BITS = 16n;
const TERMS_BITS = 10n;

/** What is wanted of a struct, where it is in force as closely as it can be stored; what is in force, where it is not. */
function stored(inForce: unknown, wanted: unknown, bits: bigint): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(wanted as Record<string, unknown>).map(([name, value]) => {
      const found = field(inForce, name);
      if (typeof found !== "bigint" || typeof value !== "bigint") return [name, found];
      const off = found > value ? found - value : value - found;
      return [name, off << (bits - 1n) <= value ? value : found];
    }),
  );
}

/** Calls that set something, by contract and function. */
const SETTINGS: Readonly<Record<string, Reader>> = {
  "PriceOracle.listFeed": async (c, [asset, config]) => ({
    1: stored(await c.read("feedConfig", asset, false), config, PRICE_BITS),
  }),
  "IRisk.listAsset": async (c, [asset, parameters]) => {
    const [clamps, volatilityFloor, horizon] = (await c.read("assetParameters", asset)) as unknown[];
    const [unitDecimals, bounds] = [await c.read("unitDecimals", asset), await c.read("bounds", asset)];
    // Depth moves with the market, and the covariance with prices.
    const depth = field(parameters, "depth");
    return { 1: { unitDecimals, bounds, clamps, volatilityFloor, horizon, depth } };
  },
  "IRisk.setHoldingsSource": getter("holdingsSource"),
  "IRisk.setDepthSource": getter("depthSource"),
  "ICreditEngine.listAsset": async (c, [asset]) => {
    const info = await c.read("assetInfo", asset);
    return { 1: field(info, "token"), 2: field(info, "governedCap") };
  },
  "ICreditEngine.setTipFloor": getter("tipFloor"),
  "ICreditEngine.setIssuanceGate": getter("issuanceGate"),
  "ICreditEngine.setAbsorber": getter("absorber"),
  "ICreditEngine.setRateSource": getter("rateSource"),
  "IReserve.listAsset": async (c, [asset, , wanted]) => {
    const [token, , terms] = (await c.read("assetTerms", asset)) as unknown[];
    return { 1: token, 2: stored(terms, wanted, TERMS_BITS) };
  },
  "IReserve.setModules": async (c) => byPlace((await c.read("modules")) as unknown[]),
  "BalanceSheet.setJump": async (c, [asset]) => ({ 1: await c.read("jumpOf", asset) }),
  "BalanceSheet.setModules": async (c) => {
    const [, reserve, backstop, risk] = (await c.read("modules")) as unknown[];
    return { 0: reserve, 1: backstop, 2: risk };
  },
  "Backstop.setModules": async (c) => byPlace((await c.read("modules")) as unknown[]),
  "Rebalancer.setWeights": async (c) => byPlace(await c.last("WeightsSet")),
  "Rebalancer.setModules": async (c) => byPlace(await c.last("ModulesSet")),
  "PlimsollDollar.setFacilitator": async (c, [facilitator]) => ({ 1: await c.read("cap", facilitator) }),
  "PlimsollDollar.setFlashMintCap": async (c) => ({ 0: (await c.last("FlashMintCapSet"))[0] }),
  "Faucet.setOffer": async (c, [token]) => {
    const [amount, mints] = (await c.read("offers", token)) as unknown[];
    return { 1: amount, 2: mints };
  },
  "Faucet.transferOwnership": getter("owner"),
  "FaucetToken.setMinter": async (c, [minter]) => ({ 1: await c.read("isMinter", minter) }),
  "FaucetToken.transferOwnership": getter("owner"),
  "Authority.seal": async (c) => ({ 0: await c.read("timelock"), 1: await c.read("guardian") }),
};

/** What constructors set and votes can change later, by contract; the rest of what they set is in the code. */
const MADE_WITH: Readonly<Record<string, Reader>> = {
  BalanceSheet: async (c) => ({ 3: await c.read("parameters") }),
  RiskModel: async (c) => ({ 2: await c.read("paces"), 3: await c.read("parameters") }),
  CreditEngine: async (c, [made]) => {
    const [minimumDebt, debtCeiling] = (await c.read("debtLimits")) as unknown[];
    const [liquidation, depthFraction] = [await c.read("liquidationParameters"), await c.read("depthFraction")];
    // Gate, absorber and rate source were stand-ins; what took their places was set by calls.
    return { 0: { ...(made as object), minimumDebt, debtCeiling, depthFraction, liquidation } };
  },
  Rebalancer: async (c) => {
    const [auctions, derisk] = (await c.read("terms")) as unknown[];
    return { 2: auctions, 3: derisk };
  },
  Backstop: async (c) => ({ 2: await c.read("exitTerms") }),
  MarketRate: async (c) => ({ 5: await c.read("terms") }),
  PriceOracle: async (c) => ({ 3: await c.read("decay") }),
  PlimsollTimelock: async (c) => ({ 0: await c.read("getMinDelay") }),
  PlimsollGovernor: async (c, [, , config]) => ({
    2: {
      ...(config as object),
      votingDelay: await c.read("votingDelay"),
      votingPeriod: await c.read("votingPeriod"),
      proposalThreshold: await c.read("proposalThreshold"),
      quorum: await c.read("quorumNumerator"),
      extension: await c.read("lateQuorumVoteExtension"),
    },
  }),
};

/** Contracts that have part of their functions in an extension answer to this interface. */
const ANSWERS_TO: Readonly<Record<string, string>> = { RiskModel: "IRisk", CreditEngine: "ICreditEngine" };

/** Calls that did something once, and leave nothing to be compared; roles and owners are looked at as a whole (`roles.ts`). */
const ACTS = new Set([
  "ICreditEngine.updateRate",
  "IReserve.fund",
  "BalanceSheet.lookAtCollateral",
  "BalanceSheet.refresh",
  "IUniswapV3Factory.createPool",
  "FaucetToken.mint",
  "Authority.labelRole",
  "Authority.grantRole",
  "Authority.renounceRole",
  "Authority.setTargetFunctionRole",
  "PlimsollTimelock.grantRole",
  "PlimsollTimelock.renounceRole",
]);
/** Of tokens that others deployed. */
const OTHERS = new Set(["approve", "deposit"]);

/** Events that settings are read from, where no function tells them. */
export const SETTING_EVENTS = { rebalancer: ["WeightsSet", "ModulesSet"], dollar: ["FlashMintCapSet"] } as const;

/** Looks whether what a call set is in force. */
export async function checkSetting(
  checks: Checks,
  contracts: Resolver,
  future: ContractCallFuture<string, string>,
  events: Events,
): Promise<void> {
  const { functionName, contract } = future;
  const name = `${contract.contractName}.${functionName}`;
  if (ACTS.has(name) || ("artifact" in contract && OTHERS.has(functionName)) || functionName === "approve") return;
  const subject = `setting ${future.id}`;
  const reader = SETTINGS[name];
  if (reader === undefined) {
    checks.add(subject, false, "", `nobody knows how to read what ${name} set`);
    return;
  }
  const on = await contracts.contractOf(contract);
  const args = (await contracts.valueOf(future.args)) as unknown[];
  const fragment = (await contracts.interfaceOf(contract)).getFunction(functionName);
  const inForce = await reader(asking(on, events), args);
  compare(checks, subject, fragment?.inputs ?? [], args, inForce);
}

/** Looks whether what a constructor set is in force, where votes can change it. */
export async function checkMadeWith(
  checks: Checks,
  contracts: Resolver,
  future: DeploymentFuture<string>,
  events: Events,
): Promise<void> {
  const reader = MADE_WITH[future.contractName];
  if (reader === undefined || !("constructorArgs" in future)) return;
  const args = (await contracts.valueOf(future.constructorArgs)) as unknown[];
  const { inputs } = (await contracts.interfaceOf(future)).deploy;
  const on = await contracts.contractOf(future, ANSWERS_TO[future.contractName]);
  compare(checks, `setting ${future.id}`, inputs, args, await reader(asking(on, events), args));
}

function asking(contract: Contract, events: Events): Asked {
  return {
    read: async (name, ...args) => (await contract.getFunction(name).staticCall(...args)) as unknown,
    last: async (name) => [...present((await events.of(contract, name)).at(-1), `event ${name}`).args] as unknown[],
  };
}

/** By their encodings: numbers of any kind, addresses of any case, and structs by name or by place are the same. */
function compare(
  checks: Checks,
  subject: string,
  inputs: readonly ParamType[],
  args: readonly unknown[],
  inForce: InForce,
): void {
  const different: string[] = [];
  for (const [place, value] of Object.entries(inForce)) {
    const input = inputs[Number(place)];
    if (input === undefined) continue;
    const encode = (of: unknown): string => AbiCoder.defaultAbiCoder().encode([input], [of]);
    const wanted = args[Number(place)];
    if (encode(value) !== encode(wanted)) different.push(`${input.name} is ${text(value)}, not ${text(wanted)}`);
  }
  checks.add(subject, different.length === 0, "it is in force", different.join("; "));
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? inner.toString() : inner));
}
