// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IPriceOracle, Price, PriceStatus} from "../interfaces/IPriceOracle.sol";
import {HaircutBounds, IRiskModel, Paces, Quote, RiskTargets} from "../interfaces/IRiskModel.sol";
import {DepthScale} from "./DepthScale.sol";
import {Moves, RiskTerms} from "./RiskTerms.sol";
import {Valuation} from "./Valuation.sol";

/// @title Haircuts and depths in force, how they move, and what holdings are worth under them
/// @dev Where they move to is decided by whoever inherits this (`_turn`, `_retarget`).
/// RAMPS. Movement is counted in whole steps of one clock per pace, that of `_clock`: between two moments a maintenance
/// haircut may rise by `steps(later) - steps(earlier)` bps, where `steps(t) = floor(pace * (t - since) / 1 day)` and
/// `since` is when the paces were last set. Such differences add up exactly, whatever the moments between: bringing a
/// group's starts up to now as often as anyone likes neither slows a ramp, by dropping fractions of a step, nor hurries
/// it, by rounding them up, and changes no value in force. The same holds for initial haircuts and, counted in marks of
/// `DepthScale`, for depths. Over any span a value moves by less than one step more than pace times span.
///
/// GAP. The initial haircut stored is the one in force, gap included: so it falls at its pace also after the maintenance
/// haircut or the gap that held it up went down at once.
///
/// ROUNDING. Limits are rounded down, depths are stored rounded down.
abstract contract HaircutRamps is IRiskModel, AccessManaged {
    // ---- immutable limits

    /// @notice The largest asset number.
    uint256 public constant MAX_ASSET = 15;
    /// @notice The most decimals of a ledger unit.
    uint256 public constant MAX_UNIT_DECIMALS = 18;
    /// @notice The lowest maintenance haircut that an asset's bounds may allow. bps
    uint256 public constant MIN_MAINTENANCE = 100;
    /// @notice Limits of `Paces.maintenanceRise`. bps a day
    uint256 public constant MIN_MAINTENANCE_RISE = 10;
    uint256 public constant MAX_MAINTENANCE_RISE = 2_000;
    /// @notice Limits of `Paces.initialFall`. bps a day
    uint256 public constant MIN_INITIAL_FALL = 1;
    uint256 public constant MAX_INITIAL_FALL = 2_000;
    /// @notice Limits of `Paces.depthFall`. bps a day
    uint256 public constant MIN_DEPTH_FALL = 10;
    uint256 public constant MAX_DEPTH_FALL = 5_000;
    /// @notice Limits of `Paces.minGap`. bps
    uint256 public constant MIN_GAP = 50;
    uint256 public constant MAX_GAP = 2_000;

    uint256 internal constant GROUPS = 4;
    /// @dev A holding is `asset << 248 | balance`.
    uint256 private constant ASSET_SHIFT = 248;
    uint256 private constant BALANCE_MASK = (1 << ASSET_SHIFT) - 1;

    /// @inheritdoc IRiskModel
    address public immutable oracle;

    // ---- storage

    /// @notice The paces and when they were set. One slot: 16 + 16 + 16 + 16 + 64 bits.
    struct Clock {
        uint16 maintenanceRise;
        uint16 initialFall;
        uint16 depthFall;
        uint16 minGap;
        uint64 since;
    }

    /// @dev Assets `4 g .. 4 g + 3` in slot g, see `RiskTerms`. All that is read while nothing ramps.
    uint256[GROUPS] internal _lanes;
    /// @dev Aims and start of the ramps of assets `4 g .. 4 g + 3` in slot g, see `RiskTerms`.
    uint256[GROUPS] internal _aims;
    Clock private _clock;
    mapping(uint256 asset => HaircutBounds) private _bounds;

    constructor(address oracle_, Paces memory paces_) {
        oracle = oracle_;
        _setClock(paces_);
    }

    // ---- valuation

    /// @inheritdoc IRiskModel
    function quote(uint256 mask) external view returns (Quote[] memory quotes) {
        if (mask >> (MAX_ASSET + 1) != 0) revert AssetNotListed(Math.log2(mask));
        uint256 count;
        for (uint256 rest = mask; rest != 0; rest &= rest - 1) ++count;
        quotes = new Quote[](count);
        count = 0;
        for (uint256 asset = 0; mask >> asset != 0; ++asset) {
            if ((mask >> asset) & 1 == 0) continue;
            uint256 lane = _listedLane(asset);
            (uint256 terms, uint256 borrowMark) = _inForce(asset, lane);
            Quote memory entry = quotes[count++];
            entry.initialHaircut = RiskTerms.initialOf(terms);
            entry.maintenanceHaircut = RiskTerms.maintenanceOf(terms);
            entry.borrowDepth = DepthScale.toDepth(borrowMark);
            entry.maintenanceDepth = DepthScale.toDepth(RiskTerms.markOf(terms));
            entry.unit = _unit(lane);
        }
        // In one call, and after the checks, so that an unlisted asset is named by the risk model.
        Price[] memory prices = IPriceOracle(oracle).prices(mask);
        for (uint256 i = 0; i < count; ++i) {
            (Quote memory entry, Price memory price) = (quotes[i], prices[i]);
            entry.low = price.low;
            entry.mid = price.mid;
            entry.high = price.high;
            entry.status = price.status;
        }
    }

    /// @inheritdoc IRiskModel
    function borrowLimit(
        uint256[] calldata holdings,
        uint256 enough,
        bool complete
    ) external view returns (uint256 limit) {
        for (uint256 i = 0; i < holdings.length; ++i) {
            if (limit >= enough && !complete) break;
            (uint256 asset, uint256 balance) = _split(holdings[i]);
            uint256 lane = _listedLane(asset);
            (uint256 haircut, uint256 depth) = _borrowTerms(asset, lane);
            // Nothing to value: the price matters only where it must be known to be there.
            if ((balance == 0 || haircut == Valuation.BPS) && !complete) continue;
            (uint256 low, , PriceStatus status) = _price(asset);
            if (status != PriceStatus.Live) {
                require(!complete || status != PriceStatus.Unpriced, IPriceOracle.AssetUnpriced(asset));
                continue;
            }
            uint256 term = Valuation.limitTerm(low, balance, depth, _unit(lane), haircut);
            unchecked {
                // A term is below 2**164, and no calldata holds 2**92 of them.
                limit += term;
            }
        }
    }

    /// @inheritdoc IRiskModel
    function maintenanceLimit(uint256[] calldata holdings) external view returns (uint256 limit) {
        for (uint256 i = 0; i < holdings.length; ++i) {
            (uint256 asset, uint256 balance) = _split(holdings[i]);
            uint256 lane = _listedLane(asset);
            (uint256 haircut, uint256 depth) = _maintenanceTerms(asset, lane);
            if (balance == 0 || haircut == Valuation.BPS) continue;
            // Whatever its status: the higher source when they disagree, a decaying last good high when none is live.
            (, uint256 high, ) = _price(asset);
            uint256 term = Valuation.limitTerm(high, balance, depth, _unit(lane), haircut);
            unchecked {
                // As in `borrowLimit`.
                limit += term;
            }
        }
    }

    /// @inheritdoc IRiskModel
    function requirePriced(uint256 asset) public view {
        if (asset <= MAX_ASSET) require(_laneOf(asset) & RiskTerms.DELISTED == 0, AssetIsDelisted(asset));
        require(IPriceOracle(oracle).isLive(asset), IPriceOracle.AssetUnpriced(asset));
    }

    // ---- views

    /// @inheritdoc IRiskModel
    function haircuts(uint256 asset) external view returns (uint256 initial, uint256 maintenance) {
        (uint256 terms, ) = _inForce(asset, _listedLane(asset));
        return (RiskTerms.initialOf(terms), RiskTerms.maintenanceOf(terms));
    }

    /// @inheritdoc IRiskModel
    function depths(uint256 asset) external view returns (uint256 borrowDepth, uint256 maintenanceDepth) {
        (uint256 terms, uint256 borrowMark) = _inForce(asset, _listedLane(asset));
        return (DepthScale.toDepth(borrowMark), DepthScale.toDepth(RiskTerms.markOf(terms)));
    }

    /// @inheritdoc IRiskModel
    function targets(uint256 asset) external view returns (RiskTargets memory) {
        _listedLane(asset);
        uint256 aim = _aim(asset);
        // Casts are safe: haircuts are at most 10,000.
        return
            RiskTargets(
                uint16(RiskTerms.initialOf(aim)),
                uint16(RiskTerms.maintenanceOf(aim)),
                DepthScale.toDepth(RiskTerms.markOf(aim))
            );
    }

    /// @inheritdoc IRiskModel
    function bounds(uint256 asset) external view returns (HaircutBounds memory) {
        _listedLane(asset);
        return _bounds[asset];
    }

    /// @inheritdoc IRiskModel
    function paces() external view returns (Paces memory) {
        Clock memory clock = _clock;
        return Paces(clock.maintenanceRise, clock.initialFall, clock.depthFall, clock.minGap);
    }

    /// @inheritdoc IRiskModel
    function unitDecimals(uint256 asset) external view returns (uint256) {
        return RiskTerms.unitDecimalsOf(_listedLane(asset));
    }

    /// @inheritdoc IRiskModel
    function listedMask() external view returns (uint256) {
        return _flagMask(RiskTerms.LISTED);
    }

    /// @inheritdoc IRiskModel
    function delistedMask() external view returns (uint256) {
        return _flagMask(RiskTerms.DELISTED);
    }

    // ---- governance

    /// @inheritdoc IRiskModel
    function delist(uint256 asset) external restricted {
        uint256 lane = _listedLane(asset);
        require(lane & RiskTerms.DELISTED == 0, AssetIsDelisted(asset));
        emit AssetDelisted(asset);
        // h may be aimed above the asset's bounds here: nothing at all is lent against it any more.
        uint256 to = RiskTerms.pack(Valuation.BPS, _bounds[asset].maxMaintenance, RiskTerms.markOf(_aim(asset)));
        _turn(asset, lane | RiskTerms.DELISTED, to);
    }

    /// @inheritdoc IRiskModel
    function setPaces(Paces calldata paces_) external restricted {
        // What has moved so far moved at the old paces; from now on all of it moves at the new ones.
        for (uint256 group = 0; group < GROUPS; ++group) {
            (uint256 lanes, uint256 aims) = (_lanes[group], _aims[group]);
            if (lanes != 0) _aimGroup(group, lanes, aims, aims, paces_.minGap);
        }
        _setClock(paces_);
    }

    // ---- internals: reading

    /// @dev Splits `asset << 248 | balance`.
    function _split(uint256 holding) private pure returns (uint256 asset, uint256 balance) {
        asset = holding >> ASSET_SHIFT;
        balance = holding & BALANCE_MASK;
        require(balance <= Valuation.MAX_BALANCE, HoldingTooLarge(asset, balance, Valuation.MAX_BALANCE));
    }

    /// @dev {ledger/tok}
    function _unit(uint256 lane) internal pure returns (uint256) {
        unchecked {
            return 10 ** RiskTerms.unitDecimalsOf(lane);
        }
    }

    /// @dev 0 when not listed. `asset` must be in range.
    function _laneOf(uint256 asset) internal view returns (uint256) {
        return RiskTerms.laneAt(_lanes[asset >> 2], asset & 3);
    }

    function _listedLane(uint256 asset) internal view returns (uint256 lane) {
        if (asset <= MAX_ASSET) lane = _laneOf(asset);
        require(lane != 0, AssetNotListed(asset));
    }

    /// @dev The oracle's `price(asset)` without its `mid`. By hand, as decoding the struct would cost more than all else that
    /// is computed for a holding; `quote` does it plainly, and tests hold the two together.
    function _price(uint256 asset) private view returns (uint256 low, uint256 high, PriceStatus status) {
        address target = oracle;
        bytes4 selector = IPriceOracle.price.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(0x00, selector)
            mstore(0x04, asset)
            if iszero(staticcall(gas(), target, 0x00, 0x24, free, 0x80)) {
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
            status := mload(add(free, 0x60))
            // Less than a whole price, or a status that is none: not an oracle.
            if or(lt(returndatasize(), 0x80), gt(status, 2)) {
                revert(0, 0)
            }
            low := mload(free)
            high := mload(add(free, 0x40))
        }
    }

    /// @dev What counts when risk is taken on. bps, {ledger}
    function _borrowTerms(uint256 asset, uint256 lane) private view returns (uint256 haircut, uint256 depth) {
        (uint256 terms, uint256 mark) = _inForce(asset, lane);
        return (RiskTerms.initialOf(terms), DepthScale.toDepth(mark));
    }

    /// @dev What counts when deciding on liquidation. bps, {ledger}
    function _maintenanceTerms(uint256 asset, uint256 lane) private view returns (uint256 haircut, uint256 depth) {
        (uint256 terms, ) = _inForce(asset, lane);
        return (RiskTerms.maintenanceOf(terms), DepthScale.toDepth(RiskTerms.markOf(terms)));
    }

    /// @dev The terms that an asset is heading for.
    function _aim(uint256 asset) internal view returns (uint256) {
        return RiskTerms.aimAt(_aims[asset >> 2], asset & 3);
    }

    /// @dev The terms in force now, with the depth for maintenance, and the mark of the depth for borrowing, which is the
    /// one aimed at: the depth for maintenance rises at once and falls slowly, so it is never the smaller of the two.
    function _inForce(uint256 asset, uint256 lane) private view returns (uint256 terms, uint256 borrowMark) {
        if (lane & RiskTerms.RAMPING == 0) return (lane, RiskTerms.markOf(lane));
        uint256 aims = _aims[asset >> 2];
        uint256 to = RiskTerms.aimAt(aims, asset & 3);
        terms = RiskTerms.moved(lane, to, _movesSince(RiskTerms.startOf(aims)));
        borrowMark = RiskTerms.markOf(to);
    }

    /// @dev The most that has moved from `start` until now.
    function _movesSince(uint256 start) private view returns (Moves memory) {
        Clock memory clock = _clock;
        unchecked {
            // A start is never before `since`, which `setPaces` and the constructor alone set, but for a group without
            // assets, whose result nobody uses. Each product is below 2**16 * 2**20 * 2**64.
            uint256 earlier = start - clock.since;
            uint256 later = block.timestamp - clock.since;
            uint256 marks = uint256(clock.depthFall) * DepthScale.OCTAVE;
            uint256 fall = clock.initialFall;
            uint256 rise = clock.maintenanceRise;
            return
                Moves({
                    initialFall: (fall * later) / 1 days - (fall * earlier) / 1 days,
                    maintenanceRise: (rise * later) / 1 days - (rise * earlier) / 1 days,
                    depthFall: (marks * later) / (Valuation.BPS * 1 days) -
                        (marks * earlier) / (Valuation.BPS * 1 days),
                    gap: clock.minGap
                });
        }
    }

    function _flagMask(uint256 flag) private view returns (uint256 mask) {
        for (uint256 asset = 0; asset <= MAX_ASSET; ++asset) {
            if (_laneOf(asset) & flag != 0) mask |= 1 << asset;
        }
    }

    // ---- internals: writing

    function _within(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum) internal pure {
        require(value >= minimum && value <= maximum, ParameterOutOfBounds(parameter, value, minimum, maximum));
    }

    /// @dev Checks an order of limits: `outer.min <= inner.min <= inner.max <= outer.max`, for both haircuts. bps
    function _requireNested(HaircutBounds memory inner, HaircutBounds memory outer) internal pure {
        _within("minInitial", inner.minInitial, outer.minInitial, outer.maxInitial);
        _within("maxInitial", inner.maxInitial, inner.minInitial, outer.maxInitial);
        _within("minMaintenance", inner.minMaintenance, outer.minMaintenance, outer.maxMaintenance);
        _within("maxMaintenance", inner.maxMaintenance, inner.minMaintenance, outer.maxMaintenance);
    }

    /// @dev A listed asset's lane, unless it is delisted.
    function _activeLane(uint256 asset) internal view returns (uint256 lane) {
        lane = _listedLane(asset);
        require(lane & RiskTerms.DELISTED == 0, AssetIsDelisted(asset));
    }

    /// @dev Checks what can be checked of a new asset before anything is stored.
    function _requireListable(uint256 asset, uint256 unitDecimals_, HaircutBounds calldata bounds_) internal view {
        require(asset <= MAX_ASSET, AssetNumberTooLarge(asset, MAX_ASSET));
        require(_laneOf(asset) == 0, AssetListedAlready(asset));
        require(unitDecimals_ <= MAX_UNIT_DECIMALS, UnitDecimalsTooLarge(unitDecimals_, MAX_UNIT_DECIMALS));
        uint16 all = uint16(Valuation.BPS);
        _requireNested(bounds_, HaircutBounds(0, all, uint16(MIN_MAINTENANCE), all));
        requirePriced(asset);
    }

    /// @dev Lists an asset that `_requireListable` let pass, with `terms` in force at once: nobody holds it yet.
    function _list(uint256 asset, uint256 unitDecimals_, HaircutBounds calldata bounds_, uint256 terms) internal {
        _bounds[asset] = bounds_;
        emit AssetListed(asset, unitDecimals_, bounds_);
        _turn(asset, RiskTerms.listed(unitDecimals_) | terms, terms);
    }

    function _boundsOf(uint256 asset) internal view returns (HaircutBounds memory) {
        return _bounds[asset];
    }

    /// @dev `lane` with the terms `current`, marked as ramping unless they have arrived at `to`.
    function _laneWith(uint256 lane, uint256 current, uint256 to, uint256 gap) private pure returns (uint256) {
        lane = (lane & ~(RiskTerms.AIM_MASK | RiskTerms.RAMPING)) | current;
        return RiskTerms.arrived(current, to, gap) ? lane : lane | RiskTerms.RAMPING;
    }

    /// @dev Turns one asset towards `to`.
    /// @param lane The asset's lane with the flags it shall have, and the terms it has.
    function _turn(uint256 asset, uint256 lane, uint256 to) internal {
        (uint256 group, uint256 index) = (asset >> 2, asset & 3);
        uint256 aims = _aims[group];
        uint256 aimed = RiskTerms.withAim(aims, index, to);
        _aimGroup(group, RiskTerms.withLane(_lanes[group], index, lane), aims, aimed, _clock.minGap);
        emit TargetsSet(
            asset,
            RiskTerms.initialOf(to),
            RiskTerms.maintenanceOf(to),
            DepthScale.toDepth(RiskTerms.markOf(to))
        );
    }

    /// @dev Turns a whole group of assets towards the aims in `aimed`, unless it is on its way there already.
    function _retarget(uint256 group, uint256 lanes, uint256 aims, uint256 aimed) internal {
        if (aimed != aims) _aimGroup(group, lanes, aims, aimed, _clock.minGap);
    }

    /// @dev Turns a group, which shares its time of start, from `aims` to `aimed` and starts it anew from now. An asset whose
    /// aim does not change is brought up to now without changing any value in force: what it has reached is on the slow
    /// side of its aim, so `turned` leaves it, and only a larger gap can lift its initial haircut.
    function _aimGroup(uint256 group, uint256 lanes, uint256 aims, uint256 aimed, uint256 gap) private {
        Moves memory moves = _movesSince(RiskTerms.startOf(aims));
        uint256 turned;
        for (uint256 index = 0; index < 4; ++index) {
            uint256 lane = RiskTerms.laneAt(lanes, index);
            if (lane == 0) continue;
            uint256 current = lane;
            if (lane & RiskTerms.RAMPING != 0) current = RiskTerms.moved(lane, RiskTerms.aimAt(aims, index), moves);
            uint256 to = RiskTerms.aimAt(aimed, index);
            current = RiskTerms.turned(current, to, gap);
            turned |= _laneWith(lane, current, to, gap) << (index << 6);
        }
        _lanes[group] = turned;
        _aims[group] = RiskTerms.withStart(aimed, block.timestamp);
    }

    function _setClock(Paces memory paces_) private {
        _within("maintenanceRise", paces_.maintenanceRise, MIN_MAINTENANCE_RISE, MAX_MAINTENANCE_RISE);
        _within("initialFall", paces_.initialFall, MIN_INITIAL_FALL, MAX_INITIAL_FALL);
        _within("depthFall", paces_.depthFall, MIN_DEPTH_FALL, MAX_DEPTH_FALL);
        _within("minGap", paces_.minGap, MIN_GAP, MAX_GAP);
        _clock = Clock(
            paces_.maintenanceRise,
            paces_.initialFall,
            paces_.depthFall,
            paces_.minGap,
            uint64(block.timestamp)
        );
        emit PacesSet(paces_);
    }
}
