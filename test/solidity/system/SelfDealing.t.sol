// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {vm} from "../../contracts/Vm.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @notice Whatever one does within a block, in whatever order, one is not richer afterwards: tokens at mid, plUSD at 1, what is in the ledger less what is owed, stakes at their worth.
contract SystemSelfDealingTest is SystemWorld {
    address private constant TWIN = address(0x7117);

    function setUp() public override {
        super.setUp();
        _noFees();
        _issue(alice, USDC, 1_000_000);
        _borrow(whale, ETH, 2_000_000e18, 5_000);
        for (uint256 asset; asset < ASSETS; ++asset) {
            _give(bob, asset, _tok(asset, 2_000_000) / (uint256(feeds[asset].answer()) / 1e8));
        }
        _issue(bob, DAI, 500_000);
        _pass(2 hours);
        _look();
        // A chance to fill.
        _give(address(this), ETH, _tok(ETH, 800));
        reserve.fund(ETH, _tok(ETH, 800));
    }

    /// @dev Of bob and the account that he runs beside. {USD}
    function _worth() private view returns (uint256 total) {
        total = _wealth(bob) + _wealth(TWIN);
        for (uint256 i; i < ASSETS; ++i) {
            total += ((engine.balanceOf(bob, i) + engine.balanceOf(TWIN, i)) * _mid(i)) / units[i];
        }
        total += backstop.convertToAssets(backstop.balanceOf(bob)) + _cooling();
        total -= engine.debtOf(bob) + engine.debtOf(TWIN);
    }

    function _cooling() private view returns (uint256 cooling) {
        (, , cooling) = backstop.pools();
    }

    /// @dev Any sixteen operations at any price of stables between 0.9 and 1.1, without fees: fees are not what stops it.
    ///
    /// hardhat-config: fuzz.runs = 128
    function testFuzz_anySequence(uint256 seed) public {
        _price(USDC, 0.9e8 + (seed % 0.2e8));
        _price(DAI, 0.9e8 + ((seed >> 32) % 0.2e8));
        sheet.refresh();
        uint256 before = _worth();
        uint256 b = _statement().backing;
        uint256 done;
        for (uint256 i; i < 16; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (_one(seed)) ++done;
            require(_worth() <= before + 1e15, "richer");
        }
        uint256 later = _statement().backing;
        require((later < WAD ? later : WAD) + 1e9 >= (b < WAD ? b : WAD), "min(1, b) fell");
        require(done != 0, "nothing worked");
    }

    function _one(uint256 seed) private returns (bool) {
        uint256 kind = seed % 12;
        uint256 stable = (seed >> 8) & 1;
        uint256 amount = ((seed >> 16) % 200_000) * 1e18 + 1e18;
        uint256 paid = (amount / 1e18) * units[stable] * scales[stable];
        if (kind == 0) return _try(address(reserve), abi.encodeCall(reserve.issue, (stable, paid, 0, bob)));
        if (kind == 1) return _try(address(reserve), abi.encodeCall(reserve.redeem, (stable, amount, 0, bob)));
        if (kind == 2) return _try(address(reserve), abi.encodeCall(reserve.redeemInKind, (amount, 0, 0, bob)));
        if (kind == 3) return _try(address(engine), abi.encodeCall(engine.deposit, (ETH, amount / 2_000, bob)));
        if (kind == 4) return _try(address(engine), abi.encodeCall(engine.borrow, (amount / 4, bob, bob)));
        if (kind == 5) return _try(address(engine), abi.encodeCall(engine.repay, (amount, bob)));
        if (kind == 6) return _try(address(engine), abi.encodeCall(engine.withdraw, (ETH, amount / 4_000, bob, bob)));
        if (kind == 7) return _try(address(engine), abi.encodeCall(engine.repayInStable, (stable, amount, bob, ALL)));
        if (kind == 8) return _try(address(backstop), abi.encodeCall(backstop.deposit, (amount, bob)));
        if (kind == 9) return _try(address(backstop), abi.encodeCall(backstop.claim, (amount * 1e6)));
        uint256 bought = stable == 0 ? STETH : BTC;
        if (kind == 10) return _try(address(rebalancer), abi.encodeCall(rebalancer.open, (ETH, bought)));
        return _try(address(rebalancer), abi.encodeCall(rebalancer.fill, (ETH, bought, amount / 1e14, ALL, bob, "")));
    }

    function _try(address target, bytes memory data) private returns (bool) {
        return _refusal(bob, target, data) == 0;
    }

    /// @dev His own failing account, liquidated by himself in a stable; then what he has is redeemed. The incentive comes out of his own pocket, the fee goes to the reserve.
    function test_liquidatingOneselfInAStableThenRedeeming() public {
        _borrow(TWIN, ETH, 400_000e18, 7_200);
        _price(ETH, 1_700e8);
        vm.prank(TWIN);
        dollar.transfer(bob, 400_000e18);
        uint256 before = _worth();
        vm.startPrank(bob);
        (uint256[] memory repaid, ) = engine.liquidateInStable(USDC, _item(TWIN, ALL), ALL, "");
        require(repaid[0] > 10_000e18, "liquidated");
        engine.withdraw(ETH, ALL, bob, bob);
        reserve.redeem(USDC, 300_000e18, 0, bob);
        vm.stopPrank();
        uint256 after_ = _worth();
        // 25 bps on each side of the stable, with fees at nought.
        require(after_ < before && before - after_ < (before * 2) / 1_000, "costs the spread");
    }

    /// @dev The same by absorption: the incentive is the reserve's, but for a tenth of it.
    function test_absorbingOneselfThenBuyingBack() public {
        _borrow(TWIN, ETH, 400_000e18, 7_200);
        _price(ETH, 1_600e8);
        uint256 before = _worth();
        address[] memory accounts = new address[](1);
        accounts[0] = TWIN;
        vm.prank(bob);
        require(engine.absorb(accounts)[0] != 0, "absorbed");
        require(_worth() < before, "at a loss");
        vm.startPrank(bob);
        rebalancer.open(ETH, STETH);
        rebalancer.fill(ETH, STETH, ALL, ALL, bob, "");
        vm.stopPrank();
        require(_worth() < before, "and bought back above mid");
    }

    /// @dev In, out again: nothing comes out before the delay, and what is claimed earns nothing.
    function test_stakingForADistribution() public {
        _pass(1 days);
        _look();
        vm.startPrank(bob);
        engine.accrue();
        backstop.deposit(400_000e18, bob);
        vm.stopPrank();
        // Something to distribute.
        reserve.setTerms(USDC, _terms(USDC));
        _issue(alice, USDC, 1_000_000);
        _look();
        uint256 before = backstop.convertToAssets(backstop.balanceOf(bob));
        require(reserve.distribute() != 0, "the fees of an issue are surplus");
        require(backstop.convertToAssets(backstop.balanceOf(bob)) == before, "streams, is not given");
        require(backstop.maxWithdraw(bob) == 0 && backstop.maxRedeem(bob) == 0, "stays");
    }

    /// @dev The whale owes half a year of interest, unpaid. Bob turns the book over thirty times in a block: by average cost alone most of it would count as paid.
    function test_hurryingTheInterestOfOthers() public {
        _stake(alice, 100_000e18);
        reserve.setTerms(USDC, _terms(USDC));
        _issue(alice, USDC, 100_000);
        reserve.distribute();
        _pass(180 days);
        _look();
        _pass(2 hours);
        _look();
        uint256 unpaid = engine.debtOf(whale) - 2_000_000e18;
        require(unpaid > 49_000e18, "half a year at 5%");
        (, uint256 before, ) = sheet.surplusLedger();
        vm.startPrank(bob);
        engine.deposit(ETH, tokens[ETH].balanceOf(bob), bob);
        for (uint256 i; i < 30; ++i) {
            engine.borrow(500_000e18, bob, bob);
            engine.repay(ALL, bob);
            sheet.refresh();
        }
        vm.stopPrank();
        reserve.distribute();
        (, uint256 realised, ) = sheet.surplusLedger();
        require(realised - before <= (unpaid * 7) / 30 + 1e18, "a week's part of it");
        require(realised - before > (unpaid * 6) / 30, "which is what it takes to show the bound at work");
    }
}
