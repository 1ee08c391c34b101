// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {vm} from "../../contracts/Vm.sol";
import {ShortWorld} from "./ShortWorld.sol";

/// @notice Capital is short, and a stranger opens what he likes each half hour, in front of everybody: it keeps nothing from being sold.
contract SystemOccupiedTest is ShortWorld {
    function setUp() public override {
        super.setUp();
        vm.prank(whale);
        dollar.transfer(bob, 4_600_000e18);
    }

    /// @dev Everything for every other asset.
    function _occupyAssets() private returns (uint256 opened) {
        for (uint256 sold; sold < ASSETS; ++sold) {
            for (uint256 bought; bought < ASSETS; ++bought) if (_opens(sold, bought)) ++opened;
        }
    }

    function _occupyDollars() private returns (uint256 opened) {
        for (uint256 sold; sold < ASSETS; ++sold) if (_opens(sold, ALL)) ++opened;
    }

    /// @dev All open auctions for plUSD, or all others, late. {USD} at mid
    function _fillAll(bool inDollars) private returns (uint256 traded) {
        for (uint256 sold; sold < ASSETS; ++sold) {
            for (uint256 i; i <= ASSETS; ++i) {
                if ((i == ASSETS) == inDollars)
                    traded += (_fill(sold, i == ASSETS ? ALL : i) * _mid(sold)) / units[sold];
            }
        }
    }

    function _fill(uint256 sold, uint256 bought) private returns (uint256 given) {
        // Of assets the market takes 50,000 USD at a time, so that there is something left to occupy.
        uint256 most = bought == ALL ? ALL : (50_000e18 * units[sold]) / _mid(sold);
        vm.prank(bob);
        try rebalancer.fill(sold, bought, most, ALL, bob, "") returns (uint256 amount, uint256) {
            given = amount;
        } catch {}
    }

    /// @dev Three days in halves of an hour. Nobody bids for what the stranger opens.
    function _threeDays(bool inDollars, bool stranger) private returns (uint256 traded, uint256 occupied) {
        for (uint256 turn; turn < 144; ++turn) {
            if (turn % 2 == 0) {
                _look();
                rebalancer.adjust();
            }
            if (stranger) occupied += inDollars ? _occupyAssets() : _occupyDollars();
            if (inDollars) _occupyDollars();
            else _occupyAssets();
            _pass(1_500);
            traded += _fillAll(inDollars);
            _pass(301);
        }
        _look();
    }

    /// @dev He opens every asset for every other, nobody wants that; plUSD is bought as if he were not there: 3.9 million are sold. With one auction an asset nothing was sold in these 72 hours.
    function test_auctionsForDollarsRunBesideAStrangersForAssets() public {
        uint256 state = vm.snapshotState();
        (uint256 alone, ) = _threeDays(true, false);
        require(!sheet.capitalShort(), "covered without him");
        require(vm.revertToState(state), "state is back");
        (uint256 traded, uint256 occupied) = _threeDays(true, true);
        require(occupied > 800, "he opens half a dozen each half hour");
        require(traded == alone && traded > 3_900_000e18, "sold as much as without him");
        require(!sheet.capitalShort(), "and capital is covered");
    }

    /// @dev The other way round: he opens everything for plUSD, which nobody gives; what is overweight goes for other assets.
    function test_auctionsForAssetsRunBesideAStrangersForDollars() public {
        // Even the buffer asks for more than there is, so that plUSD is bought all the time.
        sheet.setJump(USDC, 1_200);
        uint256 state = vm.snapshotState();
        (uint256 alone, ) = _threeDays(false, false);
        require(vm.revertToState(state), "state is back");
        (uint256 traded, uint256 occupied) = _threeDays(false, true);
        require(occupied > 20, "he opens whatever he can");
        require(traded == alone && traded > 3_000_000e18, "sold as much as without him");
    }
}
