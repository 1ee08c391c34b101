// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {ExitTerms, IBackstop} from "../../../contracts/interfaces/IBackstop.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {StakeSheet} from "../../contracts/backstop/StakeSheet.sol";
import {vm} from "../../contracts/Vm.sol";
import {BackstopFixture} from "./BackstopFixture.sol";

/// @notice What governance can set, and its limits.
contract BackstopConfigTest is BackstopFixture {
    function _refused(ExitTerms memory terms, bytes32 name, uint256 value, uint256 least, uint256 most) private {
        bytes memory reason = abi.encodeWithSelector(IBackstop.ParameterOutOfBounds.selector, name, value, least, most);
        _reverts(abi.encodeCall(backstop.setExitTerms, (terms)), reason, "out of bounds");
        vm.expectRevert(reason);
        Deploy.backstop(address(manager), address(dollar), terms);
    }

    function test_termsHaveLimits() public {
        ExitTerms[2] memory ends = [
            ExitTerms(1 days, 1 hours + 1, 1 days, 10 minutes, 1 days),
            ExitTerms(30 days, 7 days, 14 days, 12 hours, 60 days)
        ];
        for (uint256 i; i < 2; ++i) {
            backstop.setExitTerms(ends[i]);
            require(keccak256(abi.encode(backstop.exitTerms())) == keccak256(abi.encode(ends[i])), "not stored");
        }
        _refused(ExitTerms(1 days - 1, SETTLE, WINDOW, EXIT_WINDOW, STREAM), "delay", 1 days - 1, 1 days, 30 days);
        _refused(ExitTerms(30 days + 1, SETTLE, WINDOW, EXIT_WINDOW, STREAM), "delay", 30 days + 1, 1 days, 30 days);
        _refused(ExitTerms(DELAY, 1 hours - 1, WINDOW, EXIT_WINDOW, STREAM), "settle", 1 hours - 1, 1 hours, 7 days);
        _refused(ExitTerms(DELAY, 7 days + 1, WINDOW, EXIT_WINDOW, STREAM), "settle", 7 days + 1, 1 hours, 7 days);
        _refused(ExitTerms(DELAY, SETTLE, 1 days - 1, EXIT_WINDOW, STREAM), "window", 1 days - 1, 1 days, 14 days);
        _refused(ExitTerms(DELAY, SETTLE, 14 days + 1, EXIT_WINDOW, STREAM), "window", 14 days + 1, 1 days, 14 days);
        uint32 brief = 10 minutes - 1;
        _refused(ExitTerms(DELAY, SETTLE, WINDOW, brief, STREAM), "exitWindow", brief, 10 minutes, 12 hours);
        uint32 long = 12 hours + 1;
        _refused(ExitTerms(DELAY, SETTLE, WINDOW, long, STREAM), "exitWindow", long, 10 minutes, 12 hours);
        _refused(ExitTerms(DELAY, SETTLE, WINDOW, EXIT_WINDOW, 1 days - 1), "stream", 1 days - 1, 1 days, 60 days);
        _refused(ExitTerms(DELAY, SETTLE, WINDOW, EXIT_WINDOW, 60 days + 1), "stream", 60 days + 1, 1 days, 60 days);
    }

    /// @dev Otherwise a loss before the second moment might not be settled before the third.
    function test_settleIsLongerThanTheSheetsDelay() public {
        sheet.setDeficitDelay(uint24(SETTLE));
        bytes memory reason = abi.encodeWithSelector(
            IBackstop.ParameterOutOfBounds.selector,
            bytes32("settle"),
            SETTLE,
            SETTLE + 1,
            7 days
        );
        _reverts(abi.encodeCall(backstop.setExitTerms, (_terms())), reason, "as long");
        _reverts(
            abi.encodeCall(backstop.setModules, (address(sheet), address(reserve))),
            reason,
            "a sheet that takes as long"
        );
        backstop.setExitTerms(ExitTerms(DELAY, SETTLE + 1, WINDOW, EXIT_WINDOW, STREAM));
        backstop.setModules(address(sheet), address(reserve));
    }

    function test_modulesAreContracts() public {
        StakeSheet other = new StakeSheet();
        backstop.setModules(address(other), address(reserve));
        (address sheet_, address reserve_) = backstop.modules();
        require(sheet_ == address(other) && reserve_ == address(reserve), "not stored");
        bytes memory none = abi.encodeWithSelector(IBackstop.ModuleHasNoCode.selector, ALICE);
        _reverts(abi.encodeCall(backstop.setModules, (ALICE, address(reserve))), none, "no sheet");
        _reverts(abi.encodeCall(backstop.setModules, (address(sheet), ALICE)), none, "no reserve");
    }

    function test_onlyGovernanceSets() public {
        bytes memory reason = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, ALICE);
        vm.prank(ALICE);
        _reverts(abi.encodeCall(backstop.setExitTerms, (_terms())), reason, "terms");
        vm.prank(ALICE);
        _reverts(abi.encodeCall(backstop.setModules, (address(sheet), address(reserve))), reason, "modules");
    }

    function test_whatItIs() public view {
        require(backstop.asset() == address(dollar), "asset");
        require(keccak256(bytes(backstop.symbol())) == keccak256("splUSD"), "symbol");
        require(keccak256(bytes(backstop.name())) == keccak256("Staked Plimsoll Dollar"), "name");
        require(!backstop.isEntered(), "entered");
    }
}
