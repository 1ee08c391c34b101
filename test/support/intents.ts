/** Intents as the journal's tests write them. */

import { randomUUID } from "node:crypto";

import type { Inclusion, Intent, SignedTransaction } from "../../keeper/journal/types.js";

const hex = (length: number): string => `0x${randomUUID().replaceAll("-", "").repeat(4).slice(0, length)}`;

export function signed(overrides: Partial<SignedTransaction> = {}): SignedTransaction {
  return { hash: hex(64), raw: hex(100), kind: "work", maxFee: 2n * 10n ** 9n, tip: 10n ** 9n, block: 7, ...overrides };
}

export function intentOf(overrides: Partial<Intent> = {}): Intent {
  return {
    id: randomUUID(),
    nonce: 0,
    job: "liquidate",
    subject: "",
    accounts: [`0x${"ab".repeat(20)}`],
    sales: 2,
    // More than a double holds, and below 0.
    expected: -(10n ** 24n + 1n),
    loss: 10n ** 24n + 1n,
    purse: "solvency",
    coinPrice: 2_000n * 10n ** 18n,
    gasPrice: 3n * 10n ** 9n,
    call: { to: `0x${"cd".repeat(20)}`, data: "0x1234", value: 1n, gasLimit: 500_000n },
    time: 1_800_000_000,
    state: "prepared",
    transactions: [signed()],
    ...overrides,
  };
}

export function inclusionOf(overrides: Partial<Inclusion> = {}): Inclusion {
  return {
    hash: hex(64),
    block: 12,
    blockHash: hex(64),
    succeeded: true,
    gasUsed: 21_000n,
    fee: 10n ** 15n,
    ...overrides,
  };
}
