// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {PriceStatus} from "../../../contracts/interfaces/IPriceOracle.sol";
import {HaircutBounds, Paces, RiskTargets} from "../../../contracts/interfaces/IRiskModel.sol";
import {Deploy} from "../../contracts/Deploy.sol";
import {RampsHarness} from "../../contracts/risk/RampsHarness.sol";
import {SettableOracle} from "../../contracts/risk/SettableOracle.sol";
import {vm} from "../../contracts/Vm.sol";

/// @dev Ramps aimed by the test itself, and shorthands. The clock stands at `T0`, when the paces were set.
abstract contract RampsFixture {
    uint256 internal constant T0 = 1_700_000_000;
    uint256 internal constant BPS = 10_000;
    uint256 internal constant WAD = 1e18;

    uint16 internal constant RISE = 200;
    uint16 internal constant FALL = 100;
    uint16 internal constant DEPTH_FALL = 1_000;
    uint16 internal constant GAP = 500;

    AccessManager internal manager;
    SettableOracle internal oracle;
    RampsHarness internal model;

    function setUp() public virtual {
        vm.warp(T0);
        manager = Deploy.accessManager(address(this));
        oracle = new SettableOracle();
        model = _deploy();
    }

    function _deploy() internal returns (RampsHarness) {
        return new RampsHarness(address(manager), address(oracle), _paces());
    }

    function _paces() internal pure returns (Paces memory) {
        return Paces(RISE, FALL, DEPTH_FALL, GAP);
    }

    function _wide() internal pure returns (HaircutBounds memory) {
        return HaircutBounds(0, 10_000, 100, 9_000);
    }

    /// @dev Lists with wide bounds, at a price of exactly 1,000 USD and a ledger unit of 1e-8 token.
    function _list(RampsHarness to, uint256 asset, uint16 initial, uint16 maintenance, uint256 depth) internal {
        oracle.set(asset, 1_000 * WAD, 1_000 * WAD, PriceStatus.Live);
        to.listAsset(asset, 8, _wide(), RiskTargets(initial, maintenance, depth));
    }

    function _list(uint256 asset, uint16 initial, uint16 maintenance, uint256 depth) internal {
        _list(model, asset, initial, maintenance, depth);
    }

    function _setTargets(uint256 asset, uint16 initial, uint16 maintenance, uint256 depth) internal {
        model.setTargets(asset, RiskTargets(initial, maintenance, depth));
    }

    function _holding(uint256 asset, uint256 balance) internal pure returns (uint256) {
        return (asset << 248) | balance;
    }

    function _holdings(uint256 first) internal pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = first;
    }

    function _holdings(uint256 first, uint256 second) internal pure returns (uint256[] memory list) {
        list = new uint256[](2);
        (list[0], list[1]) = (first, second);
    }

    function _holdings(uint256 first, uint256 second, uint256 third) internal pure returns (uint256[] memory list) {
        list = new uint256[](3);
        (list[0], list[1], list[2]) = (first, second, third);
    }

    function _eq(uint256 actual, uint256 expected, string memory what) internal pure {
        require(actual == expected, string.concat(what, ": ", _text(actual), " instead of ", _text(expected)));
    }

    /// @dev Checks everything in force of one asset.
    function _eqInForce(
        uint256 asset,
        uint256 initial,
        uint256 maintenance,
        uint256 borrowDepth,
        uint256 maintenanceDepth
    ) internal view {
        (uint256 h, uint256 m) = model.haircuts(asset);
        _eq(h, initial, "initial haircut");
        _eq(m, maintenance, "maintenance haircut");
        (uint256 live, uint256 slow) = model.depths(asset);
        _eq(live, borrowDepth, "borrow depth");
        _eq(slow, maintenanceDepth, "maintenance depth");
    }

    /// @dev The ramping flag, which only saves gas, from the storage: slot 0 is the authority's, then come the lanes.
    function _ramping(uint256 asset) internal view returns (bool) {
        uint256 lanes = uint256(vm.load(address(model), bytes32(1 + (asset >> 2))));
        return (lanes >> ((asset & 3) * 64 + 60)) & 1 == 1;
    }

    function _bounded(uint256 value, uint256 minimum, uint256 maximum) internal pure returns (uint256) {
        return minimum + (value % (maximum - minimum + 1));
    }

    function _text(uint256 value) private pure returns (string memory) {
        if (value == 0) return "0";
        bytes memory digits = new bytes(78);
        uint256 position = 78;
        for (; value != 0; value /= 10) digits[--position] = bytes1(uint8(48 + (value % 10)));
        bytes memory text = new bytes(78 - position);
        for (uint256 i = 0; i < text.length; ++i) text[i] = digits[position + i];
        return string(text);
    }
}
