// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IReserveShared} from "../../../contracts/interfaces/IReserveShared.sol";
import {Trouble, VaultDouble} from "../../contracts/vaults/PlainVault.sol";
import {vm} from "../../contracts/Vm.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @notice A vault that dies in a run: once anybody has marked it, it backs no redemption in cash, so whoever comes first is paid no better than the last. An outage
/// that ends leaves nothing behind.
/// @dev Five million USDC, three of them in the vault, stand against 4.5 million plUSD: alice and bob have half of it each.
contract VaultSilentTest is ReserveWorld {
    VaultDouble private _vaultOfThree;
    uint256 private _in;

    function setUp() public override {
        super.setUp();
        _fund(USDC, 5_000_000);
        reserve.setTerms(USDC, _freeTerms(USDC));
        _vaultOfThree = _vault(USDC, 9_000_000);
        _in = reserve.invest(address(_vaultOfThree));
        _requireNear(_in, 3_000_000e6, 4_000e6, "three of five million are invested");
        for (uint256 i; i < 2; ++i) {
            vm.prank(address(reserve));
            dollar.mint(i == 0 ? alice : bob, 2_250_000e18);
        }
        sheet.setSources(address(engine), address(dollar));
    }

    function _dies() private {
        _vaultOfThree.setTrouble(Trouble.Reverts, false);
        vm.prank(address(0xAA));
        reserve.bookVault(address(_vaultOfThree));
    }

    function _refused(address who, bytes memory call_) private returns (bytes4) {
        vm.prank(who);
        (bool ok, bytes memory answer) = address(reserve).call(call_);
        return ok ? bytes4(0) : bytes4(answer);
    }

    /// @dev Of USDC, by what auctions read. {ledger}
    function _stocked() private view returns (uint256) {
        (uint256[] memory words, ) = reserve.stock();
        return
            uint64(words[(USDC / 4) * 2] >> ((USDC % 4) * 64)) + uint64(words[(USDC / 4) * 2 + 1] >> ((USDC % 4) * 64));
    }

    // ---- a run

    /// @dev At par the first would take 1.9 million of the two that are left, for as much plUSD, and leave 0.1 million against 2.6: 4 cents each.
    function test_firstGainsNothing() public {
        require(reserve.cappedBacking(USDC) == WAD, "backed before");
        _dies();
        uint256 left = _cash(USDC);
        _requireNear(reserve.cappedBacking(USDC), (left * 1e12 * LOW) / 4_500_000e18, 1e12, "44 cents are certain");
        bytes memory cash = abi.encodeCall(reserve.redeem, (USDC, 1_900_000e18, 0, alice));
        require(_refused(alice, cash) == IReserveShared.NotBacked.selector, "paid at par");

        address[2] memory queue = [alice, bob];
        uint256[2] memory paid;
        uint256[2] memory shares;
        for (uint256 i; i < 2; ++i) {
            vm.prank(queue[i]);
            reserve.redeemInKind(2_250_000e18, 0, 0, queue[i]);
            paid[i] = tokens[USDC].balanceOf(queue[i]);
            shares[i] = _vaultOfThree.balanceOf(queue[i]);
        }
        require(paid[0] <= paid[1] + 2 && shares[0] <= shares[1] + 1e9, "the first got more");
        _requireNear(paid[0], paid[1], 2, "the same part of the cash");
        _requireNear(shares[0], shares[1], 1e9, "and of the vault");
        require(paid[0] > 897_000e6 && paid[0] < 900_000e6, "nine tenths of half of it: the books stand at 1.11");
    }

    /// @dev The other way: without it he is paid as if it were lost, in cash that moves, and it is left to the others.
    function test_whoeverLeavesItOutIsPaidAsIfItWereLost() public {
        _dies();
        uint256 b = reserve.cappedBacking(USDC);
        uint256 place = reserve.vaultInfo(address(_vaultOfThree)).place;
        vm.prank(alice);
        reserve.redeemInKind(2_250_000e18, 1 << (16 + place), 0, alice);
        uint256 value = (tokens[USDC].balanceOf(alice) * HIGH) / 1e6;
        require(value <= (2_250_000e18 * b) / WAD, "more than what is certain");
        _requireNear(value, (2_250_000e18 * b) / WAD, 2e12, "what is certain");
        require(_vaultOfThree.balanceOf(alice) == 0, "no shares");
        require(reserve.cappedBacking(USDC) >= b, "who stays is backed no less");
    }

    // ---- an outage

    function test_anOutageThatEndsLeavesNothingBehind() public {
        uint256 income = reserve.income();
        _dies();
        (, , uint256[] memory live) = reserve.counted();
        (, uint256[] memory booked) = reserve.booked();
        require(booked[0] == _cash(USDC) && live[0] == booked[0], "no weight");
        require(
            _stocked() == booked[0] + _in || _stocked() + 1 == booked[0] + _in,
            "auctions sell nothing for an outage"
        );
        require(reserve.capacities(1)[0] < 10_000_000e6 - booked[0] - _in + 1e11, "but room is not made of it");
        _vaultOfThree.setTrouble(Trouble.None, false);
        require(reserve.cappedBacking(USDC) != WAD, "nobody has booked it yet");
        // Whoever redeems books it in the same batch.
        bytes[] memory batch = new bytes[](2);
        batch[0] = abi.encodeCall(reserve.bookVault, (address(_vaultOfThree)));
        batch[1] = abi.encodeCall(reserve.redeem, (USDC, 100_000e18, 0, alice));
        vm.prank(alice);
        reserve.multicall(batch);
        require(tokens[USDC].balanceOf(alice) > 99_700e6, "paid");
        require(reserve.income() == income && sheet.losses() <= 1e13, "neither gain nor loss");
        (, booked) = reserve.booked();
        _requireNear(booked[0], _cash(USDC) + _in, 10, "weighs as before");
        require(_stocked() == booked[0], "in auctions too");
        require(reserve.vaultInfo(address(_vaultOfThree)).unreadableSince == 0, "not marked any more");
    }

    /// @dev What it earned meanwhile is income, what it lost a loss: against what was booked before, not against nothing.
    function test_whatItEarnedOrLostMeanwhileIsBooked() public {
        _dies();
        _pass(5 days);
        uint256 state = vm.snapshotState();
        tokens[USDC].mint(address(_vaultOfThree), 6_000e6);
        _vaultOfThree.setTrouble(Trouble.None, false);
        reserve.bookVault(address(_vaultOfThree));
        _requireNear(reserve.income(), 1_500e18, 10e18, "a quarter of six thousand");
        vm.revertToState(state);
        _vaultOfThree.lose(6_000e6);
        _vaultOfThree.setTrouble(Trouble.None, false);
        reserve.bookVault(address(_vaultOfThree));
        _requireNear(sheet.losses(), 1_500e18, 10e18, "a quarter of six thousand");
        require(reserve.income() == 0, "no income");
    }

    /// @dev Marked vaults of one asset are told apart, and from those of another.
    function test_oneOfThree() public {
        _fund(USDC, 2_000_000);
        _fund(DAI, 5_000_000);
        VaultDouble second = _vault(USDC, 9_000_000);
        VaultDouble third = _vault(DAI, 9_000_000);
        uint256 more = reserve.invest(address(second));
        uint256 other = reserve.invest(address(third)) / scales[DAI];
        _dies();
        (, uint256[] memory booked) = reserve.booked();
        require(booked[0] == _cash(USDC) + more && booked[1] == _cash(DAI) + other, "the dead one alone is left out");
        second.setTrouble(Trouble.Empty, false);
        reserve.bookVault(address(second));
        _vaultOfThree.setTrouble(Trouble.None, false);
        reserve.bookVault(address(_vaultOfThree));
        (, booked) = reserve.booked();
        _requireNear(booked[0], _cash(USDC) + _in, 10, "the first is back, the second is not");
        _pass(1);
        reserve.writeOffVault(address(second));
        _requireNear(sheet.losses(), (more * HIGH) / 1e6, 1e14, "written off for what it was booked at");
        (, booked) = reserve.booked();
        _requireNear(booked[0], _cash(USDC) + _in, 10, "and nothing changes");
        // Its place is free; who gets it is not silent.
        VaultDouble fourth = _vault(USDC, 9_000_000);
        _fund(USDC, 2_000_000);
        more = reserve.invest(address(fourth));
        (, booked) = reserve.booked();
        _requireNear(booked[0], _cash(USDC) + _in + more, 10, "counts");
    }

    /// @dev What a silent vault pays all the same is cash, and no income.
    function test_aSilentVaultThatPays() public {
        _vaultOfThree.setTrouble(Trouble.Reverts, true);
        reserve.bookVault(address(_vaultOfThree));
        require(reserve.cappedBacking(USDC) < WAD, "marked");
        for (uint256 i; i < 2; ++i) {
            vm.prank(i == 0 ? alice : bob);
            reserve.redeemInKind(1_500_000e18, 0, 0, alice);
        }
        uint256 cash = _cash(USDC);
        uint256 assets = reserve.divest(address(_vaultOfThree), type(uint256).max);
        require(assets > 1_100_000e6 && _cash(USDC) == cash + assets, "it pays");
        require(reserve.income() == 0 && sheet.losses() <= 1e13, "neither income nor loss");
        (, uint256[] memory booked) = reserve.booked();
        require(booked[0] == _cash(USDC), "the rest still counts nothing");
    }
}
