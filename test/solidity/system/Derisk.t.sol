// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {vm} from "../../contracts/Vm.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @notice De-risking after a crash: it converges, in bounded moves, at a bounded cost; and plUSD bought when even the buffer asks for too much.
/// @dev Seed capital of two million and a loan of five million against ether at 71%. Ether falls by 45% at once: the reserve takes 3,521 ether, worth 3.87 million, for it. What is left
/// of equity, some 0.3 million, stands behind five million of assets, nine tenths of them risky.
contract SystemDeriskTest is SystemWorld {
    function _seed() internal pure override returns (uint256[ASSETS] memory) {
        return [uint256(600_000), 200_000, 300, 166, 5];
    }

    function setUp() public override {
        super.setUp();
        // A stable falls by no more than 5%: so that the buffer asks for less than what is risky.
        sheet.setJump(USDC, 500);
        sheet.setJump(DAI, 500);
        // The time that passed until now moves nothing.
        rebalancer.adjust();
        _borrow(whale, ETH, 5_000_000e18, 7_100);
        _price(ETH, 1_100e8);
        _price(STETH, 1_320e8);
        _price(BTC, 24_000e8);
        _absorb(whale);
        _look();
        require(sheet.capitalShort(), "capital is not short");
        for (uint256 i; i < ASSETS; ++i) _give(bob, i, _tok(i, 100_000_000));
    }

    function _nav() private view returns (uint256 all) {
        (uint256 mask, uint256[] memory amounts) = reserve.booked();
        uint256 rank;
        for (uint256 i; i < ASSETS; ++i) if ((mask >> i) & 1 == 1) all += (amounts[rank++] * _mid(i)) / units[i];
    }

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

    function _opens(uint256 sold, uint256 bought) private returns (bool opened) {
        try rebalancer.open(sold, bought) {
            opened = true;
        } catch {}
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
