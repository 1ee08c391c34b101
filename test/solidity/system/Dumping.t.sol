// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ICreditShared} from "../../../contracts/interfaces/ICreditEngine.sol";
import {ReserveTerms} from "../../../contracts/interfaces/IReserveShared.sol";
import {vm} from "../../contracts/Vm.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @notice Solvent accounts dumped on the reserve: it takes what its caps have room for, at a discount, and every plUSD of debt costs headroom at once.
contract SystemDumpingTest is SystemWorld {
    uint256 private constant ACCOUNTS = 6;

    function setUp() public override {
        super.setUp();
        // 1,000,000 each against ether at 74%: liquidatable below 1,783 or so.
        for (uint256 i; i < ACCOUNTS; ++i) {
            _borrow(_account(i), ETH, 1_000_000e18, 7_400);
            _look();
        }
        // Room for some 800 ether more.
        ReserveTerms memory t = _terms(ETH);
        t.cap = reserve.position(ETH).cash + 800 * units[ETH];
        reserve.setTerms(ETH, t);
    }

    function _account(uint256 i) private pure returns (address) {
        return address(uint160(0xACC0 + i));
    }

    function _all() private pure returns (address[] memory accounts) {
        accounts = new address[](ACCOUNTS);
        for (uint256 i; i < ACCOUNTS; ++i) accounts[i] = _account(i);
    }

    function test_onlyBelowTheAbsorptionHealthAndWithinTheCap() public {
        // M/D = 0.99: to be liquidated, not to be dumped.
        _price(ETH, 1_760e8);
        address[] memory all = _all();
        vm.expectRevert(abi.encodeWithSelector(ICreditShared.NothingToDo.selector));
        engine.absorb(all);

        _price(ETH, 1_700e8);
        uint256 headroom = _headroom();
        uint256 equity = uint256(_statement().equity);
        uint256 cap = _terms(ETH).cap;
        vm.prank(bob);
        uint256[] memory removed = engine.absorb(_all());
        uint256 total;
        for (uint256 i; i < ACCOUNTS; ++i) total += removed[i];
        require(total != 0, "some were taken");
        require(reserve.position(ETH).cash + reserve.position(ETH).credit <= cap, "not beyond the cap");
        // The largest unit requirement of any asset is a jump of 25% or ether's value at risk.
        uint256 unit = sheet.unitRequirement(ETH) > 2_500 ? sheet.unitRequirement(ETH) : 2_500;
        for (uint256 i; i < ASSETS; ++i) if (sheet.unitRequirement(i) > unit) unit = sheet.unitRequirement(i);
        require(
            _headroom() <= headroom - (total * 2_500) / 10_000 &&
                headroom - _headroom() <= (total * unit) / 10_000 + 1e12,
            "costs headroom at once"
        );
        // Slices are taken at a discount of lmin or more, of which the tip is a tenth: above low prices.
        require(uint256(_statement().equity) + 1e12 >= equity, "the reserve is no worse off at low prices");
        // And what it took is sold by auction as anything overweight is.
        rebalancer.open(ETH, USDC);
    }

    /// @dev Insolvent accounts are taken beyond any cap.
    function test_capacityNeverBlocksTheInsolvent() public {
        _price(ETH, 1_200e8);
        vm.prank(bob);
        uint256[] memory removed = engine.absorb(_all());
        for (uint256 i; i < ACCOUNTS; ++i) require(removed[i] >= 1_000_000e18, "all of each");
        require(engine.totalDebt() == 0 && reserve.position(ETH).credit > 4_000 * units[ETH], "beyond the cap");
        (uint256 losses, , ) = sheet.surplusLedger();
        // 4,054 ether at 1,194, less six tips of 20 dollars, for six million.
        require(losses > 1_100_000e18 && losses < 1_200_000e18, "the loss is booked");
        require(_statement().equity > 0, "it is the reserve's capital that paid");
    }

    /// @dev One who gets himself absorbed and buys his collateral back in the auction is not better off than before.
    function test_dumpingOneselfIsNoBusiness() public {
        _price(ETH, 1_700e8);
        address self = _account(0);
        uint256 before = (engine.balanceOf(self, ETH) * _mid(ETH)) / units[ETH] - engine.debtOf(self);
        address[] memory accounts = new address[](1);
        accounts[0] = self;
        vm.prank(self);
        engine.absorb(accounts);
        uint256 after_ = (engine.balanceOf(self, ETH) * _mid(ETH)) / units[ETH] - engine.debtOf(self);
        require(after_ <= before, "he paid the incentive, and got a tenth of it as a tip");
    }
}
