// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {HaircutBounds, Paces, RiskTargets} from "../../../contracts/interfaces/IRiskModel.sol";
import {DepthScale} from "../../../contracts/risk/DepthScale.sol";
import {RampGovernance} from "../../../contracts/risk/RampGovernance.sol";
import {RampStorage} from "../../../contracts/risk/RampStorage.sol";
import {RiskTerms} from "../../../contracts/risk/RiskTerms.sol";
import {RiskValuation} from "../../../contracts/risk/RiskValuation.sol";
import {Valuation} from "../../../contracts/risk/Valuation.sol";

/// @title Haircuts and depths aimed by hand, within each asset's bounds
contract RampsHarness is RiskValuation, RampGovernance {
    constructor(
        address authority_,
        address oracle_,
        Paces memory paces_
    ) AccessManaged(authority_) RampStorage(oracle_) {
        _setPaces(paces_);
    }

    function listAsset(
        uint256 asset,
        uint256 unitDecimals_,
        HaircutBounds calldata bounds_,
        RiskTargets calldata first
    ) external restricted {
        _requireListable(asset, unitDecimals_, bounds_);
        _list(asset, unitDecimals_, bounds_, _within(first, bounds_));
    }

    function setTargets(uint256 asset, RiskTargets calldata targets_) external restricted {
        _turn(asset, _activeLane(asset), _within(targets_, _boundsOf(asset)));
    }

    function _within(RiskTargets calldata t, HaircutBounds memory limits) private pure returns (uint256) {
        _within("initialHaircut", t.initialHaircut, limits.minInitial, limits.maxInitial);
        _within("maintenanceHaircut", t.maintenanceHaircut, limits.minMaintenance, limits.maxMaintenance);
        _within("depth", t.depth, 0, Valuation.MAX_DEPTH);
        return RiskTerms.pack(t.initialHaircut, t.maintenanceHaircut, DepthScale.toMark(t.depth));
    }
}
