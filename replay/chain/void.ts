/**
 * A chain with nothing on it, to fork from. Anvil works out the root of the whole state with every block that it makes, which takes longer than everything in the block; on
 * a fork, whose whole state it does not know, it does not.
 */

import { keccak256, toQuantity, ZeroAddress, ZeroHash } from "ethers";

import type { Answering } from "../../keeper/rehearsal/source.js";

export interface VoidBlock {
  readonly chainId: number;
  /** (unix seconds) */
  readonly time: number;
  readonly gasLimit: bigint;
  /** {wei} per gas */
  readonly baseFee: bigint;
}

/** Of a trie without entries: the RLP of nothing. */
const NO_ENTRIES = keccak256("0x80");
/** Of a list without entries. */
const NO_UNCLES = keccak256("0xc0");

/** Its one block; and nobody has anything. */
function answersOf({ chainId, time, gasLimit, baseFee }: VoidBlock): Readonly<Record<string, unknown>> {
  const block = {
    ...{ number: "0x0", hash: keccak256("0x"), parentHash: ZeroHash, timestamp: toQuantity(time) },
    ...{ stateRoot: NO_ENTRIES, transactionsRoot: NO_ENTRIES, receiptsRoot: NO_ENTRIES, withdrawalsRoot: NO_ENTRIES },
    ...{ transactions: [], uncles: [], withdrawals: [], sha3Uncles: NO_UNCLES, logsBloom: `0x${"00".repeat(256)}` },
    ...{ gasLimit: toQuantity(gasLimit), gasUsed: "0x0", baseFeePerGas: toQuantity(baseFee), size: "0x0" },
    ...{ miner: ZeroAddress, difficulty: "0x0", extraData: "0x", nonce: "0x0000000000000000", mixHash: ZeroHash },
    ...{ blobGasUsed: "0x0", excessBlobGas: "0x0", parentBeaconBlockRoot: ZeroHash, requestsHash: ZeroHash },
  };
  return {
    ...{ eth_chainId: toQuantity(chainId), net_version: chainId.toString(), eth_blockNumber: "0x0" },
    ...{ eth_getBlockByNumber: block, eth_getBlockByHash: block, eth_gasPrice: toQuantity(baseFee), eth_getLogs: [] },
    ...{ eth_getBalance: "0x0", eth_getTransactionCount: "0x0", eth_getCode: "0x", eth_getStorageAt: ZeroHash },
    ...{ eth_getTransactionReceipt: null, eth_getTransactionByHash: null },
  };
}

/** Answers what is asked of it. @throws {Error} where it has no answer. */
export function voidChain(block: VoidBlock): Answering {
  const answers = answersOf(block);
  return {
    send: (method) =>
      method in answers ? Promise.resolve(answers[method]) : Promise.reject(new Error(`nothing is known of ${method}`)),
  };
}
