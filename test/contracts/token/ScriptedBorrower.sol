// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";

import {IPlimsollDollar} from "../../../contracts/interfaces/IPlimsollDollar.sol";

/// @title A flash-mint receiver that does as it is told
/// @dev It plays a list of calls inside the callback, notes what the token says meanwhile, and gives any answer.
contract ScriptedBorrower is IERC3156FlashBorrower {
    struct Call {
        address target;
        bytes data;
    }

    /// @dev What the callback was given and what the token answered during it, after the calls.
    struct Observation {
        address initiator;
        address token;
        uint256 amount;
        uint256 fee;
        bytes data;
        uint256 supply;
        uint256 available;
        bool entered;
    }

    /// @notice The magic value of ERC-3156.
    bytes32 public constant MAGIC = keccak256("ERC3156FlashBorrower.onFlashLoan");

    bytes32 public answer = MAGIC;

    Call[] private _calls;
    Observation private _seen;

    function setAnswer(bytes32 answer_) external {
        answer = answer_;
    }

    /// @notice Adds a call to the list that the callback plays.
    function push(address target, bytes calldata data) external {
        _calls.push(Call(target, data));
    }

    /// @notice Makes a call at once, outside any callback.
    function execute(address target, bytes calldata data) external {
        _forward(target, data);
    }

    function seen() external view returns (Observation memory) {
        return _seen;
    }

    /// @inheritdoc IERC3156FlashBorrower
    function onFlashLoan(
        address initiator,
        address token,
        uint256 amount,
        uint256 fee,
        bytes calldata data
    ) external returns (bytes32) {
        for (uint256 i = 0; i < _calls.length; ++i) _forward(_calls[i].target, _calls[i].data);
        IPlimsollDollar dollar = IPlimsollDollar(token);
        _seen = Observation({
            initiator: initiator,
            token: token,
            amount: amount,
            fee: fee,
            data: data,
            supply: dollar.totalSupply(),
            available: dollar.maxFlashLoan(token),
            entered: dollar.isEntered()
        });
        return answer;
    }

    function _forward(address target, bytes memory data) private {
        (bool success, bytes memory reason) = target.call(data);
        if (!success) {
            // The reason goes up unchanged, so that a test sees the error of the call that failed.
            assembly ("memory-safe") {
                revert(add(reason, 0x20), mload(reason))
            }
        }
    }
}
