import { expect } from "chai";
import type { ContractTransactionResponse } from "ethers";

import { deployDollar, UNIT, type Fixture } from "./fixture.js";

/**
 * What each entry point may cost as a transaction of its own, in gas: 21,000 of base and the calldata included, slots
 * cold, refunds deducted. A ceiling is what was measured and some hundred gas, because the compiler's settings are chosen
 * for the size of the credit engine and not for this contract.
 */
const CEILINGS = {
  "mint, first to a holder": 51_900,
  "mint again": 34_800,
  "burn a part": 35_100,
  "burn all of a balance": 30_300,
  "transfer to a new holder": 52_200,
  "transfer to a holder": 35_100,
  "transferFrom, limited allowance": 40_600,
  "transferFrom, unlimited allowance": 37_400,
  moveLevel: 35_000,
} as const;

type Operation = keyof typeof CEILINGS;

describe("PlimsollDollar: gas", () => {
  const measured = new Map<Operation, bigint>();
  let f: Fixture;

  before(async () => {
    f = await deployDollar();
    await f.dollar.setFacilitator(f.other.address, 0n);
  });

  after(() => {
    for (const [operation, gas] of measured) {
      console.log(`      ${operation.padEnd(36)}${gas.toString().padStart(8)}`);
    }
  });

  async function measure(operation: Operation, sent: Promise<ContractTransactionResponse>) {
    const receipt = await (await sent).wait();
    const gas = receipt?.gasUsed ?? 0n;
    measured.set(operation, gas);
    expect(gas, operation).to.be.within(21_000, CEILINGS[operation]);
  }

  it("mints, burns, transfers and moves a level within the ceilings", async () => {
    const { dollar, facilitator, alice, bob, other } = f;
    const minter = dollar.connect(facilitator);
    await minter.mint(other.address, UNIT);
    await measure("mint, first to a holder", minter.mint(alice.address, 10n * UNIT));
    await measure("mint again", minter.mint(alice.address, 10n * UNIT));
    await measure("burn a part", minter.burn(alice.address, UNIT));
    await measure("transfer to a new holder", dollar.connect(alice).transfer(bob.address, UNIT));
    await measure("transfer to a holder", dollar.connect(alice).transfer(bob.address, UNIT));
    await dollar.connect(alice).approve(bob.address, 10n * UNIT);
    await measure(
      "transferFrom, limited allowance",
      dollar.connect(bob).transferFrom(alice.address, other.address, UNIT),
    );
    await dollar.connect(alice).approve(bob.address, 2n ** 256n - 1n);
    await measure(
      "transferFrom, unlimited allowance",
      dollar.connect(bob).transferFrom(alice.address, other.address, UNIT),
    );
    await minter.moveLevel(other.address, 1n);
    await measure("moveLevel", minter.moveLevel(other.address, UNIT));
    await measure("burn all of a balance", minter.burn(bob.address, await dollar.balanceOf(bob.address)));
  });
});
