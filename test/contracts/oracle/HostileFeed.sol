// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice How a `HostileFeed` answers.
enum Mood {
    Honest,
    Reverts,
    RevertsWithBomb,
    EatsGas,
    ReturnBomb,
    Short,
    DirtyRounds,
    NeedsFullGas
}

/// @title A feed that misbehaves in the way it is told
contract HostileFeed {
    uint8 public immutable decimals;
    Mood public mood;
    int256 public answer;
    uint256 public startedAt;
    uint256 public updatedAt;
    /// @notice Bytes returned when `Short`.
    uint256 public length;
    /// @notice Gas below which `NeedsFullGas` reverts.
    uint256 public needed;

    constructor(uint8 decimals_, int256 answer_) {
        decimals = decimals_;
        answer = answer_;
        startedAt = block.timestamp;
        updatedAt = block.timestamp;
    }

    function setMood(Mood mood_) external {
        mood = mood_;
    }

    function setAnswer(int256 answer_, uint256 startedAt_, uint256 updatedAt_) external {
        (answer, startedAt, updatedAt) = (answer_, startedAt_, updatedAt_);
    }

    function setLength(uint256 length_) external {
        length = length_;
    }

    function setNeeded(uint256 needed_) external {
        needed = needed_;
    }

    function latestRoundData() external view {
        uint256 available = gasleft();
        Mood m = mood;
        uint256 size = 160;
        uint256 round = 7;
        if (m == Mood.Reverts) revert("no answer");
        if (m == Mood.EatsGas) while (true) {}
        if (m == Mood.NeedsFullGas && available < needed) revert("starved");
        if (m == Mood.Short) size = length;
        if (m == Mood.DirtyRounds) round = type(uint256).max;
        int256 a = answer;
        uint256 s = startedAt;
        uint256 u = updatedAt;
        assembly {
            mstore(0x80, round)
            mstore(0xa0, a)
            mstore(0xc0, s)
            mstore(0xe0, u)
            mstore(0x100, round)
            // A size that the gas just pays for, after five good words.
            if eq(m, 2) {
                revert(0x80, 200000)
            }
            if eq(m, 4) {
                return(0x80, 200000)
            }
            return(0x80, size)
        }
    }
}
