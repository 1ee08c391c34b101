// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Exposure, LiquidationMath, Slice} from "../../../contracts/credit/LiquidationMath.sol";
import {LiquidationParameters} from "../../../contracts/interfaces/ICreditEngine.sol";

/// @title The slice arithmetic, many cases to a call
/// @dev Each case takes the path of the engine's `liquidate`: judge, cap, slice.
contract LiquidationMathHarness {
    struct Case {
        Exposure e;
        LiquidationParameters p;
        uint256 minimumDebt;
    }

    struct Answer {
        bool insolvent;
        uint256 capByHealth;
        uint256 capByValue;
        uint256 curve;
        Slice s;
    }

    function slices(Case[] calldata cases) external pure returns (Answer[] memory answers) {
        answers = new Answer[](cases.length);
        for (uint256 i; i < cases.length; ++i) answers[i] = slice(cases[i]);
    }

    function slice(Case memory c) public pure returns (Answer memory a) {
        a.insolvent = LiquidationMath.isInsolvent(c.e);
        a.capByHealth = LiquidationMath.capByHealth(c.e);
        a.capByValue = LiquidationMath.capByValue(c.e, c.p);
        a.curve = LiquidationMath.incentiveCurve((c.e.limit * 1e18) / c.e.debt, c.p);
        uint256 cap = a.capByHealth < a.capByValue ? a.capByHealth : a.capByValue;
        a.s = LiquidationMath.slice(c.e, c.p, cap, a.insolvent, c.minimumDebt);
    }

    function curve(uint256 health, LiquidationParameters calldata p) external pure returns (uint256) {
        return LiquidationMath.incentiveCurve(health, p);
    }

    function fractionFor(uint256 value, uint256 repay, uint256 incentive) external pure returns (uint256) {
        return LiquidationMath.fractionFor(value, repay, incentive);
    }
}
