// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

/// @title PLIM, the token that votes
/// @notice ERC-20 with permit (ERC-2612) and votes (ERC-5805) that count at past moments, in seconds. The supply is fixed: nobody can mint.
/// A balance votes once its holder has delegated it, to himself or to somebody else.
contract PlimsollToken is ERC20, ERC20Permit, ERC20Votes {
    /// @param holder Gets all there will ever be.
    /// @param supply {PLIM}
    constructor(address holder, uint256 supply) ERC20("Plimsoll", "PLIM") ERC20Permit("Plimsoll") {
        _mint(holder, supply);
    }

    /// @inheritdoc IERC6372
    function clock() public view override returns (uint48) {
        // The cast is safe for millions of years.
        return uint48(block.timestamp);
    }

    /// @inheritdoc IERC6372
    // ERC-6372 spells it so.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }

    /// @notice The nonce that the next signed permit or delegation of `owner` must carry.
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }
}
