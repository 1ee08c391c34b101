// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IPriceOracle} from "../interfaces/IPriceOracle.sol";

/// @dev The prices of a mask, as the oracle returned them: where the first of them is in memory.
type PriceList is uint256;

using PriceLists for PriceList global;

/// @title Prices of many assets, left where they arrived
/// @notice Decoding sixteen structs costs as much as adding them up.
library PriceLists {
    /// @dev Bytes of a price: `[low | mid | high | status]`.
    uint256 private constant SIZE = 0x80;

    /// @notice The oracle's `prices(mask)`, ascending.
    /// @param count How many assets are in the mask.
    function read(address oracle, uint256 mask, uint256 count) internal view returns (PriceList list) {
        bytes4 selector = IPriceOracle.prices.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(0x00, selector)
            mstore(0x04, mask)
            let ok := staticcall(gas(), oracle, 0x00, 0x24, 0x00, 0x00)
            returndatacopy(free, 0, returndatasize())
            if iszero(ok) {
                revert(free, returndatasize())
            }
            // `[offset | length | prices]`; less than a whole list: not an oracle.
            if lt(returndatasize(), add(0x40, mul(count, SIZE))) {
                revert(0, 0)
            }
            list := add(free, 0x40)
            mstore(0x40, add(free, returndatasize()))
        }
    }

    /// @notice The price of rank `rank`. {USD/tok}, {USD/tok}, {USD/tok}, a `PriceStatus`
    function priceAt(
        PriceList list,
        uint256 rank
    ) internal pure returns (uint256 low, uint256 mid, uint256 high, uint256 status) {
        assembly ("memory-safe") {
            let from := add(list, mul(rank, SIZE))
            low := mload(from)
            mid := mload(add(from, 0x20))
            high := mload(add(from, 0x40))
            status := mload(add(from, 0x60))
        }
    }
}
