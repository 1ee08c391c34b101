// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

/// @title A price worked out from another feed's
/// @notice Looks like a Chainlink feed with 18 decimals; rounds and times are the base feed's.
interface IDerivedFeed is AggregatorV3Interface {
    /// @notice The base feed gives no answer that can be used.
    error BaseAnswerInvalid(int256 answer);
    /// @notice The product rounds to zero, or is beyond what an answer can hold.
    error AnswerOutOfRange(uint256 answer);
    /// @notice Past rounds are not kept.
    error HistoryNotKept(uint80 roundId);

    /// @notice The feed that the price is worked out from.
    function baseFeed() external view returns (AggregatorV3Interface);
}
