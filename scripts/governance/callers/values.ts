/** What expressions have to do with who calls: whether they are the sender, depend on him, or are what he is compared with. */

import { childrenOf, inner, partsOf, type Node } from "../syntax.js";
import type { Calls } from "./calls.js";
import type { Environments, Facts, Term } from "./environment.js";
import { isMessage, outputsOf, referenced } from "./nodes.js";
import type { Recursion } from "./recursion.js";
import { ANYBODY, NAMED, Unreadable, type Counterpart, type Requirement } from "./requirement.js";

const NOTHING: Facts = { sender: false, named: false };

/** Of one contract's expressions. */
export class Values {
  constructor(
    readonly calls: Calls,
    readonly environments: Environments,
    readonly recursion: Recursion,
  ) {}

  // ---- what the sender is compared with

  /** Something that is kept under the sender's address, or that others say about him. */
  kept(term: Term): Requirement {
    const kept = this.#registers(term);
    // Kept under what the call names as well: an allowance, an authorisation.
    if (kept.some((one) => this.facts(one).named)) return NAMED;
    const names = new Set(kept.map((one) => this.#path(one)));
    return names.size === 0 ? ANYBODY : [[...names].map((name) => ({ kind: "register", name }))];
  }

  /** What the sender is compared with. */
  counterparts(term: Term): readonly Counterpart[] {
    const { node, env } = term;
    const facts = this.facts(term);
    const meant = this.meanings(term);
    if (meant !== undefined) {
      if (meant.length === 0) throw new Unreadable(this.calls.contract.name, this.#path(term));
      return meant.flatMap((one) => this.counterparts(one));
    }
    switch (node.nodeType) {
      case "Literal":
        // The zero address: nobody.
        return [];
      case "TupleExpression":
        return childrenOf(node, "components").flatMap((only) => this.counterparts({ node: only, env }));
      case "Conditional":
        return ["trueExpression", "falseExpression"].flatMap((key) => {
          const branch = inner(node, key);
          return branch === undefined ? [] : this.counterparts({ node: branch, env });
        });
      case "FunctionCall":
        if (node.kind === "typeConversion") {
          return childrenOf(node, "arguments").flatMap((arg) => this.counterparts({ node: arg, env }));
        }
    }
    if (facts.sender) return [{ kind: "register", name: this.#path(term) }];
    if (facts.named) return [{ kind: "named" }];
    const variable = this.calls.contract.scope.get(referenced(node) ?? NaN)?.node;
    const mutability = node.nodeType === "Identifier" ? variable?.mutability : undefined;
    const immutable = node.name === "this" || mutability === "immutable" || mutability === "constant";
    return [{ kind: "place", name: this.#path(term), immutable }];
  }

  // ---- expressions

  isSender(term: Term): boolean {
    const { node, env } = term;
    if (isMessage(node, "sender")) return true;
    const meant = this.meanings(term);
    if (meant !== undefined) return meant.length > 0 && meant.every((one) => this.isSender(one));
    const [only] = node.kind === "typeConversion" ? childrenOf(node, "arguments") : childrenOf(node, "components");
    return only !== undefined && this.isSender({ node: only, env });
  }

  /** What a local variable, or the result of a function of the contract, may be; undefined for everything else. */
  meanings({ node, env }: Term): readonly Term[] | undefined {
    if (node.nodeType === "Identifier") {
      const terms = env.values.get(referenced(node) ?? NaN);
      return terms === undefined
        ? undefined
        : this.recursion.once(terms, [], () => terms.filter((one) => !this.recursion.isOpen(one)));
    }
    if (node.nodeType !== "FunctionCall") return undefined;
    const callee = this.environments.callee(node, env);
    if (callee === undefined) return undefined;
    const results = this.environments.results(callee);
    // Of several results it is not said which is used.
    return results.length === 0 || outputsOf(callee.declared).length !== 1 ? undefined : results;
  }

  /** Whether it depends on who calls, and on what the call says. */
  facts(term: Term): Facts {
    const { facts } = term.env;
    const known = facts.get(term.node);
    if (known !== undefined) return known;
    const { found, isAll } = this.recursion.whole(() => this.#lookUp(term));
    if (isAll) facts.set(term.node, found);
    return found;
  }

  #lookUp({ node, env }: Term): Facts {
    if (isMessage(node, "sender")) return { sender: true, named: false };
    if (isMessage(node, "value") || isMessage(node, "data")) return { sender: false, named: true };
    if (node.nodeType === "Identifier") {
      const id = referenced(node);
      const terms = env.values.get(id ?? NaN);
      if (terms !== undefined) return this.recursion.once(terms, NOTHING, () => this.factsOf(terms));
      // Neither local nor of the contract: a parameter of what is called from outside.
      return { sender: false, named: id !== undefined && id > 0 && !this.calls.contract.scope.has(id) };
    }
    const callee = node.nodeType === "FunctionCall" ? this.environments.callee(node, env) : undefined;
    if (callee === undefined || !this.calls.asks(callee.declared)) {
      return this.factsOf(partsOf(node).map((part) => ({ node: part, env })));
    }
    return this.recursion.once(callee.declared.node.id, NOTHING, () => this.factsOf(this.environments.results(callee)));
  }

  factsOf(terms: readonly Term[]): Facts {
    const facts = terms.map((one) => this.facts(one));
    return { sender: facts.some(({ sender }) => sender), named: facts.some(({ named }) => named) };
  }

  /** What is kept under the sender's address within an expression. */
  #registers(term: Term): Term[] {
    if (!this.facts(term).sender || this.isSender(term)) return [];
    const { node, env } = term;
    if (["IndexAccess", "MemberAccess"].includes(node.nodeType)) return [term];
    const meant = this.meanings(term);
    if (meant !== undefined) {
      return this.recursion.once(node, [], () => meant.flatMap((one) => this.#registers(one)));
    }
    const callee = this.environments.callee(node, env);
    if (callee !== undefined)
      return this.recursion.once(node, [], () =>
        this.environments.results(callee).flatMap((one) => this.#registers(one)),
      );
    if (node.nodeType === "FunctionCall" && node.kind === "functionCall") return [term];
    return partsOf(node).flatMap((part) => this.#registers({ node: part, env }));
  }

  /** "SheetStorage._mintTerms.reserve": with the contract that declares it, where one does. */
  #path(term: Term): string {
    const { node, env } = term;
    const of = (key: string): string => {
      const found = inner(node, key);
      return found === undefined ? "" : this.#path({ node: found, env });
    };
    switch (node.nodeType) {
      case "Identifier": {
        const [only] = env.values.get(referenced(node) ?? NaN) ?? [];
        const name = this.#declaredName(node);
        return only === undefined || this.recursion.isOpen(only)
          ? name
          : this.recursion.once(only, name, () => this.#path(only));
      }
      case "MemberAccess":
        return `${of("expression")}.${String(node.memberName)}`;
      case "IndexAccess":
        return of("baseExpression");
      case "FunctionCall": {
        const [first] = childrenOf(node, "arguments");
        if (node.kind === "typeConversion" && first !== undefined) return this.#path({ node: first, env });
        const [result] = this.meanings(term) ?? [];
        if (result !== undefined) return this.recursion.once(node, of("expression"), () => this.#path(result));
        // What assembly returns is taken for a part of what it was given.
        if (first !== undefined && this.environments.callee(node, env) !== undefined)
          return this.#path({ node: first, env });
        return `${of("expression")}()`;
      }
      case "Literal":
        return String(node.value);
      default:
        return node.nodeType;
    }
  }

  #declaredName(identifier: Node): string {
    const { lineage, scope } = this.calls.contract;
    const by = scope.get(referenced(identifier) ?? NaN)?.contract;
    const contract = lineage.find(({ id }) => id === by);
    return contract === undefined ? String(identifier.name) : `${contract.name}.${String(identifier.name)}`;
  }
}
