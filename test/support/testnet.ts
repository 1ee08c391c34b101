/** A public test network without internet: anvil with its chain id, and what it has at the addresses where it has it. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import {
  Contract,
  JsonRpcProvider,
  Network,
  parseEther,
  toQuantity,
  type BaseWallet,
  type InterfaceAbi,
  type Subscriber,
  type Subscription,
  type TransactionReceipt,
  type TransactionRequest,
} from "ethers";

import { npmArtifact } from "../../deploy/artifacts.js";
import { networkPath, readNetwork, type PublicNetwork, type PublicNetworkName } from "../../deploy/networks/network.js";
import { setStage, Stage, type FeedMaker } from "../../deploy/stage.js";
import { startAnvil, type Anvil } from "../../keeper/rehearsal/anvil.js";
import { localWallet } from "../../replay/chain/embedded.js";
import { withHeadroom } from "../../sdk/gas.js";
import { fullRange, isToken0, sqrt } from "../../sdk/uniswap/math.js";

/** Accounts of the node: who sets the stage, who deploys, and who comes after. */
const [STAGE, DEPLOYER, GUARDIAN, HOLDER] = [0, 1, 2, 3];

/** {ms} */
const BLOCK_TIME = 1_000;
/** {ms} */
const LOOK = 1;

/** A feed as consumers know it: a proxy with a description, in front of Chainlink's mock. */
export const proxyFeed: FeedMaker = async (stage, _name, description, decimals, answer) =>
  await stage.own("ProxyFeed", await stage.own("MockV3Aggregator", decimals, answer), description);

export interface Testnet {
  readonly network: PublicNetwork;
  readonly url: string;
  readonly provider: JsonRpcProvider;
  /** With ether, and the tokens that faucets of the network give. */
  readonly deployer: BaseWallet & { readonly privateKey: string };
  readonly guardian: string;
  readonly plimHolder: string;
  /** For journals and address books; gone afterwards. */
  readonly folder: string;
  /** From now on there are blocks without transactions too, as on a network: whoever waits for a transaction looks once a block. */
  readonly keepMining: () => void;
  readonly close: () => Promise<void>;
}

/**
 * Estimates as wallets do: what a transaction meets in a later block may cost more. And looks for transactions themselves: this node mines them at once, answers
 * before that, and no other block follows; whoever waits for the next block, as ethers does, waits for ever where one was mined between two questions.
 */
class Generous extends JsonRpcProvider {
  override async estimateGas(transaction: TransactionRequest): Promise<bigint> {
    return withHeadroom(await super.estimateGas(transaction));
  }

  override async waitForTransaction(hash: string): Promise<TransactionReceipt> {
    for (;;) {
      const receipt = await this.getTransactionReceipt(hash);
      if (receipt !== null) return receipt;
      await setTimeout(LOOK);
    }
  }

  override _getSubscriber(subscription: Subscription): Subscriber {
    return subscription.type === "transaction"
      ? new Waiting(this, subscription.hash)
      : super._getSubscriber(subscription);
  }
}

/** What stands behind `wait` of a transaction. */
class Waiting implements Subscriber {
  #waits = false;

  constructor(
    private readonly provider: Generous,
    private readonly hash: string,
  ) {}

  start(): void {
    this.#waits = true;
    void this.provider.waitForTransaction(this.hash).then(
      (receipt) => (this.#waits ? this.provider.emit(this.hash, receipt) : undefined),
      // A node that does not answer any more is told of by whoever asks it next.
      () => undefined,
    );
  }

  stop(): void {
    this.#waits = false;
  }

  pause(): void {
    this.stop();
  }

  resume(): void {
    this.start();
  }
}

export async function openTestnet(name: PublicNetworkName): Promise<Testnet> {
  const network = readNetwork(networkPath(name));
  const anvil: Anvil = await startAnvil(["--chain-id", network.chainId.toString(), "--hardfork", "osaka"]);
  const chain = Network.from(network.chainId);
  const provider = new Generous(anvil.url, chain, { staticNetwork: chain, cacheTimeout: -1, batchMaxCount: 1 });
  let pulse: NodeJS.Timeout | undefined;
  const deployer = localWallet(DEPLOYER, provider) as Testnet["deployer"];
  await setStage(new Stage(provider, await provider.getSigner(STAGE)), network, deployer.address, proxyFeed);
  await provider.send("anvil_setBalance", [deployer.address, toQuantity(parseEther("10"))]);
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-testnet-"));
  return {
    network,
    url: anvil.url,
    provider,
    deployer,
    guardian: localWallet(GUARDIAN, provider).address,
    plimHolder: localWallet(HOLDER, provider).address,
    folder,
    keepMining: () => {
      pulse = setInterval(() => void provider.send("evm_mine", []).catch(() => undefined), BLOCK_TIME);
    },
    close: async () => {
      clearInterval(pulse);
      provider.destroy();
      await anvil.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const POSITIONS =
  "@uniswap/v3-periphery/artifacts/contracts/NonfungiblePositionManager.sol/NonfungiblePositionManager.json";
/** Longer than any test. (unix seconds) */
const NEVER = 2n ** 40n;

/** One side of a pool: a token and how much of it goes in. */
export interface Side {
  readonly address: string;
  readonly amount: bigint;
}

/** Makes a pool where there is none, at the price that the amounts say. */
export async function openPool({ network }: Testnet, by: BaseWallet, fee: number, a: Side, b: Side): Promise<void> {
  const [low, high] = inOrder(a, b);
  const name = "createAndInitializePoolIfNecessary";
  await sent(network.uniswap.positions, POSITIONS, by, name, low.address, high.address, fee, rootOf(low, high));
}

/** Makes a pool where there is none, at the price that the amounts say, and fills it over the whole range. */
export async function fillPool(testnet: Testnet, owner: BaseWallet, fee: number, a: Side, b: Side): Promise<void> {
  const { positions } = testnet.network.uniswap;
  const [low, high] = inOrder(a, b);
  await openPool(testnet, owner, fee, a, b);
  for (const side of [low, high]) await approve(owner, side, positions);
  const { lower, upper } = fullRange(fee);
  await sent(positions, POSITIONS, owner, "mint", {
    token0: low.address,
    token1: high.address,
    fee,
    tickLower: lower,
    tickUpper: upper,
    amount0Desired: low.amount,
    amount1Desired: high.amount,
    amount0Min: 0n,
    amount1Min: 0n,
    recipient: owner.address,
    deadline: NEVER,
  });
}

const ROUTER = "@uniswap/v3-periphery/artifacts/contracts/SwapRouter.sol/SwapRouter.json";

/** Sells at most `amount` of the first side's token, until the price is what both sides' amounts say. */
export async function trade(
  owner: BaseWallet,
  fee: number,
  router: string,
  [sold, bought]: readonly [Side, Side],
  amount: bigint,
): Promise<void> {
  await approve(owner, { ...sold, amount }, router);
  await sent(router, ROUTER, owner, "exactInputSingle", {
    tokenIn: sold.address,
    tokenOut: bought.address,
    fee,
    recipient: owner.address,
    deadline: NEVER,
    amountIn: amount,
    amountOutMinimum: 0n,
    sqrtPriceLimitX96: rootOf(...inOrder(sold, bought)),
  });
}

const inOrder = (a: Side, b: Side): [Side, Side] => (isToken0(a.address, b.address) ? [a, b] : [b, a]);
const rootOf = (low: Side, high: Side): bigint => sqrt((high.amount << 192n) / low.amount);

async function approve(owner: BaseWallet, { address, amount }: Side, spender: string): Promise<void> {
  const token = new Contract(address, ["function approve(address, uint256) returns (bool)"], owner);
  await (await token.getFunction("approve").send(spender, amount)).wait();
}

async function sent(to: string, artifact: string, by: BaseWallet, name: string, ...args: unknown[]): Promise<void> {
  const contract = new Contract(to, npmArtifact(artifact).abi as InterfaceAbi, by);
  await (await contract.getFunction(name).send(...args, { gasLimit: 15_000_000n })).wait();
}
