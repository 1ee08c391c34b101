/** Gas headroom for what Ignition sends. */

import hre from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import type { HookContext, NetworkHooks } from "hardhat/types/hooks";
import type { JsonRpcRequest, JsonRpcResponse } from "hardhat/types/providers";

import { withHeadroom } from "../sdk/gas.js";

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
