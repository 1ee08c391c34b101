// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IUniswapV3Pool} from "@uniswap/v3-core/contracts/interfaces/IUniswapV3Pool.sol";

import {IDepthSource} from "../../../contracts/interfaces/IDepthSource.sol";

/// @title Borrows a pool's tokens and has the depth measured while they are out
contract FlashSampler {
    function run(IUniswapV3Pool pool, uint256 amount0, uint256 amount1, IDepthSource source, uint256 asset) external {
        pool.flash(address(this), amount0, amount1, abi.encode(source, asset));
    }

    function uniswapV3FlashCallback(uint256, uint256, bytes calldata data) external {
        (IDepthSource source, uint256 asset) = abi.decode(data, (IDepthSource, uint256));
        source.sample(asset);
    }
}
