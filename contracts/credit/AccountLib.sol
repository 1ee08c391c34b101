// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {MemoryArray} from "../libraries/MemoryArray.sol";

/// @notice An account as it is stored.
/// @dev Slot layout, low bits first:
/// ```
/// header   [debt shares 64 | asset bitmap 16 | balance 58 | balance 58 | balance 58 | unused 2]
/// words[k] [balance 64 | balance 64 | balance 64 | balance 64]
/// ```
/// Balances are stored by *rank*: the k-th set bit of the bitmap, counted from the lowest asset, owns the k-th balance. Ranks
/// 0..2 live in the header, rank 3 + 4k + j in `words[k]`, lane j. An account of up to three assets is one slot.
struct Account {
    uint256 header;
    uint256[4] words;
}

/// @title Packing of accounts
/// @notice The only place that knows how an account lies in storage.
/// @dev Assembly is used for one opcode only; `unchecked` is used where a bound in the comment makes overflow impossible. The tests hold a plain
/// mapping-based version against this one.
library AccountLib {
    // Ranks are below the number of balances, and lists have room for all of them.
    using MemoryArray for uint256[];

    /// @notice A balance is too large for an account. {ledger}
    error BalanceTooLarge(uint256 asset, uint256 balance, uint256 maximum);
    /// @notice The debt is too large for an account. {share}
    error DebtTooLarge(uint256 shares, uint256 maximum);

    /// @dev Largest balance: 58 bits wherever it lies, because ranks shift when assets come and go. {ledger}
    uint256 internal constant MAX_BALANCE = (1 << 58) - 1;
    /// @dev Largest debt. {share}
    uint256 internal constant MAX_DEBT = (1 << 64) - 1;

    uint256 private constant DEBT_MASK = MAX_DEBT;
    uint256 private constant BITMAP_OFFSET = 64;
    uint256 private constant BITMAP_MASK = 0xffff;
    uint256 private constant FIRST_BALANCE = 80;
    uint256 private constant HEADER_BITS = 58;
    uint256 private constant HEADER_RANKS = 3;
    uint256 private constant WORD_MASK = (1 << 64) - 1;

    // ---------------------------------------------------------------- reading a header

    /// @notice Debt shares. {share}
    function debt(uint256 header) internal pure returns (uint256) {
        return header & DEBT_MASK;
    }

    /// @notice Bit i is set when asset i is held.
    function bitmap(uint256 header) internal pure returns (uint256) {
        return (header >> BITMAP_OFFSET) & BITMAP_MASK;
    }

    /// @notice The header with other debt shares. {share}
    function withDebt(uint256 header, uint256 shares) internal pure returns (uint256) {
        require(shares <= MAX_DEBT, DebtTooLarge(shares, MAX_DEBT));
        return (header & ~DEBT_MASK) | shares;
    }

    /// @notice Number of set bits among the low 16.
    function count(uint256 bits) internal pure returns (uint256) {
        unchecked {
            // Sums of neighbouring 1-, 2-, 4- and 8-bit fields; 16 bits in, so no field can overflow.
            bits = (bits & 0x5555) + ((bits >> 1) & 0x5555);
            bits = (bits & 0x3333) + ((bits >> 2) & 0x3333);
            bits = (bits & 0x0f0f) + ((bits >> 4) & 0x0f0f);
            return (bits & 0xff) + (bits >> 8);
        }
    }

    /// @notice Number of the lowest set bit of a non-zero mask.
    function lowest(uint256 bits) internal pure returns (uint256 n) {
        assembly {
            // The lowest bit alone, by the zeros above it.
            n := sub(255, clz(and(bits, sub(0, bits))))
        }
    }

    /// @notice The balance of `asset`. {ledger}
    function balance(Account storage account, uint256 header, uint256 asset) internal view returns (uint256) {
        uint256 bits = bitmap(header);
        if ((bits >> asset) & 1 == 0) return 0;
        return _at(account, header, count(bits & ((1 << asset) - 1)));
    }

    /// @dev The balance at a rank that is held.
    function _at(Account storage account, uint256 header, uint256 rank) private view returns (uint256) {
        unchecked {
            if (rank < HEADER_RANKS) return (header >> (FIRST_BALANCE + rank * HEADER_BITS)) & MAX_BALANCE;
            rank -= HEADER_RANKS;
            return (account.words[rank >> 2] >> ((rank & 3) << 6)) & WORD_MASK;
        }
    }

    /// @notice Reads all balances by rank into `balances`, which must have room for them. {ledger}
    /// @return held How many there are.
    function unpack(
        Account storage account,
        uint256 header,
        uint256[] memory balances
    ) internal view returns (uint256 held) {
        held = count(bitmap(header));
        uint256 lanes = header >> FIRST_BALANCE;
        unchecked {
            if (held > 0) balances.set(0, lanes & MAX_BALANCE);
            if (held > 1) balances.set(1, (lanes >> HEADER_BITS) & MAX_BALANCE);
            if (held > 2) balances.set(2, (lanes >> (2 * HEADER_BITS)) & MAX_BALANCE);
            for (uint256 rank = HEADER_RANKS; rank < held; ++rank) {
                uint256 k = rank - HEADER_RANKS;
                if (k & 3 == 0) lanes = account.words[k >> 2];
                balances.set(rank, lanes & WORD_MASK);
                lanes >>= 64;
            }
        }
    }

    // ---------------------------------------------------------------- writing

    /// @notice Sets the balance of one asset and returns the new header, which the caller stores. {ledger}
    /// @dev In place when the set of assets stays the same; otherwise everything above shifts by a rank.
    function setBalance(
        Account storage account,
        uint256 header,
        uint256 asset,
        uint256 amount
    ) internal returns (uint256) {
        require(amount <= MAX_BALANCE, BalanceTooLarge(asset, amount, MAX_BALANCE));
        uint256 bits = bitmap(header);
        uint256 rank = count(bits & ((1 << asset) - 1));
        bool held = (bits >> asset) & 1 != 0;
        if (held && amount != 0) return _replace(account, header, rank, amount);
        if (!held && amount == 0) return header;
        uint256[] memory balances = new uint256[](16);
        uint256 n = unpack(account, header, balances);
        unchecked {
            if (held) {
                for (uint256 i = rank + 1; i < n; ++i) balances[i - 1] = balances[i];
                balances[n - 1] = 0;
            } else {
                for (uint256 i = n; i > rank; --i) balances[i] = balances[i - 1];
                balances[rank] = amount;
            }
        }
        unchecked {
            // What is held counts among the n, and n + 1 is at most the number of assets.
            return pack(account, n, debt(header), bits ^ (1 << asset), held ? n - 1 : n + 1, balances);
        }
    }

    /// @dev Replaces the balance at a rank that is held and stays held.
    function _replace(Account storage account, uint256 header, uint256 rank, uint256 amount) private returns (uint256) {
        unchecked {
            if (rank < HEADER_RANKS) {
                uint256 offset = FIRST_BALANCE + rank * HEADER_BITS;
                return (header & ~(MAX_BALANCE << offset)) | (amount << offset);
            }
            rank -= HEADER_RANKS;
            uint256 lane = (rank & 3) << 6;
            uint256 word = account.words[rank >> 2];
            account.words[rank >> 2] = (word & ~(WORD_MASK << lane)) | (amount << lane);
            return header;
        }
    }

    /// @notice Stores balances (by rank of `bits`, each at most MAX_BALANCE) beyond the header and returns the new header.
    /// @param before How many balances there were until now: tells how many words are in use and may have to be cleared.
    /// @param shares At most MAX_DEBT. {share}
    /// @param held How many bits are set.
    function pack(
        Account storage account,
        uint256 before,
        uint256 shares,
        uint256 bits,
        uint256 held,
        uint256[] memory balances
    ) internal returns (uint256 header) {
        header = packHeader(shares, bits, balances, held);
        // Most accounts are in the header alone.
        if ((held | before) <= HEADER_RANKS) return header;
        unchecked {
            uint256 used = _words(held);
            uint256 usedBefore = _words(before);
            for (uint256 k; k < used; ++k) account.words[k] = _packWord(balances, k, held);
            // Words no longer in use are cleared for the refund; unpack never reads them.
            for (uint256 k = used; k < usedBefore; ++k) account.words[k] = 0;
        }
    }

    /// @notice Writes the words of an account into a list, as they would be stored, header first, behind their number. For events.
    /// @param held How many bits are set.
    /// @param data Has room for six words from `start` on.
    /// @return end Where the words end.
    function packInto(
        uint256 shares,
        uint256 bits,
        uint256 held,
        uint256[] memory balances,
        uint256[] memory data,
        uint256 start
    ) internal pure returns (uint256 end) {
        unchecked {
            uint256 used = _words(held);
            data.set(start, 1 + used);
            data.set(start + 1, packHeader(shares, bits, balances, held));
            end = start + 2;
            for (uint256 k; k < used; ++k) data.set(end++, _packWord(balances, k, held));
        }
    }

    /// @dev Header of an account with `held` assets.
    function packHeader(
        uint256 shares,
        uint256 bits,
        uint256[] memory balances,
        uint256 held
    ) internal pure returns (uint256 header) {
        unchecked {
            header = shares | (bits << BITMAP_OFFSET);
            if (held > 0) header |= balances.get(0) << FIRST_BALANCE;
            if (held > 1) header |= balances.get(1) << (FIRST_BALANCE + HEADER_BITS);
            if (held > 2) header |= balances.get(2) << (FIRST_BALANCE + 2 * HEADER_BITS);
        }
    }

    /// @dev Words needed for `held` assets.
    function _words(uint256 held) private pure returns (uint256) {
        unchecked {
            // The first three are in the header; four to a word, rounded up.
            return held <= HEADER_RANKS ? 0 : (held - HEADER_RANKS + 3) >> 2;
        }
    }

    /// @dev Word k of the balances beyond the header.
    function _packWord(uint256[] memory balances, uint256 k, uint256 held) private pure returns (uint256 word) {
        unchecked {
            uint256 first = HEADER_RANKS + (k << 2);
            uint256 last = first + 4 < held ? first + 4 : held;
            for (uint256 rank = last; rank > first; --rank) word = (word << 64) | balances.get(rank - 1);
        }
    }
}
