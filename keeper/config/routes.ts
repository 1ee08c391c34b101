/** Routes over Uniswap v3: as the operator gives them, or found among the pools that there are. */

import { getAddress, isAddress, ZeroAddress, type Provider } from "ethers";

import { encodePath } from "../../sdk/uniswap/math.js";
import { IUniswapV3Factory__factory, IUniswapV3Pool__factory } from "../../types/contracts/index.js";
import { ConfigError } from "./errors.js";

/** Tokens by symbol. */
export type Tokens = Readonly<Record<string, string>>;

/** Packed, or a list of tokens and fees in turns. */
export type RouteText = string | readonly (string | number)[];

/** Hundredths of a bp. */
const FEES = [100, 500, 3_000, 10_000];

/**
 * The route as contracts take it. Tokens are addresses, or symbols of `tokens`.
 * @param field Where it is in the configuration.
 * @throws {ConfigError}
 */
export function packRoute(route: RouteText, tokens: Tokens, field: string): string {
  if (typeof route === "string") return route.toLowerCase();
  const fail = (rule: string): never => {
    throw new ConfigError([{ field, value: JSON.stringify(route), rule, source: undefined }]);
  };
  const stops: string[] = [];
  const fees: number[] = [];
  for (const [index, part] of route.entries()) {
    if (index % 2 === 1) {
      fees.push(
        typeof part === "number" ? part : fail("between two tokens there is the fee of their pool, such as 500"),
      );
    } else {
      const address = typeof part === "string" ? (tokens[part] ?? part) : "";
      stops.push(isAddress(address) ? address : fail(`"${part.toString()}" is no token that the address book knows`));
    }
  }
  if (stops.length !== fees.length + 1) fail("a route ends with a token");
  return encodePath(stops, fees);
}

/** A pool between two tokens. */
interface Edge {
  readonly to: string;
  readonly fee: number;
}

/** The pools between some tokens: of each pair the deepest. */
export class PoolMap {
  readonly #edges: ReadonlyMap<string, readonly Edge[]>;

  private constructor(edges: ReadonlyMap<string, readonly Edge[]>) {
    this.#edges = edges;
  }

  /** Asks the factory for every pair. */
  static async read(provider: Provider, factory: string, tokens: readonly string[]): Promise<PoolMap> {
    const contract = IUniswapV3Factory__factory.connect(factory, provider);
    const edges = new Map<string, Edge[]>(tokens.map((token) => [getAddress(token), []]));
    const names = [...edges.keys()];
    for (const [index, a] of names.entries()) {
      for (const b of names.slice(index + 1)) {
        let best: { fee: number; liquidity: bigint } | undefined;
        for (const fee of FEES) {
          const pool = await contract.getPool(a, b, fee);
          if (pool === ZeroAddress) continue;
          const liquidity = await IUniswapV3Pool__factory.connect(pool, provider).liquidity();
          if (liquidity > (best?.liquidity ?? 0n)) best = { fee, liquidity };
        }
        if (best === undefined) continue;
        edges.get(a)?.push({ to: b, fee: best.fee });
        edges.get(b)?.push({ to: a, fee: best.fee });
      }
    }
    return new PoolMap(edges);
  }

  /** The route with fewest pools; undefined where none leads there. */
  route(from: string, to: string): string | undefined {
    const [start, end] = [getAddress(from), getAddress(to)];
    const reached = new Map<string, { stops: string[]; fees: number[] }>([[start, { stops: [start], fees: [] }]]);
    const queue = [start];
    for (let at = queue.shift(); at !== undefined && !reached.has(end); at = queue.shift()) {
      const way = reached.get(at) ?? { stops: [], fees: [] };
      for (const { to: next, fee } of this.#edges.get(at) ?? []) {
        if (reached.has(next)) continue;
        reached.set(next, { stops: [...way.stops, next], fees: [...way.fees, fee] });
        queue.push(next);
      }
    }
    const found = reached.get(end);
    return found === undefined || start === end ? undefined : encodePath(found.stops, found.fees);
  }
}
