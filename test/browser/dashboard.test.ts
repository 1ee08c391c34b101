/** The dashboard in a real browser, with a wallet that signs for real on a chain of its own. */

import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { formatUnits, getAddress, MaxUint256, type BaseWallet } from "ethers";
import type { Browser, Request } from "playwright-core";

import { serveDashboard, type Dashboard } from "../../cli/demo/dashboard.js";
import { startIndexer, type DemoIndexer } from "../../cli/demo/indexer.js";
import { HistoryClient } from "../../indexer/api/client.js";
import { serveRpc, type RpcServer } from "../../replay/chain/rpc-server.js";
import { liquidate } from "../../sdk/actions/liquidate.js";
import { standingOf } from "../../sdk/credit/standing.js";
import { deploymentOf, encodeProposal, GOVERNOR, PLIM } from "../../sdk/governance/index.js";
import { present } from "../../sdk/present.js";
import { balanceSheet, positions, read, readFullSnapshot, readSnapshot, termsOf } from "../../sdk/reads/index.js";
import type { AddressBook } from "../../sdk/addresses.js";
import { pushQuotes } from "../../replay/scenario/world.js";
import {
  IBackstop__factory,
  ICreditEngine__factory,
  ICreditLens__factory,
  IPlimsollDollar__factory,
  IPriceOracle__factory,
  IRebalancer__factory,
} from "../../types/contracts/index.js";
import { openBrowser, openPage, type OpenPage } from "../support/browser.js";
import { crash } from "../support/scenario.js";
import { openSdkWorld, type SdkWorld } from "../support/sdk-world.js";
import { WAD } from "../support/world.js";
import { figures, foreseen } from "./figures.js";
import { differences, shownOn } from "./shown.js";

const PAGES = ["overview", "borrow", "earn", "reserve", "risk", "liquidations", "governance"];
const SHOTS = fileURLToPath(new URL("../../app/screenshots/", import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Of the first load: what the issue allows. B */
const SCRIPT_BUDGET = 250_000;
/** What the first page may ask for before it can be used: scripts, styles, the deployment, one look. */
const REQUEST_BUDGET = 16;
const WAIT = 20_000;
const GAS = { gasLimit: 8_000_000n };
/** Chain time that setting up takes. {s} */
const SETUP_TIME = 2_000;

/** What answers nothing but a revert. */
const REVERTS = "0x5f5ffd";

/** As pages have it. 18 decimals */
function dollars(value: bigint): string {
  const cents = (value + (value < 0n ? -1n : 1n) * 5n * 10n ** 15n) / 10n ** 16n;
  return (Number(cents) / 100).toLocaleString("en", { style: "currency", currency: "USD" });
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

describe("browser: the dashboard", function () {
  this.timeout(120_000);
  let world: SdkWorld;
  let book: AddressBook;
  let wallet: BaseWallet;
  let rpc: RpcServer;
  let indexer: DemoIndexer;
  let dashboard: Dashboard;
  let browser: Browser | undefined;
  let open: OpenPage;
  /** Whom a page may ask. */
  const origins = (): string[] => [dashboard.url, new URL(rpc.url).origin];

  before(async function () {
    browser = await openBrowser();
    if (browser === undefined) {
      console.log("      there is no browser for this kind of machine");
      this.skip();
    }
    const began = performance.now();
    world = await openSdkWorld(2, Math.floor(Date.now() / 1_000) - SETUP_TIME);
    wallet = await world.newAccount(0);
    // For interest: who borrowed owes more than he got.
    await world.giveDollars(wallet.address, 100n * WAD);
    await world.refresh();
    rpc = await serveRpc(world.connection.provider, 0);
    book = { ...world.book, rpcUrl: rpc.url };
    indexer = await startIndexer(world, (error) => {
      console.error(error);
    });
    indexer.goLive();
    dashboard = await serveDashboard({ answers: indexer.indexer.pages, book, port: 0 });
    expect(dashboard.built, "the dashboard is built: npm run build").to.equal(true);
    open = await openPage(browser, wallet, origins(), book.chainId);
    open.page.setDefaultTimeout(WAIT);
    mkdirSync(SHOTS, { recursive: true });
    console.log(`      set up in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  });
  after(async () => {
    await browser?.close();
    if (browser === undefined) return;
    await dashboard.close();
    await indexer.close();
    await rpc.close();
    await world.connection.close();
  });

  async function go(page: string): Promise<void> {
    await open.page.goto(`${dashboard.url}/#/${page}`);
    await open.page.locator("main[data-state=there] .page").waitFor();
  }

  function standing() {
    return readSnapshot(world.provider, book, wallet.address).then(({ account, protocol }) => ({
      ...standingOf(account, termsOf(protocol)),
      account,
    }));
  }

  /** A page with the wallet connected to it, on the deployment's network. */
  async function connected(page = "borrow"): Promise<void> {
    await go(page);
    const connect = open.page.getByRole("button", { name: "Connect wallet" });
    if (await connect.isVisible()) {
      await connect.click();
      await open.page.getByRole("dialog").getByRole("button", { name: "Test wallet" }).click();
      await connect.waitFor({ state: "detached" });
    }
    const wrong = open.page.getByRole("button", { name: "Wrong network: switch" });
    if (open.manners.chainId !== book.chainId) await wrong.click();
    await wrong.waitFor({ state: "detached" });
  }

  /** The wallet's account has collateral of two kinds and a loan; what it lacks is put there past the page. Then its page. */
  async function owing(): Promise<void> {
    if ((await standing()).debt === 0n) {
      const engine = ICreditEngine__factory.connect(book.contracts.engine, wallet);
      for (const [asset, amount] of [
        ["WETH", 10n * WAD],
        ["wstETH", 20n * WAD],
      ] as const) {
        const token = IPlimsollDollar__factory.connect(world.token(asset), wallet);
        await (await token.approve(engine, amount, GAS)).wait();
        await (await engine.deposit(asset === "WETH" ? 0 : 2, amount, wallet.address, GAS)).wait();
      }
      await world.refresh();
      await (await engine.borrow(1_100n * WAD, wallet.address, wallet.address, GAS)).wait();
    }
    await connected();
    await upToDate();
  }

  const dollarsOf = async (account: string): Promise<bigint> =>
    await IPlimsollDollar__factory.connect(book.contracts.dollar, world.provider).balanceOf(account);

  /** Time passes, and feeds go on. {s} */
  async function later(seconds: bigint): Promise<void> {
    await world.connection.provider.request({ method: "evm_increaseTime", params: [Number(seconds)] });
    await pushQuotes(world, ["eth", "btc", "usdc"]);
    await world.chain.mine();
    await world.refresh();
  }

  /** The page shows the chain's latest block. */
  async function upToDate(): Promise<void> {
    const block = await world.provider.getBlockNumber();
    await open.page.getByText(`Block ${block},`).waitFor();
  }

  /** The button that asks the wallet; fails with what keeps it from being pressed. */
  async function press(): Promise<void> {
    const { page } = open;
    const button = page.locator("form.act button.primary:enabled");
    await button.waitFor({ timeout: 10_000 }).catch(async () => {
      const problems = await page.locator("form.act .problem").allInnerTexts();
      throw new Error(`it cannot be done: ${problems.join(" ")}`);
    });
    await button.click();
  }

  /** Fills the form in, waits for what it would come to, and signs. What was said of it beforehand is what comes. */
  async function act(kind: string, amount: string, more?: { asset?: string; extra?: string }): Promise<string> {
    const { page } = open;
    await page.getByRole("group", { name: "What to do" }).getByRole("button", { name: kind }).click();
    if (more?.asset !== undefined) await page.getByLabel("Asset", { exact: true }).selectOption(more.asset);
    if (amount === "Max") await page.getByRole("button", { name: "Max", exact: true }).click();
    else await page.getByLabel(/^Amount/).fill(amount);
    if (more?.extra !== undefined) await page.getByLabel(/And borrow/).fill(more.extra);
    await page.locator("table.preview").waitFor();
    const { preview = {} } = (await shownOn(page)).tables;
    await press();
    const end = await ended();
    if (end.includes("Done")) {
      const place = { provider: world.provider, book, account: wallet.address };
      expect(differences(await foreseen(place, preview, "Then")), `${kind} ${amount}, as foreseen`).to.deep.equal([]);
    }
    return end;
  }

  async function ended(): Promise<string> {
    const notice = open.page.locator('.activity [data-state="done"], .activity [data-state="failed"]');
    await notice.waitFor();
    const text = await notice.innerText();
    await notice.getByRole("button", { name: "Close this message" }).click();
    // Until everything has been read again the form is of before.
    await open.page.getByText("One thing at a time").waitFor({ state: "detached" });
    return text;
  }

  it("is small, and asks for little before it can be used", async () => {
    const { page, scripts } = open;
    const asked: string[] = [];
    const note = (request: Request): void => {
      asked.push(`${request.method()} ${new URL(request.url()).pathname}`);
    };
    page.on("request", note);
    await go("overview");
    page.off("request", note);
    const took: number = await page.evaluate("performance.now()");
    await page.locator(".chart canvas").first().waitFor();
    const size = [...scripts.values()].reduce((sum, bytes) => sum + bytes, 0);
    // How long it took says more of the machine than of the page: two seconds on a quiet one. It is told, what it is made of is bounded.
    console.log(
      `      ${(size / 1_000).toFixed(0)} kB of compressed script, ${asked.length} requests, interactive after ${took.toFixed(0)} ms`,
    );
    expect(scripts.size).to.be.greaterThan(1);
    expect(size).to.be.lessThan(SCRIPT_BUDGET);
    expect(asked.length, asked.join("\n")).to.be.at.most(REQUEST_BUDGET);
  });

  it("shows the statement as the balance sheet has it", async () => {
    const { page } = open;
    await go("overview");
    const { capital } = await read(world.provider, book, balanceSheet(book));
    const shown = await page
      .getByRole("row", { name: /^Capital/ })
      .locator("td")
      .last()
      .innerText();
    const [whole = ""] = formatUnits(capital, 18).split(".");
    // Interest goes on by the second: the first digits are enough.
    expect(shown.replaceAll(",", "").slice(0, whole.length - 2)).to.equal(whole.slice(0, -2));
  });

  it("takes a borrower all the way: another network, deposit and loan in one, repay, withdraw", async () => {
    const { page, manners } = open;
    await go("borrow");
    await page.getByRole("button", { name: "Connect wallet" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Test wallet" }).click();
    await page.getByRole("button", { name: "Wrong network: switch" }).click();
    await page.getByRole("button", { name: "Wrong network: switch" }).waitFor({ state: "detached" });
    expect(manners.chainId).to.equal(book.chainId);
    expect(manners.asked).to.include("wallet_addEthereumChain");

    // The permit is signed, deposit and loan are one transaction. WETH has no permit; wstETH has.
    manners.asked.length = 0;
    expect(await act("Deposit", "20", { asset: "wstETH", extra: "1000" })).to.match(/Done, in block/);
    expect(manners.asked.filter((m) => m.startsWith("eth_s"))).to.deep.equal([
      "eth_signTypedData_v4",
      "eth_sendTransaction",
    ]);
    let { debt } = await standing();
    expect((await standing()).account.holdings).to.have.length(1);
    expect(debt).to.be.within(1_000n * WAD, 1_001n * WAD);
    await page.getByRole("cell", { name: "20", exact: true }).waitFor();

    // An allowance by a transaction of its own, where the token knows nothing else.
    manners.asked.length = 0;
    expect(await act("Deposit", "10", { asset: "WETH" })).to.match(/Done, in block/);
    expect(manners.asked.filter((m) => m === "eth_sendTransaction")).to.have.length(2);

    expect(await act("Borrow", "500")).to.match(/Done, in block/);
    ({ debt } = await standing());
    expect(debt).to.be.within(1_500n * WAD, 1_501n * WAD);

    expect(await act("Repay", "400")).to.match(/Done, in block/);
    expect((await standing()).debt).to.be.within(1_100n * WAD, 1_101n * WAD);
    await page
      .getByRole("row", { name: /Repaid (400|399)/ })
      .first()
      .waitFor();
  });

  it("says what would be refused, and does not let it be signed", async () => {
    const { page } = open;
    await owing();
    await page.getByRole("group", { name: "What to do" }).getByRole("button", { name: "Borrow" }).click();
    await page.getByLabel(/^Amount/).fill("900000");
    await page.getByText(/its collateral allows/).waitFor();
    expect(await page.locator("form.act button.primary").isDisabled()).to.equal(true);
    await page.getByLabel(/^Amount/).fill("many");
    await page.getByText(/"many" is no amount/).waitFor();
    // A comma is no point: who types it means one and a half, and not fifteen.
    await page.getByLabel(/^Amount/).fill("1,5");
    await page.getByText("Write 1.5, not 1,5").waitFor();
    expect(await page.locator("form.act button.primary").isDisabled()).to.equal(true);
  });

  it("says that a signature was rejected, and that a transaction reverted", async () => {
    const { manners } = open;
    await owing();
    const before = (await standing()).debt;
    manners.rejects = true;
    expect(await act("Borrow", "200")).to.match(/You rejected it in the wallet. Nothing was sent/);
    manners.rejects = false;
    manners.starves = true;
    expect(await act("Borrow", "200")).to.match(/was mined in block \d+, but the contracts refused it/);
    manners.starves = false;
    expect((await standing()).debt - before).to.be.lessThan(WAD);
  });

  it("asks once where the wallet batches", async () => {
    const { manners } = open;
    await connected();
    manners.batches = true;
    manners.asked.length = 0;
    expect(await act("Deposit", "5", { asset: "WETH" })).to.match(/Done, in block/);
    expect(manners.asked).to.include("wallet_sendCalls");
    expect(manners.asked).not.to.include("eth_sendTransaction");
    manners.batches = false;
  });

  it("shows what would be if prices moved", async () => {
    const { page } = open;
    await owing();
    const slider = page.getByRole("slider", { name: /^wstETH/ });
    await slider.fill("-90");
    await page.getByRole("slider", { name: /^WETH/ }).fill("-90");
    await page.locator(".result").filter({ hasText: "can be liquidated" }).waitFor();
    await page.getByRole("button", { name: "Prices as they are" }).click();
  });

  it("says what rests on a price that nobody tells any more, and calls it nothing good", async () => {
    const { page } = open;
    await owing();
    const feed = present(book.feeds.eth, "the feed of ether");
    const code = await world.provider.getCode(feed);
    const set = (to: string) => world.connection.provider.request({ method: "hardhat_setCode", params: [feed, to] });
    const oracle = IPriceOracle__factory.connect(book.contracts.oracle, world.deployer);
    const listed = (await readSnapshot(world.provider, book, wallet.address)).protocol.assets.reduce(
      (mask, a) => mask | (1n << a.number),
      0n,
    );
    await page.locator(".figures .status.good").filter({ hasText: "comfortable" }).waitFor();
    const notice = page.locator(".notice").filter({ hasText: "Not everything here has a live price." });
    try {
      await set(REVERTS);
      await world.chain.mine();
      await notice.filter({ hasText: /no price for WETH. Health rests on its last one/ }).waitFor();
      await (await oracle.record(listed, { gasLimit: 8_000_000n })).wait();
      // It falls with the chain's time.
      await world.send(wallet, { to: wallet.address, data: "0x", value: 0n }, (await world.now()) + 60n);
      await notice
        .filter({
          hasText:
            /no price for WETH since .* Health rests on what is left of its last one, \$[\d,.]+, which falls to 0 by /,
        })
        .waitFor();
      await page.locator(".figures .status").filter({ hasText: "rests on an old price" }).waitFor();
      expect(await page.getByText("comfortable").count()).to.equal(0);
      await page.getByText(/WETH.*: no price that could be moved/).waitFor();
      await go("overview");
      await page.getByText(/is required leaves out what could be lost of it/).waitFor();
    } finally {
      await set(code);
      await (await oracle.record(listed, { gasLimit: 8_000_000n })).wait();
    }
    await go("borrow");
    await notice.waitFor({ state: "detached" });
  });

  it("warns when a crash happens while it is open, whoever is looked at, and tells afterwards what was taken", async () => {
    await owing();
    const { page } = open;
    const told = async (): Promise<string[]> => await page.evaluate<string[]>("window.notified");
    // Near the line first: what it falls by then crosses it, but leaves the account worth more than it owes.
    expect(await act("Borrow", "Max")).to.match(/Done, in block/);
    await page.getByRole("checkbox", { name: /Tell me when my health falls below 1.10/ }).waitFor();
    await go(`borrow/${world.deployer.address}`);
    await crash(world, 80n);
    await page.getByRole("alert").filter({ hasText: "can be liquidated now" }).waitFor();
    expect((await told()).at(-1)).to.match(/^Your Plimsoll account can be liquidated Its health is 0\.\d\d\./);
    // Somebody does it.
    const liquidator = await world.newAccount(1);
    await world.giveDollars(liquidator.address, 5_000n * WAD);
    const snapshot = await readSnapshot(world.provider, book, liquidator.address);
    const position = present(
      (await read(world.provider, book, positions(book, [wallet.address]))).get(wallet.address),
      "the position",
    );
    const before = (await standing()).debt;
    const receipt = await world.send(
      liquidator,
      liquidate.tx(snapshot, { targets: [{ account: wallet.address, position }] }),
    );
    const gone = before - (await standing()).debt;
    const notice = page.getByRole("alert").filter({ hasText: "Something was taken from your account." });
    await notice.waitFor();
    const { items } = await new HistoryClient(`${dashboard.url}/api`).liquidations({ account: wallet.address });
    expect(new Set(items.map((l) => l.transaction))).to.deep.equal(new Set([receipt.hash]));
    // Interest of a block or two is between the two looks at the debt.
    const repaid = items.reduce((sum, { debt }) => sum + debt, 0n);
    expect(Number(formatUnits(repaid - gone, 18))).to.be.within(-0.1, 0.1);
    const lines = await notice.getByRole("listitem").allInnerTexts();
    expect(lines).to.have.length(items.length);
    for (const [i, { debt, seized, cost }] of items.entries()) {
      const line = lines[i] ?? "";
      expect(line).to.include(`${dollars(debt)} of your debt was repaid by a liquidator`);
      for (const { asset, tokens } of seized) {
        const { symbol, decimals } = present(
          snapshot.protocol.assets.find((a) => a.number === BigInt(asset)),
          "the asset",
        );
        const amount = new RegExp(`([\\d,.]+) ${symbol}`).exec(line)?.[1]?.replaceAll(",", "");
        expect(Math.abs(Number(amount) - Number(formatUnits(tokens, decimals)))).to.be.lessThan(2e-6);
      }
      expect(line).to.include(`it cost you ${dollars(present(cost, "the cost"))}.`);
    }
    expect((await told()).at(-1)).to.match(/^Your Plimsoll account was liquidated \$[\d,.]+ of your debt was repaid/);
    await notice.getByRole("button", { name: "I have seen it" }).click();
    await notice.waitFor({ state: "detached" });
    await crash(world, 125n);
    await go("borrow");
    await page.getByRole("alert").filter({ hasText: "can be liquidated now" }).waitFor({ state: "detached" });
    // What was seen is not told again.
    await page.reload();
    await page.locator("main[data-state=there] .page").waitFor();
    await page
      .getByRole("row", { name: /Liquidated/ })
      .first()
      .waitFor();
    expect(await notice.count()).to.equal(0);
  });

  it("lets the borrower leave, with nothing left behind", async () => {
    await owing();
    expect(await act("Repay", "Max")).to.match(/Done, in block/);
    expect((await standing()).debt).to.equal(0n);
    for (const asset of ["WETH", "wstETH"]) expect(await act("Withdraw", "Max", { asset })).to.match(/Done, in block/);
    expect((await standing()).account.holdings).to.deep.equal([]);
    await open.page
      .getByRole("row", { name: /Withdrew/ })
      .nth(1)
      .waitFor();
    const csv = await (await fetch(`${dashboard.url}/api/accounts/${wallet.address}/events.csv`)).text();
    for (const event of ["Deposit", "Borrow", "Repay", "Withdraw"]) expect(csv).to.include(event);
  });

  it("lets him stake what is left, and begin to leave", async () => {
    const { page } = open;
    await connected("earn");
    await page.getByLabel("Stake, plUSD").fill("50");
    await page.getByRole("button", { name: "Stake 50 plUSD" }).click();
    expect(await ended()).to.match(/Done, in block/);
    await page.getByRole("button", { name: "Begin to leave" }).click();
    expect(await ended()).to.match(/Done, in block/);
    await page.getByText(/can be marked due from/).waitFor();
    const { stake } = await readFullSnapshot(world.provider, book, wallet.address);
    expect(stake.claim).not.to.equal(undefined);
  });

  it("has nothing serious against it for whoever cannot see or point, in both themes", async () => {
    const { page } = open;
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const name of PAGES) {
        await go(name);
        await page.locator('[aria-busy="true"]').first().waitFor({ state: "detached" });
        for (const [kind, width] of [
          ["wide", 1_280],
          ["phone", 390],
        ] as const) {
          await page.setViewportSize({ width, height: kind === "wide" ? 900 : 844 });
          await page.screenshot({ path: `${SHOTS}${name}-${colorScheme}-${kind}.png`, fullPage: true });
          const wider: number = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
          expect(wider, `${name} scrolls sideways on a ${kind} screen`).to.be.at.most(0);
        }
        await page.evaluate(AXE);
        // What is no matter of colours is the same in both.
        const rules = colorScheme === "light" ? "" : ", runOnly: ['color-contrast']";
        const { violations } = await page.evaluate<AxeResult>(
          `axe.run(document, { resultTypes: ['violations']${rules} })`,
        );
        const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        expect(
          serious.map(({ id, nodes }) => `${name} ${colorScheme}: ${id} at ${nodes[0]?.html ?? ""}`),
        ).to.deep.equal([]);
      }
    }
    await page.setViewportSize({ width: 1_280, height: 900 });
  });

  it("follows the wallet to another account and to another network, and back", async () => {
    const { page } = open;
    await owing();
    const tell = async (event: string, value: unknown): Promise<void> => {
      await page.evaluate(`window.testWallet.emit(${JSON.stringify(event)}, ${JSON.stringify(value)})`);
    };
    const shows = async (address: string): Promise<void> => {
      await page.getByRole("button", { name: `${address.slice(0, 6)}…${address.slice(-4)}` }).waitFor();
    };
    const [other] = world.borrowers;
    const account = getAddress(present(other).account);
    const lens = ICreditLens__factory.connect(book.contracts.lens, world.provider);
    const owes = async (address: string): Promise<void> => {
      const [h] = await lens.healths([address]);
      const figure = page.locator(".figure").filter({ hasText: "You owe" }).locator(".value");
      const text = `$${Number(formatUnits(h!.debt, 18)).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
      await figure.filter({ hasText: text }).waitFor();
    };
    await tell("accountsChanged", [account]);
    await shows(account);
    await owes(account);
    await tell("accountsChanged", [wallet.address]);
    await shows(wallet.address);
    await owes(wallet.address);

    const wrong = page.getByRole("button", { name: "Wrong network: switch" });
    await tell("chainChanged", "0x1");
    await wrong.waitFor();
    await page.getByLabel(/^Amount/).fill("1");
    expect(await page.locator("form.act button.primary").isDisabled()).to.equal(true);
    await tell("chainChanged", `0x${book.chainId.toString(16)}`);
    await wrong.waitFor({ state: "detached" });
    await page.locator("form.act button.primary:enabled").waitFor();

    // Locked: nobody is connected any more.
    await tell("accountsChanged", []);
    await page.getByRole("button", { name: "Connect wallet" }).waitFor();
  });

  it("has a claim marked due and then paid, each by its own call", async () => {
    const { page, manners } = open;
    const backstop = IBackstop__factory.connect(book.contracts.backstop, wallet);
    if ((await backstop.claimOf(wallet.address)).units === 0n) {
      const dollar = IPlimsollDollar__factory.connect(book.contracts.dollar, wallet);
      await (await dollar.approve(backstop, 20n * WAD, GAS)).wait();
      await (await backstop.deposit(20n * WAD, wallet.address, GAS)).wait();
      await (await backstop.claim(await backstop.balanceOf(wallet.address), GAS)).wait();
    }
    await connected("earn");
    const { delay, settle } = await backstop.exitTerms();
    for (const [wait, label, call] of [
      [delay, "Mark the claim due", backstop.interface.encodeFunctionData("markDue", [wallet.address])],
      [settle, "Have it paid", backstop.interface.encodeFunctionData("exit", [wallet.address, wallet.address])],
    ] as const) {
      await later(wait);
      await upToDate();
      const before = await dollarsOf(wallet.address);
      manners.sent.length = 0;
      await page.getByRole("button", { name: label }).click();
      expect(await ended()).to.match(/Done, in block/);
      expect(manners.sent).to.deep.equal([{ to: book.contracts.backstop, data: call }]);
      const paid = (await dollarsOf(wallet.address)) - before;
      expect(paid > 0n, `${label} pays`).to.equal(label === "Have it paid");
    }
    expect((await backstop.claimOf(wallet.address)).units).to.equal(0n);
  });

  // ---- what is shown

  describe("figures", () => {
    let expected: ReturnType<typeof figures>;

    before(async () => {
      await owing();
      await later(1n);
      const { lens, rebalancer, backstop, dollar } = book.contracts;
      const stake = IBackstop__factory.connect(backstop, wallet);
      if ((await stake.balanceOf(wallet.address)) === 0n) {
        await (await IPlimsollDollar__factory.connect(dollar, wallet).approve(backstop, 30n * WAD, GAS)).wait();
        await (await stake.deposit(30n * WAD, wallet.address, GAS)).wait();
      }
      const payer = world.market.account;
      const accounts = world.borrowers.map(({ account }) => getAddress(account));
      const failing = async (): Promise<string | undefined> => {
        const [first] = await ICreditLens__factory.connect(lens, world.provider).failing(accounts, 10_000);
        return first?.account;
      };
      // In small steps: one fails and is liquidated while its collateral still pays for it, and one is left that fails.
      const fall = async (): Promise<string> => {
        for (let i = 0; i < 20; i++) {
          const account = await failing();
          if (account !== undefined) return account;
          await crash(world, 95n);
        }
        throw new Error("nobody fails");
      };
      const account = await fall();
      const engine = ICreditEngine__factory.connect(book.contracts.engine, await world.provider.getSigner(payer));
      const sent = await engine.liquidate([{ account, maxRepay: MaxUint256 }], "0x", GAS);
      const block = present(await sent.wait()).blockNumber;
      await fall();
      await world.refresh();
      await (await IRebalancer__factory.connect(rebalancer, world.deployer).open(3, 0, GAS)).wait();
      expected = figures({
        provider: world.provider,
        book,
        account: wallet.address,
        borrowers: [...accounts, getAddress(payer)],
        payer,
        liquidated: { account, block },
      });
      await connected("overview");
      await open.page.waitForFunction(
        `fetch("api/liquidations").then((r) => r.json()).then((a) => a.items.some((l) => l.block === ${block}))`,
      );
      await open.page.reload();
      await open.page.locator("main[data-state=there] .page").waitFor();
      await upToDate();
    });

    for (const name of PAGES) {
      it(`shows on the page "${name}" what the chain says`, async () => {
        await go(name);
        await open.page.locator('main [aria-busy="true"]').first().waitFor({ state: "detached" });
        const wrong = differences(await present(expected[name])(await shownOn(open.page)));
        expect(wrong).to.deep.equal([]);
      });
    }

    it("tells what has happened to the account as the chain's events do", async () => {
      await go("borrow");
      await open.page.locator('main [aria-busy="true"]').first().waitFor({ state: "detached" });
      const { tables } = await shownOn(open.page);
      const rows = Object.values(tables["History of the account"] ?? {});
      const engine = ICreditEngine__factory.connect(book.contracts.engine, world.provider);
      const { Deposit, Borrow, Repay, Withdraw } = engine.filters;
      const decimals = [18, 8, 18, 6];
      const happened = [
        ...(await engine.queryFilter(Deposit(undefined, wallet.address))),
        ...(await engine.queryFilter(Borrow(wallet.address))),
        ...(await engine.queryFilter(Repay(wallet.address))),
        ...(await engine.queryFilter(Withdraw(undefined, wallet.address))),
      ].map(({ args, transactionHash }) => {
        const { asset, amount } = args as unknown as { asset?: bigint; amount: bigint };
        return [
          transactionHash,
          Number(formatUnits(amount, asset === undefined ? 18 : decimals[Number(asset)])),
        ] as const;
      });
      expect(happened.length).to.be.at.least(3);
      const wrong = happened.flatMap(([hash, amount]) => {
        const own = rows.filter((row) => row.Transaction === `${hash.slice(0, 6)}…${hash.slice(-4)}`);
        return own.some((row) => differences([["", row.Amount, amount]]).length === 0) ? [] : [`${hash}: ${amount}`];
      });
      expect(wrong).to.deep.equal([]);
    });

    it("reckons with other prices as the chain does", async () => {
      const { page } = open;
      await go("borrow");
      await page.getByRole("slider", { name: /^wstETH/ }).fill("-20");
      await page.getByRole("slider", { name: /^WETH/ }).fill("30");
      const shown = page.locator(".result").filter({ hasText: "be liquidated above" });
      const text = (await shown.innerText()).replaceAll("\n", " ");
      const lens = ICreditLens__factory.connect(book.contracts.lens, world.provider);
      const engine = ICreditEngine__factory.connect(book.contracts.engine, world.provider);
      let [limit, maintenance] = [0, 0];
      for (const a of await lens.assets()) {
        const moved = a.symbol === "WETH" ? 1.3 : a.symbol === "wstETH" ? 0.8 : 1;
        const of = (value: bigint): number => Number(formatUnits(value, a.decimals));
        const held = of((await engine.balanceOf(wallet.address, a.asset)) * a.scale);
        const term = (price: bigint, depth: number, haircut: bigint): number =>
          ((Number(formatUnits(price, 18)) * moved * held * depth) / (depth + held)) * (1 - Number(haircut) / 10_000);
        limit += term(a.low, of(a.borrowDepth), a.initialHaircut);
        maintenance += term(a.high, of(a.maintenanceDepth), a.maintenanceHaircut);
      }
      const debt = Number(formatUnits(await engine.debtOf(wallet.address), 18));
      const wrong = differences([["what if", text, [maintenance / debt, debt, limit, maintenance]]]);
      expect(wrong).to.deep.equal([]);
      await page.getByRole("button", { name: "Prices as they are" }).click();
    });
  });

  describe("in the end", () => {
    it("says so when the node and the server are gone, and keeps what it knew", async () => {
      const { page, context } = open;
      await go("overview");
      await context.setOffline(true);
      await page.getByText("What you see is not up to date.").waitFor();
      await page.locator(".hero").waitFor();
      await context.setOffline(false);
      await page.getByText("What you see is not up to date.").waitFor({ state: "detached" });
    });

    it("shows the present where nobody tells of the past, and says so", async () => {
      const { page, context } = open;
      await context.route("**/api/history/**", (route) => route.abort());
      await go("risk");
      await page.reload();
      await page.getByText(/There is no history of the risk model to show/).waitFor();
      await page.locator("table.heat td").nth(1).waitFor();
      await context.unroute("**/api/history/**");
    });

    it("takes a proposal through its vote: delegate, vote, queue, execute", async () => {
      const { page } = open;
      const { plim, governor } = present(book.governance);
      const day = 86_400n;
      const given = PLIM.encodeFunctionData("transfer", [wallet.address, 20_000_000n * WAD]);
      await (await world.deployer.sendTransaction({ to: plim, data: given, ...GAS })).wait();
      await connected("governance");
      await upToDate();
      await page.getByRole("button", { name: "Vote with my own PLIM" }).click();
      expect(await ended()).to.contain("Done");

      const { assets } = await readSnapshot(world.provider, book, wallet.address).then(({ protocol }) => protocol);
      const arguments_ = { asset: "WBTC", governedCap: "12.5 WBTC" };
      const calls = [{ contract: "engine", function: "setAssetCap", arguments: arguments_ }];
      const encoded = encodeProposal({ title: "Less bitcoin", description: "", calls }, deploymentOf(book, assets));
      const { targets, values, calldatas, description } = encoded;
      const data = GOVERNOR.encodeFunctionData("propose", [targets, values, calldatas, description]);
      await later(60n);
      await world.send(wallet, { to: governor, data, value: 0n });

      const proposal = page.locator("article.proposal");
      for (const [wait, button, state] of [
        [day, "Vote for", "active"],
        [5n * day, "Queue", "succeeded"],
        [3n * day, "Execute", "queued"],
      ] as const) {
        await later(wait + 60n);
        await connected("governance");
        await proposal.locator(".status", { hasText: state }).waitFor();
        await proposal.getByRole("button", { name: button }).click();
        expect(await ended(), button).to.contain("Done");
      }
      await proposal.locator(".status", { hasText: "executed" }).waitFor();
      expect(await proposal.innerText())
        .to.contain("engine.setAssetCap")
        .and.to.contain("governedCap 12.5 WBTC");
      const engine = ICreditEngine__factory.connect(book.contracts.engine, world.provider);
      expect((await engine.assetInfo(1)).governedCap).to.equal(1_250_000_000n);
    });

    it("says what is no account, and looks on", async () => {
      const { page } = open;
      await go("borrow/nobody");
      await page.getByText('There is no account "nobody".').waitFor();
      await page.getByRole("table", { name: "Collateral assets" }).waitFor();
    });

    it("is there in a seventh tab, and more: all of them have one connection to the indexer's news", async () => {
      // None of them is to find another page that listens already: this browser is one process, in which other contexts share its locks.
      await open.page.goto("about:blank");
      const { context, page, strays } = await openPage(present(browser), wallet, origins(), book.chainId);
      const listening: string[] = [];
      const isNews = (request: Request): boolean => new URL(request.url()).pathname === "/api/stream";
      context.on("request", (request: Request): void => {
        if (isNews(request)) listening.push(request.url());
      });
      // Whichever tab is given the lock listens, in its own time: a page is there without it.
      const listens = context.waitForEvent("request", { predicate: isNews, timeout: WAIT });
      const tabs = [page];
      while (tabs.length < 7) tabs.push(await context.newPage());
      for (const tab of tabs) {
        await tab.goto(`${dashboard.url}/#/governance`);
        await tab.locator("main[data-state=there] .page").waitFor({ timeout: WAIT });
      }
      await listens;
      expect(listening).to.have.length(1);
      expect(strays).to.deep.equal([]);
      for (const tab of tabs) await tab.close();
    });

    it("notices that the protocol was deployed anew", async () => {
      const { page, context } = open;
      await go("overview");
      await context.route("**/api/deployment", (route) =>
        route.fulfill({ json: { ...book, leverage: book.contracts.engine } }),
      );
      await page.getByText("The protocol was deployed anew since this page was opened").waitFor();
      await context.unroute("**/api/deployment");
    });

    it("asked nobody but its server and the node, and failed nowhere", () => {
      expect(open.strays).to.deep.equal([]);
      const own = open.complaints.filter(
        (text) => !/ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to load resource/.test(text),
      );
      expect(own).to.deep.equal([]);
    });
  });
});
