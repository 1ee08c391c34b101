import { expect } from "chai";

import { MAX_TRANSACTION_GAS, withHeadroom } from "../../../sdk/gas.js";

describe("sdk: gas headroom", () => {
  it("adds 30%, but never asks for more than a transaction may have", () => {
    expect(withHeadroom(100_000n)).to.equal(130_000n);
    expect(withHeadroom(16_000_000n)).to.equal(16_777_216n);
    expect(withHeadroom(MAX_TRANSACTION_GAS)).to.equal(16_777_216n);
    // Cannot be sent at all: that is for the node to say.
    expect(withHeadroom(20_000_000n)).to.equal(20_000_000n);
  });
});
