/** How markets on Uniswap v3 are read, on every network. */

/** How plUSD's own price is read: the mean of its pool with USDC over so long, if so much liquidity was in range. s */
export const DOLLAR_FEED = { fee: 100, window: 1_800, minLiquidity: 10n ** 15n } as const;

/** Over which the liquidity of pools is averaged. {s} */
export const DEPTH_WINDOW = 1_800;
