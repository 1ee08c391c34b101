import { expect } from "chai";

import { lockedEntries } from "../../support/entries.js";
import { freshWorld } from "../../support/fresh.js";
import { at, deployWorld, MAX_UINT256, WAD } from "../../support/world.js";

describe("CreditEngine.flashLoan", () => {
  const world = freshWorld(async () => {
    const w = await deployWorld();
    await w.deposit(w.alice, 0, 10n * WAD);
    const borrower = await w.ethers.deployContract("Actor");
    return { ...w, borrower, borrowerAddress: await borrower.getAddress() };
  });

  /** Tells the borrower to let the engine take tokens back. */
  async function approve(amount = MAX_UINT256): Promise<void> {
    const { borrower, assets, engineAddress } = world();
    const { token, address } = at(assets, 0);
    await borrower.execute(address, token.interface.encodeFunctionData("approve", [engineAddress, amount]));
  }

  /** A loan of ether tokens to the borrower, asked for by Carol. */
  function loan(amount: bigint) {
    const { engine, carol, assets, borrowerAddress } = world();
    return engine.connect(carol).flashLoan(borrowerAddress, at(assets, 0).address, amount, "0x1234");
  }

  it("lends all of the ledger for nothing and gets it back", async () => {
    const { engine, engineAddress, carol, borrower, borrowerAddress, assets } = world();
    const { token, address } = at(assets, 0);
    await approve();
    expect(await engine.maxFlashLoan(address)).to.equal(10n * WAD);
    expect(await engine.flashFee(address, 10n * WAD)).to.equal(0n);
    await expect(loan(10n * WAD))
      .to.emit(engine, "FlashLoan")
      .withArgs(0, borrowerAddress, carol.address, 10n * WAD);
    expect(await borrower.callbacks()).to.equal(1n);
    expect(await token.balanceOf(engineAddress)).to.equal(10n * WAD);
    expect(await token.balanceOf(borrowerAddress)).to.equal(0n);
  });

  it("hands the borrower the tokens and tells it everything before it takes them back", async () => {
    const { ethers, borrower, borrowerAddress, assets } = world();
    const { token, address } = at(assets, 0);
    await approve();
    await borrower.plan([
      { target: address, data: token.interface.encodeFunctionData("balanceOf", [borrowerAddress]) },
    ]);
    await loan(3n * WAD);
    const [outcome] = await borrower.outcomes();
    expect(outcome?.result).to.equal(ethers.toBeHex(3n * WAD, 32));
    expect(await borrower.lastCallback()).to.equal(borrower.interface.getFunction("onFlashLoan").selector);
  });

  it("reverts without the borrower's approval", async () => {
    const { engineAddress, assets } = world();
    await expect(loan(WAD))
      .to.be.revertedWithCustomError(at(assets, 0).token, "ERC20InsufficientAllowance")
      .withArgs(engineAddress, 0, WAD);
  });

  it("reverts when the borrower does not have it any more", async () => {
    const { borrower, borrowerAddress, bob, assets } = world();
    const { token, address } = at(assets, 0);
    await approve();
    await borrower.plan([{ target: address, data: token.interface.encodeFunctionData("transfer", [bob.address, 1n]) }]);
    await expect(loan(WAD))
      .to.be.revertedWithCustomError(token, "ERC20InsufficientBalance")
      .withArgs(borrowerAddress, WAD - 1n, WAD);
  });

  it("reverts for a wrong answer, and for an account that cannot answer", async () => {
    const { engine, ethers, connection, alice, assets, borrower, borrowerAddress } = world();
    await approve();
    await borrower.setAnswer(ethers.id("something else"));
    await expect(loan(WAD)).to.be.revertedWithCustomError(engine, "FlashLoanCallbackFailed").withArgs(borrowerAddress);
    // No code, and code that answers nothing.
    const silent = await (await ethers.deployContract("Actor")).getAddress();
    await connection.networkHelpers.setCode(silent, "0x00");
    for (const receiver of [alice.address, silent]) {
      await expect(engine.flashLoan(receiver, at(assets, 0).address, WAD, "0x"))
        .to.be.revertedWithCustomError(engine, "FlashLoanCallbackFailed")
        .withArgs(receiver);
    }
  });

  it("passes the borrower's own reason on", async () => {
    const { engine, assets, manager } = world();
    // Has no such function, and no fallback.
    const receiver = await manager.getAddress();
    await expect(engine.flashLoan(receiver, at(assets, 0).address, WAD, "0x")).to.revert(world().ethers);
  });

  describe("amounts", () => {
    it("refuses 0, and lends 1 wei", async () => {
      const { engine } = world();
      await approve();
      await expect(loan(0n)).to.be.revertedWithCustomError(engine, "ZeroAmount");
      await loan(1n);
    });

    it("refuses more than the ledger holds, 2^128 and 2^256 - 1", async () => {
      const { engine } = world();
      await approve();
      for (const amount of [10n * WAD + 1n, 2n ** 128n, MAX_UINT256]) {
        await expect(loan(amount))
          .to.be.revertedWithCustomError(engine, "AmountTooLarge")
          .withArgs(amount, 10n * WAD);
      }
    });

    it("lends no donation", async () => {
      const { engine, engineAddress, assets } = world();
      const { token, address } = at(assets, 0);
      await approve();
      await token.mint(engineAddress, 5n * WAD);
      expect(await engine.maxFlashLoan(address)).to.equal(10n * WAD);
      await expect(loan(10n * WAD + 1n))
        .to.be.revertedWithCustomError(engine, "AmountTooLarge")
        .withArgs(10n * WAD + 1n, 10n * WAD);
      await loan(10n * WAD);
      expect(await token.balanceOf(engineAddress)).to.equal(15n * WAD);
    });
  });

  it("lends only what is listed", async () => {
    const { engine, dollar, borrowerAddress } = world();
    const token = await dollar.getAddress();
    expect(await engine.maxFlashLoan(token)).to.equal(0n);
    await expect(engine.flashFee(token, 1)).to.be.revertedWithCustomError(engine, "TokenNotListed").withArgs(token);
    await expect(engine.flashLoan(borrowerAddress, token, 1, "0x"))
      .to.be.revertedWithCustomError(engine, "TokenNotListed")
      .withArgs(token);
  });

  it("can be paused for one asset, and no other pause concerns it", async () => {
    const { engine, assets } = world();
    await approve();
    await engine.pause(0, 1 + 2 + 4);
    await loan(WAD);
    await engine.pause(0, 8);
    expect(await engine.maxFlashLoan(at(assets, 0).address)).to.equal(0n);
    await expect(loan(WAD)).to.be.revertedWithCustomError(engine, "Paused").withArgs(0, 8);
    await engine.unpause(0, 8);
    await loan(WAD);
  });

  it("is closed to re-entry into everything, says so to others, and shows true positions", async () => {
    const { engine, engineAddress, alice, borrower, borrowerAddress } = world();
    await approve();
    const abi = engine.interface;
    const attempts = lockedEntries(world(), borrowerAddress, alice.address);
    const views = [
      abi.encodeFunctionData("isEntered"),
      abi.encodeFunctionData("balanceOf", [alice.address, 0]),
      abi.encodeFunctionData("totalDebt"),
    ];
    await borrower.plan(
      [...attempts.map(({ data }) => data), ...views].map((data) => ({ target: engineAddress, data })),
    );
    await loan(10n * WAD);
    const outcomes = await borrower.outcomes();
    for (const [i, { name }] of attempts.entries()) {
      expect(outcomes[i]?.ok, name).to.equal(false);
      expect(outcomes[i]?.result, name).to.equal(abi.encodeErrorResult("Entered"));
    }
    expect(outcomes.slice(attempts.length).map((o) => BigInt(o.result))).to.deep.equal([1n, 10_00000000n, 0n]);
    expect(await engine.isEntered()).to.equal(false);
  });
});
