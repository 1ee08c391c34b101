// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Statement} from "../../../contracts/interfaces/IBalanceSheet.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @notice The world that the other suites start from is what it says it is.
contract WorldTest is SystemWorld {
    function test_everyPartIsConnected() public view {
        (address gate, address auctions, address model, address stake) = reserve.modules();
        require(gate == address(sheet) && auctions == address(rebalancer), "the reserve's modules");
        require(model == address(risk) && stake == address(backstop), "the reserve's modules");
        (address book, address owned, address pools, ) = sheet.modules();
        require(book == address(engine) && owned == address(reserve) && pools == address(backstop), "the sheet's");
        require(dollar.totalSupply() == 0 && dollar.facilitators().length == 2, "no plUSD out of thin air");
        require(rebalancer.offTarget() == 0, "on target");
    }

    /// @dev Equity of 10 million at low; ether and staked ether of 5 million at 5% a day and more.
    function test_firstStatement() public view {
        Statement memory s = _statement();
        require(s.fullyPriced && s.lines.length == ASSETS, "all assets");
        _near(uint256(s.equity), 9_960_000e18, 5_000e18, "ten million less the deviations of the feeds");
        require(s.capital == s.equity && s.loans == 0 && s.cooling == 0, "nothing owed");
        require(s.required > 700_000e18 && s.required < 1_000_000e18, "of a jump or of value at risk");
        require(s.headroom == uint256(s.capital) - s.required && s.headroom - _headroom() < 1e12, "stored");
    }

    /// @dev The rest of the day in one go: issue, borrow, stake, repay in a stable, distribute, redeem.
    function test_anOrdinaryDay() public {
        uint256 issued = _issue(alice, USDC, 500_000);
        _near(issued, 498_750e18, 600e18, "at low less a fee");
        _borrow(bob, ETH, 400_000e18, 5_000);
        _stake(bob, 300_000e18);
        _pass(1 days);
        _look();
        uint256 interest = engine.debtOf(bob) - 400_000e18;
        require(interest > 30e18 && interest < 60e18, "5% of 400,000 in a day");
        _give(carol, USDC, _tok(USDC, 200_000));
        _repay();
        uint256 released = reserve.distribute();
        require(released != 0 && _balance(address(backstop)) == 300_000e18 + released, "fees and interest");
        uint256 before = _backing();
        _redeem(alice, USDC, 100_000e18);
        require(before == WAD && _backing() == WAD, "backed");
        require(tokens[USDC].balanceOf(alice) > _tok(USDC, 99_000), "par less fee and deviation");
        require(
            dollar.level(address(engine)) + dollar.level(address(reserve)) == int256(dollar.totalSupply()),
            "levels"
        );
    }

    function _repay() private {
        require(
            _refusal(carol, address(engine), abi.encodeCall(engine.repayInStable, (USDC, 100_000e18, bob, ALL))) == 0
        );
    }
}
