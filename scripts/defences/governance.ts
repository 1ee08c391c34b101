import { one, type Defence } from "./defence.js";

const AUTHORITY = "contracts/governance/Authority.sol";
const GUARDIAN = "contracts/governance/Guardian.sol";
const TIMELOCK = "contracts/governance/PlimsollTimelock.sol";
const DOLLAR = "contracts/token/PlimsollDollar.sol";
const RESERVE = "contracts/reserve/ReserveGovernance.sol";

const HOSTILE = "test/unit/governance/hostile.test.ts";
const GUARDED = "test/unit/governance/guardian.test.ts";
const LIFE = "test/unit/governance/life-cycle.test.ts";

/** Of votes that go bad, and of a guardian whose key is stolen. */
export const GOVERNANCE_DEFENCES: readonly Defence[] = [
  one(
    "role-without-notice",
    "a vote that gives somebody a role without any delay",
    AUTHORITY,
    "if (_isSealed() && account != timelock && account != guardian) {",
    "if (false) {",
    HOSTILE,
  ),
  one(
    "function-for-all",
    "a vote that opens a privileged function to everybody",
    AUTHORITY,
    "require(roleId != PUBLIC_ROLE || !_isSealed(), FunctionNotPublic(target, selector));",
    "",
    HOSTILE,
  ),
  one(
    "authority-by-execute",
    "a vote that puts a contract under another authority, past the function for it",
    AUTHORITY,
    "require(!_isSealed(), NotThroughAuthority(target));",
    "",
    HOSTILE,
  ),
  one(
    "delay-of-nothing",
    "a vote that takes the timelock's delay away",
    TIMELOCK,
    "        _requireWithin(newDelay);\n",
    "",
    HOSTILE,
  ),
  one(
    "wallets-burned",
    "a facilitator of a later vote that burns what others hold",
    DOLLAR,
    "if (from != msg.sender) _spendAllowance(from, msg.sender, amount);",
    "",
    HOSTILE,
    "test/solidity/token/PlimsollDollar.t.sol",
  ),
  one(
    "another-rebalancer",
    "a rebalancer of a later vote that names anybody as who pays",
    RESERVE,
    "require(inForce == address(0) || rebalancer == inForce, RebalancerIsFinal(inForce));",
    "inForce;",
    HOSTILE,
  ),
  one(
    "guardian-loosens",
    "a guardian that raises a cap",
    GUARDIAN,
    "require(value < inForce, NotTighter(parameter, value, inForce));",
    "parameter; value; inForce;",
    GUARDED,
  ),
  one(
    "guardian-for-ever",
    "a guardian that goes on after its term",
    GUARDIAN,
    "require(block.timestamp < _expiresAt, TermExpired(_expiresAt));",
    "",
    LIFE,
  ),
  one(
    "guardian-stays",
    "a guardian that cancels its own dismissal",
    GUARDIAN,
    "require(_concernsOthers(targets), ConcernsGuardian(id));",
    "",
    LIFE,
  ),
];
