// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IUniswapV3Pool} from "@uniswap/v3-core/contracts/interfaces/IUniswapV3Pool.sol";

/// @title Moves a pool's price within one transaction and reads a feed before, in the middle, and afterwards
contract SwapReader {
    /// @dev The ends of what a pool's price can be.
    uint160 private constant LOWEST = 4_295_128_740;
    uint160 private constant HIGHEST = 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_341;

    AggregatorV3Interface private _feed;

    int256 public answerBefore;
    int256 public answerDuring;
    int256 public answerAfter;
    int24 public tickBefore;
    int24 public tickAfter;

    /// @notice Sells `amount` of what it holds.
    function run(IUniswapV3Pool pool, bool zeroForOne, int256 amount, AggregatorV3Interface feed) external {
        _feed = feed;
        answerBefore = _read();
        (, tickBefore, , , , , ) = pool.slot0();
        pool.swap(address(this), zeroForOne, amount, zeroForOne ? LOWEST : HIGHEST, "");
        (, tickAfter, , , , , ) = pool.slot0();
        answerAfter = _read();
    }

    function uniswapV3SwapCallback(int256 owed0, int256 owed1, bytes calldata) external {
        answerDuring = _read();
        IUniswapV3Pool pool = IUniswapV3Pool(msg.sender);
        if (owed0 > 0) IERC20(pool.token0()).transfer(msg.sender, uint256(owed0));
        if (owed1 > 0) IERC20(pool.token1()).transfer(msg.sender, uint256(owed1));
    }

    function _read() private view returns (int256 answer) {
        (, answer, , , ) = _feed.latestRoundData();
    }
}
