// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ISolvency} from "../../../contracts/interfaces/ISolvency.sol";
import {FlashAttempt} from "../../contracts/solvency/FlashAttempt.sol";
import {SheetWorld} from "./SheetWorld.sol";

/// @dev plUSD that is there for one call only: no statement, deficit, look, exit or budget while it is.
contract FlashMintTest is SheetWorld {
    function test_nothingIsStatedInsideAFlashMint() public {
        reserve.setCash(USDC, 500_000 * UNIT);
        FlashAttempt attacker = new FlashAttempt(address(dollar));
        bytes[6] memory calls = [
            abi.encodeCall(sheet.refresh, ()),
            abi.encodeCall(sheet.settleDeficit, ()),
            abi.encodeCall(sheet.lookAtCollateral, ()),
            abi.encodeCall(sheet.exitTerms, ()),
            abi.encodeCall(sheet.riskBudget, ()),
            abi.encodeCall(reserve.distribute, (address(attacker)))
        ];
        for (uint256 i; i < 5; ++i) attacker.attempt(address(sheet), calls[i]);
        attacker.attempt(address(reserve), calls[5]);
        attacker.run(1_000_000e18);
        bytes32 expected = keccak256(abi.encodeWithSelector(ISolvency.Entered.selector, address(dollar)));
        for (uint256 i; i < 6; ++i) require(keccak256(attacker.answers(i)) == expected, "refused by name");
        require(sheet.capitalShort(), "still no statement");
        (uint256 amount, ) = sheet.deficitPoint();
        require(amount == 0, "no deficit of what was minted for a moment");
        // A deposit of it in the Backstop, a minute later, would be real stake.
        sheet.refresh();
        require(!sheet.capitalShort(), "open again afterwards");
    }
}
