/** Which functions and modifiers of a contract others enter. */

import { childrenOf, inner, nodesIn, type ContractSyntax, type Declared, type Node } from "../syntax.js";
import { referenced, signatureOf, typeOf } from "./nodes.js";

/** Of one contract, with what it inherits. What is known of functions is kept: trees do not change. */
export class Calls {
  readonly #asking = new Map<Node, boolean>();
  readonly #entered = new Map<Node, readonly Declared[]>();

  constructor(readonly contract: ContractSyntax) {}

  /** What a call's expression means, if that is a function with a body that is not called from outside. */
  target(called: Node, from: Declared): Declared | undefined {
    if (!typeOf(called).startsWith("t_function_internal")) return undefined;
    const object = inner(called, "expression");
    const named = this.contract.scope.get(referenced(called) ?? NaN);
    let found = named;
    if (object === undefined) found = this.#mostDerived(referenced(called));
    else if (object.name === "super" && named !== undefined) {
      const { lineage } = this.contract;
      found = this.#firstLike(named, lineage.slice(lineage.findIndex(({ id }) => id === from.contract) + 1));
    }
    return found === undefined || inner(found.node, "body") === undefined ? undefined : found;
  }

  /** Whether a function, or anything that it enters, speaks of the message. */
  asks(declared: Declared): boolean {
    const known = this.#asking.get(declared.node);
    if (known !== undefined) return known;
    const asks = this.reached(declared).some(({ node }) =>
      nodesIn(node, "Identifier").some(({ name }) => name === "msg"),
    );
    this.#asking.set(declared.node, asks);
    return asks;
  }

  /** A function and everything that it enters, that these enter, and so on. */
  reached(declared: Declared): Declared[] {
    const reached = new Set([declared]);
    // What is added while they are gone through is gone through as well.
    for (const one of reached) for (const next of this.#entries(one)) reached.add(next);
    return [...reached];
  }

  /** What a function enters: modifiers and functions of the contract. */
  #entries(declared: Declared): readonly Declared[] {
    const known = this.#entered.get(declared.node);
    if (known !== undefined) return known;
    const modifiers = childrenOf(declared.node, "modifiers").map((one) => this.modifier(one));
    const called = nodesIn(declared.node, "FunctionCall").map((call) => {
      const expression = inner(call, "expression");
      return expression === undefined ? undefined : this.target(expression, declared);
    });
    const entries = [...modifiers, ...called].filter((one) => one !== undefined);
    this.#entered.set(declared.node, entries);
    return entries;
  }

  /** A constructor's arguments to a base look like a modifier. */
  modifier(invocation: Node): Declared | undefined {
    const declared = this.#mostDerived(referenced(inner(invocation, "modifierName")));
    return declared?.node.nodeType === "ModifierDefinition" ? declared : undefined;
  }

  #mostDerived(id: number | undefined): Declared | undefined {
    const named = this.contract.scope.get(id ?? NaN);
    if (named?.node.virtual !== true) return named;
    return this.#firstLike(named, this.contract.lineage) ?? named;
  }

  #firstLike(named: Declared, lineage: readonly ContractSyntax[]): Declared | undefined {
    const wanted = signatureOf(named);
    for (const { scope, own } of lineage) {
      for (const id of own) {
        const one = scope.get(id);
        if (one !== undefined && inner(one.node, "body") !== undefined && signatureOf(one) === wanted) return one;
      }
    }
    return undefined;
  }
}
