import { readFileSync } from "node:fs";

import { FutureType, type ContractCallFuture, type Future } from "@nomicfoundation/ignition-core";
import { expect } from "chai";

import { publicModule } from "../../../deploy/modules/public/Public.js";
import { networkPath, PUBLIC_NETWORKS, readNetwork } from "../../../deploy/networks/network.js";
import { PERMISSIONS } from "../../../deploy/roles.js";
import { futuresOf } from "../../../deploy/verify/resolve.js";
import { privileges, Untold } from "../../../scripts/governance/privileges.js";
import { inner, type Node, type Syntax } from "../../../scripts/governance/syntax.js";
import { page, TABLE } from "../../../scripts/governance/table.js";
import { account, contractWith, FRIEND, friend, MEMBERS, required, tree } from "../../support/checked-contract.js";
import { addedContract, protocolSyntax, protocolWith } from "../../support/syntax.js";

const { name, sender, two, kept, block } = tree;

describe("governance: the table of privileges", function () {
  // The first reading goes through every function.
  this.timeout(120_000);
  let syntax: Syntax;

  before(() => {
    syntax = protocolSyntax();
  });

  it("is what docs/privileges.md says", async () => {
    const written = readFileSync(TABLE, "utf8");
    expect(written, "write it anew: npm run docs:governance").to.equal(await page(privileges(syntax)));
  });

  it("has every permission, and AccessManager's own functions", () => {
    const rows = privileges(syntax);
    const named = (call: string): boolean => rows.some((row) => row.call.startsWith(`${call}(`));
    for (const { functions } of PERMISSIONS) for (const name of functions) expect(named(name), name).to.equal(true);
    const own = rows.filter(({ contract }) => contract === "Authority").map(({ call }) => call.split("(")[0]);
    for (const name of [
      "grantRole",
      "revokeRole",
      "setTargetClosed",
      "setTargetFunctionRole",
      "updateAuthority",
      "seal",
    ]) {
      expect(own, name).to.include(name);
    }
    const governor = rows
      .filter(({ contract }) => contract === "PlimsollGovernor")
      .map(({ call }) => call.split("(")[0]);
    for (const name of ["setVotingDelay", "updateQuorumNumerator", "updateTimelock", "relay"]) {
      expect(governor, name).to.include(name);
    }
  });

  it("puts the numbers of the code into bounds", () => {
    const bound = (call: string): string => privileges(syntax).find((row) => row.call.startsWith(call))?.bound ?? "";
    expect(bound("setInKindFee")).to.equal("<= 500 bps");
    expect(bound("setTipFloor")).to.equal("<= 1,000e18 USD");
    expect(bound("updateDelay")).to.equal("newDelay 172,800 .. 2,592,000 s");
    expect(bound("setFacilitator")).to.contain("2^120 - 1");
  });

  it("says of what a public deployment hands over that it is the timelock's, and of nothing else", () => {
    const given = PUBLIC_NETWORKS.flatMap((name) => futuresOf(publicModule(readNetwork(networkPath(name))))).flatMap(
      (future) => (isOwnershipTransfer(future) ? [future] : []),
    );
    for (const { id, args } of given) expect(args[0], id).to.include({ contractName: "PlimsollTimelock" });
    const handedOver = new Set(given.map(({ contract }) => contract.contractName));
    expect([...handedOver].sort()).to.deep.equal(["Faucet", "FaucetToken"]);

    const owned = privileges(syntax).filter(({ role, holder }) => role === "owner" || holder.includes("owner"));
    const waits = "3 days (never below 2 days); on a local chain: none";
    for (const { contract, call, role, holder, delay } of owned) {
      const [whose, soon] = handedOver.has(contract)
        ? ["timelock; deployer, on a local chain", waits]
        : [contract.startsWith("Faucet") ? "deployer, on a local chain" : "its operator", "none"];
      const [expected, after] =
        role === "owner"
          ? [whose, soon]
          : [`minters or owner (${whose})`, soon === "none" ? "none" : `none; owner: ${soon}`];
      expect({ holder, delay }, `${contract}.${call}`).to.deep.equal({ holder: expected, delay: after });
    }
    expect(owned.map(({ contract }) => contract)).to.include.members([...handedOver]);
  });

  /** The protocol with one more contract, whose only function is this. */
  const withFunction = (documentation: string, modifier: string): Syntax =>
    protocolWith(
      addedContract({
        rule: { documentation, modifiers: [{ modifierName: { name: modifier }, arguments: undefined }] },
      }),
    );

  it("fails where a privileged function has no role, no bound, or a caller that nobody knows", () => {
    const bound = "@custom:bound none";
    expect(() => privileges(withFunction(bound, "restricted"))).to.throw(Untold, "no role");
    expect(() => privileges(withFunction("@notice Rules.", "onlyTimelock"))).to.throw(Untold, "no @custom:bound");
    expect(() => privileges(withFunction(bound, "onlyFriends"))).to.throw(Untold, "onlyFriends");
    expect(() => privileges(withFunction(bound, "onlyOwner"))).to.throw(Untold, "whose it is");
    expect(privileges(withFunction(bound, "onlyTimelock")).at(-1)?.call).to.equal("rule()");
    expect(privileges(withFunction("", "locked")).some(({ call }) => call === "rule()")).to.equal(false);
  });

  it("fails where a bound names a constant that the code does not have", () => {
    const unknown = withFunction("@custom:bound <= {MAX_NOTHING}", "onlyTimelock");
    expect(() => privileges(unknown)).to.throw("MAX_NOTHING");
  });

  describe("in words", () => {
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
});

function isOwnershipTransfer(future: Future): future is ContractCallFuture<string, "transferOwnership"> {
  return future.type === FutureType.CONTRACT_CALL && future.functionName === "transferOwnership";
}
