/** Where something is on the chain, as one number: whatever comes later is larger. */

/** A block has fewer events than that; and 2^53 of it all is far away. */
const IN_BLOCK = 2 ** 20;

/** What a view says is so at the end of its block. */
export const END = IN_BLOCK - 1;

/** @param log Of an event in its block. */
export function placeOf(block: number, log: number): number {
  return block * IN_BLOCK + log;
}

export function blockAt(place: number): number {
  return Math.floor(place / IN_BLOCK);
}

export function logAt(place: number): number {
  return place % IN_BLOCK;
}
