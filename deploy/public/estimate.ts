/** What a deployment costs: it is done on a chain in memory that has the network's things in their places, and each transaction is measured. */

import { BrowserProvider, Contract, Network, type Provider } from "ethers";
import { network as hardhat } from "hardhat";

import { present } from "../../sdk/present.js";
import { withGasHeadroom } from "../gas.js";
import { setStage, Stage } from "../stage.js";
import type { PublicNetwork } from "../networks/network.js";
import { ignite } from "./ignite.js";
import { listening } from "./listener.js";
import { publicParameters, type Successors } from "./parameters.js";
import { publicModule } from "../modules/public/Public.js";

/** A transaction of the deployment. */
export interface Measured {
  /** Name of the future. */
  readonly future: string;
  /** Used, not offered. */
  readonly gas: bigint;
  /** Sent along: given to the reserve. {wei} */
  readonly value: bigint;
  /** Of the call or the contract's code. {bytes} */
  readonly size: number;
}

/** Where a transaction's data costs extra. {bytes} */
const ENVELOPE = 120;
const BYTE_DIGITS = 2;

/** Deploys to a chain in memory, and measures. Takes some seconds. */
export async function measure(network: PublicNetwork, successors: Successors): Promise<Measured[]> {
  const connection = await hardhat.create({
    network: "default",
    chainType: "l1",
    override: { chainId: network.chainId, initialDate: new Date() },
  });
  const chain = Network.from(network.chainId);
  const provider = new BrowserProvider(connection.provider, chain, { cacheTimeout: -1, staticNetwork: chain });
  try {
    const signer = await provider.getSigner(0);
    const deployer = await signer.getAddress();
    await setStage(new Stage(provider, signer), network, deployer);
    const sent = new Map<string, string>();
    await withGasHeadroom(connection, () =>
      ignite({
        module: publicModule(network),
        provider: connection.provider,
        deployer,
        parameters: publicParameters(network, successors),
        confirmations: 1,
        poll: 1,
        listener: listening({
          transactionSend: ({ futureId, hash }) => {
            sent.set(futureId, hash);
            return Promise.resolve();
          },
        }),
      }),
    );
    return await Promise.all(
      [...sent].map(async ([future, hash]) => {
        const [transaction, receipt] = [
          await provider.getTransaction(hash),
          await provider.getTransactionReceipt(hash),
        ];
        const { data, value } = present(transaction, "transaction");
        const size = (data.length - BYTE_DIGITS) / BYTE_DIGITS;
        return { future, gas: present(receipt, "receipt").gasUsed, value, size };
      }),
    );
  } finally {
    provider.destroy();
    await connection.close();
  }
}

/** What transactions cost at the present fees. {wei} */
export interface Cost {
  readonly gas: bigint;
  /** Present base fee and tip. {wei/gas} */
  readonly price: bigint;
  /** What is offered at most. {wei/gas} */
  readonly offer: bigint;
  /** For data, where a rollup charges for it. {wei} */
  readonly data: bigint;
  /** What is given to the reserve in ether. {wei} */
  readonly given: bigint;
  /** At the present fees, and at what is offered; with data, without what is given. {wei} */
  readonly expected: bigint;
  readonly most: bigint;
}

export async function costOf(
  provider: Provider,
  rollup: PublicNetwork["rollup"],
  transactions: readonly Measured[],
): Promise<Cost> {
  const sum = (of: (one: Measured) => bigint): bigint => transactions.reduce((total, one) => total + of(one), 0n);
  const [gas, given] = [sum(({ gas: used }) => used), sum(({ value }) => value)];
  const { maxFeePerGas, maxPriorityFeePerGas, gasPrice } = await provider.getFeeData();
  const block = present(await provider.getBlock("latest"), "latest block");
  const price = (block.baseFeePerGas ?? gasPrice ?? 0n) + (maxPriorityFeePerGas ?? 0n);
  const offer = maxFeePerGas ?? gasPrice ?? price;
  const data = await dataFee(provider, rollup, transactions);
  return { gas, price, offer, data, given, expected: gas * price + data, most: gas * offer + data };
}

/** Contracts that rollups have from the beginning. */
const OP_ORACLE = "0x420000000000000000000000000000000000000F";
const OP_ABI = ["function getL1FeeUpperBound(uint256 size) view returns (uint256)"];
const ARBITRUM_GAS = "0x000000000000000000000000000000000000006C";
const ARBITRUM_ABI = [
  "function getPricesInWei() view returns (uint256 perTransaction, uint256 perByte, uint256 storage_, uint256 base, uint256 congestion, uint256 total)",
];

/** What a rollup charges for having the data on the layer below; rather too much, since it does not count what compresses. {wei} */
async function dataFee(
  provider: Provider,
  rollup: PublicNetwork["rollup"],
  transactions: readonly Measured[],
): Promise<bigint> {
  if (rollup === null) return 0n;
  const address = rollup === "op" ? OP_ORACLE : ARBITRUM_GAS;
  // A rehearsal has no such contract, and charges nothing.
  if ((await provider.getCode(address)) === "0x") return 0n;
  if (rollup === "op") {
    const oracle = new Contract(address, OP_ABI, provider).getFunction("getL1FeeUpperBound");
    let total = 0n;
    for (const { size } of transactions) total += (await oracle.staticCall(size + ENVELOPE)) as bigint;
    return total;
  }
  const prices = (await new Contract(address, ARBITRUM_ABI, provider).getFunction("getPricesInWei").staticCall()) as {
    readonly perTransaction: bigint;
    readonly perByte: bigint;
  };
  return transactions.reduce((sum, { size }) => sum + prices.perByte * BigInt(size) + prices.perTransaction, 0n);
}
