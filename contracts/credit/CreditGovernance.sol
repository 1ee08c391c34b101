// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {
    AssetInfo,
    ICreditGovernance,
    LiquidationParameters,
    PAUSE_BORROW,
    PAUSE_DEPOSIT,
    PAUSE_FLASH_LOAN,
    PAUSE_WITHDRAW
} from "../interfaces/ICreditEngine.sol";
import {IPriceOracle, Price, PriceStatus} from "../interfaces/IPriceOracle.sol";
import {IRateSource} from "../interfaces/IRateSource.sol";
import {IRiskModel} from "../interfaces/IRiskModel.sol";
import {Extension} from "../libraries/Extended.sol";
import {PackedFloat} from "../libraries/PackedFloat.sol";
import {AccountLib} from "./AccountLib.sol";
import {CreditStorage, MAX_ASSETS} from "./CreditStorage.sol";

/// @notice What the engine starts with; each can be changed later except the token and the authority.
struct CreditEngineConfig {
    address authority;
    address dollar;
    address riskModel;
    address issuanceGate;
    address absorber;
    address rateSource;
    uint256 minimumDebt;
    uint256 debtCeiling;
    uint256 depthFraction;
    LiquidationParameters liquidation;
}

/// @title Listing, parameters and modules of the credit engine
/// @notice Everything here is called by governance (AccessManager) or, where it can only bring the engine in line with what is true
/// already, by anyone. None of it moves a position. Executed by `delegatecall`, see CreditExtension.
abstract contract CreditGovernance is CreditStorage, ICreditGovernance, Extension {
    // ---------------------------------------------------------------- immutable limits

    /// @notice Highest borrow rate: 100% a year. {1/s} 18 decimals
    uint256 public constant MAX_RATE = uint256(1e18) / 365 days;
    /// @notice Highest target health. bps
    uint256 public constant MAX_TARGET_HEALTH = 15_000;
    /// @notice Highest incentive. bps
    uint256 public constant MAX_INCENTIVE = 2_500;
    /// @notice Lowest health at which the incentive may reach its maximum. bps
    uint256 public constant MIN_FULL_INCENTIVE_HEALTH = 5_000;
    /// @notice Largest part of the incentive that may be tipped. bps
    uint256 public constant MAX_TIP_SHARE = 5_000;
    /// @notice Largest tip floor. {USD}
    uint256 public constant MAX_TIP_FLOOR = 1_000e18;
    /// @notice Limits of the minimum debt. {plUSD}
    uint256 public constant LOWEST_MINIMUM_DEBT = 1e18;
    uint256 public constant HIGHEST_MINIMUM_DEBT = 100_000e18;
    /// @notice Largest depth fraction: no more of an asset is deposited than its depth. bps
    uint256 public constant MAX_DEPTH_FRACTION = 10_000;
    /// @notice The minimum debt is worth at least this many ledger units of any asset, at its high when it is listed.
    uint256 public constant UNITS_PER_MINIMUM_DEBT = 10_000;
    uint256 private constant MAX_TOKEN_DECIMALS = 24;
    uint256 private constant ALL_PAUSES = PAUSE_DEPOSIT | PAUSE_WITHDRAW | PAUSE_BORROW | PAUSE_FLASH_LOAN;

    /// @notice Sets the first parameters and modules.
    function initialize(CreditEngineConfig calldata c) external duringConstruction {
        // The cast is safe until 2106.
        _debt = DebtSlot({shares: 0, index: uint88(WAD), accruedAt: uint32(block.timestamp), rate: 0});
        _requireModule(c.dollar);
        _requireModule(c.riskModel);
        _risk.riskModel = c.riskModel;
        emit RiskModelSet(c.riskModel);
        _setIssuanceGate(c.issuanceGate);
        _requireModule(c.absorber);
        _absorber.absorber = c.absorber;
        emit AbsorberSet(c.absorber);
        _setRateSource(c.rateSource);
        _setDebtLimits(c.minimumDebt, c.debtCeiling);
        _setDepthFraction(c.depthFraction);
        _setLiquidationParameters(c.liquidation);
    }

    // ---------------------------------------------------------------- assets

    /// @inheritdoc ICreditGovernance
    function listAsset(uint256 asset, address token, uint256 governedCap) external restricted {
        require(asset < MAX_ASSETS, AssetNotListed(asset));
        require(_assets[asset].token == address(0), AssetListedAlready(asset));
        require(token.code.length != 0, TokenHasNoCode(token));
        require(token != address(DOLLAR) && _assetOf[token] == 0, TokenListedAlready(token));

        uint256 tokenDecimals = _decimalsOf(token);
        uint256 unitDecimals = IRiskModel(_risk.riskModel).unitDecimals(asset);
        require(
            tokenDecimals <= MAX_TOKEN_DECIMALS && tokenDecimals >= unitDecimals,
            TokenDecimalsUnsupported(token, tokenDecimals)
        );

        // Casts are safe: the difference is at most 24.
        uint8 scaleDecimals = uint8(tokenDecimals - unitDecimals);
        _assets[asset] = AssetSlot({token: token, total: 0, cap: 0, scaleDecimals: scaleDecimals, pauses: 0});
        _assetOf[token] = asset + 1;
        // Casts are safe: asset < 16.
        _risk.listed |= uint16(1 << asset);
        _requireThreshold(asset, _gate.minIncentive);
        require(
            _requireFineUnit(asset, _risk.minimumDebt * WAD) != PriceStatus.Unpriced,
            IPriceOracle.AssetUnpriced(asset)
        );
        emit AssetListed(asset, token, 10 ** scaleDecimals);
        _setCap(asset, governedCap);
    }

    /// @dev A token that does not say how many decimals it has cannot be counted.
    function _decimalsOf(address token) private view returns (uint256) {
        (bool ok, bytes memory answer) = token.staticcall(abi.encodeCall(IERC20Metadata.decimals, ()));
        require(ok && answer.length >= 32, TokenWithoutDecimals(token));
        return abi.decode(answer, (uint256));
    }

    /// @inheritdoc ICreditGovernance
    function setAssetCap(uint256 asset, uint256 governedCap) external restricted {
        _listed(asset);
        _setCap(asset, governedCap);
    }

    /// @inheritdoc ICreditGovernance
    function syncAssetCap(uint256 asset) external {
        _listed(asset);
        _syncCap(asset);
    }

    function _setCap(uint256 asset, uint256 governedCap) private {
        require(
            governedCap <= AccountLib.MAX_BALANCE,
            ParameterOutOfBounds("governedCap", governedCap, 0, AccountLib.MAX_BALANCE)
        );
        _governedCaps[asset] = governedCap;
        _syncCap(asset);
    }

    /// @dev The cap in force: the governed one or the fraction of the depth; nothing at all for a delisted asset. The total of an
    /// asset, and so each balance, never exceeds AccountLib.MAX_BALANCE by way of deposits.
    function _syncCap(uint256 asset) private {
        IRiskModel model = IRiskModel(_risk.riskModel);
        uint256 governed = _governedCaps[asset];
        uint256 cap = 0;
        if ((model.delistedMask() >> asset) & 1 == 0) {
            (uint256 depth, ) = model.depths(asset);
            cap = (depth * _absorber.depthFraction) / BPS;
            if (cap > governed) cap = governed;
        }
        // Casts are safe: packDown returns at most CAP_BITS bits.
        uint16 packed = uint16(PackedFloat.packDown(cap, CAP_MANTISSA, CAP_BITS));
        _assets[asset].cap = packed;
        emit AssetCapSet(asset, governed, PackedFloat.unpack(packed, CAP_MANTISSA));
    }

    /// @inheritdoc ICreditGovernance
    function pause(uint256 asset, uint256 pauses) external restricted {
        _setPauses(asset, _listed(asset).pauses | pauses, pauses);
    }

    /// @inheritdoc ICreditGovernance
    function unpause(uint256 asset, uint256 pauses) external restricted {
        _setPauses(asset, _listed(asset).pauses & ~pauses, pauses);
    }

    function _setPauses(uint256 asset, uint256 pauses, uint256 changed) private {
        require(changed & ~ALL_PAUSES == 0, ParameterOutOfBounds("pauses", changed, 0, ALL_PAUSES));
        // Casts are safe: pauses <= 15, asset < 16.
        _assets[asset].pauses = uint8(pauses);
        uint16 bit = uint16(1 << asset);
        _risk.borrowPaused = pauses & PAUSE_BORROW != 0 ? _risk.borrowPaused | bit : _risk.borrowPaused & ~bit;
        emit AssetPausesSet(asset, pauses);
    }

    // ---------------------------------------------------------------- parameters

    /// @inheritdoc ICreditGovernance
    function setLiquidationParameters(LiquidationParameters calldata p) external restricted {
        _setLiquidationParameters(p);
    }

    function _setLiquidationParameters(LiquidationParameters memory p) private {
        _bound("targetHealth", p.targetHealth, BPS, MAX_TARGET_HEALTH);
        _bound("maxIncentive", p.maxIncentive, p.minIncentive, MAX_INCENTIVE);
        _bound("fullIncentiveHealth", p.fullIncentiveHealth, MIN_FULL_INCENTIVE_HEALTH, BPS - 1);
        _bound("absorbHealth", p.absorbHealth, 0, BPS);
        _bound("tipShare", p.tipShare, 0, MAX_TIP_SHARE);
        GateSlot storage g = _gate;
        g.targetHealth = p.targetHealth;
        g.minIncentive = p.minIncentive;
        g.maxIncentive = p.maxIncentive;
        g.fullIncentiveHealth = p.fullIncentiveHealth;
        g.absorbHealth = p.absorbHealth;
        g.tipShare = p.tipShare;
        _requireThresholds();
        emit LiquidationParametersSet(p);
    }

    /// @inheritdoc ICreditGovernance
    function setDebtLimits(uint256 minimumDebt, uint256 debtCeiling) external restricted {
        _setDebtLimits(minimumDebt, debtCeiling);
    }

    function _setDebtLimits(uint256 minimumDebt, uint256 debtCeiling) private {
        _bound("minimumDebt", minimumDebt, LOWEST_MINIMUM_DEBT, HIGHEST_MINIMUM_DEBT);
        _bound("debtCeiling", debtCeiling, 0, uint256(type(uint40).max) * WAD);
        // Stored in whole plUSD: a fraction would silently be lost.
        require(minimumDebt % WAD == 0, ParameterOutOfBounds("minimumDebt", minimumDebt, WAD, HIGHEST_MINIMUM_DEBT));
        require(
            debtCeiling % WAD == 0,
            ParameterOutOfBounds("debtCeiling", debtCeiling, 0, uint256(type(uint40).max) * WAD)
        );
        if (minimumDebt < _risk.minimumDebt * WAD) _requireFineUnits(minimumDebt);
        // Casts are safe: bounded above.
        _risk.minimumDebt = uint24(minimumDebt / WAD);
        _risk.debtCeiling = uint40(debtCeiling / WAD);
        emit DebtLimitsSet(minimumDebt, debtCeiling);
    }

    /// @inheritdoc ICreditGovernance
    function setTipFloor(uint256 tipFloor_) external restricted {
        _bound("tipFloor", tipFloor_, 0, MAX_TIP_FLOOR);
        // Casts are safe: bounded above.
        _absorber.tipFloor = uint72(tipFloor_);
        emit TipFloorSet(tipFloor_);
    }

    /// @inheritdoc ICreditGovernance
    function setDepthFraction(uint256 depthFraction_) external restricted {
        _setDepthFraction(depthFraction_);
    }

    /// @dev Caps in force follow at their next sync.
    function _setDepthFraction(uint256 depthFraction_) private {
        _bound("depthFraction", depthFraction_, 1, MAX_DEPTH_FRACTION);
        // Casts are safe: bounded above.
        _absorber.depthFraction = uint16(depthFraction_);
        emit DepthFractionSet(depthFraction_);
    }

    function _bound(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum) private pure {
        require(value >= minimum && value <= maximum, ParameterOutOfBounds(parameter, value, minimum, maximum));
    }

    // ---------------------------------------------------------------- modules

    /// @inheritdoc ICreditGovernance
    function setRiskModel(address riskModel_) external restricted {
        _requireModule(riskModel_);
        uint256 listed = _risk.listed;
        uint256 known = IRiskModel(riskModel_).listedMask();
        for (uint256 asset; asset < MAX_ASSETS; ++asset) {
            if ((listed >> asset) & 1 == 0) continue;
            AssetSlot memory a = _assets[asset];
            // The ledger counts in units of the risk model: another unit would revalue every account.
            uint256 unitDecimals = IERC20Metadata(a.token).decimals() - a.scaleDecimals;
            require(
                (known >> asset) & 1 == 1 && IRiskModel(riskModel_).unitDecimals(asset) == unitDecimals,
                ModuleMismatch(riskModel_, asset)
            );
        }
        _risk.riskModel = riskModel_;
        _requireThresholds();
        emit RiskModelSet(riskModel_);
    }

    /// @inheritdoc ICreditGovernance
    function setIssuanceGate(address gate) external restricted {
        _setIssuanceGate(gate);
    }

    function _setIssuanceGate(address gate) private {
        _requireModule(gate);
        _gate.gate = gate;
        emit IssuanceGateSet(gate);
    }

    /// @inheritdoc ICreditGovernance
    function setAbsorber(address absorber_) external restricted {
        _requireModule(absorber_);
        // Absorbed debt moves to the absorber's facilitator level: unlisted, it would block absorption.
        require(DOLLAR.isFacilitator(absorber_), ModuleMismatch(absorber_, MAX_ASSETS));
        _absorber.absorber = absorber_;
        emit AbsorberSet(absorber_);
    }

    /// @inheritdoc ICreditGovernance
    function setRateSource(address rateSource_) external restricted {
        _setRateSource(rateSource_);
    }

    function _setRateSource(address rateSource_) private {
        _requireModule(rateSource_);
        _rateSource = rateSource_;
        emit RateSourceSet(rateSource_);
    }

    function _requireModule(address module) private view {
        require(module.code.length != 0, ModuleHasNoCode(module));
    }

    // ---------------------------------------------------------------- interest

    /// @inheritdoc ICreditGovernance
    function updateRate() external locked {
        DebtSlot memory d = _accrued();
        uint256 rate = IRateSource(_rateSource).nextRate(d.rate);
        if (rate > MAX_RATE) rate = MAX_RATE;
        // Casts are safe: MAX_RATE fits 40 bits.
        d.rate = uint40(rate);
        _debt = d;
        emit Accrue(d.index, rate);
    }

    // ---------------------------------------------------------------- parameters in force

    /// @inheritdoc ICreditGovernance
    function assetInfo(uint256 asset) external view returns (AssetInfo memory) {
        AssetSlot memory a = _listed(asset);
        return
            AssetInfo({
                token: a.token,
                scale: _scale(a),
                total: a.total,
                cap: PackedFloat.unpack(a.cap, CAP_MANTISSA),
                governedCap: _governedCaps[asset],
                pauses: a.pauses
            });
    }

    /// @inheritdoc ICreditGovernance
    function listedMask() external view returns (uint256) {
        return _risk.listed;
    }

    /// @inheritdoc ICreditGovernance
    function liquidationParameters() external view returns (LiquidationParameters memory) {
        GateSlot memory g = _gate;
        return
            LiquidationParameters({
                targetHealth: g.targetHealth,
                minIncentive: g.minIncentive,
                maxIncentive: g.maxIncentive,
                fullIncentiveHealth: g.fullIncentiveHealth,
                absorbHealth: g.absorbHealth,
                tipShare: g.tipShare
            });
    }

    /// @inheritdoc ICreditGovernance
    function holdings(uint256 mask) external view returns (uint256[] memory amounts) {
        uint256 count;
        for (uint256 rest = mask; rest != 0; rest &= rest - 1) ++count;
        amounts = new uint256[](count);
        count = 0;
        for (uint256 asset = 0; mask >> asset != 0; ++asset) {
            if ((mask >> asset) & 1 == 0) continue;
            if (asset < MAX_ASSETS) amounts[count] = _assets[asset].total;
            ++count;
        }
    }

    /// @inheritdoc ICreditGovernance
    function debtLimits() external view returns (uint256 minimumDebt, uint256 debtCeiling) {
        return (_risk.minimumDebt * WAD, _risk.debtCeiling * WAD);
    }

    /// @inheritdoc ICreditGovernance
    function tipFloor() external view returns (uint256) {
        return _absorber.tipFloor;
    }

    /// @inheritdoc ICreditGovernance
    function depthFraction() external view returns (uint256) {
        return _absorber.depthFraction;
    }

    /// @inheritdoc ICreditGovernance
    function riskModel() external view returns (address) {
        return _risk.riskModel;
    }

    /// @inheritdoc ICreditGovernance
    function issuanceGate() external view returns (address) {
        return _gate.gate;
    }

    /// @inheritdoc ICreditGovernance
    function absorber() external view returns (address) {
        return _absorber.absorber;
    }

    /// @inheritdoc ICreditGovernance
    function rateSource() external view returns (address) {
        return _rateSource;
    }

    // ---------------------------------------------------------------- units

    function _requireFineUnits(uint256 minimumDebt) private view {
        uint256 listed = _risk.listed;
        for (uint256 asset; asset < MAX_ASSETS; ++asset) {
            if ((listed >> asset) & 1 == 1) _requireFineUnit(asset, minimumDebt);
        }
    }

    /// @dev A slice takes whole ledger units, rounded down, and removes debt for fractions of them as well. The least that a borrower
    /// could gain by it is to be less than what the least incentive costs him, see docs/decisions/0008.
    function _requireFineUnit(uint256 asset, uint256 minimumDebt) private view returns (PriceStatus) {
        IRiskModel model = IRiskModel(_risk.riskModel);
        Price memory price = IPriceOracle(model.oracle()).price(asset);
        // Up: {USD/ledger} = {USD/tok} / {ledger/tok}. An unpriced asset is judged by what it still counts.
        uint256 unit = 10 ** model.unitDecimals(asset);
        uint256 unitValue = (price.high + unit - 1) / unit;
        uint256 maximum = minimumDebt / UNITS_PER_MINIMUM_DEBT;
        require(unitValue <= maximum, LedgerUnitTooCoarse(asset, unitValue, maximum));
        return price.status;
    }

    // ---------------------------------------------------------------- thresholds

    function _requireThresholds() private view {
        uint256 listed = _risk.listed;
        uint256 minIncentive = _gate.minIncentive;
        for (uint256 asset; asset < MAX_ASSETS; ++asset) {
            if ((listed >> asset) & 1 == 1) _requireThreshold(asset, minIncentive);
        }
    }

    /// @dev `(1 + lmin) (high / mid) (1 - m) <= 1` at the smallest m and the widest price that the asset can have: then a slice at the
    /// least incentive never leaves an account worse, whatever the risk model does later. A change of the oracle's feeds may widen the
    /// spread without asking, see docs/decisions/0012: `LiquidationMath.capByHealth` bounds each slice's incentive whatever the threshold is.
    function _requireThreshold(uint256 asset, uint256 minIncentive) private view {
        IRiskModel model = IRiskModel(_risk.riskModel);
        uint256 spread = IPriceOracle(model.oracle()).maxSpread(asset);
        uint256 kept = BPS - model.bounds(asset).minMaintenance;
        uint256 product = ((BPS + minIncentive) * spread * kept) / (BPS * BPS);
        require(product <= WAD, ThresholdTooHigh(asset, product));
    }
}
