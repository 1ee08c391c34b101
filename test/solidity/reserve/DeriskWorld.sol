// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AuctionWorld} from "./AuctionWorld.sol";

/// @title Stables jump by 5% only: the buffer requires 37,500 of a million (75% USDC), full targets 100,000 (40% ether)
abstract contract DeriskWorld is AuctionWorld {
    function setUp() public virtual override {
        super.setUp();
        sheet.setJump(USDC, 500);
        sheet.setJump(USDT, 500);
        _onTarget();
    }

    /// @dev Holdings at full targets. {ledger}
    function _onTarget() internal {
        _hold(ETH, 200 * UNIT);
        _hold(BTC, 5 * UNIT);
        _hold(USDC, 300_000 * UNIT);
        _hold(USDT, 100_000 * UNIT);
    }

    /// @dev Where the scale should be, worked out here from what the sheet says of capital and of two compositions. bps
    function _aim() internal view returns (uint256) {
        uint256 nav = _nav();
        uint256[] memory full = new uint256[](4);
        uint256[] memory buffer = new uint256[](4);
        (full[ETH], full[BTC], full[USDC], full[USDT]) = ((nav * 4) / 10, (nav * 2) / 10, (nav * 3) / 10, nav / 10);
        (buffer[USDC], buffer[USDT]) = ((nav * 3) / 4, nav / 4);
        int256 r1 = int256(sheet.marketRequirement(full));
        int256 r0 = int256(sheet.marketRequirement(buffer));
        int256 c = sheet.riskBudget();
        if (c >= r1) return 10_000;
        if (c <= r0) return 1_000;
        uint256 aim = uint256(((c - r0) * 10_000) / (r1 - r0));
        return aim < 1_000 ? 1_000 : aim;
    }

    function _scale() internal view returns (uint256 scale) {
        (scale, , ) = rebalancer.derisking();
    }
}
