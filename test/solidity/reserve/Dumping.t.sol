// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ICreditShared} from "../../../contracts/interfaces/ICreditEngine.sol";
import {ReserveTerms} from "../../../contracts/interfaces/IReserveShared.sol";
import {vm} from "../../contracts/Vm.sol";
import {ReserveWorld} from "./ReserveWorld.sol";

/// @notice Solvent accounts cannot be dumped on the reserve
contract DumpingTest is ReserveWorld {
    address[] private _accounts;

    function setUp() public override {
        super.setUp();
        for (uint256 i; i < 4; ++i) {
            address account = address(uint160(0xD0D0 + i));
            _accounts.push(account);
            _give(account, ETH, 100e18);
            vm.startPrank(account);
            engine.deposit(ETH, 100e18, account);
            engine.borrow(140_000e18, account, account);
            vm.stopPrank();
        }
    }

    function _one(uint256 i) private view returns (address[] memory list) {
        list = new address[](1);
        list[0] = _accounts[i];
    }

    function test_notAboveTheAbsorptionHealth() public {
        // M = 100 * 1,675 * 1.005 * 0.83: health 0.998.
        feeds[ETH].set(1_675e8);
        _expect(abi.encodeWithSelector(ICreditShared.NothingToDo.selector));
        engine.absorb(_one(0));
    }

    /// @dev Below it slices go on until the cap is full; then solvent accounts are left to liquidators.
    function test_notBeyondTheCap() public {
        ReserveTerms memory t = _terms(ETH);
        t.cap = 128e8;
        reserve.setTerms(ETH, t);
        // Health 0.94: solvent, and absorbable.
        feeds[ETH].set(1_580e8);
        uint256 taken;
        for (uint256 i; i < 4; ++i) {
            try engine.absorb(_one(i)) returns (uint256[] memory removed) {
                taken += removed[0];
            } catch {}
        }
        require(taken != 0, "nothing was taken");
        uint256 credit = reserve.position(ETH).credit;
        require(credit <= 128e8, "beyond the cap");
        require(sheet.exposure() == taken, "headroom falls by what is taken on");
        _expect(abi.encodeWithSelector(ICreditShared.NothingToDo.selector));
        engine.absorb(_one(3));
        // Insolvent ones are taken whatever the cap says.
        feeds[ETH].set(1_000e8);
        engine.absorb(_one(3));
        require(reserve.position(ETH).credit > 128e8, "insolvent accounts go on");
    }

    /// @dev What a dumped account costs the reserve is no more than what its collateral's price does to it afterwards.
    function test_atALossOfNothing() public {
        feeds[ETH].set(1_580e8);
        engine.absorb(_one(0));
        uint256 received = (reserve.position(ETH).credit * oracle.price(ETH).low) / 1e8;
        require(received + sheet.losses() >= sheet.exposure(), "worth less than the debt taken");
        require(sheet.losses() == 0, "a loss");
    }
}
