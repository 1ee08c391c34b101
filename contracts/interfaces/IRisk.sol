// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IRiskGovernance, IRiskMeasurement} from "./IRiskMeasurement.sol";
import {IRiskModel} from "./IRiskModel.sol";

/// @title All that can be called at the risk model's address
interface IRisk is IRiskModel, IRiskMeasurement, IRiskGovernance {}
