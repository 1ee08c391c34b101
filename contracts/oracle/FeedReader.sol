// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IPriceOracle} from "../interfaces/IPriceOracle.sol";

/// @title Calls to feeds that nobody trusts
/// @notice Reads `latestRoundData()` so that whatever the feed does (revert, return too little, return a megabyte, burn all
/// its gas, not exist) the caller goes on, at a bounded cost, and knows that the feed is dead. A feed is never found dead
/// merely because the call came with little gas: then the whole call reverts.
library FeedReader {
    /// @notice Gas that every feed call gets. A Chainlink proxy with its aggregator takes some 20k; a rate feed on top of one
    /// some 60k more.
    uint256 internal constant FEED_GAS = 200_000;

    /// @notice Gas without which no feed is called.
    /// @dev The EVM silently caps a call's gas at 63/64 of what is left *after* the call's own cost. The margin covers that
    /// cost: two cold account accesses (2 x 2600, the second for a delegated account) and a few dozen other opcodes.
    uint256 internal constant REQUIRED_GAS = (FEED_GAS * 64) / 63 + 10_000;

    /// @notice The answer of `feed`, unchecked, or `ok` false where it gives none. Its round numbers are ignored: what counts
    /// is how old the answer is.
    /// @dev Return data of 160 bytes proves that code was run (precompiles cannot be listed, they have no code), so that the
    /// code size need not be looked at.
    function latest(
        address feed
    ) internal view returns (bool ok, int256 answer, uint256 startedAt, uint256 updatedAt) {
        uint256 available = gasleft();
        require(available >= REQUIRED_GAS, IPriceOracle.InsufficientGas(available, REQUIRED_GAS));
        assembly ("memory-safe") {
            let out := mload(0x40)
            mstore(0x00, 0xfeaf968c) // latestRoundData()
            // Never copies more than five words, so long return data costs the callee only.
            ok := staticcall(FEED_GAS, feed, 0x1c, 0x04, out, 0xa0)
            ok := and(ok, gt(returndatasize(), 0x9f))
            if ok {
                answer := mload(add(out, 0x20))
                startedAt := mload(add(out, 0x40))
                updatedAt := mload(add(out, 0x60))
            }
        }
    }
}
