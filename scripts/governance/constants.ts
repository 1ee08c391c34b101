/** What constants of the sources are worth. */

import type { ContractSyntax, FreeConstants, Node } from "./syntax.js";

const SECONDS: Readonly<Record<string, bigint>> = {
  seconds: 1n,
  minutes: 60n,
  hours: 3_600n,
  days: 86_400n,
  weeks: 604_800n,
};

const BINARY: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "**": (a, b) => a ** b,
  "<<": (a, b) => a << b,
  ">>": (a, b) => a >> b,
};

/** A bound names a constant that does not exist, or one that is no plain number. */
export class UnknownConstant extends Error {
  override readonly name = "UnknownConstant";

  constructor(
    readonly constant: string,
    readonly contract: string,
  ) {
    super(`${contract} has no constant ${constant} that could be computed`);
  }
}

/**
 * The value of a constant that a contract has or inherits, or that libraries and files beside it define.
 * @param others Where to look after the contract's own lineage.
 * @throws {UnknownConstant}
 */
export function constantOf(
  name: string,
  contract: ContractSyntax,
  others: readonly ContractSyntax[],
  free: FreeConstants,
): bigint {
  const lookUp = (wanted: string): bigint | undefined => {
    for (const one of [...contract.lineage, ...others]) {
      const value = one.constants.get(wanted);
      const computed = value === undefined ? undefined : valueOf(value, lookUp);
      if (computed !== undefined) return computed;
    }
    const value = free.get(wanted);
    return value === undefined ? undefined : valueOf(value, lookUp);
  };
  const value = lookUp(name);
  if (value === undefined) throw new UnknownConstant(name, contract.name);
  return value;
}

/** What an expression is worth, if it consists of numbers, constants, `type(uintN).max` and arithmetic. */
function valueOf(node: Node, lookUp: (name: string) => bigint | undefined): bigint | undefined {
  const child = (key: string): Node | undefined => {
    const value = node[key];
    return typeof value === "object" && value !== null ? (value as Node) : undefined;
  };
  const of = (inner: Node | undefined): bigint | undefined =>
    inner === undefined ? undefined : valueOf(inner, lookUp);
  switch (node.nodeType) {
    case "Literal":
      return literal(String(node.value), node.subdenomination);
    case "Identifier":
      return lookUp(String(node.name));
    case "TupleExpression": {
      const [only] = node.components as readonly Node[];
      return of(only);
    }
    case "BinaryOperation": {
      const [left, right] = [of(child("leftExpression")), of(child("rightExpression"))];
      return left === undefined || right === undefined ? undefined : BINARY[String(node.operator)]?.(left, right);
    }
    case "FunctionCall":
      // A cast: `uint256(1e18)`.
      return node.kind === "typeConversion" ? of((node.arguments as readonly Node[])[0]) : undefined;
    case "MemberAccess":
      return node.memberName === "max" ? largest(child("expression")) : lookUp(String(node.memberName));
    default:
      return undefined;
  }
}

/** "100_000e18", "2 days" */
function literal(text: string, unit: unknown): bigint | undefined {
  const [, whole, exponent = "0"] = /^(\d+)(?:e(\d+))?$/.exec(text.replaceAll("_", "")) ?? [];
  if (whole === undefined) return text.startsWith("0x") ? BigInt(text) : undefined;
  return BigInt(whole) * 10n ** BigInt(exponent) * (typeof unit === "string" ? (SECONDS[unit] ?? 1n) : 1n);
}

/** `type(uint120)` to 2 ** 120 - 1. */
function largest(expression: Node | undefined): bigint | undefined {
  const types = (expression?.typeDescriptions ?? {}) as { typeString?: string };
  const bits = /^type\(uint(\d+)\)$/.exec(types.typeString ?? "")?.[1];
  return bits === undefined ? undefined : (1n << BigInt(bits)) - 1n;
}
