/** What is measured, and where figures are kept. */

/** Operations in the order of the table. */
export const OPERATIONS = [
  "depositFirst",
  "depositAgain",
  "borrowFirst",
  "borrowAgain",
  "borrowAgainAll",
  "repay",
  "withdraw",
  "withdrawAll",
  "liquidateOne",
  "liquidateOneOut",
  "liquidateTen",
  "liquidateFifty",
  "liquidateMarginal",
  "absorbOne",
  "absorbFifty",
  "absorbMarginal",
  "issue",
  "redeem",
  "auctionOpen",
  "auctionFill",
  "observe8",
  "observe16",
  "refresh8",
] as const;

export type Operation = (typeof OPERATIONS)[number];

/** Who is measured: this protocol with 1, 3 and 8 collaterals an account, or where their number plays no part, and its peers with one. */
export const COLUMNS = ["plimsoll", "plimsoll1", "plimsoll3", "plimsoll8", "morphoBlue", "aaveV3"] as const;

export type Column = (typeof COLUMNS)[number];

/** Columns of others. */
export const PEERS = ["morphoBlue", "aaveV3"] as const satisfies readonly Column[];

/** Gas of one operation, by who was measured. */
export type Row = Partial<Record<Column, number>>;

/** Gas of all operations. */
export type Figures = Partial<Record<Operation, Row>>;

/** The most that an operation may cost with three collaterals, or where their number plays no part: what is aimed at. {gas} */
export const GOALS: Readonly<Partial<Record<Operation, number>>> = {
  depositAgain: 53_000,
  borrowAgain: 80_000,
  borrowAgainAll: 98_000,
  repay: 52_000,
  withdraw: 73_000,
  withdrawAll: 91_000,
  liquidateOne: 132_000,
  liquidateOneOut: 160_000,
  liquidateMarginal: 15_000,
  absorbMarginal: 13_000,
  issue: 130_000,
  redeem: 130_000,
  auctionOpen: 150_000,
  auctionFill: 150_000,
  observe8: 270_000,
  observe16: 630_000,
  refresh8: 250_000,
};

/** With which row of the peers an operation that they do not have is compared. */
export const COMPARED: Readonly<Partial<Record<Operation, Operation>>> = {
  absorbOne: "liquidateOne",
  absorbFifty: "liquidateFifty",
  absorbMarginal: "liquidateMarginal",
};

/** Where only an account with one collateral does what the peers' does: with more of them it is not the account's first deposit. */
export const ALIKE_WITH_ONE: ReadonlySet<Operation> = new Set(["depositFirst"]);

/** What an operation costs each further account of a batch. {gas}, rounded up */
export function marginal(first: number, all: number, accounts: number): number {
  return Math.ceil((all - first) / (accounts - 1));
}

/** Adds a figure; measuring something twice is a mistake. */
export function note(figures: Figures, operation: Operation, column: Column, gas: number): void {
  const row = (figures[operation] ??= {});
  if (row[column] !== undefined) throw new Error(`${operation} of ${column} was measured twice`);
  row[column] = gas;
}

/** The row with the peers' figures that it is to be compared with. */
export function compared(figures: Figures, operation: Operation): Row {
  const row = figures[operation] ?? {};
  const other = COMPARED[operation];
  if (other === undefined) return row;
  const theirs = Object.fromEntries(
    PEERS.flatMap((peer) => {
      const gas = figures[other]?.[peer];
      return gas === undefined ? [] : [[peer, gas] as const];
    }),
  );
  return { ...theirs, ...row };
}

/** Which columns of a row cost least; none where there is nothing to compare. */
export function winners(row: Row): Column[] {
  const entries = COLUMNS.flatMap((column) => {
    const gas = row[column];
    return gas === undefined ? [] : [[column, gas] as const];
  });
  if (!PEERS.some((peer) => row[peer] !== undefined)) return [];
  const least = Math.min(...entries.map(([, gas]) => gas));
  return entries.filter(([, gas]) => gas === least).map(([column]) => column);
}
