// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title Questions to contracts that may be broken or hostile
library LimitedCall {
    /// @notice Asks a view with no more than so much gas, and takes no more than so much of its answer.
    /// @dev The caller pays for the memory that an answer is copied into, and it grows with the square: a bound on the gas alone does not bound that.
    /// @param gasLimit What the target gets at most. {gas}
    /// @param most What is taken of the answer at most; the rest is left where it is. {bytes}
    /// @param question Encoded call.
    /// @return ok Whether the call went through.
    /// @return data What it returned, or reverted with, cut at `most`.
    function ask(
        address target,
        uint256 gasLimit,
        uint256 most,
        bytes memory question
    ) internal view returns (bool ok, bytes memory data) {
        assembly ("memory-safe") {
            ok := staticcall(gasLimit, target, add(question, 0x20), mload(question), 0, 0)
            let size := returndatasize()
            if gt(size, most) {
                size := most
            }
            data := mload(0x40)
            mstore(0x40, add(data, and(add(size, 0x3f), not(0x1f))))
            mstore(data, size)
            returndatacopy(add(data, 0x20), 0, size)
        }
    }
}
