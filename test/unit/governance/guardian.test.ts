import { expect } from "chai";

import { Random } from "../../support/random.js";
import { openGovernedWorld, type GovernedWorld } from "../../support/governed-world.js";

const WAD = 10n ** 18n;
const ROUNDS = 24;

/** One thing that the guardian may change: how it stands, whether a change of it is tighter, and how the guardian asks for it. */
interface Lever {
  readonly name: string;
  /** As it stands: everything that the same function of the protocol could change as well. */
  readonly state: () => Promise<readonly bigint[]>;
  /** Some other values. */
  readonly any: (now: readonly bigint[]) => readonly bigint[];
  readonly tighter: (next: readonly bigint[], now: readonly bigint[]) => boolean;
  readonly ask: (next: readonly bigint[]) => Promise<unknown>;
  /** What the state should be afterwards, where it is not what was asked for. */
  readonly becomes?: (next: readonly bigint[], now: readonly bigint[]) => readonly bigint[];
  /** It is as tight as can be from the beginning: everything is refused. */
  readonly neverTighter?: true;
}

describe("governance: the guardian only tightens", () => {
  const random = Random.fresh();
  let w: GovernedWorld;
  let restore: () => Promise<void>;

  before(async () => {
    w = await openGovernedWorld();
    await w.refresh();
  });
  beforeEach(async () => {
    const snapshot = await w.networkHelpers.takeSnapshot();
    restore = () => snapshot.restore();
  });
  afterEach(() => restore());

  const around = (value: bigint): bigint => {
    const kind = random.between(0n, 5n);
    if (kind === 0n) return value;
    if (kind === 1n) return value + 1n;
    if (kind === 2n) return value === 0n ? 0n : value - 1n;
    return random.between(0n, 2n * value + 3n);
  };
  const lower: Lever["tighter"] = ([next], [now]) => next! < now!;
  const as = () => w.guardian.connect(w.people.safe);

  const levers = async (): Promise<Lever[]> => {
    const { engine, dollar, reserve, risk, book } = w;
    const vault = book.vaults.USDC!;
    const engineAddress = await engine.getAddress();
    const capsOf = async (): Promise<readonly bigint[]> => {
      const { absoluteCap, relativeCap, growthPerDay } = (await reserve.vaultInfo(vault)).terms;
      return [absoluteCap, relativeCap, growthPerDay];
    };
    return [
      ...[0n, 3n].map((asset): Lever => ({
        name: `cap of asset ${asset}`,
        state: async () => [(await engine.assetInfo(asset)).governedCap],
        any: ([now]) => [around(now!)],
        tighter: lower,
        ask: ([next]) => as().lowerAssetCap(asset, next!),
      })),
      {
        name: "debt ceiling",
        state: async () => {
          const { minimumDebt, debtCeiling } = await engine.debtLimits();
          return [debtCeiling, minimumDebt];
        },
        // Kept in whole plUSD.
        any: ([now, minimum]) => [around(now! / WAD) * WAD, minimum!],
        tighter: lower,
        ask: ([next]) => as().lowerDebtCeiling(next!),
      },
      ...[engineAddress, w.people.bob.address].map((facilitator): Lever => ({
        name: `cap of facilitator ${facilitator}`,
        state: async () => [
          await dollar.cap(facilitator),
          await dollar.isFacilitator(facilitator).then((yes) => (yes ? 1n : 0n)),
        ],
        any: ([now, listed]) => [around(now!), listed!],
        tighter: lower,
        ask: ([next]) => as().lowerFacilitatorCap(facilitator, next!),
        // The cap of one that is not listed is 0.
        ...(facilitator !== engineAddress && { neverTighter: true }),
      })),
      {
        name: "flash-mint cap",
        state: async () => [await dollar.maxFlashLoan(dollar)],
        any: ([now]) => [around(now!)],
        tighter: lower,
        ask: ([next]) => as().lowerFlashMintCap(next!),
      },
      ...[0n, 1n].map((asset): Lever => ({
        name: `haircut of asset ${asset}`,
        state: async () => {
          const { clamps, volatilityFloor, horizon } = await risk.assetParameters(asset);
          const { minInitial, maxInitial, minMaintenance, maxMaintenance } = clamps;
          return [minInitial, maxInitial, minMaintenance, maxMaintenance, volatilityFloor, horizon];
        },
        any: ([minInitial, ...others]) => [around(minInitial!), ...others],
        tighter: ([next], [now, most]) => next! > now! && next! <= most!,
        ask: ([next]) => as().raiseHaircut(asset, next!),
      })),
      {
        name: "caps of a vault",
        state: capsOf,
        any: ([absolute, relative, growth]) => [around(absolute!), around(relative!) % 65_536n, growth!],
        tighter: ([a, r], [absolute, relative]) =>
          a! <= absolute! && r! <= relative! && (a! < absolute! || r! < relative!),
        ask: ([a, r]) => as().lowerVaultCaps(vault, a!, r!),
        // The absolute one is kept as a float with ten bits of mantissa, rounded down.
        becomes: ([a, r, growth]) => [floored(a!), r!, growth!],
      },
    ];
  };

  it(`accepts tighter values and refuses all others (seed ${random.seed})`, async () => {
    for (const lever of await levers()) {
      let [tightened, refused] = [0, 0];
      const missing = (): boolean => refused === 0 || (tightened === 0 && lever.neverTighter !== true);
      for (let round = 0; round < ROUNDS || (missing() && round < 10 * ROUNDS); round++) {
        const now = await lever.state();
        const next = lever.any(now);
        const allowed = lever.tighter(next, now);
        const done = await lever.ask(next).then(
          () => true,
          () => false,
        );
        expect(done, `${lever.name}: ${String(now)} to ${String(next)}`).to.equal(allowed);
        const after = await lever.state();
        const expected = done ? (lever.becomes?.(next, now) ?? next) : now;
        expect(after, `${lever.name}: ${String(now)} to ${String(next)}`).to.deep.equal(expected);
        if (done) tightened += 1;
        else refused += 1;
      }
      expect(missing(), `${lever.name}: ${tightened} tightened, ${refused} refused`).to.equal(false);
      if (lever.neverTighter === true) expect(tightened, lever.name).to.equal(0);
    }
  });

  it("adds pauses and takes none away", async () => {
    await as().pauseCredit(0, 5);
    await as().pauseCredit(0, 2);
    expect((await w.engine.assetInfo(0)).pauses).to.equal(7n);
    await as().pauseReserve(3, 1);
    await as().pauseReserve(3, 2);
    await expect(as().pauseCredit(0, 16)).to.be.revertedWithCustomError(w.engine, "ParameterOutOfBounds");
    await expect(as().pauseReserve(3, 4)).to.be.revertedWithCustomError(w.reserve, "ParameterOutOfBounds");
  });

  it("obeys nobody but its holder", async () => {
    const other = w.guardian.connect(w.people.bob);
    const { ZeroHash } = w.ethers;
    const attempts: readonly (() => Promise<unknown>)[] = [
      () => other.pauseCredit(0, 1),
      () => other.pauseReserve(3, 1),
      () => other.lowerAssetCap(0, 0),
      () => other.lowerDebtCeiling(0),
      () => other.lowerFacilitatorCap(w.people.bob, 0),
      () => other.lowerFlashMintCap(0),
      () => other.raiseHaircut(0, 9_000),
      () => other.lowerVaultCaps(w.book.vaults.USDC!, 0, 0),
      () => other.cancel([], [], [], ZeroHash, ZeroHash),
    ];
    for (const attempt of attempts) {
      await expect(attempt()).to.be.revertedWithCustomError(w.guardian, "NotHolder").withArgs(w.people.bob.address);
    }
    await expect(other.dismiss()).to.be.revertedWithCustomError(w.guardian, "NotTimelock");
    await expect(as().dismiss()).to.be.revertedWithCustomError(w.guardian, "NotTimelock");
  });

  /** Everything that the guardian may do, as far as it goes. */
  const worst = async (): Promise<void> => {
    for (const asset of [0, 1, 2, 3]) {
      await as().pauseCredit(asset, 15);
      await as().pauseReserve(asset, 3);
      await as().lowerAssetCap(asset, 0);
      await as().raiseHaircut(asset, (await w.risk.assetParameters(asset)).clamps.maxInitial);
    }
    await as().lowerDebtCeiling(0);
    for (const facilitator of await w.dollar.facilitators()) await as().lowerFacilitatorCap(facilitator, 0);
    await as().lowerFlashMintCap(0);
    await as().lowerVaultCaps(w.book.vaults.USDC!, 0, 0);
  };

  it("can do its worst, and nobody becomes liquidatable, today or later, and everybody gets out", async () => {
    const { people, engine, lens, reserve, usdc, weth } = w;
    const deposit = 100n * WAD;
    await w.borrow(people.alice, deposit, 3_000n * WAD);
    await w.borrow(people.bob, deposit, 0n);
    await w.issue(people.alice, 2_000n * WAD);

    const healthOf = async (): Promise<bigint> => (await lens.healths([people.alice.address]))[0]!.maintenanceLimit;

    const undisturbed = await w.networkHelpers.takeSnapshot();
    await w.wait(60 * 86_400);
    await w.refresh();
    const later = await healthOf();
    await undisturbed.restore();

    const now = await healthOf();
    await worst();
    expect(await healthOf(), "at once").to.equal(now);
    await w.wait(60 * 86_400);
    await w.refresh();
    expect(await healthOf(), "two months later").to.equal(later);

    // Out: redeem, repay, withdraw.
    await reserve.connect(people.alice).redeem(3, 100n * WAD, 0, people.alice.address);
    expect((await usdc.balanceOf(people.alice)) > 0n).to.equal(true);
    await engine.connect(people.alice).repay(2n ** 256n - 1n, people.alice.address);
    for (const who of [people.alice, people.bob]) {
      await engine.connect(who).withdraw(0, 2n ** 256n - 1n, who.address, who.address);
      expect(await weth.getFunction("balanceOf").staticCall(who.address)).to.equal(deposit);
    }
  });

  /** Alice owes, and the guardian has done its worst, when ether falls. @param eth Eight decimals. */
  const crash = async (eth: bigint): Promise<void> => {
    const { people } = w;
    await w.borrow(people.alice, 100n * WAD, 7_000n * WAD);
    await w.issue(people.bob, 9_000n * WAD);
    await worst();
    await w.refresh({ eth, btc: 7_935_00000000n, usdc: 1_00000000n });
  };

  it("does not stop liquidation with its worst", async () => {
    const { people, engine, lens } = w;
    await crash(7_500_000_000n);
    const [before] = await lens.healths([people.alice.address]);
    expect(before!.health < WAD).to.equal(true);
    await engine.connect(people.bob).liquidate([{ account: people.alice.address, maxRepay: 2n ** 256n - 1n }], "0x");
    const [after] = await lens.healths([people.alice.address]);
    expect(after!.debt < before!.debt).to.equal(true);
    // What was seized leaves as well.
    await engine.connect(people.bob).withdraw(0, 2n ** 256n - 1n, people.bob.address, people.bob.address);
  });

  it("does not stop absorption with its worst", async () => {
    const { people, engine } = w;
    // What she has is worth less than she owes: nobody would pay for it.
    await crash(4_000_000_000n);
    expect(await engine.debtOf(people.alice.address)).to.not.equal(0n);
    await engine.connect(people.bob).absorb([people.alice.address]);
    expect(await engine.debtOf(people.alice.address)).to.equal(0n);
  });
});

/** With ten bits of mantissa, rounded down. */
function floored(value: bigint): bigint {
  const bits = value.toString(2).length;
  const shift = bits > 10 ? BigInt(bits - 10) : 0n;
  return (value >> shift) << shift;
}
