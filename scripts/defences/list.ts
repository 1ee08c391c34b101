/** One small replacement in one file. `find` must occur exactly once. */
export interface Patch {
  file: string;
  find: string;
  replace: string;
}

/** One thing that the protocol withstands: how to take the defence out, and which tests must notice. */
export interface Defence {
  id: string;
  /** What it is a defence against, in words. */
  withstands: string;
  patch: readonly Patch[];
  /** Test files, relative to the project. */
  tests: readonly string[];
}

const ORACLE = "contracts/oracle/PriceOracle.sol";
const READER = "contracts/oracle/FeedReader.sol";
const RATE_FEED = "contracts/oracle/feeds/ExchangeRateFeed.sol";
const ENGINE = "contracts/credit/CreditEngine.sol";
const STORAGE = "contracts/credit/CreditStorage.sol";
const ACCESS = "contracts/credit/CreditAccess.sol";
const GOVERNANCE = "contracts/credit/CreditGovernance.sol";
const LIQUIDATION = "contracts/credit/Liquidation.sol";
const MATH = "contracts/credit/LiquidationMath.sol";
const DOLLAR = "contracts/token/PlimsollDollar.sol";
const RISK = "contracts/risk/RiskModel.sol";
const DEPTH = "contracts/risk/UniswapDepth.sol";

const ORACLE_TESTS = ["test/solidity/oracle/PriceOracle.t.sol", "test/solidity/oracle/PriceOracleHostile.t.sol"];
const DEPTH_TESTS = ["test/unit/risk/uniswap-depth.test.ts"];
const credit = (name: string): string => `test/unit/credit/${name}.test.ts`;

/** A defence that is one replacement. */
function one(
  id: string,
  withstands: string,
  file: string,
  find: string,
  replace: string,
  ...tests: readonly string[]
): Defence {
  return { id, withstands, patch: [{ file, find, replace }], tests };
}

export const DEFENCES: readonly Defence[] = [
  // ---- prices
  one(
    "stale-price",
    "a price older than its heartbeat",
    ORACLE,
    "return goodUntil >= block.timestamp;",
    "return goodUntil != 0;",
    ...ORACLE_TESTS,
  ),
  {
    id: "zero-price",
    withstands: "a price of zero or below (refused twice: by its sign and by the band)",
    patch: [
      { file: ORACLE, find: "raw <= 0 || raw > MAX_RAW ||", replace: "raw > MAX_RAW ||" },
      {
        file: ORACLE,
        find: "if (answer < slot.minPrice() || answer > slot.maxPrice()) return (0, 0, 0, 0);",
        replace: "",
      },
    ],
    tests: ORACLE_TESTS,
  },
  one(
    "future-price",
    "a price stamped in the future",
    ORACLE,
    " || updatedAt > block.timestamp) return (0, 0, 0, 0);\n        // Unchecked",
    ") return (0, 0, 0, 0);\n        // Unchecked",
    ...ORACLE_TESTS,
  ),
  one(
    "price-below-band",
    "a price below the band",
    ORACLE,
    "answer < slot.minPrice() || answer > slot.maxPrice()",
    "answer > slot.maxPrice()",
    ...ORACLE_TESTS,
  ),
  one(
    "price-above-band",
    "a price above the band",
    ORACLE,
    "answer < slot.minPrice() || answer > slot.maxPrice()",
    "answer < slot.minPrice()",
    ...ORACLE_TESTS,
  ),
  one(
    "disagreeing-sources",
    "two sources that disagree",
    ORACLE,
    "(upper - lower) * BPS > lower * _disagreementLimit[asset]",
    "(upper - lower) * BPS > lower * _disagreementLimit[asset] * 1_000",
    ...ORACLE_TESTS,
    credit("liquidation"),
  ),
  one(
    "disagreeing-borrow",
    "borrowing on a price that sources disagree about",
    RISK,
    "status != PriceStatus.Live",
    "status == PriceStatus.Unpriced",
    credit("borrow"),
  ),
  one(
    "gas-eating-feed",
    "a feed that eats all gas",
    READER,
    "staticcall(FEED_GAS, feed,",
    "staticcall(gas(), feed,",
    "test/solidity/oracle/PriceOracleHostile.t.sol",
    "test/solidity/oracle/FeedReader.t.sol",
  ),
  one(
    "starved-feed",
    "a good feed made to look dead by sending little gas",
    READER,
    "require(available >= REQUIRED_GAS, IPriceOracle.InsufficientGas(available, REQUIRED_GAS));",
    "available;",
    "test/solidity/oracle/PriceOracleHostile.t.sol",
    credit("liquidation"),
  ),
  one(
    "short-answer",
    "a feed that answers too little",
    READER,
    "ok := and(ok, gt(returndatasize(), 0x9f))",
    "",
    "test/solidity/oracle/PriceOracleHostile.t.sol",
    "test/solidity/oracle/FeedReader.t.sol",
  ),
  one(
    "dead-feed-decay",
    "a dead feed whose last price counts for ever",
    ORACLE,
    "return elapsed < duration ? Math.ceilDiv(high * (duration - elapsed), duration) : 0;",
    "return high + 0 * elapsed * duration;",
    "test/solidity/oracle/PriceOracleDecay.t.sol",
    credit("liquidation"),
  ),
  one(
    "dead-feed-blocks",
    "one dead feed that keeps the rest of an account from being liquidated",
    LIQUIDATION,
    "if (q.status == PriceStatus.Unpriced) continue;",
    "require(q.status != PriceStatus.Unpriced, NothingToDo());",
    credit("liquidation"),
    credit("absorption"),
  ),
  one(
    "sequencer-down",
    "a rollup whose sequencer is down",
    ORACLE,
    "if (status == 1) return (false, false, startedAt);",
    "",
    "test/solidity/oracle/PriceOracleSequencer.t.sol",
  ),
  one(
    "sequencer-grace",
    "prices right after a sequencer's return",
    ORACLE,
    "return (block.timestamp >= time, true, time);",
    "return (true, true, time);",
    "test/solidity/oracle/PriceOracleSequencer.t.sol",
  ),
  one(
    "feed-activation",
    "a wrongly composed feed (activation check)",
    ORACLE,
    "_distance(answer, anchor) * BPS <= anchor * tolerance",
    "_distance(answer, anchor) * BPS <= anchor * tolerance || true",
    "test/solidity/oracle/PriceOracleConfig.t.sol",
    "test/solidity/oracle/PriceOracle.t.sol",
    credit("governance"),
  ),
  one(
    "rate-jump",
    "an exchange rate that jumps (growth cap)",
    RATE_FEED,
    "uint256 product = Math.mulDiv(uint256(base), Math.min(_ratio(), _cap(_snapshot)), BASE_UNIT);",
    "uint256 product = Math.mulDiv(uint256(base), _ratio(), BASE_UNIT);",
    "test/solidity/oracle/feeds/ExchangeRateFeed.t.sol",
  ),
  one(
    "rate-zero",
    "an exchange rate of zero",
    RATE_FEED,
    "require(current != 0, RateZero(RATE_TARGET));",
    "",
    "test/solidity/oracle/feeds/ExchangeRateFeed.t.sol",
  ),
  one(
    "unpriced-deposit",
    "shielding a debt with an asset that has no price",
    ENGINE,
    "if (AccountLib.debt(header) != 0) IRiskModel(_risk.riskModel).requirePriced(asset);",
    "",
    credit("deposit"),
  ),
  one(
    "unpriced-first-borrow",
    "the same, deposited before the first borrow",
    RISK,
    "require(!complete || status != PriceStatus.Unpriced, IPriceOracle.AssetUnpriced(asset));",
    "",
    credit("borrow"),
  ),

  // ---- tokens
  one(
    "fee-token",
    "a token that keeps a fee of each transfer",
    ENGINE,
    "require(received == amount, TransferMismatch(token, amount, received));",
    "received;",
    credit("hostile-tokens"),
  ),
  one(
    "rebasing-token",
    "a token that rebases below the ledger",
    ENGINE,
    "require(before >= ledger, LedgerShortfall(token, before, ledger));",
    "ledger;",
    credit("hostile-tokens"),
  ),
  one(
    "silent-token",
    "a token that returns nothing (or false)",
    ENGINE,
    "IERC20(token).safeTransferFrom(msg.sender, address(this), amount);",
    "IERC20(token).transferFrom(msg.sender, address(this), amount);",
    credit("hostile-tokens"),
  ),
  one(
    "many-decimals",
    "a token of more decimals than the ledger handles",
    GOVERNANCE,
    "tokenDecimals <= MAX_TOKEN_DECIMALS && tokenDecimals >= unitDecimals",
    "tokenDecimals >= unitDecimals",
    credit("hostile-tokens"),
  ),
  one(
    "twice-listed-token",
    "a token listed twice, or plUSD as collateral",
    GOVERNANCE,
    "require(token != address(DOLLAR) && _assetOf[token] == 0, TokenListedAlready(token));",
    "",
    credit("hostile-tokens"),
    credit("governance"),
  ),
  one(
    "token-reentry",
    "re-entry from a token that calls its holders",
    STORAGE,
    "require(_lock == FREE, Entered());",
    "",
    credit("hostile-tokens"),
    credit("liquidation"),
    credit("flash-loan"),
  ),
  one(
    "withdraw-reentry",
    "re-entry into withdraw",
    STORAGE,
    "require(before != LOCKED, Entered());",
    "",
    credit("hostile-tokens"),
    credit("flash-loan"),
  ),
  one(
    "flash-loan-unpaid",
    "a flash loan that is not paid back",
    ACCESS,
    "IERC20(token).safeTransferFrom(address(receiver), address(this), amount);\n",
    "",
    credit("flash-loan"),
  ),
  one(
    "donation-lent",
    "a donation that can be lent out",
    ACCESS,
    "return a.total * _scale(a);",
    "return IERC20(token).balanceOf(address(this));",
    credit("flash-loan"),
  ),

  // ---- amounts
  one(
    "zero-amount",
    "an amount of zero",
    ENGINE,
    "function borrow(uint256 amount, address account, address to) external locked returns (uint256 shares) {\n        require(amount != 0, ZeroAmount());",
    "function borrow(uint256 amount, address account, address to) external locked returns (uint256 shares) {",
    credit("borrow"),
  ),
  one(
    "huge-borrow",
    "an amount of 2^128 or more",
    ENGINE,
    "require(amount <= MAX_AMOUNT, AmountTooLarge(amount, MAX_AMOUNT));",
    "",
    credit("borrow"),
  ),
  one(
    "huge-deposit",
    "a deposit beyond an account's room",
    ENGINE,
    "require(units <= AccountLib.MAX_BALANCE, AmountTooLarge(amount, AccountLib.MAX_BALANCE * scale));",
    "",
    credit("deposit"),
  ),
  one(
    "below-unit",
    "an amount below a ledger unit",
    ENGINE,
    "require(units != 0, AmountBelowLedgerUnit(asset, amount, scale));",
    "",
    credit("deposit"),
    credit("withdraw"),
  ),
  one(
    "borrow-rounding",
    "a debt rounded in the borrower's favour",
    ENGINE,
    "shares = (amount * SHARES_PER_DOLLAR + d.index - 1) / d.index;",
    "shares = (amount * SHARES_PER_DOLLAR) / d.index;",
    credit("borrow"),
  ),
  one(
    "deposit-cap",
    "deposits beyond an asset's cap",
    ENGINE,
    "require(newTotal <= cap, CapExceeded(asset, newTotal, cap));",
    "cap;",
    credit("deposit"),
  ),
  one(
    "debt-ceiling",
    "debts beyond the ceiling",
    ENGINE,
    "require(all <= ceiling, DebtCeilingExceeded(all, ceiling));",
    "ceiling;",
    credit("borrow"),
  ),
  one(
    "uncovered-borrow",
    "a debt beyond the borrow limit",
    ENGINE,
    "require(owed <= limit, BorrowLimitExceeded(account, owed, limit));",
    "limit;",
    credit("borrow"),
    credit("withdraw"),
  ),
  one(
    "foreign-dust",
    "strangers who add collaterals to an account",
    ENGINE,
    "require((AccountLib.bitmap(header) >> asset) & 1 == 1 || _isOperator(account), NotHeld(asset, account));",
    "",
    credit("deposit"),
  ),
  one(
    "dust-debt",
    "a debt below the minimum left by a repayment",
    ENGINE,
    "require(debtLeft >= minimum, DebtBelowMinimum(account, debtLeft, minimum));",
    "debtLeft;",
    credit("repay"),
  ),
  one(
    "dust-slice",
    "a debt below the minimum left by a slice",
    MATH,
    "e.debt - s.repay < minimumDebt",
    "false",
    credit("liquidation"),
    credit("minimum-debt"),
  ),

  // ---- signatures and permissions
  one(
    "signature-expired",
    "an expired authorisation",
    ACCESS,
    "require(block.timestamp <= deadline, SignatureExpired(deadline));",
    "",
    credit("authorization"),
  ),
  one(
    "signature-replayed",
    "a replayed authorisation",
    ACCESS,
    "require(nonce == expected, NonceMismatch(account, nonce, expected));",
    "expected;",
    credit("authorization"),
  ),
  one(
    "signature-forged",
    "a forged or malleable authorisation",
    ACCESS,
    "require(SignatureChecker.isValidSignatureNowCalldata(account, digest, signature), InvalidSignature(account));",
    "digest;",
    credit("authorization"),
  ),
  one(
    "stranger-withdraws",
    "a stranger who withdraws or borrows",
    ENGINE,
    "require(_isOperator(account), Unauthorized(account, msg.sender));",
    "account;",
    credit("withdraw"),
    credit("borrow"),
  ),
  one(
    "permit-expired",
    "an expired permit of plUSD",
    DOLLAR,
    "require(block.timestamp <= deadline, PermitExpired(deadline));",
    "",
    "test/unit/token/permit.test.ts",
  ),
  one(
    "permit-malleable",
    "a malleable or forged permit of plUSD",
    DOLLAR,
    "require(failure == ECDSA.RecoverError.NoError && signer == owner, PermitInvalidSigner(signer, owner));",
    "failure;",
    "test/unit/token/permit.test.ts",
  ),
  one(
    "stranger-mints",
    "a stranger who mints",
    DOLLAR,
    "require(minter.listed, NotFacilitator(msg.sender));",
    "",
    "test/solidity/token/PlimsollDollar.t.sol",
  ),
  one(
    "facilitator-cap",
    "a facilitator that mints beyond its cap",
    DOLLAR,
    "require(newLevel <= int256(cap_), FacilitatorCapExceeded(msg.sender, newLevel, cap_));",
    "cap_;",
    "test/solidity/token/PlimsollDollar.t.sol",
  ),
  one(
    "nested-flash-mint",
    "a flash mint inside a flash mint",
    DOLLAR,
    "require(!_flashMintOpen, FlashMintOpen());",
    "",
    "test/unit/token/flash-mint.test.ts",
  ),

  // ---- liquidation
  one(
    "healthy-liquidation",
    "liquidating a healthy account, or batch items that are healthy by now",
    LIQUIDATION,
    "if (limit >= owed) return x;",
    "",
    credit("liquidation"),
  ),
  one(
    "health-lowered",
    "a slice that lowers an account's health",
    LIQUIDATION,
    "uint256 cap = _min(LiquidationMath.capByHealth(x.e), LiquidationMath.capByValue(x.e, b.p));\n        Slice",
    "uint256 cap = type(uint256).max;\n        Slice",
    credit("liquidation"),
  ),
  one(
    "unpaid-liquidation",
    "collateral taken without paying",
    LIQUIDATION,
    "if (total != 0) DOLLAR.burn(msg.sender, total);",
    "",
    credit("liquidation"),
  ),
  one(
    "hidden-loss",
    "a loss that is not booked",
    LIQUIDATION,
    "if (a.loss != 0) IIssuanceGate(_gate.gate).bookLoss(a.loss);",
    "",
    credit("absorption"),
  ),
  one(
    "bad-debt-left",
    "a debt that nothing is left to pay, not written off",
    LIQUIDATION,
    "if (left != 0 && bits & x.priced == 0 && x.e.limit == x.e.priced) {",
    "if (false) {",
    credit("liquidation"),
    credit("absorption"),
  ),
  one(
    "absorber-flooded",
    "solvent accounts dumped on the absorber beyond its capacity",
    LIQUIDATION,
    "if ((amount * fraction) / WAD <= b.a.capacities[asset]) fitting |= 1 << asset;",
    "fitting |= 1 << asset;",
    credit("absorption"),
  ),
  one(
    "early-absorption",
    "absorbing accounts that liquidators would take",
    LIQUIDATION,
    "if (x.e.limit * BPS >= x.e.debt * b.p.absorbHealth && cap >= least) return (false, 0, s, 0);",
    "",
    credit("absorption"),
  ),
  one(
    "late-initialisation",
    "initialising the engine a second time",
    GOVERNANCE,
    "require(address(this).code.length == 0, OnlyDuringConstruction());",
    "",
    credit("governance"),
  ),
  one(
    "runaway-rate",
    "a rate source beyond the immutable maximum",
    GOVERNANCE,
    "if (rate > MAX_RATE) rate = MAX_RATE;",
    "",
    credit("interest"),
  ),

  // ---- depth
  one(
    "depth-short-window",
    "a pool whose observations do not cover the window, taken into an asset's routes",
    DEPTH,
    "        // For its checks.\n        _observe(pool);\n",
    "",
    ...DEPTH_TESTS,
  ),
  one(
    "depth-beyond-balance",
    "concentrated liquidity that counts for more than the pool's balance could buy",
    DEPTH,
    "Math.min(part.virtualReserve, part.balanceBound)",
    "part.virtualReserve",
    ...DEPTH_TESTS,
  ),
  one(
    "depth-donation",
    "tokens given to a pool for the moment of a measurement",
    DEPTH,
    "Math.min(_balance(pool, side.bought), side.latest)",
    "_balance(pool, side.bought)",
    ...DEPTH_TESTS,
  ),
  one(
    "depth-donated-sample",
    "tokens given to a pool for the moment of a sample",
    DEPTH,
    "if (!_spaced(side)) balance = Math.min(balance, side.previous);",
    "",
    ...DEPTH_TESTS,
  ),
  one(
    "depth-shared-pool",
    "several assets that each count the same pool as their own",
    DEPTH,
    "part.balanceBound) / part.sharers;",
    "part.balanceBound);",
    ...DEPTH_TESTS,
  ),
  one(
    "depth-cap",
    "a measured depth above the governed cap",
    DEPTH,
    "Math.min(result.measured, result.cap)",
    "result.measured",
    ...DEPTH_TESTS,
  ),
  one(
    "depth-flash-loan",
    "measuring a pool while its tokens are lent out",
    DEPTH,
    "require(unlocked, PoolLocked(pool));",
    "require(unlocked || true, PoolLocked(pool));",
    ...DEPTH_TESTS,
  ),
];
