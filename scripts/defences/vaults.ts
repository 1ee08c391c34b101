import type { Defence } from "./defence.js";

const STORAGE = "contracts/reserve/ReserveStorage.sol";
const VALUE = "contracts/reserve/ReserveValue.sol";
const BOOK = "contracts/reserve/VaultBook.sol";
const MOVES = "contracts/reserve/VaultMoves.sol";
const IN_KIND = "contracts/reserve/InKind.sol";

/** A defence that is one replacement, and the suites of the reserve that must notice. */
function one(
  id: string,
  withstands: string,
  file: string,
  find: string,
  replace: string,
  ...suites: readonly string[]
): Defence {
  const tests = suites.map((name) => `test/solidity/reserve/${name}.t.sol`);
  return { id, withstands, patch: [{ file, find, replace }], tests };
}

/** Of the reserve's vaults: that die, never pay, lie, do not move, or are worth nothing for a moment. */
export const VAULT_DEFENCES: readonly Defence[] = [
  one(
    "vault-silent-backing",
    "being paid at par first while a dead vault counts as it was booked",
    VALUE,
    "if (silent == 0) return held;",
    "if (silent < 65536) return held;",
    "VaultSilent",
  ),
  one(
    "vault-mark-cleared",
    "an outage that closes cash redemption for good",
    BOOK,
    "if (v.unreadableSince != 0) _setSilent(place, false);",
    "",
    "VaultSilent",
  ),
  one(
    "vault-write-off-delay",
    "writing off a vault that failed to pay a moment ago",
    MOVES,
    "if (since == 0 || block.timestamp < since + WRITE_OFF_DELAY) return false;",
    "if (since == 0) return false;",
    "VaultFailing",
  ),
  one(
    "vault-write-off-asks",
    "writing off a vault that pays again",
    MOVES,
    "        return !paid;",
    "        return !paid || paid;",
    "VaultFailing",
  ),
  one(
    "vault-failing-cleared",
    "a vault that failed for a moment and that nobody may have pay",
    MOVES,
    "if (_notes[v.vault].failingSince != 0) units =",
    "if (_notes[v.vault].failingSince == 1) units =",
    "VaultFailing",
  ),
  one(
    "vault-failing-gas",
    "finding a vault failing by calling with little gas",
    MOVES,
    "require(available >= REQUIRED_TAKE_GAS, InsufficientGas(available, REQUIRED_TAKE_GAS));",
    "require(available != 0, InsufficientGas(available, REQUIRED_TAKE_GAS));",
    "VaultFailing",
  ),
  one(
    "vault-left-out-of-high",
    "one vault's lie that shrinks what everybody gets in kind",
    IN_KIND,
    "uint256 places = _placesOf(asset) & ~leftOut;",
    "uint256 places = leftOut == type(uint256).max ? 0 : _placesOf(asset);",
    "VaultLeftOut",
  ),
  {
    id: "vault-left-out-of-low",
    withstands: "leaving out a vault that backs, and being paid as if it still did",
    patch: [
      {
        file: IN_KIND,
        find: "_backingOf(all.low)) / WAD;",
        replace: "_backingOf(_inventory(0).low)) / WAD;",
      },
    ],
    tests: ["test/solidity/reserve/VaultLeftOut.t.sol", "test/solidity/reserve/VaultSilent.t.sol"],
  },
  one(
    "vault-recovery",
    "a moment of nothing that counts for ever",
    BOOK,
    "v.recovering = fallen ||",
    "v.recovering = (fallen && v.recovering) ||",
    "VaultRecovery",
  ),
  one(
    "vault-recovery-pace",
    "a collapsed vault that a lie brings back at once",
    VALUE,
    "return Math.max(cap, Math.min(former, recovered));",
    "return Math.max(cap, Math.max(former, recovered));",
    "VaultRecovery",
  ),
  one(
    "credit-fills-the-cap",
    "taking more than the cap while absorbed collateral waits in the ledger",
    STORAGE,
    "return (_flow.credited >> asset) & 1 == 0 ? 0 :",
    "return asset < 16 ? 0 :",
    "Absorb",
  ),
];
