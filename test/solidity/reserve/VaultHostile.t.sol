// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IReserveShared} from "../../../contracts/interfaces/IReserveShared.sol";
import {VaultTerms} from "../../../contracts/interfaces/IReserveVaults.sol";
import {Trouble, VaultDouble} from "../../contracts/vaults/PlainVault.sol";
import {vm} from "../../contracts/Vm.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @notice A vault that doubles, halves, starves, steals, or does not answer concerns its own part only
contract VaultHostileTest is ReserveWorld {
    VaultDouble private _bad;
    VaultDouble private _good;
    uint256 private _in;

    function setUp() public override {
        super.setUp();
        _fund(USDC, 5_000_000);
        _fund(ETH, 1_000);
        _bad = _vault(USDC, 9_000_000);
        _good = _vault(USDC, 9_000_000);
        VaultTerms memory t = _vaultTerms(USDC);
        t.absoluteCap = 1_024_000e6;
        reserve.setVaultTerms(address(_bad), t);
        _in = reserve.invest(address(_bad));
        reserve.invest(address(_good));
        _lend(alice, 2_000_000e18);
    }

    // ---- lies

    function test_doubled() public {
        uint256 vaulted = reserve.position(USDC).vaulted;
        uint256 ofTheBad = _shareOf();
        (, uint256 high) = reserve.redemptionTerms();
        _bad.setFactor(20_000);

        require(reserve.position(USDC).vaulted == vaulted, "statements count no more");
        (uint256 low, uint256 told, ) = reserve.vaultValue(address(_bad));
        _requireNear(told, 2 * low, 2, "it says twice as much");
        (, uint256 later) = reserve.redemptionTerms();
        _requireNear(later - high, (ofTheBad * HIGH) / 1e6, 1e14, "R+ counts it in full");
        reserve.bookVault(address(_bad));
        require(reserve.income() == 0, "no income of it");

        _fund(USDC, 3_000_000);
        require(reserve.invest(address(_good)) != 0, "the other takes it");
    }

    function test_investingAtAJumpIsRefusedByName() public {
        reserve.setVaultTerms(address(_bad), _vaultTerms(USDC));
        _fund(USDC, 3_000_000);
        _bad.setFactor(20_000);
        uint256 price = reserve.vaultInfo(address(_bad)).sharePrice;
        _expect(abi.encodeWithSelector(IReserveShared.SharePriceJumped.selector, address(_bad), 2 * price, price));
        reserve.invest(address(_bad));
    }

    function test_halved() public {
        uint256 counted = reserve.position(USDC).vaulted;
        uint256 half = _shareOf() / 2;
        _bad.setFactor(5_000);
        _requireNear(counted - reserve.position(USDC).vaulted, half, 2, "counts at once");
        (, , uint256[] memory amounts) = reserve.counted();
        require(amounts[0] == _cash(USDC) + reserve.position(USDC).vaulted, "in the statement");
        vm.prank(bob);
        reserve.bookVault(address(_bad));
        _requireNear(sheet.losses(), (half * HIGH) / 1e6, 1e14, "booked by anyone");
        // It says so no longer: what was lost comes back no faster than growth.
        _bad.setFactor(10_000);
        _pass(1 days);
        reserve.bookVault(address(_bad));
        require(_shareOf() < (half * 10_003) / 10_000, "recovers slowly");
    }

    /// @dev Whoever redeems between the loss and its booking gains nothing by it where he is paid in kind.
    function test_halvedAndNotBookedRedeemsTheSameInKind() public {
        sheet.setLiabilities(0, _value(true) + 1_000e18);
        _bad.setFactor(5_000);
        uint256 state = vm.snapshotState();
        vm.prank(alice);
        reserve.redeemInKind(100_000e18, 0, 0, bob);
        uint256 first = tokens[ETH].balanceOf(bob);
        vm.revertToState(state);
        reserve.bookVault(address(_bad));
        vm.prank(alice);
        reserve.redeemInKind(100_000e18, 0, 0, bob);
        require(first == tokens[ETH].balanceOf(bob), "earlier gained");
    }

    function _shareOf() private view returns (uint256 low) {
        (low, , ) = reserve.vaultValue(address(_bad));
    }

    // ---- starving

    function test_starvedGivesWhatItHas() public {
        _bad.setLiquid(1_000e6);
        reserve.setVaultTerms(address(_bad), VaultTerms(0, 0, 0));
        require(reserve.divest(address(_bad), type(uint256).max) == 1_000e6, "what there is");
        _bad.setLiquid(0);
        require(reserve.divest(address(_bad), type(uint256).max) == 0, "there is nothing");
        require(reserve.vaultInfo(address(_bad)).failingSince == block.timestamp, "noted");
        require(sheet.losses() == 0, "no loss");
        // The other is not concerned.
        reserve.setVaultTerms(address(_good), VaultTerms(0, 0, 0));
        require(reserve.divest(address(_good), type(uint256).max) > 1_900_000e6, "the other pays");
        // And whoever leaves in kind is paid in shares.
        vm.prank(alice);
        reserve.redeemInKind(10_000e18, 0, 0, bob);
        require(_bad.balanceOf(bob) != 0, "paid in shares");
    }

    function test_theftIsRefused() public {
        reserve.setVaultTerms(address(_bad), VaultTerms(0, 0, 0));
        _bad.setTheft(100);
        uint256 shares = _bad.balanceOf(address(reserve));
        require(reserve.divest(address(_bad), type(uint256).max) == 0, "taken");
        require(_bad.balanceOf(address(reserve)) == shares && shares != 0, "its shares are still there");
        require(tokens[USDC].balanceOf(address(reserve)) == _cash(USDC), "nothing came");
    }

    // ---- silence

    function test_revertingCountsNothingInStatements() public {
        _silent(Trouble.Reverts);
    }

    function test_eatingGasCountsNothingInStatements() public {
        _silent(Trouble.EatsGas);
    }

    function test_emptyAnswersCountNothingInStatements() public {
        _silent(Trouble.Empty);
    }

    function test_hugeAnswersCountNothingInStatements() public {
        _silent(Trouble.Huge);
    }

    function _silent(Trouble trouble) private {
        uint256 vaulted = reserve.position(USDC).vaulted;
        uint256 ofTheBad = _shareOf();
        (uint256 b, uint256 high) = reserve.redemptionTerms();
        uint256 backed = reserve.cappedBacking(USDC);
        _bad.setTrouble(trouble, false);

        (, uint256 unreadable, uint256[] memory amounts) = reserve.counted();
        require(unreadable == 1 << USDC, "marked");
        require(amounts[0] == _cash(USDC) + vaulted - ofTheBad, "counts 0");
        (uint256 later, uint256 laterHigh) = reserve.redemptionTerms();
        require(later == b && reserve.cappedBacking(USDC) == backed, "redemptions count it as booked");
        _requireNear(laterHigh, high, 4e12, "R+ counts it as booked");
        require(_redeem(alice, USDC, 1_000e18) != 0, "cash is paid");
        vm.prank(alice);
        reserve.redeemInKind(10_000e18, 0, 0, bob);
        require(_bad.balanceOf(bob) != 0, "in kind its shares are paid");

        vm.prank(bob);
        reserve.bookVault(address(_bad));
        require(reserve.vaultInfo(address(_bad)).unreadableSince == block.timestamp, "since when");
        require(sheet.losses() == 0, "no loss yet");
        _pass(1 hours);
        reserve.bookVault(address(_bad));
        require(reserve.vaultInfo(address(_bad)).unreadableSince == block.timestamp - 1 hours, "still since then");
        // The other goes on.
        reserve.setVaultTerms(address(_good), VaultTerms(0, 0, 0));
        require(reserve.divest(address(_good), type(uint256).max) != 0, "the other pays");

        uint256 snapshot = vm.snapshotState();
        _bad.setTrouble(Trouble.None, false);
        reserve.bookVault(address(_bad));
        require(reserve.vaultInfo(address(_bad)).unreadableSince == 0, "back");
        // A share price judged by another number of shares may round a unit off.
        require(sheet.losses() <= 1e13 && _shareOf() != 0, "nothing was lost");
        vm.revertToState(snapshot);
        _writtenOff();
    }

    function _writtenOff() private {
        uint256 shares = reserve.vaultInfo(address(_bad)).shares;
        (, uint256 high, ) = reserve.vaultValue(address(_bad));
        reserve.writeOffVault(address(_bad));
        _requireNear(sheet.losses(), (high * HIGH) / 1e6, 1e13, "written off at high");
        require(reserve.vaults().length == 1, "not listed any more");
        (, uint256 unreadable, ) = reserve.counted();
        require(unreadable == 0, "nothing is unreadable");
        // It answers again: its shares are still there.
        _bad.setTrouble(Trouble.None, false);
        reserve.listVault(address(_bad), 1e6, VaultTerms(0, 0, 0));
        require(reserve.vaultInfo(address(_bad)).shares == shares, "listed anew with its shares");
        uint256 losses = sheet.losses();
        reserve.divest(address(_bad), type(uint256).max);
        require(_bad.balanceOf(address(reserve)) == 0 && sheet.losses() <= losses + 1e13, "and paid back");
    }

    /// @dev It cannot be read, but still pays.
    function test_canBeLeftWithoutBeingRead() public {
        _bad.setTrouble(Trouble.Reverts, true);
        reserve.setVaultTerms(address(_bad), VaultTerms(0, 0, 0));
        uint256 cash = _cash(USDC);
        uint256 assets = reserve.divest(address(_bad), type(uint256).max);
        _requireNear(assets, _in, 5, "all of it");
        require(_cash(USDC) == cash + assets && sheet.losses() <= 1e13, "books");
    }

    /// @dev A call with little gas reverts instead of finding a good vault broken.
    function test_starvingACallDoesNotBreakAVault() public view {
        uint256 vaulted = reserve.position(USDC).vaulted;
        for (uint256 gas_ = 60_000; gas_ < 900_000; gas_ += 20_000) {
            try reserve.counted{gas: gas_}() returns (uint256, uint256 unreadable, uint256[] memory amounts) {
                require(unreadable == 0 && amounts[0] == _cash(USDC) + vaulted, "a good vault was found broken");
            } catch {}
        }
    }
}
