import { expect } from "chai";
import { network } from "hardhat";

import {
  IPriceOracle__factory,
  type IRisk,
  type RampsHarness,
  type SettableOracle,
} from "../../../types/contracts/index.js";
import { aim, deployRiskModel, listPinned } from "../../support/risk.js";
import {
  DAY,
  Random,
  ReferenceAsset,
  term,
  type Paces,
  type Status,
  type Targets,
  type TwoSided,
} from "./reference.js";

const ASSETS = 16n;
const EPISODES = 30;
const ACCOUNTS_PER_EPISODE = 6;
const STATUSES: readonly Status[] = ["unpriced", "disagreeing", "live"];
const MAX_MAINTENANCE = 9_000n;
const UNLIMITED = 2n ** 256n - 1n;

/** What `borrowLimit` over a cold model and the double's one-slot prices may cost: its execution alone, without the 21,000. */
const CEILINGS: Readonly<Record<string, bigint>> = {
  "borrowLimit, 1 asset": 11_900n,
  "borrowLimit, 3 assets": 21_500n,
  "borrowLimit, 3 assets, first enough": 12_000n,
  "borrowLimit, 1 asset, ramping": 18_800n,
  "maintenanceLimit, 3 assets": 21_600n,
  "of which the double's price of an asset": 5_800n,
};

interface Holding {
  asset: bigint;
  balance: bigint;
}

const encode = (holdings: readonly Holding[]): bigint[] =>
  holdings.map(({ asset, balance }) => (asset << 248n) | balance);

async function deploy(paces: Paces) {
  const connection = await network.create();
  const { ethers } = connection;
  const [governor] = await ethers.getSigners();
  const manager = await ethers.deployContract("AccessManager", [governor?.address]);
  const oracle: SettableOracle = await ethers.deployContract("SettableOracle");
  const model: RampsHarness = await ethers.deployContract("RampsHarness", [
    await manager.getAddress(),
    await oracle.getAddress(),
    paces,
  ]);
  const now = async (): Promise<bigint> => BigInt((await ethers.provider.getBlock("latest"))?.timestamp ?? 0);
  return { connection, ethers, oracle, model, now };
}

/** The risk model itself, as it is deployed. */
async function deployModel(paces: Paces) {
  const { ethers } = await network.create();
  const [governor] = await ethers.getSigners();
  const manager = await ethers.deployContract("AccessManager", [governor?.address]);
  const oracle: SettableOracle = await ethers.deployContract("SettableOracle");
  const model = await deployRiskModel(ethers, await manager.getAddress(), await oracle.getAddress(), paces);
  return { ethers, oracle, model };
}

const bounds = { minInitial: 0n, maxInitial: 10_000n, minMaintenance: 100n, maxMaintenance: MAX_MAINTENANCE };

function randomPaces(random: Random): Paces {
  return {
    maintenanceRise: random.between(10n, 2_000n),
    initialFall: random.between(1n, 2_000n),
    depthFall: random.between(10n, 5_000n),
    minGap: random.between(50n, 2_000n),
  };
}

function randomTargets(random: Random): Targets {
  return {
    initialHaircut: random.between(0n, 10_000n),
    maintenanceHaircut: random.between(100n, MAX_MAINTENANCE),
    depth: random.ofBits(0n, 75n),
  };
}

function randomPrice(random: Random): TwoSided {
  const low = random.ofBits(40n, 99n);
  const pick = random.between(0n, 9n);
  return {
    low,
    high: low + (low * random.between(0n, 300n)) / 10_000n,
    status: STATUSES[Number(pick < 2n ? pick : 2n)] ?? "live",
  };
}

describe("Haircut ramps against a second implementation", () => {
  it("gives the same limits for random accounts, through random governance and time", async () => {
    const seed = BigInt(process.env.PLIMSOLL_SEED ?? Date.now());
    console.log(`      seed ${seed} (repeat with PLIMSOLL_SEED=${seed})`);
    const random = new Random(seed);
    let paces = randomPaces(random);
    const { connection, model, oracle, now } = await deploy(paces);
    const since = await now();
    const assets: ReferenceAsset[] = [];
    const prices: TwoSided[] = [];
    const delisted = new Set<bigint>();

    for (let id = 0n; id < ASSETS; id++) {
      const unitDecimals = random.between(0n, 18n);
      const first = randomTargets(random);
      prices.push({ low: 1n, high: 1n, status: "live" });
      await oracle.set(id, 1n, 1n, STATUSES.indexOf("live"));
      await model.listAsset(id, unitDecimals, bounds, first);
      assets.push(new ReferenceAsset(unitDecimals, MAX_MAINTENANCE, first, await now(), paces, since));
    }
    // The risk model passes on an error that the oracle's interface declares.
    const oracleErrors = { interface: IPriceOracle__factory.createInterface() };
    const known = <T>(list: readonly T[], id: bigint): T => {
      const entry = list[Number(id)];
      if (entry === undefined) throw new RangeError(`no asset ${id}`);
      return entry;
    };

    const borrowTerm = ({ asset, balance }: Holding, time: bigint): bigint => {
      const price = known(prices, asset);
      const inForce = known(assets, asset).at(time);
      if (price.status !== "live") return 0n;
      return term(price.low, balance, inForce.borrowDepth, known(assets, asset).unitDecimals, inForce.initial);
    };
    const maintenanceTerm = ({ asset, balance }: Holding, time: bigint): bigint => {
      const inForce = known(assets, asset).at(time);
      const { unitDecimals } = known(assets, asset);
      return term(known(prices, asset).high, balance, inForce.maintenanceDepth, unitDecimals, inForce.maintenance);
    };

    for (let episode = 0; episode < EPISODES; episode++) {
      // Governance.
      for (let id = 0n; id < ASSETS; id++) {
        const act = random.between(0n, 11n);
        if (delisted.has(id)) continue;
        if (act === 0n) {
          await model.delist(id);
          delisted.add(id);
          known(assets, id).delist(await now());
        } else if (act <= 3n) {
          const targets = randomTargets(random);
          await model.setTargets(id, targets);
          known(assets, id).setTargets(targets, await now());
        }
        if (random.between(0n, 3n) === 0n) {
          const price = randomPrice(random);
          prices[Number(id)] = price;
          await oracle.set(id, price.low, price.high, STATUSES.indexOf(price.status));
        }
      }
      if (random.between(0n, 4n) === 0n) {
        paces = randomPaces(random);
        await model.setPaces(paces);
        const time = await now();
        for (const asset of assets) asset.setPaces(paces, time);
      }

      // Time.
      await connection.networkHelpers.time.increase(random.between(1n, DAY * 2n) / 10n ** random.between(0n, 4n) + 1n);
      const time = await now();

      for (let id = 0n; id < ASSETS; id++) {
        const { initial, maintenance, borrowDepth, maintenanceDepth } = known(assets, id).at(time);
        expect(await model.haircuts(id), `haircuts of ${id}`).to.deep.equal([initial, maintenance]);
        expect(await model.depths(id), `depths of ${id}`).to.deep.equal([borrowDepth, maintenanceDepth]);
      }

      for (let i = 0; i < ACCOUNTS_PER_EPISODE; i++) {
        const mask = random.between(0n, 2n ** ASSETS - 1n);
        const holdings: Holding[] = [];
        for (let asset = 0n; asset < ASSETS; asset++) {
          if ((mask >> asset) & 1n) holdings.push({ asset, balance: random.ofBits(0n, 64n) });
        }
        const list = encode(holdings);

        const limit = holdings.reduce((sum, holding) => sum + maintenanceTerm(holding, time), 0n);
        expect(await model.maintenanceLimit(list), "maintenanceLimit").to.equal(limit);

        const all = holdings.reduce((sum, holding) => sum + borrowTerm(holding, time), 0n);
        expect(await model.borrowLimit(list, UNLIMITED, false), "borrowLimit").to.equal(all);
        const unpriced = holdings.find(({ asset }) => known(prices, asset).status === "unpriced");
        if (unpriced === undefined) {
          expect(await model.borrowLimit(list, 0n, true), "complete borrowLimit").to.equal(all);
        } else {
          await expect(model.borrowLimit(list, 0n, true))
            .to.be.revertedWithCustomError(oracleErrors, "AssetUnpriced")
            .withArgs(unpriced.asset);
        }

        const enough = random.between(0n, all + 1n);
        let partial = 0n;
        for (const holding of holdings) {
          if (partial >= enough) break;
          partial += borrowTerm(holding, time);
        }
        expect(await model.borrowLimit(list, enough, false), "borrowLimit up to enough").to.equal(partial);
      }
    }
  });
});

describe("RiskModel: gas of valuing holdings", () => {
  const measured = new Map<string, bigint>();
  let world: Awaited<ReturnType<typeof deployModel>>;

  const paces: Paces = { maintenanceRise: 200n, initialFall: 100n, depthFall: 1_000n, minGap: 500n };
  const targets: Targets = { initialHaircut: 3_000n, maintenanceHaircut: 2_000n, depth: 10n ** 13n };

  before(async () => {
    world = await deployModel(paces);
    for (let id = 0n; id < 3n; id++) {
      await world.oracle.set(id, 2_000n * 10n ** 18n, 2_010n * 10n ** 18n, STATUSES.indexOf("live"));
      await listPinned(world.model, id, 8n, bounds, targets);
    }
  });

  after(() => {
    for (const [what, gas] of measured) console.log(`      ${what.padEnd(38)}${gas.toString().padStart(8)}`);
  });

  /** Sends the view call as a transaction of its own, so that every slot is cold, and takes off what a transaction costs. */
  async function measure(what: string, data: string, target: IRisk | SettableOracle = world.model): Promise<void> {
    const { ethers } = world;
    const [sender] = await ethers.getSigners();
    const sent = await sender?.sendTransaction({ to: await target.getAddress(), data });
    const used = (await sent?.wait())?.gasUsed ?? 0n;
    const bytes = ethers.getBytes(data);
    const zeros = bytes.filter((byte) => byte === 0).length;
    const gas = used - 21_000n - BigInt(zeros * 4 + (bytes.length - zeros) * 16);
    measured.set(what, gas);
    expect(gas, what).to.be.within(1n, CEILINGS[what] ?? 0n);
  }

  it("values one and three holdings within the ceilings", async () => {
    const { model, oracle } = world;
    const one = encode([{ asset: 0n, balance: 10n ** 8n }]);
    const three = encode([0n, 1n, 2n].map((asset) => ({ asset, balance: 10n ** 8n })));
    const borrow = (list: bigint[], enough: bigint): string =>
      model.interface.encodeFunctionData("borrowLimit", [list, enough, false]);
    await measure("borrowLimit, 1 asset", borrow(one, UNLIMITED));
    await measure("borrowLimit, 3 assets", borrow(three, UNLIMITED));
    await measure("borrowLimit, 3 assets, first enough", borrow(three, 1_000n * 10n ** 18n));
    await measure("maintenanceLimit, 3 assets", model.interface.encodeFunctionData("maintenanceLimit", [three]));
    await measure(
      "of which the double's price of an asset",
      oracle.interface.encodeFunctionData("price", [0n]),
      oracle,
    );
    await aim(model, 0n, { ...targets, maintenanceHaircut: 2_500n });
    await measure("borrowLimit, 1 asset, ramping", borrow(one, UNLIMITED));
  });
});
