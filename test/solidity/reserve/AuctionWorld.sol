// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AuctionTerms, DeriskTerms} from "../../../contracts/interfaces/IRebalancer.sol";
import {Rebalancer} from "../../../contracts/reserve/Rebalancer.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {Bidder} from "../../contracts/reserve/Bidder.sol";
import {TestToken} from "../../contracts/TestToken.sol";
import {SheetWorld} from "../solvency/SheetWorld.sol";

/// @title A reserve worth a million: ether 50% where 40% is the target, USDC 20% where it is 30%; bitcoin and USDT on target
/// @dev Bands of 1%. Auctions from 1% above mid to 1% below within half an hour, lots of a tenth of depth, at least 1,000 USD, a budget of 20 bps a day.
abstract contract AuctionWorld is SheetWorld {
    uint256 internal constant ALL = type(uint256).max;
    Rebalancer internal rebalancer;
    Bidder internal bidder;
    TestToken[4] internal tokens;
    uint256[4] internal prices;

    function setUp() public virtual override {
        super.setUp();
        rebalancer = Deploy.rebalancer(address(manager), address(reserve), _auctionTerms(), _deriskTerms());
        rebalancer.setModules(address(risk), address(sheet));
        reserve.setModules(address(sheet), address(engine), address(rebalancer));
        prices = [uint256(2_000e18), 40_000e18, 1e18, 1e18];
        for (uint256 asset; asset < 4; ++asset) {
            tokens[asset] = new TestToken("TOK", 18);
            reserve.setToken(asset, address(tokens[asset]), 1e10);
        }
        _hold(ETH, 250 * UNIT);
        _hold(BTC, 5 * UNIT);
        _hold(USDC, 200_000 * UNIT);
        _hold(USDT, 100_000 * UNIT);
        _setWeights(4_000, 2_000, 3_000, 1_000);
        bidder = new Bidder(rebalancer, address(reserve));
        bidder.setTrade(address(tokens[ETH]), address(tokens[USDC]));
        tokens[USDC].mint(address(bidder), 1e30);
        sheet.lookAtCollateral();
        sheet.refresh();
    }

    function _auctionTerms() internal pure returns (AuctionTerms memory) {
        return AuctionTerms(100, 100, 1_800, 1_000, 1_000, 20);
    }

    function _deriskTerms() internal pure returns (DeriskTerms memory) {
        return DeriskTerms(1_000, 2_000, 500);
    }

    function _setWeights(uint256 eth, uint256 btc, uint256 usdc, uint256 usdt) internal {
        uint256[16] memory targets;
        uint256[16] memory bands;
        (targets[ETH], targets[BTC], targets[USDC], targets[USDT]) = (eth, btc, usdc, usdt);
        for (uint256 asset; asset < 4; ++asset) bands[asset] = 100;
        rebalancer.setWeights(targets, bands);
    }

    /// @dev Cash, with its tokens. {ledger}
    function _hold(uint256 asset, uint256 amount) internal {
        tokens[asset].mint(address(reserve), amount * 1e10);
        reserve.setCash(asset, amount);
    }

    function _move(uint256 asset, uint256 price) internal {
        prices[asset] = price;
        _price(asset, price);
    }

    /// @dev At mid. {USD}
    function _value(uint256 asset) internal view returns (uint256) {
        return (reserve.cash(asset) * prices[asset]) / UNIT;
    }

    /// @dev {USD}
    function _nav() internal view returns (uint256 all) {
        for (uint256 asset; asset < 4; ++asset) all += _value(asset);
    }
}
