/**
 * A chain with nothing on it, to fork from. Anvil works out the root of the whole state with every block that it makes, which takes longer than everything in the block; on
 * a fork, whose whole state it does not know, it does not.
 */

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

import { keccak256, toQuantity, ZeroAddress, ZeroHash } from "ethers";

export interface VoidChain {
  readonly url: string;
  close(): Promise<void>;
}

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
/** JSON-RPC: there is no such method. */
const UNKNOWN_METHOD = -32_601;

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

/** Serves it on a free port of the loopback interface. */
export async function serveVoid(block: VoidBlock): Promise<VoidChain> {
  const answers = answersOf(block);
  const answer = ({ id, method }: Asked): object =>
    method in answers
      ? { jsonrpc: "2.0", id, result: answers[method] }
      : { jsonrpc: "2.0", id, error: { code: UNKNOWN_METHOD, message: `there is no ${method}` } };
  const server = createServer((request, response) => {
    void textOf(request).then((text) => {
      const asked = JSON.parse(text) as Asked | readonly Asked[];
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(isSeveral(asked) ? asked.map(answer) : answer(asked)));
    });
  });
  // A connection that is closed while its client sends on it loses a question, and the client ends over that: they stay open as long as the chain is there.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Asked {
  readonly id: unknown;
  readonly method: string;
}

function isSeveral(asked: Asked | readonly Asked[]): asked is readonly Asked[] {
  return Array.isArray(asked);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
