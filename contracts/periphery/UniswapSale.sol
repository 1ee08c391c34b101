// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ISwapRouter} from "@uniswap/v3-periphery/contracts/interfaces/ISwapRouter.sol";

/// @title Selling all of an amount along a route of Uniswap v3
library UniswapSale {
    using SafeERC20 for IERC20;

    /// @notice Sells `amount` of the token that `path` begins with; the proceeds arrive here. No limit on the price: the caller's own is on what is left in the end.
    /// No allowance is left, also where a pool's liquidity ends before the amount does. {tok}
    function sell(ISwapRouter router, bytes memory path, uint256 amount) internal {
        IERC20 token = IERC20(address(bytes20(path)));
        token.forceApprove(address(router), amount);
        router.exactInput(
            ISwapRouter.ExactInputParams({
                path: path,
                recipient: address(this),
                deadline: block.timestamp,
                amountIn: amount,
                amountOutMinimum: 0
            })
        );
        if (token.allowance(address(this), address(router)) != 0) token.forceApprove(address(router), 0);
    }
}
