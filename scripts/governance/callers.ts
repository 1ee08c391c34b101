/**
 * Whom a function lets pass by what it checks itself, in its body and in everything that it calls within its contract: every `require` and every `if` that reverts
 * is followed back to `msg.sender`, through arguments, local variables and results.
 *
 * What is compared with the sender tells what kind of check it is, by rule:
 * - an address that the contract keeps, whatever the call says: only that one may call;
 * - an account that the call names, or something kept under what it names: whoever calls acts for himself, or for somebody who allowed it;
 * - something kept under the sender's own address (`isMinter[msg.sender]`): a register of callers, or only what he holds. The syntax cannot tell these apart.
 * Conditions that have nothing to do with who calls are taken as not met where they open a way round a check, and as met where they lead to one.
 */

import { childrenOf, inner, nodesIn, partsOf, type ContractSyntax, type Declared, type Node } from "./syntax.js";

/** What a check compares the sender with. */
export type Counterpart =
  /** An address that the contract keeps. */
  | { readonly kind: "place"; readonly name: string; readonly immutable: boolean }
  /** What is kept under the sender's own address, or what another contract says of it. */
  | { readonly kind: "register"; readonly name: string }
  /** An account that the call names, or what is kept under one. */
  | { readonly kind: "named" };

/** Of each of these lists one must be who calls. Empty: anybody passes. */
export type Requirement = readonly (readonly Counterpart[])[];

/** The sender is compared with something that these rules do not cover. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";

  constructor(
    readonly contract: string,
    readonly what: string,
  ) {
    super(`${contract}: it cannot be told what the sender is compared with in ${what}`);
  }
}

const ANYBODY: Requirement = [];
const NAMED_ONE: readonly Counterpart[] = [{ kind: "named" }];
const NAMED: Requirement = [NAMED_ONE];

/** An expression where it stands: identifiers mean what the environment says. */
interface Term {
  readonly node: Node;
  readonly env: Environment;
}

/** A function or modifier that is entered, with its arguments. */
interface Environment {
  readonly declared: Declared;
  /** What local variables and parameters may be, by declaration. Parameters of the function that is called from outside are not in it. */
  readonly values: Map<number, readonly Term[]>;
  /** What is known of expressions and calls here. */
  readonly facts: Map<Node, Facts>;
  readonly callees: Map<Node, Environment | undefined>;
}

interface Facts {
  readonly sender: boolean;
  readonly named: boolean;
}

const all = (requirements: readonly Requirement[]): Requirement => distinct(requirements.flat());

const both = (a: Requirement, b: Requirement): Requirement => all([a, b]);

const either = (a: Requirement, b: Requirement): Requirement =>
  distinct(a.flatMap((one) => b.map((other) => [...one, ...other])));

/** The same without repetitions. Where whoever is named may call, nobody else matters. */
function distinct(requirement: Requirement): Requirement {
  const simple = requirement.map((list) => {
    if (list.some(({ kind }) => kind === "named")) return NAMED_ONE;
    return [...new Map(list.map((one) => [JSON.stringify(one), one])).values()];
  });
  return [...new Map(simple.map((list) => [JSON.stringify(list), list])).values()];
}

/** What `declared` requires of who calls it from outside, as a function of `contract`. @throws {Unreadable} */
export function requirementOf(contract: ContractSyntax, declared: Declared): Requirement {
  const reader = readers.get(contract) ?? new Reader(contract);
  readers.set(contract, reader);
  return reader.entry(declared);
}

/** Reads functions of one contract, with what it inherits. */
class Reader {
  /** What is being looked into: recursion ends there. */
  readonly #open = new Map<unknown, number>();
  /** The outermost of these at which it did, by depth. */
  #cut = Infinity;
  /** What is known of functions: trees do not change. */
  readonly #found = new Map<Node, Requirement>();
  readonly #asking = new Map<Node, boolean>();
  readonly #entered = new Map<Node, readonly Declared[]>();

  constructor(readonly contract: ContractSyntax) {}

  entry(declared: Declared): Requirement {
    const requirement = this.#found.get(declared.node) ?? this.#read(declared);
    this.#found.set(declared.node, requirement);
    return requirement;
  }

  #read(declared: Declared): Requirement {
    if (this.#reached(declared).some(({ node }) => asksInAssembly(node))) {
      throw new Unreadable(this.contract.name, `assembly that ${String(declared.node.name)} enters`);
    }
    return this.#within(this.#locals(environment(declared)));
  }

  /** @returns `otherwise` if `key` is being looked into already. */
  #once<T>(key: unknown, otherwise: T, look: () => T): T {
    const depth = this.#open.get(key);
    if (depth !== undefined) {
      this.#cut = Math.min(this.#cut, depth);
      return otherwise;
    }
    this.#open.set(key, this.#open.size);
    try {
      return look();
    } finally {
      this.#open.delete(key);
    }
  }

  // ---- statements

  /** What a function with its modifiers requires, or a modifier. */
  #within(entered: Environment): Requirement {
    const { node } = entered.declared;
    if (!this.#asks(entered.declared) && !this.#factsOf([...entered.values.values()].flat()).sender) return ANYBODY;
    return this.#once<Requirement>(node.id, ANYBODY, () => {
      const modifiers = childrenOf(node, "modifiers").map((invocation) => {
        const declared = this.#modifier(invocation);
        if (declared === undefined) return ANYBODY;
        const args = childrenOf(invocation, "arguments").map((arg) => ({ node: arg, env: entered }));
        return this.#within(this.#enter(declared, args));
      });
      const body = inner(node, "body");
      return both(all(modifiers), body === undefined ? ANYBODY : this.#statements([body], entered));
    });
  }

  #statements(statements: readonly Node[], at: Environment): Requirement {
    const [first, ...rest] = statements;
    if (first === undefined) return ANYBODY;
    const following = (): Requirement => this.#statements(rest, at);
    switch (first.nodeType) {
      case "Block":
      case "UncheckedBlock":
        return this.#statements([...childrenOf(first, "statements"), ...rest], at);
      case "IfStatement":
        return this.#branches(first, at, following);
      case "ForStatement":
      case "WhileStatement":
      case "DoWhileStatement": {
        const parts = ["initializationExpression", "condition", "loopExpression", "body"];
        const looped = parts.flatMap((key) => inner(first, key) ?? []);
        return both(all(looped.map((part) => this.#statements([part], at))), following());
      }
      case "TryStatement": {
        const blocks = childrenOf(first, "clauses").flatMap((clause) => inner(clause, "block") ?? []);
        const tried = all(blocks.map((block) => this.#statements([block], at)));
        return both(both(this.#calls(inner(first, "externalCall"), at), tried), following());
      }
      default:
        return both(this.#calls(first, at), following());
    }
  }

  #branches(node: Node, at: Environment, following: () => Requirement): Requirement {
    const [condition, then, otherwise] = [inner(node, "condition"), inner(node, "trueBody"), inner(node, "falseBody")];
    if (condition === undefined || then === undefined) return following();
    const asked = { node: condition, env: at };
    const concerned = this.#facts(asked).sender;
    const unless = (met: boolean, inside: Requirement): Requirement =>
      concerned ? either(this.#need(asked, met), inside) : inside;
    const called = this.#calls(condition, at);
    const other = otherwise === undefined ? ANYBODY : unless(true, this.#statements([otherwise], at));
    if (this.#reverts(then, at)) return all([called, this.#need(asked, false), other, following()]);
    const inside = unless(false, this.#statements([then], at));
    return all([called, inside, other, returns(then) ? unless(true, following()) : following()]);
  }

  /** Whether a statement ends in nothing but a revert. */
  #reverts(statement: Node, at: Environment): boolean {
    if (statement.nodeType === "RevertStatement") return true;
    if (statement.nodeType === "Block") {
      const last = childrenOf(statement, "statements").at(-1);
      return last !== undefined && this.#reverts(last, at);
    }
    const call = inner(statement, "expression");
    if (statement.nodeType !== "ExpressionStatement" || call?.nodeType !== "FunctionCall") return false;
    if (inner(call, "expression")?.name === "revert") return true;
    const callee = this.#callee(call, at);
    const body = callee === undefined ? undefined : inner(callee.declared.node, "body");
    if (callee === undefined || body === undefined) return false;
    return this.#once(body, false, () => this.#reverts(body, callee));
  }

  /** What all calls within an expression or a plain statement require. */
  #calls(node: Node | undefined, at: Environment): Requirement {
    if (node === undefined) return ANYBODY;
    return all(
      nodesIn(node, "FunctionCall").map((call) => {
        const name = inner(call, "expression")?.name;
        const [condition] = childrenOf(call, "arguments");
        if ((name === "require" || name === "assert") && condition !== undefined) {
          return this.#need({ node: condition, env: at }, true);
        }
        const callee = this.#callee(call, at);
        return callee === undefined ? ANYBODY : this.#within(callee);
      }),
    );
  }

  // ---- conditions

  /** Who may call so that a condition is met, or is not. */
  #need(term: Term, met: boolean): Requirement {
    if (!this.#facts(term).sender) return ANYBODY;
    const { node, env } = term;
    const part = (key: string): Term[] => {
      const found = inner(node, key);
      return found === undefined ? [] : [{ node: found, env }];
    };
    const [left, right] = [...part("leftExpression"), ...part("rightExpression")];
    if (left !== undefined && right !== undefined) {
      const { operator } = node;
      if (operator === "&&" || operator === "||") {
        const join = (operator === "&&") === met ? both : either;
        return join(this.#need(left, met), this.#need(right, met));
      }
      const [mine, theirs] = [this.#isSender(left), this.#isSender(right)];
      if ((operator === "==" || operator === "!=") && (mine || theirs)) {
        if (mine === theirs || (operator === "==") !== met) return ANYBODY;
        return [this.#counterparts(mine ? right : left)];
      }
      return this.#kept(term);
    }
    switch (node.nodeType) {
      case "UnaryOperation":
        return all(part("subExpression").map((sub) => this.#need(sub, node.operator === "!" ? !met : met)));
      case "TupleExpression":
        return all(childrenOf(node, "components").map((only) => this.#need({ node: only, env }, met)));
      case "Conditional": {
        const [a, b] = [...part("trueExpression"), ...part("falseExpression")];
        return a === undefined || b === undefined ? ANYBODY : either(this.#need(a, met), this.#need(b, met));
      }
    }
    const meant = this.#meanings(term);
    return meant === undefined
      ? this.#kept(term)
      : meant.map((one) => this.#need(one, met)).reduce<Requirement>(either, [[]]);
  }

  /** Something that is kept under the sender's address, or that others say about him. */
  #kept(term: Term): Requirement {
    const kept = this.#registers(term);
    // Kept under what the call names as well: an allowance, an authorisation.
    if (kept.some((one) => this.#facts(one).named)) return NAMED;
    const names = new Set(kept.map((one) => this.#path(one)));
    return names.size === 0 ? ANYBODY : [[...names].map((name) => ({ kind: "register", name }))];
  }

  /** What the sender is compared with. */
  #counterparts(term: Term): readonly Counterpart[] {
    const { node, env } = term;
    const facts = this.#facts(term);
    const meant = this.#meanings(term);
    if (meant !== undefined) {
      if (meant.length === 0) throw new Unreadable(this.contract.name, this.#path(term));
      return meant.flatMap((one) => this.#counterparts(one));
    }
    switch (node.nodeType) {
      case "Literal":
        // The zero address: nobody.
        return [];
      case "TupleExpression":
        return childrenOf(node, "components").flatMap((only) => this.#counterparts({ node: only, env }));
      case "Conditional":
        return ["trueExpression", "falseExpression"].flatMap((key) => {
          const branch = inner(node, key);
          return branch === undefined ? [] : this.#counterparts({ node: branch, env });
        });
      case "FunctionCall":
        if (node.kind === "typeConversion") {
          return childrenOf(node, "arguments").flatMap((arg) => this.#counterparts({ node: arg, env }));
        }
    }
    if (facts.sender) return [{ kind: "register", name: this.#path(term) }];
    if (facts.named) return [{ kind: "named" }];
    const variable = this.contract.scope.get(referenced(node) ?? NaN)?.node;
    const mutability = node.nodeType === "Identifier" ? variable?.mutability : undefined;
    const immutable = node.name === "this" || mutability === "immutable" || mutability === "constant";
    return [{ kind: "place", name: this.#path(term), immutable }];
  }

  // ---- expressions

  #isSender(term: Term): boolean {
    const { node, env } = term;
    if (isMessage(node, "sender")) return true;
    const meant = this.#meanings(term);
    if (meant !== undefined) return meant.length > 0 && meant.every((one) => this.#isSender(one));
    const [only] = node.kind === "typeConversion" ? childrenOf(node, "arguments") : childrenOf(node, "components");
    return only !== undefined && this.#isSender({ node: only, env });
  }

  /** What a local variable, or the result of a function of the contract, may be; undefined for everything else. */
  #meanings({ node, env }: Term): readonly Term[] | undefined {
    if (node.nodeType === "Identifier") {
      const terms = env.values.get(referenced(node) ?? NaN);
      return terms === undefined ? undefined : this.#once(terms, [], () => terms.filter((one) => !this.#open.has(one)));
    }
    if (node.nodeType !== "FunctionCall") return undefined;
    const callee = this.#callee(node, env);
    if (callee === undefined) return undefined;
    const results = this.#results(callee);
    // Of several results it is not said which is used.
    return results.length === 0 || outputsOf(callee.declared).length !== 1 ? undefined : results;
  }

  /** Whether it depends on who calls, and on what the call says. */
  #facts(term: Term): Facts {
    const { facts } = term.env;
    const known = facts.get(term.node);
    if (known !== undefined) return known;
    const [before, depth] = [this.#cut, this.#open.size];
    this.#cut = Infinity;
    const found = this.#lookUp(term);
    // What was cut short by something that is still looked into is no answer for others.
    if (this.#cut >= depth) facts.set(term.node, found);
    this.#cut = Math.min(before, this.#cut);
    return found;
  }

  #lookUp({ node, env }: Term): Facts {
    if (isMessage(node, "sender")) return { sender: true, named: false };
    if (isMessage(node, "value") || isMessage(node, "data")) return { sender: false, named: true };
    if (node.nodeType === "Identifier") {
      const id = referenced(node);
      const terms = env.values.get(id ?? NaN);
      if (terms !== undefined) return this.#once(terms, NOTHING, () => this.#factsOf(terms));
      // Neither local nor of the contract: a parameter of what is called from outside.
      return { sender: false, named: id !== undefined && id > 0 && !this.contract.scope.has(id) };
    }
    const callee = node.nodeType === "FunctionCall" ? this.#callee(node, env) : undefined;
    if (callee === undefined || !this.#asks(callee.declared)) {
      return this.#factsOf(partsOf(node).map((part) => ({ node: part, env })));
    }
    return this.#once(callee.declared.node.id, NOTHING, () => this.#factsOf(this.#results(callee)));
  }

  #factsOf(terms: readonly Term[]): Facts {
    const facts = terms.map((one) => this.#facts(one));
    return { sender: facts.some(({ sender }) => sender), named: facts.some(({ named }) => named) };
  }

  /** What is kept under the sender's address within an expression. */
  #registers(term: Term): Term[] {
    if (!this.#facts(term).sender || this.#isSender(term)) return [];
    const { node, env } = term;
    if (["IndexAccess", "MemberAccess"].includes(node.nodeType)) return [term];
    const meant = this.#meanings(term);
    if (meant !== undefined) {
      return this.#once(node, [], () => meant.flatMap((one) => this.#registers(one)));
    }
    const callee = this.#callee(node, env);
    if (callee !== undefined)
      return this.#once(node, [], () => this.#results(callee).flatMap((one) => this.#registers(one)));
    if (node.nodeType === "FunctionCall" && node.kind === "functionCall") return [term];
    return partsOf(node).flatMap((part) => this.#registers({ node: part, env }));
  }

  /** "_mintTerms.reserve" */
  #path(term: Term): string {
    const { node, env } = term;
    const of = (key: string): string => {
      const found = inner(node, key);
      return found === undefined ? "" : this.#path({ node: found, env });
    };
    switch (node.nodeType) {
      case "Identifier": {
        const [only] = env.values.get(referenced(node) ?? NaN) ?? [];
        return only === undefined || this.#open.has(only)
          ? String(node.name)
          : this.#once(only, String(node.name), () => this.#path(only));
      }
      case "MemberAccess":
        return `${of("expression")}.${String(node.memberName)}`;
      case "IndexAccess":
        return of("baseExpression");
      case "FunctionCall": {
        const [first] = childrenOf(node, "arguments");
        if (node.kind === "typeConversion" && first !== undefined) return this.#path({ node: first, env });
        const [result] = this.#meanings(term) ?? [];
        if (result !== undefined) return this.#once(node, of("expression"), () => this.#path(result));
        // What assembly returns is taken for a part of what it was given.
        if (first !== undefined && this.#callee(node, env) !== undefined) return this.#path({ node: first, env });
        return `${of("expression")}()`;
      }
      case "Literal":
        return String(node.value);
      default:
        return node.nodeType;
    }
  }

  // ---- calls

  /** The function of the contract that a call enters, if it is one, with its arguments. */
  #callee(call: Node, env: Environment): Environment | undefined {
    if (!env.callees.has(call)) env.callees.set(call, this.#enteredBy(call, env));
    return env.callees.get(call);
  }

  #enteredBy(call: Node, env: Environment): Environment | undefined {
    const called = call.nodeType === "FunctionCall" ? inner(call, "expression") : undefined;
    const declared = called === undefined ? undefined : this.#target(called, env.declared);
    if (called === undefined || declared === undefined) return undefined;
    const args = childrenOf(call, "arguments");
    const object = inner(called, "expression");
    // `x.f()` of a library that is attached to x
    const attached = args.length < parametersOf(declared).length && object !== undefined ? [object] : [];
    return this.#enter(
      declared,
      [...attached, ...args].map((node) => ({ node, env })),
    );
  }

  /** What a call's expression means, if that is a function with a body that is not called from outside. */
  #target(called: Node, from: Declared): Declared | undefined {
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
  #asks(declared: Declared): boolean {
    const known = this.#asking.get(declared.node);
    if (known !== undefined) return known;
    const asks = this.#reached(declared).some(({ node }) =>
      nodesIn(node, "Identifier").some(({ name }) => name === "msg"),
    );
    this.#asking.set(declared.node, asks);
    return asks;
  }

  /** A function and everything that it enters, that these enter, and so on. */
  #reached(declared: Declared): Declared[] {
    const reached = new Set([declared]);
    // What is added while they are gone through is gone through as well.
    for (const one of reached) for (const next of this.#entries(one)) reached.add(next);
    return [...reached];
  }

  /** What a function enters: modifiers and functions of the contract. */
  #entries(declared: Declared): readonly Declared[] {
    const known = this.#entered.get(declared.node);
    if (known !== undefined) return known;
    const modifiers = childrenOf(declared.node, "modifiers").map((one) => this.#modifier(one));
    const called = nodesIn(declared.node, "FunctionCall").map((call) => {
      const expression = inner(call, "expression");
      return expression === undefined ? undefined : this.#target(expression, declared);
    });
    const entries = [...modifiers, ...called].filter((one) => one !== undefined);
    this.#entered.set(declared.node, entries);
    return entries;
  }

  /** A constructor's arguments to a base look like a modifier. */
  #modifier(invocation: Node): Declared | undefined {
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

  #enter(declared: Declared, args: readonly Term[]): Environment {
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
        if (id !== undefined && !this.contract.scope.has(id)) give(id, inner(assignment, "rightHandSide"));
      }
    }
    return env;
  }

  /** What a function may return. */
  #results(env: Environment): Term[] {
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

const readers = new WeakMap<ContractSyntax, Reader>();

const NOTHING: Facts = { sender: false, named: false };

function referenced(node: Node | undefined): number | undefined {
  return typeof node?.referencedDeclaration === "number" ? node.referencedDeclaration : undefined;
}

function isMessage(node: Node, member: string): boolean {
  return node.nodeType === "MemberAccess" && node.memberName === member && inner(node, "expression")?.name === "msg";
}

function typeOf(node: Node): string {
  const { typeIdentifier = "" } = (node.typeDescriptions ?? {}) as { typeIdentifier?: string };
  return typeIdentifier;
}

function parametersOf({ node }: Pick<Declared, "node">): Node[] {
  const parameters = inner(node, "parameters");
  return parameters === undefined ? [] : childrenOf(parameters, "parameters");
}

function outputsOf({ node }: Pick<Declared, "node">): Node[] {
  const outputs = inner(node, "returnParameters");
  return outputs === undefined ? [] : childrenOf(outputs, "parameters");
}

/** Equal for a function and what overrides it. */
function signatureOf(declared: Declared): string {
  const { nodeType, name } = declared.node;
  return `${nodeType} ${String(name)}(${parametersOf(declared).map(typeOf).join()})`;
}

/** Expressions right below one. */
/** Assembly is not followed: whether it speaks of the caller but for telling him in an event. */
function asksInAssembly(node: Node): boolean {
  const named = (call: Node): string => String(inner(call, "functionName")?.name);
  const calls = nodesIn(node, "YulFunctionCall");
  const told = calls.filter((call) => named(call).startsWith("log")).flatMap((call) => childrenOf(call, "arguments"));
  return calls.some((call) => ["caller", "origin"].includes(named(call)) && !told.includes(call));
}

function returns(statement: Node): boolean {
  if (statement.nodeType === "Return") return true;
  const last = statement.nodeType === "Block" ? childrenOf(statement, "statements").at(-1) : undefined;
  return last !== undefined && returns(last);
}
