// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {InKindPayment} from "../../../contracts/interfaces/IReserveShared.sol";
import {Trouble, VaultDouble} from "../../contracts/vaults/PlainVault.sol";
import {vm} from "../../contracts/Vm.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @notice Redemption in kind without a vault that lies or does not move: it counts 0 on both sides, in b and in R+, so it costs the redeemer no more than his part of
/// it, and gains him nothing
/// @dev Two vaults of USDC, 1 and 2 million, cash of 2 million, and a thousand ether. 1 million is lent.
contract VaultLeftOutTest is ReserveWorld {
    VaultDouble private _bad;
    VaultDouble private _good;
    uint256 private _skipBad;

    function setUp() public override {
        super.setUp();
        _fund(USDC, 5_000_000);
        _fund(ETH, 1_000);
        _bad = _vault(USDC, 2_000_000);
        _good = _vault(USDC, 9_000_000);
        reserve.invest(address(_bad));
        reserve.invest(address(_good));
        require(_bad.balanceOf(address(reserve)) != 0 && _good.balanceOf(address(reserve)) != 0, "both have some");
        _skipBad = 1 << (16 + reserve.vaultInfo(address(_bad)).place);
        _lend(alice, 1_000_000e18);
        sheet.setSources(address(engine), address(dollar));
    }

    /// @dev At high, without shares of the bad one. {USD}
    function _got(address who) private view returns (uint256) {
        uint256 usdc = tokens[USDC].balanceOf(who) + _good.previewRedeem(_good.balanceOf(who));
        return (usdc * HIGH) / 1e6 + (tokens[ETH].balanceOf(who) * oracle.price(ETH).high) / WAD;
    }

    // ---- lies

    /// @dev It says a thousand times as much: 100,000 plUSD would be paid with some hundreds of dollars. Without it they are paid in full.
    function test_aLieDoesNotShrinkWhatOthersPay() public {
        _bad.setFactor(10_000_000);
        uint256 state = vm.snapshotState();
        vm.prank(alice);
        reserve.redeemInKind(100_000e18, 0, 0, alice);
        require(_got(alice) < 1_000e18, "the lie counts where it is not left out");
        vm.revertToState(state);
        vm.prank(alice);
        InKindPayment[] memory paid = reserve.redeemInKind(100_000e18, _skipBad, 99_000e18, alice);
        _requireNear(_got(alice), 100_000e18, 1e14, "paid in full");
        require(_bad.balanceOf(alice) == 0, "without its shares");
        require(paid.length == 3, "USDC, the good vault, ether");
        require(
            paid[1].token == address(_good) && paid[1].amount == _good.balanceOf(alice),
            "the other vault's shares"
        );
    }

    /// @dev It is not even asked.
    function test_whatIsLeftOutIsNotAsked() public {
        uint256 state = vm.snapshotState();
        _bad.setTrouble(Trouble.EatsGas, false);
        vm.prank(alice);
        uint256 before = gasleft();
        reserve.redeemInKind(100_000e18, _skipBad, 0, alice);
        uint256 spent = before - gasleft();
        vm.revertToState(state);
        vm.prank(alice);
        before = gasleft();
        reserve.redeemInKind(100_000e18, _skipBad, 0, alice);
        _requireNear(spent, before - gasleft(), 5_000, "asked");
    }

    // ---- what does not move

    function test_stoppedSharesCostNoMoreThanThemselves() public {
        _bad.setStopped(true);
        // The vault's own words.
        vm.expectRevert(abi.encodeWithSignature("Error(string)", "shares stopped"));
        vm.prank(alice);
        reserve.redeemInKind(100_000e18, 0, 0, alice);
        vm.prank(alice);
        reserve.redeemInKind(100_000e18, _skipBad, 0, alice);
        require(tokens[USDC].balanceOf(alice) != 0 && _good.balanceOf(alice) != 0, "the rest of the asset is paid");
        _requireNear(_got(alice), 100_000e18, 1e14, "in full: enough is left without it");
    }

    /// @dev Both ways of leaving something out at once.
    function test_assetsAndVaultsApart() public {
        uint256 cash = _cash(USDC);
        vm.prank(alice);
        reserve.redeemInKind(100_000e18, (1 << ETH) | _skipBad, 0, alice);
        require(tokens[ETH].balanceOf(alice) == 0 && _bad.balanceOf(alice) == 0, "left out");
        require(_cash(USDC) < cash && _good.balanceOf(alice) != 0, "paid");
        vm.prank(alice);
        reserve.redeemInKind(100_000e18, 1 << USDC, 0, bob);
        require(_good.balanceOf(bob) == 0 && tokens[USDC].balanceOf(bob) == 0, "an asset goes with its vaults");
    }

    // ---- no gain

    /// @dev Below 1 whoever leaves a vault out is paid what b is without it, whatever it is worth: less than his part where it is worth something.
    function test_below1ItIsForgone() public {
        (, uint256 high) = reserve.redemptionTerms();
        sheet.setLiabilities(0, high);
        (uint256 b, ) = reserve.redemptionTerms();
        require(b < WAD, "below 1");
        (uint256 low, , ) = reserve.vaultValue(address(_bad));
        uint256 without = b - (low * 1e12 * LOW) / high;
        vm.prank(alice);
        reserve.redeemInKind(100_000e18, _skipBad, 0, alice);
        _requireNear(_got(alice), (100_000e18 * without) / WAD, 1e14, "b without it");
        sheet.setLiabilities(0, high - 100_000e18);
        (uint256 later, ) = reserve.redemptionTerms();
        require(later > b, "who stays has more");
    }

    /// @dev Whatever vaults say, and whichever are left out: he is paid no more than min(1, b), and b does not fall, counting all vaults by what they truly are worth.
    function testFuzz_leavingOutGainsNothing(uint256 amount, uint256 seed) public {
        amount = 1e18 + (amount % 800_000e18);
        _bad.setFactor(seed % 30_000);
        _good.setFactor(5_000 + ((seed >> 16) % 10_000));
        if ((seed >> 32) % 4 == 0) _bad.setTrouble(Trouble.Reverts, false);
        if ((seed >> 34) % 2 == 0) reserve.bookVault(address(_bad));
        sheet.setLiabilities(1e6 * WAD, 1e6 * WAD + _value(true) / 2 + (_value(false) * ((seed >> 36) % 100)) / 100);
        uint256 skip = ((seed >> 48) % 4) << 16;
        (, uint256 net) = sheet.liabilities();
        uint256 state = vm.snapshotState();
        // What it truly is worth, between nothing and what it says.
        uint256 truth = (seed >> 52) % 3;
        if (truth == 0) _bad.setFactor(0);
        uint256 b = _trueBacking(net);
        vm.revertToState(state);
        vm.prank(alice);
        try reserve.redeemInKind(amount, skip, 0, alice) {} catch {
            return;
        }
        if (truth == 0) {
            _bad.setTrouble(Trouble.None, false);
            _bad.setFactor(0);
        }
        require(_trueBacking(net - amount) + 1e7 >= b, "who stays lost");
    }

    /// @dev min(1, b) with vaults as counted, an unreadable one at nothing.
    function _trueBacking(uint256 net) private view returns (uint256) {
        uint256 owned = 1e6 * WAD + _value(true);
        return owned >= net ? WAD : (owned * WAD) / net;
    }
}
