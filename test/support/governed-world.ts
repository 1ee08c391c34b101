/** A local world whose deployer has handed it over as on a public network: votes decide, and nobody but the guardian holds a role beside them. */

import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { network } from "hardhat";

import { bookOf } from "../../deploy/book.js";
import { withGasHeadroom } from "../../deploy/gas.js";
import { deployModule } from "../../deploy/ignition.js";
import Local from "../../deploy/modules/local/Local.js";
import { handOver } from "../../deploy/modules/roles.js";
import { LOCAL_ANSWERS, LOCAL_ASSETS } from "../../deploy/parameters/local.js";
import { ROLES } from "../../deploy/roles.js";
import {
  deploymentOf,
  encodeProposal,
  parseProposal,
  proposalId,
  type EncodedProposal,
} from "../../sdk/governance/index.js";
import { present } from "../../sdk/present.js";
import { readSnapshot } from "../../sdk/reads/index.js";
import { recorded } from "./recorded.js";

export const DAY = 86_400;
const WETH = [
  "function deposit() payable",
  "function approve(address, uint256) returns (bool)",
  "function balanceOf(address) view returns (uint256)",
];
const WAD = 10n ** 18n;

/** What a public deployment ends with, after the local world; and the roles that its deployer keeps on a local chain are given up. */
const Governed = buildModule("Governed", (m) => {
  const world = m.useModule(Local);
  const deployer = m.getAccount(0);
  const renounced = Object.entries(ROLES).map(([role, id]) =>
    m.call(world.manager, "renounceRole", [id, deployer], { id: `renounce_${role}`, after: [Local] }),
  );
  handOver(m, world.manager, world, world, renounced);
  return world;
});

/** What feeds answer. {USD, eight decimals} */
type Answers = Readonly<Record<"eth" | "btc" | "usdc", bigint>>;

export type GovernedWorld = Awaited<ReturnType<typeof openGovernedWorld>>;

export async function openGovernedWorld() {
  const connection = await network.create();
  const { ethers, networkHelpers } = connection;
  const [deployer, , voter, safe, alice, bob] = (await ethers.getSigners()) as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    ...HardhatEthersSigner[],
  ];
  const people = {
    deployer,
    voter: present(voter),
    safe: present(safe),
    alice: present(alice),
    bob: present(bob),
  };
  const found = await recorded("governed", connection, async () => {
    const world = await withGasHeadroom(connection, () => deployModule(connection.provider, Governed));
    return new Map<string, string>(Object.entries(world));
  });
  const addressOf = (name: string): string => present(found.get(name), name);
  const book = bookOf(addressOf, {
    chainId: 31_337,
    firstBlock: 0,
    vaults: { USDC: addressOf("usdcVault") },
    tokens: Object.fromEntries(LOCAL_ASSETS.map(({ symbol, token }) => [symbol, addressOf(token)])),
    feeds: { eth: addressOf("ethFeed"), btc: addressOf("btcFeed"), usdc: addressOf("usdcFeed") },
  });
  const addresses = present(book.governance);
  const at = book.contracts;

  const contracts = {
    authority: await ethers.getContractAt("Authority", at.manager),
    governor: await ethers.getContractAt("PlimsollGovernor", addresses.governor),
    timelock: await ethers.getContractAt("PlimsollTimelock", addresses.timelock),
    guardian: await ethers.getContractAt("Guardian", addresses.guardian),
    plim: await ethers.getContractAt("PlimsollToken", addresses.plim),
    dollar: await ethers.getContractAt("PlimsollDollar", at.dollar),
    engine: await ethers.getContractAt("ICreditEngine", at.engine),
    lens: await ethers.getContractAt("ICreditLens", at.lens),
    oracle: await ethers.getContractAt("PriceOracle", at.oracle),
    risk: await ethers.getContractAt("IRisk", at.risk),
    reserve: await ethers.getContractAt("IReserve", at.reserve),
    rebalancer: await ethers.getContractAt("Rebalancer", at.rebalancer),
    sheet: await ethers.getContractAt("BalanceSheet", at.sheet),
    backstop: await ethers.getContractAt("Backstop", at.backstop),
    rate: await ethers.getContractAt("MarketRate", at.rate),
    depth: await ethers.getContractAt("UniswapDepth", present(book.depth)),
    usdc: await ethers.getContractAt("FaucetToken", present(book.tokens.USDC)),
    weth: await ethers.getContractAt(WETH, present(book.tokens.WETH)),
  };
  const { governor, timelock, guardian, plim, sheet, usdc, weth, engine } = contracts;

  // All but what the faucet has, which nobody votes with.
  await plim.transfer(people.voter, await plim.balanceOf(deployer));
  await plim.connect(people.voter).delegate(people.voter);

  /** Whoever can send as the timelock: what a vote of all PLIM ends in. */
  async function asTimelock(): Promise<HardhatEthersSigner> {
    await networkHelpers.impersonateAccount(addresses.timelock);
    await networkHelpers.setBalance(addresses.timelock, 1_000n * WAD);
    return await ethers.getSigner(addresses.timelock);
  }
  await guardian
    .connect(await asTimelock())
    .appoint(people.safe, BigInt(await networkHelpers.time.latest()) + 90n * 86_400n);

  const { protocol } = await readSnapshot(ethers.provider, book, deployer.address);
  const deployment = deploymentOf(book, protocol.assets);

  /** Feeds answer anew, as they do every hour or day. */
  async function answer(answers: Answers): Promise<void> {
    for (const [name, price] of Object.entries(answers)) {
      const feed = await ethers.getContractAt("MockV3Aggregator", present(book.feeds[name]));
      await feed.updateAnswer(price);
    }
  }

  /** The same, and a statement is taken. */
  async function refresh(answers: Answers = { ...LOCAL_ANSWERS }): Promise<void> {
    await answer(answers);
    await sheet.lookAtCollateral();
    await sheet.refresh();
  }

  async function wait(seconds: bigint | number): Promise<void> {
    await networkHelpers.time.increase(seconds);
  }

  // Votes are those of an earlier second.
  await wait(60);
  return {
    connection,
    ethers,
    networkHelpers,
    ...contracts,
    people,
    book,
    addresses,
    deployment,
    asTimelock,
    answer,
    refresh,
    wait,
    encode: (proposal: unknown): EncodedProposal => encodeProposal(parseProposal(proposal), deployment),

    /** Proposes and waits until it can be voted on. @returns Its number. */
    async propose({ targets, values, calldatas, description }: EncodedProposal): Promise<bigint> {
      await governor.connect(people.voter).propose([...targets], [...values], [...calldatas], description);
      const id = proposalId({ targets, values, calldatas, description });
      await wait((await governor.votingDelay()) + 1n);
      return id;
    },
    /** Votes for it with everything, and queues it. */
    async carry(id: bigint): Promise<void> {
      await governor.connect(people.voter).castVote(id, 1);
      await wait((await governor.votingPeriod()) + 1n);
      await governor["queue(uint256)"](id);
    },
    /** Waits for the timelock, and executes. */
    async execute(id: bigint): Promise<void> {
      await wait((await timelock.getMinDelay()) + 1n);
      await governor.connect(people.bob)["execute(uint256)"](id);
    },

    /** Deposits WETH and borrows plUSD against it. @param ether {WETH} @param debt {plUSD} */
    async borrow(who: HardhatEthersSigner, ether: bigint, debt: bigint): Promise<void> {
      await who.sendTransaction({ ...(await weth.getFunction("deposit").populateTransaction()), value: ether });
      await who.sendTransaction(await weth.getFunction("approve").populateTransaction(engine, ether));
      await engine.connect(who).deposit(0, ether, who.address);
      if (debt > 0n) await engine.connect(who).borrow(debt, who.address, who.address);
    },
    /** Gives somebody plUSD, issued against dollars. {plUSD} */
    async issue(who: HardhatEthersSigner, amount: bigint): Promise<void> {
      const dollars = (amount * 102n) / (100n * 10n ** 12n);
      await usdc.mint(who.address, dollars);
      await usdc.connect(who).approve(at.reserve, dollars);
      await contracts.reserve.connect(who).issue(3, dollars, amount, who.address);
    },
  };
}
