// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IIssuanceGate, LOANS} from "../../../contracts/interfaces/IIssuanceGate.sol";
import {IPlimsollDollar} from "../../../contracts/interfaces/IPlimsollDollar.sol";

/// @title What a balance sheet and a reserve see of the credit engine: debts, collateral, levels
/// @dev Loans are made through the gate and in plUSD, as the engine makes them; debts and collateral are what a test says. Debts of one borrower
/// are kept apart from another's, principal and interest each, to be compared with the sheet's average cost.
contract LoanBookDouble {
    struct Loan {
        uint256 principal;
        uint256 interest;
    }

    uint256 private constant ASSET_SHIFT = 248;

    IPlimsollDollar private immutable DOLLAR;
    IIssuanceGate public gate;
    bool public isEntered;
    uint256 public totalDebt;
    uint256 public listedMask;
    mapping(address borrower => Loan) public loans;
    /// @dev 64 bits an asset: as an account's words do, four to a slot. {ledger}
    uint256[4] private _totals;
    mapping(address account => uint256[]) private _positions;

    constructor(address dollar_) {
        DOLLAR = IPlimsollDollar(dollar_);
    }

    // ---- set by tests

    function setGate(address gate_) external {
        gate = IIssuanceGate(gate_);
    }

    function setEntered(bool entered) external {
        isEntered = entered;
    }

    function setDebt(uint256 debt) external {
        totalDebt = debt;
    }

    /// @param amount All of it in the ledger. {ledger}
    function setCollateral(uint256 asset, uint256 amount) external {
        listedMask |= 1 << asset;
        uint256 shift = (asset & 3) << 6;
        _totals[asset >> 2] = (_totals[asset >> 2] & ~(uint256(type(uint64).max) << shift)) | (amount << shift);
    }

    function setListed(uint256 mask) external {
        listedMask = mask;
    }

    /// @dev In ascending order of the assets.
    function pushCredit(address account, uint256 asset, uint256 amount) external {
        _positions[account].push((asset << ASSET_SHIFT) | amount);
    }

    // ---- loans

    function borrow(uint256 amount, address to) external {
        gate.consume(LOANS, amount);
        DOLLAR.mint(to, amount);
        loans[to].principal += amount;
        totalDebt += amount;
    }

    function accrue(address borrower, uint256 interest) external {
        loans[borrower].interest += interest;
        totalDebt += interest;
    }

    /// @dev Pays interest and principal in the proportion in which they are owed.
    function repay(address borrower, uint256 amount) external {
        DOLLAR.burn(borrower, amount);
        _remove(borrower, amount);
    }

    /// @dev The debt leaves with its level.
    function absorb(address borrower, address absorber, uint256 amount) external {
        DOLLAR.moveLevel(absorber, amount);
        _remove(borrower, amount);
    }

    function bookLoss(uint256 amount) external {
        gate.bookLoss(amount);
    }

    function _remove(address borrower, uint256 amount) private {
        Loan memory loan = loans[borrower];
        uint256 owed = loan.principal + loan.interest;
        uint256 principal = (loan.principal * amount + owed - 1) / owed;
        if (principal > loan.principal) principal = loan.principal;
        loans[borrower] = Loan(loan.principal - principal, loan.interest - (amount - principal));
        totalDebt -= amount;
    }

    // ---- as the engine answers

    function dollar() external view returns (address) {
        return address(DOLLAR);
    }

    function holdings(uint256 mask) external view returns (uint256[] memory amounts) {
        uint256 count;
        for (uint256 rest = mask; rest != 0; rest &= rest - 1) ++count;
        amounts = new uint256[](count);
        count = 0;
        for (uint256 asset; mask >> asset != 0; ++asset) {
            if ((mask >> asset) & 1 == 1) amounts[count++] = _total(asset);
        }
    }

    function position(address account) external view returns (uint256 debtShares, uint256[] memory held) {
        return (0, _positions[account]);
    }

    function balanceOf(address account, uint256 asset) external view returns (uint256) {
        uint256[] storage held = _positions[account];
        for (uint256 i; i < held.length; ++i) {
            if (held[i] >> ASSET_SHIFT == asset) return held[i] & ((1 << ASSET_SHIFT) - 1);
        }
        return 0;
    }

    function _total(uint256 asset) private view returns (uint256) {
        return (_totals[asset >> 2] >> ((asset & 3) << 6)) & type(uint64).max;
    }
}
