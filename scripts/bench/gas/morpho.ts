/** Morpho Blue, to be measured: one isolated market, its rate model the mock from its own package. */

import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { Interface, keccak256, AbiCoder, MaxUint256, type Addressable } from "ethers";

import { npmArtifact } from "../../../deploy/artifacts.js";
import type { TestToken } from "../../../types/contracts/index.js";
import { WAD } from "../../../test/support/world.js";
import type { Bench } from "./chain.js";
import { addressOf, ask, deployForeign, tell } from "./foreign.js";
import type { Lending } from "./lending.js";

/** Lent up to, and liquidated beyond: as the threshold of the others. */
const LLTV = (83n * WAD) / 100n;
/** What lenders put in. */
const SUPPLIED = 100_000_000n * WAD;
const MINTED = 1_000_000n * WAD;

/** Deploys it with a market of `collateral` against `loan`, priced by `feed`. */
export async function deployMorpho(
  { ethers }: Bench,
  directory: string,
  collateral: TestToken,
  loan: TestToken,
  feed: Addressable,
): Promise<Lending> {
  const [owner] = (await ethers.getSigners()) as [HardhatEthersSigner];
  const artifact = npmArtifact(`${directory}/Morpho.json`);
  const protocol = await deployForeign(ethers, artifact, [owner.address]);
  const irm = await deployForeign(ethers, npmArtifact(`${directory}/IrmMock.json`));
  const oracle = await ethers.deployContract("FeedOracle", [feed]);
  const loops = await ethers.deployContract("PeerLoops");
  const target = await protocol.getAddress();
  const abi = new Interface(artifact.abi as never);
  const market = {
    loanToken: await loan.getAddress(),
    collateralToken: await collateral.getAddress(),
    oracle: await oracle.getAddress(),
    irm: await irm.getAddress(),
    lltv: LLTV,
  };
  const id = keccak256(
    AbiCoder.defaultAbiCoder().encode(["address", "address", "address", "address", "uint256"], Object.values(market)),
  );
  await tell(protocol, "enableIrm", irm);
  await tell(protocol, "enableLltv", LLTV);
  await tell(protocol, "createMarket", market);
  await loan.mint(owner.address, SUPPLIED);
  await loan.approve(target, MaxUint256);
  await tell(protocol, "supply", market, SUPPLIED, 0, owner.address, "0x");
  await loops.approve(loan, target);
  await loan.mint(loops, SUPPLIED);

  /** [supply shares, borrow shares, collateral] */
  const positionOf = async (account: string): Promise<[bigint, bigint, bigint]> =>
    await ask(protocol, "position", id, account);
  const call = (name: string, args: readonly unknown[]) => ({ target, data: abi.encodeFunctionData(name, args) });
  const mintAndApprove = (token: TestToken, account: string) => [
    { target: addressOf(token), data: token.interface.encodeFunctionData("mint", [account, MINTED]) },
    { target: addressOf(token), data: token.interface.encodeFunctionData("approve", [target, MaxUint256]) },
  ];
  const liquidateOne = async (account: string) =>
    call("liquidate", [market, account, 0, (await positionOf(account))[1], "0x"]);
  return {
    column: "morphoBlue",
    collaterals: 1,
    prepare: (account) => [
      ...mintAndApprove(collateral, account),
      { target: addressOf(loan), data: loan.interface.encodeFunctionData("approve", [target, MaxUint256]) },
    ],
    deposit: (account, _, amount) => call("supplyCollateral", [market, amount, account, "0x"]),
    withdraw: (account, _, amount) => call("withdrawCollateral", [market, amount, account, account]),
    borrow: (account, amount) => call("borrow", [market, amount, 0, account, account]),
    repay: (account, amount) => call("repay", [market, amount, 0, account, "0x"]),
    liquidate: async (accounts) => {
      const [first] = accounts;
      if (accounts.length === 1 && first !== undefined) return await liquidateOne(first);
      const shares = await Promise.all(accounts.map(async (account) => (await positionOf(account))[1]));
      const data = loops.interface.encodeFunctionData("morpho", [target, market, accounts as string[], shares]);
      return { target: await loops.getAddress(), data };
    },
    liquidateOut: liquidateOne,
    debtOf: async (account) => (await positionOf(account))[1],
    collateralOf: async (account) => (await positionOf(account))[2],
    walletOf: async (account) => await collateral.balanceOf(account),
    fundKeeper: async (keeper) => {
      await loan.mint(keeper, SUPPLIED);
    },
  };
}
