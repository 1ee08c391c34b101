// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IDerivedFeed} from "./IDerivedFeed.sol";
import {IPoolObservation} from "./IPoolObservation.sol";

/// @title Price of a token from a Uniswap v3 pool, time-weighted, times a base feed of the other token
/// @notice The base feed is that of the pool's other token. Time-weighted geometric mean over `window`; `updatedAt` is the base feed's. Reverts (so the oracle
/// calls it dead, and the rate stays) rather than answer when the pool's observations do not reach back over the window, the harmonic-mean liquidity in it is below `minLiquidity`, or the base gives no
/// positive answer. Nothing here can be set: another window is another feed.
interface ITwapFeed is IDerivedFeed, IPoolObservation {
    error PoolNotOfFactory(address pool, address factory);
    error TokenNotInPool(address pool, address token);
    error WindowOutOfBounds(uint256 window, uint256 minimum, uint256 maximum);
    error LiquidityTooLow(uint256 liquidity, uint256 minimum);
    /// @notice A token or the base feed has more decimals than are handled.
    error DecimalsUnsupported(address source, uint256 decimals);

    /// @notice The pool.
    function pool() external view returns (address);
    /// @notice The token that is priced.
    function token() external view returns (address);
    /// @notice Span of the mean. {s}
    function window() external view returns (uint256);
    /// @notice The least harmonic-mean liquidity in range that it answers with.
    function minLiquidity() external view returns (uint256);
    /// @notice Mean tick, rounded toward minus infinity, and harmonic-mean liquidity over the window. Reverts where an answer would.
    function mean() external view returns (int24 tick, uint256 liquidity);
}
