// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title A feed that says what it is told, or nothing
contract TestFeed {
    uint8 public constant decimals = 8;
    /// @notice {USD/tok} 8 decimals
    int256 public answer;
    uint256 public updatedAt;
    bool public dead;

    constructor(int256 answer_) {
        set(answer_);
    }

    function set(int256 answer_) public {
        answer = answer_;
        updatedAt = block.timestamp;
    }

    function setDead(bool dead_) external {
        dead = dead_;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        require(!dead, "dead");
        return (1, answer, updatedAt, updatedAt, 1);
    }
}
