// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IReserveShared, ReserveTerms} from "../../../contracts/interfaces/IReserveShared.sol";
import {VaultInfo, VaultTerms} from "../../../contracts/interfaces/IReserveVaults.sol";
import {PlainVault, VaultDouble} from "../../contracts/vaults/PlainVault.sol";
import {vm} from "../../contracts/Vm.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @notice Investing in OpenZeppelin's ERC-4626: caps, growth, income, and the way back
contract VaultsTest is ReserveWorld {
    PlainVault private _first;
    VaultDouble private _second;

    function setUp() public override {
        super.setUp();
        _fund(USDC, 5_000_000);
        _first = _plain();
        reserve.listVault(address(_first), 1e6, _vaultTerms(USDC));
        _second = _vault(USDC, 9_000_000);
    }

    function _plain() private returns (PlainVault vault) {
        vault = _plainVault(USDC, 0);
        tokens[USDC].mint(address(this), 9_000_000e6);
        tokens[USDC].approve(address(vault), type(uint256).max);
        vault.deposit(9_000_000e6, address(0x07e25));
    }

    function _nothing(address vault) private {
        (, , ReserveTerms memory t) = reserve.assetTerms(USDC);
        _expect(
            abi.encodeWithSelector(
                IReserveShared.NothingToMove.selector,
                vault,
                _cash(USDC),
                t.liquidFloor,
                t.liquidCeiling
            )
        );
    }

    function test_investsDownToTheMiddle() public {
        vm.prank(bob);
        uint256 assets = reserve.invest(address(_first));
        // Cash of 5M above the ceiling of 3M: down to 2M, the middle of 1M and 3M, but for the floats' rounding.
        _requireNear(assets, 3_000_000e6, 4_000e6, "invested");
        require(_cash(USDC) == 5_000_000e6 - assets, "cash");
        require(reserve.position(USDC).vaulted == assets, "vaulted");
        require(_first.balanceOf(address(reserve)) == reserve.vaultInfo(address(_first)).shares, "shares");
        require(tokens[USDC].allowance(address(reserve), address(_first)) == 0, "no allowance stays");
        _nothing(address(_first));
        reserve.invest(address(_first));
    }

    function test_respectsTheAbsoluteCap() public {
        reserve.setVaultTerms(address(_first), VaultTerms(1_024_000e6, 5_000, 200));
        uint256 cap = reserve.vaultInfo(address(_first)).terms.absoluteCap;
        require(reserve.invest(address(_first)) == cap, "up to the cap");
        _nothing(address(_first));
        reserve.invest(address(_first));
        // The rest goes into the other.
        require(reserve.invest(address(_second)) > 1_900_000e6, "the other takes the rest");
    }

    function test_respectsTheRelativeCap() public {
        // A tenth of nine million.
        reserve.setVaultTerms(address(_first), VaultTerms(5_000_000e6, 1_000, 200));
        require(reserve.invest(address(_first)) == 900_000e6, "a tenth");
    }

    function test_growthIsIncome() public {
        uint256 assets = reserve.invest(address(_first));
        _pass(10 days);
        // A thousandth in ten days: half of what its growth cap allows.
        tokens[USDC].mint(address(_first), (9_000_000e6 + assets) / 1_000);
        require(reserve.position(USDC).vaulted > assets, "counts at once");
        require(reserve.income() == 0, "not booked yet");
        vm.prank(bob);
        reserve.bookVault(address(_first));
        // At low: a thousandth of three million times 0.9975.
        _requireNear(reserve.income(), 2_992.5e18, 4e18, "income");
        (, uint256[] memory amounts) = reserve.booked();
        require(amounts[0] == _cash(USDC) + reserve.position(USDC).vaulted, "booked");
        (uint256[] memory words, ) = reserve.stock();
        require(uint64(words[0]) == _cash(USDC) && uint64(words[1]) == reserve.position(USDC).vaulted, "in stock");
        uint256 income = reserve.income();
        reserve.bookVault(address(_first));
        require(reserve.income() == income, "booked once");
    }

    function test_growthIsCapped() public {
        uint256 assets = reserve.invest(address(_first));
        _pass(5 days);
        tokens[USDC].mint(address(_first), (9_000_000e6 + assets) / 10);
        uint256 vaulted = reserve.position(USDC).vaulted;
        // 200e-6 a day for five days.
        _requireNear(vaulted, assets + assets / 1_000, assets / 1e6, "capped");
        require(reserve.position(USDC).vaultedHigh > (assets * 109) / 100, "uncapped");
        _pass(400 days);
        _requireNear(
            reserve.position(USDC).vaulted,
            assets + (assets * 6) / 1_000,
            assets / 1e6,
            "after 30 days without booking it grows no more"
        );
    }

    /// @dev Booking often or rarely, the counted price never passes the line.
    function testFuzz_bookingOftenGainsNothing(uint256 seed) public {
        uint256 assets = reserve.invest(address(_first));
        tokens[USDC].mint(address(_first), 9_000_000e6);
        uint256 time;
        uint256 slack = 1;
        for (uint256 i; i < 10; ++i) {
            uint256 step = (seed >> (i * 20)) % 3 days;
            _pass(step);
            time += step;
            reserve.bookVault(address(_first));
            slack += 1;
        }
        // Growth compounds over bookings: 30 days at 200e-6 a day, 0.6%, make at most 1.8e-5 more.
        uint256 line = assets + (assets * 200 * time) / (1e6 * 1 days);
        require(reserve.position(USDC).vaulted <= line + assets / 50_000 + slack, "above the line");
    }

    function test_lossesCountAtOnceAndAreBooked() public {
        uint256 assets = reserve.invest(address(_second));
        _second.lose((9_000_000e6 + assets) / 4);
        _requireNear(reserve.position(USDC).vaulted, (assets * 3) / 4, 10, "counted at once");
        require(sheet.losses() == 0, "not booked yet");
        reserve.bookVault(address(_second));
        // A quarter, at high.
        _requireNear(sheet.losses(), ((assets / 4) * HIGH) / 1e6, 1e14, "loss");
        require(reserve.income() == 0, "no income");
        // Recovery counts no faster than growth.
        tokens[USDC].mint(address(_second), 10_000_000e6);
        require(reserve.position(USDC).vaulted < (assets * 76) / 100, "recovery");
    }

    function test_divestsUpToTheMiddle() public {
        uint256 assets = reserve.invest(address(_first));
        _lend(alice, 2_000_000e18);
        _nothing(address(_first));
        reserve.divest(address(_first), type(uint256).max);
        _redeem(alice, USDC, 1_500_000e18);
        require(_cash(USDC) < 1_000_000e6, "below the floor");
        vm.prank(bob);
        reserve.divest(address(_first), type(uint256).max);
        _requireNear(_cash(USDC), 2_000_000e6, 4_000e6, "in the middle again");
        require(reserve.position(USDC).vaulted < assets, "out of the vault");
        _requireNear(
            _cash(USDC) + reserve.position(USDC).vaulted,
            tokens[USDC].balanceOf(address(reserve)) + _first.previewRedeem(_first.balanceOf(address(reserve))),
            5,
            "books"
        );
        require(sheet.losses() == 0, "no loss");
    }

    function test_divestsNoMoreThanAsked() public {
        reserve.invest(address(_first));
        _lend(alice, 2_000_000e18);
        _redeem(alice, USDC, 1_500_000e18);
        require(reserve.divest(address(_first), 1_000e6) == 1_000e6, "asked");
    }

    function test_divestsWhatExceedsTheCaps() public {
        uint256 assets = reserve.invest(address(_first));
        reserve.setVaultTerms(address(_first), VaultTerms(1_024_000e6, 5_000, 200));
        _requireNear(
            reserve.divest(address(_first), type(uint256).max),
            assets - 1_024_000e6,
            5e9,
            "above the absolute cap"
        );
        reserve.setVaultTerms(address(_first), VaultTerms(5_000_000e6, 500, 200));
        reserve.divest(address(_first), type(uint256).max);
        // Five per cent of ten million.
        _requireNear(reserve.position(USDC).vaulted, 501_000e6, 1_000e6, "above the relative cap");
        reserve.setVaultTerms(address(_first), VaultTerms(0, 0, 200));
        reserve.divest(address(_first), type(uint256).max);
        require(_first.balanceOf(address(reserve)) == 0, "everything");
        require(reserve.position(USDC).vaulted == 0, "nothing booked");
        require(_cash(USDC) + 5 >= 5_000_000e6, "all is back");
        reserve.removeVault(address(_first));
        require(reserve.vaults().length == 1, "removed");
    }

    function test_investingCanBePausedDivestingCannot() public {
        reserve.invest(address(_first));
        reserve.pause(USDC, 3);
        _fund(USDC, 3_000_000);
        _expect(abi.encodeWithSelector(IReserveShared.Paused.selector, USDC, 2));
        reserve.invest(address(_first));
        reserve.setVaultTerms(address(_first), VaultTerms(0, 0, 200));
        reserve.divest(address(_first), type(uint256).max);
    }

    function test_listing() public {
        VaultTerms memory t = _vaultTerms(USDC);
        _expect(abi.encodeWithSelector(IReserveShared.VaultListedAlready.selector, address(_first)));
        reserve.listVault(address(_first), 1e6, t);
        PlainVault empty = _plainVault(USDC, 6);
        _expect(abi.encodeWithSelector(IReserveShared.VaultTooSmall.selector, address(empty), 0, 1e6));
        reserve.listVault(address(empty), 1e6, t);
        PlainVault other = _plainVault(BTC, 6);
        _expect(
            abi.encodeWithSelector(IReserveShared.VaultAssetMismatch.selector, address(other), address(tokens[BTC]))
        );
        reserve.listVault(address(other), 1e6, t);
        _expect(abi.encodeWithSelector(IReserveShared.VaultNotListed.selector, address(other)));
        reserve.invest(address(other));
        VaultDouble rich = _vaultDouble(USDC, 0);
        tokens[USDC].approve(address(rich), 10e6);
        tokens[USDC].mint(address(this), 10e6);
        rich.deposit(10e6, bob);
        rich.setFactor(80 * 10_000);
        _expect(abi.encodeWithSelector(IReserveShared.SharePriceOutOfRange.selector, address(rich), 0));
        reserve.listVault(address(rich), 1e6, t);
        t.growthPerDay = 2_001;
        _expect(
            abi.encodeWithSelector(
                IReserveShared.ParameterOutOfBounds.selector,
                bytes32("growthPerDay"),
                2_001,
                0,
                2_000
            )
        );
        reserve.setVaultTerms(address(_first), t);
        t.growthPerDay = 1;
        t.relativeCap = 10_001;
        _expect(
            abi.encodeWithSelector(
                IReserveShared.ParameterOutOfBounds.selector,
                bytes32("relativeCap"),
                10_001,
                0,
                10_000
            )
        );
        reserve.setVaultTerms(address(_first), t);
    }

    function test_sixteenVaultsAtMost() public {
        for (uint256 i = 2; i < 16; ++i) _vault(i % 2 == 0 ? USDC : ETH, 10);
        require(reserve.vaults().length == 16, "sixteen");
        VaultDouble more = _vaultDouble(USDC, 0);
        tokens[USDC].mint(address(this), 10e6);
        tokens[USDC].approve(address(more), 10e6);
        more.deposit(10e6, bob);
        _expect(abi.encodeWithSelector(IReserveShared.TooManyVaults.selector, 16));
        reserve.listVault(address(more), 1e6, _vaultTerms(USDC));
        // A place that gets free is used again, and the asset's vaults are its own.
        reserve.removeVault(address(_second));
        reserve.listVault(address(more), 1e6, _vaultTerms(USDC));
        VaultInfo memory info = reserve.vaultInfo(address(more));
        require(info.asset == USDC && info.sharePrice == RAY, "listed");
        require(reserve.vaultInfo(address(_second)).sharePrice == 0, "gone");
    }

    function test_aVaultInUseStays() public {
        reserve.invest(address(_first));
        uint256 shares = _first.balanceOf(address(reserve));
        _expect(abi.encodeWithSelector(IReserveShared.VaultInUse.selector, address(_first), shares));
        reserve.removeVault(address(_first));
        _expect(abi.encodeWithSelector(IReserveShared.VaultInUse.selector, address(_first), shares));
        reserve.writeOffVault(address(_first));
    }
}
