// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBalanceSheet} from "../../../contracts/interfaces/IBalanceSheet.sol";
import {IReserveShared} from "../../../contracts/interfaces/IReserveShared.sol";
import {PlainVault} from "../../contracts/vaults/PlainVault.sol";
import {vm} from "../../contracts/Vm.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @notice Gains streamed out and then lost: only what was realised is distributed, and losses are made good before anything is again.
contract SystemGainsLostTest is SystemWorld {
    PlainVault private _yield;

    function setUp() public override {
        super.setUp();
        _issue(alice, USDC, 1_000_000);
        _borrow(whale, ETH, 1_000_000e18, 5_000);
        _stake(alice, 500_000e18);
        _yield = _vault(USDC, 6_000_000);
        reserve.invest(address(_yield));
        _look();
    }

    function _distribute() private returns (uint256 amount, bytes4 refusal) {
        try reserve.distribute() returns (uint256 released) {
            amount = released;
        } catch (bytes memory reason) {
            refusal = bytes4(reason);
        }
    }

    /// @dev Everything the reserve holds doubles: not a plUSD of it is surplus. Then it all comes back to where it was.
    function test_priceGainsAreNeverDistributed() public {
        (uint256 fees, ) = _distribute();
        require(fees != 0 && fees < 10_000e18, "fees of the issue");
        _price(ETH, 4_000e8);
        _price(STETH, 4_800e8);
        _price(BTC, 80_000e8);
        _pass(1 days);
        _look();
        (, bytes4 refusal) = _distribute();
        require(refusal == IReserveShared.NothingToDistribute.selector, "six million of paper gains");
        _price(ETH, 2_000e8);
        _price(STETH, 2_400e8);
        _price(BTC, 40_000e8);
        _look();
        require(_statement().equity > 9_900_000e18, "nothing of the capital has left");
    }

    /// @dev Yield of 1% within the growth cap, distributed, then the vault loses ten times as much: losses come first, and a full year of yield is not enough.
    function test_yieldThenLoss() public {
        _distribute();
        (uint256 held, , ) = reserve.vaultValue(address(_yield));
        for (uint256 i; i < 10; ++i) {
            tokens[USDC].mint(address(_yield), tokens[USDC].balanceOf(address(_yield)) / 10_000);
            _pass(1 days);
        }
        reserve.bookVault(address(_yield));
        _look();
        (uint256 first, ) = _distribute();
        require(first > 1_000e18, "the yield, 10 bps");
        _pass(1 days);
        uint256 lost = (held * 9) / 10;
        uint256 balance = tokens[USDC].balanceOf(address(_yield));
        vm.prank(address(_yield));
        tokens[USDC].transfer(address(1), balance / 10);
        reserve.bookVault(address(_yield));
        (uint256 low, , ) = reserve.vaultValue(address(_yield));
        require(low < held && low > lost - held / 100, "a tenth is gone");
        (uint256 losses, , uint256 released) = sheet.surplusLedger();
        require(losses > 100 * first && released != 0, "booked");
        tokens[USDC].mint(address(_yield), balance / 100);
        for (uint256 i; i < 5; ++i) {
            _pass(1 days);
            reserve.bookVault(address(_yield));
            _look();
            (, bytes4 refusal) = _distribute();
            require(refusal == IReserveShared.NothingToDistribute.selector, "losses are made good first");
        }
    }

    /// @dev Seed capital pays first; nothing is distributed twice a day, nor on a guess, nor beyond 120% of what is required.
    function test_notTwiceADayAndNotOnAGuess() public {
        (uint256 amount, ) = _distribute();
        (uint256 active, uint256 streaming, ) = backstop.pools();
        require(streaming == amount && active == 500_000e18, "streams");
        (, bytes4 refusal) = _distribute();
        require(refusal == IReserveShared.DistributedTooEarly.selector, "once a day");
        _issue(bob, DAI, 100_000);
        _pass(1 days);
        feeds[STETH].setDead(true);
        (, refusal) = _distribute();
        require(refusal == IBalanceSheet.NotFullyPriced.selector, "not on a guess");
        feeds[STETH].setDead(false);
        _pass(0);
        (amount, ) = _distribute();
        // The fee of 100,000 and interest of a day that was not realised: only the fee.
        require(amount >= 99e18 && amount < 130e18, "what was realised since");
    }
}
