/** A rehearsed deployment: somebody tampers with it, in each way that there is. */

import { expect } from "chai";
import { concat, Contract, dataSlice, id, parseEther, toBeHex, zeroPadValue } from "ethers";

import { readAddressBooks } from "../../../../../deploy/address-book.js";
import { verifyDeployment } from "../../../../../deploy/verify/verify.js";
import { ROLES } from "../../../../../deploy/roles.js";
import { Stage } from "../../../../../deploy/stage.js";
import { localWallet } from "../../../../../replay/chain/embedded.js";
import { present } from "../../../../../sdk/present.js";
import type { Rehearsal } from "./rehearsal.js";

/** Whether tampering is noticed. */
export function tamperingSuite(r: Rehearsal): void {
  it("notices whatever somebody tampers with, and says what it is", async () => {
    const { provider, deployer, network, folder } = r.testnet;
    const { contracts } = r.recordIn(folder);
    const at = (future: string): string => present(contracts[future], future);
    const [timelock, manager] = [at("Governance#PlimsollTimelock"), at("Core#Authority")];
    /** What only votes could do. */
    const asTimelock = (to: string, abi: string, ...args: unknown[]): Promise<void> => r.as(timelock, to, abi, ...args);
    const lens = at("Core#CreditLens");
    const stranger = localWallet(8, provider).address;
    type Case = [what: string, does: () => Promise<unknown>, subject: string, said: RegExp];
    const codes: Case[] = [
      [
        "code",
        async () => r.rpc("anvil_setCode", at("Core#ReadBatch"), await provider.getCode(lens)),
        "code of Core#ReadBatch",
        /not what the build makes of ReadBatch/,
      ],
      [
        "an immutable",
        async () => {
          const [engine, other] = [at("Core#CreditEngine"), stranger].map((one) =>
            zeroPadValue(one, 32).slice(2).toLowerCase(),
          );
          const code = await provider.getCode(lens);
          expect(code).to.contain(engine);
          await r.rpc("anvil_setCode", lens, code.replaceAll(engine!, other!));
        },
        "code of Core#CreditLens",
        /made with other arguments/,
      ],
      [
        "the published router",
        async () => {
          const code = await provider.getCode(at("Public#SwapRouter"));
          await r.rpc(
            "anvil_setCode",
            at("Public#SwapRouter"),
            concat([dataSlice(code, 0, 100), "0x00", dataSlice(code, 101)]),
          );
        },
        "code of Public#SwapRouter",
        /made with other arguments/,
      ],
    ];
    const cases: Case[] = [
      [
        "a role",
        () =>
          asTimelock(
            manager,
            "function grantRole(uint64, address, uint32)",
            ROLES.governor,
            deployer.address,
            2 * 86_400,
          ),
        "role governor",
        new RegExp(`held by: .*${deployer.address} \\(after 172800 s\\)`),
      ],
      [
        "a role that nobody knows",
        () => asTimelock(manager, "function grantRole(uint64, address, uint32)", 77n, stranger, 2 * 86_400),
        "role 77",
        /held by: .* not nobody/,
      ],
      [
        "a function's role",
        () =>
          asTimelock(
            manager,
            "function setTargetFunctionRole(address, bytes4[], uint64)",
            at("Core#PriceOracle"),
            ["0x12345678"],
            ROLES.risk,
          ),
        "functions",
        /0x12345678 of 0x\w+ belongs to risk, not to admin/,
      ],
      [
        "a closed contract",
        () => asTimelock(manager, "function setTargetClosed(address, bool)", at("Core#PlimsollDollar"), true),
        "contract dollar",
        /true, 0, not false, 0/,
      ],
      [
        "who proposes",
        () =>
          asTimelock(
            timelock,
            "function grantRole(bytes32, address)",
            "0xb09aa5aeb3702cfd50b6b62bc4532604938f21248a27a1d5ca736082b6819cc1",
            deployer.address,
          ),
        "timelock proposer",
        new RegExp(`held by: .*${deployer.address}`),
      ],
      [
        "a parameter",
        () => asTimelock(at("Core#CreditEngine"), "function setTipFloor(uint256)", parseEther("6")),
        "setting Core#ICreditEngine.setTipFloor",
        /is "6000000000000000000", not "5000000000000000000"/,
      ],
      [
        "what a constructor set",
        () => asTimelock(at("Core#CreditEngine"), "function setDepthFraction(uint256)", 4_000n),
        "setting Core#CreditEngine",
        /depthFraction is "4000", not /,
      ],
      [
        "the risk model",
        async () => {
          const stage = new Stage(provider, localWallet(0, provider));
          const hostile = await stage.own("HostileModule", at("Core#RiskModel"));
          await asTimelock(at("Core#CreditEngine"), "function setRiskModel(address)", hostile);
        },
        "setting Core#CreditEngine",
        /riskModel is "0x\w+", not /,
      ],
      [
        "a depth",
        () => asTimelock(at("Core#RiskModel"), "function setDepth(uint256, uint256)", 0, 1),
        "setting Public#risk_WETH",
        /depth is "1", not /,
      ],
      [
        "the governor's timelock",
        async () => {
          const governor = at("Governance#PlimsollGovernor");
          const word = zeroPadValue(timelock, 32).toLowerCase();
          let slot = 0;
          while ((await provider.getStorage(governor, slot)) !== word) slot += 1;
          await r.rpc("anvil_setStorageAt", governor, toBeHex(slot, 32), zeroPadValue(stranger, 32));
        },
        "setting Governance#PlimsollGovernor",
        new RegExp(`timelock_ is "${stranger}", not "${timelock}"`),
      ],
      [
        "a minter",
        () => asTimelock(at("Public#WBTC"), "function setMinter(address, bool)", deployer.address, true),
        "token Public#WBTC",
        new RegExp(deployer.address),
      ],
      [
        "an owner",
        () => asTimelock(at("Public#WBTC"), "function transferOwnership(address)", deployer.address),
        "setting Public#give_WBTC",
        new RegExp(`is "${deployer.address}"`),
      ],
      [
        "a guardian",
        () =>
          asTimelock(
            at("Governance#Guardian"),
            "function appoint(address, uint256)",
            stranger,
            BigInt(Math.floor(Date.now() / 1_000)) + 170n * 86_400n,
          ),
        "guardian",
        new RegExp(`held by: ${stranger}`),
      ],
      [
        "a guardian's term",
        () => Promise.resolve(),
        "guardian",
        /its term ends on \S+ \(\d+\), and not on \S+ \(\d+\) as it did when it was made/,
      ],
      [
        "an operation of nobody's",
        async () => {
          await asTimelock(timelock, "function grantRole(bytes32, address)", id("PROPOSER_ROLE"), timelock);
          const none = toBeHex(0, 32);
          const abi = "function schedule(address, uint256, bytes, bytes32, bytes32, uint256)";
          await asTimelock(timelock, abi, lens, 0, "0x", none, none, 9 * 86_400);
        },
        "timelock operations",
        /waits, and is no proposal of the governor/,
      ],
      [
        "votes",
        async () => {
          const plim = new Contract(
            at("Governance#PlimsollToken"),
            ["function transfer(address, uint256)"],
            localWallet(3, provider),
          );
          await (await plim.getFunction("transfer").send(deployer.address, parseEther("300000"))).wait();
        },
        "deployer",
        /it has 300000000000000000000000 PLIM and 0 votes, and 250000000000000000000000 are enough to propose/,
      ],
      [
        "a feed",
        async () => {
          const feed = new Contract(
            present(network.feeds.BTC).address,
            ["function setDescription(string)"],
            localWallet(0, provider),
          );
          await (await feed.getFunction("setDescription").send("DOGE / USD")).wait();
        },
        "feed BTC",
        /DOGE \/ USD, not BTC \/ USD/,
      ],
    ];
    // All at once: what somebody does does not hide what somebody else did.
    for (const some of [codes, cases]) {
      const failed = await r.meanwhile(async () => {
        for (const [, does] of some) await does();
        return (await r.checks(r.recordIn(folder))).filter(({ holds }) => !holds);
      });
      for (const [what, , subject, said] of some) {
        const found = failed.filter((check) => check.subject === subject).map((check) => check.said);
        expect(
          found.some((one) => said.test(one)),
          `${what}: ${JSON.stringify(failed)}`,
        ).to.equal(true);
      }
      const named = new Set(some.map(([, , subject]) => subject));
      expect(failed.map(({ subject }) => subject).filter((subject) => !named.has(subject))).to.deep.equal([]);
    }
    // The other way round: files that say something else.
    const [book] = readAddressBooks(network.chainId, folder);
    const forged = { ...present(book), contracts: { ...present(book).contracts, engine: stranger } };
    const books = [
      { where: "that was written", book },
      { where: "that was forged", book: forged },
      { where: "that got lost", book: undefined },
    ];
    const file = { ...network, tokens: { ...network.tokens, WBTC: { ...present(network.tokens.WBTC), feed: "ETH" } } };
    const chainId = BigInt(network.chainId);
    const wrong = (
      await verifyDeployment({ provider, chainId, network: file, record: r.recordIn(folder), books })
    ).filter(({ holds }) => !holds);
    expect(wrong.find(({ subject }) => subject.endsWith("forged"))?.said).to.equal(
      `contracts.engine is ${stranger}, not ${at("Core#CreditEngine")}`,
    );
    expect(wrong.map(({ subject }) => subject)).to.deep.equal([
      "transaction Public#feed_WBTC",
      "address book that was forged",
      "address book that got lost",
      "setting Public#feed_WBTC",
    ]);
  });
}
