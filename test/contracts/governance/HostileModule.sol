// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title A module that answers like the one it replaced, but for what it is told to say, or not at all
contract HostileModule {
    address private immutable TRUE;
    mapping(bytes4 selector => bytes) private _lies;
    bool private _mute;

    constructor(address module) {
        TRUE = module;
    }

    /// @notice Has the function answer this from now on, word for word.
    function say(bytes4 selector, bytes calldata lie) external {
        _lies[selector] = lie;
    }

    /// @notice Has every function revert from now on.
    function silence() external {
        _mute = true;
    }

    fallback(bytes calldata input) external returns (bytes memory answer) {
        require(!_mute, "silent");
        answer = _lies[bytes4(input)];
        if (answer.length != 0) return answer;
        bool success;
        (success, answer) = TRUE.staticcall(input);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }
}
