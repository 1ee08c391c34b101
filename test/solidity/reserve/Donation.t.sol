// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {VaultTerms} from "../../../contracts/interfaces/IReserveVaults.sol";
import {VaultDouble} from "../../contracts/vaults/PlainVault.sol";
import {vm} from "../../contracts/Vm.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @notice Whatever is sent to the reserve changes no position and no decision
contract DonationTest is ReserveWorld {
    VaultDouble private _vaultOfUsdc;

    function setUp() public override {
        super.setUp();
        _fund(USDC, 4_000_000);
        _fund(ETH, 100);
        _vaultOfUsdc = _vault(USDC, 9_000_000);
        reserve.invest(address(_vaultOfUsdc));
        _absorb(BTC, 10);
        _lend(alice, 1_000_000e18);
    }

    function _everything() private view returns (bytes32 digest) {
        (uint256 mask, uint256 unreadable, uint256[] memory counted) = reserve.counted();
        (uint256 bookedMask, uint256[] memory booked) = reserve.booked();
        (uint256 b, uint256 high) = reserve.redemptionTerms();
        digest = keccak256(abi.encode(mask, unreadable, counted, bookedMask, booked, b, high));
        for (uint256 i; i < ASSETS; ++i) {
            digest = keccak256(abi.encode(digest, reserve.position(i), reserve.sellable(i)));
            if (i == BTC) continue;
            (uint256 issueFee, uint256 redeemFee) = reserve.fees(i, 1_000e6);
            digest = keccak256(abi.encode(digest, reserve.cappedBacking(i), issueFee, redeemFee));
        }
        digest = keccak256(abi.encode(digest, reserve.capacities(0x1f), reserve.income(), reserve.tipFund()));
        digest = keccak256(abi.encode(digest, reserve.vaultInfo(address(_vaultOfUsdc))));
    }

    function testFuzz_changesNothing(uint256 amount) public {
        amount = 1 + (amount % 1e24);
        bytes32 before = _everything();
        for (uint256 i; i < ASSETS; ++i) {
            tokens[i].mint(address(reserve), amount);
            tokens[i].mint(address(engine), amount);
        }
        vm.prank(alice);
        dollar.transfer(address(reserve), 1_000e18);
        vm.prank(address(0x07e25));
        _vaultOfUsdc.transfer(address(reserve), 1e12);
        require(_everything() == before, "something changed");

        // And what moves afterwards moves by its own amount alone.
        reserve.setVaultTerms(address(_vaultOfUsdc), _zero());
        reserve.divest(address(_vaultOfUsdc), type(uint256).max);
        require(_vaultOfUsdc.balanceOf(address(reserve)) == 1e12, "given shares stay where they are");
        uint256 issued = _issue(bob, USDC, 1_000e6);
        require(issued > 990e18, "issue goes on");
        reserve.bookVault(address(_vaultOfUsdc));
        require(reserve.income() < 1_000e18, "a gift is no income");
    }

    function _zero() private pure returns (VaultTerms memory t) {}
}
