import { expect } from "chai";
import { parseEther, parseUnits, type BaseWallet, type Provider, type Signer } from "ethers";

import {
  backstopDeposit,
  borrow,
  callsOf,
  combineCalls,
  deposit,
  issue,
  leverage,
  quoteLeverage,
  quoteUnwind,
  redeem,
  repay,
  repayInStable,
  send,
  sendCalls,
  signRequirements,
  typedDataJson,
  unwind,
  withdraw,
} from "../../../sdk/actions/index.js";
import type { Action, Call, Preview } from "../../../sdk/actions/types.js";
import { MAX_UINT256 } from "../../../sdk/arithmetic/integer.js";
import { standingOf, type Standing } from "../../../sdk/credit/standing.js";
import { addressBook, extended, parseAddressBook, UnknownChain, type AddressBook } from "../../../sdk/addresses.js";
import { explain } from "../../../sdk/errors/index.js";
import { withHeadroom } from "../../../sdk/gas.js";
import {
  auctions,
  balanceSheet,
  combined,
  findAsset,
  NothingThere,
  read,
  readFullSnapshot,
  readSnapshot,
  termsOf,
  UnknownAsset,
  WrongChain,
  type FullSnapshot,
  type Snapshot,
} from "../../../sdk/reads/index.js";
import {
  IBackstop__factory,
  ICreditLens__factory,
  IRebalancer__factory,
  IReserve__factory,
} from "../../../types/contracts/index.js";
import { crash } from "../../support/scenario.js";
import { Random } from "../../support/random.js";
import { openSdkWorld, type SdkWorld } from "../../support/sdk-world.js";
import { WAD } from "../../support/world.js";

describe("sdk/actions", () => {
  const random = Random.fresh();
  let world: SdkWorld;
  let alice: BaseWallet;
  let snapshot: Snapshot;

  before(async () => {
    world = await openSdkWorld();
    alice = await world.newAccount(0);
    await world.refresh();
    snapshot = await readSnapshot(world.provider, world.book, alice.address);
  });
  after(async () => {
    await world.close();
  });

  const look = async (): Promise<Snapshot> =>
    (snapshot = await readSnapshot(world.provider, world.book, alice.address));

  /** What the lens says of the account, at the latest block. */
  async function lens(): Promise<Omit<Standing, "available" | "liquidatable" | "liquidationPrices">> {
    const contract = ICreditLens__factory.connect(world.book.contracts.lens, world.provider);
    const [h] = await contract.healths([alice.address]);
    const { debt, borrowLimit, maintenanceLimit, collateralValue, health } = h!;
    return { debt, borrowLimit, maintenanceLimit, collateralValue, health };
  }

  /** Does it some time later, and compares with what was previewed for that time. */
  async function perform<I, P extends Preview>(action: Action<Snapshot, I, P>, intent: I, wait: bigint): Promise<P> {
    const time = snapshot.block.timestamp + wait;
    const { signatures, rest } = await signRequirements(alice, action.requirements(snapshot, intent));
    for (const requirement of rest) {
      if (requirement.kind === "approval") await world.send(alice, requirement.tx);
    }
    const preview = action.preview(snapshot, intent, { time });
    expect(preview.problems).to.deep.equal([]);
    await world.send(alice, action.tx(snapshot, intent, signatures), time);
    const { debt, borrowLimit, maintenanceLimit, collateralValue, health } = preview.after;
    expect({ debt, borrowLimit, maintenanceLimit, collateralValue, health }).to.deep.equal(await lens());
    await look();
    expect(standingOf(snapshot.account, termsOf(snapshot.protocol))).to.deep.equal(preview.after);
    return preview;
  }

  it("tells beforehand, to the wei, what a deposit, a loan, a repayment and a withdrawal do", async () => {
    const { deposited } = await perform(deposit, { asset: "wstETH", amount: parseEther("10") + 1n }, 30n);
    expect(deposited).to.equal(parseEther("10"));
    await perform(deposit, { asset: "WETH", amount: parseEther("3.5") }, 40n);
    await perform(borrow, { amount: parseEther("1000") }, 300n);
    const { repaid } = await perform(repay, { amount: parseEther("300") }, 300n);
    expect(repaid <= parseEther("300")).to.equal(true);
    await perform(withdraw, { asset: "weth", amount: parseEther("1") }, 60n);
    const pays = snapshot.account.wallet.get(world.token("plUSD"))!.balance;
    expect(pays).to.equal(parseEther("1000") - repaid);
  });

  it(`does so for whatever is done (seed ${random.seed})`, async () => {
    for (let step = 0; step < 12; step++) {
      const wait = 1n + random.between(1n, 60n);
      const { available } = standingOf(snapshot.account, termsOf(snapshot.protocol));
      if (random.oneIn(3n)) await perform(deposit, { asset: "WBTC", amount: random.between(1n, 10n ** 6n) }, wait);
      else if (random.oneIn(2n)) await perform(borrow, { amount: 1n + random.magnitude(available / 2n) }, wait);
      else await perform(repay, { amount: 10n ** 12n + random.magnitude(20n * WAD) }, wait);
    }
  });

  it("does a deposit by permit and a loan in one transaction", async () => {
    const intent = { asset: "WBTC", amount: 10n ** 7n };
    const requirements = deposit.requirements(snapshot, intent);
    expect(requirements).to.have.length(1);
    const { signatures } = await signRequirements(alice, requirements);
    const calls: Call[] = [
      deposit.tx(snapshot, intent, signatures),
      borrow.tx(snapshot, { amount: parseEther("100") }),
    ];
    const [only, ...others] = combineCalls(world.book, calls);
    expect(others).to.deep.equal([]);
    expect((await world.send(alice, only!)).status).to.equal(1);
    await look();
  });

  it("foresees refusals in the words that explain them", () => {
    const [much] = borrow.preview(snapshot, { amount: parseEther("50000") }).problems;
    expect(much!.name).to.equal("BorrowLimitExceeded");
    expect(much!.message).to.match(/would owe [\d,.]+ plUSD, but its collateral allows [\d,.]+ plUSD\./);
    const [none] = withdraw.preview(snapshot, { asset: "USDC", amount: 1n }).problems;
    expect(none!.message).to.contain("has 0 USDC deposited, and 0.000001 USDC were asked for");
    const names = deposit.preview(snapshot, { asset: "WETH", amount: parseEther("99999") }).problems.map((p) => p.name);
    expect(names).to.deep.equal(["CapExceeded", "ERC20InsufficientBalance"]);
  });

  // ---- the reserve, the Backstop, the market

  const lookAtAll = async (): Promise<FullSnapshot> => {
    const full = await readFullSnapshot(world.provider, world.book, alice.address);
    snapshot = full;
    return full;
  };

  /** Approves what has to be approved. */
  async function approve(calls: readonly Call[]): Promise<void> {
    for (const call of calls) await world.send(alice, call);
  }

  it(`issues, redeems and repays in a stable for what was said (seed ${random.seed})`, async () => {
    const reserve = IReserve__factory.connect(world.book.contracts.reserve, world.provider);
    const balance = (symbol: string): bigint => snapshot.account.wallet.get(world.token(symbol))!.balance;
    for (let step = 0; step < 6; step++) {
      let full = await lookAtAll();
      const amount = 1n + random.magnitude(parseUnits("10000", 6));
      const stable = { asset: "USDC", amount };
      await approve(callsOf(issue.requirements(full, stable)));
      const made = issue.preview(full, stable);
      expect(made.problems).to.deep.equal([]);
      let before = balance("plUSD");
      await world.send(alice, issue.tx(full, stable));
      full = await lookAtAll();
      expect(balance("plUSD") - before, `issued for ${amount}`).to.equal(made.issued);

      const back = { asset: "USDC", amount: made.issued };
      const got = redeem.preview(full, back);
      // A millionth of a dollar is not always worth one.
      if (got.paid === 0n) continue;
      expect(got.problems).to.deep.equal([]);
      before = balance("USDC");
      await world.send(alice, redeem.tx(full, back));
      full = await lookAtAll();
      expect(balance("USDC") - before, `redeemed ${back.amount}`).to.equal(got.paid);

      const debt = { asset: "USDC", amount: 10n ** 12n + random.magnitude(parseEther("20")) };
      await approve(callsOf(repayInStable.requirements(full, debt)));
      full = await lookAtAll();
      const time = full.block.timestamp + 20n;
      const paid = repayInStable.preview(full, debt, { time });
      expect(paid.problems).to.deep.equal([]);
      expect(await reserve.paymentFor(3, paid.repaid)).to.equal(paid.paid);
      before = balance("USDC");
      await world.send(alice, repayInStable.tx(full, debt), time);
      await look();
      expect(before - balance("USDC")).to.equal(paid.paid);
      expect(standingOf(snapshot.account, termsOf(snapshot.protocol))).to.deep.equal(paid.after);
    }
  });

  it("stakes for the shares that were said", async () => {
    const full = await lookAtAll();
    const intent = { amount: parseEther("37") };
    await approve(callsOf(backstopDeposit.requirements(full, intent)));
    const { shares, problems } = backstopDeposit.preview(await lookAtAll(), intent);
    expect(problems).to.deep.equal([]);
    const backstop = IBackstop__factory.connect(world.book.contracts.backstop, world.provider);
    expect(await backstop.previewDeposit(intent.amount)).to.equal(shares);
    await world.send(alice, backstopDeposit.tx(full, intent));
    expect((await lookAtAll()).stake.shares).to.equal(shares);
  });

  it("levers up and down through real pools as previewed, by signature, and leaves nothing allowed", async () => {
    await perform(deposit, { asset: "WETH", amount: parseEther("5") }, 10n);
    const route = { tokens: [world.token("USDC"), world.token("WETH")], fees: [100, 500] };
    const loan = parseEther("400");
    const bought = await quoteLeverage(world.provider, snapshot, route, loan);
    const up = { asset: "WETH", margin: parseEther("0.25"), loan, route, bought };
    // Wrapped ether has no permit: an approval. The authorisation is signed twice: given, and taken back.
    const { deposited } = await perform(leverage, up, 40n);
    expect(deposited > parseEther("2")).to.equal(true);
    expect(snapshot.account.leverageAllowed).to.equal(false);

    const sold = await quoteUnwind(world.provider, snapshot, route, parseEther("150"));
    const down = { asset: "WETH", repay: parseEther("150"), withdraw: sold + parseEther("0.1"), route, sold };
    const wallet = snapshot.account.wallet.get(world.token("WETH"))!.balance;
    const { returned } = await perform(unwind, down, 40n);
    const arrived = snapshot.account.wallet.get(world.token("WETH"))!.balance - wallet;
    // What was quoted repays a little more than whole debt shares do.
    expect(arrived >= returned && arrived - returned < 10n ** 10n).to.equal(true);
    for (const symbol of ["WETH", "USDC", "plUSD"]) {
      const kept = await balanceOf(symbol, world.book.leverage!);
      expect(kept, symbol).to.equal(0n);
    }
  });

  async function balanceOf(symbol: string, owner: string): Promise<bigint> {
    const { wallet } = (await readSnapshot(world.provider, world.book, owner)).account;
    return wallet.get(world.token(symbol))!.balance;
  }

  it("explains what a contract refuses when it is sent all the same", async () => {
    const names = { assets: snapshot.protocol.assets, book: world.book };
    const call = { ...borrow.tx(snapshot, { amount: parseEther("70000") }), from: alice.address };
    const met = await world.provider.call(call).then(
      () => undefined,
      (error: unknown) => explain(error, names),
    );
    const [foreseen] = borrow.preview(snapshot, { amount: parseEther("70000") }).problems;
    expect(met?.name).to.equal("BorrowLimitExceeded");
    expect(met?.fix).to.equal(foreseen?.fix);
    const route = { tokens: [world.token("USDC"), world.token("WETH")], fees: [100, 500] };
    const dear = { asset: "WETH", margin: 0n, loan: parseEther("200"), route, bought: parseEther("50") };
    const { signatures } = await signRequirements(alice, leverage.requirements(snapshot, dear));
    const refused = await world.provider
      .call({ ...leverage.tx(snapshot, dear, signatures), from: alice.address })
      .catch((error: unknown) => explain(error, names));
    expect(refused).to.include({ name: "TooLittleBought" });
  });

  it("leaves with nothing owed and nothing left", async () => {
    // Interest: what is owed by now is more than was borrowed.
    await world.giveDollars(alice.address, parseEther("2000"));
    await look();
    const { after } = await perform(repay, { amount: MAX_UINT256 }, 100n);
    expect([after.debt, after.health]).to.deep.equal([0n, MAX_UINT256]);
    for (const { symbol, number } of snapshot.protocol.assets) {
      if (snapshot.account.holdings.every((h) => h.asset !== number)) continue;
      await perform(withdraw, { asset: symbol, amount: MAX_UINT256 }, 30n);
    }
    expect(snapshot.account.holdings).to.deep.equal([]);
  });

  // ---- batches, books

  it("makes a wallet's batch of approvals and actions, neighbours of one contract together", () => {
    const intent = { asset: "WETH", amount: parseEther("1") };
    const calls = [
      ...callsOf(deposit.requirements(snapshot, intent)),
      deposit.tx(snapshot, intent),
      borrow.tx(snapshot, { amount: parseEther("1") }),
    ];
    const batch = sendCalls(world.book, alice.address, calls);
    expect(batch).to.include({ chainId: "0x7a69", from: alice.address, atomicRequired: true });
    expect(batch.calls.map((c) => c.to)).to.deep.equal([world.token("WETH"), world.book.contracts.engine]);
  });

  it("asks wallets to sign what they understand", () => {
    const [need] = deposit.requirements(snapshot, { asset: "USDC", amount: 5n });
    if (need?.kind !== "approval" || need.permit === undefined) throw new Error("no permit");
    const json = JSON.parse(typedDataJson(need.permit)) as { primaryType: string; message: { value: string } };
    expect(json.primaryType).to.equal("Permit");
    expect(json.message.value).to.equal("5");
  });

  it("finds assets by number, symbol and token, and says which there are", () => {
    const { protocol } = snapshot;
    for (const ref of [1, 1n, "wbtc", world.token("WBTC")]) expect(findAsset(protocol, ref).symbol).to.equal("WBTC");
    expect(() => findAsset(protocol, "DOGE")).to.throw(UnknownAsset, "there are WETH, WBTC, wstETH, USDC");
  });

  it("takes a deployment's own address book, and refuses the wrong chain and the wrong address", async () => {
    const book = parseAddressBook(JSON.parse(JSON.stringify(world.book)));
    expect(addressBook(31_337n, [book])).to.equal(book);
    expect(() => addressBook(5, [book])).to.throw(UnknownChain, "known are chains 31337");
    const more = extended(book, { tokens: { DAI: world.token("USDC") } });
    expect(Object.keys(more.tokens)).to.deep.equal([...Object.keys(book.tokens), "DAI"]);
    const failure = async (wrong: AddressBook): Promise<unknown> =>
      await readSnapshot(world.provider, wrong, alice.address).catch((error: unknown) => error);
    expect(await failure({ ...book, chainId: 1 })).to.be.instanceOf(WrongChain);
    const nowhere = { contracts: { ...book.contracts, reads: alice.address } };
    expect(await failure(extended(book, nowhere))).to.be.instanceOf(NothingThere);
  });

  it("reads the balance sheet and the auctions with whatever else, in one call", async () => {
    let calls = 0;
    const counting: Pick<Provider, "call"> = {
      call: async (tx) => {
        calls++;
        return await world.provider.call(tx);
      },
    };
    const query = combined({ sheet: balanceSheet(world.book), auctions: auctions(world.book) });
    const { sheet, auctions: found } = await read(counting, world.book, query);
    expect(calls).to.equal(1);
    expect(sheet.equity).to.equal(sheet.reserve + sheet.loans - sheet.supply);
    expect(found.open).to.deep.equal([]);
    await readFullSnapshot(counting, world.book, alice.address);
    expect(calls).to.equal(2);
  });

  // ---- sending

  it("sends call after call, each with room above what the node estimates once the one before is in a block", async () => {
    const bob = await world.newAccount(4);
    const intent = { asset: "WETH", amount: parseEther("1") };
    const before = await readSnapshot(world.provider, world.book, bob.address);
    const calls = [...callsOf(deposit.requirements(before, intent)), deposit.tx(before, intent)];
    expect(calls.length, "an allowance, without which no deposit can be estimated").to.equal(2);
    const estimates: bigint[] = [];
    const estimate = bob.estimateGas.bind(bob);
    bob.estimateGas = async (tx) => estimates[estimates.push(await estimate(tx)) - 1]!;
    const receipts = await send(bob, ...calls);
    const limits = await Promise.all(receipts.map(async (receipt) => (await receipt.getTransaction()).gasLimit));
    expect(limits).to.deep.equal(estimates.map(withHeadroom));
    expect(receipts.map(({ to }) => to)).to.deep.equal(calls.map(({ to }) => to));

    // Nothing of this account may be borrowed on that little: what follows is not sent.
    await world.refresh();
    const sentSoFar = await bob.getNonce();
    const loan = borrow.tx(before, { amount: parseEther("1000000") });
    const refused = await send(bob, loan, calls[0]!).catch((error: unknown) => error);
    expect(explain(refused)?.name).to.equal("BorrowLimitExceeded");
    expect(await bob.getNonce()).to.equal(sentSoFar);
  });

  // ---- the examples

  type Example<T = unknown> = (provider: Provider, book: AddressBook, signer: Signer, ...more: never[]) => Promise<T>;

  async function example<T>(name: string, signer: Signer, ...more: readonly unknown[]): Promise<T> {
    const { run } = (await import(`../../../sdk/examples/${name}.js`)) as { run: Example<T> };
    return await run(world.provider, world.book, signer, ...(more as never[]));
  }

  it("runs an example of each action", async () => {
    const bob = await world.newAccount(1);
    await world.refresh();
    for (const name of ["deposit", "borrow", "repay", "repay-in-stable", "withdraw", "issue", "redeem"]) {
      await example(name, bob);
    }
    for (const name of ["leverage", "unwind", "backstop-deposit"]) await example(name, bob);
    const { account, protocol, stake } = await readFullSnapshot(world.provider, world.book, bob.address);
    const { debt } = standingOf(account, termsOf(protocol));
    // 150 - 20 - 10 + 200 - 100, and interest.
    expect(debt > parseEther("219.9") && debt < parseEther("220.1"), debt.toString()).to.equal(true);
    expect(stake.shares > 0n).to.equal(true);

    const opensAt = await example<bigint>("backstop-claim", bob);
    expect(await example("backstop-exit", bob)).to.match(/this is possible from .* on\./);
    expect(opensAt > (await world.now())).to.equal(true);
  });

  it("runs the examples of liquidation and of auctions in a crash", async () => {
    const bob = await world.newAccount(2);
    await world.giveDollars(bob.address, parseEther("200000"));
    await crash(world, 60n);
    await world.refresh();
    const accounts = world.borrowers.map(({ account }) => account);
    const gain = await example<bigint>("liquidate", bob, [...accounts, alice.address]);
    expect(gain > 0n).to.equal(true);

    // Too much in dollars by now, too little in ether.
    const rebalancer = IRebalancer__factory.connect(world.book.contracts.rebalancer, world.deployer);
    await (await rebalancer.open(3, 0, { gasLimit: 5_000_000n })).wait();
    const before = await balanceOf("USDC", bob.address);
    await example("fill", bob);
    expect((await balanceOf("USDC", bob.address)) > before).to.equal(true);
    const { auctions: found } = await read(world.provider, world.book, combined({ auctions: auctions(world.book) }));
    expect(found.open[0]).to.include({ sold: 3n, bought: 0n, over: false });
  });
});
