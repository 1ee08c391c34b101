// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IBalanceSheet} from "../interfaces/IBalanceSheet.sol";
import {ISolvency} from "../interfaces/ISolvency.sol";
import {Statements} from "./Statements.sol";
import {StatementMath} from "./StatementMath.sol";

/// @title What was earned: realised interest by average cost, and the surplus that may be minted
/// @dev THE BOOK. P is principal outstanding, R interest realised so far, B what was borrowed since the last booking, D the debt now, and L the engine's
/// facilitator level: minted less burned less handed on. `D - L` is all interest ever accrued, so what is left of it unrealised at the last
/// booking was `D0 - P`, and `P - R = L0` always. So nothing else need be stored: the debt removed since is `X = L0 + B - L = P + B - R - L`, out of
/// `X + D`, of which `P + B` is principal.
abstract contract SurplusBook is Statements {
    /// @inheritdoc ISolvency
    function releaseSurplus(uint256 income) external returns (uint256 amount) {
        require(msg.sender == _mintTerms.reserve, NotModule(msg.sender));
        _requireQuiet();
        Figures memory f = _figures();
        _requireFullyPriced(f);
        uint256 interest = _bookInterest(f.loans);
        SurplusSlot memory surplus = _surplus;
        // Saturating: both sides are sums over the protocol's life, and an income that is no number must not stop it.
        uint256 earned = Math.saturatingSub(
            Math.saturatingAdd(interest, income),
            uint256(surplus.losses) + surplus.released
        );
        // {USD}, rounded up
        uint256 kept = Math.ceilDiv(_required(f) * _slowTerms.surplusFactor, BPS);
        int256 spare = _equity(f) - int256(kept);
        if (spare <= 0) return 0;
        amount = Math.min(earned, uint256(spare));
        if (amount > type(uint128).max - surplus.released) return 0;
        // The cast is safe: checked above.
        _surplus.released = surplus.released + uint128(amount);
        _lower(amount);
        emit SurplusReleased(amount, interest);
    }

    /// @inheritdoc IBalanceSheet
    function surplusLedger() external view returns (uint256 losses, uint256 interestRealised, uint256 released) {
        SurplusSlot memory surplus = _surplus;
        return (surplus.losses, _interest.realised, surplus.released);
    }

    /// @dev Takes what was paid back since the last booking apart into principal and interest.
    /// @param debt {plUSD}
    /// @return realised All interest realised so far. {plUSD}
    function _bookInterest(uint256 debt) private returns (uint256 realised) {
        InterestBook memory book = _interest;
        // Rounded down, which understates what was removed and so the interest.
        uint256 principal = book.principal + uint256(_headroom.borrowed) * StatementMath.STEP;
        realised = book.realised;
        // 128-bit numbers all of them.
        int256 removed = int256(principal) - int256(realised) - DOLLAR.level(address(ENGINE));
        if (removed <= 0) {
            // Loans that this sheet did not see being made, or saw rounded down: principal, so that P - R is the level again.
            principal += uint256(-removed);
        } else {
            uint256 all = uint256(removed) + debt;
            // Up; never more than there is of either, as interest is never negative, but a sheet set in late cannot know.
            uint256 repaid = Math.min(
                Math.mulDiv(uint256(removed), principal, all, Math.Rounding.Ceil),
                Math.min(principal, uint256(removed))
            );
            principal -= repaid;
            realised += uint256(removed) - repaid;
        }
        // The casts are safe: what was ever lent and earned is within plUSD's levels, 128 bits.
        _interest = InterestBook(uint128(principal), uint128(realised));
        _headroom.borrowed = 0;
    }

    /// @dev Takes note of a loss, saturating. {USD}
    function _addLoss(uint256 amount) internal {
        // The cast is safe: made to fit.
        _surplus.losses = uint128(Math.min(Math.saturatingAdd(_surplus.losses, amount), type(uint128).max));
    }
}
