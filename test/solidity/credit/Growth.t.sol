// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

import {Growth} from "../../../contracts/credit/Growth.sol";

/// @dev The series against Solady's approximation of the same, which is right to its last digit, and against what growth has to be.
contract GrowthTest {
    uint256 private constant WAD = 1e18;
    uint256 private constant RAY = 1e27;
    uint256 private constant MAX = 26 * WAD;

    function testFuzz_isWhatSoladyHas(uint256 seed) public pure {
        // Of every magnitude: from a wei to the most.
        uint256 x = (seed >> 8) % ((MAX >> (seed % 85)) + 1);
        uint256 expected = uint256(FixedPointMathLib.expWad(int256(x)));
        uint256 got = Growth.exp(x) / 1e9;
        uint256 off = got > expected ? got - expected : expected - got;
        // Both are cut off; beyond 38 digits Solady has no more of its own.
        require(off <= 1 + expected / 1e18, "not what Solady has");
    }

    function testFuzz_growsWithTime(uint256 a, uint256 more) public pure {
        a %= MAX - 1e9;
        // Neighbours as well: a wei of exponent is a thousand million of a ray's digits.
        uint256 b = a + 1 + (more % 1e9);
        require(Growth.exp(a) >= RAY, "never less than one");
        require(Growth.exp(b) > Growth.exp(a), "does not grow");
    }

    function test_ofNothingIsOne() public pure {
        require(Growth.exp(0) == RAY, "one");
        require(Growth.exp(1) == RAY + 1e9, "the least exponent counts in full");
    }

    function testFuzz_goesNoFurther(uint256 x) public pure {
        require(Growth.exp(x < MAX ? MAX : x) == Growth.exp(MAX), "beyond e^26");
    }
}
