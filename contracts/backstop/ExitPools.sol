// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IBackstop} from "../interfaces/IBackstop.sol";
import {EpochToken} from "./EpochToken.sol";

/// @title What the Backstop holds: the active pool, the cooling pool, and what still streams into the active one
/// @dev plUSD inside the contract is at least the three together: every amount here came in by a transfer, and plUSD takes no fee. The supply of
/// plUSD stays below 2**127, see PlimsollDollar, and so do sums of amounts; where that is all a cast needs, it says (P).
abstract contract ExitPools is EpochToken {
    // ---- types

    /// @dev One slot. Parts are shares in the active pool (24 decimals) and units in the cooling one (18 decimals).
    struct Pool {
        uint128 assets; // {plUSD}
        uint128 parts;
    }

    /// @dev One slot. Where something is left, `endsAt` is later than `updatedAt`.
    struct Stream {
        uint128 left; // {plUSD}
        uint32 updatedAt; // unix seconds
        uint32 endsAt; // unix seconds
        uint32 epoch; // of shares, from 1
        uint32 round; // of claims, from 1
    }

    /// @dev Two slots: [units 128 | claimed at 32 | due at 32 | round 32 | delay 16 | settle 16] [least 128 | released 128].
    /// Once released: no units, `claimedAt` is the time of the release, `least` the deficit at it.
    struct ClaimSlot {
        uint128 units;
        uint32 claimedAt; // unix seconds
        uint32 dueAt; // unix seconds, 0 until then
        uint32 round; // 0: never a claim
        uint16 delay; // {min} in force when it was made, rounded up
        uint16 settle; // {min} the same
        uint128 least; // 27 decimals {plUSD/unit}
        uint128 released; // {share}
    }

    // ---- constants

    /// @dev Virtual shares: nobody can lift the price of a share out of the next depositor's reach, for it takes a million times as much.
    uint256 internal constant VIRTUAL_SHARES = 1e6;
    uint256 internal constant VIRTUAL_ASSETS = 1;
    /// @dev One whole share. While fewer are staked nothing streams in: somebody with next to nothing would get it all, and the price of a share
    /// would leave the range in which rounding does not matter.
    uint256 internal constant WHOLE_SHARE = 1e24;
    /// @dev A pool whose parts fell below a millionth of what they started at (1e6 shares, one unit, for 1e-18 plUSD) is void.
    uint256 internal constant MAX_SHARES_PER_ASSET = 1e12;
    uint256 internal constant MAX_UNITS_PER_ASSET = 1e6;
    uint256 internal constant RAY = 1e27;

    // ---- storage

    Pool internal _active;
    Pool internal _cooling;
    Stream internal _stream;
    mapping(address account => ClaimSlot) internal _claims;

    constructor() {
        (_stream.epoch, _stream.round) = (1, 1);
    }

    // ---- views

    /// @inheritdoc IERC20
    function totalSupply() external view returns (uint256) {
        return _active.parts;
    }

    /// @inheritdoc IBackstop
    function epoch() public view override returns (uint256) {
        return _stream.epoch;
    }

    /// @inheritdoc IBackstop
    function pools() external view returns (uint256 active, uint256 streaming, uint256 cooling) {
        (Pool memory pool, Stream memory stream) = _accrued();
        return (pool.assets, stream.left, _cooling.assets);
    }

    // ---- the active pool

    /// @dev Active pool and stream as of now; the caller stores them.
    function _accrued() internal view returns (Pool memory active, Stream memory stream) {
        (active, stream) = (_active, _stream);
        uint256 elapsed = block.timestamp - stream.updatedAt;
        if (stream.left == 0 || elapsed == 0) return (active, stream);
        // 32 bits of time last until 2106.
        if (active.parts < WHOLE_SHARE) {
            stream.endsAt += uint32(elapsed);
        } else {
            // Rounded down: the rest comes later.
            uint256 vested = Math.min(stream.left, (stream.left * elapsed) / (stream.endsAt - stream.updatedAt));
            // (P)
            active.assets += uint128(vested);
            stream.left -= uint128(vested);
        }
        stream.updatedAt = uint32(block.timestamp);
    }

    function _store(Pool memory active, Stream memory stream) internal {
        (_active, _stream) = (active, stream);
    }

    function _toShares(uint256 assets, Pool memory active, Math.Rounding rounding) internal pure returns (uint256) {
        return Math.mulDiv(assets, active.parts + VIRTUAL_SHARES, active.assets + VIRTUAL_ASSETS, rounding);
    }

    function _toAssets(uint256 shares, Pool memory active, Math.Rounding rounding) internal pure returns (uint256) {
        return Math.mulDiv(shares, active.assets + VIRTUAL_ASSETS, active.parts + VIRTUAL_SHARES, rounding);
    }

    /// @dev The most that fits the active pool. {plUSD}, {share}
    function _room() internal view returns (uint256 assets, uint256 shares) {
        (Pool memory active, ) = _accrued();
        uint256 assetRoom = type(uint128).max - active.assets;
        uint256 shareRoom = type(uint128).max - active.parts;
        assets = Math.min(assetRoom, _toAssets(shareRoom, active, Math.Rounding.Floor));
        shares = Math.min(shareRoom, _toShares(assetRoom, active, Math.Rounding.Floor));
    }

    // ---- the stream

    /// @dev Adds to what streams; the end is the mean of both ends, weighted by amounts and rounded down, so that the speed of what streams
    /// already stays much the same and a trifle moves nothing. `stream` is accrued.
    function _spread(Stream memory stream, uint256 amount, uint256 duration) internal view {
        if (amount == 0) return;
        uint256 left = stream.left;
        uint256 remaining = left == 0 ? 0 : stream.endsAt - block.timestamp;
        uint256 mean = (left * remaining + amount * duration) / (left + amount);
        // (P); durations are bounded, and at least a second remains as each of the two had that.
        stream.left = uint128(left + amount);
        stream.updatedAt = uint32(block.timestamp);
        stream.endsAt = uint32(block.timestamp + mean);
    }

    // ---- claims

    /// @dev Whether it is a claim that was not released and not voided.
    function _runs(ClaimSlot memory c, Stream memory stream) internal pure returns (bool) {
        return c.units != 0 && c.round == stream.round;
    }

    /// @dev A claim that runs. (NoClaim)
    function _claimed(address account, Stream memory stream) internal view returns (ClaimSlot memory c) {
        c = _claims[account];
        require(_runs(c, stream), NoClaim(account));
    }

    /// @dev What was released to the account in this block and is still there. {share}
    /// @dev Blocks that share a second count as one: what may happen between two of them may happen within one.
    function _releasedOf(address account) internal view returns (uint256) {
        ClaimSlot memory c = _claims[account];
        if (c.units != 0 || c.claimedAt != block.timestamp) return 0;
        // The balance as well: shares may have been given away, or voided.
        return Math.min(c.released, balanceOf(account));
    }

    /// @dev What `units` are worth now, rounded down. {plUSD}
    function _worth(uint256 units, Pool memory cooling) internal pure returns (uint256) {
        return Math.mulDiv(units, cooling.assets, cooling.parts);
    }

    /// @dev What a unit of the cooling pool would be worth if `deficit` were burned now, rounded down. 27 decimals
    function _leastUnit(
        Pool memory active,
        Pool memory cooling,
        Stream memory stream,
        uint256 deficit
    ) internal pure returns (uint256) {
        uint256 both = uint256(active.assets) + cooling.assets;
        uint256 rest = Math.saturatingSub(deficit, stream.left);
        if (rest >= both) return 0;
        uint256 left = cooling.assets - Math.mulDiv(rest, cooling.assets, both, Math.Rounding.Ceil);
        return Math.mulDiv(left, RAY, cooling.parts);
    }

    // ---- losses

    /// @dev Takes up to `amount` out of the pools: first what still streams, then active and cooling alike. What a voided pool has left (next to
    /// nothing, or its parts would not be void) is streamed to those who come after, over `duration`.
    /// @return burned {plUSD}
    function _burn(uint256 amount, uint256 duration) internal returns (uint256 burned) {
        (Pool memory active, Stream memory stream) = _accrued();
        Pool memory cooling = _cooling;

        uint256 both = uint256(active.assets) + cooling.assets;
        uint256 fromStream = Math.min(amount, stream.left);
        uint256 rest = Math.min(amount - fromStream, both);
        burned = fromStream + rest;
        // Up for those who leave, so down for those who stay.
        uint256 fromCooling = rest == 0 ? 0 : Math.mulDiv(rest, cooling.assets, both, Math.Rounding.Ceil);

        // (P); each part is at most what it is taken from: the ceiling of cooling * rest / both with rest <= both, and for the active
        // pool the floor of the same.
        stream.left -= uint128(fromStream);
        cooling.assets -= uint128(fromCooling);
        active.assets -= uint128(rest - fromCooling);

        // Only a loss voids: shares too small to be worth 1e-18 plUSD are no reason.
        if (rest > fromCooling && active.assets * MAX_SHARES_PER_ASSET < active.parts) {
            _spread(stream, active.assets, duration);
            active = Pool(0, 0);
            ++stream.epoch;
            emit Wiped(stream.epoch);
        }
        if (fromCooling != 0 && cooling.assets * MAX_UNITS_PER_ASSET < cooling.parts) {
            _spread(stream, cooling.assets, duration);
            cooling = Pool(0, 0);
            ++stream.round;
            emit ClaimsVoided(stream.round);
        }
        _store(active, stream);
        _cooling = cooling;
        emit LossBurned(amount, burned);
    }
}
