// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LibBit} from "solady/src/utils/LibBit.sol";

import {IDepthSource} from "../../../contracts/interfaces/IDepthSource.sol";
import {IHoldings} from "../../../contracts/interfaces/IHoldings.sol";

/// @title A market and a ledger that say what a test tells them
contract SettableDepth is IDepthSource, IHoldings {
    mapping(uint256 asset => uint256) private _depths;
    mapping(uint256 asset => bool) private _found;
    mapping(uint256 asset => uint256) private _holdings;

    /// @param depth {tok} 18 decimals
    function setDepth(uint256 asset, bool found, uint256 depth) external {
        (_found[asset], _depths[asset]) = (found, depth);
    }

    /// @param amount {ledger}
    function setHoldings(uint256 asset, uint256 amount) external {
        _holdings[asset] = amount;
    }

    /// @inheritdoc IDepthSource
    function sample(uint256 asset) external view returns (bool, uint256) {
        return (_found[asset], _depths[asset]);
    }

    /// @inheritdoc IHoldings
    function holdings(uint256 mask) external view returns (uint256[] memory amounts) {
        amounts = new uint256[](LibBit.popCount(mask));
        uint256 count;
        for (uint256 asset; asset < 16; ++asset) {
            if ((mask >> asset) & 1 == 1) amounts[count++] = _holdings[asset];
        }
    }
}
