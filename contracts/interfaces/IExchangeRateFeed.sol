// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IDerivedFeed} from "./IDerivedFeed.sol";

/// @notice Where an exchange rate is read from.
/// @param target Contract that knows the rate: the token itself, or an ERC-4626 vault.
/// @param selector View function that returns the rate as its first word, without argument or with one uint256.
/// @param hasArgument Whether `argument` is passed.
/// @param argument What is passed, such as one whole share.
/// @param decimals Decimals of the rate: `10 ** decimals` means one underlying token per token.
/// @param minSupply `totalSupply()` of the target below which the rate is refused (an empty vault's rate means nothing, a nearly
/// empty one's is cheap to push); 0 turns the check off for targets without supply. {raw token}
struct RateSource {
    address target;
    bytes4 selector;
    bool hasArgument;
    uint256 argument;
    uint8 decimals;
    uint256 minSupply;
}

/// @title Price of a staked or wrapped token: its underlying's price times its exchange rate, with a growth cap
/// @notice Looks like a Chainlink feed with 18 decimals, whatever the base feed has: the product carries more digits than its factors.
/// `updatedAt` is the base feed's. Reverts rather than return a price that it does not stand behind.
///
/// THE GROWTH CAP. Ratio is the rate with 18 decimals. The ratio counted is `min(ratio, cap)`, where
/// `cap = snapshot + anchor * growthPerYear * min(now - snapshot time, MAX_ELAPSED) / year`. Falls count at once. The anchor is the
/// ratio at construction, or at the last `setGrowthCap`, or after the last confirmed fall: growth is simple, not compound.
///
/// `poke()`, by anyone, moves the snapshot to `(min(ratio, cap), now)`.
/// - Poking often gains nothing: a new snapshot never lies above the old cap and the slope stays, so every later cap lies on or
///   below the line that the old snapshot drew. No order of pokes lets the counted ratio pass that line.
/// - Poking rarely gains nothing: allowance is collected for `MAX_ELAPSED` at most, so that a jump after years of silence is let in by no
///   more than that much growth. Unpoked for long, the cap stands still: too low a price, never too high a one.
/// - Poking in a bad moment does little harm: a ratio below the snapshot lowers it only when it is seen by two pokes
///   `FALL_CONFIRMATION` apart and by every poke between them, and then to the highest that was seen. So one dip that lasts for a
///   transaction holds nothing down, a poke at the true ratio between two dips voids the first, and a lasting fall closes the way
///   back up to the old level.
///
/// WHAT IT CANNOT TELL APART. Two dips of a moment each, `FALL_CONFIRMATION` apart, with no poke between them look like a lasting fall.
/// Whoever can push the rate down for a moment can so hold the price down (never up) until growth has made up for it, and
/// `setGrowthCap` does not undo it: only a new feed does, which starts from the present ratio. Therefore poke whenever
/// `pendingFall` shows a fall that is over, and use no feed like this for a rate that can be pushed down for a moment.
interface IExchangeRateFeed is IDerivedFeed {
    /// @notice The snapshot moved. 18 decimals
    event Poked(uint256 ratio);
    /// @notice A ratio below the snapshot was seen; it is confirmed by a poke from `confirmableAt` on. 18 decimals, unix seconds
    event FallSeen(uint256 ratio, uint256 confirmableAt);
    /// @notice The cap's growth changed and the snapshot moved to the present ratio. bps per year, 18 decimals
    event GrowthCapSet(uint256 growthPerYear, uint256 ratio);

    /// @notice The rate cannot be read from `target`.
    error RateUnreadable(address target);
    /// @notice The rate is zero, or rounds to zero.
    error RateZero(address target);
    /// @notice The ratio is too small to grow by whole units: a wrong number of decimals, most likely. 18 decimals
    error RatioTooSmall(uint256 ratio, uint256 minimum);
    /// @notice The token's supply is too small for its rate to mean anything. {raw token}
    error SupplyTooSmall(uint256 supply, uint256 minimum);
    /// @notice Base feed or rate have more decimals than supported.
    error DecimalsUnsupported(uint256 decimals, uint256 maximum);
    /// @notice The growth is outside its immutable limits. bps per year
    error GrowthCapInvalid(uint256 growthPerYear, uint256 minimum, uint256 maximum);
    /// @notice With this growth the present ratio would be capped. 18 decimals
    error RatioWouldBeCapped(uint256 ratio, uint256 cap);

    /// @notice The ratio as read, as counted, and the cap. 18 decimals; reverts where the rate is refused.
    function ratio() external view returns (uint256 current, uint256 counted, uint256 cap);

    /// @notice What the cap grows from: ratio and time of the snapshot, the anchor of the slope (18 decimals), and the growth. bps per year
    function snapshot() external view returns (uint256 ratio, uint256 time, uint256 anchor, uint256 growthPerYear);

    /// @notice The fall that waits for its confirmation: the highest ratio seen and since when; zeros where there is none.
    function pendingFall() external view returns (uint256 ratio, uint256 since);

    /// @notice Where the rate is read from.
    function rateSource() external view returns (RateSource memory);

    /// @notice Moves the snapshot forward by the rule above. Anyone may call it.
    function poke() external;

    /// @notice Changes the growth that is let in, and starts a new snapshot and anchor at the present ratio. Reverts if that ratio would be
    /// capped under the new growth.
    /// @param growthPerYear bps per year
    /// @custom:bound {MIN_GROWTH} .. {MAX_GROWTH} bps a year; the present ratio must stay uncapped
    function setGrowthCap(uint256 growthPerYear) external;
}
