import { expect } from "chai";

import { requirementOf } from "../../../../scripts/governance/callers/checks.js";
import { Unreadable, type Requirement } from "../../../../scripts/governance/callers/requirement.js";
import type { Node } from "../../../../scripts/governance/syntax.js";
import {
  account,
  contractWith,
  friend,
  help,
  MEMBERS,
  required,
  REVERT,
  stored,
  tree,
} from "../../../support/checked-contract.js";
import { RULE } from "../../../support/syntax.js";

const { name, sender, two, kept, line, block, when } = tree;

function asked(...statements: Node[]): Requirement {
  const contract = contractWith(block(...statements));
  const rule = contract.scope.get(RULE);
  if (rule === undefined) throw new Error("the contract has no rule");
  return requirementOf(contract, rule);
}

describe("governance: checks of callers in bodies", () => {
  const FRIEND_ONLY = [[{ kind: "place", name: "Added.FRIEND", immutable: true }]];
  const STORED_ONLY = [[{ kind: "place", name: "Added._stored", immutable: false }]];
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
    expect(asked(required(kept(members, sender)))).to.deep.equal([[{ kind: "register", name: "Added._members" }]]);
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
});
