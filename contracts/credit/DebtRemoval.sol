// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccountLib} from "./AccountLib.sol";
import {CreditStorage} from "./CreditStorage.sol";

/// @title What every repayment does to the books, whatever it is paid in
abstract contract DebtRemoval is CreditStorage {
    /// @dev Takes up to `amount` off an account's debt.
    /// @return repaid {plUSD}, at most `amount` @return shares {share}
    function _removeDebt(uint256 amount, address account) internal returns (uint256 repaid, uint256 shares) {
        require(amount != 0, ZeroAmount());
        uint256 header = _accounts[account].header;
        uint256 held = AccountLib.debt(header);
        require(held != 0, NoDebt(account));

        DebtSlot memory d = _accrued();
        uint256 owed = _toDebt(held, d.index);
        shares = held;
        if (amount < owed) {
            // Down: a payment removes no more shares than it pays for; amount < owed keeps the product small.
            shares = (amount * SHARES_PER_DOLLAR) / d.index;
            require(shares != 0, AmountBelowDebtShare(amount, _toDebt(1, d.index)));
        }
        // Up to the wei, and still at most `amount`, because shares were rounded down.
        repaid = _toDebt(shares, d.index);
        uint256 left = held - shares;
        if (left != 0) {
            uint256 minimum = _risk.minimumDebt * WAD;
            uint256 debtLeft = _toDebt(left, d.index);
            require(debtLeft >= minimum, DebtBelowMinimum(account, debtLeft, minimum));
        }
        _accounts[account].header = AccountLib.withDebt(header, left);
        // The cast is safe: shares <= held <= d.shares.
        d.shares -= uint96(shares);
        _debt = d;
    }
}
