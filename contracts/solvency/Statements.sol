// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IBackstop} from "../interfaces/IBackstop.sol";
import {IPriceOracle, PriceStatus} from "../interfaces/IPriceOracle.sol";
import {IReserve} from "../interfaces/IReserve.sol";
import {VaultInfo} from "../interfaces/IReserveVaults.sol";
import {IRisk} from "../interfaces/IRisk.sol";
import {Quote} from "../interfaces/IRiskModel.sol";
import {SheetStorage} from "./SheetStorage.sol";
import {StatementMath} from "./StatementMath.sol";

/// @title Takes statements: reads every module once and adds up
/// @dev ROUNDING. What is owned counts down, what is required up.
abstract contract Statements is SheetStorage {
    using StatementMath for uint256;

    /// @dev The least jump of any asset, and the jump of one for which none was set. bps
    uint256 internal constant MIN_JUMP = 500;
    uint256 private constant ASSET_SHIFT = 248;
    uint256 private constant BALANCE_MASK = (1 << ASSET_SHIFT) - 1;
    uint256 private constant HOUR_MASK = (1 << 15) - 1;

    /// @dev A statement in the making. Lists are in ascending order of the assets of their masks.
    struct Figures {
        uint256 held; // mask
        uint256[] amounts; // of `held` {ledger}
        uint256 quoted; // mask: held or lent against
        Quote[] quotes; // of `quoted`
        uint256 open; // mask: held, without a price that will do, and not for so long that it counts as priced at 0
        uint256 reserve; // at low {USD}
        uint256 midReserve; // {USD}
        uint256 afterHaircut; // {USD}
        uint256 liquid; // stables that can be paid at once, at low {USD}
        uint256 loans; // {plUSD}
        uint256 supply; // {plUSD}
        uint256 backstop; // active and streaming {plUSD}
        uint256 cooling; // {plUSD}
        uint256 valueAtRisk; // {USD}
        uint256 jump; // max J_i E_i {USD}
        uint256 loanRate; // what a dollar lent requires, 18 decimals
        uint256 units; // lanes, bps
        uint256 shares; // lanes, bps
        uint256 sampled; // lanes, bps; only after a look
        uint256 stables; // mask
        bool looked;
    }

    // ---- taking one

    /// @dev Everything as of now. Reverts like the risk model's `quote`: while the sequencer is down.
    function _figures() internal view returns (Figures memory f) {
        MintTerms memory mint = _mintTerms;
        SlowTerms memory slow = _slowTerms;
        IRisk risk = _risk();
        uint256 unreadable;
        (f.held, unreadable, f.amounts) = IReserve(mint.reserve).counted();
        f.loans = ENGINE.totalDebt();
        f.supply = DOLLAR.totalSupply();
        {
            (uint256 active, uint256 streaming, uint256 cooling) = IBackstop(slow.backstop).pools();
            f.backstop = active + streaming;
            f.cooling = cooling;
        }
        (f.shares, f.stables) = (_shares, slow.stables);
        uint256 hoursSince = _hoursSinceLook();
        uint256[] memory collateral;
        uint256 lent = f.shares.maskOf();
        if (hoursSince != 0) {
            f.looked = true;
            (collateral, lent) = _collateral(mint.reserve, lent);
            (, f.stables) = IReserve(mint.reserve).listedMasks();
        }
        // Nothing is known about who borrows against what: judged by the most demanding of all that could be.
        if (lent == 0) lent = ENGINE.listedMask();
        f.quoted = f.held | lent;
        f.quotes = risk.quote(f.quoted);
        if (f.looked) _look(f, collateral, (hoursSince * slow.shareFall) / 24);
        if (unreadable != 0) f.open = _unreadable(IReserve(mint.reserve), unreadable, risk);
        uint256 jumps = _jumps;
        _addUp(f, IReserve(mint.reserve), risk, jumps);
        _addRequirements(f, mint, risk, jumps, lent);
    }

    /// @dev Values what is held.
    function _addUp(Figures memory f, IReserve reserve, IRisk risk, uint256 jumps) private view {
        if (f.held == 0) return;
        uint256[] memory exposures = new uint256[](Math.log2(f.held) + 1);
        uint256 count;
        uint256 rank;
        for (uint256 asset = 0; f.quoted >> asset != 0; ++asset) {
            if ((f.quoted >> asset) & 1 == 0) continue;
            Quote memory q = f.quotes[rank++];
            if ((f.held >> asset) & 1 == 0) continue;
            uint256 amount = f.amounts[count++];
            // Nothing overflows, see StatementMath.
            unchecked {
                f.midReserve += (amount * q.mid) / q.unit;
                if (q.status == PriceStatus.Live) {
                    uint256 value = (amount * q.low) / q.unit;
                    f.reserve += value;
                    f.afterHaircut += (value * (BPS - q.initialHaircut)) / BPS;
                    exposures[asset] = value;
                    uint256 jump = Math.ceilDiv(value * _jumpIn(jumps, asset), BPS);
                    if (jump > f.jump) f.jump = jump;
                    if ((f.stables >> asset) & 1 == 1) f.liquid += (reserve.sellable(asset) * q.low) / q.unit;
                } else if (q.status == PriceStatus.Disagreeing || q.high != 0) {
                    f.open |= 1 << asset;
                }
            }
        }
        f.valueAtRisk = risk.valueAtRisk(exposures);
    }

    /// @dev What a dollar of each asset that comes in requires, and a dollar that is lent.
    function _addRequirements(
        Figures memory f,
        MintTerms memory mint,
        IRisk risk,
        uint256 jumps,
        uint256 lent
    ) private view {
        uint256 mask = f.held | lent | jumps.maskOf();
        uint256[] memory volatilities = mask == 0 ? new uint256[](0) : risk.volatilities(mask);
        uint256 marketScale = risk.valueAtRiskScale();
        uint256 loanScale = StatementMath.loanScale(mint.loanZ, mint.loanHorizon);
        uint256 floor = mint.loanFloor;
        uint256 charged;
        uint256 counted;
        // The least that the most demanding asset can require.
        uint256 most = floor * StatementMath.BP;
        uint256 next;
        uint256 rank;
        for (uint256 asset = 0; mask >> asset != 0; ++asset) {
            if ((mask >> asset) & 1 == 0) continue;
            uint256 volatility = volatilities[next++];
            uint256 maintenance;
            bool priced = true;
            if ((f.quoted >> asset) & 1 == 1) {
                Quote memory q = f.quotes[rank++];
                maintenance = q.maintenanceHaircut;
                priced = q.status == PriceStatus.Live;
            }
            // One that is not held was not asked for its price: whoever issues against it asks then.
            if (priced) {
                f.units = f.units.withLane(
                    asset,
                    StatementMath.marketRequirement(volatility, marketScale, _jumpIn(jumps, asset))
                );
            }
            uint256 share = f.shares.laneOf(asset);
            if ((lent >> asset) & 1 == 0 || (share == 0 && f.shares != 0)) continue;
            uint256 requirement = StatementMath.loanRequirement(floor, loanScale, volatility, maintenance);
            if (requirement > most) most = requirement;
            unchecked {
                // Shares are below 2**16, requirements far below 2**200.
                charged += share * requirement;
                counted += share;
            }
        }
        // What no share accounts for is as demanding as the most demanding of those that do.
        if (counted < BPS) charged += (BPS - counted) * most;
        f.loanRate = Math.ceilDiv(charged, BPS);
    }

    // ---- whose collateral counts

    /// @dev Hours that have passed for certain since the last look; 0: too early for another.
    function _hoursSinceLook() private view returns (uint256 passed) {
        unchecked {
            passed = (block.timestamp / 1 hours - (_headroom.look >> 1)) & HOUR_MASK;
            // The first full hour after the look has not begun.
            if (passed == HOUR_MASK) passed = 0;
        }
    }

    /// @dev The hour to store for a look made now, above the flag's bit.
    function _hourOfLook() internal view returns (uint16) {
        // The cast is safe: 15 bits and one.
        return uint16((Math.ceilDiv(block.timestamp, 1 hours) & HOUR_MASK) << 1);
    }

    /// @dev All collateral by asset number, but for what the reserve absorbed. {ledger}
    /// @param mask Assets that are looked at in any case.
    function _collateral(
        address reserve,
        uint256 mask
    ) private view returns (uint256[] memory amounts, uint256 lent) {
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
            if (next < credit.length && credit[next] >> ASSET_SHIFT == asset) {
                // Never more than all, between calls; inside one a view may see anything.
                (, amount) = Math.trySub(amount, credit[next++] & BALANCE_MASK);
            }
            if (amount == 0) continue;
            amounts[asset] = amount;
            lent |= 1 << asset;
        }
    }

    /// @dev The shares after this look. At mid, or what an unpriced asset still counts.
    function _look(Figures memory f, uint256[] memory collateral, uint256 fall) private view {
        uint256[] memory values = new uint256[](ASSETS);
        uint256 total;
        uint256 rank;
        for (uint256 asset = 0; f.quoted >> asset != 0; ++asset) {
            if ((f.quoted >> asset) & 1 == 0) continue;
            Quote memory q = f.quotes[rank++];
            uint256 value = (collateral[asset] * (q.status == PriceStatus.Unpriced ? q.high : q.mid)) / q.unit;
            values[asset] = value;
            total += value;
        }
        uint256 before = _sampled;
        uint256 counted = f.shares;
        for (uint256 asset = 0; asset < ASSETS; ++asset) {
            uint256 seen = total == 0 ? 0 : Math.ceilDiv(values[asset] * BPS, total);
            f.sampled = f.sampled.withLane(asset, seen);
            f.shares = f.shares.withLane(
                asset,
                StatementMath.countedShare(counted.laneOf(asset), before.laneOf(asset), seen, fall)
            );
        }
    }

    // ---- what is not priced

    /// @dev Assets of `mask` with a vault that does not answer, and not for so long that what is in it counts as priced at 0.
    function _unreadable(IReserve reserve, uint256 mask, IRisk risk) private view returns (uint256 open) {
        uint256 decay = IPriceOracle(risk.oracle()).decay();
        address[] memory vaults = reserve.vaults();
        for (uint256 i = 0; i < vaults.length; ++i) {
            VaultInfo memory info = reserve.vaultInfo(vaults[i]);
            if ((mask >> info.asset) & 1 == 0) continue;
            (, , bool readable) = reserve.vaultValue(vaults[i]);
            if (readable) continue;
            uint256 since = info.unreadableSince;
            if (since == 0 || block.timestamp < since + decay) open |= 1 << info.asset;
        }
    }

    function _requireFullyPriced(Figures memory f) internal pure {
        // The lowest of them.
        require(f.open == 0, NotFullyPriced(Math.log2(f.open & (~f.open + 1))));
    }

    // ---- what follows from the figures; sums of sixteen values below 2**164 and of 128-bit levels

    /// @dev {USD}, signed
    function _equity(Figures memory f) internal pure returns (int256) {
        return int256(f.reserve + f.loans) - int256(f.supply);
    }

    /// @dev {USD}, signed
    function _midEquity(Figures memory f) internal pure returns (int256) {
        return int256(f.midReserve + f.loans) - int256(f.supply);
    }

    /// @dev {USD}, signed
    function _capital(Figures memory f) internal pure returns (int256) {
        return _equity(f) + int256(f.backstop);
    }

    /// @dev {USD}, rounded up
    function _loanPart(Figures memory f) internal pure returns (uint256) {
        return Math.ceilDiv(f.loans * f.loanRate, WAD);
    }

    /// @dev {USD}, rounded up
    function _required(Figures memory f) internal pure returns (uint256) {
        return Math.max(f.valueAtRisk, f.jump) + _loanPart(f);
    }

    /// @dev max(0, capital - required). {USD}
    function _room(Figures memory f) internal pure returns (uint256) {
        int256 room = _capital(f) - int256(_required(f));
        return room > 0 ? uint256(room) : 0;
    }

    /// @dev What more can be lent before liquid stables are below ell of the supply. {plUSD}, rounded down
    function _borrowable(Figures memory f) internal view returns (uint256) {
        uint256 most = (f.liquid * BPS) / _mintTerms.liquidShare;
        return most > f.supply ? most - f.supply : 0;
    }

    /// @dev J_i. bps
    function _jumpIn(uint256 jumps, uint256 asset) internal pure returns (uint256 jump) {
        jump = jumps.laneOf(asset);
        if (jump == 0) jump = MIN_JUMP;
    }
}
