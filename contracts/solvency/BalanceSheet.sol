// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IBalanceSheet, SheetParameters, Statement, StatementLine} from "../interfaces/IBalanceSheet.sol";
import {IHoldings} from "../interfaces/IHoldings.sol";
import {IIssuanceGate, LOANS} from "../interfaces/IIssuanceGate.sol";
import {PriceStatus} from "../interfaces/IPriceOracle.sol";
import {IReserve} from "../interfaces/IReserve.sol";
import {IRisk} from "../interfaces/IRisk.sol";
import {IRiskValuation} from "../interfaces/IRiskModel.sol";
import {ISolvency} from "../interfaces/ISolvency.sol";
import {Deficit} from "./Deficit.sol";
import {Looks} from "./Looks.sol";
import {SheetStorage} from "./SheetStorage.sol";
import {StatementMath} from "./StatementMath.sol";
import {SurplusBook} from "./SurplusBook.sol";

/// @title The balance sheet
/// @dev How a statement is taken is in `Statements`, whose collateral counts in `Looks`, deficits in `Deficit`, realised interest and surplus in `SurplusBook`. Here: what a statement leaves behind for mints, and
/// what consumes it.
contract BalanceSheet is Looks, Deficit, SurplusBook {
    using StatementMath for uint256;

    // ---- immutable limits of the parameters

    /// @notice {s}
    uint256 public constant MIN_MAX_AGE = 10 minutes;
    uint256 public constant MAX_MAX_AGE = 1 days;
    /// @notice bps
    uint256 public constant MIN_LIQUID_SHARE = 50;
    uint256 public constant MAX_LIQUID_SHARE = 5_000;
    /// @notice {1e-6}
    uint256 public constant MIN_LOAN_Z = 1_000_000;
    uint256 public constant MAX_LOAN_Z = 10_000_000;
    /// @notice {h}
    uint256 public constant MIN_LOAN_HORIZON = 1;
    uint256 public constant MAX_LOAN_HORIZON = 720;
    /// @notice bps
    uint256 public constant MIN_LOAN_FLOOR = 100;
    uint256 public constant MAX_LOAN_FLOOR = 5_000;
    /// @notice bps a day; at least ten an hour, or hourly looks would round it to nothing
    uint256 public constant MIN_SHARE_FALL = 240;
    uint256 public constant MAX_SHARE_FALL = 10_000;
    /// @notice bps
    uint256 public constant MIN_SURPLUS_FACTOR = 10_000;
    uint256 public constant MAX_SURPLUS_FACTOR = 100_000;
    /// @notice {s}
    uint256 public constant MIN_DEFICIT_DELAY = 1 hours;
    uint256 public constant MAX_DEFICIT_DELAY = 7 days;
    /// @notice Loans need a look at collateral no older than this. {h}, full ones
    uint256 public constant MAX_LOOK_AGE = 2;
    /// @notice bps; MIN_JUMP is 500
    uint256 public constant MAX_JUMP = 10_000;

    /// @notice The code of engine and token is not asked for: the engine may be deployed after its gate.
    constructor(
        address authority_,
        address engine_,
        address dollar_,
        SheetParameters memory parameters_
    ) AccessManaged(authority_) SheetStorage(engine_, dollar_) {
        _setParameters(parameters_);
        // Until somebody looks, a loan requires all of itself.
        _headroom.loanUnit = uint16(BPS);
        // Where loans were made under another gate, what they owe is principal, and what was earned before stays unclaimed.
        int256 level = DOLLAR.level(engine_);
        _interest = InterestBook({
            principal: SafeCast.toUint112(uint256(level > 0 ? level : int256(0))),
            realised: SafeCast.toUint112(uint256(level < 0 ? -level : int256(0))),
            bookedAt: uint32(block.timestamp) // lasts until 2106
        });
    }

    // ---- statements

    /// @inheritdoc IBalanceSheet
    function refresh() external returns (uint256 headroom) {
        _requireQuiet();
        Figures memory f = _figures();
        uint256 required = _required(f);
        int256 capital = _capital(f);
        headroom = _room(f);

        Headroom memory h = _headroom;
        h.left = headroom.steps();
        h.borrowable = _borrowable(f).steps();
        // The cast is safe: 32 bits of time last until 2106.
        h.goodUntil = uint32(block.timestamp + _mintTerms.maxAge);
        h.look = (h.look & ~uint16(1)) | (capital < int256(required) ? 1 : 0);
        _headroom = h;

        emit StatementTaken(f.reserve, f.loans, f.supply, _equity(f), f.backstop, f.valueAtRisk, required, headroom);
        headroom = uint256(h.left) * StatementMath.STEP;
    }

    /// @inheritdoc IBalanceSheet
    function statement() external view returns (Statement memory s) {
        Figures memory f = _figures();
        s.takenAt = block.timestamp;
        s.fullyPriced = f.open == 0;
        s.reserve = f.reserve;
        s.loans = f.loans;
        s.supply = f.supply;
        s.equity = _equity(f);
        s.midEquity = _midEquity(f);
        s.backstop = f.backstop;
        s.cooling = f.cooling;
        s.capital = _capital(f);
        s.valueAtRisk = f.valueAtRisk;
        s.jump = f.jump;
        s.loanPart = _loanPart(f);
        s.required = _required(f);
        uint256 owed = Math.saturatingSub(f.supply, f.backstop + f.cooling);
        s.backing = owed == 0 ? type(uint256).max : ((f.reserve + f.loans) * WAD) / owed;
        s.headroom = _room(f);
        s.borrowable = _borrowable(f);
        uint256 afterHaircut;
        (s.lines, afterHaircut) = _lines(f);
        s.coverage = f.supply == 0 ? type(uint256).max : ((afterHaircut + f.loans) * WAD) / f.supply;
    }

    /// @dev Also what the reserve is worth after haircuts, rounded down. {USD}
    function _lines(Figures memory f) private view returns (StatementLine[] memory lines, uint256 afterHaircut) {
        IRisk risk = _risk();
        uint256 units = _units;
        lines = new StatementLine[](f.amounts.length);
        uint256 rank;
        for (uint256 asset = 0; f.held >> asset != 0; ++asset) {
            if ((f.held >> asset) & 1 == 0) continue;
            StatementLine memory line = lines[rank];
            uint256 status;
            (line.low, line.mid, , status) = f.prices.priceAt(rank);
            line.status = PriceStatus(status);
            uint256 unit = _unit(f.decimals, asset);
            line.asset = asset;
            line.amount = f.amounts[rank++];
            if (line.status == PriceStatus.Live) line.value = (line.amount * line.low) / unit;
            line.midValue = (line.amount * line.mid) / unit;
            (line.haircut, ) = risk.haircuts(asset);
            line.unitRequirement = units.laneOf(asset);
            afterHaircut += (line.value * (BPS - line.haircut)) / BPS;
        }
    }

    // ---- the gate

    /// @inheritdoc IIssuanceGate
    function consume(uint256 source, uint256 amount) external {
        require(msg.sender == (source == LOANS ? address(ENGINE) : _mintTerms.reserve), NotIssuer(msg.sender));
        Headroom memory h = _headroom;
        require(block.timestamp <= h.goodUntil, StatementStale(_takenAt(h), _mintTerms.maxAge));
        uint256 unit = source == LOANS ? h.loanUnit : _unitOf(source);
        // Up, and at least one step: nothing is minted on a headroom of 0.
        uint256 need = Math.max(1, Math.ceilDiv(amount * unit, BPS * StatementMath.STEP));
        if (need > h.left) revert IssuanceExceeded(amount, _fits(h.left, unit));
        if (source == LOANS) {
            _requireLooked(h.look);
            uint256 lent = StatementMath.stepsUp(amount);
            require(lent <= h.borrowable, LiquidityShort(amount, uint256(h.borrowable) * StatementMath.STEP));
            // The casts are safe: lower than before; saturating, which understates what was lent, and so interest.
            h.borrowable -= uint64(lent);
            h.borrowed = uint64(Math.min(uint256(h.borrowed) + amount / StatementMath.STEP, type(uint64).max));
        }
        h.left -= uint64(need);
        _storeHeadroom(h);
    }

    /// @inheritdoc IIssuanceGate
    function available(address issuer, uint256 source) external view returns (uint256) {
        Headroom memory h = _headroom;
        if (block.timestamp > h.goodUntil) return 0;
        if (source == LOANS) {
            if (issuer != address(ENGINE) || _hoursSinceLook(h.look) > MAX_LOOK_AGE) return 0;
            return Math.min(_fits(h.left, h.loanUnit), uint256(h.borrowable) * StatementMath.STEP);
        }
        if (issuer != _mintTerms.reserve || source >= ASSETS) return 0;
        uint256 unit = _units.laneOf(source);
        return unit == 0 ? 0 : _fits(h.left, unit);
    }

    /// @inheritdoc IIssuanceGate
    function bookLoss(uint256 amount) external {
        _requireIssuer();
        _lower(amount);
        _addLoss(amount);
        emit LossBooked(msg.sender, amount);
    }

    /// @inheritdoc ISolvency
    function bookExposure(uint256 value) external {
        _requireIssuer();
        uint256 requirement = StatementMath.portionUp(value, _units.largestOf(), BPS);
        _lower(requirement);
        emit ExposureBooked(msg.sender, value, requirement);
    }

    /// @inheritdoc ISolvency
    function onCooldown(uint256 assets) external {
        require(msg.sender == _slowTerms.backstop, NotModule(msg.sender));
        _lower(assets);
    }

    /// @dev Nothing is lent on what collateral was long ago. Full hours: the look itself may be two hours older than they say.
    function _requireLooked(uint256 look) private view {
        uint256 age = _hoursSinceLook(look);
        require(age <= MAX_LOOK_AGE, CollateralNotSeen(age, MAX_LOOK_AGE));
    }

    function _requireIssuer() private view {
        require(msg.sender == address(ENGINE) || msg.sender == _mintTerms.reserve, NotIssuer(msg.sender));
    }

    /// @dev Requirement of a dollar of an asset that comes in. bps
    function _unitOf(uint256 asset) private view returns (uint256 unit) {
        unit = asset < ASSETS ? _units.laneOf(asset) : 0;
        require(unit != 0, AssetWithoutRequirement(asset));
    }

    /// @dev The most that `left` steps let be minted at `unit` bps, rounded down. {plUSD}
    function _fits(uint256 left, uint256 unit) private pure returns (uint256) {
        return (left * StatementMath.STEP * BPS) / Math.max(unit, 1);
    }

    // ---- what other modules ask

    /// @inheritdoc ISolvency
    function liabilities() external view returns (uint256 loans, uint256 netSupply) {
        (uint256 active, uint256 streaming, uint256 cooling) = _backstop().pools();
        return (ENGINE.totalDebt(), Math.saturatingSub(DOLLAR.totalSupply(), active + streaming + cooling));
    }

    /// @inheritdoc ISolvency
    function riskBudget() external view returns (int256) {
        _requireQuiet();
        Figures memory f = _figures();
        return _capital(f) - int256(_loanPart(f));
    }

    /// @inheritdoc ISolvency
    function marketRequirement(uint256[] calldata exposures) external view returns (uint256 requirement) {
        requirement = _risk().valueAtRisk(exposures);
        uint256 jumps = _jumps;
        for (uint256 asset = 0; asset < exposures.length; ++asset) {
            // Nothing overflows: the risk model refuses exposures of more than 128 bits.
            uint256 jump = Math.ceilDiv(exposures[asset] * _jumpIn(jumps, asset), BPS);
            if (jump > requirement) requirement = jump;
        }
    }

    /// @inheritdoc ISolvency
    function capitalShort() external view returns (bool) {
        Headroom memory h = _headroom;
        return h.look & 1 == 1 || block.timestamp > h.goodUntil;
    }

    /// @inheritdoc IHoldings
    function holdings(uint256 mask) external view returns (uint256[] memory amounts) {
        IReserve reserve = _reserve();
        amounts = ENGINE.holdings(mask);
        (uint256 held, uint256[] memory own) = reserve.booked();
        (, uint256[] memory credit) = ENGINE.position(address(reserve));
        uint256 rank;
        for (uint256 asset = 0; held >> asset != 0; ++asset) {
            if ((held >> asset) & 1 == 0) continue;
            uint256 amount = own[rank++];
            if ((mask >> asset) & 1 == 1) amounts[mask.rankOf(asset)] += amount;
        }
        // Absorbed credit is in both lists.
        for (uint256 i = 0; i < credit.length; ++i) {
            uint256 asset = credit[i] >> 248;
            if ((mask >> asset) & 1 == 1) amounts[mask.rankOf(asset)] -= credit[i] & type(uint248).max;
        }
    }

    // ---- views

    /// @inheritdoc IBalanceSheet
    function stored()
        external
        view
        returns (uint256 headroom, uint256 borrowable, uint256 takenAt, uint256 loanUnit, bool short)
    {
        Headroom memory h = _headroom;
        headroom = uint256(h.left) * StatementMath.STEP;
        borrowable = uint256(h.borrowable) * StatementMath.STEP;
        return (headroom, borrowable, _takenAt(h), h.loanUnit, h.look & 1 == 1);
    }

    /// @inheritdoc IBalanceSheet
    function unitRequirement(uint256 asset) external view returns (uint256) {
        return asset < ASSETS ? _units.laneOf(asset) : 0;
    }

    /// @inheritdoc IBalanceSheet
    function collateralShares() external view returns (uint256[16] memory shares) {
        uint256 word = _shares;
        for (uint256 asset = 0; asset < ASSETS; ++asset) shares[asset] = word.laneOf(asset);
    }

    /// @inheritdoc IBalanceSheet
    function parameters() external view returns (SheetParameters memory) {
        return _parameters();
    }

    /// @inheritdoc IBalanceSheet
    function jumpOf(uint256 asset) external view returns (uint256) {
        return asset < ASSETS ? _jumpIn(_jumps, asset) : 0;
    }

    /// @inheritdoc IBalanceSheet
    function modules() external view returns (address engine, address reserve, address backstop, address riskModel) {
        return (address(ENGINE), _mintTerms.reserve, _slowTerms.backstop, _riskSlot.model);
    }

    // ---- governance

    /// @inheritdoc IBalanceSheet
    function setParameters(SheetParameters calldata parameters_) external restricted {
        _setParameters(parameters_);
    }

    /// @inheritdoc IBalanceSheet
    function setJump(uint256 asset, uint256 jump) external restricted {
        _requireWithin("jump", jump, MIN_JUMP, MAX_JUMP);
        // Statements ask for the volatility of every asset with a jump.
        require(asset < ASSETS && (_risk().listedMask() >> asset) & 1 == 1, IRiskValuation.AssetNotListed(asset));
        _jumps = _jumps.withLane(asset, jump);
        emit JumpSet(asset, jump);
    }

    /// @inheritdoc IBalanceSheet
    function setModules(address reserve, address backstop, address riskModel) external restricted {
        require(reserve.code.length != 0, ModuleHasNoCode(reserve));
        require(backstop.code.length != 0, ModuleHasNoCode(backstop));
        require(riskModel.code.length != 0, ModuleHasNoCode(riskModel));
        uint256 unknown = _jumps.maskOf() & ~IRisk(riskModel).listedMask();
        require(unknown == 0, IRiskValuation.AssetNotListed(Math.log2(unknown)));
        _mintTerms.reserve = reserve;
        _slowTerms.backstop = backstop;
        // Its units have to be learnt anew.
        _riskSlot = RiskSlot(riskModel, 0);
        // Nothing is minted on what the former modules said; until somebody looks, a loan requires all of itself.
        (_headroom.left, _headroom.borrowable, _headroom.goodUntil) = (0, 0, 0);
        _headroom.loanUnit = uint16(BPS);
        _units = 0;
        emit ModulesSet(address(ENGINE), reserve, backstop, riskModel);
    }

    function _setParameters(SheetParameters memory p) private {
        _requireWithin("maxAge", p.maxAge, MIN_MAX_AGE, MAX_MAX_AGE);
        _requireWithin("liquidShare", p.liquidShare, MIN_LIQUID_SHARE, MAX_LIQUID_SHARE);
        _requireWithin("loanZ", p.loanZ, MIN_LOAN_Z, MAX_LOAN_Z);
        _requireWithin("loanHorizon", p.loanHorizon, MIN_LOAN_HORIZON, MAX_LOAN_HORIZON);
        _requireWithin("loanFloor", p.loanFloor, MIN_LOAN_FLOOR, MAX_LOAN_FLOOR);
        _requireWithin("shareFall", p.shareFall, MIN_SHARE_FALL, MAX_SHARE_FALL);
        _requireWithin("surplusFactor", p.surplusFactor, MIN_SURPLUS_FACTOR, MAX_SURPLUS_FACTOR);
        _requireWithin("deficitDelay", p.deficitDelay, MIN_DEFICIT_DELAY, MAX_DEFICIT_DELAY);
        MintTerms storage mint = _mintTerms;
        // The last statement stays as old as it is, and good for as long as the new limit says. The cast is safe: as when it was taken.
        uint256 takenAt = _takenAt(_headroom);
        if (takenAt != 0) _headroom.goodUntil = uint32(takenAt + p.maxAge);
        (mint.maxAge, mint.liquidShare, mint.loanZ) = (p.maxAge, p.liquidShare, p.loanZ);
        (mint.loanHorizon, mint.loanFloor) = (p.loanHorizon, p.loanFloor);
        SlowTerms storage slow = _slowTerms;
        (slow.shareFall, slow.surplusFactor, slow.deficitDelay) = (p.shareFall, p.surplusFactor, p.deficitDelay);
        emit ParametersSet(p);
    }

    function _requireWithin(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum) private pure {
        require(value >= minimum && value <= maximum, ParameterOutOfBounds(parameter, value, minimum, maximum));
    }
}
