/** A made-up contract whose function checks its caller, as a syntax tree. */

import type { ContractSyntax, Node } from "../../scripts/governance/syntax.js";
import { addedContract, RULE } from "./syntax.js";

/** Syntax trees as the compiler writes them, as far as checks of callers are concerned. */
export const tree = {
  name: (name: string, id: number, type = ""): Node => ({
    nodeType: "Identifier",
    name,
    referencedDeclaration: id,
    typeDescriptions: { typeIdentifier: type },
  }),
  sender: {
    nodeType: "MemberAccess",
    memberName: "sender",
    expression: { nodeType: "Identifier", name: "msg" },
  } as Node,
  /** "==", "||" ... */
  two: (operator: string, leftExpression: Node, rightExpression: Node): Node => ({
    nodeType: "BinaryOperation",
    operator,
    leftExpression,
    rightExpression,
  }),
  kept: (baseExpression: Node, indexExpression: Node): Node => ({
    nodeType: "IndexAccess",
    baseExpression,
    indexExpression,
  }),
  call: (expression: Node, ...args: Node[]): Node => ({
    nodeType: "FunctionCall",
    kind: "functionCall",
    expression,
    arguments: args,
  }),
  line: (expression: Node): Node => ({ nodeType: "ExpressionStatement", expression }),
  block: (...statements: Node[]): Node => ({ nodeType: "Block", statements }),
  when: (condition: Node, trueBody: Node): Node => ({ nodeType: "IfStatement", condition, trueBody }),
  list: (...parameters: Node[]): Node => ({ nodeType: "ParameterList", parameters }),
  variable: (id: number, mutability = "mutable"): Node => ({ nodeType: "VariableDeclaration", id, mutability }),
};
const { name, sender, two, call, line, block, list, variable } = tree;

export const REVERT: Node = { nodeType: "RevertStatement" };
export const required = (condition: Node): Node => line(call(name("require", -18), condition));

/** What they are called in the contract below. */
export const [FRIEND, STORED, MEMBERS, HELPER, ACCOUNT, GIVEN] = [10, 11, 12, 13, 15, 16];
export const friend = name("FRIEND", FRIEND);
export const stored = name("_stored", STORED);
export const account = name("account", ACCOUNT);
export const help = (arg: Node): Node => line(call(name("_help", HELPER, "t_function_internal_view$"), arg));

/** A contract with `rule(account)` of this body, and `_help(given)`, which requires that the sender be what it is given. */
export function contractWith(body: Node): ContractSyntax {
  const definition = (id: number, label: string, parameter: number, of: Node): Node => ({
    nodeType: "FunctionDefinition",
    id,
    name: label,
    parameters: list(variable(parameter)),
    returnParameters: list(),
    modifiers: [],
    body: of,
  });
  const nodes = [
    variable(FRIEND, "immutable"),
    variable(STORED),
    variable(MEMBERS),
    definition(HELPER, "_help", GIVEN, block(required(two("==", sender, name("given", GIVEN))))),
    definition(RULE, "rule", ACCOUNT, body),
  ];
  return addedContract({ rule: { parameters: { parameters: [{ name: "account" }] } }, nodes });
}
