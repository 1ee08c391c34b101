// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IBackstop} from "../interfaces/IBackstop.sol";
import {IBalanceSheet, SheetParameters} from "../interfaces/IBalanceSheet.sol";
import {ICreditEngine} from "../interfaces/ICreditEngine.sol";
import {IPlimsollDollar} from "../interfaces/IPlimsollDollar.sol";
import {IReserve} from "../interfaces/IReserve.sol";
import {IRisk} from "../interfaces/IRisk.sol";
import {StatementMath} from "./StatementMath.sol";

/// @title What the balance sheet stores, who its modules are, and when it may look at them
abstract contract SheetStorage is AccessManaged, IBalanceSheet {
    // ---- layout

    /// @dev What every mint reads and writes, one slot:
    /// `[headroom 64 | borrowable 64 | borrowed since booked 64 | good until 32 | loan unit 16 | short 1 | hour of the look 15]`, amounts in {1e-6 plUSD}, the loan unit in bps.
    /// `look` is `hour << 1 | short`; the hour is the first full one after shares were sampled, mod 2**15, so that two samples are an hour apart.
    /// `goodUntil` is when the statement was taken plus the longest age, 0 when there is none: so a loan does not read the parameters.
    struct Headroom {
        uint64 left;
        uint64 borrowable;
        uint64 borrowed;
        uint32 goodUntil;
        uint16 loanUnit;
        uint16 look;
    }

    /// @dev The reserve, and what mints and statements ask for, one slot:
    /// `[reserve 160 | max age 24 | liquid share 16 | loan z 24 | loan horizon 16 | loan floor 16]`.
    struct MintTerms {
        address reserve;
        uint24 maxAge;
        uint16 liquidShare;
        uint24 loanZ;
        uint16 loanHorizon;
        uint16 loanFloor;
    }

    /// @dev The rest, one slot: `[backstop 160 | share fall 16 | surplus factor 24 | deficit delay 24 | stables 16 | free 16]`. The stables are the reserve's, as
    /// of the last look.
    struct SlowTerms {
        address backstop;
        uint16 shareFall;
        uint24 surplusFactor;
        uint24 deficitDelay;
        uint16 stables;
    }

    /// @dev `[amount 128 | seen at 40 | free 88]`. {USD}, unix seconds
    struct DeficitPoint {
        uint128 amount;
        uint40 seenAt;
    }

    /// @dev `[principal outstanding 112 | realised 112 | booked at 32]`, {plUSD}, unix seconds. The difference of both is always the engine's level at the last
    /// booking, see `SurplusBook`.
    struct InterestBook {
        uint112 principal;
        uint112 realised;
        uint32 bookedAt;
    }

    /// @dev `[booked losses 128 | released 128]`. {USD}, {plUSD}
    struct SurplusSlot {
        uint128 losses;
        uint128 released;
    }

    /// @dev `[risk model 160 | unit decimals plus 1, 5 x 16 | free 16]`. Unit decimals are final in a risk model; 0 is not known yet.
    struct RiskSlot {
        address model;
        uint80 decimals;
    }

    Headroom internal _headroom;
    MintTerms internal _mintTerms;
    SlowTerms internal _slowTerms;
    RiskSlot internal _riskSlot;
    /// @dev 16 bits an asset, in all four. bps
    uint256 internal _units;
    uint256 internal _jumps;
    uint256 internal _shares;
    uint256 internal _sampled;
    DeficitPoint internal _deficit;
    InterestBook internal _interest;
    SurplusSlot internal _surplus;

    ICreditEngine internal immutable ENGINE;
    IPlimsollDollar internal immutable DOLLAR;

    // ---- constants

    uint256 internal constant BPS = 10_000;
    uint256 internal constant WAD = 1e18;
    /// @dev The least jump of any asset, and the jump of one for which none was set. bps
    uint256 internal constant MIN_JUMP = 500;
    /// @dev Assets of the risk model.
    uint256 internal constant ASSETS = 16;

    constructor(address engine_, address dollar_) {
        ENGINE = ICreditEngine(engine_);
        DOLLAR = IPlimsollDollar(dollar_);
    }

    // ---- modules

    function _reserve() internal view returns (IReserve) {
        return IReserve(_mintTerms.reserve);
    }

    function _backstop() internal view returns (IBackstop) {
        return IBackstop(_slowTerms.backstop);
    }

    function _risk() internal view returns (IRisk) {
        return IRisk(_riskSlot.model);
    }

    /// @dev J_i. bps
    function _jumpIn(uint256 jumps, uint256 asset) internal pure returns (uint256 jump) {
        jump = StatementMath.laneOf(jumps, asset);
        if (jump == 0) jump = MIN_JUMP;
    }

    /// @dev Nothing that a statement reads is being changed. The calling module may be in the middle of its own call: it asks before its first
    /// effect.
    function _requireQuiet() internal view {
        address reserve = _mintTerms.reserve;
        address backstop = _slowTerms.backstop;
        require(!DOLLAR.isEntered(), Entered(address(DOLLAR)));
        require(!ENGINE.isEntered(), Entered(address(ENGINE)));
        require(msg.sender == reserve || !IReserve(reserve).isEntered(), Entered(reserve));
        require(msg.sender == backstop || !IBackstop(backstop).isEntered(), Entered(backstop));
    }

    // ---- shared: lowering headroom

    /// @dev Floored at 0: never reverts for the size. {plUSD}
    function _lower(uint256 amount) internal {
        uint256 left = _headroom.left;
        uint256 taken = amount / 1e12;
        // Rounded up, without overflowing for the largest amounts.
        if (amount % 1e12 != 0) ++taken;
        // The cast is safe: it only falls.
        _headroom.left = taken < left ? uint64(left - taken) : 0;
    }

    /// @dev Writes the slot at once; field by field the compiler writes it as often as it has fields.
    function _storeHeadroom(Headroom memory h) internal {
        uint256 word =
            uint256(h.left) |
                (uint256(h.borrowable) << 64) |
                (uint256(h.borrowed) << 128) |
                (uint256(h.goodUntil) << 192) |
                (uint256(h.loanUnit) << 224) |
                (uint256(h.look) << 240);
        assembly ("memory-safe") {
            sstore(_headroom.slot, word)
        }
    }

    /// @dev When the last statement was taken, 0 if none is in force. (unix seconds)
    function _takenAt(Headroom memory h) internal view returns (uint256) {
        return h.goodUntil == 0 ? 0 : h.goodUntil - _mintTerms.maxAge;
    }

    /// @dev The parameters, put together.
    function _parameters() internal view returns (SheetParameters memory) {
        MintTerms memory mint = _mintTerms;
        SlowTerms memory slow = _slowTerms;
        return
            SheetParameters({
                maxAge: mint.maxAge,
                liquidShare: mint.liquidShare,
                loanZ: mint.loanZ,
                loanHorizon: mint.loanHorizon,
                loanFloor: mint.loanFloor,
                shareFall: slow.shareFall,
                surplusFactor: slow.surplusFactor,
                deficitDelay: slow.deficitDelay
            });
    }
}
