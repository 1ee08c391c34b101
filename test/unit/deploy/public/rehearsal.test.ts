import { needAnvil } from "../../../support/anvil.js";
import { deployedSuite } from "./rehearsal/deployed.js";
import { interruptedSuite } from "./rehearsal/interrupted.js";
import { preflightSuite } from "./rehearsal/preflight.js";
import { provedSuite } from "./rehearsal/proved.js";
import { Rehearsal } from "./rehearsal/rehearsal.js";
import { tamperingSuite } from "./rehearsal/tampering.js";
import { usedSuite } from "./rehearsal/used.js";

// One story on one chain, in this order: each part begins where the one before has left the chain.
describe("deploy/public: rehearsed on Sepolia's chain id, with Sepolia's things at their addresses", function () {
  this.timeout(300_000);
  const rehearsal = new Rehearsal();
  before(async function () {
    needAnvil(this);
    await rehearsal.open();
  });
  after(() => rehearsal.close());

  preflightSuite(rehearsal);
  deployedSuite(rehearsal);
  tamperingSuite(rehearsal);
  provedSuite(rehearsal);
  interruptedSuite(rehearsal);
  usedSuite(rehearsal);
});
