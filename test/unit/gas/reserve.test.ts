import { expect } from "chai";
import type { ContractTransactionResponse } from "ethers";

import { deployReserveWorld } from "../../support/reserve-world.js";
import { MAX_UINT256, WAD } from "../../support/world.js";

/**
 * What each may cost as a transaction of its own, in gas: base and calldata included, slots cold, refunds deducted, one-slot feeds. The balance
 * sheet is a double that reads debt and supply where they are but the Backstop's pools from a slot of its own. A redemption that loans and its own
 * stable do not back reads credit, holdings and prices of other assets: that one is above the 130k that the others keep to.
 */
const CEILINGS = {
  "issue, to a holder": 130_000n,
  "issue, to a new holder": 131_000n,
  "redeem, backed by the stable": 130_000n,
  "redeem, backed by one asset more": 142_000n,
  "collect: repay in a stable": 130_000n,
} as const;

type Operation = keyof typeof CEILINGS;

describe("Reserve: gas", () => {
  const measured = new Map<Operation, bigint>();

  after(() => {
    for (const [operation, gas] of measured) console.log(`      ${operation.padEnd(36)}${gas.toString().padStart(8)}`);
  });

  async function measure(operation: Operation, sent: Promise<ContractTransactionResponse>): Promise<void> {
    const receipt = await (await sent).wait();
    const gas = receipt?.gasUsed ?? 0n;
    measured.set(operation, gas);
    expect(gas, operation).to.be.within(21_000n, CEILINGS[operation]);
  }

  it("issues and redeems against one asset within 130k", async () => {
    const { governor, alice, bob, dollar, sheet, engine, reserve, give, fund } = await deployReserveWorld();
    await give(governor, 1, 10_000n * WAD);
    await engine.deposit(1, 10_000n * WAD, governor.address);
    await engine.borrow(5_000_000n * WAD, governor.address, governor.address);
    await fund(0, 4_000_000_000_000n);
    await fund(1, 1_000n * WAD);
    await give(alice, 0, 4_000_000_000n);
    await give(bob, 0, 4_000_000_000n);
    // Slots that are written for the first time, of the reserve's income and the double's own books.
    await give(governor, 0, 1_000_000_000n);
    await reserve.issue(0, 1_000_000_000n, 0, governor.address);
    await measure("issue, to a new holder", reserve.connect(alice).issue(0, 1_000_000_000n, 0, alice.address));
    await measure("issue, to a holder", reserve.connect(alice).issue(0, 1_000_000_000n, 0, alice.address));
    await measure("redeem, backed by the stable", reserve.connect(alice).redeem(0, 100n * WAD, 0, bob.address));
    const loans = await engine.totalDebt();
    // A supply that loans and the stable do not cover, and ether does.
    await dollar.setFacilitator(governor.address, MAX_UINT256 >> 136n);
    await dollar.mint(alice.address, 5_000_000n * WAD);
    expect(await reserve.cappedBacking(0)).to.equal(WAD);
    await measure("redeem, backed by one asset more", reserve.connect(alice).redeem(0, 100n * WAD, 0, bob.address));
    expect(await sheet.consumed()).to.be.above(loans);
    await measure(
      "collect: repay in a stable",
      engine.connect(bob).repayInStable(0, 1_000n * WAD, governor.address, MAX_UINT256),
    );
  });
});
