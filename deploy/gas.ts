/** Room above what a node estimates that a transaction needs. */

import hre from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import type { HookContext, NetworkHooks } from "hardhat/types/hooks";
import type { JsonRpcRequest, JsonRpcResponse } from "hardhat/types/providers";

/** What is asked for, of what is estimated. % */
const GAS_HEADROOM_PERCENT = 130n;
/** No transaction may have more: EIP-7825. */
const MAX_TRANSACTION_GAS = 1n << 24n;

/** An estimate with 30% of room, as far as one transaction may have it. Estimates beyond that are left for the node to refuse. */
export function withHeadroom(estimate: bigint): bigint {
  const wanted = (estimate * GAS_HEADROOM_PERCENT) / 100n;
  if (wanted <= MAX_TRANSACTION_GAS) return wanted;
  return estimate > MAX_TRANSACTION_GAS ? estimate : MAX_TRANSACTION_GAS;
}

/**
 * Does `work` with headroom on all gas estimates of a connection. Ignition sends what the node estimated, to the unit; but it estimates a
 * whole batch before any of it is mined, and what a transaction meets by then may cost more.
 */
export async function withGasHeadroom<T>(connection: { readonly id: number }, work: () => Promise<T>): Promise<T> {
  const handlers: Partial<NetworkHooks> = {
    async onRequest<ChainType extends string>(
      context: HookContext,
      network: NetworkConnection<ChainType>,
      request: JsonRpcRequest,
      next: (
        context: HookContext,
        network: NetworkConnection<ChainType>,
        request: JsonRpcRequest,
      ) => Promise<JsonRpcResponse>,
    ): Promise<JsonRpcResponse> {
      const response = await next(context, network, request);
      if (network.id !== connection.id || request.method !== "eth_estimateGas" || !("result" in response))
        return response;
      return { ...response, result: `0x${withHeadroom(BigInt(response.result as string)).toString(16)}` };
    },
  };
  hre.hooks.registerHandlers("network", handlers);
  try {
    return await work();
  } finally {
    hre.hooks.unregisterHandlers("network", handlers);
  }
}
