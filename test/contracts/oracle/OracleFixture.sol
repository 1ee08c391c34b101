// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {MockV3Aggregator} from "@chainlink/contracts/src/v0.8/shared/mocks/MockV3Aggregator.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {FeedConfig, Price, PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {PriceOracle} from "../../../contracts/oracle/PriceOracle.sol";
import {Deploy} from "../Deploy.sol";
import {vm} from "../Vm.sol";

/// @title Common ground of the oracle's tests: this contract governs an L1 oracle whose asset 0 is ether at 2000 USD
abstract contract OracleFixture {
    uint256 internal constant START = 1_700_000_000;
    uint24 internal constant HEARTBEAT = 1 hours;
    uint16 internal constant DEVIATION = 50;
    uint256 internal constant DECAY = 6 hours;
    uint256 internal constant ETH = 0;

    AccessManager internal manager;
    PriceOracle internal oracle;
    MockV3Aggregator internal feed;

    function setUp() public virtual {
        vm.warp(START);
        manager = Deploy.accessManager(address(this));
        oracle = Deploy.priceOracle(address(manager), address(0), 0, DECAY);
        feed = new MockV3Aggregator(8, 2_000e8);
        oracle.listFeed(ETH, config(address(feed)));
    }

    function config(address feed_) internal pure returns (FeedConfig memory) {
        return FeedConfig(feed_, HEARTBEAT, DEVIATION, 0.5e18, 1_000_000e18);
    }

    /// @dev Gives `feed_` an answer of a given age.
    function answer(MockV3Aggregator feed_, int256 value, uint256 updatedAt) internal {
        feed_.updateRoundData(uint80(feed_.latestRound() + 1), value, updatedAt, updatedAt);
    }

    function low(uint256 p, uint256 deviation) internal pure returns (uint256) {
        return (p * (10_000 - deviation)) / 10_000;
    }

    function high(uint256 p, uint256 deviation) internal pure returns (uint256) {
        return (p * (10_000 + deviation) + 9_999) / 10_000;
    }

    function requirePrice(
        uint256 asset,
        PriceStatus status,
        uint256 low_,
        uint256 mid_,
        uint256 high_,
        string memory what
    ) internal view {
        Price memory p = oracle.price(asset);
        require(p.status == status, string.concat(what, ": status"));
        require(p.low == low_, string.concat(what, ": low"));
        require(p.mid == mid_, string.concat(what, ": mid"));
        require(p.high == high_, string.concat(what, ": high"));
    }

    function requireUnpriced(uint256 asset, string memory what) internal view {
        Price memory p = oracle.price(asset);
        require(p.status == PriceStatus.Unpriced, string.concat(what, ": status"));
        require(p.low == 0 && p.mid == 0, string.concat(what, ": low and mid"));
        require(!oracle.isLive(asset), string.concat(what, ": isLive"));
        (uint256 primary, bool live) = oracle.primaryPrice(asset);
        require(primary == 0 && !live, string.concat(what, ": primaryPrice"));
    }

    function expectRevert(bytes memory reason) internal {
        vm.expectRevert(reason);
    }
}
