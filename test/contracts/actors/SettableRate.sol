// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IRateSource} from "../../../contracts/interfaces/IRateSource.sol";

/// @title A rate source that answers whatever it was told
contract SettableRate is IRateSource {
    /// @notice {1/s} 18 decimals
    uint256 public rate;

    function setRate(uint256 rate_) external {
        rate = rate_;
    }

    function nextRate(uint256) external view returns (uint256) {
        return rate;
    }
}
