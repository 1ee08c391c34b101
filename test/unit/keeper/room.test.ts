import { expect } from "chai";
import { Transaction } from "ethers";

import type { KeeperConfig } from "../../../keeper/config.js";
import { Keeper } from "../../../keeper/keeper.js";
import type { JobName } from "../../../keeper/types.js";
import { localWallet } from "../../../replay/chain/embedded.js";
import type { World } from "../../../replay/scenario/world.js";
import { present } from "../../../sdk/present.js";
import { crash, smallWorlds } from "../../support/scenario.js";

const GWEI = 10n ** 9n;
const CALM = GWEI;

/** What a node says as geth does. {wei} */
const CAP = (fee: bigint): string => `tx fee (${fee.toString()} wei) exceeds the configured cap (1.00 ether)`;

describe("keeper: batches that are too dear", function () {
  this.timeout(240_000);
  const worldWith = smallWorlds();

  interface Outcome {
    readonly gas: bigint;
    readonly accounts: number;
    readonly refused: number;
    readonly succeeded: boolean;
  }

  /** What a keeper sends of a job at a crash, where nodes take no transaction that may cost more than `cap`. {wei} */
  async function sends(
    job: JobName,
    percent: bigint,
    config: Partial<KeeperConfig>,
    { cap, ether }: { cap?: bigint; ether?: bigint } = {},
  ): Promise<Outcome | undefined> {
    const world: World = await worldWith({ accounts: 12 });
    await crash(world, percent);
    await world.chain.mine({ baseFee: CALM });
    const signer = localWallet(1, world.provider);
    if (ether !== undefined) {
      await world.provider.send("hardhat_setBalance", [signer.address, `0x${ether.toString(16)}`]);
    }
    let refused = 0;
    const provider = new Proxy(world.provider, {
      get(target, name) {
        if (name === "send") {
          return async (method: string, params: unknown[]): Promise<unknown> => {
            if (method === "eth_sendRawTransaction" && cap !== undefined) {
              const { gasLimit, maxFeePerGas } = Transaction.from(params[0] as string);
              const fee = gasLimit * present(maxFeePerGas);
              if (fee > cap) {
                refused += 1;
                throw new Error(CAP(fee));
              }
            }
            return (await target.send(method, params)) as unknown;
          };
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    const keeper = new Keeper({ ...world.newKeeper().config, ...config }, { provider, signer });
    const { sent } = await keeper.tick();
    const found = sent.find((s) => s.job === job);
    if (found === undefined) return undefined;
    const transaction = present(await world.provider.getTransaction(found.hash));
    const { gasLimit: gas, maxFeePerGas: fee } = transaction;
    const [accounts, most] = [found.accounts.length, gas * present(fee)];
    // Whether one can be mined after another is not looked at here.
    if (ether !== undefined) return { gas, accounts, refused, succeeded: most <= ether };
    await world.chain.mine({ baseFee: CALM });
    const receipt = await world.provider.getTransactionReceipt(found.hash);
    return { gas, accounts, refused, succeeded: receipt?.status === 1 };
  }

  /** Of a transaction's gas, at the fee that is offered then. {wei} */
  const costOf = (gas: bigint): bigint => gas * 4n * GWEI;

  const cases: [JobName, bigint, Partial<KeeperConfig>][] = [
    ["liquidate", 62n, {}],
    ["absorb", 45n, { routes: [] }],
  ];
  for (const [job, percent, config] of cases) {
    it(`are made smaller: ${job}`, async () => {
      const whole = present(await sends(job, percent, config));
      expect(whole).to.include({ succeeded: true, refused: 0 });
      expect(whole.accounts).to.be.above(1);
      const capped = present(await sends(job, percent, config, { cap: (costOf(whole.gas) * 9n) / 10n }), "capped");
      expect(capped.succeeded).to.equal(true);
      expect(capped.refused).to.be.above(0);
      expect(capped.accounts).to.be.above(0).and.below(whole.accounts);
      // Nodes refuse nothing where the key's ether is known to be too little.
      const poor = present(await sends(job, percent, config, { ether: (costOf(whole.gas) * 7n) / 10n }), "poor");
      expect(poor.succeeded).to.equal(true);
      expect(poor.accounts).to.be.above(0).and.below(whole.accounts);
    });
  }

  it("ask for no more gas than one transaction may have: absorb", async () => {
    const whole = present(await sends("absorb", 45n, { routes: [] }));
    // Between what it needs and what is asked for beyond that.
    const maxGas = (whole.gas * 10n) / 12n;
    const limited = present(await sends("absorb", 45n, { routes: [], maxGas }));
    expect(limited.succeeded).to.equal(true);
    expect(limited.gas <= maxGas).to.equal(true);
  });
});
