// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

import {IDerivedFeed} from "../../interfaces/IDerivedFeed.sol";

/// @title What all feeds have in common that work out a price from another feed's
abstract contract DerivedFeed is IDerivedFeed {
    /// @inheritdoc IDerivedFeed
    AggregatorV3Interface public immutable baseFeed;

    /// @inheritdoc AggregatorV3Interface
    string public description;

    constructor(string memory description_, AggregatorV3Interface baseFeed_) {
        (description, baseFeed) = (description_, baseFeed_);
    }

    /// @inheritdoc AggregatorV3Interface
    function decimals() external pure returns (uint8) {
        return 18;
    }

    /// @inheritdoc AggregatorV3Interface
    function version() external pure returns (uint256) {
        return 1;
    }

    /// @inheritdoc AggregatorV3Interface
    function getRoundData(uint80 roundId) external pure returns (uint80, int256, uint256, uint256, uint80) {
        revert HistoryNotKept(roundId);
    }
}
