// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

/// @title The least that Morpho Blue needs to be priced by a Chainlink feed: for measuring
/// @notice Loan token worth 1 USD, both tokens of 18 decimals, a feed of 8: a price of 36 decimals is the answer times 1e28.
/// @dev Checks less than what is used on public networks, and so costs less.
contract FeedOracle {
    AggregatorV3Interface private immutable FEED;

    constructor(AggregatorV3Interface feed) {
        FEED = feed;
    }

    function price() external view returns (uint256) {
        (, int256 answer, , , ) = FEED.latestRoundData();
        require(answer > 0, "no price");
        return uint256(answer) * 1e28;
    }
}
