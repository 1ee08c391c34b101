/**
 * Every privileged function of every contract that can be deployed: who may call it, how soon, within which bounds. Found in the compiler's syntax trees: a
 * function is privileged when a modifier asks who calls (`restricted`, or any that begins with `only`), or when it or something that it calls compares the sender with
 * an address that the contract keeps, or looks him up in a register of callers (`callers/checks.ts`, in the words of `words.ts`). Roles are those of `deploy/roles.ts`; bounds are what the
 * sources say (`@custom:bound`, or `@custom:bound-of` a function that is inherited from a library), with constants put in.
 */

import { TIMELOCK_DELAY } from "../../deploy/parameters/governance.js";
import { HOLDERS, interfaceOf, PERMISSIONS, type GovernedContract, type RoleName } from "../../deploy/roles.js";
import { requirementOf } from "./callers/checks.js";
import type { Counterpart } from "./callers/requirement.js";
import { constantOf } from "./constants.js";
import type { ContractSyntax, FunctionSyntax, Syntax } from "./syntax.js";
import { OWNERS, PLACES, REGISTERS } from "./words.js";

/** One function, or several that read alike. */
export interface Privilege {
  readonly contract: string;
  /** "setAssetCap(asset, governedCap)" */
  readonly call: string;
  readonly selector: string;
  readonly role: string;
  readonly holder: string;
  readonly delay: string;
  readonly bound: string;
}

/** Which contracts answer at the address of a governed one. */
const CODE: Readonly<Record<GovernedContract, readonly string[]>> = {
  dollar: ["PlimsollDollar"],
  oracle: ["PriceOracle"],
  risk: ["RiskModel", "RiskExtension"],
  depth: ["UniswapDepth"],
  engine: ["CreditEngine", "CreditExtension"],
  sheet: ["BalanceSheet"],
  reserve: ["Reserve", "ReserveExtension"],
  rebalancer: ["Rebalancer"],
  backstop: ["Backstop"],
  rate: ["MarketRate"],
  stakedEtherFeed: ["ExchangeRateFeed"],
};

/** In use only until what names the engine is there: nobody but the admin has a use for them. */
const STAND_INS: ReadonlySet<string> = new Set(["FixedCeilingGate", "Treasury"]);

/** Something about a privileged function is not said anywhere. */
export class Untold extends Error {
  override readonly name = "Untold";

  constructor(
    readonly where: string,
    readonly what: string,
  ) {
    super(`${where}: ${what}`);
  }
}

/** Who calls, and how soon. */
interface Caller {
  readonly role: string;
  readonly holder: string;
  readonly delay: string;
}

const AT_ONCE = "none";

/** Finds them all, by contract and in the order of the sources. @throws {Untold} */
export function privileges(syntax: Syntax): Privilege[] {
  const { contracts, constants } = syntax;
  const others = contracts.filter(({ kind }) => kind !== "interface");
  const timelock = contracts.find(({ name }) => name === "PlimsollTimelock");
  if (timelock === undefined) throw new Untold("PlimsollTimelock", "it is not there");
  const delay = `${days(TIMELOCK_DELAY)} (never below ${days(constantOf("MIN_DELAY", timelock, [], constants))})`;

  const words = new Words(delay);
  const rows = contracts
    .filter(({ kind, abstract }) => kind === "contract" && !abstract)
    .flatMap((contract) =>
      callable(contract).flatMap(({ declared, modifier }): Privilege[] => {
        const named = { contract: contract.name, ...naming(declared) };
        if (modifier === undefined) {
          const caller = words.callerOf(contract, declared);
          return caller === undefined ? [] : [{ ...named, ...caller }];
        }
        const where = `${contract.name}.${declared.name}`;
        const text = boundText(contract, declared);
        if (text === undefined) throw new Untold(where, "no @custom:bound says within which bounds it acts");
        const bound = text.replaceAll(/\{([A-Z_]+)\}/g, (_, name: string) =>
          grouped(constantOf(name, contract, others, constants)),
        );
        const caller =
          modifier.modifierName.name === "onlyOwner"
            ? { role: "owner", ...words.ownerOf(contract) }
            : callerOf(contract, declared, modifier, delay);
        return [{ ...named, ...caller, bound }];
      }),
    );
  words.requireUsed();
  return rows;
}

function naming({ name, functionSelector, parameters }: FunctionSyntax): Pick<Privilege, "call" | "selector"> {
  const names = parameters.parameters.map((one) => one.name.replaceAll(/^_|_$/g, "")).filter((one) => one !== "");
  return { call: `${name}(${names.join(", ")})`, selector: `0x${functionSelector ?? ""}` };
}

/** Who may call by a check in the body, or as the owner, in words. */
class Words {
  readonly #unused = new Set([OWNERS, PLACES, REGISTERS].flatMap((list) => Object.keys(list)));

  /** @param delay Of the timelock. */
  constructor(readonly delay: string) {}

  /** @throws {Untold} */
  ownerOf({ name }: ContractSyntax): Omit<Caller, "role"> {
    this.#unused.delete(name);
    const owner = OWNERS[name];
    if (owner === undefined) throw new Untold(name, "OWNERS in words.ts does not say whose it is");
    return owner === "handed over"
      ? { holder: "timelock; deployer, on a local chain", delay: `${this.delay}; on a local chain: ${AT_ONCE}` }
      : { holder: owner.who, delay: AT_ONCE };
  }

  /** Undefined where anybody may, for himself or for all. @throws {Untold} */
  callerOf(contract: ContractSyntax, declared: FunctionSyntax): (Caller & Pick<Privilege, "bound">) | undefined {
    const found = contract.scope.get(declared.id);
    if (found === undefined) throw new Untold(`${contract.name}.${declared.name}`, "its syntax is not there");
    const where = `${contract.name}.${declared.name}`;
    const told = requirementOf(contract, found).map((list) => list.map((one) => this.#tell(one, contract, where)));
    const closed = told.filter((list) => list.every((one) => one !== undefined));
    if (closed.length === 0) return undefined;
    const join = (key: "who" | "bound", by: string): string =>
      [...new Set(closed.flat().map((one) => one[key]))].join(by);
    const late = closed.flat().flatMap((one) => (one.delay === AT_ONCE ? [] : `; owner: ${one.delay}`));
    const delay = [AT_ONCE, ...new Set(late)].join("");
    return { role: "caller", holder: join("who", " or "), delay, bound: join("bound", "; ") };
  }

  /** Undefined for who acts for himself. */
  #tell(
    counterpart: Counterpart,
    contract: ContractSyntax,
    where: string,
  ): { who: string; bound: string; delay: string } | undefined {
    if (counterpart.kind === "named") return undefined;
    const { kind, name } = counterpart;
    // Members of a struct are kept together; what another contract says is a thing of its own.
    const key = kind === "place" || name.endsWith("()") ? name : name.split(".").slice(0, 2).join(".");
    this.#unused.delete(key);
    if (kind === "place") {
      const who = PLACES[key];
      if (who === undefined) throw new Untold(where, `PLACES in words.ts does not say who is at ${key}`);
      const bound = `${who}: an address that is ${counterpart.immutable ? "immutable" : "stored"}`;
      if (who !== "owner") return { who, bound, delay: AT_ONCE };
      const { holder, delay } = this.ownerOf(contract);
      return { who: `owner (${holder})`, bound, delay };
    }
    const register = REGISTERS[key];
    if (register === undefined) throw new Untold(where, `REGISTERS in words.ts does not say what ${key} is`);
    return register === "holdings" ? undefined : { ...register, delay: AT_ONCE };
  }

  requireUsed(): void {
    if (this.#unused.size > 0) throw new Untold("words.ts", `nothing asks for ${[...this.#unused].join(", ")}`);
  }
}

type Modifier = FunctionSyntax["modifiers"][number];

/** Whether the modifier asks who calls. */
function asksWho({ modifierName: { name } }: Modifier): boolean {
  return name === "restricted" || /^only[A-Z]/.test(name);
}

/** What can be called from outside, in its most derived form, with the modifier that asks who calls if there is one. */
function callable(contract: ContractSyntax): { declared: FunctionSyntax; modifier: Modifier | undefined }[] {
  const seen = new Set<string>();
  return contract.lineage.flatMap((base) =>
    base.functions.flatMap((declared) => {
      const { functionSelector } = declared;
      if (functionSelector === undefined || base.kind === "interface" || seen.has(functionSelector)) return [];
      seen.add(functionSelector);
      // One that only adds a check and calls the inherited one asks what that asks.
      const modifier = contract.lineage
        .flatMap(({ functions }) => functions)
        .filter((same) => same.functionSelector === functionSelector)
        .flatMap(({ modifiers }) => modifiers)
        .find(asksWho);
      return [{ declared, modifier }];
    }),
  );
}

function boundText(contract: ContractSyntax, { name, functionSelector }: FunctionSyntax): string | undefined {
  for (const base of contract.lineage) {
    const own = base.functions.find((same) => same.functionSelector === functionSelector);
    const said = own === undefined ? undefined : tagIn(own.documentation, "custom:bound");
    if (said !== undefined) return said;
    const of = tagIn(base.documentation, `custom:bound-of ${name}`);
    if (of !== undefined) return of;
  }
  return undefined;
}

/** The text of a tag, up to the end of its line. */
function tagIn(documentation: string, tag: string): string | undefined {
  return new RegExp(`@${tag} (.*)`).exec(documentation)?.[1]?.trim();
}

function callerOf(contract: ContractSyntax, declared: FunctionSyntax, modifier: Modifier, delay: string): Caller {
  const byVote: Omit<Caller, "role"> = { holder: "timelock", delay };
  const { name } = modifier.modifierName;
  switch (name) {
    case "restricted":
      return restrictedCaller(contract, declared, delay);
    case "onlyAuthorized":
      return { role: "admin", ...byVote };
    case "onlyGovernance":
    case "onlyTimelock":
    case "onlySelf":
      return { role: "vote", ...byVote };
    case "onlyHolder":
      return { role: "guardian's holder", holder: "a Safe, for its term", delay: AT_ONCE };
    case "onlyRole":
    case "onlyRoleOrOpenRole":
      return timelockCaller(contract, declared, modifier, delay);
    default:
      throw new Untold(`${contract.name}.${declared.name}`, `it is not known whom ${name} lets pass`);
  }
}

/** AccessManager decides. */
function restrictedCaller({ name }: ContractSyntax, declared: FunctionSyntax, delay: string): Caller {
  if (STAND_INS.has(name)) return { role: "admin", holder: "timelock", delay };
  const selector = `0x${declared.functionSelector ?? ""}`;
  const permission = PERMISSIONS.find(
    ({ contract, functions }) =>
      CODE[contract].includes(name) &&
      functions.some((allowed) => interfaceOf(contract).getFunction(allowed)?.selector === selector),
  );
  if (permission === undefined) throw new Untold(`${name}.${declared.name}`, "deploy/roles.ts gives it no role");
  return { role: permission.role, ...holdersOf(permission.role, delay) };
}

function holdersOf(role: RoleName, delay: string): Omit<Caller, "role"> {
  const guarded = HOLDERS[role].includes("guardian");
  return guarded
    ? { holder: "timelock; Guardian, to tighten", delay: `${delay}; Guardian: ${AT_ONCE}` }
    : { holder: "timelock", delay };
}

/** OpenZeppelin's timelock decides by roles of its own. */
function timelockCaller(
  contract: ContractSyntax,
  declared: FunctionSyntax,
  { arguments: args }: Modifier,
  delay: string,
): Caller {
  const [asked] = args ?? [];
  const role = typeof asked?.name === "string" ? asked.name : "";
  const label = role.replace("_ROLE", "").toLowerCase();
  switch (role) {
    case "PROPOSER_ROLE":
      return { role: label, holder: "PlimsollGovernor, after a vote", delay: AT_ONCE };
    case "CANCELLER_ROLE":
      return { role: label, holder: "PlimsollGovernor; Guardian", delay: AT_ONCE };
    case "EXECUTOR_ROLE":
      return { role: label, holder: "anyone", delay };
    case "":
      // `getRoleAdmin(role)`
      return { role: "timelock's admin", holder: "timelock", delay };
    default:
      throw new Untold(`${contract.name}.${declared.name}`, `it is not known who holds ${role}`);
  }
}

/** {s} to "3 days". */
function days(seconds: bigint): string {
  const [whole, rest] = [seconds / 86_400n, seconds % 86_400n];
  if (rest !== 0n) return `${seconds} s`;
  return whole === 1n ? "1 day" : `${whole} days`;
}

/** A number with its thousands apart; large powers as such. */
function grouped(value: bigint): string {
  const bits = value.toString(2);
  if (value > 10n ** 24n && /^1+$/.test(bits)) return `2^${bits.length} - 1`;
  if (value > 10n ** 15n && /^10+$/.test(bits)) return `2^${bits.length - 1}`;
  const zeros = /0+$/.exec(value.toString())?.[0].length ?? 0;
  if (zeros >= 18) return `${grouped(value / 10n ** 18n)}e18`;
  return value.toString().replaceAll(/\B(?=(\d{3})+$)/g, ",");
}
