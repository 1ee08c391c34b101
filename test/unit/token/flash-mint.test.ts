import { expect } from "chai";
import { encodeBytes32String, ZeroAddress, ZeroHash } from "ethers";

import type { ScriptedBorrower } from "../../../types/contracts/index.js";
import { CAP, deployDollar, MAX_UINT256, UNIT, type Fixture } from "./fixture.js";

const AMOUNT = 1_000n * UNIT;

describe("PlimsollDollar: flash mint", () => {
  let f: Fixture;
  let borrower: ScriptedBorrower;
  let receiver: string;

  beforeEach(async () => {
    f = await deployDollar();
    borrower = await f.ethers.deployContract("ScriptedBorrower");
    receiver = await borrower.getAddress();
  });

  /** Tells the borrower to approve the repayment inside the callback. */
  async function willApprove(amount: bigint = AMOUNT) {
    await borrower.push(f.address, f.dollar.interface.encodeFunctionData("approve", [f.address, amount]));
  }

  function flash(amount: bigint = AMOUNT, token: string = f.address, data = "0x") {
    return f.dollar.connect(f.alice).flashLoan(receiver, token, amount, data);
  }

  async function expectNothingLeft() {
    expect(await f.dollar.totalSupply()).to.equal(0n);
    expect(await f.dollar.balanceOf(receiver)).to.equal(0n);
    expect(await f.dollar.isEntered()).to.equal(false);
  }

  describe("repaid", () => {
    it("creates the amount for the callback and burns it again", async () => {
      await willApprove();
      const tx = flash(AMOUNT, f.address, "0x1234");
      await expect(tx).to.emit(f.dollar, "FlashMint").withArgs(receiver, f.alice.address, AMOUNT);
      await expect(tx).to.emit(f.dollar, "Transfer").withArgs(ZeroAddress, receiver, AMOUNT);
      await expect(tx).to.emit(f.dollar, "Transfer").withArgs(receiver, ZeroAddress, AMOUNT);

      const seen = await borrower.seen();
      expect(seen.initiator).to.equal(f.alice.address);
      expect(seen.token).to.equal(f.address);
      expect(seen.amount).to.equal(AMOUNT);
      expect(seen.fee).to.equal(0n);
      expect(seen.data).to.equal("0x1234");
      await expectNothingLeft();
      expect(await f.dollar.allowance(receiver, f.address)).to.equal(0n);
    });

    it("shows the amount in the supply, and itself as entered, only while it is open", async () => {
      await f.dollar.connect(f.facilitator).mint(f.bob.address, 7n * UNIT);
      await willApprove();
      await flash();
      const seen = await borrower.seen();
      expect(seen.supply).to.equal(AMOUNT + 7n * UNIT);
      expect(seen.entered).to.equal(true);
      expect(seen.available).to.equal(0n);
      expect(await f.dollar.totalSupply()).to.equal(7n * UNIT);
      expect(await f.dollar.isEntered()).to.equal(false);
      expect(await f.dollar.maxFlashLoan(f.address)).to.equal(CAP);
    });

    it("may create as much as the cap, and nothing at all", async () => {
      await willApprove(MAX_UINT256);
      await flash(CAP);
      await flash(0n);
      expect((await borrower.seen()).entered).to.equal(true);
      await expectNothingLeft();
    });

    it("leaves nothing behind within its transaction, so that another may follow", async () => {
      await borrower.execute(f.address, f.dollar.interface.encodeFunctionData("approve", [f.address, 2n * AMOUNT]));
      const batch = await f.ethers.deployContract("CallBatch");
      const flashLoan = f.dollar.interface.encodeFunctionData("flashLoan", [receiver, f.address, AMOUNT, "0x"]);
      const answers = await batch.run.staticCall(
        [
          flashLoan,
          f.dollar.interface.encodeFunctionData("totalSupply"),
          f.dollar.interface.encodeFunctionData("isEntered"),
          flashLoan,
        ].map((data) => ({ target: f.address, data })),
      );
      expect(answers.map((answer) => BigInt(answer))).to.deep.equal([1n, 0n, 0n, 1n]);
    });
  });

  describe("with facilitators at work inside", () => {
    beforeEach(async () => {
      // The borrower plays a credit engine too: it may mint and burn inside its own callback.
      await f.dollar.setFacilitator(receiver, CAP);
    });

    it("lets a facilitator mint, and keeps what was minted afterwards", async () => {
      await borrower.push(f.address, f.dollar.interface.encodeFunctionData("mint", [f.bob.address, 3n * UNIT]));
      await willApprove();
      await flash();
      expect((await borrower.seen()).supply).to.equal(AMOUNT + 3n * UNIT);
      expect(await f.dollar.totalSupply()).to.equal(3n * UNIT);
      expect(await f.dollar.level(receiver)).to.equal(3n * UNIT);
      expect(await f.dollar.balanceOf(f.bob.address)).to.equal(3n * UNIT);
    });

    it("lets flash-minted plUSD repay a debt, as long as as much comes back", async () => {
      // A loan of 1,000 is repaid with the flash mint and taken anew: the level ends where it began.
      await f.dollar.connect(f.facilitator).mint(f.bob.address, AMOUNT);
      await borrower.push(f.address, f.dollar.interface.encodeFunctionData("burn", [receiver, AMOUNT]));
      await borrower.push(f.address, f.dollar.interface.encodeFunctionData("mint", [receiver, AMOUNT]));
      await willApprove();
      await flash();
      expect(await f.dollar.level(receiver)).to.equal(0n);
      expect(await f.dollar.totalSupply()).to.equal(AMOUNT);
    });

    it("does not count against the cap of a facilitator", async () => {
      await borrower.push(f.address, f.dollar.interface.encodeFunctionData("mint", [f.bob.address, CAP]));
      await willApprove();
      await flash();
      expect(await f.dollar.level(receiver)).to.equal(CAP);
    });

    it("fails when flash-minted plUSD was burned and does not come back", async () => {
      await borrower.push(f.address, f.dollar.interface.encodeFunctionData("burn", [receiver, 1n]));
      await willApprove();
      await expect(flash())
        .to.be.revertedWithCustomError(f.dollar, "ERC20InsufficientBalance")
        .withArgs(receiver, AMOUNT - 1n, AMOUNT);
      expect(await f.dollar.level(receiver)).to.equal(0n);
    });
  });

  describe("refused", () => {
    afterEach(expectNothingLeft);

    it("without the receiver's approval", async () => {
      await expect(flash())
        .to.be.revertedWithCustomError(f.dollar, "ERC20InsufficientAllowance")
        .withArgs(f.address, 0n, AMOUNT);
    });

    it("with an approval that is one short", async () => {
      await willApprove(AMOUNT - 1n);
      await expect(flash())
        .to.be.revertedWithCustomError(f.dollar, "ERC20InsufficientAllowance")
        .withArgs(f.address, AMOUNT - 1n, AMOUNT);
    });

    it("when the receiver gave the money away", async () => {
      await borrower.push(f.address, f.dollar.interface.encodeFunctionData("transfer", [f.bob.address, 1n]));
      await willApprove();
      await expect(flash())
        .to.be.revertedWithCustomError(f.dollar, "ERC20InsufficientBalance")
        .withArgs(receiver, AMOUNT - 1n, AMOUNT);
    });

    it("on any other answer than the magic value", async () => {
      await willApprove();
      for (const answer of [ZeroHash, encodeBytes32String("yes"), `0x${"ff".repeat(32)}`]) {
        await borrower.setAnswer(answer);
        await expect(flash()).to.be.revertedWithCustomError(f.dollar, "FlashMintCallbackFailed").withArgs(receiver);
      }
    });

    it("for a receiver that answers nothing, or is not a contract, even with an allowance", async () => {
      const silent = await (await f.ethers.deployContract("SilentReceiver")).getAddress();
      await f.dollar.connect(f.bob).approve(f.address, MAX_UINT256);
      for (const victim of [silent, f.bob.address]) {
        await expect(f.dollar.connect(f.alice).flashLoan(victim, f.address, AMOUNT, "0x"))
          .to.be.revertedWithCustomError(f.dollar, "FlashMintCallbackFailed")
          .withArgs(victim);
      }
    });

    it("to the zero address", async () => {
      await expect(f.dollar.flashLoan(ZeroAddress, f.address, AMOUNT, "0x"))
        .to.be.revertedWithCustomError(f.dollar, "ERC20InvalidReceiver")
        .withArgs(ZeroAddress);
    });

    it("for another token", async () => {
      await expect(flash(AMOUNT, f.bob.address))
        .to.be.revertedWithCustomError(f.dollar, "FlashMintUnsupportedToken")
        .withArgs(f.bob.address);
      await expect(f.dollar.flashFee(f.bob.address, AMOUNT))
        .to.be.revertedWithCustomError(f.dollar, "FlashMintUnsupportedToken")
        .withArgs(f.bob.address);
      expect(await f.dollar.maxFlashLoan(f.bob.address)).to.equal(0n);
      expect(await f.dollar.flashFee(f.address, MAX_UINT256)).to.equal(0n);
    });

    it("above the cap, up to the largest number there is", async () => {
      await willApprove(MAX_UINT256);
      for (const amount of [CAP + 1n, 2n ** 128n, MAX_UINT256]) {
        await expect(flash(amount)).to.be.revertedWithCustomError(f.dollar, "FlashMintTooLarge").withArgs(amount, CAP);
      }
    });

    it("when switched off", async () => {
      await willApprove(MAX_UINT256);
      await expect(f.dollar.setFlashMintCap(0n)).to.emit(f.dollar, "FlashMintCapSet").withArgs(0n);
      await expect(flash(1n)).to.be.revertedWithCustomError(f.dollar, "FlashMintTooLarge").withArgs(1n, 0n);
    });

    it("inside another flash mint", async () => {
      await borrower.push(
        f.address,
        f.dollar.interface.encodeFunctionData("flashLoan", [receiver, f.address, 1n, "0x"]),
      );
      await willApprove();
      await expect(flash()).to.be.revertedWithCustomError(f.dollar, "FlashMintOpen");
      // A flash mint of nothing is open as well.
      await expect(flash(0n)).to.be.revertedWithCustomError(f.dollar, "FlashMintOpen");
    });

    it("when the callback mints without being a facilitator", async () => {
      await borrower.push(f.address, f.dollar.interface.encodeFunctionData("mint", [receiver, 1n]));
      await willApprove();
      // The receiver's own error comes through unchanged.
      await expect(flash()).to.be.revertedWithCustomError(f.dollar, "NotFacilitator").withArgs(receiver);
    });
  });
});
