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

import { childrenOf, inner, nodesIn, type ContractSyntax, type Declared, type Node } from "../syntax.js";
import { Calls } from "./calls.js";
import { Environments, type Environment, type Term } from "./environment.js";
import { asksInAssembly, returns } from "./nodes.js";
import { Recursion } from "./recursion.js";
import { all, ANYBODY, both, either, Unreadable, type Requirement } from "./requirement.js";
import { Values } from "./values.js";

const readers = new WeakMap<ContractSyntax, Reader>();

/** What `declared` requires of who calls it from outside, as a function of `contract`. @throws {Unreadable} */
export function requirementOf(contract: ContractSyntax, declared: Declared): Requirement {
  const reader = readers.get(contract) ?? new Reader(contract);
  readers.set(contract, reader);
  return reader.entry(declared);
}

/** Reads functions of one contract, with what it inherits. */
class Reader {
  readonly #calls: Calls;
  readonly #environments: Environments;
  readonly #recursion = new Recursion();
  readonly #values: Values;
  /** What is known of functions: trees do not change. */
  readonly #found = new Map<Node, Requirement>();

  constructor(readonly contract: ContractSyntax) {
    this.#calls = new Calls(contract);
    this.#environments = new Environments(this.#calls);
    this.#values = new Values(this.#calls, this.#environments, this.#recursion);
  }

  entry(declared: Declared): Requirement {
    const requirement = this.#found.get(declared.node) ?? this.#read(declared);
    this.#found.set(declared.node, requirement);
    return requirement;
  }

  #read(declared: Declared): Requirement {
    if (this.#calls.reached(declared).some(({ node }) => asksInAssembly(node))) {
      throw new Unreadable(this.contract.name, `assembly that ${String(declared.node.name)} enters`);
    }
    return this.#within(this.#environments.outermost(declared));
  }

  // ---- statements

  /** What a function with its modifiers requires, or a modifier. */
  #within(entered: Environment): Requirement {
    const { node } = entered.declared;
    if (!this.#calls.asks(entered.declared) && !this.#values.factsOf([...entered.values.values()].flat()).sender)
      return ANYBODY;
    return this.#recursion.once<Requirement>(node.id, ANYBODY, () => {
      const modifiers = childrenOf(node, "modifiers").map((invocation) => {
        const declared = this.#calls.modifier(invocation);
        if (declared === undefined) return ANYBODY;
        const args = childrenOf(invocation, "arguments").map((arg) => ({ node: arg, env: entered }));
        return this.#within(this.#environments.enter(declared, args));
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
        return both(both(this.#callsIn(inner(first, "externalCall"), at), tried), following());
      }
      default:
        return both(this.#callsIn(first, at), following());
    }
  }

  #branches(node: Node, at: Environment, following: () => Requirement): Requirement {
    const [condition, then, otherwise] = [inner(node, "condition"), inner(node, "trueBody"), inner(node, "falseBody")];
    if (condition === undefined || then === undefined) return following();
    const asked = { node: condition, env: at };
    const concerned = this.#values.facts(asked).sender;
    const unless = (met: boolean, inside: Requirement): Requirement =>
      concerned ? either(this.#need(asked, met), inside) : inside;
    const called = this.#callsIn(condition, at);
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
    const callee = this.#environments.callee(call, at);
    const body = callee === undefined ? undefined : inner(callee.declared.node, "body");
    if (callee === undefined || body === undefined) return false;
    return this.#recursion.once(body, false, () => this.#reverts(body, callee));
  }

  /** What all calls within an expression or a plain statement require. */
  #callsIn(node: Node | undefined, at: Environment): Requirement {
    if (node === undefined) return ANYBODY;
    return all(
      nodesIn(node, "FunctionCall").map((call) => {
        const name = inner(call, "expression")?.name;
        const [condition] = childrenOf(call, "arguments");
        if ((name === "require" || name === "assert") && condition !== undefined) {
          return this.#need({ node: condition, env: at }, true);
        }
        const callee = this.#environments.callee(call, at);
        return callee === undefined ? ANYBODY : this.#within(callee);
      }),
    );
  }

  // ---- conditions

  /** Who may call so that a condition is met, or is not. */
  #need(term: Term, met: boolean): Requirement {
    if (!this.#values.facts(term).sender) return ANYBODY;
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
      const [mine, theirs] = [this.#values.isSender(left), this.#values.isSender(right)];
      if ((operator === "==" || operator === "!=") && (mine || theirs)) {
        if (mine === theirs || (operator === "==") !== met) return ANYBODY;
        return [this.#values.counterparts(mine ? right : left)];
      }
      return this.#values.kept(term);
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
    const meant = this.#values.meanings(term);
    return meant === undefined
      ? this.#values.kept(term)
      : meant.map((one) => this.#need(one, met)).reduce<Requirement>(either, [[]]);
  }
}
