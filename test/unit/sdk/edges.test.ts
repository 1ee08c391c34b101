import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { parseEther, parseUnits, ZeroAddress, type BaseWallet } from "ethers";

import { act, show } from "../../../cli/account/run.js";
import { showAssets, showBalanceSheet, watch } from "../../../cli/protocol/run.js";
import { serveRpc, type RpcServer } from "../../../replay/chain/rpc-server.js";
import {
  afterDeposit,
  backstopClaim,
  backstopDeposit,
  backstopExit,
  borrow,
  deposit,
  fill,
  issue,
  leverage,
  liquidate,
  mostBorrowable,
  mostDepositable,
  mostRepaid,
  mostWithdrawable,
  redeem,
  repay,
  repayInStable,
  unwind,
  withdraw,
} from "../../../sdk/actions/index.js";
import { InvalidAddressBook, parseAddressBook } from "../../../sdk/addresses.js";
import type { Outcome } from "../../../sdk/actions/types.js";
import {
  balanceSheet,
  findAsset,
  read,
  readFullSnapshot,
  standingOf,
  termsOf,
  type FullSnapshot,
} from "../../../sdk/reads/index.js";
import { openSdkWorld, type SdkWorld } from "../../support/sdk-world.js";

/** What may become of a token, as code. */
const BROKEN = {
  "that reverts": "0x5f5ffd",
  "that eats all gas": "0x5b5f56",
  "whose every answer is 2^256 - 1": "0x5f195f5260205ff3",
  "that answers five bytes": "0x60055ff3",
  "that answers 200,000 bytes": "0x62030d405ff3",
  "that is gone": "0x",
} as const;
const IDENTITY = "0x36365f5f37365ff3";

describe("sdk: at the edges", () => {
  let world: SdkWorld;
  let alice: BaseWallet;

  const look = async (): Promise<FullSnapshot> => await readFullSnapshot(world.provider, world.book, alice.address);
  const setCode = async (address: string, code: string): Promise<unknown> =>
    await world.connection.provider.request({ method: "hardhat_setCode", params: [address, code] });
  const codeOf = async (address: string): Promise<string> => await world.provider.getCode(address);
  const names = ({ problems }: Outcome): string[] => problems.map((p) => p.name);

  before(async () => {
    world = await openSdkWorld(1);
    alice = await world.newAccount(0);
    await world.refresh();
    const approve = async (asset: string, amount: bigint): Promise<void> => {
      const snapshot = await look();
      for (const need of deposit.requirements(snapshot, { asset, amount }))
        if (need.kind === "approval") await world.send(alice, need.tx);
      await world.send(alice, deposit.tx(snapshot, { asset, amount }));
    };
    await approve("WETH", parseEther("10"));
    await approve("WBTC", 10n ** 7n);
    await world.send(alice, borrow.tx(await look(), { amount: parseEther("1500") }));
  });
  after(async () => {
    await world.close();
  });

  // ---- one token that is broken

  describe("with one token", () => {
    let server: RpcServer;
    let folder = "";
    let chain: { rpc: string; addresses: string };

    before(async () => {
      server = await serveRpc(world.connection.provider, 0);
      folder = mkdtempSync(join(tmpdir(), "plimsoll-broken-"));
      chain = { rpc: server.url, addresses: join(folder, "addresses.json") };
      writeFileSync(chain.addresses, JSON.stringify(world.book));
    });
    after(async () => {
      await server.close();
      rmSync(folder, { recursive: true });
    });

    async function said(work: (say: (line: string) => void) => Promise<void>): Promise<string> {
      const lines: string[] = [];
      await work((line) => void lines.push(line));
      return lines.join("\n");
    }

    for (const [how, code] of Object.entries(BROKEN)) {
      it(`${how}: everything else goes on, and it is named`, async () => {
        const token = world.token("WBTC");
        const was = await codeOf(token);
        const before = await look();
        await setCode(token, code);
        try {
          const after = await look();
          // What prices and the ledger say does not hang on the token.
          expect(standingOf(after.account, termsOf(after.protocol))).to.deep.equal(
            standingOf(before.account, termsOf(before.protocol, after.block.timestamp)),
          );
          const asset = findAsset(after.protocol, "WBTC");
          expect(asset).to.deep.equal({ ...findAsset(before.protocol, "WBTC"), answers: false });
          for (const other of ["WETH", "wstETH", "USDC"]) {
            expect(findAsset(after.protocol, other).answers, other).to.equal(true);
            const at = world.token(other);
            expect(after.account.wallet.get(at), other).to.deep.equal(before.account.wallet.get(at));
          }
          expect((await read(world.provider, world.book, balanceSheet(world.book))).fullyPriced).to.equal(true);
          for (const preview of [
            deposit.preview(after, { asset: "WBTC", amount: 10n ** 6n }),
            withdraw.preview(after, { asset: "WBTC", amount: 10n ** 6n }),
          ]) {
            expect(names(preview)).to.include("TokenDoesNotAnswer");
            expect(preview.problems.some(({ message }) => message.includes("WBTC"))).to.equal(true);
          }
          expect(mostDepositable(after, "WBTC")).to.equal(0n);

          const terminal = {
            environment: { PLIMSOLL_PRIVATE_KEY: (alice as BaseWallet & { privateKey: string }).privateKey },
            ask: undefined,
          };
          const shown = await said((say) => show(alice.address, chain, { ...terminal, say }));
          expect(shown)
            .to.match(/WBTC +0\.1 +\d/)
            .and.to.match(/health +\d\.\d{3}/)
            .and.to.match(/WBTC +unknown: the token does not answer/);
          expect(await said((say) => showAssets(chain, say))).to.match(/\nWBTC .*token does not answer/);
          expect(await said((say) => showBalanceSheet(chain, say))).to.contain("above the line");
          let picture = "";
          const screen = { live: false, write: (text: string) => void (picture += text) };
          const options = { ...chain, account: alice.address, interval: 1, once: true };
          await watch(options, screen, new AbortController().signal);
          expect(picture)
            .to.match(/: 1,\d{3}\.\d\d plUSD owed/)
            .and.to.match(/\nWBTC .*token does not answer/);

          const paid = await said((say) => act("repay", ["10"], { ...chain, yes: true }, { ...terminal, say }));
          expect(paid).to.contain("done in block");
          const got = await said((say) =>
            act("withdraw", ["0.01", "WETH"], { ...chain, yes: true }, { ...terminal, say }),
          );
          expect(got).to.contain("done in block");
        } finally {
          await setCode(token, was);
        }
        expect(findAsset((await look()).protocol, "WBTC").answers).to.equal(true);
      });
    }
  });

  // ---- receivers and amounts

  it("finds that what is sent to nobody, to a token or to the protocol would be lost", async () => {
    const snapshot = await look();
    const amount = parseEther("1");
    const nowhere = [world.token("WETH"), world.token("plUSD"), world.book.contracts.engine, world.book.leverage!];
    const quote = { amount: 1n, paid: 0n } as Parameters<typeof fill.preview>[1]["quote"];
    const found = (to: string): string[][] => [
      names(borrow.preview(snapshot, { amount, to })),
      names(withdraw.preview(snapshot, { asset: "WETH", amount, to })),
      names(issue.preview(snapshot, { asset: "USDC", amount: 10n ** 6n, to })),
      names(redeem.preview(snapshot, { asset: "USDC", amount, to })),
      names(fill.preview(snapshot, { sold: 3n, bought: 0n, quote, to })),
      names(backstopExit.preview(snapshot, { receiver: to })).filter((name) => name !== "NoClaim"),
    ];
    for (const to of nowhere) expect(found(to), to).to.deep.equal(Array<string[]>(6).fill(["LostThere"]));
    const zero = [...Array<string[]>(4).fill(["ZeroAddress"]), ["LostThere"], ["ERC20InvalidReceiver"]];
    expect(found(ZeroAddress)).to.deep.equal(zero);
    expect(found(world.deployer.address)).to.deep.equal(Array<string[]>(6).fill([]));
    expect(names(borrow.preview(snapshot, { amount, to: "0x12" }))).to.deep.equal(["NoAddress"]);
    // What is said of the zero address is what the engine says.
    const call = { ...borrow.tx(snapshot, { amount, to: ZeroAddress }), from: alice.address };
    const refused = await world.provider.call(call).catch((error: unknown) => (error as { data?: string }).data);
    expect(refused).to.equal("0xd92e233d");
  });

  it("finds a problem with every amount that is none, and throws for none", async () => {
    const snapshot = await look();
    const route = { tokens: [world.token("USDC"), world.token("WETH")], fees: [100, 500] };
    const position = snapshot.account;
    for (const amount of [-1n, -(10n ** 30n), 1n << 256n]) {
      const [asset, shares] = ["WETH", amount];
      const quote = { amount, paid: amount } as Parameters<typeof fill.preview>[1]["quote"];
      const way = { asset, route };
      const outcomes = {
        deposit: deposit.preview(snapshot, { asset, amount }),
        borrow: borrow.preview(snapshot, { amount }),
        repay: repay.preview(snapshot, { amount }),
        repayInStable: repayInStable.preview(snapshot, { asset: "USDC", amount }),
        withdraw: withdraw.preview(snapshot, { asset, amount }),
        issue: issue.preview(snapshot, { asset: "USDC", amount }),
        redeem: redeem.preview(snapshot, { asset: "USDC", amount }),
        backstopDeposit: backstopDeposit.preview(snapshot, { amount }),
        backstopClaim: backstopClaim.preview(snapshot, { shares }),
        liquidate: liquidate.preview(snapshot, { targets: [{ account: alice.address, position, maxRepay: amount }] }),
        fill: fill.preview(snapshot, { sold: 3n, bought: 0n, quote }),
        margin: leverage.preview(snapshot, { ...way, margin: amount, loan: 1n, bought: 1n }),
        loan: leverage.preview(snapshot, { ...way, margin: 1n, loan: amount, bought: 1n }),
        bought: leverage.preview(snapshot, { ...way, margin: 1n, loan: 1n, bought: amount }),
        repaid: unwind.preview(snapshot, { ...way, repay: amount, withdraw: 1n, sold: 1n }),
        withdrawn: unwind.preview(snapshot, { ...way, repay: 1n, withdraw: amount, sold: 1n }),
        sold: unwind.preview(snapshot, { ...way, repay: 1n, withdraw: 1n, sold: amount }),
      };
      for (const [name, outcome] of Object.entries(outcomes))
        expect(names(outcome), name).to.include("AmountOutOfRange");
    }
    expect(borrow.preview(snapshot, { amount: -1n }).problems[0]!.message).to.equal("-1 is less than nothing.");
  });

  it("says what a wallet lacks in the token's own units, by its name", async () => {
    const snapshot = await look();
    const said = (outcome: Outcome): string =>
      outcome.problems.find((p) => p.name === "ERC20InsufficientBalance")!.message;
    expect(said(deposit.preview(snapshot, { asset: "WETH", amount: parseEther("400") }))).to.match(
      / has [\d.]+ WETH, and 400 WETH are needed\.$/,
    );
    expect(said(issue.preview(snapshot, { asset: "USDC", amount: parseUnits("250000", 6) }))).to.match(
      / has 100,000 USDC, and 250,000 USDC are needed\.$/,
    );
    expect(said(backstopDeposit.preview(snapshot, { amount: parseEther("4000") }))).to.match(
      / has [\d,.]+ plUSD, and 4,000 plUSD are needed\.$/,
    );
  });

  // ---- who signs, and until when

  it("has accounts with code approve, where a key's would sign a permit", async () => {
    const usdc = { asset: "USDC", amount: 5n };
    const permit = async (): Promise<unknown> => {
      const [need] = deposit.requirements(await look(), usdc);
      return need?.kind === "approval" ? need.permit : need;
    };
    expect(await permit()).to.not.equal(undefined);
    const delegated = `0xef0100${world.book.contracts.reads.slice(2)}`;
    for (const code of [IDENTITY, delegated]) {
      await setCode(alice.address, code);
      expect((await look()).account.hasCode, code).to.equal(true);
      expect(await permit(), code).to.equal(undefined);
      await setCode(alice.address, "0x");
    }
    expect((await look()).account.hasCode).to.equal(false);
  });

  it("signs for an hour from now, also on a node whose last block is old", async () => {
    const snapshot = await look();
    const deadline = (at: bigint): bigint => {
      const old = { ...snapshot, block: { ...snapshot.block, timestamp: at } };
      const [need] = deposit.requirements(old, { asset: "USDC", amount: 5n });
      if (need?.kind !== "approval") throw new Error("no approval");
      return need.permit!.message.deadline as bigint;
    };
    const now = BigInt(Math.floor(Date.now() / 1_000));
    expect(deadline(now - 86_400n) >= now + 3_600n).to.equal(true);
    expect(deadline(now + 86_400n)).to.equal(now + 90_000n);
  });

  it("says of what is no address book where it is wrong", () => {
    const wrong = { ...world.book, contracts: { ...world.book.contracts, engine: "0x12" } };
    expect(() => parseAddressBook(wrong)).to.throw(InvalidAddressBook, "contracts.engine: not an address");
    expect(() => parseAddressBook("nothing")).to.throw(InvalidAddressBook);
  });

  // ---- the most

  it("offers as the most what goes through, and no more would", async () => {
    const snapshot = await look();
    const cent = 10n ** 16n;
    const most = mostWithdrawable(snapshot, "WETH");
    const { scale } = findAsset(snapshot.protocol, "WETH");
    expect(names(withdraw.preview(snapshot, { asset: "WETH", amount: most }))).to.deep.equal([]);
    expect(names(withdraw.preview(snapshot, { asset: "WETH", amount: most + scale }))).to.deep.equal([
      "BorrowLimitExceeded",
    ]);
    const loan = mostBorrowable(snapshot);
    expect(names(borrow.preview(snapshot, { amount: loan }))).to.deep.equal([]);
    expect(names(borrow.preview(snapshot, { amount: loan + 2n * cent })).length).to.be.greaterThan(0);
    const paid = mostRepaid(snapshot);
    expect(names(repay.preview(snapshot, { amount: paid }))).to.deep.equal([]);
    const all = mostDepositable(snapshot, "WETH");
    expect(names(deposit.preview(snapshot, { asset: "WETH", amount: all }))).to.deep.equal([]);
    expect(names(deposit.preview(snapshot, { asset: "WETH", amount: all + scale })).length).to.be.greaterThan(0);
    // With what the deposit lets be borrowed in the same transaction.
    const put = { asset: "WETH", amount: parseEther("1") };
    const then = afterDeposit(snapshot, put);
    expect(standingOf(then.account, termsOf(then.protocol))).to.deep.equal(deposit.preview(snapshot, put).after);
    expect(mostBorrowable(then) > loan).to.equal(true);
    // What the reserve's capital and the ceiling of all debts leave, whatever the collateral would allow.
    const { protocol } = snapshot;
    const closed = { ...protocol, gate: { ...protocol.gate, headroom: 0n, borrowable: 0n, available: 0n } };
    expect(mostBorrowable({ ...snapshot, protocol: closed })).to.equal(0n);
    const full = { ...protocol, debt: { ...protocol.debt, ceiling: protocol.debt.total + 3n * cent } };
    expect(mostBorrowable({ ...snapshot, protocol: full })).to.equal(2n * cent);
  });
});
