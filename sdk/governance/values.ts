/** Arguments of calls: from what proposals say to what contracts take, and back. */

import { getAddress, isHexString, type ParamType } from "ethers";

import type { NamedAsset } from "../errors/format.js";
import { instead } from "../format/nearest.js";
import { MissingValue, ProposalError } from "./errors.js";
import { addressNamed, assetNamed, assetOfVault, nameOfAddress, type Deployment } from "./names.js";
import { flagsOf, readQuantity, writeQuantity, type Surroundings } from "./quantities.js";
import { UNITS, type Unit } from "./units.js";

/** A value as proposals write it: what JSON and YAML have. */
export type Readable = string | number | boolean | readonly Readable[] | { readonly [key: string]: Readable };

/** A value as ethers encodes it. */
export type Encodable = bigint | string | boolean | readonly Encodable[];

/** Everything that values of one call have in common. */
interface Call {
  readonly deployment: Deployment;
  readonly units: Readonly<Record<string, Unit>>;
  readonly asset: NamedAsset | undefined;
  /** Where its arguments stand, for errors. */
  readonly at: string;
}

const PARTS = 16;

/** Parameters that only differ from another name by an underscore are called like that. */
export function argumentName({ name }: ParamType): string {
  return name.replaceAll(/^_|_$/g, "");
}

// ---- reading

/**
 * The arguments of a call, in the order of the contract.
 * @param call "risk.setAssetParameters" @param at Where they stand, for errors.
 * @throws {ProposalError}
 */
export function readArguments(
  inputs: readonly ParamType[],
  given: Readonly<Record<string, unknown>>,
  call: string,
  at: string,
  deployment: Deployment,
): Encodable[] {
  const units = UNITS[call] ?? {};
  const around: Call = { deployment, units, at, asset: assetGiven(given, deployment) };
  return fields(inputs, given, "", around);
}

/** What a call is about, if it says so in the usual way. */
function assetGiven(
  { asset, vault }: Readonly<Record<string, unknown>>,
  deployment: Deployment,
): NamedAsset | undefined {
  if (typeof asset === "string" || typeof asset === "number") return assetNamed(asset.toString(), deployment);
  const address = typeof vault === "string" ? addressNamed(vault, deployment) : undefined;
  return address === undefined ? undefined : assetOfVault(address, deployment);
}

/** All named parts of something, and nothing else. */
function fields(inputs: readonly ParamType[], given: unknown, path: string, call: Call): Encodable[] {
  const at = place(call, path);
  const names = inputs.map(argumentName);
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new ProposalError(at, given, "is no list of named values", `Name them: ${names.join(", ")}.`);
  }
  const record = given as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(record).find((key) => !names.includes(key));
  if (unknown !== undefined) {
    const others = names.length === 0 ? "It takes nothing." : instead(unknown, names, "It takes");
    throw new ProposalError(`${at}.${unknown}`, record[unknown], "is of nothing that the function takes", others);
  }
  return inputs.map((input, i) => {
    const name = names[i] ?? "";
    const inner = path === "" ? name : `${path}.${name}`;
    // An empty value of YAML is null.
    if (record[name] === undefined || record[name] === null) {
      throw new MissingValue(place(call, inner), `All of these have to be said: ${names.join(", ")}.`);
    }
    return read(input, record[name], inner, call);
  });
}

function place({ at }: Call, path: string): string {
  return path === "" ? at : `${at}.${path}`;
}

function read(type: ParamType, given: unknown, path: string, call: Call): Encodable {
  const unit = call.units[path];
  const at = place(call, path);
  const flags = flagsOf(unit);
  if (flags !== undefined) return readFlags(given, flags, at);
  if (unit === "bpsByAsset") return readParts(given, at, call);
  if (type.arrayChildren !== null) {
    const { arrayChildren } = type;
    if (!Array.isArray(given)) throw new ProposalError(at, given, "is no list", "Write a list.");
    return given.map((item, i) => read(arrayChildren, item, `${path}[${i}]`, call));
  }
  if (type.components !== null) return fields(type.components, given, path, call);
  const value = unit === undefined ? readBare(type, given, at, call.deployment) : readNumber(given, unit, at, call);
  if (typeof value === "bigint") requireFits(type, value, given, at);
  return value;
}

/** @throws {ProposalError} The contract has no room for such a number. */
function requireFits({ baseType }: ParamType, value: bigint, given: unknown, at: string): void {
  const [, sign = "", bits = "256"] = /^(u?)int(\d+)$/.exec(baseType) ?? [];
  const [least, most] =
    sign === "u" ? [0n, 2n ** BigInt(bits) - 1n] : [-(2n ** (BigInt(bits) - 1n)), 2n ** (BigInt(bits) - 1n) - 1n];
  if (value >= least && value <= most) return;
  const rule = `does not fit: in the contract's units it is ${value}, which may be ${least} to ${most}`;
  throw new ProposalError(at, given, rule, "Write a value that the contract can take.");
}

function readNumber(given: unknown, unit: Unit, at: string, { deployment, asset }: Call): bigint {
  const around: Surroundings = { deployment, asset };
  // A number without its unit is somebody's guess; where there is none to write, digits will do.
  const text = typeof given === "number" ? given.toString() : given;
  if (typeof text !== "string") throw new ProposalError(at, given, "is no number with its unit", "Write it in quotes.");
  const value = readQuantity(text, unit, around);
  if (typeof value === "bigint") return value;
  throw new ProposalError(at, given, value.rule, value.fix);
}

function readFlags(given: unknown, flags: Readonly<Record<string, bigint>>, at: string): bigint {
  const fix = `There are ${Object.keys(flags).join(", ")}.`;
  if (!Array.isArray(given)) throw new ProposalError(at, given, "is no list", fix);
  return (given as readonly unknown[]).reduce<bigint>((bits, name) => {
    const bit = typeof name === "string" && Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (bit === undefined) throw new ProposalError(at, name, "is not one of them", fix);
    return bits | bit;
  }, 0n);
}

/** Parts of ten thousand by asset, sixteen of them; who is not named has none. */
function readParts(given: unknown, at: string, call: Call): bigint[] {
  const parts = new Array<bigint>(PARTS).fill(0n);
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new ProposalError(at, given, "is no list of parts by asset", 'For instance: { "WETH": "40%" }');
  }
  for (const [symbol, part] of Object.entries(given)) {
    // One that is not listed yet has a number only.
    const number = assetNamed(symbol, call.deployment)?.number ?? (/^\d+$/.test(symbol) ? BigInt(symbol) : undefined);
    if (number === undefined || number >= BigInt(PARTS)) {
      const known = call.deployment.assets.map((one) => one.symbol).join(", ");
      throw new ProposalError(`${at}.${symbol}`, symbol, "is no listed asset", `There are ${known}.`);
    }
    parts[Number(number)] = readNumber(part, "bps", `${at}.${symbol}`, call);
  }
  return parts;
}

/** What has no unit: numbers, addresses, texts. */
function readBare({ baseType, type }: ParamType, given: unknown, at: string, deployment: Deployment): Encodable {
  if (baseType === "address") {
    const address = typeof given === "string" ? addressNamed(given, deployment) : undefined;
    if (address !== undefined) return address;
    const known = deployment.callables.map(({ name }) => name).join(", ");
    throw new ProposalError(at, given, "is no address and no name of one", `Names are ${known}, and those of tokens.`);
  }
  if (baseType === "bool") {
    if (typeof given === "boolean") return given;
    throw new ProposalError(at, given, "is neither true nor false", "Write true or false.");
  }
  if (baseType === "string") {
    if (typeof given === "string") return given;
    throw new ProposalError(at, given, "is no text", "Write it in quotes.");
  }
  if (baseType.startsWith("bytes")) {
    const size = Number(baseType.slice("bytes".length));
    // Whole bytes; as many as the type has, if it says so.
    if (isHexString(given, size === 0 ? true : size)) return given;
    const many = size === 0 ? "" : `${2 * size} `;
    throw new ProposalError(at, given, `is no ${type}`, `Write 0x and ${many}hexadecimal digits, two for each byte.`);
  }
  const text = typeof given === "number" && Number.isSafeInteger(given) ? given.toString() : given;
  if (typeof text === "string" && /^-?\d[\d,]*$/.test(text.trim())) return BigInt(text.replaceAll(",", "").trim());
  throw new ProposalError(
    at,
    given,
    "is no whole number",
    "Write digits; in quotes where there are more than fifteen.",
  );
}

// ---- writing

/** What a call's arguments say, by name. */
export function writeArguments(
  inputs: readonly ParamType[],
  values: readonly unknown[],
  call: string,
  deployment: Deployment,
): Record<string, Readable> {
  const units = UNITS[call] ?? {};
  const asset = assetMeant(inputs, values, units, deployment);
  const around: Call = { deployment, units, asset, at: "" };
  return Object.fromEntries(
    inputs.map((input, i) => [argumentName(input), write(input, values[i], argumentName(input), around)]),
  );
}

function assetMeant(
  inputs: readonly ParamType[],
  values: readonly unknown[],
  units: Readonly<Record<string, Unit>>,
  deployment: Deployment,
): NamedAsset | undefined {
  const at = (name: string): unknown => values[inputs.findIndex((input) => argumentName(input) === name)];
  if (units.asset === "asset") return deployment.assets.find(({ number }) => number === at("asset"));
  const vault = at("vault");
  return typeof vault === "string" ? assetOfVault(vault, deployment) : undefined;
}

function write(type: ParamType, value: unknown, path: string, call: Call): Readable {
  const unit = call.units[path];
  const flags = flagsOf(unit);
  if (flags !== undefined) {
    return Object.entries(flags).flatMap(([name, bit]) => (((value as bigint) & bit) === 0n ? [] : [name]));
  }
  if (unit === "bpsByAsset") return writeParts([...(value as readonly bigint[])], call);
  if (type.arrayChildren !== null) {
    const { arrayChildren } = type;
    return [...(value as readonly unknown[])].map((item, i) => write(arrayChildren, item, `${path}[${i}]`, call));
  }
  if (type.components !== null) {
    const parts = [...(value as readonly unknown[])];
    return Object.fromEntries(
      type.components.map((part, i) => {
        const name = argumentName(part);
        return [name, write(part, parts[i], `${path}.${name}`, call)];
      }),
    );
  }
  if (unit !== undefined) return writeQuantity(value as bigint, unit, call);
  if (type.baseType === "address") return nameOfAddress(getAddress(value as string), call.deployment);
  if (typeof value === "bigint") return value.toString();
  return value as string | boolean;
}

function writeParts(parts: readonly bigint[], call: Call): Readable {
  return Object.fromEntries(
    parts.flatMap((part, i) => {
      if (part === 0n) return [];
      const asset = call.deployment.assets.find(({ number }) => number === BigInt(i));
      return [[asset?.symbol ?? i.toString(), writeQuantity(part, "bps", call)]];
    }),
  );
}
