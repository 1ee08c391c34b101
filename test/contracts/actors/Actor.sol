// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ITokenHooks} from "../tokens/HookToken.sol";
import {ILiquidationCallback} from "../../../contracts/interfaces/ILiquidationCallback.sol";
import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";

/// @title A contract that does what a test tells it to, when it is called back
/// @notice Liquidator, flash borrower, hooked token holder and smart wallet in one. In every callback it makes the calls that were planned and
/// keeps what came of them, for the test to look at.
contract Actor is ILiquidationCallback, IERC3156FlashBorrower, ITokenHooks {
    struct Call {
        address target;
        bytes data;
    }

    struct Outcome {
        bool ok;
        bytes result;
    }

    bytes32 private constant FLASH_MAGIC = keccak256("ERC3156FlashBorrower.onFlashLoan");

    /// @notice Which callback came in last, by its selector.
    bytes4 public lastCallback;
    /// @notice Callbacks so far.
    uint256 public callbacks;
    /// @notice As given to `onLiquidate`.
    uint256 public lastRepaid;
    uint256[] private _lastSeized;
    /// @notice What `onFlashLoan` answers.
    bytes32 public answer = FLASH_MAGIC;

    Call[] private _plan;
    Outcome[] private _outcomes;

    // ---- what the test says

    /// @notice Makes a call at once; reverts as the callee does.
    function execute(address target, bytes calldata data) external returns (bytes memory) {
        return _bubble(target, data);
    }

    /// @notice What to do in each callback. Failures are recorded, not passed on.
    function plan(Call[] calldata calls) external {
        delete _plan;
        delete _outcomes;
        callbacks = 0;
        for (uint256 i; i < calls.length; ++i) _plan.push(calls[i]);
    }

    function setAnswer(bytes32 answer_) external {
        answer = answer_;
    }

    // ---- what came of it

    function outcomes() external view returns (Outcome[] memory) {
        return _outcomes;
    }

    function lastSeized() external view returns (uint256[] memory) {
        return _lastSeized;
    }

    // ---- callbacks

    function onLiquidate(uint256 repaid, uint256[] calldata seized, bytes calldata) external {
        lastRepaid = repaid;
        _lastSeized = seized;
        _act();
    }

    function onFlashLoan(address, address, uint256, uint256, bytes calldata) external returns (bytes32) {
        _act();
        return answer;
    }

    function tokensToSend(address, address, uint256) external {
        _act();
    }

    function tokensReceived(address, address, uint256) external {
        _act();
    }

    function _act() private {
        lastCallback = msg.sig;
        ++callbacks;
        for (uint256 i; i < _plan.length; ++i) {
            (bool ok, bytes memory result) = _plan[i].target.call(_plan[i].data);
            _outcomes.push(Outcome(ok, result));
        }
    }

    function _bubble(address target, bytes calldata data) private returns (bytes memory) {
        (bool ok, bytes memory result) = target.call(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
        return result;
    }
}
