// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {PlainVault} from "../../contracts/vaults/PlainVault.sol";
import {vm} from "../../contracts/Vm.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @notice Everybody runs: those who issued and one who borrowed, in random order, for cash while there is any (out of the vaults too), then in kind.
/// @dev A million of seed capital, six million issued in unequal parts, 1.5 million lent against 1,000 ether and taken over at 1,400, 500,000 lent against
/// bitcoin and still owed. How much b is follows from ether's price: the reserve holds 1,150 of it.
contract SystemBankRunTest is SystemWorld {
    uint256 private constant HOLDERS = 6;
    PlainVault private _yield;
    uint256 private _unpaid;
    /// @dev The highest fee that somebody may pay. 18 decimals
    uint256 private _fee;

    function _seed() internal pure override returns (uint256[ASSETS] memory) {
        return [uint256(300_000), 100_000, 150, 83, 2];
    }

    function setUp() public override {
        super.setUp();
        for (uint256 i; i < HOLDERS; ++i) {
            _issue(_holder(i), USDC, 500_000 + 200_000 * i);
            _look();
        }
        _issue(_holder(0), DAI, 1_000_000);
        _borrow(whale, ETH, 1_500_000e18, 7_300);
        _borrow(bob, BTC, 500_000e18, 5_000);
        _yield = _vault(USDC, 8_000_000);
        reserve.invest(address(_yield));
        _price(ETH, 1_400e8);
        _absorb(whale);
        vm.prank(whale);
        dollar.transfer(_holder(2), 1_500_000e18);
        vm.prank(bob);
        dollar.transfer(_holder(4), 500_000e18);
    }

    /// hardhat-config: fuzz.runs = 24
    function testFuzz_above1(uint256 seed) public {
        _price(ETH, 2_500e8);
        _noFees();
        require(_statement().backing > 1.05e18, "b is not above 1");
        _run(seed);
    }

    /// hardhat-config: fuzz.runs = 24
    function testFuzz_at1(uint256 seed) public {
        _noFees();
        // Bisect for the lowest price of ether at which everything is backed, to a cent.
        (uint256 low, uint256 high) = (0.01e8, 4_000e8);
        while (high - low > 0.01e8) {
            uint256 middle = (low + high) / 2;
            _price(ETH, middle);
            (low, high) = _backing() == WAD ? (low, middle) : (middle, high);
        }
        _price(ETH, high);
        require(_backing() == WAD && _statement().backing < 1.00001e18, "b is not 1");
        _run(seed);
    }

    /// hardhat-config: fuzz.runs = 24
    function testFuzz_below1(uint256 seed) public {
        _noFees();
        _price(ETH, 1e8 + (seed % 500e8));
        require(_backing() < 0.99e18, "b is not below 1");
        _run(seed);
    }

    /// @dev With the fees in force, nobody gets more than another by more than the highest of them.
    ///
    /// hardhat-config: fuzz.runs = 24
    function testFuzz_withFees(uint256 seed) public {
        _price(ETH, 300e8 + (seed % 2_200e8));
        _fee = 0.01e18;
        _run(seed);
    }

    function _run(uint256 seed) private {
        uint256 best;
        uint256 remaining = (1 << HOLDERS) - 1;
        uint256 due = _backing();
        uint256 inKind;
        while (remaining != 0) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 i = seed % HOLDERS;
            if ((remaining >> i) & 1 == 0) continue;
            remaining &= ~(1 << i);
            uint256 now_ = _backing();
            require(now_ + 1e11 >= due, "a redemption lowered min(1, b)");
            due = now_;
            uint256 amount = _balance(_holder(i));
            uint256 before = _highValue();
            if (!_cash(_holder(i), amount, due)) {
                amount = _inKind(_holder(i), amount);
                ++inKind;
            }
            uint256 got = ((before - _highValue()) * WAD) / amount;
            require(got <= due + 1e12, "more than min(1, b)");
            require(got + 1e12 + _fee >= due, "less than min(1, b)");
            require(got + 1e12 + _fee >= best, "somebody gained by being earlier");
            if (got > best) best = got;
        }
        require(inKind != 0, "nobody was paid in kind");
        // Whoever is left with plUSD is backed by what is owed, to the last plUSD of it.
        uint256 loans = engine.totalDebt();
        require(
            loans >= 500_000e18 && (_unpaid * _backing()) / WAD <= loans + 1e15,
            "more than is lent was left unpaid"
        );
    }

    /// @dev All of it, or what the reserve has: the rest of what backs plUSD is lent, and whoever holds it holds what the borrower needs.
    function _inKind(address who, uint256 amount) private returns (uint256 burned) {
        (uint256 b, uint256 high) = reserve.redemptionTerms();
        burned = (amount * b) / WAD <= high ? amount : (high * WAD) / b;
        vm.prank(who);
        reserve.redeemInKind(burned, 0, 0, who);
        _unpaid += amount - burned;
    }

    /// @dev One stable after the other, each time out of the vault first if cash is short.
    function _cash(address who, uint256 amount, uint256 b) private returns (bool paid) {
        for (uint256 asset; asset < 2; ++asset) {
            bytes memory call_ = abi.encodeCall(reserve.redeem, (asset, amount, 0, who));
            if (_refusal(who, address(reserve), call_) == 0) paid = true;
            if (!paid && asset == USDC) {
                try reserve.divest(address(_yield), ALL) {} catch {}
                paid = _refusal(who, address(reserve), call_) == 0;
            }
            if (paid) {
                require(b == WAD, "cash below 1");
                return true;
            }
        }
    }

    function _holder(uint256 i) private pure returns (address) {
        return address(uint160(0x401de2 + i));
    }

    /// @dev All that the reserve owns, at high. {USD}
    function _highValue() private view returns (uint256 high) {
        (, high) = reserve.redemptionTerms();
    }
}
