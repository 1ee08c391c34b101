import type { Defence } from "./list.js";

const BACKSTOP = "contracts/backstop/Backstop.sol";
const POOLS = "contracts/backstop/ExitPools.sol";
const TOKEN = "contracts/backstop/EpochToken.sol";
const RATE = "contracts/solvency/MarketRate.sol";
const TWAP = "contracts/oracle/feeds/TwapFeed.sol";

const RATE_TESTS = "test/solidity/solvency/MarketRate.t.sol";
const TWAP_TESTS = "test/unit/oracle/twap-feed.test.ts";
const backstop = (name: string): string => `test/solidity/backstop/${name}.t.sol`;

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

/** Of the Backstop, the borrow rate, and the feed that it follows. */
export const BACKSTOP_DEFENCES: readonly Defence[] = [
  // ---- leaving
  one(
    "backstop-least-price",
    "leaving at a better price than one of the three moments had",
    BACKSTOP,
    "uint256 least = Math.min(c.least, _leastUnit(active, cooling, stream, deficit));",
    "uint256 least = _leastUnit(active, cooling, stream, deficit);",
    backstop("ExitLoss"),
  ),
  one(
    "backstop-second-moment",
    "a loss that is seen at the second moment only",
    BACKSTOP,
    "c.least = uint128(Math.min(c.least, _leastUnit(active, _cooling, stream, deficit)));",
    "",
    backstop("ExitLoss"),
  ),
  one(
    "backstop-unbooked-loss",
    "leaving between a loss and its booking",
    POOLS,
    "uint256 rest = Math.saturatingSub(deficit, stream.left);",
    "uint256 rest = Math.saturatingSub(0, stream.left + deficit);",
    backstop("ExitLoss"),
  ),
  one(
    "backstop-capital-short",
    "leaving while capital is below what is required",
    BACKSTOP,
    "require(enough || !covered, CapitalShort());",
    "require(enough || !covered || covered, CapitalShort());",
    backstop("Exit"),
  ),
  one(
    "backstop-unpriced",
    "leaving at a price that nobody can tell",
    BACKSTOP,
    "require(priced, NotFullyPriced());",
    "",
    backstop("Exit"),
  ),
  one(
    "backstop-borrowed-on",
    "borrowing on released shares and taking them out",
    BACKSTOP,
    "        uint256 deficit = _look(true);\n        require(deficit <= before, DeficitGrew(before, deficit));",
    "",
    backstop("Exit"),
  ),
  one(
    "backstop-headroom-of-released",
    "headroom that a statement between release and leaving has given",
    BACKSTOP,
    "        require(deficit <= before, DeficitGrew(before, deficit));\n        _sheet.onCooldown(assets);",
    "        require(deficit <= before, DeficitGrew(before, deficit));",
    backstop("Exit"),
  ),
  one(
    "backstop-same-block",
    "keeping released shares as a way out at any time",
    POOLS,
    "if (c.units != 0 || c.claimedAt != block.timestamp) return 0;",
    "if (c.units != 0) return 0;",
    backstop("Exit"),
  ),
  one(
    "backstop-lapse",
    "claims that wait for a good moment",
    BACKSTOP,
    "require(block.timestamp <= closesAt, ClaimLapsed(closesAt));",
    "",
    backstop("Exit"),
  ),
  one(
    "backstop-early-restake",
    "undoing somebody's claim",
    BACKSTOP,
    "require(block.timestamp > closesAt, ClaimRunning(closesAt));",
    "",
    backstop("Exit"),
  ),
  one(
    "backstop-longer-delay",
    "shorter times for claims that run",
    BACKSTOP,
    "c.claimedAt + Math.max(uint256(c.delay) * 1 minutes, terms.delay)",
    "c.claimedAt + terms.delay",
    backstop("Exit"),
  ),
  one(
    "backstop-settle-beyond",
    "a third moment before a loss can be settled",
    BACKSTOP,
    "if (address(_sheet) != address(0)) _requireSettleBeyond(address(_sheet));",
    "",
    backstop("BackstopConfig"),
  ),
  // ---- pools
  one(
    "backstop-virtual-shares",
    "robbing the first depositor",
    POOLS,
    "uint256 internal constant VIRTUAL_SHARES = 1e6;",
    "uint256 internal constant VIRTUAL_SHARES = 1;",
    backstop("Backstop4626"),
  ),
  one(
    "backstop-surplus-for-dust",
    "a surplus that goes to dust",
    POOLS,
    "uint256 internal constant WHOLE_SHARE = 1e24;",
    "uint256 internal constant WHOLE_SHARE = 1;",
    backstop("Backstop4626"),
    backstop("Stream"),
  ),
  one(
    "backstop-kept-is-streamed",
    "staking for the moment at which others leave something",
    BACKSTOP,
    "_spread(stream, gross - worth, _terms.stream);",
    "active.assets += uint128(gross - worth);",
    backstop("ExitLoss"),
  ),
  one(
    "backstop-stream-first",
    "a surplus that survives the loss it should have covered",
    POOLS,
    "uint256 fromStream = Math.min(amount, stream.left);",
    "uint256 fromStream = 0;",
    backstop("Wipe"),
  ),
  one(
    "backstop-dust-wipe",
    "a handful of dust that turns any loss into a wipe",
    POOLS,
    "if (rest > fromCooling && active.assets",
    "if (active.assets",
    backstop("Wipe"),
  ),
  one(
    "backstop-old-epoch",
    "shares of a time before a wipe",
    TOKEN,
    "return holder.epoch == epoch() ? holder.shares : 0;",
    "return holder.shares;",
    backstop("Wipe"),
  ),
  one(
    "backstop-old-round",
    "claims of a time before a wipe",
    POOLS,
    "return c.units != 0 && c.round == stream.round;",
    "return c.units != 0;",
    backstop("Wipe"),
  ),
  one(
    "backstop-dust-delays-stream",
    "holding a surplus back with a unit at a time",
    POOLS,
    "uint256 mean = (left * remaining + amount * duration) / (left + amount);",
    "uint256 mean = Math.max(remaining, duration);",
    backstop("Stream"),
  ),
  one(
    "backstop-surplus-missing",
    "a surplus that was never minted",
    BACKSTOP,
    "require(held >= counted && held - counted >= amount, SurplusMissing(amount, held, counted));",
    "",
    backstop("Stream"),
  ),
  one(
    "backstop-loss-module",
    "burning the stake by anybody",
    BACKSTOP,
    "require(msg.sender == address(_sheet), NotModule(msg.sender));",
    "",
    backstop("Stream"),
  ),
  one(
    "backstop-flash-mint",
    "flash-minted plUSD",
    TOKEN,
    "require(!DOLLAR.isEntered(), IPlimsollDollar.FlashMintOpen());",
    "",
    backstop("Reentry"),
  ),
  one(
    "backstop-reentry",
    "calling the Backstop from within one of its calls",
    TOKEN,
    "require(!_entered, Entered());",
    "",
    backstop("Reentry"),
  ),
  one(
    "backstop-round-against-leaver",
    "losing to rounding what others gain",
    POOLS,
    "uint256 fromCooling = rest == 0 ? 0 : Math.mulDiv(rest, cooling.assets, both, Math.Rounding.Ceil);",
    "uint256 fromCooling = rest == 0 ? 0 : Math.mulDiv(rest, cooling.assets, both, Math.Rounding.Floor);",
    backstop("Wipe"),
  ),
  // ---- rate
  one(
    "rate-engine-only",
    "using up the time in which the rate may move",
    RATE,
    "require(msg.sender == ENGINE, NotEngine(msg.sender));",
    "",
    RATE_TESTS,
  ),
  one(
    "rate-disagreeing",
    "a rate that follows sources that disagree",
    RATE,
    "p.status != PriceStatus.Live",
    "p.status == PriceStatus.Unpriced",
    RATE_TESTS,
  ),
  one(
    "rate-one-day",
    "a jump after a long time without an update",
    RATE,
    "Math.min(block.timestamp - s.updatedAt, MAX_ELAPSED)",
    "(block.timestamp - s.updatedAt)",
    RATE_TESTS,
  ),
  // ---- time-weighted price
  one(
    "twap-thin-pool",
    "a mean of liquidity that was there for a moment",
    TWAP,
    "require(liquidity >= minLiquidity, LiquidityTooLow(liquidity, minLiquidity));",
    "",
    TWAP_TESTS,
  ),
  one(
    "twap-foreign-pool",
    "a pool that is none of Uniswap's",
    TWAP,
    "require(made == pool_, PoolNotOfFactory(pool_, factory));",
    "",
    TWAP_TESTS,
  ),
  one(
    "twap-base-answer",
    "a base feed that answers zero or less",
    TWAP,
    "base > 0 && uint256(base) <= MAX_ANSWER",
    "uint256(base) <= type(uint256).max",
    TWAP_TESTS,
  ),
];
