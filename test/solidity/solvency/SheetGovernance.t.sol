// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IBalanceSheet, SheetParameters} from "../../../contracts/interfaces/IBalanceSheet.sol";
import {IRiskValuation} from "../../../contracts/interfaces/IRiskModel.sol";
import {vm} from "../../contracts/Vm.sol";
import {SheetWorld} from "./SheetWorld.sol";

/// @dev What governance may set, and within which limits.
contract SheetGovernanceTest is SheetWorld {
    function _refused(SheetParameters memory p, bytes32 name, uint256 value, uint256 least, uint256 most) private {
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.ParameterOutOfBounds.selector, name, value, least, most));
        sheet.setParameters(p);
    }

    function test_parametersHaveLimits() public {
        SheetParameters memory p = _terms();
        p.maxAge = 1 days + 1;
        _refused(p, "maxAge", 1 days + 1, 10 minutes, 1 days);
        p = _terms();
        p.liquidShare = 49;
        _refused(p, "liquidShare", 49, 50, 5_000);
        p = _terms();
        p.loanZ = 999_999;
        _refused(p, "loanZ", 999_999, 1_000_000, 10_000_000);
        p = _terms();
        p.loanHorizon = 0;
        _refused(p, "loanHorizon", 0, 1, 720);
        p = _terms();
        p.loanFloor = 99;
        _refused(p, "loanFloor", 99, 100, 5_000);
        p = _terms();
        p.shareFall = 239;
        _refused(p, "shareFall", 239, 240, 10_000);
        p = _terms();
        p.surplusFactor = 9_999;
        _refused(p, "surplusFactor", 9_999, 10_000, 100_000);
        p = _terms();
        p.deficitDelay = 1 hours - 1;
        _refused(p, "deficitDelay", 1 hours - 1, 1 hours, 7 days);
        p = _terms();
        p.maxAge = 20 minutes;
        sheet.setParameters(p);
        require(keccak256(abi.encode(sheet.parameters())) == keccak256(abi.encode(p)), "as set");
    }

    function test_anotherLongestAgeCountsAtOnceAndMakesNoStatementYounger() public {
        sheet.refresh();
        (, , uint256 taken, , ) = sheet.stored();
        _pass(30 minutes);
        SheetParameters memory p = _terms();
        p.maxAge = 20 minutes;
        sheet.setParameters(p);
        require(sheet.capitalShort(), "too old by now");
        p.maxAge = 30 minutes;
        sheet.setParameters(p);
        require(!sheet.capitalShort(), "just not too old");
        (, , uint256 takenAt, , ) = sheet.stored();
        require(takenAt == taken, "as old as it was");
        _pass(1);
        require(sheet.capitalShort(), "too old a second later");
    }

    function test_jumps() public {
        vm.expectRevert(
            abi.encodeWithSelector(IBalanceSheet.ParameterOutOfBounds.selector, bytes32("jump"), 499, 500, 10_000)
        );
        sheet.setJump(ETH, 499);
        vm.expectRevert(abi.encodeWithSelector(IRiskValuation.AssetNotListed.selector, 9));
        sheet.setJump(9, 1_000);
        require(sheet.jumpOf(9) == 500 && sheet.jumpOf(ETH) == 2_500, "the least where none is set");
    }

    function test_modulesHaveCodeAndClearWhatWasSaid() public {
        reserve.setCash(USDC, 500_000 * UNIT);
        sheet.lookAtCollateral();
        sheet.refresh();
        require(_headroom() != 0, "headroom");
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.ModuleHasNoCode.selector, address(1)));
        sheet.setModules(address(1), address(pools), address(risk));
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.ModuleHasNoCode.selector, address(2)));
        sheet.setModules(address(reserve), address(2), address(risk));
        vm.expectRevert(abi.encodeWithSelector(IBalanceSheet.ModuleHasNoCode.selector, address(3)));
        sheet.setModules(address(reserve), address(pools), address(3));
        sheet.setModules(address(reserve), address(pools), address(risk));
        (uint256 headroom, uint256 borrowable, uint256 takenAt, uint256 loanUnit, ) = sheet.stored();
        require(headroom == 0 && borrowable == 0 && takenAt == 0 && loanUnit == 10_000, "cleared");
        require(sheet.unitRequirement(USDC) == 0, "units as well");
        (address engine_, address reserve_, address pools_, address risk_) = sheet.modules();
        require(engine_ == address(engine) && reserve_ == address(reserve), "modules");
        require(pools_ == address(pools) && risk_ == address(risk), "modules");
    }

    function test_onlyGovernance() public {
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(7));
        vm.startPrank(address(7));
        vm.expectRevert(refusal);
        sheet.setParameters(_terms());
        vm.expectRevert(refusal);
        sheet.setJump(ETH, 1_000);
        vm.expectRevert(refusal);
        sheet.setModules(address(reserve), address(pools), address(risk));
        vm.stopPrank();
    }
}
