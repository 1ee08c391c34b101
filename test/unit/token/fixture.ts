import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { network } from "hardhat";

import type { PlimsollDollar } from "../../../types/contracts/index.js";

/** One whole plUSD. {plUSD} */
export const UNIT = 10n ** 18n;

/** Cap of the facilitator and of flash mints in the fixture. {plUSD} */
export const CAP = 1_000_000n * UNIT;

export const MAX_UINT256 = 2n ** 256n - 1n;

/** A fresh chain with plUSD, one facilitator (an account, so that tests can call as it) and flash mints on. */
export async function deployDollar() {
  const connection = await network.create();
  const { ethers } = connection;
  const [governor, facilitator, other, alice, bob] = (await ethers.getSigners()) as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  const manager = await ethers.deployContract("AccessManager", [governor.address]);
  const dollar: PlimsollDollar = await ethers.deployContract("PlimsollDollar", [await manager.getAddress()]);
  await dollar.setFacilitator(facilitator.address, CAP);
  await dollar.setFlashMintCap(CAP);
  const address = await dollar.getAddress();
  return { connection, ethers, manager, dollar, address, governor, facilitator, other, alice, bob };
}

/** What {@link deployDollar} returns. */
export type Fixture = Awaited<ReturnType<typeof deployDollar>>;
