/** Functions as they are entered: what their parameters and local variables stand for, and what they return. */

import { childrenOf, inner, nodesIn, type Declared, type Node } from "../syntax.js";
import type { Calls } from "./calls.js";
import { outputsOf, parametersOf, referenced } from "./nodes.js";

/** An expression where it stands: identifiers mean what the environment says. */
export interface Term {
  readonly node: Node;
  readonly env: Environment;
}

/** A function or modifier that is entered, with its arguments. */
export interface Environment {
  readonly declared: Declared;
  /** What local variables and parameters may be, by declaration. Parameters of the function that is called from outside are not in it. */
  readonly values: Map<number, readonly Term[]>;
  /** What is known of expressions and calls here. */
  readonly facts: Map<Node, Facts>;
  readonly callees: Map<Node, Environment | undefined>;
}

/** Whether something depends on who calls, and on what the call says. */
export interface Facts {
  readonly sender: boolean;
  readonly named: boolean;
}

/** Enters functions of one contract. */
export class Environments {
  constructor(readonly calls: Calls) {}

  /** A function that is called from outside. */
  outermost(declared: Declared): Environment {
    return this.#locals(environment(declared));
  }

  /** The function of the contract that a call enters, if it is one, with its arguments. */
  callee(call: Node, env: Environment): Environment | undefined {
    if (!env.callees.has(call)) env.callees.set(call, this.#enteredBy(call, env));
    return env.callees.get(call);
  }

  #enteredBy(call: Node, env: Environment): Environment | undefined {
    const called = call.nodeType === "FunctionCall" ? inner(call, "expression") : undefined;
    const declared = called === undefined ? undefined : this.calls.target(called, env.declared);
    if (called === undefined || declared === undefined) return undefined;
    const args = childrenOf(call, "arguments");
    const object = inner(called, "expression");
    // `x.f()` of a library that is attached to x
    const attached = args.length < parametersOf(declared).length && object !== undefined ? [object] : [];
    return this.enter(
      declared,
      [...attached, ...args].map((node) => ({ node, env })),
    );
  }

  enter(declared: Declared, args: readonly Term[]): Environment {
    const env = environment(declared);
    for (const [i, { id }] of parametersOf(declared).entries()) {
      const arg = args[i];
      if (typeof id === "number") env.values.set(id, arg === undefined ? [] : [arg]);
    }
    return this.#locals(env);
  }

  /** Adds what local variables are worth, as far as they are given a value by name. */
  #locals(env: Environment): Environment {
    const { node } = env.declared;
    const give = (id: unknown, value: Node | undefined): void => {
      if (typeof id !== "number") return;
      env.values.set(id, [...(env.values.get(id) ?? []), ...(value === undefined ? [] : [{ node: value, env }])]);
    };
    for (const { id } of outputsOf({ node })) give(id, undefined);
    const body = inner(node, "body");
    if (body === undefined) return env;
    for (const statement of nodesIn(body, "VariableDeclarationStatement")) {
      for (const { id } of childrenOf(statement, "declarations")) give(id, inner(statement, "initialValue"));
    }
    for (const statement of nodesIn(body, "TryStatement")) {
      for (const clause of childrenOf(statement, "clauses")) {
        const parameters = inner(clause, "parameters");
        if (parameters === undefined) continue;
        for (const { id } of childrenOf(parameters, "parameters")) give(id, inner(statement, "externalCall"));
      }
    }
    for (const assignment of nodesIn(body, "Assignment")) {
      const target = inner(assignment, "leftHandSide");
      if (target === undefined) continue;
      for (const one of target.nodeType === "TupleExpression" ? childrenOf(target, "components") : [target]) {
        const id = one.nodeType === "Identifier" ? referenced(one) : undefined;
        if (id !== undefined && !this.calls.contract.scope.has(id)) give(id, inner(assignment, "rightHandSide"));
      }
    }
    return env;
  }

  /** What a function may return. */
  results(env: Environment): Term[] {
    const { declared } = env;
    const body = inner(declared.node, "body");
    const returned = body === undefined ? [] : nodesIn(body, "Return").flatMap((one) => inner(one, "expression") ?? []);
    const assigned = outputsOf(declared).flatMap(({ id }) =>
      typeof id === "number" ? (env.values.get(id) ?? []) : [],
    );
    return [...returned.map((node) => ({ node, env })), ...assigned];
  }
}

function environment(declared: Declared): Environment {
  return { declared, values: new Map(), facts: new Map(), callees: new Map() };
}
