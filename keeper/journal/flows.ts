/** What a transaction brought and cost, by token. */

/**
 * Tokens that came in (above 0) or went out by a transaction, by the token's address; and, under {@link creditOf} it, what of it came into the engine's
 * ledger or left that: tips are paid there. Token units
 */
export type Flows = Readonly<Record<string, bigint>>;

const CREDIT = "credit:";

/** The key under which {@link Flows} have what of a token is in the engine's ledger. */
export function creditOf(token: string): string {
  return CREDIT + token;
}

/** What a key of {@link Flows} means. */
export function meaningOf(key: string): { readonly token: string; readonly inLedger: boolean } {
  const inLedger = key.startsWith(CREDIT);
  return { token: inLedger ? key.slice(CREDIT.length) : key, inLedger };
}
