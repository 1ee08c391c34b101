// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISwapRouter} from "@uniswap/v3-periphery/contracts/interfaces/ISwapRouter.sol";
import {TestToken} from "../TestToken.sol";

/// @notice Stands in for Uniswap's router: sells a token that it can mint for dollars, and buys it for dollars of its stock, at one price. It can be told to take less
/// than it is offered, and to call somebody in the middle of a trade.
contract TwoWayRouter {
    /// @notice Token units for a whole dollar.
    uint256 public rate;
    /// @notice Part of what is offered that is taken. bps
    uint256 public fill = 10_000;
    address private _target;
    bytes private _call;
    /// @notice What the call in the middle reverted with.
    bytes public refusal;

    function set(uint256 rate_, uint256 fill_) external {
        (rate, fill) = (rate_, fill_);
    }

    /// @notice Has `target` called in the middle of the next trade.
    function interrupt(address target, bytes calldata data) external {
        (_target, _call) = (target, data);
    }

    function exactInput(ISwapRouter.ExactInputParams calldata p) external returns (uint256 out) {
        _interrupt();
        uint256 taken = (p.amountIn * fill) / 10_000;
        IERC20 dollar = IERC20(address(bytes20(p.path)));
        require(dollar.transferFrom(msg.sender, address(this), taken), "transferFrom");
        out = (taken * rate) / 1e18;
        TestToken(_last(p.path)).mint(p.recipient, out);
    }

    function exactOutput(ISwapRouter.ExactOutputParams calldata p) external returns (uint256 taken) {
        _interrupt();
        taken = (p.amountOut * rate + 1e18 - 1) / 1e18;
        require(taken <= p.amountInMaximum, "Too much requested");
        require(IERC20(_last(p.path)).transferFrom(msg.sender, address(this), taken), "transferFrom");
        require(IERC20(address(bytes20(p.path))).transfer(p.recipient, p.amountOut), "transfer");
    }

    function _interrupt() private {
        if (_target == address(0)) return;
        address target = _target;
        _target = address(0);
        (bool ok, bytes memory answer) = target.call(_call);
        require(!ok, "the interruption went through");
        refusal = answer;
    }

    function _last(bytes calldata path) private pure returns (address) {
        return address(bytes20(path[path.length - 20:]));
    }
}
