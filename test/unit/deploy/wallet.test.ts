import { expect } from "chai";
import { network } from "hardhat";

import { withGasHeadroom } from "../../../deploy/gas.js";
import Local from "../../../deploy/modules/local/Local.js";

const WAD = 10n ** 18n;
const MAX_UINT256 = 2n ** 256n - 1n;
/** Longer than a feed's heartbeat: taking oneself out needs no price. {s} */
const SOME_TIME = 30 * 86_400;

describe("deploy: a wallet in the local world", () => {
  it("goes all the way that the README shows: faucet, deposit, borrow, wait, repay all, withdraw all", async () => {
    const connection = await network.create();
    const { ethers, ignition, networkHelpers } = connection;
    const world = await withGasHeadroom(connection, () => ignition.deploy(Local));
    const you = (await ethers.getSigners())[7]!;
    const engine = (await ethers.getContractAt("ICreditEngine", await world.engine.getAddress())).connect(you);
    const lens = await ethers.getContractAt("ICreditLens", await world.lens.getAddress());
    const faucet = await ethers.getContractAt("Faucet", await world.faucet.getAddress());
    const weth = (await ethers.getContractAt("FaucetToken", await world.weth.getAddress())).connect(you);
    const dollar = await ethers.getContractAt("IPlimsollDollar", await world.dollar.getAddress());

    await faucet.claimAll(you);
    const [ether, dollars] = [await weth.balanceOf(you), await dollar.balanceOf(you)];
    expect(ether > 0n && dollars > 0n, "the faucet gives ether and plUSD").to.equal(true);

    await weth.approve(engine, ether);
    await engine.deposit(0, ether, you);
    await engine.borrow(1_000n * WAD, you, you);
    expect(await dollar.balanceOf(you)).to.equal(dollars + 1_000n * WAD);
    // A second may have passed.
    expect((await lens.healths([you]))[0]!.debt / WAD).to.equal(1_000n);

    await networkHelpers.time.increase(SOME_TIME);
    const debt = await engine.debtOf(you);
    expect(debt > 1_000n * WAD, "interest came on top").to.equal(true);
    await engine.repay(MAX_UINT256, you);
    expect(await engine.debtOf(you)).to.equal(0n);
    await engine.withdraw(0, MAX_UINT256, you, you);
    expect(await weth.balanceOf(you)).to.equal(ether);
  });
});
