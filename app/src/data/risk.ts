/** What the risk model says now: asked for by the page that shows it only. */

import { Interface } from "ethers";

import { combined, listed, mapped, read, view, type Query } from "../../../sdk/reads/query.js";
import type { World } from "./world.js";

// Of `IRisk`, whose whole description is larger than this page.
const abi = new Interface([
  "function haircutParts(uint256) view returns (uint256 volatility, uint256 volatilityPart, uint256 sizePart, uint256 initial, uint256 maintenance)",
  "function correlation(uint256, uint256) view returns (int256)",
  "function componentValueAtRisk(uint256[]) view returns (int256[])",
  "function parameters() view returns (tuple(uint32 tau, uint24 interval, uint24 z, uint24 varZ, uint16 maintenanceShare, uint16 sizeFactor, uint16 varHorizon, uint16 guard))",
  "function observation() view returns (uint256 observedAt, uint256 allowedAt, uint256 unpriced)",
]);

export interface Parts {
  readonly volatility: bigint;
  readonly volatilityPart: bigint;
  readonly sizePart: bigint;
  readonly initial: bigint;
  readonly maintenance: bigint;
}

export interface RiskNow {
  /** In the order of the lending book's assets. */
  readonly parts: readonly Parts[];
  readonly correlations: readonly (readonly bigint[])[];
  /** What the reserve's holdings add to the value at risk. {USD} */
  readonly components: readonly bigint[];
  /** {unix seconds} */
  readonly observedAt: bigint;
  /** Of the value at risk. {s} */
  readonly horizon: number;
}

const MOST_ASSETS = 16;
/** {s} */
const HOUR = 3_600;

function riskOf({ book, protocol, sheet }: World): Query<RiskNow> {
  const { risk } = book.contracts;
  const numbers = protocol.assets.map((a) => a.number);
  const exposures = Array.from(
    { length: MOST_ASSETS },
    (_, i) => sheet.lines.find((l) => l.asset === BigInt(i))?.value ?? 0n,
  );
  const query = combined({
    parts: listed(numbers.map((n) => view<Parts>(risk, abi, "haircutParts", [n]))),
    rows: listed(numbers.map((a) => listed(numbers.map((b) => view<bigint>(risk, abi, "correlation", [a, b]))))),
    components: view<readonly bigint[]>(risk, abi, "componentValueAtRisk", [exposures]),
    parameters: view<{ varHorizon: bigint }>(risk, abi, "parameters"),
    observation: view<{ observedAt: bigint }>(risk, abi, "observation"),
  });
  return mapped(query, (r) => ({
    parts: r.parts,
    correlations: r.rows,
    components: numbers.map((n) => r.components[Number(n)] ?? 0n),
    observedAt: r.observation.observedAt,
    horizon: Number(r.parameters.varHorizon) * HOUR,
  }));
}

export async function readRisk(node: { call(request: object): Promise<string> }, world: World): Promise<RiskNow> {
  return await read(node, world.book, riskOf(world));
}
