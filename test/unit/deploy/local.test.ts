import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { network } from "hardhat";

import { withGasHeadroom } from "../../../deploy/gas.js";
import Local from "../../../deploy/modules/local/Local.js";
import { LOCAL_ASSETS } from "../../../deploy/parameters/local.js";
import { PERMISSIONS, ROLES, selectorsOf } from "../../../deploy/roles.js";

const WAD = 10n ** 18n;
/** Deployed for a moment, until what names the engine is there; theirs are the admin's. */
const STAND_INS = ["FixedCeilingGate.sol", "Treasury.sol"];

describe("deploy: local world", () => {
  async function deploy() {
    const connection = await network.create();
    const { ethers, ignition } = connection;
    const world = await withGasHeadroom(connection, () => ignition.deploy(Local));
    const [deployer, keeper, stranger] = await ethers.getSigners();
    return { ethers, world, deployer: deployer!, keeper: keeper!, stranger: stranger! };
  }

  it("lists four priced assets in every module", async () => {
    const { ethers, world } = await deploy();
    const lens = await ethers.getContractAt("ICreditLens", await world.lens.getAddress());
    const assets = await lens.assets();
    expect(assets.map((a) => a.symbol)).to.deep.equal(LOCAL_ASSETS.map((a) => a.symbol));
    expect(assets.map((a) => a.status)).to.deep.equal([2n, 2n, 2n, 2n]);
    expect(assets[0]!.mid).to.equal((1946n * WAD) / 10n);
    // The staked-ether token: the ether price times its rate.
    expect(assets[2]!.mid).to.equal((1946n * 107n * WAD) / 1_000n);
    for (const [i, asset] of LOCAL_ASSETS.entries()) {
      expect(assets[i]!.decimals).to.equal(BigInt(asset.decimals));
      expect(assets[i]!.cap > 0n).to.equal(true);
    }
    const book = await lens.book();
    // What the first statement allows, less what the faucet's stock and the tips were borrowed for: far below the ceiling of 100 million.
    const sheet = await ethers.getContractAt("IBalanceSheet", await world.sheet.getAddress());
    const { headroom, loanUnit } = await sheet.stored();
    expect(book.issuable > 0n && book.issuable < 20_000_000n * WAD).to.equal(true);
    expect(book.issuable <= (headroom * 10_000n) / loanUnit).to.equal(true);
    // 4% a year.
    expect(Math.exp((Number(book.rate) / 1e18) * 31_536_000)).to.be.within(1.0399999, 1.0400001);
  });

  it("lets the first stranger deposit what the faucet gives, and borrow", async () => {
    const { ethers, world, stranger } = await deploy();
    const engine = await ethers.getContractAt("ICreditEngine", await world.engine.getAddress());
    const faucet = await ethers.getContractAt("Faucet", await world.faucet.getAddress());
    const usdc = await ethers.getContractAt("FaucetToken", await world.usdc.getAddress());
    const dollar = await ethers.getContractAt("IPlimsollDollar", await world.dollar.getAddress());
    await faucet.claim(usdc, stranger.address);
    const amount = await usdc.balanceOf(stranger.address);
    await usdc.connect(stranger).approve(engine, amount);
    await engine.connect(stranger).deposit(3, amount, stranger.address);
    await engine.connect(stranger).borrow(8_000n * WAD, stranger.address, stranger.address);
    expect(await dollar.balanceOf(stranger.address)).to.equal(8_000n * WAD);
  });

  it("gives every governed function in the sources a role, and every role a holder", async () => {
    const { ethers, world, deployer, stranger } = await deploy();
    const manager = await ethers.getContractAt("AccessManager", await world.manager.getAddress());
    for (const permission of PERMISSIONS) {
      const target = await world[permission.contract].getAddress();
      for (const selector of selectorsOf(permission)) {
        expect(await manager.getTargetFunctionRole(target, selector)).to.equal(ROLES[permission.role]);
        expect((await manager.canCall(deployer.address, target, selector)).immediate).to.equal(true);
        expect((await manager.canCall(stranger.address, target, selector)).immediate).to.equal(false);
      }
    }
  });

  it("starts with a funded reserve on target, more capital than required, and no way to mint or absorb but its own", async () => {
    const { ethers, world } = await deploy();
    const sheet = await ethers.getContractAt("IBalanceSheet", await world.sheet.getAddress());
    const rebalancer = await ethers.getContractAt("IRebalancer", await world.rebalancer.getAddress());
    const engine = await ethers.getContractAt("ICreditEngine", await world.engine.getAddress());
    const statement = await sheet.statement();
    expect(statement.fullyPriced).to.equal(true);
    expect(statement.reserve > 2_800_000n * WAD).to.equal(true);
    expect(statement.capital > statement.required).to.equal(true);
    expect(await rebalancer.offTarget()).to.equal(0n);
    expect(await engine.issuanceGate()).to.equal(await world.sheet.getAddress());
    expect(await engine.absorber()).to.equal(await world.reserve.getAddress());
    expect(await engine.rateSource()).to.equal(await world.rate.getAddress());
    const dollar = await ethers.getContractAt("IPlimsollDollar", await world.dollar.getAddress());
    expect(await dollar.facilitators()).to.deep.equal([
      await world.engine.getAddress(),
      await world.reserve.getAddress(),
    ]);
  });

  it("leaves no restricted function out of the table", () => {
    const restricted = (folder: string): string[] =>
      readdirSync(folder, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith(".sol") && !STAND_INS.includes(entry.name))
        .flatMap((entry) => {
          const source = readFileSync(join(entry.parentPath, entry.name), "utf8");
          const found = source.matchAll(/function\s+(\w+)\s*\([^)]*\)[^{;]*\brestricted\b/g);
          return [...found].map((match) => match[1]!);
        });
    const table = PERMISSIONS.flatMap((permission) => permission.functions);
    expect(restricted("contracts").sort()).to.deep.equal([...table].sort());
  });

  it("gives the keeper a liquidator of its own", async () => {
    const { ethers, world, keeper } = await deploy();
    const liquidator = await ethers.getContractAt("FlashLiquidator", await world.liquidator.getAddress());
    expect(await liquidator.OWNER()).to.equal(keeper.address);
    expect(await liquidator.ENGINE()).to.equal(await world.engine.getAddress());
    expect(await liquidator.ROUTER()).to.equal(await world.router.getAddress());
  });
});
