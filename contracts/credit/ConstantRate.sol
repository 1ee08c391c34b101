// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IRateSource} from "../interfaces/IRateSource.sol";

/// @title Borrow rate that never changes
contract ConstantRate is IRateSource {
    /// @dev {1/s} 18 decimals, continuously compounded
    uint256 private immutable RATE;

    constructor(uint256 rate) {
        RATE = rate;
    }

    /// @inheritdoc IRateSource
    function nextRate(uint256) external view returns (uint256) {
        return RATE;
    }
}
