import { expect } from "chai";

import { json } from "../../../cli/present.js";

describe("cli: what programs are told", () => {
  it("has amounts as decimal strings, maps as objects and sets as lists", () => {
    const value = { amount: 2n ** 200n, wallet: new Map([["0x1", { balance: 3n }]]), unknown: new Set(["0x2"]) };
    expect(JSON.parse(json(value))).to.deep.equal({
      amount: (2n ** 200n).toString(),
      wallet: { "0x1": { balance: "3" } },
      unknown: ["0x2"],
    });
  });
});
