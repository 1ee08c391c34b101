// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {Backstop} from "../../../contracts/backstop/Backstop.sol";
import {ExitTerms} from "../../../contracts/interfaces/IBackstop.sol";
import {PlimsollDollar} from "../../../contracts/token/PlimsollDollar.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {RetirerDouble} from "../../contracts/backstop/RetirerDouble.sol";
import {StakeSheet} from "../../contracts/backstop/StakeSheet.sol";
import {vm} from "../../contracts/Vm.sol";

/// @dev A Backstop over the real plUSD, a sheet and a reserve that do as they are told, and shorthands.
abstract contract BackstopFixture {
    uint256 internal constant T0 = 1_700_000_000;
    uint32 internal constant DELAY = 7 days;
    uint32 internal constant SETTLE = 6 hours;
    uint32 internal constant WINDOW = 2 days;
    uint32 internal constant EXIT_WINDOW = 2 hours;
    uint32 internal constant STREAM = 7 days;

    address internal constant ALICE = address(0xA11CE);
    address internal constant BOB = address(0xB0B);
    address internal constant CAROL = address(0xCA401);
    address internal constant MINTER = address(0xFAC1);

    AccessManager internal manager;
    PlimsollDollar internal dollar;
    Backstop internal backstop;
    StakeSheet internal sheet;
    RetirerDouble internal reserve;

    /// @dev The time, kept here: the optimiser takes `block.timestamp` for the same throughout a call, whatever the cheat code does.
    uint256 internal clock;

    function setUp() public virtual {
        _at(T0);
        manager = Deploy.accessManager(address(this));
        dollar = Deploy.plimsollDollar(address(manager));
        backstop = Deploy.backstop(address(manager), address(dollar), _terms());
        sheet = new StakeSheet();
        reserve = new RetirerDouble(dollar);
        sheet.setBackstop(address(backstop));
        reserve.setBackstop(address(backstop));
        backstop.setModules(address(sheet), address(reserve));
        dollar.setFacilitator(MINTER, 1e36);
        dollar.setFacilitator(address(reserve), 1e36);
        dollar.setFlashMintCap(1e30);
    }

    function _terms() internal pure returns (ExitTerms memory) {
        return ExitTerms({delay: DELAY, settle: SETTLE, window: WINDOW, exitWindow: EXIT_WINDOW, stream: STREAM});
    }

    // ---- shorthands

    function _at(uint256 time) internal {
        clock = time;
        vm.warp(time);
    }

    function _wait(uint256 time) internal {
        _at(clock + time);
    }

    function _give(address to, uint256 amount) internal {
        vm.prank(MINTER);
        dollar.mint(to, amount);
        vm.prank(to);
        dollar.approve(address(backstop), type(uint256).max);
    }

    /// @dev A quarter is ALICE's.
    function _twoStake() internal {
        _stake(ALICE, 100e18);
        _stake(BOB, 300e18);
    }

    function _stake(address who, uint256 amount) internal returns (uint256 shares) {
        _give(who, amount);
        vm.prank(who);
        return backstop.deposit(amount, who);
    }

    function _claim(address who, uint256 shares) internal returns (uint256 assets) {
        vm.prank(who);
        return backstop.claim(shares);
    }

    function _claimAll(address who) internal returns (uint256 assets) {
        return _claim(who, backstop.balanceOf(who));
    }

    /// @dev Waits for the second moment and marks it.
    function _mark(address who) internal {
        _at(backstop.claimOf(who).claimedAt + DELAY);
        backstop.markDue(who);
    }

    /// @dev Waits for the third moment.
    function _settle(address who) internal {
        _at(backstop.claimOf(who).dueAt + SETTLE);
    }

    function _exit(address who) internal returns (uint256 assets) {
        vm.prank(who);
        return backstop.exit(who, who);
    }

    /// @dev All three moments with nothing in between but time.
    function _leave(address who) internal returns (uint256 assets) {
        _claimAll(who);
        _mark(who);
        _settle(who);
        return _exit(who);
    }

    function _active() internal view returns (uint256 active) {
        (active, , ) = backstop.pools();
    }

    function _streaming() internal view returns (uint256 streaming) {
        (, streaming, ) = backstop.pools();
    }

    function _coolingPool() internal view returns (uint256 cooling) {
        (, , cooling) = backstop.pools();
    }

    function _all() internal view returns (uint256) {
        (uint256 active, uint256 streaming, uint256 cooling) = backstop.pools();
        return active + streaming + cooling;
    }

    /// @dev `_reverts`, called by somebody.
    function _call(address who, bytes memory data, bytes memory reason, string memory what) internal {
        vm.prank(who);
        _reverts(data, reason, what);
    }

    function _reverts(bytes memory data, bytes memory reason, string memory what) internal {
        (bool success, bytes memory answer) = address(backstop).call(data);
        require(!success, string.concat(what, ": not refused"));
        require(keccak256(answer) == keccak256(reason), string.concat(what, ": another error"));
    }

    function _near(uint256 a, uint256 b, uint256 tolerance, string memory what) internal pure {
        require((a > b ? a - b : b - a) <= tolerance, what);
    }
}
