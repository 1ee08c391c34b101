// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {SystemWorld} from "./SystemWorld.sol";

/// @title Capital is short after a crash
/// @dev Seed capital of two million and a loan of five million against ether at 71%. Ether falls by 45% at once: the reserve takes 3,521 ether, worth 3.87 million, for it. What is left
/// of equity, some 0.3 million, stands behind five million of assets, nine tenths of them risky.
abstract contract ShortWorld is SystemWorld {
    function _seed() internal pure override returns (uint256[ASSETS] memory) {
        return [uint256(600_000), 200_000, 300, 166, 5];
    }

    function setUp() public virtual override {
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

    function _nav() internal view returns (uint256 all) {
        (uint256 mask, uint256[] memory amounts) = reserve.booked();
        uint256 rank;
        for (uint256 i; i < ASSETS; ++i) if ((mask >> i) & 1 == 1) all += (amounts[rank++] * _mid(i)) / units[i];
    }

    function _opens(uint256 sold, uint256 bought) internal returns (bool opened) {
        try rebalancer.open(sold, bought) {
            opened = true;
        } catch {}
    }
}
