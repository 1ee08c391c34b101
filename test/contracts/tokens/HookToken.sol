// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {TestToken} from "../TestToken.sol";

/// @notice What a holder registered with a HookToken is called with.
interface ITokenHooks {
    function tokensToSend(address from, address to, uint256 amount) external;
    function tokensReceived(address from, address to, uint256 amount) external;
}

/// @title A token that calls its holders, as ERC-777 does: before it takes from one and after it gave to one
contract HookToken is TestToken {
    mapping(address => bool) public hooked;

    constructor(string memory symbol_, uint8 decimals_) TestToken(symbol_, decimals_) {}

    /// @notice Has the caller called from now on, or no longer.
    function register(bool on) external {
        hooked[msg.sender] = on;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (hooked[from]) ITokenHooks(from).tokensToSend(from, to, amount);
        super._update(from, to, amount);
        if (hooked[to]) ITokenHooks(to).tokensReceived(from, to, amount);
    }
}
