import { one, type Defence } from "./defence.js";

const SHEET = "contracts/solvency/BalanceSheet.sol";
const STORAGE = "contracts/solvency/SheetStorage.sol";
const LOOKS = "contracts/solvency/Looks.sol";
const SURPLUS = "contracts/solvency/SurplusBook.sol";
const DEFICIT = "contracts/solvency/Deficit.sol";

const solvency = (name: string): string => `test/solidity/solvency/${name}.t.sol`;
const system = (name: string): string => `test/solidity/system/${name}.t.sol`;

/** Of the balance sheet: what may be minted, what was earned, and when a loss is one. */
export const SOLVENCY_DEFENCES: readonly Defence[] = [
  // ---- minting
  one(
    "sheet-stale-statement",
    "minting on a statement of long ago",
    SHEET,
    "require(block.timestamp <= h.goodUntil, StatementStale(_takenAt(h), _mintTerms.maxAge));",
    "",
    solvency("Headroom"),
  ),
  one(
    "sheet-anybody-mints",
    "using headroom up without being an issuer",
    SHEET,
    "require(msg.sender == (source == LOANS ? address(ENGINE) : _mintTerms.reserve), NotIssuer(msg.sender));",
    "",
    solvency("Headroom"),
  ),
  one(
    "sheet-headroom-spent",
    "minting the same headroom twice",
    SHEET,
    "h.left -= uint64(need);",
    "",
    solvency("Headroom"),
  ),
  one(
    "sheet-illiquid-loans",
    "lending until no stable is left to redeem",
    SHEET,
    "require(lent <= h.borrowable, LiquidityShort(amount, uint256(h.borrowable) * StatementMath.STEP));",
    "lent = Math.min(lent, h.borrowable);",
    solvency("Headroom"),
  ),
  one(
    "sheet-old-look",
    "lending on what collateral was long ago",
    SHEET,
    "require(age <= MAX_LOOK_AGE, CollateralNotSeen(age, MAX_LOOK_AGE));",
    "age;",
    solvency("Headroom"),
  ),
  one(
    "sheet-exposure-free",
    "absorbing without capital for what comes in",
    SHEET,
    "        _lower(requirement);\n",
    "",
    solvency("Headroom"),
  ),
  one(
    "sheet-cooldown-free",
    "lending on a stake that leaves",
    SHEET,
    "        require(msg.sender == _slowTerms.backstop, NotModule(msg.sender));\n        _lower(assets);",
    "        require(msg.sender == _slowTerms.backstop, NotModule(msg.sender));\n        assets;",
    system("Sandwich"),
    system("Leverage"),
  ),
  one(
    "sheet-flash-statement",
    "a statement taken inside a flash mint",
    STORAGE,
    "require(!DOLLAR.isEntered(), Entered(address(DOLLAR)));",
    "",
    solvency("FlashMint"),
    system("Flash"),
  ),
  one(
    "sheet-shares-at-once",
    "collateral that is there for a look alone",
    LOOKS,
    "(elapsed * _slowTerms.shareFall) / 24",
    "BPS",
    solvency("Headroom"),
    system("Sandwich"),
  ),
  // ---- what was earned
  one(
    "sheet-hurried-interest",
    "having others' unpaid interest paid out by turning the book over",
    SURPLUS,
    "Math.saturatingSub(uint256(removed), most)",
    "0",
    solvency("Surplus"),
    system("SelfDealing"),
  ),
  one(
    "sheet-silence-hurries",
    "waiting for long, and then having all unpaid interest count at once",
    SURPLUS,
    "uint256 elapsed = Math.min(block.timestamp - book.bookedAt, MAX_BOOKING_GAP);",
    "uint256 elapsed = block.timestamp - book.bookedAt;",
    solvency("Surplus"),
  ),
  one(
    "sheet-losses-first",
    "paying out what earlier losses have eaten",
    SURPLUS,
    "uint256(surplus.losses) + surplus.released",
    "uint256(surplus.released)",
    solvency("Surplus"),
  ),
  one(
    "sheet-surplus-on-a-hole",
    "paying out on a holding without a price",
    SURPLUS,
    "        _requireFullyPriced(f);\n",
    "",
    solvency("Surplus"),
  ),
  // ---- deficits
  one(
    "sheet-deficit-at-once",
    "burning the stake for a moment's price",
    DEFICIT,
    "require(block.timestamp >= point.seenAt + delay, DeficitTooYoung(point.seenAt + delay));",
    "",
    solvency("Deficit"),
  ),
  one(
    "sheet-deficit-the-larger",
    "burning the larger of two looks",
    DEFICIT,
    "if (short > point.amount) short = point.amount;",
    "if (short < point.amount) short = point.amount;",
    solvency("Deficit"),
  ),
];
