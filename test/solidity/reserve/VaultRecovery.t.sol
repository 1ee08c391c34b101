// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {VaultTerms} from "../../../contracts/interfaces/IReserveVaults.sol";
import {Trouble, VaultDouble} from "../../contracts/vaults/PlainVault.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @notice A share that was worth nothing for a moment counts again what it did, in thirty days and not at once
contract VaultRecoveryTest is ReserveWorld {
    VaultDouble private _yield;
    uint256 private _in;

    function setUp() public override {
        super.setUp();
        _fund(USDC, 5_000_000);
        _yield = _vault(USDC, 9_000_000);
        _in = reserve.invest(address(_yield));
    }

    /// @dev Books the fall and has it say again what it did. bps of what it was
    function _dip(uint256 factor) private {
        _yield.setFactor(factor);
        reserve.bookVault(address(_yield));
        _yield.setFactor(10_000);
    }

    function _counted() private view returns (uint256) {
        return reserve.position(USDC).vaulted;
    }

    function test_recoversFromNothing() public {
        _dip(0);
        _requireNear(sheet.losses(), (_in * HIGH) / 1e6, 1e13, "a loss at once");
        require(reserve.vaultInfo(address(_yield)).sharePrice == 0, "booked at nothing");
        _recovers();
    }

    function test_recoversFromNextToNothing() public {
        _dip(1);
        _recovers();
    }

    function _recovers() private {
        uint256 start = _counted();
        require(start <= _in / 10_000 + 1, "nothing at once");
        reserve.bookVault(address(_yield));
        require(_counted() == start, "nor by booking");
        for (uint256 day = 1; day <= 30; ++day) {
            _pass(1 days);
            uint256 line = (_in * day) / 30;
            _requireNear(_counted(), line, _in / 5_000, "a thirtieth a day");
            reserve.bookVault(address(_yield));
        }
        _pass(1 days);
        reserve.bookVault(address(_yield));
        _requireNear(_counted(), _in, 100, "all of it again");
        // At low, against a loss at high.
        require(reserve.income() * 1e18 <= sheet.losses() * LOW, "no more than what was lost");
        _grows();
    }

    /// @dev Afterwards it grows as it is allowed to, not as it recovered.
    function _grows() private {
        tokens[USDC].mint(address(_yield), 6_000_000e6);
        _pass(1 days);
        _requireNear(_counted(), (_in * 10_002) / 10_000, 100, "its growth a day");
        reserve.bookVault(address(_yield));
        _requireNear(_counted(), (_in * 10_002) / 10_000, 100, "its growth a day");
    }

    /// @dev Somebody gives it ten times what it had, or says so: no more than a thirtieth a day of what was booked before, and no more than that in the end.
    function test_aLieCountsNoFaster() public {
        _dip(0);
        _yield.setFactor(100_000);
        require(_counted() == 0, "nothing at once");
        _pass(1 days);
        _requireNear(_counted(), _in / 30, 10, "a thirtieth");
        _pass(400 days);
        _requireNear(_counted(), _in, 10, "what it was");
        reserve.bookVault(address(_yield));
        _pass(1 days);
        require(_counted() <= (_in * 10_002) / 10_000 + 10, "and growth");
    }

    /// @dev While it says nothing, days do not add up.
    function test_daysOfNothingDoNotCount() public {
        _dip(0);
        _yield.setFactor(0);
        for (uint256 i; i < 20; ++i) {
            _pass(1 days);
            reserve.bookVault(address(_yield));
        }
        _yield.setFactor(10_000);
        require(_counted() == 0, "saved up");
        _pass(1 days);
        _requireNear(_counted(), _in / 30, 10, "a thirtieth");
    }

    /// @dev Nor do days of silence, marked once or every day.
    function test_silentDaysDoNotCount() public {
        _dip(0);
        _yield.setFactor(0);
        reserve.bookVault(address(_yield));
        _yield.setTrouble(Trouble.Reverts, false);
        for (uint256 i; i < 20; ++i) {
            if (i < 10) reserve.bookVault(address(_yield));
            _pass(1 days);
        }
        _yield.setTrouble(Trouble.None, false);
        _yield.setFactor(10_000);
        require(_counted() == 0, "saved up");
        reserve.bookVault(address(_yield));
        _pass(1 days);
        _requireNear(_counted(), _in / 30, 10, "a thirtieth");
    }

    /// @dev A loss is a loss: half of it comes back no faster than it grows, also after a recovery.
    function test_aPartThatIsLostStaysLost() public {
        _dip(5_000);
        _pass(10 days);
        require(_counted() < (_in * 5_012) / 10_000, "recovered");
        reserve.bookVault(address(_yield));
        _dip(0);
        _yield.setFactor(5_000);
        for (uint256 i; i < 35; ++i) {
            _pass(1 days);
            reserve.bookVault(address(_yield));
        }
        _requireNear(_counted(), _in / 2, _in / 200, "what it was before it fell to nothing");
        _yield.setFactor(10_000);
        _pass(1 days);
        require(_counted() < (_in * 51) / 100, "no more");
    }

    /// @dev What it pays meanwhile counts in full: it is there.
    function test_whatItPaysMeanwhileCounts() public {
        _dip(0);
        _lend(alice, 2_000_000e18);
        _redeem(alice, USDC, 1_500_000e18);
        require(reserve.divest(address(_yield), type(uint256).max) > 1_400_000e6, "refills");
        _requireNear(_cash(USDC), 2_000_000e6, 4_000e6, "to the middle");
        reserve.setVaultTerms(address(_yield), VaultTerms(0, 0, 0));
        reserve.divest(address(_yield), type(uint256).max);
        require(_yield.balanceOf(address(reserve)) == 0 && _counted() == 0, "all of it");
        require(tokens[USDC].balanceOf(address(reserve)) == _cash(USDC), "books");
    }
}
