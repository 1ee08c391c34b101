import { expect } from "chai";

import { Tips } from "../../../keeper/jobs/tips.js";

const WAD = 10n ** 18n;
const OWNER = `0x${"11".repeat(20)}`;
/** {plUSD} of a withdrawal's gas. */
const COST = WAD / 10n;

/** A key with so much of asset 3 in the engine's ledger, at 2 USD a unit. {ledger} */
function holding(amount: bigint, { debtShares = 0n, priced = true } = {}): Tips {
  const price = priced ? Promise.resolve({ low: 2n * WAD }) : undefined;
  const contracts = {
    engine: {
      position: () => Promise.resolve({ debtShares, holdings: [(3n << 248n) | amount] }),
      withdraw: { populateTransaction: (asset: bigint, ...rest: unknown[]) => Promise.resolve({ asset, rest }) },
    },
    oracle: { price: () => price ?? Promise.reject(Object.assign(new Error("reverts"), { code: "CALL_EXCEPTION" })) },
    risk: { unitDecimals: () => Promise.resolve(0n) },
  };
  const desk = {
    signer: { getAddress: () => Promise.resolve(OWNER) },
    gasCost: () => Promise.resolve({ of: () => COST }),
  };
  return new Tips(
    contracts as unknown as ConstructorParameters<typeof Tips>[0],
    desk as unknown as ConstructorParameters<typeof Tips>[1],
  );
}

describe("keeper: tips", () => {
  it("are taken out once they are worth twenty times the gas", async () => {
    // 2 plUSD is twenty times a tenth.
    expect((await holding(0n).due()).due).to.equal(false);
    const verdict = await holding(1n).due();
    expect(verdict.due && verdict.calls.map(({ subject }) => subject)).to.deep.equal(["3"]);
    expect(verdict.due && verdict.urgent).to.equal(false);
  });

  it("stay while the key has a debt of its own: then they are collateral", async () => {
    expect(await holding(1_000n, { debtShares: 1n }).due()).to.deep.equal({
      due: false,
      reason: "the key has a debt of its own",
    });
  });

  it("stay while nobody knows what they are worth", async () => {
    expect((await holding(1_000n, { priced: false }).due()).due).to.equal(false);
  });
});
