// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title A token whose balances all change at once
/// @dev Balances are shares times a factor, rounded down.
contract RebasingToken is IERC20 {
    error Insufficient(address account, uint256 balance, uint256 needed);

    uint8 public immutable decimals;
    /// @notice {asset} per share. 18 decimals
    uint256 public factor = 1e18;
    mapping(address => uint256) public sharesOf;
    mapping(address => mapping(address => uint256)) public allowance;
    uint256 public totalShares;

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    function rebase(uint256 factor_) external {
        factor = factor_;
    }

    function mint(address to, uint256 amount) external {
        sharesOf[to] += (amount * 1e18) / factor;
        totalShares += (amount * 1e18) / factor;
    }

    function balanceOf(address account) public view returns (uint256) {
        return (sharesOf[account] * factor) / 1e18;
    }

    function totalSupply() external view returns (uint256) {
        return (totalShares * factor) / 1e18;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
        return true;
    }

    function _move(address from, address to, uint256 amount) private {
        uint256 held = balanceOf(from);
        require(held >= amount, Insufficient(from, held, amount));
        uint256 shares = (amount * 1e18) / factor;
        sharesOf[from] -= shares;
        sharesOf[to] += shares;
    }
}
