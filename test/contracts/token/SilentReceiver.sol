// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title A receiver that takes any call and answers nothing
/// @dev Like a wallet with a permissive fallback: it never agreed to anything.
contract SilentReceiver {
    fallback() external payable {}
}
