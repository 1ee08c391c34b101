// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IReserveShared, ReserveTerms} from "../../../contracts/interfaces/IReserveShared.sol";
import {VaultTerms} from "../../../contracts/interfaces/IReserveVaults.sol";
import {Trouble, VaultDouble} from "../../contracts/vaults/PlainVault.sol";
import {vm} from "../../contracts/Vm.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @notice A vault that answers but never pays can be given up after two weeks; one that pays cannot
contract VaultFailingTest is ReserveWorld {
    VaultDouble private _stuck;
    uint256 private _in;
    VaultTerms private _leave = VaultTerms(0, 0, 0);

    function setUp() public override {
        super.setUp();
        _fund(USDC, 5_000_000);
        _stuck = _vault(USDC, 9_000_000);
        _in = reserve.invest(address(_stuck));
        _lend(alice, 2_000_000e18);
    }

    function _failing() private view returns (uint256) {
        return reserve.vaultInfo(address(_stuck)).failingSince;
    }

    function _divest() private returns (uint256) {
        vm.prank(bob);
        return reserve.divest(address(_stuck), type(uint256).max);
    }

    function _expectNothingToMove() private {
        (, , ReserveTerms memory t) = reserve.assetTerms(USDC);
        _expect(
            abi.encodeWithSelector(
                IReserveShared.NothingToMove.selector,
                address(_stuck),
                _cash(USDC),
                t.liquidFloor,
                t.liquidCeiling
            )
        );
    }

    function _inUse() private {
        uint256 shares = reserve.vaultInfo(address(_stuck)).shares;
        _expect(abi.encodeWithSelector(IReserveShared.VaultInUse.selector, address(_stuck), shares));
        reserve.writeOffVault(address(_stuck));
    }

    // ---- giving up

    function test_oneThatNeverPaysIsWrittenOff() public {
        reserve.setVaultTerms(address(_stuck), _leave);
        _stuck.setLiquid(0);
        _neverPays();
    }

    function test_oneThatRevertsIsWrittenOff() public {
        // Below the floor, within its caps.
        _redeem(alice, USDC, 1_500_000e18);
        // More than all of it is kept back: it reverts.
        _stuck.setTheft(10_001);
        _neverPays();
    }

    /// @dev Kept back from what it says that it pays.
    function test_aThiefIsWrittenOff() public {
        reserve.setVaultTerms(address(_stuck), _leave);
        _stuck.setTheft(100);
        _neverPays();
    }

    /// @dev A thousandth now and then: less than a hundredth of what is in it is no payment.
    function test_oneThatPaysDustIsWrittenOff() public {
        reserve.setVaultTerms(address(_stuck), _leave);
        _stuck.setLiquid(3_000e6);
        require(_divest() == 3_000e6 && _failing() == block.timestamp, "taken, and noted");
        uint256 cash = _cash(USDC);
        _pass(14 days);
        require(_divest() == 3_000e6 && _failing() == block.timestamp - 14 days, "again");
        reserve.writeOffVault(address(_stuck));
        _requireNear(sheet.losses(), ((_in - 6_000e6) * HIGH) / 1e6, 1e14, "what never came");
        require(_cash(USDC) == cash + 3_000e6, "what came is cash");
        require(tokens[USDC].balanceOf(address(reserve)) == _cash(USDC), "no more came");
    }

    function _neverPays() private {
        uint256 cash = _cash(USDC);
        uint256 shares = _stuck.balanceOf(address(reserve));
        require(_divest() == 0 && _failing() == block.timestamp, "noted");
        require(_cash(USDC) == cash && _stuck.balanceOf(address(reserve)) == shares, "nothing moved");
        _inUse();
        _pass(14 days - 1);
        require(_divest() == 0 && _failing() == block.timestamp - 14 days + 1, "since then");
        _inUse();
        _pass(1);
        reserve.writeOffVault(address(_stuck));
        _requireNear(sheet.losses(), (_in * HIGH) / 1e6, 1e14, "written off at high");
        require(reserve.vaults().length == 0 && reserve.position(USDC).vaulted == 0, "gone");
        // It pays after all: its shares are still there.
        _stuck.setLiquid(type(uint256).max);
        _stuck.setTheft(0);
        reserve.listVault(address(_stuck), 1e6, _leave);
        require(_failing() == 0, "what was noted is forgotten");
        _requireNear(_divest(), _in, 5, "paid back");
    }

    // ---- not giving up

    /// @dev Stuck for a moment, of itself or because somebody lent all of it out: anyone has it pay a hundredth, although no floor and no cap is crossed.
    function test_oneThatPaysAgainIsCleared() public {
        _redeem(alice, USDC, 1_500_000e18);
        _stuck.setLiquid(0);
        require(_divest() == 0 && _failing() != 0, "noted");
        _stuck.setLiquid(type(uint256).max);
        _fund(USDC, 1_000_000);
        require(_cash(USDC) > 1_000_000e6, "above the floor");
        uint256 assets = _divest();
        _requireNear(assets, _in / 100, 1e4, "a hundredth");
        require(_failing() == 0, "cleared");
        _expectNothingToMove();
        reserve.divest(address(_stuck), type(uint256).max);
        _pass(14 days);
        _inUse();
    }

    /// @dev One that does not tell what there is of it is asked to pay all the same, noted, and cleared.
    function test_refillingAsksNothingElse() public {
        _redeem(alice, USDC, 1_500_000e18);
        _stuck.setDumb(true);
        _stuck.setLiquid(0);
        require(_divest() == 0 && _failing() != 0, "noted");
        _stuck.setLiquid(type(uint256).max);
        _fund(USDC, 1_000_000);
        _requireNear(_divest(), _in / 100, 1e4, "a hundredth");
        require(_failing() == 0, "cleared");
    }

    /// @dev A loss that nobody booked is booked first: it pays a hundredth of what is left.
    function test_aLossIsNoFailure() public {
        reserve.setVaultTerms(address(_stuck), VaultTerms(1_024_000e6, 5_000, 0));
        _stuck.setLiquid(0);
        require(_divest() == 0 && _failing() != 0, "noted");
        _pass(14 days);
        _stuck.setLiquid(type(uint256).max);
        _stuck.lose((tokens[USDC].balanceOf(address(_stuck)) * 995) / 1_000);
        _inUse();
    }

    /// @dev One that is found not to answer by the call that would write it off is not written off by that.
    function test_silenceMustHaveBeenMarked() public {
        _stuck.setTrouble(Trouble.Reverts, false);
        _inUse();
        reserve.bookVault(address(_stuck));
        _inUse();
        _pass(1);
        reserve.writeOffVault(address(_stuck));
    }

    /// @dev Nobody took note that it pays again: giving it up asks it, and what it pays then is undone.
    function test_oneThatPaysIsNotWrittenOff() public {
        reserve.setVaultTerms(address(_stuck), _leave);
        _stuck.setLiquid(0);
        _divest();
        _pass(30 days);
        // A hundredth and a little.
        _stuck.setLiquid(_in / 100 + 10);
        _inUse();
        require(_cash(USDC) + _in == 5_000_000e6 && sheet.losses() == 0, "nothing moved");
        _stuck.setLiquid(_in / 101);
        reserve.writeOffVault(address(_stuck));
    }

    function test_aHealthyVaultIsNotWrittenOff() public {
        _inUse();
        reserve.setVaultTerms(address(_stuck), _leave);
        _pass(30 days);
        _inUse();
    }

    /// @dev Neither a caller nor the governor finds a vault failing by calling with too little gas: it takes a million to pay.
    function test_starvingACallDoesNotFailAVault() public {
        VaultDouble heavy = _vault(USDC, 9_000_000);
        _fund(USDC, 2_000_000);
        uint256 assets = reserve.invest(address(heavy));
        reserve.setVaultTerms(address(heavy), _leave);
        heavy.setBurden(1_000_000);
        for (uint256 gas_ = 450_000; gas_ < 2_000_000; gas_ += 50_000) {
            uint256 state = vm.snapshotState();
            try reserve.divest{gas: gas_}(address(heavy), type(uint256).max) returns (uint256 paid) {
                _requireNear(paid, assets, 5, "it pays");
            } catch {}
            require(reserve.vaultInfo(address(heavy)).failingSince == 0, "a good vault was found failing");
            vm.revertToState(state);
        }
        heavy.setBurden(5_000_000);
        require(reserve.divest(address(heavy), type(uint256).max) == 0, "more than it gets");
        require(reserve.vaultInfo(address(heavy)).failingSince != 0, "noted");
        _pass(14 days);
        heavy.setBurden(1_000_000);
        for (uint256 gas_ = 450_000; gas_ < 2_000_000; gas_ += 50_000) {
            try reserve.writeOffVault{gas: gas_}(address(heavy)) {
                revert("a good vault was written off");
            } catch {}
        }
    }

    /// @dev What it does not pay of a little tells nothing.
    function test_askingForALittleTellsNothing() public {
        reserve.setVaultTerms(address(_stuck), _leave);
        _stuck.setLiquid(0);
        _expectNothingToMove();
        reserve.divest(address(_stuck), _in / 101);
        require(_failing() == 0, "noted");
        require(reserve.divest(address(_stuck), _in / 99) == 0 && _failing() != 0, "not noted");
        // Nor does what it does pay.
        _stuck.setLiquid(type(uint256).max);
        require(reserve.divest(address(_stuck), 1e6) == 1e6 && _failing() != 0, "cleared by a dollar");
        require(reserve.divest(address(_stuck), _in / 99) != 0 && _failing() == 0, "not cleared");
    }

    function test_onlyTheReserveTakesOut() public {
        _expect(abi.encodeWithSelector(IReserveShared.NotReserve.selector, address(this)));
        reserve.takeOut(0, 1e6, 1e6, 0);
        bytes[] memory batch = new bytes[](1);
        batch[0] = abi.encodeCall(reserve.takeOut, (0, 1e6, 1e6, 0));
        _expect(abi.encodeWithSelector(IReserveShared.NotReserve.selector, address(this)));
        reserve.multicall(batch);
    }

    /// @dev One that burns all the gas it gets is noted like any other, for a bounded price.
    function test_eatingGasIsNoted() public {
        reserve.setVaultTerms(address(_stuck), _leave);
        _stuck.setGreedy(true);
        require(reserve.divest{gas: 12_000_000}(address(_stuck), type(uint256).max) == 0, "paid");
        require(_failing() != 0, "not noted");
    }
}
