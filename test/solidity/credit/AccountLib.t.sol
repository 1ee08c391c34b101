// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Account, AccountLib} from "../../../contracts/credit/AccountLib.sol";

/// @notice Holds the packed account against one kept in plain mappings, through random histories.
contract AccountLibTest {
    using AccountLib for Account;

    uint256 private constant ASSETS = 16;
    uint256 private constant STEPS = 24;
    uint256 private constant SENTINEL = type(uint256).max;

    /// @dev Neighbours in storage: a word too many would show here.
    uint256 private _before = SENTINEL;
    Account private _account;
    uint256 private _after = SENTINEL;

    mapping(uint256 asset => uint256) private _plain;
    uint256 private _plainDebt;

    // ---------------------------------------------------------------- differential

    function testFuzz_agreesWithPlainMappings(uint256 seed) public {
        // Some histories stay among few assets, where the header alone is used.
        uint256 assets = 1 + (seed % ASSETS);
        for (uint256 step; step < STEPS; ++step) {
            seed = _next(seed);
            uint256 kind = seed % 8;
            if (kind == 0) {
                _setDebt(_amount(_next(seed + 1), AccountLib.MAX_DEBT));
            } else if (kind == 1) {
                _rewrite(_next(seed + 2), assets);
            } else {
                uint256 amount = kind == 2 ? 0 : _amount(_next(seed + 3), AccountLib.MAX_BALANCE);
                _setOne((seed >> 8) % assets, amount);
            }
            _compare();
        }
    }

    /// @dev Every asset at its largest beside every other: where a balance would spill into its neighbour first.
    function test_fullAccountOfLargestBalancesThenEmptied() public {
        _setDebt(AccountLib.MAX_DEBT);
        for (uint256 i; i < ASSETS; ++i) {
            // 7 and 16 have no common divisor: each asset once, out of order, so that ranks shift both ways.
            _setOne((i * 7) % ASSETS, AccountLib.MAX_BALANCE);
            _compare();
        }
        for (uint256 i; i < ASSETS; ++i) {
            _setOne((i * 5) % ASSETS, 0);
            _compare();
        }
        _setDebt(0);
        require(_account.header == 0, "an empty account is not empty");
        for (uint256 k; k < 4; ++k) require(_account.words[k] == 0, "an empty account leaves a word");
    }

    /// @dev Replaces one balance at a time among all sixteen, up and down.
    function testFuzz_replacingOneLeavesTheOthers(uint256 seed) public {
        _rewrite(seed | 0xffff, ASSETS);
        for (uint256 asset; asset < ASSETS; ++asset) _setOne(asset, AccountLib.MAX_BALANCE - asset);
        for (uint256 i; i < ASSETS; ++i) {
            seed = _next(seed);
            _setOne(seed % ASSETS, 1 + ((seed >> 8) % AccountLib.MAX_BALANCE));
            _compare();
        }
    }

    // ---------------------------------------------------------------- bits

    function testFuzz_countAndLowest(uint16 mask) public pure {
        uint256 n;
        uint256 first = ASSETS;
        for (uint256 i = ASSETS; i > 0; --i) {
            if ((mask >> (i - 1)) & 1 == 0) continue;
            ++n;
            first = i - 1;
        }
        require(AccountLib.count(mask) == n, "count");
        if (mask != 0) require(AccountLib.lowest(mask) == first, "lowest");
    }

    function test_countAndLowestOfEveryPairOfBits() public pure {
        for (uint256 i; i < ASSETS; ++i) {
            for (uint256 j; j < ASSETS; ++j) {
                uint256 mask = (1 << i) | (1 << j);
                require(AccountLib.count(mask) == (i == j ? 1 : 2), "count");
                require(AccountLib.lowest(mask) == (i < j ? i : j), "lowest");
            }
        }
        require(AccountLib.count(0) == 0 && AccountLib.count(0xffff) == ASSETS, "count of none and all");
    }

    // ---------------------------------------------------------------- bounds

    function testFuzz_balanceBeyondTheBoundReverts(uint256 asset, uint256 amount) public {
        asset %= ASSETS;
        amount = AccountLib.MAX_BALANCE + 1 + (amount % (type(uint256).max - AccountLib.MAX_BALANCE));
        try this.setBalance(asset, amount) {
            revert("accepted");
        } catch (bytes memory reason) {
            bytes memory expected = abi.encodeWithSelector(
                AccountLib.BalanceTooLarge.selector,
                asset,
                amount,
                AccountLib.MAX_BALANCE
            );
            require(keccak256(reason) == keccak256(expected), "another error");
        }
        _setOne(asset, AccountLib.MAX_BALANCE);
        _compare();
    }

    function testFuzz_debtBeyondTheBoundReverts(uint256 shares) public {
        shares = AccountLib.MAX_DEBT + 1 + (shares % (type(uint256).max - AccountLib.MAX_DEBT));
        try this.withDebt(shares) {
            revert("accepted");
        } catch (bytes memory reason) {
            bytes memory expected = abi.encodeWithSelector(
                AccountLib.DebtTooLarge.selector,
                shares,
                AccountLib.MAX_DEBT
            );
            require(keccak256(reason) == keccak256(expected), "another error");
        }
        _setDebt(AccountLib.MAX_DEBT);
        _compare();
    }

    function setBalance(uint256 asset, uint256 amount) external {
        _account.setBalance(_account.header, asset, amount);
    }

    function withDebt(uint256 shares) external view returns (uint256) {
        return AccountLib.withDebt(_account.header, shares);
    }

    // ---------------------------------------------------------------- steps

    function _setOne(uint256 asset, uint256 amount) private {
        _account.header = _account.setBalance(_account.header, asset, amount);
        _plain[asset] = amount;
    }

    function _setDebt(uint256 shares) private {
        _account.header = AccountLib.withDebt(_account.header, shares);
        _plainDebt = shares;
    }

    /// @dev A whole new account over the old one, as after a liquidation.
    function _rewrite(uint256 seed, uint256 assets) private {
        uint256 bits = seed % (1 << assets);
        uint256[] memory balances = new uint256[](ASSETS);
        uint256 rank;
        for (uint256 asset; asset < ASSETS; ++asset) {
            uint256 amount;
            if ((bits >> asset) & 1 == 1) {
                seed = _next(seed);
                amount = _amount(seed, AccountLib.MAX_BALANCE);
                if (amount == 0) amount = 1;
                balances[rank++] = amount;
            }
            _plain[asset] = amount;
        }
        // What stands behind the balances in use must not matter.
        for (; rank < ASSETS; ++rank) balances[rank] = SENTINEL;
        _plainDebt = _amount(_next(seed), AccountLib.MAX_DEBT);
        uint256 before = AccountLib.count(AccountLib.bitmap(_account.header));
        _account.header = _account.pack(before, _plainDebt, bits, AccountLib.count(bits), balances);
    }

    // ---------------------------------------------------------------- comparison

    function _compare() private view {
        uint256 header = _account.header;
        require(AccountLib.debt(header) == _plainDebt, "debt");
        uint256 bits;
        uint256 held;
        for (uint256 asset; asset < ASSETS; ++asset) {
            uint256 amount = _plain[asset];
            require(_account.balance(header, asset) == amount, "balance");
            if (amount == 0) continue;
            bits |= 1 << asset;
            ++held;
        }
        require(AccountLib.bitmap(header) == bits, "bitmap");
        require(AccountLib.count(bits) == held, "count");

        // One more than there is room for: reading may not go beyond what is held.
        uint256[] memory balances = new uint256[](held + 1);
        balances[held] = SENTINEL;
        require(_account.unpack(header, balances) == held, "number unpacked");
        require(balances[held] == SENTINEL, "unpacked too many");
        uint256 rank;
        for (uint256 rest = bits; rest != 0; rest &= rest - 1) {
            require(balances[rank++] == _plain[AccountLib.lowest(rest)], "unpacked balance");
        }

        _compareInMemory(header, bits, held, balances);
        require(_before == SENTINEL && _after == SENTINEL, "wrote beyond the account");
    }

    /// @dev The words as an event has them, behind something else.
    function _compareInMemory(uint256 header, uint256 bits, uint256 held, uint256[] memory balances) private view {
        uint256[] memory data = new uint256[](1 + 6);
        data[0] = SENTINEL;
        uint256 end = AccountLib.packInto(_plainDebt, bits, held, balances, data, 1);
        uint256 used = held <= 3 ? 0 : (held - 3 + 3) / 4;
        require(end == 3 + used, "where the words end");
        require(data[0] == SENTINEL && data[1] == 1 + used, "number of words in memory");
        require(data[2] == header, "header in memory");
        for (uint256 k; k < 4; ++k) {
            if (k < used) require(data[k + 3] == _account.words[k], "word in memory");
            else require(_account.words[k] == 0, "freed word not cleared");
        }
    }

    // ---------------------------------------------------------------- randomness

    function _next(uint256 seed) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed)));
    }

    /// @dev 0, 1, the largest, or anything of a random length.
    function _amount(uint256 seed, uint256 maximum) private pure returns (uint256) {
        uint256 kind = seed % 8;
        if (kind == 0) return 0;
        if (kind == 1) return 1;
        if (kind == 2) return maximum;
        return (seed >> 16) & (maximum >> ((seed >> 8) % 58));
    }
}
