import { expect } from "chai";

import { all, exposureOf, healthOf, open } from "../../support/failing.js";
import { freshWorld } from "../../support/fresh.js";
import { BREAKAGES, breakFeed, listToken, prepareAsset } from "../../support/hostile.js";
import { deployRiskModel, listPinned } from "../../support/risk.js";
import {
  at,
  DAY,
  DEBT_CEILING,
  deployWorld,
  LIQUIDATION,
  MAX_UINT256,
  MINIMUM_DEBT,
  WAD,
} from "../../support/world.js";

describe("CreditEngine governance", () => {
  const world = freshWorld(deployWorld);
  const bytes32 = (text: string): string => world().ethers.encodeBytes32String(text);

  /** Every restricted function with arguments that would be accepted from governance. */
  async function restrictedCalls(): Promise<Map<string, readonly unknown[]>> {
    const { engine, risk, gate, treasury, rateSource, ethers } = world();
    await prepareAsset(world(), 4);
    const token = await (await ethers.deployContract("TestToken", ["NEW", 18])).getAddress();
    expect(await engine.riskModel()).to.equal(await risk.getAddress());
    return new Map<string, readonly unknown[]>([
      ["listAsset", [4, token, 10n ** 17n]],
      ["setAssetCap", [0, 10n ** 10n]],
      ["pause", [0, 1]],
      ["unpause", [0, 1]],
      ["setRiskModel", [await risk.getAddress()]],
      ["setIssuanceGate", [await gate.getAddress()]],
      ["setAbsorber", [await treasury.getAddress()]],
      ["setRateSource", [await rateSource.getAddress()]],
      ["setLiquidationParameters", [LIQUIDATION]],
      ["setDebtLimits", [MINIMUM_DEBT, DEBT_CEILING]],
      ["setTipFloor", [WAD]],
      ["setDepthFraction", [1_000]],
    ]);
  }

  describe("authority", () => {
    it("refuses strangers everything that is restricted, and that is everything but what anybody may call", async () => {
      const { engine, ethers, governor, alice } = world();
      const calls = await restrictedCalls();
      const open = new Set(["updateRate", "syncAssetCap"]);
      const governance = await ethers.getContractAt("ICreditGovernance", await engine.getAddress());
      const writing: string[] = [];
      governance.interface.forEachFunction((f) => {
        if (f.stateMutability !== "view" && !open.has(f.name)) writing.push(f.name);
      });
      expect(writing.sort()).to.deep.equal([...calls.keys()].sort());

      const errors = await ethers.getContractAt("CreditEngine", await engine.getAddress());
      const to = await engine.getAddress();
      for (const [name, args] of calls) {
        const data = governance.interface.encodeFunctionData(name as "pause", args as [bigint, bigint]);
        await expect(alice.sendTransaction({ to, data }), name)
          .to.be.revertedWithCustomError(errors, "AccessManagedUnauthorized")
          .withArgs(alice.address);
        await governor.sendTransaction({ to, data });
      }
      for (const data of [
        governance.interface.encodeFunctionData("updateRate"),
        governance.interface.encodeFunctionData("syncAssetCap", [0]),
      ]) {
        await alice.sendTransaction({ to, data });
      }
    });

    it("can give the guardian pausing alone: not unpausing, not anything else", async () => {
      const { engine, engineAddress, implementation, manager, bob } = world();
      const role = 7n;
      const { selector } = engine.interface.getFunction("pause");
      await manager.setTargetFunctionRole(engineAddress, [selector], role);
      await manager.grantRole(role, bob.address, 0);
      await engine.connect(bob).pause(0, 3);
      expect((await engine.assetInfo(0)).pauses).to.equal(3n);
      await expect(engine.connect(bob).unpause(0, 3))
        .to.be.revertedWithCustomError(implementation, "AccessManagedUnauthorized")
        .withArgs(bob.address);
      await expect(engine.connect(bob).setAssetCap(0, 0))
        .to.be.revertedWithCustomError(implementation, "AccessManagedUnauthorized")
        .withArgs(bob.address);
    });

    it("can only be replaced by itself", async () => {
      const { implementation, governor, alice } = world();
      for (const who of [governor, alice]) {
        await expect(implementation.connect(who).setAuthority(alice.address))
          .to.be.revertedWithCustomError(implementation, "AccessManagedUnauthorized")
          .withArgs(who.address);
      }
    });
  });

  describe("the extension", () => {
    const config = async () => {
      const { manager, dollar, risk, gate, treasury, rateSource } = world();
      return {
        authority: await manager.getAddress(),
        dollar: await dollar.getAddress(),
        riskModel: await risk.getAddress(),
        issuanceGate: await gate.getAddress(),
        absorber: await treasury.getAddress(),
        rateSource: await rateSource.getAddress(),
        minimumDebt: MINIMUM_DEBT,
        debtCeiling: DEBT_CEILING,
        depthFraction: 5_000n,
        liquidation: LIQUIDATION,
      };
    };

    it("is initialised once and for all by the engine's constructor", async () => {
      const { extension: governance, engineAddress, governor } = world();
      const c = await config();
      const through = governance.attach(engineAddress) as typeof governance;
      for (const contract of [through, governance]) {
        await expect(contract.connect(governor).initialize(c)).to.be.revertedWithCustomError(
          governance,
          "OnlyDuringConstruction",
        );
      }
    });

    it("called directly, does nothing to the engine", async () => {
      const { extension: governance, engine, governor } = world();
      await open(world(), world().alice, { 0: WAD }, 1_000n * WAD);
      await governance.connect(governor).setTipFloor(77n);
      await governance.connect(governor).setDepthFraction(1);
      await governance.connect(governor).setDebtLimits(5n * WAD, 0);
      expect(await engine.tipFloor()).to.equal(0n);
      expect(await engine.depthFraction()).to.equal(5_000n);
      expect(await engine.debtLimits()).to.deep.equal([MINIMUM_DEBT, DEBT_CEILING]);
      expect(await governance.tipFloor()).to.equal(77n);
      expect(await governance.listedMask()).to.equal(0n);
      await expect(governance.assetInfo(0)).to.be.revertedWithCustomError(governance, "AssetNotListed").withArgs(0);
    });

    it("holds no more than the interface and named limits: unknown calls revert", async () => {
      const { ethers, engineAddress, alice } = world();
      for (const data of ["0x", "0xdeadbeef", "0x12"]) {
        await expect(alice.sendTransaction({ to: engineAddress, data })).to.revert(ethers);
      }
    });

    it("checks the first parameters as it does later ones", async () => {
      const { ethers, extension: governance, alice } = world();
      const address = await governance.getAddress();
      const c = await config();
      const attempt = (change: object) => ethers.deployContract("CreditEngine", [{ ...c, ...change }, address]);
      for (const [field, module] of [
        ["dollar", alice.address],
        ["riskModel", alice.address],
        ["issuanceGate", alice.address],
        ["absorber", alice.address],
        ["rateSource", alice.address],
      ] as const) {
        await expect(attempt({ [field]: module }), field)
          .to.be.revertedWithCustomError(governance, "ModuleHasNoCode")
          .withArgs(module);
      }
      await expect(attempt({ minimumDebt: 0n }))
        .to.be.revertedWithCustomError(governance, "ParameterOutOfBounds")
        .withArgs(bytes32("minimumDebt"), 0n, WAD, 100_000n * WAD);
      await expect(attempt({ depthFraction: 0n }))
        .to.be.revertedWithCustomError(governance, "ParameterOutOfBounds")
        .withArgs(bytes32("depthFraction"), 0n, 1n, 10_000n);
    });
  });

  describe("parameters", () => {
    it("take effect and are told", async () => {
      const { engine, risk, gate, treasury, rateSource } = world();
      const p = { ...LIQUIDATION, targetHealth: 11_000n, tipShare: 2_000n };
      await expect(engine.setLiquidationParameters(p))
        .to.emit(engine, "LiquidationParametersSet")
        .withArgs(Object.values(p));
      expect([...(await engine.liquidationParameters())]).to.deep.equal(Object.values(p));
      await expect(engine.setDebtLimits(200n * WAD, 5_000n * WAD))
        .to.emit(engine, "DebtLimitsSet")
        .withArgs(200n * WAD, 5_000n * WAD);
      expect(await engine.debtLimits()).to.deep.equal([200n * WAD, 5_000n * WAD]);
      await expect(engine.setTipFloor(1_000n * WAD))
        .to.emit(engine, "TipFloorSet")
        .withArgs(1_000n * WAD);
      expect(await engine.tipFloor()).to.equal(1_000n * WAD);
      await expect(engine.setDepthFraction(1)).to.emit(engine, "DepthFractionSet").withArgs(1);
      expect(await engine.depthFraction()).to.equal(1n);
      await expect(engine.setRiskModel(await risk.getAddress()))
        .to.emit(engine, "RiskModelSet")
        .withArgs(await risk.getAddress());
      await expect(engine.setIssuanceGate(await gate.getAddress()))
        .to.emit(engine, "IssuanceGateSet")
        .withArgs(await gate.getAddress());
      await expect(engine.setAbsorber(await treasury.getAddress()))
        .to.emit(engine, "AbsorberSet")
        .withArgs(await treasury.getAddress());
      await expect(engine.setRateSource(await rateSource.getAddress()))
        .to.emit(engine, "RateSourceSet")
        .withArgs(await rateSource.getAddress());
    });

    it("keep each other's neighbours in their slots", async () => {
      const { engine, risk, gate, treasury } = world();
      const all = async () => ({
        liquidation: [...(await engine.liquidationParameters())],
        limits: [...(await engine.debtLimits())],
        floor: await engine.tipFloor(),
        fraction: await engine.depthFraction(),
        modules: [await engine.riskModel(), await engine.issuanceGate(), await engine.absorber()],
        listed: await engine.listedMask(),
        pauses: (await engine.assetInfo(2)).pauses,
      });
      const before = await all();
      await engine.setTipFloor(1_000n * WAD);
      await engine.setDebtLimits(100_000n * WAD, (2n ** 40n - 1n) * WAD);
      await engine.setDepthFraction(10_000);
      await engine.pause(2, 15);
      const after = await all();
      expect(after).to.deep.equal({
        ...before,
        limits: [100_000n * WAD, (2n ** 40n - 1n) * WAD],
        floor: 1_000n * WAD,
        fraction: 10_000n,
        pauses: 15n,
      });
      expect(after.modules).to.deep.equal([
        await risk.getAddress(),
        await gate.getAddress(),
        await treasury.getAddress(),
      ]);
    });

    it("of liquidation have outer limits", async () => {
      const { engine } = world();
      const cases: [keyof typeof LIQUIDATION, bigint, bigint, bigint][] = [
        ["targetHealth", 9_999n, 10_000n, 15_000n],
        ["targetHealth", 15_001n, 10_000n, 15_000n],
        ["maxIncentive", 199n, 200n, 2_500n],
        ["maxIncentive", 2_501n, 200n, 2_500n],
        ["fullIncentiveHealth", 4_999n, 5_000n, 9_999n],
        ["fullIncentiveHealth", 10_000n, 5_000n, 9_999n],
        ["absorbHealth", 10_001n, 0n, 10_000n],
        ["tipShare", 5_001n, 0n, 5_000n],
      ];
      for (const [name, value, minimum, maximum] of cases) {
        await expect(engine.setLiquidationParameters({ ...LIQUIDATION, [name]: value }))
          .to.be.revertedWithCustomError(engine, "ParameterOutOfBounds")
          .withArgs(bytes32(name), value, minimum, maximum);
      }
      for (const [name, value] of [
        ["targetHealth", 10_000n],
        ["targetHealth", 15_000n],
        ["maxIncentive", 200n],
        ["maxIncentive", 2_500n],
        ["fullIncentiveHealth", 5_000n],
        ["fullIncentiveHealth", 9_999n],
        ["absorbHealth", 0n],
        ["absorbHealth", 10_000n],
        ["tipShare", 0n],
        ["tipShare", 5_000n],
      ] as const) {
        await engine.setLiquidationParameters({ ...LIQUIDATION, [name]: value });
      }
    });

    it("of debts have outer limits, and are whole plUSD", async () => {
      const { engine } = world();
      const highest = (2n ** 40n - 1n) * WAD;
      for (const value of [0n, WAD - 1n, 100_000n * WAD + 1n, MAX_UINT256]) {
        await expect(engine.setDebtLimits(value, DEBT_CEILING))
          .to.be.revertedWithCustomError(engine, "ParameterOutOfBounds")
          .withArgs(bytes32("minimumDebt"), value, WAD, 100_000n * WAD);
      }
      for (const value of [highest + 1n, MAX_UINT256]) {
        await expect(engine.setDebtLimits(MINIMUM_DEBT, value))
          .to.be.revertedWithCustomError(engine, "ParameterOutOfBounds")
          .withArgs(bytes32("debtCeiling"), value, 0n, highest);
      }
      await expect(engine.setDebtLimits(WAD + 1n, DEBT_CEILING)).to.be.revertedWithCustomError(
        engine,
        "ParameterOutOfBounds",
      );
      await expect(engine.setDebtLimits(WAD, WAD + 1n)).to.be.revertedWithCustomError(engine, "ParameterOutOfBounds");
      // At a dollar of minimum debt a unit of bitcoin must be cheap.
      await world().setPrice(1, 9_000_00000000n);
      for (const [minimum, ceiling] of [
        [WAD, 0n],
        [100_000n * WAD, highest],
      ] as const) {
        await engine.setDebtLimits(minimum, ceiling);
      }
    });

    it("hold no feed to the threshold, and a slice lowers no health and is absorbable where one breaks it", async () => {
      const { engine, oracle, risk, ethers, alice, bob } = world();
      // Dollars at 6% of maintenance haircut, 8,900 of a borrow limit of 8,955.
      await world().deposit(alice, 3, 10_000n * 10n ** 6n);
      await engine.connect(alice).borrow(8_900n * WAD, alice.address, alice.address);
      const second = await ethers.deployContract("MockV3Aggregator", [8, 1_00000000n]);
      await oracle.setSecondFeed(
        3,
        {
          feed: await second.getAddress(),
          heartbeat: 3600,
          deviation: 550,
          minPrice: 10n ** 15n,
          maxPrice: 10n ** 24n,
        },
        100,
        200,
      );
      const { minIncentive } = await engine.liquidationParameters();
      const { minMaintenance } = await risk.bounds(3);
      const product = ((10_000n + minIncentive) * (await oracle.maxSpread(3)) * (10_000n - minMaintenance)) / 10n ** 8n;
      expect(product > WAD).to.equal(true);
      await expect(engine.setLiquidationParameters(LIQUIDATION)).to.be.revertedWithCustomError(
        engine,
        "ThresholdTooHigh",
      );
      // High and mid are 5.5% apart now: just below health 1 the cap on the incentive is 0.8%, below lmin.
      for (const feed of [second, at(world().assets, 3).feed]) await feed.updateAnswer(89_700_000n);
      const before = await exposureOf(world(), alice);
      expect(before.limit < before.debt && before.value > before.debt).to.equal(true);
      expect(healthOf(before) > (WAD * 97n) / 100n).to.equal(true);
      await engine.connect(bob).absorb([alice.address]);
      const after = await exposureOf(world(), alice);
      expect(after.debt < before.debt).to.equal(true);
      expect(after.debt === 0n || healthOf(after) >= healthOf(before)).to.equal(true);
    });

    it("of debts are lowered no further than the dearest ledger unit allows, by what it counts now", async () => {
      const { engine, oracle, connection } = world();
      // Bitcoin: 1e-8 of 40,200 USD at its high, times 10,000 makes 4.02.
      await expect(engine.setDebtLimits(4n * WAD, DEBT_CEILING))
        .to.be.revertedWithCustomError(engine, "LedgerUnitTooCoarse")
        .withArgs(1, 402n * 10n ** 12n, 4n * 10n ** 14n);
      await engine.setDebtLimits(5n * WAD, DEBT_CEILING);
      // Raising it asks no price, nor does leaving it as it is.
      await world().setPrice(1, 80_000_00000000n);
      await engine.setDebtLimits(5n * WAD, DEBT_CEILING);
      await engine.setDebtLimits(6n * WAD, DEBT_CEILING);
      await expect(engine.setDebtLimits(5n * WAD, DEBT_CEILING)).to.be.revertedWithCustomError(
        engine,
        "LedgerUnitTooCoarse",
      );
      // Unpriced, it counts at its last good high until that has decayed.
      await breakFeed(world(), 1, "zero");
      await oracle.record(2);
      await expect(engine.setDebtLimits(4n * WAD, DEBT_CEILING)).to.be.revertedWithCustomError(
        engine,
        "LedgerUnitTooCoarse",
      );
      await connection.networkHelpers.time.increase(DAY);
      await engine.setDebtLimits(4n * WAD, DEBT_CEILING);
    });

    it("of tips, depth, caps and pauses have outer limits", async () => {
      const { engine } = world();
      await expect(engine.setTipFloor(1_000n * WAD + 1n))
        .to.be.revertedWithCustomError(engine, "ParameterOutOfBounds")
        .withArgs(bytes32("tipFloor"), 1_000n * WAD + 1n, 0n, 1_000n * WAD);
      for (const value of [0n, 10_001n, MAX_UINT256]) {
        await expect(engine.setDepthFraction(value))
          .to.be.revertedWithCustomError(engine, "ParameterOutOfBounds")
          .withArgs(bytes32("depthFraction"), value, 1n, 10_000n);
      }
      for (const value of [2n ** 58n, MAX_UINT256]) {
        await expect(engine.setAssetCap(0, value))
          .to.be.revertedWithCustomError(engine, "ParameterOutOfBounds")
          .withArgs(bytes32("governedCap"), value, 0n, 2n ** 58n - 1n);
      }
      await engine.setAssetCap(0, 2n ** 58n - 1n);
      for (const value of [16n, 17n, MAX_UINT256]) {
        for (const call of [() => engine.pause(0, value), () => engine.unpause(0, value)]) {
          await expect(call())
            .to.be.revertedWithCustomError(engine, "ParameterOutOfBounds")
            .withArgs(bytes32("pauses"), value, 0n, 15n);
        }
      }
    });

    it("of assets need a listed one", async () => {
      const { engine } = world();
      for (const asset of [4n, 16n, MAX_UINT256]) {
        for (const call of [
          () => engine.pause(asset, 1),
          () => engine.unpause(asset, 1),
          () => engine.setAssetCap(asset, 1),
          () => engine.syncAssetCap(asset),
          () => engine.assetInfo(asset),
        ]) {
          await expect(call()).to.be.revertedWithCustomError(engine, "AssetNotListed").withArgs(asset);
        }
      }
    });
  });

  describe("modules", () => {
    it("must be contracts", async () => {
      const { engine, alice } = world();
      for (const call of [
        () => engine.setRiskModel(alice.address),
        () => engine.setIssuanceGate(alice.address),
        () => engine.setAbsorber(alice.address),
        () => engine.setRateSource(alice.address),
      ]) {
        await expect(call()).to.be.revertedWithCustomError(engine, "ModuleHasNoCode").withArgs(alice.address);
      }
    });

    it("an absorber must be a facilitator, or absorption would stop", async () => {
      const { engine, ethers, manager, dollar } = world();
      const other = await ethers.deployContract("Treasury", [await manager.getAddress(), await dollar.getAddress()]);
      const address = await other.getAddress();
      await expect(engine.setAbsorber(address))
        .to.be.revertedWithCustomError(engine, "ModuleMismatch")
        .withArgs(address, 16);
      await dollar.setFacilitator(address, 0);
      await engine.setAbsorber(address);
      await other.setCreditEngine(await engine.getAddress());
      await other.setCapacity(0, 10n ** 17n);
      await open(world(), world().alice, { 0: 10n * WAD }, 14_000n * WAD);
      await world().setPrice(0, 1_600_00000000n);
      await engine.absorb([world().alice.address]);
      expect((await engine.balanceOf(address, 0)) > 0n).to.equal(true);
    });

    /** Another risk model, with the assets listed so far at other terms. */
    async function model(change: { unitDecimals?: number; minMaintenance?: number; without?: number } = {}) {
      const { ethers, manager, oracle, assets } = world();
      const risk = await deployRiskModel(ethers, await manager.getAddress(), await oracle.getAddress(), {
        maintenanceRise: 200,
        initialFall: 100,
        depthFall: 1000,
        minGap: 300,
      });
      for (const { id, unitDecimals } of assets) {
        if (Number(id) === change.without) continue;
        await listPinned(
          risk,
          id,
          id === 2n ? (change.unitDecimals ?? unitDecimals) : unitDecimals,
          {
            minInitial: 500,
            maxInitial: 10_000,
            minMaintenance: id === 2n ? (change.minMaintenance ?? 500) : 500,
            maxMaintenance: 10_000,
          },
          { initialHaircut: 3_000, maintenanceHaircut: 2_500, depth: 10n ** 15n },
        );
      }
      return risk;
    }

    it("a risk model must know every asset, in the same unit", async () => {
      const { engine } = world();
      for (const other of [await model({ without: 2 }), await model({ unitDecimals: 9 })]) {
        const address = await other.getAddress();
        await expect(engine.setRiskModel(address))
          .to.be.revertedWithCustomError(engine, "ModuleMismatch")
          .withArgs(address, 2);
      }
      const good = await model();
      await engine.setRiskModel(await good.getAddress());
      await open(world(), world().alice, { 0: 10n * WAD }, 13_000n * WAD);
      // 20,000 x 0.995 x (1 - 0.3): the new model decides.
      await expect(
        engine.connect(world().alice).borrow(1_000n * WAD, world().alice.address, world().alice.address),
      ).to.be.revertedWithCustomError(engine, "BorrowLimitExceeded");
    });

    it("a risk model may not allow maintenance haircuts that the incentive eats up", async () => {
      const { engine, oracle } = world();
      const other = await model({ minMaintenance: 200 });
      const product = (10_200n * (await oracle.maxSpread(2)) * 9_800n) / 10n ** 8n;
      await expect(engine.setRiskModel(await other.getAddress()))
        .to.be.revertedWithCustomError(engine, "ThresholdTooHigh")
        .withArgs(2, product);
    });

    it("nor may the least incentive grow beyond what the assets allow", async () => {
      const { engine, oracle } = world();
      const spread = await oracle.maxSpread(0);
      // The largest lmin with (1 + lmin) x spread x 0.95 <= 1.
      const most = (10n ** 8n * WAD) / (spread * 9_500n) - 10_000n;
      await engine.setLiquidationParameters({ ...LIQUIDATION, minIncentive: most });
      await expect(engine.setLiquidationParameters({ ...LIQUIDATION, minIncentive: most + 1n }))
        .to.be.revertedWithCustomError(engine, "ThresholdTooHigh")
        .withArgs(0, ((10_001n + most) * spread * 9_500n) / 10n ** 8n);
    });

    it("nor an asset be listed that allows less", async () => {
      const { engine, oracle, risk, ethers } = world();
      const feed = await ethers.deployContract("MockV3Aggregator", [8, 100_00000000n]);
      await oracle.listFeed(4, {
        feed: await feed.getAddress(),
        heartbeat: 3600,
        deviation: 50,
        minPrice: 10n ** 15n,
        maxPrice: 10n ** 24n,
      });
      await listPinned(
        risk,
        4,
        8,
        { minInitial: 500, maxInitial: 10_000, minMaintenance: 100, maxMaintenance: 10_000 },
        { initialHaircut: 2_000, maintenanceHaircut: 1_000, depth: 10n ** 15n },
      );
      const token = await (await ethers.deployContract("TestToken", ["NEW", 18])).getAddress();
      const product = (10_200n * (await oracle.maxSpread(4)) * 9_900n) / 10n ** 8n;
      await expect(engine.listAsset(4, token, 1))
        .to.be.revertedWithCustomError(engine, "ThresholdTooHigh")
        .withArgs(4, product);
    });
  });

  describe("listing", () => {
    it("tells token, unit and cap, and makes the asset usable", async () => {
      const { engine, ethers, risk } = world();
      const token = await ethers.deployContract("TestToken", ["NEW", 18]);
      const address = await token.getAddress();
      await prepareAsset(world(), 7);
      const [depth] = await risk.depths(7);
      await expect(engine.listAsset(7, address, 512n))
        .to.emit(engine, "AssetListed")
        .withArgs(7, address, 10n ** 10n)
        .and.to.emit(engine, "AssetCapSet")
        .withArgs(7, 512n, 512n);
      expect(depth > 1_024n).to.equal(true);
      expect(await engine.listedMask()).to.equal(0b1000_1111n);
      expect([...(await engine.assetInfo(7))]).to.deep.equal([address, 10n ** 10n, 0n, 512n, 512n, 0n]);
    });
  });

  describe("pauses", () => {
    it("are set and cleared bit by bit, asset by asset", async () => {
      const { engine } = world();
      const pauses = async (asset: number) => (await engine.assetInfo(asset)).pauses;
      await expect(engine.pause(0, 1)).to.emit(engine, "AssetPausesSet").withArgs(0, 1);
      await expect(engine.pause(0, 8)).to.emit(engine, "AssetPausesSet").withArgs(0, 9);
      await engine.pause(1, 4);
      expect([await pauses(0), await pauses(1), await pauses(2)]).to.deep.equal([9n, 4n, 0n]);
      await expect(engine.unpause(0, 1 + 2))
        .to.emit(engine, "AssetPausesSet")
        .withArgs(0, 8);
      await engine.unpause(0, 15);
      expect([await pauses(0), await pauses(1)]).to.deep.equal([0n, 4n]);
    });

    it("of borrowing survive the clearing of others", async () => {
      const { engine, alice } = world();
      await world().deposit(alice, 0, 10n * WAD);
      await engine.pause(0, 4 + 1);
      await engine.unpause(0, 1);
      await expect(
        engine.connect(alice).borrow(MINIMUM_DEBT, alice.address, alice.address),
      ).to.be.revertedWithCustomError(engine, "BorrowLimitExceeded");
      await engine.unpause(0, 4);
      await engine.connect(alice).borrow(MINIMUM_DEBT, alice.address, alice.address);
    });

    it("cannot make a healthy account unhealthy", async () => {
      const { engine, alice, assets } = world();
      await open(world(), alice, { 0: 10n * WAD, 1: 10n ** 7n }, 16_000n * WAD);
      for (const { id } of assets) await engine.pause(id, 15);
      await expect(engine.liquidate([all(alice)], "0x")).to.be.revertedWithCustomError(engine, "NothingToDo");
      await expect(engine.absorb([alice.address])).to.be.revertedWithCustomError(engine, "NothingToDo");
    });

    it("cannot stop repayment, liquidation, absorption or the exit of a debt-free account, all of them at once", async () => {
      const { engine, alice, bob, carol, liquidator, assets, dollar } = world();
      await world().giveDollars(liquidator, 50_000n * WAD);
      await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
      await open(world(), bob, { 0: 10n * WAD }, 14_000n * WAD);
      await open(world(), carol, { 1: 10n ** 8n }, 1_000n * WAD);
      await world().setPrice(0, 1_600_00000000n);
      for (const { id } of assets) await engine.pause(id, 15);
      await engine.connect(liquidator).liquidate([all(alice)], "0x");
      await engine.connect(liquidator).absorb([bob.address]);
      await engine.connect(carol).repay(MAX_UINT256, carol.address);
      await engine.connect(carol).withdraw(1, MAX_UINT256, carol.address, carol.address);
      await engine.connect(liquidator).withdraw(0, MAX_UINT256, liquidator.address, liquidator.address);
      expect(await dollar.balanceOf(carol.address)).to.equal(0n);
    });
  });

  describe("delisting and feed migration with open positions", () => {
    it("a delisted asset lends nothing more, fails nobody at once, and ramps down at the agreed pace", async () => {
      const { engine, risk, alice, connection } = world();
      await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
      const before = await exposureOf(world(), alice);
      await risk.delist(0);
      await engine.syncAssetCap(0);
      const after = await exposureOf(world(), alice);
      expect(after.limit).to.equal(before.limit);
      await expect(engine.liquidate([all(alice)], "0x")).to.be.revertedWithCustomError(engine, "NothingToDo");
      await expect(engine.connect(alice).borrow(WAD, alice.address, alice.address))
        .to.be.revertedWithCustomError(engine, "BorrowLimitExceeded")
        .withArgs(alice.address, 14_001n * WAD, 0n);
      // 200 bps a day: 83.4% of 20,100 covers 14,000 until the haircut passes 30%.
      await connection.networkHelpers.time.increase(6 * 86_400);
      await world().setPrice(0, 2_000_00000000n);
      await expect(engine.liquidate([all(alice)], "0x")).to.be.revertedWithCustomError(engine, "NothingToDo");
      await connection.networkHelpers.time.increase(86_400);
      await world().setPrice(0, 2_000_00000000n);
      expect(healthOf(await exposureOf(world(), alice)) < WAD).to.equal(true);
      await engine.connect(alice).repay(2_000n * WAD, alice.address);
      await expect(engine.liquidate([all(alice)], "0x")).to.be.revertedWithCustomError(engine, "NothingToDo");
      await engine.connect(alice).repay(MAX_UINT256, alice.address);
      await engine.connect(alice).withdraw(0, MAX_UINT256, alice.address, alice.address);
    });

    for (const how of BREAKAGES) {
      it(`a migrated feed carries the positions on, and the old one may break (${how})`, async () => {
        const { engine, oracle, ethers, alice, liquidator } = world();
        await world().giveDollars(liquidator, 50_000n * WAD);
        await open(world(), alice, { 0: 10n * WAD }, 14_000n * WAD);
        const fresh = await ethers.deployContract("MockV3Aggregator", [18, 2_005n * WAD]);
        await oracle.migrateFeed(
          0,
          {
            feed: await fresh.getAddress(),
            heartbeat: 3600,
            deviation: 50,
            minPrice: 10n ** 15n,
            maxPrice: 10n ** 24n,
          },
          100,
        );
        await breakFeed(world(), 0, how);
        await expect(engine.liquidate([all(alice)], "0x")).to.be.revertedWithCustomError(engine, "NothingToDo");
        await engine.connect(alice).borrow(100n * WAD, alice.address, alice.address);
        await fresh.updateAnswer(1_650n * WAD);
        await engine.connect(liquidator).liquidate([all(alice)], "0x");
        expect(await engine.balanceOf(alice.address, 0)).to.not.equal(10_00000000n);
      });
    }
  });

  it("changes no position: lists, caps, pauses and modules pass by what accounts hold", async () => {
    const { engine, ethers, alice, bob } = world();
    await open(world(), alice, { 0: 10n * WAD, 3: 500n * 10n ** 6n }, 5_000n * WAD);
    await world().deposit(bob, 1, 10n ** 8n);
    const before = [await world().position(alice), await world().position(bob)];
    await listToken(world(), 5, await ethers.deployContract("TestToken", ["NEW", 18]));
    await engine.setAssetCap(0, 0);
    await engine.pause(1, 15);
    await engine.setDepthFraction(1);
    await engine.syncAssetCap(3);
    await engine.setDebtLimits(100_000n * WAD, 0);
    await engine.setLiquidationParameters({ ...LIQUIDATION, targetHealth: 15_000n, absorbHealth: 10_000n });
    expect([await world().position(alice), await world().position(bob)]).to.deep.equal(before);
    await expect(engine.liquidate([all(alice)], "0x")).to.be.revertedWithCustomError(engine, "NothingToDo");
    await expect(engine.absorb([alice.address])).to.be.revertedWithCustomError(engine, "NothingToDo");
    expect(at(before, 0).debt).to.equal(5_000n * WAD);
  });
});
