// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IBalanceSheet, Statement, StatementLine} from "../interfaces/IBalanceSheet.sol";
import {AssetInfo, ICreditEngine} from "../interfaces/ICreditEngine.sol";
import {IPriceOracle, Price, PriceStatus} from "../interfaces/IPriceOracle.sol";
import {IReserve} from "../interfaces/IReserve.sol";
import {IRiskModel} from "../interfaces/IRiskModel.sol";
import {ISolvencyProof, ProtocolItems} from "../interfaces/ISolvencyProof.sol";

/// @title The balance sheet in ERC-7893's words
contract SolvencyProof is ISolvencyProof {
    error ModuleHasNoCode(address module);
    /// @notice The asset that values are converted to has no live price.
    error EtherUnpriced();

    uint256 private constant WAD = 1e18;
    uint256 private constant BP = 1e14;
    uint256 private constant SOLVENT = 10_000;

    /// @notice The balance sheet it reads.
    IBalanceSheet public immutable SHEET;
    /// @notice Number of the asset that is ether.
    uint256 public immutable ETHER_ASSET;

    constructor(IBalanceSheet sheet, uint256 etherAsset) {
        require(address(sheet).code.length != 0, ModuleHasNoCode(address(sheet)));
        SHEET = sheet;
        ETHER_ASSET = etherAsset;
    }

    /// @inheritdoc ISolvencyProof
    function getProtocolAssets() public view returns (ProtocolItems memory items) {
        Statement memory s = SHEET.statement();
        (address engine, address reserve, , address riskModel) = SHEET.modules();
        uint256 ether_ = _etherPrice(riskModel);
        uint256 count = s.lines.length;
        items = _empty(count + 1);
        for (uint256 i = 0; i < count; ++i) {
            StatementLine memory line = s.lines[i];
            (address token, uint256 scale, ) = IReserve(reserve).assetTerms(line.asset);
            // What was absorbed and is not listed is in the engine's ledger, which knows its token. Its scale there is the same.
            if (token == address(0)) (token, scale) = _fromEngine(engine, line.asset);
            items.tokens[i] = token;
            items.amounts[i] = line.amount * scale;
            items.values[i] = (line.value * WAD) / ether_;
        }
        items.tokens[count] = ICreditEngine(engine).dollar();
        items.amounts[count] = s.loans;
        items.values[count] = (s.loans * WAD) / ether_;
    }

    /// @inheritdoc ISolvencyProof
    function getProtocolLiabilities() public view returns (ProtocolItems memory items) {
        (address engine, , , address riskModel) = SHEET.modules();
        (, uint256 owed) = SHEET.liabilities();
        items = _empty(1);
        items.tokens[0] = ICreditEngine(engine).dollar();
        items.amounts[0] = owed;
        // A plUSD owed is a dollar owed. Up: what is owed is not told smaller than it is.
        items.values[0] = Math.ceilDiv(owed * WAD, _etherPrice(riskModel));
    }

    /// @inheritdoc ISolvencyProof
    function getSolvencyRatio() public view returns (uint256) {
        uint256 backing = SHEET.statement().backing;
        return backing == type(uint256).max ? backing : backing / BP;
    }

    /// @inheritdoc ISolvencyProof
    function verifySolvency() external view returns (bool isSolvent, uint256 healthFactor) {
        healthFactor = getSolvencyRatio();
        isSolvent = healthFactor >= SOLVENT;
    }

    /// @inheritdoc ISolvencyProof
    function getSolvencyHistory(
        uint256,
        uint256
    )
        external
        pure
        returns (
            uint256[] memory timestamps,
            uint256[] memory ratios,
            ProtocolItems[] memory assets,
            ProtocolItems[] memory liabilities
        )
    {
        timestamps = new uint256[](0);
        ratios = new uint256[](0);
        assets = new ProtocolItems[](0);
        liabilities = new ProtocolItems[](0);
    }

    // ---- internals

    function _empty(uint256 count) private view returns (ProtocolItems memory) {
        return ProtocolItems(new address[](count), new uint256[](count), new uint256[](count), block.timestamp);
    }

    /// @dev Token and token units per ledger unit.
    function _fromEngine(address engine, uint256 asset) private view returns (address token, uint256 scale) {
        AssetInfo memory info = ICreditEngine(engine).assetInfo(asset);
        return (info.token, info.scale);
    }

    /// @dev Low. {USD/ETH}
    function _etherPrice(address riskModel) private view returns (uint256) {
        Price memory price = IPriceOracle(IRiskModel(riskModel).oracle()).price(ETHER_ASSET);
        require(price.status == PriceStatus.Live, EtherUnpriced());
        return price.low;
    }
}
