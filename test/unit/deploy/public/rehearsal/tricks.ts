/** What a deployer may try in order to keep something, before the contracts are handed over; and what each is called by whoever verifies. */

import {
  concat,
  Contract,
  dataLength,
  dataSlice,
  Interface,
  parseEther,
  toBeHex,
  zeroPadValue,
  type BaseWallet,
} from "ethers";

import { ROLES } from "../../../../../deploy/roles.js";
import { Stage, USUAL_ANSWERS } from "../../../../../deploy/stage.js";
import type { FinishedRecord } from "../../../../../deploy/public/record.js";
import { localWallet } from "../../../../../replay/chain/embedded.js";
import { present } from "../../../../../sdk/present.js";
import type { Testnet } from "../../../../support/testnet.js";
import { included, openAgain, sent } from "./before.js";

const DAY = 86_400;
/** Somebody whom nobody knows. */
const STASH = "0x00000000000000000000000000000000000057A5";
const ADMIN = 0n;
const PROPOSER = "0xb09aa5aeb3702cfd50b6b62bc4532604938f21248a27a1d5ca736082b6819cc1";
/** Number of an asset that nobody is to list. */
const FIFTH = 4n;
const ROLE_FOR_LATER = 77n;
const ROLE_WITH_DELAY = 78n;
const ROLE_THAT_GRANTS = 99n;

/**
 * Deploys once more, plays every trick before the contracts are handed over, and hands them over.
 * @param restart Takes the chain back to where nothing is deployed.
 * @returns The record, which says nothing of the tricks.
 */
export async function playTricks(
  testnet: Testnet,
  honest: FinishedRecord,
  restart: () => Promise<void>,
): Promise<FinishedRecord> {
  const { provider, network, deployer } = testnet;
  const at = (future: string): string => present(honest.contracts[future], future);
  const alias = localWallet(8, provider);
  const [manager, timelock] = [at("Core#Authority"), at("Governance#PlimsollTimelock")];
  const encoded = (abi: string, ...args: unknown[]): string => {
    const of = new Interface([`function ${abi}`]);
    return of.encodeFunctionData(present(of.fragments[0]) as never, args);
  };
  const call = async (to: string, abi: string, ...args: unknown[]): Promise<string> =>
    await sent(deployer, { to, data: encoded(abi, ...args) });

  const lens = await provider.getCode(at("Core#CreditLens"));
  await restart();
  const open = await openAgain(testnet, honest, {
    // The same code in the end, with something in its storage that no constructor put there.
    "Core#CreditLens": { to: null, data: storing(lens) },
    // The last moment in which the deployer is the timelock's admin.
    "Governance#timelock_renounce": {
      to: timelock,
      data: encoded("grantRole(bytes32, address)", PROPOSER, deployer.address),
    },
  });
  await schedule();

  // A role that begins when nobody looks any more; the delay takes five days to be in force.
  await call(manager, "setGrantDelay(uint64, uint32)", ROLE_FOR_LATER, 30 * DAY);
  // A mint, a vault, a feed and an asset of one's own; a second source of a price.
  await call(at("Core#PlimsollDollar"), "setFacilitator(address, uint256)", alias.address, parseEther("1"));
  await listFifth();
  const [feed, minimum, most] = [present(network.feeds.ETH).address, parseEther("1"), parseEther("100000")];
  await call(
    at("Core#PriceOracle"),
    "setSecondFeed(uint256, tuple(address, uint24, uint16, uint256, uint256), uint256, uint256)",
    ...[0, [feed, 5_400, 100, minimum, most], 100, 100],
  );
  const wbtc = at("Public#WBTC");
  await call(wbtc, "mint(address, uint256)", deployer.address, 10n ** 9n);
  await hideMints(wbtc);
  await listVault(wbtc);
  await call(at("Core#CreditEngine"), "pause(uint256, uint256)", 0, 1);
  // A cap that was another for a while; and what anybody may call, which proves nothing against a deployer.
  const listed = present(await provider.getTransaction(present(honest.transactions?.["Public#list_WETH"])));
  for (const cap of ["1", dataSlice(listed.data, 4 + 2 * 32)]) {
    await call(at("Core#CreditEngine"), "setAssetCap(uint256, uint256)", 0, cap);
  }
  await sent(alias, { to: at("Core#CreditEngine"), data: encoded("syncAssetCap(uint256)", 0) });
  await call(at("Core#Reserve"), "pause(uint256, uint256)", 1, 2);
  // Admin by another name, who has something wait; and who may grant a role without being admin.
  await call(manager, "grantRole(uint64, address, uint32)", ADMIN, alias.address, 5 * DAY);
  const grant = encoded("grantRole(uint64, address, uint32)", ADMIN, alias.address, 0);
  await sent(alias, { to: manager, data: encoded("schedule(address, bytes, uint48)", manager, grant, 0) });
  await call(manager, "setRoleAdmin(uint64, uint64)", ROLES.risk, ROLE_THAT_GRANTS);
  for (const one of [deployer, alias]) {
    await call(manager, "grantRole(uint64, address, uint32)", ROLE_THAT_GRANTS, one.address, 0);
  }

  await provider.send("evm_increaseTime", [6 * DAY]);
  await provider.send("evm_mine", []);
  await call(manager, "grantRole(uint64, address, uint32)", ROLE_FOR_LATER, alias.address, 0);
  await call(manager, "setGrantDelay(uint64, uint32)", ROLE_WITH_DELAY, DAY);
  const record = await open.finish();
  await call(manager, "renounceRole(uint64, address)", ROLE_THAT_GRANTS, deployer.address);
  // Feeds go on meanwhile.
  for (const [name, { address }] of Object.entries(network.feeds)) {
    const feedOf = new Contract(address, ["function updateAnswer(int256)"], localWallet(0, provider));
    await feedOf.getFunction("updateAnswer").send(present(USUAL_ANSWERS[name], name));
  }
  // Where the history begins is not for the record to say.
  return { ...record, firstBlock: await provider.getBlockNumber() };

  /** Something that happens after days, by somebody who cannot be found among the proposers any more. */
  async function schedule(): Promise<void> {
    const payload = encoded("grantRole(uint64, address, uint32)", ADMIN, deployer.address, 2 * DAY);
    const none = toBeHex(0, 32);
    const abi = "schedule(address, uint256, bytes, bytes32, bytes32, uint256)";
    await call(timelock, abi, manager, 0, payload, none, none, 20 * DAY);
    await call(timelock, "revokeRole(bytes32, address)", PROPOSER, deployer.address);
  }

  /** LINK's calls once more, for another number and another token. */
  async function listFifth(): Promise<void> {
    const token = await new Stage(provider, localWallet(0, provider)).own(
      "FaucetToken",
      "FIFTH",
      "FIFTH",
      18,
      alias.address,
    );
    for (const [future, hasToken] of [
      ["Public#feed_LINK", false],
      ["Public#risk_LINK", false],
      ["Public#list_LINK", true],
      ["Public#seed_list_LINK", true],
    ] as const) {
      const { to, data } = present(
        await provider.getTransaction(present(honest.transactions?.[future], future)),
        future,
      );
      const words = [toBeHex(FIFTH, 32), ...(hasToken ? [zeroPadValue(token, 32)] : [])];
      const rest = data.slice(10 + 64 * words.length);
      await sent(deployer, { to, data: concat([data.slice(0, 10), ...words, `0x${rest}`]) });
    }
  }

  /** Mints beside what the faucet hands out: the same to the same account, in the same transaction, by an account that acts as a contract for it. */
  async function hideMints(token: string): Promise<void> {
    const batch = await new Stage(provider, localWallet(0, provider)).own("CallBatch");
    const faucet = at("Public#Faucet");
    const offers = new Contract(faucet, ["function offers(address) view returns (uint256, bool)"], provider);
    const [amount] = (await offers.getFunction("offers").staticCall(token)) as [bigint, boolean];
    const mint = { target: token, data: encoded("mint(address, uint256)", STASH, amount) };
    const calls = [{ target: faucet, data: encoded("claim(address, address)", token, STASH) }, mint, mint];
    const nonce = await deployer.getNonce();
    const authorization = await deployer.authorize({ address: batch, nonce: nonce + 1 });
    const { hash } = await deployer.sendTransaction({
      ...{ type: 4, to: deployer.address, nonce, gasLimit: 2_000_000n, authorizationList: [authorization] },
      data: encoded("run(tuple(address target, bytes data)[])", calls),
    });
    await included(deployer, hash, "the batch");
  }

  async function listVault(token: string): Promise<void> {
    const vault = await new Stage(provider, localWallet(0, provider)).own("PlainVault", token, 0);
    await call(token, "approve(address, uint256)", vault, 10n ** 8n);
    await call(vault, "deposit(uint256, address)", 10n ** 8n, deployer.address);
    const abi = "listVault(address, uint256, tuple(uint256, uint16, uint16))";
    await call(at("Core#Reserve"), abi, vault, 1, [10n ** 8n, 100, 100]);
  }
}

/** Code that makes a contract of the given code, and writes to its storage before. */
function storing(code: string): string {
  const head = "0x6001600055";
  const copied = concat(["0x61", toBeHex(dataLength(code), 2), "0x8061", toBeHex(18, 2), "0x6000396000f3"]);
  return concat([head, copied, code]);
}

/** What is to be said of them, by subject: all of it, and nothing else. */
export function expectedOf(alias: BaseWallet["address"], deployer: string): readonly (readonly [string, RegExp])[] {
  return [
    ["transaction Core#CreditLens", /the code that ran is \S*01600055\S*, not /],
    ["before the end", stray("Core#PlimsollDollar: FacilitatorSet", alias)],
    ["before the end", stray("Core#PriceOracle: FeedSet")],
    ["before the end", stray("Core#CreditEngine: AssetCapSet", "0, 1, ")],
    ["before the end", stray("Governance#PlimsollTimelock: CallScheduled")],
    ["before the end", stray("Governance#PlimsollTimelock: RoleGranted", deployer)],
    ["before the end", stray("Core#Authority: RoleGranted", alias)],
    ["before the end", stray("Public#WBTC: Transfer", deployer)],
    ["before the end", stray("Public#WBTC: Transfer", STASH)],
    ["facilitators", new RegExp(`, ${alias}\\], not `)],
    ["assets", /listed by the risk model: \[0, 1, 2, 3, 4\], not \[0, 1, 2, 3\]/],
    ["assets", /listed by the engine: \[0, 1, 2, 3, 4\], not/],
    ["assets", /held by the reserve: \[0, 1, 2, 3, 4\], not/],
    ["feeds", /the oracle prices: \[0, 1, 2, 3, 4\], not/],
    ["feeds", /a second feed: \[0\], not \[\]/],
    ["vaults", /invests: \[0x\w+\], not \[\]/],
    ["pauses", /paused: WETH in the engine \(1\), WBTC in the reserve \(2\)/],
    ["role admin", new RegExp(`${alias} \\(after 432000 s\\)`)],
    ["role risk", /99, 0, 0, not 0, 0, 0/],
    ["role 77", new RegExp(`${alias} \\(from \\d+ on\\), not nobody`)],
    ["role 77", /0, 0, 2592000, not 0, 0, 0/],
    ["role 99", new RegExp(`${alias}, not nobody`)],
    ["delays", /role 78: 86400 s from \d+ on/],
    ["timelock operations", /was scheduled before the deployment was complete, and waits/],
    ["timelock operations", new RegExp(`of ${alias} waits in the authority`)],
  ];
}

const stray = (what: string, whose = ""): RegExp => new RegExp(`${what}\\([^)]*${whose}[^)]*\\) in 0x`);
