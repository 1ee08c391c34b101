import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { network } from "hardhat";

import type { ICreditEngine, IReserve, TestToken } from "../../types/contracts/index.js";
import { deployRiskModel, listPinned } from "./risk.js";
import { at, DAY, LIQUIDATION, MAX_UINT256, MINIMUM_DEBT, TRANSACTION_GAS, WAD } from "./world.js";

/** USDC (a stable), ether and staked ether, on one-slot feeds. Decimals, decimals of the ledger unit, {USD/tok} 8 decimals */
const SPECS = [
  { symbol: "USDC", decimals: 6, unitDecimals: 6, price: 1_00000000n, stable: true },
  { symbol: "WETH", decimals: 18, unitDecimals: 8, price: 2_000_00000000n, stable: false },
  { symbol: "wstETH", decimals: 18, unitDecimals: 8, price: 2_400_00000000n, stable: false },
] as const;

/** A chain for `deployReserveWorld`. */
export const newChain = async () => await network.create({ override: { gas: TRANSACTION_GAS } });

/**
 * Reserve, engine, oracle, risk model and plUSD, all real, on a balance sheet double. The first signer governs.
 * @param chain Where; a new chain if absent.
 * @param existing Tokens that are there already and that the first signer may mint, by symbol.
 */
export async function deployReserveWorld(
  chain?: Awaited<ReturnType<typeof newChain>>,
  existing: Readonly<Record<string, string>> = {},
) {
  const { ethers } = chain ?? (await newChain());
  const [governor, alice, bob] = (await ethers.getSigners()) as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  const manager = await ethers.deployContract("AccessManager", [governor.address]);
  const authority = await manager.getAddress();
  const dollar = await ethers.deployContract("PlimsollDollar", [authority]);
  const token = await dollar.getAddress();
  const oracle = await ethers.deployContract("PriceOracle", [authority, ethers.ZeroAddress, 0, DAY]);
  const risk = await deployRiskModel(ethers, authority, await oracle.getAddress(), {
    maintenanceRise: 200,
    initialFall: 100,
    depthFall: 1000,
    minGap: 300,
  });
  const riskModel = await risk.getAddress();
  const sheet = await ethers.deployContract("SheetDouble");
  const gate = await sheet.getAddress();
  const rateSource = await (await ethers.deployContract("ConstantRate", [0])).getAddress();
  const creditExtension = await ethers.deployContract("CreditExtension", [authority, token]);

  // The reserve names the engine and the engine the reserve: extension, reserve, engine.
  const nonce = await ethers.provider.getTransactionCount(governor.address);
  const engineAddress = ethers.getCreateAddress({ from: governor.address, nonce: nonce + 2 });
  const extension = await ethers.deployContract("ReserveExtension", [authority, token, engineAddress]);
  const implementation = await ethers.deployContract("Reserve", [
    { authority, dollar: token, engine: engineAddress, gate, riskModel },
    await extension.getAddress(),
  ]);
  const reserveAddress = await implementation.getAddress();
  const credit = await ethers.deployContract("CreditEngine", [
    {
      authority,
      dollar: token,
      riskModel,
      issuanceGate: gate,
      absorber: reserveAddress,
      rateSource,
      minimumDebt: MINIMUM_DEBT,
      debtCeiling: 1_000_000_000n * WAD,
      depthFraction: 5_000,
      liquidation: LIQUIDATION,
    },
    await creditExtension.getAddress(),
  ]);
  if ((await credit.getAddress()) !== engineAddress) throw new Error("the engine is not where it was expected");
  const engine: ICreditEngine = await ethers.getContractAt("ICreditEngine", engineAddress);
  const reserve: IReserve = await ethers.getContractAt("IReserve", reserveAddress);
  await sheet.setSources(engineAddress, token);
  await dollar.setFacilitator(engineAddress, 10n ** 30n);
  await dollar.setFacilitator(reserveAddress, 10n ** 30n);

  const tokens: TestToken[] = [];
  for (const [asset, spec] of SPECS.entries()) {
    const there = existing[spec.symbol];
    const deployed: TestToken =
      there === undefined
        ? await ethers.deployContract("TestToken", [spec.symbol, spec.decimals])
        : await ethers.getContractAt("TestToken", there);
    const feed = await ethers.deployContract("OneSlotFeed", [spec.price]);
    await oracle.listFeed(asset, {
      feed: await feed.getAddress(),
      heartbeat: DAY,
      deviation: 25,
      minPrice: 10n ** 15n,
      maxPrice: 10n ** 24n,
    });
    const unit = 10n ** BigInt(spec.unitDecimals);
    await listPinned(
      risk,
      asset,
      spec.unitDecimals,
      { minInitial: 500, maxInitial: 10_000, minMaintenance: 500, maxMaintenance: 10_000 },
      { initialHaircut: 2500, maintenanceHaircut: 1700, depth: 100_000_000n * unit },
    );
    await engine.listAsset(asset, await deployed.getAddress(), 10n ** 17n);
    await reserve.listAsset(asset, await deployed.getAddress(), {
      stable: spec.stable,
      cap: 100_000_000n * unit,
      liquidFloor: 1_000_000n * unit,
      liquidCeiling: 3_000_000n * unit,
      baseFee: 10,
      maxFee: 100,
    });
    tokens.push(deployed);
  }

  /** Tokens for an account, which lets reserve and engine take them. Token units */
  async function give(who: HardhatEthersSigner, asset: number, amount: bigint): Promise<void> {
    const given = at(tokens, asset);
    await given.mint(who.address, amount);
    await given.connect(who).approve(reserveAddress, MAX_UINT256);
    await given.connect(who).approve(engineAddress, MAX_UINT256);
  }

  /** Seed capital. Token units */
  async function fund(asset: number, amount: bigint): Promise<void> {
    await give(governor, asset, amount);
    await reserve.fund(asset, amount);
  }

  return {
    ethers,
    governor,
    alice,
    bob,
    dollar,
    sheet,
    engine,
    reserve,
    implementation,
    extension,
    tokens,
    give,
    fund,
  };
}
