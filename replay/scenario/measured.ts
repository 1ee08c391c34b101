/** What the risk model has measured of ether, the asset that the scenario is about. */

import { IRisk__factory } from "../../types/contracts/index.js";
import { present } from "../../sdk/present.js";
import type { World } from "./world.js";

export interface Measured {
  /** Standard deviation of a day's return. 18 decimals */
  readonly volatility: bigint;
  /** Haircuts in force. bps */
  readonly initialHaircut: bigint;
  readonly maintenanceHaircut: bigint;
}

export async function measured(world: Pick<World, "provider" | "addresses" | "assets">): Promise<Measured> {
  const { risk } = world.addresses.contracts;
  const { id } = present(world.assets.find((asset) => asset.symbol === "WETH"));
  const model = IRisk__factory.connect(risk, world.provider);
  const volatility = await model.volatility(id);
  const haircuts = await model.haircuts(id);
  return { volatility, initialHaircut: haircuts.initial, maintenanceHaircut: haircuts.maintenance };
}
