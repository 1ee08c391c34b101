import { expect } from "chai";

import { isForeign } from "../../../scripts/hardhat/warnings.js";

/** A compiler message about `file`. */
function about(file: string, errorCode: string, severity = "warning") {
  return { severity, message: "something", errorCode, sourceLocation: { file } };
}

const UNUSED = "2072";
const CODE_SIZE = "5574";

describe("scripts: compiler warnings", () => {
  it("are dropped for packages", () => {
    expect(isForeign(about("npm/solady@0.1.26/src/utils/LibString.sol", UNUSED))).to.equal(true);
  });

  it("are kept for our own sources", () => {
    expect(isForeign(about("project/contracts/token/PlimsollDollar.sol", UNUSED))).to.equal(false);
    expect(isForeign(about("project/test/contracts/Vm.sol", UNUSED))).to.equal(false);
  });

  it("about size are kept for what is deployed and dropped for tests", () => {
    expect(isForeign(about("project/contracts/credit/CreditEngine.sol", CODE_SIZE))).to.equal(false);
    expect(isForeign(about("project/test/solidity/token/PlimsollDollar.t.sol", CODE_SIZE))).to.equal(true);
  });

  it("are kept when they are errors, or about nothing in particular", () => {
    expect(isForeign(about("npm/solady@0.1.26/src/utils/LibString.sol", UNUSED, "error"))).to.equal(false);
    expect(isForeign({ severity: "warning", message: "something" })).to.equal(false);
  });
});
