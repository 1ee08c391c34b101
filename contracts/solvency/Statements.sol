// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {LibBit} from "solady/src/utils/LibBit.sol";

import {IBackstop} from "../interfaces/IBackstop.sol";
import {IPriceOracle, PriceStatus} from "../interfaces/IPriceOracle.sol";
import {IReserve} from "../interfaces/IReserve.sol";
import {VaultInfo} from "../interfaces/IReserveVaults.sol";
import {IRisk} from "../interfaces/IRisk.sol";
import {PriceList, PriceLists} from "./PriceList.sol";
import {SheetStorage} from "./SheetStorage.sol";
import {StatementMath} from "./StatementMath.sol";

/// @title Takes statements: reads every module once and adds up
/// @dev ROUNDING. What is owned counts down, what is required up.
abstract contract Statements is SheetStorage {
    using StatementMath for uint256;

    /// @dev A statement in the making. Lists are in ascending order of the assets held.
    struct Figures {
        uint256 held; // mask
        uint256 open; // mask: held, without a price that will do, and not for so long that it counts as priced at 0
        uint256[] amounts; // {ledger}
        PriceList prices;
        uint256 decimals; // unit decimals as kept
        uint256 reserve; // at low {USD}
        uint256 midReserve; // {USD}
        uint256 liquid; // stables that can be paid at once, at low {USD}
        uint256 loans; // {plUSD}
        uint256 supply; // {plUSD}
        uint256 backstop; // active and streaming {plUSD}
        uint256 cooling; // {plUSD}
        uint256 valueAtRisk; // {USD}
        uint256 jump; // max J_i E_i {USD}
        uint256 loanUnit; // what a dollar lent requires, bps
        uint256 liquidShare; // bps
    }

    // ---- taking one

    /// @dev Everything as of now. Reverts like the oracle: while the sequencer is down.
    function _figures() internal view returns (Figures memory f) {
        SlowTerms memory slow = _slowTerms;
        address reserve = _mintTerms.reserve;
        f.liquidShare = _mintTerms.liquidShare;
        f.loanUnit = _headroom.loanUnit;
        uint256 unreadable;
        (f.held, unreadable, f.amounts) = IReserve(reserve).counted();
        f.loans = ENGINE.totalDebt();
        f.supply = DOLLAR.totalSupply();
        (uint256 active, uint256 streaming, uint256 cooling) = IBackstop(slow.backstop).pools();
        f.backstop = active + streaming;
        f.cooling = cooling;
        RiskSlot memory risk = _riskSlot;
        f.decimals = risk.decimals;
        if (unreadable != 0) f.open = _unreadable(IReserve(reserve), unreadable, IRisk(risk.model));
        if (f.held != 0) _addUp(f, IReserve(reserve), IRisk(risk.model), slow.stables);
    }

    /// @dev Values what is held.
    function _addUp(Figures memory f, IReserve reserve, IRisk risk, uint256 stables) private view {
        uint256 held = f.held;
        PriceList prices = PriceLists.read(risk.oracle(), held, LibBit.popCount(held));
        f.prices = prices;
        uint256 decimals = f.decimals;
        uint256[] memory exposures = new uint256[](Math.log2(held) + 1);
        uint256 jumps = _jumps;
        uint256 rank;
        for (uint256 asset = 0; held >> asset != 0;) {
            // Nothing overflows, see StatementMath.
            unchecked {
                if ((held >> asset) & 1 == 1) {
                    (uint256 low, uint256 mid, uint256 high, uint256 status) = prices.priceAt(rank);
                    uint256 amount = f.amounts[rank++];
                    uint256 unit = _unit(decimals, asset);
                    f.midReserve += (amount * mid) / unit;
                    if (status == uint256(PriceStatus.Live)) {
                        uint256 value = (amount * low) / unit;
                        f.reserve += value;
                        exposures[asset] = value;
                        uint256 jump = (value * _jumpIn(jumps, asset) + (BPS - 1)) / BPS;
                        if (jump > f.jump) f.jump = jump;
                        if ((stables >> asset) & 1 == 1) f.liquid += (reserve.sellable(asset) * low) / unit;
                    } else if (status == uint256(PriceStatus.Disagreeing) || high != 0) {
                        f.open |= 1 << asset;
                    }
                }
                ++asset;
            }
        }
        f.valueAtRisk = risk.valueAtRisk(exposures);
    }

    /// @dev Ledger units per whole token: kept since the last look, or asked for. {ledger/tok}
    function _unit(uint256 decimals, uint256 asset) internal view returns (uint256) {
        uint256 known = decimals.decimalsOf(asset);
        return 10 ** (known != 0 ? known - 1 : IRisk(_riskSlot.model).unitDecimals(asset));
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
        if (f.open != 0) revert NotFullyPriced(Math.log2(f.open & (~f.open + 1)));
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
        return Math.ceilDiv(f.loans * f.loanUnit, BPS);
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
    function _borrowable(Figures memory f) internal pure returns (uint256) {
        uint256 most = (f.liquid * BPS) / f.liquidShare;
        return most > f.supply ? most - f.supply : 0;
    }
}
