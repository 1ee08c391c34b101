// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {IReserveGovernance} from "../interfaces/IReserveGovernance.sol";
import {ReserveTerms} from "../interfaces/IReserveShared.sol";
import {IRiskModel} from "../interfaces/IRiskModel.sol";
import {Extension} from "../libraries/Extended.sol";
import {PackedFloat} from "../libraries/PackedFloat.sol";
import {Lanes} from "./Lanes.sol";
import {PAUSE_INVEST, PAUSE_ISSUE, RESERVE_ASSETS} from "./ReserveStorage.sol";
import {ReserveValue} from "./ReserveValue.sol";

/// @notice What the reserve starts with. Token and engine are immutable; the engine may be deployed later, at this address. Rebalancer and
/// Backstop, which need the reserve first, are set by `setModules`.
struct ReserveConfig {
    address authority;
    address dollar;
    address engine;
    address gate;
    address riskModel;
}

/// @title Seed capital, listing, parameters and modules of the reserve
/// @notice Executed by `delegatecall`, see ReserveExtension.
abstract contract ReserveGovernance is ReserveValue, IReserveGovernance, Extension {
    using Lanes for uint256[4];

    // ---- immutable limits

    /// @notice Highest fee of any kind. bps
    uint256 public constant MAX_FEE = 500;
    /// @notice Highest cap, floor or ceiling. {ledger}
    uint256 public constant MAX_CAP = 1 << 58;
    uint256 private constant MAX_TOKEN_DECIMALS = 24;
    uint256 private constant ALL_PAUSES = PAUSE_ISSUE | PAUSE_INVEST;

    /// @notice Sets the first modules.
    function initialize(ReserveConfig calldata c) external duringConstruction {
        _requireModule(c.dollar);
        _setModules(c.gate, address(0), c.riskModel, address(0));
    }

    // ---- seed capital and tips

    /// @inheritdoc IReserveGovernance
    function fund(uint256 asset, uint256 amount) external restricted locked returns (uint256 added) {
        AssetSlot memory a = _listed(asset);
        uint256 scale = _scale(a);
        added = _toUnits(asset, amount, scale);
        _cash.set(asset, _cash.get(asset) + added);
        _pull(a.token, msg.sender, added * scale);
        emit Fund(asset, msg.sender, added * scale);
    }

    /// @inheritdoc IReserveGovernance
    function fundTips(uint256 amount) external locked {
        _requireAmount(amount);
        uint256 fund_ = _flow.tipFund + amount;
        require(fund_ <= type(uint80).max, AmountTooLarge(amount, type(uint80).max));
        // The cast is safe: checked above.
        _flow.tipFund = uint80(fund_);
        // plUSD's transferFrom returns true or reverts.
        DOLLAR.transferFrom(msg.sender, address(this), amount);
    }

    // ---- assets

    /// @inheritdoc IReserveGovernance
    function listAsset(uint256 asset, address token, ReserveTerms calldata terms) external restricted {
        require(asset < RESERVE_ASSETS, AssetOutOfRange(asset));
        require(_assets[asset].token == address(0), AssetListedAlready(asset));
        require(token.code.length != 0, TokenHasNoCode(token));
        _requireNewToken(token);
        uint256 unitDecimals = IRiskModel(_riskModel).unitDecimals(asset);
        uint256 tokenDecimals = _decimalsOf(token);
        require(
            tokenDecimals <= MAX_TOKEN_DECIMALS && tokenDecimals >= unitDecimals,
            TokenDecimalsUnsupported(token, tokenDecimals)
        );
        _livePriceOf(asset);
        _requireSameInEngine(asset, token);

        AssetSlot storage a = _assets[asset];
        // Casts are safe: at most 24; asset < 16.
        (a.token, a.scaleDecimals, a.unitDecimals) = (token, uint8(tokenDecimals - unitDecimals), uint8(unitDecimals));
        _global.listed |= uint16(1 << asset);
        _exchange.listed = _global.listed;
        emit AssetListed(asset, token, 10 ** a.scaleDecimals);
        _setTerms(asset, terms);
    }

    /// @inheritdoc IReserveGovernance
    function setTerms(uint256 asset, ReserveTerms calldata terms) external restricted {
        _listed(asset);
        _setTerms(asset, terms);
    }

    function _setTerms(uint256 asset, ReserveTerms calldata terms) private {
        _requireWithin("cap", terms.cap, 0, MAX_CAP);
        _requireWithin("liquidFloor", terms.liquidFloor, 0, MAX_CAP);
        _requireWithin("liquidCeiling", terms.liquidCeiling, terms.liquidFloor, MAX_CAP);
        _requireWithin("baseFee", terms.baseFee, 0, MAX_FEE);
        _requireWithin("maxFee", terms.maxFee, terms.baseFee, MAX_FEE);
        AssetSlot storage a = _assets[asset];
        // Casts are safe: floats fit 16 bits.
        a.cap = uint16(PackedFloat.packDown(terms.cap, MANTISSA, FLOAT_BITS));
        a.floor = uint16(PackedFloat.packUp(terms.liquidFloor, MANTISSA, FLOAT_BITS));
        a.ceiling = uint16(PackedFloat.packDown(terms.liquidCeiling, MANTISSA, FLOAT_BITS));
        // Rounding apart may have crossed them.
        if (_float(a.ceiling) < _float(a.floor)) a.ceiling = a.floor;
        (a.baseFee, a.maxFee) = (terms.baseFee, terms.maxFee);
        // The cast is safe: asset < 16.
        uint16 bit = uint16(1 << asset);
        _global.stable = terms.stable ? _global.stable | bit : _global.stable & ~bit;
        emit TermsSet(asset, _termsOf(asset));
    }

    /// @inheritdoc IReserveGovernance
    function setInKindFee(uint256 fee) external restricted {
        _requireWithin("inKindFee", fee, 0, MAX_FEE);
        // The cast is safe: checked above.
        _global.inKindFee = uint16(fee);
        emit InKindFeeSet(fee);
    }

    /// @inheritdoc IReserveGovernance
    function pause(uint256 asset, uint256 pauses) external restricted {
        _setPauses(asset, _pausesOf(asset) | pauses);
    }

    /// @inheritdoc IReserveGovernance
    function unpause(uint256 asset, uint256 pauses) external restricted {
        _setPauses(asset, _pausesOf(asset) & ~pauses);
    }

    function _pausesOf(uint256 asset) private view returns (uint256 pauses) {
        _listed(asset);
        if ((_global.issuePaused >> asset) & 1 == 1) pauses = PAUSE_ISSUE;
        if ((_global.investPaused >> asset) & 1 == 1) pauses |= PAUSE_INVEST;
    }

    function _setPauses(uint256 asset, uint256 pauses) private {
        _requireWithin("pauses", pauses, 0, ALL_PAUSES);
        // The cast is safe: asset < 16.
        uint16 bit = uint16(1 << asset);
        GlobalSlot storage g = _global;
        g.issuePaused = pauses & PAUSE_ISSUE != 0 ? g.issuePaused | bit : g.issuePaused & ~bit;
        g.investPaused = pauses & PAUSE_INVEST != 0 ? g.investPaused | bit : g.investPaused & ~bit;
        emit PausesSet(asset, pauses);
    }

    // ---- modules

    /// @inheritdoc IReserveGovernance
    function setModules(
        address gate,
        address rebalancer,
        address riskModel,
        address backstop
    ) external restricted locked {
        _requireModule(rebalancer);
        _requireModule(backstop);
        // It says who pays for what is sold: another one could name anybody who has plUSD, or has allowed the reserve something.
        address inForce = _exchange.rebalancer;
        require(inForce == address(0) || rebalancer == inForce, RebalancerIsFinal(inForce));
        _setModules(gate, rebalancer, riskModel, backstop);
    }

    function _setModules(address gate, address rebalancer, address riskModel, address backstop) private {
        _requireModule(gate);
        _requireModule(riskModel);
        uint256 listed = _global.listed;
        for (uint256 asset; listed >> asset != 0; ++asset) {
            if ((listed >> asset) & 1 == 0) continue;
            uint256 unitDecimals = IRiskModel(riskModel).unitDecimals(asset);
            require(unitDecimals == _assets[asset].unitDecimals, ModuleMismatch(riskModel, asset));
        }
        _global.gate = gate;
        (_exchange.rebalancer, _riskModel, _backstop) = (rebalancer, riskModel, backstop);
        _oracle = IRiskModel(riskModel).oracle();
        emit ModulesSet(gate, rebalancer, riskModel, backstop);
    }

    // ---- parameters in force

    /// @inheritdoc IReserveGovernance
    function assetTerms(uint256 asset) external view returns (address token, uint256 scale, ReserveTerms memory terms) {
        AssetSlot memory a = _listed(asset);
        return (a.token, _scale(a), _termsOf(asset));
    }

    /// @inheritdoc IReserveGovernance
    function listedMasks() external view returns (uint256 listed, uint256 stable) {
        return (_global.listed, _global.stable);
    }

    /// @inheritdoc IReserveGovernance
    function modules() external view returns (address gate, address rebalancer, address riskModel, address backstop) {
        return (_global.gate, _exchange.rebalancer, _riskModel, _backstop);
    }

    /// @inheritdoc IReserveGovernance
    function inKindFee() external view returns (uint256) {
        return _global.inKindFee;
    }

    /// @inheritdoc IReserveGovernance
    function income() external view returns (uint256) {
        return _flow.income;
    }

    /// @inheritdoc IReserveGovernance
    function tipFund() external view returns (uint256) {
        return _flow.tipFund;
    }

    // ---- internal

    function _termsOf(uint256 asset) private view returns (ReserveTerms memory) {
        AssetSlot memory a = _assets[asset];
        return
            ReserveTerms({
                stable: (_global.stable >> asset) & 1 == 1,
                cap: _float(a.cap),
                liquidFloor: _float(a.floor),
                liquidCeiling: _float(a.ceiling),
                baseFee: a.baseFee,
                maxFee: a.maxFee
            });
    }

    /// @dev Two numbers for one token would have two books on one balance; plUSD is no asset of its issuer.
    function _requireNewToken(address token) private view {
        require(token != address(DOLLAR), TokenListedAlready(token));
        uint256 listed = _global.listed;
        for (uint256 asset; listed >> asset != 0; ++asset) {
            require((listed >> asset) & 1 == 0 || _assets[asset].token != token, TokenListedAlready(token));
        }
    }

    /// @dev Absorbed credit must be of the same token. An engine that is not deployed yet lists nothing.
    function _requireSameInEngine(uint256 asset, address token) private view {
        if (address(ENGINE).code.length == 0 || (ENGINE.listedMask() >> asset) & 1 == 0) return;
        require(ENGINE.assetInfo(asset).token == token, ModuleMismatch(address(ENGINE), asset));
    }

    /// @dev A token that does not say how many decimals it has cannot be counted.
    function _decimalsOf(address token) private view returns (uint256) {
        (bool ok, bytes memory answer) = token.staticcall(abi.encodeCall(IERC20Metadata.decimals, ()));
        require(ok && answer.length >= 32, TokenDecimalsUnsupported(token, type(uint256).max));
        return abi.decode(answer, (uint256));
    }

    function _requireModule(address module) private view {
        require(module.code.length != 0, ModuleHasNoCode(module));
    }

    function _requireWithin(bytes32 parameter, uint256 value, uint256 minimum, uint256 maximum) private pure {
        require(value >= minimum && value <= maximum, ParameterOutOfBounds(parameter, value, minimum, maximum));
    }
}
