// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAbsorber} from "../../../contracts/interfaces/IAbsorber.sol";
import {IReserveShared, ReserveTerms} from "../../../contracts/interfaces/IReserveShared.sol";
import {vm} from "../../contracts/Vm.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @notice Failed positions: room, credit, tips, exposure; and seed capital
contract AbsorbTest is ReserveWorld {
    function test_takesFailedPositionsAsCredit() public {
        uint256 supply = dollar.totalSupply();
        _absorb(ETH, 100);
        uint256 credit = reserve.position(ETH).credit;
        require(credit == engine.balanceOf(address(reserve), ETH) && credit > 90e8, "credit");
        // 70% of 100 ether at 2000, against 60% of that in ether.
        require(dollar.level(address(reserve)) == 140_000e18, "level");
        require(dollar.totalSupply() == supply + 140_000e18, "supply stays");
        require(sheet.exposure() == 140_000e18, "headroom falls by what is taken on");
        require(sheet.losses() > 20_000e18, "the loss is booked");
        (uint256 mask, , uint256[] memory amounts) = reserve.counted();
        require(mask == 1 << ETH && amounts[0] == credit, "counts");
        (mask, amounts) = reserve.booked();
        require(mask == 1 << ETH && amounts[0] == credit, "counts for weights");
        require(reserve.sellable(ETH) == credit, "can be sold");
    }

    /// @dev Not listed in the reserve, and counted, sold and paid all the same.
    function test_takesWhatItDoesNotList() public {
        _absorb(BTC, 10);
        (uint256 mask, , ) = reserve.counted();
        require(mask == 1 << BTC, "counts");
        uint256 worth = (reserve.sellable(BTC) * oracle.price(BTC).low) / 1e8;
        sheet.setLiabilities(0, 1_000_000e18);
        require(worth != 0 && reserve.cappedBacking(USDC) == (worth * WAD) / 1_000_000e18, "backs a part");
        sheet.setLiabilities(0, 100_000e18);
        require(reserve.cappedBacking(USDC) == WAD, "backs it all");
        _expect(abi.encodeWithSelector(IReserveShared.AssetNotListed.selector, BTC));
        reserve.collectCredit(BTC);
    }

    function test_creditIsCollectedByAnyone() public {
        _absorb(ETH, 100);
        uint256 credit = reserve.position(ETH).credit;
        vm.prank(bob);
        require(reserve.collectCredit(ETH) == credit, "amount");
        require(reserve.position(ETH).cash == credit && reserve.position(ETH).credit == 0, "cash");
        require(tokens[ETH].balanceOf(address(reserve)) == credit * scales[ETH], "tokens");
        _expect(abi.encodeWithSelector(IReserveShared.ZeroAmount.selector));
        reserve.collectCredit(ETH);
    }

    function test_roomIsWhatTheCapLeaves() public {
        _fund(ETH, 400);
        _absorb(ETH, 100);
        uint256 credit = reserve.position(ETH).credit;
        (, , ReserveTerms memory t) = reserve.assetTerms(ETH);
        uint256[] memory room = reserve.capacities((1 << USDC) | (1 << ETH) | (1 << BTC));
        require(room.length == 3, "one each");
        (, , ReserveTerms memory u) = reserve.assetTerms(USDC);
        require(room[0] == u.cap, "all of it");
        require(room[1] == t.cap - 400e8 - credit, "less cash and credit");
        require(room[2] == 0, "none of what is not listed");
        t.cap = 100e8;
        reserve.setTerms(ETH, t);
        require(reserve.capacities(1 << ETH)[0] == 0, "floored");
    }

    function test_tipsComeFromTheTipFund() public {
        _lend(alice, 1_000e18);
        vm.prank(alice);
        dollar.approve(address(reserve), 30e18);
        vm.prank(alice);
        reserve.fundTips(30e18);
        require(reserve.tipFund() == 30e18, "fund");
        vm.prank(address(engine));
        reserve.onAbsorb(bob, 20e18, 0, 0);
        require(dollar.balanceOf(bob) == 20e18 && reserve.tipFund() == 10e18, "paid");
        vm.prank(address(engine));
        reserve.onAbsorb(bob, 20e18, 0, 0);
        require(dollar.balanceOf(bob) == 30e18 && reserve.tipFund() == 0, "as far as it goes");
        // plUSD that came another way is not for tips.
        vm.prank(alice);
        dollar.transfer(address(reserve), 100e18);
        vm.prank(address(engine));
        reserve.onAbsorb(bob, type(uint256).max, 1e18, 0);
        require(dollar.balanceOf(bob) == 30e18, "nothing is left");
    }

    function test_onlyTheEngineTells() public {
        _expect(abi.encodeWithSelector(IAbsorber.NotCreditEngine.selector, address(this)));
        reserve.onAbsorb(bob, 0, 0, 0);
    }

    function test_fundingAddsEquityAndMintsNothing() public {
        _fund(ETH, 100);
        require(_cash(ETH) == 100e8 && dollar.totalSupply() == 0 && reserve.income() == 0, "equity only");
        _give(bob, ETH, 1e18);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, bob));
        vm.prank(bob);
        reserve.fund(ETH, 1e18);
    }

    /// @dev Four million that were absorbed and not yet collected fill the cap of ten as well: issue and payments of debts leave room for them.
    function test_creditFillsTheCap() public {
        _fund(USDC, 5_000_000);
        _absorb(USDC, 4_000_000);
        (, , ReserveTerms memory t) = reserve.assetTerms(USDC);
        uint256 credit = reserve.position(USDC).credit;
        uint256 held = _cash(USDC) + credit;
        require(credit > 3_000_000e6 && held < t.cap, "no credit");
        uint256 room = t.cap - held;
        _refuses(room + 1, held, t.cap);
        // The fee too is that of what is held.
        (uint256 fee, ) = reserve.fees(USDC, room);
        uint256 state = vm.snapshotState();
        reserve.collectCredit(USDC);
        (uint256 collected, ) = reserve.fees(USDC, room);
        require(fee == collected && fee > 50e14, "the fee of an emptier reserve");
        _refuses(room + 1, held, t.cap);
        vm.revertToState(state);
        require(_issue(bob, USDC, room) != 0, "up to the cap");
        require(_cash(USDC) + reserve.position(USDC).credit == t.cap, "the cap is kept");
    }

    function _refuses(uint256 units, uint256 held, uint256 cap) private {
        _give(bob, USDC, units);
        _expect(abi.encodeWithSelector(IReserveShared.CapExceeded.selector, USDC, held, cap));
        vm.prank(bob);
        reserve.issue(USDC, units, 0, bob);
        _expect(abi.encodeWithSelector(IReserveShared.CapExceeded.selector, USDC, held, cap));
        reserve.paymentFor(USDC, units * 1e12);
    }

    /// @dev What was collected, paid out or sold fills nothing: nobody asks the engine for what is not there.
    function test_creditThatIsGoneFillsNothing() public {
        _fund(USDC, 5_000_000);
        _absorb(USDC, 4_000_000);
        _absorb(ETH, 100);
        uint256 credit = reserve.collectCredit(USDC);
        uint256 cash = _cash(USDC);
        require(_issue(bob, USDC, 100_000e6) != 0 && _cash(USDC) == cash + 100_000e6, "issued");
        require(credit != 0 && reserve.position(ETH).credit != 0, "the other's stays");
        // And again, of the same asset.
        int256 price = feeds[USDC].answer();
        require(price == 1e8, "par");
        _absorb(USDC, 1_000_000);
        (uint256 fee, ) = reserve.fees(USDC, 1e6);
        credit = reserve.position(USDC).credit;
        reserve.collectCredit(USDC);
        (uint256 later, ) = reserve.fees(USDC, 1e6);
        require(credit != 0 && fee == later, "noted anew");
    }
}
