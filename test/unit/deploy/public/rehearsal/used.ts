/** A rehearsed deployment: users, and a keeper, on what came of it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { Contract, parseEther, parseUnits, toQuantity, type Provider, type Signer } from "ethers";

import { configOf } from "../../../../../cli/keeper/config.js";
import { deploy as deployOwn } from "../../../../../cli/keeper/deploy.js";
import { findDeployment, keeperOptionsOf } from "../../../../../cli/keeper/setup.js";
import { Keeper } from "../../../../../keeper/keeper.js";
import { MemoryJournal } from "../../../../../keeper/journal/memory.js";
import { localWallet } from "../../../../../replay/chain/embedded.js";
import { parseAddressBook, type AddressBook } from "../../../../../sdk/addresses.js";
import { present } from "../../../../../sdk/present.js";
import { FaucetToken__factory, IReserve__factory } from "../../../../../types/contracts/index.js";
import { fillPool, trade, type Side, type Testnet } from "../../../../support/testnet.js";
import type { Rehearsal } from "./rehearsal.js";

/** Whether it is a protocol. */
export function usedSuite(r: Rehearsal): void {
  it("is a working protocol: the SDK's examples run on it unchanged, and so does a keeper", async () => {
    const { provider, network, url } = r.testnet;
    r.testnet.keepMining();
    const path = join(r.interrupted, `chain-${network.chainId}`, "addresses.json");
    const book = parseAddressBook(JSON.parse(readFileSync(path, "utf8")));
    const usdc = FaucetToken__factory.connect(present(book.tokens.USDC), localWallet(0, provider));
    const [maker, user] = [localWallet(4, provider), localWallet(5, provider)];
    const wrap = ["function deposit() payable"];
    for (const wallet of [maker, user]) {
      await r.rpc("anvil_setBalance", wallet.address, toQuantity(parseEther("1000")));
      const weth = new Contract(present(book.tokens.WETH), wrap, wallet);
      await (await weth.getFunction("deposit").send({ value: parseEther("100") })).wait();
      await (await usdc.mint(wallet.address, parseUnits("1000000", 6))).wait();
    }
    // A market for plUSD, issued for dollars.
    const reserve = IReserve__factory.connect(book.contracts.reserve, maker);
    await (await usdc.connect(maker).approve(reserve, parseUnits("50000", 6))).wait();
    await (await reserve.issue(3, parseUnits("50000", 6), 0n, maker.address)).wait();
    const side = (address: string | undefined, amount: bigint) => ({ address: present(address), amount });
    const par = [
      side(book.contracts.dollar, parseEther("40000")),
      side(book.tokens.USDC, parseUnits("40000", 6)),
    ] as const;
    // What stands at a foolish price is healed with next to nothing.
    const little = par.map(({ address, amount }) => side(address, amount / 10_000n)) as [Side, Side];
    await fillPool(r.testnet, maker, 100, ...little);
    await trade(maker, 100, present(book.uniswap?.router), par, parseEther("1000"));
    await fillPool(r.testnet, maker, 100, ...par);
    const [pool] = (await r.checks(r.recordIn(r.interrupted))).filter(({ subject }) => subject === "pool of plUSD");
    expect(pool?.said).to.match(/^it stands at (1\.0|0\.99)\d* USDC$/);
    await fillPool(
      r.testnet,
      maker,
      500,
      side(book.tokens.WETH, parseEther("90")),
      side(book.tokens.USDC, parseUnits("315000", 6)),
    );

    for (const name of ["deposit", "borrow", "repay", "repay-in-stable", "withdraw", "issue", "redeem"]) {
      await example(name, book, user);
    }
    for (const name of ["leverage", "unwind", "backstop-deposit", "backstop-claim"]) await example(name, book, user);
    expect(await example("backstop-exit", book, user)).to.match(/this is possible from .* on\./);
    const none: unknown = await example("fill", book, user).catch((error: unknown) => error);
    expect(String(none)).to.match(/no auction is open/);

    // Ether falls by half: the account of the examples fails, and is liquidated.
    const price = new Contract(
      present(network.feeds.ETH).address,
      ["function updateAnswer(int256)"],
      localWallet(0, provider),
    );
    await (await price.getFunction("updateAnswer").send(100_00000000n)).wait();
    expect((await example<bigint>("liquidate", book, maker, [user.address])) > 0n).to.equal(true);

    await keepOnce(book, url, r.interrupted);
  });

  type Example<T> = (provider: Provider, book: AddressBook, signer: Signer, ...more: never[]) => Promise<T>;
  async function example<T>(name: string, book: AddressBook, signer: Signer, ...more: readonly unknown[]): Promise<T> {
    const { run: go } = (await import(`../../../../../sdk/examples/${name}.js`)) as { run: Example<T> };
    return await go(r.testnet.provider, book, signer, ...(more as never[]));
  }

  /** An operator has its own two contracts deployed, and its keeper looks once and does what is to be done. */
  async function keepOnce(book: AddressBook, url: string, books: string): Promise<void> {
    const { provider } = r.testnet;
    const wallet = localWallet(6, provider);
    const flags = { network: "sepolia", rpc: [url], execute: true, confirmations: "1" };
    const environment = { PLIMSOLL_PRIVATE_KEY: (wallet as unknown as Testnet["deployer"]).privateKey };
    const said: string[] = [];
    const stop = new AbortController();
    await deployOwn({
      ...{ environment, flags: { ...flags, interval: "50" }, json: true, books },
      records: join(books, "records"),
      say: (line) => void said.push(line),
      signal: stop.signal,
    });
    const own = (JSON.parse(said.at(-1)!) as { contracts: Record<"liquidator" | "filler", { address: string }> })
      .contracts;
    const addresses = { PLIMSOLL_LIQUIDATOR: own.liquidator.address, PLIMSOLL_FILLER: own.filler.address };
    const config = configOf({ environment: { ...environment, ...addresses }, flags });
    const options = await keeperOptionsOf(config, await findDeployment(config, provider, books), provider);
    expect(options.engine).to.equal(book.contracts.engine);
    // Statements and observations are due after an hour.
    await r.rpc("evm_increaseTime", 3_700);
    await r.rpc("evm_mine");
    const keeper = new Keeper(options, { provider, signer: wallet, journal: new MemoryJournal() });
    const { sent } = await keeper.tick();
    expect(sent.map(({ job }) => job)).to.include.members(["observe", "refresh"]);
    // Until they are deep enough.
    await r.rpc("anvil_mine", "0x5");
    await keeper.tick();
    expect(keeper.totals.reverted).to.equal(0);
    expect(keeper.totals.observations).to.equal(1);
  }
}
