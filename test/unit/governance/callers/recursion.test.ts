import { expect } from "chai";

import { Recursion } from "../../../../scripts/governance/callers/recursion.js";

describe("governance: what is looked into already", () => {
  it("is not looked into again, until that is done", () => {
    const recursion = new Recursion();
    const look = (): string => recursion.once("a", "cut", () => `(${look()})`);
    expect([look(), look()]).to.deep.equal(["(cut)", "(cut)"]);
    recursion.once("a", undefined, () => {
      expect([recursion.isOpen("a"), recursion.isOpen("b")]).to.deep.equal([true, false]);
    });
    expect(recursion.isOpen("a")).to.equal(false);
  });

  it("is done with also where looking fails", () => {
    const recursion = new Recursion();
    const fail = (): never => {
      throw new Error("unreadable");
    };
    expect(() => recursion.once("a", undefined, fail)).to.throw("unreadable");
    expect(recursion.isOpen("a")).to.equal(false);
  });

  it("makes an answer incomplete for whoever is within it, and for nobody else", () => {
    const recursion = new Recursion();
    const into = (key: string) => (): string => recursion.once(key, "cut", () => key);
    recursion.once("outer", undefined, () => {
      expect(recursion.whole(into("outer")), "it depends on what is open").to.deep.equal({
        found: "cut",
        isAll: false,
      });
      expect(recursion.whole(into("other")), "it does not").to.deep.equal({ found: "other", isAll: true });
      const itself = (): string => recursion.once("inner", "", () => into("inner")());
      expect(recursion.whole(itself), "cut short by itself alone").to.deep.equal({ found: "cut", isAll: true });
      const nested = (): string => recursion.whole(into("outer")).found;
      expect(recursion.whole(nested).isAll, "what an incomplete answer is part of").to.equal(false);
    });
    expect(recursion.whole(into("outer")).isAll).to.equal(true);
  });
});
