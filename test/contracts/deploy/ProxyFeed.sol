// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

/// @dev What consumers know as a feed: a proxy that describes itself, in front of an aggregator (here Chainlink's mock) that answers.
contract ProxyFeed is AggregatorV3Interface {
    AggregatorV3Interface public aggregator;
    string public override description;

    constructor(AggregatorV3Interface aggregator_, string memory description_) {
        aggregator = aggregator_;
        description = description_;
    }

    function setDescription(string calldata description_) external {
        description = description_;
    }

    function setAggregator(AggregatorV3Interface aggregator_) external {
        aggregator = aggregator_;
    }

    function decimals() external view override returns (uint8) {
        return aggregator.decimals();
    }

    function version() external view override returns (uint256) {
        return aggregator.version();
    }

    function getRoundData(uint80 round) external view override returns (uint80, int256, uint256, uint256, uint80) {
        return aggregator.getRoundData(round);
    }

    function latestRoundData() external view override returns (uint80, int256, uint256, uint256, uint80) {
        return aggregator.latestRoundData();
    }

    /// @dev For whoever has put the mock in its place: passes on what only the mock has.
    fallback() external {
        (bool ok, bytes memory answer) = address(aggregator).call(msg.data);
        assembly ("memory-safe") {
            if iszero(ok) {
                revert(add(answer, 0x20), mload(answer))
            }
            return(add(answer, 0x20), mload(answer))
        }
    }
}
