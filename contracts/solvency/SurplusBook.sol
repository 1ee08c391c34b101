// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IBalanceSheet} from "../interfaces/IBalanceSheet.sol";
import {ISolvency} from "../interfaces/ISolvency.sol";
import {Statements} from "./Statements.sol";
import {StatementMath} from "./StatementMath.sol";

/// @title What was earned: realised interest by average cost at a bounded pace, and the surplus that may be minted
/// @dev THE BOOK. P is principal outstanding, R interest realised so far, B what was borrowed since the last booking, D the debt now, and L the engine's
/// facilitator level: minted less burned less handed on. `D - L` is all interest ever accrued, so what is left of it unrealised at the last
/// booking was `D0 - P`, and `P - R = L0` always. So nothing else need be stored: the debt removed since is `X = L0 + B - L = P + B - R - L`, out of
/// `X + D`, of which `P + B` is principal.
///
/// THE PACE. Average cost alone could be hurried: who borrows a lot and repays it turns over the whole book, and interest that others owe would
/// count as paid. So no more of what is unpaid becomes realised within a time than that part of `INTEREST_PERIOD`, however much is repaid; what is
/// repaid beyond counts as principal.
abstract contract SurplusBook is Statements {
    /// @notice The time over which unpaid interest may count as realised at the earliest. {s}
    uint256 public constant INTEREST_PERIOD = 30 days;
    /// @notice What has passed since the last booking counts up to this, or a long silence would let everything count at once. {s}
    uint256 public constant MAX_BOOKING_GAP = 7 days;

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
        // Far below 2**127 all of them.
        int256 removed = int256(principal) - int256(realised) - DOLLAR.level(address(ENGINE));
        if (removed <= 0) {
            // Loans that this sheet did not see being made, or saw rounded down: principal, so that P - R is the level again.
            principal += uint256(-removed);
        } else {
            uint256 all = uint256(removed) + debt;
            // Of interest, before anything was paid: never below 0 but for a sheet set in late.
            uint256 unpaid = Math.saturatingSub(all, principal);
            uint256 elapsed = Math.min(block.timestamp - book.bookedAt, MAX_BOOKING_GAP);
            uint256 most = (unpaid * elapsed) / INTEREST_PERIOD;
            // Up, and what is beyond the pace as well; never more than there is of either: when all is paid back, all of the interest is realised.
            uint256 repaid = Math.max(
                Math.mulDiv(uint256(removed), principal, all, Math.Rounding.Ceil),
                Math.saturatingSub(uint256(removed), most)
            );
            repaid = Math.min(repaid, Math.min(principal, uint256(removed)));
            principal -= repaid;
            realised += uint256(removed) - repaid;
        }
        // 112 bits hold five quadrillion plUSD; 32 bits of time last until 2106.
        _interest = InterestBook(SafeCast.toUint112(principal), SafeCast.toUint112(realised), uint32(block.timestamp));
        _headroom.borrowed = 0;
    }

    /// @dev Takes note of a loss, saturating. {USD}
    function _addLoss(uint256 amount) internal {
        // The cast is safe: made to fit.
        _surplus.losses = uint128(Math.min(Math.saturatingAdd(_surplus.losses, amount), type(uint128).max));
    }
}
