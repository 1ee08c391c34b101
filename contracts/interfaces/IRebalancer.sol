// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

/// @notice A running auction, one slot a pair of what is sold and what is bought: `[left 64 | started at 40 | scale 16 | state 8 | free 128]`.
/// @param left Still for sale. {ledger} @param startedAt (unix seconds)
/// @param scale Part of the full lot that this one has; halves when one of the pair runs out of time unfilled, doubles when one ends that was filled, and with each day that none is opened. bps
struct Auction {
    uint256 left;
    uint256 startedAt;
    uint256 scale;
}

/// @notice The same as part of a list.
/// @param sold Asset number. @param bought Asset number, or `DOLLAR`. @param left {ledger}
/// @param startedAt (unix seconds) @param endsAt The last second in which it can be filled. (unix seconds) @param scale bps
struct OpenAuction {
    uint256 sold;
    uint256 bought;
    uint256 left;
    uint256 startedAt;
    uint256 endsAt;
    uint256 scale;
}

/// @notice How auctions run. One slot.
/// @param premium Above the oracle at the start. bps @param maxSlippage Below it at the end. bps @param duration {s}
/// @param depthShare A lot is no more than this part of either asset's depth. bps
/// @param minLot {USD, whole} @param dailyLoss Budget: loss against the oracle that replenishes in a day. bps of the reserve
struct AuctionTerms {
    uint16 premium;
    uint16 maxSlippage;
    uint24 duration;
    uint16 depthShare;
    uint32 minLot;
    uint16 dailyLoss;
}

/// @notice De-risking. One slot with the auctions' and its state `[scale 16 | at 40 | flags 8 | stables 16]`.
/// @param minScale smin. bps @param pace The most that the scale moves a day. bps @param margin The scale moves up only past this. bps
struct DeriskTerms {
    uint16 minScale;
    uint16 pace;
    uint16 margin;
}

/// @title Dutch auctions that bring the reserve back to its target weights
/// @notice Weights are of value at mid, over all assets held; an unpriced asset counts at its last good high undecayed, so that it moves the others' weights as little as possible, and is neither
/// sold nor bought. In force is `target_i * scale` for a risky asset, and what that frees for the buffer (the stables, in proportion to their targets).
///
/// PRICE of the sold asset in the bought one: `mid_s / mid_b * (1 + premium - (premium + maxSlippage) * t / duration)`, of the oracle at the fill, rounded up for
/// the bidder to pay. plUSD counts min(1, b), against `high_s` or more. What a fill loses against mid is taken from the daily budget, which replenishes
/// continuously: a fill pays at least `mid value - what is left of the budget`, so with an empty budget the floor is mid. Auctions never stop.
///
/// LIMITS OF A FILL, by live holdings and live prices of both assets: not below the target of the sold asset, not above the target of the bought one, not above what the reserve can pay at
/// once; not less than the minimum lot, unless that is all that can be had. What else is held counts, during the first half an hour of an auction, at the mids of the last opening of any: if
/// that moved by D meanwhile, a fill may go past a target t by t D / everything (decision 20). Afterwards, and of what that opening did not price, it counts at live prices as well.
///
/// ONE AUCTION A PAIR of sold and bought, with a scale of its own. Several of one asset may run at once: each fill is bounded as above by what is there then, and all share one budget.
///
/// LOCK. Fills hold a transient lock here and the reserve's. Anyone may call everything but what is under governance.
/// @dev STORAGE. `targets [16 x 16 bps]`, `bands [16 x 16 bps]`, terms with de-risking, `[oracle 160 | unit decimals 80 | kept 16]`,
/// kept mids `[64 x 4] x 4`, `budget [used 128 {USD} | at 40]`, 16 x 17 auction slots (never zeroed: an open costs 5k, a pair's first 22k).
interface IRebalancer is IAccessManaged {
    // ---- events

    /// @notice {ledger}, bps
    event AuctionOpened(uint256 indexed sold, uint256 indexed bought, uint256 lot, uint256 scale);
    /// @notice {ledger}; {ledger} or {plUSD}; {USD} values at mid: a fill lost `given - received` where that is positive
    event AuctionFilled(
        uint256 indexed sold,
        uint256 indexed bought,
        address indexed bidder,
        uint256 amount,
        uint256 paid,
        uint256 valueGiven,
        uint256 valueReceived
    );
    /// @notice Over: filled (`left` below the minimum lot), no longer needed, out of time, or replaced by one of at least four times `left`. {ledger}
    event AuctionClosed(uint256 indexed sold, uint256 indexed bought, uint256 left);
    /// @notice bps
    event ScaleMoved(uint256 scale, uint256 aim, bool buysDollar);
    event WeightsSet(uint256[16] targets, uint256[16] bands);
    event TermsSet(AuctionTerms terms, DeriskTerms derisk);
    event ModulesSet(address riskModel, address sheet);

    // ---- errors

    error AuctionRunning(uint256 sold, uint256 bought, uint256 endsAt);
    /// @notice None of this pair is open, or there is no such pair.
    error NoAuction(uint256 sold, uint256 bought);
    error AuctionOver(uint256 sold, uint256 bought, uint256 endedAt);
    /// @notice The sold asset is not above its band; or, for one that is below its own, not above its target. bps
    error NotOverweight(uint256 asset, uint256 weight, uint256 bound);
    /// @notice The bought asset is not below its target. bps
    error NotUnderweight(uint256 asset, uint256 weight, uint256 target);
    /// @notice plUSD is bought only while even the buffer needs more capital than there is, or capital was short at the last statement.
    error DollarNotBought();
    /// @notice {USD}
    error LotTooSmall(uint256 value, uint256 minimum);
    error PriceUnusable(uint256 asset, uint256 status);
    /// @notice The fill would leave nothing, or less than it must. {ledger}
    error NothingToFill(uint256 sold, uint256 bought);
    error SlippageExceeded(uint256 actual, uint256 limit);
    error WeightsInvalid(uint256 sum);
    error ParameterOutOfBounds(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum);
    error Entered();

    // ---- anyone

    /// @notice Opens an auction of an asset above `target + band`, for one below its target (or plUSD, see above); for one below `target - band` of whatever is above its target. An asset that is not in the targets may be sold from any weight on.
    /// One auction a pair: one that runs makes way for one of at least four times what it has left, at the price of the start. One that was closed in time, as nothing was needed, goes on where its price would be.
    /// @param bought Asset number or `DOLLAR`.
    /// @return lot {ledger}
    function open(uint256 sold, uint256 bought) external returns (uint256 lot);

    /// @notice Fills all or part of the auction of a pair. The bidder is the caller: called back if `data` is not empty, and pays into the reserve.
    /// @param bought What is paid in, so what `maxPaid` is of: asset number or `DOLLAR`. @param maxAmount Wants no more than this. {ledger} @param maxPaid {ledger}, or {plUSD} for plUSD
    /// @return amount {ledger} @return paid {ledger} or {plUSD}
    function fill(
        uint256 sold,
        uint256 bought,
        uint256 maxAmount,
        uint256 maxPaid,
        address to,
        bytes calldata data
    ) external returns (uint256 amount, uint256 paid);

    /// @notice Ends an auction that is out of time or no longer needed; the next one of the pair is half as large if it ran out of time unfilled.
    function close(uint256 sold, uint256 bought) external;

    /// @notice Moves the scale of the risky targets towards `(c - r0) / (r1 - r0)`, by the pace and the time since it last moved. c = `riskBudget`, r1 and r0 the
    /// `marketRequirement` at full targets and with everything in the buffer.
    function adjust() external returns (uint256 scale);

    // ---- views

    /// @notice The auction of a pair; zeros where none is open.
    function auction(uint256 sold, uint256 bought) external view returns (Auction memory);
    /// @notice All that are not closed, those that are over included, by what is sold and what is bought. Reads 272 slots: for calls off chain.
    function auctions() external view returns (OpenAuction[] memory list);
    /// @notice What a fill of `amount` would pay now, and the most that can be filled. {ledger} or {plUSD}, {ledger}
    function quoteFill(
        uint256 sold,
        uint256 bought,
        uint256 amount
    ) external view returns (uint256 paid, uint256 maximum);
    /// @notice Weights now, targets and bands in force, by asset number. bps
    function weights()
        external
        view
        returns (uint256[16] memory now_, uint256[16] memory targets, uint256[16] memory bands);
    /// @notice How many assets are outside their bands.
    function offTarget() external view returns (uint256 count);
    /// @notice What may still be lost against the oracle now. {USD}
    function lossBudget() external view returns (uint256 left);
    /// @notice The de-risking scale in force, bps, and whether plUSD is bought.
    function derisking() external view returns (uint256 scale, uint256 movedAt, bool buysDollar);
    /// @notice The terms in force.
    function terms() external view returns (AuctionTerms memory auction_, DeriskTerms memory derisk);
    /// @notice True inside any state-changing call.
    function isEntered() external view returns (bool);

    // ---- governance

    /// @notice Targets add up to 10,000, at least one stable has one; bands at least `MIN_BAND`. Risk role. bps
    /// @custom:bound targets add up to 10,000 bps, one of them a stable's; bands >= {MIN_BAND} bps
    function setWeights(uint256[16] calldata targets, uint256[16] calldata bands) external;
    /// @notice Within immutable limits. Risk role.
    /// @custom:bound premium <= {MAX_PREMIUM}, maxSlippage <= {MAX_SLIPPAGE}, depthShare <= {MAX_DEPTH_SHARE} bps, dailyLoss <= {MAX_DAILY_LOSS} bps of the reserve, duration {MIN_DURATION} .. {MAX_DURATION} s, minLot {MIN_MIN_LOT} .. {MAX_MIN_LOT} USD, pace {MIN_PACE} .. {MAX_PACE} bps a day, margin <= {MAX_MARGIN} bps
    function setTerms(AuctionTerms calldata auctions, DeriskTerms calldata derisk) external;
    /// @notice Replaces the risk model (depths, oracle) and the balance sheet; the reserve is immutable. Governor.
    /// @custom:bound the reserve is immutable; prices of auctions are those of the new model's oracle at once
    function setModules(address riskModel, address sheet) external;
}
