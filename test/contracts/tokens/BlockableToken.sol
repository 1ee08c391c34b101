// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {TestToken} from "../TestToken.sol";

/// @title A token with an issuer who can stop all transfers, or those of one address
contract BlockableToken is TestToken {
    error TransfersStopped();
    error AddressBlocked(address account);

    bool public stopped;
    mapping(address => bool) public blocked;

    constructor(string memory symbol_, uint8 decimals_) TestToken(symbol_, decimals_) {}

    function setStopped(bool stopped_) external {
        stopped = stopped_;
    }

    function setBlocked(address account, bool blocked_) external {
        blocked[account] = blocked_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!stopped, TransfersStopped());
        require(!blocked[from], AddressBlocked(from));
        require(!blocked[to], AddressBlocked(to));
        super._update(from, to, amount);
    }
}
