/** What can be read off single nodes of a syntax tree. */

import { childrenOf, inner, nodesIn, type Declared, type Node } from "../syntax.js";

/** The number of what a name stands for. */
export function referenced(node: Node | undefined): number | undefined {
  return typeof node?.referencedDeclaration === "number" ? node.referencedDeclaration : undefined;
}

/** `msg.sender` and the like. */
export function isMessage(node: Node, member: string): boolean {
  return node.nodeType === "MemberAccess" && node.memberName === member && inner(node, "expression")?.name === "msg";
}

/** "t_function_internal_view$..." */
export function typeOf(node: Node): string {
  const { typeIdentifier = "" } = (node.typeDescriptions ?? {}) as { typeIdentifier?: string };
  return typeIdentifier;
}

export function parametersOf({ node }: Pick<Declared, "node">): Node[] {
  const parameters = inner(node, "parameters");
  return parameters === undefined ? [] : childrenOf(parameters, "parameters");
}

export function outputsOf({ node }: Pick<Declared, "node">): Node[] {
  const outputs = inner(node, "returnParameters");
  return outputs === undefined ? [] : childrenOf(outputs, "parameters");
}

/** Equal for a function and what overrides it. */
export function signatureOf(declared: Declared): string {
  const { nodeType, name } = declared.node;
  return `${nodeType} ${String(name)}(${parametersOf(declared).map(typeOf).join()})`;
}

/** Assembly is not followed: whether it speaks of the caller but for telling him in an event. */
export function asksInAssembly(node: Node): boolean {
  const named = (call: Node): string => String(inner(call, "functionName")?.name);
  const calls = nodesIn(node, "YulFunctionCall");
  const told = calls.filter((call) => named(call).startsWith("log")).flatMap((call) => childrenOf(call, "arguments"));
  return calls.some((call) => ["caller", "origin"].includes(named(call)) && !told.includes(call));
}

/** Whether a statement ends in a return. */
export function returns(statement: Node): boolean {
  if (statement.nodeType === "Return") return true;
  const last = statement.nodeType === "Block" ? childrenOf(statement, "statements").at(-1) : undefined;
  return last !== undefined && returns(last);
}
