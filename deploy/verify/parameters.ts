/**
 * Whether what a deployment set is still so. Every call of the module that sets something is looked up here, and what it set is read from the chain; a call that
 * is not listed is a mistake of this file, and counts as a failure; so is an argument that nobody reads, unless it is listed by name as unread.
 */

import type { ContractCallFuture, DeploymentFuture } from "@nomicfoundation/ignition-core";
import { AbiCoder, Contract, Result, type ParamType } from "ethers";

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

/** What is in force now, by the place of the argument that set it; of a struct, the fields that are there. */
type InForce = Readonly<Record<number, unknown>>;

/**
 * How what a call or a constructor set is read. Readers get none of the values that they are to find, so that none can give one back; and an argument that is
 * neither read nor listed as unread is a failure.
 */
interface Setting {
  /** Places of the arguments that only say what is set: the asset, the facilitator. Readers get these. */
  readonly keys?: readonly number[];
  /** Arguments that are not read here, by name and field, and why. */
  readonly unread?: Readonly<Record<string, string>>;
  read(contract: Asked, ...keys: readonly unknown[]): Promise<InForce>;
}

const field = (of: unknown, name: string): unknown => (of as Readonly<Record<string, unknown>>)[name];
const getter = (name: string): Setting => ({ read: async (contract) => ({ 0: await contract.read(name) }) });

const byPlace = (values: readonly unknown[]): InForce => Object.fromEntries(values.entries());

/** Significant bits that contracts keep of prices, of the reserve's terms, and of depths: they are stored as floats, rounded against whoever they limit. */
const PRICE_BITS = 16n;
const TERMS_BITS = 10n;
const DEPTH_BITS = 20n;

/** What is in force of something that is stored rounded, and in more than one place where there are several values. */
class Stored {
  readonly values: readonly unknown[];

  constructor(
    readonly bits: bigint,
    ...values: readonly unknown[]
  ) {
    this.values = values;
  }
}

/** Calls that set something, by contract and function. */
const SETTINGS: Readonly<Record<string, Setting>> = {
  "PriceOracle.listFeed": {
    keys: [0],
    read: async (c, asset) => ({ 1: new Stored(PRICE_BITS, await c.read("feedConfig", asset, false)) }),
  },
  "IRisk.listAsset": {
    keys: [0],
    unread: {
      "seed.variance": "the covariance moves with prices from the first observation on",
      "seed.loadings": "the covariance moves with prices from the first observation on",
    },
    read: async (c, asset) => {
      const [clamps, volatilityFloor, horizon] = (await c.read("assetParameters", asset)) as unknown[];
      const [unitDecimals, bounds] = [await c.read("unitDecimals", asset), await c.read("bounds", asset)];
      // Without routes, which are looked at as a whole (`sets.ts`), nothing moves a depth but governance.
      const aimed = field(await c.read("targets", asset), "depth");
      const depth = new Stored(DEPTH_BITS, aimed, ...((await c.read("depths", asset)) as unknown[]));
      return { 1: { unitDecimals, bounds, clamps, volatilityFloor, horizon, depth } };
    },
  },
  "IRisk.setHoldingsSource": getter("holdingsSource"),
  "IRisk.setDepthSource": getter("depthSource"),
  "ICreditEngine.listAsset": {
    keys: [0],
    read: async (c, asset) => {
      const info = await c.read("assetInfo", asset);
      return { 1: field(info, "token"), 2: field(info, "governedCap") };
    },
  },
  "ICreditEngine.setTipFloor": getter("tipFloor"),
  "ICreditEngine.setIssuanceGate": getter("issuanceGate"),
  "ICreditEngine.setAbsorber": getter("absorber"),
  "ICreditEngine.setRateSource": getter("rateSource"),
  "IReserve.listAsset": {
    keys: [0],
    read: async (c, asset) => {
      const [token, , terms] = (await c.read("assetTerms", asset)) as unknown[];
      return { 1: token, 2: new Stored(TERMS_BITS, terms) };
    },
  },
  "IReserve.setModules": { read: async (c) => byPlace((await c.read("modules")) as unknown[]) },
  "BalanceSheet.setJump": { keys: [0], read: async (c, asset) => ({ 1: await c.read("jumpOf", asset) }) },
  "BalanceSheet.setModules": {
    read: async (c) => {
      const [, reserve, backstop, risk] = (await c.read("modules")) as unknown[];
      return { 0: reserve, 1: backstop, 2: risk };
    },
  },
  "Backstop.setModules": { read: async (c) => byPlace((await c.read("modules")) as unknown[]) },
  "Rebalancer.setWeights": { read: async (c) => byPlace(await c.last("WeightsSet")) },
  "Rebalancer.setModules": { read: async (c) => byPlace(await c.last("ModulesSet")) },
  "PlimsollDollar.setFacilitator": {
    keys: [0],
    read: async (c, facilitator) => ({ 1: await c.read("cap", facilitator) }),
  },
  "PlimsollDollar.setFlashMintCap": { read: async (c) => ({ 0: (await c.last("FlashMintCapSet"))[0] }) },
  "Faucet.setOffer": {
    keys: [0],
    read: async (c, token) => {
      const [amount, mints] = (await c.read("offers", token)) as unknown[];
      return { 1: amount, 2: mints };
    },
  },
  "Faucet.transferOwnership": getter("owner"),
  "FaucetToken.setMinter": { keys: [0], read: async (c, minter) => ({ 1: await c.read("isMinter", minter) }) },
  "FaucetToken.transferOwnership": getter("owner"),
  "Authority.seal": { read: async (c) => ({ 0: await c.read("timelock"), 1: await c.read("guardian") }) },
};

/** Why an argument of a constructor is not read. */
const IN_CODE = "it is part of the code, which is compared (`code.ts`)";
const BY_CALL = "a stand-in; what took its place is what a call set";
const BY_ROLES = "roles and owners are looked at as a whole (`roles.ts`)";
const BY_VOTES = "it is looked at with votes and guardian (`votes.ts`)";
const GIVEN_AWAY = "it was given away; what the owner is now is what a call set";

const inCode = (...names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, IN_CODE]));

/** A contract whose first argument is its authority, and the rest of whose arguments are in the code. */
const governed = (...names: readonly string[]): Setting => ({
  unread: inCode(...names),
  read: async (c) => ({ 0: await c.read("authority") }),
});
const fixed = (unread: Setting["unread"] = {}): Setting => ({ unread, read: () => Promise.resolve({}) });

/** What constructors set, by contract. */
const MADE_WITH: Readonly<Record<string, Setting>> = {
  Authority: fixed({ admin: BY_ROLES }),
  PlimsollDollar: governed(),
  PriceOracle: {
    unread: inCode("sequencerFeed_", "gracePeriod_"),
    read: async (c) => ({ 0: await c.read("authority"), 3: await c.read("decay") }),
  },
  RiskExtension: governed("oracle_"),
  RiskModel: {
    unread: inCode("oracle_", "extension"),
    read: async (c) => ({
      0: await c.read("authority"),
      2: await c.read("paces"),
      3: await c.read("parameters"),
    }),
  },
  FixedCeilingGate: governed("dollar"),
  Treasury: governed("dollar"),
  ConstantRate: fixed(inCode("rate")),
  CreditExtension: governed("dollar_"),
  CreditEngine: {
    unread: {
      ...{ "c.issuanceGate": BY_CALL, "c.absorber": BY_CALL, "c.rateSource": BY_CALL },
      ...inCode("extension"),
    },
    read: async (c) => {
      const [minimumDebt, debtCeiling] = (await c.read("debtLimits")) as unknown[];
      const [liquidation, depthFraction] = [await c.read("liquidationParameters"), await c.read("depthFraction")];
      const [authority, dollar] = [await c.read("authority"), await c.read("dollar")];
      const riskModel = await c.read("riskModel");
      return { 0: { authority, dollar, riskModel, minimumDebt, debtCeiling, depthFraction, liquidation } };
    },
  },
  CreditLens: fixed(inCode("engine")),
  ReadBatch: fixed(),
  BalanceSheet: {
    unread: inCode("engine_", "dollar_"),
    read: async (c) => ({ 0: await c.read("authority"), 3: await c.read("parameters") }),
  },
  ReserveExtension: governed("dollar", "engine"),
  Reserve: {
    unread: inCode("c.dollar", "c.engine", "extension"),
    read: async (c) => {
      const [gate, , riskModel] = (await c.read("modules")) as unknown[];
      return { 0: { authority: await c.read("authority"), gate, riskModel } };
    },
  },
  Rebalancer: {
    unread: inCode("reserve_"),
    read: async (c) => {
      const [auctions, derisk] = (await c.read("terms")) as unknown[];
      return { 0: await c.read("authority"), 2: auctions, 3: derisk };
    },
  },
  Backstop: {
    unread: inCode("dollar"),
    read: async (c) => ({ 0: await c.read("authority"), 2: await c.read("exitTerms") }),
  },
  MarketRate: {
    unread: inCode("engine", "oracle", "sheet", "asset"),
    read: async (c) => ({ 0: await c.read("authority"), 5: await c.read("terms") }),
  },
  SolvencyProof: fixed(inCode("sheet", "etherAsset")),
  PlimsollToken: fixed({ holder: BY_VOTES, supply: BY_VOTES }),
  PlimsollTimelock: {
    unread: { proposers: BY_ROLES, executors: BY_ROLES, admin: BY_ROLES },
    read: async (c) => ({ 0: await c.read("getMinDelay") }),
  },
  PlimsollGovernor: {
    read: async (c) => ({
      0: await c.read("token"),
      1: await c.read("timelock"),
      2: {
        votingDelay: await c.read("votingDelay"),
        votingPeriod: await c.read("votingPeriod"),
        proposalThreshold: await c.read("proposalThreshold"),
        quorum: await c.read("quorumNumerator"),
        extension: await c.read("lateQuorumVoteExtension"),
      },
    }),
  },
  Guardian: fixed({ ...inCode("timelock_", "engine_", "reserve_"), holder_: BY_VOTES, term: BY_VOTES }),
  FaucetToken: {
    unread: { owner_: GIVEN_AWAY },
    read: async (c) => ({ 0: await c.read("name"), 1: await c.read("symbol"), 2: await c.read("decimals") }),
  },
  Faucet: fixed({ owner_: GIVEN_AWAY }),
  TwapFeed: {
    unread: inCode("factory", "pool_", "token_", "baseFeed_", "window_", "minLiquidity_"),
    read: async (c) => ({ 0: await c.read("description") }),
  },
  UniswapDepth: governed("factory_", "window_"),
  SwapRouter: fixed(inCode("_factory", "_WETH9")),
  Leverage: fixed(inCode("engine", "router")),
};

/** Contracts that have part of their functions in an extension answer to this interface. */
const ANSWERS_TO: Readonly<Record<string, string>> = {
  RiskModel: "IRisk",
  CreditEngine: "ICreditEngine",
  Reserve: "IReserve",
};
/** Who governs a contract: interfaces of contracts in two pieces do not tell it. */
const GOVERNED = ["function authority() view returns (address)"];

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
  const setting = SETTINGS[name];
  if (setting === undefined) {
    checks.add(subject, false, "", `nobody knows how to read what ${name} set`);
    return;
  }
  const on = await contracts.contractOf(contract);
  const own = checks.about(contracts.addressOf(contract));
  const args = (await contracts.valueOf(future.args)) as unknown[];
  const fragment = (await contracts.interfaceOf(contract)).getFunction(functionName);
  await look(own, subject, { setting, asked: asking(on, events), inputs: fragment?.inputs ?? [], args });
}

/** Looks whether what a constructor set is in force, as far as it is not in the code. */
export async function checkMadeWith(
  checks: Checks,
  contracts: Resolver,
  future: DeploymentFuture<string>,
  events: Events,
): Promise<void> {
  const subject = `setting ${future.id}`;
  const setting = MADE_WITH[future.contractName];
  if (setting === undefined) {
    checks.add(subject, false, "", `nobody knows how to read what the constructor of ${future.contractName} set`);
    return;
  }
  const args = (await contracts.valueOf("constructorArgs" in future ? future.constructorArgs : [])) as unknown[];
  const { inputs } = (await contracts.interfaceOf(future)).deploy;
  const on = await contracts.contractOf(future, ANSWERS_TO[future.contractName]);
  const own = checks.about(contracts.addressOf(future));
  await look(own, subject, { setting, asked: asking(on, events), inputs, args });
}

function asking(contract: Contract, events: Events): Asked {
  const also = new Contract(contract, GOVERNED, contract.runner);
  return {
    read: async (name, ...args) => {
      const on = name === "authority" ? also : contract;
      return (await on.getFunction(name).staticCall(...args)) as unknown;
    },
    last: async (name) => [...present((await events.of(contract, name)).at(-1), `event ${name}`).args] as unknown[],
  };
}

interface Looked {
  readonly setting: Setting;
  readonly asked: Asked;
  readonly inputs: readonly ParamType[];
  readonly args: readonly unknown[];
}

async function look(checks: Checks, subject: string, { setting, asked, inputs, args }: Looked): Promise<void> {
  const { keys = [], unread = {} } = setting;
  const inForce = await setting.read(asked, ...keys.map((place) => args[place]));
  const wrong = inputs.flatMap((input, place) =>
    keys.includes(place) ? [] : differences(input, input.name, inForce[place], args[place], unread),
  );
  checks.add(subject, wrong.length === 0, "it is in force", wrong.join("; "));
}

/** What differs of an argument, field by field; and which of its fields nobody read. */
export function differences(
  input: ParamType,
  name: string,
  inForce: unknown,
  wanted: unknown,
  unread: Readonly<Record<string, string>>,
): string[] {
  if (name in unread) return [];
  if (input.isTuple()) {
    return input.components.flatMap((one, place) => {
      const [is, should] = [inForce, wanted].map((of) => partOf(of, one.name, place));
      return differences(one, `${name}.${one.name}`, is, should, unread);
    });
  }
  const { bits, values } = inForce instanceof Stored ? inForce : new Stored(0n, inForce);
  if (values.some((value) => value === undefined)) return [`nobody knows how to read ${name}`];
  const off = values.find((value) => !isSame(input, value, wanted, bits));
  return off === undefined ? [] : [`${name} is ${text(off)}, not ${text(wanted)}`];
}

/** A field of a struct, which is given by name or by place. */
function partOf(of: unknown, name: string, place: number): unknown {
  if (of === undefined) return undefined;
  if (of instanceof Stored) return new Stored(of.bits, ...of.values.map((value) => partOf(value, name, place)));
  if (of instanceof Result) return of.toObject()[name];
  return Array.isArray(of) ? of[place] : field(of, name);
}

/** By their encodings: numbers of any kind and addresses of any case are the same; and numbers that are as close as they can be stored. */
function isSame(input: ParamType, value: unknown, wanted: unknown, bits: bigint): boolean {
  const encode = (of: unknown): string => AbiCoder.defaultAbiCoder().encode([input], [of]);
  if (encode(value) === encode(wanted)) return true;
  if (bits === 0n || typeof value !== "bigint" || typeof wanted !== "bigint") return false;
  const off = value > wanted ? value - wanted : wanted - value;
  return off << (bits - 1n) <= wanted;
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? inner.toString() : inner));
}
