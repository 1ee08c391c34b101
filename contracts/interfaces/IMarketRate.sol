// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IRateSource} from "./IRateSource.sol";

/// @notice What the borrow rate follows. Two slots with the state `[updated at 40]`.
/// @param base r0, at par. {1/s} 18 decimals @param minimum, maximum {1/s} 18 decimals
/// @param sensitivity sens: at this much below par the rate is e times r0. 18 decimals
/// @param pace The most that it changes a day. {1/s} 18 decimals @param surcharge Added to the aim while capital is short. {1/s} 18 decimals
struct RateTerms {
    uint40 base;
    uint40 minimum;
    uint40 maximum;
    uint64 sensitivity;
    uint40 pace;
    uint40 surcharge;
}

/// @title Borrow rate from plUSD's own market price
/// @notice `aim = clamp(r0 exp((1 - price) / sens) + surcharge)`, rounded down; the rate moves towards it by `pace` per day since the last change (at most a day's worth). While plUSD is
/// unpriced or its sources disagree, it stays. Price is the mid of oracle asset `DOLLAR_ASSET`.
interface IMarketRate is IRateSource, IAccessManaged {
    event RateAimed(uint256 price, uint256 aim, uint256 rate);
    event TermsSet(RateTerms terms);

    /// @notice Only the credit engine may move the clock.
    error NotEngine(address caller);
    error ParameterOutOfBounds(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum);

    /// @notice Number of plUSD's market price in the oracle (16 or above: it carries no covariance).
    function DOLLAR_ASSET() external view returns (uint256);
    /// @notice What the rate heads for now, and whether plUSD is priced. {1/s} 18 decimals
    function aim() external view returns (uint256 rate, bool priced);
    /// @notice What `nextRate` would answer the engine now. {1/s} 18 decimals
    function preview(uint256 current) external view returns (uint256 rate);
    /// @notice The terms in force.
    function terms() external view returns (RateTerms memory);
    /// @notice Within immutable limits. Risk role.
    /// @custom:bound rates <= {MAX_RATE} of 1e18 a second, sensitivity {MIN_SENSITIVITY} .. {MAX_SENSITIVITY}, pace {MIN_PACE} .. {MAX_RATE} a day
    function setTerms(RateTerms calldata terms_) external;
}
