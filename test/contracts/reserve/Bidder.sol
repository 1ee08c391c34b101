// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IRebalancer} from "../../../contracts/interfaces/IRebalancer.sol";
import {Fill, IAuctionCallback} from "../../../contracts/interfaces/IReserveSeams.sol";

interface IMintable {
    function mint(address to, uint256 amount) external;
}

/// @title A bidder with no means of its own: sells what it is given before it pays, and tries what a test says meanwhile
contract Bidder is IAuctionCallback {
    IRebalancer private immutable REBALANCER;
    address private immutable RESERVE;
    /// @notice What it can pay with once it is called back; zero: it does not pay.
    address public wallet;
    /// @notice What of the thing sold had arrived when it was called back. Token units
    uint256 public arrived;
    address private _soldToken;
    address[] private _targets;
    bytes[] private _calls;
    /// @notice What each attempt was answered with: empty where it succeeded.
    bytes[] public answers;

    constructor(IRebalancer rebalancer, address reserve) {
        REBALANCER = rebalancer;
        RESERVE = reserve;
    }

    function setTrade(address soldToken, address payToken) external {
        (_soldToken, wallet) = (soldToken, payToken);
        if (payToken != address(0)) IERC20(payToken).approve(RESERVE, type(uint256).max);
    }

    function attempt(address target, bytes calldata call_) external {
        _targets.push(target);
        _calls.push(call_);
    }

    function fill(uint256 sold, uint256 bought, uint256 amount, bool callback) external returns (uint256, uint256) {
        bytes memory data = callback ? bytes("sell") : bytes("");
        return REBALANCER.fill(sold, bought, amount, type(uint256).max, address(this), data);
    }

    /// @inheritdoc IAuctionCallback
    function onFill(Fill calldata given) external {
        if (_soldToken != address(0)) arrived = IERC20(_soldToken).balanceOf(address(this));
        for (uint256 i; i < _targets.length; ++i) {
            (bool ok, bytes memory answer) = _targets[i].call(_calls[i]);
            answers.push(ok ? bytes("") : answer);
        }
        if (wallet != address(0)) IMintable(wallet).mint(address(this), given.received * 1e10);
    }

    function answerCount() external view returns (uint256) {
        return answers.length;
    }
}
