// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {SystemWorld} from "./SystemWorld.sol";

/// @notice A look at collateral in the transaction that deposited, absorbed or collected it. All of a test is one transaction.
contract SystemLooksTest is SystemWorld {
    /// @dev Holdings leave out what was deposited in this very transaction, the reserve's credit does not: the one cannot be taken from the other.
    function test_afterAnAbsorptionOfWhatWasJustDeposited() public {
        _borrow(whale, BTC, 500_000e18, 7_000);
        _price(BTC, 29_000e8);
        _absorb(whale);
        sheet.lookAtCollateral();
        sheet.refresh();
        require(sheet.collateralShares()[BTC] == 0, "it is no collateral any more");
    }

    /// @dev Collected credit is out of the ledger, but holdings still tell what was there before.
    function test_afterCollectingWhatWasAbsorbed() public {
        _borrow(whale, BTC, 500_000e18, 7_000);
        _price(BTC, 29_000e8);
        _absorb(whale);
        reserve.collectCredit(BTC);
        sheet.lookAtCollateral();
        uint256[] memory amounts = sheet.holdings(1 << BTC);
        // 25 of the seed, and what was absorbed, 17.9 less the tip.
        require(amounts[0] > 42 * units[BTC] && amounts[0] < 43 * units[BTC], "what the protocol would have to sell");
    }
}
