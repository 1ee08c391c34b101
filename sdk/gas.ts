/** Room above what a node estimates that a transaction needs: between estimate and inclusion, prices and other transactions move. */

/** What is asked for, of what is estimated. % */
const GAS_HEADROOM_PERCENT = 130n;
/** No transaction may have more: EIP-7825. */
export const MAX_TRANSACTION_GAS = 1n << 24n;

/** An estimate with 30% of room, as far as one transaction may have it. Estimates beyond that are left for the node to refuse. */
export function withHeadroom(estimate: bigint): bigint {
  const wanted = (estimate * GAS_HEADROOM_PERCENT) / 100n;
  if (wanted <= MAX_TRANSACTION_GAS) return wanted;
  return estimate > MAX_TRANSACTION_GAS ? estimate : MAX_TRANSACTION_GAS;
}
