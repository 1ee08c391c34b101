/** Which contracts' events are kept, and what each event is about. */

import { getAddress, Interface, ZeroAddress, type ParamType, type Provider } from "ethers";

import {
  AccessManager__factory,
  IBackstop__factory,
  IBalanceSheet__factory,
  ICreditEngine__factory,
  IMarketRate__factory,
  IPlimsollDollar__factory,
  IPriceOracle__factory,
  IRebalancer__factory,
  IReserve__factory,
  IRisk__factory,
} from "../../types/contracts/index.js";
import { CONTRACTS, type ContractName, type EventValue } from "../api/records.js";
import type { EventLog } from "../types.js";

/** Where they are; what is not known is not followed, but for the engine. */
export type Contracts = Readonly<Partial<Record<ContractName, string>>> & { readonly engine: string };

const INTERFACES: Readonly<Record<ContractName, Interface>> = {
  engine: ICreditEngine__factory.createInterface(),
  sheet: IBalanceSheet__factory.createInterface(),
  reserve: IReserve__factory.createInterface(),
  rebalancer: IRebalancer__factory.createInterface(),
  backstop: IBackstop__factory.createInterface(),
  risk: IRisk__factory.createInterface(),
  oracle: IPriceOracle__factory.createInterface(),
  dollar: IPlimsollDollar__factory.createInterface(),
  rate: IMarketRate__factory.createInterface(),
  manager: AccessManager__factory.createInterface(),
};

/** Told by contracts whose interfaces do not mention it. */
const MANAGED = new Interface([INTERFACES.engine.getEvent("AuthorityUpdated") ?? ""]);

/** Too many, and of tokens rather than of the protocol: what they mean for it is told by other events. */
const LEFT_OUT: ReadonlySet<string> = new Set(["Transfer", "Approval", "EIP712DomainChanged"]);

/** Of all events that are kept. */
export const HASHES: readonly string[] = [...new Set(CONTRACTS.flatMap((name) => hashesOf(INTERFACES[name])))];

function hashesOf(abi: Interface): string[] {
  const hashes: string[] = [];
  abi.forEachEvent((event) => {
    if (!LEFT_OUT.has(event.name)) hashes.push(event.topicHash);
  });
  return hashes;
}

/** What an event is looked up by, apart from its contract and name. */
export type Category = "auction" | "governance" | "liquidation" | "other";

/** An event that was read. */
export interface Told {
  readonly contract: ContractName;
  readonly name: string;
  readonly category: Category;
  readonly values: Readonly<Record<string, EventValue>>;
  /** Whom it concerns, the protocol's own contracts left out. */
  readonly accounts: readonly string[];
  /** What it is about. {plUSD}, or {USD} */
  readonly amount: bigint | undefined;
  readonly fee: bigint | undefined;
}

/** Parameters that name whoever did something or gets something of it. */
const PEOPLE: ReadonlySet<string> = new Set(
  "account caller liquidator to bidder from payer owner sender receiver initiator operator".split(" "),
);

/** Which parameter says how much it is about. */
const AMOUNTS: Readonly<Record<string, string>> = {
  "engine.Borrow": "amount",
  "engine.Repay": "amount",
  "engine.Liquidate": "repaid",
  "engine.Absorb": "debtRemoved",
  "engine.WriteOff": "debt",
  "reserve.Issue": "issued",
  "reserve.Redeem": "burned",
  "reserve.RedeemInKind": "burned",
  "reserve.Retire": "amount",
  "reserve.Distribute": "amount",
  "reserve.Collect": "debt",
  "backstop.Deposit": "assets",
  "backstop.Withdraw": "assets",
  "backstop.Claimed": "assets",
  "backstop.Released": "assets",
  "backstop.Restaked": "assets",
  "backstop.LossBurned": "burned",
  "backstop.SurplusReceived": "amount",
  "rebalancer.AuctionFilled": "valueGiven",
  "sheet.LossBooked": "amount",
  "sheet.DeficitSettled": "amount",
};
const FEES: ReadonlySet<string> = new Set(["reserve.Issue", "reserve.Redeem"]);

const LIQUIDATIONS: ReadonlySet<string> = new Set(["engine.Liquidate", "engine.Absorb", "engine.WriteOff"]);
const AUCTIONS: ReadonlySet<string> = new Set(["AuctionOpened", "AuctionFilled", "AuctionClosed"]);
const SETTINGS = /(Set|Listed|Delisted|Removed|Updated)$/;
/** Named like settings, but everybody's. */
const EVERYBODYS: ReadonlySet<string> = new Set(["AuthorizationSet", "TargetsSet"]);

function categoryOf(contract: ContractName, name: string): Category {
  if (LIQUIDATIONS.has(`${contract}.${name}`)) return "liquidation";
  if (AUCTIONS.has(name)) return "auction";
  const governed = contract === "manager" || (SETTINGS.test(name) && !EVERYBODYS.has(name));
  return governed ? "governance" : "other";
}

/** Reads events of these contracts. */
export class Reader {
  readonly #names: ReadonlyMap<string, ContractName>;

  constructor(contracts: Contracts) {
    const known = CONTRACTS.flatMap((name) => {
      const at = contracts[name];
      return at === undefined ? [] : [[getAddress(at), name] as const];
    });
    this.#names = new Map(known);
  }

  /** Addresses to follow. */
  get addresses(): string[] {
    return [...this.#names.keys()];
  }

  /** Undefined for what is not kept. */
  read(log: EventLog): Told | undefined {
    const contract = this.#names.get(log.address);
    if (contract === undefined) return undefined;
    const event = INTERFACES[contract].parseLog(log) ?? MANAGED.parseLog(log);
    if (event === null || LEFT_OUT.has(event.name)) return undefined;
    const { name, fragment, args } = event;
    const values: Record<string, EventValue> = {};
    const accounts = new Set<string>();
    for (const [i, input] of fragment.inputs.entries()) {
      const value = valueOf(input, args[i]);
      values[input.name] = value;
      if (typeof value !== "string" || input.baseType !== "address" || !PEOPLE.has(input.name)) continue;
      if (!this.#names.has(value) && value !== ZeroAddress) accounts.add(value);
    }
    const full = `${contract}.${name}`;
    return {
      contract,
      name,
      category: categoryOf(contract, name),
      values,
      accounts: [...accounts],
      amount: bigOf(values[AMOUNTS[full] ?? ""]),
      fee: FEES.has(full) ? bigOf(values.fee) : undefined,
    };
  }
}

function bigOf(value: EventValue | undefined): bigint | undefined {
  return typeof value === "string" ? BigInt(value) : undefined;
}

/** Numbers as decimal text, structs by the names of their fields. */
function valueOf(type: ParamType, value: unknown): EventValue {
  if (type.arrayChildren !== null) {
    const { arrayChildren } = type;
    return [...(value as unknown[])].map((item) => valueOf(arrayChildren, item));
  }
  if (type.components !== null) {
    const fields = [...(value as unknown[])];
    return Object.fromEntries(type.components.map((part, i) => [part.name, valueOf(part, fields[i])]));
  }
  return typeof value === "boolean" ? value : String(value);
}

/** What the engine itself says is around it, besides what is known already. */
export async function findContracts(
  provider: Provider,
  known: Readonly<Record<string, string | undefined>> & { readonly engine: string },
): Promise<Contracts> {
  const engine = ICreditEngine__factory.connect(known.engine, provider);
  const found: Record<string, string> = {
    rate: await engine.rateSource(),
    manager: await engine.authority(),
  };
  for (const name of CONTRACTS) {
    const at = known[name];
    if (at !== undefined) found[name] = at;
  }
  for (const [name, at] of Object.entries(found)) {
    if (at === ZeroAddress || (await provider.getCode(at)) === "0x") Reflect.deleteProperty(found, name);
  }
  return { ...found, engine: getAddress(known.engine) };
}
