// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FeedConfig} from "../../../contracts/interfaces/IPriceOracle.sol";
import {AssetParameters, VolatilitySeed} from "../../../contracts/interfaces/IRiskMeasurement.sol";
import {HaircutBounds} from "../../../contracts/interfaces/IRiskModel.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {TestFeed} from "../../contracts/oracle/TestFeed.sol";
import {TestToken} from "../../contracts/TestToken.sol";
import {vm} from "../../contracts/Vm.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @dev Collateral that the reserve does not list is absorbed, and must be sold again: also for plUSD, while capital is short.
contract UnlistedTest is SystemWorld {
    uint256 private constant SIXTH = 5;

    /// @dev Less of everything than usual, so that the loss leaves capital short.
    function _seed() internal pure override returns (uint256[ASSETS] memory) {
        return [uint256(600_000), 200_000, 300, 166, 5];
    }

    function _listInEngine() private returns (TestToken token, TestFeed feed) {
        feed = new TestFeed(1_000e8);
        token = TestToken(Deploy.create("TestToken", abi.encode("X", 18)));
        risk.observe();
        oracle.listFeed(SIXTH, FeedConfig(address(feed), 1 days, 50, 1e9, 1e26));
        HaircutBounds memory clamps = HaircutBounds(2_500, 2_500, 1_700, 1_700);
        risk.listAsset(
            SIXTH,
            AssetParameters(8, HaircutBounds(500, 10_000, 500, 10_000), clamps, 10, 24, 100_000e8),
            VolatilitySeed(0.0025e18, new int256[](0))
        );
        engine.listAsset(SIXTH, address(token), 1e17);
        _look();
    }

    function test_absorbedCollateralThatIsNotListedIsSoldForDollars() public {
        (TestToken token, TestFeed feed) = _listInEngine();
        token.mint(whale, 7_000e18);
        vm.startPrank(whale);
        token.approve(address(engine), ALL);
        engine.deposit(SIXTH, 7_000e18, whale);
        engine.borrow(4_800_000e18, whale, whale);
        dollar.transfer(bob, 4_800_000e18);
        vm.stopPrank();
        feed.set(450e8);
        _price(ETH, 1_100e8);
        _price(STETH, 1_320e8);
        _price(BTC, 24_000e8);
        _absorb(whale);
        _look();
        require(sheet.capitalShort(), "capital is not short");

        uint256 lot = rebalancer.open(SIXTH, ALL);
        uint256 supply = dollar.totalSupply();
        vm.prank(bob);
        (uint256 amount, uint256 paid) = rebalancer.fill(SIXTH, ALL, ALL, ALL, bob, "");
        require(amount != 0 && amount <= lot, "nothing was sold");
        require(token.balanceOf(bob) == amount * 1e10, "not delivered");
        require(dollar.totalSupply() + paid == supply, "not burned");
    }
}
