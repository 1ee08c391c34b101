// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {PlainVault} from "./PlainVault.sol";

/// @title A vault over many markets: paying back takes a lot of gas
contract HeavyVault is PlainVault {
    /// @notice Gas that a withdrawal burns besides its own.
    uint256 public burden;

    constructor(IERC20 token, uint8 offset) PlainVault(token, offset) {}

    function setBurden(uint256 burden_) external {
        burden = burden_;
    }

    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal override {
        uint256 most = burden;
        uint256 start = gasleft();
        while (start - gasleft() < most) {}
        super._withdraw(caller, receiver, owner, assets, shares);
    }
}
