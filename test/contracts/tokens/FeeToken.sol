// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {TestToken} from "../TestToken.sol";

/// @title A token that keeps a part of every transfer
contract FeeToken is TestToken {
    /// @notice bps
    uint256 public fee;

    constructor(string memory symbol_, uint8 decimals_) TestToken(symbol_, decimals_) {}

    function setFee(uint256 fee_) external {
        fee = fee_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        uint256 kept = (amount * fee) / 10_000;
        if (kept != 0 && from != address(0) && to != address(0)) super._update(to, address(0), kept);
    }
}
