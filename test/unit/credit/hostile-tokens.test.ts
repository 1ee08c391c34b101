import { expect } from "chai";

import { lockedEntries } from "../../support/entries.js";
import { freshWorld } from "../../support/fresh.js";
import { listToken, prepareAsset } from "../../support/hostile.js";
import { borrowTerm } from "../../support/maths.js";
import { at, deployWorld, MAX_UINT256, MINIMUM_DEBT, WAD } from "../../support/world.js";

/** Number that the token under test is listed under. */
const ASSET = 4;
/** Token units per ledger unit of an 18-decimals token. */
const SCALE = 10n ** 10n;

describe("CreditEngine and hostile tokens", () => {
  const world = freshWorld(deployWorld);

  describe("a token that keeps a fee of each transfer", () => {
    async function listed() {
      const token = await world().ethers.deployContract("FeeToken", ["FEE", 18]);
      await listToken(world(), ASSET, token);
      const { alice, bob, engineAddress } = world();
      for (const who of [alice, bob]) {
        await token.mint(who.address, 100n * WAD);
        await token.connect(who).approve(engineAddress, MAX_UINT256);
      }
      return token;
    }

    it("is refused as soon as it takes a fee", async () => {
      const { engine, alice } = world();
      const token = await listed();
      await token.setFee(1);
      await expect(engine.connect(alice).deposit(ASSET, WAD, alice.address))
        .to.be.revertedWithCustomError(engine, "TransferMismatch")
        .withArgs(await token.getAddress(), WAD, WAD - WAD / 10_000n);
      expect((await engine.assetInfo(ASSET)).total).to.equal(0n);
    });

    it("costs only who withdraws when the fee comes later, never the ledger", async () => {
      const { engine, engineAddress, alice, bob } = world();
      const token = await listed();
      await engine.connect(alice).deposit(ASSET, 10n * WAD, alice.address);
      await engine.connect(bob).deposit(ASSET, 10n * WAD, bob.address);
      await token.setFee(1_000);
      await engine.connect(alice).withdraw(ASSET, MAX_UINT256, alice.address, alice.address);
      expect(await token.balanceOf(alice.address)).to.equal(99n * WAD);
      expect(await token.balanceOf(engineAddress)).to.equal(10n * WAD);
      expect((await engine.assetInfo(ASSET)).total).to.equal(10_00000000n);
    });

    it("cannot be lent: what comes back is too little", async () => {
      const { engine, engineAddress, ethers, alice } = world();
      const token = await listed();
      const address = await token.getAddress();
      await engine.connect(alice).deposit(ASSET, 10n * WAD, alice.address);
      await token.setFee(1_000);
      const borrower = await ethers.deployContract("Actor");
      await token.mint(await borrower.getAddress(), 100n * WAD);
      await borrower.execute(address, token.interface.encodeFunctionData("approve", [engineAddress, MAX_UINT256]));
      await expect(engine.flashLoan(await borrower.getAddress(), address, WAD, "0x"))
        .to.be.revertedWithCustomError(engine, "TransferMismatch")
        .withArgs(address, 10n * WAD, 10n * WAD - WAD / 10n);
    });
  });

  describe("a rebasing token", () => {
    async function listed() {
      const token = await world().ethers.deployContract("RebasingToken", [18]);
      await listToken(world(), ASSET, token);
      const { engine, alice, bob, engineAddress } = world();
      for (const who of [alice, bob]) {
        await token.mint(who.address, 100n * WAD);
        await token.connect(who).approve(engineAddress, MAX_UINT256);
        await engine.connect(who).deposit(ASSET, 10n * WAD, who.address);
      }
      return token;
    }

    it("is refused once the balance is below the ledger", async () => {
      const { engine, alice } = world();
      const token = await listed();
      await token.rebase(WAD / 2n);
      await expect(engine.connect(alice).deposit(ASSET, WAD, alice.address))
        .to.be.revertedWithCustomError(engine, "LedgerShortfall")
        .withArgs(await token.getAddress(), 10n * WAD, 20n * WAD);
    });

    it("pays withdrawals in full while the balance lasts, and fails as the token does then", async () => {
      const { engine, engineAddress, alice, bob } = world();
      const token = await listed();
      await token.rebase(WAD / 2n);
      await engine.connect(alice).withdraw(ASSET, 9n * WAD, alice.address, alice.address);
      expect(await token.balanceOf(engineAddress)).to.equal(WAD);
      await expect(engine.connect(bob).withdraw(ASSET, 10n * WAD, bob.address, bob.address))
        .to.be.revertedWithCustomError(token, "Insufficient")
        .withArgs(engineAddress, WAD, 10n * WAD);
      expect(await engine.balanceOf(bob.address, ASSET)).to.equal(10_00000000n);
      await engine.connect(bob).withdraw(ASSET, WAD, bob.address, bob.address);
    });

    it("gives nobody anything by rising", async () => {
      const { engine, engineAddress, alice } = world();
      const token = await listed();
      await token.rebase(2n * WAD);
      expect(await token.balanceOf(engineAddress)).to.equal(40n * WAD);
      expect(await engine.balanceOf(alice.address, ASSET)).to.equal(10_00000000n);
      expect(await engine.maxFlashLoan(await token.getAddress())).to.equal(20n * WAD);
      await engine.connect(alice).deposit(ASSET, 2n * WAD, alice.address);
      expect(await engine.balanceOf(alice.address, ASSET)).to.equal(12_00000000n);
      await expect(engine.connect(alice).withdraw(ASSET, 12n * WAD + SCALE, alice.address, alice.address))
        .to.be.revertedWithCustomError(engine, "InsufficientBalance")
        .withArgs(ASSET, alice.address, 12_00000000n, 12_00000001n);
    });

    it("does not keep the other assets of its holders from leaving", async () => {
      const { engine, alice } = world();
      const token = await listed();
      await world().deposit(alice, 0, WAD);
      await token.rebase(0n);
      await engine.connect(alice).withdraw(0, MAX_UINT256, alice.address, alice.address);
    });
  });

  describe("a token that returns nothing", () => {
    it("goes in, out and through a flash loan", async () => {
      const { engine, engineAddress, ethers, alice, bob } = world();
      const token = await ethers.deployContract("NoReturnToken", [6]);
      await listToken(world(), ASSET, token, { unitDecimals: 6 });
      const address = await token.getAddress();
      await token.mint(alice.address, 1_000_000n);
      await token.connect(alice).approve(engineAddress, 1_000_000n);
      await engine.connect(alice).deposit(ASSET, 1_000_000n, alice.address);
      expect(await engine.balanceOf(alice.address, ASSET)).to.equal(1_000_000n);
      const borrower = await ethers.deployContract("Actor");
      await borrower.execute(address, token.interface.encodeFunctionData("approve", [engineAddress, 1_000_000n]));
      await engine.flashLoan(await borrower.getAddress(), address, 1_000_000n, "0x");
      await engine.connect(alice).withdraw(ASSET, MAX_UINT256, alice.address, bob.address);
      expect(await token.balanceOf(bob.address)).to.equal(1_000_000n);
    });
  });

  describe("a token that says false, or lies", () => {
    async function listed() {
      const token = await world().ethers.deployContract("FalseToken", ["FALSE", 18]);
      await listToken(world(), ASSET, token);
      const { alice, engine, engineAddress } = world();
      await token.mint(alice.address, 100n * WAD);
      await token.connect(alice).approve(engineAddress, MAX_UINT256);
      await engine.connect(alice).deposit(ASSET, WAD, alice.address);
      return token;
    }
    const SAYS_FALSE = 1;
    const LIES = 2;

    it("credits nothing and takes nothing from the ledger when it says false", async () => {
      const { engine, engineAddress, ethers, alice } = world();
      const token = await listed();
      const address = await token.getAddress();
      const errors = new ethers.Contract(engineAddress, ["error SafeERC20FailedOperation(address)"], alice);
      await token.setMode(SAYS_FALSE);
      await expect(engine.connect(alice).deposit(ASSET, WAD, alice.address))
        .to.be.revertedWithCustomError(errors, "SafeERC20FailedOperation")
        .withArgs(address);
      await expect(engine.connect(alice).withdraw(ASSET, WAD, alice.address, alice.address))
        .to.be.revertedWithCustomError(errors, "SafeERC20FailedOperation")
        .withArgs(address);
      expect(await engine.balanceOf(alice.address, ASSET)).to.equal(1_00000000n);
    });

    it("credits nothing when it says true without having moved anything", async () => {
      const { engine, alice } = world();
      const token = await listed();
      await token.setMode(LIES);
      await expect(engine.connect(alice).deposit(ASSET, WAD, alice.address))
        .to.be.revertedWithCustomError(engine, "TransferMismatch")
        .withArgs(await token.getAddress(), WAD, 0n);
    });
  });

  describe("a token that reverts on zero", () => {
    it("never meets a transfer of nothing, from deposit to liquidation, absorption and exit", async () => {
      const { engine, engineAddress, ethers, alice, bob, liquidator } = world();
      const token = await ethers.deployContract("ZeroRevertToken", ["ZERO", 18]);
      const feed = await listToken(world(), ASSET, token);
      for (const who of [alice, bob]) {
        await token.mint(who.address, 100n * WAD);
        await token.connect(who).approve(engineAddress, MAX_UINT256);
        await engine.connect(who).deposit(ASSET, 100n * WAD, who.address);
        await engine.connect(who).borrow(7_900n * WAD, who.address, who.address);
      }
      await world().giveDollars(liquidator, 100_000n * WAD);
      await feed.updateAnswer(86_00000000n);
      await engine.connect(liquidator).liquidate([{ account: alice.address, maxRepay: MAX_UINT256 }], "0x");
      await feed.updateAnswer(80_00000000n);
      await engine.connect(liquidator).absorb([bob.address]);
      await engine.connect(liquidator).withdraw(ASSET, MAX_UINT256, liquidator.address, liquidator.address);
      expect((await token.balanceOf(liquidator.address)) > 0n).to.equal(true);
      // Nothing left, and less than a unit: refused by the engine before the token is asked.
      await expect(
        engine.connect(liquidator).withdraw(ASSET, MAX_UINT256, liquidator.address, liquidator.address),
      ).to.be.revertedWithCustomError(engine, "ZeroAmount");
      await expect(engine.connect(alice).deposit(ASSET, SCALE - 1n, alice.address)).to.be.revertedWithCustomError(
        engine,
        "AmountBelowLedgerUnit",
      );
    });
  });

  describe("a token that calls its holders", () => {
    const setup = async () => {
      const { engine, engineAddress, ethers, alice } = world();
      const token = await ethers.deployContract("HookToken", ["HOOK", 18]);
      const address = await token.getAddress();
      await listToken(world(), ASSET, token);
      const actor = await ethers.deployContract("Actor");
      const self = await actor.getAddress();
      await token.mint(self, 10n * WAD);
      await actor.execute(address, token.interface.encodeFunctionData("approve", [engineAddress, MAX_UINT256]));
      await actor.execute(address, token.interface.encodeFunctionData("register", [true]));
      await world().deposit(alice, 0, 10n * WAD);
      await engine.connect(alice).borrow(1_000n * WAD, alice.address, alice.address);
      await engine.connect(alice).setAuthorization(self, true);
      const entries = lockedEntries(world(), self, alice.address);
      await actor.plan(entries.map(({ data }) => ({ target: engineAddress, data })));
      /** Has the actor call the engine. */
      const call = async (data: string): Promise<void> => {
        await actor.execute(engineAddress, data);
      };
      /** Requires that every attempt of every callback was turned away by the lock. */
      const expectTurnedAway = async (callbacks: number): Promise<void> => {
        expect(await actor.callbacks()).to.equal(BigInt(callbacks));
        const outcomes = await actor.outcomes();
        expect(outcomes.length).to.equal(entries.length * callbacks);
        for (const [i, { ok, result }] of outcomes.entries()) {
          const { name } = at(entries, i % entries.length);
          expect(ok, name).to.equal(false);
          expect(result, name).to.equal(engine.interface.encodeErrorResult("Entered"));
        }
      };
      return { token, actor, self, call, expectTurnedAway };
    };

    it("cannot re-enter anything while it is deposited (hook on sending)", async () => {
      const { engine } = world();
      const { actor, self, call, expectTurnedAway } = await setup();
      await call(engine.interface.encodeFunctionData("deposit", [ASSET, 4n * WAD, self]));
      await expectTurnedAway(1);
      expect(await actor.lastCallback()).to.equal(actor.interface.getFunction("tokensToSend").selector);
      expect(await engine.balanceOf(self, ASSET)).to.equal(4_00000000n);
    });

    it("cannot re-enter anything while it is withdrawn (hook on receiving)", async () => {
      const { engine } = world();
      const { token, actor, self, call, expectTurnedAway } = await setup();
      await call(engine.interface.encodeFunctionData("deposit", [ASSET, 4n * WAD, self]));
      const entries = lockedEntries(world(), self, world().alice.address);
      await actor.plan(entries.map(({ data }) => ({ target: world().engineAddress, data })));
      await call(engine.interface.encodeFunctionData("withdraw", [ASSET, 3n * WAD, self, self]));
      await expectTurnedAway(1);
      expect(await actor.lastCallback()).to.equal(actor.interface.getFunction("tokensReceived").selector);
      expect(await engine.balanceOf(self, ASSET)).to.equal(1_00000000n);
      expect(await token.balanceOf(self)).to.equal(9n * WAD);
    });

    it("cannot re-enter anything while it is flash-lent: on receiving, in the loan, on sending", async () => {
      const { engine } = world();
      const { token, actor, self, call, expectTurnedAway } = await setup();
      await call(engine.interface.encodeFunctionData("deposit", [ASSET, 4n * WAD, self]));
      const entries = lockedEntries(world(), self, world().alice.address);
      await actor.plan(entries.map(({ data }) => ({ target: world().engineAddress, data })));
      await engine.flashLoan(self, await token.getAddress(), WAD, "0x");
      await expectTurnedAway(3);
    });

    it("cannot be deposited twice for one transfer by paying in from inside its own transfer", async () => {
      const { engine, engineAddress } = world();
      const { token, actor, self } = await setup();
      // During the pull of 4 tokens one more is sent along: the delivery is not what was asked for.
      await actor.plan([
        {
          target: await token.getAddress(),
          data: token.interface.encodeFunctionData("mint", [engineAddress, WAD]),
        },
      ]);
      await expect(
        actor.execute(engineAddress, engine.interface.encodeFunctionData("deposit", [ASSET, 4n * WAD, self])),
      )
        .to.be.revertedWithCustomError(engine, "TransferMismatch")
        .withArgs(await token.getAddress(), 4n * WAD, 5n * WAD);
    });

    it("shows an engine that says it is entered, with the new position in place", async () => {
      const { engine, engineAddress } = world();
      const { actor, self, call } = await setup();
      const abi = engine.interface;
      await actor.plan(
        [abi.encodeFunctionData("isEntered"), abi.encodeFunctionData("balanceOf", [self, ASSET])].map((data) => ({
          target: engineAddress,
          data,
        })),
      );
      await call(abi.encodeFunctionData("deposit", [ASSET, 4n * WAD, self]));
      expect((await actor.outcomes()).map((o) => BigInt(o.result))).to.deep.equal([1n, 4_00000000n]);
      expect(await engine.isEntered()).to.equal(false);
    });
  });

  describe("a token that its issuer stops, or whose holders it blocks", () => {
    async function failing() {
      const { engine, engineAddress, ethers, alice, bob, liquidator } = world();
      const token = await ethers.deployContract("BlockableToken", ["BLOCK", 18]);
      const feed = await listToken(world(), ASSET, token);
      for (const who of [alice, bob]) {
        await token.mint(who.address, 100n * WAD);
        await token.connect(who).approve(engineAddress, MAX_UINT256);
        await engine.connect(who).deposit(ASSET, 100n * WAD, who.address);
        await engine.connect(who).borrow(7_900n * WAD, who.address, who.address);
      }
      await world().giveDollars(liquidator, 100_000n * WAD);
      await feed.updateAnswer(83_00000000n);
      return token;
    }

    for (const [how, stop] of [
      ["stopped", true],
      ["blocking the engine, the liquidator and the owner", false],
    ] as const) {
      it(`does not keep a position from being liquidated or absorbed while ${how}`, async () => {
        const { engine, engineAddress, treasury, alice, bob, liquidator } = world();
        const token = await failing();
        if (stop) await token.setStopped(true);
        else for (const who of [engineAddress, liquidator.address, alice.address]) await token.setBlocked(who, true);

        await engine.connect(liquidator).liquidate([{ account: alice.address, maxRepay: MAX_UINT256 }], "0x");
        await engine.connect(liquidator).absorb([bob.address]);

        const seized = await engine.balanceOf(liquidator.address, ASSET);
        expect(seized > 0n).to.equal(true);
        expect((await engine.balanceOf(await treasury.getAddress(), ASSET)) > 0n).to.equal(true);
        await expect(
          engine.connect(liquidator).withdraw(ASSET, MAX_UINT256, liquidator.address, liquidator.address),
        ).to.be.revertedWithCustomError(token, stop ? "TransfersStopped" : "AddressBlocked");
        expect(await engine.balanceOf(liquidator.address, ASSET)).to.equal(seized);

        await token.setStopped(false);
        for (const who of [engineAddress, liquidator.address]) await token.setBlocked(who, false);
        await engine.connect(liquidator).withdraw(ASSET, MAX_UINT256, liquidator.address, liquidator.address);
        expect(await token.balanceOf(liquidator.address)).to.equal(seized * SCALE);
      });
    }

    it("lets a blocked owner withdraw to somewhere else", async () => {
      const { engine, alice, carol } = world();
      const token = await failing();
      await token.setBlocked(alice.address, true);
      await engine.connect(alice).repay(MAX_UINT256, alice.address);
      await engine.connect(alice).withdraw(ASSET, MAX_UINT256, alice.address, carol.address);
      expect(await token.balanceOf(carol.address)).to.equal(100n * WAD);
    });
  });

  describe("decimals", () => {
    // {USD/tok} 8 decimals: the coarser the unit, the cheaper it has to be.
    for (const [decimals, unitDecimals, price] of [
      [0, 0, 900_000n],
      [2, 2, 90_000_000n],
      [2, 0, 900_000n],
      [6, 6, 100_00000000n],
      [8, 8, 100_00000000n],
      [18, 8, 100_00000000n],
      [24, 8, 100_00000000n],
    ] as const) {
      it(`counts ${decimals} decimals in units of ${unitDecimals}`, async () => {
        const { engine, engineAddress, risk, ethers, alice } = world();
        const token = await ethers.deployContract("TestToken", ["DEC", decimals]);
        await listToken(world(), ASSET, token, { unitDecimals, price });
        const whole = 10n ** BigInt(decimals);
        const scale = 10n ** BigInt(decimals - unitDecimals);
        expect((await engine.assetInfo(ASSET)).scale).to.equal(scale);
        // Worth 5,100 USD, less one.
        const deposited = (5_100_00000000n / price) * whole - 1n;
        await token.mint(alice.address, deposited);
        await token.connect(alice).approve(engineAddress, MAX_UINT256);
        await engine.connect(alice).deposit(ASSET, deposited, alice.address);

        const units = deposited / scale;
        expect(await engine.balanceOf(alice.address, ASSET)).to.equal(units);
        expect(await token.balanceOf(engineAddress)).to.equal(units * scale);
        // The value less half a percent and the haircut of a fifth: the same however many decimals there are.
        const limit = borrowTerm(at(await risk.quote(1n << BigInt(ASSET)), 0), units);
        expect(limit > 50n * 79n * WAD && limit < 51n * 80n * WAD, `limit ${limit}`).to.equal(true);
        await expect(engine.connect(alice).borrow(limit + 10n ** 10n, alice.address, alice.address))
          .to.be.revertedWithCustomError(engine, "BorrowLimitExceeded")
          .withArgs(alice.address, ((limit + 2n * 10n ** 10n - 1n) / 10n ** 10n) * 10n ** 10n, limit);
        await engine.connect(alice).borrow((limit / 10n ** 10n) * 10n ** 10n, alice.address, alice.address);
        await engine.connect(alice).repay(MAX_UINT256, alice.address);
        await engine.connect(alice).withdraw(ASSET, MAX_UINT256, alice.address, alice.address);
        expect(await token.balanceOf(alice.address)).to.equal(deposited);
      });
    }
  });

  describe("listing", () => {
    const CAP = 10n ** 17n;

    it("refuses more than 24 decimals", async () => {
      const { engine, ethers } = world();
      await prepareAsset(world(), ASSET);
      for (const decimals of [25, 255]) {
        const token = await (await ethers.deployContract("TestToken", ["DEC", decimals])).getAddress();
        await expect(engine.listAsset(ASSET, token, CAP))
          .to.be.revertedWithCustomError(engine, "TokenDecimalsUnsupported")
          .withArgs(token, decimals);
      }
    });

    it("refuses fewer decimals than the ledger unit has", async () => {
      const { engine, ethers } = world();
      await prepareAsset(world(), ASSET);
      const token = await (await ethers.deployContract("TestToken", ["DEC", 7])).getAddress();
      await expect(engine.listAsset(ASSET, token, CAP))
        .to.be.revertedWithCustomError(engine, "TokenDecimalsUnsupported")
        .withArgs(token, 7);
    });

    it("refuses an address without code", async () => {
      const { engine, alice, ethers } = world();
      await prepareAsset(world(), ASSET);
      for (const token of [alice.address, ethers.ZeroAddress]) {
        await expect(engine.listAsset(ASSET, token, CAP))
          .to.be.revertedWithCustomError(engine, "TokenHasNoCode")
          .withArgs(token);
      }
    });

    it("refuses a token that does not tell its decimals", async () => {
      const { engine, ethers } = world();
      await prepareAsset(world(), ASSET);
      // No such function, and one that answers too little.
      for (const code of [undefined, "0x60015ff3"]) {
        const token = await (await ethers.deployContract("BareToken")).getAddress();
        if (code !== undefined) await world().connection.networkHelpers.setCode(token, code);
        await expect(engine.listAsset(ASSET, token, CAP))
          .to.be.revertedWithCustomError(engine, "TokenWithoutDecimals")
          .withArgs(token);
      }
      expect(await engine.listedMask()).to.equal(0b1111n);
    });

    it("refuses a ledger unit worth more than a ten-thousandth of the minimum debt, by the high of the price", async () => {
      const { engine, ethers } = world();
      const token = await (await ethers.deployContract("TestToken", ["BILL", 0])).getAddress();
      // With a deviation of 0.5%, 0.00995024 USD is the last that stays below a cent.
      const feed = await prepareAsset(world(), ASSET, { unitDecimals: 0, price: 1_000_00000000n });
      const [unit, most] = [10n ** 10n, MINIMUM_DEBT / 10_000n];
      for (const price of [1_000_00000000n, 995_025n]) {
        await feed.updateAnswer(price);
        await expect(engine.listAsset(ASSET, token, CAP))
          .to.be.revertedWithCustomError(engine, "LedgerUnitTooCoarse")
          .withArgs(ASSET, (price * unit * 1_005n) / 1_000n, most);
      }
      await feed.updateAnswer(995_024n);
      await engine.listAsset(ASSET, token, CAP);
    });

    it("refuses an asset without a live price", async () => {
      const { engine, oracle, ethers } = world();
      const token = await (await ethers.deployContract("TestToken", ["NEW", 18])).getAddress();
      const feed = await prepareAsset(world(), ASSET);
      await feed.updateAnswer(0n);
      await expect(engine.listAsset(ASSET, token, CAP))
        .to.be.revertedWithCustomError(oracle, "AssetUnpriced")
        .withArgs(ASSET);
    });

    it("refuses a token a second time, and plUSD always", async () => {
      const { engine, dollar, assets } = world();
      await prepareAsset(world(), ASSET);
      for (const token of [at(assets, 0).address, await dollar.getAddress()]) {
        await expect(engine.listAsset(ASSET, token, CAP))
          .to.be.revertedWithCustomError(engine, "TokenListedAlready")
          .withArgs(token);
      }
    });

    it("refuses a number a second time, one that is out of range, and one that the risk model does not know", async () => {
      const { engine, risk, ethers } = world();
      const token = await (await ethers.deployContract("TestToken", ["NEW", 18])).getAddress();
      await expect(engine.listAsset(0, token, CAP))
        .to.be.revertedWithCustomError(engine, "AssetListedAlready")
        .withArgs(0);
      for (const asset of [16n, MAX_UINT256]) {
        await expect(engine.listAsset(asset, token, CAP))
          .to.be.revertedWithCustomError(engine, "AssetNotListed")
          .withArgs(asset);
      }
      await expect(engine.listAsset(ASSET, token, CAP))
        .to.be.revertedWithCustomError(risk, "AssetNotListed")
        .withArgs(ASSET);
    });
  });

  it("takes no notice of donations: no position, limit, cap or decision moves", async () => {
    const { engine, engineAddress, dollar, gate, treasury, alice, bob, governor, assets } = world();
    for (const { id } of assets) await treasury.setCapacity(id, 10n ** 12n);
    await world().deposit(alice, 0, 10n * WAD);
    await engine.connect(alice).borrow(14_000n * WAD, alice.address, alice.address);
    await world().deposit(bob, 0, 10n * WAD);
    const picture = async () => ({
      alice: await world().position(alice),
      infos: (await Promise.all(assets.map((a) => engine.assetInfo(a.id)))).map((i) => [i.total, i.cap, i.pauses]),
      index: await engine.index(),
      debt: await engine.totalDebt(),
      lendable: await Promise.all(assets.map((a) => engine.maxFlashLoan(a.address))),
      room: await gate.available(world().engineAddress, 0),
      capacities: [...(await treasury.capacities(15))],
    });
    const before = await picture();

    for (const { token } of assets) {
      for (const to of [engineAddress, await treasury.getAddress(), await gate.getAddress()]) {
        await token.mint(to, 10n ** 24n);
      }
    }
    await dollar.connect(alice).transfer(engineAddress, 1_000n * WAD);
    await dollar.connect(alice).transfer(await treasury.getAddress(), 1_000n * WAD);
    await governor.sendTransaction({ to: bob.address, value: 1n });

    expect(await picture()).to.deep.equal(before);
    await expect(
      engine.liquidate([{ account: alice.address, maxRepay: MAX_UINT256 }], "0x"),
    ).to.be.revertedWithCustomError(engine, "NothingToDo");
    await expect(engine.absorb([alice.address])).to.be.revertedWithCustomError(engine, "NothingToDo");
    await world().deposit(bob, 0, WAD);
    expect(await engine.balanceOf(bob.address, 0)).to.equal(11_00000000n);
  });

  it("takes no ether", async () => {
    const { ethers, engineAddress, alice } = world();
    await expect(alice.sendTransaction({ to: engineAddress, value: 1n })).to.revert(ethers);
  });
});
