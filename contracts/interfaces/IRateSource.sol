// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title Source of the borrow rate
interface IRateSource {
    /// @notice The rate to store next. The credit engine bounds it again by its own immutable maximum. May store when it was asked, to bound the
    /// change per day; who may ask is its own business.
    /// @param current The rate in force until now. {1/s} 18 decimals
    /// @return {1/s} 18 decimals, continuously compounded
    function nextRate(uint256 current) external returns (uint256);
}
