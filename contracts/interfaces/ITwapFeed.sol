// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

/// @title Price of a token from a Uniswap v3 pool, time-weighted, times a base feed of the other token
/// @notice Looks like a Chainlink feed with 18 decimals. Time-weighted geometric mean over `window`; `updatedAt` is the base feed's. Reverts (so the oracle
/// calls it dead, and the rate stays) rather than answer when the pool's observations do not reach back over the window, the harmonic-mean liquidity in it is below `minLiquidity`, or the base gives no
/// positive answer. Nothing here can be set: another window is another feed.
interface ITwapFeed is AggregatorV3Interface {
    error PoolNotOfFactory(address pool, address factory);
    error TokenNotInPool(address pool, address token);
    error WindowOutOfBounds(uint256 window, uint256 minimum, uint256 maximum);
    error ObservationWindowTooShort(address pool, uint256 window);
    error LiquidityTooLow(uint256 liquidity, uint256 minimum);
    error BaseAnswerInvalid(int256 answer);
    error AnswerOutOfRange(uint256 answer);
    error HistoryNotKept(uint80 roundId);
    /// @notice A token or the base feed has more decimals than are handled.
    error DecimalsUnsupported(address source, uint256 decimals);
    /// @notice The pool did not answer for another reason than its history.
    error ObservationFailed(address pool, bytes reason);

    /// @notice The pool.
    function pool() external view returns (address);
    /// @notice The token that is priced.
    function token() external view returns (address);
    /// @notice Feed of the pool's other token.
    function baseFeed() external view returns (AggregatorV3Interface);
    /// @notice Span of the mean. {s}
    function window() external view returns (uint256);
    /// @notice The least harmonic-mean liquidity in range that it answers with.
    function minLiquidity() external view returns (uint256);
    /// @notice Mean tick, rounded toward minus infinity, and harmonic-mean liquidity over the window. Reverts where an answer would.
    function mean() external view returns (int24 tick, uint256 liquidity);
}
