// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ICreditStableRepayment} from "../interfaces/ICreditStables.sol";
import {IStableTaker} from "../interfaces/IReserveSeams.sol";
import {DebtRemoval} from "./DebtRemoval.sol";

/// @title Repaying in a stable of the reserve
/// @notice Executed by `delegatecall`, see CreditExtension.
abstract contract StableRepayment is DebtRemoval, ICreditStableRepayment {
    /// @inheritdoc ICreditStableRepayment
    function repayInStable(
        uint256 asset,
        uint256 amount,
        address account,
        uint256 maxPaid
    ) external locked returns (uint256 repaid, uint256 paid) {
        uint256 shares;
        (repaid, shares) = _removeDebt(amount, account);
        address taker = _absorber.absorber;
        paid = IStableTaker(taker).collect(asset, msg.sender, repaid, maxPaid);
        // The supply stays; the absorber, which has the stable, now stands behind it.
        DOLLAR.moveLevel(taker, repaid);
        emit Repay(account, msg.sender, repaid, shares);
        emit PaidInStable(asset, msg.sender, repaid, paid);
    }
}
