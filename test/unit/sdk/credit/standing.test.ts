import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";

import { fatalFall, standingAt } from "../../../../app/src/data/what-if.js";
import type { AddressBook } from "../../../../sdk/addresses.js";
import type { Position } from "../../../../sdk/credit/valuation.js";
import { standingOf } from "../../../../sdk/credit/standing.js";
import { combined, positions, protocol, read, termsOf, type Protocol } from "../../../../sdk/reads/index.js";
import type { CreditLens } from "../../../../types/contracts/index.js";
import { running } from "../../../support/gas-world.js";
import { Random } from "../../../support/random.js";
import { UNIT } from "../../../support/sheet-world.js";
import type { WholeWorld } from "../../../support/whole-world.js";
import { at, WAD } from "../../../support/world.js";

/** The feeds' answers have 8 decimals, prices 18. */
const ANSWER = 10n ** 10n;
const PERCENT = 100n;
const BPS = 10_000n;
const ACCOUNTS = 8;
const ASSETS = 8;
/** What an account deposits of an asset is worth so much. {USD} */
const [LEAST, MOST] = [3_000n, 60_000n];
/** The first accounts: one asset and three that matter each, and many of which none matters alone. The others are drawn. Loads in % of the limit. */
const KINDS: readonly { readonly count: bigint; readonly load: bigint }[] = [
  { count: 1n, load: 99n },
  { count: 3n, load: 98n },
  { count: 3n, load: 97n },
  { count: BigInt(ASSETS), load: 30n },
];

/** What the SDK says of prices at which accounts fail, against what the chain says once its feeds have these prices. */
describe("standing", () => {
  const random = Random.fresh();
  let world: WholeWorld;
  let lens: CreditLens;
  /** Of the feeds before anything moves. {USD/tok} 8 decimals, whole multiples of 100 */
  let answers: bigint[];
  let owners: HardhatEthersSigner[];
  let seen: Protocol;
  let held: ReadonlyMap<string, Position>;

  before(async function () {
    this.timeout(120_000);
    world = await running(ASSETS);
    const { ethers, engine, sheet, dollar } = world;
    lens = await ethers.deployContract("CreditLens", [engine]);
    owners = (await ethers.getSigners()).slice(3, 3 + ACCOUNTS);
    answers = [];
    for (const feed of world.feeds) {
      const contract = await ethers.getContractAt("OneSlotFeed", feed);
      answers.push(await contract.latestAnswer());
    }
    for (const [i, owner] of owners.entries()) {
      const { count, load } = KINDS[i] ?? { count: random.between(2n, BigInt(ASSETS)), load: random.between(30n, 99n) };
      const rest = Array.from({ length: ASSETS }, (_, asset) => asset);
      for (let n = 0n; n < count; n++) {
        const [asset = 0] = rest.splice(Number(random.between(0n, BigInt(rest.length - 1))), 1);
        // {ledger}, 8 decimals like the answer
        const amount = (random.between(LEAST, MOST) * UNIT * UNIT) / at(answers, asset);
        await world.give(owner, asset, amount);
        await engine.connect(owner).deposit(asset, amount * 10n ** 10n, owner.address);
      }
      const [{ borrowLimit }] = (await lens.healths([owner.address])) as unknown as [{ borrowLimit: bigint }];
      const loan = (borrowLimit * load) / PERCENT;
      await engine.connect(owner).borrow(loan, owner.address, owner.address);
    }
    const reads = await ethers.deployContract("ReadBatch");
    const [e, l, s, d, r] = await Promise.all([engine, lens, sheet, dollar, reads].map((c) => c.getAddress()));
    const book = {
      chainId: Number((await ethers.provider.getNetwork()).chainId),
      contracts: { engine: e, lens: l, sheet: s, dollar: d, reads: r },
    } as unknown as AddressBook;
    const addresses = owners.map((o) => o.address);
    const query = combined({ protocol: protocol(book), held: positions(book, addresses) });
    ({ protocol: seen, held } = await read(ethers.provider, book, query));
  });
  afterEach(async () => {
    for (const [asset, answer] of answers.entries()) await set(asset, answer);
  });
  after(async () => {
    await world.connection.close();
  });

  /** Gives a feed another answer within the same block: time, and with it interest, stands still. {USD/tok} 8 decimals */
  async function set(asset: number, answer: bigint): Promise<void> {
    const now = BigInt(await world.networkHelpers.time.latest());
    const round = `0x${((now << 192n) | answer).toString(16).padStart(64, "0")}`;
    await world.networkHelpers.setStorageAt(await at(world.feeds, asset).getAddress(), 0, round);
  }

  /** Whether the chain would let it be liquidated, by both of its views. */
  async function fails(owner: string): Promise<boolean> {
    const [one] = await lens.healths([owner]);
    const failing = (await lens.failing([owner], BPS)).length === 1;
    expect(one!.health < WAD, "health and list agree").to.equal(failing);
    return failing;
  }

  const each = (): [string, Position][] => [...held].map(([owner, position]) => [owner, position]);

  it(`knows for each asset alone the price at which an account fails, to the feed's last digit (seed ${random.seed})`, async () => {
    let [flips, never] = [0, 0];
    for (const [owner, position] of each()) {
      const { liquidationPrices, liquidatable } = standingOf(position, termsOf(seen));
      expect(liquidatable).to.equal(false);
      for (const { asset } of position.holdings) {
        const number = Number(asset);
        const price = liquidationPrices.get(asset);
        if (price === undefined) {
          never++;
          await set(number, 1n);
          expect(await fails(owner), `asset ${number} worth nothing`).to.equal(false);
        } else {
          flips++;
          const least = (price + ANSWER - 1n) / ANSWER;
          await set(number, least);
          expect(await fails(owner), `asset ${number} at ${least}`).to.equal(false);
          await set(number, least - 1n);
          expect(await fails(owner), `asset ${number} just below ${least}`).to.equal(true);
        }
        await set(number, at(answers, number));
      }
    }
    expect(flips, "prices that were tried").to.be.at.least(3);
    expect(never, "falls that are not enough").to.be.greaterThan(0);
  });

  it(`knows by how many per cent several assets may fall together (seed ${random.seed})`, async () => {
    let flips = 0;
    for (const [owner, position] of each()) {
      const all = position.holdings.map(({ asset }) => asset);
      const some = all.filter(() => random.oneIn(2n));
      for (const numbers of [all, some.length === 0 ? all.slice(0, 1) : some]) {
        const fall = fatalFall(position, seen, numbers);
        const fallen = async (percent: number): Promise<boolean> => {
          for (const n of numbers) {
            await set(Number(n), (at(answers, Number(n)) * (PERCENT - BigInt(percent))) / PERCENT);
          }
          return await fails(owner);
        };
        const which = `assets ${numbers.join(", ")} of ${all.join(", ")}`;
        // At 100% a feed would answer 0, which is no price.
        if (fall === undefined || fall === 100) expect(await fallen(99), which).to.equal(false);
        else {
          flips++;
          expect(await fallen(fall), `${which}: -${fall}%`).to.equal(true);
          expect(await fallen(fall - 1), `${which}: -${fall - 1}%`).to.equal(false);
        }
        for (const n of numbers) await set(Number(n), at(answers, Number(n)));
      }
    }
    expect(flips).to.be.at.least(ACCOUNTS);
  });

  it(`says to the wei how an account would stand with other prices (seed ${random.seed})`, async () => {
    for (const [owner, position] of each()) {
      const moves = new Map<bigint, number>();
      for (let asset = 0; asset < ASSETS; asset++) {
        if (random.oneIn(4n)) continue;
        const move = random.between(0n, 140n) - 90n;
        moves.set(BigInt(asset), Number(move));
        await set(asset, (at(answers, asset) * (PERCENT + move)) / PERCENT);
      }
      const [there] = await lens.healths([owner]);
      const { debt, borrowLimit, maintenanceLimit, collateralValue, health } = there!;
      const said = standingAt(position, seen, moves);
      expect(said).to.include({ debt, borrowLimit, maintenanceLimit, collateralValue, health });
      expect(said.liquidatable).to.equal(await fails(owner));
      expect(said.available).to.equal(borrowLimit > debt ? borrowLimit - debt : 0n);
      for (const asset of moves.keys()) await set(Number(asset), at(answers, Number(asset)));
    }
  });
});
