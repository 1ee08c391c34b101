import { expect } from "chai";

import { requirementOf, Unreadable, type Requirement } from "../../../scripts/governance/callers.js";
import { privileges, Untold } from "../../../scripts/governance/privileges.js";
import { inner, type ContractSyntax, type Node, type Syntax } from "../../../scripts/governance/syntax.js";
import { addedContract, protocolSyntax, protocolWith, RULE } from "../../support/syntax.js";

/** Syntax trees as the compiler writes them, as far as checks of callers are concerned. */
const tree = {
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
const { name, sender, two, kept, call, line, block, when, list, variable } = tree;

const REVERT: Node = { nodeType: "RevertStatement" };
const required = (condition: Node): Node => line(call(name("require", -18), condition));

/** What they are called in the contract below. */
const [FRIEND, STORED, MEMBERS, HELPER, ACCOUNT, GIVEN] = [10, 11, 12, 13, 15, 16];
const friend = name("FRIEND", FRIEND);
const stored = name("_stored", STORED);
const account = name("account", ACCOUNT);
const help = (arg: Node): Node => line(call(name("_help", HELPER, "t_function_internal_view$"), arg));

/** A contract with `rule(account)` of this body, and `_help(given)`, which requires that the sender be what it is given. */
function contractWith(body: Node): ContractSyntax {
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

function asked(...statements: Node[]): Requirement {
  const contract = contractWith(block(...statements));
  const rule = contract.scope.get(RULE);
  if (rule === undefined) throw new Error("the contract has no rule");
  return requirementOf(contract, rule);
}

describe("governance: checks of callers in bodies", function () {
  // The first reading goes through every function.
  this.timeout(120_000);
  const FRIEND_ONLY = [[{ kind: "place", name: "FRIEND", immutable: true }]];
  const STORED_ONLY = [[{ kind: "place", name: "_stored", immutable: false }]];
  const NAMED = [[{ kind: "named" }]];

  it("finds what is required, and what reverts otherwise", () => {
    expect(asked(required(two("==", sender, friend)))).to.deep.equal(FRIEND_ONLY);
    expect(asked(required(two("==", friend, sender)))).to.deep.equal(FRIEND_ONLY);
    expect(asked(when(two("!=", sender, stored), block(REVERT)))).to.deep.equal(STORED_ONLY);
    expect(asked(line(account))).to.deep.equal([]);
  });

  it("follows what is called, with its arguments", () => {
    expect(asked(help(friend))).to.deep.equal(FRIEND_ONLY);
    expect(asked(help(account))).to.deep.equal(NAMED);
    expect(asked(when(two(">", account, friend), block(help(stored))))).to.deep.equal(STORED_ONLY);
  });

  it("tells who acts for himself from who is somebody in particular", () => {
    expect(asked(required(two("==", sender, account)))).to.deep.equal(NAMED);
    const [own, his] = [two("==", sender, account), two("==", sender, friend)];
    expect(asked(required(two("||", own, his))), "either").to.deep.equal(NAMED);
    expect(asked(required(two("&&", own, his))), "both").to.deep.equal([...NAMED, ...FRIEND_ONLY]);
    const members = name("_members", MEMBERS);
    expect(asked(required(kept(members, sender)))).to.deep.equal([[{ kind: "register", name: "_members" }]]);
    expect(asked(required(kept(kept(members, account), sender))), "an allowance").to.deep.equal(NAMED);
  });

  it("leaves out where others have a way round", () => {
    const open = two(">", stored, account);
    expect(asked(required(two("||", two("==", sender, friend), open)))).to.deep.equal([]);
    expect(asked(required(two("!=", sender, friend)))).to.deep.equal([]);
  });

  it("refuses what it cannot follow", () => {
    const caller: Node = { nodeType: "YulFunctionCall", functionName: { nodeType: "YulIdentifier", name: "caller" } };
    const assembly: Node = { nodeType: "InlineAssembly", AST: caller };
    expect(() => asked(assembly)).to.throw(Unreadable, "assembly");
  });

  describe("of the protocol", () => {
    let syntax: Syntax;

    before(() => {
      syntax = protocolSyntax();
    });

    const added = (...statements: Node[]): Syntax => protocolWith(contractWith(block(...statements)));

    it("has what only other contracts may call", () => {
      const rows = new Map(privileges(syntax).map(({ contract, call, holder }) => [`${contract}.${call}`, holder]));
      expect(rows.get("MarketRate.nextRate(current)")).to.equal("CreditEngine");
      expect(rows.get("BalanceSheet.consume(source, amount)"), "either of two").to.equal("CreditEngine or Reserve");
      expect(rows.get("BalanceSheet.bookLoss(amount)"), "in a helper").to.equal("CreditEngine or Reserve");
      expect(rows.get("PlimsollDollar.mint(to, amount)"), "a register").to.equal("facilitators");
      expect(rows.get("Backstop.setAuthority(newAuthority)"), "of a library").to.equal("Authority");
      expect(
        [...rows.keys()].filter((key) => /\.(borrow|exit|redeem|transferFrom|restake|refresh)\(/.test(key)),
      ).to.deep.equal([]);
    });

    it("fails where a new check is not in words", () => {
      expect(() => privileges(added(required(two("==", sender, friend))))).to.throw(Untold, "who is at FRIEND");
      expect(() => privileges(added(required(kept(name("_members", MEMBERS), sender))))).to.throw(Untold, "_members");
      expect(
        privileges(added(required(two("==", sender, account)))).some(({ contract }) => contract === "Added"),
      ).to.equal(false);
      const known = privileges(added(required(two("==", sender, name("ENGINE", FRIEND)))));
      expect(known.at(-1)).to.deep.include({ call: "rule(account)", holder: "CreditEngine", delay: "none" });
    });

    it("fails where words are left over, and loses the row of a check that is gone", () => {
      const without = (contract: string, label: string): Syntax => ({
        ...syntax,
        contracts: syntax.contracts.map((one) => {
          const declared = one.functions.find((each) => each.name === label);
          const found = one.scope.get(declared?.id ?? NaN);
          if (one.name !== contract || found === undefined) return one;
          const statements = (inner(found.node, "body")?.statements as Node[]).slice(1);
          const node: Node = { ...found.node, body: block(...statements) };
          return { ...one, scope: new Map(one.scope).set(Number(node.id), { ...found, node }) };
        }),
      });
      expect(privileges(without("MarketRate", "nextRate")).some(({ call }) => call.startsWith("nextRate"))).to.equal(
        false,
      );
      expect(() => privileges(without("Backstop", "burnLoss"))).to.throw(Untold, "_sheet");
    });
  });
});
