/** A whole local world (the protocol, its market, some borrowers) for tests of the SDK and of the commands that use it. */

import { parseEther, type BaseWallet, type TransactionReceipt } from "ethers";

import { LOCAL_ANSWERS } from "../../deploy/parameters/local.js";
import { localWallet, startEmbeddedChain } from "../../replay/chain/embedded.js";
import { STAKING_RATIO } from "../../replay/path/path.js";
import { seeded } from "../../replay/path/random.js";
import { furnishWorld } from "../../replay/scenario/world.js";
import type { Call } from "../../sdk/actions/types.js";
import { present } from "../../sdk/present.js";
import { FaucetToken__factory, IBalanceSheet__factory, IPlimsollDollar__factory } from "../../types/contracts/index.js";
import { deployRecorded } from "./recorded.js";
import { WAD } from "./world.js";

/** 12 March 2020. (unix seconds) */
const START = 1_583_971_200;
/** The accounts of the node before are the deployer's, keepers' and the market's. */
const FIRST_FREE = 5;
const WETH_DEPOSIT = "0xd0e30db0";
const GAS = 8_000_000n;

export type SdkWorld = Awaited<ReturnType<typeof openSdkWorld>>;

/**
 * @param borrowers How many others have borrowed.
 * @param start When it begins. (unix seconds)
 */
export async function openSdkWorld(borrowers = 2, start = START) {
  const embedded = await startEmbeddedChain(start);
  const quotes = { answers: { ...LOCAL_ANSWERS }, ratio: STAKING_RATIO, dollar: WAD };
  const random = seeded(7).fork("borrowers");
  const world = await furnishWorld(embedded, await deployRecorded(embedded), quotes, random, borrowers);
  const { chain, connection, provider, addresses: book, deployer } = world;
  await chain.setAutomine(true);
  const token = (symbol: string): string =>
    symbol === "plUSD" ? book.contracts.dollar : present(book.tokens[symbol], symbol);

  /** Sends a call, in a block of the given time if one is given. */
  async function send(wallet: BaseWallet, call: Call, time?: bigint): Promise<TransactionReceipt> {
    if (time !== undefined) {
      const params = [`0x${time.toString(16)}`];
      await connection.provider.request({ method: "evm_setNextBlockTimestamp", params });
    }
    return present(await (await wallet.sendTransaction({ ...call, gasLimit: GAS })).wait());
  }

  /** An account with a key and tokens of every kind: 100 WETH, 1 WBTC, 50 wstETH, 100,000 USDC. */
  async function newAccount(index: number): Promise<BaseWallet> {
    const wallet = localWallet(FIRST_FREE + index, provider);
    await chain.setBalance(wallet.address, parseEther("1000"));
    await send(wallet, { to: token("WETH"), data: WETH_DEPOSIT, value: 100n * WAD });
    for (const [symbol, amount] of [
      ["WBTC", 10n ** 8n],
      ["wstETH", 50n * WAD],
      ["USDC", 100_000n * 10n ** 6n],
    ] as const) {
      const contract = FaucetToken__factory.connect(token(symbol), deployer);
      await (await contract.mint(wallet.address, amount, { gasLimit: GAS })).wait();
    }
    return wallet;
  }

  return {
    ...world,
    book,
    token,
    send,
    newAccount,
    /** plUSD from the market's own. */
    async giveDollars(to: string, amount: bigint): Promise<void> {
      const maker = await provider.getSigner(world.market.account);
      await (await IPlimsollDollar__factory.connect(token("plUSD"), maker).transfer(to, amount)).wait();
    },
    /** Time of the latest block. */
    now: async (): Promise<bigint> => BigInt(await chain.time()),
    /** Looks at collateral and takes a statement. */
    async refresh(): Promise<void> {
      const sheet = IBalanceSheet__factory.connect(book.contracts.sheet, deployer);
      await (await sheet.lookAtCollateral({ gasLimit: GAS })).wait();
      await (await sheet.refresh({ gasLimit: GAS })).wait();
    },
  };
}
