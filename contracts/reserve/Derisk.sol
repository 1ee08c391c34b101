// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IRebalancer} from "../interfaces/IRebalancer.sol";
import {ISolvency} from "../interfaces/ISolvency.sol";
import {StatementMath} from "../solvency/StatementMath.sol";
import {Weights} from "./Weights.sol";

/// @title Scales risky targets to what capital can stand
/// @dev WHY IT CONVERGES. The aim is made of the value of everything, of capital, and of the requirements of two hypothetical compositions; a fill moves none of
/// them by more than it loses. So the scale runs to a point that its own moves do not move. Down at the pace; up, at the pace, only once the aim is
/// more than a margin above, and then all the way.
abstract contract Derisk is Weights {
    using StatementMath for uint256;

    /// @inheritdoc IRebalancer
    function adjust() external locked returns (uint256 scale) {
        Settings memory s = _settings;
        (uint256 aim, bool buysDollar) = _aim(s);
        scale = s.scale;
        bool rising = aim > scale + s.margin || (s.flags & RISING != 0 && aim > scale);
        if (aim < scale || rising) {
            // A long pause does not add up to a jump.
            uint256 elapsed = Math.min(block.timestamp - s.movedAt, 1 days);
            uint256 step = (elapsed * s.pace) / 1 days;
            uint256 left = aim < scale ? scale - aim : aim - scale;
            if (step >= left) {
                scale = aim;
                s.movedAt = uint40(block.timestamp);
            } else {
                scale = aim < scale ? scale - step : scale + step;
                // Only the time of whole steps is used up: whoever calls every second stops nothing. Casts are safe: no later than now.
                s.movedAt = uint40(block.timestamp - elapsed + Math.ceilDiv(step * 1 days, s.pace));
            }
        } else {
            s.movedAt = uint40(block.timestamp);
        }
        s.flags = (buysDollar ? BUYS_DOLLAR : 0) | (rising && scale < aim ? RISING : 0);
        // The cast is safe: at most 10,000.
        s.scale = uint16(scale);
        _settings = s;
        emit ScaleMoved(scale, aim, buysDollar);
    }

    /// @inheritdoc IRebalancer
    function derisking() external view returns (uint256 scale, uint256 movedAt, bool buysDollar) {
        Settings memory s = _settings;
        return (s.scale, s.movedAt, s.flags & BUYS_DOLLAR != 0);
    }

    /// @dev Where the scale should be: `(c - r0) / (r1 - r0)`. bps, rounded down
    function _aim(Settings memory s) private view returns (uint256 aim, bool buysDollar) {
        ISolvency sheet = ISolvency(_sheet);
        // First, as it refuses while anything is entered.
        int256 budget = sheet.riskBudget();
        uint256 all = _book(0).all;
        (uint256 full, uint256 buffered) = _requirements(sheet, all, s.stables);
        if (budget >= int256(full)) return (BPS, false);
        if (budget <= int256(buffered)) return (s.minScale, true);
        // The casts are safe: between the two, both positive.
        aim = ((uint256(budget) - buffered) * BPS) / (full - buffered);
        if (aim < s.minScale) aim = s.minScale;
    }

    /// @dev r1 and r0: what full targets would require, and everything in the buffer. {USD}
    function _requirements(
        ISolvency sheet,
        uint256 all,
        uint256 stables
    ) private view returns (uint256 full, uint256 buffered) {
        uint256 word = _targets;
        uint256 buffer = _bufferOf(word, stables);
        require(buffer != 0, WeightsInvalid(0));
        uint256 length = Math.log2(word) / 16 + 1;
        uint256[] memory atFull = new uint256[](length);
        uint256[] memory inBuffer = new uint256[](length);
        for (uint256 asset = 0; asset < length; ++asset) {
            uint256 target = word.laneOf(asset);
            atFull[asset] = (all * target) / BPS;
            if ((stables >> asset) & 1 == 1) inBuffer[asset] = (all * target) / buffer;
        }
        full = sheet.marketRequirement(atFull);
        buffered = sheet.marketRequirement(inBuffer);
    }
}
