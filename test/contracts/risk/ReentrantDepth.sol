// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IDepthSource} from "../../../contracts/interfaces/IDepthSource.sol";
import {IRiskMeasurement} from "../../../contracts/interfaces/IRiskMeasurement.sol";

/// @title A depth source that has prices observed while it is asked
contract ReentrantDepth is IDepthSource {
    /// @inheritdoc IDepthSource
    function sample(uint256) external returns (bool, uint256) {
        IRiskMeasurement(msg.sender).observe();
        return (false, 0);
    }
}
