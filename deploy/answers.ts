/** What a node answers, looked at on its way to whoever asked. */

import hre from "hardhat";
import type { HookContext, NetworkHooks } from "hardhat/types/hooks";
import type { NetworkConnection } from "hardhat/types/network";
import type { JsonRpcRequest, JsonRpcResponse } from "hardhat/types/providers";

/** A connection of Hardhat's. */
export interface Asked {
  readonly id: number;
}

/**
 * Does `work`, while what a connection's node answers passes through `look`; refusals do not.
 * @param look Gets each request and its answer, and returns the answer to be given instead.
 */
export async function withAnswers<T>(
  connection: Asked,
  look: (request: JsonRpcRequest, answer: unknown) => unknown,
  work: () => Promise<T>,
): Promise<T> {
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
      if (network.id !== connection.id || !("result" in response)) return response;
      return { ...response, result: look(request, response.result) };
    },
  };
  hre.hooks.registerHandlers("network", handlers);
  try {
    return await work();
  } finally {
    hre.hooks.unregisterHandlers("network", handlers);
  }
}
