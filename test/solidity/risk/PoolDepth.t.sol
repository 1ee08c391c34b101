// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {PoolDepth} from "../../../contracts/risk/PoolDepth.sol";

/// @dev The plain computation that the library is held against knows nothing of exponentials: 1.0001 ** |tick| by squaring and
/// multiplying, with 120 fractional bits.
contract PoolDepthTest {
    int256 private constant MAX_TICK = 887_272;
    uint256 private constant Q120 = 1 << 120;
    uint256 private constant Q60 = 1 << 60;
    uint256 private constant MAX = type(uint192).max;

    // ---- the plain computation

    /// @dev 1.0001 ** magnitude. 120 fractional bits
    function _power(uint256 magnitude) private pure returns (uint256 result) {
        result = Q120;
        uint256 square = Math.mulDiv(Q120, 10_001, 10_000);
        while (true) {
            if (magnitude & 1 != 0) result = Math.mulDiv(result, square, Q120);
            magnitude >>= 1;
            if (magnitude == 0) return result;
            square = Math.mulDiv(square, square, Q120);
        }
    }

    function _magnitude(int256 tick) private pure returns (uint256) {
        return tick < 0 ? uint256(-tick) : uint256(tick);
    }

    function _tick(uint256 seed) private pure returns (int24) {
        return int24(int256(seed % (2 * uint256(MAX_TICK) + 1)) - MAX_TICK);
    }

    /// @dev Whether two numbers agree up to `parts` parts in 10**18 of the larger, and `units` units.
    function _near(uint256 a, uint256 b, uint256 parts, uint256 units) private pure returns (bool) {
        uint256 difference = a > b ? a - b : b - a;
        return difference <= Math.mulDiv(a > b ? a : b, parts, 1e18) + units;
    }

    // ---- roots

    function _checkRoot(int24 tick) private pure {
        (uint256 root, ) = PoolDepth.rootOf(tick, true);
        require(root >= 1e18 && root < 1 << 124, "root out of range");
        // Its square has twice its relative error.
        uint256 square = Math.mulDiv(_power(_magnitude(tick)), 1e36, Q120);
        require(_near(root * root, square, 6, 0), "root is off");
    }

    function testFuzz_rootAtAnyTick(uint256 seed) public pure {
        _checkRoot(_tick(seed));
    }

    function test_rootOverTheWholeRange() public pure {
        for (int256 tick = -MAX_TICK; tick <= MAX_TICK; tick += 1_777) _checkRoot(int24(tick));
        for (int256 tick = 1; tick <= MAX_TICK; tick *= 2) {
            _checkRoot(int24(tick));
            _checkRoot(int24(-tick));
        }
        _checkRoot(int24(MAX_TICK));
        _checkRoot(int24(-MAX_TICK));
    }

    function test_rootsKnownBeforehand() public pure {
        (uint256 root, ) = PoolDepth.rootOf(0, true);
        assert(root == 1e18);
        // Uniswap's own root at the last tick, with 96 fractional bits.
        (root, ) = PoolDepth.rootOf(int24(MAX_TICK), true);
        uint256 known = Math.mulDiv(1461446703485210103287273052203988822378723970342, 1e18, 1 << 96);
        assert(_near(root, known, 3, 0));
    }

    function testFuzz_rootRisesWithTheTick(uint256 seed) public pure {
        int24 tick = _tick(seed);
        if (tick < 0) tick = -tick;
        if (tick == MAX_TICK) return;
        (uint256 root, ) = PoolDepth.rootOf(tick, true);
        (uint256 next, ) = PoolDepth.rootOf(tick + 1, true);
        assert(next > root);
    }

    // ---- virtual reserves and conversion

    function testFuzz_virtualReserve(uint256 seed, uint128 liquidity, bool zeroForOne) public pure {
        int24 tick = _tick(seed);
        (uint256 root, bool multiplies) = PoolDepth.rootOf(tick, zeroForOne);
        uint256 reserve = PoolDepth.virtualReserve(liquidity, root, multiplies);
        uint256 plainRoot = Math.sqrt(_power(_magnitude(tick)));
        // L / sqrt(R) of token0, L * sqrt(R) of token1.
        bool up = zeroForOne ? tick < 0 : tick > 0;
        uint256 plain = up ? Math.mulDiv(liquidity, plainRoot, Q60) : Math.mulDiv(liquidity, Q60, plainRoot);
        assert(_near(reserve, plain, 5, 1));
        assert(reserve <= MAX);
    }

    function testFuzz_worth(uint256 seed, uint128 bought, bool zeroForOne) public pure {
        int24 tick = _tick(seed);
        (uint256 root, bool multiplies) = PoolDepth.rootOf(tick, zeroForOne);
        uint256 worth = PoolDepth.worthOf(bought, root, multiplies);
        uint256 power = _power(_magnitude(tick));
        bool up = zeroForOne ? tick < 0 : tick > 0;
        if (up) {
            uint256 plain = Math.mulDiv(bought, power, Q120);
            assert(plain > MAX ? worth == MAX || _near(worth, MAX, 7, 0) : _near(worth, plain, 7, 1));
        } else {
            assert(_near(worth, Math.mulDiv(bought, Q120, power), 7, 1));
        }
    }

    /// @dev The product of the two virtual reserves is L squared: what one direction loses, the other gains.
    function testFuzz_reservesMultiplyToLiquiditySquared(uint256 seed, uint256 liquidity) public pure {
        int24 tick = _tick(seed);
        liquidity = (liquidity % (1 << 127)) + (1 << 100);
        (uint256 root, bool multiplies) = PoolDepth.rootOf(tick, true);
        uint256 x = PoolDepth.virtualReserve(liquidity, root, multiplies);
        (root, multiplies) = PoolDepth.rootOf(tick, false);
        uint256 y = PoolDepth.virtualReserve(liquidity, root, multiplies);
        // Both are above 2**36 there; the smaller one loses most by rounding down.
        assert(_near(Math.mulDiv(x, y, liquidity), liquidity, 1e18 >> 35, 1));
    }

    function testFuzz_worthIsRoundedDown(uint256 seed, uint128 bought, bool zeroForOne) public pure {
        (uint256 root, bool multiplies) = PoolDepth.rootOf(_tick(seed), zeroForOne);
        uint256 worth = PoolDepth.worthOf(bought, root, multiplies);
        // There and back never gains.
        assert(PoolDepth.worthOf(worth, root, !multiplies) <= bought);
    }

    function test_worthStopsAtTheMaximum() public pure {
        (uint256 root, bool multiplies) = PoolDepth.rootOf(int24(MAX_TICK), false);
        assert(multiplies);
        assert(PoolDepth.worthOf(MAX, root, true) == MAX);
        // MAX / 2**128 is about 2**64: above it all counts as the maximum, below it nothing does.
        assert(PoolDepth.worthOf(1 << 65, root, true) == MAX);
        assert(PoolDepth.worthOf(1 << 63, root, true) < MAX);
        assert(PoolDepth.worthOf(0, root, true) == 0);
        assert(PoolDepth.worthOf(MAX, root, false) < 1 << 65);
    }

    // ---- means

    /// @dev A pool's cumulative seconds per liquidity after `elapsed` seconds of a liquidity.
    function _accrue(uint160 cumulative, uint256 liquidity, uint256 elapsed) private pure returns (uint160) {
        unchecked {
            return cumulative + uint160((elapsed << 128) / (liquidity == 0 ? 1 : liquidity));
        }
    }

    function testFuzz_harmonicMean(
        uint160 start,
        uint128 a,
        uint128 b,
        uint256 elapsedA,
        uint256 elapsedB
    ) public pure {
        (elapsedA, elapsedB) = ((elapsedA % 86_400) + 1, elapsedB % 86_400);
        // Below this the pool's own rounding is less than a part in 2**28.
        (a, b) = (a >> 28, b >> 28);
        uint256 window = elapsedA + elapsedB;
        uint160 end = _accrue(_accrue(start, a, elapsedA), b, elapsedB);
        uint256 mean = PoolDepth.meanLiquidity(start, end, window);

        uint256 least = a == 0 ? 1 : a;
        uint256 other = b == 0 ? 1 : b;
        // W / (w_a / a + w_b / b), over the common denominator; 17 + 100 + 100 bits.
        uint256 plain = (window * least * other) / (elapsedA * other + elapsedB * least);
        assert(_near(mean, plain, 1e18 >> 27, 1));
        assert(mean <= Math.max(least, other) + (Math.max(least, other) >> 27));
    }

    function test_harmonicMeanAcrossTheWrapAround() public pure {
        uint160 end = _accrue(type(uint160).max - 5, 1e20, 1_800);
        assert(end < type(uint160).max - 5);
        // The pool rounded its addend down, which may show in the last digit.
        assert(_near(PoolDepth.meanLiquidity(type(uint160).max - 5, end, 1_800), 1e20, 0, 1));
    }

    function test_liquidityOfOneBlockHardlyCounts() public pure {
        // A million times the liquidity for 12 of 1,800 seconds: 1,800 / 1,788, not 6,667 times.
        uint160 end = _accrue(_accrue(0, 1e20, 1_788), 1e26, 12);
        uint256 mean = PoolDepth.meanLiquidity(0, end, 1_800);
        assert(mean > 1e20 && mean < 1.0068e20);
    }

    function test_mostLiquidityFits() public pure {
        uint160 end = _accrue(0, type(uint128).max, 1_800);
        assert(PoolDepth.meanLiquidity(0, end, 1_800) == type(uint128).max);
        assert(PoolDepth.meanLiquidity(0, _accrue(0, 0, 86_400), 86_400) == 1);
    }

    function testFuzz_meanTick(
        int56 start,
        uint256 seedA,
        uint256 seedB,
        uint256 elapsedA,
        uint256 elapsedB
    ) public pure {
        (elapsedA, elapsedB) = ((elapsedA % 86_400) + 1, elapsedB % 86_400);
        int256 sum = int256(_tick(seedA)) * int256(elapsedA) + int256(_tick(seedB)) * int256(elapsedB);
        int256 window = int256(elapsedA + elapsedB);
        int56 end;
        unchecked {
            end = start + int56(sum);
        }
        int256 mean = PoolDepth.meanTick(start, end, uint256(window));
        assert(mean * window <= sum);
        assert(sum < (mean + 1) * window);
    }

    function test_meanTickRoundsDownOnBothSides() public pure {
        assert(PoolDepth.meanTick(0, 1_801, 1_800) == 1);
        assert(PoolDepth.meanTick(0, -1_801, 1_800) == -2);
        assert(PoolDepth.meanTick(0, -1_800, 1_800) == -1);
        assert(PoolDepth.meanTick(0, -1, 1_800) == -1);
        assert(PoolDepth.meanTick(0, 1, 1_800) == 0);
    }

    function test_meanTickAcrossTheWrapAround() public pure {
        int56 end;
        unchecked {
            end = type(int56).max + int56(1_800 * 7);
        }
        assert(end < 0);
        assert(PoolDepth.meanTick(type(int56).max, end, 1_800) == 7);
        assert(PoolDepth.meanTick(end, type(int56).max, 1_800) == -7);
    }

    // ---- legs in series

    function testFuzz_inSeries(uint256 a, uint256 b) public pure {
        (a, b) = (a >> 137, b >> 137);
        uint256 depth = PoolDepth.inSeries(a, b);
        if (a == 0 || b == 0) {
            assert(depth == 0);
            return;
        }
        // The largest depth with 1/X >= 1/a + 1/b.
        assert(depth * (a + b) <= a * b);
        assert((depth + 1) * (a + b) > a * b);
    }

    function testFuzz_inSeriesOfAnySize(uint192 a, uint192 b) public pure {
        uint256 depth = PoolDepth.inSeries(a, b);
        assert(depth <= Math.min(a, b));
        assert(depth >= Math.min(a, b) / 2 || a == 0 || b == 0);
        assert(depth == PoolDepth.inSeries(b, a));
    }

    /// @dev Selling q through two legs, step by step, returns what the combined depth says.
    function testFuzz_seriesIsSellingTwice(uint64 first, uint64 second, uint64 amount, uint256 seed) public pure {
        // Prices within 2**20 of one: at those of Uniswap's limits whole units say nothing.
        int24 tick = int24(int256(seed % 277_259) - 138_629);
        (uint256 x, uint256 y, uint256 q) = (uint256(first) << 60, uint256(second) << 60, uint256(amount) << 60);
        x |= 1 << 90;
        y |= 1 << 90;
        q |= 1 << 90;
        (uint256 root, bool multiplies) = PoolDepth.rootOf(tick, true);
        uint256 total = PoolDepth.inSeries(x, PoolDepth.worthOf(y, root, multiplies));
        // After the first leg, at price 1.0001 ** tick, and after the second, at price 1.
        uint256 between = PoolDepth.worthOf(Math.mulDiv(q, x, x + q), root, !multiplies);
        uint256 received = Math.mulDiv(between, y, y + between);
        uint256 foreseen = PoolDepth.worthOf(Math.mulDiv(q, total, total + q), root, !multiplies);
        assert(_near(received, foreseen, 1e3, 1e3));
    }
}
