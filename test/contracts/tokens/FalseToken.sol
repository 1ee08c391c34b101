// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {TestToken} from "../TestToken.sol";

/// @title A token that says false instead of reverting, and may say true without having moved anything
contract FalseToken is TestToken {
    enum Mode {
        Honest,
        SaysFalse,
        Lies
    }

    Mode public mode;

    constructor(string memory symbol_, uint8 decimals_) TestToken(symbol_, decimals_) {}

    function setMode(Mode mode_) external {
        mode = mode_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (mode != Mode.Honest) return mode == Mode.Lies;
        return super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (mode != Mode.Honest) return mode == Mode.Lies;
        return super.transferFrom(from, to, amount);
    }
}
