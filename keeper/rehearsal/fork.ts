/** A fork of the chain in anvil, in which prices are what they are told to be, and anybody sends without a key. */

import {
  AbiCoder,
  concat,
  getAddress,
  Interface,
  JsonRpcProvider,
  Network,
  toBeHex,
  ZeroAddress,
  type TransactionReceipt,
} from "ethers";

import { WAD } from "../../sdk/arithmetic/integer.js";
import { present } from "../../sdk/present.js";
import { sqrt, virtualReserves } from "../../sdk/uniswap/math.js";
import {
  IPriceOracle__factory,
  IUniswapV3Factory__factory,
  IUniswapV3Pool__factory,
} from "../../types/contracts/index.js";
import type { At } from "../execution/types.js";
import { startAnvil } from "./anvil.js";
import { serveSource, type Answering, type Source } from "./source.js";

const LATEST_ROUND_DATA = "0xfeaf968c";
const router = new Interface([
  "function factory() view returns (address)",
  "function exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 deadline, uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96) params) payable returns (uint256 amountOut)",
]);
const token = new Interface(["function approve(address, uint256) returns (bool)"]);
/** Who trades pools to where they should be. */
const TRADER = "0x7AdE7AdE7AdE7AdE7AdE7AdE7AdE7AdE7AdE7AdE".toLowerCase();
const GAS = 15_000_000n;
/** From one block to the next. {s} */
export const BLOCK_TIME = 12;

/** A call as nodes take it. */
export interface ForkCall {
  readonly from: string;
  readonly to: string;
  readonly data: string;
  readonly value?: bigint;
  readonly gas?: bigint;
  readonly maxFee?: bigint;
  readonly tip?: bigint;
}

/** One pool of a route. */
export interface Hop {
  readonly from: string;
  readonly fee: number;
  readonly to: string;
}

const hex = (value: bigint | number): string => `0x${value.toString(16)}`;

export class Fork {
  readonly provider: JsonRpcProvider;
  /** What the nodes that it reads from failed with. */
  readonly faults: Source["faults"];
  readonly #closing: (() => Promise<void> | void)[];

  private constructor(provider: JsonRpcProvider, faults: Source["faults"], closing: (() => Promise<void> | void)[]) {
    this.provider = provider;
    this.faults = faults;
    this.#closing = closing;
  }

  /** Forks the chain that `nodes` know at a block. */
  static async at(nodes: Answering, chainId: number, block: number): Promise<Fork> {
    const source = await serveSource(nodes);
    try {
      const anvil = await startAnvil([
        ...["--fork-url", source.url, "--fork-block-number", block.toString(), "--chain-id", chainId.toString()],
        // Accounts of its own that are nobody's on the chain; blocks when they are asked for; the rules that contracts are compiled for.
        ...[
          "--no-mining",
          "--no-storage-caching",
          "--retries",
          "1",
          "--accounts",
          "1",
          "--mnemonic-random",
          "--hardfork",
          "osaka",
        ],
      ]);
      const network = Network.from(chainId);
      const options = { staticNetwork: network, batchMaxCount: 1, cacheTimeout: -1 };
      const provider = new JsonRpcProvider(anvil.url, network, options);
      provider.pollingInterval = 100;
      return new Fork(provider, source.faults, [() => source.close(), () => anvil.close(), () => provider.destroy()]);
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const close of [...this.#closing].reverse()) await close();
  }

  async #send(method: string, ...params: unknown[]): Promise<unknown> {
    return (await this.provider.send(method, params)) as unknown;
  }

  /** Does the work, and takes the fork back to what it was. */
  async undone<T>(work: () => Promise<T>): Promise<T> {
    const snapshot = await this.#send("evm_snapshot");
    try {
      return await work();
    } finally {
      await this.#send("evm_revert", snapshot);
    }
  }

  /** Makes a block. @param baseFee Of it. {wei} per gas */
  async mine(baseFee: bigint): Promise<At> {
    const { timestamp } = present(await this.provider.getBlock("latest"));
    await this.#send("evm_setNextBlockTimestamp", timestamp + BLOCK_TIME);
    await this.#send("anvil_setNextBlockBaseFeePerGas", hex(baseFee));
    await this.#send("evm_mine");
    const block = present(await this.provider.getBlock("latest"));
    return { number: block.number, timestamp: block.timestamp, baseFee: block.baseFeePerGas ?? 0n };
  }

  /** Lets time pass, in one block. {s} */
  async wait(seconds: number): Promise<void> {
    const { timestamp } = present(await this.provider.getBlock("latest"));
    await this.#send("evm_setNextBlockTimestamp", timestamp + seconds);
    await this.#send("evm_mine");
  }

  /** Sees to it that an account, a contract perhaps, can pay for gas. */
  async fund(account: string): Promise<void> {
    await this.#send("anvil_setBalance", account, hex(100n * WAD));
  }

  /** Where a contract keeps what it is asked for, lowest first: what it reads of its own storage. */
  async slotsOf(call: { readonly to: string; readonly data: string }): Promise<bigint[]> {
    const { accessList } = (await this.#send("eth_createAccessList", call, "latest")) as {
      accessList: readonly { address: string; storageKeys: readonly string[] }[];
    };
    return accessList
      .filter(({ address }) => getAddress(address) === getAddress(call.to))
      .flatMap(({ storageKeys }) => storageKeys.map(BigInt))
      .sort((a, b) => (a < b ? -1 : 1));
  }

  /** Writes a contract's storage. */
  async store(contract: string, slot: bigint, value: bigint): Promise<void> {
    await this.#send("anvil_setStorageAt", contract, toBeHex(slot, 32), toBeHex(value, 32));
  }

  /** Sends as anybody, and mines. */
  async execute(call: ForkCall, baseFee: bigint): Promise<TransactionReceipt> {
    const { from, to, data, value = 0n, gas = GAS, maxFee = 2n * baseFee, tip = 0n } = call;
    await this.#send("anvil_impersonateAccount", from);
    const hash = (await this.#send("eth_sendTransaction", {
      ...{ from, to, data, value: hex(value), gas: hex(gas) },
      ...{ maxFeePerGas: hex(maxFee), maxPriorityFeePerGas: hex(tip) },
    })) as string;
    await this.mine(baseFee);
    return present(await this.provider.getTransactionReceipt(hash), "receipt");
  }

  // ---- prices

  /** What the sources of an asset say now; those that are dead are left out. */
  async answersOf(oracle: string, asset: bigint): Promise<Map<string, bigint>> {
    const contract = IPriceOracle__factory.connect(oracle, this.provider);
    const answers = new Map<string, bigint>();
    for (const second of [false, true]) {
      const { feed } = await contract.feedConfig(asset, second);
      if (feed === ZeroAddress) continue;
      try {
        const said = await this.provider.call({ to: feed, data: LATEST_ROUND_DATA });
        const [, answer] = AbiCoder.defaultAbiCoder().decode(["uint80", "int256"], said) as unknown as [bigint, bigint];
        if (answer > 0n) answers.set(feed, answer);
      } catch {
        // It is dead, and stays so.
      }
    }
    return answers;
  }

  /** From now on the feed says this, at any time. */
  async answer(feed: string, answer: bigint): Promise<void> {
    await this.#send("anvil_setCode", feed, feedCode(answer));
  }

  /**
   * Trades a pool until the first token costs `factor` (18 decimals, below 1) of what it does, in the other.
   * @returns Why not, if it does not.
   */
  async trade(at: { router: string; hop: Hop; factor: bigint; baseFee: bigint }): Promise<string | undefined> {
    const { hop, factor, baseFee } = at;
    const factory = getAddress(
      router.decodeFunctionResult(
        "factory",
        await this.provider.call({ to: at.router, data: router.encodeFunctionData("factory") }),
      )[0] as string,
    );
    const address = await IUniswapV3Factory__factory.connect(factory, this.provider).getPool(hop.from, hop.to, hop.fee);
    if (address === ZeroAddress) return "there is no such pool";
    const pool = IUniswapV3Pool__factory.connect(address, this.provider);
    const [{ sqrtPriceX96: now }, liquidity] = [await pool.slot0(), await pool.liquidity()];
    const root = sqrt(factor * WAD);
    const first = BigInt(hop.from) < BigInt(hop.to);
    const wanted = first ? (now * root) / WAD : (now * WAD) / root;
    const { amount0, amount1 } = virtualReserves(liquidity, now);
    // What it would take if all liquidity were everywhere; where it is not, less or more.
    const amount = (20n * (first ? amount0 : amount1) * (WAD - root)) / root + 1n;
    try {
      await this.#send("anvil_setBalance", TRADER, hex(100n * WAD));
      await this.#send("anvil_dealERC20", TRADER, hop.from, hex(amount));
      const approve = token.encodeFunctionData("approve", [at.router, amount]);
      await this.execute({ from: TRADER, to: hop.from, data: approve }, baseFee);
      const { timestamp } = present(await this.provider.getBlock("latest"));
      const swap = router.encodeFunctionData("exactInputSingle", [
        [hop.from, hop.to, hop.fee, TRADER, timestamp + 1_000, amount, 0n, wanted],
      ]);
      const { status } = await this.execute({ from: TRADER, to: at.router, data: swap }, baseFee);
      if (status !== 1) return "the trade reverts";
    } catch {
      return "nobody can be given that token";
    }
    const { sqrtPriceX96: reached } = await pool.slot0();
    const off = reached > wanted ? reached - wanted : wanted - reached;
    return off * 1_000n > wanted ? "it does not reach that price" : undefined;
  }
}

/** Code of a feed that says one thing to whoever asks, as of now: five words, of which the second is the answer. */
function feedCode(answer: bigint): string {
  return concat([
    // roundId = 1
    "0x60015f52",
    // answer
    concat(["0x7f", toBeHex(answer, 32), "0x602052"]),
    // startedAt = updatedAt = timestamp
    "0x4260405242606052",
    // answeredInRound = 1
    "0x6001608052",
    "0x60a05ff3",
  ]);
}
