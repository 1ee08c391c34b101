// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LimitedCall} from "../libraries/LimitedCall.sol";

/// @notice What to ask.
/// @param target Whom. @param gasLimit The most gas it gets; 0 for as much as there is. A contract that has no such function may eat all that it gets (wrapped
/// ether takes any unknown call for a deposit), and leave too little for the rest. With a limit, an answer is cut after 1024 bytes as well: to carry what is
/// longer could take more gas than to answer it. @param data Encoded call of a view.
struct Reading {
    address target;
    uint256 gasLimit;
    bytes data;
}

/// @notice What was answered.
/// @param ok Whether the call went through. @param data What it returned, or reverted with.
struct Answer {
    bool ok;
    bytes data;
}

/// @title Many readings in one call
/// @notice For whoever shows the protocol: all that a page needs, of one block, in one `eth_call`. Calls nothing but views (`staticcall`) and
/// holds nothing; nobody need trust it more than the node that he asks.
contract ReadBatch {
    /// @dev {bytes}
    uint256 private constant MAX_LIMITED_ANSWER = 1024;

    /// @notice Whether an account has code: a contract, or a key's account that has delegated to one (EIP-7702). A question like any other, asked of this contract.
    function hasCode(address account) external view returns (bool) {
        return account.code.length != 0;
    }

    /// @notice Asks each target, in order. One that fails does not fail the others.
    /// @return number Of the block that was asked at.
    /// @return timestamp Its time. (unix seconds)
    /// @return chainId Of the chain.
    /// @return answers One for each reading.
    function read(
        Reading[] calldata readings
    ) external view returns (uint256 number, uint256 timestamp, uint256 chainId, Answer[] memory answers) {
        answers = new Answer[](readings.length);
        for (uint256 i = 0; i < readings.length; ++i) {
            Reading calldata reading = readings[i];
            (answers[i].ok, answers[i].data) =
                reading.gasLimit == 0
                    ? reading.target.staticcall(reading.data)
                    : LimitedCall.ask(reading.target, reading.gasLimit, MAX_LIMITED_ANSWER, reading.data);
        }
        return (block.number, block.timestamp, block.chainid, answers);
    }
}
