import { expect } from "chai";
import { AbiCoder, keccak256, toBeHex, zeroPadValue } from "ethers";

import { requireHeld } from "../../../../cli/demo/summary.js";
import { EXIT } from "../../../../cli/errors.js";
import { run } from "../../../../cli/main.js";
import { type Audit, Auditor } from "../../../../replay/scenario/invariants.js";
import type { ScenarioResult } from "../../../../replay/scenario/run.js";
import type { World } from "../../../../replay/scenario/world.js";
import { FaucetToken__factory, PlimsollDollar__factory } from "../../../../types/contracts/index.js";
import { crash, smallWorlds } from "../../../support/scenario.js";

const broken = ({ checks }: Audit): string[] => checks.filter((check) => !check.holds).map((check) => check.name);

describe("replay/scenario: what must hold", () => {
  const worldWith = smallWorlds();
  const request = (world: World, method: string, params: unknown[]) =>
    world.connection.provider.request({ method, params });

  /** Takes USDC out of the engine behind its back, or brings it back. */
  async function move(world: World, from: string, to: string): Promise<void> {
    await request(world, "hardhat_impersonateAccount", [from]);
    await world.chain.setBalance(from, 10n ** 22n);
    const data = FaucetToken__factory.createInterface().encodeFunctionData("transfer", [to, 1_000_000n]);
    await world.chain.execute(from, { to: world.addresses.tokens.USDC!, data }, "move USDC");
  }

  /** Writes a plUSD balance that nobody minted. */
  async function counterfeit(world: World, holder: string, amount: bigint): Promise<void> {
    const dollar = PlimsollDollar__factory.connect(world.addresses.contracts.dollar, world.provider);
    const before = await dollar.balanceOf(holder);
    for (let slot = 0; slot < 10; slot++) {
      const key = keccak256(AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [holder, slot]));
      const place = [world.addresses.contracts.dollar, toBeHex(BigInt(key))];
      if (BigInt((await request(world, "eth_getStorageAt", [...place, "latest"])) as string) !== before) continue;
      await request(world, "hardhat_setStorageAt", [...place, zeroPadValue(toBeHex(before + amount), 32)]);
      if ((await dollar.balanceOf(holder)) === before + amount) return;
      throw new Error("not the slot of balances");
    }
    throw new Error("no slot of balances found");
  }

  it("holds in a fresh world, and a broken one ends the command with 1", async () => {
    const world = await worldWith({ accounts: 4 });
    const { engine } = world.addresses.contracts;
    expect(broken(await new Auditor(world.provider, world.addresses).conclude())).to.deep.equal([]);

    await move(world, engine, world.deployer.address);
    const audit = await new Auditor(world.provider, world.addresses).conclude();
    expect(broken(audit)).to.deep.equal(["USDC: the engine holds at least its ledger"]);
    let err = "";
    const ending = (result: Pick<ScenarioResult, "audit">) =>
      run(["end"], [(program) => void program.command("end").action(() => requireHeld(result as ScenarioResult))], {
        out: () => undefined,
        err: (text) => void (err += text),
      });
    expect(await ending({ audit })).to.equal(EXIT.failed);
    expect(err).to.contain("USDC: the engine holds at least its ledger");
    expect(await ending({ audit: { ...audit, checks: [] } })).to.equal(EXIT.ok);
  });

  it("notices in between what is mended by the end", async () => {
    const world = await worldWith({ accounts: 2 });
    const { engine } = world.addresses.contracts;
    const auditor = new Auditor(world.provider, world.addresses);
    await auditor.look("at first");
    await move(world, engine, world.deployer.address);
    await auditor.look("after step 7");
    await move(world, world.deployer.address, engine);
    const audit = await auditor.conclude();
    expect(broken(audit)).to.deep.equal(["the books balanced all the time"]);
    expect(audit.checks.find((check) => !check.holds)!.detail).to.contain("after step 7: USDC");
  });

  it("notices plUSD that nobody minted, and accounts that nobody liquidated", async () => {
    const world = await worldWith({ accounts: 4 });
    await counterfeit(world, world.market.account, 1n);
    await crash(world, 30n);
    const audit = await new Auditor(world.provider, world.addresses).conclude();
    expect(broken(audit)).to.deep.equal([
      "the plUSD that its holders have adds up to the supply",
      "no account is left with more debt than its collateral maintains",
    ]);
    expect(audit.openUnderwater).to.be.above(0);
  });
});
