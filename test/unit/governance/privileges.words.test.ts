import { expect } from "chai";

import { privileges, Untold } from "../../../scripts/governance/privileges.js";
import { inner, type Node, type Syntax } from "../../../scripts/governance/syntax.js";
import { account, contractWith, FRIEND, friend, MEMBERS, required, tree } from "../../support/checked-contract.js";
import { protocolSyntax, protocolWith } from "../../support/syntax.js";

const { name, sender, two, kept, block } = tree;

describe("governance: callers of the protocol, in words", function () {
  // The first reading goes through every function.
  this.timeout(120_000);
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
    expect(() => privileges(added(required(two("==", sender, friend))))).to.throw(Untold, "who is at Added.FRIEND");
    expect(() => privileges(added(required(kept(name("_members", MEMBERS), sender))))).to.throw(
      Untold,
      "Added._members",
    );
    expect(
      privileges(added(required(two("==", sender, account)))).some(({ contract }) => contract === "Added"),
    ).to.equal(false);
    const known = privileges(added(required(two("==", sender, name("this", -28)))));
    expect(known.at(-1)).to.deep.include({ call: "rule(account)", holder: "itself", delay: "none" });
  });

  it("takes nobody for another whose address has the same name elsewhere", () => {
    const engine = added(required(two("==", sender, name("ENGINE", FRIEND))));
    expect(() => privileges(engine)).to.throw(Untold, "who is at Added.ENGINE");
    const members = added(required(kept(name("isMinter", MEMBERS), sender)));
    expect(() => privileges(members)).to.throw(Untold, "what Added.isMinter is");
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
    expect(
      privileges(without("BalanceSheet", "bookExposure")).some(({ call }) => call.startsWith("bookExposure")),
    ).to.equal(false);
    expect(() => privileges(without("Backstop", "burnLoss"))).to.throw(Untold, "Backstop._sheet");
  });
});
