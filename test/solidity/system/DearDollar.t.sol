// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LiquidationItem} from "../../../contracts/interfaces/ICreditEngine.sol";
import {vm} from "../../contracts/Vm.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @notice plUSD at 1.08 with issuance closed: liquidators pay in USDC, from their own means or from what they seized, and the reserve is no worse off.
contract SystemDearDollarTest is SystemWorld {
    function setUp() public override {
        super.setUp();
        _borrow(whale, ETH, 1_000_000e18, 7_000);
        dollarFeed.set(1.08e8);
        reserve.pause(USDC, 1);
        reserve.pause(DAI, 1);
        _pass(2 hours);
        _look();
        _price(ETH, 1_600e8);
    }

    function test_liquidatorPaysInUsdc() public {
        _give(bob, USDC, _tok(USDC, 2_000_000));
        uint256 supply = dollar.totalSupply();
        uint256 equity = uint256(_statement().equity);
        int256 level = dollar.level(address(reserve));
        vm.prank(bob);
        (uint256[] memory repaid, uint256 paid) = engine.liquidateInStable(USDC, _item(whale, ALL), ALL, "");
        require(repaid[0] > 100_000e18, "a slice");
        // 1 / (0.9975 x 0.999), whatever plUSD trades at: 0.35% more than the debt, and not 8%.
        _near(paid * 1e12, (repaid[0] * 10_035) / 10_000, repaid[0] / 10_000, "at low less the fee");
        require(dollar.totalSupply() == supply, "nothing minted, nothing burned");
        require(dollar.level(address(reserve)) == level + int256(repaid[0]), "the reserve stands behind it now");
        require(uint256(_statement().equity) >= equity, "no worse off");
        // What it seized is his at once, worth more than he paid.
        uint256 seized = (engine.balanceOf(bob, ETH) * _mid(ETH)) / units[ETH];
        require(seized > paid * 1e12 && seized < (paid * 1e12 * 110) / 100, "between lmin and lmax less the fee");
    }

    /// @dev In a loop until the account is healthy again: never below on the way.
    function test_untilItIsHealthy() public {
        _give(bob, USDC, _tok(USDC, 2_000_000));
        uint256 rounds;
        while (rounds < 4) {
            bytes memory call_ = abi.encodeCall(engine.liquidateInStable, (USDC, _item(whale, ALL), ALL, ""));
            if (_refusal(bob, address(engine), call_) != 0) break;
            ++rounds;
        }
        require(rounds != 0 && rounds < 4, "one or two slices heal it");
        require(
            _refusal(bob, address(engine), abi.encodeCall(engine.liquidate, (_item(whale, ALL), ""))) != 0,
            "healthy"
        );
    }

    /// @dev The rate falls while plUSD is dear: below par's 5%, by its pace.
    function test_rateFollows() public {
        (uint256 before, ) = engine.interest();
        for (uint256 i; i < 5; ++i) {
            _pass(1 days);
            _price(ETH, 1_900e8);
            _look();
            engine.updateRate();
        }
        (uint256 after_, ) = engine.interest();
        require(after_ < before / 2, "cheaper to borrow while plUSD is dear");
        dollarFeed.set(0.96e8);
        for (uint256 i; i < 10; ++i) {
            _pass(1 days);
            _look();
            engine.updateRate();
        }
        (after_, ) = engine.interest();
        require(after_ > before * 3, "dearer while it is cheap: e squared times 5%");
    }

    /// @dev Repay with a stable needs no headroom either, even with a stale statement.
    function test_repaysOnAStaleStatement() public {
        _pass(12 hours);
        require(sheet.available(address(engine), ALL) == 0, "stale");
        _give(whale, USDC, _tok(USDC, 1_010_000));
        vm.prank(whale);
        (uint256 repaid, ) = engine.repayInStable(USDC, ALL, whale, ALL);
        require(repaid >= 1_000_000e18 && engine.debtOf(whale) == 0, "free of debt");
        LiquidationItem[] memory items = _item(whale, ALL);
        require(_refusal(bob, address(engine), abi.encodeCall(engine.liquidate, (items, ""))) != 0, "nothing to do");
        vm.prank(whale);
        engine.withdraw(ETH, ALL, whale, whale);
    }
}
