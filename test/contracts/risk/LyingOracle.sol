// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IPriceOracle} from "../../../contracts/interfaces/IPriceOracle.sol";

/// @title Another oracle, but for what it says of several prices at once
contract LyingOracle {
    address private immutable TRUE;
    /// @dev Said instead of prices, word for word, where it is not empty.
    bytes private _lie;

    constructor(address oracle) {
        TRUE = oracle;
    }

    /// @notice Has `prices` answer this; nothing: the truth again.
    function say(bytes calldata lie) external {
        _lie = lie;
    }

    fallback(bytes calldata input) external returns (bytes memory answer) {
        if (bytes4(input) == IPriceOracle.prices.selector && _lie.length != 0) return _lie;
        bool success;
        (success, answer) = TRUE.staticcall(input);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }
}
