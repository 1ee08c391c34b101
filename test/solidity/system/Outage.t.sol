// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {OpenAuction} from "../../../contracts/interfaces/IRebalancer.sol";
import {PlainVault} from "../../contracts/vaults/PlainVault.sol";
import {vm} from "../../contracts/Vm.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @notice A vault with a good part of the dollars does not answer for two hours, and everybody knows: that is no reason to sell anything.
contract SystemOutageTest is SystemWorld {
    PlainVault private _yield;

    function setUp() public override {
        super.setUp();
        _issue(alice, USDC, 3_000_000);
        _yield = _vault(USDC, 20_000_000);
        require(reserve.invest(address(_yield)) != 0, "invested");
        _look();
        for (uint256 i; i < ASSETS; ++i) _give(bob, i, _tok(i, 100_000_000));
        for (uint256 i; i < 40 && rebalancer.offTarget() != 0; ++i) _round();
        require(rebalancer.offTarget() == 0, "on target");
    }

    /// @dev Whatever can be opened is, and filled at the end of its time.
    function _round() private returns (uint256 filled) {
        for (uint256 sold; sold < ASSETS; ++sold) {
            for (uint256 bought; bought < ASSETS; ++bought) {
                try rebalancer.open(sold, bought) {} catch {}
            }
        }
        _pass(1_750);
        OpenAuction[] memory all = rebalancer.auctions();
        for (uint256 i; i < all.length; ++i) {
            vm.prank(bob);
            try rebalancer.fill(all[i].sold, all[i].bought, ALL, ALL, bob, "") {
                ++filled;
            } catch {}
        }
        _pass(51);
        _look();
    }

    function test_anOutageSellsNothing() public {
        // Nothing is left to do before.
        while (_round() != 0) {}
        bytes memory code = address(_yield).code;
        vm.etch(address(_yield), "");
        reserve.bookVault(address(_yield));
        (uint256[16] memory weights, , ) = rebalancer.weights();
        require(reserve.position(USDC).vaulted == 0, "counts nothing in statements");
        for (uint256 i; i < 4; ++i) require(_round() == 0, "sold for an outage");
        (uint256[16] memory later, , ) = rebalancer.weights();
        require(weights[USDC] == later[USDC], "and no weight has moved");
        vm.etch(address(_yield), code);
        reserve.bookVault(address(_yield));
        for (uint256 i; i < 4; ++i) require(_round() == 0, "nor for its end");
    }
}
