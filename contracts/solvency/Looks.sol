// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IBalanceSheet} from "../interfaces/IBalanceSheet.sol";
import {PriceStatus} from "../interfaces/IPriceOracle.sol";
import {IReserve} from "../interfaces/IReserve.sol";
import {IRisk} from "../interfaces/IRisk.sol";
import {Quote} from "../interfaces/IRiskModel.sol";
import {SheetStorage} from "./SheetStorage.sol";
import {StatementMath} from "./StatementMath.sol";

/// @title Looks: whose collateral counts, and what a dollar of each asset, or lent, requires
/// @dev Apart from statements, because all of it changes no faster than the risk model observes, and reading it costs as much as a statement.
abstract contract Looks is SheetStorage {
    using StatementMath for uint256;

    /// @dev A look in the making.
    struct Look {
        uint256 lent; // mask: assets that loans are judged by
        uint256 quoted; // mask: these, those held, those with a jump
        Quote[] quotes; // of `quoted`, ascending
        uint256[] volatilities; // of `quoted`, ascending; a day's, 18 decimals
        uint256 shares; // lanes, bps
        uint256 units; // lanes, bps
        uint256 decimals;
        uint256 loanUnit; // bps
    }

    uint256 private constant ASSET_SHIFT = 248;
    uint256 private constant BALANCE_MASK = (1 << ASSET_SHIFT) - 1;
    uint256 private constant HOUR_MASK = (1 << 15) - 1;

    /// @inheritdoc IBalanceSheet
    function lookAtCollateral() external returns (uint256 loanUnit) {
        _requireQuiet();
        MintTerms memory mint = _mintTerms;
        IRisk risk = IRisk(_riskSlot.model);
        uint256 jumps = _jumps;
        Look memory look;
        look.shares = _shares;
        uint256[] memory collateral;
        (collateral, look.lent) = _collateral(mint.reserve, look.shares.maskOf());
        (uint256 held, ) = IReserve(mint.reserve).booked();
        look.quoted = look.lent | held | jumps.maskOf();
        look.quotes = risk.quote(look.quoted);
        uint256 elapsed = _hoursSinceLook(_headroom.look);
        if (elapsed != 0) {
            _sample(look, collateral, (elapsed * _slowTerms.shareFall) / 24);
            // The cast is safe: 15 bits and one.
            _headroom.look = uint16((Math.ceilDiv(block.timestamp, 1 hours) & HOUR_MASK) << 1) | (_headroom.look & 1);
        }
        if (look.quoted != 0) look.volatilities = risk.volatilities(look.quoted);
        _measure(look, mint, risk, jumps);
        loanUnit = look.loanUnit;
        // The casts are safe: cut to what a lane holds; sixteen times five bits.
        _headroom.loanUnit = uint16(loanUnit);
        _riskSlot.decimals = uint80(look.decimals);
        _units = look.units;
        (, uint256 stables) = IReserve(mint.reserve).listedMasks();
        // The cast is safe: a mask of sixteen assets.
        _slowTerms.stables = uint16(stables);
        emit CollateralSeen(loanUnit, look.shares, look.units);
    }

    /// @dev Full hours that have passed for certain since the last sample; 0: too early for another.
    function _hoursSinceLook(uint256 look) internal view returns (uint256 passed) {
        // Hours are kept modulo the mask, and so is their difference.
        unchecked {
            passed = (block.timestamp / 1 hours - (look >> 1)) & HOUR_MASK;
            // The first full hour after the sample has not begun.
            if (passed == HOUR_MASK) passed = 0;
        }
    }

    /// @dev All collateral by asset number, but for what the reserve absorbed.
    /// @param mask Assets that are looked at in any case.
    /// @return amounts {ledger}
    /// @return lent Assets that loans are judged by: all that are listed, while nothing is known.
    function _collateral(address reserve, uint256 mask) private view returns (uint256[] memory amounts, uint256 lent) {
        uint256 listed = ENGINE.listedMask();
        uint256[] memory totals = ENGINE.holdings(listed);
        (, uint256[] memory credit) = ENGINE.position(reserve);
        amounts = new uint256[](ASSETS);
        lent = mask;
        uint256 next;
        uint256 rank;
        for (uint256 asset = 0; listed >> asset != 0; ++asset) {
            if ((listed >> asset) & 1 == 0) continue;
            uint256 amount = totals[rank++];
            // Its credit is part of the total; unless what was absorbed was deposited in this very transaction, which holdings leave out.
            if (next < credit.length && credit[next] >> ASSET_SHIFT == asset) {
                amount = Math.saturatingSub(amount, credit[next++] & BALANCE_MASK);
            }
            if (amount == 0) continue;
            amounts[asset] = amount;
            lent |= 1 << asset;
        }
        if (mask == 0) lent = listed;
    }

    /// @dev The shares after this look: of values at mid, or what an unpriced asset still counts.
    function _sample(Look memory look, uint256[] memory collateral, uint256 fall) private {
        uint256[] memory values = new uint256[](ASSETS);
        uint256 total;
        uint256 rank;
        for (uint256 asset = 0; look.quoted >> asset != 0; ++asset) {
            if ((look.quoted >> asset) & 1 == 0) continue;
            Quote memory q = look.quotes[rank++];
            uint256 value = (collateral[asset] * (q.status == PriceStatus.Unpriced ? q.high : q.mid)) / q.unit;
            values[asset] = value;
            total += value;
        }
        uint256 before = _sampled;
        uint256 seen;
        uint256 counted;
        for (uint256 asset = 0; asset < ASSETS; ++asset) {
            uint256 share = total == 0 ? 0 : Math.ceilDiv(values[asset] * BPS, total);
            seen = seen.withLane(asset, share);
            counted = counted.withLane(
                asset,
                StatementMath.countedShare(look.shares.laneOf(asset), before.laneOf(asset), share, fall)
            );
        }
        look.shares = counted;
        (_shares, _sampled) = (counted, seen);
    }

    /// @dev What a dollar of each asset that comes in requires, and a dollar that is lent.
    function _measure(Look memory look, MintTerms memory mint, IRisk risk, uint256 jumps) private view {
        uint256 marketScale = risk.valueAtRiskScale();
        uint256 loanScale = StatementMath.loanScale(mint.loanZ, mint.loanHorizon);
        uint256 charged;
        uint256 counted;
        // The least that the most demanding asset can require.
        uint256 most = uint256(mint.loanFloor) * StatementMath.BP;
        uint256 rank;
        for (uint256 asset = 0; look.quoted >> asset != 0; ++asset) {
            if ((look.quoted >> asset) & 1 == 0) continue;
            Quote memory q = look.quotes[rank];
            uint256 volatility = look.volatilities[rank++];
            look.decimals = look.decimals.withDecimals(asset, Math.log10(q.unit) + 1);
            look.units = look.units.withLane(
                asset,
                StatementMath.marketRequirement(volatility, marketScale, _jumpIn(jumps, asset))
            );
            uint256 share = look.shares.laneOf(asset);
            // While nothing counts, all that could be lent against is judged.
            if ((look.lent >> asset) & 1 == 0 || (share == 0 && look.shares != 0)) continue;
            uint256 requirement = StatementMath.loanRequirement(
                mint.loanFloor,
                loanScale,
                volatility,
                q.maintenanceHaircut
            );
            if (requirement > most) most = requirement;
            charged += share * requirement;
            counted += share;
        }
        // What no share accounts for is as demanding as the most demanding of those that do.
        if (counted < BPS) charged += (BPS - counted) * most;
        look.loanUnit = Math.min(Math.ceilDiv(charged, BPS * StatementMath.BP), type(uint16).max);
    }
}
