import { expect } from "chai";

import { DOLLAR, type ReserveConfig } from "../../../keeper/config.js";
import type { AuctionBook, Running } from "../../../keeper/jobs/auctions.js";
import { OpenAuctions } from "../../../keeper/jobs/open.js";
import { DOLLAR_ASSET, type ReserveContracts } from "../../../keeper/reserve-contracts.js";
import { present } from "../../../sdk/present.js";

const BPS = 10_000n;
const DURATION = 1_800;
const BLOCK = 12;
const HOUR = 3_600;
const DAY = 86_400;
/** {USD, ledger} */
const MIN_LOT = 1_000n;
/** Held by the reserve; a ledger unit of anything is a dollar. */
const NAV = 3_200_000n;
/** Ether, bitcoin, staked ether, USDC: after a crash, against what is shipped. bps */
const WEIGHTS = [3_000n, 1_400n, 1_700n, 3_900n];
const TARGETS = [2_000n, 2_000n, 1_000n, 5_000n];
const BANDS = [200n, 200n, 200n, 300n];

/** Auctions by the Rebalancer's rules, as far as opening goes, that nobody ever bids for. */
class NobodyBids {
  now = 1_800_000_000;
  readonly short: boolean;
  readonly #auctions = new Map<string, Running>();
  /** Openings, by what was bought. */
  readonly opened = new Map<bigint, number>();

  constructor(short: boolean) {
    this.short = short;
  }

  running(): Running[] {
    return [...this.#auctions.values()];
  }

  #next(sold: bigint, bought: bigint): { lot: bigint; scale: bigint } {
    const last = this.#auctions.get(`${sold.toString()} ${bought.toString()}`);
    const over = last !== undefined && this.now > last.endsAt;
    let scale = last === undefined ? BPS : over && last.scale > 1n ? last.scale / 2n : last.scale;
    if (over) scale <<= BigInt(Math.min(Math.floor((this.now - last.endsAt) / DAY), 14));
    if (scale > BPS) scale = BPS;
    const above = present(WEIGHTS[Number(sold)]) - present(TARGETS[Number(sold)]);
    let needed = (above * NAV) / BPS;
    if (bought === DOLLAR_ASSET) {
      needed = (needed * BPS) / (BPS - present(TARGETS[Number(sold)]));
    } else {
      const room = ((present(TARGETS[Number(bought)]) - present(WEIGHTS[Number(bought)])) * NAV) / BPS;
      if (room < needed) needed = room;
    }
    let lot = (needed * scale) / BPS;
    if (lot < MIN_LOT) lot = needed < MIN_LOT ? needed : MIN_LOT;
    if (lot < MIN_LOT || (last !== undefined && !over && lot < 4n * last.left)) {
      throw Object.assign(new Error("reverts"), { code: "CALL_EXCEPTION", reason: "refused" });
    }
    return { lot, scale };
  }

  lot(sold: bigint, bought: bigint): bigint {
    return this.#next(sold, bought).lot;
  }

  open(sold: bigint, bought: bigint): void {
    const { lot, scale } = this.#next(sold, bought);
    const times = { startedAt: this.now, endsAt: this.now + DURATION };
    this.#auctions.set(`${sold.toString()} ${bought.toString()}`, { sold, bought, left: lot, scale, ...times });
    this.opened.set(bought, (this.opened.get(bought) ?? 0) + 1);
  }
}

interface Opening {
  readonly sold: bigint;
  readonly bought: bigint;
}

/** The job, asked each half a minute and when it wants to be, whose transactions are in the next block. */
async function play(market: NobodyBids, seconds: number, routes: ReserveConfig["routes"]): Promise<void> {
  const rebalancer = {
    weights: () => Promise.resolve({ now_: WEIGHTS, targets: TARGETS, bands: BANDS }),
    derisking: () => Promise.resolve({ buysDollar: false }),
    open: {
      // eslint-disable-next-line @typescript-eslint/require-await -- it must reject, not throw
      staticCall: async (sold: bigint, bought: bigint) => market.lot(sold, bought),
      populateTransaction: (sold: bigint, bought: bigint) => Promise.resolve({ sold, bought }),
    },
  };
  const amounts = WEIGHTS.map((weight) => (weight * NAV) / BPS);
  const contracts = {
    rebalancer,
    reserve: { booked: () => Promise.resolve({ mask: 15n, amounts }) },
    sheet: { stored: () => Promise.resolve({ short: market.short }) },
  } as unknown as ReserveContracts;
  const book = { running: () => Promise.resolve(market.running()) } as unknown as AuctionBook;
  const job = new OpenAuctions(contracts, book, { routes } as ReserveConfig);
  const end = market.now + seconds;
  let asleep = 0;
  let waiting: Opening[] = [];
  while (market.now < end) {
    market.now += BLOCK;
    for (const { sold, bought } of waiting) market.open(sold, bought);
    waiting = [];
    if (market.now < asleep) continue;
    const verdict = await job.due({ number: market.now, timestamp: market.now, baseFee: 0n });
    asleep = Math.min(market.now + 30, job.wakeAt ?? Infinity);
    if (verdict.due) waiting = verdict.calls.map(({ transaction }) => transaction as unknown as Opening);
  }
}

const ALL_ROUTES = [0, 2].flatMap((sold) =>
  [1, 3, DOLLAR].map((bought) => ({ sold, bought, path: "0x" })),
) as ReserveConfig["routes"];

describe("keeper: which auctions are opened while nobody bids", () => {
  const cases: [string, ReserveConfig["routes"]][] = [
    ["routes for all", ALL_ROUTES],
    ["no routes", []],
  ];
  for (const [what, routes] of cases) {
    it(`sells for plUSD from the first block on while capital is short: ${what}`, async () => {
      const market = new NobodyBids(true);
      await play(market, 2 * BLOCK, routes);
      expect(market.opened.get(DOLLAR_ASSET), "both heavy assets").to.equal(2);
      expect(market.opened.size, "and for assets").to.be.above(1);
    });
  }

  it("does not sell for plUSD while capital is not short", async () => {
    const market = new NobodyBids(false);
    await play(market, 6 * HOUR, ALL_ROUTES);
    expect(market.opened.get(DOLLAR_ASSET)).to.equal(undefined);
  });

  it("opens what nobody wants ever more seldom: on the third day each pair once or twice", async () => {
    const market = new NobodyBids(true);
    const total = (): number => [...market.opened.values()].reduce((sum, n) => sum + n, 0);
    await play(market, DAY, ALL_ROUTES);
    const first = total();
    await play(market, DAY, ALL_ROUTES);
    const second = total();
    await play(market, DAY, ALL_ROUTES);
    const pairs = market.running().length;
    console.log(
      `      ${pairs.toString()} pairs: ${first.toString()}, ${(second - first).toString()}, ${(total() - second).toString()} openings a day (48 each before)`,
    );
    expect(first).to.be.at.most(7 * pairs);
    expect(total() - second).to.be.at.most(2 * pairs);
    expect(total() - second, "not given up").to.be.above(0);
  });
});
