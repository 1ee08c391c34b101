// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ReserveTerms} from "../../../contracts/interfaces/IReserveShared.sol";
import {vm} from "../../contracts/Vm.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @notice Everybody redeems, in random order: in cash while it lasts, then in kind. With fees at zero what each plUSD gets, at the high side of
/// prices, never falls along the queue for whoever comes earlier: nobody gains by it.
contract BankRunTest is ReserveWorld {
    uint256 private constant HOLDERS = 8;

    function setUp() public override {
        super.setUp();
        _fund(USDC, 2_000_000);
        _fund(DAI, 1_000_000);
        _fund(ETH, 600);
        _fund(STETH, 500);
        for (uint256 i; i < ASSETS - 1; ++i) reserve.setTerms(i, _freeTerms(i));
        reserve.invest(address(_invested()));
        _absorb(BTC, 10);
    }

    function _invested() private returns (address) {
        // So that some of the stable is in a vault.
        reserve.setTerms(USDC, _tight());
        return address(_vault(USDC, 5_000_000));
    }

    /// hardhat-config: fuzz.runs = 48
    function testFuzz_above1(uint256 seed) public {
        uint256 total = (_value(true) * 80) / 100;
        _hold(total, seed);
        _run(seed, WAD);
    }

    /// hardhat-config: fuzz.runs = 48
    function testFuzz_at1(uint256 seed) public {
        uint256 total = _value(true);
        _hold(total, seed);
        _run(seed, WAD);
    }

    /// hardhat-config: fuzz.runs = 48
    function testFuzz_below1(uint256 seed) public {
        // Backed between half and almost all.
        uint256 part = 50 + (seed % 49);
        uint256 total = (_value(true) * 100) / part;
        _hold(total, seed);
        (uint256 b, ) = reserve.redemptionTerms();
        _requireNear(b, part * 1e16, 1e16, "backing");
        _run(seed, b);
    }

    /// @dev Part of the backing is loans: runners take what is there, and those who stay are backed as before by what is owed.
    ///
    /// hardhat-config: fuzz.runs = 48
    function testFuzz_backedByLoansAsWell(uint256 seed) public {
        uint256 total = (_value(true) * 95) / 100;
        _lend(alice, 3_000_000e18);
        _hold(total, seed);
        (uint256 before, ) = reserve.redemptionTerms();
        require(before == WAD, "backed");
        _run(seed, WAD);
        (uint256 later, ) = reserve.redemptionTerms();
        require(later == WAD, "whoever stays is backed");
    }

    function _tight() private view returns (ReserveTerms memory t) {
        t = _freeTerms(USDC);
        (t.liquidFloor, t.liquidCeiling) = (500_000 * units[USDC], 1_000_000 * units[USDC]);
    }

    /// @dev Shares `total` out unequally. What is not lent was minted by the reserve, whose own capital backs it.
    function _hold(uint256 total, uint256 seed) private {
        uint256 left = total;
        for (uint256 i; i < HOLDERS; ++i) {
            uint256 amount = i + 1 == HOLDERS ? left : (total * (1 + ((seed >> (i * 8)) % 20))) / 200;
            left -= amount;
            vm.prank(address(reserve));
            dollar.mint(_holder(i), amount);
        }
        sheet.setSources(address(engine), address(dollar));
        // What was absorbed left the dollars of its borrower with him; he stays.
        sheet.setStaked(dollar.balanceOf(address(uint160(0xFA11 + BTC))));
    }

    function _run(uint256 seed, uint256 b) private {
        uint256 lastRate;
        uint256 remaining = (1 << HOLDERS) - 1;
        uint256 inKind;
        while (remaining != 0) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 i = seed % HOLDERS;
            if ((remaining >> i) & 1 == 0) continue;
            remaining &= ~(1 << i);
            uint256 amount = dollar.balanceOf(_holder(i));
            (uint256 due, ) = reserve.redemptionTerms();
            require(due + 1e12 >= b, "a redemption lowered b");
            uint256 before = _value(false);
            if (_inCash(_holder(i), amount)) {
                // Each redemption in kind leaves the spreads behind, so b may rise to 1 for the last ones.
                require(due == WAD, "cash while b < 1");
            } else {
                vm.prank(_holder(i));
                reserve.redeemInKind(amount, 0, 0, _holder(i));
                ++inKind;
            }
            uint256 rate = ((before - _value(false)) * WAD) / amount;
            // Rounding to whole units takes up to 1e-7 of the smallest payment.
            _requireNear(rate, due, 1e12, "the rate is not min(1, b)");
            require(rate + 1e12 >= lastRate, "earlier gained");
            lastRate = rate;
        }
        require(inKind != 0, "nobody was paid in kind");
        require(dollar.balanceOf(_holder(0)) == 0, "all are out");
    }

    function _inCash(address who, uint256 amount) private returns (bool) {
        for (uint256 asset; asset < 2; ++asset) {
            vm.prank(who);
            try reserve.redeem(asset, amount, 0, who) {
                return true;
            } catch {}
        }
        return false;
    }

    function _holder(uint256 i) private pure returns (address) {
        return address(uint160(0x401de2 + i));
    }
}
