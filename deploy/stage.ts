/**
 * A local chain with the things of a public network at their real addresses: the code of Chainlink's mock, Uniswap v3 and WETH as published, test tokens for the
 * others. What a deployment would cost is measured on it, and deployments are rehearsed.
 */

import { setTimeout } from "node:timers/promises";

import {
  Contract,
  ContractFactory,
  getAddress,
  parseUnits,
  type InterfaceAbi,
  type JsonRpcApiProvider,
  type Signer,
} from "ethers";
import hre from "hardhat";

import { present } from "../sdk/present.js";
import { npmArtifact } from "./artifacts.js";
import type { PublicNetwork } from "./networks/network.js";
import { publicAssets } from "./parameters/public.js";

const CORE = "@uniswap/v3-core/artifacts/contracts";
const PERIPHERY = "@uniswap/v3-periphery/artifacts/contracts";
/** Fee tiers and their spacing of ticks, as the factories have them. */
const TIERS = [
  [100, 1],
  [500, 10],
  [3_000, 60],
  [10_000, 200],
] as const;
/** Slots that are copied: none of these contracts begins with more. */
const SLOTS = 16;
const GAS = 15_000_000n;
/** {ms} */
const POLL = 2;

/** Answers by the feed's name. {USD} 8 decimals */
export type Answers = Readonly<Record<string, bigint>>;

/** About what these cost in 2025. {USD} 8 decimals */
export const USUAL_ANSWERS: Answers = {
  ETH: 3_500_00000000n,
  BTC: 100_000_00000000n,
  LINK: 18_00000000n,
  USDC: 99_990000n,
};

interface Code {
  readonly abi: readonly unknown[];
  readonly bytecode: string;
}

/** Deploys what stands behind a feed's address; gives its own address. */
export type FeedMaker = (
  stage: Stage,
  name: string,
  description: string,
  decimals: number,
  answer: bigint,
) => Promise<string>;

/** Deploys what others brought, and puts it where they have it. */
export class Stage {
  constructor(
    readonly provider: JsonRpcApiProvider,
    /** One of the node's own accounts. */
    readonly signer: Signer,
  ) {}

  async deploy({ abi, bytecode }: Code, ...args: unknown[]): Promise<string> {
    const contract = await new ContractFactory(abi as InterfaceAbi, bytecode, this.signer).deploy(...args, {
      gasLimit: GAS,
    });
    await this.included(present(contract.deploymentTransaction(), "transaction").hash);
    return await contract.getAddress();
  }

  /** Waits for a transaction. A local node mines at once, and no other block follows: there is nothing to subscribe to. */
  async included(hash: string): Promise<void> {
    while ((await this.provider.getTransactionReceipt(hash)) === null) await setTimeout(POLL);
  }

  /** A contract of the build. */
  async own(name: string, ...args: unknown[]): Promise<string> {
    const { abi, bytecode } = await hre.artifacts.readArtifact(name);
    return await this.deploy({ abi, bytecode }, ...args);
  }

  /**
   * Copies a contract to another address: code, and the first slots of its storage.
   * @param knowsItself Whether its code holds its own address and compares it.
   */
  async move(from: string, to: string, knowsItself = false): Promise<void> {
    const code = await this.provider.getCode(from);
    const own = code.replaceAll(from.slice(2).toLowerCase(), to.slice(2).toLowerCase());
    await this.provider.send("hardhat_setCode", [to, knowsItself ? own : code]);
    for (let slot = 0; slot < SLOTS; slot++) {
      const value = await this.provider.getStorage(from, slot);
      // The number of a slot is a quantity: without leading zeros.
      if (BigInt(value) !== 0n) await this.provider.send("hardhat_setStorageAt", [to, `0x${slot.toString(16)}`, value]);
    }
  }
}

/** Chainlink's own mock, as it is: it describes itself as what it is. */
export const plainFeed: FeedMaker = async (stage, _name, _description, decimals, answer) =>
  await stage.own("MockV3Aggregator", decimals, answer);

/**
 * Puts everything of a network's file in its place.
 * @param holder Who gets the tokens that the deployer must have.
 */
export async function setStage(
  stage: Stage,
  network: PublicNetwork,
  holder: string,
  makeFeed: FeedMaker = plainFeed,
  answers: Answers = USUAL_ANSWERS,
): Promise<void> {
  for (const [name, { address, description, decimals }] of Object.entries(network.feeds)) {
    const answer = present(answers[name], `answer of ${name}`);
    await stage.move(await makeFeed(stage, name, description, decimals, answer), address);
    const { abi } = await hre.artifacts.readArtifact("MockV3Aggregator");
    // What a mock keeps in mappings was left behind.
    await sent(stage, address, abi, "updateAnswer", answer);
  }
  await setTokens(stage, network, holder);
  await setUniswap(stage, network);
}

async function setTokens(stage: Stage, network: PublicNetwork, holder: string): Promise<void> {
  for (const { symbol, decimals } of publicAssets(network)) {
    const { address, source, seed } = present(network.tokens[symbol], symbol);
    if (address === null) continue;
    if (source === "wrap") {
      await stage.move(await stage.deploy(npmArtifact("canonical-weth/build/contracts/WETH9.json") as Code), address);
      continue;
    }
    const owner = await stage.signer.getAddress();
    await stage.move(await stage.own("FaucetToken", symbol, symbol, decimals, owner), address);
    const { abi } = await hre.artifacts.readArtifact("FaucetToken");
    await sent(stage, address, abi, "mint", holder, parseUnits(seed, decimals));
  }
}

async function setUniswap(stage: Stage, { uniswap, tokens }: PublicNetwork): Promise<void> {
  const weth = present(tokens.WETH?.address, "address of WETH");
  const factory = npmArtifact(`${CORE}/UniswapV3Factory.sol/UniswapV3Factory.json`);
  await stage.move(await stage.deploy(factory as Code), uniswap.factory, true);
  for (const [fee, spacing] of TIERS) {
    await sent(stage, uniswap.factory, factory.abi as object[], "enableFeeAmount", fee, spacing);
  }
  const at = (name: string): Code => npmArtifact(`${PERIPHERY}/${name}`) as Code;
  const positions = at("NonfungiblePositionManager.sol/NonfungiblePositionManager.json");
  // Only what describes positions as pictures asks the last argument.
  await stage.move(await stage.deploy(positions, uniswap.factory, weth, uniswap.factory), uniswap.positions);
  await stage.move(await stage.deploy(at("lens/QuoterV2.sol/QuoterV2.json"), uniswap.factory, weth), uniswap.quoter);
}

async function sent(
  stage: Stage,
  to: string,
  abi: readonly unknown[],
  name: string,
  ...args: unknown[]
): Promise<void> {
  const contract = new Contract(getAddress(to), abi as InterfaceAbi, stage.signer);
  await stage.included((await contract.getFunction(name).send(...args, { gasLimit: GAS })).hash);
}
