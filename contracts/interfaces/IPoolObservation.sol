// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title What may be wrong with the observations of a Uniswap v3 pool
interface IPoolObservation {
    /// @notice The pool's observations do not reach back over the window: it is too young, or has too few observation slots. {s}
    error ObservationWindowTooShort(address pool, uint256 window);
    /// @notice The pool refused to be observed for another reason.
    error ObservationFailed(address pool, bytes reason);
}
