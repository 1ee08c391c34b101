import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { network } from "hardhat";

import { NotBuilt, lendingArtifact } from "../../../deploy/artifacts.js";
import { withGasHeadroom } from "../../../deploy/gas.js";
import Lending from "../../../deploy/modules/local/Lending.js";
import Local from "../../../deploy/modules/local/Local.js";
import Tokens from "../../../deploy/modules/local/Tokens.js";
import { LENDING } from "../../../deploy/parameters/lending.js";
import { LOCAL_ANSWERS } from "../../../deploy/parameters/local.js";
import { deployReserveWorld, newChain } from "../../support/reserve-world.js";
import { MAX_UINT256 } from "../../support/world.js";

const USDC = 10n ** 6n;
const RAY = 10n ** 27n;
const BPS = 10_000n;
const DAY = 86_400n;
const YEAR = 365n * DAY;
const VARIABLE_RATE = 2;

/** The local world with the market beside it, as the deployment wires them. */
const World = buildModule("LendingWorld", (m) => ({ ...m.useModule(Local), ...m.useModule(Lending) }));
const Market = buildModule("LendingMarket", (m) => ({ ...m.useModule(Tokens), ...m.useModule(Lending) }));

describe("deploy: lending market", function () {
  this.timeout(120_000);

  async function deploy() {
    const connection = await network.create({ chainType: "l1" });
    const { ethers, provider } = connection;
    const world = await withGasHeadroom(connection, () => connection.ignition.deploy(World));
    const signers = await ethers.getSigners();
    const [deployer, , alice] = signers as [HardhatEthersSigner, HardhatEthersSigner, HardhatEthersSigner];
    const borrower = signers[LENDING.borrower]!;
    // The double is OpenZeppelin's ERC-4626: its binding has the standard's functions.
    const vault = await ethers.getContractAt("PlainVault", await world.usdcVault.getAddress());
    const pool = await ethers.getContractAt("IPool", await world.lendingPool.getAddress());
    const usdc = await ethers.getContractAt("FaucetToken", await world.usdc.getAddress());
    const wait = async (seconds: bigint) => {
      await provider.request({ method: "evm_increaseTime", params: [Number(seconds)] });
      await provider.request({ method: "evm_mine", params: [] });
    };
    /** USDC for an account, which lets the vault and the pool take it. */
    const give = async (who: HardhatEthersSigner, amount: bigint) => {
      await usdc.connect(deployer).mint(who.address, amount);
      await usdc.connect(who).approve(vault, amount);
      await usdc.connect(who).approve(pool, amount);
    };
    return { ethers, world, deployer, alice, borrower, vault, pool, usdc, wait, give };
  }

  /** What lenders earn a year by the parameters, with these amounts supplied and lent out. 27 decimals */
  function lendersRate(supplied: bigint, lent: bigint): bigint {
    const { optimalUsageRatio, baseVariableBorrowRate, variableRateSlope1 } = LENDING.rates;
    const usage = (lent * RAY) / supplied;
    const optimal = (BigInt(optimalUsageRatio) * RAY) / BPS;
    expect(usage <= optimal, "below the optimum").to.equal(true);
    const borrowers =
      (BigInt(baseVariableBorrowRate) * RAY) / BPS + (((BigInt(variableRateSlope1) * RAY) / BPS) * usage) / optimal;
    return (((borrowers * usage) / RAY) * (BPS - BigInt(LENDING.reserveFactor))) / BPS;
  }

  /** Borrows all that the market has left, against the borrower's ether. */
  async function drain({ pool, usdc, borrower, wait }: Awaited<ReturnType<typeof deploy>>) {
    const free = await pool.getVirtualUnderlyingBalance(usdc);
    await pool.connect(borrower).borrow(usdc, free, VARIABLE_RATE, 0, borrower.address);
    await wait(1n);
    return free;
  }

  it("is Aave with a vault of USDC, priced by the feeds of the local world, lent to somebody with ether", async () => {
    const { world, ethers, vault, pool, usdc, borrower, deployer } = await deploy();
    expect(await vault.asset()).to.equal(await usdc.getAddress());
    // A share's price has more digits than the token: a unit may stay.
    expect(LENDING.supplied - LENDING.borrowed - (await vault.maxWithdraw(deployer))).to.be.within(0n, 1n);
    const account = await pool.getUserAccountData(borrower);
    // {USD} 8 decimals
    const collateral = (LENDING.collateral * LOCAL_ANSWERS.eth) / 10n ** 18n;
    expect(account.totalCollateralBase).to.equal(collateral);
    const feed = await ethers.getContractAt("MockV3Aggregator", await world.ethFeed.getAddress());
    await feed.updateAnswer(LOCAL_ANSWERS.eth / 2n);
    expect((await pool.getUserAccountData(borrower)).totalCollateralBase).to.equal(collateral / 2n);
    // The lowest price of the demonstration leaves the borrower solvent.
    await feed.updateAnswer(88_20000000n);
    expect((await pool.getUserAccountData(borrower)).healthFactor > 10n ** 18n).to.equal(true);
  });

  it("pays a depositor what the market's rate says", async () => {
    const { vault, give, alice, wait, usdc } = await deploy();
    const amount = 100_000n * USDC;
    await give(alice, amount);
    const shares = await vault.connect(alice).deposit.staticCall(amount, alice.address);
    await vault.connect(alice).deposit(amount, alice.address);
    const before = await vault.convertToAssets(shares);
    expect(amount - before <= 1n, "nothing is lost on the way in but a unit").to.equal(true);
    await wait(90n * DAY);
    const earned = (await vault.convertToAssets(shares)) - before;
    const expected = (((amount * lendersRate(LENDING.supplied + amount, LENDING.borrowed)) / RAY) * 90n * DAY) / YEAR;
    // 0.1%: the interest of the moments before the deposit is not in the parameters.
    expect(expected > 500n * USDC, "interest worth the name").to.equal(true);
    expect(Math.abs(Number(earned - expected)) <= Number(expected) / 1_000, `${earned} for ${expected}`).to.equal(true);

    await vault.connect(alice).redeem(shares, alice.address, alice.address);
    expect((await usdc.balanceOf(alice)) >= before + earned - 1n).to.equal(true);
    expect(await vault.balanceOf(alice)).to.equal(0n);
  });

  it("cannot pay back at once when borrowers took everything, and can again when they repaid", async () => {
    const world = await deploy();
    const { vault, give, alice, borrower, pool, usdc } = world;
    const amount = 50_000n * USDC;
    await give(alice, amount);
    await vault.connect(alice).deposit(amount, alice.address);
    const owed = await drain(world);
    const asked = await vault.maxWithdraw(alice);
    expect(asked <= 1n, `${asked} left`).to.equal(true);
    expect((await vault.previewRedeem(await vault.balanceOf(alice))) + 1n >= amount, "not lost, lent").to.equal(true);
    let refused = false;
    await vault
      .connect(alice)
      .withdraw(amount / 2n, alice.address, alice.address)
      .catch(() => (refused = true));
    expect(refused, "nothing comes out").to.equal(true);

    await usdc.connect(borrower).approve(pool, owed);
    await pool.connect(borrower).repay(usdc, owed, VARIABLE_RATE, borrower.address);
    const all = await vault.maxWithdraw(alice);
    expect(all + 1n >= amount).to.equal(true);
    await vault.connect(alice).withdraw(all, alice.address, alice.address);
    expect(await usdc.balanceOf(alice)).to.equal(all);
  });

  it("says what to do when it is not compiled", () => {
    expect(() => lendingArtifact("Nothing")).to.throw(NotBuilt, "npm run build");
  });

  describe("under the reserve", () => {
    const ASSET = 0;
    const CASH = 4_000_000n * USDC;
    const INVESTED = 200_000n * USDC;
    /** Less than the market pays here. {1e-6 a day} */
    const GROWTH = 50n;

    async function invested() {
      const chain = await newChain();
      const { usdcVault, lendingPool, usdc } = await withGasHeadroom(chain, () => chain.ignition.deploy(Market));
      const world = await deployReserveWorld(chain, { USDC: await usdc.getAddress() });
      const { ethers, reserve } = world;
      const vault = await ethers.getContractAt("PlainVault", await usdcVault.getAddress());
      const pool = await ethers.getContractAt("IPool", await lendingPool.getAddress());
      const borrower = (await ethers.getSigners())[LENDING.borrower]!;
      const wait = async (seconds: bigint) => {
        await chain.provider.request({ method: "evm_increaseTime", params: [Number(seconds)] });
        await chain.provider.request({ method: "evm_mine", params: [] });
      };
      await reserve.listVault(vault, 100_000n * USDC, {
        absoluteCap: INVESTED,
        relativeCap: 5_000,
        growthPerDay: 1_000,
      });
      await world.fund(ASSET, CASH);
      // Within the second of the listing, whose price was rounded down, nothing may have grown at all.
      await wait(1n);
      await reserve.invest(vault);
      // Only now: a vault that grew faster than its terms allow gets nothing.
      await reserve.setVaultTerms(vault, { absoluteCap: INVESTED, relativeCap: 5_000, growthPerDay: GROWTH });
      return { ...world, vault, pool, borrower, wait, usdc: world.tokens[ASSET]! };
    }

    it("takes the deposit within its cap and counts growth within the limit of the terms", async () => {
      const { reserve, vault, wait } = await invested();
      const start = await reserve.vaultInfo(vault);
      const worth = await vault.convertToAssets(start.shares);
      expect(worth > (INVESTED * 99n) / 100n && worth <= INVESTED, `${worth} invested`).to.equal(true);
      await wait(2n * DAY);
      await reserve.bookVault(vault);
      const { sharePrice, bookedAt, shares } = await reserve.vaultInfo(vault);
      const days = bookedAt - start.bookedAt;
      const most = (start.sharePrice * (DAY * 1_000_000n + GROWTH * days)) / (DAY * 1_000_000n);
      expect(Math.abs(Number(sharePrice - most)) <= 1e3, `${sharePrice} for ${most}`).to.equal(true);
      const [low, high, readable] = await reserve.vaultValue(vault);
      expect(readable).to.equal(true);
      expect(high > low, "the market pays more than is counted").to.equal(true);
      expect(await vault.convertToAssets(shares)).to.be.within(high - 1n, high + 1n);
      expect(low > worth, "and what is counted grew").to.equal(true);
    });

    it("is paid what there is when borrowers took the rest, by another vault in full, and later all", async () => {
      const { ethers, reserve, vault, pool, borrower, wait, usdc, governor, give } = await invested();
      const other = await ethers.deployContract("PlainVault", [usdc, 0]);
      await give(governor, ASSET, INVESTED);
      await usdc.approve(other, MAX_UINT256);
      await other.deposit(INVESTED, governor);
      await reserve.listVault(other, INVESTED / 2n, {
        absoluteCap: INVESTED / 4n,
        relativeCap: 5_000,
        growthPerDay: 0,
      });
      await give(governor, ASSET, CASH);
      await reserve.fund(ASSET, CASH);
      await wait(1n);
      await reserve.invest(other);

      const left = 10_000n * USDC;
      const owed = (await pool.getVirtualUnderlyingBalance(usdc)) - left;
      await pool.connect(borrower).borrow(usdc, owed, VARIABLE_RATE, 0, borrower);
      await wait(DAY);
      for (const [listed, growthPerDay] of [
        [vault, GROWTH],
        [other, 0n],
      ] as const) {
        await reserve.setVaultTerms(listed, { absoluteCap: 0, relativeCap: 5_000, growthPerDay });
      }
      const before = await usdc.balanceOf(reserve);
      await reserve.divest(vault, MAX_UINT256);
      const paid = (await usdc.balanceOf(reserve)) - before;
      expect(paid <= left && paid + 2n >= left, `${paid} of ${left}`).to.equal(true);
      // Nothing is left: that is noted, and takes no share.
      const { shares } = await reserve.vaultInfo(vault);
      await reserve.divest(vault, MAX_UINT256);
      expect((await reserve.vaultInfo(vault)).shares).to.equal(shares);
      expect((await reserve.vaultInfo(vault)).failingSince > 0n, "noted").to.equal(true);
      await reserve.divest(other, MAX_UINT256);
      expect((await reserve.vaultInfo(other)).shares).to.equal(0n);

      await usdc.connect(borrower).approve(pool, owed);
      await pool.connect(borrower).repay(usdc, owed, VARIABLE_RATE, borrower);
      await reserve.divest(vault, MAX_UINT256);
      expect((await reserve.vaultInfo(vault)).shares).to.equal(0n);
      expect((await reserve.vaultInfo(vault)).failingSince).to.equal(0n);
      // Nothing was lost: seed capital, the part of the other vault, and the interest.
      expect((await usdc.balanceOf(reserve)) > 2n * CASH, "with interest").to.equal(true);
    });
  });
});
