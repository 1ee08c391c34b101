// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {vm} from "../../contracts/Vm.sol";
import {ShortWorld} from "./ShortWorld.sol";

/// @notice De-risking after a crash: it converges, in bounded moves, at a bounded cost; and plUSD bought when even the buffer asks for too much.
contract SystemDeriskTest is ShortWorld {
    /// @dev An hour after the other: look, refresh, adjust, auction whatever can be, filled late at the reserve's worst price.
    function test_deriskingAfterACrashConvergesAndItsCostIsBounded() public {
        uint256 last = 10_000;
        uint256 turns;
        uint256 movedAt = clock;
        uint256 traded;
        uint256 before = _nav();
        bool down = true;
        for (uint256 hour; hour < 72; ++hour) {
            _pass(1 hours);
            _look();
            uint256 scale = rebalancer.adjust();
            if (scale != last && (scale < last) != down) (down, turns) = (!down, turns + 1);
            uint256 most = ((clock - movedAt) * 2_000) / 1 days + 1;
            require(scale <= last ? last - scale <= most : scale - last <= most, "faster than 20% a day");
            movedAt = clock;
            last = scale;
            traded += _auctionEverything();
        }
        require(last < 9_000, "the scale came down");
        require(turns <= 1, "it oscillates");
        require(traded > 500_000e18, "something was sold");
        uint256 after_ = _nav();
        uint256 cost = before > after_ ? before - after_ : 0;
        // Three days of 20 bps of the reserve.
        require(cost * 10_000 <= before * 60, "beyond the budgets");
        require(cost * 10_000 <= traded * 100, "more than 100 bps of what was traded");
        require(!sheet.capitalShort() && rebalancer.offTarget() == 0, "covered, and on the scaled targets");
    }

    function _auctionEverything() private returns (uint256 traded) {
        for (uint256 sold; sold < ASSETS; ++sold) {
            uint256 bought;
            while (bought < ASSETS && !_opens(sold, bought)) ++bought;
            if (bought == ASSETS) continue;
            // Towards the end of its time, when it is below mid.
            _at(clock + 1_200);
            vm.prank(bob);
            (uint256 amount, ) = rebalancer.fill(sold, bought, ALL, ALL, bob, "");
            traded += (amount * _mid(sold)) / units[sold];
            try rebalancer.close(sold, bought) {} catch {}
        }
    }

    /// @dev plUSD is bought and burned when even the buffer asks for more capital than there is; at high, and counting min(1, b).
    function test_dollarAuctionNeverCostsAnything() public {
        sheet.setJump(USDC, 1_200);
        _look();
        require(sheet.capitalShort(), "short");
        rebalancer.adjust();
        vm.prank(whale);
        dollar.transfer(bob, 4_600_000e18);
        uint256 asset = ETH;
        rebalancer.open(ETH, ALL);
        _at(clock + 1_799);
        uint256 b = _backing();
        uint256 supply = dollar.totalSupply();
        uint256 given = reserve.sellable(asset);
        vm.prank(bob);
        (uint256 amount, uint256 paid) = rebalancer.fill(asset, ALL, ALL, ALL, bob, "");
        require(given - reserve.sellable(asset) == amount && dollar.totalSupply() == supply - paid, "burned");
        uint256 high = (_mid(asset) * 1_005) / 1_000;
        require(paid * b >= ((amount * high) / units[asset]) * WAD, "at high, at min(1, b)");
        require(_backing() + 1e10 >= b, "b did not fall");
    }
}
