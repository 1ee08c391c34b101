// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title Several calls in one transaction
/// @dev For what only shows within one transaction, such as transient storage that was not cleared.
contract CallBatch {
    struct Call {
        address target;
        bytes data;
    }

    /// @return answers What each call returned.
    function run(Call[] calldata calls) external returns (bytes[] memory answers) {
        answers = new bytes[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool success, bytes memory answer) = calls[i].target.call(calls[i].data);
            if (!success) {
                // The reason goes up unchanged, so that a test sees the error of the call that failed.
                assembly ("memory-safe") {
                    revert(add(answer, 0x20), mload(answer))
                }
            }
            answers[i] = answer;
        }
    }
}
