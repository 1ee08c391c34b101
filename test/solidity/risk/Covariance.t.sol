// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Covariance} from "../../../contracts/risk/Covariance.sol";
import {HaircutFormula} from "../../../contracts/risk/HaircutFormula.sol";
import {PortfolioSlot} from "../../../contracts/risk/ModelSlots.sol";
import {PortfolioRisk} from "../../../contracts/risk/PortfolioRisk.sol";

/// @dev The assembly of the matrix and of the value at risk against plain versions of the same formulas, and what must hold of them.
contract CovarianceTest {
    using Covariance for Covariance.Matrix;

    uint256 private constant ONE = 1 << 56;
    uint256 private constant WORDS = 34;
    /// @dev Factors are below the root of 90, with 60 bits.
    int256 private constant MAX_FACTOR = 10_936_000_000_000_000_000;

    Covariance.Matrix private _matrix;
    int256[16][16] private _plain;

    // ---- update

    function testFuzz_updateIsTheFormula(uint256 seed) external {
        uint256 n = 1 + (seed % 16);
        for (uint256 round; round < 4; ++round) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 frozen = seed % 3 == 0 ? (seed >> 8) & ((1 << n) - 1) : 0;
            uint256 keep = (seed >> 100) % ((1 << 64) + 1);
            int256[] memory factors = _factors(seed, n, frozen);
            uint256[] memory variances = _matrix.update(factors, keep, frozen);
            require(variances.length == n, "one variance an asset");
            for (uint256 i; i < n; ++i) {
                for (uint256 j; j <= i; ++j) {
                    int256 entry = _plain[i][j];
                    bool stays = i == j && (frozen >> i) & 1 == 1;
                    if (!stays) entry = _roundedShift(entry * int256(keep) + factors[i] * factors[j]);
                    _plain[i][j] = entry;
                    _plain[j][i] = entry;
                    require(_matrix.entryAt(i, j) == entry, "an entry differs from the formula");
                    require(_matrix.entryAt(j, i) == entry, "an entry differs from its mirror");
                }
                require(variances[i] == uint256(_plain[i][i]), "a variance differs from the diagonal");
            }
        }
        // Nothing else was written.
        uint256 used = (n * (n + 1)) / 2;
        for (uint256 index = used; index < 4 * WORDS; ++index) {
            require(Covariance.entryOf(_matrix.words[index >> 2], index) == 0, "an entry beyond the last was written");
        }
    }

    function testFuzz_updatesKeepTheMatrixPositiveSemiDefinite(uint256 seed) external {
        uint256 n = 2 + (seed % 7);
        for (uint256 round; round < 12; ++round) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 frozen = seed % 4 == 0 ? (seed >> 8) & ((1 << n) - 1) : 0;
            _matrix.update(_factors(seed, n, frozen), (1 << 64) - ((seed >> 100) % (1 << 61)), frozen);
        }
        for (uint256 k; k < 16; ++k) {
            seed = uint256(keccak256(abi.encode(seed)));
            int256 form;
            uint256 norm;
            for (uint256 i; i < n; ++i) {
                int256 xi = _small(seed, i);
                norm += uint256(xi * xi);
                for (uint256 j; j < n; ++j) form += xi * _small(seed, j) * _matrix.entryAt(i, j);
            }
            // Half a step of rounding an entry and update, twelve updates, summed over the vector.
            require(form >= -int256(norm * n * 12), "x'Cx is negative");
        }
    }

    function testFuzz_anEntryNeverLeavesItsLane(uint256 seed) external {
        // Always the largest factors, whatever is kept.
        for (uint256 round; round < 20; ++round) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 keep = seed % ((1 << 64) + 1);
            // weight * sqrt(90) with weight^2 = 1 - keep.
            int256 factor = int256(_sqrt((90 * ((1 << 64) - keep)) << 56));
            int256[] memory factors = new int256[](2);
            factors[0] = factor;
            factors[1] = seed & (1 << 255) == 0 ? factor : -factor;
            _matrix.update(factors, keep, 0);
            require(uint256(_matrix.entryAt(0, 0)) <= 90 * ONE + 20, "a variance above the cap");
        }
    }

    // ---- seed

    function testFuzz_aSeedIsTheRegression(uint256 seed) external {
        uint256 n = 2 + (seed % 6);
        _fill(seed, n);
        int256[] memory weights = new int256[](16);
        for (uint256 i; i < n; ++i) weights[i] = (_small(seed >> 7, i) * 1e18) / 1_000;
        uint256 residual = (seed >> 60) % ONE;
        uint256 variance = _matrix.seed(n, weights, residual);
        if (variance > 90 * ONE) return;
        int256 own;
        for (uint256 i; i < n; ++i) {
            int256 row;
            for (uint256 j; j < n; ++j) row += _matrix.entryAt(i, j) * weights[j];
            own += row * weights[i];
            require(_matrix.entryAt(n, i) == row / 1e18, "a covariance differs from C w");
        }
        require(uint256(_matrix.entryAt(n, n)) == residual + uint256(own > 0 ? own : int256(0)) / 1e36, "w'C w + s^2");
    }

    // ---- value at risk

    function testFuzz_theValueAtRiskIsTheSumOfItsComponents(uint256 seed) external {
        (uint256[] memory exposures, uint256 bits, PortfolioSlot terms) = _portfolio(seed);
        uint256 whole = PortfolioRisk.valueAtRisk(_matrix, terms, _copy(exposures), bits);
        int256[] memory parts = PortfolioRisk.components(_matrix, terms, _copy(exposures), bits);
        int256 sum;
        for (uint256 i; i < parts.length; ++i) sum += parts[i];
        // Components are rounded toward 0, the whole up; a shift of the largest exposures to 88 bits counts for each.
        uint256 slack = (whole >> 60) + 2 * parts.length + (bits >> 80);
        require(
            sum <= int256(whole) + int256(slack) && int256(whole) - sum <= int256(slack),
            "components do not add up"
        );
    }

    function testFuzz_theWholeIsNoMoreThanItsParts(uint256 seed) external {
        (uint256[] memory exposures, uint256 bits, PortfolioSlot terms) = _portfolio(seed);
        uint256 whole = PortfolioRisk.valueAtRisk(_matrix, terms, _copy(exposures), bits);
        uint256 parts;
        for (uint256 i; i < exposures.length; ++i) {
            uint256[] memory alone = new uint256[](exposures.length);
            alone[i] = exposures[i];
            parts += PortfolioRisk.valueAtRisk(_matrix, terms, alone, exposures[i]);
        }
        require(whole <= parts + (whole >> 60) + (bits >> 80) + exposures.length, "diversification costs");
    }

    function testFuzz_doublingEverythingDoublesTheValueAtRisk(uint256 seed) external {
        (uint256[] memory exposures, uint256 bits, PortfolioSlot terms) = _portfolio(seed);
        uint256 once = PortfolioRisk.valueAtRisk(_matrix, terms, _copy(exposures), bits);
        for (uint256 i; i < exposures.length; ++i) exposures[i] *= 2;
        uint256 twice = PortfolioRisk.valueAtRisk(_matrix, terms, exposures, bits * 2);
        uint256 slack = (twice >> 60) + (bits >> 80) + 2;
        require(twice <= 2 * once + slack && 2 * once <= twice + slack, "not homogeneous");
    }

    // ---- haircuts

    function testFuzz_haircutPartsAreMonotoneAndRoundedUp(
        uint256 variance,
        uint256 more,
        uint256 horizon,
        uint256 z
    ) external pure {
        variance = 1 + (variance % (90 * ONE));
        more = variance + (more % (90 * ONE - variance + 1));
        horizon = 1 + (horizon % 240);
        z = 1e6 + (z % 11e6);
        uint256 part = HaircutFormula.volatilityPart(variance, horizon, z);
        require(HaircutFormula.volatilityPart(more, horizon, z) >= part, "falls with volatility");
        require(HaircutFormula.volatilityPart(variance, horizon + 1, z) >= part, "falls with the horizon");
        // part^2 >= z^2 variance horizon / 24, in 1e36 and to the digit.
        uint256 exact = (variance * horizon * z * z) / 24;
        require((part * part) / 1e12 >= (exact / ONE) * 1e12, "rounded down");
        require(((part - 2) * (part - 2)) / 1e24 <= (exact + ONE) / ONE + (part >> 40), "far above");
    }

    function testFuzz_theSizePartGrowsWithWhatIsHeldAndFallsWithDepth(
        uint64 held,
        uint64 more,
        uint72 depth
    ) external pure {
        uint256 part = HaircutFormula.sizePart(5_000, held, depth);
        require(part <= 0.5e18, "above k");
        uint256 larger = uint256(held) + (uint256(more) % (uint256(type(uint64).max) - held + 1));
        require(HaircutFormula.sizePart(5_000, larger, depth) >= part, "falls with what is held");
        require(HaircutFormula.sizePart(5_000, held, uint256(depth) + more) <= part, "grows with depth");
        if (held != 0 && depth == 0) require(part == 0.5e18, "no depth: all of k");
    }

    function testFuzz_aFloorHolds(uint256 variance, uint256 floor) external pure {
        variance %= 90 * ONE;
        floor = 5 + (floor % 1_000);
        uint256 least = (floor * floor * ONE) / 1e8;
        uint256 result = HaircutFormula.floored(variance, floor);
        require(result >= variance && result >= least, "below");
        require(result == variance || result <= least + 1, "above both");
    }

    // ---- helpers

    function _factors(uint256 seed, uint256 n, uint256 frozen) private pure returns (int256[] memory factors) {
        factors = new int256[](n);
        for (uint256 i; i < n; ++i) {
            if ((frozen >> i) & 1 == 1) continue;
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            // A sixteenth of the largest: whatever is kept, a dozen updates stay within the lane. Small ones matter most: rounding.
            factors[i] =
                (int256(random % (2 * uint256(MAX_FACTOR))) - MAX_FACTOR) / int256(16 << ((random >> 200) % 56));
        }
    }

    /// @dev Between -1,000 and 1,000.
    function _small(uint256 seed, uint256 i) private pure returns (int256) {
        return int256(uint256(keccak256(abi.encode(seed, i))) % 2_001) - 1_000;
    }

    function _fill(uint256 seed, uint256 n) private {
        for (uint256 round; round < 4; ++round) {
            seed = uint256(keccak256(abi.encode(seed)));
            _matrix.update(_factors(seed, n, 0), 1 << 63, 0);
        }
    }

    function _portfolio(uint256 seed) private returns (uint256[] memory exposures, uint256 bits, PortfolioSlot terms) {
        uint256 n = 1 + (seed % 8);
        _fill(seed, n);
        terms = terms.withMeasure(
            PortfolioRisk.scaleOf(1e6 + ((seed >> 40) % 11e6), 1 + ((seed >> 70) % 720)),
            (seed >> 90) % 10_001
        );
        exposures = new uint256[](n);
        for (uint256 i; i < n; ++i) {
            terms = terms.withFloor(i, 5 + (uint256(keccak256(abi.encode(seed, "floor", i))) % 995));
            uint256 random = uint256(keccak256(abi.encode(seed, "exposure", i)));
            exposures[i] = random % 5 == 0 ? 0 : (random >> 10) % (1 << (1 + ((random >> 240) % 127)));
            bits |= exposures[i];
        }
    }

    function _copy(uint256[] memory list) private pure returns (uint256[] memory copy) {
        copy = new uint256[](list.length);
        for (uint256 i; i < list.length; ++i) copy[i] = list[i];
    }

    /// @dev Divided by 2**64, to the nearest, halves up.
    function _roundedShift(int256 x) private pure returns (int256) {
        int256 unit = 1 << 64;
        int256 y = x + (1 << 63);
        return y >= 0 ? y / unit : -((-y + unit - 1) / unit);
    }

    function _sqrt(uint256 x) private pure returns (uint256 root) {
        root = 1 << 128;
        uint256 next = (root + x / root) / 2;
        while (next < root) (root, next) = (next, (next + x / next) / 2);
    }
}
