/** As clients say that an account cannot pay for what it sends: geth and those that follow it, Nethermind, and ethers for them. */
const CANNOT_PAY = /insufficient ?funds|enough funds|exceeds account balance|gas required exceeds allowance/i;

/** @param text What a client said. */
export function cannotPay(text: string): boolean {
  return CANNOT_PAY.test(text);
}
