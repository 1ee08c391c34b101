/** The lending market of a local chain: what it lends, to whom, and at which rate. */

const USDC = 10n ** 6n;
const WAD = 10n ** 18n;

export const LENDING = {
  /** Put into the vault by the deployer. {USDC} */
  supplied: 600_000n * USDC,
  /** What the borrower owes, and against what: still solvent at an ether price of 68 USD, below any that the demonstration comes to. {USDC}, {WETH} */
  borrowed: 500_000n * USDC,
  collateral: 9_000n * WAD,
  /** Which of the node's accounts borrows: one that nothing else uses. */
  borrower: 9,
  /** What a borrower pays a year, by how much of the supply is lent out: a line up to the optimum, and a steeper one beyond. bps */
  rates: {
    optimalUsageRatio: 9_000,
    baseVariableBorrowRate: 200,
    variableRateSlope1: 400,
    variableRateSlope2: 6_000,
  },
  /** The market's own part of the interest. bps */
  reserveFactor: 1_000,
  /** How far ether may be borrowed against, where it is liquidated, and what a liquidator pays in all. bps */
  ether: { loanToValue: 8_000, threshold: 8_300, bonus: 10_500 },
} as const;
