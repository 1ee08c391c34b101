// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {TestToken} from "../TestToken.sol";

/// @title A token that refuses to move nothing
contract ZeroRevertToken is TestToken {
    error ZeroTransfer();

    constructor(string memory symbol_, uint8 decimals_) TestToken(symbol_, decimals_) {}

    function _update(address from, address to, uint256 amount) internal override {
        require(amount != 0, ZeroTransfer());
        super._update(from, to, amount);
    }
}
