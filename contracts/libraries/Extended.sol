// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title A contract whose code is larger than one contract may be
/// @notice Calls that it does not know are executed by its extension, on its own storage. The extension is fixed when it is built.
/// @dev Both inherit the same storage first, and nothing with storage before it.
abstract contract Extended {
    address private immutable EXTENSION;

    /// @param extension An `Extension` built with the same immutable values.
    /// @param initialisation The call of the extension's initialiser.
    constructor(address extension, bytes memory initialisation) {
        EXTENSION = extension;
        Address.functionDelegateCall(extension, initialisation);
    }

    fallback() external {
        address extension = EXTENSION;
        assembly ("memory-safe") {
            // Beyond the free memory pointer, so nothing of Solidity's is touched.
            let free := mload(0x40)
            calldatacopy(free, 0, calldatasize())
            let ok := delegatecall(gas(), extension, free, calldatasize(), 0, 0)
            returndatacopy(free, 0, returndatasize())
            switch ok
            case 0 {
                revert(free, returndatasize())
            }
            default {
                return(free, returndatasize())
            }
        }
    }
}

/// @title The code that an `Extended` contract executes by `delegatecall`
/// @notice Called directly, it works on its own empty storage and means nothing.
abstract contract Extension {
    /// @notice Only the constructor of the extended contract may do this.
    error OnlyDuringConstruction();

    /// @dev An account without code is under construction: afterwards what this guards can never be entered again.
    modifier duringConstruction() {
        require(address(this).code.length == 0, OnlyDuringConstruction());
        _;
    }
}
