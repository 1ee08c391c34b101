// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title A token whose transfers return nothing at all, as Tether's do
contract NoReturnToken {
    error Insufficient(address account, uint256 balance, uint256 needed);
    error ApproveFromNonZero(address spender);

    uint8 public immutable decimals;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external {
        require(amount == 0 || allowance[msg.sender][spender] == 0, ApproveFromNonZero(spender));
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private {
        require(balanceOf[from] >= amount, Insufficient(from, balanceOf[from], amount));
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}
