// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice What can be done with a price.
/// - `Unpriced`: no live source. Counts 0 when risk is taken; `high` is the last good high, decaying to 0 (see `IPriceOracle`).
/// - `Disagreeing`: live sources differ by more than the limit. Counts 0 when risk is taken; liquidation goes on at the higher.
/// - `Live`: usable for everything.
enum PriceStatus {
    Unpriced,
    Disagreeing,
    Live
}

/// @notice A two-sided price. All {USD/tok} with 18 decimals, per whole token.
/// @param low `answer * (1 - deviation)`, the lower over live sources, rounded down; 0 when unpriced.
/// @param mid Mean of low and high; the higher source's answer while sources disagree; 0 when unpriced.
/// @param high `answer * (1 + deviation)`, the higher over live sources, rounded up; the decaying last good high when unpriced.
struct Price {
    uint256 low;
    uint256 mid;
    uint256 high;
    PriceStatus status;
}

/// @notice One source of an asset's price.
/// @param feed Chainlink-shaped feed (`AggregatorV3Interface`).
/// @param heartbeat An answer older than this is stale. {s}
/// @param deviation The feed's own deviation threshold: the answer may be off by this much without an update. bps
/// @param minPrice Answers below are refused; encoded rounded up. {USD/tok} 18 decimals
/// @param maxPrice Answers above are refused; encoded rounded down. {USD/tok} 18 decimals
struct FeedConfig {
    address feed;
    uint24 heartbeat;
    uint16 deviation;
    uint256 minPrice;
    uint256 maxPrice;
}

/// @title Two-sided prices from Chainlink-shaped feeds
/// @notice Never returns a stale, zero, negative or out-of-band price. A feed that reverts, returns garbage or eats all gas
/// makes that source dead, nothing more; a call made with too little gas to give the feed its full allowance reverts, so
/// nobody can fake a dead feed by starving it.
///
/// THE DECAY. The high of an unpriced asset falls linearly to 0 over `decay`. While every source still gives an answer in band that is merely
/// stale, it falls from the moment at which the last of them went stale. A source that died outright (reverts, garbage, out of band)
/// does not tell since when: then the last good high counts in full until somebody calls `record`, and falls from there. Anyone may, at
/// once; what nobody has seen moves nobody's limit.
/// @dev Assets are numbered. 0..15 are the assets of the risk model and the credit engine; higher numbers (up to 255) are
/// free for prices that carry no covariance, such as plUSD's own market price.
interface IPriceOracle {
    event FeedSet(uint256 indexed asset, address indexed feed, bool indexed second, FeedConfig config);
    event SecondFeedRemoved(uint256 indexed asset);
    event DisagreementLimitSet(uint256 indexed asset, uint256 limit);
    event DecaySet(uint256 duration);
    /// @notice `high` was stored as the last good high of `asset`. {USD/tok}
    event Recorded(uint256 indexed asset, uint256 high);
    /// @notice No source of `asset` is live and at least one gives no answer at all: its last good high decays from now.
    event DeathWitnessed(uint256 indexed asset);

    /// @notice The asset has no feed.
    error AssetUnknown(uint256 asset);
    /// @notice The asset already has a feed; migrate it instead.
    error AssetAlreadyListed(uint256 asset);
    /// @notice The asset number is above the maximum.
    error AssetOutOfRange(uint256 asset);
    /// @notice The asset has no live price.
    error AssetUnpriced(uint256 asset);
    /// @notice No contract at the feed's address.
    error FeedHasNoCode(address feed);
    /// @notice The feed reports more decimals than the oracle handles.
    error FeedDecimalsUnsupported(address feed, uint256 decimals);
    /// @notice The feed does not give a fresh answer inside its own band at the moment it is set.
    error FeedNotLive(uint256 asset, address feed);
    /// @notice A parameter of the configuration is outside its immutable limits.
    error FeedConfigInvalid(bytes32 field, uint256 value, uint256 minimum, uint256 maximum);
    /// @notice The new feed's answer is too far from the reference price. {USD/tok}, bps
    error FeedActivationMismatch(uint256 asset, uint256 newPrice, uint256 referencePrice, uint256 tolerance);
    /// @notice The call carries too little gas to tell a dead feed from a starved one.
    error InsufficientGas(uint256 available, uint256 required);
    /// @notice The decay was changed less than its longest duration ago; the next change is allowed at `allowedAt`. (unix seconds)
    error DecayChangedRecently(uint256 allowedAt);
    /// @notice The rollup's sequencer is down since `since` (unix seconds), or its status cannot be read (`since` = 0).
    error SequencerDown(uint256 since);
    /// @notice The rollup's sequencer is back, but the grace period lasts until `until`. (unix seconds)
    error SequencerGracePeriod(uint256 until);

    /// @notice The price of one asset. Never reverts for a listed asset, except for the sequencer and for missing gas.
    /// @param asset Asset number; `AssetUnknown` when it has no feed.
    function price(uint256 asset) external view returns (Price memory);

    /// @notice The prices of all assets in `mask` (bit i: asset i, i < 16), in ascending order of their numbers.
    function prices(uint256 mask) external view returns (Price[] memory);

    /// @notice The primary source's own answer, for the covariance. Ignores the second source and the sequencer.
    /// @return answer {USD/tok} 18 decimals; 0 when not live.
    /// @return live Whether it is fresh and in band.
    function primaryPrice(uint256 asset) external view returns (uint256 answer, bool live);

    /// @notice The primary sources' own answers of all assets in `mask`, in ascending order of their numbers; 0 where not live.
    /// {USD/tok} 18 decimals
    function primaryPrices(uint256 mask) external view returns (uint256[] memory answers);

    /// @notice Whether at least one source of `asset` is live. Ignores the sequencer: a borrower may top up in the grace period.
    function isLive(uint256 asset) external view returns (bool);

    /// @notice Stores the present high of every live asset in `mask` as its last good high, and of every one that is dead outright that it
    /// is so from now on. Anyone may call it. Call it now and then while feeds live, so that the last good high is a recent one, after
    /// a feed's return, so that an old death counts no more, and at once when one dies.
    function record(uint256 mask) external;

    /// @notice The stored last good high, when it was stored, and when it was first seen after that that no answer can be read (0: not
    /// seen). {USD/tok}, unix seconds
    function lastGood(uint256 asset) external view returns (uint256 high, uint256 recordedAt, uint256 deadSince);

    /// @notice The highest that `asset` may be worth: its high; when unpriced the last good high *without* decay (the later of what stale sources still say and what was
    /// recorded). For whoever divides by a value: where too little would give too much away. Reverts like `price`. {USD/tok}
    function undecayedHigh(uint256 asset) external view returns (uint256);

    /// @notice The configuration of a source; `feed` is zero where there is none.
    /// @param second False: primary source; true: second source.
    function feedConfig(uint256 asset, bool second) external view returns (FeedConfig memory);

    /// @notice How far two live sources may differ before they count as disagreeing. bps of the lower
    function disagreementLimit(uint256 asset) external view returns (uint256);

    /// @notice The largest `high / mid` that a live price of `asset` can have. 18 decimals, rounded up
    function maxSpread(uint256 asset) external view returns (uint256);

    /// @notice Over how long the last good high of an unpriced asset falls to 0. {s}
    function decay() external view returns (uint256);

    /// @notice Gives an unlisted asset its first feed, which must be live.
    /// @custom:bound live at once; heartbeat {MIN_HEARTBEAT} .. {MAX_HEARTBEAT} s, deviation <= {MAX_DEVIATION} bps, prices {MIN_PRICE} .. {MAX_PRICE}
    function listFeed(uint256 asset, FeedConfig calldata config) external;

    /// @notice Replaces the primary feed. The new feed must be live and within `tolerance` of the present price, or, when the
    /// old feed is dead, of the last good high (a wider immutable limit on `tolerance` applies then).
    /// @dev May raise `maxSpread`, like a second source, and does not ask whether the credit engine would still list the asset: the oracle
    /// knows no engine. Check `maxSpread` against `ICreditGovernance.listAsset`'s threshold beforehand; what holds if it is passed over is
    /// told there.
    /// @param tolerance bps of the reference price
    /// @custom:bound as listFeed, and within {MAX_TOLERANCE} bps of the present price ({MAX_TOLERANCE_UNPRICED} while there is none)
    function migrateFeed(uint256 asset, FeedConfig calldata config, uint256 tolerance) external;

    /// @notice Sets or replaces the second source (checked like a migration), with the disagreement limit in bps.
    /// @dev Widens `maxSpread` by up to the disagreement limit: see `migrateFeed`.
    /// @custom:bound as migrateFeed; disagreement 1 .. {MAX_DISAGREEMENT_LIMIT} bps
    function setSecondFeed(uint256 asset, FeedConfig calldata config, uint256 tolerance, uint256 limit) external;

    /// @notice Removes the second source.
    /// @custom:bound none
    function removeSecondFeed(uint256 asset) external;

    /// @notice Changes how long a last good high takes to decay to 0, within immutable limits, and not again before the longest
    /// one has passed. What is unpriced already goes on decaying as it began. {s}
    /// @custom:bound {MIN_DECAY} .. {MAX_DECAY} s, once in {MAX_DECAY} s
    function setDecay(uint256 duration) external;
}
