// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IRebalancer} from "../../../contracts/interfaces/IRebalancer.sol";
import {vm} from "../../contracts/Vm.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @notice Oracle moves of 20% inside an auction, no way back within a block, nobody who bids.
/// @dev Ten million, on target, 60% of it risky.
contract SystemAuctionsTest is SystemWorld {
    function setUp() public override {
        super.setUp();
        _give(bob, USDC, _tok(USDC, 100_000_000));
        _give(bob, ETH, _tok(ETH, 100_000));
    }

    /// @dev {USD} at mid, what the reserve owns
    function _nav() private view returns (uint256 all) {
        (uint256 mask, uint256[] memory amounts) = reserve.booked();
        uint256 rank;
        for (uint256 i; i < ASSETS; ++i) if ((mask >> i) & 1 == 1) all += (amounts[rank++] * _mid(i)) / units[i];
    }

    function _fill(uint256 sold, uint256 amount) private returns (bool filled) {
        vm.prank(bob);
        try rebalancer.fill(sold, USDC, amount, ALL, bob, "") {
            filled = true;
        } catch {}
    }

    /// @dev Ether 45% of the reserve, bought with USDC at the start; then its price moves 20% up or down before the fill.
    function _openOnEther() private {
        _give(address(this), ETH, _tok(ETH, 1_000));
        reserve.fund(ETH, _tok(ETH, 1_000));
        rebalancer.open(ETH, USDC);
        _at(clock + 900);
    }

    function test_priceUp20PercentInsideAnAuction() public {
        _openOnEther();
        _price(ETH, 2_400e8);
        uint256 before = _nav();
        (uint256 paid, uint256 most) = rebalancer.quoteFill(ETH, USDC, ALL);
        require(_fill(ETH, ALL), "filled");
        // Half time: at mid. By the price of the fill, not of the opening.
        _near(paid * 1e12, (most * 2_400e18) / units[ETH], 1e13, "at today's price");
        require(_nav() + 1e13 >= before, "nothing lost");
    }

    function test_priceDown20PercentInsideAnAuction() public {
        _openOnEther();
        _price(ETH, 1_600e8);
        (uint256[16] memory weights, uint256[16] memory targets, ) = rebalancer.weights();
        uint256 before = _nav();
        require(_fill(ETH, ALL), "still overweight");
        (uint256[16] memory later, , ) = rebalancer.weights();
        require(later[ETH] < weights[ETH] && later[ETH] + 1 >= targets[ETH], "towards the target, not past it");
        require(_nav() + 1e13 >= before, "nothing lost");
        // At 500 nothing is overweight any more: no fill, and anybody ends it.
        _price(ETH, 500e8);
        require(!_fill(ETH, ALL), "not needed");
        rebalancer.close(ETH, USDC);
        require(rebalancer.auction(ETH, USDC).startedAt == 0, "over");
    }

    /// @dev A tenth of all plUSD-backed dollars leave in kind while an auction runs: the fill goes to the targets of what is left.
    function test_redemptionInKindInsideAnAuction() public {
        _issue(alice, USDC, 300_000);
        _openOnEther();
        vm.prank(alice);
        reserve.redeemInKind(250_000e18, 0, 0, alice);
        require(_fill(ETH, ALL), "filled");
        (uint256[16] memory now_, uint256[16] memory targets, ) = rebalancer.weights();
        require(now_[ETH] + 1 >= targets[ETH] && now_[USDC] <= targets[USDC], "past no target");
    }

    /// @dev The rest, bitcoin, DAI and staked ether, 20% up while ether is sold for USDC: within ether's band, and the reserve loses nothing.
    function test_theRestUp20PercentInsideAnAuction() public {
        _openOnEther();
        _price(STETH, 2_880e8);
        _price(BTC, 48_000e8);
        uint256 before = _nav();
        require(_fill(ETH, ALL), "filled");
        require(_nav() + 1e13 >= before, "nothing lost");
        (uint256[16] memory now_, uint256[16] memory targets, ) = rebalancer.weights();
        // By 30% times 600,000 of some 12,600,000, rounded.
        require(now_[ETH] + 150 >= targets[ETH], "past its target by no more than the bound");
    }

    /// @dev Filling ether for USDC and USDC for ether in a block: each fill goes towards its target, so there is no way back.
    function test_noFillBothWays() public {
        _openOnEther();
        require(_fill(ETH, ALL), "filled");
        bytes4 refusal = _refusal(bob, address(rebalancer), abi.encodeCall(rebalancer.open, (USDC, ETH)));
        require(refusal == IRebalancer.NotOverweight.selector, "no way back");
    }

    /// @dev Nobody bids for a day: each auction that ran out comes back half as large, absorption and redemption go on.
    function test_noBidderForADay() public {
        _openOnEther();
        uint256 first = rebalancer.auction(ETH, USDC).left;
        _issue(alice, USDC, 100_000);
        for (uint256 i; i < 4; ++i) {
            _pass(6 hours);
            _look();
            rebalancer.open(ETH, USDC);
            _redeem(alice, USDC, 1_000e18);
        }
        uint256 left = rebalancer.auction(ETH, USDC).left;
        require(left * 15 < first && left != 0, "a sixteenth");
        _at(clock + 900);
        require(_fill(ETH, ALL), "somebody is back");
    }
}
