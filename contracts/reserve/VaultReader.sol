// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

import {IReserveShared} from "../interfaces/IReserveShared.sol";

/// @title Questions to vaults that nobody trusts
/// @notice Whatever a vault does (revert, answer too little, burn all its gas, not exist) the caller goes on, at a bounded cost, and knows
/// that it cannot be read. A vault is never found broken because the call came with little gas: then the whole call reverts.
library VaultReader {
    /// @notice Gas that a question gets. A lending market's wrapper takes some 100k, a vault over a dozen markets some 300k.
    uint256 internal constant MAX_VAULT_GAS = 400_000;

    /// @dev The EVM caps a call's gas at 63/64 of what is left after the call's own cost; the margin covers that cost.
    uint256 private constant REQUIRED_GAS = (MAX_VAULT_GAS * 64) / 63 + 10_000;

    /// @notice 27 decimals of a share price.
    uint256 internal constant RAY = 1e27;

    /// @notice What a share is worth, judged by `shares` of them. 27 decimals {asset/share}, rounded down; `ok` false where the vault does not tell, or
    /// nonsense.
    function sharePrice(address vault, uint256 shares) internal view returns (bool ok, uint256 price) {
        if (shares == 0) return (false, 0);
        uint256 assets;
        (ok, assets) = _ask(vault, IERC4626.previewRedeem.selector, shares);
        // Some vaults limit previews, although they should not.
        if (!ok) (ok, assets) = _ask(vault, IERC4626.convertToAssets.selector, shares);
        if (!ok) return (false, 0);
        price = (assets * RAY) / shares;
        if (price > type(uint96).max) return (false, 0);
    }

    /// @dev Answers beyond 128 bits count as none, so that no product overflows.
    function _ask(address vault, bytes4 selector, uint256 shares) private view returns (bool ok, uint256 assets) {
        uint256 available = gasleft();
        require(available >= REQUIRED_GAS, IReserveShared.InsufficientGas(available, REQUIRED_GAS));
        assembly ("memory-safe") {
            mstore(0x00, selector)
            mstore(0x04, shares)
            // Never copies more than a word; an address without code answers none.
            ok := staticcall(MAX_VAULT_GAS, vault, 0x00, 0x24, 0x00, 0x20)
            ok := and(ok, gt(returndatasize(), 0x1f))
            if ok {
                assets := mload(0x00)
            }
            ok := and(ok, iszero(shr(128, assets)))
        }
    }
}
