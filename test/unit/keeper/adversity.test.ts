import { expect } from "chai";
import { Transaction } from "ethers";

import { Keeper } from "../../../keeper/keeper.js";
import { localWallet } from "../../../replay/chain/embedded.js";
import { pushQuotes, type World } from "../../../replay/scenario/world.js";
import { present } from "../../../sdk/present.js";
import {
  FlashLiquidator__factory,
  ICreditEngine__factory,
  ICreditLens__factory,
  IPlimsollDollar__factory,
} from "../../../types/contracts/index.js";
import { crash, smallWorlds } from "../../support/scenario.js";

const MAX_UINT256 = 2n ** 256n - 1n;
const ACCOUNTS = 12;
/** A sale into an empty pool walks through all of its ticks, in every simulation: few accounts will do. */
const FEW = 6;
const MINUTE = 60;
/** Where the asset's number is in a holding. */
const ASSET_SHIFT = 248n;
const dollarAbi = IPlimsollDollar__factory.createInterface();

describe("keeper: adversity", function () {
  this.timeout(90_000);
  const worldWith = smallWorlds();

  /** Borrowers that fail now. */
  async function failing({ addresses, provider, borrowers }: World): Promise<string[]> {
    const lens = ICreditLens__factory.connect(addresses.contracts.lens, provider);
    const accounts = borrowers.map(({ account }) => account);
    return (await lens.failing(accounts, 10_000)).map(({ account }) => account);
  }

  /** Looks and mines, a minute a block, until no account fails any more and nothing is on its way, or for a while. */
  async function work(world: World, keeper: Keeper): Promise<void> {
    for (let i = 0; i < 16; i++) {
      await keeper.tick();
      if (keeper.open === 0 && (await failing(world)).length === 0) return;
      await world.chain.mine({ time: (await world.chain.time()) + MINUTE });
    }
  }

  it("sees to accounts while a feed is dead, and to those that have nothing else when it is back", async () => {
    const world = await worldWith({ accounts: ACCOUNTS });
    await crash(world, 45n);
    const answer = world.quotes.answers.btc;
    const tell = async (btc: bigint): Promise<void> => {
      world.quotes.answers.btc = btc;
      await pushQuotes(world, ["btc"]);
      await world.chain.mine();
    };
    await tell(0n);
    const before = await failing(world);
    expect(before, "accounts failing").to.have.length.above(2);
    const keeper = world.newKeeper();
    await work(world, keeper);
    // What only the dead feed prices is seized by nobody.
    const left = await failing(world);
    const engine = ICreditEngine__factory.connect(world.addresses.contracts.engine, world.provider);
    const dead = present(world.assets.find(({ symbol }) => symbol === "WBTC")).id;
    for (const account of left) {
      const [, holdings] = await engine.position(account);
      expect(holdings.map((holding) => Number(holding >> ASSET_SHIFT))).to.deep.equal([dead]);
    }
    expect(left.length, "left").to.be.below(before.length);
    expect(keeper.totals.reverted).to.equal(0);
    expect(keeper.totals.liquidations + keeper.totals.absorptions).to.be.at.least(before.length - left.length);
    await tell(answer);
    await work(world, keeper);
    expect(await failing(world)).to.deep.equal([]);
  });

  it("has accounts absorbed when the pools are empty, and sells nothing into them", async () => {
    const world = await worldWith({ accounts: FEW });
    await crash(world, 45n);
    await world.market.setDepth(0);
    await world.chain.mine();
    const before = await failing(world);
    expect(before, "accounts failing").to.have.length.above(2);
    const keeper = world.newKeeper();
    await work(world, keeper);
    expect(await failing(world)).to.deep.equal([]);
    expect(keeper.totals).to.deep.include({ liquidations: 0, reverted: 0, profit: 0n });
    expect(keeper.totals.absorptions).to.be.at.least(before.length);
  });

  it("liquidates the others when half of a batch is healed before it is included", async () => {
    const world = await worldWith({ accounts: ACCOUNTS });
    await crash(world, 62n);
    const { engine: engineAddress, dollar } = world.addresses.contracts;
    const engine = ICreditEngine__factory.connect(engineAddress, world.deployer);
    const liquidator = present(world.addresses.liquidator);
    const batches = FlashLiquidator__factory.createInterface();
    const healed: string[] = [];
    /** A friend pays half of the batch's debts in the moment before the batch is sent. */
    const heal = async (raw: string): Promise<void> => {
      const { to, data } = Transaction.from(raw);
      if (to !== liquidator || healed.length > 0) return;
      const items = batches.decodeFunctionData("liquidate", data)[0] as { account: string }[];
      const friend = world.market.account;
      const approve = dollarAbi.encodeFunctionData("approve", [engineAddress, MAX_UINT256]);
      await world.chain.send(friend, { to: dollar, data: approve, gas: 80_000n }, "approve");
      for (const { account } of items.slice(0, Math.floor(items.length / 2))) {
        const repay = engine.interface.encodeFunctionData("repay", [MAX_UINT256, account]);
        await world.chain.send(friend, { to: engineAddress, data: repay, gas: 300_000n }, "repay");
        healed.push(account);
      }
    };
    const provider = new Proxy(world.provider, {
      get(target, name) {
        if (name === "send") {
          return async (method: string, params: unknown[]): Promise<unknown> => {
            if (method === "eth_sendRawTransaction") await heal(params[0] as string);
            return (await target.send(method, params)) as unknown;
          };
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    // Told to take whatever pays, the half that is left included.
    const config = { ...world.newKeeper().config, slippage: 10_000 };
    const keeper = new Keeper(config, { provider, signer: localWallet(1, world.provider) });
    const { sent } = await keeper.tick();
    const batch = present(sent.find(({ job }) => job === "liquidate")).accounts;
    await world.chain.mine();
    expect(healed, "healed").to.have.length.above(0);
    expect(batch.length).to.be.above(healed.length);
    const receipt = present(
      await world.provider.getTransactionReceipt(present(sent.find(({ job }) => job === "liquidate")).hash),
    );
    expect(receipt.status).to.equal(1);
    const liquidated = new Set(
      receipt.logs
        .filter((log) => log.address === engineAddress)
        .flatMap((log) => {
          const parsed = engine.interface.parseLog(log);
          return parsed?.name === "Liquidate" ? [parsed.args.account as string] : [];
        }),
    );
    expect(
      [...liquidated].filter((account) => healed.includes(account)),
      "healed and liquidated",
    ).to.deep.equal([]);
    expect(liquidated.size, "liquidated").to.be.above(0);
    await work(world, keeper);
    expect(keeper.totals).to.deep.include({ reverted: 0, lost: 0 });
    expect(await failing(world)).to.deep.equal([]);
  });
});
