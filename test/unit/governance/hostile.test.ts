/**
 * What all votes together still cannot do, and what they can. Whoever has them sends as the timelock, which holds every role: here it does so at once, where on a chain
 * each call would have been public for days before (`life-cycle.test.ts`).
 */

import { AbiCoder, type Interface } from "ethers";
import { expect } from "chai";

import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { GOVERNOR } from "../../../sdk/governance/index.js";
import { openGovernedWorld, type GovernedWorld } from "../../support/governed-world.js";

const WAD = 10n ** 18n;
const ALL = 2n ** 256n - 1n;
const DAY = 86_400n;
const CRASHED = { eth: 75_00000000n, btc: 7_935_00000000n, usdc: 1_00000000n };
const ETHER = 100n * WAD;
const DEBT = 3_000n * WAD;

describe("governance: hostile, with all votes", () => {
  let w: GovernedWorld;
  let attacker: HardhatEthersSigner;
  let restore: () => Promise<void>;

  // Alice owes and is healthy, Bob owes nothing, the voter has plUSD to repay and to redeem; Safe's account fails in a crash.
  before(async () => {
    w = await openGovernedWorld();
    attacker = await w.asTimelock();
    await w.refresh();
    await w.borrow(w.people.alice, ETHER, DEBT);
    await w.borrow(w.people.bob, ETHER, 0n);
    await w.borrow(w.people.safe, ETHER, 7_000n * WAD);
    for (const who of [w.people.alice, w.people.voter]) await w.issue(who, 9_000n * WAD);
    await w.refresh();
  });
  beforeEach(async () => {
    const snapshot = await w.networkHelpers.takeSnapshot();
    restore = () => snapshot.restore();
  });
  afterEach(() => restore());

  // ---- what is promised to users

  const healthOf = async (who: HardhatEthersSigner): Promise<bigint> =>
    (await w.lens.healths([who.address]))[0]!.health;
  const ether = async (who: HardhatEthersSigner): Promise<bigint> =>
    (await w.weth.getFunction("balanceOf").staticCall(who.address)) as bigint;

  async function aliceRepaysAndLeaves(): Promise<void> {
    const { alice } = w.people;
    await w.engine.connect(alice).repay(ALL, alice.address);
    await leaves(alice);
  }
  async function leaves(who: HardhatEthersSigner): Promise<void> {
    const before = await ether(who);
    await w.engine.connect(who).withdraw(0, ALL, who.address, who.address);
    expect((await ether(who)) - before).to.equal(ETHER);
  }
  async function voterRedeems(): Promise<void> {
    const { voter } = w.people;
    const before = await w.usdc.balanceOf(voter);
    await w.reserve.connect(voter).redeem(3, 1_000n * WAD, 0, voter.address);
    // At least what the highest fee leaves, at the feed's highest.
    expect((await w.usdc.balanceOf(voter)) - before >= 945n * 10n ** 6n).to.equal(true);
  }
  async function safeIsLiquidated(): Promise<void> {
    await w.refresh(CRASHED);
    await safeFailsAndIsLiquidated();
  }
  async function safeFailsAndIsLiquidated(): Promise<void> {
    const { safe, voter } = w.people;
    expect((await healthOf(safe)) < WAD).to.equal(true);
    const items = [{ account: safe.address, maxRepay: ALL }];
    const debt = await w.engine.debtOf(safe.address);
    await w.engine.connect(voter).liquidate(items, "0x");
    expect((await w.engine.debtOf(safe.address)) < debt).to.equal(true);
  }

  /** Every parameter as bad for users as its bounds allow. */
  async function worstParameters(): Promise<void> {
    const { engine, risk, dollar, reserve, rebalancer, sheet, backstop, rate, oracle } = governed();
    await engine.setLiquidationParameters({
      targetHealth: 15_000,
      minIncentive: 200,
      maxIncentive: 2_500,
      fullIncentiveHealth: 9_999,
      absorbHealth: 10_000,
      tipShare: 5_000,
    });
    await engine.setDebtLimits(100_000n * WAD, 0);
    await engine.setTipFloor(1_000n * WAD);
    await engine.setDepthFraction(1);
    await risk.setPaces({ maintenanceRise: 2_000, initialFall: 1, depthFall: 5_000, minGap: 2_000 });
    await risk.setParameters({
      tau: 365n * DAY,
      interval: DAY,
      z: 12_000_000,
      varZ: 12_000_000,
      maintenanceShare: 10_000,
      sizeFactor: 10_000,
      varHorizon: 720,
      guard: 10_000,
    });
    for (const asset of [0, 1, 2, 3]) {
      const { maxInitial, maxMaintenance } = await w.risk.bounds(asset);
      const worst = {
        minInitial: maxInitial,
        maxInitial,
        minMaintenance: maxMaintenance,
        maxMaintenance,
      };
      await risk.setAssetParameters(asset, worst, 1_000, 240);
      await risk.setDepth(asset, 0);
      await engine.setAssetCap(asset, 0);
      await engine.pause(asset, 15);
      await reserve.pause(asset, 3);
      await sheet.setJump(asset, 10_000);
      const { stable } = (await w.reserve.assetTerms(asset)).terms;
      const terms = { stable, cap: 0n, liquidFloor: 0n, liquidCeiling: 0n, baseFee: 500, maxFee: 500 };
      await reserve.setTerms(asset, terms);
    }
    await risk.delist(0);
    await reserve.setInKindFee(500);
    await rebalancer.setTerms(
      { premium: 0, maxSlippage: 1_000, duration: 600, depthShare: 5_000, minLot: 10, dailyLoss: 200 },
      { minScale: 0, pace: 5_000, margin: 201 },
    );
    await sheet.setParameters({
      maxAge: 600,
      liquidShare: 5_000,
      loanZ: 10_000_000,
      loanHorizon: 720,
      loanFloor: 5_000,
      shareFall: 240,
      surplusFactor: 100_000,
      deficitDelay: 3_600,
    });
    await backstop.setExitTerms({
      delay: 30n * DAY,
      settle: 7n * DAY,
      window: DAY,
      exitWindow: 600,
      stream: 60n * DAY,
    });
    const highest = await w.engine.MAX_RATE();
    await rate.setTerms({
      base: highest,
      minimum: highest,
      maximum: highest,
      sensitivity: WAD,
      pace: highest,
      surcharge: highest,
    });
    await oracle.removeSecondFeed(0);
    for (const facilitator of await w.dollar.facilitators()) await dollar.setFacilitator(facilitator, 0);
    await dollar.setFlashMintCap(0);
  }

  /**
   * Puts one that only reverts in the place of every module that can be replaced.
   * @param but What stays: without a risk model the engine cannot tell whom to liquidate.
   */
  async function replaceAll({ but }: { readonly but?: "riskModel" } = {}): Promise<void> {
    const { engine, reserve, rebalancer, sheet, backstop, dollar, risk } = governed();
    const silent = await w.ethers.deployContract("HostileModule", [await w.risk.getAddress()]);
    await dollar.setFacilitator(silent, 0);
    await engine.setIssuanceGate(silent);
    await engine.setAbsorber(silent);
    await engine.setRateSource(silent);
    if (but !== "riskModel") await engine.setRiskModel(silent);
    await risk.setDepthSource(silent);
    await risk.setHoldingsSource(silent);
    await reserve.setModules(silent, w.rebalancer, silent, silent);
    await rebalancer.setModules(silent, silent);
    await sheet.setModules(silent, silent, silent);
    // The backstop asks its sheet how long a deficit waits.
    const quiet = await w.ethers.deployContract("HostileModule", [await w.sheet.getAddress()]);
    await backstop.setModules(quiet, silent);
    await silent.silence();
    await quiet.silence();
  }

  /** The contracts, as the attacker calls them. */
  function governed() {
    return {
      engine: w.engine.connect(attacker),
      risk: w.risk.connect(attacker),
      dollar: w.dollar.connect(attacker),
      reserve: w.reserve.connect(attacker),
      rebalancer: w.rebalancer.connect(attacker),
      sheet: w.sheet.connect(attacker),
      backstop: w.backstop.connect(attacker),
      rate: w.rate.connect(attacker),
      oracle: w.oracle.connect(attacker),
      depth: w.depth.connect(attacker),
      authority: w.authority.connect(attacker),
      timelock: w.timelock.connect(attacker),
    };
  }

  describe("what it cannot do", () => {
    it("make a healthy account liquidatable by any parameter, at once", async () => {
      const { alice } = w.people;
      const before = await healthOf(alice);
      await worstParameters();
      // Interest of a few seconds apart.
      expect((await healthOf(alice)) >= (before * 9_999n) / 10_000n).to.equal(true);
      const items = [{ account: alice.address, maxRepay: ALL }];
      await expect(w.engine.connect(w.people.voter).liquidate(items, "0x")).to.be.revertedWithCustomError(
        w.engine,
        "NothingToDo",
      );
    });

    it("stop repaying, redeeming, liquidation or the exit of a debt-free account by any parameter or pause", async () => {
      await worstParameters();
      await voterRedeems();
      // In cash from stables alone: where none is left, everything is redeemed for in kind.
      const terms = { stable: false, cap: 0n, liquidFloor: 0n, liquidCeiling: 0n, baseFee: 500, maxFee: 500 };
      await governed().reserve.setTerms(3, terms);
      const [held, { voter }] = [await ether(w.people.voter), w.people];
      await w.reserve.connect(voter).redeemInKind(1_000n * WAD, 0, 0, voter.address);
      expect((await ether(voter)) > held).to.equal(true);
      await aliceRepaysAndLeaves();
      await leaves(w.people.bob);
      await safeIsLiquidated();
    });

    it("stop any of that by closing all contracts to governance", async () => {
      const { authority } = governed();
      for (const target of Object.values(w.book.contracts)) await authority.setTargetClosed(target, true);
      await voterRedeems();
      await aliceRepaysAndLeaves();
      await leaves(w.people.bob);
      await safeIsLiquidated();
    });

    it("stop repaying or the exit of a debt-free account by replacing every module with one that only reverts", async () => {
      await replaceAll();
      await aliceRepaysAndLeaves();
      await leaves(w.people.bob);
    });

    it("stop liquidation by replacing every module but the engine's risk model", async () => {
      await replaceAll({ but: "riskModel" });
      await w.answer(CRASHED);
      await safeFailsAndIsLiquidated();
    });

    it("go beyond immutable bounds", async () => {
      const { engine, risk, dollar, sheet, reserve, rebalancer, backstop, rate, oracle } = governed();
      const now = await w.engine.liquidationParameters();
      const liquidation = {
        targetHealth: now.targetHealth,
        minIncentive: now.minIncentive,
        maxIncentive: now.maxIncentive,
        fullIncentiveHealth: now.fullIncentiveHealth,
        absorbHealth: now.absorbHealth,
        tipShare: now.tipShare,
      };
      const { maxMaintenance, maxInitial } = await w.risk.bounds(0);
      const clamps = {
        minInitial: maxInitial,
        maxInitial,
        minMaintenance: maxMaintenance,
        maxMaintenance: maxMaintenance + 1n,
      };
      const attempts: readonly (readonly [what: string, () => Promise<unknown>])[] = [
        ["incentive", () => engine.setLiquidationParameters({ ...liquidation, maxIncentive: 2_501 })],
        ["target health", () => engine.setLiquidationParameters({ ...liquidation, targetHealth: 15_001 })],
        ["tip", () => engine.setLiquidationParameters({ ...liquidation, tipShare: 5_001 })],
        ["minimum debt", () => engine.setDebtLimits(100_001n * WAD, 0)],
        ["tip floor", () => engine.setTipFloor(1_000n * WAD + 1n)],
        ["pauses", () => engine.pause(0, 16)],
        ["clamps", () => risk.setAssetParameters(0, clamps, 100, 24)],
        ["pace", () => risk.setPaces({ maintenanceRise: 2_001, initialFall: 1, depthFall: 1_000, minGap: 50 })],
        ["depth's pace", () => risk.setPaces({ maintenanceRise: 100, initialFall: 1, depthFall: 5_001, minGap: 50 })],
        ["facilitator's cap", () => dollar.setFacilitator(attacker, 2n ** 120n)],
        ["flash mint", () => dollar.setFlashMintCap(2n ** 120n)],
        ["jump", () => sheet.setJump(0, 10_001)],
        ["fee in kind", () => reserve.setInKindFee(501)],
        ["decay", () => oracle.setDecay(60)],
        [
          "exit",
          () => backstop.setExitTerms({ delay: 31n * DAY, settle: DAY, window: DAY, exitWindow: 600, stream: DAY }),
        ],
        [
          "slippage",
          () =>
            rebalancer.setTerms(
              { premium: 0, maxSlippage: 1_001, duration: 600, depthShare: 5_000, minLot: 10, dailyLoss: 200 },
              { minScale: 0, pace: 5_000, margin: 201 },
            ),
        ],
        [
          "rate",
          async () => {
            const beyond = (await w.engine.MAX_RATE()) + 1n;
            const terms = { base: 0, minimum: 0, maximum: beyond, sensitivity: WAD, pace: 10n ** 9n, surcharge: 0 };
            await rate.setTerms(terms);
          },
        ],
      ];
      for (const [what, attempt] of attempts) {
        expect(await refusalOf(attempt()), what).to.match(/OutOfBounds|AmountTooLarge|FeedConfigInvalid/);
      }
      // A rate source of one's own is cut to the highest rate as well.
      const source = await w.ethers.deployContract("HostileModule", [await w.rate.getAddress()]);
      await source.say(selector(w.rate.interface, "nextRate"), word(ALL));
      await engine.setRateSource(source);
      await w.engine.updateRate();
      expect((await w.engine.interest()).rate).to.equal(await w.engine.MAX_RATE());
    });

    it("take plUSD out of a wallet, or more facilitators than eight", async () => {
      const { dollar } = governed();
      const { alice, bob } = w.people;
      await dollar.setFacilitator(bob, 2n ** 120n - 1n);
      await expect(w.dollar.connect(bob).burn(alice, 1)).to.be.revertedWithCustomError(
        w.dollar,
        "ERC20InsufficientAllowance",
      );
      await expect(
        w.dollar.connect(bob).moveLevel(await w.reserve.getAddress(), 2n ** 122n),
      ).to.be.revertedWithCustomError(w.dollar, "NotFoundingFacilitator");
      const others = (await w.ethers.getSigners()).slice(6, 11);
      for (const other of others) await dollar.setFacilitator(other, 1);
      await expect(dollar.setFacilitator(attacker, 1)).to.be.revertedWithCustomError(w.dollar, "TooManyFacilitators");
    });

    it("replace who says who pays in the reserve's auctions: it could name anybody", async () => {
      const { reserve } = governed();
      const { gate, riskModel, backstop } = await w.reserve.modules();
      const other = await w.ethers.deployContract("HostileModule", [await w.rebalancer.getAddress()]);
      await expect(reserve.setModules(gate, other, riskModel, backstop))
        .to.be.revertedWithCustomError(w.reserve, "RebalancerIsFinal")
        .withArgs(await w.rebalancer.getAddress());
    });

    it("take collateral: no function of the engine moves an account's to anybody it did not name", async () => {
      const { engine } = governed();
      const { bob, alice } = w.people;
      for (const who of [bob, alice]) {
        await expect(engine.withdraw(0, 1, who.address, attacker.address)).to.be.revertedWithCustomError(
          w.engine,
          "Unauthorized",
        );
        await expect(engine.borrow(1, who.address, attacker.address)).to.be.revertedWithCustomError(
          w.engine,
          "Unauthorized",
        );
      }
    });

    it("take away the notice that everybody has", async () => {
      const { authority, timelock } = governed();
      const { bob } = w.people;
      const engineAddress = await w.engine.getAddress();
      const pause = [selector(w.engine.interface, "setRiskModel")];
      const notice = await w.authority.NOTICE();
      expect((await w.timelock.MIN_DELAY()) >= notice).to.equal(true);

      await expect(timelock.updateDelay(notice - 1n)).to.be.revertedWithCustomError(w.timelock, "DelayOutOfBounds");
      for (const role of [0n, 1n, 3n]) {
        await expect(authority.grantRole(role, bob, notice - 1n)).to.be.revertedWithCustomError(
          w.authority,
          "NoticeTooShort",
        );
      }
      await authority.grantRole(1, bob, notice);
      await expect(authority.grantRole(1, bob, 0), "shortened later").to.be.revertedWithCustomError(
        w.authority,
        "NoticeTooShort",
      );
      const open = 2n ** 64n - 1n;
      await expect(authority.setTargetFunctionRole(engineAddress, pause, open)).to.be.revertedWithCustomError(
        w.authority,
        "FunctionNotPublic",
      );
      const elsewhere = await w.ethers.deployContract("AccessManager", [bob.address]);
      await expect(authority.updateAuthority(engineAddress, elsewhere)).to.be.revertedWithCustomError(
        w.authority,
        "AuthorityIsFinal",
      );
      const setAuthority = w.engine.interface.encodeFunctionData("setAuthority", [await elsewhere.getAddress()]);
      // Contracts with a batch of their own would take it from within one as well.
      const batched = w.engine.interface.encodeFunctionData("multicall", [[setAuthority]]);
      for (const target of [engineAddress, await w.reserve.getAddress()]) {
        for (const call of [setAuthority, batched]) {
          await expect(authority.execute(target, call)).to.be.revertedWithCustomError(
            w.authority,
            "NotThroughAuthority",
          );
        }
      }
      await expect(authority.seal(bob, bob)).to.be.revertedWithCustomError(w.authority, "SealedAlready");
    });

    it("make votes so short, or so hard, that nobody can answer them", async () => {
      const beyond: readonly (readonly [name: string, argument: string])[] = [
        ["setVotingPeriod", "60 s"],
        // Shorter than what a late quorum adds.
        ["setVotingPeriod", "47 hours"],
        ["setVotingDelay", "0 s"],
        ["updateQuorumNumerator", "0%"],
        ["updateQuorumNumerator", "41%"],
        ["setProposalThreshold", "2,000,001 PLIM"],
      ];
      for (const [name, value] of beyond) {
        const [input] = GOVERNOR.getFunction(name)!.inputs;
        const call = { contract: "governor", function: name, arguments: { [input!.name]: value } };
        const id = await w.propose(w.encode({ title: `${name} ${value}`, calls: [call] }));
        await w.carry(id);
        await expect(w.execute(id), name).to.be.revertedWithCustomError(w.governor, "SettingOutOfBounds");
      }
    });

    it("mint PLIM", () => {
      const functions = w.plim.interface.fragments.flatMap((f) => ("name" in f ? [String(f.name)] : []));
      expect(functions.filter((name) => /mint|burn|owner|pause/i.test(name))).to.deep.equal([]);
    });
  });

  describe("what it can do, once its notice has passed: docs/governance.md says so", () => {
    it("list a facilitator that mints without backing", async () => {
      const { bob } = w.people;
      await governed().dollar.setFacilitator(bob, 2n ** 120n - 1n);
      await w.dollar.connect(bob).mint(bob, 10n ** 9n * WAD);
      // Whoever has a debt repays it all the same, and leaves; what plUSD is worth is another matter.
      await aliceRepaysAndLeaves();
    });

    it("put another risk model in place, which makes everybody liquidatable", async () => {
      const { alice, voter } = w.people;
      const lying = await w.ethers.deployContract("HostileModule", [await w.risk.getAddress()]);
      const [honest] = await w.risk.quote(1);
      const { low, mid, high, status, initialHaircut, borrowDepth, maintenanceDepth, unit } = honest!;
      const lie = {
        low,
        mid,
        high,
        status,
        initialHaircut,
        maintenanceHaircut: 9_999n,
        borrowDepth,
        maintenanceDepth,
        unit,
      };
      await lying.say(selector(w.risk.interface, "quote"), w.risk.interface.encodeFunctionResult("quote", [[lie]]));
      await governed().engine.setRiskModel(lying);
      await w.engine.connect(voter).liquidate([{ account: alice.address, maxRepay: ALL }], "0x");
      expect((await w.engine.debtOf(alice.address)) < DEBT).to.equal(true);
    });

    it("put a gate in place that stops redemption, and a risk model that stops liquidation", async () => {
      const { reserve, engine } = governed();
      const gate = await w.ethers.deployContract("HostileModule", [await w.sheet.getAddress()]);
      const model = await w.ethers.deployContract("HostileModule", [await w.risk.getAddress()]);
      await engine.setRiskModel(model);
      await reserve.setModules(gate, w.rebalancer, w.risk, w.backstop);
      const { voter, safe } = w.people;
      const redeem = (): Promise<unknown> => w.reserve.connect(voter).redeem.staticCall(3, WAD, 0, voter.address);
      const items = [{ account: safe.address, maxRepay: ALL }];
      const liquidate = (): Promise<unknown> => w.engine.connect(voter).liquidate.staticCall(items, "0x");
      // Both go, as long as what was put in their way answers.
      await redeem();
      await gate.silence();
      expect(await refusalOf(redeem())).to.include("revert");
      await w.answer(CRASHED);
      await liquidate();
      await model.silence();
      expect(await refusalOf(liquidate())).to.include("revert");
      await aliceRepaysAndLeaves();
    });
  });
});

/** What a call is refused with; nothing where it is not. */
async function refusalOf(call: Promise<unknown>): Promise<string> {
  return await call.then(
    () => "",
    (error: unknown) => (error as Error).message,
  );
}

function selector(abi: Interface, name: string): string {
  return abi.getFunction(name)!.selector;
}

function word(value: bigint): string {
  return AbiCoder.defaultAbiCoder().encode(["uint256"], [value]);
}
