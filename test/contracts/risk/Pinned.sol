// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AssetParameters, ModelParameters, VolatilitySeed} from "../../../contracts/interfaces/IRiskMeasurement.sol";
import {HaircutBounds, Paces, RiskTargets} from "../../../contracts/interfaces/IRiskModel.sol";
import {IRisk} from "../../../contracts/interfaces/IRisk.sol";
import {Deploy} from "../Deploy.sol";

/// @title Assets whose haircuts stay where they are put, whatever is observed: the clamps leave no choice
library Pinned {
    uint16 internal constant FLOOR = 10;
    uint16 internal constant HORIZON = 6;

    function model() internal pure returns (ModelParameters memory) {
        return ModelParameters(1_396_224, 3_600, 3_000_000, 2_500_000, 7_000, 5_000, 24, 2_500);
    }

    function deploy(address manager, address oracle, Paces memory paces) internal returns (IRisk) {
        return Deploy.riskModel(manager, oracle, paces, model());
    }

    function list(
        IRisk risk,
        uint256 asset,
        uint256 unitDecimals,
        HaircutBounds memory bounds,
        RiskTargets memory first
    ) internal {
        risk.listAsset(
            asset,
            AssetParameters(uint8(unitDecimals), bounds, _clamps(first), FLOOR, HORIZON, first.depth),
            VolatilitySeed(0, new int256[](0))
        );
    }

    function aim(IRisk risk, uint256 asset, RiskTargets memory targets) internal {
        risk.setAssetParameters(asset, _clamps(targets), FLOOR, HORIZON);
        risk.setDepth(asset, targets.depth);
    }

    function _clamps(RiskTargets memory t) private pure returns (HaircutBounds memory) {
        return HaircutBounds(t.initialHaircut, t.initialHaircut, t.maintenanceHaircut, t.maintenanceHaircut);
    }
}
