// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IReserveVaultViews, VaultInfo, VaultTerms} from "../interfaces/IReserveVaults.sol";
import {RESERVE_VAULTS} from "./ReserveStorage.sol";
import {ReserveValue} from "./ReserveValue.sol";

/// @title Which vaults the reserve has, and how they stand
abstract contract VaultViews is ReserveValue, IReserveVaultViews {
    /// @inheritdoc IReserveVaultViews
    function vaults() external view returns (address[] memory list) {
        list = new address[](RESERVE_VAULTS);
        uint256 places = _allPlaces();
        uint256 count;
        for (uint256 place; places >> place != 0; ++place) {
            if ((places >> place) & 1 == 1) list[count++] = _vaults[place].vault;
        }
        assembly ("memory-safe") {
            // Only as many as there are bits.
            mstore(list, count)
        }
    }

    /// @inheritdoc IReserveVaultViews
    function vaultInfo(address vault) external view returns (VaultInfo memory info) {
        uint256 number = _placeOf[vault];
        if (number == 0) return info;
        VaultSlot memory v = _vaults[number - 1];
        info = VaultInfo({
            asset: v.asset,
            place: number - 1,
            terms: VaultTerms({absoluteCap: _float(v.absoluteCap), relativeCap: v.relativeCap, growthPerDay: v.growth}),
            shares: v.shares,
            sharePrice: v.sharePrice,
            bookedAt: v.bookedAt,
            unreadableSince: v.unreadableSince,
            failingSince: _notes[vault].failingSince
        });
    }

    /// @inheritdoc IReserveVaultViews
    function vaultValue(address vault) external view returns (uint256 low, uint256 high, bool readable) {
        return _vaultValue(_vaults[_placeOfListed(vault)]);
    }
}
