// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IReserveShared} from "../../../contracts/interfaces/IReserveShared.sol";
import {PlainVault} from "../../contracts/vaults/PlainVault.sol";
import {vm} from "../../contracts/Vm.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @notice A vault whose share price doubles (somebody gave it tokens) or halves (it was robbed), and what that does to headroom, b and redeemers.
/// @dev Half of the reserve's six million USDC is invested.
contract SystemVaultsTest is SystemWorld {
    PlainVault private _yield;
    uint256 private _held;

    function setUp() public override {
        super.setUp();
        _issue(alice, USDC, 3_000_000);
        _yield = _vault(USDC, 20_000_000);
        reserve.invest(address(_yield));
        _look();
        (_held, , ) = reserve.vaultValue(address(_yield));
        require(_held > 3_900_000e6, "two thirds are invested");
    }

    function _robHalf() private {
        uint256 balance = tokens[USDC].balanceOf(address(_yield));
        vm.prank(address(_yield));
        tokens[USDC].transfer(address(1), balance / 2);
    }

    function test_doubled() public {
        uint256 headroom = _headroom();
        uint256 b = _statement().backing;
        tokens[USDC].mint(address(_yield), tokens[USDC].balanceOf(address(_yield)));
        _look();
        require(_headroom() <= headroom + 1e12 && _statement().backing == b, "counts nothing at once");
        // In a day it may count 0.02%, and no more is put in at such a price.
        _pass(1 days);
        reserve.bookVault(address(_yield));
        (uint256 low, uint256 high, ) = reserve.vaultValue(address(_yield));
        _near(low, (_held * 10_002) / 10_000, 10, "two basis points");
        require(high > (_held * 19) / 10, "as it says itself");
        _look();
        _issue(bob, USDC, 5_000_000);
        bytes4 jumped = _refusal(bob, address(reserve), abi.encodeCall(reserve.invest, (address(_yield))));
        require(jumped == IReserveShared.SharePriceJumped.selector, "bought at such a price");
        // R+ counts all of it: nobody takes more than b out by redeeming in kind now.
        uint256 amount = _balance(alice) / 10;
        (, uint256 before) = reserve.redemptionTerms();
        vm.prank(alice);
        reserve.redeemInKind(amount, 0, 0, alice);
        (, uint256 after_) = reserve.redemptionTerms();
        require(before - after_ <= amount + 1e13, "no more than she burned, at its highest");
    }

    /// @dev Before anybody booked it, b, the statement and redemption in kind know it already; cash pays as booked, until somebody books it in the same batch.
    function test_halved() public {
        uint256 equity = uint256(_statement().equity);
        _robHalf();
        uint256 lost = (_held * 1e12) / 2;
        _near(equity - uint256(_statement().equity), (lost * 9_975) / 10_000, 1e18, "seen at once");
        uint256 headroom = _headroom();
        reserve.bookVault(address(_yield));
        require(headroom - _headroom() >= lost, "booked at high, against headroom");
        (uint256 losses, , ) = sheet.surplusLedger();
        require(losses >= lost, "and against surplus");
        // What is left can be taken out, whatever happens to the rest.
        _redeem(alice, USDC, 1_100_000e18);
        reserve.divest(address(_yield), ALL);
        require(reserve.position(USDC).cash > 1_500_000e6, "back to the middle");
    }

    /// @dev Robbed of seven eighths, on the day on which USDC stands at 0.70 and what is risky is worth next to nothing: b is below 1 before anybody books it,
    /// and cash is paid on the books' word only until somebody does.
    function test_robbedBelowOne() public {
        _issue(bob, DAI, 1_000_000);
        _price(ETH, 20e8);
        _price(STETH, 24e8);
        _price(BTC, 400e8);
        _price(USDC, 0.7e8);
        for (uint256 i; i < 3; ++i) _robHalf();
        uint256 b = _backing();
        require(b < 0.97e18 && b > 0.85e18, "below 1");
        reserve.bookVault(address(_yield));
        for (uint256 asset; asset < 2; ++asset) {
            bytes4 refusal = _refusal(alice, address(reserve), abi.encodeCall(reserve.redeem, (asset, 1e18, 0, alice)));
            require(refusal == IReserveShared.NotBacked.selector, "in kind only");
        }
        uint256 amount = _balance(alice);
        vm.prank(alice);
        reserve.redeemInKind(amount / 2, 0, 0, alice);
        // What is paid counts at high, what stays at low: the spread is left to those who stay.
        uint256 later = _backing();
        require(later + 1e9 >= b && later < b + 0.005e18, "who stays has what he had");
    }

    /// @dev Gone from one block to the next, with four of eight million stables, when those stand at 0.75 and nothing else is worth much. Once anybody has marked it no cash is paid, and whoever redeems in
    /// kind goes without its shares, which do not move: he is paid what b is without it. It comes back, and nothing is left of it.
    function test_goneInARun() public {
        _issue(bob, DAI, 1_000_000);
        for (uint256 asset; asset < 2; ++asset) _price(asset, 0.75e8);
        _price(ETH, 20e8);
        _price(STETH, 24e8);
        _price(BTC, 400e8);
        uint256 income = reserve.income();
        (uint256 losses, , ) = sheet.surplusLedger();
        bytes memory code = address(_yield).code;
        vm.etch(address(_yield), "");
        require(reserve.cappedBacking(USDC) == WAD, "as booked");
        reserve.bookVault(address(_yield));
        uint256 b = reserve.cappedBacking(USDC);
        require(b < 0.9e18 && b > 0.5e18, "without it");
        for (uint256 asset; asset < 2; ++asset) {
            bytes4 refusal = _refusal(alice, address(reserve), abi.encodeCall(reserve.redeem, (asset, 1e18, 0, alice)));
            require(refusal == IReserveShared.NotBacked.selector, "in kind only");
        }
        uint256 skip = 1 << (16 + reserve.vaultInfo(address(_yield)).place);
        uint256 before = tokens[USDC].balanceOf(alice);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(_yield)));
        vm.prank(alice);
        reserve.redeemInKind(1_000_000e18, 0, 0, alice);
        vm.prank(alice);
        reserve.redeemInKind(1_000_000e18, skip, 0, alice);
        require(tokens[USDC].balanceOf(alice) > before + 300_000e6, "paid in what moves");
        uint256 later = reserve.cappedBacking(USDC);
        require(later + 1e9 >= b && later < b + 0.005e18, "who stays has what he had");

        vm.etch(address(_yield), code);
        reserve.bookVault(address(_yield));
        require(reserve.cappedBacking(USDC) == WAD, "back");
        (uint256 lostNow, , ) = sheet.surplusLedger();
        _near(lostNow, losses, 1e14, "no loss");
        _near(reserve.income(), income, 10_000e18, "no income but fees");
        require(_redeem(alice, USDC, 10_000e18) != 0, "cash again");
    }
}
