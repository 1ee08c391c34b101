// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IReserveShared} from "../../../contracts/interfaces/IReserveShared.sol";
import {vm} from "../../contracts/Vm.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @notice USDC at 0.88
contract DepegTest is ReserveWorld {
    function setUp() public override {
        super.setUp();
        _fund(USDC, 2_000_000);
        _fund(DAI, 2_000_000);
        _fund(ETH, 500);
    }

    function test_numbers() public {
        // Three million plUSD against the five that the reserve holds.
        _mintTo(alice, 3_000_000e18);
        feeds[USDC].set(0.88e8);
        // Still backed: 2M * 0.8778 + 2M * 0.9975 + 1M * 0.995.
        require(reserve.cappedBacking(USDC) == WAD, "backed");

        uint256 issued = _issue(bob, USDC, 1_000e6);
        // 1000 * 0.88 * 0.9975 * (1 - 10 bps)
        require(issued == 876.9222e18, "issue takes it at 0.8778");
        uint256 state = vm.snapshotState();
        uint256 paid = _redeem(alice, USDC, 1_000e18);
        (, uint256 fee) = reserve.fees(USDC, 1);
        // 1000 / 0.8822, less about half a per cent.
        _requireNear(paid, (1_000e6 * (WAD - fee)) / 0.8822e18, 1e5, "redeeming for it pays 1000 dollars' worth");
        vm.revertToState(state);
        require(_redeem(bob, USDC, issued) < 1_000e6, "in and out loses");
    }

    /// @dev Whatever the price: an issue against it never dilutes, a redemption never pays more than what is burned.
    function testFuzz_equityNeverFalls(uint256 price, uint256 amount, uint256 back) public {
        _mintTo(alice, 3_000_000e18);
        feeds[USDC].set(int256(0.5e8 + (price % 0.6e8)));
        amount = 1e6 + (amount % 1_000_000e6);
        uint256 value = _value(true);
        uint256 issued = _issue(bob, USDC, amount);
        require(_value(true) >= value + issued, "diluted");
        value = _value(false);
        back = 1e18 + (back % 1_000_000e18);
        if (reserve.cappedBacking(USDC) < WAD) return;
        vm.prank(alice);
        try reserve.redeem(USDC, back, 0, alice) {
            require(value - _value(false) <= back, "paid too much");
        } catch {}
    }

    /// @dev When the fall takes the reserve below what it owes, everybody is paid alike, in kind.
    function test_belowOneInKindOnly() public {
        _mintTo(alice, 4_900_000e18);
        feeds[USDC].set(0.88e8);
        uint256 b = reserve.cappedBacking(USDC);
        // (1,755,600 + 1,995,000 + 995,000) / 4,900,000
        _requireNear(b, 0.9685e18, 1e15, "b");
        _expect(abi.encodeWithSelector(IReserveShared.NotBacked.selector, b));
        vm.prank(alice);
        reserve.redeem(DAI, 1_000e18, 0, alice);
        uint256 value = _value(false);
        vm.prank(alice);
        reserve.redeemInKind(1_000e18, 0, 0, alice);
        _requireNear(value - _value(false), (1_000e18 * b) / WAD, 1e14, "96.85 per cent");
        require(tokens[USDC].balanceOf(alice) != 0 && tokens[ETH].balanceOf(alice) != 0, "of everything");
    }

    function _mintTo(address who, uint256 amount) private {
        vm.prank(address(reserve));
        dollar.mint(who, amount);
    }
}
