import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { network } from "hardhat";

import Local from "../../../deploy/modules/local/Local.js";
import { LOCAL_ASSETS } from "../../../deploy/parameters/local.js";
import { PERMISSIONS, ROLES, selectorsOf } from "../../../deploy/roles.js";

const WAD = 10n ** 18n;

describe("deploy: local world", () => {
  async function deploy() {
    const { ethers, ignition } = await network.create();
    const world = await ignition.deploy(Local);
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
    // The ceiling, less what the faucet's stock was borrowed for, and a second's interest on it.
    expect(Number((100_000_000n * WAD - book.issuable) / WAD)).to.equal(50_000);
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

  it("leaves no restricted function out of the table", () => {
    const restricted = (folder: string): string[] =>
      readdirSync(folder, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith(".sol"))
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
