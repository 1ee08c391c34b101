// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";

import {IPlimsollDollar} from "../../../contracts/interfaces/IPlimsollDollar.sol";

/// @title Tries a list of calls while plUSD is flash-minted to it
contract FlashAttempt is IERC3156FlashBorrower {
    IPlimsollDollar private immutable DOLLAR;
    address[] private _targets;
    bytes[] private _calls;
    /// @notice What each attempt was answered with: empty where it succeeded.
    bytes[] public answers;

    constructor(address dollar) {
        DOLLAR = IPlimsollDollar(dollar);
    }

    function attempt(address target, bytes calldata call_) external {
        _targets.push(target);
        _calls.push(call_);
    }

    function run(uint256 amount) external {
        DOLLAR.approve(address(DOLLAR), amount);
        DOLLAR.flashLoan(this, address(DOLLAR), amount, "");
    }

    /// @inheritdoc IERC3156FlashBorrower
    function onFlashLoan(address, address, uint256, uint256, bytes calldata) external returns (bytes32) {
        for (uint256 i; i < _targets.length; ++i) {
            (bool ok, bytes memory answer) = _targets[i].call(_calls[i]);
            answers.push(ok ? bytes("") : answer);
        }
        return keccak256("ERC3156FlashBorrower.onFlashLoan");
    }
}
