// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FeedReader} from "../../../contracts/oracle/FeedReader.sol";

/// @title The assembly feed call and the plain one that it is compared with
contract FeedReaderHarness {
    function fast(address feed) external view returns (bool ok, int256 answer, uint256 startedAt, uint256 updatedAt) {
        return FeedReader.latest(feed);
    }

    function plain(
        address feed
    ) external view returns (bool ok, int256 answer, uint256 startedAt, uint256 updatedAt) {
        (bool success, bytes memory data) = feed.staticcall{gas: FeedReader.FEED_GAS}(
            abi.encodeWithSignature("latestRoundData()")
        );
        if (!success || data.length < 160) return (false, 0, 0, 0);
        ok = true;
        (, answer, startedAt, updatedAt, ) = abi.decode(data, (uint256, int256, uint256, uint256, uint256));
    }

    /// @notice What the call does to memory that others own: the words allocated before it must survive, the free pointer stay.
    function keepsMemory(address feed) external view returns (bool) {
        bytes memory before = abi.encode(uint256(0x1111), uint256(0x2222));
        uint256 pointer;
        assembly {
            pointer := mload(0x40)
        }
        FeedReader.latest(feed);
        uint256 later;
        assembly {
            later := mload(0x40)
        }
        return later == pointer && keccak256(before) == keccak256(abi.encode(uint256(0x1111), uint256(0x2222)));
    }

    function constants() external pure returns (uint256 feedGas, uint256 requiredGas) {
        return (FeedReader.FEED_GAS, FeedReader.REQUIRED_GAS);
    }
}
