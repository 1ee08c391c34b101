/** Amounts as the engine's events carry them: packed like an account in storage. */

const DEBT_BITS = 64n;
const BITMAP_BITS = 16n;
const HEADER_RANKS = 3;
const HEADER_BALANCE_BITS = 58n;
const WORD_BALANCE_BITS = 64n;
const LANES = 4;

/** What an event says was removed from an account. */
export interface SliceAmounts {
  /** {share} */
  readonly debtShares: bigint;
  /** By asset number. {ledger} */
  readonly amounts: ReadonlyMap<number, bigint>;
}

function bits(word: bigint, offset: bigint, width: bigint): bigint {
  return (word >> offset) & ((1n << width) - 1n);
}

/** Reads `slice` of the events `Liquidate` and `Absorb`: header first, then words of four balances. */
export function decodeSlice(packed: readonly bigint[]): SliceAmounts {
  const header = packed[0];
  if (header === undefined) throw new RangeError("a slice has at least one word");
  const held = bits(header, DEBT_BITS, BITMAP_BITS);
  const amounts = new Map<number, bigint>();
  let rank = 0;
  for (let asset = 0; asset < Number(BITMAP_BITS); asset++) {
    if (((held >> BigInt(asset)) & 1n) === 0n) continue;
    if (rank < HEADER_RANKS) {
      const offset = DEBT_BITS + BITMAP_BITS + BigInt(rank) * HEADER_BALANCE_BITS;
      amounts.set(asset, bits(header, offset, HEADER_BALANCE_BITS));
    } else {
      const beyond = rank - HEADER_RANKS;
      const word = packed[1 + Math.floor(beyond / LANES)];
      if (word === undefined) throw new RangeError(`a slice of ${rank + 1} assets lacks words`);
      amounts.set(asset, bits(word, BigInt(beyond % LANES) * WORD_BALANCE_BITS, WORD_BALANCE_BITS));
    }
    rank += 1;
  }
  return { debtShares: bits(header, 0n, DEBT_BITS), amounts };
}
