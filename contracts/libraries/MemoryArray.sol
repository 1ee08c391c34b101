// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title Entries of lists in memory without the check of the index
/// @dev For lists whose length is known to fit. Marked as safe for memory, unlike OpenZeppelin's `Arrays.unsafeMemoryAccess`: a single block that
/// is not keeps the compiler from moving variables to memory, and so from inlining, in the whole contract.
library MemoryArray {
    /// @notice Entry `index`, which is below the list's length.
    function get(uint256[] memory list, uint256 index) internal pure returns (uint256 entry) {
        assembly ("memory-safe") {
            entry := mload(add(add(list, 0x20), shl(5, index)))
        }
    }

    /// @notice Sets entry `index`, which is below the list's length.
    function set(int256[] memory list, uint256 index, int256 entry) internal pure {
        assembly ("memory-safe") {
            mstore(add(add(list, 0x20), shl(5, index)), entry)
        }
    }

    /// @notice Sets entry `index`, which is below the list's length.
    function set(uint256[] memory list, uint256 index, uint256 entry) internal pure {
        assembly ("memory-safe") {
            mstore(add(add(list, 0x20), shl(5, index)), entry)
        }
    }
}
