// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISwapRouter} from "@uniswap/v3-periphery/contracts/interfaces/ISwapRouter.sol";
import {FaucetToken} from "../../../contracts/faucet/FaucetToken.sol";

/// @notice Buys any token for dollars at a fixed price, all of what is offered or a part.
contract RouterDouble {
    FaucetToken public immutable dollar;
    /// @notice Dollars per token, 18 decimals.
    uint256 public price;
    bytes public lastPath;
    /// @notice Part of what is offered that is taken. bps
    uint256 public fill = 10_000;

    constructor(FaucetToken dollar_) {
        dollar = dollar_;
    }

    function setPrice(uint256 price_) external {
        price = price_;
    }

    function setFill(uint256 fill_) external {
        fill = fill_;
    }

    function exactInput(ISwapRouter.ExactInputParams calldata p) external returns (uint256 out) {
        lastPath = p.path;
        uint256 taken = (p.amountIn * fill) / 10_000;
        require(IERC20(address(bytes20(p.path))).transferFrom(msg.sender, address(this), taken), "transferFrom");
        out = (taken * price) / 1e18;
        dollar.mint(p.recipient, out);
    }
}
