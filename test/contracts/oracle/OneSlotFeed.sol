// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title The leanest feed: one cold slot per answer, for gas measurements
contract OneSlotFeed {
    uint8 public constant decimals = 8;

    struct Round {
        int192 answer;
        uint64 updatedAt;
    }

    Round private _round;

    constructor(int192 answer) {
        set(answer);
    }

    function set(int192 answer) public {
        _round = Round(answer, uint64(block.timestamp));
    }

    /// @notice Answer in the older form, which some protocols still read.
    function latestAnswer() external view returns (int256) {
        return _round.answer;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        Round memory r = _round;
        return (1, r.answer, r.updatedAt, r.updatedAt, 1);
    }
}
