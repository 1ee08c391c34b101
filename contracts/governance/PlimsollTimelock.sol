// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title Where what was voted waits before it happens
/// @notice OpenZeppelin's timelock with immutable limits of its delay: no vote can take away the time that everybody has to leave.
/// Whoever wants may execute what has waited.
/// @custom:bound-of schedule the delay in force, never below {MIN_DELAY} s
/// @custom:bound-of scheduleBatch the delay in force, never below {MIN_DELAY} s
/// @custom:bound-of cancel only what waits
/// @custom:bound-of execute only what has waited, as it was scheduled
/// @custom:bound-of executeBatch only what has waited, as it was scheduled
/// @custom:bound-of grantRole proposing, executing and cancelling; never sooner than the delay
/// @custom:bound-of revokeRole none
contract PlimsollTimelock is TimelockController {
    /// @notice Limits of the delay. {s}
    uint256 public constant MIN_DELAY = 2 days;
    uint256 public constant MAX_DELAY = 30 days;

    /// @notice The delay is outside its immutable limits. {s}
    error DelayOutOfBounds(uint256 delay, uint256 minimum, uint256 maximum);

    modifier onlySelf() {
        require(msg.sender == address(this), TimelockUnauthorizedCaller(msg.sender));
        _;
    }

    /// @param minDelay {s}
    /// @param admin Who says which governor may propose; renounces when that is done.
    constructor(
        uint256 minDelay,
        address[] memory proposers,
        address[] memory executors,
        address admin
    ) TimelockController(minDelay, proposers, executors, admin) {
        _requireWithin(minDelay);
    }

    /// @notice Changes how long what is proposed from now on has to wait. Only the timelock itself. {s}
    /// @custom:bound newDelay {MIN_DELAY} .. {MAX_DELAY} s
    function updateDelay(uint256 newDelay) public override onlySelf {
        _requireWithin(newDelay);
        super.updateDelay(newDelay);
    }

    function _requireWithin(uint256 delay) private pure {
        require(delay >= MIN_DELAY && delay <= MAX_DELAY, DelayOutOfBounds(delay, MIN_DELAY, MAX_DELAY));
    }
}
