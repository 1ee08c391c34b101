// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IUniswapV3Pool} from "@uniswap/v3-core/contracts/interfaces/IUniswapV3Pool.sol";

import {IPoolObservation} from "../interfaces/IPoolObservation.sol";
import {PoolDepth} from "./PoolDepth.sol";

/// @title Reads the means of a Uniswap v3 pool over a window
library PoolObservation {
    /// @dev How a pool says that its observations do not reach back far enough.
    bytes32 private constant OLD = keccak256(abi.encodeWithSignature("Error(string)", "OLD"));

    /// @notice Mean tick, rounded toward minus infinity, and harmonic-mean liquidity up to now.
    /// @param window Below 2**32, not zero. {s}
    function observe(address pool, uint256 window) internal view returns (int24 tick, uint256 liquidity) {
        uint32[] memory ago = new uint32[](2);
        // The cast is safe: see above; both users limit it to a day.
        ago[0] = uint32(window);
        try IUniswapV3Pool(pool).observe(ago) returns (int56[] memory ticks, uint160[] memory perLiquidity) {
            tick = PoolDepth.meanTick(ticks[0], ticks[1], window);
            liquidity = PoolDepth.meanLiquidity(perLiquidity[0], perLiquidity[1], window);
        } catch (bytes memory reason) {
            require(keccak256(reason) != OLD, IPoolObservation.ObservationWindowTooShort(pool, window));
            revert IPoolObservation.ObservationFailed(pool, reason);
        }
    }
}
