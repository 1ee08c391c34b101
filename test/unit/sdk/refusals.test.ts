import { readdirSync, readFileSync } from "node:fs";

import { expect } from "chai";
import {
  JsonRpcSigner,
  MaxUint256,
  parseEther,
  parseUnits,
  ZeroAddress,
  type BaseWallet,
  type Provider,
  type Signer,
} from "ethers";

import {
  backstopClaim,
  backstopDeposit,
  backstopExit,
  backstopMarkDue,
  borrow,
  deposit,
  fill,
  issue,
  leverage,
  liquidate,
  quoteLeverage,
  quoteUnwind,
  redeem,
  repay,
  repayInStable,
  unwind,
  withdraw,
  type Route,
} from "../../../sdk/actions/index.js";
import type { Action, Call, Outcome } from "../../../sdk/actions/types.js";
import { explain, type Explanation } from "../../../sdk/errors/index.js";
import { present } from "../../../sdk/present.js";
import { positions, read, readFullSnapshot, type FullSnapshot } from "../../../sdk/reads/index.js";
import {
  IBackstop__factory,
  IBalanceSheet__factory,
  ICreditEngine__factory,
  IPlimsollDollar__factory,
  IRebalancer__factory,
  IReserve__factory,
  IRisk__factory,
  FaucetToken__factory,
  MockV3Aggregator__factory,
} from "../../../types/contracts/index.js";
import { pushQuotes } from "../../../replay/scenario/world.js";
import { crash } from "../../support/scenario.js";
import { openSdkWorld, type SdkWorld } from "../../support/sdk-world.js";

const ACTIONS = new URL("../../../sdk/actions/", import.meta.url);
const GAS = { gasLimit: 8_000_000n };
const [WETH, WBTC, USDC] = [0n, 1n, 3n];
const DAY = 86_400n;

/** Every refusal that previews can find, as `<function that looks>: <error>`: read from the source, so that none is forgotten here. */
function refusalsInSource(): string[] {
  const found = new Set<string>();
  for (const name of readdirSync(ACTIONS)) {
    const text = readFileSync(new URL(name, ACTIONS), "utf8");
    // What begins a line: a function or an action; then each refusal in it.
    const tokens = text.matchAll(
      /^(?:export )?(?:function|const|class) (\w+)|\.unless\(([\s\S]*?)"(\w+(?:\([^)]*\))?)"/gm,
    );
    let inside = name;
    for (const [, declared, before, error] of tokens) {
      if (declared !== undefined) inside = declared;
      else {
        if (before?.includes(".unless(") === true) throw new Error(`a refusal in ${name} has no name of its own`);
        found.add(`${inside}: ${error ?? ""}`);
      }
    }
    // Problems have no other source.
    if (name !== "common.ts" && text.includes("explainError(")) throw new Error(`${name} explains errors by itself`);
  }
  return [...found].sort();
}

/** Somebody, and what he tries in vain. */
interface Case {
  /** The refusal that is meant, as the source has it. */
  readonly refusal: string;
  /** What leads to it. */
  readonly prepare?: () => Promise<unknown>;
  /** Who tries; Alice if absent. */
  readonly who?: "bob";
  readonly attempt: (snapshot: FullSnapshot) => Attempt | Promise<Attempt>;
  /** What the chain says instead, where that is something else. */
  readonly met?: string;
}

interface Attempt {
  readonly problems: readonly Explanation[];
  readonly call: Call;
}

describe("sdk/actions: refusals", () => {
  let world: SdkWorld;
  let provider: Provider;
  let alice: BaseWallet;
  let bob: BaseWallet;

  before(async function () {
    this.timeout(120_000);
    world = await openSdkWorld();
    ({ provider } = world);
    [alice, bob] = [await world.newAccount(0), await world.newAccount(1)];
    const { engine, reserve, backstop } = world.book.contracts;
    for (const who of [alice, bob]) {
      for (const symbol of ["WETH", "WBTC", "wstETH", "USDC", "plUSD"]) {
        const token = IPlimsollDollar__factory.connect(world.token(symbol), who);
        for (const spender of [engine, reserve, backstop, present(world.book.leverage)]) {
          await (await token.approve(spender, MaxUint256)).wait();
        }
      }
      const book = asEngine(who);
      await (await book.setAuthorization(present(world.book.leverage), true)).wait();
      await (await book.deposit(WETH, parseEther("20"), who.address, GAS)).wait();
      await (await book.deposit(WBTC, 10n ** 7n, who.address, GAS)).wait();
    }
    await world.refresh();
    await (await asEngine(alice).borrow(parseEther("1000"), alice.address, alice.address, GAS)).wait();
    await world.giveDollars(alice.address, parseEther("5000"));
    await (await asBackstop(alice).deposit(parseEther("1000"), alice.address, GAS)).wait();
  });
  after(async () => {
    await world.close();
  });

  // ---- what leads to refusals

  const asEngine = (who: Signer) => ICreditEngine__factory.connect(world.book.contracts.engine, who);
  const asBackstop = (who: Signer) => IBackstop__factory.connect(world.book.contracts.backstop, who);
  const governedReserve = () => IReserve__factory.connect(world.book.contracts.reserve, world.deployer);
  const governedSheet = () => IBalanceSheet__factory.connect(world.book.contracts.sheet, world.deployer);
  const ask = async (method: string, ...params: unknown[]): Promise<unknown> =>
    await world.connection.provider.request({ method, params });

  /** A feed that says what cannot be. */
  async function kill(feed: string): Promise<void> {
    const contract = MockV3Aggregator__factory.connect(present(world.book.feeds[feed]), world.deployer);
    await (await contract.updateAnswer(-1n, GAS)).wait();
  }

  /** Time passes, and feeds go on. {s} */
  async function later(seconds: bigint): Promise<void> {
    await ask("evm_increaseTime", Number(seconds));
    await pushQuotes(world, ["eth", "btc", "usdc"]);
    await world.chain.mine();
    await world.refresh();
  }

  /** plUSD out of nothing, by who may: backed by nothing. */
  async function conjure(to: string, amount: bigint): Promise<void> {
    const { reserve, dollar } = world.book.contracts;
    await ask("hardhat_impersonateAccount", reserve);
    await ask("hardhat_setBalance", reserve, "0xde0b6b3a7640000");
    const facilitator = IPlimsollDollar__factory.connect(dollar, new JsonRpcSigner(world.provider, reserve));
    await (await facilitator.mint(to, amount)).wait();
  }

  /** More dollars than anybody needs. */
  async function enrich(who: BaseWallet, units: bigint): Promise<void> {
    const token = FaucetToken__factory.connect(world.token("USDC"), world.deployer);
    await (await token.mint(who.address, units, GAS)).wait();
  }

  /** No asset of the reserve has a requirement: as before the first look at them. */
  async function forgetRequirements(): Promise<void> {
    const { sheet } = world.book.contracts;
    for (let slot = 0; slot < 32; slot++) {
      const place = `0x${slot.toString(16)}`;
      const before = await provider.getStorage(sheet, slot);
      await ask("hardhat_setStorageAt", sheet, place, `0x${"0".repeat(64)}`);
      if ((await governedSheet().unitRequirement(USDC)) === 0n) return;
      await ask("hardhat_setStorageAt", sheet, place, before);
    }
    throw new Error("the balance sheet keeps its requirements elsewhere");
  }

  async function reserveTerms(change: { readonly cap: bigint }): Promise<void> {
    const { terms } = await governedReserve().assetTerms(USDC);
    const { stable, liquidFloor, baseFee, maxFee } = terms;
    const asked = { stable, liquidFloor: 0n, liquidCeiling: liquidFloor, baseFee, maxFee, ...change };
    await (await governedReserve().setTerms(USDC, asked, GAS)).wait();
  }

  async function beginToLeave(): Promise<void> {
    await (await asBackstop(alice).claim(parseUnits("100", 24), GAS)).wait();
  }

  async function markedDue(): Promise<void> {
    await beginToLeave();
    const { delay } = await asBackstop(alice).exitTerms();
    await later(delay + 1n);
    await (await asBackstop(alice).markDue(alice.address, GAS)).wait();
  }

  async function payable(): Promise<void> {
    await markedDue();
    const { settle } = await asBackstop(alice).exitTerms();
    await later(settle + 1n);
  }

  /** Lets so much capital be beyond what is required: less than nothing for too little. */
  async function leaveHeadroom(rest: bigint): Promise<void> {
    const { capital, required } = await governedSheet().statement();
    await conjure(bob.address, capital - required - rest);
    await world.refresh();
  }

  // ---- what is tried

  const of =
    <I, R extends Outcome>(action: Action<FullSnapshot, I, R>, intent: I) =>
    (snapshot: FullSnapshot): Attempt => ({
      problems: action.preview(snapshot, intent).problems,
      call: action.tx(snapshot, intent),
    });

  const route = (): Route => ({ tokens: [world.token("USDC"), world.token("WETH")], fees: [100, 500] });

  const geared =
    (loan: bigint, margin = 0n) =>
    async (snapshot: FullSnapshot): Promise<Attempt> => {
      const bought =
        loan === 0n ? 0n : await quoteLeverage(provider, snapshot, route(), min(loan, parseEther("100000")));
      return of(leverage, { asset: WETH, margin, loan, route: route(), bought })(snapshot);
    };

  const unwound =
    (repaid: bigint, taken: bigint) =>
    async (snapshot: FullSnapshot): Promise<Attempt> => {
      const sold = repaid === 0n ? 0n : await quoteUnwind(provider, snapshot, route(), min(repaid, parseEther("1000")));
      return of(unwind, { asset: WETH, repay: repaid, withdraw: taken, route: route(), sold })(snapshot);
    };

  const CASES: readonly Case[] = [
    // ---- wallet
    { refusal: "checkWallet: ERC20InsufficientBalance", attempt: of(deposit, { asset: WBTC, amount: 2n * 10n ** 8n }) },
    {
      refusal: "checkWallet: ERC20InsufficientBalance",
      prepare: () => spend(alice, "plUSD"),
      attempt: of(repay, { amount: parseEther("500") }),
    },
    {
      refusal: "checkWallet: ERC20InsufficientBalance",
      attempt: of(issue, { asset: USDC, amount: parseUnits("100001", 6) }),
    },
    {
      refusal: "checkWallet: ERC20InsufficientBalance",
      attempt: of(redeem, { asset: USDC, amount: parseEther("9000") }),
    },
    { refusal: "checkWallet: ERC20InsufficientBalance", attempt: of(backstopDeposit, { amount: parseEther("9000") }) },
    {
      refusal: "checkWallet: ERC20InsufficientBalance",
      prepare: () => spend(alice, "USDC"),
      attempt: of(repayInStable, { asset: USDC, amount: parseEther("500") }),
    },

    // ---- receivers
    { refusal: "Refusals: ZeroAddress", attempt: of(borrow, { amount: parseEther("10"), to: ZeroAddress }) },
    {
      refusal: "Refusals: ZeroAddress",
      attempt: of(withdraw, { asset: WETH, amount: parseEther("1"), to: ZeroAddress }),
    },
    { refusal: "Refusals: ZeroAddress", attempt: of(issue, { asset: USDC, amount: 10n ** 6n, to: ZeroAddress }) },
    {
      refusal: "Refusals: ZeroAddress",
      attempt: of(redeem, { asset: USDC, amount: parseEther("1"), to: ZeroAddress }),
    },

    // ---- deposits
    { refusal: "deposit: ZeroAmount", attempt: of(deposit, { asset: WETH, amount: 0n }) },
    { refusal: "deposit: AmountBelowLedgerUnit", attempt: of(deposit, { asset: WETH, amount: 1n }) },
    {
      refusal: "checkDeposit: Paused(uint256,uint256)",
      prepare: () => asEngine(world.deployer).pause(WBTC, 1n, GAS),
      attempt: of(deposit, { asset: WBTC, amount: 10n ** 6n }),
    },
    {
      refusal: "checkDeposit: AssetIsDelisted",
      prepare: () => IRisk__factory.connect(world.book.contracts.risk, world.deployer).delist(WBTC, GAS),
      attempt: of(deposit, { asset: WBTC, amount: 10n ** 6n }),
    },
    {
      refusal: "checkDeposit: AssetUnpriced",
      prepare: () => kill("btc"),
      attempt: of(deposit, { asset: WBTC, amount: 10n ** 6n }),
    },
    {
      refusal: "checkDeposit: CapExceeded",
      prepare: () => asEngine(world.deployer).setAssetCap(WBTC, 10n ** 8n, GAS),
      attempt: of(deposit, { asset: WBTC, amount: 9n * 10n ** 7n }),
    },

    // ---- loans
    { refusal: "borrow: ZeroAmount", attempt: of(borrow, { amount: 0n }) },
    { refusal: "checkLoan: DebtBelowMinimum", who: "bob", attempt: of(borrow, { amount: parseEther("1") }) },
    {
      refusal: "checkLoan: DebtCeilingExceeded",
      prepare: async () => {
        const { minimumDebt } = await asEngine(alice).debtLimits();
        const ceiling = parseEther(((await asEngine(alice).totalDebt()) / parseEther("1") + 50n).toString());
        await (await asEngine(world.deployer).setDebtLimits(minimumDebt, ceiling, GAS)).wait();
      },
      attempt: of(borrow, { amount: parseEther("100") }),
    },
    {
      refusal: "checkLoan: AssetUnpriced",
      who: "bob",
      prepare: () => kill("btc"),
      attempt: of(borrow, { amount: parseEther("200") }),
    },
    { refusal: "checkLoan: BorrowLimitExceeded", attempt: of(borrow, { amount: parseEther("50000") }) },
    { refusal: "checkLoan: BorrowLimitExceeded", attempt: geared(parseEther("20000")) },
    {
      refusal: "checkLoan: IssuanceExceeded",
      prepare: async () => {
        await wealthy();
        await leaveHeadroom(parseEther("1000"));
      },
      attempt: (s) => of(borrow, { amount: headroomOf(s) + parseEther("10") })(s),
    },
    {
      refusal: "checkLoan: LiquidityShort(uint256,uint256)",
      prepare: async () => {
        await wealthy();
        await liquidShare();
      },
      attempt: (s) => of(borrow, { amount: s.protocol.gate.borrowable + parseEther("10") })(s),
    },
    { refusal: "leverage: ZeroAmount", attempt: geared(0n) },
    {
      refusal: "leverage: FlashMintTooLarge",
      attempt: async (s) => await geared(s.protocol.flashMint + 1n)(s),
    },

    // ---- repayments
    { refusal: "checkRepayment: ZeroAmount", attempt: of(repay, { amount: 0n }) },
    { refusal: "checkRepayment: ZeroAmount", attempt: of(repayInStable, { asset: USDC, amount: 0n }) },
    { refusal: "checkRepayment: NoDebt", who: "bob", attempt: of(repay, { amount: parseEther("1") }) },
    { refusal: "checkRepayment: AmountBelowDebtShare", attempt: of(repay, { amount: 1n }) },
    { refusal: "checkRest: DebtBelowMinimum", attempt: of(repay, { amount: parseEther("950") }) },
    { refusal: "checkRest: DebtBelowMinimum", attempt: of(repayInStable, { asset: USDC, amount: parseEther("950") }) },
    { refusal: "checkRest: DebtBelowMinimum", attempt: unwound(parseEther("950"), parseEther("10")) },
    { refusal: "repayInStable: NotStable", attempt: of(repayInStable, { asset: WETH, amount: parseEther("100") }) },
    {
      refusal: "repayInStable: PriceUnusable",
      prepare: () => kill("usdc"),
      attempt: of(repayInStable, { asset: USDC, amount: parseEther("100") }),
    },
    {
      refusal: "repayInStable: CapExceeded",
      prepare: () => reserveTerms({ cap: parseUnits("1460000", 6) }),
      attempt: of(repayInStable, { asset: USDC, amount: parseEther("100") }),
    },

    // ---- taking out
    { refusal: "withdraw: ZeroAmount", attempt: of(withdraw, { asset: WETH, amount: 0n }) },
    { refusal: "withdraw: AmountBelowLedgerUnit", attempt: of(withdraw, { asset: WETH, amount: 1n }) },
    { refusal: "withdraw: InsufficientBalance", attempt: of(withdraw, { asset: USDC, amount: 1n }) },
    {
      refusal: "withdraw: Paused(uint256,uint256)",
      prepare: () => asEngine(world.deployer).pause(WETH, 2n, GAS),
      attempt: of(withdraw, { asset: WETH, amount: parseEther("1") }),
    },
    { refusal: "withdraw: BorrowLimitExceeded", attempt: of(withdraw, { asset: WETH, amount: parseEther("19") }) },
    { refusal: "unwind: ZeroAmount", attempt: unwound(0n, parseEther("1")) },
    { refusal: "unwind: InsufficientBalance", attempt: unwound(parseEther("200"), parseEther("21")) },
    {
      refusal: "unwind: FlashMintTooLarge",
      prepare: () =>
        IPlimsollDollar__factory.connect(world.token("plUSD"), world.deployer).setFlashMintCap(parseEther("100"), GAS),
      attempt: unwound(parseEther("200"), parseEther("5")),
    },
    // The pool cannot take what was not taken out, and fails before the contract can say so.
    { refusal: "unwind: TooMuchSold", attempt: unwound(parseEther("200"), parseEther("0.1")), met: "Reason" },
    {
      refusal: "unwind: Paused(uint256,uint256)",
      prepare: () => asEngine(world.deployer).pause(WETH, 2n, GAS),
      attempt: unwound(parseEther("200"), parseEther("3")),
    },
    { refusal: "unwind: BorrowLimitExceeded", attempt: unwound(parseEther("200"), parseEther("19")) },

    // ---- issue and redemption
    { refusal: "issue: NotStable", attempt: of(issue, { asset: WETH, amount: parseEther("1") }) },
    {
      refusal: "issue: PriceUnusable",
      prepare: () => kill("usdc"),
      attempt: of(issue, { asset: USDC, amount: parseUnits("10", 6) }),
    },
    { refusal: "issue: ZeroAmount", attempt: of(issue, { asset: USDC, amount: 0n }) },
    {
      refusal: "issue: CapExceeded",
      prepare: () => reserveTerms({ cap: parseUnits("1460000", 6) }),
      attempt: of(issue, { asset: USDC, amount: parseUnits("100", 6) }),
    },
    {
      refusal: "issue: AssetWithoutRequirement",
      prepare: forgetRequirements,
      attempt: of(issue, { asset: USDC, amount: parseUnits("10", 6) }),
    },
    {
      refusal: "issue: IssuanceExceeded",
      prepare: () => enrich(alice, parseUnits("50000000", 6)),
      attempt: of(issue, { asset: USDC, amount: parseUnits("40000000", 6) }),
    },
    { refusal: "redeem: NotStable", attempt: of(redeem, { asset: WETH, amount: parseEther("10") }) },
    { refusal: "redeem: ZeroAmount", attempt: of(redeem, { asset: USDC, amount: 0n }) },
    {
      refusal: "redeem: PriceUnusable",
      prepare: () => kill("usdc"),
      attempt: of(redeem, { asset: USDC, amount: parseEther("10") }),
    },
    {
      refusal: "redeem: NotBacked",
      prepare: () => conjure(bob.address, parseEther("20000000")),
      attempt: of(redeem, { asset: USDC, amount: parseEther("10") }),
    },
    { refusal: "redeem: AmountBelowLedgerUnit", attempt: of(redeem, { asset: USDC, amount: 1n }) },
    {
      refusal: "redeem: LiquidityShort(uint256,uint256,uint256)",
      prepare: () => conjure(alice.address, parseEther("2000000")),
      attempt: of(redeem, { asset: USDC, amount: parseEther("1900000") }),
    },

    // ---- liquidations and auctions
    {
      refusal: "liquidate: NothingToDo",
      attempt: async (s) => {
        const all = await read(provider, s.book, positions(s.book, [alice.address]));
        return of(liquidate, { targets: [...all].map(([account, position]) => ({ account, position })) })(s);
      },
    },
    {
      refusal: "fill: NothingToFill",
      prepare: async () => {
        await crash(world, 60n);
        await world.refresh();
        await (
          await IRebalancer__factory.connect(world.book.contracts.rebalancer, world.deployer).open(USDC, WETH, GAS)
        ).wait();
      },
      attempt: of(fill, { sold: USDC, bought: WETH, quote: { amount: 0n, paid: 0n, maximum: 0n } }),
    },

    // ---- the Backstop
    { refusal: "backstopDeposit: ZeroAmount", attempt: of(backstopDeposit, { amount: 0n }) },
    {
      refusal: "backstopClaim: NotFullyPriced()",
      prepare: () => kill("btc"),
      attempt: of(backstopClaim, { shares: MaxUint256 }),
    },
    {
      refusal: "backstopClaim: ClaimExists",
      prepare: beginToLeave,
      attempt: of(backstopClaim, { shares: MaxUint256 }),
    },
    { refusal: "backstopClaim: ZeroAmount", attempt: of(backstopClaim, { shares: 0n }) },
    {
      refusal: "backstopClaim: ERC20InsufficientBalance",
      attempt: of(backstopClaim, { shares: parseUnits("1001", 24) }),
    },
    { refusal: "checkMoment: NoClaim", attempt: of(backstopMarkDue, {}) },
    { refusal: "checkMoment: NoClaim", attempt: of(backstopExit, {}) },
    { refusal: "checkMoment: AlreadyDue", prepare: markedDue, attempt: of(backstopMarkDue, {}) },
    { refusal: "checkMoment: NotDue", prepare: beginToLeave, attempt: of(backstopExit, {}) },
    { refusal: "checkMoment: TooEarly", prepare: beginToLeave, attempt: of(backstopMarkDue, {}) },
    { refusal: "checkMoment: TooEarly", prepare: markedDue, attempt: of(backstopExit, {}) },
    {
      refusal: "checkMoment: ClaimLapsed",
      prepare: async () => {
        await payable();
        await later(DAY);
      },
      attempt: of(backstopExit, {}),
    },
    {
      refusal: "checkMoment: NotFullyPriced()",
      prepare: async () => {
        await payable();
        await kill("btc");
      },
      attempt: of(backstopExit, {}),
    },
    {
      refusal: "checkMoment: ERC20InvalidReceiver",
      prepare: payable,
      attempt: of(backstopExit, { receiver: ZeroAddress }),
    },
    {
      refusal: "checkMoment: CapitalShort",
      prepare: async () => {
        await payable();
        await leaveHeadroom(parseEther("-1"));
      },
      attempt: of(backstopExit, {}),
    },
  ];

  /** Collateral for any loan. */
  async function wealthy(): Promise<void> {
    const amount = parseUnits("40000000", 6);
    await enrich(alice, amount);
    await (await asEngine(alice).deposit(USDC, amount, alice.address, GAS)).wait();
    await world.refresh();
  }

  const headroomOf = ({ protocol }: FullSnapshot): bigint =>
    (protocol.gate.headroom * 10_000n) / protocol.gate.loanUnit;

  /** More of the supply has to be liquid than is. */
  async function liquidShare(): Promise<void> {
    const p = await governedSheet().parameters();
    const [maxAge, , loanZ, loanHorizon, loanFloor, shareFall, surplusFactor, deficitDelay] = p;
    const wanted = {
      maxAge,
      liquidShare: 2_500n,
      loanZ,
      loanHorizon,
      loanFloor,
      shareFall,
      surplusFactor,
      deficitDelay,
    };
    await (await governedSheet().setParameters(wanted, GAS)).wait();
    await world.refresh();
  }

  /** Gives all of a token away. */
  async function spend(who: BaseWallet, symbol: string): Promise<void> {
    const token = IPlimsollDollar__factory.connect(world.token(symbol), who);
    await (await token.transfer(bob.address, await token.balanceOf(who.address))).wait();
  }

  it("has a case here for each refusal that previews can find", () => {
    expect([...new Set(CASES.map((c) => c.refusal))].sort()).to.deep.equal(refusalsInSource());
  });

  for (const [i, { refusal, prepare, who, attempt, met = refusal }] of CASES.entries()) {
    it(`foresees ${refusal} (${i + 1})`, async () => {
      const before = await ask("evm_snapshot");
      const quotes = { ...world.quotes, answers: { ...world.quotes.answers } };
      try {
        await prepare?.();
        await world.chain.mine();
        const from = (who === "bob" ? bob : alice).address;
        const snapshot = await readFullSnapshot(provider, world.book, from);
        const { problems, call } = await attempt(snapshot);
        const name = /^\w+: (\w+)/.exec(refusal)?.[1];
        const foreseen = present(
          problems.find((p) => p.name === name),
          `${refusal} among ${problems.map((p) => p.name).join()}`,
        );
        // What the chain says of the very transaction, in the same block.
        const names = { assets: snapshot.protocol.assets, book: world.book };
        const refused = await provider.call({ ...call, from }).then(
          () => undefined,
          (error: unknown) => explain(error, names),
        );
        expect(refused?.name, JSON.stringify(refused?.message)).to.equal(/(?:^|: )(\w+)(?:\(|$)/.exec(met)?.[1]);
        // Errors of tokens do not say of which token they are; previews know it, and say it in its units.
        const { message } = name === "ERC20InsufficientBalance" ? present(refused) : foreseen;
        if (met === refusal) expect(refused).to.deep.equal({ ...foreseen, message });
      } finally {
        await ask("evm_revert", before);
        Object.assign(world.quotes, quotes);
      }
    });
  }
});

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
