// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBalanceSheet} from "../interfaces/IBalanceSheet.sol";
import {ISolvency} from "../interfaces/ISolvency.sol";
import {Statements} from "./Statements.sol";

/// @title Deficits: two looks, N hours apart, before anybody's stake is burned
/// @dev One point is kept. It is used up by a settlement, so that the rest of a larger deficit needs two looks of its own.
abstract contract Deficit is Statements {
    /// @notice A first point older than this many delays is none any more. It says nothing of the loss there is now, which would otherwise be settled at the first look at it.
    uint256 public constant POINT_LIFE = 3;

    /// @inheritdoc IBalanceSheet
    function settleDeficit() external returns (uint256 burned) {
        _requireQuiet();
        Figures memory f = _figures();
        _requireFullyPriced(f);
        uint256 short = _shortfall(_midEquity(f));
        DeficitPoint memory point = _deficit;
        uint256 delay = _slowTerms.deficitDelay;
        bool stale = block.timestamp > point.seenAt + POINT_LIFE * delay;
        if (point.seenAt == 0 || (stale && short != 0)) {
            require(short != 0, NoDeficit());
            // The casts are safe: no more than the supply, below 2**127; 40 bits of time.
            _deficit = DeficitPoint(uint128(short), uint40(block.timestamp));
            emit DeficitSeen(short, block.timestamp + delay);
            return 0;
        }
        require(block.timestamp >= point.seenAt + delay, DeficitTooYoung(point.seenAt + delay));
        delete _deficit;
        if (short == 0) {
            emit DeficitCleared();
            return 0;
        }
        if (short > point.amount) short = point.amount;
        // The point is gone already: nothing is left that a call coming back could use.
        burned = _backstop().burnLoss(short);
        emit DeficitSettled(short, burned);
    }

    /// @inheritdoc IBalanceSheet
    function deficitPoint() external view returns (uint256 amount, uint256 seenAt) {
        return (_deficit.amount, _deficit.seenAt);
    }

    /// @inheritdoc ISolvency
    function exitTerms() external view returns (uint256 deficit, bool covered, bool priced) {
        _requireQuiet();
        Figures memory f = _figures();
        uint256 atLow = _shortfall(_equity(f));
        deficit = _shortfall(_midEquity(f));
        // Mid is never below low where an asset is live, but one that disagrees has a mid and counts 0 at low.
        if (atLow > deficit) deficit = atLow;
        covered = _capital(f) >= int256(_required(f));
        priced = f.open == 0;
    }

    /// @dev How far below 0.
    function _shortfall(int256 equity) private pure returns (uint256) {
        return equity < 0 ? uint256(-equity) : 0;
    }
}
