// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title Test token
/// @notice An ERC-20 with permit and chosen decimals, worth nothing, for local chains and public test networks. Minted by its
/// owner and by the minters that the owner names (the faucet).
/// @custom:bound-of transferOwnership test tokens
/// @custom:bound-of renounceOwnership test tokens
contract FaucetToken is ERC20Permit, Ownable {
    /// @notice A minter was named or removed.
    event MinterSet(address indexed minter, bool allowed);

    /// @notice The caller is neither the owner nor a minter.
    error NotMinter(address caller);

    uint8 private immutable DECIMALS;

    /// @notice Who may mint, besides the owner.
    mapping(address minter => bool) public isMinter;

    constructor(
        string memory name_,
        string memory symbol_,
        uint8 decimals_,
        address owner_
    ) ERC20(name_, symbol_) ERC20Permit(name_) Ownable(owner_) {
        DECIMALS = decimals_;
    }

    /// @notice Decimals of the token, as chosen at deployment.
    function decimals() public view override returns (uint8) {
        return DECIMALS;
    }

    /// @notice Lets `minter` mint, or stops it.
    /// @custom:bound test tokens
    function setMinter(address minter, bool allowed) external onlyOwner {
        isMinter[minter] = allowed;
        emit MinterSet(minter, allowed);
    }

    /// @notice Mints `amount` to `to`. Owner and minters only. {asset}
    function mint(address to, uint256 amount) external {
        require(isMinter[msg.sender] || msg.sender == owner(), NotMinter(msg.sender));
        _mint(to, amount);
    }
}
